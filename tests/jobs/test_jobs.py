"""Jobs run once, are told, can be cancelled, and outlive the servers that run them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import timedelta

import pytest
import sqlalchemy as sa

from onefold import jobs
from onefold.errors import Conflict, InvalidInput, NotFound, SourceFailed
from onefold.jobs import leases
from onefold.jobs.tables import job
from onefold.kernel import utc_now
from onefold.storage import outbox


def test_a_job_runs_and_keeps_its_result_log_and_progress(worker, ask, finished, place):
    def double(_place, run):
        run.log("doubling")
        run.progress("double", 0.5, "half way")
        run.makes("42")
        return {"is": run.arguments["number"] * 2}

    jobs.register("double", double)
    job_id = ask("double", number=21)
    worker()
    done = finished(job_id)
    assert (done.state, done.result, done.resource_id, done.attempts) == ("succeeded", {"is": 42}, "42", 1)
    assert done.progress == jobs.Progress("double", 0.5, "half way")
    assert done.started_at <= done.finished_at
    with place.database.read() as connection:
        assert [(seq, line) for seq, _at, line in jobs.read_log(connection, job_id)] == [(1, "doubling")]
        kinds = list(connection.scalars(sa.select(outbox.c.kind).order_by(outbox.c.seq)))
    assert kinds == ["job.queued", "job.started", "job.finished"]


def test_a_job_asked_for_in_a_transaction_that_fails_never_runs(worker, place, finished, ask):
    jobs.register("note", lambda _place, run: run.arguments)
    with suppress(ZeroDivisionError), place.database.write() as connection:
        jobs.enqueue(connection, "note", {}, requested_by="usr_test")
        1 / 0  # noqa: B018
    worker()
    finished(ask("note", is_last=True))
    with place.database.read() as connection:
        assert len(jobs.list_jobs(connection)) == 1


def test_two_workers_never_run_one_job_twice(worker, ask, finished):
    runs, lock = [], threading.Lock()

    def note(_place, run):
        with lock:
            runs.append(run.job_id)

    jobs.register("note", note)
    ids = [ask("note") for _ in range(30)]
    for _ in range(3):
        worker()
    for job_id in ids:
        finished(job_id)
    assert sorted(runs) == sorted(ids)


def test_jobs_of_one_lane_run_one_after_another(worker, ask, finished):
    at_once, most, lock = 0, 0, threading.Lock()

    def count(_place, _run):
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.1)
        with lock:
            at_once -= 1

    jobs.register("count", count, lane="one")
    ids = [ask("count") for _ in range(5)]
    worker()
    worker()
    for job_id in ids:
        assert finished(job_id).state == "succeeded"
    assert most == 1


def test_the_database_itself_refuses_a_second_running_job_of_a_lane(ask, place):
    jobs.register("count", lambda _place, _run: None, lane="one")
    ask("count")
    ask("count")
    with pytest.raises(Exception, match=r"unique|UNIQUE|at the same moment"), place.database.write() as connection:
        connection.execute(job.update().values(state="running"))


def test_a_running_job_is_cancelled_within_moments(worker, ask, finished, place):
    def wait(_place, run):
        run.stop.wait(30)
        raise jobs.Cancelled

    jobs.register("wait", wait)
    job_id = ask("wait")
    worker()
    finished(job_id, "running")
    with place.database.write() as connection:
        jobs.cancel_job(connection, job_id, actor_id="usr_test")
    assert finished(job_id, seconds=5).state == "cancelled"


def test_a_waiting_job_is_cancelled_at_once_and_a_finished_one_stays(worker, ask, finished, place):
    jobs.register("note", lambda _place, _run: 1)
    waiting = ask("note")
    with place.database.write() as connection:
        assert jobs.cancel_job(connection, waiting, actor_id="usr_test").state == "cancelled"
    done = ask("note")
    worker()
    finished(done)
    with place.database.write() as connection:
        assert jobs.cancel_job(connection, done, actor_id="usr_test").state == "succeeded"
        with pytest.raises(NotFound):
            jobs.cancel_job(connection, "job_none", actor_id="usr_test")


def test_a_transient_failure_is_tried_again_and_a_lasting_one_is_not(worker, ask, finished, monkeypatch):
    monkeypatch.setattr(leases, "FIRST_BACK_OFF", timedelta(milliseconds=50))

    def flaky(_place, run):
        if run.attempt < 3:
            raise SourceFailed("postgresql://ana:hush@host is away")
        return run.attempt

    def wrong(_place, run):
        raise InvalidInput("this will never do", hint="Mend it.")

    jobs.register("flaky", flaky)
    jobs.register("wrong", wrong)
    jobs.register("broken", lambda _place, _run: 1 / 0)
    first, second, third = ask("flaky"), ask("wrong"), ask("broken")
    worker()
    assert finished(first).result == 3
    done = finished(second)
    assert (done.state, done.attempts, done.error["hint"]) == ("failed", 1, "Mend it.")
    assert finished(third).error["code"] == "unexpected"


def test_passwords_in_errors_reach_neither_log_nor_answer(worker, ask, finished, place, monkeypatch):
    monkeypatch.setattr(leases, "FIRST_BACK_OFF", timedelta(milliseconds=50))

    def fail(_place, run):
        raise SourceFailed("postgresql://ana:hush@host is away")

    jobs.register("fail", fail)
    job_id = ask("fail")
    worker()
    done = finished(job_id)
    with place.database.read() as connection:
        text = str(done) + str(jobs.read_log(connection, job_id))
    assert "hush" not in text


def test_a_lease_that_ran_out_is_taken_over_and_the_first_worker_stops_without_a_word(
    worker, ask, finished, place, monkeypatch
):
    started, released = [], threading.Event()

    def wait(_place, run):
        started.append(run.attempt)
        if run.attempt == 1:
            released.wait(30)
            return "first"
        return "second"

    jobs.register("wait", wait)
    job_id = ask("wait")
    worker()
    finished(job_id, "running")
    with place.database.write() as connection:  # as if its server had been silent for long
        connection.execute(job.update().values(lease_until=utc_now() - timedelta(seconds=1)))
    assert leases.take_over(place.database, jobs.registered()) == [job_id]
    assert finished(job_id).result == "second"
    released.set()
    time.sleep(0.3)
    assert finished(job_id).result == "second"
    assert started == [1, 2]


KILLED = """
import sys, time
from dataclasses import dataclass
from onefold import jobs
from onefold.storage import AppDatabase

