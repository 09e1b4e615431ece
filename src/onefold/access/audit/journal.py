"""Reads that were noted while somebody else was writing: durable beside the app database, then moved into the audit.

SQLite has one writer, and publishing a build writes for a while. Whoever reads a customer meanwhile must not wait for
it, and must not go unrecorded either. So the entry goes into a small SQLite file of its own (``app.db-reads`` beside
``app.db``), and from there into the audit's chain when the writer is done. The transaction that gives entries their
places in the chain also notes up to which one (``audit_fold``): killed anywhere, each comes exactly once.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from onefold.access.audit.chain import Draft, append
from onefold.access.audit.tables import audit_fold
from onefold.errors import EngineFailed
from onefold.kernel import new_id, utc_now
from onefold.storage import AppDatabase, aware

AT_ONCE = 2_000
"""Entries that one transaction moves; other writers wait for no more than these."""
KEPT = timedelta(minutes=10)
"""How long a moved entry stays: whoever reads an older state of the app database still finds it here."""

_metadata = sa.MetaData()

noted_read = sa.Table(
    "noted_read",
    _metadata,
    sa.Column("no", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("actor_id", "actor_name", "action", "kind", "resource_id")),
    sa.Column("customer_id", sa.Text),
    sa.Column("address", sa.Text),
    sa.Column("details", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)
"""Grain: one row per read that was noted here; numbers are never used again."""

_identity = sa.Table("journal", _metadata, sa.Column("journal_id", sa.Text, primary_key=True))
"""Grain: the one row that tells this file from any other in its place."""

_FACTS = [column for column in noted_read.c if column.name != "no"]
_journals: WeakKeyDictionary[sa.Engine, Journal | None] = WeakKeyDictionary()
_making = threading.Lock()


class Journal:
    """The file beside one app database; safe to share between threads and processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = sa.create_engine(f"sqlite:///{path}")
        sa.event.listen(self._engine, "connect", _configure)
        self._is_made = False
        self._turn = threading.Lock()

    def add(self, drafts: Sequence[Draft]) -> None:
        """Note entries; on return they survive a power cut.

        Raises:
            EngineFailed: the disk is full or the file is damaged.
        """
        try:
            with self._turn:
                self._make()
            with self._engine.connect() as connection:
                connection.exec_driver_sql("begin immediate")
                connection.execute(noted_read.insert(), [asdict(draft) for draft in drafts])
                connection.commit()
        except sa.exc.DBAPIError as error:
            hint = "Look whether the disk is full."
            raise EngineFailed(f"{self._path.name}: {error.orig}", hint=hint) from error

    def name(self) -> str | None:
        """The id of the file; None where there is none, or nothing in it."""
        if not self._path.exists():
            return None
        with self._engine.connect() as connection:
            is_made = sa.inspect(connection).has_table(_identity.name)
            return connection.scalar(sa.select(_identity.c.journal_id)) if is_made else None

    def rows(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        """What a query finds in ``noted_read``."""
        with self._engine.connect() as connection:
            return connection.execute(query).all()

    def forget(self, through: int) -> None:
        """Remove entries that the chain has held for a while."""
        is_old = (noted_read.c.no <= through) & (noted_read.c.at < utc_now() - KEPT)
        with self._engine.connect() as connection:
            connection.exec_driver_sql("begin immediate")
            connection.execute(sa.delete(noted_read).where(is_old))
            connection.commit()

    def close(self) -> None:
        """Release all connections."""
        self._engine.dispose()

    def _make(self) -> None:
        """The file with its tables, all or nothing, and known to its folder."""
        if self._is_made and self._path.exists():
            return
        with self._engine.connect() as connection:
            connection.exec_driver_sql("begin immediate")
            _metadata.create_all(connection)
            if connection.scalar(sa.select(_identity.c.journal_id)) is None:
                connection.execute(_identity.insert().values(journal_id=new_id("jnl")))
            connection.commit()
        descriptor = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._is_made = True


def journal_of(engine: sa.Engine) -> Journal | None:
    """The journal beside an app database; None for PostgreSQL, where writers do not keep one another waiting."""
    with _making:
        if engine not in _journals:
            name = engine.url.database
            is_file = engine.dialect.name == "sqlite" and name and name != ":memory:"
            made = Journal(Path(f"{name}-reads").absolute()) if is_file else None
            if made is not None:
                sa.event.listen(engine, "engine_disposed", lambda _engine: made.close())
            _journals[engine] = made
        return _journals[engine]


def fold_reads(database: AppDatabase) -> int:
    """Move what was noted into the chain, waiting for the writer like every other; returns how many.

    Raises:
        Conflict: another writer held the database for longer than a minute; everything stays noted.
    """
    journal = journal_of(database.engine)
    if journal is None or (name := journal.name()) is None:
        return 0
    with database.read() as connection:
        if not journal.rows(_beyond(_folded(connection, name)).limit(1)):
            return 0
    moved = 0
    while True:
        with database.write() as connection:
            rows = journal.rows(_beyond(_folded(connection, name)).limit(AT_ONCE))
            if rows:
                append(connection, [draft_in(row) for row in rows])
                _note_folded(connection, name, rows[-1].no)
        moved += len(rows)
        if len(rows) < AT_ONCE:
            break
    if rows:
        journal.forget(rows[-1].no)
    return moved


def waiting_reads(
    connection: sa.Connection, condition: sa.ColumnElement[bool] | None = None, *, before: int | None = None
) -> Sequence[sa.Row[Any]]:
    """What is noted and not in the chain as this connection sees it, the newest first.

    Args:
        connection: of the app database.
        condition: on ``noted_read``.
        before: only entries with smaller numbers.
    """
    journal = journal_of(connection.engine)
    if journal is None or (name := journal.name()) is None:
        return []
    query = sa.select(noted_read).where(noted_read.c.no > _folded(connection, name)).order_by(noted_read.c.no.desc())
    if condition is not None:
        query = query.where(condition)
    return journal.rows(query if before is None else query.where(noted_read.c.no < before))


def draft_in(row: sa.Row[Any]) -> Draft:
    """A noted read as an entry without a place."""
    facts = {column.name: getattr(row, column.name) for column in _FACTS}
    return Draft(**{**facts, "at": aware(row.at)})


def _beyond(folded: int) -> sa.Select[Any]:
    return sa.select(noted_read).where(noted_read.c.no > folded).order_by(noted_read.c.no)


def _folded(connection: sa.Connection, journal_id: str) -> int:
    """Up to which entry of a journal the chain has them."""
    query = sa.select(audit_fold.c.through_no).where(audit_fold.c.journal_id == journal_id)
    return connection.scalar(query) or 0


def _note_folded(connection: sa.Connection, journal_id: str, through_no: int) -> None:
    mine = audit_fold.c.journal_id == journal_id
    if not connection.execute(sa.update(audit_fold).where(mine).values(through_no=through_no)).rowcount:
        connection.execute(audit_fold.insert().values(journal_id=journal_id, through_no=through_no))


def _configure(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun explicitly
    for pragma in ("journal_mode = wal", "synchronous = full", "busy_timeout = 60000"):
        connection.execute(f"pragma {pragma}")
