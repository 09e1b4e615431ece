"""Quarantine: rows that could not be read, why, and the way back.

An entry is known by its source, table, origin and raw text, so reading a file again adds nothing. Its state:

``open``
    the row cannot be read, and nobody has mended it;
``replayed``
    a person supplied the row as it should be; it has landed and stays for as long as the origin holds the bad one;
``resolved``
    the origin no longer holds the bad row, or it can now be read (other delimiter, other encoding).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from onefold.engines import Engine
from onefold.errors import InvalidInput
from onefold.sources.model import BadRow

STATES = ("open", "replayed", "resolved")
_RAW_CHARACTERS = 10_000


@dataclass(frozen=True)
class QuarantinedRow:
    """A row in quarantine."""

    quarantine_id: str
    source: str
    table: str
    origin: str
    line: int | None
    reason: str
    raw: str
    build_no: int
    """The build that first met it."""
    state: str
    corrected: dict[str, str | None] | None = None
    """The row as a person corrected it, by column."""


def list_quarantine(
    engine: Engine, source: str | None = None, table: str | None = None, state: str | None = "open"
) -> list[QuarantinedRow]:
    """Quarantined rows by source, table, origin and line; of every state where ``state`` is None.

    Raises:
        InvalidInput: no such state.
    """
    if state is not None and state not in STATES:
        raise InvalidInput(f"{state!r} is no state of quarantine", hint=f"Use one of: {', '.join(STATES)}.")
    if not engine.exists("meta", "quarantine"):
        return []
    rows = engine.rows(
        """
        select quarantine_id, source, table_name, origin, line, reason, raw, build_no, state, corrected
        from meta.quarantine
        where (? is null or source = ?) and (? is null or table_name = ?) and (? is null or state = ?)
        order by source, table_name, origin, line, quarantine_id""",
        [source, source, table, table, state, state],
    )
    return [_quarantined_row(row) for row in rows]


def _quarantined_row(row: tuple[Any, ...]) -> QuarantinedRow:
    facts = [*row[:-1], row[-1] and json.loads(row[-1])]
    return QuarantinedRow(*facts)


def quarantine_ids(source: str, table: str, bad_rows: Sequence[BadRow]) -> list[str]:
    """The ids of bad rows: equal for the same row read again, though it moved to another line."""
    seen: Counter[tuple[str, str]] = Counter()
    ids = []
    for bad in bad_rows:
        seen[bad.origin, bad.raw] += 1
        text = "\x00".join((source, table, bad.origin, bad.raw, str(seen[bad.origin, bad.raw])))
        ids.append("q_" + hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest())
    return ids


def update_quarantine(
    engine: Engine, build_no: int, source: str, table: str, bad_rows: Sequence[BadRow], *, is_complete: bool
) -> None:
    """Bring the table's entries in line with a read; inside the caller's transaction.

    New bad rows are added, known ones keep their state (one that was resolved opens again), and after a complete
    read those that the origin no longer holds are resolved.
    """
    known = "select quarantine_id from meta.quarantine where source = ? and table_name = ? limit 1"
    if not bad_rows and not engine.rows(known, [source, table]):
        return
    with engine.registered(_bad_row_table(source, table, bad_rows), "onefold_bad_rows") as met:
        engine.execute(
            f"""
            update meta.quarantine as known set line = met.line, reason = met.reason,
                state_build_no = if(known.state = 'resolved', ?, known.state_build_no),
                state = if(known.state = 'resolved', 'open', known.state)
            from {met} as met
            where met.quarantine_id = known.quarantine_id and known.source = ? and known.table_name = ?""",
            [build_no, source, table],
        )
        engine.execute(
            f"""
            insert into meta.quarantine
            select quarantine_id, ?, ?, origin, line, reason, raw, ?, 'open', ?, null
            from {met} anti join meta.quarantine using (quarantine_id)""",
            [source, table, build_no, build_no],
        )
        if is_complete:
            engine.execute(
                f"""
                update meta.quarantine set state = 'resolved', state_build_no = ?, corrected = null
                where source = ? and table_name = ? and state <> 'resolved'
                    and quarantine_id not in (select quarantine_id from {met})""",
                [build_no, source, table],
            )


def corrected_origin(origin: str, quarantine_id: str) -> str:
    """The ``_origin`` of a row that a person corrected: where it stood, and the entry that tells why it differs."""
    return f"{origin}#{quarantine_id}"


def replayed_rows(
    engine: Engine, source: str, table: str, columns: Sequence[str], *, only: Collection[str] | None = None
) -> pa.RecordBatch:
    """The corrected rows of entries in state ``replayed`` (of those in ``only``), as a batch that can be staged."""
    rows = [
        row for row in list_quarantine(engine, source, table, "replayed") if only is None or row.quarantine_id in only
    ]
    values = [[(row.corrected or {}).get(column) for row in rows] for column in columns]
    arrays = [pa.array(column, pa.string()) for column in values]
    origins = pa.array([corrected_origin(row.origin, row.quarantine_id) for row in rows], pa.string())
    lines = pa.array([row.line for row in rows], pa.int64())
    names = [f"c{position}" for position in range(len(columns))]
    return pa.RecordBatch.from_arrays([*arrays, origins, lines], names=[*names, "_origin", "_line"])


def count_open(engine: Engine, source: str, table: str) -> int:
    """How many rows of a table are in quarantine and wait for somebody."""
    return int(
        engine.scalar(
            "select count(*) from meta.quarantine where source = ? and table_name = ? and state = 'open'",
            [source, table],
        )
    )


def keep_corrections(engine: Engine, build_no: int, corrections: Mapping[str, Mapping[str, str | None]]) -> None:
    """Keep corrected rows by quarantine id and mark their entries; inside the caller's transaction."""
    for quarantine_id, values in corrections.items():
        engine.execute(
            "update meta.quarantine set state = 'replayed', state_build_no = ?, corrected = ? where quarantine_id = ?",
            [build_no, json.dumps(values, ensure_ascii=False), quarantine_id],
        )


def _bad_row_table(source: str, table: str, bad_rows: Sequence[BadRow]) -> pa.Table:
    cut = [BadRow(bad.origin, bad.line, bad.reason, bad.raw[:_RAW_CHARACTERS]) for bad in bad_rows]
    return pa.table(
        {
            "quarantine_id": pa.array(quarantine_ids(source, table, cut), pa.string()),
            "origin": pa.array([bad.origin for bad in cut], pa.string()),
            "line": pa.array([bad.line for bad in cut], pa.int64()),
            "reason": pa.array([bad.reason for bad in cut], pa.string()),
            "raw": pa.array([_storable(bad.raw) for bad in cut], pa.string()),
        }
    )


def _storable(text: str) -> str:
    """Text without lone surrogates, which undecodable bytes leave behind."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
