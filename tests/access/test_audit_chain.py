"""The audit: append-only, chained, in the writer's transaction, in order under many writers and processes."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onefold.access import (
    Access,
    Actor,
    AuditFilter,
    audit_read,
    cut_audit,
    fold_reads,
    record_audit,
    search_audit,
    verify_audit,
)
from onefold.access.audit.tables import AUDIT_GUARDS, audit_anchor, audit_entry
from onefold.errors import OnefoldError
from onefold.kernel import utc_now
from onefold.storage import AppDatabase, announce

ANA = Access.full(Actor("usr_ana", "user", "Ana", "10.0.0.7"))


def write(database, *actions):
    for action in actions:
        with database.write() as connection:
            record_audit(connection, ANA, action, "note", "nte_1", {"n": 1})


def verified(database, **options):
    with database.read() as connection:
        return verify_audit(connection, **options)


def entries(database, **chosen):
    with database.read() as connection:
        return search_audit(connection, AuditFilter(**chosen), limit=10_000)


def unguarded(database, statement, **values):
    """Change the tables as somebody would who owns the database."""
    with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("alter table audit_entry disable trigger user"))
        else:
            for guard in AUDIT_GUARDS["sqlite"]:
                connection.execute(sa.text(f"drop trigger if exists {guard.split()[2]}"))
        connection.execute(sa.text(statement), values)


def test_an_entry_says_who_what_when_from_where(app_database):
    with app_database.write() as connection:
        record_audit(connection, ANA, "note.create", "note", "nte_1", {"b": 2, "a": "王"}, customer_id="cus_1")
    [entry] = entries(app_database)
    assert (entry.actor_id, entry.actor_name, entry.address) == ("usr_ana", "Ana", "10.0.0.7")
    assert (entry.action, entry.kind, entry.resource_id, entry.customer_id) == ("note.create", "note", "nte_1", "cus_1")
    assert entry.details == {"a": "王", "b": 2}
    assert abs(utc_now() - entry.at) < timedelta(minutes=1)


def test_a_write_that_fails_leaves_no_entry_and_an_entry_that_fails_no_write(app_database):
    with pytest.raises(ZeroDivisionError), app_database.write() as connection:
        record_audit(connection, ANA, "note.create", "note", "nte_1")
        raise ZeroDivisionError
    assert entries(app_database) == []
    unguarded(app_database, "drop table audit_anchor")
    unguarded(app_database, "alter table audit_entry rename to audit_gone")
    with pytest.raises(OnefoldError), app_database.write() as connection:
        announce(connection, "note.created", resource="note", resource_id="nte_1")
        record_audit(connection, ANA, "note.create", "note", "nte_1")
    with app_database.read() as connection:
        assert connection.scalar(sa.text("select count(*) from outbox")) == 0


KILLED = """
import os, sys
from onefold.storage import AppDatabase, announce
from onefold.access import Access, Actor, record_audit
database = AppDatabase.open(sys.argv[1])
access = Access.full(Actor("usr_ana", "user", "Ana"))
number = 0
while True:
    number += 1
    with database.write() as connection:
        announce(connection, "note.created", resource="note", resource_id=f"nte_{number}")
        record_audit(connection, access, "note.create", "note", f"nte_{number}")
    if number == 5:
        print("ready", flush=True)
