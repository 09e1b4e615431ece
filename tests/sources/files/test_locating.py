"""Finding files, opening what they are wrapped in, joining families, leaving unchanged ones alone."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import pwd
import tempfile
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pytest

from onefold.errors import InvalidInput, NotFound, SourceFailed
from onefold.settings import SourceSettings
from onefold.sources.files import open_files, stored_file
from onefold.sources.location import split_locations

CSV = b"id,name\n1,Ana\n2,Bob\n"


def write(path, content=CSV):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize(
    ("ending", "pack"),
    [
        ("gz", gzip.compress),
        ("bz2", bz2.compress),
        ("xz", lzma.compress),
        ("zst", lambda raw: pa.Codec("zstd").compress(raw, asbytes=True)),
    ],
)
def test_compressed_files_read_as_their_content(read_one, ending, pack):
    table = read_one(pack(CSV), f"Contacts.csv.{ending}")
    assert table.extract.table == "contacts"
    assert table.column("name") == ["Ana", "Bob"]


def test_compression_is_told_by_content_not_by_name(read_one):
    assert read_one(gzip.compress(CSV), "contacts.csv").column("name") == ["Ana", "Bob"]
    assert read_one(CSV, "contacts.csv.gz").column("name") == ["Ana", "Bob"]


def test_an_archive_opens_to_its_members(read_all, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("crm/contacts.csv", CSV)
        archive.writestr("orders.json", '[{"id": 1, "total": 2.50}]')
        archive.writestr("__MACOSX/._contacts.csv", b"\x00\x05junk")
        archive.writestr("README.md", "# hello")
    tables = read_all("all.zip")
    assert set(tables) == {"contacts", "orders"}
    assert tables["contacts"].rows[0]["_origin"] == "all.zip!crm/contacts.csv"


def test_members_of_an_archive_can_be_a_family(read_all, tmp_path):
    with zipfile.ZipFile(tmp_path / "sales.zip", "w") as archive:
        archive.writestr("sales_2023.csv", CSV)
        archive.writestr("sales_2024.csv", CSV)
    assert len(read_all("sales.zip")["sales"].rows) == 4


def test_a_truncated_gzip_fails_and_names_the_file(read_one):
    packed = gzip.compress(b"id,name\n" + os.urandom(3000).hex().encode() + b",x\n")
    with pytest.raises(SourceFailed, match=r"contacts\.csv\.gz.*cut off"):
        read_one(packed[: len(packed) // 2], "contacts.csv.gz")


@pytest.mark.parametrize("ending", ["bz2", "xz", "zst", "zip"])
def test_other_damaged_archives_fail_and_name_the_file(read_one, ending):
    pack = {
        "bz2": bz2.compress,
        "xz": lzma.compress,
        "zst": lambda raw: pa.Codec("zstd").compress(raw, asbytes=True),
        "zip": lambda raw: b"PK\x03\x04" + raw,
    }[ending]
    packed = pack(b"id,name\n" + os.urandom(30_000).hex().encode())
    with pytest.raises((SourceFailed, InvalidInput), match=f"c.csv.{ending}"):
        read_one(packed[: len(packed) // 2], f"c.csv.{ending}")


def test_a_missing_file_is_not_found_and_a_near_name_offered(read_all, tmp_path):
    write(tmp_path / "contacts.csv")
    with pytest.raises(NotFound, match=r"contact\.csv") as caught:
        read_all("contact.csv")
    assert "contacts.csv" in caught.value.hint


def test_a_glob_or_folder_without_data_is_not_found(read_all, tmp_path):
    (tmp_path / "empty").mkdir()
    for location in ("*.csv", "empty"):
        with pytest.raises(NotFound):
            read_all(location)


def test_an_empty_file_is_refused_by_name(read_one):
    for content in (b"", b"\n \n", b"\xef\xbb\xbf"):
        with pytest.raises(InvalidInput, match=r"contacts\.csv"):
            read_one(content)


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, os.urandom(5000), b"%PDF-1.7\n" + bytes(3000)]
)
def test_a_binary_file_named_csv_is_refused_by_name(read_one, content):
    with pytest.raises(InvalidInput, match=r"contacts\.csv"):
        read_one(content)


def test_a_web_page_named_xls_is_refused(read_one):
    with pytest.raises(InvalidInput, match="web page"):
        read_one("<html><body><table><tr><td>1</td></tr></table></body></html>", "report.xls")


@pytest.fixture
def open_folder():
    """A folder that every account may look into, unlike ``tmp_path``."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def as_nobody():
    """Root may read everything, so root does the block as an account that may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_without_read_permission_fails_with_a_hint(read_all, open_folder):
    write(open_folder / "secret.csv")
    (open_folder / "secret.csv").chmod(0)
    with as_nobody(), pytest.raises(SourceFailed, match="not allowed") as caught:
        read_all(str(open_folder / "secret.csv"))
    assert "chmod" in caught.value.hint


def test_permission_errors_become_source_failed(read_one, monkeypatch):
    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(stored_file.StoredFile, "_open_packed", refuse)
    with pytest.raises(SourceFailed, match="not allowed") as caught:
        read_one(CSV)
    assert "chmod" in caught.value.hint


def test_a_folder_gives_its_data_files_and_no_others(read_all, tmp_path):
    write(tmp_path / "in/contacts.csv")
    write(tmp_path / "in/deep/orders.jsonl", '{"id": 1}\n{"id": 2}\n')
    write(tmp_path / "in/README.md", "# notes, with commas")
    write(tmp_path / "in/licence.txt", "Permission is granted\nto anybody, of course\nwho asks\n")
    write(tmp_path / "in/.hidden.csv")
    assert set(read_all("in")) == {"contacts", "orders"}


def test_a_named_text_file_is_read_even_without_delimiter(read_one):
    assert len(read_one("one@x.org\ntwo@x.org\n", "mails.txt").rows) == 2


def test_dated_files_with_equal_columns_form_one_table(read_all, tmp_path):
    for year in (2020, 2021, 2022):
        write(tmp_path / f"Sales_{year}.csv", f"id,amount\n{year}1,5\n{year}2,6\n")
    tables = read_all("*.csv")
    assert set(tables) == {"sales"}
    assert {row["_origin"] for row in tables["sales"].rows} == {"Sales_2020.csv", "Sales_2021.csv", "Sales_2022.csv"}
    assert "3 files as one table" in tables["sales"].notes


@pytest.mark.parametrize(
    ("first", "second", "table"),
    [
        ("orders-2024-01.csv", "orders-2024-02.csv", "orders"),
        ("export (1).csv", "export (2).csv", "export"),
        ("part-00000.csv", "part-00001.csv", "part"),
        ("leads_20240131.csv", "leads_20240229.csv", "leads"),
        ("Jan 2024 calls.csv", "Feb 2024 calls.csv", "calls"),
        ("customers1.csv", "customers2.csv", "customers"),
    ],
)
def test_ways_to_number_and_date_files(read_all, tmp_path, first, second, table):
    write(tmp_path / first)
    write(tmp_path / second)
    tables = read_all("*.csv")
    assert set(tables) == {table}
    assert len(tables[table].rows) == 4


@pytest.mark.parametrize(
    ("first", "second"),
    [("crm1_contacts.csv", "crm2_contacts.csv"), ("b2b.csv", "b2c.csv"), ("febrl1_truth.csv", "febrl3_truth.csv")],
)
def test_numbers_within_words_are_part_of_the_name(read_all, tmp_path, first, second):
    write(tmp_path / first)
    write(tmp_path / second)
    assert len(read_all("*.csv")) == 2


def test_dated_files_with_other_columns_stay_apart(read_all, tmp_path):
    write(tmp_path / "sales_2020.csv")
    write(tmp_path / "sales_2021.csv", "id,other\n1,2\n")
    assert set(read_all("*.csv")) == {"sales_2020", "sales_2021"}


def test_a_dated_file_alone_keeps_its_table_when_the_next_arrives(read_all, tmp_path):
    write(tmp_path / "contacts_2024-01.csv")
    assert set(read_all("contacts_*.csv")) == {"contacts"}
    write(tmp_path / "contacts_2024-02.csv")
    assert set(read_all("contacts_*.csv")) == {"contacts"}


def test_family_members_may_differ_in_encoding_and_delimiter(read_all, tmp_path):
    write(tmp_path / "a_2023.csv", "id;name\n1;José\n2;Zoë\n3;Ñandú\n".encode("cp1252"))
    write(tmp_path / "a_2024.csv", "id,name\n4,Ολγα\n")
    assert [row["name"] for row in read_all("a_*.csv")["a"].rows] == ["José", "Zoë", "Ñandú", "Ολγα"]


def test_table_names_are_ascii_words_and_unique(read_all, tmp_path):
    write(tmp_path / "a/Πελάτες 2.csv")
    write(tmp_path / "b/客户.csv")
    write(tmp_path / "c/CustomerOrders.csv")
    write(tmp_path / "d/customer_orders.tsv", "a\tb\n1\t2\n")
    write(tmp_path / "e/7 days.csv")
    names = set(read_all("a/*", "b/*", "c/*", "d/*", "e/*"))
    assert all(name.isascii() and name[0].isalpha() and name == name.lower() for name in names)
    assert {"customer_orders", "customer_orders_2"} <= names
    assert len(names) == 5


def test_the_same_file_matched_twice_is_read_once(read_all, tmp_path):
    write(tmp_path / "contacts.csv")
    assert len(read_all("contacts.csv", "*.csv", str(tmp_path))["contacts"].rows) == 2


def test_one_unreadable_file_does_not_keep_the_others_back(tmp_path):
    write(tmp_path / "a.csv")
    write(tmp_path / "b.csv", b"")
    write(tmp_path / "c.csv")
    extracts = open_files("x", SourceSettings(location="*.csv"), base=tmp_path)
    seen = [next(extracts).table, next(extracts).table]
    assert seen == ["a", "c"]
    with pytest.raises(InvalidInput, match=r"b\.csv"):
        next(extracts)


def test_sqlite_files_in_folders_and_globs_are_databases(tmp_path):
    write(tmp_path / "in/contacts.csv")
    write(tmp_path / "in/shop.db", b"SQLite format 3\x00" + bytes(100))
    database = str(tmp_path / "in/shop.db")

    def split(location):
        return split_locations(SourceSettings(location=location), base=tmp_path, secrets={"HERE": "in"})

    assert split("in") == ([database], ["in"])
    assert split("in/*") == ([database], ["in/*"])
    assert split("in/*.db") == ([database], [])
    assert split("in/shop.db") == (["in/shop.db"], [])
    assert split(["postgresql://h/d", "${HERE}/contacts.csv"]) == (["postgresql://h/d"], ["in/contacts.csv"])
    files = SourceSettings(location="in/*")
    assert [extract.table for extract in open_files("x", files, base=tmp_path)] == ["contacts"]


def fingerprints_of(tables):
    return {name: table.extract.fingerprint for name, table in tables.items()}


def test_unchanged_files_keep_their_fingerprint_and_are_not_opened(read_all, tmp_path, monkeypatch):
    write(tmp_path / "contacts.csv")
    before = time.time() - 3600
    os.utime(tmp_path / "contacts.csv", (before, before))
    known = fingerprints_of(read_all("contacts.csv"))
    monkeypatch.setattr(stored_file.StoredFile, "digest", lambda self: pytest.fail("the content was read"))
    extract = next(open_files("x", SourceSettings(location="contacts.csv"), base=tmp_path, fingerprints=known))
    assert extract.fingerprint == known["contacts"]


def test_the_same_content_with_a_new_time_has_the_same_fingerprint(read_all, tmp_path):
    write(tmp_path / "contacts.csv")
    known = fingerprints_of(read_all("contacts.csv"))
    os.utime(tmp_path / "contacts.csv", (1e9, 1e9))
    assert fingerprints_of(read_all("contacts.csv", fingerprints=known)) == known


def test_changed_content_or_settings_change_the_fingerprint(read_all, tmp_path):
    write(tmp_path / "contacts.csv")
    known = fingerprints_of(read_all("contacts.csv"))
    write(tmp_path / "contacts.csv", b"id,name\n1,Ana\n2,Rob\n")
    changed = fingerprints_of(read_all("contacts.csv", fingerprints=known))
    assert changed != known
    assert fingerprints_of(read_all("contacts.csv", fingerprints=changed, encoding="latin-1")) != changed


def test_a_new_family_member_changes_the_fingerprint(read_all, tmp_path):
    write(tmp_path / "s_2020.csv")
    known = fingerprints_of(read_all("s_*.csv"))
    write(tmp_path / "s_2021.csv")
    tables = read_all("s_*.csv", fingerprints=known)
    assert fingerprints_of(tables) != known
    assert len(tables["s"].rows) == 4


def test_an_unchanged_table_can_still_be_read(read_all, tmp_path):
    write(tmp_path / "contacts.csv")
    known = fingerprints_of(read_all("contacts.csv"))
    table = read_all("contacts.csv", fingerprints=known)["contacts"]
    assert [row["name"] for row in table.rows] == ["Ana", "Bob"]


def test_of_several_tables_in_one_file_none_is_skipped_until_all_have_landed(read_all, tmp_path):
    write(tmp_path / "shop.json", '{"customers": [{"id": 1}, {"id": 2}], "orders": [{"no": 7}, {"no": 8}]}')
    known = fingerprints_of(read_all("shop.json"))
    assert set(known) == {"customers", "orders"}
    partly = {"customers": known["customers"]}
    assert read_all("shop.json", fingerprints=partly)["orders"].columns == ("no",)
    assert read_all("shop.json", fingerprints=known)["orders"].columns == ()
