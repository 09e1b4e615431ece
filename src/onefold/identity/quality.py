"""How good this workspace's map is, as far as the answers of people tell: read from and kept in the app database.

A build leaves a frame behind: strata of alike pairs and, of each, some pairs in random order (``framing.py``). People
are asked about those that shrink the interval most; ``estimating.py`` says what follows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from onefold.identity.estimating import (
    FEWEST,
    HELD,
    Answers,
    Estimate,
    Interval,
    Stratum,
    count_wanted,
    estimate,
    next_strata,
)
from onefold.identity.framing import BEYOND, HELD_BEYOND
from onefold.identity.labels import Label, list_labels
from onefold.identity.tables import quality_estimate, quality_pair, quality_stratum, subject
from onefold.storage import aware

METHOD = "stratified_beta"
"""How estimates come about; changes with the method, so that histories can tell."""

_MOST_HISTORY = 50
_PER_QUERY = 500
_BINS = ((0.0, 0.1), (0.1, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.0))


@dataclass(frozen=True)
class StratumState:
    """One stratum, what people said about it, and what follows."""

    stratum: Stratum
    answers: Answers
    rate: Interval | None
    """Share of its pairs that are one customer; None before there is an estimate."""


@dataclass(frozen=True)
class Past:
    """What was estimated after a build."""

    build_no: int
    estimated_at: datetime
    labelled: int
    precision: Interval
    recall: Interval


@dataclass(frozen=True)
class Reliability:
    """Labelled pairs of like probability: what was expected, and what people said."""

    low: float
    high: float
    expected: float
    observed: float
    pairs: int


@dataclass(frozen=True)
class Quality:
    """All that is known about how good the map is."""

    estimate: Estimate | None
    """None while there are too few labels."""
    labelled: int
    """Answers that count."""
    unsure: int
    stale: int
    """Answers about records that say something else by now."""
    wanted: int
    """How many more would bring the intervals to a width worth having."""
    strata: tuple[StratumState, ...]
    history: tuple[Past, ...]
    """The oldest first."""
    calibration: tuple[Reliability, ...]
    contradictions: tuple[Label, ...]
    """Answers that the map does not agree with at present."""


@dataclass(frozen=True)
class SampledPair:
    """A pair that may be asked about."""

    subject_a: str
    subject_b: str
    stratum: str
    probability: float
    evidence: Mapping[str, Any]


def measure_quality(connection: sa.Connection) -> Quality:
    """What the labels say about the present map."""
    strata = load_strata(connection)
    labels = list_labels(connection, purpose="sample")
    counted = counting(labels)
    answers = count_answers(counted)
    known = [stratum for stratum in strata if stratum.pairs > 0]
    labelled = int(sum(answers[one.key].labelled for one in known if one.key in answers))
    found = estimate(known, answers) if known else None
    return Quality(
        estimate=found if labelled >= FEWEST else None,
        labelled=labelled,
        unsure=sum(one.answer == "unsure" for one in labels),
        stale=sum(one.is_stale for one in labels),
        wanted=count_wanted(found, labelled) if found else 0,
        strata=tuple(
            StratumState(
                one,
                answers.get(one.key, Answers()),
                found.rates[one.key] if found and labelled >= FEWEST else None,
            )
            for one in known
        ),
        history=list_estimates(connection),
        calibration=reliability(counted),
        contradictions=contradicting(connection, list_labels(connection)),
    )


def next_pairs(
    connection: sa.Connection, limit: int, *, skip: Sequence[tuple[str, str]] = ()
) -> tuple[SampledPair, ...]:
    """The pairs to ask about next: those whose answers are expected to shrink the intervals most.

    Args:
        connection: to the app database.
        limit: how many.
        skip: pairs that cannot be asked about here, such as those that the person may not see.
    """
    strata = [stratum for stratum in load_strata(connection) if stratum.pairs > 0]
    labels = list_labels(connection, purpose="sample")
    asked = {one.pair for one in labels} | set(skip)
    open_pairs: dict[str, list[SampledPair]] = {}
    for row in connection.execute(sa.select(quality_pair).order_by(quality_pair.c.stratum, quality_pair.c.place)):
        if (row.subject_a, row.subject_b) not in asked:
            pair = SampledPair(row.subject_a, row.subject_b, row.stratum, row.probability, row.evidence)
            open_pairs.setdefault(row.stratum, []).append(pair)
    counted = counting(labels)
    left = {key: len(pairs) for key, pairs in open_pairs.items()}
    chosen = next_strata(strata, count_answers(counted), left, limit)
    places: Counter[str] = Counter()
    found = []
    for key in chosen:
        found.append(open_pairs[key][places[key]])
        places[key] += 1
    return tuple(found)


def load_strata(connection: sa.Connection) -> list[Stratum]:
    """The strata of the present map."""
    rows = connection.execute(sa.select(quality_stratum).order_by(quality_stratum.c.place))
    return [
        Stratum(
            row.stratum,
            row.is_joined,
            row.pairs,
            row.expected,
            row.is_seen,
            HELD_BEYOND if row.stratum == BEYOND else HELD,
        )
        for row in rows
    ]


def counting(labels: Sequence[Label]) -> list[Label]:
    """Those labels that measure: answered, about pairs that were drawn, of records that still say the same."""
    return [one for one in labels if not one.is_stale and one.answer != "unsure" and one.stratum is not None]


def count_answers(labels: Sequence[Label]) -> dict[str, Answers]:
    """What was said, by stratum."""
    said = Counter((one.stratum, one.answer) for one in labels)
    keys = {key for key, _ in said if key is not None}
    return {key: Answers(said[key, "same"], said[key, "different"]) for key in keys}


def reliability(labels: Sequence[Label]) -> tuple[Reliability, ...]:
    """Where probabilities kept what they promised to the people who were asked."""
    pairs = [(one.model_probability, one.answer == "same") for one in labels if one.model_probability is not None]
    found = []
    for low, high in _BINS:
        inside = [(p, is_same) for p, is_same in pairs if low <= p < high or p == high == 1.0]
        if inside:
            expected = sum(p for p, _ in inside) / len(inside)
            observed = sum(is_same for _, is_same in inside) / len(inside)
            found.append(Reliability(low, high, expected, observed, len(inside)))
    return tuple(found)


def contradicting(connection: sa.Connection, labels: Sequence[Label]) -> tuple[Label, ...]:
    """Those answers that the map does not agree with at present."""
    names = sorted({name for one in labels for name in one.pair})
    owners: dict[str, str] = {}
    for start in range(0, len(names), _PER_QUERY):
        part = subject.c.subject_id.in_(names[start : start + _PER_QUERY])
        query = sa.select(subject.c.subject_id, subject.c.customer_id).where(part)
        owners |= {row.subject_id: row.customer_id for row in connection.execute(query)}
    return tuple(
        one
        for one in labels
        if not one.is_stale
        and one.answer != "unsure"
        and one.subject_a in owners
        and one.subject_b in owners
        and (owners[one.subject_a] == owners[one.subject_b]) != (one.answer == "same")
    )


def list_estimates(connection: sa.Connection) -> tuple[Past, ...]:
    """What was estimated after the latest builds, the oldest first."""
    query = sa.select(quality_estimate).order_by(quality_estimate.c.build_no.desc()).limit(_MOST_HISTORY)
    return tuple(
        Past(
            row.build_no,
            aware(row.estimated_at),
            row.labelled,
            Interval(**row.estimate["precision"]),
            Interval(**row.estimate["recall"]),
        )
        for row in reversed(connection.execute(query).all())
    )


def record_estimate(connection: sa.Connection, build_no: int, now: datetime) -> None:
    """Keep what is estimated after a build, where there are enough labels."""
    found = measure_quality(connection)
    if found.estimate is None:
        return
    kept = {"precision": asdict(found.estimate.precision), "recall": asdict(found.estimate.recall)}
    connection.execute(sa.delete(quality_estimate).where(quality_estimate.c.build_no == build_no))
    connection.execute(
        quality_estimate.insert().values(
            build_no=build_no, estimated_at=now.astimezone(UTC), labelled=found.labelled, estimate=kept
        )
    )
