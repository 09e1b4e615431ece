"""Companies that are not like the made-up one: empty, one system, only firms, dates to come, owners unknown."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console
from tests.silos.company import NOW, RECENT, SOURCES, Company

from onefold.engines import Engine
from onefold.silos import SiloReport, make_report, render_html, render_terminal
from onefold.silos.fields import FIELDS
from onefold.silos.model import Share
from onefold.silos.properties import Candidate, link_candidates
from onefold.silos.stage import ATTRIBUTES
from onefold.silos.trends import direction_of
from onefold.sources import LandingReport


def build(engine: Engine, company: Company, **options) -> SiloReport:
    company.fill(engine)
    arguments = {"tables": company.tables(), "sources": SOURCES, "now": NOW, "build_no": 1} | options
    return make_report(engine, **arguments)


def keep(company: Company, *, systems: set[str] | None = None, kind: str | None = None) -> Company:
    company.rows = [
        row for row in company.rows if (not systems or row.source in systems) and (not kind or row.kind == kind)
    ]
    return company


def render_everywhere(report: SiloReport) -> str:
    console = Console(width=80, file=None, record=True, quiet=False)
    with console.capture() as capture:
        render_terminal(report, console)
    assert render_html(report).endswith("</html>\n") or render_html(report).endswith("</html>")
    return capture.get()


def test_a_clean_company_shows_no_conflicts_no_duplicates_and_nothing_stale(engine: Engine) -> None:
    report = build(engine, Company())
    assert report.sign("inconsistent").share.count == 0
    assert report.sign("inconsistent").examples == ()
    assert report.sign("stale").share.count == 0
    assert sum(entry.records.count for entry in report.duplicates) == 0
    assert report.shared_values == report.placeholders == report.quarantine == ()
    assert report.overlapping_properties == ()
    render_everywhere(report)


def test_an_empty_warehouse_says_that_there_are_no_customers(engine: Engine) -> None:
    company = Company()
    company.fill(engine)
    for table in ("record", "record_value", "event", "customer_subject"):
        engine.execute(f"delete from main.{table}")
    report = make_report(engine, tables=[], sources={}, now=NOW, build_no=1)
    assert (report.records, report.customers) == (0, 0)
    assert report.sign("inconsistent").share.value is None
    assert "no customers to compare" in " ".join(report.notes)
    assert "no customers to compare" in " ".join(render_everywhere(report).split())
    json.dumps(report.to_json())


def test_one_system_has_duplicates_but_no_overlap(engine: Engine) -> None:
    report = build(engine, keep(Company().seeded(), systems={"crm"}, kind="person"))
    assert report.overlap.systems == ("crm",)
    assert report.people.in_several_systems.count == 0
    assert report.duplicates[0].records.count == 15
    assert any("a second one" in note for note in report.notes)
    render_everywhere(report)


def test_only_organisations_makes_the_report_about_them(engine: Engine) -> None:
    report = build(engine, keep(Company().seeded(), kind="organisation"))
    assert (report.kind, report.records, report.customers) == ("organisation", 0, 0)
    assert (report.organisations.records, report.organisations.customers) == (4, 3)
    assert report.duplicates[0].records.count == 2
    assert any("organisations" in note for note in report.notes)
    render_everywhere(report)


def test_a_record_without_an_owner_counts_as_its_own_customer(engine: Engine) -> None:
    company = Company()
    company.fill(engine)
    engine.execute("delete from main.customer_subject where subject_id in ('crm.contacts:C0', 'crm.contacts:C1')")
    report = make_report(engine, tables=company.tables(), sources=SOURCES, now=NOW, build_no=1)
    assert (report.records, report.customers) == (680, 302)


def test_dates_to_come_are_told_and_never_stale(engine: Engine) -> None:
    company = Company()
    company.row("crm", 1).updated = NOW + timedelta(days=3000)
    report = build(engine, company)
    crm = next(entry for entry in report.staleness if entry.system == "crm")
    assert crm.buckets["in_the_future"] == 1
    assert crm.newest == RECENT
    assert "Some records carry dates in the future: crm 1." in report.notes


def test_ages_of_old_exports_count_to_their_newest_date(engine: Engine) -> None:
    company = Company()
    company.seed_stale()
    report = build(engine, company, now=NOW + timedelta(days=4000))
    assert any("old exports" in note for note in report.notes)
    assert report.ages_counted_to == RECENT
    assert report.stale_customers.count == 12


def test_a_company_name_that_says_less_is_no_conflict(engine: Engine) -> None:
    company = Company()
    for number, crm, billing in [(60, "Onyx", "Onyx Solutions"), (61, "Onyx", "Quartz"), (62, "Onyx", "Onyx")]:
        company.row("crm", number).put("company", crm)
        company.row("billing", number).put("company", billing)
    (found,) = build(engine, company).sign("inconsistent").worst
    assert (found.field, found.share.count, found.share.base) == ("company", 1, 3)


def test_staging_leaves_nothing_behind_even_when_it_fails(engine: Engine) -> None:
    company = Company()
    build(engine, company)
    left = "select count(*) from duckdb_tables() where table_name like 'silo%'"
    assert engine.scalar(left) == 0
    engine.execute("drop table main.record_value")
    with pytest.raises(Exception, match="record_value"):
        make_report(engine, tables=company.tables(), sources=SOURCES, now=NOW, build_no=1)
    assert engine.scalar(left) == 0


def test_the_report_is_the_same_however_often_it_is_made(engine: Engine) -> None:
    company = Company().seeded()
    first = build(engine, company).to_json()
    company.rows.reverse()
    assert build(engine, company).to_json() == first


def test_the_json_form_holds_what_scripts_rely_on(report: SiloReport) -> None:
    document = json.loads(json.dumps(report.to_json(), ensure_ascii=False))
    assert (document["records"], document["customers"]) == (689, 300)
    assert document["overlap"]["counts"]["shop"]["crm"] == 90
    assert document["overlap"]["shares"]["shop"]["crm"] == 0.6
    assert set(document["signs"]) == {"inconsistent", "missing", "stale", "absent", "cost"}
    assert all({"count", "base", "base_label", "share"} == set(sign["share"]) for sign in document["signs"].values())
    tables = {(table["source"], table["name"]): table for table in document["tables"]}
    contacts = tables["crm", "contacts"]
    assert (contacts["role"], contacts["rows"], contacts["key"]) == ("people", 218, "id")
    assert {"name", "meaning", "confidence", "reason"} <= set(contacts["columns"][0])
    assert tables["shop", "orders"]["key"] == ["id", "line"]
    assert tables["shop", "orders"]["joins"][0]["to_table"] == "customers"


def test_a_table_without_key_says_null(engine: Engine) -> None:
    company = Company()
    tables = [replace(table, key=()) for table in company.tables()]
    report = build(engine, company, tables=tables)
    assert report.to_json()["tables"][0]["key"] is None


def test_drift_is_noted_at_its_table(engine: Engine) -> None:
    landing = LandingReport(
        "crm", "contacts", 1, 1, 0, 0, 0, columns_added=("nick",), types_changed=(("x", "int", "text"),)
    )
    report = build(engine, Company(), landings=[landing])
    (table,) = [table for table in report.tables if table.source == "crm"]
    assert table.notes == ("new column nick", "column x was int and is now text")


def test_a_sign_that_moved_clearly_has_a_direction_and_a_hair_has_none(engine: Engine) -> None:
    before = build(engine, Company()).to_json()
    company = Company()
    company.seed_emails_differ()
    report = build(engine, company, previous=before)
    trend = report.sign("inconsistent").trend
    assert trend is not None
    assert (trend.previous_count, trend.previous_base, trend.direction) == (0, 210, "up")
    missing = report.sign("missing").trend
    assert missing is not None
    assert missing.direction == "none"


def test_other_systems_make_builds_incomparable(engine: Engine) -> None:
    before = build(engine, keep(Company(), systems={"crm", "shop"})).to_json()
    trend = build(engine, Company(), previous=before).sign("inconsistent").trend
    assert trend is not None
    assert trend.direction == "not_comparable"


@pytest.mark.parametrize(
    ("was", "now", "direction"),
    [
        ((100, 1000), (100, 1000), "none"),
        ((100, 1000), (125, 1000), "none"),  # z = 1.77
        ((100, 1000), (130, 1000), "up"),  # z = 2.10
        ((130, 1000), (100, 1000), "down"),
        ((400_000, 1_000_000), (403_000, 1_000_000), "none"),  # significant, but 0.3 points
        ((0, 0), (3, 10), "none"),
        ((1, 2), (2, 2), "none"),
    ],
)
def test_direction_needs_significance_and_size(was: tuple[int, int], now: tuple[int, int], direction: str) -> None:
    assert direction_of(Share(*was, ""), Share(*now, ""), is_list=False) == direction


def candidate(column: str, *values: str, rows: int = 10) -> Candidate:
    return Candidate("crm", "contacts", column, dict.fromkeys(values, rows), values)


def test_columns_overlap_by_values_or_by_name_but_not_by_chance() -> None:
    industry = candidate("industry", "retail", "banking", "health")
    trade = candidate("what", "retail", "banking", "farming")
    segment = candidate("segment", "small", "large")
    colour = candidate("colour", "red", "blue")
    links = link_candidates([industry, trade, segment, colour])
    assert {(link.first, link.second, link.is_likely) for link in links} == {(0, 1, True), (0, 2, False)}


def test_every_field_has_a_bit_in_a_64_bit_mask() -> None:
    assert len(ATTRIBUTES) == len(set(ATTRIBUTES)) <= 64
    assert len(FIELDS) <= 64
