"""Households keep their ids: the rules of customers' ids, told of homes, and any sequence of days."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.identity.levels.town import KEY, NOW, homes, person, settle

from onefold.identity.levels import LevelPlan, apply_levels
from onefold.identity.levels.reading import current_household_id, former_members_of, members_of
from onefold.identity.map_plan import HOUSEHOLDS, plan_map
from onefold.identity.tables import household, household_member, household_member_history

ELM = ("elm street", "4", "YO11AA")
OAK = ("oak road", "9", "YO22BB")
days = st.lists(st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 2), max_size=7), min_size=1, max_size=6)


def live(connection, people, day):
    """One day: who (a letter) lives in which house (a number); a house of one is no household."""
    houses = {house: [one for one in people if people[one] == house] for house in set(people.values())}
    together = sorted(one for one, house in people.items() if len(houses[house]) > 1)
    clusters = pa.table(
        {
            "subject_id": pa.array(together, pa.string()),
            "cluster": pa.array([people[one] for one in together], pa.int64()),
            "kind": pa.array(["household"] * len(together), pa.string()),
        }
    )
    plan = plan_map(connection, clusters, workspace_key=KEY, ledger=HOUSEHOLDS)
    count = len(together)
    members = pa.table(
        {
            "customer_id": pa.array(together, pa.string()),
            "strength": pa.array([0.9] * count, pa.float64()),
            "reasons": pa.array(["[]"] * count, pa.string()),
        }
    )
    texts = pa.schema([(name, pa.string()) for name in ("customer_id", "organisation_id", "role", "subject_id")])
    memberships = pa.schema(
        [*texts, ("is_main", pa.bool_()), ("since", pa.timestamp("us", tz="UTC")), ("strength", pa.float64()),
         ("reasons", pa.string())]
    ).empty_table()  # fmt: skip
    links = pa.schema([(name, pa.string()) for name in ("organisation_id", "other_id", "kind", "subject_id")])
    level = LevelPlan(plan, members, memberships, links.empty_table())
    apply_levels(connection, level, build_no=day, now=NOW + timedelta(days=day))
    return houses


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=days)
def test_ids_never_change_hands_every_id_resolves_and_people_have_one_household(app_database, days):
    with app_database.write() as connection:
        for table in (household, household_member, household_member_history, HOUSEHOLDS.runs):
            connection.execute(sa.delete(table))
        issued = set()
        for day, people in enumerate(days):
            before = dict(
                connection.execute(sa.select(household_member.c.customer_id, household_member.c.household_id)).all()
            )
            houses = live(connection, people, day)
            after = dict(
                connection.execute(sa.select(household_member.c.customer_id, household_member.c.household_id)).all()
            )
            wanted = {frozenset(members) for members in houses.values() if len(members) > 1}
            found = {frozenset(one for one in after if after[one] == home) for home in after.values()}
            assert found == wanted
            known = set(connection.scalars(sa.select(household.c.household_id)))
            assert issued <= known
            issued = known
            for one in known:
                home = current_household_id(connection, one)
                assert home in known
            # an id stays with some of its own people, unless none of them lives with others any more
            for home in set(before.values()) & set(after.values()):
                former = {one for one in before if before[one] == home}
                now = {one for one in after if after[one] == home}
                assert former & now or not former & after.keys()
            again = live(connection, people, day)
            assert again == houses
            assert after == dict(
                connection.execute(sa.select(household_member.c.customer_id, household_member.c.household_id)).all()
            )


def test_a_household_survives_who_comes_and_goes_and_comes_back_after_all_left(app_database):
    ana, bernat, carla = (person(f"{name} Puig", home=ELM, customer=name) for name in ("ana", "bernat", "carla"))
    first = settle(app_database, [ana, bernat])
    assert homes(first) == [["ana", "bernat"]]
    home = first.households.subjects["customer_id"][0].as_py()
    assert home.startswith("hou_")
    settle(app_database, [ana, bernat, carla], now=NOW + timedelta(days=1))
    settle(app_database, [bernat, carla], now=NOW + timedelta(days=2))
    settle(app_database, [bernat], now=NOW + timedelta(days=3))
    with app_database.read() as connection:
        assert members_of(connection, home) == []
        assert [one.customer_id for one in former_members_of(connection, home)] == ["bernat", "carla", "ana"]
        assert connection.scalar(sa.select(household.c.state)) == "retired"
    settle(app_database, [bernat, carla], now=NOW + timedelta(days=4))
    with app_database.read() as connection:
        assert members_of(connection, home) == ["bernat", "carla"]
        assert connection.scalar(sa.select(household.c.state)) == "active"


def test_a_family_that_parts_leaves_the_id_to_the_larger_part(app_database):
    names = ("ana", "bernat", "carla", "dani", "emma")
    rows = [person(f"{name} Puig", home=ELM, customer=name) for name in names]
    home = settle(app_database, rows).households.subjects["customer_id"][0].as_py()
    moved = [person(f"{name} Puig", home=OAK if name in ("ana", "bernat") else ELM, customer=name) for name in names]
    settle(app_database, moved, now=NOW + timedelta(days=1))
    with app_database.read() as connection:
        assert members_of(connection, home) == ["carla", "dani", "emma"]
    settle(app_database, rows, now=NOW + timedelta(days=2))
    with app_database.read() as connection:
        assert members_of(connection, home) == sorted(names)
        other = connection.scalar(sa.select(household.c.household_id).where(household.c.household_id != home))
        assert current_household_id(connection, other) == home


def test_an_equal_town_in_any_order_changes_nothing(app_database):
    rows = [person(f"{name} Puig", home=ELM, customer=name, subject=name) for name in ("ana", "bernat", "carla")]
    settle(app_database, rows)
    plan = settle(app_database, list(reversed(rows)), now=NOW + timedelta(days=1))
    assert plan.households.is_empty
