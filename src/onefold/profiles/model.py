"""What is told about one customer: the card, the timeline, the records side by side, the history of its id.

Frozen values without behaviour. Where a policy hides a value, the value is null and ``hidden_by`` names the policy;
where it shows a part, both are there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class OtherValue:
    """A value that is not shown first, and why."""

    value: str | None
    source: str
    table: str
    record_key: str
    why_lost: str
    """The criterion of ``profiles/rules.py`` by which it lost."""
    observed_at: str | None = None
    raw: str | None = None
    """What the source says literally, where that differs."""
    records: int = 1
    """How many of the customer's records say so."""
    systems: tuple[str, ...] = ()
    """The systems of those records."""
    column: str | None = None


@dataclass(frozen=True)
class PickOfValue:
    """That a person picked the value, over whatever rule would have chosen."""

    pick_id: str
    by: str
    """Id of the actor."""
    by_name: str
    at: str
    reason: str | None
    over_rule: str
    """The rule that would decide."""
    over_value: str | None
    """The value that it would choose."""


@dataclass(frozen=True)
class Attribute:
    """One attribute with the origin of its value."""

    name: str
    value: str | None
    source: str
    table: str
    record_key: str
    column: str
    rule: str
    """The criterion that decided; 'only_value' where all records agree, 'picked' where a person did."""
    observed_at: str | None = None
    raw: str | None = None
    """What the source says literally, where that differs."""
    records: int = 1
    """How many of the customer's records say so."""
    systems: tuple[str, ...] = ()
    """The systems of those records."""
    values: tuple[str | None, ...] = ()
    """All values, best first, of attributes that a customer may have several of."""
    others: tuple[OtherValue, ...] = ()
    more: int = 0
    """How many other values the profile counts but does not list."""
    pick: PickOfValue | None = None
    is_conflict: bool = False
    """Records contradict each other."""
    hidden_by: str | None = None
    """The policy that hides or masks the values."""


@dataclass(frozen=True)
class Part:
    """One value of an essential."""

    name: str
    type: str
    """text, language, moment, count, score, person, money, email, phone, country or flag."""
    value: Any
    hidden_by: str | None = None


@dataclass(frozen=True)
class Essential:
    """One line of the essentials: what a colleague must know before saying hello."""

    field: str
    parts: tuple[Part, ...]
    is_more: bool = False
    """Beyond what the card shows at first."""


@dataclass(frozen=True)
class LocalTime:
    """Where the customer's clock stands."""

    zone: str
    """IANA time zone."""
    basis: str
    """What it was told from: country, region or phone."""


@dataclass(frozen=True)
class CardRecord:
    """One source record that is this customer."""

    subject_id: str | None
    source: str
    table: str
    record_key: str | None
    attached_at: datetime
    """When it became part of this customer here."""
    created_at: str | None = None
    """When the source says that it began."""
    changed_at: str | None = None
    """When the source last changed it; when it began, where it says no more."""


@dataclass(frozen=True)
class TimelineEntry:
    """One entry of the timeline."""

    entry_id: str
    kind: str
    """event, identity, or what another slice adds: note, task, file."""
    occurred_at: datetime | None
    department: str
    event_type: str
    source: str | None = None
    table: str | None = None
    role: str | None = None
    title: str | None = None
    text: str | None = None
    """What was written or said."""
    is_excerpt: bool = False
    """The title is the beginning of the text."""
    status: str | None = None
    channel: str | None = None
    counterpart: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    score: float | None = None
    scale: tuple[float, float] | None = None
    """Lowest and highest score that can be given."""
    body: Any = None
    """Everything else that the source says."""
    hidden: dict[str, str] = field(default_factory=dict)
    """Member -> the policy that hides or masks it."""
    count: int = 1
    """How many entries of one kind in a row this one stands for."""
    earliest_at: datetime | None = None
    """When the first of them happened."""


@dataclass(frozen=True)
class IdChange:
    """What happened to the customer's id, or to one that leads here."""

    happened_at: datetime
    kind: str
    customer_id: str | None
    other_customer_id: str | None
    """Into whom, or out of whom; null also where the actor may not know of that customer."""
    records: int
    """How many records it moved."""
    subject_ids: tuple[str, ...]
    run_id: int
    change_id: int
    can_be_undone: bool
    """It moved records between customers and stands; later changes may still stand against it."""
    hidden_by: str | None = None
    """Why ids are not told."""


@dataclass(frozen=True)
class Doubt:
    """Two records because of which one cannot be sure."""

    why: str
    """``weak``: the weakest link that holds the customer together; ``outside``: the strongest one to somebody else."""
    subject_a: str | None
    subject_b: str | None
    """Null where the actor may not see the keys of these records."""
    probability: float
    """That both are one customer, by their own evidence alone."""


@dataclass(frozen=True)
class Sureness:
    """How sure one may be of a customer."""

    confidence: float | None
    """That it is one and whole; None where its records say nothing that could be compared."""
    is_one: float | None
    is_whole: float | None
    doubts: tuple[Doubt, ...] = ()
    hidden_by: str | None = None


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
    """Trait -> value, or ``{"hidden_by": policy}``."""
    records: tuple[CardRecord, ...]
    events: int
    """How many events there are in all."""
    former_ids: tuple[str, ...]
    """Ids that lead here since a merge."""
    local_time: LocalTime | None = None
    name_hidden_by: str | None = None
    timeline: tuple[TimelineEntry, ...] = ()
    """Newest first, where asked for."""
    history: tuple[IdChange, ...] = ()
    """Newest first, where asked for."""
    identity: Sureness | None = None
    """How sure one may be that it is one and whole; None for a customer without a profile."""

    def to_json(self) -> dict[str, Any]:
        """The card as plain JSON values."""
        document: dict[str, Any] = plain(self)
        return document


def plain(value: Any) -> Any:
    """``value`` in JSON's own types; moments in ISO 8601 with Z."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(member) for member in value]
    if is_dataclass(value):
        return {key: plain(member) for key, member in vars(value).items()}
    if isinstance(value, datetime | date):
        return value.isoformat().replace("+00:00", "Z")
    return float(value) if isinstance(value, Decimal) else str(value)
