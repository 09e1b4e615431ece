"""Links and what is told of them."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from made_up_people import population, table

from onefold.identity import matches, resolve_records
from onefold.identity.model import MATCH
from onefold.identity.ordered import Ordered


@pytest.fixture(scope="module")
def resolved():
    return resolve_records(table(population(120)[0]))


def test_what_speaks_for_a_match_sums_to_its_weight(resolved):
    found = resolved.matches.to_pylist()
    assert len(found) > 50
    for row in found:
        parts = json.loads(row["evidence"])
        assert sum(bits for _, bits in parts.values()) == pytest.approx(row["weight"], abs=0.05 * len(parts) + 0.15)


@pytest.mark.parametrize("threads", [1, 2])
def test_matches_told_in_parts_are_those_told_at_once(resolved, monkeypatch, threads):
    monkeypatch.setattr(matches, "_PER_BATCH", 7)
    parts = list(resolved.match_batches(threads))
    assert max(map(len, parts)) == 7
    assert pa.concat_tables(parts).equals(resolved.matches)


def test_of_nobody_there_are_no_matches():
    nobody = resolve_records(table([]))
    assert nobody.matches.schema == MATCH
    assert (len(nobody.matches), nobody.links) == (0, ())


def test_columns_come_in_the_order_of_subject_ids_and_of_one_kind_alone():
    rows = [
        {"subject_id": "b", "city": "york"},
        {"subject_id": "c", "kind": "organisation", "company": "works"},
        {"subject_id": "a", "kind": "person", "emails": ["a@x.example"]},
    ]
    people, where = Ordered.of(table(rows)).of_kind("person")
    assert where.tolist() == [True, True, False]
    assert len(people) == 2
    assert people.ids.to_pylist() == ["a", "b"]
    assert people.column("city").to_pylist() == [None, "york"]
    assert people.whole().select(["subject_id", "emails"]).to_pylist() == [
        {"subject_id": "a", "emails": ["a@x.example"]},
        {"subject_id": "b", "emails": None},
    ]


def test_records_of_no_kind_that_is_resolved_are_left_out():
    rows = [{"subject_id": "b", "kind": "thing"}, {"subject_id": "c", "kind": "organisation"}, {"subject_id": "a"}]
    found = resolve_records(table(rows)).clusters
    assert found.to_pylist() == [{"subject_id": "a", "cluster": 0}, {"subject_id": "c", "cluster": 1}]
