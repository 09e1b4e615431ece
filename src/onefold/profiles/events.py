"""The events of one customer as entries of the timeline, as much of each as the actor may see."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from onefold.profiles.departments import department_of
from onefold.profiles.model import TimelineEntry
from onefold.profiles.sight import Sight
from onefold.profiles.tables import timeline_event
from onefold.profiles.timeline import Asked, Position
from onefold.storage import aware, by_code_point

_subject = sa.table("subject", sa.column("subject_id"), sa.column("customer_id"))
_column = sa.table(
    "catalog_column",
    *(sa.column(name) for name in ("source", "table_name", "name", "meaning")),
    sa.column("details", sa.JSON),
)
_EVENTS = (
    sa.select(timeline_event)
    .where(
        timeline_event.c.subject_id.in_(
            sa.select(_subject.c.subject_id).where(_subject.c.customer_id == sa.bindparam("customer_id"))
        )
    )
    .order_by(timeline_event.c.occurred_at.desc().nulls_last(), by_code_point(timeline_event.c.event_id).desc())
    .limit(sa.bindparam("limit"))
)
_TELLING = (
    sa.select(_column)
    .where(_column.c.meaning.in_(("text", "title", "product", "score")))
    .order_by(_column.c.source, _column.c.name)
)
_MASKED_AS = {
    "title": "timeline.title",
    "text": "timeline.body",
    "body": "timeline.body",
    "amount": "timeline.amount",
    "counterpart": "timeline.counterpart",
    "status": "status",
    "channel": "channel",
    "score": "score",
}
"""Member of an entry -> the attribute whose mask it is under."""


@dataclass(frozen=True)
class TableWords:
    """What the catalogue says of one table of facts."""

    text: str | None = None
    """The column that holds what was written."""
    has_title: bool = False
    scale: tuple[float, float] | None = None
    """Of its scores."""


def event_entries(
    connection: sa.Connection, sight: Sight, asked: Asked, after: Position | None, limit: int
) -> list[TimelineEntry]:
    """The customer's events behind ``after``; a ``Provider``."""
    if asked.kinds and "event" not in asked.kinds:
        return []
    conditions = _conditions(asked, after)
    query = _EVENTS.where(*conditions) if conditions else _EVENTS
    rows = connection.execute(query, {"customer_id": sight.customer_id, "limit": limit}).all()
    words = load_table_words(connection) if rows else {}
    policies = {member: sight.policy(attribute) for member, attribute in _MASKED_AS.items()}
    return [_entry(row, sight, words.get((row.source, row.table_name), TableWords()), policies) for row in rows]


def load_table_words(connection: sa.Connection) -> dict[tuple[str, str], TableWords]:
    """(source, table) -> what its columns of text, titles and scores are."""
    columns: dict[tuple[str, str], dict[str, Any]] = {}
    for row in connection.execute(_TELLING):
        found = columns.setdefault((row.source, row.table_name), {})
        found.setdefault(row.meaning, (row.name, row.details))
    return {place: _words(found) for place, found in columns.items()}


def score_scales(words: dict[tuple[str, str], TableWords]) -> dict[str, tuple[float, float]]:
    """Source -> its scale, of sources that use only one."""
    scales: dict[str, set[tuple[float, float]]] = {}
    for (source, _), table in words.items():
        if table.scale:
            scales.setdefault(source, set()).add(table.scale)
    return {source: next(iter(found)) for source, found in scales.items() if len(found) == 1}


def _words(found: dict[str, Any]) -> TableWords:
    scale = (found["score"][1] or {}).get("scale") if "score" in found else None
    return TableWords(
        text=found["text"][0] if "text" in found else None,
        has_title="title" in found or "product" in found,
        scale=(float(scale[0]), float(scale[1])) if isinstance(scale, list) and len(scale) == 2 else None,
    )


def _conditions(asked: Asked, after: Position | None) -> list[sa.ColumnElement[bool]]:
    event = timeline_event.c
    found: list[sa.ColumnElement[bool]] = []
    if asked.types:
        found.append(event.event_type.in_(sorted(asked.types)))
    if asked.sources:
        found.append(event.source.in_(sorted(asked.sources)))
    if asked.since is not None:
        found.append(event.occurred_at >= asked.since)
    if asked.until is not None:
        found.append(event.occurred_at < asked.until)
    if after is None:
        return found
    is_behind = by_code_point(event.event_id) < after.entry_id
    if after.occurred_at is None:
        return [*found, event.occurred_at.is_(None), is_behind]
    same = sa.and_(event.occurred_at == after.occurred_at, is_behind)
    return [*found, sa.or_(event.occurred_at < after.occurred_at, same, event.occurred_at.is_(None))]


def _entry(row: Any, sight: Sight, words: TableWords, policies: dict[str, str | None]) -> TimelineEntry:
    body = row.body if isinstance(row.body, dict) else {}
    text = body.get(words.text) if words.text else None
    text = str(text) if text not in (None, "") else None
    is_excerpt = text is not None and (not words.has_title or _begins(text, row.title))
    said = {
        "title": row.title,
        "text": text,
        "body": row.body,
        "amount": row.amount,
        "counterpart": row.counterpart,
        "status": row.status,
        "channel": row.channel,
        "score": row.score,
    }
    if is_excerpt and policies["text"] and policies["title"] is None:
        policies = policies | {"title": policies["text"]}  # it is what was written, under another name
    hidden = {member: policy for member, value in said.items() if value is not None and (policy := policies[member])}
    for member in hidden:
        attribute = _MASKED_AS["text"] if member == "title" and is_excerpt else _MASKED_AS[member]
        said[member] = None if member == "body" else sight.shown(attribute, said[member]).value
    return TimelineEntry(
        entry_id=row.event_id,
        kind="event",
        occurred_at=None if row.occurred_at is None else aware(row.occurred_at),
        department=department_of(row.role, row.event_type, row.table_name, row.source),
        event_type=row.event_type,
        source=row.source,
        table=row.table_name,
        role=row.role,
        is_excerpt=is_excerpt,
        currency=None if "amount" in hidden else row.currency,
        scale=words.scale if row.score is not None else None,
        hidden=hidden,
        **said,
    )


def _begins(text: str, title: str | None) -> bool:
    """Whether a title is the beginning of a text, punctuation and spaces aside."""
    return bool(title) and _bare(text).startswith(_bare(str(title).removesuffix("…")))


def _bare(text: str) -> str:
    return "".join(mark for mark in unicodedata.normalize("NFKC", text) if mark.isalnum())
