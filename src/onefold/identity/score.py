"""The odds that a pair is one customer: its pattern's evidence, corrected by how common the very values are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from onefold.identity.compare import Pairs, Patterns
from onefold.identity.compiled import work_on
from onefold.identity.evidence import RELATED, SAME, STRANGERS, Floats, Weights, log_likelihoods, tabulate_patterns
from onefold.identity.fields import FIELD_INDEX, FIELDS, Contact, Date, Name, Word
from onefold.identity.namesakes import (
    FULL_NAME,
    FullNames,
    NameCounts,
    NameRarity,
    NamesakePairs,
    Namesakes,
    find_name_corrections,
)
from onefold.identity.people import People
from onefold.identity.rarity import Shift, ValueRarity, find_corrections
from onefold.identity.shared_kinds import SharedKinds
from onefold.identity.within_tables import SAME_TABLE, WithinTables

LearnedValues = ValueRarity | WithinTables | SharedKinds
"""Corrections that are kept as numbers by the texts that they are about (see ``learned``)."""

Floats32 = npt.NDArray[np.float32]

_Shifted = tuple[int, bool, Shift]
"""A correction: its column, whether relatives are affected like strangers, and what it takes off."""

_TRUSTED = 0.03
"""Share of one person's national ids, or birth dates, that may differ in this data before a difference stops to forbid
a merge."""

_PAIRS_AT_ONCE = 100_000
"""Pairs of a thread's share of the work."""

_FIRST_ROUNDS = 4
"""Rounds of learning about namesakes where nothing is known yet."""


@dataclass(frozen=True)
class Scores:
    """What is known about each pair."""

    log_odds: Floats32
    """Of being one customer, everything considered (natural log)."""
    evidence: Floats32
    """Log likelihood ratio of one customer over strangers or relatives, whichever fits better; no prior."""
    is_conflict: npt.NDArray[np.bool_]
    """Whether the records must not be one customer whatever else agrees."""

    def take(self, which: npt.NDArray[np.int64]) -> Scores:
        """Those of the pairs at these positions."""
        return Scores(self.log_odds[which], self.evidence[which], self.is_conflict[which])


@dataclass(frozen=True)
class Contributions:
    """The evidence of each pair taken apart, ``[pair, column]``; NaN where a side is empty. Natural log units."""

    columns: tuple[int, ...]
    """Positions in ``FIELDS``, ``FULL_NAME`` and ``SAME_TABLE``."""
    against_strangers: Floats32
    """How much better one customer explains the agreement than strangers do."""
    against_related: Floats32
    """The same for relatives and colleagues."""


