"""Webhooks over the API."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from onefold.webhooks.tables import webhook

BODY = {"name": "Ticket system", "url": "https://tickets.example.com/hook", "kinds": ["note.*"]}


@pytest.fixture
def made(client):
    answer = client.post("/api/v1/webhooks", json=BODY)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_the_secret_is_shown_once_and_sealed_at_rest(client, workspace, made):
    assert made["secret"].startswith("whsec_")
    again = client.get(f"/api/v1/webhooks/{made['webhook_id']}")
    assert "secret" not in again.json()
    with workspace.database.read() as connection:
        kept = connection.scalar(sa.select(webhook.c.sealed_secret))
    assert made["secret"].removeprefix("whsec_") not in kept
    renewed = client.post(f"/api/v1/webhooks/{made['webhook_id']}/secret", headers={"If-Match": again.headers["ETag"]})
    assert renewed.status_code == 201
    assert renewed.json()["secret"] not in {made["secret"], None}


def test_a_repeated_create_makes_one_and_keeps_no_secret(client, workspace):
    headers = {"Idempotency-Key": "k1"}
    first, second = (client.post("/api/v1/webhooks", json=BODY, headers=headers) for _turn in range(2))
    assert first.json()["webhook_id"] == second.json()["webhook_id"]
    assert second.json()["secret"] is None
    assert len(client.get("/api/v1/webhooks").json()["items"]) == 1


def test_the_second_of_two_editors_is_told(client, made):
    address = f"/api/v1/webhooks/{made['webhook_id']}"
    etag = client.get(address).headers["ETag"]
    assert client.put(address, json=BODY | {"name": "One"}, headers={"If-Match": etag}).status_code == 200
    second = client.put(address, json=BODY | {"name": "Two"}, headers={"If-Match": etag})
    assert (second.status_code, second.json()["error"]["code"]) == (412, "stale")
    assert client.put(address, json=BODY).status_code == 428
    assert client.get(address).json()["name"] == "One"
    assert client.delete(address, headers={"If-Match": etag}).status_code == 412
    fresh = client.get(address).headers["ETag"]
    assert client.delete(address, headers={"If-Match": fresh}).status_code == 204
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"url": "http://tickets.example.com/"}, 422),
        ({"url": "https://127.0.0.1/"}, 403),
        ({"url": "https://[::1]:8360/api"}, 403),
        ({"kinds": []}, 422),
        ({"kinds": ["drop table"]}, 422),
        ({"filter": "region ="}, 422),
        ({"filter": 'nothing_such = "x"'}, 422),
        ({"name": " "}, 422),
        ({"secret": "mine"}, 422),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(client, change, status):
    answer = client.post("/api/v1/webhooks", json=BODY | change)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["message"]
    assert client.get("/api/v1/webhooks").json()["items"] == []


def test_lists_are_paged(client, workspace, made):
    for number in range(4):
        client.post("/api/v1/webhooks", json=BODY | {"name": f"n{number}"})
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"/api/v1/webhooks?limit=2{cursor}").json()
        seen += [one["webhook_id"] for one in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    assert len(seen) == len(set(seen)) == 5
    address = f"/api/v1/webhooks/{made['webhook_id']}"
    for _turn in range(5):
        assert client.post(f"{address}/ping").status_code == 202
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"{address}/deliveries?limit=2{cursor}&state=waiting").json()
        seen += [one["delivery_id"] for one in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    assert len(seen) == len(set(seen)) == 5
    assert client.get(f"{address}/deliveries?state=failed").json()["items"] == []
    whole = client.get(f"/api/v1/deliveries/{seen[0]}").json()
    assert whole["document"]["type"] == "webhook.ping"
    assert client.post(f"/api/v1/deliveries/{seen[0]}/replay").status_code == 202


def test_a_range_is_replayed(client, workspace, made):
    answer = client.post(f"/api/v1/webhooks/{made['webhook_id']}/replay", json={"first_seq": 1, "last_seq": 9})
    assert (answer.status_code, answer.json()) == (202, {"count": 0})
    assert client.post("/api/v1/webhooks/whk_none/replay", json={"first_seq": 1, "last_seq": 9}).status_code == 404


def test_kinds_are_listed(client):
    kinds = {one["kind"] for one in client.get("/api/v1/webhooks/kinds").json()["items"]}
    assert {"customer.merged", "build.finished", "note.created"} <= kinds


def test_making_one_is_audited_and_announced(client, workspace, made):
    from onefold.webhooks.changes import changes_after

    with workspace.database.read() as connection:
        kinds = [change.kind for change in changes_after(connection, 0, 100)]
    assert "webhook.created" in kinds
