"""Resolving again what a change of some records touches, and nothing else.

With the model fixed, a pair of records that did not change weighs what it weighed, and a component none of whose
records or links changed is grouped as it was. So the pairs of changed records are made anew, through the blocks of the
index; then the components that they were in or come into are grouped anew. What results is what a resolution of all
records with the same model gives.

Cost: in proportion to the candidates of the changed records and the components they touch, and a look at every link.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onefold.identity import pairing
from onefold.identity.blocking import Entries, known_keys
from onefold.identity.bonds import Bonds
from onefold.identity.cluster import LINK_AT, cut_components, group_components, inner_scorer, link_pairs
from onefold.identity.compare import Pairs, compare_pairs
from onefold.identity.index import KindIndex, Numbers
from onefold.identity.learned import KindModel
from onefold.identity.matches import Matches
from onefold.identity.model import NEAR_MISS
from onefold.identity.resolution import near_table
from onefold.identity.tuning import AS_LEARNED, Tuning, score_pairs


@dataclass(frozen=True)
class Draft:
    """An index that knows which records came and went; their pairs are still to be looked at."""

    index: KindIndex
    dead: Numbers
    """Records that are gone, or have changed and got another number."""
    changed: Numbers
    """Records whose pairs are to be made anew."""
    entries: Entries
    """Of ``changed``, which they count."""
    rematched: list[str]
    """Subjects whose matches are to be made anew, or who are gone."""

    @classmethod
    def of(cls, index: KindIndex, model: KindModel, arrivals: pa.Table, gone: list[str], threads: int) -> Draft:
        """Put records in their blocks and take others out.

        Args:
            index: of the records before.
            model: what was learned; the one that the index was made with.
            arrivals: ``INPUT`` of records that are new or have changed, in the order of subject ids.
            gone: subjects that are no longer there.
            threads: workers.
        """
        named = [*arrivals["subject_id"].to_pylist(), *gone]
        dead = index.numbers_of(named)
        dead = np.unique(dead[dead >= 0])
        fresh = np.arange(index.size, index.size + len(arrivals), dtype=np.int32)
        both = _entries(pa.concat_tables([arrivals, index.rows(dead)]).combine_chunks(), model, threads)
        entries, dead_entries = both.part(0, len(arrivals)), both.part(len(arrivals), len(arrivals) + len(dead))
        draft = index.changed(arrivals, entries, dead, dead_entries)
        stirred = _stirred(index, draft)
        older = stirred[stirred < index.size]
        entries = entries.followed_by(_entries(draft.rows(older), model, threads), len(fresh))
        return cls(draft, dead, np.r_[fresh, older], entries, [*named, *draft.ids(stirred).to_pylist()])


@dataclass(frozen=True)
class Change:
    """What became of one kind of records."""

    index: KindIndex
    matches: tuple[Matches, ...]
    """Of the pairs that were made anew; they replace all that have a record of ``Draft.rematched``."""
    near: pa.Table
    """``NEAR_MISS``, in the same way."""
    regrouped: Numbers
    """Records whose group may have changed; with any record its whole group, the old and the new one."""
    pairs: int
    """Pairs that were compared."""


def resolve_draft(
    drafted: Draft,
    model: KindModel,
    bonds: Bonds,
    concerned: Collection[str],
    *,
    threads: int,
    tuning: Tuning = AS_LEARNED,
) -> Change:
    """Bring pairs, links and groups in line with records that came, changed or went.

    Args:
        drafted: the index with these records.
        model: what was learned; the one that the index was made with.
        bonds: what people have decided by now.
        concerned: subjects whom other decisions concern than before.
        threads: workers.
        tuning: what a person has set; that which the index was made with.
    """
    draft, changed = drafted.index, drafted.changed
    found = _pairs_anew(draft, model, tuning, changed, drafted.entries, threads)
    is_over = np.zeros(draft.size, bool)
    is_over[drafted.dead], is_over[changed] = True, True
    is_cut = is_over[draft.link_left] | is_over[draft.link_right]
    touched = np.zeros(draft.size, bool)
    touched[draft.link_left[is_cut]], touched[draft.link_right[is_cut]] = True, True
    touched[changed] = True
    bound = draft.numbers_of(sorted(concerned))
    is_over[bound[bound >= 0]], touched[bound[bound >= 0]] = True, True
    touched &= ~draft.is_dead
    draft = replace(
        draft,
        link_left=np.r_[draft.link_left[~is_cut], found.links.left],
        link_right=np.r_[draft.link_right[~is_cut], found.links.right],
        link_odds=np.r_[draft.link_odds[~is_cut], found.odds],
    )
    draft, regrouped = _regroup(draft, model, tuning, bonds, touched, is_over, threads)
    return Change(draft, found.matches, found.near, regrouped, found.compared)


def _entries(records: pa.Table, model: KindModel, threads: int) -> Entries:
    keys = known_keys(model.encode(records), model.blocking, threads) if len(records) else []
    return Entries.of(keys, model.blocking)


def _stirred(before: KindIndex, after: KindIndex) -> Numbers:
    """Records of blocks that were closed or opened by the change."""
    flipped = np.setxor1d(before.overgrown, after.overgrown)
    return np.unique(after.members_of(flipped)[1]) if len(flipped) else np.zeros(0, np.int32)


def meeting_pairs(index: KindIndex, model: KindModel, entries: Entries, numbers: Numbers) -> tuple[Numbers, Numbers]:
    """Pairs of each of ``numbers`` and a record that it meets in a block; ``entries`` count in ``numbers``."""
    if model.blocking.is_all_pairs:
        living = index.living()
        return np.repeat(numbers, len(living)), np.tile(living, len(numbers))
    is_open = index.is_open(entries.blocks)
    blocks, place = np.unique(entries.blocks[is_open], return_inverse=True)
    ours = numbers[entries.records[is_open]]
    by_block = np.argsort(place, kind="stable")
    counts = np.bincount(place, minlength=len(blocks))
    starts = np.cumsum(counts) - counts
    block, member = index.members_of(blocks)
    repeats = counts[block]
    offsets = np.arange(int(repeats.sum())) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    one = ours[by_block][np.repeat(starts[block], repeats) + offsets]
    return one, np.repeat(member, repeats)


@dataclass(frozen=True)
class _Pairs:
    """All pairs with a changed record."""

    links: Pairs
    """Of records by number."""
    odds: npt.NDArray[np.float32]
    matches: tuple[Matches, ...]
    near: pa.Table
    compared: int


def _pairs_anew(
    index: KindIndex, model: KindModel, tuning: Tuning, changed: Numbers, entries: Entries, threads: int
) -> _Pairs:
    nobody = np.zeros(0, np.int32)
    nothing = _Pairs(Pairs(nobody, nobody), np.zeros(0, np.float32), (), NEAR_MISS.empty_table(), 0)
    if not len(changed):
        return nothing
    one, other = meeting_pairs(index, model, entries, changed)
    is_pair = one != other
    low, high = np.minimum(one, other)[is_pair].astype(np.int64), np.maximum(one, other)[is_pair]
    keys = np.unique((low << 32) | high)
    if not len(keys):
        return nothing
    low, high = (keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)
    rows, numbers = index.sorted_rows(np.unique(np.r_[low, high]))
    a, b = (_place_in(numbers, side) for side in (low, high))
    pairs = Pairs(np.minimum(a, b), np.maximum(a, b))
    people = model.encode(rows)
    scorer = tuning.on(model.scorer(people), rows["subject_id"])
    link_at = tuning.link_log_odds(LINK_AT)
    patterns = compare_pairs(people, pairs, threads)
    scores = score_pairs(scorer, pairs, patterns, threads)
    ids = rows["subject_id"].combine_chunks()
    matches = Matches.of(ids, pairs, patterns, scores, scorer, threads, link_at)
    linked, odds = link_pairs(pairs, scores, link_at)
    links = Pairs(numbers[linked.left], numbers[linked.right])
    return _Pairs(links, odds, (matches,), near_table(ids, pairs, scores, link_at), len(pairs))


def _place_in(numbers: Numbers, wanted: Numbers) -> Numbers:
    """Where each of ``wanted`` is in ``numbers``, which are in any order and hold all of them."""
    order = np.argsort(numbers)
    places: Numbers = order[np.searchsorted(numbers, wanted, sorter=order)].astype(np.int32)
    return places


def _regroup(
    index: KindIndex,
    model: KindModel,
    tuning: Tuning,
    bonds: Bonds,
    touched: npt.NDArray[np.bool_],
    is_over: npt.NDArray[np.bool_],
    threads: int,
) -> tuple[KindIndex, Numbers]:
    """Components and groups of all that is connected with ``touched`` records.

    ``is_over`` marks records that weigh in differently than before, so that their component must be grouped anew.
    """
    left, right, odds = _with_people(index, bonds)
    connected = np.arange(index.size, dtype=np.int32)
    pairing.join_links(connected, left, right, np.ones(len(left), bool))
    is_near = np.zeros(index.size, bool)
    is_near[connected[touched]] = True
    is_near = is_near[connected]
    region = np.flatnonzero(is_near & ~index.is_dead).astype(np.int32)
    component, group = index.component.copy(), index.group.copy()
    component[index.is_dead], group[index.is_dead] = -1, -1
    inner = is_near[left]
    place = np.full(index.size, -1, np.int32)
    place[region] = np.arange(len(region), dtype=np.int32)
    links = Pairs(place[left[inner]], place[right[inner]])
    found = cut_components(len(region), links, odds[inner], model.largest, tuning.link_log_odds(LINK_AT))
    anew = region[_is_anew(index, region, found, is_over)]
    component[region] = region[found]
    if len(anew):
        rows, numbers = index.sorted_rows(anew)
        first = _first_of_each(component[numbers])
        group[numbers] = numbers[_grouped(rows, model, tuning, first, bonds, threads)]
    return replace(index, component=component, group=group), anew


def _with_people(index: KindIndex, bonds: Bonds) -> tuple[Numbers, Numbers, npt.NDArray[np.float32]]:
    """All links, and those that people's word makes."""
    by_unit: dict[int, list[int]] = {}
    named = list(bonds.unit_of)
    for name, number in zip(named, index.numbers_of(named).tolist(), strict=True):
        if number >= 0:
            by_unit.setdefault(bonds.unit_of[name], []).append(number)
    chains = [pair for members in by_unit.values() for pair in itertools.pairwise(members)]
    if not chains:
        return index.link_left, index.link_right, index.link_odds
    left, right = (np.array([pair[side] for pair in chains], np.int32) for side in (0, 1))
    odds = np.r_[index.link_odds, np.full(len(chains), np.inf, np.float32)]
    return np.r_[index.link_left, left], np.r_[index.link_right, right], odds


