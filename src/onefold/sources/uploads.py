"""Files that people upload: taken in pieces, durable piece by piece, resumable after anything.

A file lies in ``files/uploads/<id>/<safe name>`` and ends in ``.part`` until it is whole. What is acknowledged is
synced to disk first and then noted in the app database; bytes beyond the note are written again.
"""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from onefold.errors import Conflict, InvalidInput, NotFound, TooLarge
from onefold.kernel import new_id, utc_now
from onefold.sources.guard import UPLOADS
from onefold.sources.location import COMPRESSION_SUFFIXES, DATA_SUFFIXES
from onefold.sources.tables import upload
from onefold.storage import AppDatabase, afterwards, aware

PIECE_BYTES = 8 << 20
"""The largest piece of one request."""
ABANDONED = timedelta(days=2)
"""After so long without a byte or a source an upload is forgotten."""
_LONGEST_NAME = 100
_SQLITE_SUFFIXES = frozenset({".sqlite", ".sqlite3", ".db", ".db3"})
TAKEN = DATA_SUFFIXES | _SQLITE_SUFFIXES | {".zip"}
"""Endings of files that the readers read; compressed ones have another ending after them."""


@dataclass(frozen=True)
class Upload:
    """One file on its way, or here."""

    upload_id: str
    name: str
    safe_name: str
    size_bytes: int
    received_bytes: int
    is_complete: bool
    source: str | None
    created_by: str
    created_at: datetime
    updated_at: datetime

    @property
    def location(self) -> str:
        """Where it is, as seen from the workspace."""
        return f"{UPLOADS}/{self.upload_id}/{self.safe_name}"


def safe_name(name: str) -> str:
    """A name that no file system, pattern or shell reads as anything else.

    >>> safe_name("../../Kunden (März).csv")
    'Kunden_M_rz.csv'

    Raises:
        InvalidInput: its ending is not of a file that can be read.
    """
    plain = unicodedata.normalize("NFKC", name).replace("\\", "/").rpartition("/")[2]
    stem, endings = f"_{plain}", ""  # a name that is all ending has one too
    while (ending := Path(stem).suffix.lower()) in TAKEN | COMPRESSION_SUFFIXES:
        stem, endings = stem[: -len(ending)], ending + endings
    if not endings or Path(f"x{endings}").suffixes[0] not in TAKEN:
        raise InvalidInput(
            f"files such as {plain[:_LONGEST_NAME]!r} cannot be read",
            hint=f"Files that can: {' '.join(sorted(TAKEN))}, also compressed (.gz, .zip …).",
        )
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", stem).strip("_")[:_LONGEST_NAME]
    return f"{stem or 'file'}{endings}"


def begin_upload(
    connection: sa.Connection, base: Path, name: str, size_bytes: int, *, limit_bytes: int, actor_id: str
) -> Upload:
    """Announce a file.

    Raises:
        TooLarge: it is larger than ``limit_bytes``, or than the disk has room for.
        InvalidInput: it is empty, or not of a kind that can be read.
    """
    checked = safe_name(name)
    if size_bytes < 1:
        raise InvalidInput(f"{name} is empty", hint="Choose a file that holds something.")
    if size_bytes > limit_bytes:
        raise TooLarge(
            f"{name} is larger than {limit_bytes >> 20:,} MB",
            hint="Compress it (.gz, .zip), split it, or raise server.upload_limit_mb in onefold.yaml.",
            limit_bytes=limit_bytes,
        )
    (base / UPLOADS).mkdir(parents=True, exist_ok=True)
    if size_bytes > shutil.disk_usage(base / UPLOADS).free:
        raise TooLarge(f"there is no room for {name} on the server's disk", hint="Free some space and try again.")
    now = utc_now()
    upload_id = new_id("upl")
    connection.execute(
        upload.insert().values(
            upload_id=upload_id,
            name=name,
            safe_name=checked,
            size_bytes=size_bytes,
            received_bytes=0,
            is_complete=False,
            created_by=actor_id,
            created_at=now,
            updated_at=now,
        )
    )
    return get_upload(connection, upload_id)


def take_piece(connection: sa.Connection, base: Path, upload_id: str, offset: int, piece: bytes) -> Upload:
    """Take the next bytes; on return they survive a power cut.

    Raises:
        NotFound: no such upload.
        Conflict: ``offset`` is not where it goes on; ``received_bytes`` of the error is.
        InvalidInput: more bytes than were announced.
    """
    found = get_upload(connection, upload_id)
    if found.is_complete or offset != found.received_bytes:
        raise Conflict(
            "this piece is not the one that comes next",
            hint=f"Go on at byte {found.received_bytes}.",
            received_bytes=found.received_bytes,
        )
    received = offset + len(piece)
    if received > found.size_bytes:
        raise InvalidInput(
            f"{found.name}: more bytes than the {found.size_bytes:,} that were announced", hint="Begin again."
        )
    part = _part(base, found)
    part.parent.mkdir(parents=True, exist_ok=True)
    if (whole := base / found.location).exists():
        whole.replace(part)  # its last piece came before, but was never acknowledged
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        file.truncate(offset)  # bytes of a piece that was never acknowledged
        file.seek(offset)
        file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    is_complete = received == found.size_bytes
    if is_complete:
        part.replace(base / found.location)
    changed = {"received_bytes": received, "is_complete": is_complete, "updated_at": utc_now()}
    connection.execute(upload.update().where(upload.c.upload_id == upload_id).values(changed))
    return get_upload(connection, upload_id)


