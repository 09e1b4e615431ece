"""One record asked about live: the answer of a build with that record among all, and nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_up_people import groups, person, population, table

from onefold.engines import Engine
from onefold.errors import NotFound
from onefold.identity import blocking as blocking_module
from onefold.identity import resolve, resolve_records
from onefold.identity.index_place import current_state
from onefold.identity.live import LiveIndex
from onefold.identity.warehouse import Wanted, load_model
from onefold.records import write_records


@pytest.fixture(params=["all pairs", "blocks"])
def built(request, tmp_path, monkeypatch):
    if request.param == "blocks":
        monkeypatch.setattr(blocking_module, "_ALL_PAIRS_UP_TO", 20)
    engine = Engine.open(tmp_path / "warehouse.duckdb", threads=1)
    rows, _ = population(120)
    write_records(engine, table(rows), replace=True)
    resolve(engine, wanted=Wanted(index_folder=tmp_path / "index"))
    yield rows, engine, tmp_path / "index"
    engine.close()


def test_answer_is_that_of_a_build_with_the_record_among_all(built):
    rows, engine, folder = built
    live, model = LiveIndex(folder), load_model(engine)
    for number in range(12):
        asked = {**person(number), "subject_id": "zz:asked", "kind": "person"}
        if number % 3 == 1:
            asked |= {"emails": [], "phones": None, "birth_date": None}
        if number % 3 == 2:
            asked |= {"family_name": "somebodyelse", "emails": [], "phones": []}
        found = live.match(asked)
        all_of_them = resolve_records(table([*rows, asked]), model=model)
        ours = next(group for group in groups(all_of_them.clusters) if "zz:asked" in group)
        assert set(found.subjects) == ours - {"zz:asked"}
        expected = {
            row["subject_a"]: row["probability"]
            for row in all_of_them.matches.to_pylist()
            if row["subject_b"] == "zz:asked"
        }
        assert {one["subject_id"]: one["probability"] for one in found.matches} == expected
        assert 0 <= found.probability <= 1


def test_record_that_is_known_is_answered_for_as_if_replaced(built):
    rows, _, folder = built
    asked = dict(rows[0]) | {"kind": "person"}
    found = LiveIndex(folder).match(asked)
    assert asked["subject_id"] not in {*found.subjects, *(one["subject_id"] for one in found.matches)}


def test_stranger_joins_nobody(built):
    _, _, folder = built
    stranger = {"given_name": "zoltan", "family_name": "quark", "emails": ["zq@nowhere.example"]}
    found = LiveIndex(folder).match(stranger)
    assert (found.subjects, found.probability) == ((), 0.0)


def test_asking_writes_nothing_and_follows_the_next_build(built):
    rows, engine, folder = built
    live = LiveIndex(folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    newcomer = {"given_name": "zoltan", "family_name": "quark", "emails": ["zq@nowhere.example"], "phones": ["+4915"]}
    assert live.match(newcomer).subjects == ()
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    state = current_state(folder)
    write_records(engine, table([*rows, {"subject_id": "new:1", **newcomer}]), replace=True)
    resolve(engine, wanted=Wanted(index_folder=folder))
    assert current_state(folder) != state
    assert live.match(newcomer).subjects == ("new:1",)


def test_asking_before_the_first_build_says_so(tmp_path: Path):
    with pytest.raises(NotFound, match="no identity index"):
        LiveIndex(tmp_path / "index").match({"given_name": "ana"})


def test_kind_without_records_matches_nobody(built):
    _, _, folder = built
    assert LiveIndex(folder).match({"kind": "organisation", "company": "works"}).subjects == ()


def test_empty_record_is_nobodys(built):
    _, _, folder = built
    assert LiveIndex(folder).match({}).subjects == ()
