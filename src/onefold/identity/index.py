"""The index of a resolution: whatever a change of some records needs to know about all others, in files of its own.

Per kind of records: their identity columns, which records are in which block, the links between them, and the
components and groups that follow. The large part (``base``) is written once and read through memory maps; what changed
since (``state``) is small and written anew by every change, in a folder of its own, so that whoever reads an index
reads one state of it. Records are numbers here: those of the base in the order of subject ids, later ones behind them.
A record that changed gets a new number, and its old one is dead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onefold.identity.blocking import Entries
from onefold.identity.cluster import link_pairs
from onefold.identity.compiled import compiled
from onefold.identity.hashing import Keys, text_keys
from onefold.identity.index_place import synced
from onefold.identity.model import INPUT
from onefold.identity.resolution import Worked

Numbers = npt.NDArray[np.int32]

_BASE = ("blocks", "members", "id_keys", "id_numbers")
_STATE = (
    "later_blocks",
    "later_members",
    "dead_blocks",
    "is_dead",
    "link_left",
    "link_right",
    "link_odds",
    "component",
    "group",
    "overgrown",
)
_STATE_FILE = "state.npy"
"""All of them, one after the other."""


@dataclass(frozen=True)
class KindIndex:
    """All records of one kind, as a change of some of them needs to know them."""

    base: pa.Table
    """``INPUT``: records 0 to n."""
    later: pa.Table
    """``INPUT``: records that came or changed since."""
    blocks: Keys
    """Ascending: the block of each entry."""
    members: Numbers
    """The record of each entry."""
    id_keys: Keys
    """Ascending: the numbers of the base's subject ids."""
    id_numbers: Numbers
    """The record of each of ``id_keys``."""
    later_blocks: Keys
    later_members: Numbers
    dead_blocks: Keys
    """Ascending: the blocks of entries whose record is dead."""
    is_dead: npt.NDArray[np.bool_]
    """By record."""
    link_left: Numbers
    link_right: Numbers
    link_odds: npt.NDArray[np.float32]
    component: Numbers
    """By record: one of those that it was looked at together with, the same for all of them; -1 for the dead."""
    group: Numbers
    """By record: one of those that are one customer with it, the same for all of them; -1 for the dead."""
    overgrown: Keys
    """Ascending: blocks that were open when the model was learned and have grown too large since."""

    @classmethod
    def of(cls, worked: Worked) -> KindIndex:
        """The index of a resolution from scratch."""
        entries = Entries.of(worked.candidates.keys, worked.model.blocking)
        order = np.argsort(entries.blocks, kind="stable")
        blocks = entries.blocks[order]
        linked, odds = link_pairs(worked.candidates.pairs, worked.scores, worked.link_at)
        return replace(
            cls.unlinked(worked.records),
            blocks=blocks,
            members=entries.records[order],
            link_left=linked.left,
            link_right=linked.right,
            link_odds=odds,
            component=worked.groups.component,
            group=worked.groups.first,
            overgrown=_overgrown(blocks, entries.limits[order]),
        )

    @classmethod
    def unlinked(cls, records: pa.Table) -> KindIndex:
        """Of records too few to learn from: each stays alone."""
        size = len(records)
        nothing, nobody = np.zeros(0, np.uint64), np.zeros(0, np.int32)
        id_keys = text_keys(records["subject_id"].combine_chunks())
        by_id = np.argsort(id_keys)
        return cls(
            base=records,
            later=INPUT.empty_table(),
            blocks=nothing,
            members=nobody,
            id_keys=id_keys[by_id],
            id_numbers=by_id.astype(np.int32),
            later_blocks=nothing,
            later_members=nobody,
            dead_blocks=nothing,
            is_dead=np.zeros(size, bool),
            link_left=nobody,
            link_right=nobody,
            link_odds=np.zeros(0, np.float32),
            component=np.arange(size, dtype=np.int32),
            group=np.arange(size, dtype=np.int32),
            overgrown=nothing,
        )

    @property
    def size(self) -> int:
        """Records, the dead included."""
        return len(self.base) + len(self.later)

    def numbers_of(self, subject_ids: list[str]) -> Numbers:
        """The living records of these subjects, -1 where there is none."""
        names = pa.array(subject_ids, pa.string())
        keys = text_keys(names)
        found = np.full(len(keys), -1, np.int32)
        if len(self.id_keys) and len(keys):
            place = np.minimum(np.searchsorted(self.id_keys, keys), len(self.id_keys) - 1)
            found = np.where(self.id_keys[place] == keys, self.id_numbers[place], -1).astype(np.int32)
        last_first = self.later["subject_id"][::-1]
        place = pc.fill_null(pc.index_in(names, value_set=last_first), self.size).to_numpy()
        found = np.where(place < len(last_first), self.size - 1 - place, found).astype(np.int32)
        known = np.flatnonzero(found >= 0)
        found[known[self.is_dead[found[known]]]] = -1
        return found

    def rows(self, numbers: Numbers) -> pa.Table:
        """``INPUT`` of some records, in this order."""
        return self._chosen(numbers, INPUT.names)

    def ids(self, numbers: Numbers) -> pa.Array:
        """The subjects of some records, in this order."""
        return self._chosen(numbers, ["subject_id"])["subject_id"].combine_chunks()

    def _chosen(self, numbers: Numbers, columns: list[str]) -> pa.Table:
        found, order = self._gathered(numbers, columns)
        place = np.empty(len(numbers), np.int64)
        place[order] = np.arange(len(numbers))
        return found.take(pa.array(place))

    def sorted_rows(self, numbers: Numbers) -> tuple[pa.Table, Numbers]:
        """``INPUT`` of some records in the order of their subject ids, and their numbers in that order."""
        found, gathered = self._gathered(numbers, INPUT.names)
        order = pc.sort_indices(found["subject_id"])
        return found.take(order).combine_chunks(), numbers[gathered[order.to_numpy()]]

    def _gathered(self, numbers: Numbers, columns: list[str]) -> tuple[pa.Table, npt.NDArray[np.int64]]:
        """Some records, those of the base first, and where each of them is among ``numbers``."""
        is_later = numbers >= len(self.base)
        order = np.r_[np.flatnonzero(~is_later), np.flatnonzero(is_later)]
        parts = [
            self.base.select(columns).take(pa.array(numbers[~is_later])),
            self.later.select(columns).take(pa.array(numbers[is_later] - len(self.base))),
        ]
        return pa.concat_tables(parts), order

    def living(self) -> Numbers:
        """All records that are not dead."""
        return np.flatnonzero(~self.is_dead).astype(np.int32)

    def count(self, blocks: Keys) -> npt.NDArray[np.int64]:
        """Living records of each block."""
        return (
            _runs(self.blocks, blocks)[1] + _runs(self.later_blocks, blocks)[1] - _runs(self.dead_blocks, blocks)[1]
        ).astype(np.int64)

    def members_of(self, blocks: Keys) -> tuple[npt.NDArray[np.int64], Numbers]:
        """Every living record of these blocks: position of the block among ``blocks``, and the record."""
        places, found = [], []
        for all_blocks, members in ((self.blocks, self.members), (self.later_blocks, self.later_members)):
            starts, counts = _runs(all_blocks, blocks)
            place = np.repeat(np.arange(len(blocks)), counts)
            offsets = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
            places.append(place)
            found.append(np.asarray(members[np.repeat(starts, counts) + offsets]))
        place, records = np.concatenate(places), np.concatenate(found)
        is_alive = ~self.is_dead[records]
        return place[is_alive], records[is_alive]

    def is_open(self, blocks: Keys) -> npt.NDArray[np.bool_]:
        """Whether each of these blocks, none of which the model closes, is looked at."""
        return ~np.isin(blocks, self.overgrown) if len(self.overgrown) else np.ones(len(blocks), bool)

    def changed(self, arrivals: pa.Table, entries: Entries, dead: Numbers, dead_entries: Entries) -> KindIndex:
        """The same index with records added and dead; links, components and groups are left to the caller."""
        first = self.size
        is_dead = np.r_[self.is_dead, np.zeros(len(arrivals), bool)]
        is_dead[dead] = True
        blocks = np.r_[self.later_blocks, entries.blocks]
        members = np.r_[self.later_members, entries.records + np.int32(first)]
        order = np.argsort(blocks, kind="stable")
        nobody = np.full(len(arrivals), -1, np.int32)
        draft = replace(
            self,
            later=pa.concat_tables([self.later, arrivals]).combine_chunks(),
            later_blocks=blocks[order],
            later_members=members[order].astype(np.int32),
            dead_blocks=np.sort(np.r_[self.dead_blocks, np.sort(dead_entries.blocks)], kind="stable"),
            is_dead=is_dead,
            component=np.r_[self.component, nobody],
            group=np.r_[self.group, nobody],
        )
        blocks = np.r_[entries.blocks, dead_entries.blocks]
        blocks, which = np.unique(blocks, return_index=True)
        is_over = draft.count(blocks) > np.r_[entries.limits, dead_entries.limits][which]
        kept = self.overgrown[~np.isin(self.overgrown, blocks)]
        return replace(draft, overgrown=np.union1d(kept, blocks[is_over]))

    def compacted(self) -> KindIndex:
        """The same records, links and groups in a base of their own, without the dead."""
        rows, numbers = self.sorted_rows(self.living())
        place = np.full(self.size, -1, np.int32)
        place[numbers] = np.arange(len(numbers), dtype=np.int32)
        members = place[np.r_[self.members, self.later_members]]
        blocks = np.r_[self.blocks, self.later_blocks][members >= 0]
        order = np.argsort(blocks, kind="stable")
        return replace(
            KindIndex.unlinked(rows),
            blocks=blocks[order],
            members=members[members >= 0][order],
            link_left=place[self.link_left],
            link_right=place[self.link_right],
            link_odds=self.link_odds,
            component=place[self.component[numbers]],
            group=place[self.group[numbers]],
            overgrown=self.overgrown,
        )

    @property
    def wear(self) -> float:
        """Share of the records that came or died since the base was written."""
        return (len(self.later) + int(self.is_dead.sum())) / max(len(self.base), 1)


