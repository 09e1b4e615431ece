"""The card of one customer: everything known about it, read by its id from the app database."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from onefold.errors import NotFound
from onefold.identity import current_customer_id
from onefold.profiles.stored import expanded, record_moments
from onefold.profiles.tables import profile, timeline_event

_customer = sa.table(
    "customer",
    *(sa.column(name) for name in ("customer_id", "kind", "state", "merged_into")),
    sa.column("created_at", sa.DateTime(timezone=True)),
)
_subject = sa.table(
    "subject",
    sa.column("subject_id"),
    sa.column("customer_id"),
    sa.column("attached_at", sa.DateTime(timezone=True)),
)
_change = sa.table(
    "customer_change",
    *(sa.column(name) for name in ("change_id", "kind", "customer_id", "other_customer_id")),
    sa.column("subject_ids", sa.JSON),
    sa.column("happened_at", sa.DateTime(timezone=True)),
)


@dataclass(frozen=True)
class OtherValue:
    """A value that is not shown first, and why."""

    value: str
    source: str
    record_key: str
    why_lost: str
    """The criterion of ``profiles/rules.py`` by which it lost."""
    observed_at: str | None = None
    records: int = 1
    """How many of the customer's records say so."""


@dataclass(frozen=True)
class Attribute:
    """One attribute with the origin of its value."""

    name: str
    value: str
    source: str
    table: str
    record_key: str
    column: str
    rule: str
    """The criterion that decided; 'only_value' where all records agree."""
    observed_at: str | None = None
    raw: str | None = None
    """What the source says literally, where that differs."""
    records: int = 1
    values: tuple[str, ...] = ()
    """All values, best first, of attributes that a customer may have several of."""
    others: tuple[OtherValue, ...] = ()
    more: int = 0
    """How many other values the profile counts but does not list."""


@dataclass(frozen=True)
class Essential:
    """One line of the essentials: what a colleague must know before saying hello."""

    name: str
    label: str
    value: str


@dataclass(frozen=True)
class CardRecord:
    """One source record that is this customer."""

    subject_id: str
    source: str
    table: str
    record_key: str
    attached_at: datetime
    """When it became part of this customer here."""
    created_at: str | None = None
    """When the source says that it began."""
    changed_at: str | None = None
    """When the source last changed it; when it began, where it says no more."""


@dataclass(frozen=True)
class CardEvent:
    """One entry of the timeline."""

    event_id: str
    occurred_at: datetime | None
    source: str
    table: str
    role: str
    event_type: str
    title: str | None
    status: str | None
    channel: str | None
    counterpart: str | None
    amount: Decimal | None
    currency: str | None
    score: float | None
    body: Any


@dataclass(frozen=True)
class IdChange:
    """What happened to the customer's id, or to one that leads here."""

    happened_at: datetime
    kind: str
    customer_id: str
    other_customer_id: str | None
    subject_ids: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """One customer, whole."""

    customer_id: str
    kind: str
    state: str
    """active or retired."""
    display_name: str | None
    created_at: datetime
    version: int
    """Of the profile; 0 where there is none."""
    updated_at: datetime | None
    essentials: tuple[Essential, ...]
    attributes: tuple[Attribute, ...]
    traits: dict[str, Any]
    records: tuple[CardRecord, ...]
    timeline: tuple[CardEvent, ...]
    """Newest first."""
    events: int
    """How many events there are in all."""
    former_ids: tuple[str, ...]
    """Ids that lead here since a merge."""
    history: tuple[IdChange, ...]
    """Newest first."""

    def to_json(self) -> dict[str, Any]:
        """The card as plain JSON values."""
        document: dict[str, Any] = _plain(asdict(self))
        return document


def get_card(connection: sa.Connection, customer_id: str, *, timeline: int = 20) -> Card:
    """Everything about one customer; an id that was merged gives the customer it leads to.

    Args:
        connection: to the app database.
        customer_id: any id ever issued.
        timeline: how many events at most.

    Raises:
        NotFound: the id was never issued.

    Cost: a handful of index look-ups and the customer's own rows.
    """
    current = current_customer_id(connection, customer_id)
    if current is None:
        raise NotFound(f"no customer has the id {customer_id}", hint="Look it up: onefold customer <e-mail or name>")
    row = connection.execute(sa.select(_customer).where(_customer.c.customer_id == current)).one()
    made = connection.execute(sa.select(profile).where(profile.c.customer_id == current)).first()
    attributes = _attributes(made.attributes) if made else ()
    traits = dict(made.traits) if made else {}
    events, total = _timeline(connection, current, timeline)
    former = _former_ids(connection, current)
    return Card(
        customer_id=current,
        kind=row.kind,
        state=row.state,
        display_name=made.display_name if made else None,
        created_at=_aware(row.created_at),
        version=made.version if made else 0,
        updated_at=_aware(made.updated_at) if made else None,
        essentials=_essentials(made.display_name if made else None, attributes, traits),
        attributes=attributes,
        traits=traits,
        records=_records(connection, current, made.attributes if made else None),
        timeline=events,
        events=total,
        former_ids=former,
        history=_history(connection, (current, *former)),
    )


