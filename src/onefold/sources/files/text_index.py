"""The structure of delimited text found with whole-array operations: where records end and how many fields they have.

A quote toggles between inside and outside of a quoted field, so the parity of quotes before a byte tells whether a
delimiter or line end counts. That holds for text that follows RFC 4180; the first record that breaks its rules is
reported, and ``text_repair`` takes over there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onefold.sources.files.dialects import STAND_IN, Dialect

_DELIMITER, _NEWLINE, _QUOTE, _RETURN, _ESCAPE = 1, 2, 3, 4, 5
_NEWLINE_BYTE = 10
_RETURN_BYTE = 13
_BACKSLASH_BYTE = 92

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RecordIndex:
    """Complete, well-formed records at the start of a block of bytes, in order."""

    ends: Positions
    """Byte after the record's line end."""
    field_counts: Positions
    line_counts: Positions
    """Line feeds in the record, its own included."""
    suspicious: npt.NDArray[np.bool_]
    """Records whose quoted field looks like swallowed lines."""
    breaks_rules: bool
    """Whether a record that breaks the rules of quoting follows, rather than an incomplete one."""


class Indexer:
    """Finds records in blocks of UTF-8 text of one dialect."""

    def __init__(self, dialect: Dialect, width: int, *, has_lone_returns: bool) -> None:
        self._width = width
        self._delimiter = dialect.delimiter if len(dialect.delimiter) == 1 and dialect.delimiter.isascii() else STAND_IN
        self._delimiter_byte = ord(self._delimiter) if dialect.delimiter else -1
        self._quote_byte = ord(dialect.quote) if dialect.quote else -1
        self._has_escape = bool(dialect.escape)
        self._has_lone_returns = has_lone_returns
        table = np.zeros(256, np.uint8)
        table[_NEWLINE_BYTE] = _NEWLINE
        if self._delimiter_byte >= 0:
            table[self._delimiter_byte] = _DELIMITER
        if self._quote_byte >= 0:
            table[self._quote_byte] = _QUOTE
        if has_lone_returns:
            table[_RETURN_BYTE] = _RETURN
        self._table = table

    def index(self, block: bytes | memoryview, *, is_last: bool) -> RecordIndex:
        """Index the block from its first byte, which starts a record.

        Args:
            block: UTF-8 text.
            is_last: whether the file ends with the block, so that its last line needs no line end.
        """
        octets = np.frombuffer(block, np.uint8)
        marks = self._table[octets]
        positions = np.flatnonzero(marks)
        kinds = marks[positions]
        if self._has_escape:
            keep = ~((kinds == _QUOTE) & self._is_escaped(octets, positions))
            positions, kinds = positions[keep], kinds[keep]
        is_quote = kinds == _QUOTE
        if is_quote.any():
            inside = (np.cumsum(is_quote, dtype=np.int32) & 1).astype(bool)
        else:
            inside = np.zeros(len(kinds), bool)
        is_end = (kinds == _NEWLINE) & ~inside
        ends_at = np.flatnonzero(is_end)
        ends = positions[ends_at] + 1
        if is_last and len(octets) and (not len(ends) or ends[-1] < len(octets)) and not (len(inside) and inside[-1]):
            ends = np.append(ends, len(octets))
            ends_at = np.append(ends_at, len(kinds))
        field_counts = self._per_record((kinds == _DELIMITER) & ~inside, ends_at) + 1
        line_counts = self._per_record(kinds == _NEWLINE, ends_at)
        broken_at = self._first_break(octets, positions, kinds, inside)
        good = int(np.searchsorted(ends, broken_at, side="right")) if broken_at is not None else len(ends)
        suspicious = np.zeros(len(ends), bool)
        if line_counts.max(initial=0) > 3 and self._width > 2:
            quoted_delimiters = self._per_record((kinds == _DELIMITER) & inside, ends_at)
            suspicious = (line_counts > 3) & (quoted_delimiters >= (self._width - 1) * (line_counts - 2))
        return RecordIndex(
            ends[:good], field_counts[:good], line_counts[:good], suspicious[:good], broken_at is not None
        )

    @staticmethod
    def _per_record(marked: npt.NDArray[np.bool_], ends_at: Positions) -> Positions:
        """How many marks each record has; ``ends_at`` is the mark that ends it."""
        running = np.concatenate(([0], np.cumsum(marked, dtype=np.int64)))
        upto = running[np.minimum(ends_at + 1, len(marked))]
        return np.diff(upto, prepend=0)

    @staticmethod
    def _is_escaped(octets: npt.NDArray[np.uint8], positions: Positions) -> npt.NDArray[np.bool_]:
        """Whether an odd number of backslashes stands before each position."""
        escaped = np.zeros(len(positions), bool)
        live = np.arange(len(positions))
        distance = 1
        while len(live):
            at = positions[live] - distance
            live = live[(at >= 0) & (octets[np.maximum(at, 0)] == _BACKSLASH_BYTE)]
            escaped[live] = ~escaped[live]
            distance += 1
        return escaped

    def _first_break(
        self,
        octets: npt.NDArray[np.uint8],
        positions: Positions,
        kinds: npt.NDArray[np.uint8],
        inside: npt.NDArray[np.bool_],
    ) -> int | None:
        """Where the rules are broken first.

        By a quote inside an unquoted field, text after a closing quote, or a carriage return on its own.
        """
        breaks = []
        quotes = np.flatnonzero(kinds == _QUOTE)
        if len(quotes):
            at = positions[quotes]
            opens = inside[quotes]
            before = octets[np.maximum(at - 1, 0)]
            after = octets[np.minimum(at + 1, len(octets) - 1)]
            fits_before = (at == 0) | self._is_boundary(before) | (before == self._quote_byte)
            fits_after = (at == len(octets) - 1) | self._is_boundary(after) | (after == self._quote_byte)
            fits_after |= after == _RETURN_BYTE
            broken = np.flatnonzero(np.where(opens, ~fits_before, ~fits_after))
            if len(broken):
                breaks.append(int(at[broken[0]]))
        if self._has_escape:
            # Arrow lets a backslash escape anything; here it escapes quotes alone, which is for the repairer to do.
            backslashes = np.flatnonzero(octets[:-1] == _BACKSLASH_BYTE)
            odd = backslashes[octets[backslashes + 1] != self._quote_byte]
            if len(odd):
                breaks.append(int(odd[0]))
        if self._has_lone_returns:
            returns = positions[(kinds == _RETURN) & ~inside]
            returns = returns[returns < len(octets) - 1]  # what follows the last byte is not known yet
            lone = returns[octets[returns + 1] != _NEWLINE_BYTE]
            if len(lone):
                breaks.append(int(lone[0]))
        return min(breaks) if breaks else None

    def _is_boundary(self, octets: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
        is_boundary: npt.NDArray[np.bool_] = (octets == self._delimiter_byte) | (octets == _NEWLINE_BYTE)
        return is_boundary
