"""What a set of records teaches about the very words and values in it, before any pair is looked at.

Some readings of one record depend on all others: an e-mail spells a name only where others bear that name, two
syllables are one given name only where others write them as one. A lexicon keeps what was counted, so that one more
record is read as it would have been read among the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onefold.identity.hashing import KeyTable, text_keys

SPOKEN = pa.schema([("word", pa.string()), ("given", pa.int64()), ("family", pa.int64())])
"""Grain: one row per name that records hold, spaces removed; how many hold it as given, as family name."""

WORDS = pa.schema(
    [
        ("word", pa.string()),
        ("parts", pa.list_(pa.string())),  # of the most divided spelling; null where it is never divided
        ("given", pa.int64()),  # records that have it as given name, and as family name
        ("family", pa.int64()),
    ]
)
"""Grain: one row per word of ``NameWords``."""

ALIASES = pa.schema([("one", pa.string()), ("other", pa.string())])
"""Grain: one row per pair of words that the data shows to stand for each other."""


@dataclass(frozen=True)
class WordBook:
    """Known words of names."""

    table: pa.Table
    """``WORDS``."""
    aliases: pa.Table
    """``ALIASES``."""

    @cached_property
    def place(self) -> dict[str, int]:
        """Word -> its row."""
        return {word: number for number, word in enumerate(self.table["word"].to_pylist())}

    @cached_property
    def parts(self) -> dict[str, list[str]]:
        """Word -> what it is divided into."""
        divided = self.table.filter(self.table["parts"].is_valid())
        return dict(zip(divided["word"].to_pylist(), divided["parts"].to_pylist(), strict=True))

    @cached_property
    def counts(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """By row: records with the word as given name, and as family name; a 0 at the end for what has no row."""
        given, family = (self.table[name].to_numpy() for name in ("given", "family"))
        return np.r_[given, 0], np.r_[family, 0]

    @cached_property
    def partners(self) -> dict[str, list[str]]:
        """Word -> words that stand for it, each pair once."""
        found: dict[str, list[str]] = {}
        for one, other in zip(self.aliases["one"].to_pylist(), self.aliases["other"].to_pylist(), strict=True):
            found.setdefault(one, []).append(other)
        return found


@dataclass(frozen=True)
class Lexicon:
    """What is known about words and values."""

    names: pa.Table
    """``SPOKEN``."""
    words: WordBook
    crowded: Mapping[str, KeyTable]
    """By contact field: how many records hold a value, for values of records with more than can be kept."""

    @cached_property
    def spoken(self) -> tuple[Counter[str], Counter[str]]:
        """Names and how many records hold them, as ``complete_names`` counts them."""
        words = self.names["word"].to_pylist()
        given, family = (self.names[name].to_pylist() for name in ("given", "family"))
        return (
            Counter({word: count for word, count in zip(words, given, strict=True) if count}),
            Counter({word: count for word, count in zip(words, family, strict=True) if count}),
        )

    def counts_of(self, field: str) -> Callable[[pa.Array], npt.NDArray[np.float64]]:
        """How many records hold each of some values of a contact field; 1 where nothing is known."""
        table = self.crowded[field]
        return lambda values: table.find(text_keys(values)) if len(table.keys) else np.ones(len(values))
