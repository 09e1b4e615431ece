"""Which pairs are worth comparing: records that share a value, or a combination of values, that few records share.

The keys come from whatever columns are filled; how large a block each may list comes from its budget of pairs, so that
common values ("smith", a big city) stop producing pairs exactly where they stop being informative.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onefold.identity import pairing
from onefold.identity.compare import Pairs
from onefold.identity.encode import ABSENT, Codes, Column, combine_codes, encode_text
from onefold.identity.people import Contacts, People, name_codes

_ALL_PAIRS_UP_TO = 1_200
"""Records up to which every pair is compared."""

_LEAST_BUDGET = 200_000
_BUDGET_PER_RECORD = 0.6
_CAPS = (300, 200, 140, 100, 70, 50, 35, 25, 16, 10)
"""Block sizes that are tried, largest first, until a key fits its budget."""


@dataclass(frozen=True)
class Key:
    """One way to find candidates: records that agree on it meet in a block."""

    name: str
    codes: npt.NDArray[np.int32]
    """``[record, slot]``; -1 where absent."""
    patience: int = 1
    """How many times larger than the cap its blocks may be; values meant for one person deserve it."""


@dataclass(frozen=True)
class _Blocks:
    order: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    is_open: npt.NDArray[np.bool_]


def candidate_pairs(people: People, threads: int) -> tuple[Pairs, dict[str, int]]:
    """Pairs to compare, none twice, and how many each key added.

    Cost: pairs within ``max(200,000, 0.6 per record)`` for each key, whatever the data; most keys find the same ones,
    so that about six pairs per record remain.
    """
    if people.size <= _ALL_PAIRS_UP_TO:
        left, right = np.triu_indices(people.size, 1)
        return Pairs(left.astype(np.int32), right.astype(np.int32)), {"all pairs": len(left)}
    with ThreadPoolExecutor(threads) as pool:
        keys = list(pool.map(lambda make: make(), _key_makers(people)))
        if not keys:
            return Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32)), {}
        budget = max(_LEAST_BUDGET, int(_BUDGET_PER_RECORD * people.size))
        blocks = list(pool.map(lambda key: _blocks(key, _cap(key, budget) * key.patience), keys))
    return _list_all(keys, blocks)


def group_records(codes: Codes) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Records in order of their code (absent ones left out), and where each run of equal codes starts."""
    present = np.flatnonzero(codes >= 0)
    order = present[np.argsort(codes[present], kind="stable")]
    sorted_codes = codes[order]
    starts = np.flatnonzero(np.r_[True, sorted_codes[1:] != sorted_codes[:-1]]) if len(order) else np.zeros(0, np.int64)
    return order.astype(np.int32), np.r_[starts, len(order)].astype(np.int64)


def _key_makers(people: People) -> list[Callable[[], Key]]:
    """One function per key that the filled columns allow, the most telling first; each makes its key when called."""
    names = people.names
    skeleton = np.r_[names.skeleton, np.int32(ABSENT)]
    given_sound, family_sound = skeleton[names.given], skeleton[names.family]
    who: dict[str, Codes] = {
        "family name": names.family,
        "given name": names.given,
        "sound of family name": family_sound,
        "sound of given name": given_sound,
    }
    where: dict[str, Codes] = {
        "postcode": people.postcode.codes,
        "birth date": people.birth_date.codes,
        "street": people.street.codes,
        "birth place": people.words["birth_place"].codes,
        "company": people.words["company"].codes,
        "city": people.city.codes,
        "start of postcode": _start_of(people.postcode, 3),
        "birth year": _start_of(people.birth_date, 4),
    }
    where = {name: codes for name, codes in where.items() if codes.max(initial=-1) >= 0}

    def listed(name: str, codes: npt.NDArray[np.int32], patience: int = 1) -> Callable[[], Key]:
        return lambda: Key(name, codes if codes.ndim == 2 else codes[:, None], patience)

    def combined(name: str, *codes: Codes) -> Callable[[], Key]:
        return lambda: Key(name, combine_codes(*codes)[:, None])

    makers = [
        listed(name, contacts.column.slots, 3)
        for name, contacts in people.contacts.items()
        if not contacts.column.is_empty
    ]
    for field, name in (("email", "local part of e-mail"), ("phone", "end of phone")):
        if (people.contacts[field].mailbox >= 0).any():
            makers.append(listed(name, _mailboxes(people.contacts[field])))
    if len(names.words):
        makers.append(lambda: Key("name", name_codes(people)[:, None]))
        makers.append(
            combined("sound of name", np.minimum(given_sound, family_sound), np.maximum(given_sound, family_sound))
        )
        if (names.reading >= 0).any():
            reading = np.r_[names.reading, np.int32(ABSENT)]
            given_read, family_read = reading[names.given], reading[names.family]
            makers.append(
                combined("reading of name", np.minimum(given_read, family_read), np.maximum(given_read, family_read))
            )
        makers += [combined(f"{a} + {b}", who[a], where[b]) for b, a in product(where, who)]
        makers.append(listed("family name", names.family))
    context = [name for name in where if not name.startswith("birth year")]
    if "birth date" in where:
        makers += [combined(f"birth date + {b}", where["birth date"], where[b]) for b in context if b != "birth date"]
        makers.append(listed("birth date", where["birth date"]))
    if not people.street.is_empty and not people.house_number.is_empty:
        makers.append(combined("street + house number", people.street.codes, people.house_number.codes))
    if "company" in where and people.words["job_title"].values:
        makers.append(combined("company + job title", where["company"], people.words["job_title"].codes))
    if not len(names.words) and "company" in where:
        makers.append(listed("company", where["company"]))
    return makers


