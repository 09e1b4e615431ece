"""From what a model believes to what may be relied on: the default calibration, and how people's answers move it; pure.

A model scores pairs. What a pair's score misses is what happens around it: the cluster step joins and refuses pairs for
reasons of the whole group, records that say little are missed by every key, and one wrong link makes a whole customer
wrong. The numbers below were measured once, over public and generated sets with known truth, and hold for all data;
``python benchmarks/calibration.py --fit`` makes them again and shows where they fail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onefold.identity.estimating import Answers, Estimate, Interval, Stratum, estimate

Floats = npt.NDArray[np.float64]

NOTHING = -8.0
"""Stands for "no link at all" among log odds, below every near miss."""

_JOINED_AT = (-7.0, -3.0, -0.5, 1.0, 3.0, 5.0, 8.0, 12.0, 16.0)
_JOINED = (0.82, 0.86, 0.91, 0.92, 0.955, 0.985, 0.993, 0.9985, 0.9995)
_APART_AT = (-7.0, -5.0, -3.0, -1.5, -0.5, 0.5, 16.0)
_APART = (0.001, 0.008, 0.014, 0.03, 0.08, 0.14, 0.14)

ONE_WEIGHTS = (1.383, 0.281, 0.43, -0.048, 0.175, 0.427, 1.922, -4.168)
WHOLE_WEIGHTS = (1.062, -0.361, -0.151, -0.683, 1.175, -0.681, 0.638)

MOST_HELD = 8
"""Records of the largest customers that ``missing_share`` looks at; larger ones hold together in other ways."""
_MISSED_PER_UNSEEN = 15.0
"""How many records are missed for each that Chao's estimator counts. It is a lower bound, far below where some records
say so little that nothing finds them; the ratio was 11 to 21 on four sets that have nothing else in common."""
_MISSED = 0.02
"""Share of missed records where nothing is known, worth ``_MISSED_HELD`` records of observation."""
_MISSED_HELD = 200.0
_SINGLE_PIECE = 0.85
"""Share of the pieces that were missed which are single records; each further record is as unlikely again."""

FEWEST_LABELS = 30
"""Answers about joined pairs (for ``is_one``) or pairs apart (for ``is_whole``) below which they move nothing."""
_MOST_SHIFT = 2.5


@dataclass(frozen=True)
class Shifts:
    """How far people's answers move the default calibration, in log odds; 0 where there are too few."""

    is_one: float = 0.0
    is_whole: float = 0.0


def joined_probability(log_odds: Floats) -> Floats:
    """That a pair which the map joins is one customer, by the log odds of the pair alone."""
    chances: Floats = np.interp(log_odds, _JOINED_AT, _JOINED)
    return chances


def apart_probability(log_odds: Floats) -> Floats:
    """That two customers with this best link between them are one, weighed by their pairs of records.

    Strong links that the cluster step refused are no safer than weak ones.
    """
    chances: Floats = np.interp(log_odds, _APART_AT, _APART)
    return chances


def one_features(weakest: Floats, worst: Floats, doubt: Floats, support: Floats, records: Floats) -> Floats:
    """What tells whether the records of customers with several are one; one row per customer.

    Args:
        weakest: log odds of the weakest link that holds the records together.
        worst: log odds of the pair inside that fits least.
        doubt: sum of the logarithms of the probabilities of the links that hold them together.
        support: share of the pairs inside that were compared and are not absurd.
        records: how many.
    """
    held = np.clip(weakest, 0, 14)
    fits = np.clip(worst, -7, 8)
    columns = (
        np.minimum(held, 5),
        np.maximum(held - 5, 0),
        np.minimum(fits, 0),
        np.clip(fits, 0, 5),
        np.log(np.maximum(records - 1, 1)),
        np.clip(doubt, -3, 0),
        1 - np.clip(support, 0, 1),
    )
    return np.stack(columns, axis=1)


def missing_share(held: npt.NDArray[np.int64]) -> float:
    """Which share of the records no link leads to their customer, by how few hold many that are there.

    Capture and recapture: each other record of its customer is an occasion to catch a record. Where some were caught
    once only, others were caught never (Chao 1987, for a known number of occasions, in the form that corrects bias).

    Args:
        held: ``[records of a customer, links of one of them to others of it]``: how many records; customers of three to
            ``MOST_HELD`` records count.
    """
    unseen = seen = 0.0
    for records in range(3, min(len(held), MOST_HELD + 1)):
        once, twice = float(held[records, 1]), float(held[records, 2])
        unseen += (records - 2) / (records - 1) * once * (once - 1) / (2 * (twice + 1))
        seen += float(held[records].sum())
    share = _MISSED_PER_UNSEEN * unseen / (seen + unseen) if seen else 0.0
    return min((share * seen + _MISSED * _MISSED_HELD) / (seen + _MISSED_HELD), 0.5)


