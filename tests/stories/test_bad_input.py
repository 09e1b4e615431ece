"""Bad input: a clear error that names the place, an exit code that means something, nothing lost."""

from __future__ import annotations

import gzip
import json

import pytest
from tests.stories.conftest import write_csv


def test_missing_file(onefold):
    failed = onefold("scan", "nowhere.csv", code=3)
    assert "nowhere.csv" in failed.err
    assert "Traceback" not in failed.err


def test_empty_file(onefold, tmp_path):
    (tmp_path / "empty.csv").write_text("")
    assert "empty.csv" in onefold("scan", "empty.csv", code=2).err


def test_header_only_is_a_table_without_rows(onefold, tmp_path, company):
    (tmp_path / "leads.csv").write_text("id,name,email\n")
    report = onefold("scan", "leads.csv", company / "crm_contacts.csv", "--json").json
    assert {t["name"]: t["rows"] for t in report["tables"]} == {"leads": 0, "crm_contacts": 8}


def test_binary_file_named_csv(onefold, tmp_path):
    (tmp_path / "photo.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50)
    failed = onefold("scan", "photo.csv", code=2)
    assert "photo.csv" in failed.err
    assert "→" in failed.err


def test_truncated_gzip(onefold, tmp_path, company):
    whole = gzip.compress((company / "crm_contacts.csv").read_bytes())
    (tmp_path / "people.csv.gz").write_bytes(whole[: len(whole) // 2])
    assert "people.csv.gz" in onefold("scan", "people.csv.gz", code=5).err


def test_ragged_rows_are_counted_not_fatal(onefold, tmp_path):
    rows = "\n".join(f"{n},Person{n},p{n}@mail.example" for n in range(50))
    (tmp_path / "people.csv").write_text(f"id,name,email\n{rows}\n51,short\n52,too,many,fields,here\n")
    report = onefold("scan", "people.csv", "--json").json
    assert report["tables"][0]["rows"] == 50
    assert json.dumps(report).count("people.csv") >= 1


def test_two_headers_alike_are_told_apart(onefold, tmp_path):
    write_csv(
        tmp_path / "people.csv",
        ["id", "name", "name", "email"],
        [[n, "A", f"B{n}", f"b{n}@x.example"] for n in range(20)],
    )
    columns = [c["name"] for c in onefold("scan", "people.csv", "--json").json["tables"][0]["columns"]]
    assert len(set(columns)) == 4
    assert columns[0] == "id"


def test_two_thousand_columns(onefold, tmp_path):
    header = ["id", "email", *(f"c{n}" for n in range(1998))]
    write_csv(
        tmp_path / "wide.csv", header, [[n, f"p{n}@x.example", *(str(n * k) for k in range(1998))] for n in range(5)]
    )
    assert len(onefold("scan", "wide.csv", "--json").json["tables"][0]["columns"]) == 2000


@pytest.mark.slow
def test_a_fifty_megabyte_field(onefold, tmp_path):
    write_csv(
        tmp_path / "notes.csv",
        ["id", "email", "notes"],
        [[1, "a@x.example", "x" * 50_000_000], [2, "b@x.example", "short"]],
    )
    report = onefold("scan", "notes.csv", "--json").json
    quarantined = 2 - report["tables"][0]["rows"]
    assert quarantined in {0, 1}, "read, or set aside with a reason"


def test_one_bad_source_does_not_stop_the_others_and_is_named(onefold, workspace, company):
    onefold("build", folder=workspace)
    (company / "crm_contacts.csv").unlink()
    failed = onefold("build", folder=workspace, code=3)
    assert "crm" in failed.err
    assert "crm_contacts.csv" in failed.err
    assert onefold("customer", "crm:C-001", "--json", folder=workspace).json


def test_bad_settings_name_the_entry(onefold, workspace):
    path = workspace / "onefold.yaml"
    path.write_text(path.read_text() + "colour: blue\n")
    assert "colour" in onefold("build", folder=workspace, code=2).err
    path.write_text("sources: [unclosed\n")
    assert "onefold.yaml" in onefold("build", folder=workspace, code=2).err


def test_errors_are_json_where_json_is_asked_for(onefold):
    error = onefold("scan", "nowhere.csv", "--json", code=3).json["error"]
    assert error["code"] == "not_found"
    assert error["hint"]


def test_unknown_customer_unknown_meaning_unknown_command(onefold, workspace):
    onefold("build", folder=workspace)
    onefold("customer", "nobody@mail.example", folder=workspace, code=3)
    assert "phone" in onefold("mapping", "set", "crm.crm_contacts.mobile", "fone", folder=workspace, code=2).err
    assert "mobile" in onefold("mapping", "set", "crm.crm_contacts.handy", "phone", folder=workspace, code=3).err
    onefold("frobnicate", code=2)
    onefold("customer", "x", code=3)


def test_html_and_script_in_names_stay_text(onefold, tmp_path):
    nasty = '<script>document.title="owned"</script>'
    rows = [[n, f"{nasty} {n}", f"p{n // 2}@x.example"] for n in range(12)]
    write_csv(tmp_path / "people.csv", ["id", "full_name", "email"], rows)
    write_csv(tmp_path / "leads.csv", ["id", "full_name", "email"], rows[::-1])
    onefold("scan", "people.csv", "leads.csv", "--html", "out.html")
    assert nasty not in (tmp_path / "out.html").read_text(encoding="utf-8")
