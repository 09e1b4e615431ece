"""Parquet files as tables of text: every value in the form in which a person would write it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from onefold.errors import SourceFailed
from onefold.sources.files.file_table import FileTable, batch_of
from onefold.sources.files.naming import column_names
from onefold.sources.files.stored_file import StoredFile
from onefold.sources.model import BadRow

_ROWS_PER_BATCH = 65_536


def open_parquet_table(file: StoredFile) -> FileTable:
    """Open a Parquet file.

    Raises:
        SourceFailed: it is damaged.
        NotFound: it is gone.
    """
    try:
        with file.open_seekable() as stream, pq.ParquetFile(stream) as parquet:
            schema = parquet.schema_arrow
            rows = parquet.metadata.num_rows
    except pa.ArrowException as error:
        raise _damaged(file, error) from error
    names = column_names(schema.names)
    declared = {name: type_name(field.type) for name, field in zip(names, schema, strict=True)}
    notes = ("no rows",) if rows == 0 else ()
    return FileTable(file.origin, names, partial(_read_rows, file, names), declared_types=declared, notes=notes)


def _read_rows(file: StoredFile, names: tuple[str, ...], bad_rows: list[BadRow]) -> Iterator[pa.RecordBatch]:
    del bad_rows  # a Parquet file is sound as a whole or not at all
    row = 1
    try:
        with file.open_seekable() as stream, pq.ParquetFile(stream) as parquet:
            for batch in parquet.iter_batches(_ROWS_PER_BATCH):
                columns = [as_text(column) for column in batch.columns]
                lines = pa.array(np.arange(row, row + batch.num_rows, dtype=np.int64))
                row += batch.num_rows
                yield batch_of(names, columns, origin=file.origin, lines=lines)
    except pa.ArrowException as error:
        raise _damaged(file, error) from error


def _damaged(file: StoredFile, error: Exception) -> SourceFailed:
    return SourceFailed(
        f"{file.origin}: the Parquet file is damaged or cut off ({str(error).splitlines()[0][:200]})",
        hint="Copy or export the file again.",
    )


def type_name(kind: pa.DataType) -> str:
    """A short name of an Arrow type: text, int64, float64, decimal, bool, date, time, timestamp, binary, json."""
    names = (
        (_is_text, "text"),
        (pa.types.is_integer, str(kind)),
        (pa.types.is_floating, "float64"),
        (pa.types.is_decimal, "decimal"),
        (pa.types.is_boolean, "bool"),
        (pa.types.is_date, "date"),
        (pa.types.is_time, "time"),
        (pa.types.is_timestamp, "timestamp"),
        (pa.types.is_nested, "json"),
        (_is_binary, "binary"),
    )
    if pa.types.is_dictionary(kind):
        return type_name(kind.value_type)
    return next((name for matches, name in names if matches(kind)), "text")


def as_text(column: pa.Array) -> pa.Array:
    """A column as strings: ISO dates and times, plain numbers, nested values as JSON; the empty string is null."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if isinstance(column, pa.ExtensionArray):
        return as_text(column.storage)
    render = next((render for matches, render in _RENDERERS if matches(kind)), _cast_as_text)
    return render(column)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_binary(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_binary_view(kind)
    )


def _timestamps_as_text(column: pa.Array) -> pa.Array:
    """'2011-12-09 12:50:00', with a fraction where there is one and Z where it is a moment in UTC."""
    text = _without_zero_fraction(column.cast(pa.string()))
    return pc.replace_substring_regex(text, r"^(\d{4}-\d\d-\d\d) 00:00:00$", r"\1") if column.type.tz is None else text


def _without_zero_fraction(text: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(text, r"\.0+(Z?)$", r"\1")


def _numbers_as_text(column: pa.Array) -> pa.Array:
    """'17850', '0.1', '123456789012345680': never an exponent; not-a-number is null."""
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_finite(column), column, None)
    text = column.cast(pa.string())
    if pc.any(pc.match_substring_regex(text, "[eE]")).as_py():
        text = pa.array([None if value is None else plain_number(value) for value in text.to_pylist()], pa.string())
    if pa.types.is_decimal(column.type):
        text = pc.replace_substring_regex(text, r"^(-?\d+)\.0+$", r"\1")
    return text


def plain_number(text: str) -> str:
    """A number without an exponent.

    >>> plain_number("1.5e+20")
    '150000000000000000000'
    """
    return format(Decimal(text), "f") if "e" in text.lower() else text


def _nothing(column: pa.Array) -> pa.Array:
    return pa.nulls(len(column), pa.string())


def _cast_as_text(column: pa.Array) -> pa.Array:
    return column.cast(pa.string())


def _strings(column: pa.Array) -> pa.Array:
    text = column.cast(pa.string())
    return pc.if_else(pc.equal(text, ""), None, text)


def _dates_as_text(column: pa.Array) -> pa.Array:
    return column.cast(pa.date32()).cast(pa.string())


def _times_as_text(column: pa.Array) -> pa.Array:
    return _without_zero_fraction(column.cast(pa.string()))


def _values_as_json(column: pa.Array) -> pa.Array:
    return pa.array([_as_json(value) for value in column.to_pylist()], pa.string())


def _binary_as_text(column: pa.Array) -> pa.Array:
    return pa.array([_bytes_as_text(value) for value in column.to_pylist()], pa.string())


def _is_opaque(kind: pa.DataType) -> bool:
    return bool(pa.types.is_nested(kind) or pa.types.is_duration(kind) or pa.types.is_interval(kind))


def _is_fractional(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _as_json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)


def _bytes_as_text(value: bytes | None) -> str | None:
    """Text where the bytes are UTF-8, else hexadecimal."""
    if not value:
        return None
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value.hex()
    return text if text.isprintable() else value.hex()


_RENDERERS = (
    (pa.types.is_null, _nothing),
    (_is_text, _strings),
    (pa.types.is_timestamp, _timestamps_as_text),
    (pa.types.is_date, _dates_as_text),
    (pa.types.is_time, _times_as_text),
    (_is_fractional, _numbers_as_text),
    (_is_opaque, _values_as_json),
    (_is_binary, _binary_as_text),
)