def _attributes(stored: dict[str, Any]) -> tuple[Attribute, ...]:
    return tuple(
        Attribute(
            name=name,
            **{key: value for key, value in entry.items() if key not in ("others", "values")},
            values=tuple(entry.get("values", (entry["value"],))),
            others=tuple(OtherValue(**other) for other in entry.get("others", ())),
        )
        for name, entry in expanded(stored).items()
    )


def _essentials(
    display_name: str | None, attributes: tuple[Attribute, ...], traits: dict[str, Any]
) -> tuple[Essential, ...]:
    """The lines that have something to say, in the order in which they are read."""
    values = {attribute.name: attribute.value for attribute in attributes}
    contact = traits.get("last_contact", {})
    score = traits.get("last_score", {})
    open_tickets = traits.get("open_tickets")
    lines: tuple[tuple[str, str, str | None], ...] = (
        ("name", "Name", display_name),
        ("language", "Language", values.get("language")),
        ("status", "Status", values.get("status")),
        ("tier", "Tier", values.get("tier")),
        ("customer_since", "Customer since", traits.get("customer_since", "")[:10]),
        ("last_contact", "Last contact", contact.get("at", "")[:10] and _joined(contact, "at", "type", "channel")),
        ("last_contact_with", "Last spoke with", _last_spoken(traits)),
        ("email", "E-mail", values.get("email")),
        ("phone", "Phone", values.get("phone")),
        ("open_tickets", "Open tickets", None if open_tickets is None else str(open_tickets)),
        ("last_score", "Last score", f"{score['score']:g} ({score['at'][:10]})" if score else None),
    )
    return tuple(Essential(name, label, value) for name, label, value in lines if value)


def _last_spoken(traits: dict[str, Any]) -> str | None:
    """The colleague, and when, where that was before the last contact."""
    who, at = traits.get("last_contact_with"), traits.get("last_contact_with_at", "")
    is_earlier = who and at[:10] != traits.get("last_contact", {}).get("at", "")[:10]
    return f"{who} · {at[:10]}" if is_earlier else who


def _joined(contact: dict[str, str], *names: str) -> str:
    parts = (contact[name][:10] if name == "at" else contact[name] for name in names if contact.get(name))
    return " · ".join(dict.fromkeys(parts))


def _records(connection: sa.Connection, customer_id: str, stored: dict[str, Any] | None) -> tuple[CardRecord, ...]:
    query = sa.select(_subject).where(_subject.c.customer_id == customer_id).order_by(_subject.c.subject_id)
    moments = record_moments(stored) if stored else {}
    records = []
    for row in connection.execute(query):
        place, _, key = row.subject_id.partition(":")
        source, _, table = place.partition(".")
        created_at, changed_at = moments.get((source, table, key), (None, None))
        records.append(CardRecord(row.subject_id, source, table, key, _aware(row.attached_at), created_at, changed_at))
    return tuple(records)


def _timeline(connection: sa.Connection, customer_id: str, limit: int) -> tuple[tuple[CardEvent, ...], int]:
    mine = timeline_event.c.subject_id.in_(
        sa.select(_subject.c.subject_id).where(_subject.c.customer_id == customer_id)
    )
    total = connection.execute(sa.select(sa.func.count()).select_from(timeline_event).where(mine)).scalar_one()
    newest_first = (timeline_event.c.occurred_at.desc().nulls_last(), timeline_event.c.event_id)
    rows = connection.execute(sa.select(timeline_event).where(mine).order_by(*newest_first).limit(limit))
    events = tuple(
        CardEvent(
            event_id=row.event_id,
            occurred_at=None if row.occurred_at is None else _aware(row.occurred_at),
            source=row.source,
            table=row.table_name,
            role=row.role,
            event_type=row.event_type,
            title=row.title,
            status=row.status,
            channel=row.channel,
            counterpart=row.counterpart,
            amount=row.amount,
            currency=row.currency,
            score=row.score,
            body=row.body,
        )
        for row in rows
    )
    return events, int(total)


def _former_ids(connection: sa.Connection, customer_id: str) -> tuple[str, ...]:
    found: list[str] = []
    layer = [customer_id]
    while layer:
        # every link was announced as a change, and changes are indexed by whom they led to
        merged = sa.select(_change.c.customer_id).where(_change.c.other_customer_id.in_(layer))
        query = sa.select(_customer.c.customer_id).where(
            _customer.c.customer_id.in_(merged.where(_change.c.kind == "merged")), _customer.c.merged_into.in_(layer)
        )
        layer = sorted(connection.execute(query).scalars())
        found += layer
    return tuple(found)


def _history(connection: sa.Connection, ids: tuple[str, ...]) -> tuple[IdChange, ...]:
    query = (
        sa.select(_change)
        .where(sa.or_(_change.c.customer_id.in_(ids), _change.c.other_customer_id.in_(ids)))
        .order_by(_change.c.change_id.desc())
    )
    return tuple(
        IdChange(
            happened_at=_aware(row.happened_at),
            kind=row.kind,
            customer_id=row.customer_id,
            other_customer_id=row.other_customer_id,
            subject_ids=tuple(row.subject_ids),
        )
        for row in connection.execute(query)
    )


def _aware(moment: datetime) -> datetime:
    """SQLite keeps UTC moments without saying so."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return float(value) if isinstance(value, Decimal) else value
