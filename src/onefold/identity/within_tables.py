"""What it says that two records stand in one table of one source.

A system that keeps its customers apart by a key holds few of them twice; two of its records are then less likely one
customer than records of different systems. A web shop whose guests type everything anew holds many twice. How often is
learned for each table from the pairs themselves; nothing is known or assumed about any system.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from onefold.identity.compare import Pairs, Patterns
from onefold.identity.encode import Codes, Column
from onefold.identity.evidence import Floats
from onefold.identity.hashing import Keys, KeyTable, text_keys
from onefold.identity.namesakes import FULL_NAME
from onefold.identity.people import People
from onefold.identity.rarity import Shift

SAME_TABLE = FULL_NAME + 1
"""The column beyond the full name: whether both records stand in one table."""

_TRUST_IN_CHANCE = 10.0
"""Pairs of one customer that the belief is worth that a table holds as many of them as chance would put there."""

_MOST = 4.0
"""Largest weight (natural log units): also the best kept system holds a customer twice at times."""

_ACROSS = "across tables"


class WithinTables:
    """Evidence of standing in one table; says nothing until it has learned."""

    column = SAME_TABLE
    is_personal = True
    name = "within tables"
    unseen = 0.0

    def __init__(self, tables: Column) -> None:
        self._tables = tables
        self._shares: Floats = np.bincount(tables.codes, minlength=1) / max(len(tables.codes), 1)
        self.log_ratio: Floats = np.zeros(len(self._shares) + 1)
        """Per table, and at last for pairs of different tables."""

    @classmethod
    def of(cls, people: People) -> list[WithinTables]:
        """None where there is one table only."""
        return [cls(people.tables)] if len(people.tables.values) > 1 else []

    @classmethod
    def known(cls, people: People, learned: Mapping[str, KeyTable]) -> list[WithinTables]:
        """The same as other records taught it; tables that those did not have say nothing."""
        if cls.name not in learned:
            return []
        found = cls(people.tables)
        found.log_ratio = learned[cls.name].find(found.make_keys())
        return [found]

    def make_keys(self) -> Keys:
        """Per entry of ``log_ratio`` the number by which it is kept."""
        return text_keys([*self._tables.values.to_pylist(), _ACROSS])

    def learn(self, pairs: Pairs, same: Floats) -> None:
        """Learn from pairs and the probability of each that it is one customer."""
        places = self._places(pairs)
        seen = np.bincount(places, weights=same, minlength=len(self.log_ratio))
        by_chance = np.r_[self._shares**2, 1.0 - (self._shares**2).sum()] * seen.sum()
        ratio = np.log((seen + _TRUST_IN_CHANCE) / (by_chance + _TRUST_IN_CHANCE))
        self.log_ratio = -np.clip(ratio, -_MOST, _MOST)

    def shift(self, pairs: Pairs, patterns: Patterns) -> Shift:  # noqa: ARG002 (every correction takes patterns)
        """What standing in one table, or in two, takes off the evidence of each pair."""
        return np.arange(len(pairs)), self.log_ratio[self._places(pairs)]

    def _places(self, pairs: Pairs) -> Codes:
        """Per pair the table of both, or the number behind the last table."""
        left, right = self._tables.codes[pairs.left], self._tables.codes[pairs.right]
        places: Codes = np.where(left == right, left, len(self._shares)).astype(np.int32)
        return places
