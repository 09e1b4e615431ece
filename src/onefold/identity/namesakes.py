"""What two equal names are worth: how common their words are, and how many people bear the whole name.

The weights of ``evidence`` are averages over all names. The corrections here add, pair by pair, what the very names
say, by the frequency of their kin (see ``kin``) and by the number of records that bear the full name.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onefold.identity.compare import Pairs, Patterns
from onefold.identity.encode import ABSENT, Codes, combine_codes, distinct_keys
from onefold.identity.evidence import SAME, STRANGERS, Floats, Weights
from onefold.identity.fields import FIELD_INDEX, FIELDS, Name
from onefold.identity.hashing import Keys, KeyTable, take_keys, text_keys, unordered_keys
from onefold.identity.kin import Kin, group_keys
from onefold.identity.names import NameWords
from onefold.identity.people import People
from onefold.identity.rarity import Shift, least_log_frequency, log_frequency

FULL_NAME = len(FIELDS)
"""The column beyond the fields: what the full name says beyond its two parts."""

_MOST_NAMESAKES = 300
"""Records of one name up to which the number of people behind them is weighed; beyond, their share decides."""

_GO_WITH_NAMES = (FIELD_INDEX["email"], FIELD_INDEX["address"])
"""Fields in which people of one name, strangers too, are nearer to each other than others: made of names, or of where
a language is spoken."""

_MOST_PAIRS = 400_000
"""Pairs of one name that are looked at; every n-th where there are more."""

_TRUST_IN_USUAL = 50.0
"""Pairs of observation that the likeness of all strangers is worth for that of namesakes."""

_TRUST_IN_COMMON = 3.0
"""Pairs of observation that the lift of all names is worth for the lift of one word."""

_LOG_FACTORIALS = np.r_[0.0, np.cumsum(np.log(np.arange(1, _MOST_NAMESAKES + 1)))]


@dataclass(frozen=True)
class NameFrequency:
    """How common each word is in one part of the name."""

    log_own: Floats
    """Per word: log of its share among other customers' records."""
    share: Floats
    """Per word: share of the names that are the word or equivalent to it."""
    others: Floats
    """Per word: share of the names that are equivalent to it, but not the word itself."""

    @classmethod
    def of(cls, codes: Codes, kin: Kin, people: People, weights: Weights) -> NameFrequency:
        """As the records themselves show it."""
        log_own = log_frequency(codes, weights, people.size)
        log_own = np.r_[log_own, np.full(len(kin.own) - len(log_own), np.log(kin.own.min(initial=1.0)))]
        return cls(log_own, kin.share, kin.others)


@dataclass(frozen=True)
class LearnedFrequency:
    """What one set of records teaches about how common words are in one part of the name."""

    log_own: KeyTable
    share: KeyTable
    """By word; NaN for words that were not there."""
    others: KeyTable
    """By word; NaN for words that were not there."""
    share_of_group: KeyTable
    """By what spellings have in common."""

    @classmethod
    def of(cls, words: NameWords, codes: Codes, kin: Kin, frequency: NameFrequency) -> LearnedFrequency:
        """What is to be kept."""
        keys, groups = text_keys(words.words), group_keys(words)
        commonest_first = np.argsort(-kin.share, kind="stable")
        return cls(
            KeyTable.of(keys, frequency.log_own, least_log_frequency(codes)),
            KeyTable.of(keys, frequency.share, np.nan),
            KeyTable.of(keys, frequency.others, np.nan),
            KeyTable.of(groups[commonest_first], kin.share[commonest_first], kin.unseen),
        )

    def on(self, words: NameWords) -> NameFrequency:
        """For words of other records; a new word is rare, but as common as other spellings of it."""
        keys = text_keys(words.words)
        log_own, share, others = self.log_own.find(keys), self.share.find(keys), self.others.find(keys)
        is_new = np.isnan(share)
        if is_new.any():
            own = self.share_of_group.default
            share[is_new] = self.share_of_group.find(group_keys(words)[is_new])
            others[is_new] = np.maximum(share[is_new] - own, 0.1 * own)
        return NameFrequency(log_own, share, others)


