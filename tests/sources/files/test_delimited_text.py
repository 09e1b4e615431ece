"""Delimited text: dialects, headers, titles, totals, broken rows."""

from __future__ import annotations

import contextlib
import csv
import io

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from onefold.errors import InvalidInput, OnefoldError
from onefold.settings import SourceSettings
from onefold.sources.files import open_files, stored_file, text_rows
from onefold.sources.files.dialects import Dialect
from onefold.sources.files.stored_file import StoredFile
from onefold.sources.files.survey import survey_file
from onefold.sources.files.text_rows import TextFormat, read_rows

ROWS = [
    ("1", "Ana", "ana@example.com", "Madrid"),
    ("2", "Bob", "bob@example.com", "New York"),
    ("3", "Chloë", "chloe@example.com", "Lyon"),
]
HEADER = ("id", "name", "email", "city")


def text_of(rows, delimiter=",", line_end="\n"):
    return line_end.join(delimiter.join(row) for row in [HEADER, *rows]) + line_end


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~", ":", "\x01", "¦", "||", "~|~"])
def test_any_delimiter_is_found(read_one, delimiter):
    table = read_one(text_of(ROWS, delimiter))
    assert table.columns == HEADER
    assert table.values() == ROWS


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_line_end_reads_alike_with_true_lines(read_one, line_end):
    table = read_one(text_of(ROWS, line_end=line_end))
    assert table.values() == ROWS
    assert table.column("_line") == [2, 3, 4]


def test_semicolons_win_over_decimal_commas(read_one):
    table = read_one("1,5;2,25;3,75\n4,5;5,5;6,5\n7,5;8,5;9,5\n")
    assert table.values()[0] == ("1,5", "2,25", "3,75")
    assert table.columns == ("column_1", "column_2", "column_3")


def test_times_in_one_column_are_not_cut_at_colons(read_one):
    assert read_one("started\n12:30:00\n13:45:10\n08:00:00\n").columns == ("started",)


def test_one_column_of_names_stays_one_column(read_one):
    table = read_one("name\nAna García\nBob Smith\nLi Wei\n")
    assert table.values() == [("Ana García",), ("Bob Smith",), ("Li Wei",)]


def test_named_delimiter_overrides_detection(read_one):
    assert read_one("a b\n1 2\n", delimiter=" ").values() == [("1", "2")]


def test_excel_separator_line_is_obeyed_and_skipped(read_one):
    table = read_one("sep=;\nid;name\n1;Ana\n2;Bob\n")
    assert table.columns == ("id", "name")
    assert table.column("_line") == [3, 4]


def test_doubled_quotes_delimiters_and_line_ends_inside_fields(read_one):
    table = read_one('id,note\n1,"said ""hi"", twice"\n2,"two\nlines"\n3,plain\n')
    assert table.values() == [("1", 'said "hi", twice'), ("2", "two\nlines"), ("3", "plain")]
    assert table.column("_line") == [2, 3, 5]


def test_backslash_escapes_are_recognised(read_one):
    rows = "".join(f'{i},"said \\"hi\\", {i}",x\n' for i in range(5))
    table = read_one("id,note,z\n" + rows)
    assert table.values()[4] == ("4", 'said "hi", 4', "x")


def test_quotes_that_mean_nothing_stay_letters(read_one):
    table = read_one('id\tsize\tname\n1\t5" pipe\tAna\n2\t7" pipe, long\tBob\n3\tnone\tO\'Neil\n')
    assert table.column("size") == ['5" pipe', '7" pipe, long', "none"]
    assert table.bad_rows == []


def test_apostrophes_as_quotes(read_one):
    table = read_one("'id','name'\n'1','Doe, Jane'\n'2','Roe, Rick'\n")
    assert table.values() == [("1", "Doe, Jane"), ("2", "Roe, Rick")]


def test_empty_fields_are_null_and_spaces_stay(read_one):
    assert read_one('id,a,b\n1,,""\n2, x ,y\n').values() == [("1", None, None), ("2", " x ", "y")]


def test_mysql_null_marks_are_null(read_one):
    assert read_one("id\tname\tcity\n1\t\\N\tParis\n2\tBo\t\\N\n").values() == [("1", None, "Paris"), ("2", "Bo", None)]


def test_title_and_blank_lines_above_the_header_are_skipped(read_one):
    table = read_one("Customer export,,,\nGenerated 2024-01-31\n\n" + text_of(ROWS))
    assert table.columns == HEADER
    assert table.column("_line") == [5, 6, 7]
    assert "2 title rows skipped" in table.notes


