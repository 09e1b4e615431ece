"""What can stand on the essentials card, and the lines of one customer.

A field is one line: a composite of the table below, or any single attribute or trait by its name. Lines without a
value are left out; of the rest the first ``shown`` are on the card, the others one click away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onefold.profiles.model import Essential, LocalTime, Part
from onefold.profiles.sight import Sight

MOST_SHOWN = 8
"""Lines on the card before anybody changes it; more drown who reads them."""

COMPOSITES: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "language": ("language", "time_zone"),
    "status": ("status", "tier"),
    "customer_since": ("customer_since",),
    "owner": ("owner",),
    "last_spoke_with": ("last_contact_with", "last_contact_with_at"),
    "open_work": ("open_tickets", "open_complaint", "promises"),
    "last_score": ("last_score",),
    "last_contact": ("last_contact",),
    "orders": ("orders",),
    "invoices": ("invoices",),
}
"""Field -> its parts, in the order in which they are read."""

DEFAULT_FIELDS: tuple[str, ...] = (
    *("name", "language", "status", "customer_since", "owner", "last_spoke_with", "open_work", "last_score"),
    *("email", "phone", "company", "city", "country", "orders", "invoices", "last_contact"),
)

_TYPES = {
    "language": "language",
    "time_zone": "time_zone",
    "customer_since": "moment",
    "first_seen": "moment",
    "last_seen": "moment",
    "last_contact_with_at": "moment",
    "created_at": "moment",
    "updated_at": "moment",
    "birth_date": "date",
    "owner": "person",
    "last_contact_with": "person",
    "open_tickets": "count",
    "promises": "count",
    "records": "count",
    "open_complaint": "complaint",
    "last_score": "score",
    "last_contact": "contact",
    "orders": "trade",
    "invoices": "trade",
    "systems": "list",
    "email": "email",
    "phone": "phone",
    "country": "country",
    "identity_confidence": "probability",
}

TRAIT_MASKS = {"last_contact_with_at": "last_contact_with"}
"""Trait -> the attribute whose mask it is under, where that has another name."""

MEMBER_MASKS = {
    "last_contact": ("title", "timeline.body"),
    "last_score": ("text", "timeline.body"),
    "orders": ("amount", "orders_amount"),
    "invoices": ("amount", "invoices_amount"),
}
"""Trait -> its member that is under another mask than the rest, and the attribute of that mask."""


@dataclass(frozen=True)
class Facts:
    """What the lines are made from."""

    sight: Sight
    display_name: str | None
    attributes: Mapping[str, str]
    """Attribute -> the value that its profile shows."""
    traits: Mapping[str, Any]
    local_time: LocalTime | None
    promises: int
    """Open tasks that a colleague owes this customer."""
    scales: Mapping[str, tuple[float, float]]
    """Source -> lowest and highest score, where the source uses one scale."""
    confidence: float | None = None
    """That the customer is one and whole."""


def make_essentials(facts: Facts, fields: Sequence[str], shown: int) -> tuple[Essential, ...]:
    """The lines of one customer in the order of ``fields``, empty ones left out."""
    lines: list[Essential] = []
    for name in fields:
        if parts := tuple(part for member in COMPOSITES.get(name, (name,)) if (part := _part(facts, member))):
            lines.append(Essential(name, parts, is_more=len(lines) >= shown))
    return tuple(lines)


def _part(facts: Facts, name: str) -> Part | None:
    attribute, value = _raw(facts, name)
    if value in (None, ""):
        return None
    said = facts.sight.shown(attribute, value)
    return Part(name, _TYPES.get(name, "text"), _with_scale(facts, name, said.value), said.hidden_by)


def _raw(facts: Facts, name: str) -> tuple[str, Any]:
    """The attribute whose mask counts, and the value."""
    if name == "name":
        return "display_name", facts.display_name
    if name == "identity_confidence":
        return name, facts.confidence
    if name == "time_zone":
        return "timezone", None if facts.local_time is None else vars(facts.local_time)
    if name == "promises":
        return "task.title", facts.promises or None
    if name == "open_tickets" and not facts.traits.get("open_tickets"):
        return name, 0 if "open_tickets" in facts.traits and facts.promises == 0 else None
    if name in ("owner", "status", "tier", "language") or name not in facts.traits:
        return name, facts.attributes.get(name)
    return TRAIT_MASKS.get(name, name), facts.traits[name]


def _with_scale(facts: Facts, name: str, value: Any) -> Any:
    """A trait with its members masked; a score with its scale."""
    shown = mask_member(facts.sight, name, value)
    scale = facts.scales.get(str(shown.get("source"))) if name == "last_score" and isinstance(shown, dict) else None
    return shown | {"scale": list(scale)} if scale else shown


def mask_member(sight: Sight, name: str, value: Any) -> Any:
    """A trait's value, its written or financial member as much as the actor may see of it."""
    if name not in MEMBER_MASKS or not isinstance(value, dict):
        return value
    member, attribute = MEMBER_MASKS[name]
    if value.get(member) is None:
        return value
    said = sight.shown(attribute, value[member])
    hidden = {f"{member}_hidden_by": said.hidden_by} if said.hidden_by else {}
    return value | {member: said.value} | hidden
