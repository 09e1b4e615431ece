"""Answers of people about pairs of records: checked, kept, audited, announced. They bind nothing.

A package above ``identity`` because who may see a record depends on its customer's profile.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from onefold.access import Access, record_audit
from onefold.build.steward import record_in_scope
from onefold.errors import InvalidInput, NotFound
from onefold.identity.labels import ANSWERS, Answer, Label, Person, get_label, keep_label, ordered, withdraw_label
from onefold.storage import announce


def label_pair(
    connection: sa.Connection, access: Access, subject_a: str, subject_b: str, answer: Answer, now: datetime
) -> Label:
    """Say whether two records are one customer; it measures the map and changes nothing in it.

    Raises:
        NotFound: a record is unknown, or not for this actor.
        InvalidInput: both are one record, or the answer is none.
    """
    access.require("update", "identity")
    if answer not in ANSWERS:
        raise InvalidInput(f"{answer!r} is no answer", hint=f"Choose from: {', '.join(ANSWERS)}")
    pair = ordered((subject_a, subject_b))
    for name in pair:
        record_in_scope(connection, access, name)
    made = keep_label(connection, pair, answer, _person(access, now))
    _tell(connection, access, "identity.labelled", made, now)
    return made


def remove_label(connection: sa.Connection, access: Access, label_id: str, now: datetime) -> Label:
    """Take an answer back.

    Raises:
        NotFound: there is none, or it is about records that are not for this actor.
        Conflict: it was taken back before.
    """
    access.require("update", "identity")
    found = get_label(connection, label_id)
    try:
        for name in found.pair if not access.is_full else ():
            record_in_scope(connection, access, name)
    except NotFound:
        raise NotFound(f"no label {label_id!r}", hint="List them: onefold identity quality --labels") from None
    made = withdraw_label(connection, label_id, _person(access, now))
    _tell(connection, access, "identity.unlabelled", made, now)
    return made


def _person(access: Access, now: datetime) -> Person:
    return Person(access.actor.name, access.actor.actor_id, now)


def _tell(connection: sa.Connection, access: Access, action: str, label: Label, now: datetime) -> None:
    record_audit(connection, access, action, "identity", label.label_id, {"answer": label.answer})
    announce(
        connection,
        action,
        resource="identity",
        resource_id=label.label_id,
        actor_id=access.actor.actor_id,
        at=now,
    )
