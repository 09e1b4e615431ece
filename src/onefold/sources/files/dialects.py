"""How a text file separates and quotes its fields, told from its first lines.

Every plausible delimiter and quote cuts the sample; the cut under which rows have equal length and cells look like
single values wins (the idea of pattern and type scores is van den Burg et al., "Wrangling messy CSV files by
detecting row and type patterns", 2019).
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from onefold.sources.files.cells import CellKind, kind_of

_DELIMITERS = (",", ";", "\t", "|", "^", "~", ":", "\x01", "\x1f", "\x1e", "§", "¦", "¬")
_LONG_DELIMITERS = ("~|~", "|~|", "||", "::", ";;", "@@", "##", "$$", "\t|\t")
_SAMPLE_CHARACTERS = 100_000
"""Below the limit of the csv module on one field."""
_SAMPLE_ROWS = 300
_QUOTED_FIELD = re.compile(r'(?:^|(?<=[^\w\s"]|\t))"(?:[^"]|"")*"(?=$|[^\w\s"]|\t)', re.MULTILINE)
_APOSTROPHE_FIELD = re.compile(r"(?:^|[^\w\s])'[^'\n]*'(?=$|[^\w\s])", re.MULTILINE)
_HEADER_MISFIT = 0.7
STAND_IN = "\x1f"
"""One byte that takes the place of a delimiter of several bytes while the file is read."""


@dataclass(frozen=True)
class Dialect:
    """How fields are separated and quoted."""

    delimiter: str
    """Empty where the file has one column."""
    quote: str
    """Empty where quotes mean nothing."""
    escape: str = ""
    """A backslash where it escapes quotes; empty where quotes are doubled."""

    @property
    def label(self) -> str:
        """The delimiter's name for people."""
        names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
        return names.get(self.delimiter, repr(self.delimiter))


def detect_dialect(sample: str, *, delimiter: str | None = None, is_cut: bool = False) -> Dialect:
    """The dialect of a text from its start.

    Args:
        sample: the start of the file, lines ending in line feeds.
        delimiter: the delimiter, where a person named it.
        is_cut: whether the sample ends in the middle of the file.
    """
    lines = _whole_lines(sample, is_cut=is_cut)
    directive = re.match(r"\ufeff?sep=(.)\n", sample, re.IGNORECASE)
    if delimiter is None and directive:
        delimiter = directive[1]
    delimiters = [delimiter] if delimiter else _plausible_delimiters(lines)
    quotings = _plausible_quotings(lines)
    best = Dialect("", *quotings[0])
    best_score = _single_column_score(lines)
    for candidate in delimiters:
        for quote, escape in quotings:
            dialect = Dialect(candidate, quote, escape)
            score = _score(lines, dialect)
            if score > best_score + 1e-9:
                best, best_score = dialect, score
    if delimiter and not best.delimiter:
        return Dialect(delimiter, *quotings[0])
    return best


def sample_rows(
    sample: str, dialect: Dialect, *, limit: int, is_cut: bool = False
) -> tuple[list[list[str]], list[int]]:
    """The first rows of the sample as cells (a blank line is an empty row), and the last line of each, from 1."""
    return _cut(_whole_lines(sample, is_cut=is_cut), dialect, limit)


def _whole_lines(sample: str, *, is_cut: bool) -> list[str]:
    text = sample[:_SAMPLE_CHARACTERS]
    if (is_cut or len(text) < len(sample)) and "\n" in text:
        text = text[: text.rindex("\n")]
    return [line.rstrip("\r") for line in text.rstrip("\n").split("\n")]


def _plausible_delimiters(lines: Sequence[str]) -> list[str]:
    """Delimiters in the first line or in at least a third of the lines that are not blank."""
    filled = [line for line in lines[:_SAMPLE_ROWS] if line.strip()]
    found = [
        delimiter
        for delimiter in (*_LONG_DELIMITERS, *_DELIMITERS)
        if filled and (delimiter in filled[0] or sum(delimiter in line for line in filled) * 3 >= len(filled))
    ]
    # A long delimiter explains the short ones in it.
    for long in [delimiter for delimiter in found if len(delimiter) > 1]:
        if all(
            line.count(long) * long.count(short) == line.count(short) for short in set(long) for line in filled[:50]
        ):
            return [long]
    return [delimiter for delimiter in found if len(delimiter) == 1]


def _plausible_quotings(lines: Sequence[str]) -> list[tuple[str, str]]:
    """(quote, escape) pairs worth trying; the first is the default."""
    text = "\n".join(lines[:_SAMPLE_ROWS])
    quotings = [('"', "")]
    if '"' in text:
        if '\\"' in text:
            quotings.append(('"', "\\"))
        enclosing = sum(match[0].count('"') for match in _QUOTED_FIELD.finditer(text))
        if enclosing * 2 < text.count('"'):
            quotings.append(("", ""))
    if len(_APOSTROPHE_FIELD.findall(text)) * 2 > len(lines[:_SAMPLE_ROWS]):
        quotings.append(("'", ""))
    return quotings


def _cut(lines: Sequence[str], dialect: Dialect, limit: int) -> tuple[list[list[str]], list[int]]:
    delimiter = dialect.delimiter or STAND_IN
    if len(delimiter) > 1:
        lines = [line.replace(delimiter, STAND_IN) for line in lines]
        delimiter = STAND_IN
    reader = csv.reader(
        (line.replace("\r", " ") + "\n" for line in lines),
        delimiter=delimiter,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        doublequote=not dialect.escape,
        escapechar=dialect.escape or None,
    )
    rows: list[list[str]] = []
    last_lines: list[int] = []
    for row in reader:
        rows.append(row)
        last_lines.append(reader.line_num)
        if len(rows) >= limit:
            break
    return rows, last_lines


def _score(lines: Sequence[str], dialect: Dialect) -> float:
    rows = [row for row in _cut(lines, dialect, _SAMPLE_ROWS)[0] if any(cell.strip() for cell in row)]
    if not rows:
        return 0.0
    widths = Counter(len(row) for row in rows)
    width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
    if width < 2:
        return 0.0
    consistency = count / len(rows)
    # The last row of a sample may go on for long, and rightly so.
    swallowed = sum(cell.count("\n") > 20 for row in rows[:-1] for cell in row)
    fit = 1.0 if len(rows[0]) == width else _HEADER_MISFIT
    clear = _clear_share([row for row in rows if len(row) == width])
    penalty = 0.5 if dialect.delimiter == ":" else 1.0
    # Reading a quote as a quote explains more than reading it as a letter.
    quoting = 1.0 if dialect.quote == '"' else 0.98
    return consistency**2 * (width - 1) / width * clear**2 * penalty * quoting * fit / (1 + swallowed)


def _single_column_score(lines: Sequence[str]) -> float:
    """How well the file reads as one column: a little, unless every line is one clear value."""
    filled = [line for line in lines[:_SAMPLE_ROWS] if line.strip()]
    if not filled:
        return 0.0
    kinds = Counter(kind_of(line) for line in filled[1:] or filled)
    single = sum(kinds[kind] for kind in (CellKind.DATE, CellKind.EMAIL, CellKind.URL, CellKind.JSON))
    return 0.45 if single * 10 >= 9 * sum(kinds.values()) else 0.05


def _clear_share(rows: Sequence[Sequence[str]]) -> float:
    """The share of cells that look like one value."""
    cells = [cell for row in rows for cell in row]
    unclear = sum(kind_of(cell) is CellKind.UNCLEAR for cell in cells)
    return 1 - unclear / len(cells) if cells else 0.0
