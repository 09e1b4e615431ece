"""What an answer is worth, which cases are alike, and where a customer holds together least."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onefold.engines import Engine
from onefold.identity.bonds import Bonds
from onefold.identity.override import Override
from onefold.identity.review.finding import SURE, calibrated, find_questions
from onefold.identity.review.keeping import weigh_questions
from onefold.identity.review.model import Question
from onefold.identity.review.ordering import (
    Said,
    count_touched,
    entropy_bits,
    heard_probability,
    worth_of_pattern,
)
from onefold.identity.review.patterns import label_of, pattern_of
from onefold.kernel import utc_now
from onefold.records import write_records
from onefold.records.model import RECORD

KEY = b"k" * 32
SAME_NAME = {"given_name": ["same", 9.0], "family_name": ["same", 8.0]}
shares = st.floats(0, 1)
counts = st.integers(0, 1_000)


@given(shares)
def test_nobody_learns_from_what_is_certain_and_most_from_what_is_even(probability):
    assert 0 <= entropy_bits(probability) <= entropy_bits(0.5) == 1
    assert entropy_bits(probability) == pytest.approx(entropy_bits(1 - probability), abs=1e-6)
    assert entropy_bits(0.0) == entropy_bits(1.0) == 0


@given(st.integers(1, 10_000), counts)
def test_an_answer_is_worth_more_where_many_are_alike_and_less_where_many_were_answered(items, answers):
    assert worth_of_pattern(items, answers) >= 1
    assert worth_of_pattern(items + 1, answers) >= worth_of_pattern(items, answers)
    assert worth_of_pattern(items, answers + 1) <= worth_of_pattern(items, answers)


@given(shares, counts, counts)
def test_answers_pull_a_probability_towards_what_they_say(probability, same, different):
    said = Said(same, different)
    heard = heard_probability(probability, said)
    assert 0 <= heard <= 1
    assert heard_probability(probability, Said(same + 1, different)) >= heard - 1e-6
    assert heard_probability(probability, Said(same, different + 1)) <= heard + 1e-6


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=3, unique=True).map(tuple), max_size=20))
def test_an_answer_touches_its_own_customers_and_those_of_questions_beside_it(customers):
    for own, touched in zip(customers, count_touched(customers), strict=True):
        beside = {name for other in customers if set(other) & set(own) for name in other}
        assert touched == len(beside) >= len(own)


def question(number: int, probability: float, evidence: Any = None, customers: Sequence[str] = ()) -> Question:
    a, b = f"a:{number:03}", f"b:{number:03}"
    said = {name: (str(level), float(bits)) for name, (level, bits) in (evidence or SAME_NAME).items()}
    return Question("pair", (a,), (b,), (a, b), said, 10.0, probability, (), tuple(customers or (a, b)))


questions = st.lists(
    st.builds(
        question,
        st.integers(0, 999),
        st.sampled_from([0.5, 0.5, 0.6, 0.9, 0.97]),
        st.sampled_from([SAME_NAME, {**SAME_NAME, "email": ["different", -2.0]}]),
        st.lists(st.sampled_from(["x", "y", "z"]), min_size=1, max_size=2, unique=True),
    ),
    max_size=15,
    unique_by=lambda one: one.telling,
)


@given(questions, st.randoms())
def test_the_order_is_the_same_however_the_questions_come(found, random):
    by_id = {f"rev_{one.telling[0]}": one for one in found}
    ordered = weigh_questions(by_id, KEY, {})
    shuffled = list(by_id.items())
    random.shuffle(shuffled)
    assert [one.item_id for one in weigh_questions(dict(shuffled), KEY, {})] == [one.item_id for one in ordered]
    scores = [(-one.score, one.item_id) for one in ordered]
    assert scores == sorted(scores)


def test_nobody_is_asked_about_one_customer_again_and_again():
    hub = [question(number, 0.5, customers=("hub", f"c{number}")) for number in range(4)]
    others = [question(number, 0.5, customers=(f"o{number}", f"p{number}")) for number in range(10, 13)]
    asked = {one.telling[0]: one for one in [*hub, *others]}
    ordered = [one.question for one in weigh_questions(asked, KEY, {})]
    about_hub = [place for place, one in enumerate(ordered) if "hub" in one.customers]
    assert about_hub == [0, 1, 5, 6]  # five customers are touched: a half of that is more than two, a third is less


def test_a_pattern_says_what_agrees_and_keeps_it_secret_without_the_key():
    evidence = {"email": ["same shared by two", 3.0], "given_name": ["equivalent", 4.0], "full_name": ["x", -1.0]}
    mine = pattern_of("pair", evidence, KEY)
    assert mine.parts == (("given_name", "similar"), ("email", "shared"))
    assert label_of(mine.parts) == "shared e-mail, similar given name"
    assert label_of([("email", None), ("phone", "same")]) == "same phone, hidden e-mail"
    assert pattern_of("pair", evidence, b"o" * 32).key != mine.key
    assert pattern_of("bridge", evidence, KEY).key != mine.key
    assert pattern_of("pair", dict(reversed(evidence.items())), KEY) == mine


@pytest.fixture
def engine(tmp_path) -> Iterator[Engine]:
    with_tables = Engine.open(tmp_path / "w.duckdb", threads=1)
    yield with_tables
    with_tables.close()


def tell(engine: Engine, customers: dict[str, str], links: dict[tuple[str, str], float], evidence: Any = None) -> None:
    """What resolution and map say, and nothing else."""
    records = {field.name: pa.nulls(len(customers), field.type) for field in RECORD}
    records["subject_id"] = pa.array(list(customers), pa.string())
    write_records(engine, pa.table(records, schema=RECORD), replace=True)
    owned = {"subject_id": list(customers), "customer_id": list(customers.values())}
    engine.write("main.customer_subject", pa.table(owned), replace=True)
    texts = [json.dumps((evidence or {}).get(pair, SAME_NAME)) for pair in links]
    rows = {
        "subject_a": [a for a, _ in links],
        "subject_b": [b for _, b in links],
        "probability": pa.array(list(links.values()), pa.float32()),
        "weight": pa.array([20 * p for p in links.values()], pa.float32()),
        "evidence": texts,
    }
    engine.write("main.match", pa.table(rows), replace=True)


def test_two_customers_are_asked_about_once_by_their_strongest_link(engine):
    tell(engine, {"r1": "A", "r2": "A", "r3": "B"}, {("r1", "r2"): 0.99, ("r1", "r3"): 0.6, ("r2", "r3"): 0.8})
    (found,) = find_questions(engine, Bonds(), most=10)
    assert (found.kind, found.side_a, found.side_b, found.telling) == ("pair", ("r1", "r2"), ("r3",), ("r2", "r3"))
    assert found.probability == calibrated("pair", 0.8) < 0.2, "the map has its reasons not to follow the link"
    assert found.links[0].probability == 0.8
    assert found.customers == ("A", "B")
    assert [(link.a, link.b) for link in found.links] == [(1, 2), (0, 2), (0, 1)], "those between the sides first"


def test_records_that_contradict_each_other_are_a_question_of_their_own(engine):
    born = {("r1", "r2"): {**SAME_NAME, "birth_date": ["different", -3.0]}}
    links = {("r1", "r2"): 0.8, ("r1", "r3"): 0.99, ("r2", "r4"): 0.995}
    tell(engine, dict.fromkeys(("r1", "r2", "r3", "r4"), "A"), links, born)
    (found,) = find_questions(engine, Bonds(), most=10)
    assert (found.kind, found.side_a, found.side_b) == ("cluster", ("r1", "r3"), ("r2", "r4"))


def decided(kind: Any, a: str, b: str) -> Override:
    return Override("ovr_1", kind, (a,), (b,), "", "Ana", "usr_1", utc_now())


def test_what_people_decided_is_no_question(engine):
    tell(engine, {"r1": "A", "r2": "A", "r3": "B"}, {("r1", "r2"): 0.7, ("r2", "r3"): 0.6})
    assert len(find_questions(engine, Bonds(), most=10)) == 2
    (found,) = find_questions(engine, Bonds.of([decided("same", "r1", "r2")]), most=10)
    assert found.kind == "pair"
    (found,) = find_questions(engine, Bonds.of([decided("different", "r1", "r3")]), most=10)
    assert found.kind == "bridge"
    assert find_questions(engine, Bonds(), most=0) == []


def test_a_question_knows_when_its_records_changed(engine):
    customers, links = {"r1": "A", "r2": "B"}, {("r1", "r2"): 0.6}
    tell(engine, customers, links)
    (first,) = find_questions(engine, Bonds(), most=10)
    tell(engine, customers, {("r1", "r2"): 0.7})
    (again,) = find_questions(engine, Bonds(), most=10)
    assert again.fingerprint == first.fingerprint
    engine.execute("update main.record set city = 'Lleida' where subject_id = 'r2'")
    (changed,) = find_questions(engine, Bonds(), most=10)
    assert changed.fingerprint != first.fingerprint


def strongest_across(side: set[str], links: dict[tuple[str, str], float]) -> float:
    return max((p for (a, b), p in links.items() if (a in side) != (b in side)), default=0.0)


@settings(deadline=None, max_examples=40)
@given(
    st.dictionaries(
        st.sampled_from(list(itertools.combinations(["r1", "r2", "r3", "r4", "r5"], 2))),
        st.integers(50, 100).map(lambda share: round(share / 100, 2)),
        min_size=4,
    )
)
def test_a_customer_is_cut_where_the_strongest_link_is_weakest(links):
    records = ["r1", "r2", "r3", "r4", "r5"]
    cuts = [set(side) for size in (1, 2) for side in itertools.combinations(records, size)]
    weakest = min(strongest_across(side, links) for side in cuts)
    with_tables = Engine.open(threads=1)
    try:
        tell(with_tables, dict.fromkeys(records, "A"), links)
        found = find_questions(with_tables, Bonds(), most=10)
    finally:
        with_tables.close()
    if weakest == 0.0 or weakest >= SURE:
        assert found == [], "nothing holds it together but people, or it is sure"
    else:
        (bridge,) = found
        assert bridge.probability == pytest.approx(calibrated("bridge", weakest), abs=1e-3)
        assert strongest_across(set(bridge.side_a), links) == pytest.approx(weakest)
        assert sorted(bridge.subjects) == records
