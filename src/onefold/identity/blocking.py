"""Which pairs are worth comparing: records that share a value, or a combination of values, that few records share.

The keys come from whatever columns are filled; how large a block each may list comes from its budget of pairs, so that
common values ("smith", a big city) stop producing pairs exactly where they stop being informative.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from itertools import product

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onefold.identity import pairing
from onefold.identity.compare import Pairs
from onefold.identity.compiled import work_on
from onefold.identity.encode import ABSENT, Codes, Column, distinct_keys
from onefold.identity.hashing import Keys, combine_keys, take_keys, text_keys, unordered_keys
from onefold.identity.people import Contacts, People

_ALL_PAIRS_UP_TO = 1_200
"""Records up to which every pair is compared."""

_LEAST_BUDGET = 200_000
_BUDGET_PER_RECORD = 0.6
_CAPS = (300, 200, 140, 100, 70, 50, 35, 25, 16, 10)
"""Block sizes that are tried, largest first, until a key fits its budget."""


_MAY_GROW = 2
"""How many times larger than when it was learned to be open a block may get before it is closed."""


@dataclass(frozen=True)
class Blocking:
    """Which blocks of records are looked at, as one set of records taught it."""

    is_all_pairs: bool
    """Whether every record is compared with every other; the rest is empty then."""
    caps: dict[str, int]
    """Key -> records that its blocks may have. In the order in which keys are asked."""
    closed: Keys
    """Blocks that had more, ascending."""

    def largest(self, key: str) -> int:
        """Records that an open block of ``key`` may come to have."""
        return self.caps[key] * _MAY_GROW


@cache
def _key_of_name(name: str) -> Keys:
    return text_keys([name])


@dataclass(frozen=True)
class Key:
    """One way to find candidates: records that agree on it meet in a block."""

    name: str
    codes: npt.NDArray[np.int32]
    """``[record, slot]``; -1 where absent."""
    blocks: Keys
    """By code: the number of the block, the same in any set of records."""

    @classmethod
    def of(cls, name: str, numbers: Keys) -> Key:
        """From numbers of values, ``[record]`` or ``[record, slot]``."""
        wide = numbers if numbers.ndim == 2 else numbers[:, None]
        prefix = np.broadcast_to(_key_of_name(name), wide.shape)
        codes, blocks = distinct_keys(combine_keys(prefix, wide).ravel())
        return cls(name, codes.reshape(wide.shape), blocks)

    def counts(self) -> npt.NDArray[np.int64]:
        """Records per block."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.blocks))


@dataclass(frozen=True)
class _Blocks:
    order: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    codes: npt.NDArray[np.int32]
    """``[record, slot]``; -1 where the block is not listed."""


@dataclass(frozen=True)
class Candidates:
    """Pairs to compare, and how they were found."""

    pairs: Pairs
    added: dict[str, int]
    """Key -> pairs that no earlier key had found."""
    blocking: Blocking
    keys: list[Key]


@dataclass(frozen=True)
class Entries:
    """Which records are in which blocks; one row per record and block."""

    blocks: Keys
    records: npt.NDArray[np.int32]
    limits: npt.NDArray[np.int64]
    """Records that the block may come to have."""

    @classmethod
    def of(cls, keys: list[Key], blocking: Blocking) -> Entries:
        """The entries of all blocks but those that were found to be too large."""
        blocks, records, limits = [np.zeros(0, np.uint64)], [np.zeros(0, np.int32)], [np.zeros(0, np.int64)]
        for key in keys:
            wanted = np.r_[~is_among(key.blocks, blocking.closed), False][key.codes]
            found, _slots = np.nonzero(wanted)
            blocks.append(key.blocks[key.codes[wanted]])
            records.append(found.astype(np.int32))
            limits.append(np.full(len(found), blocking.largest(key.name)))
        return cls(np.concatenate(blocks), np.concatenate(records), np.concatenate(limits))

    def part(self, start: int, stop: int) -> Entries:
        """Those of the records from ``start`` to before ``stop``, counted from there."""
        is_in = (self.records >= start) & (self.records < stop)
        return Entries(self.blocks[is_in], self.records[is_in] - np.int32(start), self.limits[is_in])

    def followed_by(self, other: Entries, size: int) -> Entries:
        """These of ``size`` records, and those of other records behind them."""
        return Entries(
            np.r_[self.blocks, other.blocks],
            np.r_[self.records, other.records + np.int32(size)],
            np.r_[self.limits, other.limits],
        )


