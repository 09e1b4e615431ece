"""What the map would become, kept for those who asked: what-ifs and plans of builds, with their changes.

A preview changes nothing. It is asked for together with the job that finds it out, and stays until newer ones of its
kind push it out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from onefold.errors import NotFound
from onefold.identity.tables import identity_preview, identity_preview_change
from onefold.storage import aware

PreviewKind = Literal["what_if", "plan"]
KINDS: tuple[PreviewKind, ...] = ("what_if", "plan")

MOST_KEPT = 30
"""Previews of each kind that are kept."""
MOST_CHANGES = 20_000
"""Changes of one preview that are listed; the counts are of all."""
_AT_ONCE = 500


@dataclass(frozen=True)
class Preview:
    """One question what the map would become, and the answer."""

    preview_id: str
    kind: PreviewKind
    asked: Mapping[str, Any]
    """``what_if``: the identity settings as they would be; ``plan``: ``sources``."""
    asked_by: str
    asked_by_id: str
    asked_at: datetime
    job_id: str
    made_at: datetime | None = None
    """None where it is not found out."""
    outcome: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class PreviewChange:
    """One change that would be made."""

    seq: int
    kind: str
    """As of ``identity.feed.Change``."""
    customer_id: str
    other_customer_id: str | None
    """May be an id that is not issued yet."""
    subject_ids: tuple[str, ...]
    evidence: Mapping[str, Any]
    """As of ``reasons.py``; ``before``: links that held the records where they were, as they weigh now."""
    is_anyway: bool
    """Whether the next build makes it with the settings of now, too."""


def ask_preview(connection: sa.Connection, preview: Preview) -> None:
    """Keep a question; those beyond the most that are kept are forgotten, the oldest first."""
    connection.execute(identity_preview.insert().values(vars(preview)))
    older = (
        sa.select(identity_preview.c.preview_id)
        .where(identity_preview.c.kind == preview.kind)
        .order_by(identity_preview.c.asked_at.desc(), identity_preview.c.preview_id.desc())
        .offset(MOST_KEPT)
    )
    for preview_id in connection.execute(older.limit(_AT_ONCE)).scalars().all():
        for table in (identity_preview_change, identity_preview):
            connection.execute(table.delete().where(table.c.preview_id == preview_id))


def keep_outcome(
    connection: sa.Connection,
    preview_id: str,
    outcome: Mapping[str, Any],
    changes: Sequence[PreviewChange],
    now: datetime,
) -> None:
    """Keep the answer; one that was there before is replaced.

    Raises:
        NotFound: the question was forgotten meanwhile.
    """
    query = identity_preview.update().where(identity_preview.c.preview_id == preview_id)
    if connection.execute(query.values(made_at=now, outcome=dict(outcome))).rowcount != 1:
        raise NotFound(f"no preview {preview_id!r}", hint="Ask again.")
    mine = identity_preview_change.c.preview_id == preview_id
    connection.execute(identity_preview_change.delete().where(mine))
    for start in range(0, len(changes[:MOST_CHANGES]), _AT_ONCE):
        part = changes[start : start + _AT_ONCE]
        rows = [vars(change) | {"preview_id": preview_id, "subject_ids": list(change.subject_ids)} for change in part]
        connection.execute(identity_preview_change.insert(), rows)


def get_preview(connection: sa.Connection, preview_id: str) -> Preview:
    """One preview.

    Raises:
        NotFound: there is none, or not any more.
    """
    query = sa.select(identity_preview).where(identity_preview.c.preview_id == preview_id)
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(f"no preview {preview_id!r}", hint="Ask again: only the latest are kept.")
    return _preview(row)


def list_previews(
    connection: sa.Connection,
    kind: PreviewKind,
    *,
    limit: int = MOST_KEPT,
    before: tuple[datetime, str] | None = None,
) -> list[Preview]:
    """Previews of one kind, the newest first; those that come after ``before`` (asked at, id) in that order."""
    table = identity_preview
    query = sa.select(table).where(table.c.kind == kind)
    if before is not None:
        at, preview_id = before
        is_older = table.c.asked_at < at
        query = query.where(is_older | ((table.c.asked_at == at) & (table.c.preview_id < preview_id)))
    ordered = query.order_by(table.c.asked_at.desc(), table.c.preview_id.desc()).limit(limit)
    return [_preview(row) for row in connection.execute(ordered)]


def list_preview_changes(
    connection: sa.Connection, preview_id: str, *, after: int = 0, limit: int = 50, kind: str | None = None
) -> list[PreviewChange]:
    """Changes of one preview, in order; those that come anyway last."""
    table = identity_preview_change
    query = sa.select(*(column for column in table.c if column.name != "preview_id")).where(
        table.c.preview_id == preview_id, table.c.seq > after
    )
    if kind is not None:
        query = query.where(table.c.kind == kind)
    rows = connection.execute(query.order_by(table.c.seq).limit(limit))
    return [PreviewChange(**dict(row._mapping) | {"subject_ids": tuple(row.subject_ids)}) for row in rows]


def touched_customers(connection: sa.Connection, preview_id: str, *, limit: int) -> list[str]:
    """Ids of customers that a preview's own changes concern, issued or not, in order; none that come anyway."""
    table = identity_preview_change
    mine = (table.c.preview_id == preview_id, table.c.is_anyway.is_(False))
    both = sa.union(
        sa.select(table.c.customer_id.label("id")).where(*mine),
        sa.select(table.c.other_customer_id).where(*mine, table.c.other_customer_id.is_not(None)),
    ).subquery()
    return list(connection.execute(sa.select(both.c.id).order_by(both.c.id).limit(limit)).scalars())


def count_preview_changes(connection: sa.Connection, preview_id: str) -> dict[str, int]:
    """Kind -> how many changes are listed that do not come anyway."""
    table = identity_preview_change
    query = (
        sa.select(table.c.kind, sa.func.count())
        .where(table.c.preview_id == preview_id, table.c.is_anyway.is_(False))
        .group_by(table.c.kind)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def _preview(row: sa.Row[Any]) -> Preview:
    facts = dict(row._mapping)
    facts["asked_at"] = aware(facts["asked_at"])
    facts["made_at"] = aware(facts["made_at"]) if facts["made_at"] else None
    return Preview(**facts)
