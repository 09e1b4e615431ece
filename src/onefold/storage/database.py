"""Opening, migrating and transacting with the app database.

Reads run on their own connection and see the last committed state; writes are one transaction each. SQLite takes one
writer at a time, in the order in which they came.
SQLite runs in WAL mode with ``synchronous=FULL``: what is committed survives a power cut.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import event as sa_event

from onefold.errors import Conflict, EngineFailed, UpgradeNeeded
from onefold.storage.sql_functions import register_functions
from onefold.storage.turns import Turns

metadata = sa.MetaData()
"""Every slice's tables register here (``<slice>/tables.py``); migrations create them."""

HEAD = "0002"
"""The newest migration."""

TABLE_MODULES = (
    "onefold.access.tables",
    "onefold.access.accounts.tables",
    "onefold.access.audit.tables",
    "onefold.catalog.tables",
    "onefold.identity.tables",
    "onefold.identity.review.tables",
    "onefold.profiles.tables",
    "onefold.care.tables",
    "onefold.silos.tables",
    "onefold.build.tables",
    "onefold.jobs.tables",
    "onefold.sources.tables",
    "onefold.storage.outbox",
    "onefold.storage.idempotency",
    "onefold.storage.beside",
    "onefold.webhooks.tables",
)
"""Where slices declare their tables; loaded by name, so that storage imports none of them."""

PATIENCE_SECONDS = 60.0
"""How long a writer of SQLite waits for the one before."""

_AT_ONCE = {"40001", "40P01", "23505"}
"""PostgreSQL's words for two writers of the same row: serialization failure, deadlock, unique violation."""

_SQLITE_POOL = {"pool_size": 16, "max_overflow": 48}
"""Opening a connection costs milliseconds, since it reads the whole schema: as many are kept as are busy at once."""

_CACHE_KIB = 8 * 1024
"""Of each connection of SQLite. The system's own cache holds the file; more would hold it once per connection."""

_afterwards: WeakKeyDictionary[sa.Connection, list[Callable[[bool], None]]] = WeakKeyDictionary()
_MIGRATIONS = Path(__file__).parent / "migrations"


class AppDatabase:
    """One app database; safe to share between threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._turns = Turns()

    @classmethod
    def open(cls, url: str) -> AppDatabase:
        """Open and bring up to the current schema.

        Args:
            url: ``sqlite:///path/app.db`` or ``postgresql+psycopg://…``.

        Raises:
            UpgradeNeeded: a newer version of Onefold wrote it.
            EngineFailed: it cannot be opened or written.
        """
        is_sqlite = url.startswith("sqlite")
        options = _SQLITE_POOL if is_sqlite else {"isolation_level": "REPEATABLE READ"}
        engine = sa.create_engine(url, **options)
        if is_sqlite:
            sa_event.listen(engine, "connect", _configure_sqlite)
        database = cls(engine)
        try:
            _migrate(engine)
        except sa.exc.DBAPIError as error:
            raise _translated(error, engine) from error
        return database

    def close(self) -> None:
        """Release all connections."""
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A consistent snapshot for reading."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "sqlite":
                connection.exec_driver_sql("begin")
            yield connection

    @contextmanager
    def write(self, *, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[sa.Connection]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Args:
            patience_seconds: how long to wait for another writer, where there is one at a time (SQLite).

        Raises:
            Conflict: another writer held the database for longer than that.
            EngineFailed: the disk is full or the file is damaged; nothing was written.
        """
        turn = self._turns.take(patience_seconds) if self.engine.dialect.name == "sqlite" else nullcontext()
        try:
            with turn, _write_transaction(self.engine, patience_seconds) as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            raise _translated(error, self.engine) from error


def afterwards(connection: sa.Connection, action: Callable[[bool], None]) -> None:
    """Do something when this transaction has ended: ``action(is_committed)``.

    It may never come to that, since the process may be killed before: it tidies up, and somebody else can, too.
    """
    _afterwards.setdefault(connection, []).append(action)


