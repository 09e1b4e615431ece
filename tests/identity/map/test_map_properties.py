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

from onefold.identity.map import apply_map, current_customer_id, customer_as_of, plan_map
from onefold.identity.tables import customer, subject, subject_history
from onefold.storage import AppDatabase

SUBJECTS = [f"crm.people:{number}" for number in range(7)]
partitions = st.lists(st.integers(0, 4), min_size=len(SUBJECTS), max_size=len(SUBJECTS))  # 4: absent


class MapMachine(RuleBasedStateMachine):
    """Builds, merges and undone merges in any order."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.database = AppDatabase.open(f"sqlite:///{Path(self.folder.name)}/app.db")
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.wanted: dict[str, str] = {}
        self.replay: list[tuple[datetime, dict[str, str], dict[str, str]]] = []
        self.members: dict[str, set[str]] = {}  # every subject that ever belonged to an id

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            self.folder.cleanup()

    def build(self, wanted: dict[str, str]) -> dict[str, str]:
        self.now += timedelta(hours=1)
        table = pa.table(
            {
                "subject_id": pa.array(list(wanted), pa.string()),
                "cluster": pa.array(list(wanted.values()), pa.string()),
                "kind": pa.array(["person"] * len(wanted), pa.string()),
            }
        )
        with self.database.write() as connection:
            plan = plan_map(connection, table, workspace_key=b"k")
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
    max_examples=6, stateful_step_count=6, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAnySequenceOfClusterings = MapMachine.TestCase
