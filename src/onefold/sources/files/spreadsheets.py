"""Spreadsheets (XLSX, XLSM, XLSB, XLS, ODS) as tables of text, one per sheet that holds a table."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pyarrow as pa

from onefold.errors import InvalidInput, NotFound
from onefold.settings import SourceSettings
from onefold.sources.files.cells import is_closing_row
from onefold.sources.files.file_table import FileTable, batch_of
from onefold.sources.files.layouts import Layout, find_layout
from onefold.sources.files.naming import column_names, table_name
from onefold.sources.files.stored_file import StoredFile
from onefold.sources.model import BadRow

_SAMPLE_ROWS = 400
_EXACT_INTEGER = 2**53
_ROWS_PER_BATCH = 50_000
_CLOSING_ROWS = 10

Sheet = list[list[Any]]


def open_workbook_tables(file: StoredFile, settings: SourceSettings) -> list[FileTable]:
    """Open every sheet that holds a table; sheets without cells are left out.

    Raises:
        InvalidInput: the workbook needs a password, is damaged, or holds no table at all.
        NotFound: the settings name sheets and none of them exists.

    Cost: the sheets are held in memory while they are open, about 100 bytes per cell.
    """
    tables: list[FileTable] = []
    skipped: list[str] = []
    sheets = _read_sheets(file)
    for name, is_visible, cells in sheets:
        table = _open_sheet(file, name, cells, is_visible=is_visible, is_only=len(sheets) == 1)
        if table is None:
            skipped.append(name)
        else:
            tables.append(table)
    if settings.tables is not None:
        tables = _only_named(file, tables, settings.tables)
    if not tables:
        raise InvalidInput(
            f"{file.origin}: no sheet holds a table (sheets: {', '.join(name for name, _, _ in sheets) or 'none'})",
            hint="Check that the right file was exported.",
        )
    if skipped:
        note = f"empty {'sheet' if len(skipped) == 1 else 'sheets'} left out: {', '.join(skipped)}"
        first = tables[0]
        tables[0] = _with_note(first, note)
    return tables


def _with_note(table: FileTable, note: str) -> FileTable:
    return replace(table, notes=(*table.notes, note))


def _only_named(file: StoredFile, tables: list[FileTable], wanted: Sequence[str]) -> list[FileTable]:
    names = {table_name(name) for name in wanted}
    chosen = [table for table in tables if not table.part or table_name(table.part) in names]
    if not chosen:
        sheets = ", ".join(table.part for table in tables)
        raise NotFound(
            f"{file.origin}: has no sheet {' or '.join(wanted)}",
            hint=f"Its sheets with tables are: {sheets}.",
        )
    return chosen


def _read_sheets(file: StoredFile) -> list[tuple[str, bool, Sheet]]:
    """(name, is visible, cells) of every worksheet."""
    import python_calamine as calamine

    try:
        with file.open_seekable() as stream, calamine.CalamineWorkbook.from_filelike(stream) as workbook:
            sheets = []
            for entry in workbook.sheets_metadata:
                if entry.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                sheet = workbook.get_sheet_by_name(entry.name)
                cells = sheet.to_python(skip_empty_area=False)
                _fill_merged(cells, sheet.merged_cell_ranges or [])
                sheets.append((entry.name, entry.visible == calamine.SheetVisibleEnum.Visible, cells))
            return sheets
    except calamine.PasswordError as error:
        raise InvalidInput(
            f"{file.origin}: the workbook needs a password",
            hint="Save a copy without a password and connect that.",
        ) from error
    except calamine.CalamineError as error:
        raise InvalidInput(
            f"{file.origin}: the workbook cannot be read ({error})",
            hint="Open it in a spreadsheet program and save it again, or export the sheet as CSV.",
        ) from error


def _fill_merged(cells: Sheet, ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Repeat the value of cells merged downwards in one column: it holds for each of the rows."""
    for (top, left), (bottom, right) in ranges:
        if left != right or bottom == top or bottom >= len(cells):
            continue
        for row in range(top + 1, bottom + 1):
            cells[row][left] = cells[top][left]


def _open_sheet(file: StoredFile, name: str, cells: Sheet, *, is_visible: bool, is_only: bool) -> FileTable | None:
    first, last = _used_columns(cells)
    if first is None:
        return None
    texts = [[cell_text(cell) for cell in row[first : last + 1]] for row in cells]
    while not any(texts[-1]):
        texts.pop()
    layout = find_layout([row if any(row) else [] for row in texts[:_SAMPLE_ROWS]])
    kept = _kept_columns(layout, texts)
    names = column_names([layout.headers[position] for position in kept])
    origin = file.origin if is_only else f"{file.origin}#{name}"
    typed = [[row[first + position] for row in cells[layout.body_row :]] for position in kept]
    declared = {
        column: kind for column, values in zip(names, typed, strict=True) if (kind := _declared_type(values)) != "text"
    }
    closing = _closing_rows(texts, layout.body_row)
    read = partial(_read_rows, origin, names, kept, texts, (layout.body_row, len(texts) - closing))
    notes = _notes(layout, texts, len(texts) - closing, is_visible=is_visible)
    return FileTable(origin, names, read, declared_types=declared, notes=notes, part="" if is_only else name)


