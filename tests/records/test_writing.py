"""A record's hash changes with what it is compared by, and with nothing else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from onefold.engines import Engine
from onefold.records import RECORD, write_records
from onefold.records.model import COMPARED


@pytest.fixture
def engine(tmp_path: Path):
    engine = Engine.open(tmp_path / "warehouse.duckdb")
    yield engine
    engine.close()


def something(field: pa.Field) -> object:
    if pa.types.is_list(field.type):
        return ["something"]
    if pa.types.is_timestamp(field.type):
        return dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    return 1 if pa.types.is_integer(field.type) else "something"


def test_the_hash_is_of_the_compared_columns(engine):
    rows = [{}, *({field.name: something(field)} for field in RECORD)]
    write_records(engine, pa.Table.from_pylist(rows, RECORD), replace=True)
    plain, *others = [found for (found,) in engine.rows("select compare_hash from main.record order by rowid")]
    assert {field.name for field, other in zip(RECORD, others, strict=True) if other != plain} == set(COMPARED)


def test_the_same_record_has_the_same_hash_whenever_it_is_written(engine):
    row = pa.Table.from_pylist([{"subject_id": "a", "emails": ["a@b.example", "c@d.example"]}], RECORD)
    write_records(engine, row, replace=True)
    write_records(engine, row.drop_columns("compare_hash"))
    assert engine.scalar("select count(distinct compare_hash) from main.record") == 1
