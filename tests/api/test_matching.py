"""Which customer a record would join, asked over HTTP: within what the caller may know, and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.api.people import add_person, signed_in

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
ANA = {"given_name": "ANA", "family_name": "Garcia", "email": ["Ana.Garcia@example.com"], "phone": "+34 600 11 00 01"}
CARLA = {"full_name": "Carla Holtman", "email": "carla.h@example.com", "birth_date": "1990-11-20"}


@pytest.fixture
def built(workspace: Workspace, tmp_path: Path) -> Workspace:
    for name, rows in ROWS.items():
        (tmp_path / f"{name}.csv").write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
        workspace.connect(name, str(tmp_path / f"{name}.csv"))
    with Workspace(workspace.path) as other:
        other.build()
    return workspace


def match(client: TestClient, record: dict[str, Any], **more: Any) -> Any:
    answer = client.post("/api/v1/identity/match", json={"record": record, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def resolved(client: TestClient, name: str) -> str:
    return str(client.get(f"/api/v1/identity/resolve/{name}").json()["customer_id"])


def test_record_of_the_common_model_finds_its_customer_with_evidence(built, client):
    found = match(client, ANA)
    assert found["customer_id"] == resolved(client, "crm.crm:1")
    assert found["probability"] > 0.9
    assert found["also"] == []
    assert {(one["source"], one["record_key"]) for one in found["matches"]} == {("crm", "1"), ("shop", "9")}
    assert {field["name"] for field in found["matches"][0]["fields"]} >= {"given_name", "email"}


def test_row_of_a_source_is_read_by_its_mapping(built, client):
    row = {"id": "99", "first name": "Ana", "last name": "García", "email": "ana.garcia@example.com"}
    assert match(client, row, table="crm.crm")["customer_id"] == resolved(client, "crm.crm:1")


def test_stranger_is_nobody_yet(built, client):
    assert match(client, {"given_name": "Zoltan", "family_name": "Quark", "email": "zq@nowhere.example"}) == {
        "customer_id": None, "probability": 0.0, "also": [], "matches": [],
    }  # fmt: skip


def test_same_question_gets_the_same_answer_and_changes_nothing(built, client):
    before = client.get("/api/v1/identity/runs").json()
    assert match(client, ANA) == match(client, ANA)
    assert client.get("/api/v1/identity/runs").json() == before


def test_what_cannot_be_read_is_refused_with_the_way_out(built, client):
    for record, more in (({"shoe_size": 42}, {}), (ANA, {"table": "crm.nowhere"}), ({"email": {"a": 1}}, {})):
        answer = client.post("/api/v1/identity/match", json={"record": record, **more})
        assert answer.status_code in {404, 422}, answer.text
        assert answer.json()["error"]["message"]


def test_before_the_first_build_nobody_can_be_matched(workspace, client):
    answer = client.post("/api/v1/identity/match", json={"record": ANA})
    hint = "Build once: onefold build. Where a cluster resolves records, no index is kept."
    assert (answer.status_code, answer.json()["error"]["hint"]) == (404, hint)


def test_customers_out_of_scope_are_not_found_and_masks_hold(built, client):
    role = client.post(
        "/api/v1/roles",
        json={
            "name": "spain",
            "permissions": {"customer": ["read"], "identity": ["read"]},
            "scope": 'country = "ES"',
            "masks": {"email": "hidden"},
        },
    )
    assert role.status_code == 201, role.text
    add_person(built, "es@example.com", [role.json()["role_id"]])
    spaniard = signed_in(built, "es@example.com")
    assert match(client, CARLA)["customer_id"] == resolved(client, "crm.crm:3")
    assert match(spaniard, CARLA) == {"customer_id": None, "probability": 0.0, "also": [], "matches": []}
    fields = {field["name"]: field for field in match(spaniard, ANA)["matches"][0]["fields"]}
    assert (fields["email"]["agreement"], fields["email"]["bits"]) == (None, None)
    assert fields["email"]["hidden_by"]
