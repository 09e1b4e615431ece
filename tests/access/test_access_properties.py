"""Roles, row scopes and masks: SQL on both databases against a naive reading, row by row."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.access import making, reference
from tests.access.conftest import PEOPLE, resolve

from onefold.access import Access, Actor, Layer

KEY = "0" * 64
SETTINGS = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def access_of(*layers):
    actor = Actor("usr_a", "user", "Ana")
    return Access(actor, layers=tuple(Layer(roles, my) for roles, my in layers), mask_key=KEY)


def read(people, access, rows):
    """Every visible row with values, masks and admission, as SQL gives them."""
    columns = [PEOPLE.c.id, access.admission(resolve).label("admitted")]
    for name in making.FIELDS:
        columns.append(access.masked_column(name, PEOPLE.c[name], resolve).label(f"{name}_shown"))
        columns.append(access.mask_column(name, resolve).label(f"{name}_mask"))
    return [row._mapping for row in people(rows, sa.select(*columns).where(access.customers(resolve)))]


def aware(value):
    return value.isoformat()[:19] if hasattr(value, "isoformat") else value


@SETTINGS
@given(roles=making.roles(), rows=st.lists(making.rows, max_size=6), my=making.my_attributes)
def test_sql_shows_what_a_naive_reading_shows(people, roles, rows, my):
    access = access_of((roles, my))
    found = read(people, access, rows)
    expected = [number for number, row in enumerate(rows) if reference.admitting(roles, row, my)]
    assert sorted(row["id"] for row in found) == expected
    for row in found:
        source = rows[row["id"]]
        for name in making.FIELDS:
            mask = reference.mask(roles, source, my, name)
            assert row[f"{name}_mask"] == mask
            value = reference.shown(mask, name, source[name], KEY)
            assert aware(row[f"{name}_shown"]) == aware(value)
            shown = access.mask_value(name, source[name], row["admitted"])
            assert shown.value == value
            assert (shown.hidden_by is None) == (mask == "none")


@SETTINGS
@given(roles=making.roles(), rows=st.lists(making.rows, max_size=6), my=making.my_attributes)
def test_counts_and_permissions_are_those_of_a_naive_reading(people, roles, rows, my):
    access = access_of((roles, my))
    count = people(rows, sa.select(sa.func.count()).select_from(PEOPLE).where(access.customers(resolve)))
    assert count == [(sum(bool(reference.admitting(roles, row, my)) for row in rows),)]
    for verb, kind in (("read", "customer"), ("export", "customer"), ("read", "note")):
        assert access.may(verb, kind) == reference.allows(roles, verb, kind)


@SETTINGS
@given(roles=making.roles(), rows=st.lists(making.rows, max_size=6), my=making.my_attributes)
def test_what_may_be_searched_is_masked_in_no_visible_row(people, roles, rows, my):
    access = access_of((roles, my))
    for name in making.FIELDS:
        if access.may_search(name):
            assert all(row[f"{name}_mask"] == "none" for row in read(people, access, rows))


@SETTINGS
@given(roles=making.roles(), other=making.roles(), rows=st.lists(making.rows, max_size=6), my=making.my_attributes)
def test_what_may_be_done_to_a_customer_is_the_same_read_from_its_admission_and_asked_of_sql(
    people, roles, other, rows, my
):
    for access in (access_of((roles, my)), access_of((roles, my), (other, {}))):
        admitted = {row["id"]: row["admitted"] for row in read(people, access, rows)}
        for verb, kind in (("read", "customer"), ("export", "customer"), ("read", "note")):
            within = access.customers(resolve, verb=verb, kind=kind)
            by_sql = {row.id for row in people(rows, sa.select(PEOPLE.c.id).where(within))}
            assert {one for one, marks in admitted.items() if access.may_there(verb, kind, marks)} == by_sql


@SETTINGS
@given(one=making.roles(), other=making.roles(), rows=st.lists(making.rows, max_size=6), my=making.my_attributes)
def test_narrowing_shows_what_both_show_and_no_more(people, one, other, rows, my):
    access = access_of((one, my)).narrowed(Layer(other, {}))
    found = read(people, access, rows)
    expected = [
        number
        for number, row in enumerate(rows)
        if reference.admitting(one, row, my) and reference.admitting(other, row, {})
    ]
    assert sorted(row["id"] for row in found) == expected
    for row in found:
        source = rows[row["id"]]
        for name in making.FIELDS:
            masks = [reference.mask(one, source, my, name), reference.mask(other, source, {}, name)]
            mask = max(masks, key=reference.MASKS.index)
            assert row[f"{name}_mask"] == mask
            assert access.mask_value(name, source[name], row["admitted"]).value == reference.shown(
                mask, name, source[name], KEY
            )


@SETTINGS
@given(roles=making.roles(), extra=making.roles(), my=making.my_attributes, rows=st.lists(making.rows, max_size=6))
def test_a_deny_holds_whatever_else_is_granted(people, roles, extra, my, rows):
    both = access_of(((*roles, *extra), my))
    seen = {row["id"]: row for row in read(people, both, rows)}
    for role in roles:
        for kind, verbs in role.denials.items():
            assert not any(both.may(verb, kind) for verb in verbs)
        if role.deny_scope is not None:
            assert not any(reference.truth(role.deny_scope, rows[number], my) for number in seen)
        for name in making.FIELDS:
            if role.denies_field(name):
                assert all(row[f"{name}_shown"] is None for row in seen.values())