class NameRarity:
    """How much rarer or commoner each name is than names are on average, for one part of the name.

    A person's spelling is kept from record to record only in part of the data. How often is learned from how much
    more often one person's equivalent names are equal than strangers' are; where spellings come and go, a rare one
    tells little more than a common one.
    """

    def __init__(self, name: str, codes: Codes, frequency: NameFrequency, weights: Weights) -> None:
        self.name = name
        self.column = FIELD_INDEX[name]
        self.is_personal = FIELDS[self.column].is_personal
        self.frequency = frequency
        self._codes = codes
        log_own = frequency.log_own
        spelled_so = np.clip(np.exp(log_own) / frequency.share, 0.0, 1.0)
        kept, typical = self._spelling_kept(weights)
        same = log_own - np.log(weights.expected(self.column, STRANGERS, Name.SAME))
        same -= np.log(kept + (1.0 - kept) * spelled_so) - np.log(kept + (1.0 - kept) * typical)
        equivalent = np.log(frequency.others) - np.log(weights.expected(self.column, STRANGERS, Name.EQUIVALENT))
        self._same, self._equivalent = np.clip(same, -3.0, 6.0), np.clip(equivalent, -3.0, 6.0)

    def _spelling_kept(self, weights: Weights) -> tuple[float, float]:
        """Share of people who always spell alike, and how often equivalent names of strangers are spelled alike."""

        def equal(kind: int) -> float:
            same = weights.expected(self.column, kind, Name.SAME)
            return same / (same + weights.expected(self.column, kind, Name.EQUIVALENT))

        by_chance = min(equal(STRANGERS), 0.99)
        return float(np.clip((equal(SAME) - by_chance) / (1.0 - by_chance), 0.05, 1.0)), by_chance

    def shift(self, pairs: Pairs, patterns: Patterns) -> Shift:
        """The correction for pairs with equal or equivalent names in this part."""
        levels = patterns[:, self.column]
        which = np.flatnonzero(levels >= Name.EQUIVALENT)
        left, right = self._codes[pairs.left[which]], self._codes[pairs.right[which]]
        is_same = (levels[which] == Name.SAME) & (left == right) & (left >= 0)
        is_equivalent = (levels[which] == Name.EQUIVALENT) & (left >= 0) & (right >= 0)
        shift = np.where(is_same, self._same[left], 0.0)
        middle = (self._equivalent[left] + self._equivalent[right]) / 2
        return which, np.where(is_equivalent, middle, shift)


class FullNames:
    """Corrections for full names, as they have been learned."""

    column = FULL_NAME
    is_personal = False

    def __init__(self, codes: Codes, evidence: Floats, usual_log_lift: float, alike: dict[int, Floats]) -> None:
        self._codes, self._evidence, self._usual_log_lift, self._alike = codes, evidence, usual_log_lift, alike

    def likeness(self, pairs: Pairs, patterns: Patterns) -> Iterator[tuple[int, Shift]]:
        """By field that goes with names: what its agreement means less between people of one name."""
        left, right = self._codes[pairs.left], self._codes[pairs.right]
        which = np.flatnonzero((left >= 0) & (left == right))
        for field, alike in self._alike.items():
            near = which[patterns[which, field] > 0]
            yield field, (near, alike[patterns[near, field]])

    def shift(self, pairs: Pairs, patterns: Patterns, found: Floats) -> Shift:
        """The correction for pairs of one full name, whose two parts have been ``found`` to weigh so much."""
        given, family = patterns[:, FIELD_INDEX["given_name"]], patterns[:, FIELD_INDEX["family_name"]]
        which = np.flatnonzero((given >= Name.EQUIVALENT) & (family >= Name.EQUIVALENT))
        shift = np.full(len(which), self._usual_log_lift)
        left, right = self._codes[pairs.left[which]], self._codes[pairs.right[which]]
        is_same = (left >= 0) & (left == right)
        excess = found[which[is_same]] - self._evidence[left[is_same]]
        shift[is_same] = np.maximum(excess, 0.0)
        return which, shift