class Scorer:
    """Scores pairs of one set of records with one set of weights."""

    def __init__(
        self,
        weights: Weights,
        names: Sequence[NameRarity],
        values: Sequence[LearnedValues],
        full_names: FullNames | None,
    ) -> None:
        self.weights = weights
        self.names, self.values, self.full_names = names, values, full_names
        self._corrections: list[NameRarity | LearnedValues] = [*names, *values]
        log_shares = np.log(weights.shares)
        self.priors = (
            float(log_shares[SAME] - log_shares[STRANGERS]),
            float(log_shares[SAME] - log_shares[RELATED]),
        )
        """Log odds, before any evidence, that a pair is one customer and not two strangers, not two relatives."""

    @classmethod
    def of(cls, people: People, weights: Weights, counts: NameCounts) -> Scorer:
        """A scorer with the rarity of values as ``people`` show it; ``counts`` of their names."""
        names, namesakes = find_name_corrections(people, weights, counts)
        values: list[LearnedValues] = [
            *find_corrections(people, weights),
            *WithinTables.of(people),
            *SharedKinds.of(people, weights.chances),
        ]
        return cls(weights, names, values, namesakes)

    def learn_tables(self, pairs: Pairs, same: Floats) -> None:
        """Learn from pairs, and how likely each is one customer, which tables hold customers twice."""
        for one in self.values:
            if isinstance(one, WithinTables):
                one.learn(pairs, same)

    def learn_namesakes(self, alike: NamesakePairs, threads: int, before: Scorer | None = None) -> None:
        """Learn from pairs of one name how often strangers bear it, starting from what ``before`` knows."""
        if not isinstance(self.full_names, Namesakes):
            return
        if before is not None and isinstance(before.full_names, Namesakes):
            self.full_names.continue_from(before.full_names)
        kinds = partial(self.kinds, threads=threads)
        self.full_names.learn(alike, kinds, rounds=_FIRST_ROUNDS if before is None else 1)

    @property
    def prior_log_odds(self) -> float:
        """Log odds, before any evidence, that a pair is one customer."""
        return float(-np.logaddexp(-self.priors[0], -self.priors[1]))

    def score(self, pairs: Pairs, patterns: Patterns) -> Scores:
        """Score pairs whose patterns are known."""
        return self._scores(patterns, self._shifts(pairs, patterns))

    def score_in_parts(self, pairs: Pairs, patterns: Patterns) -> tuple[Scores, Contributions]:
        """``score`` and ``contributions``, in less time than one after the other."""
        shifts = list(self._shifts(pairs, patterns))
        return self._scores(patterns, shifts), self._contributions(patterns, shifts)

    def _scores(self, patterns: Patterns, shifts: Iterable[_Shifted]) -> Scores:
        strangers, related = self._evidence(patterns, shifts)
        log_odds = -np.logaddexp(-strangers - self.priors[0], -related - self.priors[1])
        evidence = np.minimum(strangers, related)
        return Scores(log_odds.astype(np.float32), evidence.astype(np.float32), self._conflicts(patterns))

    def kinds_of_patterns(self, patterns: Patterns) -> Floats:
        """The same as ``kinds`` for patterns whose values are not known."""
        log_odds = log_likelihoods(patterns, self.weights.chances) + np.log(self.weights.shares)
        log_odds -= log_odds.max(axis=1, keepdims=True)
        likelihoods = np.exp(log_odds)
        result: Floats = likelihoods / likelihoods.sum(axis=1, keepdims=True)
        return result

    def kinds(self, pairs: Pairs, patterns: Patterns, threads: int = 1) -> Floats:
        """Probability that each pair is of strangers, one person, relatives: ``[pair, kind]``."""

        def kinds_from(start: int) -> Floats:
            part = slice(start, start + _PAIRS_AT_ONCE)
            some = Pairs(pairs.left[part], pairs.right[part])
            levels = patterns[part]
            against_strangers, against_related = self._evidence(levels, self._shifts(some, levels))
            log_odds = np.zeros((len(some), 3))
            log_odds[:, STRANGERS] = -against_strangers - self.priors[0]
            log_odds[:, RELATED] = -against_related - self.priors[1]
            log_odds -= log_odds.max(axis=1, keepdims=True)
            likelihoods = np.exp(log_odds)
            result: Floats = likelihoods / likelihoods.sum(axis=1, keepdims=True)
            return result

        return np.concatenate(work_on(range(0, max(len(pairs), 1), _PAIRS_AT_ONCE), kinds_from, threads))

    def _evidence(self, patterns: Patterns, shifts: Iterable[_Shifted]) -> tuple[Floats, Floats]:
        """Log likelihood ratios of one customer over strangers, and over relatives."""
        table = tabulate_patterns(patterns)
        likelihoods = log_likelihoods(table.patterns, self.weights.chances)
        against_strangers = (likelihoods[:, SAME] - likelihoods[:, STRANGERS])[table.pattern_of]
        against_related = (likelihoods[:, SAME] - likelihoods[:, RELATED])[table.pattern_of]
        for column, is_personal, (which, shift) in shifts:
            against_strangers[which] -= shift
            if is_personal:
                against_related[which] -= self._of_relatives(column, patterns[which], shift)
        return against_strangers, against_related

    def contributions(self, pairs: Pairs, patterns: Patterns) -> Contributions:
        """What each field adds to the evidence of each pair; ``score`` is their sum and the priors."""
        return self._contributions(patterns, self._shifts(pairs, patterns))

    def _contributions(self, patterns: Patterns, shifts: Iterable[_Shifted]) -> Contributions:
        columns = (*self.weights.fields, FULL_NAME, SAME_TABLE)
        place = {column: number for number, column in enumerate(columns)}
        strangers = np.full((len(patterns), len(columns)), np.nan, np.float32)
        related = strangers.copy()
        for field in self.weights.fields:
            log_chances = np.log(self.weights.chances[field])
            for kind, target in ((STRANGERS, strangers), (RELATED, related)):
                by_level = np.r_[log_chances[SAME] - log_chances[kind], np.nan]  # level -1 picks the last
                target[:, place[field]] = by_level[patterns[:, field]]
        for field, is_personal, (which, shift) in shifts:
            column = place[field]
            strangers[which, column] = np.nan_to_num(strangers[which, column]) - shift
            if is_personal:
                less = self._of_relatives(field, patterns[which], shift)
                related[which, column] = np.nan_to_num(related[which, column]) - less
        return Contributions(columns, strangers, related)

    def _shifts(self, pairs: Pairs, patterns: Patterns) -> Iterator[_Shifted]:
        """Every correction."""
        names = [FIELD_INDEX["given_name"], FIELD_INDEX["family_name"]]
        found = np.zeros(len(pairs))
        for correction in self._corrections:
            which, shift = correction.shift(pairs, patterns)
            if correction.column in names:
                found[which] -= shift
            yield correction.column, correction.is_personal, (which, shift)
        if self.full_names is not None:
            for field in names:
                log_chances = np.log(self.weights.chances[field])
                found += np.r_[log_chances[SAME] - log_chances[STRANGERS], 0.0][patterns[:, field]]
            yield FULL_NAME, self.full_names.is_personal, self.full_names.shift(pairs, patterns, found)
            for field, likeness in self.full_names.likeness(pairs, patterns):
                yield field, False, likeness

    def _of_relatives(self, column: int, patterns: Patterns, shift: Floats) -> Floats:
        """How much likelier a value makes relatives that agree on it, where it makes strangers likelier by ``shift``.

        Its frequency matters only to those who agree by chance: a rare name is handed down like a common one.
        """
        if column >= len(FIELDS) or not FIELDS[column].is_personal:
            return shift
        by_chance = self.weights.by_chance(column)[patterns[:, column]]
        result: Floats = np.log1p(by_chance * np.expm1(shift))
        return result

    def _conflicts(self, patterns: Patterns) -> npt.NDArray[np.bool_]:
        """Different national ids, birth dates or generations; not ids and dates that this data often gets wrong.

        Such dates still do beside different given names, and where a national id agrees, it is one person all the same.
        """
        given = patterns[:, FIELD_INDEX["given_name"]] == Name.DIFFERENT
        born = patterns[:, FIELD_INDEX["birth_date"]] == Date.DIFFERENT
        national = patterns[:, FIELD_INDEX["national_id"]]
        generation = patterns[:, FIELD_INDEX["generation"]] == Word.DIFFERENT
        if not self._is_trusted("birth_date", Date.DIFFERENT):
            born &= given
        conflict: npt.NDArray[np.bool_] = (born | generation) & (national < Contact.SAME_SHARED_BY_MANY)
        if self._is_trusted("national_id", Contact.DIFFERENT):
            conflict |= national == Contact.DIFFERENT
        return conflict

    def _is_trusted(self, name: str, different: int) -> bool:
        field = FIELD_INDEX[name]
        return field in self.weights.chances and self.weights.expected(field, SAME, different) < _TRUSTED
