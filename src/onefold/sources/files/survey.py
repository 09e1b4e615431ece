"""One pass over the bytes of a text file: what must be known before the first row can be read.

A name that needs the right encoding may stand in the last line, and a zero byte anywhere: so the whole file is
looked at, at the speed of the disk.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

import numpy as np

from onefold.sources.files.encodings import (
    UTF8,
    Encoding,
    detect_legacy_encoding,
    encoding_from_start,
)
from onefold.sources.files.stored_file import StoredFile

HEAD_BYTES = 1 << 20
"""How much of the start is kept for working out delimiter and header."""

_LINE_FEED = 10
_CELLS_AT_FIRST = 1_500
_CELLS_PER_CHUNK = 60
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_CELL_END = re.compile(rb'[\r\n,;\t"]')
_CELL_BYTES = 240
_UTF8_TOLERANCE = 0.05
"""Broken characters per extra byte of whole ones in what still is UTF-8 with a few bad lines."""


@dataclass
class Survey:
    """What a text file is made of."""

    head: bytes = b""
    size_bytes: int = 0
    zero_bytes: int = 0
    control_bytes: int = 0
    """Other control characters that text has no use for."""
    line_feeds: int = 0
    carriage_returns: int = 0
    crlf_pairs: int = 0
    utf8_errors: int = 0
    utf8_extra_bytes: int = 0
    """Bytes that characters beyond ASCII take after their first, read as UTF-8."""
    cells: list[bytes] = field(default_factory=list)
    """Cells with bytes above ASCII, from all over the file."""
    encoding: Encoding = UTF8

    @property
    def has_only_carriage_returns(self) -> bool:
        """Whether lines end as on old Macs."""
        return self.carriage_returns > self.line_feeds and self.crlf_pairs * 2 < self.carriage_returns

    @property
    def has_lone_carriage_returns(self) -> bool:
        """Whether carriage returns stand anywhere but before a line feed."""
        return self.carriage_returns != self.crlf_pairs

    @property
    def is_binary(self) -> bool:
        """Whether this is no text at all."""
        if self.encoding.codec.startswith(("utf-16", "utf-32")):
            return False
        return self.zero_bytes * 100 > self.size_bytes or self.control_bytes * 50 > self.size_bytes


_CONTROLS = bytes(sorted(set(range(1, 32)) - set(b"\t\n\v\f\r\x1a\x1b\x1c\x1d\x1e\x1f\x01\x02")))


def survey_file(file: StoredFile) -> Survey:
    """Look at every byte once.

    Raises:
        NotFound, SourceFailed: as ``StoredFile.open`` does.

    Cost: about a second per gigabyte of plain UTF-8.
    """
    survey = Survey()
    decoder: codecs.IncrementalDecoder = codecs.getincrementaldecoder("utf-8")("strict")
    is_wide = False
    last_byte = b""
    for chunk in file.chunks():
        if not survey.size_bytes:
            from_start = encoding_from_start(chunk[:HEAD_BYTES])
            if from_start:
                survey.encoding = from_start
                is_wide = from_start.codec.startswith(("utf-16", "utf-32"))
        if len(survey.head) < HEAD_BYTES:
            survey.head += chunk[: HEAD_BYTES - len(survey.head)]
        survey.size_bytes += len(chunk)
        if is_wide:
            continue
        _count_bytes(survey, chunk, last_byte)
        last_byte = chunk[-1:]
        if not chunk.isascii():
            decoder = _follow_utf8(survey, chunk, decoder)
            _collect_cells(survey, chunk)
        elif decoder.getstate()[0]:
            survey.utf8_errors += 1
            decoder.reset()
    if is_wide:
        _count_wide(survey)
    elif survey.encoding is UTF8 and survey.utf8_errors > survey.utf8_extra_bytes * _UTF8_TOLERANCE:
        survey.encoding = detect_legacy_encoding(survey.cells)
    return survey


def _count_bytes(survey: Survey, chunk: bytes, last_byte: bytes) -> None:
    # NumPy counts what is frequent several times faster than ``bytes.count``, which is faster at what is rare.
    survey.line_feeds += int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == _LINE_FEED))
    if returns := chunk.count(b"\r"):
        survey.carriage_returns += returns
        survey.crlf_pairs += chunk.count(b"\r\n")
    if last_byte == b"\r" and chunk.startswith(b"\n"):
        survey.crlf_pairs += 1
    survey.zero_bytes += chunk.count(b"\x00")
    if survey.size_bytes <= 2 * len(chunk):  # what is binary shows it early
        sample = chunk[:HEAD_BYTES]
        survey.control_bytes += len(sample) - len(sample.translate(None, _CONTROLS))


def _follow_utf8(survey: Survey, chunk: bytes, decoder: codecs.IncrementalDecoder) -> codecs.IncrementalDecoder:
    """Count characters beyond ASCII and errors, carrying a split character over to the next chunk."""
    if survey.utf8_errors == 0:
        state = decoder.getstate()
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError:
            decoder = codecs.getincrementaldecoder("utf-8")("replace")
            decoder.setstate(state)
            text = decoder.decode(chunk)
            survey.utf8_errors += text.count("\ufffd")
    else:
        text = decoder.decode(chunk)
        survey.utf8_errors += text.count("\ufffd")
    survey.utf8_extra_bytes += max(0, len(chunk) - len(text))
    return decoder


def _collect_cells(survey: Survey, chunk: bytes) -> None:
    """Add cells with bytes above ASCII: many from the first chunks, some from every later one."""
    room = _CELLS_AT_FIRST - len(survey.cells)
    room = max(room, _CELLS_PER_CHUNK)
    position = 0
    while room and (match := _HIGH_BYTE.search(chunk, position)):
        start = match.start()
        before = chunk[max(0, start - 24) : start]
        # Everything before the first high byte of a cell is ASCII in any encoding: no character is cut.
        begin = start - len(_CELL_END.split(before)[-1])
        begin = max(begin, position)
        end_match = _CELL_END.search(chunk, start)
        end = end_match.start() if end_match else len(chunk)
        survey.cells.append(chunk[begin : min(end, start + _CELL_BYTES)])
        position = end + 1
        room -= 1


def _count_wide(survey: Survey) -> None:
    """Line ends of UTF-16 and UTF-32, as far as the start shows them."""
    text = survey.head.decode(survey.encoding.codec, errors="ignore")
    survey.line_feeds = text.count("\n")
    survey.carriage_returns = text.count("\r")
    survey.crlf_pairs = text.count("\r\n")
