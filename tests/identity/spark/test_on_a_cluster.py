"""Promises of resolution on a real cluster: a master and two workers, each a process of its own."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.identity.resolution.made_up_people import groups, person, population, store, table
from tests.servers import require, shared_data
from tests.spark_cluster import SparkCluster

from onefold.engines import Engine
from onefold.engines.spark import open_session
from onefold.errors import EngineFailed
from onefold.identity import Exchange, Override, Place, Tuning, Wanted, resolve, resolve_parquet, resolve_records
from onefold.identity.cluster import LINK_AT, cut_components
from onefold.identity.compare import Pairs

pytestmark = [pytest.mark.spark, pytest.mark.slow]

SHARE = {"spark.executor.memory": "512m", "spark.executor.cores": "1", "spark.cores.max": "2"}
"""One core of each worker; the others are for what the tests start beside."""

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def spark_cluster() -> Iterator[SparkCluster]:
    has_java = shutil.which("java") or os.environ.get("JAVA_HOME")
    require(find_spec("pyspark") and has_java, "Spark or Java is not installed (pip install 'onefold[spark]', Java 17)")
    cluster = SparkCluster.start(workers=2, cores=2, memory="2g")
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def session(spark_cluster: SparkCluster) -> Iterator[Any]:
    with open_session(spark_cluster.url, SHARE) as opened:
        yield opened


def both_kinds() -> pa.Table:
    """More records than are compared all with all, and a few organisations."""
    rows, _ = population(430)
    for number in range(12):
        facts = {
            "kind": "organisation",
            "company": f"firm {number // 2}",
            "emails": [f"hello@firm{number // 2}.example"],
        }
        rows.append({**facts, "city": f"town {number // 4}", "subject_id": f"o{number:03}"})
    rows[0] |= {"given_name": 'quote " and \\ line\n', "native_name": "山田 \u200f太郎"}
    return table(rows)


def same_customers(records: pa.Table, folder: Path, session: Any, **more: Any) -> None:
    """Assert that the cluster finds the embedded engine's customers, matches, evidence and near misses."""
    pq.write_table(records, folder / "records.parquet")
    here = resolve_records(records, overrides=more.get("overrides", ()), tuning=more.get("tuning"))
    there = resolve_parquet(
        folder / "records.parquet", folder / "found", place=Place("spark://given"), session=session, **more
    )
    assert groups(pq.read_table(there.clusters)) == groups(here.clusters)
    order = [("subject_a", "ascending"), ("subject_b", "ascending")]
    found = pq.read_table(there.matches).cast(here.matches.schema)
    assert found.sort_by(order).equals(here.matches.sort_by(order))
    near = pq.read_table(there.near_misses).cast(here.near_misses.schema)
    assert near.sort_by(order).equals(here.near_misses.sort_by(order))
    assert there.model.model_id == here.model.model_id
    assert not list(folder.glob(".found*"))


def test_a_cluster_finds_the_same_customers_for_the_same_reasons(tmp_path, session):
    same_customers(both_kinds(), tmp_path, session)


def test_few_records_are_compared_all_with_all_there_too(tmp_path, session):
    rows, _ = population(40)
    same_customers(table(rows), tmp_path, session)


def test_decisions_bind_on_a_cluster(tmp_path, session):
    rows, owners = population(60)
    ids = [row["subject_id"] for row in rows]
    apart = Override("ovr_1", "different", (ids[0],), (ids[1],), "", "Ana", "usr_ana", NOW)
    together = Override("ovr_2", "same", (ids[3], ids[90], ids[150]), (), "", "Ana", "usr_ana", NOW)
    assert owners[0] == owners[1]
    same_customers(table(rows), tmp_path, session, overrides=[apart, together])


