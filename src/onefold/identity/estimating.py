"""Precision and recall of a map without truth, from a few labelled pairs; pure.

The pairs of a workspace are divided into strata of alike pairs: joined ones for precision, those apart for recall.
The share of each stratum's pairs that are one customer has a Beta prior, which expects what the calibrated model
expects and holds less than half a pair that is otherwise, so that it is soon outvoted. The answers of people do the
rest; that people err now and then is part of how likely an answer is, else one slip among a hundred thousand pairs
would count as a thousand customers. What follows for precision and recall is read off draws from all posteriors.

Source: stratified sampling with optimal allocation after Neyman (1934); adaptive choice and score-based priors as in
OASIS (Marchant and Rubinstein 2017); Jeffreys' half observation for rates near 0 and 1, and the interval that reaches
them where nothing speaks against it (Brown, Cai and DasGupta 2001).
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

ERRING = 0.01
"""How often an answer is taken to be wrong."""

HELD = 0.4
"""Pairs that are otherwise than expected, which a prior holds unless its stratum says more."""
_LEAST = 1e-9
_MOST_SLIPS = 0.03
"""Share of answers that may well be slips."""
_SEED = 20261
_GRID = np.linspace(-24.0, 24.0, 1_921)
"""Log odds of a rate at which its posterior is weighed."""
_LOG_RATE, _LOG_REST = -np.logaddexp(0, -_GRID), -np.logaddexp(0, _GRID)
_LOG_SAME = np.log(np.exp(_LOG_RATE) * (1 - ERRING) + np.exp(_LOG_REST) * ERRING)
_LOG_DIFFERENT = np.log(np.exp(_LOG_REST) * (1 - ERRING) + np.exp(_LOG_RATE) * ERRING)


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
    held: float = HELD
    """How sure the expectation is: pairs that are otherwise than expected, which its prior holds."""


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
        rate = _drawn_rates(stratum, answers.get(stratum.key, Answers()), random)
        rates[stratum.key] = _interval(rate)
        if stratum.is_joined:
            joined += stratum.pairs * rate
            given += stratum.pairs
        else:
            apart += stratum.pairs * rate
    precision = joined / given if given else np.ones(DRAWS)
    wanted = joined + apart
    recall = np.divide(joined, wanted, out=np.ones(DRAWS), where=wanted > 0)
    both = precision + recall
    f1 = np.divide(2 * precision * recall, both, out=np.zeros(DRAWS), where=both > 0)
    return Estimate(
        _interval(precision, reaches_one=not _doubted(strata, answers, is_joined=True)),
        _interval(recall, reaches_one=not _doubted(strata, answers, is_joined=False)),
        _interval(f1),
        rates,
    )


def _doubted(strata: Sequence[Stratum], answers: Mapping[str, Answers], *, is_joined: bool) -> bool:
    """Whether more answers speak against the map on this side than slips of those who answer explain."""
    said = [answers[one.key] for one in strata if one.is_joined is is_joined and one.key in answers]
    against = sum(one.different if is_joined else one.same for one in said)
    slips = _MOST_SLIPS * sum(one.labelled for one in said)
    return bool(against > slips + 1.64 * slips**0.5)


def next_strata(
    strata: Sequence[Stratum], answers: Mapping[str, Answers], left: Mapping[str, int], count: int
) -> list[str]:
    """The strata to ask about next, one entry per pair, so that the intervals shrink the most.

    Each pair goes where one more answer is expected to lower the variance the most, by turns of precision and of
    recall, given the answers so far and those expected of the pairs chosen before it.

    Args:
        strata: all of them.
        answers: so far.
        left: stratum -> pairs that can still be asked about.
        count: how many pairs.
    """
    sizes = np.array([stratum.pairs for stratum in strata])
    is_joined = np.array([stratum.is_joined for stratum in strata], bool)
    a, b = np.array([_as_beta(one, answers.get(one.key, Answers())) for one in strata]).reshape(-1, 2).T
    remaining = np.array([left.get(stratum.key, 0) for stratum in strata])
    chosen: list[str] = []
    turn = round(sum(said.labelled for said in answers.values()))
    while len(chosen) < count and (remaining > 0).any():
        for_precision, for_recall = _gains(sizes, is_joined, a, b)
        gain = np.where(remaining > 0, for_recall if (turn + len(chosen)) % 2 else for_precision, -1.0)
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


def _gains(sizes: Floats, is_joined: npt.NDArray[np.bool_], a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """By how much one more answer in each stratum is expected to lower the variance of precision, and of recall."""
    total = a + b
    mean = a / total
    joined, apart = float((sizes * mean)[is_joined].sum()), float((sizes * mean)[~is_joined].sum())
    given, wanted = max(float(sizes[is_joined].sum()), 1.0), max(joined + apart, 1e-12)
    for_precision = np.where(is_joined, sizes / given, 0.0)
    for_recall = np.where(is_joined, apart, joined) * sizes / wanted**2
    gain = mean * (1 - mean) / (total + 1) ** 2
    return gain * for_precision**2, gain * for_recall**2


def _weights(stratum: Stratum, said: Answers) -> Floats:
    """The posterior of the stratum's rate on the grid."""
    expected = min(max(stratum.expected, _LEAST), 1 - _LEAST)
    held = stratum.held / min(expected, 1 - expected)
    log = held * expected * _LOG_RATE + held * (1 - expected) * _LOG_REST
    log = log + said.same * _LOG_SAME + said.different * _LOG_DIFFERENT
    weights = np.exp(log - log.max())
    result: Floats = weights / weights.sum()
    return result


def _drawn_rates(stratum: Stratum, said: Answers, random: np.random.Generator) -> Floats:
    """Draws from the posterior, spread evenly over it."""
    cumulated = np.cumsum(_weights(stratum, said))
    places = (np.arange(DRAWS) + random.random(DRAWS)) / DRAWS
    random.shuffle(places)
    drawn: Floats = 1 / (1 + np.exp(-np.interp(places, cumulated, _GRID)))
    return drawn


def _as_beta(stratum: Stratum, said: Answers) -> tuple[float, float]:
    """The Beta distribution with the posterior's mean and variance."""
    weights, rates = _weights(stratum, said), np.exp(_LOG_RATE)
    mean = float((weights * rates).sum())
    variance = max(float((weights * (rates - mean) ** 2).sum()), 1e-18)
    total = max(mean * (1 - mean) / variance - 1, 1e-3)
    return mean * total, (1 - mean) * total


def _interval(draws: Floats, *, reaches_one: bool = False) -> Interval:
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return Interval(float(draws.mean()), float(low), 1.0 if reaches_one else float(high))
