"""Grow a workspace's app database to a number of customers by repeating its people under new ids and addresses.

Usage: python benchmarks/grow.py WORKSPACE NEW_WORKSPACE [--customers 1000000]

WORKSPACE is a built one with SQLite, such as ``onefold demo``. Every copy keeps names, profiles and timelines as they
are; ids, record keys, e-mails and phones become the copy's own. So the grown database has real profiles of real sizes,
and as many namesakes per word as a company of that size has. Rows are written in the order of their keys.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import shutil
import sqlite3
import time
from pathlib import Path

SUBJECT = "substr({0}, 1, instr({0}, ':')) || printf('%03d-', {1}) || substr({0}, instr({0}, ':') + 1)"
"""A subject or event id of a copy: those of one table follow each other copy by copy."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("grown", type=Path)
    parser.add_argument("--customers", type=int, default=1_000_000)
    arguments = parser.parse_args()
    started = time.perf_counter()
    arguments.grown.mkdir(parents=True)
    for name in ("onefold.yaml", "secrets"):
        shutil.copy(arguments.workspace / name, arguments.grown / name)
    connection = sqlite3.connect(arguments.grown / "app.db", isolation_level=None)
    for pragma in ("journal_mode = off", "synchronous = off", "cache_size = -2000000", "temp_store = file"):
        connection.execute(f"pragma {pragma}")
    connection.execute("attach database ? as old", [str(arguments.workspace / "app.db")])
    indexes = create_tables(connection)
    number_copies(connection, arguments.customers)
    for table, fill in FILLS.items():
        connection.execute("begin")
        fill(connection)
        connection.execute("commit")
        print(f"{table:16} {connection.execute(f'select count(*) from {table}').fetchone()[0]:>12,} rows", flush=True)
    for index in indexes:
        connection.execute(index)
    connection.execute("drop table grown")
    connection.execute("analyze")
    connection.execute("detach database old")
    connection.execute("pragma journal_mode = wal")
    connection.close()
    size = (arguments.grown / "app.db").stat().st_size / 2**30
    print(f"{size:.1f} GiB in {time.perf_counter() - started:.0f} s", flush=True)


def create_tables(connection: sqlite3.Connection) -> list[str]:
    """All tables of the old database, empty or small ones copied; the indexes to create at the end."""
    schema = connection.execute("select type, name, sql from old.sqlite_master where sql is not null").fetchall()
    for kind, name, sql in schema:
        if kind == "table" and not name.startswith("sqlite_"):
            connection.execute(sql)
            if name not in FILLS:
                connection.execute(f'insert into "{name}" select * from old."{name}"')
    for kind, _name, sql in schema:
        if kind == "trigger":
            connection.execute(sql)
    return [sql for kind, _name, sql in schema if kind == "index"]


def number_copies(connection: sqlite3.Connection, customers: int) -> None:
    """``grown``: old id, copy, new id; ids of copies are spread as evenly as real ones."""
    ids = [row[0] for row in connection.execute("select customer_id from old.profile_summary order by 1")]
    rows = (
        (old, copy, old if copy == 0 else new_id(old, copy))
        for number in range(customers)
        for copy, old in [(number // len(ids), ids[number % len(ids)])]
    )
    connection.execute("create table grown (old text, copy integer, new text)")
    connection.execute("begin")
    connection.executemany("insert into grown values (?, ?, ?)", rows)
    connection.execute("create unique index grown_by_old on grown (old, copy)")
    connection.execute("create index grown_by_new on grown (new, old)")
    connection.execute("commit")


def new_id(old: str, copy: int) -> str:
    digest = hashlib.blake2b(f"{old}/{copy}".encode(), digest_size=10).digest()
    return "cus_" + base64.b32encode(digest).decode().lower()


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f'pragma old.table_info("{table}")')]


def per_customer(table: str):
    """One row per customer: the id is new, the rest as it is."""

    def fill(connection: sqlite3.Connection) -> None:
        rest = [f'o."{name}"' for name in columns(connection, table) if name != "customer_id"]
        names = ", ".join(["customer_id", *(part[2:] for part in rest)])
        connection.execute(
            f"insert into {table} ({names}) select g.new, {', '.join(rest)} from grown g"
            f" cross join old.{table} o where o.customer_id = g.old order by g.new"
        )

    return fill


def fill_subjects(connection: sqlite3.Connection) -> None:
    rest = ", ".join(name for name in columns(connection, "subject") if name not in {"subject_id", "customer_id"})
    connection.execute(
        f"insert into subject (subject_id, customer_id, {rest})"
        f" select {SUBJECT.format('o.subject_id', 'g.copy')}, g.new, {rest}"
        " from old.subject o join grown g on g.old = o.customer_id order by 1"
    )


def fill_terms(connection: sqlite3.Connection) -> None:
    connection.execute(
        "insert into search_term (term, customer_id) select o.term, g.new from old.search_term o"
        " join grown g on g.old = o.customer_id order by 1, 2"
    )


def fill_identifiers(connection: sqlite3.Connection) -> None:
    value = (
        "case when g.copy = 0 or o.kind = 'name' then o.value when o.kind = 'email'"
        " then replace(o.value, '@', g.copy || '@') else o.value || printf('%03d', g.copy) end"
    )
    connection.execute(
        f"insert into identifier (kind, value, subject_id) select o.kind, {value},"
        f" {SUBJECT.format('o.subject_id', 'g.copy')} from old.identifier o"
        " join old.subject s on s.subject_id = o.subject_id join grown g on g.old = s.customer_id order by 1, 2, 3"
    )


def fill_events(connection: sqlite3.Connection) -> None:
    """Table by table and copy by copy, which is the order of the new ids."""
    rest = [name for name in columns(connection, "timeline_event") if name not in {"event_id", "subject_id"}]
    listed = ", ".join(f"o.{name}" for name in rest)
    copies = [row[0] for row in connection.execute("select distinct copy from grown order by 1")]
    tables = connection.execute(
        "select distinct substr(event_id, 1, instr(event_id, ':')) from old.timeline_event order by 1"
    ).fetchall()
    for (table,) in tables:
        for copy in copies:
            connection.execute(
                f"insert into timeline_event (event_id, subject_id, {', '.join(rest)})"
                f" select {SUBJECT.format('o.event_id', copy)}, {SUBJECT.format('o.subject_id', copy)}, {listed}"
                " from old.timeline_event o cross join old.subject s cross join grown g"
                " where s.subject_id = o.subject_id and g.old = s.customer_id and g.copy = ?"
                " and o.event_id >= ? and o.event_id < ? order by o.event_id",
                [copy, table, table[:-1] + ";"],
            )


FILLS = {
    "customer": per_customer("customer"),
    "profile": per_customer("profile"),
    "profile_summary": per_customer("profile_summary"),
    "customer_sign": per_customer("customer_sign"),
    "subject": fill_subjects,
    "search_term": fill_terms,
    "identifier": fill_identifiers,
    "timeline_event": fill_events,
}

if __name__ == "__main__":
    main()
