"""MySQL and MariaDB as sources, on a real MariaDB server."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pymysql
import pytest
from tests.servers import ENCODED_PASSWORD, PASSWORD, start_mariadb
from tests.sources.databases.reads import read_and_land, rows_of
from tests.sources.extracts import current

from onefold.engines import Engine
from onefold.errors import InvalidInput, SourceFailed
from onefold.settings import SourceSettings
from onefold.sources.databases import open_database

pytestmark = pytest.mark.mariadb

TYPES = """
create table things (
  id int unsigned primary key, flag boolean, price decimal(12, 3), ratio double, at datetime(3), stamp timestamp null,
  day date, took time, doc json, bytes varbinary(4), bits bit(3), place point, feels enum('glad', 'sad'),
  latin varchar(10) character set latin1, `back``tick` text);
set time_zone = '+02:00';
insert into things values (1, true, 12.500, 0.1, '2024-01-01 12:00:00.250', '2024-01-01 12:00:00', '2024-02-29',
  '-25:00:01', '{"a": [1, null]}', x'ff00', b'101', point(1, 2), 'glad', 'é', 'x\\'y'),
  (2, null, null, null, null, null, null, null, null, null, null, null, null, null, null)
"""
SHOP = """
create table customers (
  id int primary key, email varchar(50),
  touched timestamp not null default current_timestamp on update current_timestamp);
create table orders (no int, line int, customer_id int, primary key (no, line),
  foreign key (customer_id) references customers (id));
create view everyone as select * from customers;
insert into customers select seq, concat('c', seq, '@x'), timestamp('2024-01-01') + interval seq hour from seq_1_to_50;
insert into orders select seq, 1, seq from seq_1_to_10
"""


@pytest.fixture
def engine():
    opened = Engine.open()
    yield opened
    opened.close()


def _run(url, script):
    parts = urlsplit(url)
    with pymysql.connect(
        host=parts.hostname,
        port=parts.port,
        user=parts.username,
        password=unquote(parts.password),
        database=parts.path[1:],
        autocommit=True,
    ) as connection:
        for statement in script.split(";"):
            connection.cursor().execute(statement)


def _open(url, **settings):
    return open_database("shop", SourceSettings(location=url, **settings), base=Path("/"))


def test_values_of_every_type_become_text_without_loss(mariadb_url, engine):
    _run(mariadb_url, TYPES)
    read_and_land(engine, 1, mariadb_url)
    assert current(engine, "shop.things") == {
        "1": {
            "id": "1", "flag": "1", "price": "12.500", "ratio": "0.1", "at": "2024-01-01 12:00:00.250",
            "stamp": "2024-01-01 10:00:00", "day": "2024-02-29", "took": "-25:00:01", "doc": '{"a": [1, null]}',
            "bytes": "ff00", "bits": "5", "place": "POINT(1 2)", "feels": "glad", "latin": "é", "back`tick": "x'y",
        },
        "2": {"id": "2"},
    }  # fmt: skip


def test_tables_come_with_keys_and_joins(mariadb_url, engine):
    _run(mariadb_url, SHOP)
    done = read_and_land(engine, 1, mariadb_url.replace("mysql://", "mariadb://"))
    assert {table: report.rows for table, (_, report) in done.items()} == {"customers": 50, "orders": 10}
    assert done["orders"][0].declared_key == ("no", "line")
    assert done["orders"][0].declared_joins == (("customer_id", "customers", "id"),)
    assert list(read_and_land(engine, 2, mariadb_url, tables=["everyone"])) == ["everyone"]


def test_a_location_without_database_reads_all_of_them(mariadb_url):
    _run(mariadb_url, "create table only_here (id int)")
    server, _, database = mariadb_url.rpartition("/")
    tables = [extract.table for extract in _open(f"{server}/")]
    assert f"{database}_only_here" in tables
    assert not any(table.startswith(("mysql", "information_schema")) for table in tables)


def test_the_second_read_brings_only_changes_and_notices_deletions(mariadb_url, engine):
    _run(mariadb_url, SHOP)
    read_and_land(engine, 1, mariadb_url)
    _run(
        mariadb_url,
        "delete from customers where id = 20; insert into customers values (99, 'new@x', '2024-01-04');"
        "update customers set email = 'eleven@x' where id = 11",
    )
    extract, report = read_and_land(engine, 2, mariadb_url)["customers"]
    assert not extract.is_complete
    assert (report.inserted, report.updated, report.deleted, report.rows) == (1, 1, 1, 50)


def test_all_tables_are_seen_as_of_one_moment(mariadb_url):
    _run(mariadb_url, SHOP)
    tables = _open(mariadb_url)
    next(tables)
    _run(mariadb_url, "delete from orders")
    assert len(rows_of(next(tables))) == 10
    tables.close()


def test_wrong_password_host_and_database_are_told_apart_without_secrets(mariadb_url):
    wrong = {
        mariadb_url.replace(ENCODED_PASSWORD, "guess-work"): (InvalidInput, "user or the password"),
        mariadb_url.rpartition("/")[0] + "/nowhere": (InvalidInput, "no such database"),
        mariadb_url.replace("127.0.0.1", "nohost.invalid"): (SourceFailed, "cannot be reached"),
    }
    for url, (kind, text) in wrong.items():
        with pytest.raises(kind, match=text) as refused:
            list(_open(url))
        message = f"{refused.value.message} {refused.value.hint}"
        assert "shop" in message
        assert PASSWORD not in message
        assert "guess-work" not in message


def test_a_table_that_may_not_be_read_is_named(mariadb_url):
    _run(
        mariadb_url,
        "create table hidden (id int); create or replace user reader@'localhost' identified by 'r';"
        " grant insert on hidden to reader@'localhost'",
    )
    url = mariadb_url.replace(f"onefold:{ENCODED_PASSWORD}", "reader:r")
    with pytest.raises(SourceFailed, match=r"shop\.hidden: the user may not read it"):
        rows_of(next(tables := _open(url)))
    tables.close()


@pytest.mark.slow
def test_a_server_that_goes_down_in_mid_read_changes_nothing(engine):
    server = start_mariadb()
    try:
        _run(f"{server.url}/mysql", "create database shop")
        url = f"{server.url}/shop"
        _run(url, "create table t (id int primary key, v text); insert into t values (1, 'a')")
        read_and_land(engine, 1, url)
        _run(url, "insert into t select seq, repeat('x', 2000) from seq_2_to_60000")
        source = next(tables := _open(url)).batches()
        next(source)
        server.kill()
        with pytest.raises(SourceFailed, match=r"shop\.t: the server went down"):
            list(source)
        tables.close()
        assert current(engine, "shop.t") == {"1": {"id": "1", "v": "a"}}
        server.start()
        assert read_and_land(engine, 3, url)["t"][1].rows == 60_000
    finally:
        server.stop()


@pytest.mark.slow
def test_any_other_dialect_is_read_through_dlt(mariadb_url, engine):
    _run(mariadb_url, SHOP)
    _run(
        mariadb_url, "create table things (id int primary key, ratio double, price decimal(9, 2), at datetime, b blob)"
    )
    _run(
        mariadb_url,
        "insert into things values (1, 0.1, 1.50, '2024-01-01 12:00:00', x'ff00'), (2, null, null, null, null)",
    )
    url = mariadb_url.replace("mysql://", "mysql+pymysql://")
    done = read_and_land(engine, 1, url)
    assert {table: report.rows for table, (_, report) in done.items()} == {"customers": 50, "orders": 10, "things": 2}
    assert done["orders"][0].declared_joins == (("customer_id", "customers", "id"),)
    assert current(engine, "shop.things") == {
        "1": {"id": "1", "ratio": "0.1", "price": "1.50", "at": "2024-01-01 12:00:00", "b": "ff00"},
        "2": {"id": "2"},
    }
