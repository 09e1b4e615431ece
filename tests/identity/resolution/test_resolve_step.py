"""Promises of the resolve step on a warehouse, and of loading and warming it up."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_up_people import groups, population, store, table

from onefold.engines import Engine
from onefold.identity import resolve, resolve_records


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = Engine.open(tmp_path / "warehouse.duckdb", threads=2)
    yield engine
    engine.close()


def written(engine: Engine) -> set[frozenset[str]]:
    return groups(engine.arrow("select subject_id, cluster from main.cluster"))


def test_step_writes_what_the_core_finds(engine):
    rows, _ = population(60)
    store(engine, rows)
    report = resolve(engine)
    core = resolve_records(table(rows))
    assert written(engine) == groups(core.clusters)
    assert report.records == len(rows)
    assert report.clusters == len(groups(core.clusters))
    assert report.matches == engine.scalar("select count(*) from main.match") == len(core.matches)
    assert not report.is_unchanged


def test_step_does_nothing_when_nothing_that_matters_has_changed(engine):
    rows, _ = population(60)
    store(engine, rows)
    first = resolve(engine)
    engine.execute("update main.record set updated_at = now(), row_hash = 1, display_name = 'x'")
    engine.execute("create or replace table main.record as select * from main.record order by given_name desc")
    again = resolve(engine)
    assert again.is_unchanged
    assert (again.records, again.clusters, again.matches) == (first.records, first.clusters, first.matches)


def test_step_follows_a_changed_record(engine):
    rows, _ = population(60)
    store(engine, rows)
    resolve(engine)
    rows[0] |= {"given_name": "zoltan", "family_name": "quark", "emails": ["new@new.example"], "phones": None}
    rows[0] |= {"birth_date": "1931-12-30", "street": None, "postcode": None, "house_number": None}
    store(engine, rows)
    assert not resolve(engine).is_unchanged
    assert frozenset({rows[0]["subject_id"]}) in written(engine)


def test_step_on_no_records_leaves_empty_tables(engine):
    store(engine, [])
    report = resolve(engine)
    assert (report.records, report.clusters, report.matches, report.largest_cluster) == (0, 0, 0, 0)
    assert engine.columns("main", "match") == ["subject_a", "subject_b", "probability", "weight", "evidence"]


def test_failed_step_leaves_the_former_resolution(engine, monkeypatch):
    rows, _ = population(30)
    store(engine, rows)
    resolve(engine)
    before = written(engine)
    store(engine, rows[:10])
    monkeypatch.setattr("onefold.identity.renewing.remember", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        resolve(engine)
    assert written(engine) == before
    monkeypatch.undo()
    assert not resolve(engine).is_unchanged
    assert len(written(engine)) < len(before)


def run_python(code: str, **environment: str) -> str:
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **environment}
    )
    return found.stdout.strip()


def test_importing_the_package_loads_no_compiler():
    assert run_python("import sys, onefold.identity; print('numba' in sys.modules)") == "False"


@pytest.mark.slow
def test_resolution_works_where_no_cache_can_be_written(tmp_path):
    nowhere = tmp_path / "file"
    nowhere.write_text("a directory cannot be made here")
    code = "from onefold.identity import warm_up; print(warm_up() > 0)"
    assert run_python(code, NUMBA_CACHE_DIR=str(nowhere / "cache")) == "True"
