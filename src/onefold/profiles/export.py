"""Files of customers and identities for other programs: Parquet, CSV and JSON lines, streamed.

A file appears under its name only when it is complete. Spreadsheets run cells that begin with ``= + - @`` (also in
full width), a tab or a carriage return as formulas, so in CSV such cells get a leading apostrophe. Plain numbers and
phone numbers (``-12.50``, ``+34600111222``) are left as they are: a sign and digits compute nothing but themselves,
and other programs must be able to read them. Parquet and JSON lines carry every value untouched.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import sqlalchemy as sa

from onefold.engines import Engine, quote_identifier, quote_literal
from onefold.errors import EngineFailed, InvalidInput
from onefold.profiles.rules import ATTRIBUTE_RULES
from onefold.profiles.tables import profile
from onefold.storage import read_arrow

CUSTOMER_ENDINGS = (".parquet", ".csv", ".jsonl", ".csv.gz", ".jsonl.gz")
_IDENTITY_ENDINGS = (".parquet", ".csv", ".csv.gz")

_STORED = pa.schema([(name, pa.string()) for name in ("customer_id", "kind", "display_name", "attributes", "traits")])

_TRAIT_COLUMNS: dict[str, tuple[str, pa.DataType]] = {
    "records": ("(traits->>'records')::bigint", pa.int64()),
    "systems": ("array_to_string((traits->'systems')::varchar[], '; ')", pa.string()),
    "customer_since": ("traits->>'customer_since'", pa.string()),
    "first_seen": ("traits->>'first_seen'", pa.string()),
    "last_seen": ("traits->>'last_seen'", pa.string()),
    "orders": ("(traits->'orders'->>'count')::bigint", pa.int64()),
    "orders_amount": ("{money:orders}", pa.string()),
    "invoices": ("(traits->'invoices'->>'count')::bigint", pa.int64()),
    "invoices_amount": ("{money:invoices}", pa.string()),
    "open_tickets": ("(traits->>'open_tickets')::bigint", pa.int64()),
    "last_contact_at": ("traits->'last_contact'->>'at'", pa.string()),
    "last_contact_type": ("traits->'last_contact'->>'type'", pa.string()),
    "last_contact_with": ("traits->>'last_contact_with'", pa.string()),
    "last_score": ("(traits->'last_score'->>'score')::double", pa.float64()),
    "last_score_at": ("traits->'last_score'->>'at'", pa.string()),
}


def export_customers(connection: sa.Connection, path: Path, *, columns: Sequence[str] | None = None) -> int:
    """Write one row per active customer; returns how many.

    Args:
        connection: to the app database, in one snapshot.
        path: ends in .parquet, .csv, .jsonl, .csv.gz or .jsonl.gz; an existing file is replaced at the end.
        columns: which, in this order; all where absent: customer_id, kind, display_name, every attribute
            (``other_<attribute>`` holds further e-mails and the like, joined by '; '), every trait.

    Raises:
        InvalidInput: unknown ending or column, or no such folder.
        EngineFailed: the disk is full; the file that was there before is still there.

    Cost: two passes over the profiles; memory of one batch.
    """
    ending = checked_path(path, CUSTOMER_ENDINGS)
    engine = Engine.open(threads=1)
    try:
        available = _columns(engine, connection)
        chosen = list(columns) if columns is not None else list(available)
        if unknown := [name for name in chosen if name not in available]:
            raise InvalidInput(
                f"no column is called {unknown[0]!r}", hint=f"Choose from: {', '.join(available)}", columns=unknown
            )
        if not chosen or len(set(chosen)) < len(chosen):
            raise InvalidInput("columns must be named once each, and at least one")
        schema = pa.schema([(name, available[name][1]) for name in chosen])
        select = ", ".join(f"{available[name][0]} as {quote_identifier(name)}" for name in chosen)
        query = f"select {select} from stored order by customer_id"
        batches = (_selected(engine, batch, query, schema) for batch in _profiles(connection))
        with replacing(path) as draft:
            return _WRITERS[ending.removesuffix(".gz")](draft, schema, batches, ending.endswith(".gz"))
    finally:
        engine.close()


def check_identities_path(path: Path) -> None:
    """Refuse a path that ``export_identities`` could not write, before any work is done.

    Raises:
        InvalidInput: unknown ending, or no such folder.
    """
    checked_path(path, _IDENTITY_ENDINGS)


def export_identities(engine: Engine, path: Path) -> int:
    """Write source, table, record_key, customer_id, one row per record of a person; returns how many.

    Args:
        engine: the warehouse, with ``main.record`` and ``main.customer_subject``.
        path: ends in .parquet, .csv or .csv.gz; an existing file is replaced at the end.

    Raises:
        InvalidInput: unknown ending, or no such folder.
        EngineFailed: the disk is full; the file that was there before is still there.
    """
    ending = checked_path(path, _IDENTITY_ENDINGS)
    key, options = "r.record_key", "format parquet, compression zstd"
    if ending != ".parquet":
        key = _inert_sql(key)
        options = f"format csv, header, compression {'gzip' if ending.endswith('.gz') else 'none'}"
    query = f"""
        select r.source, r.table_name as "table", {key} as record_key, s.customer_id
        from main.record r
        join main.customer_subject s using (subject_id)
        where r.kind = 'person'
        order by r.source, r.table_name, r.record_key"""
    with replacing(path) as draft:
        engine.execute(f"copy ({query}) to {quote_literal(str(draft))} ({options})")
        counted = """
            select count(*) from main.record r join main.customer_subject using (subject_id) where r.kind = 'person'"""
        return int(engine.rows(counted)[0][0])


def checked_path(path: Path, endings: Sequence[str]) -> str:
    """The ending of ``path``, which must be one of these, in a folder that there is."""
    name = path.name.lower()
    ending = next((ending for ending in sorted(endings, key=len, reverse=True) if name.endswith(ending)), None)
    if ending is None:
        raise InvalidInput(
            f"{path}: the ending does not say what to write",
            hint=f"Use one of: {', '.join(endings)}",
            endings=list(endings),
        )
    if not path.parent.is_dir():
        raise InvalidInput(f"{path.parent}: there is no such folder", hint=f"Make it first: mkdir -p {path.parent}")
    if path.is_dir():
        raise InvalidInput(f"{path} is a folder", hint="Give the name of a file.")
    return ending


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A draft beside ``path`` that takes its place when the block ends well, and vanishes when it does not."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield draft
        draft.replace(path)
    except OSError as error:
        raise EngineFailed(
            f"{path} could not be written: {error.strerror or error}", hint="Free some space or choose another folder."
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def _profiles(connection: sa.Connection) -> Iterator[pa.RecordBatch]:
    as_text = [sa.cast(profile.c[name], sa.Text) for name in ("attributes", "traits")]
    query = sa.select(profile.c.customer_id, profile.c.kind, profile.c.display_name, *as_text)
    yield from read_arrow(connection, query.order_by(profile.c.customer_id), _STORED)


def _columns(engine: Engine, connection: sa.Connection) -> dict[str, tuple[str, pa.DataType]]:
    """Column -> how it is read from a stored profile, and its type."""
    found: set[str] = set()
    for batch in _profiles(connection):
        with engine.registered(batch, "stored"):
            found |= {
                name for (name,) in engine.rows("select distinct unnest(json_keys(attributes->'values')) from stored")
            }
    order = {name: place for place, name in enumerate(ATTRIBUTE_RULES)}
    names = sorted(found, key=lambda name: (order.get(name.partition(":")[0], len(order)), name))
    columns: dict[str, tuple[str, pa.DataType]] = {
        name: (name, pa.string()) for name in ("customer_id", "kind", "display_name")
    }
    for name in names:
        entry = quote_literal(_pointer("values", name, "value"))
        columns[name] = (f"json_extract_string(attributes, {entry})", pa.string())
        if name in ATTRIBUTE_RULES and ATTRIBUTE_RULES[name].is_multiple:
            others = f"json_extract(attributes, {quote_literal(_pointer('values', name, 'others'))})"
            every = f"list_transform({others}::json[], lambda other: other->>'value')"
            columns[f"other_{name}"] = (f"nullif(array_to_string({every}, '; '), '')", pa.string())
    for name, (expression, kind) in _TRAIT_COLUMNS.items():
        target = name if name not in columns else f"trait_{name}"
        trade = name.removesuffix("_amount")
        columns[target] = (expression.replace(f"{{money:{trade}}}", _money_sql(trade)), kind)
    return columns


def _pointer(*path: str) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)


def _money_sql(trade: str) -> str:
    """'120.50 EUR; 3.00 USD'."""
    amounts = f"traits->'{trade}'->'amount'"
    return f"""array_to_string(list_transform(
        json_keys({amounts}), lambda currency: trim(({amounts}->>currency) || ' ' || currency)
    ), '; ')"""


def _selected(engine: Engine, batch: pa.RecordBatch, query: str, schema: pa.Schema) -> pa.Table:
    with engine.registered(batch, "stored"):
        return engine.arrow(query).cast(schema)


def _inert_sql(column: str) -> str:
    return f"""case
        when regexp_matches({column}, '{_FORMULA}') and not regexp_full_match({column}, '{_PLAIN_NUMBER}')
        then '''' || {column} else {column} end"""


_FORMULA = r"^[=+\-@\t\r＝＋－＠]"
_PLAIN_NUMBER = r"[+-]?[0-9][0-9 .,]*"


def inert(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text that a spreadsheet will show and not run."""
    import pyarrow.compute as pc

    if not pa.types.is_string(column.type):
        return column
    runs = pc.and_not(
        pc.match_substring_regex(column, _FORMULA), pc.match_substring_regex(column, f"^{_PLAIN_NUMBER}$")
    )
    return pc.if_else(runs, pc.binary_join_element_wise("'", column, ""), column)


def _write_parquet(draft: Path, schema: pa.Schema, batches: Iterator[pa.Table], _compressed: bool) -> int:
    count = 0
    with pq.ParquetWriter(draft, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_table(batch)
            count += len(batch)
    return count


def _write_csv(draft: Path, schema: pa.Schema, batches: Iterator[pa.Table], compressed: bool) -> int:
    names = inert(pa.chunked_array([schema.names], pa.string())).to_pylist()
    safe = pa.schema([pa.field(name, field.type) for name, field in zip(names, schema, strict=True)])
    count = 0
    with opened(draft, compressed) as file, pa_csv.CSVWriter(file, safe) as writer:
        for batch in batches:
            writer.write_table(pa.table([inert(column) for column in batch.columns], schema=safe))
            count += len(batch)
    return count


def _write_jsonl(draft: Path, _schema: pa.Schema, batches: Iterator[pa.Table], compressed: bool) -> int:
    count = 0
    with opened(draft, compressed) as file:
        for batch in batches:
            for row in batch.to_pylist():
                present = {name: value for name, value in row.items() if value is not None}
                file.write(json.dumps(present, ensure_ascii=False).encode() + b"\n")
            count += len(batch)
    return count


def opened(draft: Path, compressed: bool) -> IO[bytes]:
    """A file to write, compressed or not."""
    # mtime 0: the same customers give the same bytes; a GzipFile is an IO in all but its declared type
    return gzip.GzipFile(draft, "wb", mtime=0) if compressed else draft.open("wb")  # type: ignore[return-value]


_WRITERS: dict[str, Callable[[Path, pa.Schema, Iterator[pa.Table], bool], int]] = {
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
}
