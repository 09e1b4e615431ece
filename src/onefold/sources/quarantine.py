"""What people do with rows in quarantine: look at them, and supply them as they should be.

The other way back needs no command: mend the file, or name its delimiter or encoding in ``onefold.yaml``; the next
build reads it again and resolves what it can now read.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from onefold.engines import Engine
from onefold.errors import InvalidInput, NotFound
from onefold.kernel import Clock, utc_now
from onefold.sources.landed import LandedTable, find_landed
from onefold.sources.landing import land_corrections
from onefold.sources.model import LandingReport
from onefold.sources.quarantined import QuarantinedRow, list_quarantine

__all__ = ["QuarantinedRow", "list_quarantine", "read_corrections", "replay_quarantine"]

ID_COLUMN = "quarantine_id"
"""The column of a file of corrections that says which entry a row corrects."""


def replay_quarantine(
    engine: Engine, build_no: int, corrections: Iterable[Mapping[str, Any]], *, clock: Clock = utc_now
) -> list[LandingReport]:
    """Land rows that a person corrected; their entries become ``replayed``.

    Each table is one transaction. A corrected row stays through later reads for as long as the source holds the
    bad one, and gives way once the source itself is mended. Correcting an entry again replaces the earlier
    correction.

    Args:
        engine: the warehouse.
        build_no: the build that lands.
        corrections: rows with ``quarantine_id`` and the columns of their table; absent columns are null.
        clock: for ``landed_at``.

    Raises:
        NotFound: no such entry in quarantine.
        InvalidInput: the entry is resolved, or a column is not one of the table's.
    """
    by_table: dict[tuple[str, str], dict[str, dict[str, str | None]]] = {}
    entries = {row.quarantine_id: row for row in list_quarantine(engine, state=None)}
    for correction in corrections:
        entry = _open_entry(entries, str(correction.get(ID_COLUMN) or ""))
        landed = find_landed(engine, entry.source, entry.table)
        if landed is None:
            raise NotFound(f"{entry.source}.{entry.table} has not been read yet", hint="Run: onefold build")
        values = {name: value for name, value in correction.items() if name != ID_COLUMN}
        by_table.setdefault((entry.source, entry.table), {})[entry.quarantine_id] = _row_of(landed, values)
    return [
        land_corrections(engine, build_no, source, table, rows, clock=clock)
        for (source, table), rows in by_table.items()
    ]


def read_corrections(path: Path) -> list[dict[str, Any]]:
    """Rows of a CSV, JSON or JSON-lines file of corrected rows, each with its ``quarantine_id``.

    Raises:
        NotFound: no such file.
        InvalidInput: it is not readable as its ending says, or a row lacks ``quarantine_id``.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = _parse_corrections(text, path.suffix.lower())
    except FileNotFoundError as error:
        raise NotFound(f"{path} does not exist", hint="Name a CSV or JSON file of corrected rows.") from error
    except (ValueError, csv.Error) as error:
        raise InvalidInput(f"{path}: {error}", hint="Save it as CSV or JSON in UTF-8.") from error
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or not row.get(ID_COLUMN):
            raise InvalidInput(
                f"{path}: row {number} has no {ID_COLUMN}",
                hint="Run: onefold quarantine list --json, and keep the ids beside the corrected rows.",
            )
    return rows


def _parse_corrections(text: str, suffix: str) -> list[dict[str, Any]]:
    if suffix in {".jsonl", ".ndjson"}:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    if suffix == ".json":
        parsed = json.loads(text)
        return parsed if isinstance(parsed, list) else [parsed]
    return list(csv.DictReader(text.splitlines(keepends=True)))


def _open_entry(entries: Mapping[str, QuarantinedRow], quarantine_id: str) -> QuarantinedRow:
    entry = entries.get(quarantine_id)
    if entry is None:
        raise NotFound(f"no row {quarantine_id!r} in quarantine", hint="Run: onefold quarantine list")
    if entry.state == "resolved":
        raise InvalidInput(
            f"{quarantine_id} is resolved: {entry.origin} no longer holds it",
            hint="Run: onefold quarantine list",
        )
    return entry


def _row_of(landed: LandedTable, values: Mapping[str, Any]) -> dict[str, str | None]:
    """Values by landed column, from values by the source's or the landed relation's names."""
    row: dict[str, str | None] = {}
    for name, value in values.items():
        column = landed.names.get(name, name)
        if column not in landed.columns:
            _refuse_column(landed, name, landed.columns)
        row[column] = value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return row


def _refuse_column(landed: LandedTable, name: str | None, columns: Sequence[str]) -> None:
    raise InvalidInput(
        f"{landed.source}.{landed.table} has no column {name!r}", hint=f"Its columns: {', '.join(columns)}."
    )
