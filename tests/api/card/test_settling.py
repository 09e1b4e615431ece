"""Contradictions over HTTP: settled by whoever may, at once and everywhere, in scope and under masks."""

from __future__ import annotations

import csv
import io
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from onefold.access.audit.tables import audit_entry
from onefold.profiles import export_customers

V1 = "/api/v1"
UPDATE = {"customer": ("read", "update")}


def version_of(client, customer_id):
    return str(client.get(f"{V1}/customers/{customer_id}").json()["version"])


def put(client, customer_id, attribute, value, version=None, **body):
    version = version or version_of(client, customer_id)
    address = f"{V1}/customers/{quote(customer_id, safe='')}/picks/{quote(attribute, safe='')}"
    return client.put(address, json={"value": value, **body}, headers={"If-Match": f'"{version}"'})


def error_of(answer):
    document = answer.json()["error"]
    assert {"code", "message", "hint", "is_transient"} <= set(document)
    return answer.status_code, document["code"]


def test_what_was_picked_is_the_same_through_every_door_at_the_same_version(client, built, ana_id, tmp_path):
    assert client.get(f"{V1}/customers/{ana_id}").json()["version"] == 1
    done = put(client, ana_id, "status", "active", reason="she said so")
    assert (done.status_code, done.headers["ETag"]) == (200, '"2"')

    card = client.get(f"{V1}/customers/{ana_id}").json()
    status = next(one for one in card["attributes"] if one["name"] == "status")
    assert (card["version"], status["value"], status["pick"]["reason"]) == (2, "active", "she said so")
    line = next(line for line in card["essentials"] if line["field"] == "status")
    assert line["parts"][0]["value"] == "active"
    listed = client.get(f"{V1}/customers", params={"filter": 'status = "active"', "fields": "status"}).json()
    assert [(row["customer_id"], row["values"]["status"]) for row in listed["items"]] == [(ana_id, "active")]
    assert not client.get(f"{V1}/customers", params={"filter": 'status = "vip"'}).json()["items"]
    facet = client.get(f"{V1}/customers/facets", params={"attribute": "status"}).json()
    assert [(one["value"], one["customers"]) for one in facet["items"]] == [("active", 1)]
    exported = client.post(f"{V1}/customers/export", json={"format": "csv", "fields": ["status"], "ids": [ana_id]})
    assert [row["status"] for row in csv.DictReader(io.StringIO(exported.text))] == ["active"]
    with built.database.read() as connection:
        export_customers(connection, tmp_path / "all.csv", columns=["customer_id", "status"])
    rows = {row["customer_id"]: row["status"] for row in csv.DictReader((tmp_path / "all.csv").open())}
    assert rows[ana_id] == "active"
    side = client.get(f"{V1}/customers/{ana_id}/records").json()
    row = next(one for one in side["attributes"] if one["name"] == "status")
    assert (side["version"], row["rule"], row["pick"]["over_rule"]) == (2, "picked", "newest")


def test_a_customer_is_picked_for_by_any_key(client, ana_id):
    assert put(client, "ana@x.com", "status", "active", version="1").json()["customer_id"] == ana_id
    assert [pick["value"] for pick in client.get(f"{V1}/customers/ana@x.com/picks").json()["picks"]] == ["active"]


def test_letting_the_rules_decide_again_brings_their_value_back(client, ana_id):
    put(client, ana_id, "status", "active")
    done = client.delete(f"{V1}/customers/{ana_id}/picks/status", headers={"If-Match": '"2"'})

    assert (done.json()["value"], done.json()["rule"], done.json()["version"]) == ("vip", "newest", 3)
    again = client.delete(f"{V1}/customers/{ana_id}/picks/status", headers={"If-Match": '"2"'})
    assert (again.status_code, again.json()["is_changed"]) == (200, False)


def test_a_pick_needs_the_version_that_was_looked_at(client, ana_id):
    assert client.put(f"{V1}/customers/{ana_id}/picks/status", json={"value": "active"}).status_code == 428
    assert put(client, ana_id, "status", "active", version="1").status_code == 200
    assert put(client, ana_id, "status", "active", version="1").json()["is_changed"] is False
    assert error_of(put(client, ana_id, "status", "vip", version="1")) == (412, "stale")


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("status", "<b>x</b>"), ("no such", "x"), ("created_at", "x"), ("status", "\0"), ("a/b", "'; drop table profile")],
)
def test_what_no_record_says_cannot_be_picked(client, ana_id, attribute, value):
    assert error_of(put(client, ana_id, attribute, value, version="1"))[0] == 422
    assert version_of(client, ana_id) == "1"


