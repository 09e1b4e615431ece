"""Promises of explaining: what two records weigh is what they weigh in a build."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

import pytest
from made_up_people import person, population, spoil_birth_dates, store

from onefold.engines import Engine
from onefold.errors import Conflict
from onefold.identity import resolve
from onefold.identity.explaining import Evidence, weigh_pairs
from onefold.identity.tuning import AS_LEARNED, Tuning
from onefold.identity.warehouse import Wanted


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine.open(threads=2)
    yield engine
    engine.close()


def weigh(engine: Engine, a: str, b: str, tuning: Tuning = AS_LEARNED) -> Evidence:
    (found,) = weigh_pairs(engine, [a], [b], tuning)
    return found


@pytest.mark.parametrize(
    "tuning",
    [AS_LEARNED, Tuning(weights=(("phone", 0.5),)), Tuning(link_at=0.9)],
    ids=["as learned", "phones count half", "stricter"],
)
def test_a_pair_weighs_what_it_weighed_in_the_build(engine, tuning):
    rows, _ = population(80)
    store(engine, rows)
    resolve(engine, wanted=Wanted(tuning=tuning))
    kept = engine.rows("select subject_a, subject_b, weight, probability, evidence from main.match")
    assert len(kept) > 80
    for a, b, weight, probability, evidence in kept:
        found = weigh(engine, b, a, tuning)
        assert (found.a, found.b) == (a, b)
        assert found.weight == pytest.approx(weight, abs=0.06)
        assert found.probability == pytest.approx(probability, abs=1e-3)
        assert found.fields.keys() == json.loads(evidence).keys()
        assert sum(bits for _, bits in found.fields.values()) == pytest.approx(weight, abs=0.6)


@pytest.mark.parametrize("is_kept_well", [True, False], ids=["dates kept well", "dates often wrong"])
def test_other_birth_dates_are_a_contradiction_where_dates_are_kept_well(engine, is_kept_well):
    rows, _ = population(200)
    if not is_kept_well:
        spoil_birth_dates(rows)
    parent = {**person(1, 7), "subject_id": "parent"}
    child = {**parent, "subject_id": "child", "birth_date": "2014-02-28"}
    store(engine, [*rows, parent, child])
    resolve(engine)
    assert weigh(engine, "parent", "child").is_conflict == is_kept_well


def test_what_a_person_has_set_to_keep_apart_is_a_contradiction(engine):
    rows, _ = population(60)
    store(engine, [*rows, {**rows[0], "subject_id": "mover", "emails": ["somebody@new.example"]}])
    apart = Tuning(never_across=("email",))
    resolve(engine, wanted=Wanted(tuning=apart))
    assert weigh(engine, rows[0]["subject_id"], "mover", apart).is_conflict
    assert not weigh(engine, rows[0]["subject_id"], "mover").is_conflict


def test_what_forbids_comes_first_then_what_agrees_best(engine):
    rows, people = population(20)
    store(engine, rows)
    resolve(engine)
    ours = [row["subject_id"] for row, number in zip(rows, people, strict=True) if number == people[0]]
    theirs = [row["subject_id"] for row, number in zip(rows, people, strict=True) if number != people[0]]
    pairs = [weigh(engine, a, b) for a, b in itertools.product(ours, theirs)]
    found = weigh_pairs(engine, ours, theirs, AS_LEARNED)
    assert found[0].is_conflict
    assert found[0].weight == max(one.weight for one in pairs if one.is_conflict)
    first = next(one for one in pairs if (one.a, one.b) == (found[0].a, found[0].b))
    others = sorted((one.weight for one in pairs if one is not first), reverse=True)
    assert [one.weight for one in found[1:]] == others[:2]


def test_before_a_build_has_used_these_rules_it_says_so(engine):
    rows, _ = population(20)
    store(engine, rows)
    resolve(engine)
    engine.execute("update meta.resolution_model set rule_version = '1'")
    with pytest.raises(Conflict, match="no build has used"):
        weigh(engine, rows[0]["subject_id"], rows[-1]["subject_id"])


def test_a_person_and_an_organisation_have_nothing_to_compare(engine):
    rows, _ = population(20)
    firm = {**rows[0], "subject_id": "firm", "kind": "organisation", "company": "Larkmoor Ltd"}
    store(engine, [*rows, firm])
    resolve(engine)
    assert weigh_pairs(engine, ["firm"], [rows[0]["subject_id"]], AS_LEARNED) == []
