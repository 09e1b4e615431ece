"""Households and organisations through the eyes of generated roles, against a naive reading of the same towns."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from listed import EVERYTHING, access_of, clear, customer_id, write
from tests.access import making, reference

from onefold.access import Access, Actor, Layer, class_of
from onefold.errors import NotAllowed, NotFound
from onefold.identity.tables import household_member, organisation_link, organisation_member
from onefold.kernel import utc_now
from onefold.kernel.rules import Not, parse_rule, unparse_rule
from onefold.profiles import plain, see_customer
from onefold.profiles.levels import belonging_of, household_of, people_of
from onefold.profiles.listing import SortKey, Wanted, count_customers, count_values, list_customers
from onefold.profiles.tables import profile_summary

FIELDS = {"name": "company", "email": "email", "region": "region", "tier": "tier", "spent": "last_score",
          "since": "last_contact_at"}  # fmt: skip
LEVELS = ("household_id", "household_size", "organisation_id", "organisation_name")
KEY = "0" * 64
SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
for _name in (*FIELDS.values(), "display_name"):
    reference.CLASS[_name] = class_of(_name).value
reference.KINDS.update({ours: reference.KINDS[name] for name, ours in FIELDS.items()})
reference.OTHER_WORDS["display_name"] = ["display_name", "name", "sort_name"]
reference.READ_FROM["display_name"] = ["full_name", "given_name", "family_name", "middle_name", "second_family_name"]

people = st.lists(
    st.tuples(
        making.rows.map(lambda row: {FIELDS[name]: value for name, value in row.items()}),
        st.none() | st.integers(0, 2),  # the household
        st.none() | st.integers(0, 8),  # the organisation, by its place
    ),
    max_size=9,
)


def renamed_rule(text):
    def renamed(rule):
        if isinstance(rule, Not):
            return Not(renamed(rule.rule))
        if hasattr(rule, "rules"):
            return type(rule)(tuple(map(renamed, rule.rules)))
        return (
            replace(rule, attribute=FIELDS[rule.attribute])
            if hasattr(rule, "attribute") and isinstance(rule.attribute, str)
            else rule
        )

    return unparse_rule(renamed(parse_rule(text)))


def renamed_role(role):
    return replace(
        role,
        scope=role.scope and renamed_rule(role.scope),
        deny_scope=role.deny_scope and renamed_rule(role.deny_scope),
        masks={FIELDS.get(name, name): mask for name, mask in role.masks.items()},
    )


def settle(connection, town):
    """Everybody; households of at least two; who belongs to an organisation that there is."""
    clear(connection)
    for table in (household_member, organisation_member, organisation_link):
        connection.execute(sa.delete(table))
    write(connection, [row | {"display_name": f"Person {number}"} for number, (row, _, _) in enumerate(town)])
    now = utc_now()
    employers = {work for _, _, work in town if work is not None and work < len(town)}
    for number in employers:
        mine = profile_summary.c.customer_id == customer_id(number)
        connection.execute(profile_summary.update().where(mine).values(kind="organisation"))
    for number, (_, home, work) in enumerate(town):
        others = [other for other, (_, house, _) in enumerate(town) if house == home and other != number]
        if home is not None and others:
            reasons = [
                {
                    "kind": "home+surname",
                    "values": {"address": f"street {home}", "surname": "puig"},
                    "subjects": [f"crm.people:{number}"],
                    "with": [customer_id(other)],
                }
                for other in others
            ]
            connection.execute(
                household_member.insert().values(
                    customer_id=customer_id(number),
                    household_id=f"hou_{home}",
                    attached_run=1,
                    attached_at=now,
                    strength=0.95,
                    reasons=reasons,
                )
            )
        if work in employers and work != number:
            connection.execute(
                organisation_member.insert().values(
                    customer_id=customer_id(number),
                    organisation_id=customer_id(work),
                    is_main=True,
                    role="Buyer",
                    subject_id=f"crm.people:{number}",
                    since=now,
                    strength=0.98,
                    reasons=[{"kind": "key", "value": f"crm.people:{work}", "subject": f"crm.people:{number}"}],
                )
            )


class Naive:
    """What an actor may be told, one customer at a time."""

    def __init__(self, town, roles, my):
        self.town, self.roles, self.my = town, roles, my
        self.seen = {n for n, (row, _, _) in enumerate(town) if reference.admitting(roles, row, my)}
        self.employers = {work for _, _, work in town if work is not None and work < len(town)}

    def home(self, number):
        house = self.town[number][1]
        if house is None:
            return set()
        members = {n for n in self.seen if self.town[n][1] == house}
        return members if len(members) > 1 else set()

    def work(self, number):
        work = self.town[number][2]
        return work if work in self.seen and work != number else None

    def staff(self, number):
        return {n for n in self.seen if self.work(n) == number}

    def name(self, number):
        mask = reference.mask(self.roles, self.town[number][0], self.my, "display_name")
        return reference.shown(mask, "display_name", f"Person {number}", KEY)

    def row(self, number):
        """The attributes of levels."""
        row, work, home = self.town[number][0], self.work(number), self.home(number)
        mask = reference.mask(self.roles, row, self.my, "company")
        rest = reference.mask(self.roles, row, self.my, "customer_id")
        name = reference.shown(mask, "company", self.name(work), KEY) if work is not None else None
        return {
            "household_id": reference.shown(rest, "customer_id", f"hou_{self.town[number][1]}" if home else None, KEY),
            "household_size": reference.shown(rest, "customer_id", len(home) or None, KEY),
            "organisation_id": reference.shown(
                rest, "customer_id", customer_id(work) if work is not None else None, KEY
            ),
            "organisation_name": name,
        }


reference.CLASS["customer_id"] = class_of("customer_id").value


@SETTINGS
@given(town=people, roles=making.roles(), my=making.my_attributes)
def test_levels_tell_nothing_of_customers_out_of_scope_and_names_under_their_masks(app_database, town, roles, my):
    roles = tuple(map(renamed_role, roles))
    access = Access(Actor("usr_a", "user", "Ana", attributes=my), layers=(Layer(roles, my),), mask_key=KEY)
    naive = Naive(town, roles, my)
    with app_database.write() as connection:
        settle(connection, town)
    with app_database.read() as connection:
        if not access.may("read", "customer"):
            with pytest.raises(NotAllowed):
                see_customer(connection, access, customer_id(0))
            return
        rows = list_customers(connection, access, Wanted(), fields=LEVELS, limit=50).rows
        assert {row.customer_id: row.values for row in rows} == {customer_id(n): naive.row(n) for n in naive.seen}
        if access.may_search("household_size"):
            sizes = [len(naive.home(number)) for number in naive.seen]
            assert count_customers(connection, access, Wanted("household_size >= 2")).value == sum(map(bool, sizes))
            expected = {size: sizes.count(size) for size in sizes if size}
            assert dict(count_values(connection, access, "household_size", Wanted()).values) == expected
        unseen = {customer_id(n) for n in range(len(town))} - {customer_id(n) for n in naive.seen}
        for number in naive.seen:
            told = check_answers(connection, access, naive, number)
            assert not [one for one in unseen if one in told]


def check_answers(connection, access, naive, number):
    """Household, organisation and people of one customer; returns all that was said, as text."""
    sight = see_customer(connection, access, customer_id(number))
    found = household_of(connection, sight)
    members = {customer_id(n): naive.name(n) for n in naive.home(number)}
    assert (
        {one.person.customer_id: one.person.display_name for one in found.members if found} == members
        if found
        else (not members)
    )
    if found:
        assert found.size == len(members)
        for one in found.members:
            others = {other for reason in one.reasons for other in reason.shared_with}
            assert others == members.keys() - {one.person.customer_id}
    belonging = belonging_of(connection, sight)
    work = naive.work(number)
    assert [one.organisation.customer_id for one in belonging.memberships] == (
        [] if work is None else [customer_id(work)]
    )
    told = [plain(found), plain(belonging)]
    if number in naive.employers:
        staff, after = [], None
        while True:
            page = people_of(connection, sight, limit=2, after=after)
            staff += page.people
            after = page.after
            if after is None:
                break
        assert {one.person.customer_id: one.person.display_name for one in staff} == {
            customer_id(n): naive.name(n) for n in naive.staff(number)
        }
        assert len(staff) == len(naive.staff(number))
        told.append(plain(staff))
    else:
        with pytest.raises(NotFound):
            people_of(connection, sight)
    return json.dumps(told, default=str)


def test_lists_are_filtered_and_sorted_by_levels(app_database):
    town = [
        ({"region": "EU"}, 0, None),
        ({"region": "EU"}, 0, 3),
        ({"region": "US"}, 0, None),
        ({"region": "EU"}, None, None),
    ]
    with app_database.write() as connection:
        settle(connection, town)
    a, b, c, organisation = map(customer_id, range(4))

    def ids(access, rule, *sort):
        with app_database.read() as connection:
            page = list_customers(connection, access, Wanted(rule), fields=LEVELS, sort=sort)
        return [row.customer_id for row in page.rows]

    europe = access_of('region = "EU"')
    assert set(ids(EVERYTHING, "household_size = 3")) == {a, b, c}
    assert ids(europe, "household_size = 3") == []
    assert set(ids(europe, "household_size = 2")) == {a, b}
    assert set(ids(europe, 'household_id = "hou_0"')) == {a, b}
    assert ids(europe, 'organisation_name ~ "Person 3"') == [b]
    assert ids(EVERYTHING, f'organisation_id = "{organisation}"') == [b]
    assert ids(europe, "household_size is known", SortKey("organisation_name")) == [b, a]
    with pytest.raises(NotAllowed):
        ids(access_of(display_name="hidden"), 'organisation_name ~ "a"')
    with pytest.raises(NotAllowed):
        ids(access_of(company="hidden"), 'organisation_name ~ "a"')


def test_values_that_speak_for_a_household_obey_the_masks_of_their_attributes(app_database):
    with app_database.write() as connection:
        settle(connection, [({}, 0, None), ({}, 0, None)])
    access = access_of(address="hidden", external_id="hidden")
    with app_database.read() as connection:
        found = household_of(connection, see_customer(connection, access, customer_id(0)))
    (reason,) = found.members[0].reasons
    assert [(one.kind, one.value, bool(one.hidden_by)) for one in reason.values] == [
        ("address", None, True),
        ("surname", "puig", False),
    ]
    assert reason.records == ("crm.people",)


def test_relations_of_organisations_are_told_from_both_sides(app_database):
    town = [({"region": "EU"}, None, 1), ({"region": "EU"}, None, None), ({"region": "US"}, None, None)]
    with app_database.write() as connection:
        settle(connection, town)
        connection.execute(
            organisation_link.insert().values(
                organisation_id=customer_id(1), other_id=customer_id(2), kind="parent", subject_id="x", since=utc_now()
            )
        )

    def relations(access, number):
        with app_database.read() as connection:
            found = belonging_of(connection, see_customer(connection, access, customer_id(number)))
        return [(one.organisation.customer_id, one.kind) for one in found.relations]

    assert relations(EVERYTHING, 0) == relations(EVERYTHING, 1) == [(customer_id(2), "parent")]
    assert relations(access_of('region = "EU"'), 0) == []