def test_totals_below_the_table_are_set_aside_not_landed(read_one):
    table = read_one("id,name,amount\n1,Ana,10\n2,Bob,20\n,,\nTotal,,30\n(2 rows)\n")
    assert table.column("name") == ["Ana", "Bob"]
    assert {(bad.line, bad.reason) for bad in table.bad_rows} == {
        (5, "reads like a total or closing line, not a record"),
        (6, "reads like a total or closing line, not a record"),
    }


def test_a_customer_called_total_is_a_record(read_one):
    table = read_one("id,company,city\n1,Acme,Lyon\n2,Total,Paris\n")
    assert table.column("company") == ["Acme", "Total"]


def test_a_table_without_header_gets_column_numbers(read_one):
    table = read_one("ana@x.org,Ana,Ruiz,Madrid\nbob@x.org,Bob,Smith,Paris\n")
    assert table.columns == ("column_1", "column_2", "column_3", "column_4")
    assert len(table.rows) == 2
    assert "no header" in table.notes


def test_years_as_headers_are_a_header(read_one):
    assert read_one("customer,2022,2023\nAna,10,20\nBob,5,7\n").columns == ("customer", "2022", "2023")


def test_dates_over_numbers_are_a_header_and_over_dates_are_not(read_one):
    pivot = read_one("shop,2024-01-31,2024-02-29\nRome,10,20\nOslo,5,7\n", "p.csv")
    assert pivot.columns == ("shop", "2024-01-31", "2024-02-29")
    assert len(read_one("Ana,2024-01-31\nBob,2024-02-29\n", "d.csv").rows) == 2


def test_ids_without_header_are_rows(read_one):
    assert len(read_one("1001,Ana,Madrid\n1002,Bob,Paris\n1003,Cy,Oslo\n").rows) == 3


def test_text_columns_alone_still_have_a_header(read_one):
    assert read_one("kind,name\nmale,آباد\nfemale,آتنا\n").columns == ("kind", "name")


def test_repeated_blank_and_reserved_headers_get_unique_names(read_one):
    table = read_one("name,name,,Name,_key,name_2\na,b,c,d,e,f\n")
    assert table.columns == ("name", "name_3", "column_3", "Name_4", "_key_2", "name_2")
    assert len({name.casefold() for name in table.columns}) == 6


def test_unnamed_index_column_and_trailing_delimiters_fit(read_one):
    indexed = read_one('"name","city"\n"1","Ana","Rome"\n"2","Bob","Oslo"\n', "r.csv")
    assert indexed.columns == ("column_1", "name", "city")
    trailing = read_one("id,name\n1,Ana,\n2,Bob,\n", "t.csv")
    assert trailing.columns == ("id", "name", "column_3")
    header_only_trailing = read_one("id,name,\n1,Ana\n2,Bob\n", "h.csv")
    assert header_only_trailing.columns == ("id", "name")


def test_rows_that_leave_off_empty_ends_are_filled(read_one):
    rows = "".join(f"{i},n{i},c{i}\n" for i in range(20)) + "20,n20,c20,remark\n"
    table = read_one("id,name,city,remark\n" + rows)
    assert len(table.rows) == 21
    assert {row["id"]: row["remark"] for row in table.rows} == {**dict.fromkeys(map(str, range(20))), "20": "remark"}


def test_ragged_rows_are_set_aside_with_line_reason_and_text(read_one):
    table = read_one('id,name,city\n1,"A\nB",Rome\n2,Bob\n3,Cy,Oslo,extra\n4,Di,Bonn\n')
    assert table.column("id") == ["1", "4"]
    assert table.column("_line") == [2, 6]
    assert [(bad.line, bad.reason, bad.raw) for bad in table.bad_rows] == [
        (4, "2 fields where 3 are expected", "2,Bob"),
        (5, "4 fields where 3 are expected", "3,Cy,Oslo,extra"),
    ]


def test_a_quote_that_never_closes_spoils_its_own_line_only(read_one):
    rows = "".join(f'{i},"Name {i}",City\n' for i in range(100))
    table = read_one('id,name,city\n0,"Bro,ken\n' + rows)
    assert len(table.rows) == 100
    assert [bad.line for bad in table.bad_rows] == [2]
    assert "not closed" in table.bad_rows[0].reason


def test_two_stray_quotes_do_not_swallow_the_rows_between(read_one):
    between = "".join(f"{i},Name {i},City\n" for i in range(50))
    good = "".join(f'g{i},Name,"City, {i}"\n' for i in range(20))
    table = read_one("id,name,city\n" + good + 'a,"Acme,NY\n' + between + 'z,Foo",LA\n')
    assert {f"{i}" for i in range(50)} <= set(table.column("id"))
    assert [bad.line for bad in table.bad_rows] == [22]