def known_keys(people: People, blocking: Blocking, threads: int) -> list[Key]:
    """The keys of a model on other records."""
    makers = key_makers(people)
    return work_on(blocking.caps, lambda name: Key.of(name, makers[name]()), threads)


def candidate_pairs(people: People, threads: int, known: Blocking | None = None) -> Candidates:
    """Pairs to compare, none twice.

    Args:
        people: the encoded records.
        threads: workers.
        known: which blocks are open, where other records have taught it; those that have grown far beyond what was
            learned are closed all the same.

    Cost: pairs within ``max(200,000, 0.6 per record)`` for each key, whatever the data; most keys find the same ones,
    so that about six pairs per record remain.
    """
    if known.is_all_pairs if known else people.size <= _ALL_PAIRS_UP_TO:
        left, right = np.triu_indices(people.size, 1)
        pairs = Pairs(left.astype(np.int32), right.astype(np.int32))
        return Candidates(pairs, {"all pairs": len(left)}, known or Blocking(True, {}, np.zeros(0, np.uint64)), [])
    if known is None:
        keys = known_keys(
            people, Blocking(False, dict.fromkeys(_useful_keys(people), 0), np.zeros(0, np.uint64)), threads
        )
        budget = pairs_budget(people.size)
        caps = {key.name: _cap(key, budget) for key in keys}
        known = Blocking(False, caps, _too_large(keys, caps))
        closed = known.closed
    else:
        keys = known_keys(people, known, threads)
        closed = np.union1d(known.closed, _too_large(keys, {name: known.largest(name) for name in known.caps}))
    blocks = work_on(keys, lambda key: _blocks(key, closed), threads)
    pairs, added = _list_all(keys, blocks, threads)
    return Candidates(pairs, added, known, keys)


def _too_large(keys: list[Key], caps: dict[str, int]) -> Keys:
    found = [key.blocks[key.counts() > caps[key.name]] for key in keys]
    return np.unique(np.concatenate([np.zeros(0, np.uint64), *found]))


def is_among(keys: Keys, wanted: Keys) -> npt.NDArray[np.bool_]:
    """Whether each key, in an array of any shape, is one of ``wanted``, which ascend."""
    if keys.size * _SEARCHES_PER_TABLE < wanted.size:
        place = np.minimum(np.searchsorted(wanted, keys), wanted.size - 1)
        among: npt.NDArray[np.bool_] = wanted[place] == keys
        return among
    found = pc.is_in(pa.array(keys.ravel()), pa.array(wanted)).to_numpy(zero_copy_only=False)
    result: npt.NDArray[np.bool_] = found.reshape(keys.shape)
    return result


def group_records(codes: Codes) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Records in order of their code (absent ones left out), and where each run of equal codes starts."""
    counts = np.bincount(codes[codes >= 0])
    order = np.empty(int(counts.sum()), np.int32)
    pairing.place_by_code(np.ascontiguousarray(codes), np.cumsum(counts) - counts, order)
    return order, np.r_[0, np.cumsum(counts[counts > 0])].astype(np.int64)


_ROWS_AT_ONCE = 4096

_SEARCHES_PER_TABLE = 8
"""To search for one key takes as long as to put so many into a table."""

_WHERE = (
    "postcode",
    "birth date",
    "street",
    "birth place",
    "company",
    "city",
    "start of postcode",
    "birth year",
)
_WHO = ("family name", "given name", "sound of family name", "sound of given name")
_CONTACTS = ("email", "phone", "national_id", "loyalty_number", "account")
_PATIENCE = dict.fromkeys(_CONTACTS, 3)
"""How many times larger than the cap a key's blocks may be; values meant for one person deserve it."""


