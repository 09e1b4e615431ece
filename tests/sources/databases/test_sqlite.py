"""SQLite files as sources."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from tests.servers import shared_data
from tests.sources.databases.reads import read_and_land, rows_of
from tests.sources.extracts import current

from onefold.engines import Engine
from onefold.errors import InvalidInput, NotFound, SourceFailed
from onefold.settings import SourceSettings, TableSettings
from onefold.sources.databases import open_database
from onefold.sources.landing import landed_state

SHOP = """
create table customers (
  id integer primary key, email text not null unique, "First Name" text, joined date, updated_at timestamp not null);
create table orders (
  order_no text, line integer, customer_id integer references customers, total real, primary key (order_no, line));
create view big_orders as select * from orders where total > 100;
insert into customers values (1, 'ana@x', 'Ana', '2024-01-02', '2024-05-01 10:00:00'),
  (2, 'ben@x', null, null, '2024-05-02 10:00:00'), (3, 'cem@x', 'Cem', '2024-02-02', '2024-05-03 10:00:00');
insert into orders values ('A|1', 1, 1, 10.5), ('A|1', 2, 1, 0.1), ('B', 1, null, 200);
"""


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "shop copy#1?.db"
    _run(path, SHOP)
    return path


@pytest.fixture
def engine():
    opened = Engine.open()
    yield opened
    opened.close()


def _run(path, script):
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def _open(path, **settings):
    return {e.table: e for e in open_database("shop", SourceSettings(location=str(path), **settings), base=path.parent)}


def test_tables_come_with_keys_joins_and_types(shop):
    tables = _open(shop)
    assert list(tables) == ["customers", "orders"]
    assert tables["customers"].declared_key == ("id",)
    assert tables["orders"].declared_key == ("order_no", "line")
    assert tables["orders"].declared_joins == (("customer_id", "customers", "id"),)
    assert tables["customers"].declared_types["updated_at"] == "timestamp"
    assert tables["customers"].column_names == ("id", "email", "First Name", "joined", "updated_at")


def test_a_path_may_be_relative_or_a_url(shop):
    for location in (shop.name, f"sqlite:///{shop}".replace("?", "%3F").replace("#", "%23"), str(shop)):
        settings = SourceSettings(location=location, tables=["orders"])
        (extract,) = open_database("shop", settings, base=shop.parent)
        assert extract.table == "orders"


def test_only_named_tables_and_views_are_read(shop, engine):
    assert list(read_and_land(engine, 1, shop, tables=["BIG_ORDERS", "main.orders"])) == ["big_orders", "orders"]
    with pytest.raises(InvalidInput, match="no table 'custmers'") as refused:
        _open(shop, tables=["custmers"])
    assert "big_orders, customers, orders" in refused.value.hint


def test_values_of_any_type_become_text_without_loss(tmp_path, engine):
    path = tmp_path / "types.sqlite3"
    _run(path, "create table t (id integer primary key, v)")
    values = [None] * 2500 + [1.5, 0.1 + 0.2, 10.0, 1e300, 2**62, "", "é", "a\x00b", b"\xff\x00", True]
    with closing(sqlite3.connect(path)) as connection:
        connection.executemany("insert into t (v) values (?)", [(value,) for value in values])
        connection.execute("insert into t (v) values (cast(x'e9' as text))")
        connection.commit()
    read_and_land(engine, 1, path)
    found = engine.rows('select v from current."shop.t" where v is not null order by id::int')
    assert [value for (value,) in found] == [
        "1.5", "0.30000000000000004", "10.0", "1.0e+300", str(2**62), "", "é", "a\x00b", "ff00", "1", "é",
    ]  # fmt: skip


def test_an_unchanged_file_is_not_read_again(shop, engine):
    read_and_land(engine, 1, shop)
    assert all(report.is_unchanged for _, report in read_and_land(engine, 2, shop).values())


def test_a_changed_table_is_read_from_its_cursor_and_deletions_are_noticed(shop, engine):
    first = read_and_land(engine, 1, shop)
    assert first["customers"][0].cursor.value == "2024-05-03 10:00:00"
    _run(
        shop,
        "delete from customers where id = 1;"
        "update customers set email = 'benno@x', updated_at = '2024-06-01 00:00:00' where id = 2;"
        "insert into customers values (4, 'dai@x', null, null, '2024-05-03 10:00:00')",
    )
    extract, report = read_and_land(engine, 2, shop)["customers"]
    assert not extract.is_complete
    assert (report.inserted, report.updated, report.deleted) == (1, 1, 1)
    assert current(engine, "shop.customers")["2"]["email"] == "benno@x"


def test_an_increment_holds_only_rows_at_or_after_the_cursor(shop, engine):
    read_and_land(engine, 1, shop)
    _run(shop, "insert into customers values (4, 'dai@x', null, null, '2024-05-04 10:00:00')")
    cursors, keys, _ = landed_state(engine, "shop")
    settings = SourceSettings(location=str(shop), tables=["customers"])
    tables = open_database("shop", settings, base=shop.parent, cursors=cursors, keys=keys)
    extract = next(tables)
    assert [row["id"] for row in rows_of(extract)] == ["3", "4"]
    assert [batch.to_pydict() for batch in extract.current_keys()] == [{"id": ["1", "2", "3", "4"]}]


@pytest.mark.parametrize(
    "change",
    [
        "update customers set updated_at = '2999-01-01 00:00:00' where id = 1",
        "update customers set updated_at = 'yesterday' where id = 1",
        "update customers set updated_at = '2024-05-01T10:00:00' where id = 1",
        "update customers set updated_at = 1714557600 where id = 1",
        "update customers set updated_at = '2024-05-01 10:00:00+0' || id || ':00'",
    ],
)
def test_a_column_that_cannot_be_trusted_is_no_cursor(shop, change):
    _run(shop, change)
    assert _open(shop)["customers"].cursor is None


def test_a_named_cursor_is_used_and_must_exist(shop, engine):
    overrides = {"customers": TableSettings(cursor="ID")}
    first = read_and_land(engine, 1, shop, overrides=overrides)["customers"][0]
    assert (first.cursor.column, first.cursor.value) == ("id", "3")
    _run(shop, "insert into customers values (10, 'dai@x', null, null, '2020-01-01 00:00:00')")
    extract, report = read_and_land(engine, 2, shop, overrides=overrides)["customers"]
    assert not extract.is_complete
    assert (report.inserted, report.deleted, extract.cursor.value) == (1, 0, "10")
    with pytest.raises(InvalidInput, match="no column 'changed'"):
        _open(shop, overrides={"customers": TableSettings(cursor="changed")})


def test_a_table_whose_columns_changed_is_read_whole(shop, engine):
    read_and_land(engine, 1, shop)
    _run(shop, "alter table customers add column tier text default 'gold'")
    extract, report = read_and_land(engine, 2, shop)["customers"]
    assert extract.is_complete
    assert (report.columns_added, report.updated) == (("tier",), 3)


def test_a_key_that_the_database_does_not_keep_unique_is_read_whole(shop, engine):
    read_and_land(engine, 1, shop)
    _run(shop, "insert into customers values (4, 'dai@x', null, null, '2024-05-04 10:00:00')")
    overrides = {"customers": TableSettings(key="First Name")}
    assert read_and_land(engine, 2, shop, overrides=overrides)["customers"][0].is_complete


def test_all_tables_are_seen_as_of_one_moment(shop):
    _run(shop, "pragma journal_mode = wal")
    tables = open_database("shop", SourceSettings(location=str(shop)), base=shop.parent)
    assert next(tables).table == "customers"
    insert = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript('insert into orders values (9, 1, 1, 5)')"
    subprocess.run([sys.executable, "-c", insert, shop], check=True)  # locks do not hold within one process
    assert len(rows_of(next(tables))) == 3
    tables.close()


def test_table_names_become_plain_and_stay_apart(tmp_path):
    path = tmp_path / "names.db"
    _run(
        path,
        'create table "Kunden Liste" (a); create table "Kunden-Liste" (a);'
        'create table "客户" (a); create table "1" (a)',
    )
    assert set(_open(path)) == {"kunden_liste", "kunden_liste_2", "kehu", "t_1"}


def test_a_file_that_is_no_database_says_so(tmp_path):
    with pytest.raises(NotFound, match=r"gone\.db"):
        _open(tmp_path / "gone.db")
    (tmp_path / "junk.db").write_bytes(b"SQLite format 3\x00" + b"x" * 5000)
    with pytest.raises(SourceFailed, match=r"junk\.db.*no SQLite database"):
        _open(tmp_path / "junk.db")
    sqlite3.connect(tmp_path / "empty.db").close()
    (tmp_path / "empty.db").touch()
    with pytest.raises(InvalidInput, match="no table that can be read"):
        _open(tmp_path / "empty.db")


def test_the_chinook_sample_lands_whole(engine):
    path = shared_data("biz_chinook", "Chinook_Sqlite.sqlite")
    done = read_and_land(engine, 1, path)
    assert len(done) == 11
    assert sum(report.rows for _, report in done.values()) == 15_607
    assert done["playlisttrack"][0].declared_key == ("PlaylistId", "TrackId")
    assert ("SupportRepId", "employee", "EmployeeId") in done["customer"][0].declared_joins
    assert current(engine, "shop.customer")["2"]["LastName"] == "Köhler"