@dataclass
class Place:
    database: AppDatabase

jobs.register("wait", lambda place, run: time.sleep(60))
jobs.Worker(Place(AppDatabase.open(sys.argv[1])), poll_seconds=0.05).run()
"""


def test_a_killed_server_loses_no_job(worker, ask, finished, database_url):
    jobs.register("wait", lambda _place, run: run.attempt)
    job_id = ask("wait")
    other = subprocess.Popen([sys.executable, "-c", KILLED, database_url])
    try:
        finished(job_id, "running")
    finally:
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
    worker()
    done = finished(job_id, seconds=15)
    assert (done.state, done.result) == ("succeeded", 2)


def test_a_job_whose_servers_die_again_and_again_is_given_up(ask, finished, place, worker):
    jobs.register("wait", lambda _place, _run: None, most_attempts=2)
    job_id = ask("wait")
    with place.database.write() as connection:
        gone = {"state": "running", "attempts": 2, "lease_owner": "elsewhere/1/a", "lease_until": utc_now()}
        connection.execute(job.update().values(gone))
    worker()
    assert finished(job_id).error["code"] == "worker_died"


def test_a_server_that_stops_gives_its_jobs_to_the_next(place, ask, finished, worker):
    def wait(_place, run):
        if run.attempt == 1:
            run.stop.wait(30)
            raise jobs.Cancelled
        return run.attempt

    jobs.register("wait", wait)
    job_id = ask("wait")
    first = jobs.Worker(place, poll_seconds=0.05)
    first.start()
    finished(job_id, "running")
    first.stop()
    assert finished(job_id, "queued").attempts == 1
    worker()
    assert finished(job_id).result == 2


def test_a_finished_job_can_be_asked_for_again_and_an_open_one_cannot(worker, ask, finished, place):
    jobs.register("note", lambda _place, run: run.arguments)
    job_id = ask("note", of="Ana")
    with pytest.raises(Conflict), place.database.write() as connection:
        jobs.retry_job(connection, job_id, actor_id="usr_test")
    worker()
    finished(job_id)
    with place.database.write() as connection:
        again = jobs.retry_job(connection, job_id, actor_id="usr_other")
    assert finished(again.job_id).result == {"of": "Ana"}


def test_pages_of_jobs_hold_each_once(ask, place):
    jobs.register("note", lambda _place, _run: None)
    ids = {ask("note") for _ in range(7)}
    seen, before = [], None
    while True:
        with place.database.read() as connection:
            page = jobs.list_jobs(connection, before=before, limit=3)
        if not page:
            break
        seen += [one.job_id for one in page]
        before = (page[-1].created_at, page[-1].job_id)
    assert len(seen) == 7
    assert set(seen) == ids


def test_old_jobs_are_forgotten_with_their_logs(worker, ask, finished, place):
    jobs.register("note", lambda _place, run: run.log("here"))
    job_id = ask("note")
    worker()
    finished(job_id)
    with place.database.write() as connection:
        assert jobs.delete_old_jobs(connection, before=utc_now() + timedelta(seconds=1)) == 1
        with pytest.raises(NotFound):
            jobs.get_job(connection, job_id)
