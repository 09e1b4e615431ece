"""A person settles a contradiction: picks the value that counts, or lets the rules decide again.

Needs ``update customer`` for that customer, and the attribute unmasked. A pick hangs on the record that its value was
picked from and goes with that record through merges and splits; where picks of one attribute meet on one customer, the
newest counts. It ends by itself where its record says something else (``holding.py``). Effect is immediate: profile,
summary and list of contradictions change in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from onefold.access import Access, record_audit
from onefold.errors import InvalidInput, NotAllowed, NotFound, Stale
from onefold.kernel import new_id, subject_id_for, utc_now
from onefold.profiles.id_history import former_ids
from onefold.profiles.pick_rows import (
    LAPSED,
    Ending,
    Stored,
    end_pick,
    held_pick,
    picks_on,
    stored_profiles,
    subjects_of,
    write_state,
    write_stored,
)
from onefold.profiles.picks import PICKED, HeldPick, find_value, with_pick, without_pick
from onefold.profiles.rules import may_be_picked
from onefold.profiles.scope import may_update
from onefold.profiles.sight import Sight, see_customer
from onefold.profiles.tables import customer_pick
from onefold.storage import announce, aware

LONGEST_REASON = 500
"""Characters."""


@dataclass(frozen=True)
class Picked:
    """A pick, one that holds or one that ended."""

    pick_id: str
    attribute: str
    value: str | None
    picked_by: str
    """By name."""
    picked_at: datetime
    reason: str | None
    over_rule: str
    over_value: str | None
    source: str
    """Of the record that it hangs on."""
    is_held: bool
    """Whether it decides what is shown; one that holds may wait behind a newer one."""
    ended_at: datetime | None = None
    ended_why: str | None = None
    """changed, gone: it lapsed; withdrawn, replaced: somebody ended it."""
    ended_by: str | None = None
    hidden_by: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What a pick, or taking one back, came to."""

    customer_id: str
    attribute: str
    value: str
    """That is shown now."""
    rule: str
    version: int
    """Of the profile."""
    is_changed: bool


def pick_value(
    connection: sa.Connection,
    access: Access,
    customer_id: str,
    attribute: str,
    value: str,
    *,
    reason: str | None = None,
    expected_version: int | None,
) -> Outcome:
    """Show ``value`` whatever the rules say, from now on.

    Doing the same again changes nothing, whatever version is expected.

    Args:
        connection: of a transaction.
        access: of whoever picks.
        customer_id: any id that leads to the customer.
        attribute: in which records differ.
        value: one of the values that the profile lists.
        reason: why, in a few words.
        expected_version: of the profile that was looked at; None takes whichever there is.

    Raises:
        NotFound: no such customer for this actor.
        NotAllowed: the actor may not, or the attribute is masked for them.
        InvalidInput: there is nothing to pick, or the value is not one of those known.
        Stale: the profile is at another version.
    """
    sight, stored = _found(connection, access, customer_id, attribute)
    wanted = _wanted(stored, attribute, value, _checked(reason))
    before = picks_on(connection, subjects_of(connection, stored.customer_id), attribute)
    if before and wanted.is_said_by(before[0], access):
        rule = stored.attributes["values"][attribute]["rule"]
        return Outcome(stored.customer_id, attribute, value, rule, stored.version, is_changed=False)
    _check_version(stored, expected_version)
    now = utc_now()
    for row in before:
        end_pick(connection, row.pick_id, stored.customer_id, _ending("replaced", access, now))
    pick = _insert(connection, access, stored, wanted, now)
    version = _rewrite(connection, stored, with_pick(stored.attributes, stored.shown, pick), now)
    write_state(connection, stored, attribute, pick, has_lapsed=False)
    _tell(connection, sight, "pick.created", attribute, pick.pick_id, version)
    return Outcome(stored.customer_id, attribute, value, PICKED, version, is_changed=True)