@pytest.mark.parametrize(
    "tuning",
    [
        Tuning(link_at=0.9999),
        Tuning(link_at=0.02, never_across=("birth_date",)),
        Tuning(weights=(("email", 0.5), ("phone", 0.0)), trusted_sources=(("crm", 2.0),), unique_sources=("shop",)),
    ],
    ids=["stricter", "looser", "weights"],
)
def test_settings_count_there_too(tuning, tmp_path, session):
    rows, _ = population(430)
    for number, row in enumerate(rows):
        row["subject_id"] = f"{('crm', 'shop', 'desk')[number // 2 % 3]}.people:{row['subject_id']}"
        if number % 5 == 0:
            row["birth_date"] = "1990-01-01"
        if number % 7 == 0:
            row |= {"given_name": "kim", "phones": None, "street": None}
    records = table(rows)
    assert groups(resolve_records(records, tuning=tuning).clusters) != groups(resolve_records(records).clusters)
    same_customers(records, tmp_path, session, tuning=tuning)


@pytest.mark.parametrize("at_once", [1_000_000, 0, 400])
def test_components_are_those_of_the_embedded_kernel(at_once, tmp_path, session):
    from onefold.identity.spark.components import ComponentFinder
    from onefold.identity.spark.stage import Stage

    draw = np.random.default_rng(5)
    left = np.r_[draw.integers(0, 900, 1_100), np.arange(1_000, 1_040)].astype(np.int32)
    right = np.r_[draw.integers(0, 900, 1_100), np.arange(1_001, 1_041)].astype(np.int32)
    strength = draw.uniform(0.4, 6.0, len(left)).astype(np.float32)
    is_link = left != right
    pairs, strength = Pairs(left[is_link], right[is_link]), strength[is_link]
    expected = cut_components(1_041, pairs, strength, 60)
    columns = {"left": pairs.left.astype(np.int64) << 33, "right": pairs.right.astype(np.int64) << 33}
    links = session.createDataFrame(pa.table({**columns, "strength": strength}))
    finder = ComponentFinder(Stage(session, str(tmp_path / "steps")), 60, LINK_AT, at_once)
    found = finder.cut_components(links).toArrow()
    parents = np.arange(1_041)
    parents[found["node"].to_numpy() >> 33] = found["component"].to_numpy() >> 33
    assert parents.tolist() == expected.tolist()
    assert np.bincount(expected).max() > 40


@pytest.mark.parametrize("place", [("er_febrl", "febrl1_records.csv"), ("er_splink_fake1000", "fake1000_records.csv")])
def test_a_cluster_finds_the_same_customers_in_public_sets(place, tmp_path, session):
    from onefold.workspace import Workspace

    with Workspace.temporary({"people": {"location": str(shared_data(*place))}}) as workspace:
        workspace.scan(with_report=False)
        records = workspace.engine.arrow("select * from main.record order by subject_id")
    same_customers(records, tmp_path, session)


def test_losing_a_worker_in_mid_run_loses_nothing(tmp_path, spark_cluster, session):
    steps = []

    def watch(step: str) -> None:
        steps.append(step)
        if step == "scoring pairs" and steps.count(step) == 1:
            spark_cluster.kill_worker(1)

    try:
        same_customers(both_kinds(), tmp_path, session, progress=watch)
    finally:
        spark_cluster.add_worker()
    assert "scoring pairs" in steps


def store_in(path: Path, rows: list[dict[str, Any]]) -> None:
    engine = Engine.open(path)
    store(engine, rows)
    engine.close()


RESOLVE = """
import sys
from pathlib import Path
from onefold.engines import Engine
from onefold.identity import Exchange, Place, Wanted, resolve
engine = Engine.open(Path(sys.argv[1]))
place = Place(sys.argv[2], {"spark.executor.memory": "512m", "spark.cores.max": "1"})
wanted = Wanted(exchange=Exchange(place, Path(sys.argv[3])), is_relearn=True)
found = resolve(engine, wanted=wanted, progress=lambda step: print(step, flush=True))
engine.close()
print(found.records, found.clusters, found.is_unchanged)
"""


