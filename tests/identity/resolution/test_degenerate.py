"""Input that no customer base should have, and some do: bounded work, a sensible answer, a note of what was left."""

from __future__ import annotations

import random

import pytest
from made_up_people import groups, person, population, table

from onefold.identity import resolve_records


def facts(resolution):
    """What the resolution of persons says about itself."""
    return resolution.diagnostics["person"]


def with_many_names(people):
    """Records of a population in which no two people have one given name."""
    draw = random.Random(3)
    rows, owners = population(people)
    names = ["".join(draw.choice("bdfgklmnprstvz") + draw.choice("aeiou") for _ in range(4)) for _ in range(people)]
    return [{**row, "given_name": names[owner]} for row, owner in zip(rows, owners, strict=True)]


def test_records_with_nothing_stay_apart():
    rows = [{"subject_id": f"s{n:05}"} for n in range(3_000)]
    result = resolve_records(table(rows))
    assert len(groups(result.clusters)) == 3_000
    assert facts(result)["pairs"] == 0


def test_empty_strings_and_empty_lists_are_nothing():
    rows = [
        {"subject_id": f"s{n}", "given_name": "", "family_name": "", "emails": [], "phones": [""], "street": ""}
        for n in range(50)
    ]
    assert len(groups(resolve_records(table(rows)).clusters)) == 50


def test_equal_rows_are_one_customer_while_they_are_few_enough_to_be_one():
    rows, _ = population(200)
    rows += [{**person(9_000), "subject_id": f"copy{n:03}"} for n in range(40)]
    found = groups(resolve_records(table(rows)).clusters)
    assert frozenset(f"copy{n:03}" for n in range(40)) in found


def test_a_table_of_nothing_but_equal_rows_costs_no_pair_more_than_the_budget():
    rows = [{**person(1), "subject_id": f"s{n:05}"} for n in range(8_000)]
    result = resolve_records(table(rows))
    assert facts(result)["pairs"] <= 8_000 * 100
    assert len(result.clusters) == 8_000


@pytest.mark.parametrize(("column", "value"), [("emails", "shop@counter.example"), ("phones", "+49305550000")])
def test_a_value_beside_every_name_is_nobodys_and_said_so(column, value):
    people = with_many_names(900)
    rows = [{**row, column: [value, *(row[column] or [])]} for row in people]
    result = resolve_records(table(rows))
    field = column.removesuffix("s")
    ignored = facts(result)["ignored"][field]
    assert ignored["examples"] == [value]
    assert ignored["records"] == len(rows)
    assert groups(result.clusters) == groups(resolve_records(table(people)).clusters)


def test_a_mailbox_and_nothing_else_on_thousands_of_records_joins_no_stranger():
    people, _ = population(600)
    rows = people + [{"subject_id": f"x{n:05}", "emails": ["shop@counter.example"]} for n in range(4_000)]
    rows += [{**row, "subject_id": f"y{n}", "emails": ["shop@counter.example"]} for n, row in enumerate(people[:300])]
    found = groups(resolve_records(table(rows)).clusters)
    mixed = [group for group in found if any(s[0] == "x" for s in group) and any(s[0] != "x" for s in group)]
    assert not mixed


def test_one_mailbox_shared_by_all_joins_nobody():
    rows, _ = population(4_000, records_each=1)
    rows = [{**row, "emails": ["shop@counter.example"]} for row in rows]
    assert max(map(len, groups(resolve_records(table(rows)).clusters))) <= 6


def test_values_of_a_small_office_are_not_ignored():
    rows, _ = population(300)
    rows = [{**row, "phones": ["+49305550000"]} if n < 15 else row for n, row in enumerate(rows)]
    assert facts(resolve_records(table(rows)))["ignored"] == {}


@pytest.mark.parametrize(
    "name",
    [
        "x" * 300,
        "anna " * 60,
        "\U0001f600\U0001f468‍\U0001f469‍\U0001f467",
        "\u200f\u202edanna\u202c",
        "1.2e+10",
        "\x00",
        "é" * 90,
    ],
)
def test_odd_names_are_names_like_others(name):
    rows, _ = population(60)
    odd = {"given_name": name, "family_name": name, "phones": ["+99123000111"], "birth_date": "1980-02-03"}
    rows += [{**odd, "subject_id": f"odd{n}"} for n in range(2)]
    assert frozenset({"odd0", "odd1"}) in groups(resolve_records(table(rows)).clusters)


def test_numbers_that_lost_their_digits_join_nobody():
    rows, _ = population(300)
    rows = [{**row, "loyalty_numbers": ["1.23457E+11"]} for row in rows]
    plain = groups(resolve_records(table([{**row, "loyalty_numbers": None} for row in rows])).clusters)
    assert groups(resolve_records(table(rows)).clusters) == plain
