"""Which locations of a source are databases and which are files."""

from __future__ import annotations

import re
from pathlib import Path

from onefold.settings import SourceSettings, expand_variables

_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SQLITE_MAGIC = b"SQLite format 3\x00"
_SQLITE_SUFFIXES = {".sqlite", ".sqlite3", ".db", ".db3"}


def split_locations(settings: SourceSettings, *, base: Path, secrets: dict[str, str]) -> tuple[list[str], list[str]]:
    """The source's locations as (databases, files).

    A location is a database if it is a URL other than ``file://`` or the path of an SQLite file. Only those of
    files come back with their ``${NAME}`` replaced: a database's secrets are filled in where it is opened.

    Raises:
        InvalidInput: a ``${NAME}`` of a file's location has no value.
    """
    given = [settings.location] if isinstance(settings.location, str) else settings.location
    databases: list[str] = []
    paths: list[str] = []
    for location in given:
        if _URL.match(location) and not location.lower().startswith("file://"):
            databases.append(location)
            continue
        path = expand_variables(location, secrets).removeprefix("file://")
        if _is_sqlite_file(base / Path(path).expanduser()):
            databases.append(location)
        else:
            paths.append(path)
    return databases, paths


def _is_sqlite_file(path: Path) -> bool:
    """Whether the path is an SQLite database: by its first bytes, or by its name where it is still empty."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            start = file.read(len(_SQLITE_MAGIC))
    except OSError:
        return False
    return start == _SQLITE_MAGIC or (not start and path.suffix.lower() in _SQLITE_SUFFIXES)
