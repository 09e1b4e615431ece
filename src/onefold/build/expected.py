"""What a change of settings is expected to do to precision and recall.

Where people have labelled enough pairs, these judge both maps by the method of ``identity.quality``: each stratum of
pairs is divided into those that a map joins and those that it keeps apart. Without labels nobody knows; then the links
themselves are counted with the probabilities that the settings of now give them, and the answer says that it is the
model's own word. A link that the settings of now do not see as one has some probability below one half, so such
figures are ranges.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from onefold.engines import Engine
from onefold.identity.estimating import FEWEST, Answers, Estimate, Interval, Stratum, estimate
from onefold.identity.labels import Label, list_labels
from onefold.identity.quality import load_strata
from onefold.identity.tables import quality_pair

_LINKS_SQL = """
    -- grain: one row per pair that either resolution sees as a link
    create or replace table judged as
    with links as (
        select subject_a, subject_b from match_before
        union
        select subject_a, subject_b from match_after
    )
    select
        b.probability is not null as is_known,
        coalesce(b.probability, 0.0) as low,
        coalesce(b.probability, 0.5) as high,
        xa.cluster = xb.cluster as was_one,
        ya.cluster = yb.cluster as is_one
    from links l
    left join match_before b on b.subject_a = l.subject_a and b.subject_b = l.subject_b
    join cluster_before xa on xa.subject_id = l.subject_a
    join cluster_before xb on xb.subject_id = l.subject_b
    join cluster_after ya on ya.subject_id = l.subject_a
    join cluster_after yb on yb.subject_id = l.subject_b"""

_SUMS_SQL = """
    -- grain: one row
    select
        count(*) filter (was_one), sum(low) filter (was_one), sum(high) filter (was_one),
        count(*) filter (is_one), sum(low) filter (is_one), sum(high) filter (is_one),
        count(*) filter (is_one and not was_one),
        sum(low) filter (is_one and not was_one), sum(high) filter (is_one and not was_one),
        count(*) filter (was_one and not is_one),
        sum(low) filter (was_one and not is_one), sum(high) filter (was_one and not is_one),
        sum(low) filter (not was_one), sum(high) filter (not was_one),
        sum(low) filter (not is_one), sum(high) filter (not is_one)
    from judged"""


@dataclass(frozen=True)
class Range:
    """A share that lies between two bounds; equal where it is one figure."""

    low: float
    high: float
    value: float | None = None
    """The likeliest, where labels say so; the bounds then hold the truth with 95 %."""


@dataclass(frozen=True)
class Links:
    """Links that would come into or fall out of customers."""

    pairs: int
    right: Range | None
    """Share of them that really are one customer; None where there are none."""


@dataclass(frozen=True)
class Expected:
    """Precision and recall before and after."""

    source: Literal["model", "labels"]
    """Who says so: what people labelled, or the model of itself."""
    labels: int
    """Pairs that people labelled."""
    precision_before: Range | None
    precision_after: Range | None
    recall_before: Range | None
    recall_after: Range | None
    united: Links
    """Links between customers of now that would be within one."""
    parted: Links
    """Links within a customer of now that would not be any more."""


Resolved = tuple[pa.Table, pa.Table]
"""Clusters and matches."""


def expect(connection: sa.Connection, before: Resolved, after: Resolved) -> Expected:
    """The effect of going from one resolution to another.

    Args:
        connection: to the app database, where labels are.
        before: with the settings of now, whose probabilities judge.
        after: with those that are asked about.
    """
    by_model = _by_model(before, after)
    labels = [
        label
        for label in list_labels(connection, purpose="sample")
        if not label.is_stale and label.answer != "unsure" and label.stratum is not None
    ]
    strata = [stratum for stratum in load_strata(connection) if stratum.pairs > 0]
    if len(labels) < FEWEST or not strata:
        return replace(by_model, labels=len(labels))
    listed = _listed(connection, labels)
    was, would = (_by_labels(strata, labels, listed, clusters) for clusters, _matches in (before, after))
    return replace(
        by_model,
        source="labels",
        labels=len(labels),
        precision_before=_range(was.precision),
        precision_after=_range(would.precision),
        recall_before=_range(was.recall),
        recall_after=_range(would.recall),
    )


def _listed(connection: sa.Connection, labels: Sequence[Label]) -> dict[str, set[tuple[str, str]]]:
    """Stratum -> pairs of it that were drawn by chance."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in connection.execute(
        sa.select(quality_pair.c.stratum, quality_pair.c.subject_a, quality_pair.c.subject_b)
    ):
        found[row[0]].add((row[1], row[2]))
    for label in labels:
        found[str(label.stratum)].add(label.pair)
    return found