def _is_anew(
    index: KindIndex, region: Numbers, found: Numbers, is_over: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Which records of ``region`` are in a component (``found``) that is not one of the old ones, just as it was."""
    old = index.component[region]
    is_changed = is_over[region] | (old < 0) | (old != old[found])
    former = np.r_[old, index.component[index.is_dead]]
    sizes_before = np.bincount(former[former >= 0], minlength=index.size)
    sizes_now = np.bincount(found, minlength=len(region))
    is_changed |= sizes_now[found] != sizes_before[np.maximum(old, 0)]
    has_changed = np.zeros(len(region), bool)
    has_changed[found[is_changed]] = True
    anew: npt.NDArray[np.bool_] = has_changed[found]
    return anew


def _first_of_each(labels: Numbers) -> Numbers:
    """For each position the first one with the same label."""
    _, first, place = np.unique(labels, return_index=True, return_inverse=True)
    found: Numbers = first[place].astype(np.int32)
    return found


def _grouped(
    rows: pa.Table, model: KindModel, tuning: Tuning, components: Numbers, bonds: Bonds, threads: int
) -> Numbers:
    people = model.encode(rows)
    scorer = tuning.on(model.scorer(people), rows["subject_id"])
    decided = bonds.on(rows["subject_id"].combine_chunks())
    return group_components(components, inner_scorer(people, scorer), threads, decided, tuning.link_log_odds(LINK_AT))
