"""Files for other programs: complete or absent, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from listed import write

from onefold.errors import InvalidInput
from onefold.profiles import check_identities_path, export, export_customers, export_identities
from onefold.profiles.attributes import PROMOTED, describe_attribute
from onefold.profiles.streaming import write_customers


def exported(bench, path, **options):
    with bench.database.read() as connection:
        return export_customers(connection, path, **options)


def cells(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_format_holds_one_row_per_customer_and_the_same_values(either_bench, ana, tmp_path):
    either_bench.build(ana)
    files = [tmp_path / f"c.{ending}" for ending in ("csv", "parquet", "jsonl", "csv.gz", "jsonl.gz")]

    assert [exported(either_bench, file) for file in files] == [2] * 5
    (tmp_path / "again.csv").write_bytes(gzip.decompress(files[3].read_bytes()))
    rows = cells(files[0])
    assert rows == cells(tmp_path / "again.csv")
    ana_row = next(row for row in rows if row["display_name"] == "Ana García")
    assert ana_row["email"] == "ana@x.com"
    assert ana_row["other_email"] == "info@y.com; sales@x.com"
    assert ana_row["category:industry"] == "Food"
    assert (ana_row["orders"], float(ana_row["orders_amount"].split()[0])) == ("2", 20)
    documents = [json.loads(line) for line in files[2].read_text(encoding="utf-8").splitlines()]
    assert documents == [
        {name: value for name, value in row.items() if value is not None} for row in pq.read_table(files[1]).to_pylist()
    ]
    assert gzip.decompress(files[4].read_bytes()) == files[2].read_bytes()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("@SUM(1)", "'@SUM(1)"),
        ("+1+cmd", "'+1+cmd"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"),
        ("＝1+1", "'＝1+1"),
        ("+34600111222", "+34600111222"),
        ("-12.50", "-12.50"),
        ("a=b", "a=b"),
    ],
)
def test_cells_that_a_spreadsheet_would_run_are_inert_in_csv_alone(bench, company, tmp_path, value, shown):
    company.record("a.t:1", "c", status=value)
    bench.build(company)
    exported(bench, tmp_path / "c.csv")
    exported(bench, tmp_path / "c.parquet")

    assert cells(tmp_path / "c.csv")[0]["status"] == shown
    assert pq.read_table(tmp_path / "c.parquet")["status"].to_pylist() == [value]


def test_columns_can_be_chosen_and_unknown_ones_are_named_with_the_valid_ones(bench, ana, tmp_path):
    bench.build(ana)
    exported(bench, tmp_path / "c.csv", columns=["email", "customer_id"])

    assert list(cells(tmp_path / "c.csv")[0]) == ["email", "customer_id"]
    with pytest.raises(InvalidInput, match="'mail'") as refusal:
        exported(bench, tmp_path / "c.csv", columns=["mail"])
    assert "email" in refusal.value.hint


def test_an_unknown_ending_and_a_missing_folder_are_refused_clearly(bench, ana, tmp_path):
    bench.build(ana)
    with pytest.raises(InvalidInput, match=r"c\.xls") as refusal:
        exported(bench, tmp_path / "c.xls")
    assert ".parquet, .csv, .jsonl" in refusal.value.hint
    with pytest.raises(InvalidInput, match="no such folder"):
        exported(bench, tmp_path / "nowhere" / "c.csv")
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(InvalidInput, match="is a folder"):
        exported(bench, tmp_path / "d.csv")
    with pytest.raises(InvalidInput):
        check_identities_path(tmp_path / "ids.jsonl")


def test_a_failed_export_leaves_the_old_file_and_nothing_else(bench, ana, tmp_path, monkeypatch):
    bench.build(ana)
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "c.csv").write_text("old")

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export, "inert", full)
    with pytest.raises(Exception, match="No space left"):
        exported(bench, folder / "c.csv")

    assert [file.name for file in folder.iterdir()] == ["c.csv"]
    assert (folder / "c.csv").read_text() == "old"


def test_a_workspace_without_customers_exports_a_header(bench, company, tmp_path):
    bench.build(company)

    assert exported(bench, tmp_path / "c.csv") == 0
    assert (tmp_path / "c.csv").read_text().startswith('"customer_id","kind","display_name"')


@pytest.mark.parametrize("ending", ["csv", "parquet", "csv.gz"])
def test_identities_are_one_row_per_record_of_a_person(bench, ana, tmp_path, ending):
    ana.record("crm.people:=1", "other", full_name="Eva")
    bench.build(ana)
    path = tmp_path / f"it's.{ending}"

    assert export_identities(bench.engine, path) == 4
    if ending == "parquet":
        rows = pq.read_table(path).to_pylist()
    else:
        raw = path.read_bytes()
        text = gzip.decompress(raw) if ending.endswith("gz") else raw
        rows = list(csv.DictReader(text.decode().splitlines()))
    assert list(rows[0]) == ["source", "table", "record_key", "customer_id"]
    assert {row["record_key"] for row in rows} == {"1", "z", "a|7", "=1" if ending == "parquet" else "'=1"}
    assert {row["customer_id"] for row in rows if row["record_key"] == "z"} == {bench.customer_of("desk.users:z")}


def test_some_customers_and_some_attributes_are_written_by_a_rule(bench, ana, tmp_path):
    bench.build(ana)
    with bench.database.read() as connection:
        path = tmp_path / "gold.parquet"
        assert write_customers(connection, path, 'tier = "gold"', ["display_name", "email"]) == 1
        assert pq.read_table(path).to_pylist() == [
            {"customer_id": bench.customer_of("crm.people:1"), "display_name": "Ana García", "email": "ana@x.com"}
        ]
        assert write_customers(connection, tmp_path / "all.jsonl.gz") == 2
        before = path.read_bytes()
        with pytest.raises(InvalidInput, match="no attribute"):
            write_customers(connection, path, "nothing = 1")
        assert path.read_bytes() == before


def test_every_promoted_attribute_is_written_in_its_own_type(app_database, tmp_path):
    types = {"number": (pa.int64(), pa.float64()), "moment": (pa.timestamp("us", tz="UTC"),), "text": (pa.string(),)}
    row = {"display_name": "Ana", "last_score": 4.5, "orders": 3, "last_contact_at": datetime(2026, 3, 1, tzinfo=UTC)}
    path = tmp_path / "all.parquet"
    with app_database.write() as connection:
        write(connection, [row])
    with app_database.read() as connection:
        assert write_customers(connection, path, fields=PROMOTED) == 1
    written = pq.read_table(path)
    assert {name: written.to_pylist()[0][name] for name in row} == row
    assert all(written.schema.field(name).type in types[describe_attribute(name).type] for name in PROMOTED)


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_moment_is_written_to_its_fraction_of_a_second(app_database, tmp_path, ending):
    moments = [datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, 23, 59, 59, 999_999, tzinfo=UTC)]
    path = tmp_path / f"moments.{ending}"
    with app_database.write() as connection:
        write(connection, [{"last_contact_at": moment} for moment in moments])
    with app_database.read() as connection:
        assert write_customers(connection, path, fields=["last_contact_at"]) == 2
    written = path.read_text()
    assert "2026-03-01T00:00:00Z" in written
    assert "2026-03-01T23:59:59.999999Z" in written
