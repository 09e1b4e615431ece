"""PostgreSQL as a source, on a real server."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from tests.servers import ENCODED_PASSWORD, PASSWORD, start_postgres
from tests.sources.databases.reads import read_and_land, rows_of
from tests.sources.extracts import current

from onefold.engines import Engine
from onefold.errors import InvalidInput, SourceFailed
from onefold.settings import SourceSettings
from onefold.sources.databases import open_database

pytestmark = pytest.mark.postgres

TYPES = """
create type mood as enum ('glad', 'sad');
create domain mail as text;
create table things (
  id bigint primary key, flag boolean, price numeric(12, 3), ratio double precision, cash money, at timestamptz,
  local timestamp, day date, took interval, doc jsonb, tags text[], bytes bytea, code uuid, feels mood, addr mail);
insert into things values (1, true, 12.500, 0.1, 3.5, '2024-01-01 12:00+02', '2024-01-01 12:00:00.25', '2024-02-29',
  '1 day 2 hours', '{"a": [1, null]}', array['x', 'y"z', null], '\\xff00', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  'glad', 'ana@x'), (2, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
"""
SHOP = """
create schema sales;
create table customers (id int primary key, email text, updated_at timestamptz not null default now());
create table sales.orders (no int, line int, customer_id int references customers, primary key (no, line))
  partition by range (no);
create table sales.orders_1 partition of sales.orders for values from (0) to (1000);
create view everyone as select * from customers;
insert into customers select n, 'c' || n || '@x', '2024-01-01'::timestamptz + n * interval '1 hour'
  from generate_series(1, 50) n;
insert into sales.orders select n, 1, n from generate_series(1, 10) n;
"""


@pytest.fixture
def engine():
    opened = Engine.open()
    yield opened
    opened.close()


def _run(url, script):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(script)


def _open(url, **settings):
    return open_database("shop", SourceSettings(location=url, **settings), base=Path("/"))


def test_values_of_every_type_become_text_without_loss(postgres_url, engine):
    _run(postgres_url, TYPES)
    extract, _ = read_and_land(engine, 1, postgres_url)["things"]
    assert current(engine, "shop.things") == {
        "1": {
            "id": "1", "flag": "true", "price": "12.500", "ratio": "0.1", "cash": "3.50",
            "at": "2024-01-01 10:00:00+00",
            "local": "2024-01-01 12:00:00.25", "day": "2024-02-29", "took": "P1DT2H", "doc": '{"a": [1, null]}',
            "tags": '["x","y\\"z",null]', "bytes": "ff00", "code": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "feels": "glad", "addr": "ana@x",
        },
        "2": {"id": "2"},
    }  # fmt: skip
    assert list(extract.declared_types.values()) == [
        "int64", "bool", "decimal", "float64", "decimal", "timestamp", "timestamp", "date", "interval", "json", "array",
        "binary", "uuid", "text", "text",
    ]  # fmt: skip


def test_tables_of_all_schemas_come_with_keys_and_joins(postgres_url, engine):
    _run(postgres_url, SHOP)
    done = read_and_land(engine, 1, postgres_url)
    assert {table: report.rows for table, (_, report) in done.items()} == {"customers": 50, "sales_orders": 10}
    orders = done["sales_orders"][0]
    assert orders.declared_key == ("no", "line")
    assert orders.declared_joins == (("customer_id", "customers", "id"),)
    assert list(read_and_land(engine, 2, postgres_url, tables=["everyone", "sales.orders"])) == [
        "everyone",
        "sales_orders",
    ]
    with pytest.raises(InvalidInput, match="no table 'order'") as refused:
        list(_open(postgres_url, tables=["order"]))
    assert "sales_orders" in refused.value.hint


def test_the_second_read_brings_only_changes_and_notices_deletions(postgres_url, engine):
    _run(postgres_url, SHOP)
    read_and_land(engine, 1, postgres_url)
    _run(
        postgres_url,
        "delete from customers where id = 20; insert into customers values (99, 'new@x', '2024-01-04');"
        "update customers set email = 'seven@x', updated_at = '2024-01-04' where id = 11",
    )
    extract, report = read_and_land(engine, 2, postgres_url)["customers"]
    assert not extract.is_complete
    assert (report.inserted, report.updated, report.deleted, report.rows) == (1, 1, 1, 50)
    settings = SourceSettings(location=postgres_url, tables=["customers"])
    keys = {"customers": ("id",)}
    tables = open_database("shop", settings, base=Path("/"), cursors={"customers": extract.cursor}, keys=keys)
    assert {row["id"] for row in rows_of(next(tables))} == {"99", "11"}


def test_a_row_committed_late_with_an_earlier_time_is_still_read(postgres_url, engine):
    _run(postgres_url, SHOP)
    read_and_land(engine, 1, postgres_url)
    _run(
        postgres_url, "insert into customers select 98, 'late@x', max(updated_at) - interval '1 minute' from customers"
    )
    assert read_and_land(engine, 2, postgres_url)["customers"][1].inserted == 1


def test_a_row_that_came_far_too_late_makes_the_read_after_whole(postgres_url, engine):
    _run(postgres_url, SHOP)
    read_and_land(engine, 1, postgres_url)
    _run(postgres_url, "insert into customers values (98, 'late@x', '2020-01-01')")
    assert read_and_land(engine, 2, postgres_url)["customers"][1].inserted == 0
    assert read_and_land(engine, 3, postgres_url)["customers"][1].inserted == 1


def test_all_tables_are_seen_as_of_one_moment(postgres_url):
    _run(postgres_url, SHOP)
    tables = _open(postgres_url)
    next(tables)
    _run(postgres_url, "delete from sales.orders")
    assert len(rows_of(next(tables))) == 10
    tables.close()


def test_case_twins_among_columns_both_land(postgres_url, engine):
    _run(
        postgres_url,
        'create table t (id int primary key, "Email" text, email text); insert into t values (1, $$A$$, $$b$$)',
    )
    read_and_land(engine, 1, postgres_url)
    assert current(engine, "shop.t") == {"1": {"id": "1", "Email": "A", "email_2": "b"}}


def test_a_secret_may_hold_what_a_url_may_not(postgres_url, engine):
    _run(postgres_url, "create table t (id int)")
    location = postgres_url.replace(ENCODED_PASSWORD, "${SHOP_PASSWORD}")
    assert list(read_and_land(engine, 1, location, secrets={"SHOP_PASSWORD": PASSWORD})) == ["t"]


def test_wrong_password_host_and_database_are_told_apart_without_secrets(postgres_url):
    wrong = {
        postgres_url.replace(ENCODED_PASSWORD, "guess-work"): (InvalidInput, "user or the password"),
        postgres_url.rpartition("/")[0] + "/nowhere": (InvalidInput, "no such database"),
        postgres_url.replace("127.0.0.1", "nohost.invalid"): (SourceFailed, "cannot be reached"),
    }
    for url, (kind, text) in wrong.items():
        with pytest.raises(kind, match=text) as refused:
            list(_open(url))
        message = f"{refused.value.message} {refused.value.hint}"
        assert "shop" in message
        assert PASSWORD not in message
        assert ENCODED_PASSWORD not in message
        assert "guess-work" not in message
        assert refused.value.hint


def test_a_table_that_may_not_be_read_is_named(postgres_url):
    _run(
        postgres_url, "create table hidden (id int); drop role if exists reader; create role reader login password 'r'"
    )
    url = postgres_url.replace(f"onefold:{ENCODED_PASSWORD}", "reader:r")
    with pytest.raises(SourceFailed, match=r"shop\.hidden: the user may not read it") as refused:
        rows_of(next(tables := _open(url)))
    tables.close()
    assert "GRANT SELECT" in refused.value.hint


@pytest.mark.slow
def test_a_server_that_goes_down_in_mid_read_changes_nothing(engine):
    server = start_postgres()
    try:
        url = f"{server.url}/postgres"
        _run(url, "create table t (id int primary key, v text); insert into t values (1, 'a')")
        read_and_land(engine, 1, url)
        _run(url, "insert into t select n, repeat('x', 2000) from generate_series(2, 60000) n")
        source = next(tables := _open(url)).batches()
        next(source)
        server.kill()
        with pytest.raises(SourceFailed, match=r"shop\.t: the server went down") as failed:
            list(source)
        tables.close()
        assert failed.value.is_transient
        assert current(engine, "shop.t") == {"1": {"id": "1", "v": "a"}}
        server.start()
        assert read_and_land(engine, 3, url)["t"][1].rows == 60_000
    finally:
        server.stop()
