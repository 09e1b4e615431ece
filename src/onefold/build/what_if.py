"""What other settings of identity would make of the customers: computed beside everything, changing nothing.

The records as the last build left them are resolved again in memory under the settings that are asked about, and the
map that follows is compared with the map as it is. What the next build changes anyway, such as what new records bring,
is told apart. Nothing is written, and the warehouse is held only while its records are read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from onefold.build.blast import Blast, measure_blast
from onefold.build.expected import Expected, expect
from onefold.build.model import Progress
from onefold.engines import Engine, quote_identifier
from onefold.errors import InvalidInput
from onefold.identity import MapPlan, Override, Tuning, active_overrides, plan_map, with_reasons
from onefold.identity.model import INPUT
from onefold.identity.previews import MOST_CHANGES, PreviewChange
from onefold.identity.warehouse import is_resolved, load_model
from onefold.storage import AppDatabase

if TYPE_CHECKING:
    from onefold.identity.learned import Model

_ORDER = ("merged", "split", "moved", "restored", "retired")


@dataclass(frozen=True)
class Ground:
    """What a what-if stands on: the records, and how they resolve with the settings of now."""

    records: pa.Table
    """The columns that identity reads, by subject id."""
    kinds: pa.Table
    """subject_id, kind."""
    overrides: tuple[Override, ...]
    clusters: pa.Table | None = None
    """subject_id, cluster; None where they have to be found first."""
    matches: pa.Table | None = None
    model: Model | None = None
    """What was learned from these records; learned anew where absent."""


@dataclass(frozen=True)
class WhatIf:
    """What other settings would do."""

    plan: MapPlan
    """From the map as it is; its changes have reasons."""
    blast: Blast
    anyway: dict[str, int]
    """Counts of what the next build changes with the settings of now."""
    expected: Expected
    customers_after: int
    changes: list[PreviewChange] = field(repr=False)
    """The changes, those that come anyway last; ``MOST_CHANGES`` at most."""

    def to_json(self) -> dict[str, Any]:
        """Everything but the list."""
        return {
            "counts": self.plan.counts,
            "anyway": self.anyway,
            "blast": self.blast.to_json() | {"is_too_large": self.blast.is_too_large},
            "customers_after": self.customers_after,
            "changes": len(self.plan.changes),
            "listed": len(self.changes),
            "expected": asdict(self.expected),
        }


def read_ground(engine: Engine, database: AppDatabase, tuning: Tuning) -> Ground:
    """Read what a what-if stands on; afterwards the warehouse is not needed any more.

    Raises:
        InvalidInput: nothing has been built.
    """
    if not engine.columns("main", "record"):
        raise InvalidInput("nothing has been built here yet", hint="Run: onefold build")
    with database.read() as connection:
        overrides = tuple(active_overrides(connection))
    columns = ", ".join(quote_identifier(name) for name in INPUT.names)
    records = engine.arrow(f"select {columns} from main.record order by subject_id")
    kinds = records.select(["subject_id", "kind"])
    if not is_resolved(engine, overrides, tuning):
        return Ground(records, kinds, overrides)
    clusters = engine.arrow("select subject_id, cluster from main.cluster order by subject_id")
    matches = engine.arrow("select * from main.match")
    return Ground(records, kinds, overrides, clusters, matches, load_model(engine))


def weigh_what_if(
    ground: Ground,
    database: AppDatabase,
    present: Tuning,
    tuning: Tuning,
    *,
    workspace_key: bytes,
    largest_change: float,
    threads: int = 2,
    progress: Progress | None = None,
) -> WhatIf:
    """What the map would become under ``tuning``.

    Args:
        ground: from ``read_ground``.
        database: of the map; only read.
        present: the tuning of now.
        tuning: the one that is asked about.
        workspace_key: from which ids of new customers are derived.
        largest_change: the share of customers that a build may change without being confirmed.
        threads: workers.
        progress: told what is going on.

    Cost: one resolution in memory; two where the last build was not made with the settings of now.
    """
    tell = progress or _say_nothing
    before = _resolved(ground, present, threads, tell)
    tell("finding who would be who")
    after = _resolution(ground, tuning, threads, tell)
    tell("comparing with the customers of now")
    with database.read() as connection:
        base = plan_map(connection, _with_kinds(before[0], ground.kinds), workspace_key=workspace_key)
        plan = plan_map(connection, _with_kinds(after[0], ground.kinds), workspace_key=workspace_key)
        blast = measure_blast(connection, plan, largest_change)
        expected = expect(connection, before, after)
    plan = _explained(plan, after[1], ground.overrides)
    return WhatIf(
        plan,
        blast,
        base.counts,
        expected,
        pc.count_distinct(plan.subjects["customer_id"]).as_py(),
        _changes(plan, _explained(plan, before[1], ground.overrides), base),
    )


def plan_changes(plan: MapPlan) -> list[PreviewChange]:
    """The changes of a plan that has reasons, for people to look at."""
    return _numbered([_change(row, json.loads(row["evidence"])) for row in plan.changes.to_pylist()])


def _resolved(ground: Ground, tuning: Tuning, threads: int, tell: Progress) -> tuple[pa.Table, pa.Table]:
    if ground.clusters is not None and ground.matches is not None:
        return ground.clusters, ground.matches
    tell("finding who is who with the settings of now")
    return _resolution(ground, tuning, threads, tell)


def _resolution(ground: Ground, tuning: Tuning, threads: int, tell: Progress) -> tuple[pa.Table, pa.Table]:
    from onefold.identity import resolve_records  # heavy: loads the compiled kernels

    found = resolve_records(
        ground.records, overrides=ground.overrides, model=ground.model, tuning=tuning, threads=threads, progress=tell
    )
    return found.clusters, found.matches


def _with_kinds(clusters: pa.Table, kinds: pa.Table) -> pa.Table:
    """Both are one row per record, in the order of subject ids."""
    return clusters.append_column("kind", kinds.sort_by("subject_id")["kind"])


def _explained(plan: MapPlan, matches: pa.Table, overrides: Sequence[Override]) -> MapPlan:
    """``plan`` with the reasons that these matches give."""
    bare = plan.changes.select([name for name in plan.changes.column_names if name != "evidence"])
    engine = Engine.open()
    try:
        engine.write("main.match", matches, replace=True)
        return with_reasons(engine, replace(plan, changes=bare), overrides)
    finally:
        engine.close()


def _changes(plan: MapPlan, as_now: MapPlan, base: MapPlan) -> list[PreviewChange]:
    """The changes with the reasons of then, and the links of now that held their records."""
    known = {_identity(row) for row in base.changes.to_pylist()}
    found = []
    for row, now in zip(plan.changes.to_pylist(), as_now.changes["evidence"].to_pylist(), strict=True):
        evidence, held = json.loads(row["evidence"]), json.loads(now)
        if before := held.get("links" if row["kind"] == "merged" else "against"):
            evidence["before"] = before
        found.append(_change(row, evidence, is_anyway=_identity(row) in known))
    return _numbered(found)


def _change(row: dict[str, Any], evidence: dict[str, Any], *, is_anyway: bool = False) -> PreviewChange:
    subjects = tuple(row["subject_ids"])
    return PreviewChange(0, row["kind"], row["customer_id"], row["other_customer_id"], subjects, evidence, is_anyway)


def _numbered(changes: list[PreviewChange]) -> list[PreviewChange]:
    ordered = sorted(changes, key=lambda one: (one.is_anyway, _ORDER.index(one.kind)))  # stable within
    return [replace(change, seq=number) for number, change in enumerate(ordered[:MOST_CHANGES], start=1)]


def _identity(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["kind"], row["customer_id"], row["other_customer_id"], tuple(sorted(row["subject_ids"]))


def _say_nothing(_text: str) -> None:
    """No one is watching."""
