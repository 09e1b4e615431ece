"""Files that change together with the app database: ``onefold.yaml`` and ``secrets``.

The file is changed inside the transaction, so that what follows sees it. What it held before is kept beside it until
the commit; the transaction names the change (``file_edition``). Where the process is killed or the transaction fails,
whoever comes next finds that the change was never committed and puts the file back.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from onefold.kernel import new_id, utc_now
from onefold.storage.database import AppDatabase, afterwards, metadata

file_edition = sa.Table(
    "file_edition",
    metadata,
    sa.Column("edition", sa.Text, primary_key=True),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
)
"""Grain: one row per change of a file beside the database that was committed, for as long as it may be asked for."""

_held: WeakKeyDictionary[sa.Connection, set[Path]] = WeakKeyDictionary()
_KEPT = timedelta(days=30)
_TURN = 0x6F6E6566696C65  # PostgreSQL's advisory lock


def hold_file(connection: sa.Connection, path: Path) -> None:
    """Keep others from changing the file until this transaction ends, and mend what a dead one left. Read it after."""
    if path in _held.setdefault(connection, set()):
        return
    _held[connection].add(path)
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))
    _mend(connection, path)


def change_file(connection: sa.Connection, path: Path, content: bytes) -> None:
    """Replace the file's content with this transaction: both are changed, or neither. Readable by the owner alone.

    Args:
        connection: of the transaction, which holds the file.
        path: of the file; it exists or not.
        content: of now on.
    """
    if not _undo(path).exists():
        _keep_former(connection, path, content)
    else:  # the same transaction changes it again
        note = json.loads(_undo(path).read_text(encoding="utf-8"))
        _write(_undo(path), json.dumps(note | {"after": _digest(content)}).encode())
    _write(path, content, mode=path.stat().st_mode & 0o777 if path.exists() else 0o600)


def mend_file(database: AppDatabase, path: Path) -> None:
    """Put a file back whose change was never committed. Costs a look at the disk where there is nothing to do."""
    if _undo(path).exists():
        with database.write() as connection:
            hold_file(connection, path)


def _keep_former(connection: sa.Connection, path: Path, content: bytes) -> None:
    edition = new_id("edn")
    before = path.read_bytes().decode("utf-8", "surrogateescape") if path.exists() else None
    note = {"edition": edition, "before": before, "after": _digest(content)}
    _write(_undo(path), json.dumps(note).encode())
    now = utc_now()
    connection.execute(sa.delete(file_edition).where(file_edition.c.changed_at < now - _KEPT))
    connection.execute(file_edition.insert().values(edition=edition, changed_at=now))

    def settle(is_committed: bool) -> None:
        if not is_committed:
            _put_back(path, note)
        _undo(path).unlink(missing_ok=True)

    afterwards(connection, settle)


def _mend(connection: sa.Connection, path: Path) -> None:
    try:
        note = json.loads(_undo(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    mine = file_edition.c.edition == note["edition"]
    if connection.execute(sa.select(file_edition.c.edition).where(mine)).first() is None:
        _put_back(path, note)
    _undo(path).unlink(missing_ok=True)


def _put_back(path: Path, note: dict[str, str | None]) -> None:
    """What the file held before, unless somebody has changed it since."""
    if not path.exists() or _digest(path.read_bytes()) != note["after"]:
        return
    if note["before"] is None:
        path.unlink()
    else:
        _write(path, note["before"].encode("utf-8", "surrogateescape"), mode=path.stat().st_mode & 0o777)


def _undo(path: Path) -> Path:
    return path.with_name(f".{path.name}.undo")


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _write(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replace a file, whole and durable."""
    new = path.with_name(f"{path.name}.new")
    with suppress(FileNotFoundError):
        new.unlink()
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