def _used_columns(cells: Sheet) -> tuple[int | None, int]:
    """First and last column that hold anything; (None, 0) for an empty sheet."""
    used = {position for row in cells for position, cell in enumerate(row) if cell_text(cell).strip()}
    return (min(used), max(used)) if used else (None, 0)


def _kept_columns(layout: Layout, texts: list[list[str]]) -> list[int]:
    """All columns but those that have neither a header nor a value: they are spacing."""
    return [
        position
        for position, header in enumerate(layout.headers)
        if header or any(row[position] for row in texts[layout.body_row :])
    ]


def _closing_rows(texts: list[list[str]], body_row: int) -> int:
    """How many rows at the end are totals and the like."""
    count = 0
    for row in reversed(texts[max(body_row, len(texts) - _CLOSING_ROWS) :]):
        if any(row) and not is_closing_row(row):
            break
        count += 1
    return count


def _notes(layout: Layout, texts: list[list[str]], end: int, *, is_visible: bool) -> tuple[str, ...]:
    notes = []
    first_row = layout.body_row if layout.header_row is None else layout.header_row
    titles = sum(1 for row in texts[:first_row] if any(row))
    if titles:
        notes.append(f"{titles} title {'row' if titles == 1 else 'rows'} skipped")
    if layout.header_row is None:
        notes.append("no header: columns named by position")
    if not is_visible:
        notes.append("the sheet is hidden")
    if not any(any(row) for row in texts[layout.body_row : end]):
        notes.append("header only: no rows")
    return tuple(notes)


def _read_rows(
    origin: str,
    names: tuple[str, ...],
    kept: list[int],
    texts: list[list[str]],
    body: tuple[int, int],
    bad_rows: list[BadRow],
) -> Iterator[pa.RecordBatch]:
    start, end = body
    for row, cells in enumerate(texts[end:], start=end + 1):
        if any(cells):
            raw = "\t".join(cells).strip("\t")[:10_000]
            bad_rows.append(BadRow(origin, row, "reads like a total or closing line, not a record", raw))
    filled = [row for row in range(start, end) if any(texts[row][position] for position in kept)]
    for offset in range(0, len(filled), _ROWS_PER_BATCH):
        rows = filled[offset : offset + _ROWS_PER_BATCH]
        columns = [pa.array([texts[row][position] or None for row in rows], pa.string()) for position in kept]
        yield batch_of(names, columns, origin=origin, lines=pa.array([row + 1 for row in rows], pa.int64()))


def cell_text(cell: Any) -> str:
    """A cell as a person reads it: ISO dates, plain numbers, true and false; empty for nothing and for errors.

    >>> cell_text(12345.0), cell_text(0.1 + 0.2)
    ('12345', '0.3')
    """
    if isinstance(cell, bool):
        text = "true" if cell else "false"
    elif isinstance(cell, float | int):
        text = _number_text(cell)
    elif isinstance(cell, dt.datetime):
        is_midnight = cell.time() == dt.time()
        text = cell.date().isoformat() if is_midnight else cell.isoformat(sep=" ")
    elif isinstance(cell, dt.timedelta):
        text = _duration_text(cell)
    elif isinstance(cell, dt.date | dt.time):
        text = cell.isoformat()
    else:
        text = "" if cell is None else str(cell)
    return text


def _number_text(number: float) -> str:
    """Spreadsheets show 15 significant digits; whole numbers that a float holds exactly keep all of theirs."""
    if not math.isfinite(number):
        return ""
    if number == int(number) and abs(number) <= _EXACT_INTEGER:
        return str(int(number))
    text = format(number, ".15g")
    return format(Decimal(text), "f") if "e" in text else text


def _duration_text(duration: dt.timedelta) -> str:
    """Hours, minutes, seconds: '30:00:00'."""
    seconds = int(duration.total_seconds())
    sign = "-" if seconds < 0 else ""
    hours, rest = divmod(abs(seconds), 3600)
    return f"{sign}{hours:02}:{rest // 60:02}:{rest % 60:02}"


def _declared_type(values: Sequence[Any]) -> str:
    """The type that all filled cells of a column share; text where they do not."""
    kinds = Counter(_cell_type(value) for value in values if value is not None and value != "")
    if set(kinds) == {"date", "timestamp"}:
        return "timestamp"
    return next(iter(kinds)) if len(kinds) == 1 else "text"


def _cell_type(value: Any) -> str:
    kinds = (
        (bool, "bool"),
        (int | float, "number"),
        (dt.datetime, "timestamp"),
        (dt.date, "date"),
        (dt.time | dt.timedelta, "time"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "text")
