"""What a change of settings is expected to do to precision and recall.

Where people have labelled pairs, these judge: the share of right pairs among those that are one customer (precision),
and the share of same pairs that are one customer (recall). Without labels nobody knows; then the links themselves are
counted with the probabilities that the settings of now give them, and the answer says that it is the model's own word.
A link that the settings of now do not see as one has some probability below one half, so such figures are ranges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import sqlalchemy as sa

from onefold.engines import Engine

_FEWEST_LABELS = 30
"""Labelled pairs below which shares of them say nothing."""

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
    del connection
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
