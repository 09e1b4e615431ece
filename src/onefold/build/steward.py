"""Decisions of people about who is who, taking effect at once: same, different, withdraw, undo.

A decision is planned like a build, with the same rules for ids, but over the customers that it touches alone. Map,
history, profiles, audit and notice change in one transaction of the app database; the warehouse follows, and where it
could not, the next build mends it. Evidence has its say again at the next build, within what was decided.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from onefold.access import Access, record_audit
from onefold.build.announcing import announce_run
from onefold.build.review.settling import settle_items
from onefold.engines import Engine
from onefold.errors import Conflict, InvalidInput, NotAllowed, NotFound
from onefold.identity.bonds import Bonds
from onefold.identity.confidence import rate_customers
from onefold.identity.links import gathered_links
from onefold.identity.map import MapPlan, apply_map, owner_of, owners_of, plan_map
from onefold.identity.measuring import learned_shifts
from onefold.identity.model import RULE_VERSION
from onefold.identity.override import Kind, Override, check_consistent
from onefold.identity.overrides import (
    active_overrides,
    draft_override,
    get_override,
    keep_overrides,
    note_run,
    withdraw_override,
)
from onefold.identity.reasons import with_reasons
from onefold.identity.regroup import Link, regroup
from onefold.identity.tables import customer, identity_run, subject
from onefold.identity.undo import Person, Undo, mark_undone, plan_undo_of_change, plan_undo_of_run
from onefold.kernel import is_customer_id
from onefold.profiles import customer_in_scope, plan_profiles, publish_confidence, publish_profiles
from onefold.profiles.scope import in_scope
from onefold.storage import announce, read_table

_PER_QUERY = 500
_OWNED = pa.schema([("subject_id", pa.string()), ("cluster", pa.string()), ("kind", pa.string())])


@dataclass(frozen=True)
class Desk:
    """Where a steward works: the two databases inside their transactions, and what ids and profiles depend on."""

    connection: sa.Connection
    engine: Engine
    workspace_key: bytes
    priorities: dict[str, int]
    access: Access
    now: datetime


@dataclass(frozen=True)
class Effect:
    """What a decision does, or would do, to the map."""

    counts: dict[str, int]
    changes: list[dict[str, Any]]
    """kind, customer_id, other_customer_id, subject_ids, evidence."""
    run_id: int | None = None
    """The run of the map; None where nothing was applied, or nothing had to change."""
    overrides: tuple[Override, ...] = ()
    """Decisions that bind from now on."""
    withdrawn: tuple[str, ...] = ()
    """Decisions that were given up for it."""
    undone: tuple[int, ...] = ()
    """Changes that it takes back."""
    settled: tuple[str, ...] = ()
    """Questions of the review queue that it answers."""


@dataclass(frozen=True)
class _Decision:
    """What is to be decided in one go."""

    action: str
    reason: str
    drafts: Sequence[Override] = field(default=())
    withdrawn: Sequence[str] = field(default=())
    undone: Undo = field(default_factory=Undo)
    binds: bool = True
    """Whether the drafts are kept; else the map follows them this once."""


def decide(
    desk: Desk, kind: Kind, side_a: Sequence[str], side_b: Sequence[str], reason: str, *, is_dry_run: bool = False
) -> Effect:
    """Let "same" or "different" bind from now on, and take effect at once.

    Args:
        desk: where.
        kind: of decision.
        side_a: customers (all of their present records), or records by subject id.
        side_b: the same. A customer beside records of its own means its other records.
        reason: in the person's words.
        is_dry_run: only say what it would do.

    Raises:
        NotFound: a customer or record is unknown, or not for this actor.
        InvalidInput: too few records, or one on both sides.
        Conflict: it contradicts earlier decisions; names the chain.
    """
    desk.access.require("update", "identity")
    ours, theirs = _named(desk, side_a), _named(desk, side_b)
    if kind == "different":
        ours, theirs = _parted(ours, theirs, side_a, side_b)
    person = _person(desk, reason)
    draft = draft_override(
        kind, ours, theirs, reason=reason, made_by=person.name, made_by_id=person.actor_id, now=desk.now
    )
    return _carry_out(desk, _Decision(f"identity.{kind}", reason, drafts=[draft]), is_dry_run=is_dry_run)


def undo_change(desk: Desk, change_id: int, reason: str, *, is_dry_run: bool = False) -> Effect:
    """Undo one merge, split or move; see ``identity.undo``.

    Raises:
        NotFound: no such change.
        NotAllowed: it concerns customers that are not this actor's.
        InvalidInput: it cannot be undone.
        Conflict: it was undone before, or something stands against it.
    """
    desk.access.require("update", "identity")
    undo = plan_undo_of_change(desk.connection, change_id, _person(desk, reason))
    return _undo(desk, undo, reason, is_dry_run=is_dry_run)


def undo_run(desk: Desk, run_id: int, reason: str, *, is_dry_run: bool = False) -> Effect:
    """Undo all that a run of the map merged, split and moved, as far as it still stands.

    Raises:
        NotFound: no such run.
        NotAllowed: it concerns customers that are not this actor's.
        Conflict: nothing of it can be undone now.
    """
    desk.access.require("update", "identity")
    undo = plan_undo_of_run(desk.connection, run_id, _person(desk, reason))
    return _undo(desk, undo, reason, is_dry_run=is_dry_run)


def take_decision_back(desk: Desk, override_id: str, run_id: int, reason: str) -> Effect:
    """Withdraw a decision and undo the run of the map that it took effect with. Nothing binds instead.

    Raises:
        NotFound: no such decision or run.
        NotAllowed: it concerns customers that are not this actor's.
        Conflict: it was withdrawn before, its records have moved on since, or later decisions stand against it.
    """
    desk.access.require("update", "identity")
    if not get_override(desk.connection, override_id).is_in_force:
        raise Conflict("this decision was withdrawn before", hint="onefold identity overrides shows by whom.")
    undo = plan_undo_of_run(desk.connection, run_id, _person(desk, reason))
    withdrawn = sorted({override_id, *undo.withdrawn})
    return _carry_out(
        desk, _Decision("identity.take_back", reason, undo.drafts, withdrawn, undo, binds=False), is_dry_run=False
    )


def withdraw(desk: Desk, override_id: str, *, expected_version: int | None = None) -> Override:
    """Let a decision bind no longer. The map stays until the next build weighs the evidence again.

    Raises:
        NotFound: no such decision.
        NotAllowed: it concerns customers that are not this actor's.
        Stale: it is not at ``expected_version``.
        Conflict: it was withdrawn before.
    """
    return withdraw_decision(desk.connection, desk.access, override_id, desk.now, expected_version=expected_version)


def withdraw_decision(
    connection: sa.Connection,
    access: Access,
    override_id: str,
    now: datetime,
    *,
    expected_version: int | None = None,
) -> Override:
    """``withdraw`` where no warehouse is at hand: it needs none."""
    access.require("update", "identity")
    found = withdraw_override(connection, override_id, by=access.actor.name, now=now, expected_version=expected_version)
    _check_scope(connection, access, owners_of(connection, found.subjects).values())
    record_audit(connection, access, "identity.withdraw", "identity", override_id, {})
    announce(
        connection,
        "identity.withdrawn",
        resource="identity",
        resource_id=override_id,
        actor_id=access.actor.actor_id,
        at=now,
    )
    return found


def _undo(desk: Desk, undo: Undo, reason: str, *, is_dry_run: bool) -> Effect:
    return _carry_out(
        desk, _Decision("identity.undo", reason, undo.drafts, undo.withdrawn, undo), is_dry_run=is_dry_run
    )


def _carry_out(desk: Desk, decision: _Decision, *, is_dry_run: bool) -> Effect:
    connection = desk.connection
    held = [one for one in active_overrides(connection) if one.override_id not in set(decision.withdrawn)]
    _check_consistent(desk.access, held, decision.drafts)
    holders = owners_of(connection, [name for draft in decision.drafts for name in draft.subjects])
    _check_scope(connection, desk.access, holders.values())
    kept = tuple(decision.drafts) if decision.binds else ()
    plan = _plan(desk, [*held, *decision.drafts], decision)
    plan = with_reasons(desk.engine, plan, [*held, *kept])
    if is_dry_run:
        return Effect(plan.counts, _told(plan), overrides=kept, withdrawn=tuple(decision.withdrawn))
    for override_id in decision.withdrawn:
        withdraw_override(connection, override_id, by=desk.access.actor.name, now=desk.now)
    keep_overrides(connection, kept)
    settled = settle_items(connection, [*held, *kept], kept, desk.now) if kept else ()
    run_id = None if plan.is_empty else _apply(desk, plan, decision, kept)
    _tell(desk, decision, kept, run_id)
    undone = tuple(decision.undone.change_ids)
    return Effect(plan.counts, _told(plan), run_id, kept, tuple(decision.withdrawn), undone, settled)


def _tell(desk: Desk, decision: _Decision, kept: Sequence[Override], run_id: int | None) -> None:
    """Audit and announce what was decided."""
    about = kept[0].override_id if kept else decision.withdrawn[0]
    announce(
        desk.connection,
        "identity.decided" if kept else "identity.withdrawn",
        resource="identity",
        resource_id=about,
        actor_id=desk.access.actor.actor_id,
        at=desk.now,
    )
    details = {
        "overrides": [draft.override_id for draft in kept],
        "withdrawn": list(decision.withdrawn),
        "undone": decision.undone.change_ids,
        "run_id": run_id,
    }
    record_audit(desk.connection, desk.access, decision.action, "identity", about, details)


def _plan(desk: Desk, overrides: Sequence[Override], decision: _Decision) -> MapPlan:
    """The map of the customers that a decision touches, grouped anew."""
    bonds = Bonds.of(overrides)
    units = {bonds.unit_of[name] for draft in decision.drafts for name in draft.subjects}
    named = [name for name, unit in bonds.unit_of.items() if unit in units]
    touched = sorted(set(owners_of(desk.connection, named).values()))
    mine = _owned(desk, touched)
    members = dict(zip(mine["subject_id"].to_pylist(), mine["cluster"].to_pylist(), strict=True))
    groups = regroup(members, _links(desk.engine, mine["subject_id"]), bonds)
    named_groups = {name: f"group {number}" for name, number in groups.items()}
    labels = pa.array([named_groups[name] for name in members], pa.string())
    wanted = mine.set_column(1, "cluster", labels)
    pins = decision.undone.pins_of(named_groups)
    return plan_map(desk.connection, wanted, workspace_key=desk.workspace_key, pins=pins, among=touched)


def _owned(desk: Desk, customer_ids: Sequence[str]) -> pa.Table:
    """subject_id, cluster (its customer), kind (of the record, else of the customer), by subject."""
    owned = sa.select(subject.c.subject_id, subject.c.customer_id, customer.c.kind).join(
        customer, customer.c.customer_id == subject.c.customer_id
    )
    parts = [customer_ids[start : start + _PER_QUERY] for start in range(0, len(customer_ids), _PER_QUERY)]
    tables = [read_table(desk.connection, owned.where(subject.c.customer_id.in_(part)), _OWNED) for part in parts]
    with desk.engine.registered(pa.concat_tables([_OWNED.empty_table(), *tables]), "steward_owned"):
        found = desk.engine.arrow(
            """
            select o.subject_id, o.cluster, coalesce(r.kind, o.kind) as kind
            from steward_owned o
            left join main.record r using (subject_id)
            order by o.subject_id"""
        )
    return found.cast(_OWNED)


def _links(engine: Engine, subject_ids: pa.ChunkedArray) -> list[Link]:
    if not engine.columns("main", "match"):
        return []
    with engine.registered(pa.table({"name": subject_ids}), "steward_name"):
        return engine.rows(
            """
            select subject_a, subject_b, weight from main.match
            semi join steward_name a on a.name = subject_a
            semi join steward_name b on b.name = subject_b"""
        )


def _apply(desk: Desk, plan: MapPlan, decision: _Decision, kept: Sequence[Override]) -> int:
    connection, engine = desk.connection, desk.engine
    apply_map(
        connection,
        plan,
        build_no=None,
        actor=desk.access.actor.name,
        rule_version=RULE_VERSION,
        now=desk.now,
        reason=decision.reason or None,
    )
    run_id = int(connection.execute(sa.select(sa.func.max(identity_run.c.run_id))).scalar_one())
    note_run(connection, [draft.override_id for draft in kept], run_id)
    mark_undone(connection, decision.undone.change_ids, run_id)
    affected = sorted(
        {
            *(row["customer_id"] for part in (plan.created, plan.changed) for row in part.to_pylist()),
            *plan.ended["customer_id"].to_pylist(),
            *plan.begun["customer_id"].to_pylist(),
        }
    )
    _place(engine, plan, affected)
    if affected:
        with gathered_links(engine, Bonds.of(active_overrides(connection)), only=affected):
            rate_customers(engine, shifts=learned_shifts(connection), only=affected)
    publish_profiles(connection, engine, plan_profiles(engine, priorities=desk.priorities, only=affected), now=desk.now)
    publish_confidence(connection, engine, affected)
    announce_run(connection, run_id, desk.now)
    return run_id


def _place(engine: Engine, plan: MapPlan, affected: Sequence[str]) -> None:
    """``main.customer_subject`` of the affected customers as the plan says."""
    with engine.registered(plan.subjects, "steward_planned"), engine.registered(_texts(affected), "steward_affected"):
        engine.execute(
            """
            create or replace temporary table steward_placed as
            select p.* from steward_planned p semi join steward_affected a on a.name = p.customer_id"""
        )
        engine.execute(
            """
            delete from main.customer_subject
            where customer_id in (select name from steward_affected)
            or subject_id in (select subject_id from steward_placed)"""
        )
    engine.execute("insert into main.customer_subject by name select * from steward_placed")
    engine.execute("drop table steward_placed")


def _told(plan: MapPlan) -> list[dict[str, Any]]:
    return [change | {"evidence": json.loads(change["evidence"])} for change in plan.changes.to_pylist()]


def _named(desk: Desk, names: Sequence[str]) -> set[str]:
    """The subjects that are meant; a customer means all of its present records.

    Raises:
        NotFound: a customer or record is unknown.
    """
    found: set[str] = set()
    for name in names:
        if is_customer_id(name):
            current = customer_in_scope(desk.connection, desk.access, name)
            mine = sa.select(subject.c.subject_id).where(subject.c.customer_id == current)
            records = set(desk.connection.execute(mine).scalars())
            if not records:
                raise InvalidInput(f"{name} has no records at present")
            found |= records
        else:
            found.add(record_in_scope(desk.connection, desk.access, name))
    return found


def record_in_scope(connection: sa.Connection, access: Access, name: str) -> str:
    """A present record of a customer that the actor may know of.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    owner = owner_of(connection, name)
    if owner is None or not in_scope(connection, access, [owner]):
        raise NotFound(f"no record {name!r}", hint="Name it as source.table:record_key, or a customer by its id.")
    return name


