"""The review queue over HTTP: listed, shown side by side, answered, within what the caller may know."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.api.people import add_person, browser, signed_in
from tests.identity.review.doubts import make_queue

from onefold.api.building import start_worker
from onefold.webhooks.changes import changes_after
from onefold.workspace import Workspace

HEAD = "id,first name,last name,email,phone,birth date,country\n"
NAMES = ("Ana García", "Bruno Caldez", "Carla Holtman", "Dmitri Elmov", "Eva Nowak", "Farid Sultani")
LANDS = ("ES", "ES", "DE", "ES", "ES", "ES")


def crm(number: int) -> str:
    return f"crm.crm:{number}"


@pytest.fixture
def built(workspace: Workspace, tmp_path: Path) -> Workspace:
    """Six people of whom each has one record, and a twin record of the first."""
    rows = []
    for n, name in enumerate(NAMES, 1):
        given, family = name.split()
        email, phone, born = f"{given.lower()}.{n * 7919}@example.com", f"+3460011000{n}", f"19{60 + n}-02-0{n}"
        rows.append(f"{n},{given},{family},{email},{phone},{born},{LANDS[n - 1]}")
    (tmp_path / "crm.csv").write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
    (tmp_path / "shop.csv").write_text(HEAD + rows[0] + "\n", "utf-8")
    workspace.connect("crm", str(tmp_path / "crm.csv"))
    workspace.connect("shop", str(tmp_path / "shop.csv"))
    with Workspace(workspace.path) as other:
        other.build()
    return workspace


@pytest.fixture
def queue(built: Workspace) -> Workspace:
    """Three doubtful pairs and a customer that holds together weakly."""
    make_queue(
        built,
        {(crm(1), crm(2)): 0.55, (crm(2), crm(3)): 0.7, (crm(4), crm(5)): 0.9, (crm(1), "shop.shop:1"): 0.8},
    )
    return built


def at(client: TestClient, path: str = "", **options: Any) -> Any:
    answer = client.get(f"/api/v1/identity/review{path}", **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


def about(client: TestClient, *numbers: int, **query: Any) -> Any:
    """The item whose telling records are these of the crm."""
    wanted = {crm(number) for number in numbers}
    for item in at(client, params={"state": "open", **query})["items"]:
        named = {record["subject_id"] for record in item["records"]}
        if wanted <= named and item["kind"] == "pair":
            return item
    raise AssertionError(f"nothing is asked about {sorted(wanted)}")


def answer(client: TestClient, item: Any, said: str, *, status: int = 200, **headers: str) -> Any:
    reply = client.post(
        f"/api/v1/identity/review/{item['item_id']}/answer",
        json={"answer": said, "reason": "looked"},
        headers={"If-Match": f'"{item["version"]}"', **headers},
    )
    assert reply.status_code == status, reply.text
    return reply.json()


def owner_of(client: TestClient, name: str) -> str:
    return str(client.get(f"/api/v1/identity/resolve/{name}").json()["customer_id"])


def two_people(workspace: Workspace) -> None:
    with workspace.edit_settings() as document:
        document["identity"] = {"review": {"two_people": True}}


def test_the_most_telling_case_comes_first_and_pages_follow_one_another(queue, client):
    whole = at(client)["items"]
    assert [item["kind"] for item in whole].count("bridge") == 1
    assert [item["score"] for item in whole] == sorted((item["score"] for item in whole), reverse=True)
    paged, cursor = [], None
    while True:
        page = at(client, params={"limit": 1, **({"cursor": cursor} if cursor else {})})
        paged += page["items"]
        if (cursor := page["next_cursor"]) is None:
            break
    assert paged == whole
    by_age = at(client, params={"sort": "found_at", "limit": 2})
    assert len(at(client, params={"sort": "found_at", "cursor": by_age["next_cursor"]})["items"]) == len(whole) - 2
    assert client.get("/api/v1/identity/review?sort=mood").status_code == 422
    assert client.get(f"/api/v1/identity/review?cursor={by_age['next_cursor']}").status_code == 422


def test_a_case_shows_both_sides_their_differences_and_why(queue, client):
    item = about(client, 1, 2)
    shown = at(client, f"/{item['item_id']}")
    first = {field["attribute"]: field for field in shown["records"][0]["fields"]}
    assert first["given_name"]["differs"]
    assert not first["country"]["differs"]
    assert {field["name"]: field["bits"] for field in shown["evidence"]["fields"]} == {
        "given_name": 9.0, "family_name": 8.0, "email": -2.0,
    }  # fmt: skip
    assert item["pattern"]["text"] == "same given name and family name, different e-mail"
    graph = shown["graph"]
    assert [node["side"] for node in graph["nodes"]] == ["a"] * item["records_a"] + ["b"] * item["records_b"]
    assert graph["weakest"] == {"links": 1, "possible": 2, "weight": 17.5, "probability": 0.55}
    (crossing,) = [link for link in graph["links"] if link["crosses"]]
    assert crossing["probability"] == 0.55


def test_same_unites_binds_and_says_what_it_taught(queue, client):
    done = answer(client, about(client, 1, 2), "same")
    assert owner_of(client, crm(1)) == owner_of(client, crm(2))
    assert done["item"]["state"] == "answered"
    assert done["effect"]["counts"]["merged"] == 1
    assert not done["waits_for_second"]
    assert (done["taught"]["similar"], done["taught"]["answered_same"]) == (2, 1)
    summary = at(client, "/summary")
    assert (summary["answered"], summary["answered_today"], summary["today"]["merged"]) == (1, 1, 1)
    labels = client.get("/api/v1/identity/quality/labels").json()["items"]
    assert [(one["answer"], one["purpose"]) for one in labels] == [("same", "review")]
    (override,) = client.get("/api/v1/identity/overrides").json()["items"]
    assert (override["kind"], override["reason"]) == ("same", "looked")


def test_different_parts_a_customer_at_its_weakest_bridge(queue, client):
    (bridge,) = at(client, params={"kind": "bridge"})["items"]
    done = answer(client, bridge, "different")
    assert done["effect"]["counts"]["split"] == 1
    assert owner_of(client, crm(1)) != owner_of(client, "shop.shop:1")


def test_an_answer_settles_what_follows_from_it(built, client):
    make_queue(built, {(crm(1), crm(2)): 0.6, (crm(2), crm(4)): 0.6, (crm(1), crm(4)): 0.6})
    answer(client, about(client, 1, 2), "same")
    done = answer(client, about(client, 2, 4), "same")
    assert done["taught"]["vanished"] == 1
    assert at(client)["items"] == []
    (gone,) = at(client, params={"state": "lapsed"})["items"]
    assert not gone["may_answer"]
    assert answer(client, gone, "same", status=409)["error"]["reason"] == "lapsed"


def test_any_decision_settles_the_cases_that_it_answers(queue, client):
    body = {"kind": "different", "a": [crm(1)], "b": [crm(2)]}
    assert client.post("/api/v1/identity/overrides", json=body).status_code == 201
    assert [item["state"] for item in at(client, params={"state": "lapsed"})["items"]] == ["lapsed"]


def test_answers_to_a_kind_of_case_teach_about_the_rest(queue, client):
    before = about(client, 4, 5)
    answer(client, about(client, 1, 2), "different")
    after = about(client, 4, 5)
    assert after["probability"] == pytest.approx((4 * before["model_probability"]) / 5)
    assert after["model_probability"] == before["model_probability"]
    assert after["version"] == before["version"], "whoever looks at it may still answer"


def test_nobody_is_asked_what_would_contradict_earlier_decisions(queue, client):
    item = about(client, 1, 2)
    for kind, a, b in (("same", crm(2), crm(4)), ("same", crm(4), crm(6)), ("different", crm(6), "shop.shop:1")):
        client.post("/api/v1/identity/overrides", json={"kind": kind, "a": [a], "b": [b]})
    assert at(client, f"/{item['item_id']}")["item"]["state"] == "lapsed"
    assert answer(client, item, "same", status=412)["error"]["code"] == "stale"


def test_an_answer_needs_the_version_that_was_seen_and_is_given_once(queue, client):
    item = about(client, 1, 2)
    path = f"/api/v1/identity/review/{item['item_id']}/answer"
    assert client.post(path, json={"answer": "same"}).status_code == 428
    stale = client.post(path, json={"answer": "same"}, headers={"If-Match": '"77"'})
    assert stale.status_code == 412
    first = answer(client, item, "same", **{"Idempotency-Key": "once"})
    assert answer(client, item, "same", **{"Idempotency-Key": "once"}) == first
    assert len(client.get("/api/v1/identity/overrides").json()["items"]) == 1


def test_only_answers_that_take_effect_wait_for_a_build(queue, client):
    with queue.locked():
        assert answer(client, about(client, 4, 5), "skip")["item"]["state"] == "skipped"
        assert answer(client, about(client, 1, 2), "same", status=409)["error"]["reason"] == "build_running"
        two_people(queue)
        assert answer(client, about(client, 1, 2), "same")["waits_for_second"]


def test_skipping_puts_aside_and_can_be_taken_back(queue, client):
    item = about(client, 1, 2)
    done = answer(client, item, "skip")
    assert (done["item"]["state"], done["effect"]) == ("skipped", None)
    assert client.get("/api/v1/identity/overrides").json()["items"] == []
    path = f"/api/v1/identity/review/{item['item_id']}/answer"
    back = client.delete(path, headers={"If-Match": f'"{done["item"]["version"]}"'})
    assert back.json()["state"] == "open"
    assert client.delete(path, headers={"If-Match": back.headers["ETag"]}).status_code == 409


def take_back(client: TestClient, item: Any, *, status: int = 200) -> Any:
    path = f"/api/v1/identity/review/{item['item_id']}/answer"
    reply = client.delete(path, headers={"If-Match": f'"{item["version"]}"'})
    assert reply.status_code == status, reply.text
    return reply.json()


def test_an_answer_that_merged_is_taken_back_with_all_it_did(queue, client):
    ids = [owner_of(client, crm(number)) for number in (1, 2)]
    counts = at(client, "/summary")["open"]
    done = answer(client, about(client, 1, 2), "same")
    assert owner_of(client, crm(1)) == owner_of(client, crm(2))
    take_back(client, done["item"] | {"version": 77}, status=412)
    back = take_back(client, done["item"])
    assert (back["state"], back["answers"], back["may_answer"]) == ("open", [], True)
    assert [owner_of(client, crm(number)) for number in (1, 2)] == ids, "both are who they were"
    assert client.get("/api/v1/identity/overrides").json()["items"] == [], "and nothing holds them apart"
    assert client.get("/api/v1/identity/quality/labels", params={"purpose": "review"}).json()["items"] == []
    summary = at(client, "/summary")
    assert (summary["open"], summary["overall"]["answers"], summary["overall"]["merged"]) == (counts, 0, 0)
    take_back(client, back, status=409)
    again = answer(client, back, "same")
    assert (again["taught"]["counts"], again["item"]["state"]) == (done["taught"]["counts"], "answered")
    take_back(client, again["item"])
    assert [owner_of(client, crm(number)) for number in (1, 2)] == ids


def test_an_answer_that_split_is_taken_back(queue, client):
    (bridge,) = [item for item in at(client)["items"] if item["kind"] == "bridge"]
    whole = owner_of(client, crm(1))
    done = answer(client, bridge, "different")
    assert owner_of(client, crm(1)) != owner_of(client, "shop.shop:1")
    back = take_back(client, done["item"])
    assert back["state"] == "open"
    assert owner_of(client, crm(1)) == owner_of(client, "shop.shop:1") == whole
    assert client.get("/api/v1/identity/overrides").json()["items"] == []


def test_an_answer_that_left_the_map_as_it_was_is_taken_back_while_a_build_runs(queue, client):
    done = answer(client, about(client, 4, 5), "different")
    assert done["effect"]["run_id"] is None
    with queue.locked():
        assert take_back(client, done["item"])["state"] == "open"
    assert client.get("/api/v1/identity/overrides").json()["items"] == []


def test_what_lapsed_with_an_answer_is_asked_again_when_it_is_taken_back(built, client):
    make_queue(built, {(crm(1), crm(2)): 0.55, (crm(2), crm(3)): 0.7, (crm(1), crm(3)): 0.6})
    answer(client, about(client, 1, 2), "same")
    done = answer(client, about(client, 2, 3), "same")
    assert (done["taught"]["vanished"], at(client)["items"]) == (1, [])
    take_back(client, done["item"])
    assert about(client, 2, 3)["item_id"] == done["item"]["item_id"]
    assert about(client, 1, 3)["may_answer"]
    assert len(at(client)["items"]) == 2
    assert owner_of(client, crm(1)) == owner_of(client, crm(2)) != owner_of(client, crm(3))


def test_an_answer_that_a_later_decision_rests_on_is_not_taken_back(queue, client):
    done = answer(client, about(client, 1, 2), "same")
    for a, b in ((crm(1), crm(6)), (crm(6), crm(2))):
        body = {"kind": "same", "a": [a], "b": [b]}
        assert client.post("/api/v1/identity/overrides", json=body).status_code == 201
    refused = take_back(client, done["item"], status=409)["error"]
    assert refused["reason"] == "contradiction"
    assert len(client.get("/api/v1/identity/overrides").json()["items"]) == 3
    assert owner_of(client, crm(1)) == owner_of(client, crm(2))


@pytest.fixture
def stewards(built: Workspace) -> tuple[TestClient, TestClient]:
    """Two stewards in front of their browsers."""
    for name in ("ana", "ben"):
        add_person(built, f"{name}@example.com", ["steward"])
    return signed_in(built, "ana@example.com"), signed_in(built, "ben@example.com")


def test_two_people_have_to_agree_where_that_is_set(queue, client, stewards):
    two_people(queue)
    ana, ben = stewards
    first = answer(ana, about(ana, 1, 2), "same")
    assert (first["waits_for_second"], first["effect"], first["item"]["state"]) == (True, None, "waiting")
    assert owner_of(client, crm(1)) != owner_of(client, crm(2))
    assert (at(ana, "/summary")["mine_waiting"], at(ben, "/summary")["for_me"]) == (1, 1)
    (waiting,) = at(ben, params={"state": "waiting"})["items"]
    assert waiting["first_answer"]["made_by"] == "Ana"
    assert (waiting["may_answer"], first["item"]["may_answer"]) == (True, False)
    again = answer(ana, first["item"], "same")
    assert again["waits_for_second"], "the same account is no second person"
    (waiting,) = at(ben, params={"state": "waiting"})["items"]
    second = answer(ben, waiting, "same")
    assert second["item"]["state"] == "answered"
    assert owner_of(client, crm(1)) == owner_of(client, crm(2))


def test_a_key_is_no_second_person(queue, client):
    two_people(queue)
    add_person(queue, "olga@example.com", ["owner"])
    olga = signed_in(queue, "olga@example.com")
    made = olga.post("/api/v1/keys", json={"name": "script"})
    assert made.status_code == 201, made.text
    first = answer(olga, about(olga, 1, 2), "same")
    script = browser(queue, headers={"Authorization": f"Bearer {made.json()['secret']}"})
    assert answer(script, first["item"], "same")["waits_for_second"]
    assert owner_of(client, crm(1)) != owner_of(client, crm(2))


def test_a_disagreement_is_shown_to_both_and_stays_open(queue, stewards):
    two_people(queue)
    ana, ben = stewards
    first = answer(ana, about(ana, 1, 2), "same")
    second = answer(ben, first["item"], "different")
    assert (second["waits_for_second"], second["item"]["state"], second["item"]["is_disputed"]) == (True, "open", True)
    for person in (ana, ben):
        shown = about(person, 1, 2)
        assert [(one["answer"], one["made_by"]) for one in shown["answers"]] == [("same", "Ana"), ("different", "Ben")]
    done = answer(ana, about(ana, 1, 2), "different")
    assert done["item"]["state"] == "answered", "who changes their mind agrees"


def test_the_first_may_take_the_answer_back(queue, stewards):
    two_people(queue)
    ana, ben = stewards
    first = answer(ana, about(ana, 1, 2), "same")["item"]
    path = f"/api/v1/identity/review/{first['item_id']}/answer"
    assert ben.delete(path, headers={"If-Match": f'"{first["version"]}"'}).status_code == 409
    assert ana.delete(path, headers={"If-Match": f'"{first["version"]}"'}).json()["state"] == "open"
    assert about(ben, 1, 2)["answers"] == []


@pytest.fixture
def working(queue: Workspace) -> Iterator[Workspace]:
    worker = start_worker(queue)
    yield queue
    worker.stop()


def test_a_pattern_is_answered_as_a_whole_after_a_look(working, client):
    (pattern,) = [one for one in at(client, "/patterns")["items"] if one["kind"] == "pair"]
    path = f"/api/v1/identity/review/patterns/{pattern['key']}/answer"
    plan = client.post(path, json={"answer": "same", "dry_run": True}).json()
    assert (plan["items"], plan["counts"], plan["is_dry_run"]) == (3, {"merged": 3}, True)
    assert len(plan["examples"]) == 3
    assert at(client, "/summary")["answered"] == 0
    asked = client.post(path, json={"answer": "same", "limit": 2}, headers={"Idempotency-Key": "all"})
    assert asked.status_code == 202, asked.text
    assert client.post(path, json={"answer": "same", "limit": 2}, headers={"Idempotency-Key": "all"}).json() == (
        asked.json()
    )
    deadline = time.monotonic() + 60
    while (state := at(client, f"/bulk/{asked.json()['bulk_id']}"))["state"] not in ("done", "failed"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert (state["state"], state["answered"], state["counts"]["merged"]) == ("done", 2, 2)
    assert at(client, "/summary")["answered"] == 2
    assert client.get("/api/v1/identity/review/bulk/job_nobody").status_code == 404
    gone = client.post("/api/v1/identity/review/patterns/ptn_none/answer", json={"answer": "same", "dry_run": True})
    assert gone.status_code == 404


@pytest.fixture
def spaniard(queue: Workspace, client: TestClient) -> TestClient:
    """Somebody who may steward Spanish customers only, and sees neither e-mail addresses nor record keys."""
    role = client.post(
        "/api/v1/roles",
        json={
            "name": "Spanish desk",
            "permissions": {"customer": ["read"], "identity": ["read", "update"]},
            "scope": 'country = "ES"',
            "masks": {"email": "hidden", "external_id": "hidden"},
        },
    )
    assert role.status_code == 201, role.text
    add_person(queue, "es@example.com", [role.json()["role_id"]])
    return signed_in(queue, "es@example.com")


def test_a_case_with_a_record_out_of_scope_does_not_exist(client, spaniard):
    german = about(client, 2, 3)
    assert german["item_id"] not in str(at(spaniard))
    assert at(spaniard, "/summary")["open"] == at(client, "/summary")["open"] - 1
    assert sum(one["items"] for one in at(spaniard, "/patterns")["items"]) == at(spaniard, "/summary")["open"]
    path = f"/api/v1/identity/review/{german['item_id']}"
    unknown = spaniard.get("/api/v1/identity/review/rev_none")
    for method, address, options in (
        ("GET", path, {}),
        ("POST", f"{path}/answer", {"json": {"answer": "same"}, "headers": {"If-Match": '"1"'}}),
        ("DELETE", f"{path}/answer", {"headers": {"If-Match": '"1"'}}),
    ):
        answered = spaniard.request(method, address, **options)
        assert answered.status_code == 404, (method, answered.text)
        assert (
            answered.json()["error"]["message"].replace(german["item_id"], "rev_none")
            == (unknown.json()["error"]["message"])
        )


def test_a_pattern_is_answered_for_nobody_out_of_scope(client, spaniard):
    (pattern,) = [one for one in at(spaniard, "/patterns")["items"] if one["kind"] == "pair"]
    path = f"/api/v1/identity/review/patterns/{pattern['key']}/answer"
    assert spaniard.post(path, json={"answer": "same", "dry_run": True}).json()["items"] == 2
    assert client.post(path, json={"answer": "same", "dry_run": True}).json()["items"] == 3


def test_masks_hide_values_comparisons_and_keys(client, spaniard):
    seen = {item["item_id"]: item for item in at(spaniard)["items"]}
    whole = {item["item_id"]: item for item in at(client)["items"]}
    told = str([seen, at(spaniard, "/patterns"), *(at(spaniard, f"/{item_id}") for item_id in seen)])
    assert "@example.com" not in told
    for number in range(1, 7):
        assert crm(number) not in told
    for item_id, item in seen.items():
        parts = {part["field"]: part for part in item["pattern"]["parts"]}
        assert (parts["email"]["agreement"], bool(parts["email"]["hidden_by"])) == (None, True)
        assert parts["given_name"]["agreement"] == "same"
        assert item["pattern"]["key"] == whole[item_id]["pattern"]["key"]
        detail = at(spaniard, f"/{item_id}")
        compared = {field["name"]: field for field in detail["evidence"]["fields"]}
        assert (compared["email"]["agreement"], compared["email"]["bits"]) == (None, None)
        fields = [field for record in detail["records"] for field in record["fields"]]
        assert all(field["value"] is None and not field["differs"] for field in fields if field["attribute"] == "email")
        assert {field["value"] for field in fields if field["attribute"] == "given_name"} <= {
            name.split()[0] for name in NAMES
        }


def test_readers_may_look_and_not_answer(queue, client):
    role = client.post(
        "/api/v1/roles", json={"name": "Look", "permissions": {"customer": ["read"], "identity": ["read"]}}
    ).json()
    add_person(queue, "eye@example.com", [role["role_id"]])
    add_person(queue, "clerk@example.com", ["agent"])
    eye = signed_in(queue, "eye@example.com")
    item = about(eye, 1, 2)
    assert not item["may_answer"]
    answer(eye, item, "same", status=403)
    bulk = eye.post(f"/api/v1/identity/review/patterns/{item['pattern']['key']}/answer", json={"answer": "same"})
    assert bulk.status_code == 403
    nobody = client.post("/api/v1/roles", json={"name": "None", "permissions": {"customer": ["read"]}}).json()
    add_person(queue, "no@example.com", [nobody["role_id"]])
    blind = signed_in(queue, "no@example.com")
    for path in ("", "/summary", "/patterns", f"/{item['item_id']}"):
        assert blind.get(f"/api/v1/identity/review{path}").status_code == 403, path


def test_every_answer_is_audited_and_announced(queue, client, stewards):
    two_people(queue)
    ana, ben = stewards
    first = answer(ana, about(ana, 1, 2), "same")
    answer(ben, first["item"], "same")
    for action in ("identity.review_waiting", "identity.review_answered", "identity.same"):
        assert len(client.get("/api/v1/audit", params={"action": action}).json()["items"]) == 1, action
    with queue.database.read() as connection:
        kinds = [change.kind for change in changes_after(connection, 0, 10_000)]
    assert {"review.waiting", "review.answered", "identity.decided"} <= set(kinds)
