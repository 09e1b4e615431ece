"""Records as dictionary codes: every distinct text is stored once, every record holds small integers.

Comparisons and blocking then work on integers, and whatever is costly about a text is done once per distinct text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Codes = npt.NDArray[np.int32]
"""A code per record; -1 where the record has no value."""

ABSENT = -1


@dataclass(frozen=True)
class Text:
    """Distinct strings laid end to end, as compiled kernels read them."""

    data: npt.NDArray[np.uint8]
    """UTF-8 bytes of all strings."""
    starts: npt.NDArray[np.int32]
    """Offset of each string, and the end of the last one."""

    @property
    def arrays(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
        """Both arrays, as kernels take them."""
        return self.data, self.starts

    @classmethod
    def of(cls, strings: pa.Array) -> Text:
        """Lay out an Arrow string array (no nulls)."""
        plain = pa.concat_arrays([strings.cast(pa.string())])
        _, offsets, data = plain.buffers()
        count = len(plain) + 1
        starts = (
            np.frombuffer(offsets, np.int32)[plain.offset : plain.offset + count] if offsets else np.zeros(1, np.int32)
        )
        bytes_ = np.frombuffer(data, np.uint8) if data else np.zeros(0, np.uint8)
        return cls(bytes_.copy(), starts.copy())  # copies are writable, which keeps one compiled version per kernel


@dataclass(frozen=True)
class Column:
    """One single-valued column."""

    codes: Codes
    values: pa.Array
    """The distinct strings, by code."""

    @property
    def is_empty(self) -> bool:
        """Whether no record has a value."""
        return len(self.values) == 0

    @cached_property
    def text(self) -> Text:
        """The distinct strings, as compiled kernels read them."""
        return Text.of(self.values)

    def counts(self) -> npt.NDArray[np.int64]:
        """Records per value."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))


@dataclass(frozen=True)
class ListColumn:
    """One multi-valued column: ``slots[record, n]`` is the code of the record's n-th value."""

    slots: npt.NDArray[np.int32]
    values: pa.Array
    crowded: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    """Values of records that hold more of them than are kept."""
    crowded_counts: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    """How many records hold each of those: what decides which are kept."""

    @property
    def is_empty(self) -> bool:
        """Whether no record has a value."""
        return len(self.values) == 0

    def counts(self) -> npt.NDArray[np.int64]:
        """Records per value."""
        return np.bincount(self.slots[self.slots >= 0], minlength=len(self.values))


CountsOf = Callable[[pa.Array], npt.NDArray[np.float64]]

MAX_SLOTS = 4
"""Values kept per record in a multi-valued column; the ones that other records share come first."""


def encode_text(column: pa.ChunkedArray) -> Column:
    """Dictionary codes of a string column; empty strings count as absent."""
    strings = pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
    return _coded(strings)


def encode_lists(column: pa.ChunkedArray, known_counts: CountsOf | None = None) -> ListColumn:
    """Dictionary codes of a list-of-strings column, each value once per record, at most ``MAX_SLOTS`` of them.

    Args:
        column: lists of strings.
        known_counts: how many records hold each value, where that is not to be counted here.
    """
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    records = parents_of(column)
    coded = encode_text(pc.list_flatten(column))
    is_value = coded.codes >= 0
    records, codes = records[is_value], coded.codes[is_value]
    if known_counts is None:
        counts = np.bincount(codes, minlength=len(coded.values)).astype(np.float64)
    else:
        counts = known_counts(coded.values)
    crowded = np.unique(codes[(np.bincount(records, minlength=1) > MAX_SLOTS)[records]])
    rank = np.zeros(len(coded.values), np.int64)
    rank[crowded] = np.argsort(np.argsort(np.array(coded.values.take(pa.array(crowded)).to_pylist(), str)))
    order = np.lexsort((codes, rank[codes], -counts[codes], records))
    records, codes = records[order], codes[order]
    is_new = np.ones(len(codes), bool)
    is_new[1:] = (records[1:] != records[:-1]) | (codes[1:] != codes[:-1])
    records, codes = records[is_new], codes[is_new]
    position = np.arange(len(records)) - np.searchsorted(records, records)
    width = int(min(MAX_SLOTS, position.max() + 1)) if len(position) else 1
    is_kept = position < width
    slots = np.full((len(column), width), ABSENT, np.int32)
    slots[records[is_kept], position[is_kept]] = codes[is_kept]
    return ListColumn(slots, coded.values, crowded, counts[crowded])


def parents_of(lists: pa.ListArray) -> npt.NDArray[np.int64]:
    """For each value that ``pc.list_flatten`` yields, the position of its list.

    Arrow's own ``list_parent_indices`` also counts values that lie hidden under a null list.
    """
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    return np.repeat(np.arange(len(lists), dtype=np.int64), lengths)


def combine_codes(*parts: Codes) -> Codes:
    """One code per combination of codes; absent where any part is absent."""
    combined = parts[0].astype(np.int64)
    is_present = parts[0] >= 0
    for part in parts[1:]:
        is_present = is_present & (part >= 0)
        combined = densify(combined) * (int(part.max(initial=0)) + 1) + part
    return densify(np.where(is_present, combined, ABSENT)).astype(np.int32)


def densify(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Renumber non-negative keys from 0 in order of first appearance; negative ones become absent."""
    masked = pa.array(keys, mask=keys < 0)
    indices = masked.dictionary_encode().indices
    dense: npt.NDArray[np.int64] = indices.fill_null(ABSENT).to_numpy(zero_copy_only=False).astype(np.int64)
    return dense


def distinct_keys(keys: npt.NDArray[np.uint64]) -> tuple[Codes, npt.NDArray[np.uint64]]:
    """Numbers of texts as codes from 0 in order of first appearance, 0 as absent; and the number of each code."""
    encoded = pa.array(keys, mask=keys == 0).dictionary_encode()
    codes = encoded.indices.fill_null(ABSENT).to_numpy(zero_copy_only=False).astype(np.int32)
    return codes, encoded.dictionary.to_numpy()


def _coded(strings: pa.ChunkedArray | pa.Array) -> Column:
    encoded = strings.cast(pa.string()).dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
        if isinstance(encoded, pa.ChunkedArray):  # an empty chunked array stays one
            encoded = pa.array([], pa.string()).dictionary_encode()
    codes = encoded.indices.fill_null(ABSENT).to_numpy(zero_copy_only=False).astype(np.int32)
    return Column(codes, encoded.dictionary)
