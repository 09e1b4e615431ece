"""How much each level of agreement weighs, learned from the data without labels.

The pairs are seen as a mixture of three kinds: strangers, one person twice, and people who belong together (family,
colleagues), who share a name, an address or a phone but not a given name or a birth date. Expectation–maximisation
over the distinct patterns (Fellegi and Sunter 1969; Winkler 1988) finds the share of each kind and how its levels are
distributed. How often strangers agree exactly is not sampled but computed from the frequencies of the values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onefold.identity.compare import Pairs, Patterns, compare_pairs
from onefold.identity.compiled import work_on
from onefold.identity.fields import FIELD_INDEX, FIELDS, Contact, Field
from onefold.identity.people import People

Floats = npt.NDArray[np.float64]

STRANGERS, SAME, RELATED = 0, 1, 2

_SAMPLED_PAIRS = 200_000
_LEAST_SAMPLED = 2_000
_ROUNDS = 80
_TOLERANCE = 1e-3
_PATTERNS_AT_ONCE = 50_000


@dataclass(frozen=True)
class Weights:
    """What estimation found."""

    fields: tuple[int, ...]
    """Positions in ``FIELDS`` of the fields that the data fills."""
    chances: dict[int, Floats]
    """Per field: probability of each level, ``[kind, level]``."""
    shares: Floats
    """Share of strangers, same, related among all pairs of records."""
    records_per_customer: float
    """Records that the customer of a random record has on average."""

    def by_chance(self, field: int) -> Floats:
        """Per level of a personal field: share of the relatives showing it who do so like strangers, by chance.

        The others agree like one person: a father and a son of one name, twins.
        """
        table = self.chances[field]
        likeness = _likeness_of_relatives(table)
        share: Floats = np.minimum((1.0 - likeness) * table[STRANGERS] / table[RELATED], 1.0)
        return share

    def expected(self, field: int, kind: int, level: int) -> float:
        """Probability of a level for one kind of pair."""
        return float(self.chances[field][kind, level])


@dataclass(frozen=True)
class PatternTable:
    """Distinct patterns and which of them each pair shows."""

    patterns: Patterns
    counts: npt.NDArray[np.int64]
    pattern_of: npt.NDArray[np.int32]


def tabulate_patterns(patterns: Patterns, threads: int = 1) -> PatternTable:
    """Distinct rows of ``patterns``, in a fixed order."""
    import pyarrow as pa

    keys = np.zeros(len(patterns), np.int64)

    def number_from(start: int) -> None:
        part = slice(start, start + _PATTERNS_AT_ONCE)
        some = keys[part]
        for number, field in enumerate(FIELDS):
            some *= len(field.levels) + 1
            some += patterns[part, number] + np.int8(1)

    work_on(range(0, len(keys), _PATTERNS_AT_ONCE), number_from, threads)
    encoded = pa.array(keys).dictionary_encode()
    codes = encoded.indices.to_numpy()
    distinct = encoded.dictionary.to_numpy()
    order = np.argsort(distinct, kind="stable")
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    remaining, columns = distinct[order], []
    for field in reversed(FIELDS):
        base = len(field.levels) + 1
        columns.append(remaining % base - 1)
        remaining = remaining // base
    pattern_of = rank[codes] if len(codes) else np.zeros(0, np.int32)
    counts = np.bincount(pattern_of, minlength=len(order))
    return PatternTable(np.stack(columns[::-1], axis=1).astype(np.int8), counts, pattern_of)


class Estimator:
    """Learns the weights of ``people``'s fields from the patterns of its candidate pairs.

    Args:
        people: the encoded records.
        table: patterns of the candidate pairs.
        exact_chance: per field and exact level, how often two different records hold an equal value.
        threads: workers for comparing a sample of random pairs.
    """

    def __init__(
        self, people: People, table: PatternTable, exact_chance: dict[int, dict[int, float]], threads: int
    ) -> None:
        self._table, self._exact, self._size = table, exact_chance, people.size
        filled = (table.patterns >= 0).any(axis=0) if len(table.patterns) else np.zeros(len(FIELDS), bool)
        self._fields = tuple(np.flatnonzero(filled).tolist())
        self._all_pairs = max(people.size * (people.size - 1) / 2, 1.0)
        self._random_levels = _levels_of_random_pairs(people, threads)
        share = 1.5 * people.size / self._all_pairs
        self._start = np.array([1.0, min(share, 0.2), min(share / 3, 0.1)])
        self._start[STRANGERS] = 1.0 - self._start[1:].sum()

    def estimate(self) -> Weights:
        """Expectation–maximisation over the distinct patterns until the shares of the kinds settle."""
        chances = {
            n: _starting_chances(FIELDS[n], self._random_levels[:, n], self._exact.get(n, {})) for n in self._fields
        }
        weights = Weights(self._fields, chances, self._start, 1.0)
        for _ in range(_ROUNDS):
            found = _responsibility(self._table.patterns, weights.chances, weights.shares)
            updated = self.maximise(weights, found)
            change = float(np.abs(np.log(updated.shares[1:] / weights.shares[1:])).max())
            weights = updated
            if change < _TOLERANCE:
                break
        return weights

    def maximise(self, weights: Weights, responsibility: Floats) -> Weights:
        """One step: the weights that best explain how far each pattern is of each kind, ``[pattern, kind]``."""
        counted = responsibility * self._table.counts.astype(np.float64)[:, None]
        believed = _CONFIDENCE_IN_SHARES * self._start[1:] / self._start[1]
        shares = np.r_[1.0, (counted.sum(axis=0)[1:] + believed) / (self._all_pairs + _CONFIDENCE_IN_SHARES)]
        shares[1:] = np.minimum(shares[1:], 0.45)
        shares[STRANGERS] = max(1.0 - shares[1:].sum(), 0.1)
        chances = {n: table.copy() for n, table in weights.chances.items()}
        for n in self._fields:
            filled = max(float((self._random_levels[:, n] >= 0).mean()), 1e-4) * self._all_pairs
            levels = self._table.patterns[:, n]
            likeness = self._likeness_of_relatives(n, weights.chances[n], counted)
            _update_chances(FIELDS[n], chances[n], levels, counted, shares, self._exact.get(n, {}), filled, likeness)
        per_customer = 1.0 + 2.0 * shares[SAME] * self._all_pairs / max(self._size, 1)
        return Weights(self._fields, chances, shares, float(per_customer))

    def _likeness_of_relatives(self, field: int, table: Floats, counted: Floats) -> float:
        """Share of relatives who agree in a personal field like one person.

        Learned for given names, since customs differ in how often a child is called after a parent; and only from
        pairs in which another mark of a person, a birth date or an id, tells namesakes from one person twice.
        """
        expected = FIELDS[field].related
        if not isinstance(expected, float) or field != FIELD_INDEX["given_name"]:
            return expected if isinstance(expected, float) else 0.0
        likeness = _likeness_of_relatives(table)
        levels = self._table.patterns[:, field]
        is_told = (self._table.patterns[:, _TELLING] >= 0).any(axis=1) & (levels >= 0)
        related, levels = counted[is_told, RELATED], levels[is_told]
        alike = likeness * table[SAME] / table[RELATED]
        trust = FIELDS[field].confidence
        seen = float((related * np.minimum(alike, 1.0)[levels]).sum())
        return (seen + trust * expected) / (float(related.sum()) + trust)


_TELLING = [FIELD_INDEX["birth_date"], FIELD_INDEX["national_id"]]
"""Fields in which relatives of one name differ."""

_CONFIDENCE_IN_SHARES = 2.0
"""Pairs that the starting shares are worth; keeps a handful of records from concluding that nobody ever matches."""


def log_likelihoods(patterns: Patterns, chances: dict[int, Floats]) -> Floats:
    """Log probability of each pattern for each kind of pair, ``[pattern, kind]``; empty fields say nothing."""
    total = np.zeros((len(patterns), 3))
    for n, table in chances.items():
        padded = np.vstack([np.log(table.T), np.zeros(3)])  # level -1 picks the last row
        total += padded[patterns[:, n]]
    return total


def _responsibility(patterns: Patterns, chances: dict[int, Floats], shares: Floats) -> Floats:
    scores = log_likelihoods(patterns, chances) + np.log(shares)
    scores -= scores.max(axis=1, keepdims=True)
    likelihoods = np.exp(scores)
    result: Floats = likelihoods / likelihoods.sum(axis=1, keepdims=True)
    return result


def _starting_chances(field: Field, random_levels: npt.NDArray[np.int8], exact: dict[int, float]) -> Floats:
    """Strangers from random pairs (exact levels from frequencies), the others from the field's starting values."""
    levels = len(field.levels)
    counts = np.bincount(random_levels[random_levels >= 0], minlength=levels) + 0.5
    strangers = counts / counts.sum()
    best_exact = max([field.chance_floor, *exact.values()])
    for level in range(1, levels):
        if level in field.exact:
            share = 0.1 if field.levels is Contact else 1.0  # most who share a contact are no strangers
            strangers[level] = max(share * exact.get(level, 0.0), field.chance_floor)
        elif counts[level] < 5:  # too rare to sample: somewhat likelier than agreeing exactly
            strangers[level] = min(strangers[level], 10 * best_exact)
    strangers[0] = max(1.0 - strangers[1:].sum(), 0.01)
    same = _positive(field.same_person)
    related = strangers if isinstance(field.related, float) else _positive(field.related)
    likeness = field.related if isinstance(field.related, float) else 0.0
    return _with_relatives(field, np.vstack([strangers, same, related]), likeness)


