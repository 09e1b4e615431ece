"""Files on a customer: what they are called, who added them, and the content that they name.

Reading needs ``read file``, adding ``create file``; one's own file is removed with ``delete file``, that of somebody
else with ``administer`` besides. Names and contents are the fields ``file.name`` and ``file.content``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.care.customers import Standing, ids_leading_to, standing, standing_of_thing
from onefold.care.file_names import extension_of, safe_name
from onefold.care.file_types import PREVIEWED, is_still
from onefold.care.model import Content, Person, StoredFile
from onefold.care.people import names_of
from onefold.care.store import FileStore
from onefold.care.tables import file
from onefold.care.trail import leave_trail
from onefold.errors import InvalidInput, NotAllowed, NotFound, Stale, Unsupported
from onefold.kernel import new_id, utc_now
from onefold.storage import AppDatabase, aware


def list_files(
    connection: sa.Connection,
    access: Access,
    customer_id: str,
    *,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[StoredFile]:
    """The files of a customer, of all ids that lead to it, the newest first.

    Raises:
        NotFound: no such customer for this actor.
        NotAllowed: files are not for this actor.
    """
    place = standing(connection, access, customer_id, "read", "file")
    query = sa.select(file).where(file.c.customer_id.in_(ids_leading_to(connection, place.customer_id)))
    if after is not None:
        query = query.where(sa.tuple_(file.c.added_at, file.c.file_id) < sa.tuple_(*after))
    rows = connection.execute(query.order_by(file.c.added_at.desc(), file.c.file_id.desc()).limit(limit)).all()
    return _files(connection, place, rows)


def get_file(connection: sa.Connection, access: Access, file_id: str) -> StoredFile:
    """One file.

    Raises:
        NotFound: no such file for this actor.
    """
    row, place = _found(connection, access, file_id, "read")
    return _files(connection, place, [row])[0]


def check_may_add(connection: sa.Connection, access: Access, customer_id: str) -> None:
    """Go on only if the actor may add files to this customer: asked before the first byte is taken.

    Raises:
        NotFound: no such customer for this actor.
        NotAllowed: the actor may not add files.
    """
    standing(connection, access, customer_id, "create", "file")


def add_file(connection: sa.Connection, access: Access, customer_id: str, name: str, content: Content) -> StoredFile:
    """Put a content that the store keeps on a customer.

    Raises:
        NotFound: no such customer for this actor.
        NotAllowed: the actor may not add files.
    """
    place = standing(connection, access, customer_id, "create", "file")
    file_id = new_id("file")
    connection.execute(
        file.insert().values(
            file_id=file_id,
            customer_id=place.customer_id,
            name=safe_name(name),
            media_type=content.media_type,
            size_bytes=content.size_bytes,
            sha256=content.sha256,
            added_by=access.actor.actor_id,
            added_by_name=access.actor.name,
            added_at=utc_now(),
            version=1,
        )
    )
    details = {"size_bytes": content.size_bytes, "media_type": content.media_type}
    leave_trail(connection, access, "created", "file", file_id, place.customer_id, **details)
    return _read_back(connection, place, file_id)


def rename_file(
    connection: sa.Connection, access: Access, file_id: str, name: str, *, expected_version: int
) -> StoredFile:
    """Call a file something else; its ending stays, because that says what it is.

    Raises:
        NotFound: no such file for this actor.
        NotAllowed: it is somebody else's.
        InvalidInput: the ending changes.
        Stale: it was changed since ``expected_version``.
    """
    row, place = _found(connection, access, file_id, "update")
    _require_own(access, row)
    name = safe_name(name)
    if extension_of(name) != extension_of(row.name):
        raise InvalidInput("the ending of a file says what it is and stays", hint=f"End with .{extension_of(row.name)}")
    is_unchanged = (file.c.file_id == file_id, file.c.version == expected_version)
    change = file.update().where(*is_unchanged).values(name=name, version=expected_version + 1)
    if connection.execute(change).rowcount != 1:
        raise _stale(row)
    leave_trail(connection, access, "updated", "file", file_id, place.customer_id)
    return _read_back(connection, place, file_id)


def delete_file(connection: sa.Connection, access: Access, file_id: str, *, expected_version: int) -> str:
    """Remove a file from its customer; returns the hash of its content, for ``FileStore.remove`` after the commit.

    Raises:
        NotFound: no such file for this actor.
        NotAllowed: it is somebody else's.
        Stale: it was changed since ``expected_version``.
    """
    row, place = _found(connection, access, file_id, "delete")
    _require_own(access, row)
    is_unchanged = (file.c.file_id == file_id, file.c.version == expected_version)
    if connection.execute(file.delete().where(*is_unchanged)).rowcount != 1:
        raise _stale(row)
    leave_trail(connection, access, "deleted", "file", file_id, place.customer_id)
    return str(row.sha256)


def content_of(connection: sa.Connection, access: Access, store: FileStore, file_id: str) -> tuple[StoredFile, Path]:
    """A file and where its content is.

    Raises:
        NotFound: no such file for this actor, or its content is gone from the disk.
        NotAllowed: a policy hides contents of files from the actor.
    """
    row, place = _found(connection, access, file_id, "read")
    hidden = place.show("file.content", row.file_id)
    if hidden.hidden_by:
        raise NotAllowed("a policy hides contents of files", hint=f"Hidden by policy: {hidden.hidden_by}.")
    return _files(connection, place, [row])[0], store.path_of(row.sha256)


def preview_of(connection: sa.Connection, access: Access, store: FileStore, file_id: str) -> tuple[StoredFile, Path]:
    """A picture that the page may show, looked at again.

    Raises:
        NotFound: no such file for this actor.
        NotAllowed: a policy hides contents of files from the actor.
        Unsupported: it is no picture that browsers show.
    """
    found, path = content_of(connection, access, store, file_id)
    if found.content.media_type not in PREVIEWED or not is_still(path, found.content.media_type):
        raise Unsupported("only pictures (PNG, JPEG, GIF, WebP) are shown in the page", hint="Download it.")
    return found, path


def sweep_files(database: AppDatabase, store: FileStore) -> int:
    """Remove contents that no file names: after a crash, and of deleted files; returns how many."""
    return store.sweep(lambda hashes: named_contents(database, hashes))


def named_contents(database: AppDatabase, hashes: Collection[str]) -> set[str]:
    """Those of ``hashes`` that a file names."""
    with database.read() as connection:
        return set(connection.execute(sa.select(file.c.sha256).where(file.c.sha256.in_(hashes))).scalars())


def _found(connection: sa.Connection, access: Access, file_id: str, verb: str) -> tuple[Any, Standing]:
    access.require(verb, "file")
    missing = f"no file {file_id}"
    row = connection.execute(sa.select(file).where(file.c.file_id == file_id)).first()
    if row is None:
        raise NotFound(missing)
    return row, standing_of_thing(connection, access, row.customer_id, verb, "file", missing)


def _is_own(access: Access, row: Any) -> bool:
    return bool(row.added_by == access.actor.actor_id or access.may("administer", "file"))


def _require_own(access: Access, row: Any) -> None:
    if not _is_own(access, row):
        raise NotAllowed("this file is somebody else's", hint="Ask whoever added it.")


def _stale(row: Any) -> Stale:
    return Stale("somebody changed this file meanwhile", hint="Read it again.", version=row.version)


def _read_back(connection: sa.Connection, place: Standing, file_id: str) -> StoredFile:
    row = connection.execute(sa.select(file).where(file.c.file_id == file_id)).one()
    return _files(connection, place, [row])[0]


def _files(connection: sa.Connection, place: Standing, rows: Sequence[Any]) -> list[StoredFile]:
    names = names_of(connection, {row.added_by for row in rows})
    return [
        StoredFile(
            file_id=row.file_id,
            customer_id=place.customer_id,
            name=place.show("file.name", row.name),
            content=Content(row.sha256, row.size_bytes, row.media_type),
            added_by=Person(row.added_by, names.get(row.added_by, row.added_by_name)),
            added_at=aware(row.added_at),
            version=row.version,
            may_delete=_is_own(place.access, row) and place.access.may("delete", "file"),
        )
        for row in rows
    ]
