"""What a file reader understands one file (or one sheet, or one array in it) to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from onefold.sources.model import BadRow

ReadRows = Callable[[list[BadRow]], Iterator[pa.RecordBatch]]
"""Reads the rows from the start; rows that cannot be read are appended to the list given."""


@dataclass(frozen=True)
class FileTable:
    """One table in one file, opened far enough to know its columns."""

    origin: str
    """File with sheet or member, as people will see it."""
    column_names: tuple[str, ...]
    read: ReadRows
    """Yields batches as ``schema_of(column_names)`` describes."""
    declared_types: dict[str, str] = field(default_factory=dict)
    """Column -> type, where not text."""
    notes: tuple[str, ...] = ()
    part: str = ""
    """Sheet, or array within a JSON document; empty where the file is the table."""
    is_child: bool = False
    """Whether ``part`` is an array inside the rows of the file's main table."""
    declared_key: tuple[str, ...] = ()
    parent_join: tuple[str, str] | None = None
    """For a child: (own column, column of the main table) that tie its rows to their parents."""


def schema_of(column_names: tuple[str, ...]) -> pa.Schema:
    """The schema of an extract's batches: every column a string, then ``_origin`` and ``_line``."""
    fields = [pa.field(name, pa.string()) for name in column_names]
    return pa.schema([*fields, pa.field("_origin", pa.string()), pa.field("_line", pa.int64())])


def batch_of(column_names: tuple[str, ...], columns: list[pa.Array], *, origin: str, lines: pa.Array) -> pa.RecordBatch:
    """A batch of an extract from its columns of strings."""
    origins = pa.repeat(pa.scalar(origin, pa.string()), len(lines))
    return pa.RecordBatch.from_arrays([*columns, origins, lines], schema=schema_of(column_names))
