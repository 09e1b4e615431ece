"""Precision and recall of a map without truth, from a few labelled pairs; pure.

The pairs of a workspace are divided into strata of alike pairs: joined ones for precision, those apart for recall. In
each stratum the share of pairs that are one customer has a Beta posterior. Its prior expects what the calibrated model
expects, and holds half a pair that is otherwise, so that it is soon outvoted; the answers of people do the rest. What
follows for precision and recall is read off draws from all posteriors.

Source: stratified sampling with optimal allocation after Neyman (1934); adaptive choice and score-based priors as in
OASIS (Marchant and Rubinstein 2017); Jeffreys' half observation for rates near 0 and 1 (Brown, Cai and DasGupta 2001).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

DRAWS = 4_000
LEVEL = 0.95
"""Of all intervals."""

FEWEST = 20
"""Labels below which no estimate is given: an interval over almost nothing reads like knowledge."""
WANTED_WIDTH = 0.06
"""Intervals wider than this are worth more labels."""
MOST_WANTED = 120
"""Labels after which more of them hardly help: what remains is what nobody can be asked about."""

_HALF = 0.5
_LEAST = 1e-9
_SEED = 20261


@dataclass(frozen=True)
class Stratum:
    """Alike pairs."""

    key: str
    is_joined: bool
    """The map says that both records are one customer."""
    pairs: float
    """In the workspace; estimated where only a sample was looked at."""
    expected: float
    """Share of them that the calibrated model takes for one customer."""
    is_seen: bool = True
    """Resolution compared these pairs."""


@dataclass(frozen=True)
class Answers:
    """What people said about the pairs of one stratum."""

    same: float = 0.0
    different: float = 0.0

    @property
    def labelled(self) -> float:
        """All of them."""
        return self.same + self.different


@dataclass(frozen=True)
class Interval:
    """An estimate, and what holds the truth with the probability ``LEVEL``."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Estimate:
    """How good a map is."""

    precision: Interval
    """Share of the joined pairs that are one customer."""
    recall: Interval
    """Share of all pairs that are one customer which are joined."""
    f1: Interval
    rates: Mapping[str, Interval] = field(default_factory=dict)
    """Stratum -> share of its pairs that are one customer."""


def estimate(strata: Sequence[Stratum], answers: Mapping[str, Answers]) -> Estimate:
    """What the answers say about all pairs.

    Args:
        strata: all pairs of the workspace that count.
        answers: by stratum; those without count as unlabelled.

    Deterministic: equal arguments give equal results.
    """
    random = np.random.default_rng(_SEED)
    joined, apart = np.zeros(DRAWS), np.zeros(DRAWS)
    given = 0.0
    rates = {}
    for stratum in strata:
        said = answers.get(stratum.key, Answers())
        rate = _rates(stratum, said, random)
        unlabelled = max(stratum.pairs - said.labelled, 0.0)
        matches = np.minimum(said.same, stratum.pairs) + unlabelled * rate
        rates[stratum.key] = _interval(matches / max(stratum.pairs, 1e-300))
        if stratum.is_joined:
            joined += matches
            given += stratum.pairs
        else:
            apart += matches
    precision = joined / given if given else np.ones(DRAWS)
    wanted = joined + apart
    recall = np.divide(joined, wanted, out=np.ones(DRAWS), where=wanted > 0)
    both = precision + recall
    f1 = np.divide(2 * precision * recall, both, out=np.zeros(DRAWS), where=both > 0)
    return Estimate(_interval(precision), _interval(recall), _interval(f1), rates)


def next_strata(
    strata: Sequence[Stratum], answers: Mapping[str, Answers], left: Mapping[str, int], count: int
) -> list[str]:
    """The strata to ask about next, one entry per pair, so that the intervals shrink the most.

    Each pair goes where one more answer is expected to lower the variance of precision and recall together the most,
    given the answers so far and those expected of the pairs chosen before it.

    Args:
        strata: all of them.
        answers: so far.
        left: stratum -> pairs that can still be asked about.
        count: how many pairs.
    """
    sizes = np.array([stratum.pairs for stratum in strata])
    is_joined = np.array([stratum.is_joined for stratum in strata], bool)
    a, b = (
        (
            np.array(side)
            for side in zip(*(_posterior(one, answers.get(one.key, Answers())) for one in strata), strict=True)
        )
        if strata
        else (np.zeros(0), np.zeros(0))
    )
    remaining = np.array([left.get(stratum.key, 0) for stratum in strata])
    chosen = []
    for _ in range(count):
        if not (remaining > 0).any():
            break
        gain = np.where(remaining > 0, _gains(sizes, is_joined, a, b), -1.0)
        best = int(gain.argmax())
        share = a[best] / (a[best] + b[best])
        a[best] += share
        b[best] += 1 - share
        remaining[best] -= 1
        chosen.append(strata[best].key)
    return chosen


def count_wanted(found: Estimate, labelled: int) -> int:
    """How many more labels would bring the intervals to a width that is worth having; 0 where they are there."""
    width = max(found.precision.high - found.precision.low, found.recall.high - found.recall.low)
    if labelled >= MOST_WANTED or (labelled >= FEWEST and width <= WANTED_WIDTH):
        return 0
    needed = max(labelled, FEWEST) * (width / WANTED_WIDTH) ** 2  # a width falls with the root of the labels
    return max(int(np.ceil(min(needed, MOST_WANTED))) - labelled, FEWEST - labelled, 1)


def _gains(sizes: Floats, is_joined: npt.NDArray[np.bool_], a: Floats, b: Floats) -> Floats:
    """By how much one more answer in each stratum is expected to lower the summed variance of precision and recall."""
    total = a + b
    mean = a / total
    joined, apart = float((sizes * mean)[is_joined].sum()), float((sizes * mean)[~is_joined].sum())
    given, wanted = max(float(sizes[is_joined].sum()), 1.0), max(joined + apart, 1e-12)
    for_precision = np.where(is_joined, sizes / given, 0.0)
    for_recall = np.where(is_joined, apart, joined) * sizes / wanted**2
    variance = mean * (1 - mean) / (total + 1)
    result: Floats = variance * (for_precision**2 + for_recall**2) / (total + 1)
    return result


def _posterior(stratum: Stratum, said: Answers) -> tuple[float, float]:
    expected = min(max(stratum.expected, _LEAST), 1 - _LEAST)
    rarer = min(expected, 1 - expected)
    weight = _HALF / rarer
    return weight * expected + said.same, weight * (1 - expected) + said.different


def _rates(stratum: Stratum, said: Answers, random: np.random.Generator) -> Floats:
    a, b = _posterior(stratum, said)
    drawn: Floats = random.beta(a, b, DRAWS)
    return drawn


def _interval(draws: Floats) -> Interval:
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return Interval(float(draws.mean()), float(low), float(high))