def _mailboxes(contacts: Contacts) -> npt.NDArray[np.int32]:
    slots = contacts.column.slots
    return np.where(slots >= 0, contacts.mailbox[np.maximum(slots, 0)], ABSENT).astype(np.int32)


def _start_of(column: Column, length: int) -> Codes:
    """Codes of the first characters of a column's values."""
    if column.is_empty:
        return column.codes
    starts = encode_text(pa.chunked_array([pc.utf8_slice_codeunits(column.values, 0, length)])).codes
    return np.where(column.codes >= 0, starts[np.maximum(column.codes, 0)], ABSENT).astype(np.int32)


def _cap(key: Key, budget: int) -> int:
    """The largest block size at which a key lists no more pairs than its budget."""
    counts = np.bincount(key.codes[key.codes >= 0])
    for cap in _CAPS:
        listed = counts[counts <= cap * key.patience].astype(np.int64)
        if int((listed * (listed - 1) // 2).sum()) <= budget:
            return cap
    return _CAPS[-1]


def _blocks(key: Key, cap: int) -> _Blocks:
    counts = np.bincount(key.codes[key.codes >= 0], minlength=1)
    is_open = (key.codes >= 0) & (counts[np.maximum(key.codes, 0)] <= cap)
    is_useful = is_open & (counts[np.maximum(key.codes, 0)] >= 2)
    order, starts = group_records(np.where(is_useful, key.codes, ABSENT).T.ravel().astype(np.int32))
    return _Blocks((order % len(key.codes)).astype(np.int32), starts, is_open)


def _list_all(keys: list[Key], blocks: list[_Blocks]) -> tuple[Pairs, dict[str, int]]:
    codes = np.ascontiguousarray(np.concatenate([key.codes for key in keys], axis=1))
    is_open = np.ascontiguousarray(np.concatenate([block.is_open for block in blocks], axis=1))
    widths = np.array([key.codes.shape[1] for key in keys], np.int32)
    lefts, rights, added = [], [], {}
    for number, (key, block) in enumerate(zip(keys, blocks, strict=True)):
        sizes = np.diff(block.starts)
        most = int((sizes * (sizes - 1) // 2).sum())
        left, right = np.empty(most, np.int32), np.empty(most, np.int32)
        found = pairing.list_pairs(block.order, block.starts, codes, is_open, widths, number, left, right)
        left, right = left[:found], right[:found]
        if widths[number] > 1:  # two records may share several values of one key
            unique = np.unique((left.astype(np.int64) << 32) | right)
            left, right = (unique >> 32).astype(np.int32), (unique & 0xFFFFFFFF).astype(np.int32)
        lefts.append(left.copy())
        rights.append(right.copy())
        added[key.name] = len(left)
    empty = np.zeros(0, np.int32)
    return Pairs(np.concatenate([empty, *lefts]), np.concatenate([empty, *rights])), added
