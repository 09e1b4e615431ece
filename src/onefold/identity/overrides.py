"""Keeping what people decided about who is who, in the app database; inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from onefold.errors import Conflict, InvalidInput, NotFound, Stale
from onefold.identity.override import Kind, Override, check_consistent
from onefold.identity.tables import identity_override, identity_override_subject
from onefold.kernel import new_id
from onefold.storage import aware

LONGEST_REASON = 2_000
_PER_QUERY = 500


def draft_override(
    kind: Kind,
    side_a: Iterable[str],
    side_b: Iterable[str],
    *,
    reason: str,
    made_by: str,
    made_by_id: str,
    now: datetime,
    undoes_change: int | None = None,
) -> Override:
    """A decision that nobody knows of yet.

    Raises:
        InvalidInput: it names too few subjects, one on both sides, or its reason is too long.
    """
    ours = tuple(sorted(set(side_a)))
    theirs = tuple(sorted(set(side_b) - (set(ours) if kind == "same" else set())))
    if both := set(ours) & set(theirs):
        raise InvalidInput(f"{min(both)} cannot be a different customer from itself")
    if len(ours) + len(theirs) < 2 or (kind == "different" and not (ours and theirs)):
        raise InvalidInput("a decision is about two records at least", hint="Name another record or customer.")
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(f"a reason has at most {LONGEST_REASON:,} characters")
    return Override(
        override_id=new_id("ovr"),
        kind=kind,
        side_a=ours,
        side_b=theirs,
        reason=reason.strip(),
        made_by=made_by,
        made_by_id=made_by_id,
        made_at=now.astimezone(UTC),
        undoes_change=undoes_change,
    )


def keep_overrides(connection: sa.Connection, drafts: Sequence[Override]) -> None:
    """Let decisions bind from now on.

    Raises:
        Conflict: they contradict those in force; names the chain.
    """
    if not drafts:
        return
    check_consistent(active_overrides(connection), drafts)
    names = [column.name for column in identity_override.c]
    connection.execute(identity_override.insert(), [{name: getattr(one, name) for name in names} for one in drafts])
    rows = [
        {"override_id": one.override_id, "subject_id": subject, "side": side}
        for one in drafts
        for side, subjects in (("a", one.side_a), ("b", one.side_b))
        for subject in subjects
    ]
    connection.execute(identity_override_subject.insert(), rows)


def note_run(connection: sa.Connection, override_ids: Sequence[str], run_id: int) -> None:
    """Say with which run of the map decisions took effect."""
    for start in range(0, len(override_ids), _PER_QUERY):
        chosen = identity_override.c.override_id.in_(override_ids[start : start + _PER_QUERY])
        connection.execute(identity_override.update().where(chosen).values(run_id=run_id))


def withdraw_override(
    connection: sa.Connection, override_id: str, *, by: str, now: datetime, expected_version: int | None = None
) -> Override:
    """Let a decision bind no longer; the next build decides by evidence again.

    Raises:
        NotFound: there is none.
        Stale: it is not at ``expected_version``.
        Conflict: it was withdrawn before.
    """
    found = get_override(connection, override_id)
    if expected_version is not None and found.version != expected_version:
        raise Stale("this decision was changed meanwhile", hint="Look at it again, then withdraw it.")
    if not found.is_in_force:
        raise Conflict(f"{override_id} was withdrawn before, by {found.withdrawn_by}")
    change = identity_override.update().where(identity_override.c.override_id == override_id)
    moment = now.astimezone(UTC)
    connection.execute(change.values(withdrawn_at=moment, withdrawn_by=by, version=found.version + 1))
    return get_override(connection, override_id)


def get_override(connection: sa.Connection, override_id: str) -> Override:
    """One decision.

    Raises:
        NotFound: there is none.
    """
    found = _read(connection, identity_override.c.override_id == override_id)
    if not found:
        raise NotFound(f"no decision {override_id!r}", hint="List them: onefold identity overrides")
    return found[0]


def active_overrides(connection: sa.Connection) -> tuple[Override, ...]:
    """All decisions that bind, the oldest first."""
    return _read(connection, identity_override.c.withdrawn_at.is_(None))


def overrides_of_run(connection: sa.Connection, run_id: int) -> tuple[Override, ...]:
    """Decisions in force that took effect with a run of the map."""
    return _read(connection, sa.and_(identity_override.c.run_id == run_id, identity_override.c.withdrawn_at.is_(None)))


def overrides_about(connection: sa.Connection, subject_ids: Sequence[str]) -> tuple[Override, ...]:
    """Decisions, withdrawn ones too, that name any of ``subject_ids``, the oldest first."""
    about = identity_override_subject
    chosen: set[str] = set()
    for start in range(0, len(subject_ids), _PER_QUERY):
        part = about.c.subject_id.in_(subject_ids[start : start + _PER_QUERY])
        chosen |= set(connection.execute(sa.select(about.c.override_id).where(part)).scalars())
    return _read(connection, identity_override.c.override_id.in_(sorted(chosen)))


def list_overrides(
    connection: sa.Connection,
    *,
    with_withdrawn: bool = False,
    before: tuple[datetime, str] | None = None,
    limit: int | None = None,
) -> tuple[Override, ...]:
    """Decisions, the newest first; ``before`` is (made_at, override_id) of the last one of the page before."""
    where: sa.ColumnElement[bool] = sa.true()
    if not with_withdrawn:
        where = identity_override.c.withdrawn_at.is_(None)
    moment, key = identity_override.c.made_at, identity_override.c.override_id
    if before:
        where = sa.and_(where, sa.or_(moment < before[0], sa.and_(moment == before[0], key < before[1])))
    query = sa.select(key).where(where).order_by(moment.desc(), key.desc()).limit(limit)
    ids = list(connection.execute(query).scalars())
    return tuple(reversed(_read(connection, key.in_(ids))))


def _read(connection: sa.Connection, where: sa.ColumnElement[bool]) -> tuple[Override, ...]:
    heads = connection.execute(
        sa.select(identity_override).where(where).order_by(identity_override.c.made_at, identity_override.c.override_id)
    ).all()
    sides: dict[tuple[str, str], list[str]] = {}
    about = identity_override_subject
    query = (
        sa.select(about)
        .join(identity_override, identity_override.c.override_id == about.c.override_id)
        .where(where)
        .order_by(about.c.subject_id)
    )
    for row in connection.execute(query):
        sides.setdefault((row.override_id, row.side), []).append(row.subject_id)
    return tuple(_override(row, sides) for row in heads)


def _override(row: Any, sides: dict[tuple[str, str], list[str]]) -> Override:
    facts = dict(row._mapping)
    facts["made_at"] = aware(row.made_at)
    facts["withdrawn_at"] = aware(row.withdrawn_at) if row.withdrawn_at else None
    side_a, side_b = (tuple(sides.get((row.override_id, side), ())) for side in "ab")
    return Override(side_a=side_a, side_b=side_b, **facts)
