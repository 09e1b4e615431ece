"""What a customer has told already and should not be asked again: with when, where, and who else knows it.

The order is what agents ask for: the fields that they open most, as measured, then the order of ``ASKED``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from onefold.profiles.sight import Sight
from onefold.profiles.stored import expanded
from onefold.profiles.tables import profile
from onefold.profiles.usage import openings_by_field

ASKED: tuple[str, ...] = (
    *("full_name", "email", "phone", "loyalty_number", "birth_date", "national_id"),
    *("address", "street", "postcode", "city", "country", "language", "company", "job_title"),
    *("consent", "channel", "username", "external_id", "gender", "category", "product", "website", "text"),
)
"""What agents ask first, by the meaning of the attribute."""

_PARTS_OF_NAME = frozenset({"given_name", "family_name", "middle_name", "second_family_name"})


@dataclass(frozen=True)
class ToldFact:
    """One thing that the customer has said."""

    name: str
    value: str | None
    told_at: str | None
    """When it was last said, as far as the source tells."""
    age_days: int | None
    source: str
    table: str
    record_key: str | None
    systems: tuple[str, ...]
    """All systems that know it."""
    is_confirmed: bool
    """Several systems say the same."""
    is_disputed: bool
    """Some record says otherwise."""
    openings: int
    """How often colleagues opened this field in the last 90 days."""
    hidden_by: str | None = None


def list_told(connection: sa.Connection, sight: Sight, today: date) -> tuple[ToldFact, ...]:
    """The facts not to ask for again, most asked for first.

    Args:
        connection: to the app database.
        sight: the customer, as the actor may see them.
        today: what ages count to.
    """
    query = sa.select(profile.c.attributes).where(profile.c.customer_id == sight.customer_id)
    stored = connection.execute(query).scalar_one_or_none()
    if stored is None:
        return ()
    entries = expanded(stored)
    opened = openings_by_field(connection, today)
    facts = [
        _fact(name, entry, sight, today, opened.get(name, 0))
        for name, entry in entries.items()
        if _is_asked(name, entries)
    ]
    return tuple(sorted(facts, key=lambda fact: (-fact.openings, _rank(fact.name), fact.name)))


def _is_asked(name: str, entries: dict[str, Any]) -> bool:
    meaning = name.partition(":")[0]
    if meaning in _PARTS_OF_NAME:
        return "full_name" not in entries
    return meaning in ASKED


def _rank(name: str) -> int:
    meaning = name.partition(":")[0]
    return ASKED.index(meaning) if meaning in ASKED else 0


def _fact(name: str, entry: dict[str, Any], sight: Sight, today: date, openings: int) -> ToldFact:
    shown = sight.shown(name, entry["value"])
    told_at = entry.get("observed_at")
    return ToldFact(
        name=name,
        value=shown.value,
        told_at=told_at,
        age_days=_age(told_at, today),
        source=entry["source"],
        table=entry["table"],
        record_key=sight.shown("external_id", entry["record_key"]).value,
        systems=tuple(entry["systems"]),
        is_confirmed=len(entry["systems"]) > 1,
        is_disputed=bool(entry.get("others")) and "values" not in entry,
        openings=openings,
        hidden_by=shown.hidden_by,
    )


def _age(told_at: str | None, today: date) -> int | None:
    try:
        return max(0, (today - date.fromisoformat(told_at[:10])).days) if told_at else None
    except ValueError:
        return None
