"""From scored pairs to groups of records that hold together.

Connected components of the links are only a first cut: a few chance links chain strangers into giants. So every pair
inside a component is scored, and groups unite only where the evidence between all their records speaks for it on
average; evidence against counts, and a conflict forbids.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onefold.identity import pairing
from onefold.identity.blocking import group_records
from onefold.identity.bonds import RecordBonds
from onefold.identity.compare import Pairs, compare_pairs
from onefold.identity.compiled import work_on
from onefold.identity.fields import FIELDS, Contact
from onefold.identity.people import People
from onefold.identity.score import Contributions, Scores
from onefold.identity.tuning import PairScorer

LINK_AT = 0.4
"""Log odds from which a pair is a link, and a pair of groups may unite: three to two for one customer."""

_FLOOR = -4.0
"""Mean evidence between two groups below which they stay apart."""

_CLIP = 12.0
"""No single pair counts more than this (natural log units), so that one coincidence cannot carry a group."""

CONTACTS = frozenset(number for number, field in enumerate(FIELDS) if field.levels is Contact)
"""Fields in which a customer may have several values."""

_FORBIDDEN = -1e9
_DECIDED = 1e6
"""Evidence of a person's word that two records are one customer: more than any model finds."""

_LARGEST = 500
"""Records of a component that are looked at together; larger ones are first cut at stronger links."""

STRONGEST_CUT = 200.0
"""Strength from which links are never cut, however large a component they hold together."""

_PAIRS_AT_ONCE = 200_000
"""Pairs inside components that are looked at together, so that memory does not grow with them."""

_PAIRS_PER_RECORD = 10
_LEAST_PAIRS = 5_000_000


@dataclass(frozen=True)
class InnerScores:
    """Scores of all pairs inside components, and the same taken apart."""

    scores: Scores
    contributions: Contributions
    priors: tuple[float, float]
    """Log odds of one customer against strangers and against related, before any evidence."""


def inner_scorer(people: People, scorer: PairScorer) -> Callable[[Pairs], InnerScores]:
    """What scores any pairs of ``people``."""

    def score(inner: Pairs) -> InnerScores:
        return InnerScores(*scorer.score_in_parts(inner, compare_pairs(people, inner, 1)), scorer.priors)

    return score


@dataclass(frozen=True)
class Groups:
    """Which records belong together."""

    first: npt.NDArray[np.int32]
    """For each record the position of its group's first record."""
    component: npt.NDArray[np.int32]
    """For each record the first one of those that were looked at together with it."""
    largest: int
    """Records that were looked at together at most."""


def cluster_records(
    size: int,
    pairs: Pairs,
    scores: Scores,
    score_inner: Callable[[Pairs], InnerScores],
    threads: int,
    bonds: RecordBonds | None = None,
    largest: int | None = None,
    link_at: float = LINK_AT,
) -> Groups:
    """Groups of records that hold together.

    Args:
        size: how many records there are.
        pairs: candidate pairs.
        scores: their scores.
        score_inner: scores any pairs; called for all pairs inside components, some at a time, by any thread.
        threads: components are worked on by this many.
        bonds: what people decided: units unite first, rivals never.
        largest: records of a component that are looked at together; None to find it.
        link_at: log odds from which a pair is a link.
    """
    linked, strength = link_pairs(pairs, scores, link_at)
    if bonds is not None:
        linked, strength = with_chains(linked, strength, bonds.chains())
    parents, largest = _components(size, linked, strength, largest, link_at)
    return Groups(group_components(parents, score_inner, threads, bonds, link_at), parents, largest)


