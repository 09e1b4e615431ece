"""The permanent identity map: ids that survive whatever later builds say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa

from onefold.errors import Conflict, InvalidInput
from onefold.identity.map import MapPlan, apply_map, current_customer_id, customer_as_of, plan_map
from onefold.identity.tables import customer, customer_change, identity_run, subject
from onefold.kernel import customer_id_for
from onefold.storage import AppDatabase

KEY = b"key of the tests"
START = datetime(2026, 1, 1, tzinfo=UTC)


def clusters_table(clusters: Mapping[str, object], kind: str = "person") -> pa.Table:
    """Subjects by cluster: {"a": 1, "b": 1}."""
    return pa.table(
        {
            "subject_id": pa.array(list(clusters), pa.string()),
            "cluster": pa.array([str(name) for name in clusters.values()], pa.string()),
            "kind": pa.array([kind] * len(clusters), pa.string()),
        }
    )


class Map:
    """A map under test: each call of ``build`` is one build, a day after the last."""

    def __init__(self, database: AppDatabase) -> None:
        self.database = database
        self.now = START

    def plan(self, *groups: str) -> MapPlan:
        clusters = {name: number for number, group in enumerate(groups) for name in group.split()}
        with self.database.read() as connection:
            return plan_map(connection, clusters_table(clusters), workspace_key=KEY)

    def build(self, *groups: str) -> dict[str, str]:
        """Cluster as given, each group one customer; returns the customer of each subject."""
        plan = self.plan(*groups)
        self.now += timedelta(days=1)
        with self.database.write() as connection:
            apply_map(connection, plan, build_no=1, actor="build", rule_version="1", now=self.now)
        return self.owners()

    def owners(self) -> dict[str, str]:
        with self.database.read() as connection:
            rows = connection.execute(sa.select(subject.c.subject_id, subject.c.customer_id))
            return {row.subject_id: row.customer_id for row in rows}

    def state(self, customer_id: str) -> str:
        with self.database.read() as connection:
            query = sa.select(customer.c.state).where(customer.c.customer_id == customer_id)
            return str(connection.execute(query).scalar_one())

    def leads_to(self, customer_id: str) -> str | None:
        with self.database.read() as connection:
            return current_customer_id(connection, customer_id)

    def as_of(self, identifier: str, moment: datetime) -> str | None:
        with self.database.read() as connection:
            return customer_as_of(connection, identifier, moment)

    def last_changes(self) -> list[tuple[str, str, str | None, list[str]]]:
        with self.database.read() as connection:
            last = sa.select(sa.func.max(identity_run.c.run_id)).scalar_subquery()
            columns = (
                customer_change.c.kind,
                customer_change.c.customer_id,
                customer_change.c.other_customer_id,
                customer_change.c.subject_ids,
            )
            query = sa.select(*columns).where(customer_change.c.run_id == last).order_by(customer_change.c.change_id)
            return [tuple(row) for row in connection.execute(query)]


@pytest.fixture
def map_(tmp_path: Path) -> Iterator[Map]:
    database = AppDatabase.open(f"sqlite:///{tmp_path}/app.db")
    yield Map(database)
    database.close()


def test_new_ids_are_derived_from_the_smallest_subject_of_each_cluster(map_: Map) -> None:
    owners = map_.build("b a", "c")

    assert owners["a"] == owners["b"] == customer_id_for(KEY, "a")
    assert owners["c"] == customer_id_for(KEY, "c")


def test_order_of_rows_and_names_of_clusters_do_not_matter(tmp_path: Path) -> None:
    clusters = {"a": 1, "b": 1, "c": 2, "d": 3, "e": 3}
    renamed = {name: f"x{9 - number}" for name, number in reversed(clusters.items())}
    seen = []
    for number, wanted in enumerate((clusters, renamed)):
        database = AppDatabase.open(f"sqlite:///{tmp_path}/{number}.db")
        with database.read() as connection:
            seen.append(plan_map(connection, clusters_table(wanted), workspace_key=KEY).begun.to_pylist())
        database.close()

    assert seen[0] == seen[1]


def test_the_same_clusters_again_change_nothing_at_all(map_: Map) -> None:
    map_.build("a b", "c")
    map_.build("a", "b c")
    plan = map_.plan("c b", "a")

    assert plan.is_empty
    assert "No change" in plan.show()
    map_.build("c b", "a")
    with map_.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(identity_run)).scalar_one() == 2


def test_a_merge_keeps_the_older_customer_though_it_is_smaller(map_: Map) -> None:
    old = map_.build("a")["a"]
    young = map_.build("a", "b c d")["b"]

    owners = map_.build("a b c d")

    assert set(owners.values()) == {old}
    assert map_.state(young) == "merged"
    assert map_.leads_to(young) == old
    assert map_.last_changes() == [("merged", young, old, ["b", "c", "d"])]


def test_of_customers_equally_old_the_larger_stays(map_: Map) -> None:
    before = map_.build("a", "b c")

    assert set(map_.build("a b c").values()) == {before["b"]}


def test_an_old_id_resolves_through_a_chain_of_merges(map_: Map) -> None:
    first = map_.build("a")["a"]
    second = map_.build("a", "b")["b"]
    third = map_.build("a", "b", "c")["c"]
    map_.build("a", "b c")
    map_.build("a b c")

    assert map_.leads_to(third) == first
    assert map_.leads_to(second) == first
    assert map_.leads_to("cus_unknown") is None


def test_undoing_a_merge_gives_both_customers_their_ids_back_even_if_the_younger_is_larger(map_: Map) -> None:
    map_.build("a")
    before = map_.build("a", "b c d")
    map_.build("a b c d")

    assert map_.build("a", "b c d") == before
    assert {kind for kind, *_ in map_.last_changes()} == {"restored"}
    assert map_.state(before["b"]) == "active"


def test_undoing_a_chain_of_merges_at_once_restores_every_id(map_: Map) -> None:
    map_.build("a")
    map_.build("a", "b")
    before = map_.build("a", "b", "c d e")
    map_.build("a", "b c d e")
    map_.build("a b c d e")

    assert map_.build("a", "b", "c d e") == before


def test_a_part_takes_back_the_survivor_of_its_own_earlier_merge(map_: Map) -> None:
    map_.build("a")
    map_.build("a", "b")
    before = map_.build("a", "b", "c d e")
    map_.build("a", "b c d e")
    map_.build("a b c d e")

    owners = map_.build("a", "b c d e")

    assert owners == {"a": before["a"], **dict.fromkeys("bcde", before["b"])}
    assert map_.leads_to(before["c"]) == before["b"]


def test_a_link_follows_its_subjects_when_they_are_split_off(map_: Map) -> None:
    """c was merged into b, b into a; b alone is taken out: c's people stay with a, so c's id does too."""
    map_.build("a")
    map_.build("a", "b")
    before = map_.build("a", "b", "c")
    map_.build("a", "b c")
    map_.build("a b c")

    map_.build("a c", "b")

    assert map_.leads_to(before["c"]) == before["a"]
    assert map_.state(before["b"]) == "active"


def test_a_split_leaves_the_id_with_the_larger_part_and_founds_a_new_one(map_: Map) -> None:
    old = map_.build("a b c")["a"]

    owners = map_.build("a", "b c")

    assert owners["b"] == owners["c"] == old
    assert owners["a"] == customer_id_for(KEY, "a", attempt=1)  # 'a' founded the old one already
    assert map_.last_changes() == [("split", old, owners["a"], ["a"])]


def test_a_split_into_equal_parts_leaves_the_id_with_the_founding_subject(map_: Map) -> None:
    old = map_.build("b c")["b"]
    map_.build("a b c d")  # a is smaller than the founder and joined later

    assert map_.build("a d", "b c")["b"] == old


def test_a_part_of_a_merged_customer_is_no_reason_to_give_its_id_to_strangers(map_: Map) -> None:
    map_.build("a")
    before = map_.build("a", "b c d")
    map_.build("a b c d")

    owners = map_.build("a c d", "b")

    assert owners["b"] not in before.values()
    assert map_.leads_to(before["b"]) == before["a"]


def test_a_subject_that_moves_between_customers_leaves_both_ids_alone(map_: Map) -> None:
    before = map_.build("a b", "c d x")

    owners = map_.build("a b x", "c d")

    assert {name: owners[name] for name in "abcd"} == {name: before[name] for name in "abcd"}
    assert map_.last_changes() == [("moved", before["c"], before["a"], ["x"])]


def test_a_customer_whose_records_vanish_is_retired_and_comes_back_with_them(map_: Map) -> None:
    before = map_.build("a b", "c")
    map_.build("c")

    assert map_.state(before["a"]) == "retired"
    assert map_.leads_to(before["a"]) == before["a"]
    assert map_.last_changes() == [("retired", before["a"], None, ["a", "b"])]
    assert map_.build("a b", "c") == before
    assert map_.state(before["a"]) == "active"


def test_a_subject_that_vanished_returns_to_what_its_customer_became(map_: Map) -> None:
    map_.build("a")
    map_.build("a", "b c")
    map_.build("a", "b")
    old = map_.build("a b")["a"]

    assert map_.build("a b c")["c"] == old


def test_the_map_of_any_past_moment_can_be_read(map_: Map) -> None:
    old = map_.build("a")["a"]
    young = map_.build("a", "b")["b"]
    map_.build("a b")
    map_.build("a")

    days = [START + timedelta(days=day) for day in range(6)]
    assert [map_.as_of("b", day) for day in days] == [None, None, young, old, None, None]
    assert [map_.as_of(young, day) for day in days] == [None, None, young, old, old, old]
    assert map_.as_of("nobody", days[5]) is None


def test_the_kind_of_a_customer_follows_its_records(map_: Map) -> None:
    map_.build("a b")
    with map_.database.write() as connection:
        plan = plan_map(connection, clusters_table({"a": 1, "b": 1}, "organisation"), workspace_key=KEY)
        apply_map(connection, plan, build_no=2, actor="build", rule_version="1", now=map_.now)
        assert connection.execute(sa.select(customer.c.kind)).scalars().all() == ["organisation"]


def test_a_subject_in_two_clusters_is_refused_by_name(map_: Map) -> None:
    wanted = pa.concat_tables([clusters_table({"a": 1}), clusters_table({"a": 2})])
    with map_.database.read() as connection, pytest.raises(InvalidInput, match="'a' is in 2 clusters"):
        plan_map(connection, wanted, workspace_key=KEY)


def test_a_plan_made_on_an_older_map_is_refused(map_: Map) -> None:
    stale = map_.plan("a b")
    map_.build("a", "b")
    with pytest.raises(Conflict, match="changed since"), map_.database.write() as connection:
        apply_map(connection, stale, build_no=1, actor="ana", rule_version="1", now=map_.now)


def test_the_plan_says_in_words_what_it_will_do(map_: Map) -> None:
    map_.build("a", "b", "c d")

    assert map_.plan("a b", "c").show() == "1 merged into an older one, 1 subjects detached."