@dataclass(frozen=True)
class NamesakePairs:
    """Pairs of records that bear one full name, or every n-th of them where there are many."""

    pairs: Pairs
    patterns: Patterns
    names: Codes
    """Per pair."""
    every: int

    @classmethod
    def of(cls, borne: BorneNames, pairs: Pairs, patterns: Patterns) -> NamesakePairs:
        """Those among ``pairs``."""
        left = borne.codes[pairs.left]
        which = np.flatnonzero((left >= 0) & (left == borne.codes[pairs.right]))
        every = max(1, len(which) // _MOST_PAIRS)
        which = which[::every]
        return cls(pairs.take(which), patterns[which], left[which], every)


@dataclass(frozen=True)
class BorneNames:
    """Full names, spellings of one counted together, and how many records bear each."""

    codes: Codes
    """Per record."""
    counts: npt.NDArray[np.int64]
    """Per name: records."""
    expected: Floats
    """Per name: records, if given and family names came together at will."""
    words: npt.NDArray[np.int64]
    """Per name: its given and its family name, as codes of spellings."""

    @classmethod
    def of(cls, names: NameWords, given: Kin, family: Kin) -> BorneNames:
        """Count them."""
        first, second = _spelling(given, names.given), _spelling(family, names.family)
        codes = combine_codes(np.minimum(first, second), np.maximum(first, second))
        counts = np.bincount(codes[codes >= 0], minlength=1)
        present = np.flatnonzero(codes >= 0)
        shares = given.share[names.given[present]] * family.share[names.family[present]]
        expected = np.zeros(len(counts))
        np.maximum.at(expected, codes[present], shares * max(len(present), 2))
        words = np.zeros((len(counts), 2), np.int64)
        words[codes[present[::-1]]] = np.stack([first[present[::-1]], second[present[::-1]]], axis=1)
        return cls(codes, counts, expected, words)


@dataclass(frozen=True)
class NameCounts:
    """How common names are, whatever that weighs."""

    kin: dict[str, Kin]
    """Of the words of each part of the name that can be compared."""
    borne: BorneNames | None
    """Where both parts can be."""

    @classmethod
    def of(cls, people: People, fields: Container[int]) -> NameCounts:
        """Count names in those of ``fields``."""
        names = people.names
        parts = {"given_name": names.given, "family_name": names.family}
        kin = {name: Kin.of(names, codes) for name, codes in parts.items() if FIELD_INDEX[name] in fields}
        both = BorneNames.of(names, kin["given_name"], kin["family_name"]) if len(kin) == len(parts) else None
        return cls(kin, both)


class Namesakes(FullNames):
    """Corrections for full names: given and family names go together, and some names are borne by many.

    How many people bear a name follows from how often it is expected (its parts' frequencies, and how much given and
    family names go together) and from how many records show it. Bearers of a name are taken as Poisson distributed and
    records per customer as geometric; of ``n`` records that ``k`` customers share in any way, two are then of one
    customer with probability ``2 (n - k) / ((k + 1) (n - 1))``, the mean over all compositions of ``n`` into ``k``
    parts. Spellings of one name count together.
    """

    def __init__(self, borne: BorneNames, weights: Weights) -> None:
        self._codes, self._counts, self._expected, self._words = borne.codes, borne.counts, borne.expected, borne.words
        self._several = np.flatnonzero(borne.counts >= 2)
        alike = 1.0
        for name in ("given_name", "family_name"):
            field = FIELD_INDEX[name]
            alike *= sum(weights.expected(field, SAME, level) for level in (Name.SAME, Name.EQUIVALENT))
        self._size = 1.0 + (weights.records_per_customer - 1.0) * alike
        self._prior = float(np.log(weights.shares[SAME]) - np.log(weights.shares[STRANGERS]))
        self._chances = {n: table[STRANGERS].copy() for n, table in weights.chances.items() if n in _GO_WITH_NAMES}
        self._alike = {n: np.zeros(len(chances)) for n, chances in self._chances.items()}
        self._word_lifts: list[tuple[Floats, float]] = [(np.ones(0), 1.0), (np.ones(0), 1.0)]
        self._set_lift(np.ones(len(self._counts)))

    def learn(self, alike: NamesakePairs, kinds: Callable[[Pairs, Patterns], Floats], rounds: int) -> None:
        """Learn from all fields which pairs of one name are strangers, and so how far its parts go together.

        Expectation–maximisation with the other weights as they are; ``kinds`` gives the probability of each kind of
        pair. Languages keep names together, and a small language more than a large one, so that every word has a lift
        of its own where it is common enough to tell. Strangers of one name also live in the same cities and choose
        similar addresses more often than others do.
        """
        for _ in range(rounds):
            weight = kinds(alike.pairs, alike.patterns)
            no_strangers = alike.every * (1.0 - weight[:, STRANGERS])
            same: Floats = np.bincount(alike.names, no_strangers, len(self._counts)).astype(np.float64)
            self._set_lift(self._lift_of(same))
            self._learn_likeness(alike.patterns, weight[:, STRANGERS])

    def continue_from(self, before: Namesakes) -> None:
        """Start from what has been learned with other weights."""
        self._alike, self._word_lifts = before._alike, before._word_lifts
        self._set_lift(np.exp(before._log_lift))

    def _learn_likeness(self, patterns: Patterns, strangers: Floats) -> None:
        """How much more often than others strangers of one name agree at each level that is not equality."""
        for field, usual in self._chances.items():
            levels = patterns[:, field]
            seen = np.bincount(levels[levels >= 0], weights=strangers[levels >= 0], minlength=len(usual))
            alike = np.log((seen + _TRUST_IN_USUAL * usual) / (seen.sum() + _TRUST_IN_USUAL)) - np.log(usual)
            alike[[0, *FIELDS[field].exact]] = 0.0
            self._alike[field] = np.maximum(alike, 0.0)

    def _lift_of(self, same: Floats) -> Floats:
        """By name: pairs of strangers that bear it over those expected, judged by all names with the same words.

        ``same`` is the number of pairs that are no strangers, by name.
        """
        counts = self._counts.astype(np.float64)
        together, expected = counts * (counts - 1.0) / 2.0, counts * self._expected / 2.0
        common = max(float((together.sum() - same.sum()) / max(expected.sum(), 1e-9)), 1.0)
        lift = np.ones(len(counts))
        for side in range(2):
            words = self._words[:, side]
            all_pairs, no_strangers, due = (np.bincount(words, weights=w) for w in (together, same, expected))
            seen = np.maximum(all_pairs - no_strangers, 0.0)
            of_word = np.sqrt((seen + _TRUST_IN_COMMON * common) / (due + _TRUST_IN_COMMON))
            self._word_lifts[side] = of_word, float(np.sqrt(common))
            lift *= of_word[words]
        result: Floats = np.maximum(lift, 1.0)
        return result

    def _set_lift(self, lift: Floats) -> None:
        self._log_lift = np.log(lift)
        several = self._several  # what one record bears is never asked for
        customers = self._expected[several] / ((self._size + 1.0) / 2.0) * lift[several]
        self._evidence = np.zeros(len(lift))
        self._evidence[several] = namesake_log_odds(self._counts[several], customers, self._size) - self._prior
        weight = self._counts.astype(np.float64)
        self._usual_log_lift = float((self._log_lift * weight).sum() / max(weight.sum(), 1.0))

    def learned(self, words: NameWords, given: Kin, family: Kin) -> LearnedNames:
        """What is to be kept of it.

        Args:
            words: names of the records.
            given: of the words as given names.
            family: of the words as family names.
        """
        groups = group_keys(words)
        first, second = groups_by_code(given.group, groups), groups_by_code(family.group, groups)
        keys = unordered_keys(first[self._words[:, 0]], second[self._words[:, 1]])
        evidence = np.where(self._counts >= 2, self._evidence, np.inf)
        lifts = [
            KeyTable.of(by_group[: len(lift)], lift, unseen)
            for by_group, (lift, unseen) in zip((first, second), self._word_lifts, strict=True)
        ]
        return LearnedNames(
            KeyTable.of(keys, evidence, np.inf),
            (lifts[0], lifts[1]),
            float(max((self._codes >= 0).sum(), 2)),
            self._size,
            self._prior,
            self._usual_log_lift,
            self._alike,
        )


@dataclass(frozen=True)
class LearnedNames:
    """What one set of records teaches about full names."""

    evidence: KeyTable
    """By name that several records bear: log odds that two of them are of one person; infinite for others."""
    lifts: tuple[KeyTable, KeyTable]
    """By spelling of a given name, of a family name: its part in how much oftener the two go together."""
    names: float
    """Records with a full name."""
    size: float
    """Records of the customer of a random record, by one name."""
    prior: float
    usual_log_lift: float
    alike: dict[int, Floats]
    """By field that goes with names: what each level means less between people of one name."""

    def on(self, words: NameWords, shares: tuple[KeyTable, KeyTable]) -> FullNames:
        """The corrections for other records. A name that was not met twice is weighed as if two records bore it.

        Args:
            words: names of the records.
            shares: how common spellings are as given names, as family names (``LearnedFrequency.share_of_group``).
        """
        groups = group_keys(words)
        first, second = take_keys(groups, words.given), take_keys(groups, words.family)
        keys = unordered_keys(first, second)
        codes, names = distinct_keys(keys)
        sample = np.zeros(len(names), np.int64)
        sample[codes[codes >= 0]] = np.flatnonzero(codes >= 0)
        evidence = self.evidence.find(names)
        is_new = ~np.isfinite(evidence)
        evidence[is_new] = self._of_new(first[sample[is_new]], second[sample[is_new]], shares)
        return FullNames(codes, evidence, self.usual_log_lift, self.alike)

    def _of_new(self, one: Keys, other: Keys, shares: tuple[KeyTable, KeyTable]) -> Floats:
        """Log odds for names that were not met; whichever part is the given one, the commoner reading counts."""
        expected, lift = np.zeros(len(one)), np.ones(len(one))
        for given, family in ((one, other), (other, one)):
            expected = np.maximum(expected, shares[0].find(given) * shares[1].find(family) * self.names)
            lift = np.maximum(lift, self.lifts[0].find(given) * self.lifts[1].find(family))
        customers = expected / ((self.size + 1.0) / 2.0) * lift
        return namesake_log_odds(np.full(len(one), 2, np.int64), customers, self.size) - self.prior


def groups_by_code(codes: Codes, keys: Keys) -> Keys:
    """The numbers of groups by their local code, from those of words."""
    found = np.zeros(int(codes.max(initial=-1)) + 1, np.uint64)
    found[codes] = keys
    return found


def _spelling(kin: Kin, codes: Codes) -> Codes:
    spelled: Codes = np.r_[kin.group, np.int32(ABSENT)][codes].astype(np.int32)
    return spelled


def namesake_log_odds(records: npt.NDArray[np.int64], expected: Floats, size: float) -> Floats:
    """Log odds that two of the records that bear a name are of one customer, by name.

    Args:
        records: how many bear it.
        expected: how many customers would by chance.
        size: records of the customer of a random record, on average.
    """
    repeats = max((size - 1.0) / (size + 1.0), 1e-6)  # of a geometric distribution with this size-biased mean
    log_repeat = np.log((1.0 - repeats) / repeats)
    odds = np.full(len(records), 30.0)
    for count in np.unique(records[(records >= 2) & (records <= _MOST_NAMESAKES)]):
        which = np.flatnonzero(records == count)
        bearers = np.arange(1, count + 1)
        choices = _LOG_FACTORIALS[count - 1] - _LOG_FACTORIALS[bearers - 1] - _LOG_FACTORIALS[count - bearers]
        ways = choices - _LOG_FACTORIALS[bearers] + bearers * log_repeat
        weight = ways + bearers * np.log(np.maximum(expected[which], 1e-12))[:, None]
        weight = np.exp(weight - weight.max(axis=1, keepdims=True))
        is_one = 2.0 * (count - bearers) / ((bearers + 1) * (count - 1))
        one = np.clip((weight * is_one).sum(axis=1) / weight.sum(axis=1), 1e-12, 1.0 - 1e-12)
        odds[which] = np.log(one) - np.log1p(-one)
    many = records > _MOST_NAMESAKES
    odds[many] = np.log(max(size - 1.0, 1e-6)) - np.log(np.maximum(records[many] - size, 1.0))
    return odds


def find_name_corrections(
    people: People, weights: Weights, counts: NameCounts
) -> tuple[list[NameRarity], Namesakes | None]:
    """Corrections for the parts of names, and for full names where both parts are known."""
    parts = {"given_name": people.names.given, "family_name": people.names.family}
    rarities = [
        NameRarity(name, parts[name], NameFrequency.of(parts[name], kin, people, weights), weights)
        for name, kin in counts.kin.items()
    ]
    return rarities, Namesakes(counts.borne, weights) if counts.borne else None
