"""Reading records that break the rules of quoting, one at a time, and saying what is wrong with those that cannot
be read.

A quote counts only where a field begins, and closes only before a delimiter or line end; any other is a letter. A
quote that never closes, or closes after having swallowed lines that look like records, spoils its own line alone:
reading goes on with the next.
"""

from __future__ import annotations

from dataclasses import dataclass

from onefold.sources.files.dialects import STAND_IN, Dialect


@dataclass(frozen=True)
class Record:
    """One record as read."""

    cells: tuple[str, ...]
    end: int
    """Where the next record starts."""
    lines: int
    """Physical lines that it takes up."""
    problem: str = ""
    """Why it cannot be used; empty where it can."""


class Repairer:
    """Reads single records of a dialect from text."""

    def __init__(self, dialect: Dialect, width: int) -> None:
        self._delimiter = (
            dialect.delimiter if len(dialect.delimiter) == 1 and dialect.delimiter.isascii() else STAND_IN
        )
        if not dialect.delimiter:
            self._delimiter = ""
        self._quote = dialect.quote
        self._escape = dialect.escape
        self._width = width

    def read(self, text: str, start: int) -> Record:
        """The record that starts at ``start``; ``text`` reaches to the end of the file or far enough."""
        line_end = text.find("\n", start)
        line_end = len(text) if line_end < 0 else line_end
        record = self._parse(text, start, len(text))
        if record is not None and record.lines == 1:
            return record
        alone = self._parse(text, start, line_end)
        if (
            record is not None
            and len(record.cells) == self._width
            and not self.has_swallowed(text[start : record.end])
        ):
            return record
        if alone is not None and len(alone.cells) == self._width:
            return Record(alone.cells, min(line_end + 1, len(text)), 1)
        problem = f"a {self._quote or 'quote'} opens a field on this line and is not closed properly"
        return Record((), min(line_end + 1, len(text)), 1, problem)

    def has_swallowed(self, raw: str) -> bool:
        """Whether the lines inside a record look like records themselves."""
        middle = raw.split("\n")[1:-1]
        middle = middle[:-1] if middle and not middle[-1] else middle
        if not self._delimiter or self._width < 3 or not middle:
            return False
        return all(line.count(self._delimiter) >= self._width - 1 for line in middle)

    def _parse(self, text: str, start: int, limit: int) -> Record | None:
        """The record under lenient rules; None where a quote does not close before ``limit``."""
        cells: list[str] = []
        position = start
        lines = 1
        while True:
            if self._quote and text.startswith(self._quote, position, limit):
                closed = self._quoted(text, position + 1, limit)
                if closed is None:
                    return None
                cell, position = closed
                lines += cell.count("\n")
            else:
                cell, position = self._plain(text, position, limit)
            cells.append(cell)
            if self._delimiter and text.startswith(self._delimiter, position, limit):
                position += 1
                continue
            break
        if text.startswith("\r\n", position):
            position += 2
        elif position < len(text) and text[position] == "\n":
            position += 1
        return Record(tuple(cells), position, lines)

    def _plain(self, text: str, start: int, limit: int) -> tuple[str, int]:
        end = text.find("\n", start, limit)
        end = limit if end < 0 else end
        delimiter = text.find(self._delimiter, start, end) if self._delimiter else -1
        if delimiter >= 0:
            return text[start:delimiter], delimiter
        if end > start and text[end - 1] == "\r" and end < len(text):
            end -= 1
        elif end == len(text) and text.endswith("\r", start, end):
            return text[start : end - 1], end
        return text[start:end], end

    def _quoted(self, text: str, start: int, limit: int) -> tuple[str, int] | None:
        """The text of a quoted field and the position after its closing quote; None where it does not close."""
        pieces: list[str] = []
        position = start
        while True:
            quote = text.find(self._quote, position, limit)
            if quote < 0:
                return None
            if self._escape and self._is_escaped(text, position, quote):
                pieces.append(text[position : quote - 1] + self._quote)
                position = quote + 1
                continue
            if text.startswith(self._quote, quote + 1, limit):
                pieces.append(text[position : quote + 1])
                position = quote + 2
                continue
            if self._closes(text, quote, limit):
                pieces.append(text[position:quote])
                return "".join(pieces), quote + 1
            pieces.append(text[position : quote + 1])
            position = quote + 1

    def _closes(self, text: str, quote: int, limit: int) -> bool:
        """Whether a field may end after the quote."""
        after = quote + 1
        if after >= limit or text[after] == "\n" or text.startswith("\r\n", after):
            return True
        return bool(self._delimiter) and text[after] == self._delimiter

    def _is_escaped(self, text: str, start: int, quote: int) -> bool:
        backslashes = 0
        while quote - 1 - backslashes >= start and text[quote - 1 - backslashes] == self._escape:
            backslashes += 1
        # A backslash before a quote that ends the field, as in "C:\\dir\\", cannot be told from an escape.
        return backslashes % 2 == 1
