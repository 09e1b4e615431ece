"""JSON with nesting in its various wrappings, and Parquet."""

from __future__ import annotations

import datetime as dt
import decimal
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onefold.errors import InvalidInput, SourceFailed
from onefold.settings import SourceSettings
from onefold.sources.files import open_files

PEOPLE = [
    {"id": 1, "name": "Ana", "address": {"city": "Rome", "geo": {"lat": 41.90}}, "tags": ["a", "b"]},
    {"id": 2, "name": "", "address": {"city": "Oslo"}, "vip": True},
]
COLUMNS = ("id", "name", "address.city", "address.geo.lat", "tags", "vip")
VALUES = [("1", "Ana", "Rome", "41.9", '["a", "b"]', None), ("2", None, "Oslo", None, None, "true")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("array.json", json.dumps(PEOPLE)),
        ("pretty.json", json.dumps(PEOPLE, indent=2)),
        ("lines.jsonl", "\n".join(map(json.dumps, PEOPLE)) + "\n"),
        ("lines.json", "\n".join(map(json.dumps, PEOPLE))),
        ("wrapped.json", json.dumps({"count": 2, "data": PEOPLE, "next": None})),
        ("deep.json", json.dumps({"response": {"items": PEOPLE}, "status": "ok"})),
        ("sequence.json", "\n".join(json.dumps(person, indent=1) for person in PEOPLE)),
        ("no_ending", json.dumps(PEOPLE)),
    ],
)
def test_records_are_found_in_any_wrapping(read_one, name, content):
    table = read_one(content, name)
    assert table.columns == COLUMNS
    assert table.values() == VALUES


def test_lines_of_records_are_true(read_one):
    assert read_one(json.dumps(PEOPLE, indent=2), "p.json").column("_line") == [2, 16]
    assert read_one("\n" + "\n\n".join(map(json.dumps, PEOPLE)), "p.jsonl").column("_line") == [2, 4]


def test_numbers_keep_their_digits(read_one):
    row = read_one('[{"big": 12345678901234567890123, "price": 1.10, "tiny": 1e-7}]', "n.json").rows[0]
    assert (row["big"], row["price"], row["tiny"]) == ("12345678901234567890123", "1.10", "1e-7")


def test_declared_types_tell_what_json_says(read_one):
    types = read_one(json.dumps(PEOPLE), "p.json").extract.declared_types
    assert types == {
        "id": "int64",
        "name": "text",
        "address.city": "text",
        "address.geo.lat": "float64",
        "tags": "json",
        "vip": "bool",
    }


def test_bad_lines_are_set_aside_and_the_others_read(read_one):
    content = '{"id": 1}\n{"id": 2, "x": \n{"id": 3} trailing\nnonsense\n{"id": 4}\n'
    table = read_one(content, "events.jsonl")
    assert table.column("id") == ["1", "4"]
    assert [bad.line for bad in table.bad_rows] == [2, 3, 4]
    assert table.bad_rows[0].raw == '{"id": 2, "x":'


def test_line_items_become_a_table_that_points_at_its_orders(read_all, tmp_path):
    orders = [
        {"id": "A1", "total": 9, "items": [{"sku": "x", "qty": 1}, {"sku": "y", "qty": 2}]},
        {"id": "A2", "total": 5, "items": [{"sku": "x", "qty": 3}]},
        {"id": "A3", "total": 0, "items": []},
    ]
    (tmp_path / "orders.json").write_text(json.dumps(orders))
    tables = read_all("orders.json")
    assert tables["orders"].columns == ("id", "total")
    items = tables["orders_items"]
    assert items.columns == ("orders_id", "position", "sku", "qty")
    assert items.values() == [("A1", "1", "x", "1"), ("A1", "2", "y", "2"), ("A2", "1", "x", "3")]
    assert items.extract.declared_joins == (("orders_id", "orders", "id"),)
    assert items.extract.declared_key == ("orders_id", "position")


def test_arrays_of_objects_stay_text_where_their_records_have_no_key(read_all, tmp_path):
    (tmp_path / "o.json").write_text(json.dumps([{"city": "X", "lines": [{"a": 1}]}, {"city": "X", "lines": []}]))
    tables = read_all("o.json")
    assert list(tables) == ["o"]
    assert tables["o"].column("lines") == ['[{"a": 1}]', None]


def test_several_arrays_in_one_document_are_several_tables(read_all, tmp_path):
    (tmp_path / "dump.json").write_text(json.dumps({"users": PEOPLE, "orders": [{"no": 1}, {"no": 2}]}))
    tables = read_all("dump.json")
    assert set(tables) == {"users", "orders"}
    assert tables["orders"].column("no") == ["1", "2"]


def test_one_object_is_one_row(read_one):
    assert read_one('{"id": 7, "site": {"name": "x"}}', "o.json").values() == [("7", "x")]


def test_records_by_key_are_rows(read_one):
    content = json.dumps(
        {"u1": {"name": "Ana", "city": "Rome"}, "u2": {"name": "Bob"}, "u3": {"name": "Cy", "city": "X"}}
    )
    table = read_one(content, "users.json")
    assert table.columns == ("key", "name", "city")
    assert table.column("key") == ["u1", "u2", "u3"]


