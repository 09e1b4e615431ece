"""A webhook hears what its owner may hear, no more, also when that changes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from tests.webhooks.receiver import answer

from onefold.access import Access, Actor, Layer, Role
from onefold.errors import InvalidInput, NotAllowed
from onefold.webhooks import owners, planning, worker
from onefold.webhooks.tables import webhook


def person(region: str, **options) -> Access:
    role = Role(
        "role_x",
        "regional",
        permissions={"customer": ("read",), "note": ("read",)} | options.pop("permissions", {}),
        scope=f'region = "{region}"',
        **options,
    )
    return Access(Actor("usr_1", "user", "Ana"), layers=(Layer((role,)),))


@pytest.fixture
def people(monkeypatch):
    """Owner -> what they may do now."""
    known = {}
    find = lambda connection, owner_id: known.get(owner_id) or owners.access_of_owner(connection, owner_id)  # noqa: E731
    monkeypatch.setattr(planning, "access_of_owner", find)
    monkeypatch.setattr(worker, "access_of_owner", find)
    return known


@pytest.fixture
def regions(house):
    house.add_customer("cus_n", "north")
    house.add_customer("cus_s", "south")
    return house


def test_changes_of_customers_out_of_scope_are_never_sent(regions, receive, people):
    receiver = receive()
    people["usr_1"] = person("north")
    hook = regions.add_webhook(receiver.url, people["usr_1"])
    for customer_id in ("cus_n", "cus_s", "cus_gone", None):
        regions.say(customer_id=customer_id)
        regions.say(kind="task.created", customer_id=customer_id)
    with regions.working():
        regions.wait_for_states(hook, "delivered", "delivered")
    assert [(m.document["type"], m.document["data"]["customer_id"]) for m in receiver.messages] == [
        ("note.created", "cus_n"),
        ("note.created", None),
    ]


def test_a_waiting_message_is_withheld_when_its_owner_may_no_longer_hear_of_it(regions, receive, people):
    receiver = receive(answer(500), answer(200))
    people["usr_1"] = person("north")
    hook = regions.add_webhook(receiver.url, people["usr_1"])
    regions.say(customer_id="cus_n")
    regions.change_row(hook, position=0)
    with regions.working():
        receiver.wait(1)
        people["usr_1"] = person("south")
        regions.wait_for_states(hook, "withheld")
    assert len(receiver.messages) == 1


def test_a_filter_narrows(regions, receive, people):
    receiver = receive()
    hook = regions.add_webhook(receiver.url, filter='region = "south"')
    for customer_id in ("cus_n", "cus_s", None):
        regions.say(customer_id=customer_id)
    with regions.working():
        regions.wait_for_states(hook, "delivered")
    assert receiver.messages[0].document["data"]["customer_id"] == "cus_s"


def test_a_filter_may_not_ask_what_its_owner_may_not_see(regions, people):
    hidden = person("north", masks={"email": "hidden"})
    with pytest.raises(NotAllowed):
        regions.add_webhook("http://127.0.0.1/x", hidden, filter='email ~ "a"')
    with pytest.raises(InvalidInput):
        regions.add_webhook("http://127.0.0.1/x", hidden, filter='no_such = "a"')


def test_a_webhook_without_its_owner_is_paused(regions, receive, people):
    receiver = receive()
    people["usr_1"] = person("north")
    hook = regions.add_webhook(receiver.url, people["usr_1"])
    del people["usr_1"]
    regions.say(customer_id="cus_n")
    with regions.working():
        regions.wait_for(lambda: regions.row(hook).state == "paused")
    assert receiver.messages == []
    assert "owner" in regions.row(hook).reason


def test_trimming_keeps_what_a_webhook_has_not_passed(house, receive):
    from datetime import timedelta

    from onefold.kernel import utc_now
    from onefold.storage import outbox
    from onefold.webhooks import trim

    hook = house.add_webhook(receive().url, kinds=("note.*",))
    old = utc_now() - timedelta(days=31)
    house.say(10, at=old)
    house.say(2)

    def kept():
        with house.database.read() as connection:
            return list(connection.scalars(sa.select(outbox.c.seq).order_by(outbox.c.seq)))

    house.change_row(hook, position=5)
    assert trim(house.database, utc_now())["changes"] == 4  # the making of the webhook itself is young
    assert kept() == [1, *range(6, 14)]
    house.change_row(hook, position=13)
    trim(house.database, utc_now())
    assert kept() == [1, 12, 13]
    with house.database.write() as connection:
        connection.execute(webhook.delete())
    house.say(1, at=old)
    trim(house.database, utc_now() + timedelta(days=60))
    assert kept() == [14], "the newest stays"
