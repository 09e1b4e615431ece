"""Open pages hear of every change that they may, once, in order."""

from __future__ import annotations

import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

import httpx
import pytest
import sqlalchemy as sa
from tests.api.conftest import TOKEN
from tests.api.served import Page, served

from onefold.access import Access, Actor
from onefold.api import call as calls
from onefold.api import feed as feeds
from onefold.api import signed_in, stream
from onefold.errors import NotSignedIn
from onefold.profiles.tables import profile_summary
from onefold.storage import announce, outbox


@pytest.fixture
def server(workspace):
    with served(workspace, TOKEN) as (url, app):
        yield url, app


@pytest.fixture
def url(server):
    return server[0]


def say(workspace, count=1, *, kind="note.created", resource="note", customer_id=None, **options):
    with workspace.database.write() as connection:
        for number in range(count):
            announce(connection, kind, resource=resource, resource_id=f"n{number}", customer_id=customer_id, **options)


def add_customer(workspace, customer_id, region):
    with workspace.database.write() as connection:
        connection.execute(
            profile_summary.insert().values(
                customer_id=customer_id, kind="person", region=region, events=0, records=1, systems=1
            )
        )


def numbers(workspace):
    with workspace.database.read() as connection:
        return list(connection.scalars(sa.select(outbox.c.seq).order_by(outbox.c.seq)))


def test_a_change_is_heard_after_its_commit(workspace, url):
    page = Page(url, TOKEN)
    page.wait(lambda p: p.events)
    assert page.events[0].name == "ready"
    say(workspace, kind="task.closed", resource="task")
    page.wait(lambda p: p.heard)
    document = page.events[-1].document
    assert document["kind"] == "task.closed"
    assert set(document) == {"seq", "kind", "resource", "resource_id", "customer_id", "happened_at"}
    assert page.events[-1].seq == document["seq"]
    page.close()


def test_what_happens_before_the_stream_is_open_is_heard_too(workspace, url):
    say(workspace, count=2)
    me = httpx.get(f"{url}/api/v1/me", headers={"Authorization": f"Bearer {TOKEN}"}).json()
    say(workspace, kind="task.closed", resource="task")
    page = Page(url, TOKEN, after=me["stream_position"])
    page.wait(lambda p: p.heard)
    assert [event.document["kind"] for event in page.events if event.name == "change"] == ["task.closed"]
    page.close()


def test_what_is_rolled_back_is_never_heard(workspace, url):
    page = Page(url, TOKEN)
    page.wait(lambda p: p.events)
    with suppress(RuntimeError), workspace.database.write() as connection:
        announce(connection, "note.created", resource="note", resource_id="gone")
        raise RuntimeError
    say(workspace)
    page.wait(lambda p: p.heard)
    assert [event.document["resource_id"] for event in page.events[1:]] == ["n0"]
    page.close()


def test_nothing_is_lost_or_doubled_across_reconnects(workspace, url):
    """Four writers write while a page comes and goes at random moments."""
    done = threading.Event()

    def write(seed: int) -> None:
        dice = random.Random(seed)
        for _turn in range(25):
            say(workspace, dice.randint(1, 4))
            time.sleep(dice.random() / 50)

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(4)]
    dice, heard, last = random.Random(7), [], 0
    for writer in writers:
        writer.start()
    while not done.is_set():
        is_last = not any(writer.is_alive() for writer in writers)
        page = Page(url, TOKEN, after=last)
        if is_last:
            missing = numbers(workspace)[len(heard) :]
            page.wait(lambda p: p.heard == missing)  # noqa: B023 - called in this turn
            done.set()
        else:
            time.sleep(dice.random() / 4)
        page.close()
        heard += page.heard
        last = int(page.last_id or last)
    assert heard == numbers(workspace)


def test_many_pages_hear_the_same(workspace, url):
    pages = [Page(url, TOKEN) for _number in range(60)]
    for page in pages:
        page.wait(lambda p: p.events)
    threads_before = threading.active_count()
    for _turn in range(20):
        say(workspace, 5)
    for page in pages:
        page.wait(lambda p: len(p.heard) == 100)
        assert page.heard == numbers(workspace)
        page.close()
    assert threading.active_count() <= threads_before + 2


