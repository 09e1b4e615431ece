"""How sure one may be of each customer: that all its records are one, and that no record of it is elsewhere.

Both follow from what a resolution leaves behind (matches, near misses, the map), never from its inner state: the links
that hold the records together, the pair inside that fits least, the strongest link to a record of somebody else, and
how much its records say at all, because a record that says little is missed by every key. What people decided counts as
known. ``calibration.py`` makes probabilities of it.

``main.customer_confidence`` has one row per customer; its links are the reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from onefold.engines import Engine
from onefold.identity.calibration import (
    NOTHING,
    ONE_WEIGHTS,
    WHOLE_WEIGHTS,
    Floats,
    Shifts,
    one_features,
    weigh,
    whole_features,
)

DOUBTFUL = 0.95
"""Below this probability a customer's reasons are worth telling."""

CONFIDENCE = pa.schema(
    [
        ("customer_id", pa.string()),
        ("is_one", pa.float64()),  # null where its records say nothing that could be compared
        ("is_whole", pa.float64()),
        ("confidence", pa.float64()),  # of both
        ("weak_a", pa.string()),  # the weakest link that its records hang together by
        ("weak_b", pa.string()),
        ("weak_log_odds", pa.float64()),
        ("out_a", pa.string()),  # its record in the strongest link to somebody else
        ("out_b", pa.string()),
        ("out_log_odds", pa.float64()),
    ]
)
"""Grain: one row per customer."""

FACTS_SQL = f"""
    -- grain: one row per customer: what its records say and how they hang together
    with said as (
        select
            o.customer_id,
            (r.given_name is not null)::int + (r.family_name is not null)::int + (r.birth_date is not null)::int
                + (coalesce(r.street, r.postcode) is not null)::int
                + (len(r.emails) > 0 and r.emails is not null)::int
                + (len(r.phones) > 0 and r.phones is not null)::int
                + (len(r.national_ids) > 0 and r.national_ids is not null)::int
                + (len(r.loyalty_numbers) > 0 and r.loyalty_numbers is not null)::int
                + (len(r.usernames) > 0 and r.usernames is not null)::int
                + (coalesce(r.company, r.birth_place, r.job_title, r.city) is not null)::int as content
        from link_owner o
        join main.record r using (subject_id)
    ),
    customers as (
        select customer_id, count(*) as records, max(content) as content from said group by customer_id
    ),
    held as (
        select
            customer_id,
            count(*) filter (is_spanning) as spanning,
            min(log_odds) filter (is_spanning) as weakest,
            arg_min({{"a": subject_a, "b": subject_b}}, log_odds) filter (is_spanning) as weak,
            sum(-ln(1 + exp(-log_odds))) filter (is_spanning) as doubt,
            min(log_odds) as worst,
            count(*) as compared
        from link_inner
        group by customer_id
    ),
    others as (
        -- grain: one row per customer and other customer that a link leads to
        select
            customer_id,
            other_id,
            max(log_odds) as log_odds,
            arg_max({{"a": subject_a, "b": subject_b}}, log_odds) as link
        from link_outer
        where not is_conflict
        group by customer_id, other_id
    ),
    outside as (
        select
            customer_id,
            max(log_odds) as log_odds,
            arg_max(link, log_odds) as link,
            sum(1 / (1 + exp(-log_odds))) as mass
        from others
        group by customer_id
    )
    select
        c.customer_id,
        c.records,
        c.content,
        -- records that no link reaches hang on nothing
        case when coalesce(h.spanning, 0) < c.records - 1 then -7.0 else h.weakest end as weakest,
        coalesce(h.worst, -7.0) as worst,
        coalesce(h.doubt, 0.0) - 7.0 * (c.records - 1 - coalesce(h.spanning, 0)) as doubt,
        coalesce(h.compared, 0) / greatest(c.records * (c.records - 1) / 2, 1) as support,
        h.weak.a as weak_a,
        h.weak.b as weak_b,
        h.weakest as weak_log_odds,
        coalesce(o.log_odds, {NOTHING}) as outside,
        coalesce(o.mass, 0.0) as mass,
        o.link.a as out_a,
        o.link.b as out_b,
        o.log_odds as out_log_odds
    from customers c
    left join held h using (customer_id)
    left join outside o using (customer_id)
    order by c.customer_id"""


@dataclass(frozen=True)
class Confidence:
    """How sure one may be of a customer."""

    is_one: float | None
    """Probability that all its records are one customer; None where they say nothing that could be compared."""
    is_whole: float | None
    """Probability that no record of it is elsewhere."""
    confidence: float | None
    """Of both."""


def rate_customers(engine: Engine, *, shifts: Shifts | None = None, only: Sequence[str] | None = None) -> int:
    """Bring ``main.customer_confidence`` in line with the map and the links; returns how many customers it holds.

    Args:
        engine: the warehouse, with ``main.customer_subject`` as it is to be, inside ``gathered_links``.
        shifts: what their labels teach.
        only: the customers to rate anew, of which the links were gathered; all where None.

    Cost: about two seconds per million records.
    """
    rated = _rated(engine.arrow(FACTS_SQL), shifts or Shifts())
    if only is None or not engine.columns("main", "customer_confidence"):
        engine.write("main.customer_confidence", rated, replace=True)
        return len(rated)
    with engine.registered(rated, "confidence_rated"), engine.registered(_names(only), "confidence_only"):
        engine.execute("delete from main.customer_confidence where customer_id in (select name from confidence_only)")
        engine.execute(
            """
            insert into main.customer_confidence by name
            select * from confidence_rated where customer_id in (select name from confidence_only)"""
        )
    return len(only)


def _rated(facts: pa.Table, shifts: Shifts) -> pa.Table:
    column = {name: facts[name].to_numpy(zero_copy_only=False) for name in _NUMBERS}
    numbers: dict[str, Floats] = {name: values.astype(np.float64) for name, values in column.items()}
    records = numbers["records"]
    features = one_features(numbers["weakest"], numbers["worst"], numbers["doubt"], numbers["support"], records)
    is_one = np.where(records > 1, weigh(features, ONE_WEIGHTS, shifts.is_one), 1.0)
    outside = whole_features(numbers["outside"], numbers["mass"], numbers["content"], records)
    is_whole = weigh(outside, WHOLE_WEIGHTS, shifts.is_whole)
    is_empty = numbers["content"] == 0
    rated = {
        "is_one": pa.array(np.round(is_one, 3), mask=is_empty),
        "is_whole": pa.array(np.round(is_whole, 3), mask=is_empty),
        "confidence": pa.array(np.round(is_one * is_whole, 3), mask=is_empty),
    }
    columns = [rated.get(name, facts[name] if name in facts.column_names else None) for name in CONFIDENCE.names]
    return pa.table(columns, names=CONFIDENCE.names).cast(CONFIDENCE)


_NUMBERS = ("records", "content", "weakest", "worst", "doubt", "support", "outside", "mass")


def _names(names: Sequence[str]) -> pa.Table:
    return pa.table({"name": pa.array(names, pa.string())})