def unpick(
    connection: sa.Connection, access: Access, customer_id: str, attribute: str, *, expected_version: int | None
) -> Outcome:
    """Let the rules decide on an attribute again; where they do already, nothing changes.

    Raises:
        NotFound: no such customer for this actor, or it has no such attribute.
        NotAllowed: the actor may not, or the attribute is masked for them.
        Stale: the profile is at another version.
    """
    sight, stored = _found(connection, access, customer_id, attribute)
    entry = stored.attributes["values"].get(attribute)
    if entry is None:
        raise NotFound(f"this customer has no {attribute}", attribute=attribute)
    before = picks_on(connection, subjects_of(connection, stored.customer_id), attribute)
    if not before:
        rule = entry.get("rule", "only_value")
        return Outcome(stored.customer_id, attribute, entry["value"], rule, stored.version, is_changed=False)
    _check_version(stored, expected_version)
    now = utc_now()
    for row in before:
        end_pick(connection, row.pick_id, stored.customer_id, _ending("withdrawn", access, now))
    attributes = without_pick(stored.attributes, attribute)
    version = _rewrite(connection, stored, attributes, now)
    write_state(connection, stored, attribute, None, has_lapsed=False)
    _tell(connection, sight, "pick.withdrawn", attribute, before[0].pick_id, version)
    entry = attributes["values"][attribute]
    rule = entry.get("rule", "only_value")
    return Outcome(stored.customer_id, attribute, entry["value"], rule, version, is_changed=True)


def list_picks(connection: sa.Connection, sight: Sight) -> tuple[Picked, ...]:
    """The picks on a customer's records, and those that ended on this customer; the newest first."""
    subjects = subjects_of(connection, sight.customer_id)
    ids = (sight.customer_id, *former_ids(connection, sight.customer_id))
    is_mine = sa.or_(
        customer_pick.c.subject_id.in_(subjects),
        sa.and_(customer_pick.c.customer_id.in_(ids), customer_pick.c.ended_at.is_not(None)),
    )
    order = (customer_pick.c.picked_at.desc(), customer_pick.c.pick_id)
    counting: set[str] = set()
    found = []
    for row in connection.execute(sa.select(customer_pick).where(is_mine).order_by(*order)):
        is_held = row.ended_at is None and row.attribute not in counting
        counting |= {row.attribute} if is_held else set()
        found.append(_shown(row, sight, is_held=is_held))
    return tuple(found)


def lapsed_picks(connection: sa.Connection, sight: Sight) -> dict[str, Picked]:
    """Attribute -> the pick that lapsed, where nobody has decided since."""
    latest: dict[str, Picked] = {}
    for pick in list_picks(connection, sight):
        known = latest.get(pick.attribute)
        if known is None or (known.ended_at and (pick.ended_at is None or pick.ended_at > known.ended_at)):
            latest[pick.attribute] = pick
    return {name: pick for name, pick in latest.items() if pick.ended_why in LAPSED}


def _found(connection: sa.Connection, access: Access, customer_id: str, attribute: str) -> tuple[Sight, Stored]:
    access.require("update", "customer")
    sight = see_customer(connection, access, customer_id)
    if not access.is_full and not may_update(connection, access, sight.customer_id):
        raise NotAllowed("you may not update this customer", hint="Ask an administrator for a role that may.")
    if not may_be_picked(attribute):
        raise InvalidInput(f"{attribute} is not an attribute that can be picked", attribute=attribute)
    if policy := sight.policy(attribute):
        raise NotAllowed(
            f"you do not see {attribute} in full, so you cannot pick it",
            hint=f"Hidden by policy: {policy}.",
            field=attribute,
        )
    stored = next(stored_profiles(connection, [sight.customer_id]), None)
    if stored is None:
        raise NotFound(f"{sight.customer_id} has no profile", hint="It is retired: none of its records is left.")
    return sight, stored


@dataclass(frozen=True)
class _Wanted:
    """A pick that is to be made."""

    attribute: str
    value: str
    subject_id: str
    known: list[str]
    reason: str | None

    def is_said_by(self, row: sa.Row[tuple[object, ...]], access: Access) -> bool:
        """Whether a pick that holds says the same, by the same person."""
        said = (row.picked_by, row.value, row.reason, sorted(row.known))
        return said == (access.actor.actor_id, self.value, self.reason, self.known)


