"""What an answer is worth, and so in which order people are asked.

    score   = teaches × touches
    teaches = H(p) × (1 + log2(n) / (1 + m))
    H(p)    = −p log2 p − (1 − p) log2 (1 − p)

``H`` is the entropy of the calibrated probability p that both sides are one customer: bits that an answer brings about
the item itself, most where nobody can tell. The second factor is what it brings about others: n undecided items share
its pattern of evidence, and the first answer to a pattern says most about it, the (m + 1)th only its share.
``touches`` counts the customers whose records the answer may move, those of other questions about the same customers
included.

Source: uncertainty sampling, Lewis and Gale (1994), "A sequential algorithm for training text classifiers"; weighing it
by how many others resemble the item is the information density of Settles and Craven (2008), "An analysis of active
learning strategies for sequence labeling tasks". That an answer's value falls with the answers there are is the
shrinking of a Beta posterior with m observations.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log2


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
