"""Making the report: stages the warehouse's relations once, asks every section, then advises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from onefold.catalog import Table, find_strangers
from onefold.engines import Engine
from onefold.settings import SourceSettings
from onefold.silos.advice import guess_root_causes, rank_actions
from onefold.silos.ageing import ages_counted_to, count_stale_customers, find_stale, future_notes, measure_staleness
from onefold.silos.conflicts import find_conflicts
from onefold.silos.headcount import count_duplicates, count_overlap, count_population, describe_systems
from onefold.silos.knowledge import find_missing, list_places, measure_completeness
from onefold.silos.marks import mark_customers
from onefold.silos.model import Population, Share, SiloReport, Staleness, System
from onefold.silos.needs import check_needs, find_absent
from onefold.silos.properties import find_overlapping_properties
from onefold.silos.showcase import pick_showcase
from onefold.silos.stage import facts_staged, subjects_staged
from onefold.silos.trends import with_trends
from onefold.silos.upkeep import count_repeated_values, describe_tables, find_cost, list_unread_columns
from onefold.silos.values import (
    count_placeholder_records,
    count_quarantine,
    find_shared_values,
    list_placeholders,
)
from onefold.silos.words import say
from onefold.sources import LandingReport


def make_report(
    engine: Engine,
    *,
    tables: Sequence[Table],
    sources: Mapping[str, SourceSettings],
    now: datetime,
    build_no: int,
    landings: Sequence[LandingReport] = (),
    previous: Mapping[str, Any] | None = None,
    name: str = "",
    currency: str = "EUR",
) -> SiloReport:
    """The silo report of what the warehouse holds now; ``main.customer_mark`` says which customers show which sign.

    Args:
        engine: the warehouse, with ``main.record``, ``main.record_value`` and ``main.customer_subject``;
            ``main.event``, ``landed`` and ``meta.quarantine`` are used where they exist.
        tables: the catalogue.
        sources: what is configured: owners and prices.
        now: ages count to this moment (aware).
        build_no: shown, and stored with the report.
        landings: what this build read, for drift.
        previous: the JSON of the report before, for trends.
        name: of the company or workspace.
        currency: of yearly prices.

    Cost: one join of all values to their subjects, then aggregates over integers; about linear in values.
    """
    with subjects_staged(engine):
        people = count_population(engine, "person")
        organisations = count_population(engine, "organisation")
        kind = "organisation" if organisations.records and not people.records else "person"
        systems = describe_systems(engine, kind, tables, sources)
        holders = [system.name for system in systems if system.customers]
        entries = describe_tables(engine, tables, landings)
        as_of = ages_counted_to(engine, now)
        staleness = measure_staleness(engine, kind, as_of)
        focus = people if kind == "person" else organisations
        unread = list_unread_columns(entries)
        overlapping = find_overlapping_properties(engine, tables)
        places = list_places(kind, tables)
        with facts_staged(engine, kind, places):
            repeated = count_repeated_values(engine)
            completeness = measure_completeness(engine, holders)
            needs = check_needs(engine, kind)
            signs = (
                find_conflicts(engine),
                find_missing(engine, _in_one_system(focus)),
                find_stale(engine, kind, as_of, completeness, staleness),
                find_absent(engine, needs),
                find_cost(engine, entries, systems, (unread, overlapping, repeated), currency),
            )
            shared_values, shared_counts = find_shared_values(engine)
            placeholders = list_placeholders(engine, kind)
            placeholder_records = count_placeholder_records(engine)
            mark_customers(engine, kind, as_of)
        report = SiloReport(
            name=name,
            build_no=build_no,
            made_at=now,
            ages_counted_to=as_of,
            kind=kind,
            currency=currency,
            records=people.records,
            customers=people.customers,
            people=people,
            organisations=organisations,
            events=_count_events(engine),
            systems=systems,
            tables=entries,
            overlap=count_overlap(engine, kind),
            organisation_overlap=_organisation_overlap(engine, kind, organisations),
            duplicates=count_duplicates(engine, kind),
            signs=with_trends(signs, holders, previous),
            completeness=completeness,
            staleness=staleness,
            stale_customers=count_stale_customers(engine, kind, as_of),
            needs=needs,
            unread_columns=unread,
            overlapping_properties=overlapping,
            repeated_values=repeated,
            placeholders=placeholders,
            placeholder_records=placeholder_records,
            shared_values=shared_values,
            shared_counts=shared_counts,
            quarantine=count_quarantine(engine),
            root_causes=(),
            actions=(),
            showcase=pick_showcase(engine, kind),
        )
    return replace(
        report,
        root_causes=guess_root_causes(report),
        actions=rank_actions(report),
        notes=_notes(report, systems, staleness, tables),
    )


def _in_one_system(focus: Population) -> Share:
    several = focus.in_several_systems
    return Share(several.base - several.count, several.base, several.base_label)


def _count_events(engine: Engine) -> int:
    return int(engine.scalar("select count(*) from main.event")) if engine.exists("main", "event") else 0


def _organisation_overlap(engine: Engine, kind: str, organisations: Population) -> Any:
    """Overlap of organisations, where the report is about people and organisations live in several systems."""
    if kind != "person" or not organisations.records:
        return None
    overlap = count_overlap(engine, "organisation")
    return overlap if len(overlap.systems) > 1 else None


def _notes(
    report: SiloReport, systems: Sequence[System], staleness: tuple[Staleness, ...], tables: Sequence[Table]
) -> tuple[str, ...]:
    notes = []
    if not report.focus.records:
        notes.append(say("note.nobody"))
        notes += [say("note.taken_for", table=t.full_name, role=t.role, rows=t.rows, why=t.reason) for t in tables[:12]]
    elif report.kind == "organisation":
        notes.append(say("note.no_people"))
    elif report.organisations.customers:
        notes.append(say("note.organisations", count=report.organisations.customers))
    if sum(1 for system in systems if system.customers) == 1:
        notes.append(say("note.one_system"))
    if report.ages_counted_to < report.made_at:
        notes.append(say("note.old_export", date=f"{report.ages_counted_to:%Y-%m-%d}"))
    notes += [
        say(
            "note.stranger",
            table=table.full_name,
            column=column.name,
            distinct=int(column.details["distinct"]),
        )
        for table, column in find_strangers(tables)
    ]
    return (*notes, *future_notes(staleness))
