"""Keeping the queue: what a build doubts becomes items, in the transaction that publishes the build.

An item is known by its kind and its two telling records. One that the build finds no more lapses; one that was answered
comes back only where its records changed, or the decision that it became was withdrawn.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from onefold.identity.review.model import UNDECIDED, ItemState, Pattern, Question
from onefold.identity.review.ordering import (
    Said,
    count_touched,
    entropy_bits,
    heard_probability,
    take_turns,
    worth_of_pattern,
)
from onefold.identity.review.patterns import pattern_of
from onefold.identity.review.tables import review_answer, review_item, review_item_subject
from onefold.identity.tables import identity_override

_PER_QUERY = 500
_STARTED = (ItemState.WAITING, ItemState.SKIPPED)
"""What people have begun stays in the queue as long as the build finds it, however little it weighs."""


@dataclass(frozen=True)
class _Known:
    """An item that is kept already."""

    state: ItemState
    fingerprint: str
    version: int
    worth: tuple[float, ...]
    """What changes of it from build to build while its records stay the same."""
    stays_closed: bool
    """Answered, or settled by a decision, and nothing speaks for asking again but changed records."""


@dataclass(frozen=True)
class _Weighed:
    """A question with what its answer is worth."""

    item_id: str
    question: Question
    pattern: Pattern
    probability: float
    entropy: float
    teaches: float
    touches: int
    turn: int = 1

    @property
    def score(self) -> float:
        return self.teaches * self.touches / self.turn

    @property
    def worth(self) -> tuple[float, ...]:
        """As ``_Known.worth``."""
        asked = self.question
        return (self.probability, asked.probability, asked.weight, self.teaches, self.touches, self.score)

    @property
    def row(self) -> dict[str, Any]:
        """As ``review_item`` keeps it, but for state and history."""
        asked = self.question
        return {
            "item_id": self.item_id,
            "kind": asked.kind,
            "probability": self.probability,
            "model_probability": asked.probability,
            "weight": asked.weight,
            "telling_a": asked.telling[0],
            "telling_b": asked.telling[1],
            "evidence": {name: list(said) for name, said in asked.evidence.items()},
            "links": [[link.a, link.b, link.weight, link.probability] for link in asked.links],
            "pattern": self.pattern.key,
            "pattern_parts": [list(part) for part in self.pattern.parts],
            "entropy": self.entropy,
            "teaches": self.teaches,
            "touches": self.touches,
            "score": self.score,
            "fingerprint": asked.fingerprint,
        }


def item_id_of(question: Question) -> str:
    """The same for the same doubt in every build."""
    text = "\x00".join([question.kind, *sorted(question.telling)])
    return f"rev_{base64.b32encode(hashlib.blake2b(text.encode(), digest_size=10).digest()).decode().lower()}"


def keep_questions(
    connection: sa.Connection, questions: Sequence[Question], *, build_no: int, key: bytes, most: int, now: datetime
) -> dict[str, int]:
    """Bring the queue in line with what a build doubts; returns counts: open, new, reopened, lapsed.

    Args:
        connection: of the transaction that publishes.
        questions: from ``find_questions``.
        build_no: of the build.
        key: the workspace's.
        most: open items at most; those that people have begun stay besides.
        now: the moment of the build.

    Cost: about 0.3 s per thousand items that are new or changed; hardly anything for the others.
    """
    by_id = {item_id_of(one): one for one in questions}
    known = _read_known(connection)
    asked = {item_id: one for item_id, one in by_id.items() if not _stays_closed(known.get(item_id), one)}
    weighed = weigh_questions(asked, key, answers_by_pattern(connection))
    started = {item_id for item_id, one in known.items() if one.state in _STARTED}
    kept = [one for number, one in enumerate(weighed) if number < most or one.item_id in started]
    counts = _write(connection, kept, known, build_no, now.astimezone(UTC))
    counts["lapsed"] = _lapse(connection, {one.item_id for one in kept}, known)
    return {"open": len(kept), **counts}


def weigh_questions(questions: Mapping[str, Question], key: bytes, answered: Mapping[str, Said]) -> list[_Weighed]:
    """Questions in the order in which people are asked; see ``ordering``. Equal ones by id."""
    patterns = {item_id: pattern_of(one.kind, one.evidence, key) for item_id, one in questions.items()}
    alike = Counter(pattern.key for pattern in patterns.values())
    touched = dict(zip(questions, count_touched([one.customers for one in questions.values()]), strict=True))
    found = []
    for item_id, one in questions.items():
        pattern = patterns[item_id]
        said = answered.get(pattern.key, Said())
        probability = heard_probability(one.probability, said)
        entropy = entropy_bits(probability)
        teaches = entropy * worth_of_pattern(alike[pattern.key], said.answers)
        found.append(_Weighed(item_id, one, pattern, probability, entropy, teaches, touched[item_id]))
    found.sort(key=_rank)
    turns = take_turns([one.question.customers for one in found])
    return sorted((replace(one, turn=turn) for one, turn in zip(found, turns, strict=True)), key=_rank)


def _rank(weighed: _Weighed) -> tuple[float, str]:
    return -weighed.score, weighed.item_id


def _stays_closed(known: _Known | None, question: Question) -> bool:
    return known is not None and known.stays_closed and known.fingerprint == question.fingerprint


def _read_known(connection: sa.Connection) -> dict[str, _Known]:
    items = review_item.c
    withdrawn = sa.exists(
        sa.select(sa.literal(1))
        .select_from(
            review_answer.join(identity_override, identity_override.c.override_id == review_answer.c.override_id)
        )
        .where(
            review_answer.c.item_id == items.item_id,
            review_answer.c.is_standing,
            identity_override.c.withdrawn_at.is_not(None),
        )
    )
    worth = (items.probability, items.model_probability, items.weight, items.teaches, items.touches, items.score)
    facts = (items.item_id, items.state, items.fingerprint, items.version, items.lapsed_by)
    found = {}
    for row in connection.execute(sa.select(*facts, withdrawn.label("is_withdrawn"), *worth)):
        is_closed = (row.state == ItemState.ANSWERED.value and not row.is_withdrawn) or row.lapsed_by is not None
        found[row.item_id] = _Known(ItemState(row.state), row.fingerprint, row.version, tuple(row[-6:]), is_closed)
    return found


def answers_by_pattern(connection: sa.Connection, pattern: str | None = None) -> dict[str, Said]:
    """Pattern -> the answers to it that took effect; of one pattern, where that is given."""
    items = review_item.c
    query = sa.select(items.pattern, items.answer, sa.func.count().label("answers")).where(
        items.state == ItemState.ANSWERED.value
    )
    if pattern is not None:
        query = query.where(items.pattern == pattern)
    found: dict[str, Said] = {}
    for row in connection.execute(query.group_by(items.pattern, items.answer)):
        before = found.get(row.pattern, Said())
        found[row.pattern] = replace(before, **{row.answer: int(row.answers)})
    return found


def _write(
    connection: sa.Connection, kept: Sequence[_Weighed], known: Mapping[str, _Known], build_no: int, now: datetime
) -> dict[str, int]:
    added, changed, reweighed = [], [], []
    reopened = 0
    for one in kept:
        before = known.get(one.item_id)
        if before is None:
            added.append(one.row | _OPEN | {"build_no": build_no, "found_at": now, "version": 1})
        elif before.fingerprint != one.question.fingerprint or before.state not in UNDECIDED:
            changed.append(one.row | _OPEN | {"build_no": build_no, "version": before.version + 1})
            reopened += before.state is not ItemState.OPEN
        elif before.worth != one.worth:
            reweighed.append(one.row | {"build_no": build_no})
    if added:
        connection.execute(review_item.insert(), added)
    for rows in (changed, reweighed):
        _update(connection, rows)
    _void_answers(connection, [row["item_id"] for row in changed])
    anew = {row["item_id"] for row in (*added, *changed)}
    _write_subjects(connection, [one for one in kept if one.item_id in anew])
    return {"new": len(added), "reopened": reopened}


_OPEN = {"state": ItemState.OPEN.value, "is_disputed": False, "answer": None, "answered_at": None, "lapsed_by": None}


def _update(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    values = {
        name: sa.bindparam(f"new_{name}", type_=review_item.c[name].type) for name in rows[0] if name != "item_id"
    }
    statement = review_item.update().where(review_item.c.item_id == sa.bindparam("which")).values(values)
    bound = [
        {"which": row["item_id"], **{f"new_{name}": value for name, value in row.items() if name != "item_id"}}
        for row in rows
    ]
    connection.execute(statement, bound)


def _write_subjects(connection: sa.Connection, items: Sequence[_Weighed]) -> None:
    for part in _parts([one.item_id for one in items]):
        connection.execute(review_item_subject.delete().where(review_item_subject.c.item_id.in_(part)))
    rows = [
        {"item_id": one.item_id, "place": place, "subject_id": name, "side": side}
        for one in items
        for place, (side, name) in enumerate(
            [*(("a", name) for name in one.question.side_a), *(("b", name) for name in one.question.side_b)]
        )
    ]
    if rows:
        connection.execute(review_item_subject.insert(), rows)


def _lapse(connection: sa.Connection, kept: set[str], known: Mapping[str, _Known]) -> int:
    gone = [item_id for item_id, one in known.items() if one.state in UNDECIDED and item_id not in kept]
    for part in _parts(gone):
        lapsed = {"state": ItemState.LAPSED.value, "is_disputed": False, "version": review_item.c.version + 1}
        connection.execute(review_item.update().where(review_item.c.item_id.in_(part)).values(lapsed))
    _void_answers(connection, gone)
    return len(gone)


def _void_answers(connection: sa.Connection, item_ids: Sequence[str]) -> None:
    """What was said of records that are others now, or of a doubt that is none, no longer stands."""
    for part in _parts(item_ids):
        voided = review_answer.update().where(review_answer.c.item_id.in_(part), review_answer.c.is_standing)
        connection.execute(voided.values(is_standing=False))


def _parts(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[start : start + _PER_QUERY] for start in range(0, len(names), _PER_QUERY))
