"""Which files belong to one system, told from their names, for looks without configuration."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

_ENDINGS = re.compile(
    r"(\.(csv|tsv|txt|tab|psv|xlsx|xlsm|xls|ods|json|jsonl|ndjson|parquet|pq|db|sqlite|sqlite3)|\.(gz|bz2|xz|zst|zip))+$",
    re.IGNORECASE,
)
_OWN_SYSTEM = (".xlsx", ".xlsm", ".xls", ".ods", ".db", ".sqlite", ".sqlite3")
_WORDS = re.compile(r"[^\W\d_]+|\d+", re.UNICODE)
_SAY_NOTHING = {"export", "exports", "dump", "data", "table", "tbl", "full", "raw", "latest", "the"}
"""First words that name no system."""


def systems_of(locations: Iterable[str]) -> dict[str, list[str]]:
    """Group files, folders and database URLs into systems by name; what is named twice counts once.

    A spreadsheet or database is a system of its own. Text files whose names begin with the same word are one
    system: ``crm_contacts.csv`` and ``crm_companies.csv`` are ``crm``. A folder stands for the files in it.

    Returns:
        System name (a valid source name) -> its locations, both in the order of first appearance.
    """
    grouped: dict[str, list[str]] = defaultdict(list)
    for place in dict.fromkeys(place for location in locations for place in _files_of(location)):
        grouped[_source_name(_system_word(place))].append(place)
    return dict(grouped)


def _files_of(location: str) -> list[str]:
    path = Path(location).expanduser()
    if "://" in location or not path.is_dir():
        return [location]
    files = sorted(str(p) for p in path.iterdir() if p.is_file() and _ENDINGS.search(p.name))
    return files or [location]


def _system_word(place: str) -> str:
    if "://" in place:
        parts = urlsplit(place)
        return parts.path.strip("/").split("/")[-1] or parts.hostname or "database"
    name = Path(place).name
    stem = _ENDINGS.sub("", name) or name
    if name.lower().endswith(_OWN_SYSTEM):
        return stem
    words = [word for word in _WORDS.findall(stem) if not word.isdigit()]
    telling = [word for word in words if word.lower() not in _SAY_NOTHING]
    return str((telling or words or ["file"])[0])


def _source_name(word: str) -> str:
    from anyascii import anyascii

    name = re.sub(r"[^a-z0-9]+", "_", str(anyascii(word)).lower()).strip("_")[:60]
    return name if name[:1].isalpha() else f"s_{name}".rstrip("_")