def group_components(
    parents: npt.NDArray[np.int32],
    score_inner: Callable[[Pairs], InnerScores],
    threads: int,
    bonds: RecordBonds | None,
    link_at: float = LINK_AT,
) -> npt.NDArray[np.int32]:
    """For each record the position of its group's first record, by component (given by its first record)."""
    groups = parents.copy()
    order, starts = group_records(parents)
    sizes = np.diff(starts)
    is_inner = sizes > 1
    order, sizes = order[np.repeat(is_inner, sizes)], sizes[is_inner]
    starts = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    pairs_before = np.r_[0, np.cumsum(sizes * (sizes - 1) // 2)].astype(np.int64)
    cuts = np.unique(np.searchsorted(pairs_before, np.arange(0, pairs_before[-1], _PAIRS_AT_ONCE)))

    def group(part: tuple[int, int]) -> None:
        begin, end = part
        records, within = order[starts[begin] : starts[end]], starts[begin : end + 1] - starts[begin]
        inner = _pairs_within(records, within)
        scored = score_inner(inner)
        if bonds is not None:
            scored = _bound(inner, scored, bonds)
        first_pair = pairs_before[begin:end] - pairs_before[begin]
        _agglomerate(records, within, first_pair, scored, groups, link_at)

    work_on(itertools.pairwise([*cuts.tolist(), len(sizes)]), group, threads)
    return groups


def _bound(inner: Pairs, scored: InnerScores, bonds: RecordBonds) -> InnerScores:
    """The scores with people's word above every other evidence."""
    must, must_not = bonds.judge(inner.left, inner.right)
    found, parts = scored.scores, scored.contributions
    log_odds = np.where(must, np.float32(_DECIDED), found.log_odds)
    evidence = np.where(must, np.float32(_DECIDED), found.evidence)
    strangers, related = parts.against_strangers.copy(), parts.against_related.copy()
    strangers[must], related[must] = _DECIDED, _DECIDED
    return InnerScores(
        Scores(log_odds, evidence, (found.is_conflict & ~must) | must_not),
        Contributions(parts.columns, strangers, related),
        scored.priors,
    )


def link_pairs(pairs: Pairs, scores: Scores, link_at: float = LINK_AT) -> tuple[Pairs, npt.NDArray[np.float32]]:
    """The pairs that connect components, and how strongly."""
    is_link = (scores.log_odds >= link_at) & ~scores.is_conflict
    return pairs.take(is_link), scores.log_odds[is_link]


def with_chains(
    linked: Pairs, strength: npt.NDArray[np.float32], chains: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]
) -> tuple[Pairs, npt.NDArray[np.float32]]:
    """Links, and the pairs that people's word holds together whatever the evidence."""
    left, right = chains
    both = Pairs(np.r_[linked.left, left], np.r_[linked.right, right])
    return both, np.r_[strength, np.full(len(left), np.inf, np.float32)]


def _components(
    size: int, linked: Pairs, strength: npt.NDArray[np.float32], largest: int | None, link_at: float
) -> tuple[npt.NDArray[np.int32], int]:
    """Connected components, those of more than ``largest`` records cut at their weaker links; and what is the largest.

    How a component is cut depends on it and on ``largest`` alone.
    """
    if largest is None:
        parents, largest = _cut(size, linked, strength, None, link_at)
        if largest == _LARGEST:
            return parents, largest
    return cut_components(size, linked, strength, largest, link_at), largest


def cut_components(
    size: int, linked: Pairs, strength: npt.NDArray[np.float32], largest: int, link_at: float = LINK_AT
) -> npt.NDArray[np.int32]:
    """For each record the first of its component, components of more than ``largest`` records cut at weak links."""
    return _cut(size, linked, strength, largest, link_at)[0]


def _cut(
    size: int, linked: Pairs, strength: npt.NDArray[np.float32], largest: int | None, link_at: float
) -> tuple[npt.NDArray[np.int32], int]:
    threshold, allowed = link_at, largest or _LARGEST
    is_kept = np.ones(len(linked), bool)
    while True:
        parents = np.arange(size, dtype=np.int32)
        pairing.join_links(parents, linked.left, linked.right, is_kept)
        sizes = np.bincount(parents, minlength=size)
        if largest is None:
            allowed = min(allowed, _allowed_size(sizes, size))
        too_large = sizes > allowed
        if not too_large.any() or threshold > STRONGEST_CUT:
            return parents, allowed
        threshold += 1.0
        is_kept &= ~(too_large[parents[linked.left]] & (strength < threshold))


def _allowed_size(sizes: npt.NDArray[np.int64], size: int) -> int:
    """The largest component size at which all pairs inside components fit the budget."""
    ascending = np.sort(sizes[sizes > 1])
    cumulated = np.cumsum(ascending * (ascending - 1) // 2)
    fitting = int(np.searchsorted(cumulated, max(_LEAST_PAIRS, _PAIRS_PER_RECORD * size), side="right"))
    return min(_LARGEST, int(ascending[fitting]) - 1 if fitting < len(ascending) else _LARGEST)


def _pairs_within(order: npt.NDArray[np.int32], starts: npt.NDArray[np.int64]) -> Pairs:
    sizes = np.diff(starts)
    count = int((sizes * (sizes - 1) // 2).sum())
    left, right = np.empty(count, np.int32), np.empty(count, np.int32)
    pairing.list_pairs_within(order, starts, left, right)
    return Pairs(left, right)


def _agglomerate(
    order: npt.NDArray[np.int32],
    starts: npt.NDArray[np.int64],
    first_pair: npt.NDArray[np.int64],
    inner: InnerScores,
    groups: npt.NDArray[np.int32],
    link_at: float,
) -> None:
    evidence = np.clip(inner.scores.evidence, -_CLIP, _CLIP)
    evidence[inner.scores.is_conflict] = _FORBIDDEN
    pairing.agglomerate(
        order,
        starts,
        first_pair,
        np.where(inner.scores.is_conflict, np.float32(-np.inf), inner.scores.log_odds),
        evidence,
        inner.contributions.against_strangers,
        inner.contributions.against_related,
        np.array([column in CONTACTS for column in inner.contributions.columns]),
        inner.priors,
        (link_at, _FLOOR),
        groups,
    )
