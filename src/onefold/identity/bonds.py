"""What people have decided about who is who, made ready for clustering.

Decisions of "same" are closed under transitivity into units, also through records that are gone at present; decisions
of "different" hold between whole units. Clustering keeps a unit together and rival units apart, whatever any model
says. Everything here is pure, and independent of the order of decisions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onefold.identity.override import Override


class Sets:
    """Disjoint sets of anything (union–find with path halving)."""

    def __init__(self) -> None:
        self._parents: dict[Hashable, Hashable] = {}

    def root(self, one: Hashable) -> Hashable:
        """What stands for the set of ``one``, which becomes known by asking."""
        parents = self._parents
        while (parent := parents.setdefault(one, one)) != one:
            parents[one] = one = parents[parent]
        return one

    def join(self, one: Hashable, other: Hashable) -> None:
        """Make the sets of both one."""
        self._parents[self.root(other)] = self.root(one)


@dataclass(frozen=True)
class Bonds:
    """Units of subjects that are one customer, and which units are different customers."""

    unit_of: dict[str, int] = field(default_factory=dict)
    """Subject -> its unit. Every subject that a decision names has one; numbered by the smallest subject."""
    rivals: frozenset[tuple[int, int]] = frozenset()
    """Pairs of units that are different customers, the lower number first."""

    @classmethod
    def of(cls, overrides: Iterable[Override]) -> Bonds:
        """The bonds of consistent decisions; those withdrawn do not bind."""
        held = [override for override in overrides if override.is_in_force]
        sets = Sets()
        for override in held:
            if override.kind == "same":
                for subject in override.subjects:
                    sets.join(override.subjects[0], subject)
        numbers: dict[Hashable, int] = {}
        unit_of = {}
        for subject in sorted({subject for override in held for subject in override.subjects}):
            unit_of[subject] = numbers.setdefault(sets.root(subject), len(numbers))
        rivals = set()
        for override in held:
            if override.kind == "different":
                ours, theirs = ({unit_of[subject] for subject in side} for side in (override.side_a, override.side_b))
                rivals |= {(min(a, b), max(a, b)) for a in ours for b in theirs if a != b}
        return cls(unit_of, frozenset(rivals))

    @property
    def is_empty(self) -> bool:
        """Whether nobody has decided anything."""
        return not self.unit_of

    @property
    def fingerprint(self) -> str:
        """Equal for equal bonds; empty where there are none."""
        if self.is_empty:
            return ""
        text = f"{sorted(self.unit_of.items())}{sorted(self.rivals)}"
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    @cached_property
    def rivals_of(self) -> dict[int, set[int]]:
        """Unit -> the units that are other customers."""
        found: dict[int, set[int]] = {}
        for low, high in self.rivals:
            found.setdefault(low, set()).add(high)
            found.setdefault(high, set()).add(low)
        return found

    def forbid(self, some: set[int], others: set[int]) -> bool:
        """Whether any of ``some`` units is another customer than any of ``others``."""
        return any(not others.isdisjoint(self.rivals_of.get(unit, ())) for unit in some)

    def on(self, subject_ids: pa.Array) -> RecordBonds | None:
        """The same by position in ``subject_ids``; None where no decision concerns two of them."""
        if self.is_empty:
            return None
        units = np.array([*self.unit_of.values(), -1], np.int64)
        place = pc.fill_null(pc.index_in(subject_ids, pa.array(list(self.unit_of), pa.string())), -1)
        by_record = units[place.to_numpy(zero_copy_only=False)]
        if (by_record >= 0).sum() < 2:
            return None
        width = int(units.max()) + 1
        return RecordBonds(by_record, width, np.array([low * width + high for low, high in self.rivals], np.int64))


@dataclass(frozen=True)
class RecordBonds:
    """Bonds of one set of records, by position."""

    unit: npt.NDArray[np.int64]
    """Per record its unit; -1 where no decision names it."""
    width: int
    """How many units there are."""
    rivals: npt.NDArray[np.int64]
    """``low * width + high`` of every pair of rival units."""

    def chains(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """Pairs of records that hold every unit together: each record with the next one of its unit."""
        bound = np.flatnonzero(self.unit >= 0)
        bound = bound[np.argsort(self.unit[bound], kind="stable")]
        is_next = self.unit[bound[:-1]] == self.unit[bound[1:]]
        return bound[:-1][is_next].astype(np.int32), bound[1:][is_next].astype(np.int32)

    def judge(
        self, left: npt.NDArray[np.int32], right: npt.NDArray[np.int32]
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Per pair of records whether they must be one customer, and whether they must not."""
        a, b = self.unit[left], self.unit[right]
        is_bound = (a >= 0) & (b >= 0)
        must = is_bound & (a == b)
        must_not = is_bound & np.isin(np.minimum(a, b) * self.width + np.maximum(a, b), self.rivals)
        return must, must_not