def get_upload(connection: sa.Connection, upload_id: str) -> Upload:
    """One upload.

    Raises:
        NotFound: there is none of this id.
    """
    row = connection.execute(sa.select(upload).where(upload.c.upload_id == upload_id)).first()
    if row is None:
        raise NotFound("no such upload", hint="It was cancelled or forgotten: upload the file again.")
    return _upload_of(row)


def list_uploads(connection: sa.Connection, *, created_by: str) -> list[Upload]:
    """Files of one actor that no source reads yet, the newest first."""
    query = sa.select(upload).where(upload.c.created_by == created_by, upload.c.source.is_(None))
    return [_upload_of(row) for row in connection.execute(query.order_by(upload.c.created_at.desc()))]


def find_uploads(connection: sa.Connection, upload_ids: list[str], source: str, *, actor_id: str) -> list[str]:
    """The locations of whole uploads that a source may read.

    Raises:
        NotFound: one does not exist, or is another person's.
        Conflict: one is not whole yet, or another source reads it.
    """
    locations = []
    for upload_id in upload_ids:
        found = get_upload(connection, upload_id)
        if found.created_by != actor_id and found.source != source:
            raise NotFound("no such upload", hint="It was cancelled or forgotten: upload the file again.")
        if not found.is_complete:
            raise Conflict(f"{found.name} is not here whole yet", hint="Wait until its upload ends.")
        if found.source not in {None, source}:
            raise Conflict(f"{found.name} is read by {found.source} already", hint="Upload it again for this source.")
        locations.append(found.location)
    return locations


def use_uploads(connection: sa.Connection, upload_ids: list[str], source: str) -> None:
    """Give uploads, and only these, to a source: they are kept as long as it is connected.

    Those that it had before are forgotten in time like any that nobody reads.
    """
    released = (upload.c.source == source, upload.c.upload_id.not_in(upload_ids))
    connection.execute(upload.update().where(*released).values(source=None, updated_at=utc_now()))
    connection.execute(upload.update().where(upload.c.upload_id.in_(upload_ids)).values(source=source))


def cancel_upload(connection: sa.Connection, base: Path, upload_id: str) -> None:
    """Forget an upload and its bytes.

    Raises:
        NotFound: no such upload.
        Conflict: a source reads it.
    """
    found = get_upload(connection, upload_id)
    if found.source is not None:
        raise Conflict(f"{found.source} reads this file", hint="Delete the source first.")
    connection.execute(upload.delete().where(upload.c.upload_id == upload_id))
    _remove(connection, base, [found])


def forget_abandoned(connection: sa.Connection, base: Path) -> int:
    """Forget uploads that nobody went on with; returns how many."""
    old = (upload.c.source.is_(None), upload.c.updated_at < utc_now() - ABANDONED)
    gone = [_upload_of(row) for row in connection.execute(sa.select(upload).where(*old))]
    for one in gone:
        connection.execute(upload.delete().where(upload.c.upload_id == one.upload_id))
    _remove(connection, base, gone)
    return len(gone)


def sweep_uploads(database: AppDatabase, base: Path) -> int:
    """Remove the bytes of uploads that were forgotten by a process that was killed; returns how many."""
    if not (base / UPLOADS).is_dir():
        return 0
    there = list((base / UPLOADS).iterdir())  # before asking: an upload is noted before it has a folder
    with database.read() as connection:
        known = set(connection.scalars(sa.select(upload.c.upload_id)))
    gone = [path for path in there if path.name not in known]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return len(gone)


def _part(base: Path, one: Upload) -> Path:
    return base / f"{one.location}.part"


def _remove(connection: sa.Connection, base: Path, gone: Sequence[Upload]) -> None:
    """Remove bytes once nothing names them any more."""

    def remove(is_committed: bool) -> None:
        for one in gone if is_committed else ():
            shutil.rmtree(base / UPLOADS / one.upload_id, ignore_errors=True)  # what stays is swept

    afterwards(connection, remove)


def _upload_of(row: sa.Row[Any]) -> Upload:
    facts = row._asdict()
    return Upload(**facts | {"created_at": aware(row.created_at), "updated_at": aware(row.updated_at)})
