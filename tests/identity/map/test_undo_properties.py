"""A merge that is undone leaves both sides as they were, whatever happened in between; and it stays undone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pyarrow as pa
import sqlalchemy as sa
from hypothesis import HealthCheck, assume, example, given, settings

from onefold.identity.bonds import Bonds
from onefold.identity.map import apply_map, current_customer_id, plan_map
from onefold.identity.overrides import active_overrides, keep_overrides, withdraw_override
from onefold.identity.regroup import regroup
from onefold.identity.tables import (
    customer,
    customer_change,
    identity_override,
    identity_override_subject,
    identity_run,
    subject,
    subject_history,
)
from onefold.identity.undo import Person, Undo, mark_undone, plan_undo_of_change
from onefold.storage import AppDatabase

TABLES = (
    customer,
    customer_change,
    identity_override,
    identity_override_subject,
    identity_run,
    subject,
    subject_history,
)
FIRST = [f"crm.people:{number}" for number in range(8)]
LATER = [f"shop.people:{number}" for number in range(4)]
START = datetime(2026, 1, 1, tzinfo=UTC)


def as_table(groups: dict[str, int]) -> pa.Table:
    return pa.table(
        {
            "subject_id": pa.array(list(groups), pa.string()),
            "cluster": pa.array(list(groups.values()), pa.int64()),
            "kind": pa.array(["person"] * len(groups), pa.string()),
        }
    )


class World:
    """Records, what evidence alone would make of them, and the map."""

    def __init__(self, database: AppDatabase, labels: list[int]) -> None:
        self.database = database
        self.now = START
        self.evidence = dict(zip(FIRST, labels, strict=True))
        self.gone: set[str] = set()
        with database.write() as connection:
            for table in TABLES:
                connection.execute(table.delete())

    def build(self) -> dict[str, str]:
        members = {name: label for name, label in self.evidence.items() if name not in self.gone}
        with self.database.read() as connection:
            bonds = Bonds.of(active_overrides(connection))
        return self._apply(regroup(members, [], bonds))

    def merge(self, one: int, other: int) -> None:
        self.evidence = {name: one if label == other else label for name, label in self.evidence.items()}

    def undo(self, change_id: int) -> dict[str, str]:
        with self.database.write() as connection:
            undo = plan_undo_of_change(connection, change_id, Person("Ana", "usr_ana", "", self.now))
            for override_id in undo.withdrawn:
                withdraw_override(connection, override_id, by="Ana", now=self.now)
            keep_overrides(connection, undo.drafts)
            bonds = Bonds.of(active_overrides(connection))
        groups = regroup(self.owners(), [], bonds)
        self._check_narrow_plan(groups, undo, bonds)
        owners = self._apply(groups, undo.pins_of(groups))
        with self.database.write() as connection:
            run = connection.execute(sa.select(sa.func.max(identity_run.c.run_id))).scalar_one()
            mark_undone(connection, undo.change_ids, run)
        return owners

    def _check_narrow_plan(self, groups: dict[str, int], undo: Undo, bonds: Bonds) -> None:
        """A plan among the customers that an undo touches is the plan for everybody."""
        before = self.owners()
        units = {bonds.unit_of[name] for draft in undo.drafts for name in draft.subjects}
        touched = {before[name] for name in before if bonds.unit_of.get(name) in units}
        mine = {name: owner for name, owner in before.items() if owner in touched}
        narrow = regroup(mine, [], bonds)
        with self.database.read() as connection:
            whole = plan_map(connection, as_table(groups), workspace_key=b"k", pins=undo.pins_of(groups))
            part = plan_map(connection, as_table(narrow), workspace_key=b"k", pins=undo.pins_of(narrow), among=touched)
        for name in ("created", "changed", "ended", "begun", "changes"):
            assert getattr(whole, name).to_pylist() == getattr(part, name).to_pylist()
        assert whole.counts == part.counts

    def _apply(self, groups: dict[str, int], pins: dict[Any, str] | None = None) -> dict[str, str]:
        self.now += timedelta(hours=1)
        with self.database.write() as connection:
            plan = plan_map(connection, as_table(groups), workspace_key=b"k", pins=pins)
            apply_map(connection, plan, build_no=None, actor="test", rule_version="1", now=self.now)
        return self.owners()

    def owners(self) -> dict[str, str]:
        with self.database.read() as connection:
            rows = connection.execute(sa.select(subject.c.subject_id, subject.c.customer_id))
            return {row.subject_id: row.customer_id for row in rows}

    def leads_to(self, customer_id: str) -> str | None:
        with self.database.read() as connection:
            return current_customer_id(connection, customer_id)

    def last_merge(self) -> sa.Row[Any] | None:
        query = sa.select(customer_change).where(customer_change.c.kind == "merged")
        with self.database.read() as connection:
            return connection.execute(query.order_by(customer_change.c.change_id.desc())).first()


between = st.lists(
    st.one_of(
        st.tuples(st.just("new"), st.integers(0, 3), st.integers(0, 5)),
        st.tuples(st.just("gone"), st.integers(0, 7), st.just(0)),
        st.tuples(st.just("back"), st.integers(0, 7), st.just(0)),
        st.tuples(st.just("merge"), st.integers(0, 5), st.integers(0, 5)),
    ),
    max_size=4,
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(st.lists(st.integers(0, 5), min_size=8, max_size=8), st.integers(0, 5), st.integers(0, 5), between)
# most of a merged id's records go with one side, the one that undo names with the other
@example([3, 0, 0, 0, 0, 1, 0, 3], 3, 1, [("new", 0, 3), ("gone", 0, 0), ("merge", 0, 3)])
# those who stood beside one side go over to the other when a record comes back to it
@example([5, 3, 3, 0, 4, 0, 1, 5], 5, 1, [("new", 3, 5), ("gone", 2, 0), ("gone", 0, 0), ("merge", 4, 5)])
def test_a_merge_undone_gives_both_sides_back_whatever_came_between(app_database, labels, one, other, steps):
    assume(one != other and one in labels and other in labels)
    world = World(app_database, labels)
    before = world.build()
    sides = {label: {name for name in FIRST if world.evidence[name] == label} for label in (one, other)}
    world.merge(one, other)
    world.build()
    change = world.last_merge()
    assert change is not None
    moved, stayed = (sides[one], sides[other])
    if set(change.subject_ids) != moved:
        moved, stayed = stayed, moved
    assert set(change.subject_ids) == moved
    for what, a, b in steps:
        if what == "new":
            world.evidence[LATER[a]] = b
        elif what == "merge":
            world.merge(b, a) if b != other else world.merge(a, b)
        else:
            (world.gone.add if what == "gone" else world.gone.discard)(FIRST[a])
        world.build()
    assume(moved - world.gone and stayed - world.gone)
    owners = world.undo(change.change_id)
    keeper = world.leads_to(change.other_customer_id)
    for name in moved - world.gone:
        assert owners[name] == before[name] == change.customer_id
    for name in stayed - world.gone:
        assert owners[name] == keeper
    assert world.leads_to(change.customer_id) == change.customer_id
    if not any(what == "merge" for what, _, _ in steps):
        assert keeper == change.other_customer_id
        old = {name: owner for name, owner in owners.items() if name in before}
        assert old == {name: before[name] for name in old}, "nobody else has moved"
    assert world.build() == owners, "the next build agrees"
    world.gone.clear()
    back = world.build()
    assert {back[name] for name in moved} == {change.customer_id}, "records that come back know their side"
    assert change.customer_id not in {back[name] for name in stayed}
