"""A change of some records ends as a resolution of all of them with the same model."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up_people import groups, person, population, slip, table

from onefold.engines import Engine
from onefold.identity import Override, resolve, resolve_records
from onefold.identity import blocking as blocking_module
from onefold.identity.index_place import current_state
from onefold.identity.warehouse import Wanted, load_model
from onefold.records import write_records

NOW = datetime(2026, 1, 1, tzinfo=UTC)
Rows = dict[str, dict[str, Any]]


@contextmanager
def warehouse() -> Iterator[tuple[Engine, Path]]:
    with TemporaryDirectory() as folder:
        engine = Engine.open(Path(folder) / "warehouse.duckdb", threads=1)
        try:
            yield engine, Path(folder) / "identity-index"
        finally:
            engine.close()


def step(engine: Engine, folder: Path, rows: Rows, overrides: tuple[Override, ...] = (), **wishes: Any) -> Any:
    write_records(engine, table(list(rows.values())), replace=True)
    return resolve(engine, wanted=Wanted(overrides, 1, folder, **{"relearn_after": 100.0, **wishes}))


def outcome(engine: Engine) -> tuple[Any, ...]:
    found = groups(engine.arrow("select subject_id, cluster from main.cluster"))
    return found, sorted(engine.rows("select * from main.match")), sorted(engine.rows("select * from main.near_miss"))


def from_scratch(engine: Engine, rows: Rows, overrides: tuple[Override, ...]) -> tuple[Any, ...]:
    found = resolve_records(table(list(rows.values())), overrides=overrides, model=load_model(engine))
    pairs = [sorted(tuple(row.values()) for row in one.to_pylist()) for one in (found.matches, found.near_misses)]
    return groups(found.clusters), *pairs


def start(people: int = 25) -> Rows:
    rows, _ = population(people)
    firms = [
        {
            "subject_id": f"firm:{n}",
            "kind": "organisation",
            "company": f"works {n // 2}",
            "domain": f"w{n // 2}.example",
        }
        for n in range(6)
    ]
    return {row["subject_id"]: row for row in [*rows, *firms]}


def people_of(rows: Rows) -> list[str]:
    return [name for name in sorted(rows) if not name.startswith("firm:")]


def decided(kind: str, ours: list[str], theirs: list[str], number: int) -> Override:
    return Override(f"ovr_{number}", kind, tuple(ours), tuple(theirs), "", "Ana", "usr_1", NOW)


def changed(rows: Rows, draw: random.Random) -> None:
    """One insertion, change or deletion, in place."""
    names = sorted(rows)
    what = draw.choice(["new", "namesake", "change", "borrow", "delete", "kind", "same"])
    if what == "new":
        number = draw.randrange(40)
        rows[f"late:{draw.randrange(40)}"] = {"subject_id": "", **person(number), "birth_date": None}
    elif what == "namesake":
        other = person(draw.randrange(25))
        rows[f"late:{draw.randrange(40)}"] = {
            "subject_id": "",
            "given_name": other["given_name"],
            "family_name": other["family_name"],
            "emails": [draw.choice(["office@firm.example", "info@works.example"])],
            "postcode": other["postcode"],
        }
    elif names:
        name = draw.choice(names)
        row = rows[name] = dict(rows[name])
        if what == "change":
            row["family_name"] = slip(row.get("family_name") or "holtman", draw)
            row["emails"] = draw.choice([[], row.get("emails"), [f"x{draw.randrange(9)}@mail.example"]])
        elif what == "borrow":
            other = rows[draw.choice(names)]
            row |= {key: other.get(key) for key in ("phones", "emails", "street", "house_number", "postcode")}
        elif what == "delete":
            del rows[name]
        elif what == "kind":
            row["kind"] = draw.choice(["person", "organisation"])
    for name, row in rows.items():
        row["subject_id"] = name


def some_decisions(rows: Rows, draw: random.Random) -> tuple[Override, ...]:
    names = sorted(rows)
    if len(names) < 8 or draw.random() < 0.3:
        return ()
    a, b, c, d, e, f = draw.sample(names, 6)
    choices = [
        decided("same", [a], [b], 1),
        decided("same", [b], [c], 2),
        decided("different", [d], [a, e], 3),
        decided("different", [e], [f], 4),
    ]
    return tuple(choices[: draw.randrange(1, 5)])


@pytest.mark.parametrize("all_pairs_up_to", [1_200, 20])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), steps=st.lists(st.integers(0, 12), min_size=1, max_size=4))
def test_any_sequence_of_changes_ends_like_one_run_over_the_final_state(monkeypatch, all_pairs_up_to, seed, steps):
    monkeypatch.setattr(blocking_module, "_ALL_PAIRS_UP_TO", all_pairs_up_to)
    draw = random.Random(seed)
    with warehouse() as (engine, folder):
        rows = start()
        step(engine, folder, rows)
        model = load_model(engine)
        for changes in steps:
            for _ in range(changes):
                changed(rows, draw)
            overrides = some_decisions(rows, draw)
            step(engine, folder, rows, overrides)
            assert load_model(engine).model_id == model.model_id
            assert outcome(engine) == from_scratch(engine, rows, overrides)


def test_step_with_few_changes_writes_what_they_touch_and_keeps_the_model():
    with warehouse() as (engine, folder):
        rows = start(300)
        step(engine, folder, rows, relearn_after=0.2)
        model = load_model(engine)
        before = dict(engine.rows("select subject_id, cluster from main.cluster"))
        name = people_of(rows)[5]
        rows[name] = {**rows[name], "emails": ["quite.new@mail.example"]}
        report = step(engine, folder, rows, relearn_after=0.2)
        after = dict(engine.rows("select subject_id, cluster from main.cluster"))
        assert report.diagnostics["person"]["changed"] == 1
        assert load_model(engine).model_id == model.model_id
        assert sum(before[subject] != after[subject] for subject in before) <= 30
        assert outcome(engine) == from_scratch(engine, rows, ())


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_model_is_learned_again_when_more_than_the_stated_share_has_changed(share):
    with warehouse() as (engine, folder):
        rows = start(100)
        step(engine, folder, rows, relearn_after=0.2)
        model = load_model(engine)
        people = people_of(rows)
        for name in people[: int(share * len(people))]:
            rows[name] = {**rows[name], "city": "elsewhere"}
        step(engine, folder, rows, relearn_after=0.2)
        assert (load_model(engine).model_id != model.model_id) == (share > 0.2)


def test_changes_that_are_taken_back_do_not_count_towards_learning_again():
    with warehouse() as (engine, folder):
        rows = start(100)
        step(engine, folder, rows, relearn_after=0.2)
        model = load_model(engine)
        for part in range(0, 100, 20):
            names = people_of(rows)[part : part + 20]
            kept = {name: rows.pop(name) for name in names}
            step(engine, folder, rows, relearn_after=0.2)
            rows |= kept
            step(engine, folder, rows, relearn_after=0.2)
        assert load_model(engine).model_id == model.model_id


def test_relearning_may_be_asked_for_and_keeps_what_it_finds():
    with warehouse() as (engine, folder):
        rows = start(60)
        step(engine, folder, rows)
        for name in sorted(rows)[:5]:
            del rows[name]
        step(engine, folder, rows)
        model = load_model(engine)
        report = step(engine, folder, rows, is_relearn=True)
        assert not report.is_unchanged
        assert load_model(engine).model_id != model.model_id
        assert outcome(engine)[0] == groups(resolve_records(table(list(rows.values()))).clusters)


def test_new_rules_learn_anew(monkeypatch):
    with warehouse() as (engine, folder):
        rows = start(30)
        step(engine, folder, rows)
        monkeypatch.setattr("onefold.identity.warehouse.RULE_VERSION", "next")
        monkeypatch.setattr("onefold.identity.renewing.RULE_VERSION", "next")
        assert not step(engine, folder, rows).is_unchanged
        assert load_model(engine).rule_version == "next"


def test_mailbox_that_suddenly_everybody_has_stops_proposing_pairs_and_starts_again(monkeypatch):
    monkeypatch.setattr(blocking_module, "_ALL_PAIRS_UP_TO", 20)
    monkeypatch.setattr(blocking_module, "_CAPS", (3, 2))
    with warehouse() as (engine, folder):
        rows = start(60)
        step(engine, folder, rows)
        former = dict(rows)
        for name in sorted(rows)[:60]:
            rows[name] = {**rows[name], "emails": ["everybody@works.example"]}
        step(engine, folder, rows)
        assert outcome(engine) == from_scratch(engine, rows, ())
        for name in sorted(rows)[3:60]:
            rows[name] = former[name]
        step(engine, folder, rows)
        assert outcome(engine) == from_scratch(engine, rows, ())


def test_index_that_is_lost_is_made_again_with_the_model_in_force():
    with warehouse() as (engine, folder):
        rows = start(30)
        step(engine, folder, rows)
        model, before = load_model(engine), outcome(engine)
        shutil.rmtree(folder)
        step(engine, folder, rows)
        assert current_state(folder) is not None
        assert load_model(engine).model_id == model.model_id
        assert outcome(engine) == before


def test_base_is_written_anew_when_many_records_have_changed_and_gives_the_same(monkeypatch):
    monkeypatch.setattr("onefold.identity.renewing._WEAR_AT_LEAST", 5)
    draw = random.Random(4)
    with warehouse() as (engine, folder):
        rows = start(40)
        step(engine, folder, rows)
        for _ in range(6):
            for _ in range(8):
                changed(rows, draw)
            step(engine, folder, rows)
            assert outcome(engine) == from_scratch(engine, rows, ())


@pytest.mark.parametrize("moment", ["files", "commit"])
def test_build_that_dies_leaves_the_old_index_or_the_new_one(monkeypatch, moment):
    with warehouse() as (engine, folder):
        rows = start(30)
        step(engine, folder, rows)
        before, state = outcome(engine), current_state(folder)
        del rows[min(rows)]
        place = {"files": "onefold.identity.renewing.remember", "commit": "onefold.identity.renewing.publish_state"}

        def die(*_: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(place[moment], die)
            with pytest.raises(KeyboardInterrupt):
                step(engine, folder, rows)
        assert current_state(folder) == state
        assert (outcome(engine) == before) == (moment == "files")
        step(engine, folder, rows)
        assert current_state(folder) == engine.scalar("select index_state from meta.resolution") != state
        assert outcome(engine) == from_scratch(engine, rows, ())