"""


def test_a_process_killed_anywhere_has_written_both_or_neither(app_database, database_url):
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", KILLED, database_url], stdout=subprocess.PIPE, text=True)
        process.stdout.readline()
        time.sleep(0.05)
        process.kill()
        process.communicate()
    with app_database.read() as connection:
        written = connection.scalar(sa.text("select count(*) from outbox"))
    found = verified(app_database)
    assert found.is_intact
    assert found.entries == written >= 15


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_entry set actor_id = 'x'",
        "delete from audit_entry",
        "delete from audit_entry where seq = 3",
        "update audit_anchor set through_seq = 99",
        "delete from audit_anchor",
    ],
)
def test_the_database_itself_refuses_changes(app_database, statement):
    write(app_database, "a.b", "a.b", "a.b")
    with app_database.write() as connection:
        connection.execute(audit_anchor.insert().values(through_seq=1, hash="x", cut_at=utc_now()))
    with pytest.raises(OnefoldError, match="append-only"), app_database.write() as connection:
        connection.execute(sa.text(statement))
    assert len(entries(app_database)) == 3


def test_postgresql_refuses_to_empty_the_table(postgres_url):
    database = AppDatabase.open(postgres_url.replace("postgresql://", "postgresql+psycopg://"))
    write(database, "a.b")
    with pytest.raises(OnefoldError, match="append-only"), database.write() as connection:
        connection.execute(sa.text("truncate audit_entry"))
    database.close()


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("update audit_entry set actor_name = 'Eva' where seq = 3", 3),
        ("update audit_entry set at = '2020-01-01 00:00:00' where seq = 2", 2),
        ("update audit_entry set details = '{}' where seq = 4", 4),
        ("update audit_entry set details = 'not json' where seq = 4", 4),
        ("update audit_entry set customer_id = 'cus_x' where seq = 1", 1),
        ("update audit_entry set previous_hash = hash where seq = 5", 5),
        ("update audit_entry set hash = previous_hash where seq = 5", 5),
        ("delete from audit_entry where seq = 3", 4),
        ("delete from audit_entry where seq < 3", 3),
        ("update audit_entry set seq = 9 where seq = 5", 9),
    ],
)
def test_whoever_changes_it_past_the_guards_is_found_out(app_database, statement, seq):
    write(app_database, *["a.b"] * 5)
    unguarded(app_database, statement)
    found = verified(app_database)
    assert not found.is_intact
    assert found.problem_seq == seq


def test_a_cut_tail_is_found_out_against_a_note(app_database):
    write(app_database, *["a.b"] * 5)
    noted = verified(app_database)
    unguarded(app_database, "delete from audit_entry where seq > 3")
    assert verified(app_database).is_intact
    assert not verified(app_database, expected=(noted.last_seq, noted.head_hash)).is_intact


def test_many_writers_make_one_chain(app_database):
    def one(number):
        if number % 2:
            audit_read(app_database, ANA, "customer.read", "customer", f"cus_{number}")
        else:
            with app_database.write() as connection:
                announce(connection, "note.created", resource="note", resource_id=str(number))
                record_audit(connection, ANA, "note.create", "note", str(number))

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(one, range(120)))
    found = verified(app_database)
    assert (found.is_intact, found.entries) == (True, 120)


def test_a_snapshot_taken_before_others_wrote_still_chains(app_database):
    with app_database.write() as connection:
        connection.execute(sa.select(sa.func.count()).select_from(audit_entry))
        if connection.dialect.name == "postgresql":
            other = threading.Thread(target=write, args=(app_database, "a.b", "a.b"))
            other.start()
            other.join()
        record_audit(connection, ANA, "late.entry", "note", "n")
        record_audit(connection, ANA, "later.entry", "note", "n")
    assert verified(app_database).is_intact


WRITER = """
import sys
from onefold.storage import AppDatabase
from onefold.access import Access, Actor, audit_read, record_audit
database = AppDatabase.open(sys.argv[1])
access = Access.full(Actor("usr_" + sys.argv[2], "user", sys.argv[2]))
for number in range(60):
    audit_read(database, access, "customer.read", "customer", f"cus_{number}")
    with database.write() as connection:
        record_audit(connection, access, "note.create", "note", str(number))
"""


def test_two_processes_make_one_chain(app_database, database_url):
    processes = [subprocess.Popen([sys.executable, "-c", WRITER, database_url, name]) for name in "ab"]
    assert [process.wait(120) for process in processes] == [0, 0]
    fold_reads(app_database)  # what a process noted while the other wrote, and could not move any more
    found = verified(app_database)
    assert (found.is_intact, found.entries) == (True, 240)


def test_reads_at_once_share_commits_and_return_only_when_durable(app_database):
    commits = []
    sa.event.listen(app_database.engine, "commit", lambda _connection: commits.append(1))

    def read(number):
        audit_read(app_database, ANA, "customer.read", "customer", f"cus_{number}")
        return any(entry.resource_id == f"cus_{number}" for entry in entries(app_database, customer_id=f"cus_{number}"))

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(read, range(160)))
    assert len(commits) < 160


def test_a_read_that_cannot_be_audited_fails_for_all_who_wait(app_database):
    unguarded(app_database, "alter table audit_entry rename to audit_gone")
    with ThreadPoolExecutor(4) as pool:
        waiting = [
            pool.submit(audit_read, app_database, ANA, "customer.read", "customer", f"cus_{number}")
            for number in range(4)
        ]
    assert all(isinstance(one.exception(), OnefoldError) for one in waiting)


def test_old_entries_are_cut_and_an_entry_stands_for_them(app_database):
    write(app_database, *["a.b"] * 6)
    later = utc_now() + timedelta(days=40)
    with app_database.write() as connection:
        assert cut_audit(connection, ANA, timedelta(days=30), now=later) == 6
        assert cut_audit(connection, ANA, timedelta(days=30), now=utc_now()) == 0
    write(app_database, "c.d")
    found = verified(app_database)
    assert (found.is_intact, found.entries, found.first_seq) == (True, 2, 7)
    [cut] = entries(app_database, action="audit.cut")
    assert (cut.details["through_seq"], cut.details["entries"]) == (6, 6)
    with app_database.write() as connection:
        assert cut_audit(connection, ANA, timedelta(days=30), now=later + timedelta(days=40)) == 2
    assert verified(app_database).is_intact


def test_entries_removed_beside_a_cut_are_found_out(app_database):
    write(app_database, *["a.b"] * 6)
    with app_database.write() as connection:
        cut_audit(connection, ANA, timedelta(days=30), now=utc_now() + timedelta(days=40))
    write(app_database, *["a.b"] * 3)
    unguarded(app_database, "delete from audit_entry where seq <= 8")
    assert not verified(app_database).is_intact


wild = st.text(st.characters(codec=None), max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.tuples(wild, wild, wild, wild),
    details=st.dictionaries(wild, st.one_of(wild, st.integers(-(2**70), 2**70), st.floats(), st.booleans(), st.none())),
)
def test_whatever_is_recorded_is_kept_and_verifies(app_database, texts, details):
    name, action, kind, resource = texts
    access = Access.full(Actor("usr_x", "user", name, action or None))
    with app_database.write() as connection:
        record_audit(connection, access, action, kind, resource, details, customer_id=kind or None)
    assert verified(app_database).is_intact
