"""Rows of delimited text as Arrow batches, with the physical line of each, and every bad row accounted for.

Blocks are indexed as a whole (``text_index``) and their well-formed records handed to Arrow's CSV reader; only the
neighbourhood of a broken record is read one by one (``text_repair``).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from onefold.errors import InvalidInput
from onefold.sources.files.cells import is_closing_row
from onefold.sources.files.dialects import STAND_IN, Dialect
from onefold.sources.files.file_table import batch_of
from onefold.sources.files.stored_file import StoredFile
from onefold.sources.files.survey import Survey
from onefold.sources.files.text_index import Indexer, RecordIndex
from onefold.sources.files.text_repair import Repairer
from onefold.sources.files.text_stream import utf8_chunks
from onefold.sources.model import BadRow

RAW_CHARACTERS = 10_000
"""How much of a bad row is kept."""

_LONGEST_RECORD_BYTES = 256 << 20
"""A record longer than this is given up; 50 MB notes do occur."""
_REPAIR_BYTES = 4 << 10
"""How much is read record by record after a broken one, before whole blocks are tried again."""
_LOOK_AHEAD_BYTES = 1 << 20
"""How far the end of a broken record is looked for."""
_SMALL_WINDOW_BYTES = 32 << 10
_ROWS_PER_BATCH = 10_000
_BAD_ROWS_TOLERATED = 10_000
_CLOSING_ROWS = 10
_CLOSING_REASON = "reads like a total or closing line, not a record"


@dataclass(frozen=True)
class TextFormat:
    """How the rows of one text file are to be read."""

    dialect: Dialect
    column_names: tuple[str, ...]
    lines_above: int
    """Physical lines before the first row: titles and header."""
    short_width: int | None = None
    """Number of fields of rows that leave off empty ones at their end, where the file has such."""
    null_marks: tuple[str, ...] = ()
    """Texts other than the empty one that stand for nothing."""


def read_rows(
    file: StoredFile, survey: Survey, text_format: TextFormat, bad_rows: list[BadRow]
) -> Iterator[pa.RecordBatch]:
    """Read all rows of the file.

    Raises:
        InvalidInput: a line is longer than can be held, or most rows cannot be read.
        NotFound, SourceFailed: as ``StoredFile.open`` does.
    """
    reader = _RowReader(file.origin, survey, text_format, bad_rows)
    batches = reader.batches(utf8_chunks(file, survey, text_format.dialect.delimiter))
    yield from reader.without_closing_rows(_joined(batches))


def _joined(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of some size: around broken records they come in small ones."""
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows >= _ROWS_PER_BATCH:
            yield pa.concat_batches(held) if len(held) > 1 else held[0]
            held, rows = [], 0
    if held:
        yield pa.concat_batches(held)


