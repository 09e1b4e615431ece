"""Quarantine over HTTP: rows that could not be read, and rows as they should be."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from onefold.access import audit_read, record_audit
from onefold.api.call import Call, CallDep
from onefold.api.paging import Cursor, Limit, PageOf, decode_cursor, encode_cursor
from onefold.api.source_out import ShownOut, public_errors, whole_rows_hidden_by
from onefold.api.warehouse import warehouse
from onefold.build import next_build_no
from onefold.catalog import Table, load_catalog
from onefold.errors import InvalidInput, NotAllowed
from onefold.sources import QuarantinedRow, list_quarantine, replay_quarantine
from onefold.storage import announce

router = APIRouter(prefix="/quarantine", tags=["sources"])

MOST_ROWS = 500
"""Rows of one replay."""


class QuarantinedOut(BaseModel):
    """A row that could not be read."""

    quarantine_id: str
    source: str
    table: str
    origin: str
    """File, with sheet or member, or table."""
    line: int | None
    reason: str
    raw: ShownOut
    build_no: int
    state: str
    corrected: dict[str, str | None] | None
    columns: list[str]
    """The columns of its table: what a corrected row is made of."""


class CorrectedRow(BaseModel):
    """A row as it should be."""

    quarantine_id: Annotated[str, Field(max_length=40)]
    values: Annotated[dict[Annotated[str, Field(max_length=1000)], str | None], Field(min_length=1, max_length=2000)]
    """By column; those left out are empty."""


class Replay(BaseModel):
    """Corrected rows."""

    rows: Annotated[list[CorrectedRow], Field(min_length=1, max_length=MOST_ROWS)]


class Landed(BaseModel):
    """Rows that landed; the next build takes them further."""

    landed: dict[str, int]
    """Source and table -> rows."""


@router.get("")
def get_quarantine(
    call: CallDep,
    source: Annotated[str | None, Query(max_length=63)] = None,
    table: Annotated[str | None, Query(max_length=300)] = None,
    state: Literal["open", "replayed", "resolved"] = "open",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> PageOf[QuarantinedOut]:
    """Rows in quarantine by source, table, file and line; not while a build holds the warehouse."""
    call.access.require("read", "source")
    after = int(decode_cursor(cursor, 1)[0]) if cursor and str(decode_cursor(cursor, 1)[0]).isdigit() else 0
    audit_read(call.database, call.access, "quarantine.read", "source", source or "*")
    with warehouse(call) as engine:
        rows = list_quarantine(engine, source, table, state)
    tables = _tables(call)
    page = rows[after : after + limit]
    rest = encode_cursor(after + limit) if len(rows) > after + limit else None
    return PageOf[QuarantinedOut](items=[_out(call, row, tables) for row in page], next_cursor=rest)


@router.post("/replay")
def replay(call: CallDep, given: Replay) -> Landed:
    """Land corrected rows. They stay as long as their source holds the bad ones."""
    call.access.require("update", "source")
    tables = _tables(call)
    wanted = {row.quarantine_id: row for row in given.rows}
    if len(wanted) < len(given.rows):
        raise InvalidInput("one row of quarantine is corrected twice", hint="Give each once.")
    with warehouse(call) as engine, public_errors(call.workspace):
        entries = [row for row in list_quarantine(engine, state=None) if row.quarantine_id in wanted]
        for entry in entries:
            if hidden_by := whole_rows_hidden_by(call.access, tables.get((entry.source, entry.table))):
                raise NotAllowed(
                    "you may not correct rows that you may not see", hint=f"Hidden by policy: {hidden_by}."
                )
        with call.read() as connection:
            build_no = next_build_no(connection)
        corrections = [{**row.values, "quarantine_id": row.quarantine_id} for row in given.rows]
        landings = replay_quarantine(engine, build_no, corrections)
    landed = {f"{one.source}.{one.table}": one.inserted + one.updated for one in landings}
    with call.write() as connection:
        for name in sorted({one.source for one in landings}):
            record_audit(connection, call.access, "quarantine.replay", "source", name, {"rows": len(given.rows)})
            announce(connection, "quarantine.replayed", resource="source", resource_id=name)
    return Landed(landed=landed)


def _tables(call: Call) -> dict[tuple[str, str], Table]:
    with call.read() as connection:
        return {(table.source, table.name): table for table in load_catalog(connection)}


def _out(call: Call, row: QuarantinedRow, tables: dict[tuple[str, str], Table]) -> QuarantinedOut:
    known = tables.get((row.source, row.table))
    hidden_by = whole_rows_hidden_by(call.access, known)
    facts: dict[str, Any] = vars(row) | {
        "raw": ShownOut(value=None if hidden_by else row.raw, hidden_by=hidden_by),
        "corrected": None if hidden_by else row.corrected,
        "columns": [column.name for column in known.columns] if known else [],
        "origin": row.origin.rpartition("/")[2],
    }
    return QuarantinedOut.model_validate(facts)
