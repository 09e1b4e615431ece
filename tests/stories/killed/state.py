"""Everything that a workspace keeps, as rows that can be compared: tables, settings, secrets, files."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from onefold.storage import AppDatabase, metadata

State = Mapping[tuple[str, str], str]
"""(place, key) -> content."""
Shape = Mapping[str, int]
"""What a write did: "+ note": 1, "~ task": 1, "- session": 2 …"""

_COUNTERS = {"sign_in_attempt", "file_edition", "audit_fold"}
"""Tables that count attempts, or that tell what else was committed."""
_PASSING = {"last_seen_at", "last_used_at", "last_used_address"}
"""Notes of use, which any request may make."""


def state_of(database: AppDatabase, folder: Path) -> State:
    """All of it as it is now."""
    found: dict[tuple[str, str], str] = {}
    with database.read() as connection:
        for table in metadata.sorted_tables:
            if table.name in _COUNTERS:
                continue
            for key, content in _rows(connection, table):
                found[table.name, key] = content
    document = (folder / "onefold.yaml").read_text(encoding="utf-8")
    found["onefold.yaml", ""] = document
    for line in (folder / "secrets").read_text(encoding="utf-8").splitlines():
        found["secrets", line.partition("=")[0]] = line
    for path in (folder / "files").rglob("*"):
        if path.is_file() and path.name != ".lock" and "incoming" not in path.parts:
            is_part = path.suffix == ".part"  # bytes beyond what was acknowledged are written again
            content = "" if is_part else hashlib.sha256(path.read_bytes()).hexdigest()
            found["files", str(path.relative_to(folder))] = content
    return found


def _rows(connection: sa.Connection, table: sa.Table) -> list[tuple[str, str]]:
    keys = [column.name for column in table.primary_key]
    names = [column.name for column in table.c if column.name not in _PASSING]
    if connection.dialect.name == "postgresql":
        query = sa.text(f"select to_jsonb(t) from {table.name} t")
        rows = [dict(row) for row in connection.scalars(query)]
    else:
        rows = [dict(row._mapping) for row in connection.execute(sa.text(f"select * from {table.name}"))]
    return [
        (
            json.dumps([row[name] for name in keys or names], default=str),
            json.dumps([row[name] for name in names], default=str),
        )
        for row in rows
    ]


def difference(before: State, after: State) -> Shape:
    """What happened in between."""
    shape: Counter[str] = Counter()
    for place, _key in after.keys() - before.keys():
        shape[f"+ {place}"] += 1
    for place, _key in before.keys() - after.keys():
        shape[f"- {place}"] += 1
    for entry in before.keys() & after.keys():
        if before[entry] != after[entry]:
            shape[f"~ {entry[0]}"] += 1
    return dict(sorted(shape.items()))


def resources(shape: Shape) -> Shape:
    """What a write did besides telling of it."""
    return {what: count for what, count in shape.items() if what[2:] not in {"audit_entry", "outbox"}}
