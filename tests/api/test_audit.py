"""The audit over HTTP."""

from __future__ import annotations

import csv
import io
import json

import pytest
from tests.api.people import PASSWORD, add_person, browser, signed_in

from onefold.access import Access, Actor, audit_read, record_audit


@pytest.fixture
def owner(workspace):
    add_person(workspace)
    return signed_in(workspace)


def get(client, path="", **query):
    return client.get(f"/api/v1/audit{path}", params=query)


def actions(answer):
    return [entry["action"] for entry in answer.json()["items"]]


def test_signing_in_and_what_follows_is_audited_with_who_and_from_where(workspace, owner):
    browser(workspace).post("/api/v1/sign-in", json={"email": "ana@example.com", "password": "wrong guess"})
    owner.post("/api/v1/invitations", json={"email": "b@c.de", "display_name": "B", "roles": ["agent"]})
    assert actions(get(owner)) == ["user.invite", "session.refused", "session.sign_in"]
    refused = get(owner, action="session.refused").json()["items"][0]
    assert refused["actor_id"] == "nobody"
    assert refused["address"] == "testclient"
    assert refused["resource_id"].startswith("usr_")
    assert "wrong guess" not in str(refused)


def test_entries_are_filtered_and_come_in_pages(workspace, owner):
    access = Access.full(Actor("usr_x", "user", "X", "10.1.2.3"))
    for number in range(5):
        audit_read(workspace.database, access, "customer.read", "customer", f"cus_{number}")
    with workspace.database.write() as connection:
        record_audit(connection, access, "note.create", "note", "nte_1", {"length": 3}, customer_id="cus_3")
    assert actions(get(owner, customer="cus_3")) == ["note.create", "customer.read"]
    assert len(actions(get(owner, actor="usr_x"))) == 6
    assert actions(get(owner, kind="note")) == ["note.create"]
    assert len(actions(get(owner, action="customer."))) == 5
    assert actions(get(owner, since="2100-01-01T00:00:00Z")) == []
    assert actions(get(owner, until="2001-01-01T00:00:00Z")) == []
    first = get(owner, actor="usr_x", limit=4).json()
    second = get(owner, actor="usr_x", limit=4, cursor=first["next_cursor"]).json()
    assert len(first["items"] + second["items"]) == 6
    assert second["next_cursor"] is None
    assert "note.create" in get(owner, "/actions").json()["items"]
    assert get(owner, cursor="forged").status_code == 422


def test_the_whole_is_exported_and_the_export_is_audited(workspace, owner):
    access = Access.full(Actor("usr_x", "user", "=HYPERLINK(1)", "10.1.2.3"))
    with workspace.database.write() as connection:
        record_audit(connection, access, "note.create", "note", "nte_1", {"名": "王"})
    lines = [json.loads(line) for line in get(owner, "/export").text.splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[-1]["action"] == "audit.export"
    rows = list(csv.DictReader(io.StringIO(get(owner, "/export", format="csv", action="note.create").text)))
    assert [(row["actor_name"], row["details"]) for row in rows] == [("'=HYPERLINK(1)", '{"名": "王"}')]


def test_the_chain_is_verified(owner):
    found = get(owner, "/verify").json()
    assert found["is_intact"]
    assert found["last_seq"] == found["entries"] == 1
    assert len(found["head_hash"]) == 64


def test_who_may_not_read_the_audit_reads_nothing_of_it(workspace, owner):
    add_person(workspace, "bea@example.com", ["agent"], password=PASSWORD)
    agent = signed_in(workspace, "bea@example.com")
    for path in ("", "/actions", "/export", "/verify"):
        assert get(agent, path).status_code == 403