def key_makers(people: People) -> dict[str, Callable[[], Keys]]:
    """By key: what gives the numbers of its values, ``[record]`` or ``[record, slot]``; 0 where a record has none."""
    single = {**_who(people), **_where(people)}

    def combined(*names: str) -> Callable[[], Keys]:
        return lambda: combine_keys(*(single[name]() for name in names))

    def unordered(one: str, other: str) -> Callable[[], Keys]:
        return lambda: unordered_keys(single[one](), single[other]())

    makers: dict[str, Callable[[], Keys]] = {
        name: partial(_contact_keys, people.contacts[name], is_part=False) for name in _CONTACTS
    }
    makers["local part of e-mail"] = partial(_contact_keys, people.contacts["email"], is_part=True)
    makers["end of phone"] = partial(_contact_keys, people.contacts["phone"], is_part=True)
    for name, one, other in (
        ("name", "given name", "family name"),
        ("sound of name", "sound of given name", "sound of family name"),
        ("reading of name", "reading of given name", "reading of family name"),
    ):
        makers[name] = unordered(one, other)
    makers |= {f"{a} + {b}": combined(a, b) for b, a in product(_WHERE, _WHO)}
    makers |= {f"birth date + {b}": combined("birth date", b) for b in _WHERE if not b.startswith("birth")}
    makers["birth date + birth place"] = combined("birth date", "birth place")
    makers |= {name: single[name] for name in ("family name", "birth date", "company")}
    makers["street + house number"] = combined("street", "house number")
    makers["company + job title"] = combined("company", "job title")
    return makers


def _useful_keys(people: People) -> list[str]:
    """The keys that the filled columns allow, the most telling first."""
    names = people.names
    columns = _columns(people)
    where = [name for name in _WHERE if not columns[name].is_empty]
    keys = [name for name in _CONTACTS if not people.contacts[name].column.is_empty]
    for field, name in (("email", "local part of e-mail"), ("phone", "end of phone")):
        if (people.contacts[field].mailbox >= 0).any():
            keys.append(name)
    if len(names.words):
        keys += ["name", "sound of name"]
        if (names.reading >= 0).any():
            keys.append("reading of name")
        keys += [f"{a} + {b}" for b, a in product(where, _WHO)]
        keys.append("family name")
    if "birth date" in where:
        keys += [f"birth date + {b}" for b in where if b not in ("birth date", "birth year")]
        keys.append("birth date")
    if not people.street.is_empty and not people.house_number.is_empty:
        keys.append("street + house number")
    if "company" in where and not people.words["job_title"].is_empty:
        keys.append("company + job title")
    if not len(names.words) and "company" in where:
        keys.append("company")
    return keys


def _columns(people: People) -> dict[str, Column]:
    return {
        "postcode": people.postcode,
        "start of postcode": people.postcode,
        "birth date": people.birth_date,
        "birth year": people.birth_date,
        "street": people.street,
        "house number": people.house_number,
        "city": people.city,
        "birth place": people.words["birth_place"],
        "company": people.words["company"],
        "job title": people.words["job_title"],
    }


def _who(people: People) -> dict[str, Callable[[], Keys]]:
    names = people.names

    def of(keys: Keys, codes: Codes) -> Callable[[], Keys]:
        return cache(lambda: take_keys(keys, codes))

    return {
        "family name": of(names.keys, names.family),
        "given name": of(names.keys, names.given),
        "sound of family name": of(names.skeleton_keys, names.family),
        "sound of given name": of(names.skeleton_keys, names.given),
        "reading of family name": of(names.reading_keys, names.family),
        "reading of given name": of(names.reading_keys, names.given),
    }