class _RowReader:
    def __init__(self, origin: str, survey: Survey, text_format: TextFormat, bad_rows: list[BadRow]) -> None:
        self._origin = origin
        self._format = text_format
        self._bad_rows = bad_rows
        self._width = len(text_format.column_names)
        self._line = text_format.lines_above + 1
        self._rows = 0
        has_lone_returns = survey.has_lone_carriage_returns and not survey.has_only_carriage_returns
        self._may_be_invalid = survey.utf8_errors > 0 and survey.encoding.codec.startswith("utf-8")
        self._indexer = Indexer(text_format.dialect, self._width, has_lone_returns=has_lone_returns)
        self._repairer = Repairer(text_format.dialect, self._width)

    def batches(self, chunks: Iterator[bytes]) -> Iterator[pa.RecordBatch]:
        """All rows that can be read, bad ones set aside."""
        pending = b""
        wanted_bytes = 0
        to_skip = self._format.lines_above
        current = next(chunks, None)
        while current is not None:
            following = next(chunks, None)
            pending = pending + current if pending else current
            while to_skip and (line_end := pending.find(b"\n")) >= 0:
                pending = pending[line_end + 1 :]
                to_skip -= 1
            if not to_skip and (len(pending) >= wanted_bytes or following is None):
                left = yield from self._consume(pending, is_last=following is None)
                # Looking at a long record again only when it has doubled keeps the work linear.
                wanted_bytes = 2 * len(left) if len(left) == len(pending) else 0
                pending = left
            if len(pending) > _LONGEST_RECORD_BYTES:
                raise InvalidInput(
                    f"{self._origin}, line {self._line}: a row longer than {_LONGEST_RECORD_BYTES >> 20} MB",
                    hint="Check that the file is text with line ends; shorten the field if it is one.",
                )
            current = following

    def _consume(self, block: bytes, *, is_last: bool) -> Generator[pa.RecordBatch, None, bytes]:
        """Yield the rows of the block's complete records; return what is left."""
        start, window = 0, len(block)
        view = memoryview(block)
        while start < len(block):
            stop = min(len(block), start + window)
            reaches_end = is_last and stop == len(block)
            index = self._cut_at_swallowed(block, start, self._indexer.index(view[start:stop], is_last=reaches_end))
            yield from self._batches_of(block, start, index)
            progress = int(index.ends[-1]) if len(index.ends) else 0
            start += progress
            if index.breaks_rules or (reaches_end and start < len(block)):
                if not is_last and len(block) - start < _LOOK_AHEAD_BYTES:
                    break
                repaired = yield from self._repair(block, start, is_last=is_last)
                if repaired is None:
                    break
                start, window = repaired, _SMALL_WINDOW_BYTES
            elif stop == len(block):
                break
            else:
                window *= 2
        return block[start:] if start else block

    def _cut_at_swallowed(self, block: bytes, start: int, index: RecordIndex) -> RecordIndex:
        """The index up to the first record whose quoted field holds lines that look like records."""
        for position in np.flatnonzero(index.suspicious).tolist():
            begin = start + (int(index.ends[position - 1]) if position else 0)
            raw = block[begin : start + int(index.ends[position])].decode(errors="replace")
            if self._repairer.has_swallowed(raw):
                return RecordIndex(
                    index.ends[:position],
                    index.field_counts[:position],
                    index.line_counts[:position],
                    index.suspicious[:position],
                    breaks_rules=True,
                )
        return index

    def _batches_of(self, block: bytes, start: int, index: RecordIndex) -> Iterator[pa.RecordBatch]:
        """The well-formed records of an index: those of full width, those cut short as the file does, the bad."""
        if not len(index.ends):
            return
        begins = np.concatenate(([0], index.ends[:-1]))
        lines = self._line + np.cumsum(index.line_counts) - index.line_counts
        self._line += int(index.line_counts.sum())
        has_width = index.field_counts == self._width
        is_short = np.zeros(len(has_width), bool)
        if self._format.short_width is not None:
            is_short = index.field_counts == self._format.short_width
        is_bad = ~has_width & ~is_short
        lengths = index.ends - begins
        for position in np.flatnonzero(is_bad | (lengths <= 2)).tolist():
            raw = block[start + int(begins[position]) : start + int(index.ends[position])]
            has_width[position] &= bool(raw.strip())
            is_short[position] &= bool(raw.strip())
            if is_bad[position]:
                self._set_aside_raw(raw, int(lines[position]), int(index.field_counts[position]))
        if self._may_be_invalid:
            for position in self._invalid_records(block[start : start + int(index.ends[-1])], index):
                if has_width[position] or is_short[position]:
                    raw = block[start + int(begins[position]) : start + int(index.ends[position])]
                    self._set_aside(raw, int(lines[position]), "holds bytes that are not UTF-8")
                has_width[position] = is_short[position] = False
        for mask, width in ((has_width, self._width), (is_short, self._format.short_width)):
            if width is not None and mask.any():
                text = _selected(block, start, begins, index.ends, mask)
                yield from self._parsed(text, width, lines[mask])

    def _parsed(self, text: bytes | memoryview, width: int, lines: npt.NDArray[np.int64]) -> Iterator[pa.RecordBatch]:
        names = [f"f{position}" for position in range(width)]
        dialect = self._format.dialect
        table = pa.csv.read_csv(
            pa.BufferReader(pa.py_buffer(text)),
            read_options=pa.csv.ReadOptions(column_names=names, block_size=len(text) + 1),
            parse_options=pa.csv.ParseOptions(
                delimiter=_one_byte(dialect),
                quote_char=dialect.quote or False,
                double_quote=bool(dialect.quote),
                escape_char=dialect.escape or False,
                newlines_in_values=True,
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=["", *self._format.null_marks],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                check_utf8=False,
            ),
        )
        if table.num_rows != len(lines):
            raise AssertionError(f"{self._origin}: indexed {len(lines)} rows but parsed {table.num_rows}")
        columns = [column.combine_chunks() if column.num_chunks != 1 else column.chunk(0) for column in table.columns]
        columns += [pa.nulls(len(lines), pa.string())] * (self._width - width)
        yield from self._batch(columns, pa.array(lines))

    def _batch(self, columns: list[pa.Array], lines: pa.Array) -> Iterator[pa.RecordBatch]:
        """The rows that hold anything at all."""
        batch = batch_of(self._format.column_names, columns, origin=self._origin, lines=lines)
        is_blank: pa.BooleanArray | None = None
        for column in columns:
            if not column.null_count:
                is_blank = None
                break
            is_blank = column.is_null() if is_blank is None else pc.and_(is_blank, column.is_null())
            if not is_blank.true_count:
                break
        if is_blank is not None and is_blank.true_count:
            batch = batch.filter(pc.invert(is_blank))
        if batch.num_rows:
            self._rows += batch.num_rows
            yield batch

    def _repair(self, block: bytes, start: int, *, is_last: bool) -> Generator[pa.RecordBatch, None, int | None]:
        """Read records one by one from ``start``; return where to go on, None where more text is needed."""
        stop = min(len(block), start + _LOOK_AHEAD_BYTES)
        if block.find(b"\n", start, stop) < 0 and stop < len(block):
            line_end = block.find(b"\n", stop)
            stop = line_end + 1 if line_end >= 0 else len(block)
        if stop == len(block) and not is_last and block.find(b"\n", start) < 0:
            return None
        # Undecodable bytes and a character cut at the end keep their places through surrogates.
        text = block[start:stop].decode("utf-8", "surrogateescape")
        position, rows, lines = 0, [], []
        while position < len(text) and position < _REPAIR_BYTES:
            record = self._repairer.read(text, position)
            raw = text[position : record.end]
            problem = record.problem
            if not problem and any("\udc80" <= character <= "\udcff" for character in raw):
                problem = "holds bytes that are not UTF-8"
            if problem:
                self._set_aside(raw.encode("utf-8", "surrogateescape"), self._line, problem)
            elif len(record.cells) in {self._width, self._format.short_width}:
                rows.append(record.cells)
                lines.append(self._line)
            elif raw.strip():
                self._set_aside_raw(raw.encode("utf-8", "surrogateescape"), self._line, len(record.cells), record.cells)
            self._line += record.lines
            position = record.end
        if rows:
            yield from self._batch(self._arrays(rows), pa.array(lines, pa.int64()))
        return start + len(text[:position].encode("utf-8", "surrogateescape"))

    def _arrays(self, rows: list[tuple[str, ...]]) -> list[pa.Array]:
        nothing = {"", *self._format.null_marks}
        return [
            pa.array([None if len(row) <= at or row[at] in nothing else row[at] for row in rows], pa.string())
            for at in range(self._width)
        ]

    @staticmethod
    def _invalid_records(data: bytes, index: RecordIndex) -> list[int]:
        """Positions of records with bytes that are not UTF-8."""
        found: list[int] = []
        offset = 0
        while True:
            try:
                data[offset:].decode()
            except UnicodeDecodeError as error:
                position = int(np.searchsorted(index.ends, offset + error.start, side="right"))
                found.append(position)
                offset = int(index.ends[position])
            else:
                return found

    def _set_aside_raw(self, raw: bytes, line: int, fields: int, cells: tuple[str, ...] | None = None) -> None:
        """Set aside a record with the wrong number of fields; a line of blanks is nothing."""
        text = raw.decode(errors="replace").strip()
        if not text:
            return
        if cells is None:
            cells = self._repairer.read(text[:RAW_CHARACTERS], 0).cells
        reason = f"{fields} {'field' if fields == 1 else 'fields'} where {self._width} are expected"
        self._set_aside(raw, line, _CLOSING_REASON if is_closing_row(cells) else reason)

    def _set_aside(self, raw: bytes, line: int, reason: str) -> None:
        text = raw[: RAW_CHARACTERS * 4].decode(errors="replace").rstrip("\r\n")
        delimiter = self._format.dialect.delimiter
        if delimiter and _one_byte(self._format.dialect) != delimiter:
            text = text.replace(STAND_IN, delimiter)
        self._bad_rows.append(BadRow(self._origin, line, reason, text[:RAW_CHARACTERS]))
        if len(self._bad_rows) > _BAD_ROWS_TOLERATED and len(self._bad_rows) > self._rows:
            raise InvalidInput(
                f"{self._origin}: most rows cannot be read (line {line}: {reason})",
                hint="Name the delimiter or encoding of the source in onefold.yaml.",
            )

    def without_closing_rows(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The same rows without totals and the like at the end of the file; those are set aside."""
        held: pa.RecordBatch | None = None
        for batch in batches:
            if held is not None:
                yield held
            held = batch
        if held is None:
            return
        keep = held.num_rows
        for row in reversed(held.slice(max(0, keep - _CLOSING_ROWS)).to_pylist()):
            cells = [row[name] or "" for name in self._format.column_names]
            if not is_closing_row(cells):
                break
            raw = (self._format.dialect.delimiter or "").join(cells)
            self._bad_rows.append(BadRow(self._origin, row["_line"], _CLOSING_REASON, raw[:RAW_CHARACTERS]))
            keep -= 1
        if keep:
            yield held.slice(0, keep)


def _one_byte(dialect: Dialect) -> str:
    """The delimiter as Arrow and the index see it; one that cannot occur where there is a single column."""
    if len(dialect.delimiter) == 1 and dialect.delimiter.isascii():
        return dialect.delimiter
    return STAND_IN


def _selected(
    block: bytes,
    start: int,
    begins: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    mask: npt.NDArray[np.bool_],
) -> bytes | memoryview:
    """The bytes of the records that the mask selects."""
    if mask.all():
        return memoryview(block)[start : start + int(ends[-1])]
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.view(np.int8), [0]))))
    runs = zip(begins[edges[0::2]], ends[edges[1::2] - 1], strict=True)
    return b"".join(block[start + begin : start + end] for begin, end in runs)
