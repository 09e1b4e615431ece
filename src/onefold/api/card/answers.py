"""The shapes of the customer page's answers, for the API's description.

The answers are made from the slice's own frozen types (``profiles.plain``) without a second validation: pages are read
many times a second.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class OtherValue(_Shape):
    """A value that is not shown first, and why."""

    value: str | None
    source: str
    table: str
    record_key: str | None
    why_lost: str
    observed_at: str | None
    raw: str | None
    records: int
    systems: list[str]
    column: str | None


class PickOfValue(_Shape):
    """That a person picked the value, over whatever rule would have chosen."""

    pick_id: str
    by: str
    by_name: str
    at: str
    reason: str | None
    over_rule: str
    over_value: str | None


class Attribute(_Shape):
    """One attribute with the origin of its value. Null with ``hidden_by`` where a policy hides it."""

    name: str
    value: str | None
    source: str
    table: str
    record_key: str | None
    column: str
    rule: str
    observed_at: str | None
    raw: str | None
    records: int
    systems: list[str]
    values: list[str | None]
    others: list[OtherValue]
    more: int
    pick: PickOfValue | None
    is_conflict: bool = Field(description="Records contradict each other.")
    hidden_by: str | None


class Part(_Shape):
    """One value of a line."""

    name: str
    type: str
    value: Any
    hidden_by: str | None


class Essential(_Shape):
    """One line of the essentials."""

    field: str
    parts: list[Part]
    is_more: bool


class LocalTime(_Shape):
    """Where the customer's clock stands."""

    zone: str
    basis: str


class CardRecord(_Shape):
    """One source record that is this customer."""

    subject_id: str | None
    source: str
    table: str
    record_key: str | None
    attached_at: datetime
    created_at: str | None
    changed_at: str | None


class Doubt(_Shape):
    """Two records because of which one cannot be sure."""

    why: Literal["weak", "outside"] = Field(
        description="weak: the weakest link that holds it together; outside: the strongest one to somebody else."
    )
    subject_a: str | None
    subject_b: str | None
    probability: float = Field(description="That both are one customer, by their own evidence alone.")


class Sureness(_Shape):
    """How sure one may be of a customer; null where its records say nothing that could be compared."""

    confidence: float | None = Field(description="That it is one and whole.")
    is_one: float | None = Field(description="That all its records are one customer.")
    is_whole: float | None = Field(description="That no record of it is elsewhere.")
    doubts: list[Doubt]
    hidden_by: str | None


class CustomerCard(_Shape):
    """Everything that is known about one customer, as much as the caller may see."""

    customer_id: str
    asked_for: str = Field(description="The key in the address; differs where an id was merged or another key given.")
    kind: str
    state: str
    display_name: str | None
    name_hidden_by: str | None
    created_at: datetime
    version: int
    updated_at: datetime | None
    local_time: LocalTime | None
    essentials: list[Essential]
    attributes: list[Attribute]
    traits: dict[str, Any] = Field(description='Trait to value, or to {"hidden_by": policy}.')
    records: list[CardRecord]
    events: int
    former_ids: list[str]
    identity: Sureness | None
    present: date = Field(description="The day that ages count to.")


class ToldFact(_Shape):
    """One thing that the customer said already."""

    name: str
    value: str | None
    told_at: str | None
    age_days: int | None
    source: str
    table: str
    record_key: str | None
    systems: list[str]
    is_confirmed: bool
    is_disputed: bool
    openings: int
    hidden_by: str | None


class Told(_Shape):
    """What not to ask again, most asked for first."""

    customer_id: str
    items: list[ToldFact]


class TimelineEntry(_Shape):
    """One entry, or a run of noise as one."""

    entry_id: str
    kind: str
    occurred_at: datetime | None
    department: str
    event_type: str
    source: str | None
    table: str | None
    role: str | None
    title: str | None
    text: str | None
    is_excerpt: bool
    status: str | None
    channel: str | None
    counterpart: str | None
    amount: float | None
    currency: str | None
    score: float | None
    scale: list[float] | None
    body: Any
    hidden: dict[str, str] = Field(description="Member to the policy that hides it.")
    count: int
    earliest_at: datetime | None


class Wanted(BaseModel):
    """Which entries are wanted; several of a kind with commas between, or the name repeated."""

    model_config = ConfigDict(extra="ignore")

    kind: list[str] = Field([], max_length=50, description="event, identity, note, task, file")
    type: list[str] = Field([], max_length=50)
    department: list[str] = Field([], max_length=50)
    source: list[str] = Field([], max_length=50)
    since: AwareDatetime | None = Field(None, alias="from")
    until: AwareDatetime | None = Field(None, alias="to", description="Before this moment.")
    q: str = Field("", max_length=200, description="Words, in any order, whatever case and accents.")
    collapse: bool = Field(True, description="Runs of noise as one entry.")

    @field_validator("kind", "type", "department", "source")
    @classmethod
    def _split(cls, given: list[str]) -> list[str]:
        return [part for text in given for part in text.split(",") if part]