def _by_labels(
    strata: Sequence[Stratum],
    labels: Sequence[Label],
    listed: Mapping[str, set[tuple[str, str]]],
    clusters: pa.Table,
) -> Estimate:
    """What the labels say about the map of these clusters; ``clusters`` is in the order of subject ids."""
    names = sorted({name for pairs in listed.values() for pair in pairs for name in pair})
    found = clusters.filter(pc.is_in(clusters["subject_id"], pa.array(names, pa.string())))
    cluster_of = dict(zip(found["subject_id"].to_pylist(), found["cluster"].to_pylist(), strict=True))

    def is_joined(pair: tuple[str, str]) -> bool:
        one, other = (cluster_of.get(name) for name in pair)
        return one is not None and one == other

    parts: list[Stratum] = []
    for stratum in strata:
        pairs = listed.get(stratum.key, set())
        share = sum(map(is_joined, pairs)) / len(pairs) if pairs else float(stratum.is_joined)
        for joined, part in ((True, share), (False, 1.0 - share)):
            if part > 0:
                key = _part(stratum.key, is_joined=joined)
                parts.append(replace(stratum, key=key, is_joined=joined, pairs=stratum.pairs * part))
    said: dict[str, Answers] = {}
    for label in labels:
        key = _part(str(label.stratum), is_joined=is_joined(label.pair))
        before, is_same = said.get(key, Answers()), label.answer == "same"
        said[key] = Answers(before.same + is_same, before.different + (not is_same))
    return estimate(parts, said)


def _part(stratum: str, *, is_joined: bool) -> str:
    return f"{stratum}|{'joined' if is_joined else 'apart'}"


def _range(found: Interval) -> Range:
    return Range(round(found.low, 4), round(found.high, 4), round(found.value, 4))


def _by_model(before: Resolved, after: Resolved) -> Expected:
    engine = Engine.open()
    try:
        for name, (clusters, matches) in (("before", before), ("after", after)):
            engine.write(f"cluster_{name}", clusters, replace=True)
            engine.write(f"match_{name}", matches.select(["subject_a", "subject_b", "probability"]), replace=True)
        engine.execute(_LINKS_SQL)
        sums = [float(value or 0) for value in engine.rows(_SUMS_SQL)[0]]
    finally:
        engine.close()
    was, now, united, parted = (sums[start : start + 3] for start in (0, 3, 6, 9))
    outside_before, outside_after = sums[12:14], sums[14:16]
    return Expected(
        "model",
        0,
        _share(*was),
        _share(*now),
        _recall(was, outside_before),
        _recall(now, outside_after),
        Links(int(united[0]), _share(*united)),
        Links(int(parted[0]), _share(*parted)),
    )


def _share(count: float, low: float, high: float) -> Range | None:
    return Range(round(low / count, 4), round(high / count, 4)) if count else None


def _recall(inside: list[float], outside: list[float]) -> Range | None:
    """Expected right links inside over all of them; the bounds take what is not known against and for it."""
    _count, low, high = inside
    if high + outside[1] == 0:
        return None
    lowest = low / (low + outside[1]) if low + outside[1] else 0.0
    highest = high / (high + outside[0]) if high + outside[0] else 0.0
    return Range(round(lowest, 4), round(highest, 4))
