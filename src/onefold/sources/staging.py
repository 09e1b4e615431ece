"""Rows on their way in: a temporary relation that one extract is streamed into before anything is decided.

Nothing here touches what has landed; a staged relation vanishes with the connection. Memory is bounded by the
size of a chunk, whatever the size of the table.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from onefold.engines import Engine, quote_identifier
from onefold.sources.landed import OWN_COLUMNS

ROW = "_onefold_row"
"""Position of a staged row in the order of reading, from 0."""
_ROWS_PER_CHUNK = 200_000
_BYTES_PER_CHUNK = 64 << 20
_RESERVED = frozenset({*OWN_COLUMNS, ROW})


@dataclass
class StagedRows:
    """The rows of one extract in a temporary relation: its columns, ``_origin``, ``_line``, ``_hash``, row number."""

    engine: Engine
    columns: tuple[str, ...]
    relation: str = "staged_rows"
    rows: int = 0

    def append(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Stream batches in: the source's columns by position, then ``_origin`` and ``_line``."""
        try:
            for chunk in _chunks(batches):
                self._insert(chunk)
        finally:
            if isinstance(batches, Generator):  # a reader lets go of its file or statement now, not some day
                batches.close()

    def _insert(self, batches: Sequence[pa.RecordBatch]) -> None:
        count = sum(batch.num_rows for batch in batches)
        inputs = [f"c{position}" for position in range(len(self.columns))]
        types = [*[pa.large_string()] * (len(inputs) + 1), pa.int64()]
        arrays = [
            pa.chunked_array([batch.column(position).cast(of_type) for batch in batches])
            for position, of_type in enumerate(types)
        ]
        numbers = pa.array(np.arange(self.rows, self.rows + count, dtype=np.int64))
        chunk = pa.Table.from_arrays([*arrays, numbers], names=[*inputs, "origin", "line", "row"])
        content = content_hash_sql(dict(zip(self.columns, inputs, strict=True)))
        columns = "".join(f"{name}, " for name in inputs)
        with self.engine.registered(chunk, "onefold_chunk") as view:
            self.engine.execute(f"insert into {self.relation} select {columns}origin, line, {content}, row from {view}")
        self.rows += count


@contextmanager
def staged_rows(engine: Engine, columns: Sequence[str]) -> Iterator[StagedRows]:
    """An empty staged relation for the length of the block."""
    staged = StagedRows(engine, tuple(columns))
    definitions = "".join(f"{quote_identifier(name)} varchar, " for name in columns)
    engine.execute(
        f"create or replace temp table {staged.relation}"
        f" ({definitions}_origin varchar, _line bigint, _hash ubigint, {ROW} bigint)"
    )
    try:
        yield staged
    finally:
        engine.execute(f"drop table if exists {staged.relation}")


def content_hash_sql(inputs: Mapping[str, str]) -> str:
    """SQL for the hash of a row's content.

    Equal for equal content whatever the order of columns, and whether a column is absent or null: a column that
    appears empty, moves or vanishes empty changes no row. It does not depend on the engine's version (MD5), as
    keys of rows without a key are made of it.

    Args:
        inputs: column name -> SQL of its value.
    """
    parts = [f"{_prefix_literal(name)} || strlen({inputs[name]}) || ':' || {inputs[name]}" for name in sorted(inputs)]
    return f"md5_number_lower(concat({', '.join(parts)}))" if parts else "md5_number_lower('')"


def landed_names(source_names: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """Names for the source's columns that are distinct for SQL, which takes ``Email`` and ``email`` for one.

    A name keeps what it was given before (``known``); one that differs from a vanished column only by case
    takes its place.
    """
    chosen: dict[str, str] = {}
    taken = {name.lower() for name in _RESERVED}
    present = set(source_names)
    for name in source_names:
        before = known.get(name)
        if before is not None and before.lower() not in taken:
            chosen[name] = before
            taken.add(before.lower())
    vanished = {column.lower(): column for name, column in known.items() if name not in present}
    for position, name in enumerate(source_names, start=1):
        if name not in chosen:
            wanted = name or f"column_{position}"
            chosen[name] = vanished.get(wanted.lower(), wanted)
            if chosen[name].lower() in taken:
                chosen[name] = _free_name(wanted, taken | {column.lower() for column in known.values()})
            taken.add(chosen[name].lower())
    return {name: chosen[name] for name in source_names}


def _free_name(wanted: str, taken: set[str]) -> str:
    number = 2
    while f"{wanted}_{number}".lower() in taken:
        number += 1
    return f"{wanted}_{number}"


def _prefix_literal(name: str) -> str:
    """A column's name as SQL text, preceded by its length so that no two rows' content can read alike."""
    text = f"{len(name)}:{name}=".replace("'", "''")
    return f"'{text}'"


def _chunks(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """Batches grouped so that a chunk is large enough to be fast and small enough to fit in memory."""
    pending: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        if batch.num_rows == 0:
            continue
        pending.append(batch)
        rows += batch.num_rows
        size += batch.nbytes
        if rows >= _ROWS_PER_CHUNK or size >= _BYTES_PER_CHUNK:
            yield pending
            pending, rows, size = [], 0, 0
    if pending:
        yield pending