def _parted(
    ours: set[str], theirs: set[str], side_a: Sequence[str], side_b: Sequence[str]
) -> tuple[set[str], set[str]]:
    """A customer named beside records of its own means its other records."""
    if any(map(is_customer_id, side_b)) and not any(map(is_customer_id, side_a)):
        return ours, theirs - ours
    if any(map(is_customer_id, side_a)) and not any(map(is_customer_id, side_b)):
        return ours - theirs, theirs
    return ours, theirs


def _person(desk: Desk, reason: str) -> Person:
    return Person(desk.access.actor.name, desk.access.actor.actor_id, reason, desk.now)


def _check_scope(connection: sa.Connection, access: Access, customer_ids: Iterable[str]) -> None:
    """Refuse what concerns customers that the actor may not know of."""
    concerned = sorted(set(customer_ids))
    if not access.is_full and len(in_scope(connection, access, concerned)) < len(concerned):
        raise NotAllowed("this concerns customers outside yours", hint="Ask a data steward who may see all of them.")


def _check_consistent(access: Access, held: Sequence[Override], drafts: Sequence[Override]) -> None:
    """As ``check_consistent``; whoever may not see every customer is told by which decisions, not about whom."""
    try:
        check_consistent(held, drafts)
    except Conflict as error:
        if access.is_full:
            raise
        chain = [{name: step[name] for name in ("kind", "override_id")} for step in error.fields["chain"]]
        raise Conflict(
            "this contradicts what was decided before", hint=error.hint, reason="contradiction", chain=chain
        ) from None


def _texts(names: Sequence[str]) -> pa.Table:
    return pa.table({"name": pa.array(names, pa.string())})
