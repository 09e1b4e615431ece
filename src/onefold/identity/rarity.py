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
from onefold.identity.evidence import STRANGERS, Floats, Weights
from onefold.identity.fields import FIELD_INDEX, FIELDS, Contact, Name, Place
from onefold.identity.kin import SMALLEST_WORLD, Kin
from onefold.identity.people import People

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
        chances[FIELD_INDEX[name]] = {level: pair_chance(counts)}
    for name, codes in (("given_name", people.names.given), ("family_name", people.names.family)):
        if FIELD_INDEX[name] in chances:
            chances[FIELD_INDEX[name]][Name.EQUIVALENT] = Kin.of(people.names, codes).equivalent_chance
    for name, contacts in people.contacts.items():
        counts = contacts.column.counts()
        if len(counts):
            chances[FIELD_INDEX[name]] = {
                int(Contact.SAME - shared): pair_chance(counts, contacts.sharers[: len(counts)] == shared)
                for shared in (0, 1, 2)
            }
    return chances


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


def find_corrections(people: People, weights: Weights) -> list[ValueRarity]:
    """Every correction that the filled fields of ``people`` give rise to, names apart (see ``namesakes``)."""
    found: list[ValueRarity] = []
    for name, codes in _single_valued(people).items():
        field = FIELD_INDEX[name]
        if field in weights.chances and name not in ("gender", "given_name", "family_name"):
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
            average = pair_chance(counts)
            if average > 0:
                found.append(_rarity(address, levels, codes, average, weights, people.size))
    return found


def _rarity(
    field: int, levels: tuple[int, ...], codes: Codes, average: float, weights: Weights, size: int
) -> ValueRarity:
    ratio = np.clip(log_frequency(codes, weights, size) - np.log(average), -3.0, 6.0)
    return ValueRarity(field, levels, codes, ratio, FIELDS[field].is_personal)


def log_frequency(codes: Codes, weights: Weights, size: int) -> Floats:
    """Per value, log of its share among other customers' records."""
    counts = np.bincount(codes[codes >= 0], minlength=1).astype(np.float64)
    filled = max(counts.sum(), 2.0)
    own = weights.records_per_customer / size
    result: Floats = np.log(np.maximum(counts / filled - own, 0.3 / max(filled, SMALLEST_WORLD)))
    return result


def pair_chance(counts: npt.NDArray[np.int64], which: npt.NDArray[np.bool_] | None = None) -> float:
    """Probability that two different records with a value share one, of all of them or of ``which``."""
    filled = float(counts.sum())
    if filled < 2:
        return 0.0
    chosen = (counts if which is None else counts[which]).astype(np.float64)
    return float((chosen * (chosen - 1)).sum() / (filled * (filled - 1)))
