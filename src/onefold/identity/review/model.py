"""What a question of the review queue is: two sides, what speaks for and against, and what an answer is worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

Answer = Literal["same", "different", "skip"]
ItemKind = Literal["pair", "bridge", "cluster"]


class ItemState(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    WAITING = "waiting"
    """One person answered, a second has to agree."""
    ANSWERED = "answered"
    SKIPPED = "skipped"
    LAPSED = "lapsed"
    """The build finds it no more, or another answer settled it too."""


UNDECIDED = (ItemState.OPEN, ItemState.WAITING, ItemState.SKIPPED)
"""States in which an answer is still wanted, or taken."""


@dataclass(frozen=True)
class Link:
    """A scored link between two records, by place in ``Question.subjects``."""

    a: int
    b: int
    weight: float
    probability: float


@dataclass(frozen=True)
class Question:
    """What a build doubts: are the records of both sides one customer?"""

    kind: ItemKind
    """``pair``: two customers that may be one. ``bridge``: one customer whose sides hold together weakly.
    ``cluster``: one customer whose sides contradict each other."""
    side_a: tuple[str, ...]
    """Subjects, in order; the side with the smallest subject."""
    side_b: tuple[str, ...]
    telling: tuple[str, str]
    """The two records that say most, one of each side, the first of side a."""
    evidence: dict[str, tuple[str, float]]
    """Of the telling link."""
    weight: float
    """Bits of the telling link."""
    probability: float
    """That both sides are one customer, as the model sees it."""
    links: tuple[Link, ...] = ()
    customers: tuple[str, ...] = ()
    """Whose records they are."""
    fingerprint: str = ""
    """Equal as long as the records are the same and say the same."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """Both sides; the place of a record is its place here."""
        return self.side_a + self.side_b


@dataclass(frozen=True)
class Pattern:
    """Which evidence agrees and which differs: questions of one pattern are alike."""

    key: str
    kind: ItemKind
    parts: tuple[tuple[str, str], ...]
    """(what was compared, ``same`` | ``shared`` | ``similar`` | ``different``)."""


@dataclass(frozen=True)
class StandingAnswer:
    """What one person said about an item, and has not taken back."""

    answer_id: str
    answer: Answer
    reason: str
    made_by: str
    made_by_id: str
    made_at: datetime


@dataclass(frozen=True)
class Item:
    """A question in the queue."""

    item_id: str
    kind: ItemKind
    state: ItemState
    side_a: tuple[str, ...]
    side_b: tuple[str, ...]
    telling: tuple[str, str]
    evidence: dict[str, tuple[str, float]]
    weight: float
    probability: float
    """That both sides are one customer, answers to its pattern heard."""
    model_probability: float
    """The same before."""
    links: tuple[Link, ...]
    pattern: Pattern
    entropy: float
    teaches: float
    touches: int
    score: float
    is_disputed: bool
    answer: Answer | None
    answered_at: datetime | None
    lapsed_by: str | None
    build_no: int
    found_at: datetime
    version: int
    answers: tuple[StandingAnswer, ...] = ()
    """Standing, the oldest first."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """Both sides; links name records by their place here."""
        return self.side_a + self.side_b


@dataclass(frozen=True)
class Taught:
    """What an answer brought beside itself."""

    vanished: int = 0
    """Other open items that it settled."""
    similar: int = 0
    """Open items of the same pattern, whose worth it changed."""
    answered_same: int = 0
    """Answers to this pattern so far that said "same"."""
    answered_different: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    """merged, split, moved, restored: of customers, by this answer."""

    def to_json(self) -> dict[str, Any]:
        """As ``review_answer.effect`` keeps it."""
        return {"vanished": self.vanished, "similar": self.similar, **self.counts}