def _runs(ascending: Keys, wanted: Keys) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where each of ``wanted`` begins in ``ascending``, and how often it is there; soon found if they ascend too."""
    starts, counts = np.empty(len(wanted), np.int64), np.empty(len(wanted), np.int64)
    _find_runs(ascending, wanted, starts, counts)
    return starts, counts


@compiled
def _find_runs(ascending, wanted, starts, counts):  # type: ignore[no-untyped-def]
    """From where the last one began, in steps that double, and back by halves: neighbours lie near each other."""
    low = 0
    for n in range(len(wanted)):
        if n and wanted[n] < wanted[n - 1]:
            low = 0
        high, step = low, 1
        while high < len(ascending) and ascending[high] < wanted[n]:
            low, high, step = high + 1, high + step, 2 * step
        high = min(high, len(ascending))
        while low < high:
            middle = (low + high) // 2
            if ascending[middle] < wanted[n]:
                low = middle + 1
            else:
                high = middle
        end = low
        while end < len(ascending) and ascending[end] == wanted[n]:
            end += 1
        starts[n], counts[n] = low, end - low


def _overgrown(blocks: Keys, limits: npt.NDArray[np.int64]) -> Keys:
    if not len(blocks):
        return blocks
    starts = np.flatnonzero(np.r_[True, blocks[1:] != blocks[:-1]])
    counts = np.diff(np.r_[starts, len(blocks)])
    found: Keys = blocks[starts[counts > limits[starts]]]
    return found


def write_base(index: KindIndex, folder: Path) -> None:
    """Write what changes do not touch."""
    folder.mkdir(parents=True)
    _write_table(folder / "records.arrow", index.base)
    for name in _BASE:
        with synced(folder / f"{name}.npy") as file:
            np.save(file, getattr(index, name))


def write_state(index: KindIndex, folder: Path) -> None:
    """Write what changes touch."""
    folder.mkdir(parents=True)
    _write_table(folder / "later.arrow", index.later)
    with synced(folder / _STATE_FILE) as file:
        for name in _STATE:
            np.save(file, getattr(index, name))


def read_index(base: Path, state: Path) -> KindIndex:
    """The index in two folders, through memory maps where it is large.

    Raises:
        OSError: it is not there.
        EOFError, ValueError: it is not whole.
    """
    arrays: dict[str, Any] = {name: np.load(base / f"{name}.npy", mmap_mode="r") for name in _BASE}
    with (state / _STATE_FILE).open("rb") as file:
        arrays |= {name: np.load(file) for name in _STATE}
    return KindIndex(base=_read_table(base / "records.arrow"), later=_read_table(state / "later.arrow"), **arrays)


def _write_table(path: Path, table: pa.Table) -> None:
    with synced(path) as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table.combine_chunks())


def _read_table(path: Path) -> pa.Table:
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
