"""Seeded chance. Every system throws its own dice: changing one leaves the bytes of the others alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of random choices that depends on nothing but its seed words."""

    def __init__(self, *seed_words: object) -> None:
        self._random = random.Random(":".join(map(str, seed_words)))  # noqa: S311 - invention, not cryptography
        self.number = self._random.random

    def chance(self, share: float) -> bool:
        """True with probability ``share``."""
        return self.number() < share

    def pick(self, choices: Sequence[T]) -> T:
        """One of ``choices``, all equally likely."""
        return choices[int(self.number() * len(choices))]

    def pick_common(self, choices: Sequence[T], skew: float = 1.7) -> T:
        """One of ``choices``, which stand commonest first."""
        return choices[int(len(choices) * self.number() ** skew)]

    def pick_weighted(self, weights: dict[T, float]) -> T:
        """One of the keys, in proportion to its weight."""
        left = self.number() * sum(weights.values())
        for choice, weight in weights.items():
            left -= weight
            if left < 0:
                return choice
        return next(reversed(weights))

    def whole(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self.number() * (high - low + 1))

    def skewed(self, mean: float, most: int) -> int:
        """A count from 0 to ``most``: mostly small, now and then large (geometric)."""
        count = 0
        go_on = mean / (1 + mean)
        while count < most and self.number() < go_on:
            count += 1
        return count

    def digits(self, pattern: str) -> str:
        """``pattern`` with ``#`` replaced by a digit, ``%`` by one that is not zero, ``@`` by a capital letter."""
        drawn = {"#": "0123456789", "%": "123456789", "@": "ABDEFGHJLNPQRSTUWXYZ"}
        return "".join(self.pick(drawn[sign]) if sign in drawn else sign for sign in pattern)

    def day(self, first: date, last: date) -> date:
        """A day from ``first`` to ``last``; ``first`` where the range is empty."""
        return first + timedelta(days=self.whole(0, max(0, (last - first).days)))

    def moment(self, day: date) -> datetime:
        """A time of ``day`` when people are awake, mostly in the afternoon and evening."""
        hour = min(23, max(0, round(15 + 4 * (self.number() + self.number() + self.number() - 1.5) * 1.6)))
        return datetime.combine(day, time(hour, self.whole(0, 59), self.whole(0, 59)))
