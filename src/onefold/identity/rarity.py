"""How common the very values are that two records agree on.

That two records say "Smith" means less than that they say "Okonjo-Vane". The weights of ``evidence`` are averages
over all values of a field; the corrections here add, pair by pair, what the agreeing value itself is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from onefold.identity.compare import Pairs, Patterns
from onefold.identity.encode import Codes, Column
from onefold.identity.evidence import STRANGERS, Floats, Weights
from onefold.identity.fields import FIELD_INDEX, FIELDS, Contact, Name, Place
from onefold.identity.hashing import Keys, KeyTable, combine_keys, take_keys, text_keys
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
    name: str
    """What it is called where it is kept (see ``learned``)."""
    make_keys: Callable[[], Keys]
    """Gives, per value, the number by which it is kept."""
    unseen: float
    """``log_ratio`` of a value that is met for the first time."""

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
    dwelling = people.dwelling if has_dwelling_postcodes(people) else people.door
    columns = {
        "given_name": people.names.given,
        "family_name": people.names.family,
        "birth_date": people.birth_date.codes,
        "address": dwelling,
        **{name: column.codes for name, column in people.words.items()},
    }
    return {name: codes for name, codes in columns.items() if codes.max(initial=-1) >= 0}


@dataclass(frozen=True)
class _Measured:
    """Values whose rarity counts."""

    name: str
    field: int
    levels: tuple[int, ...]
    codes: Codes
    make_keys: Callable[[], Keys]


def _measured(people: People, fields: Container[int], has_postcodes: bool) -> list[_Measured]:
    """Every value that gives rise to a correction, names apart, in a fixed order."""
    dwelling = people.dwelling if has_postcodes else people.door
    keys_of_dwelling = partial(_dwelling_keys, people, dwelling, has_postcodes)
    columns = {"birth_date": people.birth_date, **people.words}
    found = [
        _Measured(name, FIELD_INDEX[name], FIELDS[FIELD_INDEX[name]].exact[:1], column.codes, partial(_keys_of, column))
        for name, column in columns.items()
        if name != "gender"
    ]
    address = FIELD_INDEX["address"]
    near, town = (int(Place.SAME_STREET_OR_POSTCODE), int(Place.SAME_POSTCODE)), (int(Place.SAME_CITY),)
    found.insert(1, _Measured("dwelling", address, FIELDS[address].exact[:1], dwelling, keys_of_dwelling))
    found += [
        _Measured("postcode", address, near, people.postcode.codes, partial(_keys_of, people.postcode)),
        _Measured("city", address, town, people.city.codes, partial(_keys_of, people.city)),
    ]
    return [one for one in found if one.field in fields and one.codes.max(initial=-1) >= 0]


def _keys_of(column: Column) -> Keys:
    return text_keys(column.values)


def _dwelling_keys(people: People, codes: Codes, has_postcodes: bool) -> Keys:
    """By code of dwelling."""
    first = np.zeros(int(codes.max(initial=-1)) + 1, np.int64)
    present = np.flatnonzero(codes >= 0)[::-1]
    first[codes[present]] = present
    columns = (people.street, people.house_number, *([people.postcode] if has_postcodes else []))
    return combine_keys(*(take_keys(_keys_of(column), column.codes[first]) for column in columns))


def has_dwelling_postcodes(people: People) -> bool:
    """Whether any address says street, house number and postcode; if so, only those count as one dwelling."""
    columns = (people.street, people.house_number, people.postcode)
    return bool(np.logical_and.reduce([column.codes >= 0 for column in columns]).any())


def find_corrections(people: People, weights: Weights) -> list[ValueRarity]:
    """Every correction that the filled fields of ``people`` give rise to, names apart (see ``namesakes``)."""
    found: list[ValueRarity] = []
    for one in _measured(people, weights.chances, has_dwelling_postcodes(people)):
        counts = np.bincount(one.codes[one.codes >= 0], minlength=1)
        is_near = one.name in ("postcode", "city")
        average = pair_chance(counts) if is_near else weights.expected(one.field, STRANGERS, one.levels[0])
        if average > 0:
            frequency = log_frequency(one.codes, weights, people.size)
            ratio = np.clip(frequency - np.log(average), -3.0, 6.0)
            least = float(np.clip(least_log_frequency(one.codes) - np.log(average), -3.0, 6.0))
            found.append(_rarity(one, ratio, least))
    return found


def known_corrections(
    people: People, weights: Weights, tables: Mapping[str, KeyTable], has_postcodes: bool
) -> list[ValueRarity]:
    """The same corrections as other records taught them; values that those did not have count as rare."""
    return [
        _rarity(one, tables[one.name].find(one.make_keys()), tables[one.name].default)
        for one in _measured(people, weights.chances, has_postcodes)
        if one.name in tables
    ]


def _rarity(one: _Measured, ratio: Floats, unseen: float) -> ValueRarity:
    is_personal = FIELDS[one.field].is_personal
    return ValueRarity(one.field, one.levels, one.codes, ratio, is_personal, one.name, one.make_keys, unseen)


def log_frequency(codes: Codes, weights: Weights, size: int) -> Floats:
    """Per value, log of its share among other customers' records."""
    counts = np.bincount(codes[codes >= 0], minlength=1).astype(np.float64)
    filled = max(counts.sum(), 2.0)
    own = weights.records_per_customer / size
    result: Floats = np.maximum(np.log(np.maximum(counts / filled - own, 1e-12)), least_log_frequency(codes))
    return result


def least_log_frequency(codes: Codes) -> float:
    """Log of the share that any value is thought to have at least."""
    filled = max(float((codes >= 0).sum()), 2.0)
    return float(np.log(0.3 / max(filled, SMALLEST_WORLD)))


def pair_chance(counts: npt.NDArray[np.int64], which: npt.NDArray[np.bool_] | None = None) -> float:
    """Probability that two different records with a value share one, of all of them or of ``which``."""
    filled = float(counts.sum())
    if filled < 2:
        return 0.0
    chosen = (counts if which is None else counts[which]).astype(np.float64)
    return float((chosen * (chosen - 1)).sum() / (filled * (filled - 1)))
