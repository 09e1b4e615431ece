"""A workspace from its first build through changes at the sources."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pyarrow.parquet as pq
from tests.stories.conftest import PEOPLE, write_csv


def test_a_customer_is_found_by_any_key_and_shown_whole(onefold, workspace):
    onefold("build", folder=workspace)
    card = onefold("customer", "ana.garcia@mail.example", "--json", folder=workspace).json
    for query in (card["customer_id"], "600 123 401", "crm:C-001", "desk.desk_requesters:R1", "garcia lopez"):
        found = onefold("customer", query, "--json", folder=workspace).json
        assert found["customer_id"] == card["customer_id"], query
    text = json.dumps(card)
    assert "Parcel never came" in text
    assert "Ines Roca" in text
    assert {record["source"] for record in card["records"]} == {"crm", "shop", "desk"}
    assert "Ana" in onefold("customer", "ana.garcia@mail.example", folder=workspace).out


def test_names_are_found_across_scripts(onefold, workspace):
    onefold("build", folder=workspace)
    greek = onefold("customer", "maria.papa@mail.example", "--json", folder=workspace).json
    assert (
        onefold("customer", "Maria Papadopoulou", "--json", folder=workspace).json["customer_id"]
        == greek["customer_id"]
    )


def test_a_second_build_changes_nothing(onefold, workspace):
    onefold("build", folder=workspace)
    ids = _ids(onefold, workspace)
    again = onefold("build", "--json", folder=workspace).json
    assert all(not (t["inserted"] or t["updated"] or t["deleted"]) for t in again["tables"])
    assert _ids(onefold, workspace) == ids


def test_changes_at_the_source_reach_the_profile_and_ids_stay(onefold, workspace, company):
    onefold("build", folder=workspace)
    ids = _ids(onefold, workspace)
    shop = sqlite3.connect(company / "shop.db")
    shop.execute("update customers set email = 'ana.new@mail.example' where id = 1")
    shop.execute("insert into orders values ('O-9', 2, 99, 'EUR', '2025-09-09 12:00:00', 'paid')")
    shop.execute("delete from orders where customer_id = 8")
    shop.execute("delete from customers where id = 8")
    shop.commit()
    done = onefold("build", "--json", folder=workspace).json
    counts = {t["table"]: (t["inserted"], t["updated"], t["deleted"]) for t in done["tables"]}
    assert counts["customers"] == (0, 1, 1)
    assert counts["orders"][0] == 1
    now = _ids(onefold, workspace)
    assert now == {key: customer for key, customer in ids.items() if key != ("shop", "customers", "8")}
    assert (
        onefold("customer", "ana.new@mail.example", "--json", folder=workspace).json["customer_id"]
        == ids["crm", "crm_contacts", "C-001"]
    )


def test_a_corrected_meaning_stays_corrected(onefold, workspace):
    onefold("build", folder=workspace)
    onefold("mapping", "set", "crm.crm_contacts.owner", "other", folder=workspace)
    onefold("build", folder=workspace)
    for _ in range(2):
        table = onefold("mapping", "show", "crm.crm_contacts", "--json", folder=workspace).json[0]
        owner = next(c for c in table["columns"] if c["name"] == "owner")
        assert (owner["meaning"], owner["confidence"]) == ("other", 1.0)
        onefold("build", folder=workspace)


def test_shape_changes_are_reported_and_handled(onefold, workspace, company):
    onefold("build", folder=workspace)
    write_csv(
        company / "crm_contacts.csv",
        ["contact_id", "first_name", "last_name", "e-mail", "dob", "language", "owner", "updated_at", "vip"],
        [
            [f"C-{n:03}", p[0], p[1], p[2], p[4], p[5], "Nora Beck", "2025-09-01", "yes"]
            for n, p in enumerate(PEOPLE, 1)
        ],
    )
    done = onefold("build", folder=workspace)
    assert "new column vip" in done.out
    assert "mobile" in done.out
    assert onefold("customer", "crm:C-001", "--json", folder=workspace).json


def test_ragged_rows_wait_in_quarantine_and_are_read_once_mended(onefold, workspace, company):
    with (company / "crm_contacts.csv").open("a", encoding="utf-8") as file:
        file.write("C-900,Rick,Ragged,one,field,too,many,for,this,table,really\n")
    onefold("build", folder=workspace)
    rows = onefold("quarantine", "list", "--json", folder=workspace).json
    assert [(r["line"], r["source"]) for r in rows] == [(10, "crm")]
    assert "crm_contacts.csv" in rows[0]["origin"]
    text = (company / "crm_contacts.csv").read_text(encoding="utf-8")
    (company / "crm_contacts.csv").write_text(
        text.replace(
            "C-900,Rick,Ragged,one,field,too,many,for,this,table,really",
            "C-900,Rick,Ragged,rick@mail.example,,,en,Nora Beck,2025-01-01",
        ),
        encoding="utf-8",
    )
    onefold("build", folder=workspace)
    assert onefold("quarantine", "list", "--json", folder=workspace).json == []
    assert onefold("customer", "rick@mail.example", "--json", folder=workspace).json["display_name"] == "Rick Ragged"


def test_exports_hold_every_customer_and_no_formula(onefold, workspace, company, tmp_path):
    with (company / "crm_contacts.csv").open("a", encoding="utf-8") as file:
        file.write("C-666,\"=cmd|' /C calc'!A0\",Evil,evil@mail.example,,,en,Nora Beck,2025-01-01\n")
    onefold("build", folder=workspace)
    onefold("export", tmp_path / "customers.csv", folder=workspace)
    onefold("export", tmp_path / "customers.parquet", folder=workspace)
    onefold("export", tmp_path / "customers.jsonl", folder=workspace)
    assert pq.read_metadata(tmp_path / "customers.parquet").num_rows == 11
    assert len((tmp_path / "customers.jsonl").read_text(encoding="utf-8").splitlines()) == 11
    cells = [
        cell
        for line in (tmp_path / "customers.csv").read_text(encoding="utf-8").splitlines()
        for cell in line.split(",")
    ]
    assert not [cell for cell in cells if cell.strip('"').startswith(("=", "@"))]


def _ids(onefold, workspace: Path) -> dict[tuple[str, str, str], str]:
    """(source, table, record_key) -> customer_id, from the warehouse's own copy of the map."""
    from onefold import Workspace

    with Workspace.open(workspace) as opened:
        rows = opened.engine.rows(
            "select source, table_name, record_key, customer_id from main.record"
            " join main.customer_subject using (subject_id)"
        )
    return {(source, table, key): customer for source, table, key, customer in rows}