def _where(people: People) -> dict[str, Callable[[], Keys]]:
    lengths = {"start of postcode": 3, "birth year": 4}

    def of(name: str, column: Column) -> Callable[[], Keys]:
        def make() -> Keys:
            values = pc.utf8_slice_codeunits(column.values, 0, lengths[name]) if name in lengths else column.values
            return take_keys(text_keys(values), column.codes)

        return cache(make)

    return {name: of(name, column) for name, column in _columns(people).items()}


def _contact_keys(contacts: Contacts, *, is_part: bool) -> Keys:
    return take_keys(contacts.mailbox_keys if is_part else text_keys(contacts.column.values), contacts.column.slots)


def _cap(key: Key, budget: int) -> int:
    """The largest block size at which a key lists no more pairs than its budget."""
    sizes, blocks = np.unique(key.counts(), return_counts=True)
    return choose_cap(key.name, sizes, blocks, budget)


def choose_cap(name: str, sizes: npt.NDArray[np.int64], blocks: npt.NDArray[np.int64], budget: int) -> int:
    """The same of a key by its name, of which so many ``blocks`` have each of the ``sizes``."""
    patience = _PATIENCE.get(name, 1)
    pairs = blocks.astype(np.int64) * (sizes.astype(np.int64) * (sizes.astype(np.int64) - 1) // 2)
    for cap in _CAPS:
        if int(pairs[sizes <= cap * patience].sum()) <= budget:
            return cap * patience
    return _CAPS[-1] * patience


def pairs_budget(records: int) -> int:
    """Pairs that each key may list."""
    return max(_LEAST_BUDGET, int(_BUDGET_PER_RECORD * records))


def _blocks(key: Key, closed: Keys) -> _Blocks:
    counts = np.r_[key.counts(), 0]
    is_useful = np.r_[~is_among(key.blocks, closed), False] & (counts >= 2)
    codes = np.where(is_useful[key.codes], key.codes, np.int32(ABSENT))
    order, starts = group_records(codes.T.ravel())
    return _Blocks((order % len(codes)).astype(np.int32), starts, codes)


def _list_all(keys: list[Key], blocks: list[_Blocks], threads: int) -> tuple[Pairs, dict[str, int]]:
    if not keys:
        return Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32)), {}
    codes = _side_by_side([block.codes for block in blocks], threads)
    widths = np.array([key.codes.shape[1] for key in keys], np.int32)

    def listed(number: int) -> Pairs:
        block = blocks[number]
        sizes = np.diff(block.starts)
        most = int((sizes * (sizes - 1) // 2).sum())
        left, right = np.empty(most, np.int32), np.empty(most, np.int32)
        found = pairing.list_pairs(block.order, block.starts, codes, widths, number, left, right)
        if widths[number] == 1:
            return Pairs(left[:found].copy(), right[:found].copy())
        unique = np.unique((left[:found].astype(np.int64) << 32) | right[:found])  # two may share several values
        return Pairs((unique >> 32).astype(np.int32), (unique & 0xFFFFFFFF).astype(np.int32))

    parts = work_on(range(len(keys)), listed, threads)
    pairs = Pairs(np.concatenate([part.left for part in parts]), np.concatenate([part.right for part in parts]))
    return pairs, {key.name: len(part) for key, part in zip(keys, parts, strict=True)}


def _side_by_side(columns: list[npt.NDArray[np.int32]], threads: int) -> npt.NDArray[np.int32]:
    """All columns of each record beside each other; put together some records at a time, as the processor likes it."""
    found = np.empty((len(columns[0]), sum(column.shape[1] for column in columns)), np.int32)

    def put(start: int) -> None:
        part = slice(start, start + _ROWS_AT_ONCE)
        np.concatenate([column[part] for column in columns], axis=1, out=found[part])

    work_on(range(0, len(found), _ROWS_AT_ONCE), put, threads)
    return found
