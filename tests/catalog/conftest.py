from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest

from onefold.catalog import Table, infer_joins, infer_table
from onefold.engines import Engine, quote_identifier

Columns = Mapping[str, Sequence[str | None]]


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine.open(threads=2)
    yield engine
    engine.close()


@pytest.fixture
def land(engine: Engine) -> Callable[[str, Columns], str]:
    """Writes text columns as a relation, empty text as null, as landing does; returns the quoted relation."""

    def write(name: str, columns: Columns) -> str:
        arrays = {n: pa.array([v or None for v in values], pa.string()) for n, values in columns.items()}
        relation = quote_identifier(name)
        engine.write(relation, pa.table(arrays), replace=True)
        return relation

    return write


@pytest.fixture
def infer(engine: Engine, land: Callable[[str, Columns], str]) -> Callable[..., Table]:
    """Lands one table and infers it."""

    def run(columns: Columns, name: str = "t", source: str = "s", **options: Any) -> Table:
        relation = land(f"{source}.{name}", columns)
        return infer_table(engine, source, name, relation, column_names=list(columns), declared_types={}, **options)

    return run


@pytest.fixture
def infer_all(engine: Engine, land: Callable[[str, Columns], str]) -> Callable[..., dict[str, Table]]:
    """Lands several tables, keyed 'source.table', and infers them with their joins."""

    def run(tables: Mapping[str, Columns]) -> dict[str, Table]:
        relations = {full_name: land(full_name, columns) for full_name, columns in tables.items()}
        inferred = [
            infer_table(
                engine,
                *full_name.split(".", 1),
                relations[full_name],
                column_names=list(columns),
                declared_types={},
            )
            for full_name, columns in tables.items()
        ]
        return {table.full_name: table for table in infer_joins(engine, inferred, relations)}

    return run
