"""Spreadsheets as people keep them: titles, several sheets, merged cells, ids as numbers."""

from __future__ import annotations

import datetime as dt
import zipfile

import openpyxl
import pytest

from onefold.errors import InvalidInput, NotFound, SourceFailed


@pytest.fixture
def workbook(tmp_path):
    """Make a workbook from {sheet: rows} and return its name."""

    def make(sheets, name="crm.xlsx", change=lambda book: None):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        change(book)
        book.save(tmp_path / name)
        return name

    return make


def test_one_sheet_takes_the_name_of_its_file(read_all, workbook):
    tables = read_all(workbook({"Sheet1": [["id", "name"], [1, "Ana"], [2, "Bob"]]}))
    assert list(tables) == ["crm"]
    assert tables["crm"].values() == [("1", "Ana"), ("2", "Bob")]
    assert tables["crm"].column("_line") == [2, 3]


def test_several_sheets_become_tables_of_their_own(read_all, workbook):
    rows = [["id", "name"], [1, "Ana"], [2, "Bob"]]
    tables = read_all(workbook({"Contacts": rows, "Companies 2024": rows, "Sheet3": rows, "Πελάτες": rows}))
    assert list(tables) == ["contacts", "companies_2024", "crm_sheet3", "pelates"]
    assert tables["contacts"].rows[0]["_origin"] == "crm.xlsx#Contacts"


def test_only_the_sheets_that_are_named_are_read(read_all, workbook):
    rows = [["id", "name"], [1, "Ana"]]
    name = workbook({"Contacts": rows, "Companies": rows})
    assert list(read_all(name, tables=["companies"])) == ["companies"]
    with pytest.raises(NotFound, match="Deals") as caught:
        read_all(name, tables=["Deals"])
    assert "Contacts" in caught.value.hint


def test_titles_blank_columns_and_blank_rows_around_the_table_are_left_out(read_all, workbook):
    rows = [
        [None, "Customer list 2024"],
        [None, "printed by Ana"],
        [],
        [None, "id", None, "name", "city"],
        [None, 1, None, "Ana", "Rome"],
        [None, None, None, None, None],
        [None, 2, None, "Bob", "Oslo"],
        [None, None, None, None, None],
        [None, "Total", None, None, 2],
    ]
    table = read_all(workbook({"List": rows}))["crm"]
    assert table.columns == ("id", "name", "city")
    assert table.values() == [("1", "Ana", "Rome"), ("2", "Bob", "Oslo")]
    assert table.column("_line") == [5, 7]
    assert "2 title rows skipped" in table.notes
    assert [bad.line for bad in table.bad_rows] == [9]


def test_cells_read_as_people_see_them(read_all, workbook):
    header = ["id", "long_id", "text_id", "share", "born", "seen", "at", "active", "sum"]
    moment = dt.datetime.fromisoformat("2024-01-31 12:30:05")
    row = [12345.0, 9007199254740991, "00123", 0.1 + 0.2, dt.date(1980, 2, 29), moment, dt.time(9, 5), True, 1e21]
    table = read_all(workbook({"S": [header, row]}))["crm"]
    assert table.values() == [
        (
            "12345",
            "9007199254740991",
            "00123",
            "0.3",
            "1980-02-29",
            "2024-01-31 12:30:05",
            "09:05:00",
            "true",
            "1000000000000000000000",
        )
    ]
    types = table.extract.declared_types
    assert (types["id"], types["born"], types["seen"], types["text_id"]) == ("number", "date", "timestamp", "text")


def test_error_cells_are_empty(read_all, workbook):
    def spoil(book):
        book["S"]["B2"] = "#N/A"
        book["S"]["B2"].data_type = "e"

    table = read_all(workbook({"S": [["id", "x"], [1, "y"], [2, "z"]]}, change=spoil))["crm"]
    assert table.column("x") == [None, "z"]


def test_cells_merged_downwards_hold_for_every_row(read_all, workbook):
    def merge(book):
        book["S"].merge_cells("A2:A3")

    table = read_all(workbook({"S": [["team", "name"], ["North", "Ana"], [None, "Bob"]]}, change=merge))["crm"]
    assert table.column("team") == ["North", "North"]


def test_empty_and_hidden_sheets_are_mentioned(read_all, workbook):
    def hide(book):
        book["Old"].sheet_state = "hidden"

    rows = [["id", "name"], [1, "Ana"]]
    tables = read_all(workbook({"Contacts": rows, "Blank": [], "Old": rows}, change=hide))
    assert set(tables) == {"contacts", "old"}
    assert "left out: Blank" in tables["contacts"].notes
    assert "hidden" in tables["old"].notes


def test_repeated_and_blank_headers_get_names(read_all, workbook):
    table = read_all(workbook({"S": [["name", "name", None], ["a", "b", "c"]]}))["crm"]
    assert table.columns == ("name", "name_2", "column_3")


def test_header_only_is_a_table_without_rows(read_all, workbook):
    table = read_all(workbook({"S": [["id", "name"]]}))["crm"]
    assert (table.columns, table.rows) == (("id", "name"), [])
    assert "header only" in table.notes


def test_a_workbook_without_any_cell_is_refused(read_all, workbook):
    with pytest.raises(InvalidInput, match=r"crm\.xlsx.*no sheet"):
        read_all(workbook({"A": [], "B": []}))


def test_a_damaged_workbook_is_refused_by_name(read_one, tmp_path, workbook):
    whole = (tmp_path / workbook({"S": [["id"], [1]] * 50})).read_bytes()
    with pytest.raises((InvalidInput, SourceFailed), match=r"cut\.xlsx"):
        read_one(whole[: len(whole) // 2], "cut.xlsx")


def test_a_workbook_inside_gzip_or_named_csv_is_still_a_workbook(read_one, tmp_path, workbook):
    whole = (tmp_path / workbook({"S": [["id", "name"], [1, "Ana"]]})).read_bytes()
    assert read_one(whole, "export.csv").values() == [("1", "Ana")]
    with zipfile.ZipFile(tmp_path / "book.zip", "w") as archive:
        archive.writestr("inner.xlsx", whole)
    assert read_one((tmp_path / "book.zip").read_bytes(), "b.zip").extract.table == "inner"


def test_opendocument_sheets_are_read(read_one, tmp_path):
    row = "<table:table-row>{}</table:table-row>"
    table = f'<table:table table:name="S">{row}{row}</table:table>'
    text = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    number = '<table:table-cell office:value-type="float" office:value="{0}"><text:p>{0}</text:p></table:table-cell>'
    content = (
        '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body>'
        "<office:spreadsheet>"
        + table.format(text.format("id") + text.format("name"), number.format(7) + text.format("Åsa"))
        + "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "list.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest '
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    assert read_one((tmp_path / "list.ods").read_bytes(), "l.ods").values() == [("7", "Åsa")]
