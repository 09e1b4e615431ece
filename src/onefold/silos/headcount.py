"""Who lives where: populations, systems, overlap and duplicates. Reads the staged relations only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from onefold.catalog import Table
from onefold.engines import Engine
from onefold.settings import SourceSettings
from onefold.silos.examples import Pick, show_examples
from onefold.silos.model import (
    Combination,
    Duplicates,
    Example,
    Overlap,
    OverlapCell,
    Population,
    Share,
    System,
    SystemsCount,
)
from onefold.silos.words import number, say

COMBINATIONS_SHOWN = 12
DUPLICATE_EXAMPLES = 3
"""Worst examples per system."""


def count_population(engine: Engine, kind: str) -> Population:
    """Records, customers and the number of systems that each customer lives in."""
    query = """
        with lives as (
            select customer_no, count(*) as systems, sum(records) as records
            from silo_home where kind = ? group by customer_no
        )
        select systems, count(*), sum(records) from lives group by systems order by systems"""
    rows = [(int(systems), int(customers), int(records)) for systems, customers, records in engine.rows(query, [kind])]
    customers = sum(count for _, count, _ in rows)
    records = sum(count for _, _, count in rows)
    base = say("base.people" if kind == "person" else "base.organisations")
    several = sum(count for systems, count, _ in rows if systems > 1)
    return Population(
        kind=kind,
        records=records,
        customers=customers,
        records_per_customer=records / customers if customers else None,
        in_several_systems=Share(several, customers, base),
        by_systems=_without_gaps({systems: count for systems, count, _ in rows}, customers, base),
        mean_systems=sum(systems * count for systems, count, _ in rows) / customers if customers else None,
        median_systems=_median([(systems, count) for systems, count, _ in rows]),
    )


def _without_gaps(counts: dict[int, int], customers: int, base: str) -> tuple[SystemsCount, ...]:
    """From one system to the most that any customer lives in, zeros included."""
    return tuple(
        SystemsCount(systems, Share(counts.get(systems, 0), customers, base))
        for systems in range(1, max(counts, default=0) + 1)
    )


def _median(counted: Sequence[tuple[int, int]]) -> float | None:
    """Median of values given with how often each occurs, in ascending order of value."""
    total = sum(count for _, count in counted)
    if not total:
        return None
    return fmean(_nth(counted, position) for position in ((total - 1) // 2, total // 2))


def _nth(counted: Sequence[tuple[int, int]], position: int) -> int:
    seen = 0
    for value, count in counted:
        seen += count
        if position < seen:
            return value
    raise ValueError(position)


def describe_systems(
    engine: Engine, kind: str, tables: Sequence[Table], settings: Mapping[str, SourceSettings]
) -> tuple[System, ...]:
    """Every connected source, those with most customers first; sources without customers last."""
    query = """
        with lives as (
            select customer_no, source, records, count(*) over (partition by customer_no) as systems
            from silo_home where kind = ?
        )
        select source, sum(records), count(*), count(*) filter (where systems = 1) from lives group by source"""
    counts = {source: tuple(map(int, row)) for source, *row in engine.rows(query, [kind])}
    names = sorted({*counts, *settings, *(table.source for table in tables)})
    systems = [_system(name, counts.get(name, (0, 0, 0)), tables, settings.get(name)) for name in names]
    return tuple(sorted(systems, key=lambda system: (-system.customers, system.name)))


def _system(name: str, counts: tuple[int, ...], tables: Sequence[Table], settings: SourceSettings | None) -> System:
    records, customers, only_here = counts
    own = [table for table in tables if table.source == name]
    cost = settings.yearly_cost if settings else None
    return System(
        name=name,
        tables=len(own),
        rows=sum(table.rows for table in own),
        records=records,
        customers=customers,
        only_here=Share(only_here, customers, say("base.customers_of", system=name)),
        owner=settings.owner if settings else None,
        yearly_cost=cost,
        cost_per_customer=cost / customers if cost is not None and customers else None,
    )


def count_overlap(engine: Engine, kind: str) -> Overlap:
    """For every ordered pair of systems: how many customers of the one the other knows too."""
    pairs = engine.rows(
        """
        select a.source, b.source, count(*)
        from silo_home as a join silo_home as b using (customer_no, kind)
        where kind = ? group by a.source, b.source""",
        [kind],
    )
    counts = {(a, b): int(count) for a, b, count in pairs}
    systems = sorted({a for a, _ in counts}, key=lambda name: (-counts[name, name], name))
    cells = [
        OverlapCell(a, b, Share(counts.get((a, b), 0), counts[a, a], say("base.customers_of", system=a)))
        for a in systems
        for b in systems
    ]
    return Overlap(kind, tuple(systems), tuple(cells), _combinations(engine, kind))


def _combinations(engine: Engine, kind: str) -> tuple[Combination, ...]:
    rows = engine.rows(
        """
        with lives as (
            select customer_no, list(source order by source) as systems
            from silo_home where kind = ? group by customer_no
        )
        select systems, count(*) as customers, sum(customers) over () as base
        from lives group by systems order by customers desc, systems limit ?""",
        [kind, COMBINATIONS_SHOWN],
    )
    label = say("base.people" if kind == "person" else "base.organisations")
    return tuple(Combination(tuple(systems), Share(int(count), int(base), label)) for systems, count, base in rows)


def count_duplicates(engine: Engine, kind: str) -> tuple[Duplicates, ...]:
    """Per system, the records that belong to a customer with several records there; worst system first."""
    rows = engine.rows(
        """
        select
            source,
            sum(records),
            coalesce(sum(records) filter (where records > 1), 0),
            count(*) filter (where records > 1),
            max(records)
        from silo_home where kind = ? group by source""",
        [kind],
    )
    examples = _duplicate_examples(engine, kind)
    duplicates = [
        Duplicates(
            system=source,
            records=Share(int(doubled), int(records), say("base.records_of", system=source)),
            customers=int(customers),
            surplus=int(doubled) - int(customers),
            largest=int(largest),
            examples=examples.get(source, ()),
        )
        for source, records, doubled, customers, largest in rows
    ]
    return tuple(sorted(duplicates, key=lambda entry: (-entry.records.count, entry.system)))


def _duplicate_examples(engine: Engine, kind: str) -> dict[str, tuple[Example, ...]]:
    worst = engine.rows(
        """
        select source, customer_no, records from silo_home where kind = ? and records > 1
        qualify row_number() over (partition by source order by records desc, customer_no) <= ?
        order by source, records desc, customer_no""",
        [kind, DUPLICATE_EXAMPLES],
    )
    picks = [
        Pick(
            customer_no,
            "duplicate",
            say("example.duplicate", count=number(int(records)), system=source),
            ("name", "email", "phone"),
            (source,),
        )
        for source, customer_no, records in worst
    ]
    shown: dict[str, tuple[Example, ...]] = {}
    for (source, _, _), example in zip(worst, show_examples(engine, picks), strict=True):
        shown[source] = (*shown.get(source, ()), example)
    return shown