def resolving(warehouse: Path, url: str, folder: Path) -> subprocess.Popen[str]:
    """A process that resolves a warehouse on a cluster."""
    command = [sys.executable, "-c", RESOLVE, str(warehouse), url, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def test_a_build_on_a_cluster_fills_the_warehouse_with_the_same(tmp_path, spark_cluster):
    found = {}
    exchange = Exchange(Place(spark_cluster.url, {**SHARE, "spark.cores.max": "1"}), tmp_path / "exchange")
    tuning = Tuning(link_at=0.9)
    for name, wanted in (("here", Wanted(tuning=tuning)), ("there", Wanted(tuning=tuning, exchange=exchange))):
        store_in(tmp_path / name, population(60)[0])
        engine = Engine.open(tmp_path / name)
        assert not resolve(engine, wanted=wanted).is_unchanged
        assert resolve(engine, wanted=wanted).is_unchanged
        tables = ("match", "near_miss")
        found[name] = [engine.rows(f"select * from main.{table} order by all") for table in tables]
        found[name].append(groups(engine.arrow("select subject_id, cluster from main.cluster")))
        engine.close()
    assert all(found["here"])
    assert found["here"] == found["there"]


def clusters_in(warehouse: Path) -> set[frozenset[str]]:
    engine = Engine.open(warehouse)
    found = groups(engine.arrow("select subject_id, cluster from main.cluster"))
    engine.close()
    return found


def test_a_killed_build_leaves_the_old_customers_and_the_next_one_gets_there(tmp_path, spark_cluster):
    warehouse, rows = tmp_path / "warehouse.duckdb", population(60)[0]
    store_in(warehouse, rows[:90])
    engine = Engine.open(warehouse)
    resolve(engine)
    engine.close()
    before = clusters_in(warehouse)
    store_in(warehouse, rows)
    first = resolving(warehouse, spark_cluster.url, tmp_path)
    assert first.stdout is not None
    assert any(line.strip() == "scoring pairs" for line in first.stdout)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert clusters_in(warehouse) == before
    told, complaints = resolving(warehouse, spark_cluster.url, tmp_path).communicate()
    found = clusters_in(warehouse)
    assert told.splitlines()[-1:] == [f"{len(rows)} {len(found)} False"], complaints
    assert found == groups(resolve_records(table(rows)).clusters)


def test_a_cluster_that_is_gone_leaves_the_old_customers(tmp_path):
    engine = Engine.open(tmp_path / "warehouse.duckdb")
    rows, _ = population(30)
    store(engine, rows)
    resolve(engine)
    before = engine.rows("select * from main.cluster order by all")
    engine.execute("delete from main.record where subject_id like 's1%'")
    with pytest.raises(EngineFailed, match="no Spark master answers"):
        resolve(engine, wanted=Wanted(exchange=Exchange(Place("spark://127.0.0.1:1"), tmp_path / "exchange")))
    assert engine.rows("select * from main.cluster order by all") == before
    assert list((tmp_path / "exchange").iterdir()) == []
    engine.close()


def test_one_option_of_the_command_moves_the_work_to_the_cluster(tmp_path, spark_cluster):
    columns = ["id", "given_name", "family_name", "email", "phone", "birth_date"]
    with (tmp_path / "people.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for number in range(80):
            facts = person(number // 2)
            row = [facts["given_name"], facts["family_name"], facts["emails"][0], facts["phones"][0]]
            writer.writerow([number, *row, facts["birth_date"]])
    found = {}
    for engine in ("embedded", spark_cluster.url):
        out = tmp_path / f"{engine[:5]}.csv"
        command = [sys.executable, "-m", "onefold", "resolve", str(tmp_path / "people.csv"), "--out", str(out)]
        done = subprocess.run([*command, "--engine", engine], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found[engine] = sorted(out.read_text().splitlines())
    assert found["embedded"] == found[spark_cluster.url]
    assert len(found["embedded"]) == 81
