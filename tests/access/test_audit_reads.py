"""Reads while somebody else writes for long: answered, recorded, in the chain exactly once, whatever is killed."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from onefold.access import (
    Access,
    Actor,
    AuditFilter,
    audit_actions,
    audit_read,
    cut_audit,
    fold_reads,
    record_audit,
    search_audit,
    stream_audit,
    verify_audit,
)
from onefold.access.audit.journal import journal_of
from onefold.access.audit.tables import audit_fold
from onefold.api import create_app
from onefold.kernel import utc_now
from onefold.storage import AppDatabase
from onefold.workspace import Workspace

ANA = Access.full(Actor("usr_ana", "user", "Ana", "10.0.0.7"))


@pytest.fixture
def database(tmp_path):
    database = AppDatabase.open(f"sqlite:///{tmp_path / 'app.db'}")
    yield database
    database.close()


@contextmanager
def writing(database):
    """Somebody who writes and does not come to an end."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("begin immediate")
        yield
        connection.rollback()


def read(database, *names):
    for name in names:
        audit_read(database, ANA, "customer.read", "customer", name)


def found(database, **chosen):
    with database.read() as connection:
        return search_audit(connection, AuditFilter(**chosen), limit=1000)


def verified(database):
    with database.read() as connection:
        return verify_audit(connection)


def wait_until_folded(database):
    deadline = time.monotonic() + 60
    while verified(database).waiting:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_read_does_not_wait_for_who_writes_and_comes_into_the_chain_afterwards(database):
    read(database, "cus_1")
    with writing(database):
        read(database, "cus_2", "cus_3")
        before = verified(database)
        assert (before.is_intact, before.entries, before.waiting) == (True, 1, 2)
    wait_until_folded(database)
    read(database, "cus_4")
    wait_until_folded(database)
    after = verified(database)
    assert (after.is_intact, after.entries, after.waiting) == (True, 4, 0)
    assert [entry.resource_id for entry in found(database)] == ["cus_4", "cus_3", "cus_2", "cus_1"]
    assert fold_reads(database) == 0


def test_what_waits_is_seen_wherever_the_audit_is_seen(database):
    read(database, "cus_1")
    with writing(database):
        read(database, "cus_2", "cus_3", "cus_4")
        audit_read(database, ANA, "file.read", "file", "fil_1", customer_id="cus_2")
        assert [entry.resource_id for entry in found(database, customer_id="cus_2")] == ["fil_1", "cus_2"]
        assert [entry.resource_id for entry in found(database, action="customer.")] == [
            "cus_4", "cus_3", "cus_2", "cus_1",
        ]  # fmt: skip
        assert found(database, since=utc_now() + timedelta(hours=1)) == []
        with database.read() as connection:
            assert audit_actions(connection) == ["customer.read", "file.read"]
            streamed = [entry.resource_id for entry in stream_audit(connection, AuditFilter())]
            assert streamed == ["cus_1", "cus_2", "cus_3", "cus_4", "fil_1"]
            first = search_audit(connection, AuditFilter(), limit=2)
            second = search_audit(connection, AuditFilter(), limit=2, before_seq=first[-1].seq)
            third = search_audit(connection, AuditFilter(), limit=2, before_seq=second[-1].seq)
        assert [entry.resource_id for entry in (*first, *second, *third)] == [
            "fil_1",
            "cus_4",
            "cus_3",
            "cus_2",
            "cus_1",
        ]
        assert [entry.hash for entry in (*first, *second)] == [""] * 4


def test_who_looks_at_an_older_state_still_sees_what_was_moved_meanwhile(database):
    with writing(database):
        read(database, "cus_1", "cus_2")
        with database.read() as older:
            assert verify_audit(older).entries == 0
    with database.read() as connection:
        connection.scalar(sa.select(sa.func.count()).select_from(audit_fold))  # its state is of now
        fold_reads(database)
        wait_until_folded(database)
        assert len(search_audit(connection, AuditFilter(), limit=9)) == 2
    assert len(found(database)) == 2


def test_entries_that_were_moved_are_not_kept_for_ever(database, monkeypatch):
    monkeypatch.setattr("onefold.access.audit.journal.KEPT", timedelta(0))
    with writing(database):
        read(database, "cus_1", "cus_2")
    wait_until_folded(database)
    fold_reads(database)
    deadline = time.monotonic() + 60
    while (database.engine.url.database, _kept(database)) != (database.engine.url.database, 0):
        assert time.monotonic() < deadline
    with writing(database):
        read(database, "cus_3")
        assert verified(database).waiting == 1  # numbers are never used again
    wait_until_folded(database)
    assert (verified(database).is_intact, verified(database).entries) == (True, 3)


def _kept(database):
    return journal_of(database.engine).rows(sa.text("select count(*) from noted_read"))[0][0]


def test_a_file_that_was_lost_takes_nothing_else_along(database):
    with writing(database):
        read(database, "cus_1")
    wait_until_folded(database)
    database.close()
    for path in database_files(database):
        path.unlink()
    with writing(database):
        read(database, "cus_2")
    wait_until_folded(database)
    assert [entry.resource_id for entry in found(database)] == ["cus_2", "cus_1"]


def database_files(database):
    from pathlib import Path

    return list(Path(str(database.engine.url.database)).parent.glob("app.db-reads*"))