def test_picks_are_audited_without_values(client, built, ana_id):
    put(client, ana_id, "status", "active", reason="secret of hers")
    with built.database.read() as connection:
        found = connection.execute(
            sa.select(audit_entry.c.details).where(audit_entry.c.action == "customer.pick")
        ).scalar_one()
    assert "status" in str(found)
    assert "secret" not in str(found)


def test_who_may_not_is_refused_and_who_may_not_know_finds_nobody(as_role, ana_id):
    assert error_of(put(as_role(), ana_id, "status", "active", version="1")) == (403, "not_allowed")
    masked = as_role(permissions=UPDATE, masks={"status": "hidden"})
    assert error_of(put(masked, ana_id, "status", "active", version="1")) == (403, "not_allowed")
    elsewhere = as_role(permissions=UPDATE, scope='region = "South"')
    for answer in (
        put(elsewhere, ana_id, "status", "active", version="1"),
        elsewhere.get(f"{V1}/customers/{ana_id}/picks"),
        elsewhere.get(f"{V1}/customers/{ana_id}/handover"),
    ):
        assert error_of(answer) == (404, "not_found")
    assert elsewhere.get(f"{V1}/contradictions").json() == {"items": [], "next_cursor": None}
    assert put(as_role(permissions=UPDATE), ana_id, "status", "active", version="1").status_code == 200


def test_a_masked_reason_and_value_are_not_told_by_past_picks(client, as_role, ana_id):
    put(client, ana_id, "status", "active", reason="said so")
    hidden = as_role(masks={"status": "hidden"}).get(f"{V1}/customers/{ana_id}/picks").json()["picks"][0]
    assert (hidden["value"], hidden["over_value"], hidden["reason"]) == (None, None, None)
    assert hidden["hidden_by"]
    silent = as_role(masks={"note.body": "hidden"}).get(f"{V1}/customers/{ana_id}/picks").json()["picks"][0]
    assert (silent["value"], silent["reason"]) == ("active", None)


def test_the_list_across_customers_names_values_systems_and_counts(client, ana_id):
    found = client.get(f"{V1}/contradictions", params={"attribute": "status"}).json()["items"]
    assert [(one["customer_id"], one["state"], one["may_pick"]) for one in found] == [(ana_id, "open", True)]
    attribute = found[0]["attribute"]
    assert {attribute["value"], *(other["value"] for other in attribute["others"])} == {"vip", "active"}
    counts = client.get(f"{V1}/contradictions/counts").json()
    assert counts["attributes"]["status"] == 1
    assert {"crm", "shop"} <= set(counts["systems"])
    put(client, ana_id, "status", "active")
    assert not client.get(f"{V1}/contradictions", params={"attribute": "status"}).json()["items"]
    settled = client.get(f"{V1}/contradictions", params={"state": "settled,lapsed"}).json()["items"]
    assert [one["attribute"]["pick"]["over_value"] for one in settled] == ["vip"]
    assert error_of(client.get(f"{V1}/contradictions", params={"state": "nonsense"}))[0] == 422


def test_the_hand_over_says_who_why_what_was_told_and_what_to_beware_of(client, ana_id):
    summary = client.get(f"{V1}/customers/{ana_id}/handover").json()

    assert summary["display_name"] == "Ana García"
    assert "status" in [line["field"] for line in summary["who"]]
    departments = [entry["department"] for entry in summary["contacts"]]
    assert len(set(departments)) == len(departments)
    assert summary["contacts"][0]["title"] == "My boiler exploded"
    assert [entry["entry_id"] for entry in summary["open_conversations"]] == ["desk.tickets:1"]
    assert {"email", "phone"} <= {fact["name"] for fact in summary["told"]}
    assert [one["name"] for one in summary["contradictions"]] == ["status"]
    assert (summary["tasks"], summary["notes"]) == ([], [])


def test_the_hand_over_is_made_for_the_eyes_of_its_reader(as_role, ana_id):
    reader = as_role(masks={"pii:free_text": "hidden", "email": "hidden", "status": "masked"})
    answer = reader.get(f"{V1}/customers/{ana_id}/handover")

    assert "ana@x.com" not in answer.text
    assert "furious" not in answer.text
    assert "vip" not in answer.text
    assert (answer.json()["tasks"], answer.json()["notes"]) == (None, None)
