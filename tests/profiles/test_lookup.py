"""A person finds a customer with whatever is at hand."""

from __future__ import annotations

import pytest

from onefold.errors import InvalidInput
from onefold.profiles import find_customers


def find(bench, query, region="ES"):
    with bench.database.read() as connection:
        return find_customers(connection, query, region)


def test_ana_is_found_by_whatever_is_at_hand(either_bench, ana):
    either_bench.build(_latin(ana))
    queries = (
        " ANA@x.com ", "600 111 222", "+34 600-111-222", "0034600111222", "crm:1", "shop.users:a|7", "shop:a|7", "L-77",
        "García, Ana", "ANA GARCIA", "gar an", either_bench.customer_of("crm.people:1").upper(),
    )  # fmt: skip
    expected = [either_bench.customer_of("crm.people:1")]

    assert {query: find(either_bench, query) for query in queries} == dict.fromkeys(queries, expected)


def test_an_old_id_finds_the_customer_it_was_merged_into(bench, company):
    company.record("a.t:1", "c", full_name="Ana")
    company.record("a.t:2", "d", full_name="Ana")
    bench.build(company)
    ids = {bench.customer_of("a.t:1"), bench.customer_of("a.t:2")}
    company.owners["a.t:2"] = ("c", "person")
    bench.build(company)

    assert {tuple(find(bench, old)) for old in ids} == {(bench.customer_of("a.t:1"),)}


def test_a_retired_customer_is_found_by_its_id_and_by_its_record(bench, company):
    company.record("a.t:1", "c", full_name="Ana")
    company.record("a.t:2", "d", full_name="Bob")
    bench.build(company)
    gone = bench.customer_of("a.t:1")
    company.records.pop(0)
    company.owners.pop("a.t:1")
    bench.build(company)

    assert find(bench, gone) == [gone]
    assert find(bench, "a:1") == [gone]


def test_wildcards_in_a_query_are_taken_literally(bench, company):
    company.record("a.t:100%", "c", full_name="Ana")
    company.record("a.t:1000", "d", full_name="Bob")
    bench.build(company)

    assert find(bench, "a:100%") == [bench.customer_of("a.t:100%")]
    assert find(bench, "a:1%") == []
    assert find(bench, "%_") == []


def test_more_matching_records_come_first(bench, company):
    company.record("a.t:1", "one", given_name="Ana", family_name="Puig")
    company.record("a.t:2", "two", given_name="Ana", family_name="Puig")
    company.record("a.t:3", "two", given_name="Ana", family_name="Puig")
    bench.build(company)

    assert find(bench, "Ana Puig") == [bench.customer_of("a.t:2"), bench.customer_of("a.t:1")]


def test_nobody_is_nobody_and_nothing_is_refused(bench, ana):
    bench.build(ana)

    assert find(bench, "nobody@nowhere.org") == []
    assert find(bench, "cus_0000000000000000") == []
    with pytest.raises(InvalidInput, match="nothing to look for"):
        find(bench, "  ")


def _latin(company):
    """Comparison forms as the conform step writes them."""
    for record in company.records:
        for part in ("given_name", "family_name"):
            record[part] = record[part] and record[part].replace("í", "i")
    return company
