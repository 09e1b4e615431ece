"""Changes reach their receivers signed, in order, at least once, whatever receivers do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from tests.webhooks.conftest import SYSTEM
from tests.webhooks.receiver import answer, answer_later, cut, drip, flood

from onefold.kernel import utc_now
from onefold.webhooks import replay_deliveries, replay_delivery, sending, worker
from onefold.webhooks.actions import ping_webhook, renew_secret


def test_a_change_arrives_signed_with_a_stable_shape(house, receive):
    receiver = receive()
    hook = house.add_webhook(receiver.url)
    house.say(kind="task.closed", actor_id="usr_1", payload={"state": "done", "recipient_id": "system"})
    with house.working():
        house.wait_for_states(hook, "delivered")
    message = receiver.messages[0]
    assert message.is_signed_by(house.secret(hook))
    assert not message.is_signed_by("whsec_" + "A" * 43 + "=")
    assert message.headers["content-type"] == "application/json"
    assert set(message.document) == {"type", "timestamp", "data"}
    assert message.document["type"] == "task.closed"
    data = message.document["data"]
    assert data == {
        "seq": 2,
        "resource": "task",
        "resource_id": "n0",
        "customer_id": None,
        "actor_id": "usr_1",
        "facts": {"state": "done"},
    }
    (delivery,) = house.deliveries(hook)
    assert (delivery.delivery_id, delivery.status, delivery.attempts) == (message.id, 204, 1)


def test_changes_arrive_in_order_each_once(house, receive):
    receiver = receive()
    hook = house.add_webhook(receiver.url)
    with house.working():
        for _turn in range(6):
            house.say(20)
        house.wait_for_states(hook, *["delivered"] * 120)
    assert [message.seq for message in receiver.messages] == list(range(2, 122))
    assert len({message.id for message in receiver.messages}) == 120


def test_only_the_kinds_that_were_asked_for_arrive(house, receive):
    receiver = receive()
    hook = house.add_webhook(receiver.url, kinds=("note.*", "build.finished"))
    for kind in ("note.created", "task.created", "build.finished", "build.started", "notes.created"):
        house.say(kind=kind)
    with house.working():
        house.wait_for_states(hook, "delivered", "delivered")
    assert [message.document["type"] for message in receiver.messages] == ["note.created", "build.finished"]


@pytest.mark.parametrize(
    "failure",
    [answer(500), answer(503), answer(404), answer(302, Location="http://169.254.169.254/"), cut],
    ids=["500", "503", "404", "redirect", "cut"],
)
def test_what_fails_is_sent_again_under_the_same_id(house, receive, failure):
    receiver = receive(failure, failure, answer(200))
    hook = house.add_webhook(receiver.url)
    house.say(3)
    with house.working():
        house.wait_for_states(hook, *["delivered"] * 3)
    assert [message.seq for message in receiver.messages] == [2, 2, 2, 3, 4]
    assert len({message.id for message in receiver.messages[:3]}) == 1
    assert house.deliveries(hook)[0].attempts == 3
    assert house.row(hook).state == "active"
    assert {message.path for message in receiver.messages} == {"/hook"}


@pytest.mark.parametrize("behaviour", [drip], ids=["drip"])
def test_slow_receivers_are_given_up(house, receive, monkeypatch, behaviour):
    monkeypatch.setattr(sending, "EXCHANGE_SECONDS", 0.5)
    receiver = receive(behaviour, answer(200))
    hook = house.add_webhook(receiver.url)
    house.say()
    with house.working():
        house.wait_for_states(hook, "delivered")
    assert len(receiver.messages) == 2


def test_a_slow_receiver_keeps_no_other_waiting(house, receive, monkeypatch):
    monkeypatch.setattr(sending, "EXCHANGE_SECONDS", 3.0)
    slow, quick = receive(drip), receive()
    house.add_webhook(slow.url)
    hook = house.add_webhook(quick.url)
    house.say(5)
    started = time.monotonic()
    with house.working():
        house.wait_for(lambda: sum(one.state == "delivered" for one in house.deliveries(hook)) >= 5)
        assert time.monotonic() - started < 3


def test_an_endless_answer_is_cut_and_shown_without_control_characters(house, receive):
    receiver = receive(flood)
    hook = house.add_webhook(receiver.url)
    house.say()
    with house.working():
        house.wait_for_states(hook, "delivered")
    excerpt = house.deliveries(hook)[0].excerpt
    assert 0 < len(excerpt) <= 500
    assert excerpt.isprintable()


def test_retry_after_is_honoured(house, receive):
    receiver = receive(answer(429, Retry_After="1"), answer_later(503, seconds=1), answer(200))
    hook = house.add_webhook(receiver.url)
    house.say(2)
    with house.working():
        house.wait_for_states(hook, "delivered", "delivered")
    moments = [message.arrived for message in receiver.messages]
    assert moments[1] - moments[0] > 0.9
    assert moments[2] - moments[1] > 0.9
    assert [message.seq for message in receiver.messages] == [2, 2, 2, 3]


def test_gone_pauses_the_webhook(house, receive):
    receiver = receive(answer(410))
    hook = house.add_webhook(receiver.url, kinds=("note.*",))
    house.say(3)
    with house.working():
        house.wait_for(lambda: house.row(hook).state == "paused")
        time.sleep(0.3)
    assert len(receiver.messages) == 1
    assert "410" in house.row(hook).reason


def test_a_webhook_that_fails_for_days_is_paused_and_its_owner_told(house, receive):
    receiver = receive(answer(500))
    hook = house.add_webhook(receiver.url, kinds=("note.*",))
    listener = receive()
    house.add_webhook(listener.url, kinds=("webhook.paused", "webhook.failing"))
    house.say()
    with house.working():
        receiver.wait(1)
        house.wait_for(lambda: house.row(hook).state == "failing")
        house.change_row(hook, failing_since=utc_now() - timedelta(days=4))
        house.wait_for(lambda: house.row(hook).state == "paused")
        listener.wait(2)
    assert [message.document["type"] for message in listener.messages] == ["webhook.failing", "webhook.paused"]
    assert listener.messages[1].document["data"]["resource_id"] == hook


def test_a_change_is_given_up_after_days(house, receive, monkeypatch):
    monkeypatch.setattr(worker, "RETRIED_FOR", timedelta(seconds=0.3))
    receiver = receive(answer(500))
    hook = house.add_webhook(receiver.url)
    house.say()
    with house.working():
        house.wait_for(lambda: [one.state for one in house.deliveries(hook)][:1] == ["failed"])


def test_a_paused_webhook_hears_later_what_it_missed(house, receive):
    receiver = receive()
    hook = house.add_webhook(receiver.url, is_paused=True)
    house.say(2)
    with house.working():
        time.sleep(0.3)
        assert receiver.messages == []
        house.change_row(hook, state="active")
        house.wait_for_states(hook, "delivered", "delivered")


def test_a_ping_arrives_also_when_paused_and_is_not_tried_again(house, receive):
    receiver = receive(answer(200), answer(500))
    hook = house.add_webhook(receiver.url, is_paused=True)
    with house.working():
        for count, state in ((1, "delivered"), (2, "failed")):
            with house.database.write() as connection:
                ping = ping_webhook(connection, SYSTEM, hook)
            receiver.wait(count)
            house.wait_for(lambda: state in [d.state for d in house.deliveries(hook)])  # noqa: B023
            assert receiver.messages[-1].document["type"] == "webhook.ping"
            assert receiver.messages[-1].id == ping.delivery_id
    assert house.row(hook).state == "paused"


def test_messages_are_replayed_under_their_ids(house, receive):
    receiver = receive()
    hook = house.add_webhook(receiver.url)
    house.say(5)
    with house.working():
        house.wait_for_states(hook, *["delivered"] * 5)
        first = house.deliveries(hook)[0]
        with house.database.write() as connection:
            replay_delivery(connection, SYSTEM, first.delivery_id)
        receiver.wait(6)
        assert receiver.messages[5].id == first.delivery_id
        with house.database.write() as connection:
            assert replay_deliveries(connection, SYSTEM, hook, first_seq=3, last_seq=5) == 3
        receiver.wait(9)
        house.wait_for_states(hook, *["delivered"] * 5)
    assert sorted(message.seq for message in receiver.messages[6:]) == [3, 4, 5]


def test_both_secrets_sign_while_receivers_change_over(house, receive):
    receiver = receive()
    hook = house.add_webhook(receiver.url, kinds=("note.*",))
    before = house.secret(hook)
    with house.database.write() as connection:
        _changed, after = renew_secret(connection, SYSTEM, hook, version=1, sealer=house.vault)
    house.say()
    with house.working():
        house.wait_for_states(hook, "delivered")
        assert all(receiver.messages[0].is_signed_by(secret) for secret in (before, after))
        house.change_row(hook, previous_until=utc_now() - timedelta(seconds=1))
        house.say()
        house.wait_for_states(hook, "delivered", "delivered")
    assert [receiver.messages[1].is_signed_by(secret) for secret in (before, after)] == [False, True]


def test_two_servers_send_nothing_twice(house, receive):
    receiver = receive()
    hooks = [house.add_webhook(f"{receiver.url}/{number}", kinds=("note.*",)) for number in range(3)]
    with house.working(), house.working(), house.working():
        for _turn in range(10):
            house.say(5)
            time.sleep(0.02)
        for hook in hooks:
            house.wait_for_states(hook, *["delivered"] * 50)
    assert len(receiver.messages) == 150
    for number in range(3):
        heard = [message.seq for message in receiver.messages if message.path.endswith(f"/{number}")]
        assert heard == sorted(heard)


_SENDER = """
import os, sys, time
from tests.webhooks.conftest import House
from onefold.storage import AppDatabase
from onefold.webhooks import worker

def die(*_arguments):
    os.kill(os.getpid(), 9)

worker.note_attempt = die
house = House(AppDatabase.open(sys.argv[1]))
with house.working():
    time.sleep(60)
"""


def test_a_server_killed_between_sending_and_noting_sends_again_under_the_same_id(
    house, receive, database_url, monkeypatch
):
    receiver = receive()
    hook = house.add_webhook(receiver.url)
    house.say(3)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    killed = subprocess.run([sys.executable, "-c", _SENDER, database_url], env=environment, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [message.seq for message in receiver.messages] == [2]
    with house.working():
        time.sleep(0.3)
        assert len(receiver.messages) == 1, "the dead server's lease still holds"
        house.change_row(hook, lease_until=utc_now() - timedelta(seconds=1))
        house.wait_for_states(hook, *["delivered"] * 3)
    assert [message.seq for message in receiver.messages] == [2, 2, 3, 4]
    assert receiver.messages[0].id == receiver.messages[1].id
    assert receiver.messages[0].body == receiver.messages[1].body