def expected_whole(missing: float, sizes: npt.NDArray[np.int64]) -> Floats:
    """Probability that nothing of a customer is elsewhere, by its number of records alone.

    A customer is not whole where it is a piece that was missed itself, or misses one. How many pieces there are follows
    from ``missing``; where they are most of the customers of one size, few of these are whole.

    Args:
        missing: share of the records, see ``missing_share``.
        sizes: customers by their number of records, from 0.
    """
    records = np.arange(len(sizes))
    pieces = missing * (sizes * records).sum() * _SINGLE_PIECE * (1 - _SINGLE_PIECE) ** np.maximum(records - 1, 0)
    is_piece = np.minimum(pieces / np.maximum(sizes, 1), 0.98)
    whole: Floats = np.clip((1 - is_piece) * np.exp(-missing * records), 0.01, 0.999)
    return whole


def whole_features(outside: Floats, content: Floats, expected: Floats) -> Floats:
    """What tells whether nothing of customers is elsewhere; one row per customer.

    Args:
        outside: log odds of the strongest link to a record of somebody else; ``NOTHING`` where there is none.
        content: how many kinds of things its records say that could find it (names, e-mail, birth date …).
        expected: the probability by its number of records alone, see ``expected_whole``.
    """
    best = np.clip(outside, NOTHING, 4)
    is_none = best <= NOTHING + 0.5
    unsaid = 6 - np.clip(content, 0, 6)
    columns = (
        np.log1p(np.exp(best)),
        np.where(is_none, 0.0, np.maximum(best, -7)),
        np.where(is_none, unsaid, 0.0),
        is_none.astype(np.float64),
        np.where(is_none, 0.0, unsaid),
        np.log(expected) - np.log1p(-expected),
    )
    return np.stack(columns, axis=1)


def weigh(features: Floats, weights: Sequence[float], shift: float = 0.0) -> Floats:
    """Probabilities of a logistic model."""
    odds = weights[0] + features @ np.array(weights[1:]) + shift
    result: Floats = 1 / (1 + np.exp(-odds))
    return result


def learn_shifts(strata: Sequence[Stratum], answers: Mapping[str, Answers]) -> Shifts:
    """How much less or more sure the answers make us than the default calibration is.

    Precision, and the pairs that are missed, as estimated with the answers and without; a difference counts as far as
    it stands out from chance. The order of customers stays as it is.
    """
    known = [stratum for stratum in strata if stratum.pairs > 0]
    sides = {
        side: sum(answers[one.key].labelled for one in known if one.is_joined is side and one.key in answers)
        for side in (True, False)
    }
    if max(sides.values()) < FEWEST_LABELS:
        return Shifts()
    before, after = estimate(known, {}), estimate(known, answers)
    one = _shrunk(_odds(after.precision.value) - _odds(before.precision.value), after.precision)
    missed = _missed(known, before), _missed(known, after)
    whole = _shrunk(float(np.log(missed[0] / missed[1])), after.recall)
    return Shifts(
        is_one=one if sides[True] >= FEWEST_LABELS else 0.0,
        is_whole=whole if sides[False] >= FEWEST_LABELS else 0.0,
    )


def _odds(share: float) -> float:
    held = min(max(share, 1e-4), 1 - 1e-4)
    return float(np.log(held / (1 - held)))


def _missed(strata: Sequence[Stratum], found: Estimate) -> float:
    """How many pairs of one customer are apart."""
    return max(sum(one.pairs * found.rates[one.key].value for one in strata if not one.is_joined), 0.5)


def _shrunk(shift: float, found: Interval) -> float:
    """A shift as far as it stands out from what chance does (in the manner of James and Stein)."""
    spread = (_odds(found.high) - _odds(found.low)) / 3.92
    kept = shift**2 / (shift**2 + spread**2) if shift else 0.0
    return round(max(-_MOST_SHIFT, min(_MOST_SHIFT, shift * kept)), 3)
