"""What was learned from all records stands for them: applied to any part of them it gives what all of them gave."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from made_up_people import person, population, table

from onefold.engines import Engine
from onefold.identity import Model, resolve, resolve_records
from onefold.identity.model_file import from_parts, to_parts
from onefold.identity.warehouse import load_model
from onefold.records import write_records


def worldly() -> list[dict[str, object]]:
    """People with names, contacts and addresses of every kind that is learned about."""
    rows, _ = population(500)
    draw = random.Random(3)
    chinese = [("xiaoming", "wang"), ("xiao ming", "wang"), ("ming", "xiao"), ("siu ming", "wong"), ("david", "chan")]
    for number in range(300):
        given, family = draw.choice(chinese)
        rows.append(
            {
                "subject_id": f"east:{number:04}",
                "given_name": given,
                "family_name": family,
                "native_name": draw.choice([None, "王小明", "王曉明"]),
                "emails": draw.choice(
                    [[], ["office@firm.example"], [f"{family}.{given[:4]}{number // 3}@mail.example"]]
                ),
                "phones": [f"+8521234{number // 2:04}", f"1234{number // 2:04}"],
                "company": draw.choice(["harbour trading", "peak consulting", None]),
                "city": "hong kong",
            }
        )
    for number in range(40):
        rows.append(
            {
                "subject_id": f"south:{number:04}",
                "given_name": draw.choice(["maria jose", "mariajose", "maria", "jose luis", None]),
                "family_name": draw.choice(["garcia lopez", "garcia", "lopez"]),
                "emails": [f"maria.garcia{number % 7}@m.example", *(f"a{n}@x.example" for n in range(number % 9))],
                "usernames": [f"mj{number % 7}"],
            }
        )
    return rows


def firms(count: int) -> list[dict[str, object]]:
    return [
        {
            "subject_id": f"firm:{number:03}",
            "kind": "organisation",
            "company": f"works {number // 2}",
            "domain": f"works{number // 2}.example",
            "phones": [f"+44207{number // 2:06}"],
        }
        for number in range(count)
    ]


def by_pair(matches: pa.Table) -> dict[tuple[str, str], tuple[float, float, str]]:
    return {
        (row["subject_a"], row["subject_b"]): (row["probability"], row["weight"], row["evidence"])
        for row in matches.to_pylist()
    }


@pytest.fixture(scope="module")
def world() -> pa.Table:
    return table([*worldly(), *firms(12)])


@pytest.fixture(scope="module")
def resolved(world):
    return resolve_records(world)


@pytest.mark.parametrize("size", [2, 60, 1_200])
def test_model_applied_to_what_it_was_learned_from_repeats_the_resolution(size):
    rows, _ = population(size)
    first = resolve_records(table(rows))
    again = resolve_records(table(rows), model=first.model)
    assert again.clusters.equals(first.clusters)
    assert again.matches.equals(first.matches)
    assert again.model == first.model


def test_names_of_all_worlds_are_read_by_the_model_as_they_were_read(world, resolved):
    again = resolve_records(world, model=resolved.model)
    assert again.clusters.equals(resolved.clusters)
    assert again.matches.equals(resolved.matches)


@pytest.mark.parametrize("seed", range(4))
def test_what_a_pair_weighs_follows_from_its_two_records_and_the_model(world, resolved, seed):
    some = world.filter(pa.array([random.Random(f"{seed}{n}").random() < 0.3 for n in range(len(world))]))
    expected, present = by_pair(resolved.matches), set(some["subject_id"].to_pylist())
    found = by_pair(resolve_records(some, model=resolved.model).matches)
    assert found == {pair: facts for pair, facts in expected.items() if present.issuperset(pair)}
    assert len(found) > 50


def test_whole_customers_resolve_alone_as_among_all(world, resolved):
    labels = resolved.clusters["cluster"]
    ends = resolved.matches.select(["subject_a", "subject_b"]).to_pylist()
    home = dict(zip(resolved.clusters["subject_id"].to_pylist(), labels.to_pylist(), strict=True))
    chosen = {subject for subject, label in home.items() if label % 5 == 0}
    while more := {one[side] for one in ends for side in one if chosen.intersection(one.values())} - chosen:
        chosen |= more
    some = world.filter(pc.is_in(world["subject_id"], pa.array(sorted(chosen))))
    found = resolve_records(some, model=resolved.model).clusters
    parts = {(home[subject], label) for subject, label in zip(*(c.to_pylist() for c in found.columns), strict=True)}
    assert len(parts) == len({before for before, _ in parts}) == len({now for _, now in parts})


def test_records_that_nobody_has_seen_are_weighed_alike_in_any_company(resolved):
    new = [
        {"subject_id": "new:1", "given_name": "ana pilar", "family_name": "zubizarreta", "phones": ["+34911111111"]},
        {"subject_id": "new:2", "given_name": "anapilar", "family_name": "zubizarreta", "phones": ["+34911111111"]},
        {"subject_id": "new:3", "given_name": "pin", "family_name": "xiao", "emails": ["office@firm.example"]},
        {"subject_id": "new:4", **person(3)},
    ]
    crowd = [{"subject_id": f"new:9{number:02}", **person(number), "given_name": "ana"} for number in range(50)]
    alone = by_pair(resolve_records(table(new), model=resolved.model).matches)
    among = by_pair(resolve_records(table([*new, *crowd]), model=resolved.model).matches)
    names = {row["subject_id"] for row in new}
    assert ("new:1", "new:2") in alone
    assert alone == {pair: facts for pair, facts in among.items() if names.issuperset(pair)}


def test_model_survives_being_written_and_read(tmp_path: Path, world, resolved):
    with closing(Engine.open(tmp_path / "warehouse.duckdb")) as engine:
        write_records(engine, world, replace=True)
        resolve(engine)
    with closing(Engine.open(tmp_path / "warehouse.duckdb")) as engine:
        loaded = load_model(engine)
    assert loaded.model_id == resolved.model.model_id
    again = resolve_records(world, model=loaded)
    assert again.clusters.equals(resolved.clusters)
    assert again.matches.equals(resolved.matches)


def test_model_of_other_records_has_another_id(resolved):
    rows, _ = population(30)
    other = resolve_records(table(rows)).model
    assert other.model_id != resolved.model.model_id
    copy = {kind: from_parts(to_parts(learned)) for kind, learned in other.kinds.items()}
    assert Model(other.rule_version, copy).model_id == other.model_id


def test_kind_that_the_model_does_not_know_is_learned_and_joins_it(resolved):
    rows, _ = population(30)
    people = resolve_records(table(rows)).model
    both = resolve_records(table([*rows, *firms(12)]), model=people).model
    assert set(both.kinds) == {"person", "organisation"}
    assert both.kinds["person"] is people.kinds["person"]
