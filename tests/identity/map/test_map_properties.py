"""Any sequence of clusterings, checked against what the map promises and against a naive replay."""

from __future__ import annotations

import itertools
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis.strategies as st
import pyarrow as pa
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from onefold.engines import Engine
from onefold.identity.map import MapPlan, apply_map, current_customer_id, customer_as_of, plan_map
from onefold.identity.standing import last_run, mark_map, place_map, plan_build
from onefold.identity.tables import customer, subject, subject_history
from onefold.storage import AppDatabase

SUBJECTS = [f"crm.people:{number}" for number in range(7)]
partitions = st.lists(st.integers(0, 4), min_size=len(SUBJECTS), max_size=len(SUBJECTS))  # 4: absent


def as_table(wanted: dict[str, str]) -> pa.Table:
    return pa.table(
        {
            "subject_id": pa.array(list(wanted), pa.string()),
            "cluster": pa.array(list(wanted.values()), pa.string()),
            "kind": pa.array(["person"] * len(wanted), pa.string()),
        }
    )


def assert_same(one: MapPlan, other: MapPlan) -> None:
    for name in ("created", "changed", "ended", "begun", "changes"):
        assert getattr(one, name).to_pylist() == getattr(other, name).to_pylist()
    assert (one.counts, one.based_on_run) == (other.counts, other.based_on_run)


