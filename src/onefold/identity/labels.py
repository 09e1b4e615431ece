"""Answers of people to "are these two records one customer?": facts with who and when, that bind nothing.

They measure the map and teach how far probabilities can be trusted; whoever wants an answer to bind makes a decision of
it (``overrides.py``). Everything here works inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa

from onefold.errors import Conflict, InvalidInput, NotFound
from onefold.identity.tables import identity_label, quality_pair, quality_stratum
from onefold.kernel import new_id
from onefold.storage import aware

Answer = Literal["same", "different", "unsure"]
Purpose = Literal["sample", "review"]

ANSWERS: tuple[Answer, ...] = ("same", "different", "unsure")


@dataclass(frozen=True)
class Label:
    """One answer."""

    label_id: str
    subject_a: str
    subject_b: str
    answer: Answer
    purpose: Purpose
    """``sample``: drawn by chance, so that it measures; ``review``: chosen for its doubt, so that it does not."""
    stratum: str | None
    """Where the pair stood when it was drawn; None where it was not drawn."""
    weight: float | None
    """How many pairs each drawn pair stood for."""
    model_probability: float | None
    digest_a: str | None
    digest_b: str | None
    is_stale: bool
    """A record says something else by now, or is gone: the answer counts for nothing until it says the same again."""
    labelled_by: str
    """The person's name, as it was."""
    labelled_by_id: str
    labelled_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None

    @property
    def pair(self) -> tuple[str, str]:
        """Both records, in order."""
        return self.subject_a, self.subject_b


@dataclass(frozen=True)
class Person:
    """Who answers, and when."""

    name: str
    actor_id: str
    now: datetime


def keep_label(
    connection: sa.Connection,
    pair: Sequence[str],
    answer: Answer,
    person: Person,
    *,
    purpose: Purpose = "sample",
    model_probability: float | None = None,
) -> Label:
    """Keep an answer; an earlier one about the same pair for the same purpose is withdrawn by it.

    What is known of the pair at this moment (stratum, weight, the model's probability) is kept beside it where the pair
    can be drawn at present; else ``model_probability`` is what the model said. ``sample`` answers about other pairs are
    kept without a stratum, and measure nothing.

    Raises:
        InvalidInput: both are one record.
    """
    first, second = ordered(pair)
    for earlier in find_labels(connection, [(first, second)], purpose=purpose):
        _end(connection, earlier.label_id, person)
    drawn = _drawn(connection, first, second)
    if drawn["model_probability"] is None:
        drawn["model_probability"] = model_probability
    made = Label(
        label_id=new_id("lbl"),
        subject_a=first,
        subject_b=second,
        answer=answer,
        purpose=purpose,
        is_stale=False,
        labelled_by=person.name,
        labelled_by_id=person.actor_id,
        labelled_at=person.now.astimezone(UTC),
        **drawn,
    )
    connection.execute(identity_label.insert().values(vars(made)))
    return made


def withdraw_label(connection: sa.Connection, label_id: str, person: Person) -> Label:
    """Take an answer back; it stays on record.

    Raises:
        NotFound: there is none.
        Conflict: it was withdrawn before.
    """
    found = get_label(connection, label_id)
    if found.withdrawn_at is not None:
        raise Conflict(f"{label_id} was withdrawn before, by {found.withdrawn_by}")
    _end(connection, label_id, person)
    return get_label(connection, label_id)


def get_label(connection: sa.Connection, label_id: str) -> Label:
    """One answer, withdrawn or not.

    Raises:
        NotFound: there is none.
    """
    row = connection.execute(sa.select(identity_label).where(identity_label.c.label_id == label_id)).first()
    if row is None:
        raise NotFound(f"no label {label_id!r}", hint="List them: onefold identity quality --labels")
    return _label(row)


def list_labels(
    connection: sa.Connection,
    *,
    purpose: Purpose | None = None,
    before: tuple[datetime, str] | None = None,
    limit: int | None = None,
) -> tuple[Label, ...]:
    """Answers that are not withdrawn, the newest first; ``before``: (labelled_at, label_id) of the last one seen."""
    moment, key = identity_label.c.labelled_at, identity_label.c.label_id
    query = sa.select(identity_label).where(identity_label.c.withdrawn_at.is_(None))
    if purpose is not None:
        query = query.where(identity_label.c.purpose == purpose)
    if before is not None:
        query = query.where(sa.or_(moment < before[0], sa.and_(moment == before[0], key < before[1])))
    return tuple(map(_label, connection.execute(query.order_by(moment.desc(), key.desc()).limit(limit))))


def find_labels(
    connection: sa.Connection, pairs: Iterable[tuple[str, str]], *, purpose: Purpose | None = None
) -> list[Label]:
    """The answers about ``pairs`` (each in order) that are not withdrawn."""
    found = []
    for first, second in pairs:
        query = sa.select(identity_label).where(
            identity_label.c.subject_a == first,
            identity_label.c.subject_b == second,
            identity_label.c.withdrawn_at.is_(None),
        )
        if purpose is not None:
            query = query.where(identity_label.c.purpose == purpose)
        found += [_label(row) for row in connection.execute(query)]
    return found


def ordered(pair: Sequence[str]) -> tuple[str, str]:
    """Both records in the order in which pairs are kept.

    Raises:
        InvalidInput: they are one.
    """
    first, second = sorted(pair)
    if first == second:
        raise InvalidInput("a label is about two records", hint="Name another record.")
    return first, second


def _drawn(connection: sa.Connection, first: str, second: str) -> dict[str, Any]:
    """What is known of a pair that may be asked about at present."""
    query = (
        sa.select(quality_pair, quality_stratum.c.pairs)
        .join(quality_stratum, quality_stratum.c.stratum == quality_pair.c.stratum)
        .where(quality_pair.c.subject_a == first, quality_pair.c.subject_b == second)
    )
    row = connection.execute(query).first()
    if row is None:
        return dict.fromkeys(("stratum", "weight", "model_probability", "digest_a", "digest_b"))
    of_stratum = sa.select(sa.func.count()).where(quality_pair.c.stratum == row.stratum)
    listed = connection.execute(of_stratum).scalar_one()
    return {
        "stratum": row.stratum,
        "weight": row.pairs / listed,
        "model_probability": row.probability,
        "digest_a": row.digest_a,
        "digest_b": row.digest_b,
    }


def _end(connection: sa.Connection, label_id: str, person: Person) -> None:
    change = identity_label.update().where(identity_label.c.label_id == label_id)
    connection.execute(change.values(withdrawn_at=person.now.astimezone(UTC), withdrawn_by=person.name))


_NAMES = tuple(field.name for field in fields(Label))


def _label(row: Any) -> Label:
    facts: dict[str, Any] = {name: row._mapping[name] for name in _NAMES}
    facts["labelled_at"] = aware(facts["labelled_at"])
    facts["withdrawn_at"] = aware(facts["withdrawn_at"]) if facts["withdrawn_at"] else None
    return Label(**facts)
