"""The customers of a list as a stream of bytes: NDJSON, CSV or Parquet, in the memory of one batch.

What is exported is what the actor sees in the list: the same scope, the same masks, in one snapshot. In CSV, cells that
a spreadsheet would run get a leading apostrophe (see ``export.py``).
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import sqlalchemy as sa

from onefold.access import Access, Actor
from onefold.errors import InvalidInput
from onefold.profiles.attributes import describe_attribute, summary_column
from onefold.profiles.export import CUSTOMER_ENDINGS, checked_path, inert, opened, replacing
from onefold.profiles.level_attributes import seen_column
from onefold.profiles.listing import DEFAULT_FIELDS, MOST_FIELDS, Wanted, matching
from onefold.profiles.tables import profile_summary
from onefold.storage import aware

_ROWS = 10_000


class Format(StrEnum):
    """What programs read."""

    NDJSON = "ndjson"
    CSV = "csv"
    PARQUET = "parquet"


MEDIA_TYPES = {
    Format.NDJSON: "application/x-ndjson",
    Format.CSV: "text/csv; charset=utf-8",
    Format.PARQUET: "application/vnd.apache.parquet",
}


class CustomerStream:
    """The customers that are wanted and that the actor may export, to be read once; ``rows`` counts as it goes."""

    def __init__(
        self, connection: sa.Connection, access: Access, wanted: Wanted, fields: Sequence[str], form: Format
    ) -> None:
        """Check the request; nothing is read before the first bytes are asked for.

        Raises:
            NotAllowed: the actor may not export, or the filter tests an attribute that is masked for them.
            InvalidInput: an unknown attribute, or a filter that cannot be read.
        """
        access.require("export", "customer")
        self.rows = 0
        self.is_complete = False
        self._connection = connection
        names = dict.fromkeys(("customer_id", *(describe_attribute(name).name for name in fields)))
        if len(names) > MOST_FIELDS:
            raise InvalidInput(f"at most {MOST_FIELDS} fields at a time")
        if "tag" in names:
            access.require("read", "tag")
        seen = seen_column(access)
        columns = {name: access.masked_column(name, seen(name), summary_column) for name in names}
        may_export = access.customers(summary_column, verb="export", kind="customer")
        self._query = (
            sa.select(*(column.label(f"field_{place}") for place, column in enumerate(columns.values())))
            .select_from(profile_summary)
            .where(matching(connection, access, wanted), may_export)
            .order_by(profile_summary.c.customer_id)
        )
        self._schema = pa.schema([(name, _arrow_type(column)) for name, column in columns.items()])
        self._form = form

    def __iter__(self) -> Iterator[bytes]:
        """The file, piece by piece."""
        for piece in _WRITERS[self._form](self._schema, self._batches()):
            if piece:
                yield piece
        self.is_complete = True

    def _batches(self) -> Iterator[pa.RecordBatch]:
        with self._connection.execute(self._query, execution_options={"stream_results": True}) as result:
            for rows in result.partitions(_ROWS):
                self.rows += len(rows)
                columns = zip(*rows, strict=True)
                arrays = [_array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
                yield pa.record_batch(arrays, schema=self._schema)


def write_customers(
    connection: sa.Connection, path: Path, rule: str | None = None, fields: Sequence[str] | None = None
) -> int:
    """Write the customers for which ``rule`` is true to a file, as the owner of the files; returns how many.

    Args:
        connection: to the app database, in one snapshot.
        path: ends in .parquet, .csv, .jsonl, .csv.gz or .jsonl.gz; an existing file is replaced at the end.
        rule: all customers where absent.
        fields: attributes beside the id; those of every list where absent.

    Raises:
        InvalidInput: unknown ending or attribute, or a rule that cannot be read.
        EngineFailed: the disk is full; the file that was there before is still there.
    """
    ending = checked_path(path, CUSTOMER_ENDINGS)
    form = _BY_ENDING[ending.removesuffix(".gz")]
    owner = Access.full(Actor("cli", "cli", "command line"))
    stream = CustomerStream(connection, owner, Wanted(rule), DEFAULT_FIELDS if fields is None else fields, form)
    with replacing(path) as draft, opened(draft, ending.endswith(".gz")) as file:
        for piece in stream:
            file.write(piece)
    return stream.rows


_BY_ENDING = {".csv": Format.CSV, ".jsonl": Format.NDJSON, ".parquet": Format.PARQUET}


def _arrow_type(column: sa.ColumnElement[Any]) -> pa.DataType:
    kinds: tuple[tuple[Any, pa.DataType], ...] = (
        (sa.Boolean, pa.bool_()),
        (sa.Integer, pa.int64()),
        (sa.Numeric | sa.Float, pa.float64()),
        (sa.DateTime, pa.timestamp("us", tz="UTC")),
    )
    return next((arrow for kind, arrow in kinds if isinstance(column.type, kind)), pa.string())


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(kind):
        values = [aware(value) if isinstance(value, datetime) else None for value in values]
    return pa.array(values, kind)


def _in_text(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Moments as ISO 8601 in UTC, with a fraction of the second where there is one."""
    import pyarrow.compute as pc

    columns = [
        pc.replace_substring(pc.strftime(column, format="%Y-%m-%dT%H:%M:%SZ"), ".000000Z", "Z")
        if pa.types.is_timestamp(column.type)
        else column
        for column in batch.columns
    ]
    return pa.record_batch(columns, names=batch.schema.names)


def _ndjson(_schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    for batch in batches:
        lines = (json.dumps(row, ensure_ascii=False) for row in _in_text(batch).to_pylist())
        yield ("\n".join(lines) + "\n").encode()


def _csv(schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    names = inert(pa.chunked_array([schema.names], pa.string())).to_pylist()
    yield (",".join('"' + name.replace('"', '""') + '"' for name in names) + "\r\n").encode()
    for batch in batches:
        sink = pa.BufferOutputStream()
        safe = [inert(pa.chunked_array([column])) for column in _in_text(batch).columns]
        options = pa_csv.WriteOptions(include_header=False, quoting_style="needed")
        pa_csv.write_csv(pa.table(safe, names=[str(place) for place in range(len(safe))]), sink, options)
        yield sink.getvalue().to_pybytes()


class _Pieces(io.RawIOBase):
    """A file that is given away as it grows."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def take(self) -> bytes:
        """What was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _parquet(schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    sink = _Pieces()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
            yield sink.take()
    yield sink.take()


_WRITERS: dict[Format, Callable[[pa.Schema, Iterator[pa.RecordBatch]], Iterator[bytes]]] = {
    Format.NDJSON: _ndjson,
    Format.CSV: _csv,
    Format.PARQUET: _parquet,
}
