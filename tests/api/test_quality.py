"""How good the map is over HTTP: labels are kept, listed, taken back; within what the caller may know."""

from __future__ import annotations

from tests.api.test_identity import at, built, decide  # noqa: F401  (a fixture)


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