class Timeline(_Shape):
    """One page of the timeline."""

    customer_id: str
    items: list[TimelineEntry]
    next_cursor: str | None
    last_visit_at: datetime | None = Field(description="When the caller's visit before this one ended.")


class Visit(_Shape):
    """A noted visit."""

    last_visit_at: datetime | None


class Cell(_Shape):
    """What one record says about one attribute."""

    record: int
    value: str | None
    raw: str | None
    is_chosen: bool
    is_writer: bool
    why_lost: str | None
    column: str | None
    observed_at: str | None


class Row(_Shape):
    """One attribute across the records."""

    name: str
    rule: str
    is_multiple: bool
    is_conflict: bool
    cells: list[Cell]
    may_pick: bool
    more: int
    pick: PickOfValue | None
    hidden_by: str | None


class SideBySide(_Shape):
    """The records of a customer side by side."""

    customer_id: str
    version: int = Field(description="Of the profile: what `If-Match` takes.")
    may_pick: bool = Field(description="Whether the caller may settle contradictions of this customer.")
    records: list[CardRecord]
    attributes: list[Row]
    conflicts: list[str]


class Picked(_Shape):
    """A pick, one that holds or one that ended."""

    pick_id: str
    attribute: str
    value: str | None
    picked_by: str
    picked_at: datetime
    reason: str | None
    over_rule: str
    over_value: str | None
    source: str
    is_held: bool
    ended_at: datetime | None
    ended_why: str | None = Field(description="changed, gone, withdrawn or replaced.")
    ended_by: str | None
    hidden_by: str | None


class Picks(_Shape):
    """What people picked on a customer."""

    customer_id: str
    picks: list[Picked]


class Contradiction(_Shape):
    """One attribute of one customer, and who says what."""

    customer_id: str
    display_name: str | None
    name_hidden_by: str | None
    version: int
    state: str = Field(description="open, lapsed, challenged or settled.")
    attribute: Attribute
    lapsed: Picked | None
    may_pick: bool


class Contradictions(_Shape):
    """One page of contradictions."""

    items: list[Contradiction]
    next_cursor: str | None


class ContradictionCounts(_Shape):
    """How many there are."""

    states: dict[str, int]
    attributes: dict[str, int]
    systems: dict[str, int]


class Attachment(_Shape):
    """One record of the customer, now or once."""

    subject_id: str | None
    source: str
    table: str
    record_key: str | None
    customer_id: str | None
    attached_at: datetime
    attached_run: int
    detached_at: datetime | None
    detached_run: int | None


class FormerId(_Shape):
    """An id that leads here."""

    customer_id: str
    issued_at: datetime


class IdChange(_Shape):
    """What happened to the id."""

    happened_at: datetime
    kind: str
    customer_id: str | None
    other_customer_id: str | None
    records: int
    subject_ids: list[str]
    run_id: int
    change_id: int
    can_be_undone: bool
    hidden_by: str | None


class RunNote(_Shape):
    """Who changed the map of identities."""

    run_id: int
    build_no: int | None
    actor: str
    rule_version: str
    reason: str | None


class Identity(_Shape):
    """Of what the customer is made, and how that came to be."""

    customer_id: str
    state: str
    created_at: datetime
    created_run: int
    former_ids: list[FormerId]
    present: list[Attachment]
    past: list[Attachment]
    changes: list[IdChange]
    runs: list[RunNote]
    as_of: datetime | None = None
    then: list[Attachment] | None = Field(None, description="The records at ``as_of``, where that was asked for.")


class Opened(BaseModel):
    """A field that somebody opened."""

    field: str = Field(max_length=200, min_length=1, examples=["email"])


class CatalogField(_Shape):
    """Something that can stand on the card."""

    name: str
    group: str
    systems: list[str]


class LayoutAnswer(_Shape):
    """The essentials card of a role."""

    role_id: str
    fields: list[str]
    shown: int
    version: int
    is_own: bool
    available: list[CatalogField]


class LayoutChange(BaseModel):
    """A new arrangement."""

    fields: list[str] = Field(min_length=1, max_length=60, examples=[["name", "language", "status"]])
    shown: int = Field(8, ge=1, le=8)


class FieldUse(_Shape):
    """How often one field was opened."""

    field: str
    openings: int
    by_role: dict[str, int]


class SystemUse(_Shape):
    """How much of what a system brings was looked at."""

    source: str
    fields: int
    fields_read: int


class UsageAnswer(_Shape):
    """What was opened in the last 90 days."""

    since: date
    openings: int
    fields: list[FieldUse]
    never_opened: list[str]
    systems: list[SystemUse]
