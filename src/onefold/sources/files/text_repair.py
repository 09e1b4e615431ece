"""Reading records that break the rules of quoting, one at a time.

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
    has_stray_quote: bool = False
    """Whether a quoted field holds a quote that is neither doubled nor escaped."""


class Repairer:
    """Reads single records of a dialect from text."""

    def __init__(self, dialect: Dialect, width: int) -> None:
        self._delimiter = dialect.delimiter if len(dialect.delimiter) == 1 and dialect.delimiter.isascii() else STAND_IN
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
        if record is not None and (record.lines == 1 or self._is_trusted(text, start, line_end, record)):
            return record
        alone = self._parse(text, start, line_end)
        if alone is not None and len(alone.cells) == self._width:
            return Record(alone.cells, min(line_end + 1, len(text)), 1)
        problem = f"a {self._quote} opens a field on this line and is not closed properly"
        return Record((), min(line_end + 1, len(text)), 1, problem)

    def _is_trusted(self, text: str, start: int, line_end: int, record: Record) -> bool:
        """Whether a record of several lines is one, rather than a stray quote with the lines that follow."""
        if self.has_swallowed(text[start : record.end]):
            return False
        if not record.has_stray_quote:
            return True
        if len(record.cells) != self._width:
            return False
        following = self._parse(text, line_end + 1, len(text))
        return following is None or len(following.cells) != self._width

    def has_swallowed(self, raw: str) -> bool:
        """Whether the lines inside a record look like records themselves: two or more, each of full width."""
        middle = raw.removesuffix("\n").split("\n")[1:-1]
        if not self._delimiter or self._width < 3 or len(middle) < 2:
            return False
        return all(line.count(self._delimiter) == self._width - 1 and self._quote not in line for line in middle)

    def _parse(self, text: str, start: int, limit: int) -> Record | None:
        """The record under lenient rules; None where a quote does not close before ``limit``."""
        cells: list[str] = []
        position = start
        lines = 1
        has_stray_quote = False
        while True:
            if self._quote and text.startswith(self._quote, position, limit):
                closed = self._quoted(text, position + 1, limit)
                if closed is None:
                    return None
                cell, position, is_stray = closed
                has_stray_quote |= is_stray
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
        return Record(tuple(cells), position, lines, has_stray_quote=has_stray_quote)

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

    def _quoted(self, text: str, start: int, limit: int) -> tuple[str, int, bool] | None:
        """A quoted field's text, the position after its closing quote, whether a stray quote is in it.

        None where it does not close.
        """
        pieces: list[str] = []
        has_stray_quote = False
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
                return "".join(pieces), quote + 1, has_stray_quote
            has_stray_quote = True
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
