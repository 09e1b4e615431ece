"""Pairs of records in, a pattern of levels out: one row per pair, one column per field of ``fields.FIELDS``."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from onefold.identity import similarity
from onefold.identity.encode import Column
from onefold.identity.fields import FIELD_INDEX, FIELDS, Name, Word
from onefold.identity.names import NameWords
from onefold.identity.people import Contacts, People

Patterns = npt.NDArray[np.int8]
"""Levels, ``[pair, field]``; -1 where a side is empty."""

Levels = npt.NDArray[np.int8]

_CHUNK = 200_000
"""Pairs per task of a thread."""

_TYPO_MODES = {"email": 1, "phone": 2, "national_id": 2, "loyalty_number": 2, "account": 0}
"""Where a slip of the finger is told from another value: e-mail numbers ("ana7", "ana8") are other people's."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of record positions, ``left < right``."""

    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.left)

    def take(self, which: npt.NDArray[Any]) -> Pairs:
        """The pairs at these positions (or where the mask is true)."""
        return Pairs(self.left[which], self.right[which])


Step = Callable[[npt.NDArray[np.int32], npt.NDArray[np.int32], slice], None]


def compare_pairs(people: People, pairs: Pairs, threads: int) -> Patterns:
    """Compare every pair in every field that has values.

    Cost: about half a microsecond per pair and filled field, shared by ``threads``.
    """
    patterns = np.full((len(pairs), len(FIELDS)), -1, np.int8, order="F")  # kernels fill whole columns
    steps = _comparison_steps(people, {name: patterns[:, number] for name, number in FIELD_INDEX.items()})
    tasks = [slice(start, min(start + _CHUNK, len(pairs))) for start in range(0, len(pairs), _CHUNK)]

    def run(part: slice) -> None:
        left, right = pairs.left[part], pairs.right[part]
        for step in steps:
            step(left, right, part)

    if threads > 1 and len(tasks) > 1:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(run, tasks))
    else:
        for part in tasks:
            run(part)
    _mind_native_script(people, pairs, patterns)
    _ignore_implied_gender(patterns)
    return patterns


def _comparison_steps(people: People, levels: dict[str, npt.NDArray[np.int8]]) -> list[Step]:
    """One step per field that has values at all."""
    steps: list[Step] = []
    if len(people.names.words):
        steps.append(_name_step(people.names, levels["given_name"], levels["family_name"]))
    for name, contacts in people.contacts.items():
        if not contacts.column.is_empty:
            steps.append(_contact_step(contacts, (_TYPO_MODES[name], name != "account"), levels[name]))
    if not people.birth_date.is_empty:
        steps.append(_date_step(people.birth_date, levels["birth_date"]))
    if not all(column.is_empty for column in (people.street, people.postcode, people.city, people.country)):
        steps.append(_place_step(people, levels["address"]))
    steps.extend(_word_step(column, levels[name]) for name, column in people.words.items() if not column.is_empty)
    if not people.birth_date.is_empty and not people.contacts["email"].column.is_empty:
        steps.append(_year_step(people, levels["mailbox_year"]))
    return steps


def _name_step(names: NameWords, given_levels: Levels, family_levels: Levels) -> Step:
    words = names.kernel_arguments
    return lambda left, right, part: similarity.compare_names(
        left, right, names.given, names.family, names.given_alone, words, given_levels[part], family_levels[part]
    )


def _contact_step(contacts: Contacts, rules: tuple[int, bool], levels: Levels) -> Step:
    slots, text, values = contacts.column.slots, contacts.text.arrays, (contacts.mailbox, contacts.sharers)
    return lambda left, right, part: similarity.compare_contacts(left, right, slots, text, values, rules, levels[part])


def _date_step(dates: Column, levels: Levels) -> Step:
    text = dates.text.arrays
    return lambda left, right, part: similarity.compare_dates(left, right, dates.codes, text, levels[part])


def _year_step(people: People, levels: Levels) -> Step:
    born, emails = people.birth_year, people.contacts["email"]
    slots, values = emails.column.slots, (emails.years, emails.mailbox, emails.sharers)
    return lambda left, right, part: similarity.compare_years(left, right, born, slots, values, levels[part])


def _place_step(people: People, levels: Levels) -> Step:
    columns = (people.street, people.house_number, people.postcode, people.city, people.country)
    codes = tuple(column.codes for column in columns)
    streets, postcodes = people.street.text.arrays, people.postcode.text.arrays
    return lambda left, right, part: similarity.compare_places(left, right, codes, streets, postcodes, levels[part])


def _word_step(column: Column, levels: Levels) -> Step:
    text = column.text.arrays
    return lambda left, right, part: similarity.compare_words(left, right, column.codes, text, levels[part])


def _mind_native_script(people: People, pairs: Pairs, patterns: Patterns) -> None:
    """Names that only sound alike are similar, not the same: Han characters say more than their transliteration."""
    if people.native.is_empty:
        return
    a, b = people.native.codes[pairs.left], people.native.codes[pairs.right]
    given, family = patterns[:, FIELD_INDEX["given_name"]], patterns[:, FIELD_INDEX["family_name"]]
    is_homophone = (a >= 0) & (b >= 0) & (a != b) & (given == Name.SAME) & (family == Name.SAME)
    if not is_homophone.any():
        return
    is_homophone[is_homophone] = people.is_han[a[is_homophone]] & people.is_han[b[is_homophone]]
    given[is_homophone] = Name.SIMILAR


def _ignore_implied_gender(patterns: Patterns) -> None:
    """The same given name implies the same gender; counting both would count one fact twice."""
    given, gender = patterns[:, FIELD_INDEX["given_name"]], patterns[:, FIELD_INDEX["gender"]]
    gender[(given >= Name.SIMILAR) & (gender == Word.SAME)] = -1
