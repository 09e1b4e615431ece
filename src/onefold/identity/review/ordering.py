"""What an answer is worth, and so in which order people are asked.

    score   = teaches × touches / turn
    teaches = H(p) × (1 + log2(n) / (1 + m))
    H(p)    = −p log2 p − (1 − p) log2 (1 − p)

``H`` is the entropy of the calibrated probability p that both sides are one customer: bits that an answer brings about
the item itself, most where nobody can tell. The second factor is what it brings about others: n undecided items share
its pattern of evidence, and the first answer to a pattern says most about it, the (m + 1)th only its share.
``touches`` counts the customers whose records the answer may move, those of other questions about the same customers
included.
``turn`` is the place of a question among those about one of its customers, the better ones first (1, 2, …): an answer
to the first may settle or change the others, and whoever answers one would rather see another customer next.

p itself hears the answers: the model's p counts as much as four answers, p = (4 p_model + s) / (4 + m) where s of the m
answers to the pattern said "same". So the answers to a few cases say what to expect of the rest of their kind, and what
is clear by now moves down.

Source: uncertainty sampling, Lewis and Gale (1994), "A sequential algorithm for training text classifiers"; weighing it
by how many others resemble the item is the information density of Settles and Craven (2008), "An analysis of active
learning strategies for sequence labeling tasks". p is the mean of a Beta posterior whose prior is the model; that an
answer's value falls with the answers there are is the shrinking of that posterior. It is sound because answers of one
pattern are drawn from the very cases that they speak about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

PRIOR_ANSWERS = 4.0
"""Answers that the model's own probability is worth: a handful of people outvotes it."""


@dataclass(frozen=True)
class Said:
    """Answers to one pattern that took effect."""

    same: int = 0
    different: int = 0

    @property
    def answers(self) -> int:
        """All of them."""
        return self.same + self.different


def heard_probability(model_probability: float, said: Said) -> float:
    """A probability after the answers to the same pattern.

    >>> heard_probability(0.6, Said()), heard_probability(0.6, Said(same=4)), heard_probability(0.6, Said(different=4))
    (0.6, 0.8, 0.3)
    """
    return round((PRIOR_ANSWERS * model_probability + said.same) / (PRIOR_ANSWERS + said.answers), 6)


def entropy_bits(probability: float) -> float:
    """Bits that nobody knows yet.

    >>> entropy_bits(0.5), entropy_bits(1.0), round(entropy_bits(0.9), 3)
    (1.0, 0.0, 0.469)
    """
    if probability <= 0.0 or probability >= 1.0:
        return 0.0
    return -probability * log2(probability) - (1.0 - probability) * log2(1.0 - probability)


def worth_of_pattern(items: int, answers: int) -> float:
    """How many times its own entropy an answer teaches, where ``items`` are alike and ``answers`` are known.

    >>> worth_of_pattern(1, 0), worth_of_pattern(8, 0), worth_of_pattern(8, 2)
    (1.0, 4.0, 2.0)
    """
    return 1.0 + log2(max(items, 1)) / (1 + answers)


def take_turns(customers: Sequence[tuple[str, ...]]) -> list[int]:
    """For the customers of each question, the better ones first, which turn it has.

    >>> take_turns([("a", "b"), ("b", "c"), ("d",), ("c", "a"), ("a", "b", "d")])
    [1, 2, 1, 3, 4]
    """
    last: dict[str, int] = {}
    turns = []
    for names in customers:
        turn = 1 + max((last.get(name, 0) for name in names), default=0)
        last |= dict.fromkeys(names, turn)
        turns.append(turn)
    return turns


def count_touched(customers: Sequence[tuple[str, ...]]) -> list[int]:
    """For the customers of each question, how many customers its answer touches.

    >>> count_touched([("a", "b"), ("b", "c"), ("d",)])
    [3, 3, 1]
    """
    beside: dict[str, set[str]] = {}
    for names in customers:
        for name in names:
            beside.setdefault(name, set()).update(names)
    return [len(set().union(*(beside[name] for name in names))) for names in customers]