def test_quotes_inside_unquoted_fields_do_not_disturb_later_rows(read_one):
    rows = "".join(f'{i},{i}" pipe,"quoted, {i}"\n' for i in range(3000))
    table = read_one("id,size,note\n" + rows)
    assert table.bad_rows == []
    assert table.column("size") == [f'{i}" pipe' for i in range(3000)]
    assert table.column("_line") == list(range(2, 3002))


def test_header_only_is_a_table_without_rows_and_a_note(read_one):
    table = read_one("id,name,email\n")
    assert (table.columns, table.rows) == (("id", "name", "email"), [])
    assert "header only" in table.notes


def test_zero_bytes_are_dropped_and_mentioned(read_one):
    table = read_one(b"id,name\n1,A\x00na\n2,Bob\n" * 1 + b"".join(b"%d,x\n" % i for i in range(3, 200)))
    assert table.rows[0]["name"] == "Ana"
    assert "1 zero bytes dropped" in table.notes


def test_two_thousand_columns(read_one):
    header = ",".join(f"c{i}" for i in range(2000))
    table = read_one(header + "\n" + ",".join("x" * 2000) + "\n")
    assert len(table.columns) == 2000
    assert table.rows[0]["c1999"] == "x"


def test_a_field_of_fifty_megabytes_is_read(read_one, tmp_path):
    huge = ("a line of the note, with a comma, and more words so that it is long" + "\n") * 750_000
    table = read_one(f'id,note\n1,"{huge}"\n2,ok\n')
    assert [len(row["note"]) for row in table.rows] == [len(huge), 2]
    assert len(huge) > 50_000_000
    assert table.column("_line") == [2, 750_003]


def test_a_wrong_delimiter_ends_with_an_error_not_a_full_quarantine(read_one):
    body = "".join(f"{i};x,{'y,' * (i % 7)}\n" for i in range(40_000))
    with pytest.raises(InvalidInput, match="most rows cannot be read"):
        read_one("id;name\n" + body, delimiter=",")


FIELD = st.text(alphabet=st.sampled_from("ab ,;\"'\n\t\\é中|"), max_size=6)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(FIELD, FIELD, FIELD), min_size=1, max_size=12), chunk_bytes=st.integers(1, 60))
def test_whatever_a_csv_writer_writes_is_read_back(tmp_path_factory, rows, chunk_bytes):
    # Lines in one field that each look like a record are taken for a stray quote, on purpose.
    assume(not any(cell.count("\n") > 2 and "," in cell for row in rows for cell in row))
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")
    file = StoredFile(path, "t.csv")
    text_format = TextFormat(Dialect(",", '"'), ("a", "b", "c"), 0)
    bad = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored_file, "CHUNK_BYTES", chunk_bytes)
        batches = list(read_rows(file, survey_file(file), text_format, bad))
    read = [tuple(row[name] or "" for name in "abc") for batch in batches for row in batch.to_pylist()]
    assert bad == []
    assert read == [row for row in rows if any(row)]


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(alphabet=st.sampled_from('ab,,"\\\n\n\r\té'), max_size=120),
    chunk_bytes=st.integers(1, 50),
    escape=st.sampled_from(["", "\\"]),
)
def test_where_chunks_end_changes_nothing_however_broken_the_text(tmp_path_factory, text, chunk_bytes, escape):
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_bytes(text.encode())
    file = StoredFile(path, "t.csv")
    outcomes = []
    for size in (chunk_bytes, 1 << 20):
        bad = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stored_file, "CHUNK_BYTES", size)
            patch.setattr(text_rows, "_SMALL_WINDOW_BYTES", size)
            patch.setattr(text_rows, "_REPAIR_BYTES", min(size, 4096))
            text_format = TextFormat(Dialect(",", '"', escape), ("a", "b", "c"), 0)
            batches = list(read_rows(file, survey_file(file), text_format, bad))
        rows = [tuple(row.values()) for batch in batches for row in batch.to_pylist()]
        outcomes.append((rows, sorted(bad, key=lambda row: row.line)))
    assert outcomes[0] == outcomes[1]


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=300))
def test_no_bytes_whatsoever_end_in_another_error_than_ours(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_bytes(content)
    with contextlib.suppress(OnefoldError):
        for extract in open_files("x", SourceSettings(location=str(path)), base=path.parent):
            for batch in extract.batches():
                assert batch.schema.names == [*extract.column_names, "_origin", "_line"]
