"""Answers to doubtful cases: they wait for a second person where that is set, and become decisions that bind.

One answer is one transaction of the app database, with the decision, the map, the audit and the notice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.access import Access, record_audit
from onefold.access.accounts.tables import api_key
from onefold.build.review.listing import item_in_scope
from onefold.build.review.settling import reopen_items, reweigh_pattern
from onefold.build.steward import Desk, Effect, decide, take_decision_back, withdraw_decision
from onefold.errors import Conflict, InvalidInput, Stale
from onefold.identity.labels import Person, find_labels, keep_label, ordered, withdraw_label
from onefold.identity.map import owner_of
from onefold.identity.override import Kind
from onefold.identity.overrides import LONGEST_REASON
from onefold.identity.review.model import UNDECIDED, Answer, Item, ItemState, StandingAnswer, Taught
from onefold.identity.review.tables import review_answer, review_item
from onefold.kernel import new_id
from onefold.storage import announce

ANSWERS = ("same", "different", "skip")


@dataclass(frozen=True)
class Place:
    """Where answers are written down: a transaction of the app database."""

    connection: sa.Connection
    access: Access
    now: datetime


@dataclass(frozen=True)
class Said:
    """What a person says about an item."""

    answer: Answer
    reason: str = ""
    expected_version: int | None = None
    """Of the item as they saw it; whatever it is where absent."""
    bulk_id: str | None = None
    """The answer to a whole pattern that this belongs to."""


@dataclass(frozen=True)
class Outcome:
    """What came of an answer."""

    item: Item
    effect: Effect | None
    """Of the decision that it became; None where it waits, or puts aside."""
    waits_for_second: bool
    taught: Taught


def answer_item(desk: Desk, item_id: str, said: Said, *, needs_two: bool) -> Outcome:
    """Answer one item. With ``needs_two`` it takes effect when a second account says the same.

    Raises:
        NotFound: there is no such item, or not for this actor.
        Stale: it was changed since the person saw it.
        Conflict: it is answered, or the answer contradicts earlier decisions (names the chain).
        InvalidInput: there is no such answer, or the reason is too long.
    """
    place = Place(desk.connection, desk.access, desk.now)
    if (noted := note_answer(place, item_id, said, needs_two=needs_two)) is not None:
        return noted
    item = _answerable(place, item_id, said)
    agreeing = [one for one in _of_others(place, item) if one.answer == said.answer]
    return _take_effect(desk, item, said, _keep(place, item, said), agreeing)


def note_answer(place: Place, item_id: str, said: Said, *, needs_two: bool) -> Outcome | None:
    """``answer_item`` as far as no warehouse is needed: None, and nothing written, where the answer takes effect."""
    place.access.require("update", "identity")
    item = _answerable(place, item_id, said)
    others = _of_others(place, item)
    if said.answer == "skip":
        _keep(place, item, said)
        state = state_of(others) if others else ItemState.SKIPPED
        _change(place.connection, item, state=state.value, is_disputed=_are_disputed(others))
        return _told(place, item, "skipped")
    if not needs_two or any(one.answer == said.answer for one in others):
        return None
    _keep(place, item, said)
    state = ItemState.OPEN if others else ItemState.WAITING
    _change(place.connection, item, state=state.value, is_disputed=bool(others))
    return replace(_told(place, item, "disputed" if others else "waiting"), waits_for_second=True)


def take_back(desk: Desk, item_id: str, *, expected_version: int | None = None) -> Item:
    """Take an answer back: one's own while it waits, or a skip; whosever it was where it took effect.

    What took effect is undone: the decision and the label are withdrawn, the map is as it was, and nothing binds
    instead. The item is open again for everybody, with those that had lapsed by it.

    Raises:
        NotFound: there is no such item, or not for this actor.
        NotAllowed: it changed customers that are not this actor's.
        Stale: it was changed since the person saw it.
        Conflict: the person has not answered it, or it took effect and cannot be undone any more.
    """
    place = Place(desk.connection, desk.access, desk.now)
    if (item := take_back_early(place, item_id, expected_version=expected_version)) is not None:
        return item
    item = item_in_scope(desk.connection, desk.access, item_id)
    given = _effective(desk.connection, item)
    take_decision_back(desk, given.override_id, given.run_id, "")
    return _reopen(place, item, given.override_id)


def take_back_early(place: Place, item_id: str, *, expected_version: int | None = None) -> Item | None:
    """``take_back`` as far as no warehouse is needed: None, and nothing written, where the answer changed the map."""
    connection, access = place.connection, place.access
    access.require("update", "identity")
    item = item_in_scope(connection, access, item_id)
    _check_version(item, expected_version)
    if item.state is ItemState.ANSWERED:
        given = _effective(connection, item)
        if given.run_id is not None:
            return None
        withdraw_decision(connection, access, given.override_id, place.now)
        return _reopen(place, item, given.override_id)
    account = account_of(connection, access)
    mine = [one for one in item.answers if one.made_by_id == account]
    if not mine:
        raise Conflict("there is no answer of yours to take back")
    _withdraw_own(connection, item_id, account)
    rest = [one for one in item.answers if one.made_by_id != account and one.answer != "skip"]
    state = item.state if item.state is ItemState.LAPSED else state_of(rest)
    _change(connection, item, state=state.value, is_disputed=_are_disputed(rest))
    return _taken_back(place, item)


def _effective(connection: sa.Connection, item: Item) -> Any:
    """The decision that the answer to an item became, and the run of the map that it took effect with, if any."""
    query = sa.select(review_answer.c.override_id, review_answer.c.run_id).where(
        review_answer.c.item_id == item.item_id,
        review_answer.c.is_standing,
        review_answer.c.override_id.is_not(None),
    )
    row = connection.execute(query.order_by(review_answer.c.made_at.desc())).first()
    if row is None:
        raise Conflict("the answer that took effect no longer stands", hint="Undo its decision: onefold identity undo.")
    return row


def _reopen(place: Place, item: Item, override_id: str) -> Item:
    reopen_items(place.connection, item, override_id, place.now)
    person = Person(place.access.actor.name, account_of(place.connection, place.access), place.now)
    for label in find_labels(place.connection, [ordered(item.telling)], purpose="review"):
        if label.labelled_at == item.answered_at:  # not of another item with the same telling records
            withdraw_label(place.connection, label.label_id, person)
    return _taken_back(place, item)


def _taken_back(place: Place, item: Item) -> Item:
    record_audit(place.connection, place.access, "identity.review_take_back", "identity", item.item_id, {})
    _announce(place, "review.taken_back", item)
    return item_in_scope(place.connection, place.access, item.item_id)


def state_of(answers: list[StandingAnswer]) -> ItemState:
    """Where an item with these answers of different people stands, none of which took effect."""
    return ItemState.OPEN if not answers or _are_disputed(answers) else ItemState.WAITING


def account_of(connection: sa.Connection, access: Access) -> str:
    """The account that answers: an API key is as good as the person whose key it is, and no second person."""
    actor = access.actor
    if actor.kind != "key":
        return actor.actor_id
    holder = connection.scalar(sa.select(api_key.c.user_id).where(api_key.c.key_id == actor.actor_id))
    return str(holder or actor.actor_id)


def _of_others(place: Place, item: Item) -> list[StandingAnswer]:
    account = account_of(place.connection, place.access)
    return [one for one in item.answers if one.made_by_id != account and one.answer != "skip"]


def _answerable(place: Place, item_id: str, said: Said) -> Item:
    if said.answer not in ANSWERS:
        raise InvalidInput(f"{said.answer!r} is no answer", hint=f"Say one of: {', '.join(ANSWERS)}.")
    if len(said.reason) > LONGEST_REASON:
        raise InvalidInput(f"a reason has at most {LONGEST_REASON:,} characters")
    item = item_in_scope(place.connection, place.access, item_id)
    _check_version(item, said.expected_version)
    if item.state not in UNDECIDED:
        raise Conflict(f"this question is {item.state.value}", hint="Take the next one.", reason=item.state.value)
    return item


def _check_version(item: Item, expected_version: int | None) -> None:
    if expected_version is not None and item.version != expected_version:
        raise Stale("this question was changed meanwhile", hint="Look at it again, then answer.")


def _keep(place: Place, item: Item, said: Said) -> str:
    """Write the answer down; it replaces what the same account said before."""
    account = account_of(place.connection, place.access)
    _withdraw_own(place.connection, item.item_id, account)
    answer_id = new_id("ans")
    place.connection.execute(
        review_answer.insert().values(
            answer_id=answer_id,
            item_id=item.item_id,
            answer=said.answer,
            reason=said.reason.strip(),
            made_by=place.access.actor.name,
            made_by_id=account,
            made_at=place.now,
            is_standing=True,
            pattern=item.pattern.key,
            probability=item.probability,
            bulk_id=said.bulk_id,
        )
    )
    return answer_id


def _told(place: Place, item: Item, verb: str) -> Outcome:
    record_audit(place.connection, place.access, f"identity.review_{verb}", "identity", item.item_id, {})
    _announce(place, f"review.{verb}", item)
    return Outcome(item_in_scope(place.connection, place.access, item.item_id), None, False, Taught())


def _take_effect(desk: Desk, item: Item, said: Said, answer_id: str, agreeing: list[StandingAnswer]) -> Outcome:
    connection = desk.connection
    kind: Kind = "same" if said.answer == "same" else "different"
    reason = said.reason.strip() or next((one.reason for one in agreeing if one.reason), "")
    _change(
        connection, item, state=ItemState.ANSWERED.value, is_disputed=False, answer=said.answer, answered_at=desk.now
    )
    effect = decide(desk, kind, item.side_a, item.side_b, reason)
    similar, heard = reweigh_pattern(connection, item.pattern.key)
    counts = {name: number for name, number in effect.counts.items() if number}
    taught = Taught(len(effect.settled), similar, heard.same, heard.different, counts)
    _record(desk, answer_id, agreeing, effect, taught)
    person = Person(desk.access.actor.name, account_of(connection, desk.access), desk.now)
    keep_label(connection, item.telling, kind, person, purpose="review", model_probability=item.model_probability)
    details = {"answer": said.answer, "overrides": [one.override_id for one in effect.overrides]}
    record_audit(connection, desk.access, "identity.review_answered", "identity", item.item_id, details)
    _announce(Place(connection, desk.access, desk.now), "review.answered", item)
    return Outcome(item_in_scope(connection, desk.access, item.item_id), effect, False, taught)


def _record(desk: Desk, answer_id: str, agreeing: list[StandingAnswer], effect: Effect, taught: Taught) -> None:
    """What became of the answers, with those that had waited for it."""
    become = {"override_id": effect.overrides[0].override_id, "run_id": effect.run_id}
    ids = [answer_id, *(one.answer_id for one in agreeing)]
    answers = review_answer
    desk.connection.execute(answers.update().where(answers.c.answer_id.in_(ids)).values(become))
    desk.connection.execute(answers.update().where(answers.c.answer_id == answer_id).values(effect=taught.to_json()))


def _withdraw_own(connection: sa.Connection, item_id: str, account: str) -> None:
    mine = (review_answer.c.item_id == item_id) & (review_answer.c.made_by_id == account) & review_answer.c.is_standing
    connection.execute(review_answer.update().where(mine).values(is_standing=False))


def _are_disputed(answers: list[StandingAnswer]) -> bool:
    return len({one.answer for one in answers}) > 1


def _change(connection: sa.Connection, item: Item, **values: object) -> None:
    mine = (review_item.c.item_id == item.item_id) & (review_item.c.version == item.version)
    done = connection.execute(review_item.update().where(mine).values(version=item.version + 1, **values))
    if not done.rowcount:
        raise Stale("this question was changed meanwhile", hint="Look at it again, then answer.")


def _announce(place: Place, kind: str, item: Item) -> None:
    announce(
        place.connection,
        kind,
        resource="identity",
        resource_id=item.item_id,
        customer_id=owner_of(place.connection, item.telling[0]),
        actor_id=place.access.actor.actor_id,
        at=place.now,
    )
