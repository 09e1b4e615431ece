"""Who is who over HTTP: decided, explained, undone, within what the caller may know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.api.people import add_person, signed_in

from onefold.api.identity import hiding
from onefold.webhooks.changes import changes_after
from onefold.workspace import Workspace

HEAD = "id,first name,last name,email,phone,birth date,country\n"
ROWS = {
    "crm": [
        "1,Ana,García,ana.garcia@example.com,+34600110001,1980-02-03,ES",
        "2,Bruno,Caldez,bruno77@example.com,+34600110002,1971-05-09,ES",
        "3,Carla,Holtman,carla.h@example.com,+34600110003,1990-11-20,DE",
    ],
    "shop": ["9,Ana,García,ana.garcia@example.com,+34600110001,1980-02-03,ES"],
}


@pytest.fixture
def built(workspace: Workspace, tmp_path: Path) -> Workspace:
    for name, rows in ROWS.items():
        (tmp_path / f"{name}.csv").write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
        workspace.connect(name, str(tmp_path / f"{name}.csv"))
    with Workspace(workspace.path) as other:
        other.build()
    return workspace


def at(client: TestClient, path: str, **options: Any) -> Any:
    answer = client.get(f"/api/v1/identity{path}", **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


def resolved(client: TestClient, name: str) -> str:
    return str(at(client, f"/resolve/{name}")["customer_id"])


def decide(client: TestClient, kind: str, a: list[str], b: list[str], **more: Any) -> Any:
    answer = client.post("/api/v1/identity/overrides", json={"kind": kind, "a": a, "b": b, **more})
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


def test_a_decision_takes_effect_is_listed_explained_and_undone(built, client):
    one, two = resolved(client, "crm.crm:1"), resolved(client, "crm.crm:2")
    preview = decide(client, "same", [one], ["crm:2"], dry_run=True, reason="checked")
    assert (preview["is_dry_run"], preview["counts"]["merged"], preview["run_id"]) == (True, 1, None)
    assert at(client, "/overrides")["items"] == []
    effect = decide(client, "same", [one], ["crm:2"], reason="checked")
    keeper = resolved(client, "crm.crm:1")
    assert keeper == resolved(client, "crm.crm:2") == resolved(client, two)
    assert client.get(f"/api/v1/customers/{two}").json()["customer_id"] == keeper
    listed = at(client, "/overrides")["items"]
    assert [entry["override_id"] for entry in listed] == [effect["overrides"][0]["override_id"]]
    assert listed[0]["side_b"][0] | {"customer_id": None} == {
        "subject_id": "crm.crm:2", "source": "crm", "table": "crm", "record_key": "2", "customer_id": None,
    }  # fmt: skip
    explained = at(client, "/explain", params={"a": "crm:1", "b": "crm:2"})
    assert (explained["is_same"], explained["verdict"]) == (True, "decided_same")
    feed = at(client, "/changes")
    assert [change["kind"] for change in feed["items"]] == ["merged"]
    assert feed["items"][0]["why"]["overrides"] == [listed[0]["override_id"]]
    assert at(client, "/changes", params={"after": feed["last"]}) == {"items": [], "last": feed["last"]}
    undone = client.post(f"/api/v1/identity/changes/{feed['last']}/undo", json={"reason": "no"})
    assert undone.status_code == 201, undone.text
    assert undone.json()["withdrawn"] == [listed[0]["override_id"]]
    assert (resolved(client, "crm.crm:1"), resolved(client, "crm.crm:2")) == (one, two)
    assert at(client, f"/changes/{feed['last']}")["undone_run"] == undone.json()["run_id"]
    again = client.post(f"/api/v1/identity/changes/{feed['last']}/undo", json={})
    assert again.status_code == 409
    assert [run["actor"] for run in at(client, "/runs")["items"]] == ["command line", "command line", "build"]


def test_why_two_are_not_one_names_evidence_for_and_against(built, client):
    explained = at(client, "/explain", params={"a": "crm:1", "b": "crm:2"})
    assert not explained["is_same"]
    assert explained["verdict"] in {"against", "conflict"}
    link = explained["links"][0]
    assert {field["name"]: field["agreement"] for field in link["fields"]}["email"] == "different"
    linked = at(client, "/explain", params={"a": "crm:1", "b": "shop:9"})
    assert (linked["is_same"], linked["verdict"]) == (True, "linked")
    assert sum(field["bits"] for field in linked["links"][0]["fields"]) == pytest.approx(
        linked["links"][0]["weight"], abs=0.6
    )


def test_a_repeated_key_decides_once(built, client):
    body = {"kind": "same", "a": ["crm:1"], "b": ["crm:2"]}
    headers = {"Idempotency-Key": "once"}
    first = client.post("/api/v1/identity/overrides", json=body, headers=headers)
    second = client.post("/api/v1/identity/overrides", json=body, headers=headers)
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(at(client, "/overrides")["items"]) == 1


def test_withdrawing_needs_the_version_that_was_read(built, client):
    effect = decide(client, "different", ["crm:1"], ["crm:2"])
    path = f"/overrides/{effect['overrides'][0]['override_id']}"
    assert client.post(f"/api/v1/identity{path}/withdraw").status_code == 428
    stale = client.post(f"/api/v1/identity{path}/withdraw", headers={"If-Match": '"9"'})
    assert stale.status_code == 412
    tag = client.get(f"/api/v1/identity{path}").headers["ETag"]
    done = client.post(f"/api/v1/identity{path}/withdraw", headers={"If-Match": tag})
    assert done.json()["withdrawn_by"] == "command line"
    assert at(client, "/overrides")["items"] == []
    assert len(at(client, "/overrides", params={"withdrawn": True})["items"]) == 1


def test_a_contradiction_is_a_conflict_with_its_chain(built, client):
    decide(client, "same", ["crm:1"], ["crm:2"])
    answer = client.post("/api/v1/identity/overrides", json={"kind": "different", "a": ["crm:2"], "b": ["crm:1"]})
    assert answer.status_code == 409
    error = answer.json()["error"]
    assert [step["kind"] for step in error["chain"]] == ["same", "different"]


def test_every_decision_is_audited_and_announced(built, client):
    decide(client, "same", ["crm:1"], ["crm:2"])
    entries = client.get("/api/v1/audit", params={"action": "identity.same"}).json()["items"]
    assert len(entries) == 1
    with built.database.read() as connection:
        kinds = [change.kind for change in changes_after(connection, 0, 10_000)]
    assert {"identity.decided", "customer.merged"} <= set(kinds)


@pytest.fixture
def spaniard(built, client):
    """Somebody who may steward Spanish customers only, and not see e-mail addresses."""
    role = client.post(
        "/api/v1/roles",
        json={
            "name": "Spanish desk",
            "permissions": {"customer": ["read"], "identity": ["read", "update"]},
            "scope": 'country = "ES"',
            "masks": {"email": "hidden"},
        },
    )
    assert role.status_code == 201, role.text
    add_person(built, "es@example.com", [role.json()["role_id"]])
    return signed_in(built, "es@example.com")


def test_customers_out_of_scope_are_neither_seen_nor_decided_on(built, client, spaniard):
    german = resolved(client, "crm.crm:3")
    for path in (f"/resolve/{german}", "/resolve/crm.crm:3", "/explain?a=crm:3"):
        assert spaniard.get(f"/api/v1/identity{path}").status_code == 404, path
    for other in (german, "crm.crm:3"):
        answer = spaniard.post("/api/v1/identity/overrides", json={"kind": "same", "a": ["crm:1"], "b": [other]})
        unknown = spaniard.post(
            "/api/v1/identity/overrides", json={"kind": "same", "a": ["crm:1"], "b": ["crm.crm:77"]}
        )
        assert (answer.status_code, unknown.status_code) == (404, 404)
    decide(client, "same", ["crm:2"], ["crm:3"])
    change = at(client, "/changes")["last"]
    client.post(f"/api/v1/identity/changes/{change}/undo", json={})
    seen = spaniard.get("/api/v1/identity/changes").json()["items"]
    assert german not in str(seen)
    assert at(spaniard, "/overrides")["items"] == []


@pytest.mark.parametrize("masked", ["birth_date", "email"])
def test_a_comparison_of_two_attributes_is_hidden_with_either(masked):
    assert hiding("mailbox_year", {masked: "pol_1"}.get) == "pol_1"
    assert hiding("birth_date", {masked: "pol_1"}.get) == ("pol_1" if masked == "birth_date" else None)


def test_what_was_compared_obeys_masks(built, client, spaniard):
    explained = at(spaniard, "/explain", params={"a": "crm:1", "b": "shop:9"})
    fields = {field["name"]: field for field in explained["links"][0]["fields"]}
    assert (fields["email"]["agreement"], fields["email"]["bits"]) == (None, None)
    assert fields["email"]["hidden_by"]
    assert fields["phone"]["agreement"] == "same"


def test_readers_may_not_decide(built):
    add_person(built, "agent@example.com", ["agent"])
    agent = signed_in(built, "agent@example.com")
    assert (
        agent.post("/api/v1/identity/overrides", json={"kind": "same", "a": ["crm:1"], "b": ["crm:2"]}).status_code
        == 403
    )
    assert agent.post("/api/v1/identity/changes/1/undo", json={}).status_code == 403
