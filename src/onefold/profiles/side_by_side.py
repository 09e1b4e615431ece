"""The source records of one customer side by side: who says what, where they differ, and who won.

From the provenance that the profile stores. It holds of every value one record with what that literally said, and
which others agree in meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from onefold.access import Shown
from onefold.kernel import subject_id_for
from onefold.profiles.model import CardRecord, PickOfValue
from onefold.profiles.rules import is_multiple, may_be_picked, may_contradict
from onefold.profiles.scope import may_update
from onefold.profiles.sight import Sight
from onefold.profiles.stored import holders, record_moments
from onefold.profiles.tables import profile
from onefold.storage import aware

_subject = sa.table(
    "subject",
    sa.column("subject_id"),
    sa.column("customer_id"),
    sa.column("attached_at", sa.DateTime(timezone=True)),
)
_RECORDS = sa.select(_subject).where(_subject.c.customer_id == sa.bindparam("id")).order_by(_subject.c.subject_id)


_TELLING = (
    "full_name",
    "given_name",
    "family_name",
    "native_name",
    "birth_date",
    "gender",
    "email",
    "phone",
    "national_id",
    "loyalty_number",
    "username",
    "street",
    "city",
    "postcode",
    "region",
    "country",
    "company",
    "domain",
    "job_title",
    "birth_place",
)
"""Attributes by which people tell who is who, in the order in which they look at them."""
_PLACE = {name: number for number, name in enumerate(_TELLING)}
_OF_THE_SYSTEM = ("updated_at",)


@dataclass(frozen=True)
class Cell:
    """What one record says about one attribute."""

    record: int
    """Place of the record in ``SideBySide.records``."""
    value: str | None
    raw: str | None
    """What the source says literally, where that differs and is known."""
    is_chosen: bool
    """The value that the profile shows."""
    is_writer: bool
    """The very record whose writing is shown; the others with this value agree in meaning."""
    why_lost: str | None
    column: str | None
    observed_at: str | None


@dataclass(frozen=True)
class Row:
    """One attribute across the records."""

    name: str
    rule: str
    is_multiple: bool
    """A customer may well have several of these."""
    is_conflict: bool
    """Records contradict each other."""
    cells: tuple[Cell, ...]
    may_pick: bool
    """There is a choice that a person may be asked; whether this actor may make it is another question."""
    more: int = 0
    """Further values that are counted, not listed."""
    pick: PickOfValue | None = None
    hidden_by: str | None = None


@dataclass(frozen=True)
class SideBySide:
    """All records of a customer, and what each says."""

    version: int
    """Of the profile; 0 where there is none."""
    may_pick: bool
    """Whether the actor may settle contradictions of this customer."""
    records: tuple[CardRecord, ...]
    """Newest first."""
    attributes: tuple[Row, ...]
    conflicts: tuple[str, ...]
    """Names of the attributes that records contradict each other in."""


def compare_records(connection: sa.Connection, sight: Sight) -> SideBySide:
    """The customer's records side by side, as much as the actor may see."""
    query = sa.select(profile.c.attributes, profile.c.version).where(profile.c.customer_id == sight.customer_id)
    made = connection.execute(query).first()
    if made is None:
        return SideBySide(0, False, (), (), ())
    stored = made.attributes
    rows = tuple(_row(name, entry, stored["records"], sight) for name, entry in stored["values"].items())
    conflicts = tuple(row.name for row in rows if row.is_conflict)
    records = list_records(connection, sight, stored)
    by_place = {(record.source, record.table, record.record_key): record for record in records}
    keys = [
        (one["source"], one["table"], sight.shown("external_id", one["record_key"]).value) for one in stored["records"]
    ]
    is_allowed = may_update(connection, sight.access, sight.customer_id)
    shown = tuple(by_place[key] for key in keys if key in by_place)
    return SideBySide(made.version, is_allowed, shown, rows, conflicts)