def _wanted(stored: Stored, attribute: str, value: str, reason: str | None) -> _Wanted:
    entry = stored.attributes["values"].get(attribute)
    if entry is None or not entry.get("others"):
        raise InvalidInput(f"there is nothing to pick: no two records differ in {attribute}", attribute=attribute)
    known = [one["value"] for one in (entry, *entry["others"])]
    chosen = find_value(entry, value)
    if chosen is None:
        raise InvalidInput(
            f"no record says that as {attribute}", hint=f"Choose from: {', '.join(known)}", attribute=attribute
        )
    record = stored.attributes["records"][chosen["record"]]
    subject_id = subject_id_for(record["source"], record["table"], record["record_key"])
    return _Wanted(attribute, value, subject_id, sorted(known), reason)


def _insert(connection: sa.Connection, access: Access, stored: Stored, wanted: _Wanted, now: datetime) -> HeldPick:
    ruled = without_pick(stored.attributes, wanted.attribute)["values"][wanted.attribute]
    pick_id = new_id("pick")
    connection.execute(
        customer_pick.insert().values(
            pick_id=pick_id,
            subject_id=wanted.subject_id,
            attribute=wanted.attribute,
            customer_id=stored.customer_id,
            value=wanted.value,
            known=wanted.known,
            over_rule=ruled["rule"],
            over_value=ruled["value"],
            reason=wanted.reason,
            picked_by=access.actor.actor_id,
            picked_by_name=access.actor.name,
            picked_at=now,
        )
    )
    row = connection.execute(sa.select(customer_pick).where(customer_pick.c.pick_id == pick_id)).one()
    return held_pick(row)


def _checked(reason: str | None) -> str | None:
    text = " ".join((reason or "").replace("\0", "").split())
    if len(text) > LONGEST_REASON:
        raise InvalidInput(f"a reason has at most {LONGEST_REASON} characters")
    return text or None


def _check_version(stored: Stored, expected_version: int | None) -> None:
    if expected_version is not None and expected_version != stored.version:
        raise _stale(stored)


def _rewrite(connection: sa.Connection, stored: Stored, attributes: dict[str, object], now: datetime) -> int:
    version = stored.version + 1
    if write_stored(connection, stored, attributes, version=version, updated_at=now).rowcount != 1:
        raise _stale(stored)
    return version


def _stale(stored: Stored) -> Stale:
    return Stale(
        "this customer was changed meanwhile",
        hint="Look at the values again, then decide.",
        version=stored.version,
    )


def _ending(why: str, access: Access, now: datetime) -> Ending:
    return Ending(why, access.actor.actor_id, access.actor.name, now)


def _tell(connection: sa.Connection, sight: Sight, kind: str, attribute: str, pick_id: str, version: int) -> None:
    actor = sight.access.actor
    facts = {"attribute": attribute, "pick_id": pick_id}
    action = {"pick.created": "customer.pick", "pick.withdrawn": "customer.unpick"}[kind]
    record_audit(connection, sight.access, action, "customer", sight.customer_id, facts, customer_id=sight.customer_id)
    for told, payload in ((kind, facts), ("customer.updated", {"version": version})):
        announce(
            connection,
            told,
            resource="customer",
            resource_id=sight.customer_id,
            customer_id=sight.customer_id,
            actor_id=actor.actor_id,
            payload=payload,
        )


def _shown(row: sa.Row[tuple[object, ...]], sight: Sight, *, is_held: bool) -> Picked:
    value = sight.shown(row.attribute, row.value)
    return Picked(
        pick_id=row.pick_id,
        attribute=row.attribute,
        value=value.value,
        picked_by=row.picked_by_name,
        picked_at=aware(row.picked_at),
        reason=None if value.hidden_by else sight.shown("note.body", row.reason).value,
        over_rule=row.over_rule,
        over_value=sight.shown(row.attribute, row.over_value).value,
        source=row.subject_id.partition(".")[0],
        is_held=is_held,
        ended_at=aware(row.ended_at) if row.ended_at else None,
        ended_why=row.ended_why,
        ended_by=row.ended_by_name,
        hidden_by=value.hidden_by,
    )
