"""Lists, counts, facets and exports against a naive reading: generated people, roles, filters and orders."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from listed import EVERYTHING, clear, customer_id, ndjson, write
from tests.access import making, reference

from onefold.access import Access, Actor, Layer, class_of
from onefold.errors import NotAllowed
from onefold.kernel.rules import And, Known, My, Not, Or, attributes_of, parse_rule, unparse_rule
from onefold.profiles.listing import SortKey, Wanted, count_customers, count_values, list_customers, select_ids
from onefold.profiles.streaming import CustomerStream, Format

FIELDS = {"name": "company", "email": "email", "region": "region", "tier": "tier", "spent": "last_score",
          "since": "last_contact_at"}  # fmt: skip
KINDS = {ours: reference.KINDS[name] for name, ours in FIELDS.items()}
KEY = "0" * 64
reference.CLASS.update({name: class_of(name).value for name in KINDS})
reference.KINDS.update(KINDS)
SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def renamed(rule):
    """A rule over the attributes of customers."""
    if isinstance(rule, str):
        return unparse_rule(renamed(parse_rule(rule)))
    match rule:
        case Not(inner):
            return Not(renamed(inner))
        case And(rules) | Or(rules):
            return type(rule)(tuple(map(renamed, rules)))
        case Known(My(_)):
            return rule
        case _ if hasattr(rule, "attribute"):
            return replace(rule, attribute=FIELDS[rule.attribute])
    return rule


def renamed_role(role):
    return replace(
        role,
        scope=role.scope and renamed(role.scope),
        deny_scope=role.deny_scope and renamed(role.deny_scope),
        masks={FIELDS.get(name, name): mask for name, mask in role.masks.items()},
    )


people = st.lists(making.rows.map(lambda row: {FIELDS[name]: value for name, value in row.items()}), max_size=9)
orders = st.lists(st.sampled_from(list(KINDS)), max_size=3, unique=True).flatmap(
    lambda names: st.tuples(*(st.builds(SortKey, st.just(name), st.booleans()) for name in names))
)


@pytest.fixture
def listed(app_database):
    """Runs something over given people."""

    def over(rows, action):
        with app_database.write() as connection:
            clear(connection)
            write(connection, rows)
        with app_database.read() as connection:
            return action(connection)

    return over


def aware(value):
    return value.isoformat()[:19] if hasattr(value, "isoformat") else value[:19] if value else None


def pages(connection, access, wanted, **options):
    """All rows, three at a time."""
    rows, after = [], None
    while True:
        page = list_customers(connection, access, wanted, fields=list(KINDS), limit=3, after=after, **options)
        rows += page.rows
        after = page.after
        if after is None:
            return rows
        assert len(page.rows) == 3


def naive_order(rows, keys):
    """Numbers of people in order: missing values last, ties by id in the direction of the first key."""
    order = sorted(rows, key=customer_id, reverse=bool(keys) and keys[0].is_descending)
    for key in reversed(keys):
        present = [number for number in order if rows[number][key.attribute] is not None]
        place = {number: rows[number][key.attribute] for number in present}
        present.sort(key=place.__getitem__, reverse=key.is_descending)
        if key.is_descending:  # a reversed sort keeps ties as they are, and so must we
            present = [n for v in sorted(set(place.values()), reverse=True) for n in order if place.get(n) == v]
        order = present + [number for number in order if number not in place]
    return order


@SETTINGS
@given(people=people, roles=making.roles(), my=making.my_attributes, rule=making.rules, keys=orders)
def test_lists_counts_facets_and_exports_show_what_a_naive_reading_shows(listed, people, roles, my, rule, keys):
    roles, rule = tuple(map(renamed_role, roles)), renamed(rule)
    access = Access(Actor("usr_a", "user", "Ana", attributes=my), layers=(Layer(roles, my),), mask_key=KEY)
    wanted = Wanted(unparse_rule(rule))
    if not access.may("read", "customer"):
        with pytest.raises(NotAllowed):
            listed(people, lambda connection: list_customers(connection, access, wanted))
        return
    used = {*attributes_of(rule), *(key.attribute for key in keys)}
    if not all(access.may_search(name) for name in used):
        with pytest.raises(NotAllowed, match="filter, sort or search"):
            listed(people, lambda connection: list_customers(connection, access, wanted, sort=keys))
        return
    found = {
        number: row
        for number, row in enumerate(people)
        if reference.admitting(roles, row, my) and reference.truth(rule, row, my, KINDS) is True
    }

    def check(connection):
        rows = pages(connection, access, wanted, sort=keys)
        expected = naive_order(found, keys) if keys else None
        assert [row.customer_id for row in rows] == [customer_id(number) for number in expected or []] or not keys
        assert {row.customer_id for row in rows} == {customer_id(number) for number in found}
        assert len(rows) == len(found)
        assert count_customers(connection, access, wanted).value == len(found)
        by_id = {customer_id(number): row for number, row in found.items()}
        for row in rows:
            for name, kind in KINDS.items():
                source = by_id[row.customer_id]
                mask = reference.mask(roles, source, my, name)
                value = reference.shown(mask, name, source[name], KEY)
                same = aware if kind == "moment" else lambda one: one
                assert same(row.values[name]) == same(value)
                assert (name in row.hidden) == (mask != "none")
        check_facet(connection, found)
        check_export(connection, rows)

    def check_facet(connection, found):
        for name in ("region", "last_score"):
            if access.may_search(name):
                counted = dict(count_values(connection, access, name, wanted).values)
                values = [row[name] for row in found.values() if row[name] is not None]
                assert counted == {value: values.count(value) for value in values}

    def check_export(connection, rows):
        if not access.may("export", "customer"):
            with pytest.raises(NotAllowed):
                CustomerStream(connection, access, wanted, list(KINDS), Format.NDJSON)
            return
        exported = ndjson(CustomerStream(connection, access, wanted, list(KINDS), Format.NDJSON))
        exporters = [role for role in roles if "export" in role.permissions.get("customer", ())]
        may = {
            customer_id(number)
            for number, row in found.items()
            if any(role in exporters for role in reference.admitting(roles, row, my))
        }
        shown = {row.customer_id: row.values for row in rows}
        assert {row["customer_id"] for row in exported} == may
        for row in exported:
            assert {name: row[name] if KINDS[name] != "moment" else aware(row[name]) for name in KINDS} == {
                name: value if KINDS[name] != "moment" else aware(value)
                for name, value in shown[row["customer_id"]].items()
            }

    listed(people, check)


@SETTINGS
@given(people=people, rule=making.rules)
def test_a_filter_and_its_opposite_and_the_unknown_are_all(listed, people, rule):
    text = unparse_rule(renamed(rule))

    def ids(connection, wanted):
        return set(connection.scalars(select_ids(connection, EVERYTHING, Wanted(wanted))))

    def check(connection):
        yes, no = ids(connection, text), ids(connection, f"not ({text})")
        assert not yes & no
        unknown = {
            customer_id(number)
            for number, row in enumerate(people)
            if reference.truth(renamed(rule), row, {}, KINDS) is None
        }
        assert yes | no | unknown == {customer_id(number) for number in range(len(people))}
        assert not unknown & (yes | no)

    listed(people, check)


def test_the_database_of_the_test_is_what_the_naive_order_expects(app_database):
    """Texts are compared by code point on both."""
    with app_database.read() as connection:
        assert connection.scalar(sa.select(sa.literal("Z", sa.Text) < sa.literal("a", sa.Text)))
