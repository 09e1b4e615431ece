"""What happened to a customer's id: which records make it, since when, and every merge and split.

Ids of customers that the actor may not know of are left out and said to be.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.identity import customer_as_of
from onefold.profiles.model import IdChange, TimelineEntry
from onefold.profiles.sight import OUT_OF_SCOPE, Sight, known_ids
from onefold.profiles.timeline import Asked, Position
from onefold.storage import aware

_customer = sa.table(
    "customer",
    *(sa.column(name) for name in ("customer_id", "kind", "state", "merged_into", "created_run")),
    sa.column("created_at", sa.DateTime(timezone=True)),
)
_subject = sa.table(
    "subject",
    *(sa.column(name) for name in ("subject_id", "customer_id", "attached_run")),
    sa.column("attached_at", sa.DateTime(timezone=True)),
)
_past = sa.table(
    "subject_history",
    *(sa.column(name) for name in ("subject_id", "customer_id", "attached_run", "detached_run")),
    sa.column("attached_at", sa.DateTime(timezone=True)),
    sa.column("detached_at", sa.DateTime(timezone=True)),
)
_change = sa.table(
    "customer_change",
    *(sa.column(name) for name in ("change_id", "run_id", "kind", "customer_id", "other_customer_id")),
    sa.column("subject_ids", sa.JSON),
    sa.column("happened_at", sa.DateTime(timezone=True)),
    sa.column("undone_run"),
)
_run = sa.table(
    "identity_run", *(sa.column(name) for name in ("run_id", "build_no", "actor", "rule_version", "reason"))
)
_IDS: sa.BindParameter[str] = sa.bindparam("ids", expanding=True)
# every link was announced as a change, and changes are indexed by whom they led to
_MERGED_INTO = sa.select(_customer.c.customer_id).where(
    _customer.c.customer_id.in_(
        sa.select(_change.c.customer_id).where(_change.c.kind == "merged", _change.c.other_customer_id.in_(_IDS))
    ),
    _customer.c.merged_into.in_(_IDS),
)
_CHANGES = sa.select(_change).where(sa.or_(_change.c.customer_id.in_(_IDS), _change.c.other_customer_id.in_(_IDS)))
_NEWEST = _CHANGES.order_by(_change.c.change_id.desc()).limit(sa.bindparam("limit"))
_LATEST = _CHANGES.order_by(_change.c.happened_at.desc(), _change.c.change_id.desc()).limit(sa.bindparam("limit"))
_PREFIX = "identity:"
_DIGITS = 12  # of a change's number in an entry's id, so that text sorts as numbers do
MOST_CHANGES = 500
"""Changes told at most; the newest."""


@dataclass(frozen=True)
class Attachment:
    """One record of the customer, now or in the past."""

    subject_id: str | None
    source: str
    table: str
    record_key: str | None
    customer_id: str | None
    """Under which id."""
    attached_at: datetime
    attached_run: int
    detached_at: datetime | None = None
    detached_run: int | None = None


@dataclass(frozen=True)
class FormerId:
    """An id that leads here."""

    customer_id: str
    issued_at: datetime


@dataclass(frozen=True)
class RunNote:
    """Who changed the map, and by which rules."""

    run_id: int
    build_no: int | None
    actor: str
    rule_version: str
    reason: str | None
    """In the words of the person who decided; None for builds."""


@dataclass(frozen=True)
class Identity:
    """Of what a customer is made, and how that came to be."""

    customer_id: str
    state: str
    created_at: datetime
    created_run: int
    former_ids: tuple[FormerId, ...]
    present: tuple[Attachment, ...]
    past: tuple[Attachment, ...]
    """Records that were part of it once; newest first."""
    changes: tuple[IdChange, ...]
    """Newest first."""
    runs: tuple[RunNote, ...]
    """Those that the rest names."""


def get_identity(connection: sa.Connection, sight: Sight) -> Identity:
    """The records and the history of a customer's id.

    Raises:
        NotAllowed: the actor may not read identities.
    """
    sight.access.require("read", "identity")
    row = connection.execute(sa.select(_customer).where(_customer.c.customer_id == sight.customer_id)).one()
    former = former_ids(connection, sight.customer_id)
    ids = (sight.customer_id, *former)
    issued = sa.select(_customer.c.customer_id, _customer.c.created_at).where(_customer.c.customer_id.in_(former))
    moments = {old.customer_id: aware(old.created_at) for old in connection.execute(issued)}
    mine = sa.select(_subject).where(_subject.c.customer_id == sight.customer_id).order_by(_subject.c.subject_id)
    gone = (
        sa.select(_past).where(_past.c.customer_id.in_(ids)).order_by(_past.c.detached_run.desc()).limit(MOST_CHANGES)
    )
    present = tuple(_attachment(attached, sight) for attached in connection.execute(mine))
    past = tuple(_attachment(attached, sight) for attached in connection.execute(gone))
    changes = id_changes(connection, sight, ids)
    named = {row.created_run, *(change.run_id for change in changes)}
    named |= {run for part in (*present, *past) for run in (part.attached_run, part.detached_run) if run is not None}
    return Identity(
        customer_id=sight.customer_id,
        state=row.state,
        created_at=aware(row.created_at),
        created_run=row.created_run,
        former_ids=tuple(FormerId(old, moments[old]) for old in former),
        present=present,
        past=past,
        changes=changes,
        runs=_runs(connection, named),
    )


def identity_as_of(connection: sa.Connection, sight: Sight, moment: datetime) -> tuple[Attachment, ...]:
    """The records that were this customer's at ``moment``, under the id to which it led then.

    Raises:
        NotAllowed: the actor may not read identities.
    """
    sight.access.require("read", "identity")
    then = customer_as_of(connection, sight.customer_id, moment)
    if then is None or (then != sight.customer_id and not known_ids(connection, sight.access, [then])):
        return ()
    now = sa.select(_subject, sa.null().label("detached_at"), sa.null().label("detached_run")).where(
        _subject.c.customer_id == then, _subject.c.attached_at <= moment
    )
    past = sa.select(_past).where(
        _past.c.customer_id == then, _past.c.attached_at <= moment, _past.c.detached_at > moment
    )
    rows = [*connection.execute(now), *connection.execute(past)]
    return tuple(_attachment(row, sight) for row in sorted(rows, key=lambda row: row.subject_id))


def former_ids(connection: sa.Connection, customer_id: str) -> tuple[str, ...]:
    """Ids that lead to ``customer_id`` since a merge."""
    found: list[str] = []
    layer = [customer_id]
    while layer:
        layer = sorted(connection.execute(_MERGED_INTO, {"ids": layer}).scalars())
        found += layer
    return tuple(found)


def id_changes(connection: sa.Connection, sight: Sight, ids: tuple[str, ...]) -> tuple[IdChange, ...]:
    """What happened to ``ids``, newest first."""
    rows = connection.execute(_NEWEST, {"ids": ids, "limit": MOST_CHANGES}).all()
    known = _known(connection, sight, ids, rows)
    return tuple(_told(row, known, sight) for row in rows)


def identity_entries(
    connection: sa.Connection, sight: Sight, asked: Asked, after: Position | None, limit: int
) -> list[TimelineEntry]:
    """Changes of the id as entries of the timeline; a ``Provider``."""
    is_wanted = (not asked.kinds or "identity" in asked.kinds) and not asked.sources
    if not is_wanted or not sight.access.may("read", "identity"):
        return []
    ids = (sight.customer_id, *former_ids(connection, sight.customer_id))
    query = _LATEST
    if after is not None:
        if after.occurred_at is None:
            return []
        earlier = _change.c.happened_at < after.occurred_at
        here = _change.c.happened_at == after.occurred_at
        if after.entry_id.startswith(_PREFIX):
            here = sa.and_(here, _change.c.change_id < int(after.entry_id.removeprefix(_PREFIX)))
        query = query.where(sa.or_(earlier, here) if after.entry_id > _PREFIX else earlier)
    rows = connection.execute(query, {"ids": ids, "limit": limit}).all()
    known = _known(connection, sight, ids, rows)
    return [_as_entry(row, known, sight) for row in rows]


def _as_entry(row: Any, known: set[str], sight: Sight) -> TimelineEntry:
    change = _told(row, known, sight)
    return TimelineEntry(
        entry_id=f"{_PREFIX}{str(row.change_id).zfill(_DIGITS)}",
        kind="identity",
        occurred_at=change.happened_at,
        department="technical",
        event_type=change.kind,
        body={
            "customer_id": change.customer_id,
            "other_customer_id": change.other_customer_id,
            "records": change.records,
        },
        hidden={"body": change.hidden_by} if change.hidden_by else {},
    )


def _known(connection: sa.Connection, sight: Sight, ids: tuple[str, ...], rows: Any) -> set[str]:
    """The customers that the actor may know of, among those that ``rows`` name."""
    others = {row.customer_id for row in rows} | {row.other_customer_id for row in rows}
    return set(ids) | known_ids(connection, sight.access, others - set(ids))


def _told(row: Any, known: set[str], sight: Sight) -> IdChange:
    ids = (row.customer_id, row.other_customer_id)
    first, second = (one if one in known else None for one in ids)
    is_whole = all(one is None or one in known for one in ids)
    policy = sight.policy("external_id") if is_whole else OUT_OF_SCOPE
    return IdChange(
        happened_at=aware(row.happened_at),
        kind=row.kind,
        customer_id=first,
        other_customer_id=second,
        records=len(row.subject_ids),
        subject_ids=() if policy else tuple(row.subject_ids),
        run_id=row.run_id,
        change_id=row.change_id,
        can_be_undone=row.undone_run is None and row.other_customer_id is not None and bool(row.subject_ids),
        hidden_by=policy,
    )


def _attachment(row: Any, sight: Sight) -> Attachment:
    place, _, key = row.subject_id.partition(":")
    source, _, table = place.partition(".")
    shown = sight.shown("external_id", key)
    parts = row._mapping
    return Attachment(
        subject_id=row.subject_id if shown.hidden_by is None else None,
        source=source,
        table=table,
        record_key=shown.value,
        customer_id=row.customer_id,
        attached_at=aware(row.attached_at),
        attached_run=row.attached_run,
        detached_at=aware(parts["detached_at"]) if parts.get("detached_at") else None,
        detached_run=parts.get("detached_run"),
    )


def _runs(connection: sa.Connection, named: set[int]) -> tuple[RunNote, ...]:
    query = sa.select(_run).where(_run.c.run_id.in_(sorted(named))).order_by(_run.c.run_id)
    return tuple(RunNote(*row) for row in connection.execute(query))
