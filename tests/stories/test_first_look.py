"""Someone points ``onefold scan`` at exports for the first time."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq


def test_scan_finds_tables_joins_and_customers_without_configuration(onefold, company):
    report = onefold("scan", company / "crm_contacts.csv", company / "shop.db", company, "--json", code=0).json
    tables = {f"{t['source']}.{t['name']}": t for t in report["tables"]}
    assert tables["crm.crm_contacts"]["role"] == "people"
    assert tables["crm.crm_contacts"]["key"] == "contact_id"
    assert tables["shop.customers"]["role"] == "people"
    assert tables["shop.orders"]["role"] == "events"
    assert tables["desk.desk_requesters"]["role"] == "people"
    assert tables["desk.desk_tickets"]["role"] == "conversations"
    assert [j["to_table"] for j in tables["shop.orders"]["joins"]] == ["customers"]
    assert [j["to_table"] for j in tables["desk.desk_tickets"]["joins"]] == ["desk_requesters"]
    assert report["records"] == 8 + 8 + 4
    assert report["customers"] == 10
    assert {"overlap", "signs"} <= report.keys()


def test_scan_prints_a_report_and_writes_html(onefold, company, tmp_path):
    shown = onefold("scan", company)
    assert "10" in shown.out
    html = (tmp_path / "silo-report.html").read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert "http://" not in html.replace("http://www.w3.org", ""), "the file must stand alone"


def test_scan_json_prints_one_document_and_writes_nothing(onefold, company, tmp_path):
    before = set(tmp_path.iterdir())
    assert isinstance(onefold("scan", company, "--json").json, dict)
    assert set(tmp_path.iterdir()) == before


def test_resolve_writes_one_row_per_people_record(onefold, company, tmp_path):
    onefold("resolve", company, "--out", "ids.parquet")
    rows = pq.read_table(tmp_path / "ids.parquet").to_pylist()
    assert set(rows[0]) == {"source", "table", "record_key", "customer_id"}
    assert len(rows) == 20
    ids = {(r["table"], r["record_key"]): r["customer_id"] for r in rows}
    assert ids["crm_contacts", "C-001"] == ids["customers", "1"] == ids["desk_requesters", "R1"]
    assert ids["crm_contacts", "C-003"] == ids["customers", "3"] == ids["desk_requesters", "R3"]
    assert ids["crm_contacts", "C-001"] != ids["crm_contacts", "C-002"]


def test_resolve_gives_the_same_ids_every_time(onefold, company, tmp_path):
    onefold("resolve", company, "--out", "one.csv")
    onefold("resolve", company, "--out", "two.csv")
    one, two = (sorted(Path(tmp_path / name).read_text().splitlines()) for name in ("one.csv", "two.csv"))
    assert one == two
    assert one[-1] == "source,table,record_key,customer_id"
