"""Numbers that stand for texts and combinations of texts, the same in every process, version and machine.

What is learned from one set of records is looked up for another by these numbers, and blocks are found by them. With
64 bits two texts of a hundred million share one about once in three thousand workspaces; all that it does then is to
propose one more pair to compare, or to lend one value the rarity of another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onefold.identity.compiled import compiled
from onefold.identity.encode import Codes, Text

Keys = npt.NDArray[np.uint64]
"""A number per text; 0 where there is none."""

NOTHING = np.uint64(0)

_STEP = np.uint64(0x9E3779B97F4A7C15)
_SPREAD_A = np.uint64(0xBF58476D1CE4E5B9)
_SPREAD_B = np.uint64(0x94D049BB133111EB)


@compiled
def _spread(key):  # type: ignore[no-untyped-def]
    """Mix the bits of a number (the finaliser of SplitMix64; Steele, Lea and Flood 2014); never 0."""
    key = (key ^ (key >> np.uint64(30))) * _SPREAD_A
    key = (key ^ (key >> np.uint64(27))) * _SPREAD_B
    key ^= key >> np.uint64(31)
    return np.uint64(1) if key == 0 else key


@compiled
def _hash_all(data, starts, keys):  # type: ignore[no-untyped-def]
    """FNV-1a over the bytes of every text, spread."""
    for n in range(len(starts) - 1):
        found = np.uint64(0xCBF29CE484222325)
        for at in range(starts[n], starts[n + 1]):
            found = (found ^ np.uint64(data[at])) * np.uint64(0x100000001B3)
        keys[n] = _spread(found)


def text_keys(texts: pa.Array | list[str]) -> Keys:
    """The number of every text (no nulls)."""
    strings = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
    keys = np.zeros(len(strings), np.uint64)
    if len(strings):
        _hash_all(*Text.of(strings).arrays, keys)
    return keys


def take_keys(keys: Keys, codes: Codes) -> Keys:
    """The numbers of codes; 0 for absent ones."""
    found: Keys = np.r_[keys, NOTHING][codes]
    return found


@compiled
def _fold(found, part):  # type: ignore[no-untyped-def]
    """Take another part into every number; 0 where it is absent."""
    for n in range(len(found)):
        if part[n] == 0:
            found[n] = 0
        elif found[n] != 0:
            found[n] = _spread(found[n] * np.uint64(31) + _STEP + part[n])


def combine_keys(*parts: Keys) -> Keys:
    """One number per combination, in this order; 0 where any part is absent."""
    found = np.full(parts[0].size, _STEP, np.uint64)
    for part in parts:
        _fold(found, np.ascontiguousarray(part).ravel())
    return found.reshape(parts[0].shape)


def unordered_keys(first: Keys, second: Keys) -> Keys:
    """One number per pair, whichever comes first."""
    return combine_keys(np.minimum(first, second), np.maximum(first, second))


@dataclass(frozen=True)
class KeyTable:
    """A number for each of many keys, and one for all others."""

    keys: Keys
    """Ascending."""
    values: npt.NDArray[np.float64]
    default: float

    @classmethod
    def of(cls, keys: Keys, values: npt.NDArray[np.floating] | npt.NDArray[np.integer], default: float) -> KeyTable:
        """Of two entries for one key the first counts; entries that equal ``default`` need no place."""
        is_told = (keys != NOTHING) & (values != default)
        found, first = np.unique(keys[is_told], return_index=True)
        return cls(found, values[is_told][first].astype(np.float64), float(default))

    def find(self, keys: Keys) -> npt.NDArray[np.float64]:
        """The value of every key."""
        if not len(self.keys):
            return np.full(keys.shape, self.default)
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[place] == keys, self.values[place], self.default)