def values_by_record(connection: sa.Connection, sight: Sight) -> dict[str, dict[str, Shown]]:
    """Subject -> attribute -> the values that this record of the customer says, as a tuple, as the actor may see them.

    Values that agree in meaning are written alike; names and contacts come first. Left out are categories, consents and
    when the record was changed: they tell about the system.
    """
    query = sa.select(profile.c.attributes).where(profile.c.customer_id == sight.customer_id)
    stored = connection.scalar(query)
    if stored is None:
        return {}
    subjects = [subject_id_for(one["source"], one["table"], one["record_key"]) for one in stored["records"]]
    found: dict[str, dict[str, Shown]] = {name: {} for name in subjects}
    for name, entry in sorted(stored["values"].items(), key=lambda one: _PLACE.get(one[0], len(_PLACE))):
        if ":" in name or name in _OF_THE_SYSTEM:
            continue
        for value in (entry, *entry.get("others", ())):
            shown = sight.shown(name, value["value"])
            for place in holders(value):
                before = found[subjects[place]].get(name, Shown(()))
                told = () if shown.value is None else (str(shown.value),)
                found[subjects[place]][name] = Shown((*before.value, *told), shown.hidden_by)
    return found


def pick_of(name: str, entry: dict[str, Any], sight: Sight) -> PickOfValue | None:
    """Who picked the value of a stored entry, as the actor may see it; None where a rule decided."""
    said = entry.get("pick")
    if said is None:
        return None
    value = sight.shown(name, said["over_value"])
    reason = None if value.hidden_by else sight.shown("note.body", said["reason"]).value
    return PickOfValue(**said | {"over_value": value.value, "reason": reason})


def list_records(connection: sa.Connection, sight: Sight, stored: dict[str, Any] | None) -> tuple[CardRecord, ...]:
    """The records that are the customer now, the newest first where the profile says when they changed."""
    moments = record_moments(stored) if stored else {}
    order = {place: number for number, place in enumerate(moments)}
    policy = sight.policy("external_id")
    found = []
    for row in connection.execute(_RECORDS, {"id": sight.customer_id}):
        place, _, key = row.subject_id.partition(":")
        source, _, table = place.partition(".")
        created_at, changed_at = moments.get((source, table, key), (None, None))
        record = CardRecord(
            subject_id=None if policy else row.subject_id,
            source=source,
            table=table,
            record_key=sight.shown("external_id", key).value,
            attached_at=aware(row.attached_at),
            created_at=sight.shown("created_at", created_at).value,
            changed_at=sight.shown("updated_at", changed_at).value,
        )
        found.append((order.get((source, table, key), len(order)), record))
    return tuple(record for _, record in sorted(found, key=lambda numbered: numbered[0]))


def _row(name: str, entry: dict[str, Any], records: list[dict[str, Any]], sight: Sight) -> Row:
    policy = sight.policy(name)
    cells = list(_cells(name, entry, records, sight, is_chosen=True))
    for other in entry.get("others", ()):
        cells += _cells(name, other, records, sight, is_chosen=False)
    return Row(
        name=name,
        rule=entry.get("rule", "only_value"),
        is_multiple=is_multiple(name),
        is_conflict=bool(entry.get("others")) and may_contradict(name),
        cells=tuple(cells),
        may_pick=bool(entry.get("others")) and may_be_picked(name) and policy is None,
        pick=pick_of(name, entry, sight),
        more=entry.get("more", 0),
        hidden_by=policy,
    )


def _cells(
    name: str, value: dict[str, Any], records: list[dict[str, Any]], sight: Sight, *, is_chosen: bool
) -> list[Cell]:
    shown = sight.shown(name, value["value"])
    raw = sight.shown("record.values", value.get("raw")) if shown.hidden_by is None else None
    return [
        Cell(
            record=place,
            value=shown.value,
            raw=raw.value if raw and place == value["record"] else None,
            is_chosen=is_chosen,
            is_writer=place == value["record"],
            why_lost=value.get("why_lost"),
            column=value.get("column") if place == value["record"] else None,
            observed_at=records[place].get("observed_at"),
        )
        for place in holders(value)
    ]