def test_a_late_page_catches_up_and_goes_on_live(workspace, url):
    say(workspace, 1_300)
    early = Page(url, TOKEN)
    late = Page(url, TOKEN, after=100)
    late.wait(lambda p: len(p.heard) == 1_200)
    say(workspace, 10)
    late.wait(lambda p: len(p.heard) == 1_210)
    assert late.heard == numbers(workspace)[100:]
    early.wait(lambda p: len(p.heard) == 10)
    early.close()
    late.close()


@pytest.mark.parametrize("after", [5, 10**9])
def test_a_page_that_cannot_catch_up_is_told_to_start_anew(workspace, url, monkeypatch, after):
    monkeypatch.setattr(feeds, "MOST_BEHIND", 10)
    say(workspace, 30)
    page = Page(url, TOKEN, after=after)
    page.wait(lambda p: p.events)
    assert (page.events[0].name, page.events[0].seq) == ("reset", 30)
    say(workspace)
    page.wait(lambda p: p.heard == [31])
    page.close()


def test_a_page_whose_changes_were_trimmed_is_told_to_start_anew(workspace, url):
    say(workspace, 30)
    with workspace.database.write() as connection:
        connection.execute(sa.delete(outbox).where(outbox.c.seq <= 20))
    page = Page(url, TOKEN, after=10)
    page.wait(lambda p: p.events)
    assert page.events[0].name == "reset"
    page.close()


def test_silence_is_kept_alive_and_moves_the_resume_point(workspace, url, monkeypatch):
    monkeypatch.setattr(feeds, "HEARTBEAT_SECONDS", 0.2)
    say(workspace, 3)
    page = Page(url, TOKEN)
    page.wait(lambda p: p.events)
    say(workspace, 2, resource="nothing_that_pages_read", kind="x.y", payload={"recipient_id": "usr_other"})
    page.wait(lambda p: p.last_id == "5")
    assert page.heard == []
    page.close()


def test_a_slow_reader_is_sent_away_with_the_advice_to_resume(workspace, server, monkeypatch):
    monkeypatch.setattr(feeds, "MOST_WAITING", 50)
    url, _app = server
    page = Page(url, TOKEN)
    page.wait(lambda p: p.events)
    say(workspace)
    page.wait(lambda p: p.heard)
    say(workspace, 399)
    page.wait(lambda p: p.events[-1].name == "resume")
    assert page.events[-1].document == {"reason": "too_slow"}
    page.join()
    again = Page(url, TOKEN, after=int(page.last_id))
    again.wait(lambda p: len(page.heard) + len(p.heard) == 400)
    again.close()


@dataclass(frozen=True)
class Scoped(Access):
    """An actor with a row scope over regions."""

    region: str = ""
    kinds: tuple[str, ...] = ("customer", "note")

    def may(self, verb, kind):
        return verb == "read" and kind in self.kinds

    def customers(self, resolve, **_options):
        return resolve("region") == self.region


@pytest.fixture
def people(monkeypatch):
    """Sign people in by a token that names their region; what they may do can change meanwhile."""
    known = {}

    def identify(request, _workspace, **_options):
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in known:
            raise NotSignedIn("sign in first")
        return signed_in.Identified(known[token])

    monkeypatch.setattr(calls, "identified", identify)
    monkeypatch.setattr(signed_in, "identified", identify)
    monkeypatch.setattr(feeds, "RECHECK_SECONDS", 0.1)
    for region in ("north", "south"):
        known[region] = Scoped(Actor(f"usr_{region}", "user", region), region=region)
    return known


def test_out_of_scope_is_never_heard(workspace, url, people):
    add_customer(workspace, "cus_n", "north")
    add_customer(workspace, "cus_s", "south")
    north, south = Page(url, "north"), Page(url, "south")
    for page in (north, south):
        page.wait(lambda p: p.events)
    for _turn in range(10):
        say(workspace, customer_id="cus_n")
        say(workspace, customer_id="cus_s")
        say(workspace, customer_id="cus_unknown")
        say(workspace, resource="source", kind="source.connected")
        say(workspace, payload={"recipient_id": "usr_south"})
        say(workspace, resource="notification", kind="notification.created", payload={"recipient_id": "usr_north"})
    north.wait(lambda p: len(p.heard) == 20)
    south.wait(lambda p: len(p.heard) == 20)
    late = Page(url, "north", after=0)
    late.wait(lambda p: len(p.heard) == 20)
    assert late.heard == north.heard
    assert {e.document["customer_id"] for e in north.events[1:]} == {"cus_n", None}
    assert {e.document["kind"] for e in north.events[1:]} == {"note.created", "notification.created"}
    assert {e.document["customer_id"] for e in south.events[1:]} == {"cus_s", None}
    for page in (north, south, late):
        page.close()