def test_many_who_read_and_write_at_once_make_one_chain(database):
    def one(number):
        if number % 10 == 0:
            with writing(database):
                time.sleep(0.08)
        elif number % 2:
            read(database, f"cus_{number}")
        else:
            with database.write() as connection:
                record_audit(connection, ANA, "note.create", "note", str(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(100)))
    wait_until_folded(database)
    assert (verified(database).is_intact, verified(database).entries) == (True, 90)
    assert len({entry.resource_id for entry in found(database)}) == 90


def test_what_waits_is_neither_cut_nor_lost_by_a_cut(database):
    read(database, "cus_1")
    with writing(database):
        read(database, "cus_2")
    with database.write() as connection:
        cut_audit(connection, ANA, timedelta(days=30), now=utc_now() + timedelta(days=40))
    wait_until_folded(database)
    assert verified(database).is_intact
    assert "cus_2" in {entry.resource_id for entry in found(database)} or verified(database).first_seq > 2


KILLED_AT = """
import os, signal, sys
import sqlalchemy as sa
from onefold.access import Access, Actor, audit_read, fold_reads
from onefold.access.audit import reads
from onefold.storage import AppDatabase

def live(url, moment, name):
    steps = 0

    def count(*_ignored):
        nonlocal steps
        steps += 1
        if steps == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    sa.event.listen(sa.Engine, "commit", count)
    reads._Folder.wake = lambda self: None
    database = AppDatabase.open(url)
    access = Access.full(Actor("usr_ana", "user", "Ana"))
    with database.engine.connect() as busy:
        busy.exec_driver_sql("begin immediate")
        for part in "ab":
            audit_read(database, access, "customer.read", "customer", name + part)
            print(name + part, flush=True)
        busy.rollback()
    fold_reads(database)

for line in sys.stdin:
    moment, name = line.split()
    if not (child := os.fork()):
        live(sys.argv[1], int(moment), name)
        os._exit(0)
    print("ended" if os.waitpid(child, 0)[1] == 0 else "killed", flush=True)
"""


def test_killed_anywhere_every_read_that_was_answered_is_in_the_chain_once(database):
    command = [sys.executable, "-c", KILLED_AT, str(database.engine.url)]
    lives = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    answered: set[str] = set()
    moment, has_ended = 0, False
    while not has_ended:
        moment += 1
        lives.stdin.write(f"{moment} at{moment}\n")
        lives.stdin.flush()
        while (line := lives.stdout.readline().strip()) not in {"ended", "killed"}:
            assert line, "the process of processes ended"
            answered.add(line)
        has_ended = line == "ended"
        seen = [entry.resource_id for entry in found(database)]
        assert len(seen) == len(set(seen)), f"twice, killed at {moment}"
        assert answered <= set(seen), f"lost, killed at {moment}"
    lives.stdin.close()
    assert lives.wait() == 0
    assert moment > 20
    fold_reads(database)
    end = verified(database)
    names = {entry.resource_id for entry in found(database)}
    assert (end.is_intact, end.waiting, end.entries) == (True, 0, len(names))
    assert answered <= names


def test_pages_of_a_customer_answer_while_a_build_is_published(tmp_path):
    from tests.api.people import add_person, signed_in
    from tests.care.office import Office

    from onefold.access.accounts.tables import session

    with Workspace.create(tmp_path / "acme") as workspace:
        customers = Office(workspace).customers("a")
        add_person(workspace)
        browser: TestClient = signed_in(workspace)
        with workspace.database.write() as connection:  # the session was last used a while ago
            connection.execute(session.update().values(last_seen_at=utc_now() - timedelta(minutes=5)))
        with writing(workspace.database):
            for part in ("told", "timeline", "records", "identity", "notes", "files", "tags"):
                assert browser.get(f"/api/v1/customers/{customers['a']}/{part}").status_code == 200, part
            seen = browser.get("/api/v1/audit", params={"customer": customers["a"]}).json()["items"]
            assert {entry["action"] for entry in seen} >= {"customer.read_told", "customer.read_timeline"}
            assert browser.get("/api/v1/audit/verify").json()["waiting"] >= 4
        wait_until_folded(workspace.database)
        assert browser.get("/api/v1/audit/verify").json()["is_intact"]


def test_a_server_that_was_killed_leaves_no_read_behind(tmp_path):
    """What was noted by a process that is gone moves into the chain when the next server starts."""
    with Workspace.create(tmp_path / "acme") as workspace:
        with writing(workspace.database):
            read(workspace.database, "cus_1")
            with AppDatabaseBeside(workspace) as beside:
                assert verified(beside).waiting == 1
        wait_until_folded(workspace.database)
        with writing(workspace.database):
            subprocess.run([sys.executable, "-c", _READS, str(workspace.database.engine.url)], check=True)
        assert verified(workspace.database).waiting == 1
        with TestClient(create_app(workspace, has_background=True), base_url="http://localhost"):
            wait_until_folded(workspace.database)
        assert verified(workspace.database).entries == 2


_READS = """
import os, sys
from onefold.access import Access, Actor, audit_read
from onefold.storage import AppDatabase
from onefold.access.audit import reads
engine = __import__("sqlalchemy").create_engine(sys.argv[1], connect_args={"timeout": 60, "isolation_level": None})
audit_read(AppDatabase(engine), Access.full(Actor("usr_ana", "user", "Ana")), "customer.read", "customer", "cus_2")
os._exit(0)
"""


class AppDatabaseBeside:
    """Another opening of the same file, as a second process has."""

    def __init__(self, workspace):
        self._url = workspace.database.engine.url

    def __enter__(self):
        self._database = AppDatabase(sa.create_engine(self._url))
        return self._database

    def __exit__(self, *_ignored):
        self._database.close()
