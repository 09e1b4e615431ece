"""Promises where there is no cluster, no Spark, or no need of either."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.identity.resolution.made_up_people import groups, population, table

from onefold.engines.spark import open_session
from onefold.errors import InvalidInput, Unsupported
from onefold.identity import resolve_parquet, resolve_records
from onefold.identity.cluster import LINK_AT
from onefold.settings import parse_settings


def test_parquet_in_and_out_without_a_cluster(tmp_path: Path) -> None:
    rows, _ = population(30)
    pq.write_table(table(rows), tmp_path / "records.parquet")
    found = resolve_parquet(tmp_path / "records.parquet", tmp_path / "found")
    core = resolve_records(table(rows))
    assert groups(pq.read_table(found.clusters)) == groups(core.clusters)
    assert pq.read_table(found.matches).equals(core.matches)
    again = resolve_parquet(tmp_path / "records.parquet", tmp_path / "found", model=found.model)
    assert groups(pq.read_table(again.clusters)) == groups(core.clusters)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["found", "records.parquet"]


@pytest.mark.parametrize("engine", ["embedded", "spark://host:7077", "spark://one:7077,two:7077"])
def test_one_line_chooses_the_engine(engine: str) -> None:
    assert parse_settings({"identity": {"engine": engine}}, origin="test").identity.engine == engine


@pytest.mark.parametrize("engine", ["spark", "spark://host", "http://host:7077", "yarn", "spark://host:7077/path"])
def test_an_address_that_names_no_cluster_is_refused(engine: str) -> None:
    with pytest.raises(InvalidInput, match=r"identity\.engine"):
        parse_settings({"identity": {"engine": engine}}, origin="test")
    with pytest.raises(InvalidInput, match="names no engine"), open_session(engine):
        pass


def test_without_spark_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(Unsupported, match="Spark is not installed") as refused, open_session("spark://host:7077"):
        pass
    assert "pip install 'onefold[spark]'" in refused.value.hint


def test_a_task_without_links_finds_no_component():
    from onefold.identity.spark import components

    assert list(components._join(iter([]))) == []
    assert list(components._cut(60, LINK_AT)(iter([]))) == []