class MapMachine(RuleBasedStateMachine):
    """Builds, some of them killed, merges, undone merges and decisions in any order."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.database = AppDatabase.open(f"sqlite:///{Path(self.folder.name)}/app.db")
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.wanted: dict[str, str] = {}
        self.replay: list[tuple[datetime, dict[str, str], dict[str, str]]] = []
        self.members: dict[str, set[str]] = {}  # every subject that ever belonged to an id
        self.warehouse = Engine.open()
        self.is_marked = True  # whether builds live to say where the copy of the map stands
        self.is_cut = False  # whether the next build is killed before its plan is published

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            self.warehouse.close()
            self.folder.cleanup()

    def build(self, wanted: dict[str, str]) -> dict[str, str]:
        if self.is_cut:
            self._plan_in_the_warehouse(wanted)
            self.is_cut = False
        planned = self._plan_in_the_warehouse(wanted)
        owners = self._apply(wanted, planned)
        if self.is_marked:
            with self.database.read() as connection:
                mark_map(self.warehouse, last_run(connection))
        return owners

    def _apply(self, wanted: dict[str, str], planned: MapPlan | None = None) -> dict[str, str]:
        self.now += timedelta(hours=1)
        table = as_table(wanted)
        with self.database.write() as connection:
            plan = plan_map(connection, table, workspace_key=b"k")
            if planned:
                assert_same(planned, plan)
            apply_map(connection, plan, build_no=None, actor="test", rule_version="1", now=self.now)
            rows = connection.execute(sa.select(subject.c.subject_id, subject.c.customer_id))
            owners = {row.subject_id: row.customer_id for row in rows}
            issued = connection.execute(sa.select(customer.c.customer_id)).scalars().all()
            leads = {name: current_customer_id(connection, name) for name in issued}
            assert plan_map(connection, table, workspace_key=b"k").is_empty
        self._check_no_stranger(owners)
        self.wanted = wanted
        self.replay.append((self.now, owners, leads))
        return owners

    def _plan_in_the_warehouse(self, wanted: dict[str, str]) -> MapPlan:
        """As a build plans and then places: what has changed alone, against the copy of the map."""
        table = as_table(wanted)
        self.warehouse.write("main.cluster", table.select(["subject_id", "cluster"]), replace=True)
        self.warehouse.write("main.record", table.select(["subject_id", "kind"]), replace=True)
        with self.database.read() as connection:
            plan = plan_build(connection, self.warehouse, workspace_key=b"k")
        place_map(self.warehouse, plan)
        return plan

    @rule(is_cut=st.booleans(), is_marked=st.booleans())
    def be_killed(self, is_cut: bool, is_marked: bool) -> None:
        """The next build is cut before it publishes; builds from now on are cut before they mark the copy."""
        self.is_cut, self.is_marked = is_cut, is_marked

    @rule(number=st.integers(0, 6))
    def decide(self, number: int) -> None:
        """Somebody's decision changes the map, and the warehouse does not follow."""
        if self.wanted:
            name = sorted(self.wanted)[number % len(self.wanted)]
            self._apply(self.wanted | {name: "alone"})

    def _check_no_stranger(self, owners: dict[str, str]) -> None:
        present: dict[str, set[str]] = {}
        for name, owner in owners.items():
            present.setdefault(owner, set()).add(name)
        for owner, names in present.items():
            assert owner not in self.members or self.members[owner] & names
            self.members.setdefault(owner, set()).update(names)

    @rule(numbers=partitions)
    def cluster_anyhow(self, numbers: list[int]) -> None:
        pairs = zip(SUBJECTS, numbers, strict=True)
        self.build({name: str(number) for name, number in pairs if number < 4})

    @precondition(lambda self: len(set(getattr(self, "wanted", {}).values())) > 1)
    @rule(choice=st.data())
    def merge_and_undo(self, choice: st.DataObject) -> None:
        before, wanted = self.replay[-1][1], self.wanted
        one, other = choice.draw(
            st.lists(st.sampled_from(sorted(set(wanted.values()))), min_size=2, max_size=2, unique=True)
        )
        self.build({name: one if cluster == other else cluster for name, cluster in wanted.items()})
        assert self.build(wanted) == before

    @precondition(lambda self: len(set(getattr(self, "wanted", {}).values())) > 2)
    @rule()
    def merge_all_and_undo(self) -> None:
        before, wanted = self.replay[-1][1], self.wanted
        self.build(dict.fromkeys(wanted, "all"))
        assert self.build(wanted) == before

    @precondition(lambda self: bool(getattr(self, "wanted", {})))
    @rule()
    def vanish_and_return(self) -> None:
        before, wanted = self.replay[-1][1], self.wanted
        self.build({})
        assert self.build(wanted) == before

    @invariant()
    def every_issued_id_resolves_to_an_unmerged_customer(self) -> None:
        if not getattr(self, "replay", None):
            return
        owners, leads = self.replay[-1][1:]
        with self.database.read() as connection:
            rows = connection.execute(sa.select(customer.c.customer_id, customer.c.state, customer.c.merged_into))
            states = {row.customer_id: (row.state, row.merged_into) for row in rows}
        for name, (state, merged_into) in states.items():
            assert (merged_into is not None) == (state == "merged")
            assert states[leads[name]][0] != "merged"
            assert (state == "active") == (name in owners.values())

    @invariant()
    def clusters_and_customers_are_the_same_partition(self) -> None:
        if getattr(self, "replay", None):
            owners = self.replay[-1][1]
            assert owners.keys() == self.wanted.keys()
            pairs = {(self.wanted[name], owner) for name, owner in owners.items()}
            assert len(pairs) == len(set(self.wanted.values())) == len(set(owners.values()))

    @invariant()
    def the_past_reads_as_it_was(self) -> None:
        if not getattr(self, "replay", None):
            return
        with self.database.read() as connection:
            for moment, owners, leads in self.replay[-4:]:
                for name in SUBJECTS:
                    assert customer_as_of(connection, name, moment) == owners.get(name)
                for name in self.replay[-1][2]:
                    assert customer_as_of(connection, name, moment) == leads.get(name)

    @invariant()
    def no_two_attachments_of_a_subject_overlap(self) -> None:
        if not getattr(self, "replay", None):
            return
        with self.database.read() as connection:
            history = connection.execute(sa.select(subject_history)).all()
        spans: dict[str, list[tuple[datetime, datetime]]] = {}
        for row in history:
            spans.setdefault(row.subject_id, []).append((row.attached_at, row.detached_at))
        for lot in spans.values():
            lot.sort()
            assert all(left[1] <= right[0] for left, right in itertools.pairwise(lot))


MapMachine.TestCase.settings = settings(
    max_examples=8, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAnySequenceOfClusterings = MapMachine.TestCase
