"""How common a name is, however it is written: its spellings, short forms and compounds taken together.

"Hristos" is rare and "Christos" is not, and still a record that says "Hristos" may be of any Christos. So what two
records' names are worth is measured by the whole kin of the word, not by one spelling.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onefold.identity.encode import Codes
from onefold.identity.hashing import Keys, combine_keys
from onefold.identity.names import NameWords

Floats = npt.NDArray[np.float64]

SMALLEST_WORLD = 300
"""Records below which frequencies are read as if there were this many: five people do not show how rare a name is."""


@dataclass(frozen=True)
class Kin:
    """The kin of every word, counted in one column of names."""

    group: Codes
    """Per word: the code that its spellings have in common."""
    own: Floats
    """Per word: share of the column's names that are this word."""
    share: Floats
    """Per word: share of the column's names that are the word or equivalent to it."""
    unseen: float
    """Share that a word is given which the column does not have."""

    @classmethod
    def of(cls, names: NameWords, column: Codes) -> Kin:
        """Count spellings (equal consonants), compounds, and words that stand for each other."""
        size = len(names.words)
        counts = np.bincount(column[column >= 0], minlength=size).astype(np.float64)
        group = _spelling_groups(names)
        of_group = np.bincount(group, weights=counts, minlength=1)
        total = of_group[group]
        has_part = names.parts >= 0
        in_part = np.bincount(
            names.parts[has_part], weights=np.repeat(counts, has_part.sum(axis=1)), minlength=max(size, 1)
        )
        total = np.maximum(total, np.where(has_part, in_part[np.maximum(names.parts, 0)], 0.0).max(axis=1, initial=0.0))
        low, high = names.equivalents >> 32, names.equivalents & 0xFFFFFFFF
        is_new = group[low] != group[high]
        np.add.at(total, low[is_new], counts[high[is_new]])
        np.add.at(total, high[is_new], counts[low[is_new]])
        filled = max(float(counts.sum()), float(SMALLEST_WORLD))
        own = np.maximum(counts, 0.3) / filled
        return cls(group, own, np.clip(total / filled, own, 1.0), 0.3 / filled)

    @property
    def others(self) -> Floats:
        """Per word: share of the names that are equivalent to it, but not the word itself."""
        result: Floats = np.maximum(self.share - self.own, 0.1 * self.own)
        return result

    @property
    def equivalent_chance(self) -> float:
        """Probability that two random names of the column are equivalent and not equal."""
        return float((self.own * (self.share - self.own)).sum())


def group_keys(names: NameWords) -> Keys:
    """Per word: the number of what its spellings have in common, the same in any set of records."""
    is_spelled = (names.skeleton >= 0) & names.is_firm
    consonants = combine_keys(names.skeleton_keys, names.skeleton_keys)  # so as not to be taken for a word
    return np.where(is_spelled, consonants, names.keys)


def _spelling_groups(names: NameWords) -> Codes:
    is_spelled = (names.skeleton >= 0) & names.is_firm
    alone = np.arange(len(names.words)) + int(names.skeleton.max(initial=0)) + 1
    codes = np.where(is_spelled, names.skeleton, alone)
    dense: Codes = np.unique(codes, return_inverse=True)[1].astype(np.int32)
    return dense
