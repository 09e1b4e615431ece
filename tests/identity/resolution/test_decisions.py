"""What people decided wins over every model."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from made_up_people import groups, population, table

from onefold.engines import Engine
from onefold.identity import resolve, resolve_records
from onefold.identity.override import Kind, Override
from onefold.identity.warehouse import Wanted
from onefold.records import write_records
from onefold.records.model import RECORD

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def decided(kind: Kind, ours: list[str], theirs: list[str], name: str = "ovr_1") -> Override:
    return Override(name, kind, tuple(sorted(ours)), tuple(sorted(theirs)), "", "Ana", "usr_ana", NOW)


def home(found: set[frozenset[str]], subject: str) -> frozenset[str]:
    return next(group for group in found if subject in group)


def test_strangers_that_a_person_calls_the_same_are_one_and_bring_their_own_along():
    rows, _ = population(80)
    found = groups(resolve_records(table(rows)).clusters)
    big = sorted((group for group in found if len(group) > 1), key=min)
    one, other = sorted(big[0]), sorted(big[1])
    again = groups(resolve_records(table(rows), overrides=[decided("same", one, other)]).clusters)
    assert home(again, one[0]) == frozenset(one + other)
    assert found - {big[0], big[1]} == again - {frozenset(one + other)}, "nobody else is moved"


def test_records_that_a_person_calls_different_are_never_one_whatever_agrees():
    rows, _ = population(80)
    twin = dict(rows[0]) | {"subject_id": "twin.people:1"}
    rows = [*rows, twin]
    found = groups(resolve_records(table(rows)).clusters)
    first = str(rows[0]["subject_id"])
    assert "twin.people:1" in home(found, first)
    again = groups(resolve_records(table(rows), overrides=[decided("different", [first], ["twin.people:1"])]).clusters)
    assert "twin.people:1" not in home(again, first)


def test_decisions_hold_together_in_any_order_of_rows_and_decisions():
    rows, _ = population(60)
    ids = sorted(str(row["subject_id"]) for row in rows)
    overrides = [
        decided("same", [ids[0]], [ids[20]], "ovr_1"),
        decided("same", [ids[20]], [ids[40]], "ovr_2"),
        decided("different", [ids[40]], [ids[30]], "ovr_3"),
        decided("same", [ids[30]], ["gone.people:1"], "ovr_4"),
        decided("same", ["gone.people:1"], [ids[10]], "ovr_5"),
    ]
    found = groups(resolve_records(table(rows), overrides=overrides).clusters)
    assert {ids[20], ids[40]} <= home(found, ids[0])
    assert ids[10] in home(found, ids[30])
    assert home(found, ids[0]) != home(found, ids[30])
    shuffled = random.Random(1).sample(rows, len(rows))
    assert found == groups(resolve_records(table(shuffled), overrides=overrides[::-1]).clusters)


def test_a_person_may_unite_a_person_record_with_an_organisation_record():
    rows, _ = population(30)
    company = {**dict.fromkeys(rows[0]), "subject_id": "crm.accounts:1", "kind": "organisation", "company": "acme"}
    rows = [*rows, company]
    first = str(rows[0]["subject_id"])
    found = groups(resolve_records(table(rows), overrides=[decided("same", [first], ["crm.accounts:1"])]).clusters)
    assert "crm.accounts:1" in home(found, first)


def test_a_step_resolves_again_when_a_decision_comes_or_goes(tmp_path: Path):
    engine = Engine.open(tmp_path / "warehouse.duckdb", threads=2)
    rows, _ = population(40)
    found = table(rows)
    columns = [found[f.name] if f.name in found.column_names else pa.nulls(len(rows), f.type) for f in RECORD]
    write_records(engine, pa.table(columns, schema=RECORD), replace=True)
    ids = sorted(str(row["subject_id"]) for row in rows)
    override = decided("same", [ids[0]], [ids[-1]])
    before = resolve(engine).clusters
    assert not resolve(engine, wanted=Wanted([override])).is_unchanged
    assert resolve(engine, wanted=Wanted([override])).is_unchanged
    assert ids[-1] in home(groups(engine.arrow("select subject_id, cluster from main.cluster")), ids[0])
    assert resolve(engine).clusters == before
    engine.close()
