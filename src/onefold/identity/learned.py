"""What was learned from a whole set of records, as a value that can be kept and applied to others.

With a model in hand nothing else needs to be known about the rest of the data: how a record is read, which blocks it
belongs to and what a pair of records weighs follow from the records and the model, and how a component is grouped from
the component. That is why a few changed records, one record that arrives, and a part of the records on another machine
resolve just as they would among all. Values are kept as numbers (see ``hashing``); only words of names, which have to
be read, are kept in the clear.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa

from onefold.identity.blocking import Blocking
from onefold.identity.encode import ABSENT
from onefold.identity.evidence import Weights
from onefold.identity.hashing import KeyTable, text_keys
from onefold.identity.kin import Kin
from onefold.identity.lexicon import ALIASES, SPOKEN, WORDS, Lexicon, WordBook
from onefold.identity.names import NameWords
from onefold.identity.namesakes import LearnedFrequency, LearnedNames, NameRarity, Namesakes
from onefold.identity.ordered import Ordered
from onefold.identity.people import People, encode_people
from onefold.identity.rarity import has_dwelling_postcodes, known_corrections
from onefold.identity.score import LearnedValues, Scorer
from onefold.identity.shared_kinds import SharedKinds
from onefold.identity.sharing import with_known_marks
from onefold.identity.within_tables import WithinTables

_NAME_COLUMNS = ("given_name", "family_name")


@dataclass(frozen=True)
class KindModel:
    """What was learned from all records of one kind (persons, or organisations)."""

    size: int
    """Records that it was learned from."""
    weights: Weights
    lexicon: Lexicon
    shared: Mapping[str, KeyTable]
    """By contact field: values that two names use (1), more (2), or so many that they say nothing (3)."""
    frequencies: Mapping[str, LearnedFrequency]
    """By part of the name."""
    full_names: LearnedNames | None
    rarities: Mapping[str, KeyTable]
    """By what is measured (``rarity.find_corrections``, ``WithinTables``, ``SharedKinds``)."""
    has_postcodes: bool
    """Whether a dwelling is told by its postcode too."""
    blocking: Blocking
    largest: int
    """Records of a component that are looked at together."""

    def encode(self, records: pa.Table | Ordered, threads: int = 1) -> People:
        """Read other records as they would have been read among those that it was learned from."""
        return with_known_marks(encode_people(records, self.lexicon, threads), self.shared)

    def scorer(self, people: People) -> Scorer:
        """A scorer of pairs of ``people``."""
        columns = {"given_name": people.names.given, "family_name": people.names.family}
        names = [
            NameRarity(name, columns[name], self.frequencies[name].on(people.names), self.weights)
            for name in _NAME_COLUMNS
            if name in self.frequencies
        ]
        full_names = None
        if self.full_names is not None:
            given, family = (self.frequencies[name].share_of_group for name in _NAME_COLUMNS)
            full_names = self.full_names.on(people.names, (given, family))
        values: list[LearnedValues] = [
            *known_corrections(people, self.weights, self.rarities, self.has_postcodes),
            *WithinTables.known(people, self.rarities),
            *SharedKinds.known(people, self.weights.chances, self.rarities),
        ]
        return Scorer(self.weights, names, values, full_names)


@dataclass(frozen=True)
class Model:
    """Everything that a resolution learned."""

    rule_version: str
    kinds: Mapping[str, KindModel] = field(default_factory=dict)

    kept_id: str = ""
    """``model_id`` where it is known already."""

    @cached_property
    def model_id(self) -> str:
        """Equal for equal models."""
        from onefold.identity.model_file import model_id

        return self.kept_id or model_id(self)


def keep_learned(people: People, scorer: Scorer, blocking: Blocking, largest: int) -> KindModel:
    """What is to be kept of the resolution of ``people``.

    Args:
        people: all records of one kind, encoded, with aliases and shared contacts.
        scorer: with the weights found.
        blocking: the blocks that were looked at.
        largest: records of a component that were looked at together.
    """
    names = people.names
    codes = {"given_name": names.given, "family_name": names.family}
    kin = {one.name: Kin.of(names, codes[one.name]) for one in scorer.names}
    full_names = None
    if isinstance(scorer.full_names, Namesakes):
        full_names = scorer.full_names.learned(names, kin["given_name"], kin["family_name"])
    return KindModel(
        size=people.size,
        weights=scorer.weights,
        lexicon=_lexicon(people),
        shared={
            name: KeyTable.of(text_keys(contacts.column.values), contacts.sharers[: len(contacts.column.values)], 0.0)
            for name, contacts in people.contacts.items()
        },
        frequencies={
            one.name: LearnedFrequency.of(names, codes[one.name], kin[one.name], one.frequency) for one in scorer.names
        },
        full_names=full_names,
        rarities={one.name: KeyTable.of(one.make_keys(), one.log_ratio, one.unseen) for one in scorer.values},
        has_postcodes=has_dwelling_postcodes(people),
        blocking=blocking,
        largest=largest,
    )


def _lexicon(people: People) -> Lexicon:
    given, family = people.spoken
    spoken = sorted(given.keys() | family.keys())
    return Lexicon(
        pa.table(
            [
                pa.array(spoken, pa.string()),
                pa.array([given[word] for word in spoken], pa.int64()),
                pa.array([family[word] for word in spoken], pa.int64()),
            ],
            schema=SPOKEN,
        ),
        WordBook(_word_table(people.names), _alias_table(people.names)),
        {
            name: KeyTable.of(
                text_keys(contacts.column.values.take(pa.array(contacts.column.crowded))),
                contacts.column.crowded_counts,
                1.0,
            )
            for name, contacts in people.contacts.items()
        },
    )


def _word_table(names: NameWords) -> pa.Table:
    words = names.words.to_pylist()
    is_divided = (names.parts[:, 0] != np.arange(len(words))) | (names.parts[:, 1:] >= 0).any(axis=1)
    parts: list[list[str] | None] = [None] * len(words)
    for code in np.flatnonzero(is_divided).tolist():
        parts[code] = [words[part] for part in names.parts[code].tolist() if part != ABSENT]
    columns = [names.words, pa.array(parts, pa.list_(pa.string())), *(pa.array(one) for one in names.heard.T)]
    return pa.table(columns, schema=WORDS).sort_by("word")


def _alias_table(names: NameWords) -> pa.Table:
    words = names.words
    low, high = names.learned >> 32, names.learned & 0xFFFFFFFF
    return pa.table([words.take(pa.array(low)), words.take(pa.array(high))], schema=ALIASES).sort_by(
        [("one", "ascending"), ("other", "ascending")]
    )
