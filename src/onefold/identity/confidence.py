"""How sure one may be of each customer: that all its records are one, and that no record of it is elsewhere.

Both follow from what a resolution leaves behind (matches, near misses, the map), never from its inner state: the links
that hold the records together, the pair inside that fits least, the strongest link to a record of somebody else, and
how much its records say at all, because a record that says little is missed by every key, and how many are missed in
this workspace (``calibration.missing_share``). What people decided counts as known. ``calibration.py`` makes
probabilities of it.

``main.customer_confidence`` has one row per customer; its links are the reasons. ``main.customer_size`` holds what is
expected of customers by how many records they have. It stays in force as long as the model and the settings do: else
every new record would move the figures of all customers by a hair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onefold.engines import Engine
from onefold.identity.calibration import (
    MOST_HELD,
    NOTHING,
    ONE_WEIGHTS,
    WHOLE_WEIGHTS,
    Floats,
    Shifts,
    expected_whole,
    missing_share,
    one_features,
    weigh,
    whole_features,
)

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

CUSTOMER_SIZE = pa.schema(
    [
        ("records", pa.int64()),
        ("is_whole", pa.float64()),  # expected of a customer with so many, before its own links are looked at
        ("basis", pa.string()),  # model and settings of the resolution that it was learned from
    ]
)
"""Grain: one row per number of records, from 0 to the most that a customer had then."""

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
        select customer_id, max(log_odds) as log_odds, arg_max(link, log_odds) as link
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
        o.link.a as out_a,
        o.link.b as out_b,
        o.log_odds as out_log_odds
    from customers c
    left join held h using (customer_id)
    left join outside o using (customer_id)
    order by c.customer_id"""

_HELD_SQL = f"""
    -- grain: one row per number of records of a customer and number of links by which one of them holds on
    with sizes as (
        select customer_id, count(*) as records from link_owner
        group by customer_id having count(*) between 3 and {MOST_HELD}
    ),
    ends as (
        select customer_id, subject_a as subject_id from link_inner where log_odds >= 0
        union all
        select customer_id, subject_b from link_inner where log_odds >= 0
    ),
    held as (
        select customer_id, subject_id, count(*) as links from ends semi join sizes using (customer_id)
        group by customer_id, subject_id
    )
    select s.records, least(h.links, {MOST_HELD}) as links, count(*) as held
    from held h join sizes s using (customer_id)
    group by s.records, h.links"""

_BASIS_SQL = "select tuning || ':' || (select any_value(model_id) from meta.resolution_model) from meta.resolution"

_SIZES_SQL = """
    -- grain: one row per number of records that customers have
    with sizes as (
        select customer_id, count(*) as records from main.customer_subject group by customer_id
    )
    select records, count(*) as customers from sizes group by records"""


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
    facts = engine.arrow(FACTS_SQL)
    _learn_sizes(engine)
    expected = expected_of(engine, facts["records"].to_numpy())
    rated = _rated(facts, expected, shifts or Shifts())
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


def _learn_sizes(engine: Engine) -> None:
    """Make ``main.customer_size`` where model or settings are others than it was learned with."""
    basis = engine.scalar(_BASIS_SQL) if engine.columns("meta", "resolution") else None
    is_known = basis is not None and bool(engine.columns("main", "customer_size"))
    if is_known and engine.scalar("select any_value(basis) from main.customer_size") == basis:
        return
    held = np.zeros((MOST_HELD + 1, MOST_HELD + 1), np.int64)
    for records, links, count in engine.rows(_HELD_SQL):
        held[records, links] = count
    found = engine.arrow(_SIZES_SQL)
    sizes = np.bincount(found["records"].to_numpy(), found["customers"].to_numpy()).astype(np.int64)
    whole = expected_whole(missing_share(held), sizes)
    columns = [pa.array(np.arange(len(sizes))), pa.array(whole), pa.array([basis] * len(sizes), pa.string())]
    engine.write("main.customer_size", pa.table(columns, schema=CUSTOMER_SIZE), replace=True)


def expected_of(engine: Engine, records: npt.NDArray[np.int64]) -> Floats:
    """Probability that customers with so many records are whole, by that alone; see ``main.customer_size``."""
    known: Floats = engine.arrow("select is_whole from main.customer_size order by records")["is_whole"].to_numpy()
    expected: Floats = known[np.minimum(records, len(known) - 1)] if len(known) else np.full(len(records), 0.5)
    return expected


def _rated(facts: pa.Table, expected: Floats, shifts: Shifts) -> pa.Table:
    column = {name: facts[name].to_numpy(zero_copy_only=False) for name in _NUMBERS}
    numbers: dict[str, Floats] = {name: values.astype(np.float64) for name, values in column.items()}
    records = numbers["records"]
    features = one_features(numbers["weakest"], numbers["worst"], numbers["doubt"], numbers["support"], records)
    is_one = np.where(records > 1, weigh(features, ONE_WEIGHTS, shifts.is_one), 1.0)
    outside = whole_features(numbers["outside"], numbers["content"], expected)
    is_whole = weigh(outside, WHOLE_WEIGHTS, shifts.is_whole)
    is_empty = numbers["content"] == 0
    rated = {
        "is_one": pa.array(np.round(is_one, 3), mask=is_empty),
        "is_whole": pa.array(np.round(is_whole, 3), mask=is_empty),
        "confidence": pa.array(np.round(is_one * is_whole, 3), mask=is_empty),
    }
    columns = [rated.get(name, facts[name] if name in facts.column_names else None) for name in CONFIDENCE.names]
    return pa.table(columns, names=CONFIDENCE.names).cast(CONFIDENCE)


_NUMBERS = ("records", "content", "weakest", "worst", "doubt", "support", "outside")


def _names(names: Sequence[str]) -> pa.Table:
    return pa.table({"name": pa.array(names, pa.string())})
