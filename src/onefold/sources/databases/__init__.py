"""Databases as sources: SQLite, PostgreSQL, MySQL and MariaDB in Arrow, anything else through dlt.

Every value arrives as text, as the database itself would print it in ISO form. One read of a database is one
snapshot: all its tables are seen as of one moment. Drivers load when a database of their kind is opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from onefold.settings import SourceSettings
from onefold.sources.model import Cursor, Extract

__all__ = ["open_database"]


def open_database(
    name: str,
    settings: SourceSettings,
    *,
    base: Path,
    secrets: Mapping[str, str] | None = None,
    cursors: Mapping[str, Cursor] | None = None,
    keys: Mapping[str, tuple[str, ...]] | None = None,
    fingerprints: Mapping[str, str] | None = None,
) -> Iterator[Extract]:
    """Open a database and yield its tables, or those named in ``settings.tables``.

    The connection stays open, in one read-only transaction, until the iterator is exhausted or closed: land each
    extract before asking for the next.

    Args:
        name: the source's name, for messages.
        settings: ``location`` is a URL (``postgresql://…``) or the path of an SQLite file.
        base: the folder that a relative path starts from.
        secrets: values for ``${NAME}`` in the location, where the environment has none.
        cursors: table -> how far it was read; such a table is read from there.
        keys: table -> key columns as landed.
        fingerprints: table -> fingerprint as landed (SQLite files).

    Raises:
        NotFound: no such file.
        InvalidInput: user, password, database or a named table is wrong; says which there are.
        SourceFailed: the server cannot be reached, goes down, or refuses a table.
        Unsupported: the kind of database needs an extra; says which.
    """
    from onefold.sources.databases.reading import Known, read_database

    known = Known(cursors or {}, keys or {}, fingerprints or {})
    yield from read_database(name, settings, base=base, secrets=dict(secrets or {}), known=known)
