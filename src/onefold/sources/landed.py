"""What has landed: the bookkeeping of ``meta.landing`` and the names of landed relations.

One row of ``meta.landing`` per table of a source says how far it was read, what the source declares about it and
which columns it has. ``landed."source.table"`` keeps every version of every row; ``current."source.table"`` is a
view of the versions that hold now.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from onefold.engines import Engine, quote_identifier
from onefold.sources.model import Cursor

OWN_COLUMNS = ("_key", "_hash", "_from_build", "_to_build", "_origin", "_line")
"""Columns of a landed relation that are ours and not the source's, in order, after the source's."""

_LANDING_COLUMNS = """
    source varchar,
    table_name varchar,
    columns json,
    names json,
    declared_types json,
    declared_key json,
    declared_joins json,
    key_columns json,
    fingerprint varchar,
    cursor_column varchar,
    cursor_value varchar,
    cursor_shape varchar,
    rows bigint,
    build_no bigint,
    landed_at timestamptz,
    read_notes json,
    landing_notes json"""
_QUARANTINE_COLUMNS = """
    quarantine_id varchar,
    source varchar,
    table_name varchar,
    origin varchar,
    line bigint,
    reason varchar,
    raw varchar,
    build_no bigint,
    state varchar,
    state_build_no bigint,
    corrected json"""


@dataclass(frozen=True)
class LandedTable:
    """One table as it stands in the warehouse."""

    source: str
    table: str
    columns: tuple[str, ...]
    """The source's columns at the last read, as the landed relation names them."""
    names: Mapping[str, str]
    """Every column name the source ever used -> its name in the landed relation (they differ where two names of
    the source are equal but for case, or one is ours)."""
    declared_types: Mapping[str, str]
    declared_key: tuple[str, ...]
    declared_joins: tuple[tuple[str, str, str], ...]
    key: tuple[str, ...]
    """The columns whose values make ``_key``; empty where rows are known by their content."""
    fingerprint: str
    cursor: Cursor | None
    rows: int
    """Current rows."""
    build_no: int
    """The build that last read it."""
    landed_at: datetime
    read_notes: tuple[str, ...] = ()
    """What the reader noted."""
    landing_notes: tuple[str, ...] = ()
    """What landing noted: names given, keys told apart."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about how the table was read and landed."""
        return (*self.read_notes, *self.landing_notes)

    @property
    def relation(self) -> str:
        """All versions, quoted."""
        return landed_relation(self.source, self.table)

    @property
    def current(self) -> str:
        """The view of current versions, quoted."""
        return current_relation(self.source, self.table)


def landed_relation(source: str, table: str) -> str:
    """The quoted relation that keeps every version of a table's rows."""
    return f"landed.{quote_identifier(f'{source}.{table}')}"


def current_relation(source: str, table: str) -> str:
    """The quoted view of a table's current rows."""
    return f"current.{quote_identifier(f'{source}.{table}')}"


def prepare_warehouse(engine: Engine) -> None:
    """Create the schemas and bookkeeping tables of landing where they are missing."""
    if engine.exists("meta", "quarantine"):
        return
    for schema in ("landed", "current", "meta"):
        engine.execute(f"create schema if not exists {schema}")
    engine.execute(f"create table if not exists meta.landing ({_LANDING_COLUMNS})")
    engine.execute(f"create table if not exists meta.quarantine ({_QUARANTINE_COLUMNS})")


def list_landed(engine: Engine, source: str | None = None) -> list[LandedTable]:
    """Every landed table, or those of one source, by name."""
    if not engine.exists("meta", "landing"):
        return []
    rows = engine.rows(
        """
        select source, table_name, columns, names, declared_types, declared_key, declared_joins, key_columns,
            fingerprint, cursor_column, cursor_value, cursor_shape, rows, build_no, landed_at, read_notes,
            landing_notes
        from meta.landing
        where ? is null or source = ?
        order by source, table_name""",
        [source, source],
    )
    return [_landed_table(row) for row in rows]


def find_landed(engine: Engine, source: str, table: str) -> LandedTable | None:
    """The landed table, or None where it never landed."""
    return next((landed for landed in list_landed(engine, source) if landed.table == table), None)


def landed_state(engine: Engine, source: str) -> tuple[dict[str, Cursor], dict[str, tuple[str, ...]], dict[str, str]]:
    """What ``open_source`` needs to read only what changed: cursors, key columns and fingerprints by table.

    Key columns are named as the source names them.
    """
    tables = list_landed(engine, source)
    cursors = {landed.table: landed.cursor for landed in tables if landed.cursor}
    fingerprints = {landed.table: landed.fingerprint for landed in tables if landed.fingerprint}
    return cursors, {landed.table: _source_key(landed) for landed in tables}, fingerprints


def save_landed(engine: Engine, landed: LandedTable) -> None:
    """Write a table's row of ``meta.landing``; inside the caller's transaction."""
    engine.execute("delete from meta.landing where source = ? and table_name = ?", [landed.source, landed.table])
    cursor = landed.cursor
    engine.execute(
        f"insert into meta.landing values ({', '.join('?' * 17)})",
        [
            landed.source,
            landed.table,
            _json(landed.columns),
            _json(landed.names),
            _json(landed.declared_types),
            _json(landed.declared_key),
            _json(landed.declared_joins),
            _json(landed.key),
            landed.fingerprint,
            cursor and cursor.column,
            cursor and cursor.value,
            cursor and cursor.shape,
            landed.rows,
            landed.build_no,
            landed.landed_at,
            _json(landed.read_notes),
            _json(landed.landing_notes),
        ],
    )


def _landed_table(row: Sequence[Any]) -> LandedTable:
    cursor = Cursor(row[9], row[10], row[11] or "") if row[9] is not None else None
    return LandedTable(
        source=row[0],
        table=row[1],
        columns=tuple(json.loads(row[2])),
        names=json.loads(row[3]),
        declared_types=json.loads(row[4]),
        declared_key=tuple(json.loads(row[5])),
        declared_joins=tuple((column, table, other) for column, table, other in json.loads(row[6])),
        key=tuple(json.loads(row[7])),
        fingerprint=row[8],
        cursor=cursor,
        rows=row[12],
        build_no=row[13],
        landed_at=row[14],
        read_notes=tuple(json.loads(row[15])),
        landing_notes=tuple(json.loads(row[16])),
    )


def _source_key(landed: LandedTable) -> tuple[str, ...]:
    present = {name: column for name, column in landed.names.items() if column in landed.columns}
    source_names = {column: name for name, column in present.items()}
    return tuple(source_names.get(column, column) for column in landed.key)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
