"""The card of one customer: everything known about it, read by its id from the app database.

One way for the page, the API and the command line: the same functions, the same masks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.profiles.confidence import sureness_of
from onefold.profiles.essentials import TRAIT_MASKS, Facts, make_essentials, mask_member
from onefold.profiles.events import load_table_words, score_scales
from onefold.profiles.id_history import former_ids, id_changes
from onefold.profiles.layouts import Layout, layout_for
from onefold.profiles.local_time import local_time
from onefold.profiles.model import Attribute, Card, OtherValue
from onefold.profiles.rules import may_contradict
from onefold.profiles.side_by_side import list_records, pick_of
from onefold.profiles.sight import Sight, see_customer
from onefold.profiles.stored import expanded
from onefold.profiles.tables import profile
from onefold.profiles.timeline import Asked, load_named, read_timeline
from onefold.profiles.usage import role_ids
from onefold.storage import aware

PROMISES = "onefold.care.customer_page:open_promises"
"""``module:function`` that counts what colleagues owe a customer: ``(connection, sight) -> int``."""

_customer = sa.table(
    "customer",
    *(sa.column(name) for name in ("customer_id", "kind", "state")),
    sa.column("created_at", sa.DateTime(timezone=True)),
)
_CUSTOMER = (
    sa.select(
        _customer, *(profile.c[name] for name in ("display_name", "version", "updated_at", "attributes", "traits"))
    )
    .outerjoin_from(_customer, profile, profile.c.customer_id == _customer.c.customer_id)
    .where(_customer.c.customer_id == sa.bindparam("id"))
)
_EVENTS_ALONE = Asked(kinds=frozenset({"event"}), is_collapsed=False)


def get_card(
    connection: sa.Connection,
    access: Access,
    customer_id: str,
    *,
    timeline: int = 0,
    with_history: bool = False,
) -> Card:
    """Everything about one customer that the actor may see; an id that was merged gives the customer it leads to.

    Args:
        connection: to the app database, of one snapshot.
        access: of the actor.
        customer_id: any id ever issued.
        timeline: how many events at most.
        with_history: what happened to its id, too.

    Raises:
        NotFound: the id was never issued, or the customer is not for this actor.

    Cost: a handful of index look-ups and the customer's own rows.
    """
    return card_of(
        connection, see_customer(connection, access, customer_id), timeline=timeline, with_history=with_history
    )


def card_of(connection: sa.Connection, sight: Sight, *, timeline: int = 0, with_history: bool = False) -> Card:
    """``get_card`` of a customer that is in sight already."""
    row = connection.execute(_CUSTOMER, {"id": sight.customer_id}).one()
    stored = row.attributes
    traits: dict[str, Any] = row.traits or {}
    name = sight.shown("display_name", row.display_name)
    former = former_ids(connection, sight.customer_id)
    clock = _clock(stored, sight)
    layout = layout_for(connection, role_ids(sight))
    sure = sureness_of(connection, sight)
    facts = Facts(
        sight=sight,
        display_name=row.display_name,
        attributes={key: entry["value"] for key, entry in stored["values"].items()} if stored else {},
        traits=traits,
        local_time=clock,
        promises=load_named(PROMISES)(connection, sight),
        scales=_scales(connection, layout, traits),
        confidence=sure.confidence if sure else None,
    )
    return Card(
        customer_id=sight.customer_id,
        kind=row.kind,
        state=row.state,
        display_name=name.value,
        created_at=aware(row.created_at),
        version=row.version or 0,
        updated_at=aware(row.updated_at) if row.updated_at else None,
        essentials=make_essentials(facts, layout.fields, layout.shown),
        attributes=attributes_of(stored, sight) if stored else (),
        traits=shown_traits(traits, sight),
        records=list_records(connection, sight, stored),
        events=sum(traits.get("events", {}).values()),
        former_ids=former,
        local_time=clock if sight.policy("timezone") is None else None,
        name_hidden_by=name.hidden_by,
        timeline=read_timeline(connection, sight, _EVENTS_ALONE, limit=timeline).entries if timeline else (),
        history=id_changes(connection, sight, (sight.customer_id, *former)) if with_history else (),
        identity=sure,
    )


def shown_traits(traits: dict[str, Any], sight: Sight) -> dict[str, Any]:
    """Trait -> value as the actor may see it, or ``{"hidden_by": policy}``."""
    found: dict[str, Any] = {}
    for name, value in traits.items():
        said = sight.shown(TRAIT_MASKS.get(name, name), value)
        if said.hidden_by:
            found[name] = {"hidden_by": said.hidden_by}
        else:
            found[name] = mask_member(sight, name, value)
    return found


def attributes_of(stored: dict[str, Any], sight: Sight) -> tuple[Attribute, ...]:
    """Every attribute of a stored profile with its origin, as the actor may see it."""
    keys_policy = sight.policy("external_id")
    return tuple(_attribute(name, entry, sight, keys_policy) for name, entry in expanded(stored).items())


def _attribute(name: str, entry: dict[str, Any], sight: Sight, keys_policy: str | None) -> Attribute:
    policy = sight.policy(name)
    members = {key: value for key, value in entry.items() if key not in ("others", "values", "systems", "pick")}
    values: Sequence[str | None] = entry.get("values", (entry["value"],))
    others: list[dict[str, Any]] = entry.get("others", [])
    if policy or keys_policy:
        members = _masked(name, members, sight, policy)
        others = [_masked(name, other, sight, policy) for other in others]
        values = [sight.shown(name, value).value for value in values]
    elif sight.policy("record.values"):
        members = members | {"raw": sight.shown("record.values", members.get("raw")).value}
        others = [other | {"raw": sight.shown("record.values", other.get("raw")).value} for other in others]
    return Attribute(
        name=name,
        **members,
        systems=tuple(entry["systems"]),
        values=tuple(values),
        others=tuple(OtherValue(**other | {"systems": tuple(other["systems"])}) for other in others),
        pick=pick_of(name, entry, sight),
        is_conflict=bool(others) and may_contradict(name),
        hidden_by=policy,
    )


def _masked(name: str, members: dict[str, Any], sight: Sight, policy: str | None) -> dict[str, Any]:
    """The value and what it literally said under the mask of the attribute, the key under that of keys."""
    raw = None if policy else sight.shown("record.values", members.get("raw")).value
    key = sight.shown("external_id", members["record_key"]).value
    return members | {"value": sight.shown(name, members["value"]).value, "raw": raw, "record_key": key}


def _clock(stored: dict[str, Any] | None, sight: Sight) -> Any:
    """The local time, told from nothing that is masked."""
    if stored is None:
        return None
    said = {
        name: entry["value"]
        for name in ("country", "region", "phone")
        if (entry := stored["values"].get(name)) and sight.policy(name) is None
    }
    return local_time(said.get("country"), said.get("region"), said.get("phone"))


def _scales(connection: sa.Connection, layout: Layout, traits: dict[str, Any]) -> dict[str, tuple[float, float]]:
    if "last_score" not in layout.fields or "last_score" not in traits:
        return {}
    return score_scales(load_table_words(connection))