def _update_chances(
    field: Field,
    table: Floats,
    levels: npt.NDArray[np.int8],
    weight: Floats,
    shares: Floats,
    exact: dict[int, float],
    filled_pairs: float,
    likeness: float,
) -> None:
    is_filled = levels >= 0
    for kind, prior in ((SAME, field.same_person), (RELATED, field.related)):
        if isinstance(prior, float):
            continue
        observed = np.bincount(levels[is_filled], weights=weight[is_filled, kind], minlength=len(field.levels))
        believed = observed + field.confidence * _positive(prior)
        table[kind] = believed / believed.sum()
    for level, chance in exact.items():
        if field.levels is Contact and level > Contact.SAME_SHARED_BY_MANY:
            # all pairs that share such a value are candidates, so that the strangers among them can be counted
            strangers = weight[levels == level, STRANGERS].sum() + 1.0
            table[STRANGERS, level] = max(strangers / filled_pairs, field.chance_floor)
            continue
        explained = shares[SAME] * table[SAME, level] + shares[RELATED] * table[RELATED, level]
        table[STRANGERS, level] = max(chance - explained, 0.02 * chance, field.chance_floor)
    _with_relatives(field, table, likeness)
    if field.of_families:
        related = np.bincount(levels[is_filled], weights=weight[is_filled, RELATED], minlength=len(field.levels))
        for level in field.of_families:
            believed = related[level] + field.confidence * field.same_person[level]
            table[RELATED, level] = believed / (related.sum() + field.confidence)