def aware(moment: datetime) -> datetime:
    """A moment as the database gave it, in UTC: SQLite keeps UTC without saying so."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun explicitly
    for pragma in (
        "journal_mode = wal",
        "synchronous = full",
        "foreign_keys = on",
        f"busy_timeout = {round(PATIENCE_SECONDS * 1000)}",
        f"cache_size = -{_CACHE_KIB}",
        "temp_store = memory",
    ):
        connection.execute(f"pragma {pragma}")
    register_functions(connection)


def _migrate(engine: sa.Engine) -> None:
    """Bring the schema up to ``HEAD``, all of it or nothing; Alembic loads only when there is something to migrate."""
    with _write_transaction(engine) as connection:
        has_version = sa.inspect(connection).has_table("alembic_version")
        current = connection.scalar(sa.text("select version_num from alembic_version")) if has_version else None
        if current == HEAD:
            return
        if current is None:
            _create(connection)
            return
        if current is not None and current > HEAD:
            raise UpgradeNeeded(
                f"{engine.url.database} was written by a newer version of Onefold (schema {current})",
                hint="Run: pip install --upgrade onefold",
            )
    if engine.dialect.name == "sqlite":
        _back_up(Path(str(engine.url.database)))
    with _write_transaction(engine) as connection:
        _upgrade(connection)


@contextmanager
def _write_transaction(engine: sa.Engine, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[sa.Connection]:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            _begin(connection, patience_seconds)
        try:
            yield connection
        except BaseException:
            connection.rollback()
            _settle(connection, is_committed=False)
            raise
        connection.commit()  # where that fails nobody knows what became of it: nothing is settled
        _settle(connection, is_committed=True)


def _settle(connection: sa.Connection, *, is_committed: bool) -> None:
    for action in _afterwards.pop(connection, ()):
        action(is_committed)


def _begin(connection: sa.Connection, patience_seconds: float) -> None:
    """Become SQLite's one writer."""
    if patience_seconds == PATIENCE_SECONDS:
        connection.exec_driver_sql("begin immediate")
        return
    connection.exec_driver_sql(f"pragma busy_timeout = {round(patience_seconds * 1000)}")
    try:
        connection.exec_driver_sql("begin immediate")
    finally:
        connection.exec_driver_sql(f"pragma busy_timeout = {round(PATIENCE_SECONDS * 1000)}")


def _create(connection: sa.Connection) -> None:
    """The current schema in a database that holds nothing: what the migrations make (a test holds both equal).

    Alembic would take half a second to load.
    """
    for module in TABLE_MODULES:
        import_module(module)
    metadata.create_all(connection, checkfirst=False)
    version = sa.Table("alembic_version", sa.MetaData(), sa.Column("version_num", sa.String(32), nullable=False))
    version.append_constraint(sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"))
    version.create(connection)
    connection.execute(version.insert().values(version_num=HEAD))


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


def _back_up(path: Path) -> None:
    """A copy of an SQLite file beside it, as of the last commit."""
    with (
        closing(sqlite3.connect(path)) as source,
        closing(sqlite3.connect(path.with_suffix(f".before-{HEAD}.db"))) as to,
    ):
        source.backup(to)


def _translated(error: sa.exc.DBAPIError, engine: sa.Engine) -> Exception:
    text = str(error.orig)
    name = engine.url.database
    if "locked" in text:
        return Conflict(f"{name}: another process is writing", hint="Wait until it ends, then try again.")
    if getattr(error.orig, "sqlstate", None) in _AT_ONCE:
        return Conflict("somebody changed the same thing at the same moment", hint="Try again.")
    if "full" in text or "No space" in text or ("I/O" in text and _is_disk_full(engine)):
        return EngineFailed(f"{name}: the disk is full; nothing was written", hint="Free some space and try again.")
    return EngineFailed(f"{name}: {text}")


def _is_disk_full(engine: sa.Engine) -> bool:
    """Whether an I/O error of SQLite, which names no cause, is for want of space."""
    if engine.dialect.name != "sqlite":
        return False
    return shutil.disk_usage(Path(str(engine.url.database)).parent).free < 1 << 20
