"""What the map would become, over HTTP: asked, answered by a child process, seen within what the caller may know."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from tests.api.people import add_person, signed_in

from onefold.api.building import start_worker
from onefold.identity.previews import MOST_KEPT, Preview, ask_preview, list_previews
from onefold.identity.tables import identity_preview, subject
from onefold.kernel import utc_now
from onefold.workspace import Workspace

HEAD = "id,first name,last name,email,phone,birth date,country\n"
ROWS = {
    "crm": [
        "1,Ana,García,ana.garcia@example.com,+34600110001,1980-02-03,ES",
        "2,Bruno,Caldez,bruno77@example.com,+34600110002,1971-05-09,ES",
        "3,Carla,Holtman,carla.h@example.com,+34600110003,1990-11-20,DE",
        "4,Ana,García,ana.garcia@example.com,+34600110001,1980-02-03,ES",
    ],
    "shop": [
        "9,Ana,García,ana.garcia@example.com,+34600110001,1980-02-03,ES",
        "8,Carla,Holtman,carla.h@example.com,+34600110003,1990-11-20,DE",
    ],
}
NEVER_TWICE = {"unique_sources": ["crm"]}


@pytest.fixture
def built(workspace: Workspace, tmp_path: Path) -> Iterator[Workspace]:
    for name, rows in ROWS.items():
        (tmp_path / f"{name}.csv").write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
        workspace.connect(name, str(tmp_path / f"{name}.csv"))
    with Workspace(workspace.path) as other:
        other.build()
    worker = start_worker(workspace)
    yield workspace
    worker.stop()


def get(client: TestClient, path: str, **options: Any) -> Any:
    answer = client.get(f"/api/v1{path}", **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(client: TestClient, path: str, body: Any) -> Any:
    answer = client.post(f"/api/v1{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


def answered(client: TestClient, path: str, body: Any) -> Any:
    """The answer to a question, when its job has ended."""
    preview_id = post(client, path, body)["preview_id"]
    deadline = time.monotonic() + 120
    while (found := get(client, f"{path}/{preview_id}"))["state"] in {"queued", "running"}:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


def map_of(workspace: Workspace) -> dict[str, str]:
    with workspace.database.read() as connection:
        return {row.subject_id: row.customer_id for row in connection.execute(sa.select(subject))}


def test_a_what_if_says_who_would_be_split_and_why_and_changes_nothing(built, client):
    before, settings = map_of(built), (built.path / "onefold.yaml").read_bytes()
    assert before["crm.crm:1"] == before["crm.crm:4"] == before["shop.shop:9"]
    found = answered(client, "/identity/what-if", NEVER_TWICE)
    assert found["state"] == "succeeded", found
    assert found["settings"]["unique_sources"] == ["crm"]
    outcome = found["outcome"]
    assert (outcome["counts"]["split"], outcome["counts"]["merged"]) == (1, 0)
    assert not any(outcome["anyway"].values())
    assert (outcome["blast"]["customers"], outcome["customers_after"]) == (3, 4)
    assert outcome["expected"]["source"] == "model"
    assert outcome["expected"]["parted"]["pairs"] >= 1
    (change,) = get(client, f"/identity/what-if/{found['preview_id']}/changes")["items"]
    assert (change["kind"], change["customer_id"], change["is_new"]) == ("split", before["crm.crm:1"], True)
    (link, *_rest) = change["why"]["before"]
    assert {field["name"] for field in link["fields"]} >= {"email", "phone"}
    assert map_of(built) == before
    assert (built.path / "onefold.yaml").read_bytes() == settings
    assert get(client, f"/identity/what-if/{found['preview_id']}/changes", params={"kind": "merged"})["items"] == []


def test_applying_a_what_if_is_a_change_of_the_configuration_and_a_build(built, client):
    found = answered(client, "/identity/what-if", NEVER_TWICE)
    files = get(client, f"/identity/what-if/{found['preview_id']}/configuration")["files"]
    plan = post(client, "/config/plan", {"files": files})
    (change,) = plan["changes"]
    assert [(field["path"], field["after"]) for field in change["fields"]] == [("identity.unique_sources", ["crm"])]
    post(client, "/config/apply", {"files": files, "fingerprint": plan["fingerprint"]})
    assert get(client, "/identity/settings")["settings"]["unique_sources"] == ["crm"]
    with Workspace(built.path) as other:
        other.build()
    owners = map_of(built)
    assert owners["crm.crm:1"] != owners["crm.crm:4"]
    (wanted,) = get(client, f"/identity/what-if/{found['preview_id']}/changes")["items"]
    made = next(one for one in get(client, "/identity/changes")["items"] if one["kind"] == "split")
    assert (made["customer_id"], made["other_customer_id"]) == (wanted["customer_id"], wanted["other_customer_id"])


def test_what_the_next_build_does_anyway_is_told_apart(built, client, tmp_path):
    rows = [row for row in ROWS["shop"] if not row.startswith("9,")]
    (tmp_path / "shop.csv").write_text(
        HEAD + "\n".join([*rows, "9,Zoe,Zander,zoe@z.example,+34600119999,1960-01-01,FR"])
    )
    plan = answered(client, "/identity/plan", {})  # lands what is new, publishes nothing
    assert plan["outcome"]["counts"]["split"] == 1
    found = answered(client, "/identity/what-if", NEVER_TWICE)
    assert found["outcome"]["anyway"]["split"] == 1
    changes = get(client, f"/identity/what-if/{found['preview_id']}/changes")["items"]
    assert sorted((change["kind"], change["is_anyway"]) for change in changes) == [("split", False), ("split", True)]
    assert [change["is_anyway"] for change in changes] == [False, True]


def test_a_plan_says_what_the_next_build_changes_and_publishes_nothing(built, client, tmp_path):
    before = map_of(built)
    found = answered(client, "/identity/plan", {"sources": ["crm"]})
    assert found["outcome"]["changes"] == 0
    (tmp_path / "crm.csv").write_text(HEAD + "\n".join(ROWS["crm"][:2]) + "\n", "utf-8")
    found = answered(client, "/identity/plan", {})
    assert found["state"] == "succeeded", found
    changes = get(client, f"/identity/plan/{found['preview_id']}/changes")["items"]
    assert {change["kind"] for change in changes} <= {"retired", "moved", "split"}
    assert map_of(built) == before
    assert get(client, "/identity/plan")["items"][0]["preview_id"] == found["preview_id"]


def test_changes_of_customers_outside_the_scope_are_not_shown(built, client):
    found = answered(client, "/identity/what-if", NEVER_TWICE)
    path = f"/identity/what-if/{found['preview_id']}"
    for region, count in (("DE", 0), ("ES", 1)):
        role = {"name": f"Only {region}", "permissions": {"customer": ["read"], "identity": ["read"]}}
        role_id = post(client, "/roles", role | {"scope": f'country = "{region}"'})["role_id"]
        add_person(built, f"{region.lower()}@example.com", [role_id])
        with signed_in(built, f"{region.lower()}@example.com") as theirs:
            assert len(get(theirs, f"{path}/changes")["items"]) == count
            assert get(theirs, f"{path}/felt")["customers"] == count
            assert theirs.get(f"/api/v1{path}/configuration").status_code == 403


def test_asking_needs_the_right_to_run_identity(built, client):
    add_person(built, roles=["manager"])
    with signed_in(built) as theirs:
        assert get(theirs, "/identity/what-if")["items"] == []
        assert theirs.post("/api/v1/identity/what-if", json=NEVER_TWICE).status_code == 403
        assert theirs.post("/api/v1/identity/plan", json={}).status_code == 403


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"link_at": 2}, "link_at"),
        ({"weights": {"fax": 1}}, "fax"),
        ({"weights": {"phone": "never"}}, "phone"),
        ({"unique_sources": ["crmm"]}, "crmm"),
        ({"trusted_sources": {"crm": 0}}, "trusted_sources"),
        ({"never_across": ["shoe size"]}, "never_across"),
        ({}, "already"),
        ({"link_at": None}, "already"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(built, client, body, named):
    answer = client.post("/api/v1/identity/what-if", json=body)
    assert answer.status_code == 422
    assert named in answer.text


def test_what_would_feel_it_is_counted_within_what_the_caller_may_see(built, client):
    owner = map_of(built)["crm.crm:1"]
    post(client, f"/customers/{owner}/notes", {"body": "likes tea"})
    post(client, "/views", {"name": "Spain", "filter": 'country = "ES"'})
    post(client, "/views", {"name": "Germany", "filter": 'country = "DE"'})
    found = answered(client, "/identity/what-if", NEVER_TWICE)
    felt = get(client, f"/identity/what-if/{found['preview_id']}/felt")
    assert (felt["customers"], felt["notes"], felt["tasks"]) == (1, 1, 0)
    assert [(one["name"], one["count"]) for one in felt["touched"] if one["kind"] == "view"] == [("Spain", 1)]


def test_only_the_latest_previews_are_kept(workspace):
    with workspace.database.write() as connection:
        for number in range(MOST_KEPT + 3):
            ask_preview(
                connection, Preview(f"prv_{number:02}", "plan", {"sources": []}, "Ana", "usr_a", utc_now(), "job_1")
            )
        kept = [one.preview_id for one in list_previews(connection, "plan")]
        assert connection.scalar(sa.select(sa.func.count()).select_from(identity_preview)) == MOST_KEPT
    assert kept[0] == f"prv_{MOST_KEPT + 2:02}"


def test_previews_are_listed_page_by_page(workspace):
    with workspace.database.write() as connection:
        for number in range(5):
            ask_preview(connection, Preview(f"prv_{number}", "what_if", {}, "Ana", "usr_a", utc_now(), "job_1"))
    add_person(workspace, "ana@example.com", ["steward"])
    client, found, cursor = signed_in(workspace, "ana@example.com"), [], None
    while True:
        page = client.get("/api/v1/identity/what-if", params={"limit": 2, "cursor": cursor} if cursor else {"limit": 2})
        found += [one["preview_id"] for one in page.json()["items"]]
        if (cursor := page.json()["next_cursor"]) is None:
            break
    assert found == [f"prv_{number}" for number in (4, 3, 2, 1, 0)]
