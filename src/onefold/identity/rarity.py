"""How common the very values are that two records agree on.

That two records say "Smith" means less than that they say "Okonjo-Vane". The weights of ``evidence`` are averages
over all values of a field; the corrections here add, pair by pair, what the agreeing value itself is worth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onefold.identity.compare import Pairs, Patterns
from onefold.identity.encode import Codes, combine_codes
from onefold.identity.evidence import SAME, STRANGERS, Floats, Weights
from onefold.identity.fields import FIELD_INDEX, FIELDS, Contact, Name, Place
from onefold.identity.people import People, name_codes

FULL_NAME = len(FIELDS)
"""The column beyond the fields: what the full name says beyond its two parts."""

_SMALLEST_WORLD = 300
"""Records below which frequencies are read as if there were this many: five people do not show how rare a name is."""

Shift = tuple[npt.NDArray[np.int64], Floats]
"""Positions of pairs, and what to add to the log likelihood that they are strangers."""


@dataclass(frozen=True)
class ValueRarity:
    """How much rarer or commoner each value of a field is than its exact agreements are on average."""

    field: int
    levels: tuple[int, ...]
    codes: Codes
    log_ratio: Floats
    """Per value: log of its frequency over the average chance; added to the strangers' likelihood."""
    is_personal: bool
    """Whether relatives agree on it no more than strangers do."""

    @property
    def column(self) -> int:
        """The column of contributions that the correction belongs to."""
        return self.field

    def shift(self, pairs: Pairs, patterns: Patterns) -> Shift:
        """The correction for pairs that share a value."""
        which = np.flatnonzero(np.isin(patterns[:, self.field], self.levels))
        left, right = self.codes[pairs.left[which]], self.codes[pairs.right[which]]
        is_same = (left >= 0) & (left == right)
        return which[is_same], self.log_ratio[left[is_same]]


def exact_chances(people: People) -> dict[int, dict[int, float]]:
    """Per field and exact level, how often two different records with values hold an equal one."""
    chances: dict[int, dict[int, float]] = {}
    for name, codes in _single_valued(people).items():
        counts = np.bincount(codes[codes >= 0], minlength=1)
        level = FIELDS[FIELD_INDEX[name]].exact[0]
        chances[FIELD_INDEX[name]] = {level: _pair_chance(counts, np.ones(len(counts), bool))}
    for name, contacts in people.contacts.items():
        counts = contacts.column.counts()
        if len(counts):
            chances[FIELD_INDEX[name]] = {
                int(Contact.SAME - shared): _pair_chance(counts, contacts.sharers[: len(counts)] == shared)
                for shared in (0, 1, 2)
            }
    return chances


class Namesakes:
    """Corrects for full names: given and family names go together, and some names are borne by many."""

    column = FULL_NAME
    is_personal = False

    def __init__(self, people: People, weights: Weights) -> None:
        self._codes = name_codes(people)
        self._given, self._family = people.names.given, people.names.family
        counts = np.bincount(self._codes[self._codes >= 0], minlength=1)
        given, family = FIELD_INDEX["given_name"], FIELD_INDEX["family_name"]
        self._is_known = given in weights.chances and family in weights.chances and counts.sum() > 1
        if not self._is_known:
            return
        chance = _pair_chance(counts, np.ones(len(counts), bool))
        apart = weights.expected(given, STRANGERS, Name.SAME) * weights.expected(family, STRANGERS, Name.SAME)
        own = (
            weights.shares[SAME] * weights.expected(given, SAME, Name.SAME) * weights.expected(family, SAME, Name.SAME)
        )
        self._together = float(max(np.log(max(chance - own, 1e-12) / apart), 0.0))
        bearers = np.maximum(counts - 2 * weights.records_per_customer, 1e-3) / people.size
        self._log_share = np.log(bearers)
        self._log_given, self._log_family = (
            _log_frequency(codes, weights, people.size) for codes in (self._given, self._family)
        )

    def shift(self, pairs: Pairs, patterns: Patterns) -> Shift:
        """The correction for pairs of one full name."""
        if not self._is_known:
            return np.zeros(0, np.int64), np.zeros(0)
        given, family = patterns[:, FIELD_INDEX["given_name"]], patterns[:, FIELD_INDEX["family_name"]]
        which = np.flatnonzero((given == Name.SAME) & (family == Name.SAME))
        shift = np.full(len(which), self._together)
        left, right = pairs.left[which], pairs.right[which]
        is_same = (self._codes[left] >= 0) & (self._codes[left] == self._codes[right])
        record = left[is_same]
        expected = self._log_given[self._given[record]] + self._log_family[self._family[record]] + self._together
        shift[is_same] += np.maximum(self._log_share[self._codes[record]] - expected, 0.0)
        return which, shift


def _single_valued(people: People) -> dict[str, Codes]:
    """Codes of the fields whose exact level is one equal value."""
    dwelling = combine_codes(people.street.codes, people.house_number.codes, people.postcode.codes)
    if dwelling.max(initial=-1) < 0:
        dwelling = combine_codes(people.street.codes, people.house_number.codes)
    columns = {
        "given_name": people.names.given,
        "family_name": people.names.family,
        "birth_date": people.birth_date.codes,
        "address": dwelling,
        **{name: column.codes for name, column in people.words.items()},
    }
    return {name: codes for name, codes in columns.items() if codes.max(initial=-1) >= 0}


def find_corrections(people: People, weights: Weights) -> list[ValueRarity | Namesakes]:
    """Every correction that the filled fields of ``people`` give rise to."""
    found: list[ValueRarity | Namesakes] = [Namesakes(people, weights)]
    for name, codes in _single_valued(people).items():
        field = FIELD_INDEX[name]
        if field in weights.chances and name != "gender":
            level = FIELDS[field].exact[0]
            average = weights.expected(field, STRANGERS, level)
            found.append(_rarity(field, (level,), codes, average, weights, people.size))
    address = FIELD_INDEX["address"]
    if address in weights.chances:
        places = (
            ((int(Place.SAME_STREET_OR_POSTCODE), int(Place.SAME_POSTCODE)), people.postcode.codes),
            ((int(Place.SAME_CITY),), people.city.codes),
        )
        for levels, codes in places:
            counts = np.bincount(codes[codes >= 0], minlength=1)
            average = _pair_chance(counts, np.ones(len(counts), bool))
            if average > 0:
                found.append(_rarity(address, levels, codes, average, weights, people.size))
    return found


def _rarity(
    field: int, levels: tuple[int, ...], codes: Codes, average: float, weights: Weights, size: int
) -> ValueRarity:
    ratio = np.clip(_log_frequency(codes, weights, size) - np.log(average), -3.0, 6.0)
    return ValueRarity(field, levels, codes, ratio, FIELDS[field].is_personal)


def _log_frequency(codes: Codes, weights: Weights, size: int) -> Floats:
    """Per value, log of its share among other customers' records."""
    counts = np.bincount(codes[codes >= 0], minlength=1).astype(np.float64)
    filled = max(counts.sum(), 2.0)
    own = weights.records_per_customer / size
    result: Floats = np.log(np.maximum(counts / filled - own, 0.3 / max(filled, _SMALLEST_WORLD)))
    return result


def _pair_chance(counts: npt.NDArray[np.int64], which: npt.NDArray[np.bool_]) -> float:
    """Probability that two different records with a value share one of these."""
    filled = float(counts.sum())
    if filled < 2:
        return 0.0
    chosen = counts[which].astype(np.float64)
    return float((chosen * (chosen - 1)).sum() / (filled * (filled - 1)))
