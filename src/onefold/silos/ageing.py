"""Sign three, incomplete or stale: what nobody filled in, and what nobody has touched for two years.

A record's age runs from its last change, or from its creation where its system states no changes; the report says
which. Dates in the future count as dated and never as stale.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from onefold.engines import Engine
from onefold.silos.examples import EXAMPLES_PER_SIGN, Pick, show_examples
from onefold.silos.fields import CORE_FIELDS, EVERYBODY_HAS, STALE_AFTER_DAYS
from onefold.silos.model import Completeness, Example, Finding, Share, Sign, Staleness
from onefold.silos.stage import counts_by_bit, field_bit, field_mask
from onefold.silos.words import field_label, field_word, listed, number, say

OLD_EXPORT_DAYS = 180
"""When nothing at all is newer than this, the files are probably old exports, and counting their ages to today would
call every record stale for the wrong reason."""

BUCKETS = {
    "in_the_future": "age < 0",
    "under_3_months": "age >= 0 and age < 91",
    "3_to_12_months": "age >= 91 and age < 365",
    "1_to_2_years": "age >= 365 and age < 730",
    "2_to_5_years": "age >= 730 and age < 1826",
    "over_5_years": "age >= 1826",
    "unknown": "age is null",
}
"""Age in days → bucket; a year is 365 days, five years 1,826."""

_IS_INCOMPLETE = f"places & ~fields & {field_mask(CORE_FIELDS)} <> 0"


def ages_counted_to(engine: Engine, now: datetime) -> datetime:
    """The moment to which ages are counted: ``now``, or the newest date anywhere if that is long past."""
    newest = engine.rows(
        """
        select max(moment) from (
            select unnest([updated_at, created_at]) as moment from silo_subject
        ) where moment <= ?""",
        [now],
    )[0][0]
    if newest and engine.exists("main", "event"):
        happened = engine.rows("select max(occurred_at) from main.event where occurred_at <= ?", [now])[0][0]
        newest = max(newest, happened or newest)
    return newest if newest and now - newest > timedelta(days=OLD_EXPORT_DAYS) else now


def measure_staleness(engine: Engine, kind: str, now: datetime) -> tuple[Staleness, ...]:
    """Age of the records of every system that holds customers, oldest median first."""
    counts = ",\n".join(f"count(*) filter (where {condition})" for condition in BUCKETS.values())
    rows = engine.rows(
        f"""
        with aged as (
            select
                source,
                updated_at,
                created_at,
                coalesce(updated_at, created_at) as changed_at,
                floor((epoch(cast(? as timestamptz)) - epoch(coalesce(updated_at, created_at))) / 86400) as age
            from silo_subject where kind = ?
        )
        select
            source,
            count(*),
            count(updated_at),
            count(created_at) filter (where updated_at is null),
            median(age),
            max(changed_at) filter (where age >= 0),
            count(*) filter (where age >= ?),
            {counts}
        from aged group by source order by median(age) desc nulls last, source""",
        [now, kind, STALE_AFTER_DAYS],
    )
    return tuple(_staleness(*row) for row in rows)


def _staleness(  # one argument per column of the query above
    source: str,
    records: int,
    changed: int,
    created_only: int,
    median: float | None,
    newest: datetime | None,
    stale: int,
    *buckets: int,
) -> Staleness:
    bases = {
        (True, False): "updated_at",
        (False, True): "created_at",
        (True, True): "mixed",
        (False, False): "none",
    }
    dated = changed + created_only
    return Staleness(
        system=source,
        basis=bases[bool(changed), bool(created_only)],
        dated=Share(dated, records, say("base.records_of", system=source)),
        median_days=None if median is None else int(median),
        newest=newest,
        stale=Share(stale, dated, say("base.dated_records_of", system=source)),
        buckets=dict(zip(BUCKETS, map(int, buckets), strict=True)),
    )


def count_stale_customers(engine: Engine, kind: str, now: datetime) -> Share:
    """Customers of whom no record has changed for two years; base: customers with at least one dated record."""
    stale, dated = engine.rows(
        """
        select count(*) filter (where changed_at <= ?), count(changed_at)
        from (select customer_no, max(changed_at) as changed_at from silo_home where kind = ? group by customer_no)""",
        [_limit(now), kind],
    )[0]
    return Share(int(stale), int(dated), say("base.dated_customers"))


def find_stale(
    engine: Engine, kind: str, now: datetime, completeness: Completeness, staleness: tuple[Staleness, ...]
) -> Sign:
    """The sign 'incomplete or stale'; its base is all customers."""
    either, incomplete, stale, customers = engine.rows(
        f"""
        with states as (
            select
                coalesce(home.changed_at <= ?, false) as is_stale,
                {_IS_INCOMPLETE} as is_incomplete
            from silo_customer as customer
            join (
                select customer_no, max(changed_at) as changed_at from silo_home where kind = ? group by customer_no
            ) as home using (customer_no)
        )
        select
            count(*) filter (where is_stale or is_incomplete),
            count(*) filter (where is_incomplete),
            count(*) filter (where is_stale),
            count(*)
        from states""",
        [_limit(now), kind],
    )[0]
    share = Share(int(either), int(customers), _customers_word(kind))
    return Sign(
        name="stale",
        title=say("sign.stale"),
        meaning=say("sign.stale.meaning"),
        headline=say(
            "sign.stale.headline",
            count=share.count,
            base=share.base,
            base_label=share.base_label,
            incomplete=int(incomplete),
            stale=int(stale),
        ),
        unit=say("unit.customers"),
        share=share,
        trend=None,
        worst=_empty_fields(completeness),
        details={"nobody_knows": _nobody_knows(engine, share), "unchanged": _unchanged(staleness)},
        examples=_examples(engine, kind, now),
    )


def _empty_fields(completeness: Completeness) -> tuple[Finding, ...]:
    """Places that records leave empty, most empty records first."""
    findings = [
        Finding(
            field=cell.field,
            label=completeness.labels[cell.field],
            system=cell.system,
            other_system=None,
            share=Share(cell.filled.base - cell.filled.count, cell.filled.base, cell.filled.base_label),
            text=say("finding.empty", field=completeness.labels[cell.field], system=cell.system),
        )
        for cell in completeness.cells
        if cell.has_column and cell.field in EVERYBODY_HAS and cell.filled.count < cell.filled.base
    ]
    return tuple(sorted(findings, key=lambda finding: (-finding.share.count, finding.field, finding.system or "")))


def _nobody_knows(engine: Engine, customers: Share) -> tuple[Finding, ...]:
    conditions = {name: f"places & ~fields & {field_bit(name)}::ubigint <> 0" for name in CORE_FIELDS}
    counts = counts_by_bit(engine, conditions, "silo_customer", "")
    rows = sorted(((name, count) for (name,), count in counts.items() if count), key=lambda row: (-row[1], row[0]))
    return tuple(
        Finding(
            field=field,
            label=field_label(field),
            system=None,
            other_system=None,
            share=Share(int(lacking), customers.base, customers.base_label),
            text=say("finding.nobody", field=field_label(field)),
        )
        for field, lacking in rows
    )


def _unchanged(staleness: tuple[Staleness, ...]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            "changed_at",
            entry.system,
            entry.system,
            None,
            entry.stale,
            say("finding.old", system=entry.system),
        )
        for entry in staleness
        if entry.stale.count
    )


def _examples(engine: Engine, kind: str, now: datetime) -> tuple[Example, ...]:
    """Half the examples lack most core fields, half are the longest unchanged."""
    half = EXAMPLES_PER_SIGN // 2
    rows = engine.rows(
        f"""
        select customer_no, places & ~fields from silo_customer where {_IS_INCOMPLETE}
        order by bit_count(places & ~fields & {field_mask(CORE_FIELDS)}) desc, customer_no limit ?""",
        [half],
    )
    lacking = [(number, [name for name in CORE_FIELDS if int(fields) & field_bit(name)]) for number, fields in rows]
    stale = engine.rows(
        """
        select customer_no, max(changed_at) as changed_at from silo_home where kind = ? group by customer_no
        having max(changed_at) <= ? order by changed_at, customer_no limit ?""",
        [kind, _limit(now), EXAMPLES_PER_SIGN],
    )
    picks = {
        customer_no: Pick(
            customer_no,
            fields[0],
            say("example.incomplete", fields=listed([field_word(name) for name in fields])),
            CORE_FIELDS,
        )
        for customer_no, fields in lacking
    }
    for customer_no, changed_at in stale:
        note = say("example.stale", date=f"{changed_at:%Y-%m-%d}")
        if len(picks) < EXAMPLES_PER_SIGN:
            picks.setdefault(customer_no, Pick(customer_no, "stale", note, CORE_FIELDS))
    return show_examples(engine, list(picks.values()))


def future_notes(staleness: tuple[Staleness, ...]) -> list[str]:
    """What to say about dates that have not happened yet."""
    found = [(entry.system, entry.buckets["in_the_future"]) for entry in staleness if entry.buckets["in_the_future"]]
    return (
        [say("note.future", systems=listed([f"{system} {number(count)}" for system, count in found]))] if found else []
    )


def _customers_word(kind: str) -> str:
    return say("base.people" if kind == "person" else "base.organisations")


def _limit(now: datetime) -> datetime:
    return now - timedelta(days=STALE_AFTER_DAYS)
