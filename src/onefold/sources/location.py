"""Which locations of a source are databases and which are files, told by names and first bytes alone."""

from __future__ import annotations

import glob
import re
from pathlib import Path

from onefold.errors import InvalidInput
from onefold.settings import SourceSettings, expand_variables

_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_LONGEST_PATH = 4_000
_SQLITE_MAGIC = b"SQLite format 3\x00"
_SQLITE_SUFFIXES = {".sqlite", ".sqlite3", ".db", ".db3"}

TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".psv", ".txt", ".dat"})
DATA_SUFFIXES = TEXT_SUFFIXES | {
    *(".json", ".jsonl", ".ndjson", ".geojson"),
    *(".parquet", ".pq", ".parq"),
    *(".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
}
"""Endings that make a file in a folder count as data."""
COMPRESSION_SUFFIXES = frozenset({".gz", ".gzip", ".bz2", ".xz", ".zst", ".zstd", ".lz4"})


def split_locations(settings: SourceSettings, *, base: Path, secrets: dict[str, str]) -> tuple[list[str], list[str]]:
    """The source's locations as (databases, files).

    A location is a database if it is a URL other than ``file://`` or the path of an SQLite file; SQLite files in a
    folder or matched by a glob count each. Only locations of files come back with their ``${NAME}`` replaced: a
    database's secrets are filled in where it is opened.

    Raises:
        InvalidInput: a ``${NAME}`` of a file's location has no value, or it can be no path.
    """
    given = [settings.location] if isinstance(settings.location, str) else settings.location
    databases: list[str] = []
    paths: list[str] = []
    for location in given:
        if _URL.match(location) and not location.lower().startswith("file://"):
            databases.append(location)
            continue
        path = expand_variables(location, secrets).removeprefix("file://")
        if len(path) > _LONGEST_PATH or "\0" in path or any(len(part.encode()) > 255 for part in path.split("/")):
            raise InvalidInput("a location is longer than a path can be", hint="Name a file, a folder or a glob.")
        if is_sqlite_file(base / Path(path).expanduser()):
            databases.append(location)
            continue
        found, has_others = _databases_among(base / Path(path).expanduser())
        databases += found
        if has_others or not found:
            paths.append(path)
    return databases, paths


def _databases_among(path: Path) -> tuple[list[str], bool]:
    """The SQLite files in a folder or matched by a glob, and whether other files are there too."""
    if path.is_dir():
        files = [file for file in sorted(path.rglob("*")) if file.is_file() and not file.name.startswith(".")]
    elif any(character in str(path) for character in "*?["):
        files = [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207 - any pattern
    else:
        return [], True
    found = [str(file) for file in files if is_sqlite_file(file)]
    others = [file for file in files if str(file) not in found]
    return found, any(file.is_dir() or is_data_file(file) for file in others)


def is_sqlite_file(path: Path) -> bool:
    """Whether the path is an SQLite database: by its first bytes, or by its name where it is still empty."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            start = file.read(len(_SQLITE_MAGIC))
    except OSError:
        return False
    return start == _SQLITE_MAGIC or (not start and path.suffix.lower() in _SQLITE_SUFFIXES)


def is_data_file(path: Path) -> bool:
    """Whether the name of a file says that it holds data that the file readers read."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in COMPRESSION_SUFFIXES:
        suffixes.pop()
        return not suffixes or suffixes[-1] in DATA_SUFFIXES
    return bool(suffixes) and (suffixes[-1] in DATA_SUFFIXES or suffixes[-1] == ".zip")
