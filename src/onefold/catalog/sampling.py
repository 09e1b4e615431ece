"""What SQL sees of a table: rows, and per column how many values it holds and a bounded sample of them.

Counts are of the whole relation; distinct counts are exact up to ``EXACT_ROWS`` rows and estimated above. The sample
is chosen by content, so the same table yields the same sample on every run and every number of threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from onefold.engines import Engine, quote_identifier

EXACT_ROWS = 60_000
"""Up to this many rows distinct values are counted exactly."""
SAMPLE_ROWS = 12_000
"""Rows looked at per table, about."""
VALUES_PER_TABLE = 40_000
"""Distinct values looked at per table; shared out among its columns."""
MOST_VALUES = 600
FEWEST_VALUES = 60
_COLUMNS_PER_QUERY = 250


@dataclass(frozen=True)
class ColumnCount:
    """How full and how varied a column is, over the whole relation."""

    filled: int
    distinct: int


@dataclass(frozen=True)
class TableSample:
    """A table as far as inference looks at it."""

    rows: int
    counts: Mapping[str, ColumnCount]
    sample: pa.Table
    """At most ``SAMPLE_ROWS`` rows or so, whole rows, all columns."""

    def values_of(self, column: str) -> list[tuple[str, int]]:
        """(value, count) pairs of the sample, the most frequent first, then by value; bounded."""
        limit = max(FEWEST_VALUES, min(MOST_VALUES, VALUES_PER_TABLE // max(1, self.sample.num_columns)))
        array = self.sample.column(column)
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        counted = array.drop_null().value_counts()
        pairs = list(zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True))
        if len(pairs) > limit:
            pairs.sort(key=lambda pair: (-pair[1], hash_free_order(pair[0])))
            pairs = pairs[:limit]
        return pairs


def hash_free_order(value: str) -> str:
    """A stable order that does not favour the beginning of the alphabet or the smallest numbers."""
    return value[::-1]


def count_columns(engine: Engine, relation: str, columns: Sequence[str]) -> tuple[int, dict[str, ColumnCount]]:
    """Rows of the relation, and filled and distinct counts per column. **Cost:** one scan of the relation."""
    ((rows,),) = engine.rows(f"select count(*) from {relation}")
    distinct = (
        "count(distinct {})"
        if rows <= EXACT_ROWS and len(columns) <= _COLUMNS_PER_QUERY
        else "approx_count_distinct({})"
    )
    counts: dict[str, ColumnCount] = {}
    for start in range(0, len(columns), _COLUMNS_PER_QUERY):
        chunk = columns[start : start + _COLUMNS_PER_QUERY]
        quoted = [quote_identifier(name) for name in chunk]
        selected = ", ".join(f"count({q}), {distinct.format(q)}" for q in quoted)
        (values,) = engine.rows(f"select {selected} from {relation}")
        for index, name in enumerate(chunk):
            filled, different = int(values[2 * index]), int(values[2 * index + 1])
            counts[name] = ColumnCount(filled, min(filled, different))
    return rows, counts


def sample_table(engine: Engine, relation: str, columns: Sequence[str]) -> TableSample:
    """Count and sample ``columns`` of ``relation``. **Cost:** two scans; the sample is bounded."""
    rows, counts = count_columns(engine, relation, columns)
    quoted = [quote_identifier(name) for name in columns]
    selected = ", ".join(quoted)
    limit = max(500, min(SAMPLE_ROWS, 2_000_000 // max(1, len(columns))))
    condition = ""
    if rows > limit * 1.5:
        step = max(16, len(quoted)) // 16
        content = ", ".join(f"coalesce({q}, '')" for q in quoted[::step])
        condition = f" where hash({content}) % {rows} < {limit}"
    return TableSample(rows, counts, engine.arrow(f"select {selected} from {relation}{condition}"))
