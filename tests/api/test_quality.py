"""How good the map is over HTTP: labels are kept, listed, taken back; within what the caller may know."""

from __future__ import annotations

from tests.api.people import add_person, signed_in
from tests.api.test_identity import at, built, decide, spaniard  # noqa: F401 - fixtures


def label(client, a, b, answer):
    answer = client.post("/api/v1/identity/quality/labels", json={"subject_a": a, "subject_b": b, "answer": answer})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_label_is_kept_listed_and_taken_back(built, client):  # noqa: F811
    made = label(client, "crm:2", "crm.crm:1", "different")
    assert (made["subject_a"]["subject_id"], made["subject_b"]["subject_id"]) == ("crm.crm:1", "crm.crm:2")
    assert (made["answer"], made["purpose"], made["is_joined"]) == ("different", "sample", False)
    assert [one["label_id"] for one in at(client, "/quality/labels")["items"]] == [made["label_id"]]
    again = label(client, "crm:1", "crm:2", "unsure")
    assert [one["label_id"] for one in at(client, "/quality/labels")["items"]] == [again["label_id"]]
    gone = client.delete(f"/api/v1/identity/quality/labels/{again['label_id']}")
    assert gone.status_code == 200
    assert gone.json()["withdrawn_by"] == "command line"
    assert at(client, "/quality/labels")["items"] == []
    assert client.delete(f"/api/v1/identity/quality/labels/{again['label_id']}").status_code == 409


def test_an_answer_that_the_map_does_not_agree_with_is_named_and_changes_nothing(built, client):  # noqa: F811
    label(client, "crm:1", "shop:9", "different")
    found = at(client, "/quality")
    assert [one["answer"] for one in found["contradictions"]] == ["different"]
    assert found["precision"] is None
    assert at(client, "/changes")["items"] == []
    decide(client, "different", ["crm:1"], ["shop:9"])
    assert at(client, "/quality")["contradictions"] == []


def test_records_out_of_scope_are_neither_asked_about_nor_labelled(built, client, spaniard):  # noqa: F811
    label(client, "crm:2", "crm:3", "different")
    mine = label(client, "crm:1", "shop:9", "same")
    assert [one["label_id"] for one in at(spaniard, "/quality/labels")["items"]] == [mine["label_id"]]
    for other in ("crm.crm:3", "crm.crm:77"):
        body = {"subject_a": "crm:1", "subject_b": other, "answer": "same"}
        assert spaniard.post("/api/v1/identity/quality/labels", json=body).status_code == 404
    hidden = at(client, "/quality/labels")["items"][1]["label_id"]
    assert spaniard.delete(f"/api/v1/identity/quality/labels/{hidden}").status_code == 404
    asked = at(spaniard, "/quality/sample", params={"limit": 50})["pairs"]
    assert "crm.crm:3" not in str(asked)


def test_a_sampled_pair_shows_both_records_within_the_masks(built, client, spaniard):  # noqa: F811
    pairs = at(client, "/quality/sample", params={"limit": 50})["pairs"]
    (pair,) = [one for one in pairs if {one["subject_a"], one["subject_b"]} == {"crm.crm:1", "shop.shop:9"}]
    assert pair["is_joined"]
    said = {one["attribute"]: one for one in pair["records"][0]["fields"]}
    assert (said["email"]["value"], said["email"]["differs"]) == ("ana.garcia@example.com", False)
    assert pair["evidence"]["weight"] > 0
    (pair,) = [one for one in at(spaniard, "/quality/sample")["pairs"] if one["is_joined"]]
    said = {one["attribute"]: one for one in pair["records"][0]["fields"]}
    assert said["email"]["value"] is None
    assert said["email"]["hidden_by"]


def test_the_card_says_how_sure_one_may_be_and_lists_sort_and_filter_by_it(built, client):  # noqa: F811
    rows = client.get("/api/v1/customers", params={"sort": "identity_confidence", "fields": "identity_confidence"})
    shares = [row["identity_confidence"] for row in rows.json()["items"]]
    assert shares == sorted(shares)
    card = client.get("/api/v1/customers/crm.crm:1").json()
    assert card["identity"]["confidence"] in shares
    few = client.get("/api/v1/customers", params={"filter": f"identity_confidence < {max(shares)}"}).json()["items"]
    assert len(few) == sum(share < max(shares) for share in shares)


def test_readers_may_not_label(built, client):  # noqa: F811
    add_person(built, "agent@example.com", ["agent"])
    agent = signed_in(built, "agent@example.com")
    body = {"subject_a": "crm:1", "subject_b": "crm:2", "answer": "same"}
    assert agent.post("/api/v1/identity/quality/labels", json=body).status_code == 403