def test_arrays_of_scalars_and_of_arrays_are_tables(read_one):
    assert read_one('["a", "b"]', "s.json").values() == [("a",), ("b",)]
    assert read_one('[["a", 1], ["b", 2]]', "t.json").values() == [("a", "1"), ("b", "2")]


@pytest.mark.parametrize("content", ["", "  \n", "[]", "{"])
def test_json_without_records_is_refused_by_name(read_one, content):
    with pytest.raises((InvalidInput, SourceFailed), match=r"x\.json"):
        read_one(content, "x.json")


def test_json_that_was_cut_off_fails_rather_than_losing_records(read_one):
    content = json.dumps(PEOPLE * 50, indent=1)
    for cut in (len(content) // 2, len(content) - 1, len(content) // 2 + 7):
        with pytest.raises(SourceFailed, match=r"x\.json.*cut off"):
            read_one(content[:cut], "x.json")


def test_invalid_json_names_the_line(read_one):
    with pytest.raises(InvalidInput, match="line 3"):
        read_one('[\n {"id": 1},\n {"id": oops},\n {"id": 3}\n]' + " " * 100, "x.json")


def test_utf16_json_is_read(read_one):
    assert read_one(json.dumps([{"n": "Ολγα"}], ensure_ascii=False).encode("utf-16"), "x.json").column("n") == ["Ολγα"]


SCALAR = st.none() | st.booleans() | st.integers() | st.text(max_size=5)


@settings(max_examples=40, deadline=None)
@given(
    records=st.lists(st.dictionaries(st.sampled_from("abcd"), SCALAR, min_size=1), min_size=1, max_size=8),
    chunk_bytes=st.integers(1, 30),
    indent=st.sampled_from([None, 1]),
)
def test_chunks_of_any_size_give_the_same_records(tmp_path_factory, records, chunk_bytes, indent):
    path = tmp_path_factory.mktemp("json") / "r.json"
    path.write_text(json.dumps(records, indent=indent))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("onefold.sources.files.stored_file.CHUNK_BYTES", chunk_bytes)
        (extract,) = open_files("x", SourceSettings(location=str(path)), base=path.parent)
        rows = [row for batch in extract.batches() for row in batch.to_pylist()]
    text = {True: "true", False: "false", None: None, "": None}
    expected = [
        {
            key: (text[value] if value in (None, "") or isinstance(value, bool) else str(value))
            for key, value in r.items()
        }
        for r in records
    ]
    assert [{key: row[key] for key in record} for row, record in zip(rows, expected, strict=True)] == expected


def test_parquet_values_read_as_people_write_them(read_one, tmp_path):
    noon = dt.datetime.fromisoformat("2024-01-31 12:30")
    midnight = dt.datetime.fromisoformat("2024-01-31 00:00:00.005")
    table = pa.table(
        {
            "id": pa.array([17850.0, None]),
            "big": pa.array([2**60, 1]),
            "huge": pa.array([1.5e20, 0.1]),
            "price": pa.array([decimal.Decimal("1.10"), decimal.Decimal("5.00")], pa.decimal128(10, 2)),
            "at": pa.array([noon, midnight]),
            "utc": pa.array([noon] * 2, pa.timestamp("us", "UTC")),
            "day": pa.array([dt.date(2024, 1, 31)] * 2),
            "ok": pa.array([True, False]),
            "name": pa.array(["", "Zoë"]),
            "kind": pa.array(["a", "b"]).dictionary_encode(),
            "tags": pa.array([["x"], None]),
            "who": pa.array([{"n": 1}, None]),
            "raw": pa.array([b"text", b"\xff\x00"]),
            "_key": pa.array(["k", "l"]),
        }
    )
    pq.write_table(table, tmp_path / "source.parquet")
    read = read_one((tmp_path / "source.parquet").read_bytes(), "t.parquet")
    first, second = ({k: v for k, v in row.items() if not k.startswith("_")} for row in read.rows)
    assert first == {
        "id": "17850", "big": "1152921504606846976", "huge": "150000000000000000000", "price": "1.10",
        "at": "2024-01-31 12:30:00", "utc": "2024-01-31 12:30:00Z", "day": "2024-01-31", "ok": "true", "name": None,
        "kind": "a", "tags": '["x"]', "who": '{"n": 1}', "raw": "text",
    }  # fmt: skip
    assert (second["id"], second["huge"], second["at"], second["raw"]) == (
        None, "0.1", "2024-01-31 00:00:00.005000", "ff00",
    )  # fmt: skip
    assert read.columns[-1] == "_key_2"
    types = read.extract.declared_types
    assert (types["at"], types["tags"], types["price"], types["kind"], types["big"]) == (
        "timestamp", "json", "decimal", "text", "int64",
    )  # fmt: skip


def test_parquet_parts_form_one_table(read_all, tmp_path):
    (tmp_path / "events").mkdir()
    for number in range(3):
        pq.write_table(pa.table({"id": [number]}), tmp_path / "events" / f"events-{number:05}.parquet")
    assert sorted(read_all("events")["events"].column("id")) == ["0", "1", "2"]


def test_a_damaged_parquet_file_fails_by_name(read_one, tmp_path):
    pq.write_table(pa.table({"id": list(range(1000))}), tmp_path / "source.parquet")
    with pytest.raises(SourceFailed, match=r"cut\.parquet"):
        read_one((tmp_path / "source.parquet").read_bytes()[:500], "cut.parquet")