def test_a_role_that_changes_changes_what_an_open_page_hears(workspace, url, people, monkeypatch):
    monkeypatch.setattr(feeds, "RECHECK_SECONDS", 3_600)  # only the announced change of the role tells
    add_customer(workspace, "cus_n", "north")
    page = Page(url, "north")
    page.wait(lambda p: p.events)
    say(workspace, customer_id="cus_n")
    page.wait(lambda p: len(p.heard) == 1)
    people["north"] = Scoped(Actor("usr_north", "user", "north"), region="east")
    with workspace.database.write() as connection:
        announce(connection, "role.updated", resource="role", resource_id="rol_1")
        announce(connection, "note.created", resource="note", resource_id="secret", customer_id="cus_n")
    say(workspace, resource="note")
    page.wait(lambda p: len(p.heard) == 2)
    assert [e.document["resource_id"] for e in page.events if e.name == "change"] == ["n0", "n0"]
    page.close()


def test_the_end_of_the_session_ends_the_stream(url, people):
    page = Page(url, "north")
    page.wait(lambda p: p.events)
    del people["north"]
    page.wait(lambda p: p.events[-1].name == "resume")
    assert page.events[-1].document == {"reason": "over"}
    page.join()
    assert Page(url, "north").response.status_code == 401


def test_two_servers_tell_the_same(workspace, url):
    with served(workspace, TOKEN) as (other, _app):
        pages = [Page(url, TOKEN), Page(other, TOKEN)]
        for page in pages:
            page.wait(lambda p: p.events)
        say(workspace, 20)
        for page in pages:
            page.wait(lambda p: len(p.heard) == 20)
            assert page.heard == numbers(workspace)
            page.close()


def test_a_page_that_leaves_is_forgotten(workspace, server):
    url, app = server
    pages = [Page(url, TOKEN) for _number in range(5)]
    for page in pages:
        page.wait(lambda p: p.events)
        page.close()
    end = time.monotonic() + 10
    while app.state.feed._pages and time.monotonic() < end:
        say(workspace)
        time.sleep(0.05)
    assert not app.state.feed._pages


def test_too_many_pages_of_one_actor_are_refused(url, monkeypatch):
    monkeypatch.setattr(feeds, "MOST_PAGES_PER_ACTOR", 2)
    pages = [Page(url, TOKEN) for _number in range(2)]
    assert Page(url, TOKEN).response.status_code == 429
    for page in pages:
        page.close()


@pytest.mark.parametrize("value", ["x", "1.5", "-1", "9" * 40])
def test_a_forged_resume_number_is_refused(client, value):
    answer = client.get("/api/v1/stream", headers={"Last-Event-ID": value})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid_input"


def test_the_stream_is_for_those_who_signed_in(url):
    assert Page(url, "wrong").response.status_code == 401


def test_a_reader_that_takes_nothing_costs_no_memory(workspace, server, monkeypatch):
    """Its queue is emptied; after a while its connection is given up."""
    import socket

    monkeypatch.setattr(stream, "SEND_SECONDS", 0.5)
    monkeypatch.setattr(feeds, "MOST_WAITING", 2_000)
    url, app = server
    host, port = url.removeprefix("http://").split(":")
    sleeper = socket.create_connection((host, int(port)))
    sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sleeper.sendall(f"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode())
    time.sleep(0.5)
    end = time.monotonic() + 30
    while (feed := getattr(app.state, "feed", None)) is None or feed._pages:
        say(workspace, 1_500, kind="note.created" + "x" * 2_000)
        assert time.monotonic() < end
    sleeper.close()
