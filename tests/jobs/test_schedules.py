"""Schedules fire when they should, once, on the clocks of their place."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from onefold import jobs
from onefold.errors import InvalidInput, Stale
from onefold.jobs.tables import schedule
from onefold.kernel import utc_now

MADRID = {"cron": "30 6 * * *", "time_zone": "Europe/Madrid", "owner": "usr_test"}


def _due(place, schedule_id):
    with place.database.write() as connection:
        mine = schedule.c.schedule_id == schedule_id
        connection.execute(schedule.update().where(mine).values(next_run_at=utc_now() - timedelta(minutes=3)))


def _made(place, **changes):
    with place.database.write() as connection:
        return jobs.create_schedule(connection, "note", {}, **{**MADRID, **changes})


def test_a_daily_schedule_follows_the_clocks_of_its_place():
    winter, summer = datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 7, 10, tzinfo=UTC)
    assert jobs.next_moment("30 6 * * *", "Europe/Madrid", winter) == datetime(2026, 1, 10, 5, 30, tzinfo=UTC)
    assert jobs.next_moment("30 6 * * *", "Europe/Madrid", summer) == datetime(2026, 7, 10, 4, 30, tzinfo=UTC)


def test_servers_that_look_at_once_fire_a_schedule_once(place):
    jobs.register("note", lambda _place, _run: None)
    made = _made(place)
    _due(place, made.schedule_id)
    start, fired = threading.Barrier(4), []

    def look():
        start.wait()
        fired.extend(jobs.fire_schedules(place.database))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with place.database.read() as connection:
        found = jobs.list_jobs(connection)
        after = jobs.get_schedule(connection, made.schedule_id)
    assert [one.job_id for one in found] == fired == [after.last_job_id]
    assert after.next_run_at > utc_now()
    assert found[0].requested_by == made.schedule_id


def test_a_schedule_does_not_pile_up_work(place, worker, finished):
    jobs.register("note", lambda _place, _run: None)
    made = _made(place)
    _due(place, made.schedule_id)
    first = jobs.fire_schedules(place.database)
    _due(place, made.schedule_id)
    assert jobs.fire_schedules(place.database) == []
    worker()
    finished(first[0])
    _due(place, made.schedule_id)
    with place.database.read() as connection:
        before = len(jobs.list_jobs(connection))
    while True:  # the worker itself may be faster
        jobs.fire_schedules(place.database)
        with place.database.read() as connection:
            if len(jobs.list_jobs(connection)) == before + 1:
                return


def test_a_paused_schedule_never_fires_and_goes_on_from_now(place):
    jobs.register("note", lambda _place, _run: None)
    made = _made(place, is_paused=True)
    assert made.next_run_at is None
    assert jobs.fire_schedules(place.database) == []
    with place.database.write() as connection:
        resumed = jobs.update_schedule(
            connection,
            made.schedule_id,
            expected_version=1,
            cron="0 * * * *",
            time_zone="UTC",
            is_paused=False,
            arguments={},
        )
    assert utc_now() < resumed.next_run_at <= utc_now() + timedelta(hours=1)


def test_the_second_of_two_editors_is_told(place):
    made = _made(place)
    new = {"cron": "0 * * * *", "time_zone": "UTC", "is_paused": False, "arguments": {}}
    with place.database.write() as connection:
        jobs.update_schedule(connection, made.schedule_id, expected_version=1, **new)
    with pytest.raises(Stale), place.database.write() as connection:
        jobs.update_schedule(connection, made.schedule_id, expected_version=1, **new)
    with pytest.raises(Stale), place.database.write() as connection:
        jobs.delete_schedule(connection, made.schedule_id, expected_version=1)
    with place.database.write() as connection:
        jobs.delete_schedule(connection, made.schedule_id, expected_version=2)
        assert jobs.list_schedules(connection) == []


@pytest.mark.parametrize(
    ("cron", "zone"),
    [
        ("soon", "UTC"),
        ("* * * *", "UTC"),
        ("* * * * * *", "UTC"),
        ("61 * * * *", "UTC"),
        ("0 0 31 2 *", "UTC"),
        ("0 0 * * *", "Mars/Olympus"),
        ("0 0 * * *", "../../etc/passwd"),
        ("0 0 * * *", ""),
        ("@reboot", "UTC"),
    ],
)
def test_what_is_no_schedule_is_refused(place, cron, zone):
    with pytest.raises(InvalidInput), place.database.write() as connection:
        jobs.create_schedule(connection, "note", {}, cron=cron, time_zone=zone, owner="usr_test")