def _with_relatives(field: Field, table: Floats, likeness: float) -> Floats:
    """Derive what relatives agree on in a personal field: as independent as strangers, but for a share of them."""
    if field.is_personal:
        table[RELATED] = (1.0 - likeness) * table[STRANGERS] + likeness * table[SAME]
    return table


def _likeness_of_relatives(table: Floats) -> float:
    """The share of relatives who agree like one person, from what ``_with_relatives`` made of it."""
    best = table.shape[1] - 1
    rest = table[SAME, best] - table[STRANGERS, best]
    return float(np.clip((table[RELATED, best] - table[STRANGERS, best]) / max(rest, 1e-9), 0.0, 1.0))


def _positive(chances: tuple[float, ...] | Floats) -> Floats:
    floored = np.maximum(np.asarray(chances, np.float64), 1e-6)
    result: Floats = floored / floored.sum()
    return result


def _levels_of_random_pairs(people: People, threads: int) -> Patterns:
    generator = np.random.default_rng(1)
    count = min(_SAMPLED_PAIRS, max(_LEAST_SAMPLED, 100 * people.size))
    left = generator.integers(0, people.size, count).astype(np.int32)
    right = generator.integers(0, people.size, count).astype(np.int32)
    is_pair = left != right
    return compare_pairs(people, Pairs(left[is_pair], right[is_pair]), threads)
