"""Where a table begins in rows of cells: titles above it, its header, or none at all.

Works on the first rows of delimited text and of sheets alike.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from onefold.sources.files.cells import SPECIFIC_KINDS, CellKind, kind_of

Row = Sequence[str]

_HEADER_WORD = re.compile(
    r"(?:^|[\W_])(?:id|key|no|nr|num|number|name|first|last|given|family|surname|e-?mail|mail|phone|tel|mobile|fax|date|dob|"
    r"birth|gender|sex|address|street|city|town|state|country|zip|postcode|code|company|status|type|amount|price|total|"
    r"quantity|qty|currency|created|updated|title|text|url|nombre|apellidos?|correo|fecha|ciudad|nom|cognoms?|prénom|"
    r"vorname|nachname|ort|plz|straße|strasse|telefon|datum|imię|nazwisko|jméno|příjmení)(?:$|[\W_\d])"
    r"|姓名|名字|电话|電話|手机|手機|邮箱|郵箱|地址|编号|編號|日期|城市|όνομα|ονομα|επώνυμο|τηλέφωνο|διεύθυνση|πόλη|"
    r"نام|تلفن|ایمیل|آدرس|شهر|تاریخ|имя|фамилия|телефон|адрес|город|дата",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"[a-z]+(?:[A-Z][a-z0-9]*)+|[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")

ROWS_JUDGED = 200
"""Rows of the body against which a header is weighed."""


@dataclass(frozen=True)
class Layout:
    """Where the table is in the rows looked at."""

    width: int
    """Columns."""
    header_row: int | None
    """Index of the header among the rows; None where the table has none."""
    body_row: int
    """Index of the first row of data."""
    headers: tuple[str, ...]
    """Header texts, one per column; empty strings where there is no header."""


def find_layout(rows: Sequence[Row]) -> Layout:
    """Tell title rows, header and body apart.

    Args:
        rows: the first rows, blank ones included, as many cells as each has. At least one has a filled cell.
    """
    width = _usual_width(rows)
    start = _first_table_row(rows, width)
    body = [row for row in rows[start + 1 : start + 1 + ROWS_JUDGED] if _filled(row)]
    if not has_header(rows[start], body):
        width = max(width, len(rows[start])) if not body else width
        return Layout(width, None, start, ("",) * width)
    headers = [cell.strip() for cell in rows[start]]
    headers, width = _fit_headers(headers, body, width)
    return Layout(width, start, start + 1, tuple(headers))


def _usual_width(rows: Sequence[Row]) -> int:
    """The number of cells that most rows have; of two equally common ones, the larger."""
    counts = Counter(len(row) for row in rows if _filled(row))
    most = max(counts.values())
    return max(width for width, count in counts.items() if count == most)


def _filled(row: Row) -> int:
    return sum(1 for cell in row if cell.strip())


def _first_table_row(rows: Sequence[Row], width: int) -> int:
    """The first row that is wide enough to be the header or data; titles and notes above are narrower."""
    filled = sorted(_filled(row) for row in rows if len(row) >= width and _filled(row))
    typical = filled[len(filled) // 2] if filled else 1
    needed = max(1, min(typical, width) * 0.5) if width > 1 else 1
    if width >= 3:
        needed = max(needed, 2)
    for index, row in enumerate(rows):
        if not _filled(row):
            continue
        # A header may lack the name of an index column, or carry one more delimiter at its end.
        if len(row) >= width - 1 and _filled(row) >= needed and not _is_directive(row):
            return index
    return next(index for index, row in enumerate(rows) if _filled(row))


def _is_directive(row: Row) -> bool:
    """Whether the row speaks to a program: Excel's ``sep=;`` or a comment."""
    first = row[0].strip().lower()
    return first.startswith("sep=") and len(first) <= 5


def has_header(candidate: Row, body: Sequence[Row]) -> bool:
    """Whether the row names the columns below it rather than being data itself.

    Evidence is counted by column. A table without any evidence either way has a header: most have.
    """
    cells = [cell.strip() for cell in candidate]
    if not body:
        return not any(kind_of(cell) in {CellKind.EMAIL, CellKind.DATE, CellKind.URL} for cell in cells)
    score = 0.0
    for position, cell in enumerate(cells):
        if cell:
            below = [row[position].strip() for row in body if position < len(row) and row[position].strip()]
            score += _header_evidence(cell, below)
    filled = [cell for cell in cells if cell]
    if len(filled) > 1 and len({cell.casefold() for cell in filled}) == len(filled):
        score += 0.25
    return score >= 0


def _header_evidence(cell: str, below: Sequence[str]) -> float:
    """How much one cell speaks for being a header (positive) or data (negative), given the cells below it."""
    kind = kind_of(cell)
    looks_named = bool(_HEADER_WORD.search(_CAMEL.sub("_", cell))) or bool(_IDENTIFIER.fullmatch(cell))
    if kind is CellKind.DATE and below and _usual_kind(below)[0] is not CellKind.DATE:
        return 0.5  # one column per day
    if kind in {CellKind.EMAIL, CellKind.URL, CellKind.DATE}:
        return -3.0
    evidence = 1.5 if looks_named and kind in {CellKind.TEXT, CellKind.CODE} else 0.0
    if not below:
        return evidence
    usual, share = _usual_kind(below)
    if kind is CellKind.NUMBER:
        if _YEAR.fullmatch(cell) and not any(_YEAR.fullmatch(other) for other in below):
            return 0.5  # one column per year
        return -1.5 if usual is CellKind.NUMBER else 0.5
    if kind in SPECIFIC_KINDS and kind is usual and not looks_named:
        return -1.5 if _same_shape(cell, below) else -0.5
    if usual in SPECIFIC_KINDS and kind is not usual and share >= 0.7:
        evidence += 1.5
    elif cell in below and len(set(below)) > 1:
        evidence -= 1.0
    return evidence


def _usual_kind(cells: Sequence[str]) -> tuple[CellKind, float]:
    (kind, count), *_ = Counter(kind_of(cell) for cell in cells).most_common(1)
    return kind, count / len(cells)


def _same_shape(cell: str, below: Sequence[str]) -> bool:
    """Whether the cell has the pattern of letters and digits that most cells below have."""
    shape = _shape(cell)
    return sum(_shape(other) == shape for other in below) * 2 > len(below)


def _shape(cell: str) -> str:
    return re.sub(r"[A-Za-z]+", "a", re.sub(r"\d+", "9", cell))


def _fit_headers(headers: list[str], body: Sequence[Row], width: int) -> tuple[list[str], int]:
    """Headers and width made to agree: a delimiter too many at the end of lines, or an unnamed index column."""
    if not body:
        while len(headers) > 1 and not headers[-1]:
            headers.pop()
        return headers, len(headers)
    width = _usual_width(body)
    if len(headers) == width - 1:
        ends_blank = all(not row[-1].strip() for row in body if len(row) == width)
        headers = [*headers, ""] if ends_blank else ["", *headers]
    while len(headers) > width and not headers[-1]:
        headers.pop()
    # Rows may leave off empty cells at their end; named columns must stay.
    width = max(width, len(headers))
    return headers + [""] * (width - len(headers)), width
