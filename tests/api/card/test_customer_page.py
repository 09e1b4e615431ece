"""The customer page over HTTP: found by any key, in scope, masked everywhere, the same values as everywhere else."""

from __future__ import annotations

import csv
import json
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from onefold.access.audit.tables import audit_entry
from onefold.profiles.stored import expanded
from onefold.profiles.tables import card_opening, profile

PAGE = "/api/v1/customers"
PARTS = ("", "/told", "/timeline", "/records", "/identity")


def essentials_of(card):
    return {line["field"]: {part["name"]: part for part in line["parts"]} for line in card["essentials"]}


@pytest.mark.parametrize("key", ["ana@x.com", "+34 600 111 222", "crm:1", "crm.people:1", "shop.users:7"])
def test_a_customer_is_found_by_any_key_of_any_system(client, ana_id, key):
    answer = client.get(f"{PAGE}/{quote(key, safe='')}")

    assert answer.status_code == 200
    assert (answer.json()["customer_id"], answer.json()["asked_for"]) == (ana_id, key)


def test_every_value_of_the_card_names_its_origin_as_the_build_stored_it(client, built, ana_id):
    card = client.get(f"{PAGE}/{ana_id}").json()
    with built.database.read() as connection:
        stored = connection.execute(sa.select(profile.c.attributes).where(profile.c.customer_id == ana_id)).scalar_one()
    shown = {attribute["name"]: attribute for attribute in card["attributes"]}

    for name, entry in expanded(stored).items():
        assert {key: shown[name][key] for key in entry if key not in ("others", "values")} == {
            key: value for key, value in entry.items() if key not in ("others", "values")
        }
    status = shown["status"]
    assert (status["value"], status["source"], status["rule"]) == ("vip", "shop", "newest")
    assert [(other["value"], other["source"], other["why_lost"]) for other in status["others"]] == [
        ("active", "crm", "newest")
    ]
    assert shown["email"]["systems"] == ["shop", "crm"]


def test_the_essentials_are_at_most_eight_with_what_a_colleague_must_know(client, ana_id):
    card = client.get(f"{PAGE}/{ana_id}").json()
    lines = essentials_of(card)

    assert len([line for line in card["essentials"] if not line["is_more"]]) == 8
    assert lines["open_work"]["open_complaint"]["value"] == {"at": "2025-03-01T00:00:00Z", "source": "desk"}
    score = lines["last_score"]["last_score"]["value"]
    assert (score["score"], score["scale"], score["text"]) == (3, [0, 10], "Too slow")
    assert card["local_time"] == {"zone": "Europe/Madrid", "basis": "country"}


def test_the_card_is_not_sent_again_until_it_changes(client, built, ana, ana_id):
    first = client.get(f"{PAGE}/{ana_id}")
    tag = first.headers["ETag"]
    again = client.get(f"{PAGE}/{ana_id}", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert tag.startswith('"1.')

    ana.records[0]["row_hash"] += 1
    ana.values[2]["value"] = "Anna García"
    built.build(ana)
    changed = client.get(f"{PAGE}/{ana_id}", headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)


def test_a_merged_id_answers_with_the_customer_it_leads_to(client, bench, company):
    company.record("a.t:1", "c", full_name="Ana")
    company.record("a.t:2", "d", full_name="Ana")
    bench.build(company)
    ids = {bench.customer_of("a.t:1"), bench.customer_of("a.t:2")}
    company.owners["a.t:2"] = ("c", "person")
    bench.build(company)
    (former,) = ids - {bench.customer_of("a.t:1")}
    present = bench.customer_of("a.t:1")

    card = client.get(f"{PAGE}/{former}").json()
    assert (card["customer_id"], card["asked_for"], card["former_ids"]) == (present, former, [former])
    identity = client.get(f"{PAGE}/{former}/identity").json()
    assert [change["kind"] for change in identity["changes"]] == ["merged"]
    assert [old["customer_id"] for old in identity["former_ids"]] == [former]
    assert {record["subject_id"] for record in identity["present"]} == {"a.t:1", "a.t:2"}
    (moved,) = identity["past"]
    assert moved["customer_id"] == former
    then = client.get(f"{PAGE}/{present}/identity", params={"as_of": "2026-01-02T12:00:00Z"}).json()["then"]
    assert {record["subject_id"] for record in then} == {"a.t:1", "a.t:2"} - {moved["subject_id"]}
    (entry,) = client.get(f"{PAGE}/{present}/timeline").json()["items"]
    assert (entry["kind"], entry["event_type"], entry["body"]["other_customer_id"]) == ("identity", "merged", present)


def test_a_retired_customer_still_answers(client, bench, company):
    company.record("a.t:1", "c", full_name="Ana")
    bench.build(company)
    gone = bench.customer_of("a.t:1")
    company.records.clear()
    company.owners.clear()
    bench.build(company)

    card = client.get(f"{PAGE}/{gone}").json()
    assert (card["state"], card["version"], card["attributes"], card["essentials"]) == ("retired", 0, [], [])
    for part in PARTS[1:]:
        assert client.get(f"{PAGE}/{gone}{part}").status_code == 200


@pytest.mark.parametrize("part", PARTS)
def test_a_customer_out_of_scope_is_as_unknown_as_one_that_never_was(as_role, built, part):
    client = as_role(scope='region = "North"')
    bob = built.customer_of("crm.people:2")
    unknown = "cus_aaaaaaaaaaaaaaaa"
    outside, never = client.get(f"{PAGE}/{bob}{part}"), client.get(f"{PAGE}/{unknown}{part}")

    assert (outside.status_code, never.status_code) == (404, 404)
    assert outside.text.replace(bob, unknown) == never.text
    assert client.get(f"{PAGE}/{built.customer_of('crm.people:1')}{part}").status_code == 200


@pytest.mark.parametrize("key", ["bob@x.com", "crm:2", "crm.people:2"])
def test_no_key_tells_that_a_customer_out_of_scope_exists(as_role, built, key):
    client = as_role(scope='region = "North"')
    hidden, never = client.get(f"{PAGE}/{key}"), client.get(f"{PAGE}/{key}9")

    assert (hidden.status_code, never.status_code) == (404, 404)
    assert hidden.text == never.text.replace(f"{key}9", key)


def test_writes_on_a_customer_out_of_scope_find_nothing(as_role, built):
    client = as_role(scope='region = "North"')
    bob = built.customer_of("crm.people:2")

    assert client.post(f"{PAGE}/{bob}/opened", json={"field": "email"}).status_code == 404
    assert client.post(f"{PAGE}/{bob}/visits").status_code == 404


def test_what_a_policy_hides_is_in_no_answer_and_the_policy_is_named(as_role, ana_id):
    masks = {"pii:contact": "hidden", "pii:official": "last_four", "pii:birth": "hidden", "pii:free_text": "hidden"}
    client = as_role(masks=masks)
    texts = {part: client.get(f"{PAGE}/{ana_id}{part}").text for part in PARTS}

    for part, text in texts.items():
        for secret in ("ana@x.com", "600111222", "1980-04-02", "12345678Z", "furious", "exploded", "Too slow"):
            assert secret not in text, (part, secret)
    card = json.loads(texts[""])
    shown = {attribute["name"]: attribute for attribute in card["attributes"]}
    assert (shown["email"]["value"], shown["email"]["values"]) == (None, [None])
    assert shown["email"]["hidden_by"] == "contact hidden for Tried"
    assert shown["national_id"]["value"] == "•••678Z"
    told = {fact["name"]: fact for fact in json.loads(texts["/told"])["items"]}
    assert (told["birth_date"]["value"], told["birth_date"]["hidden_by"]) == (None, "birth hidden for Tried")
    rows = {row["name"]: row for row in json.loads(texts["/records"])["attributes"]}
    assert {cell["value"] for cell in rows["email"]["cells"]} == {None}
    entries = {entry["entry_id"]: entry for entry in json.loads(texts["/timeline"])["items"]}
    message = entries["desk.messages:1"]
    assert (message["title"], message["text"], message["body"]) == (None, None, None)
    assert set(message["hidden"]) == {"title", "text", "body"}


def test_who_may_not_read_messages_still_sees_open_tickets_score_and_complaint(as_role, ana_id):
    client = as_role(masks={"pii:free_text": "hidden"})
    lines = essentials_of(client.get(f"{PAGE}/{ana_id}").json())

    assert lines["last_spoke_with"]["last_contact_with_at"]["value"] == "2025-03-02T00:00:00Z"
    assert lines["open_work"]["open_tickets"]["value"] == 1
    assert lines["open_work"]["open_complaint"]["value"]["at"] == "2025-03-01T00:00:00Z"
    score = lines["last_score"]["last_score"]["value"]
    assert (score["score"], score["text"], score["text_hidden_by"]) == (3, None, "free text hidden for Tried")


def test_who_may_not_see_money_sees_how_many_orders_and_no_amount_anywhere(as_role, ana_id):
    client = as_role(masks={"pii:financial": "hidden"})
    card = client.get(f"{PAGE}/{ana_id}")

    assert card.json()["traits"]["orders"] == {
        "count": 1,
        "amount": None,
        "amount_hidden_by": "financial hidden for Tried",
    }
    assert "12.5" not in card.text + client.get(f"{PAGE}/{ana_id}/timeline").text


def test_searching_the_timeline_finds_nothing_in_what_is_hidden(as_role, client, ana_id):
    asked = f"{PAGE}/{ana_id}/timeline?q=FURIOUS"
    assert [entry["entry_id"] for entry in client.get(asked).json()["items"]] == ["desk.messages:1"]
    assert as_role(masks={"timeline.body": "hidden"}).get(asked).json()["items"] == []


def test_a_role_without_identities_sees_no_merges(as_role, ana_id):
    client = as_role(permissions={"customer": ("read",)})

    assert client.get(f"{PAGE}/{ana_id}/identity").status_code == 403
    assert client.get(f"{PAGE}/{ana_id}/timeline?kind=identity").json()["items"] == []


def test_local_time_is_told_from_nothing_that_is_hidden(as_role, ana_id):
    card = as_role(masks={"country": "hidden", "phone": "hidden"}).get(f"{PAGE}/{ana_id}").json()
    assert card["local_time"] is None
    assert "Europe" not in json.dumps(card["essentials"])


def test_the_values_are_the_same_by_api_command_line_and_export(client, workspace, ana_id, tmp_path):
    card = client.get(f"{PAGE}/{ana_id}").json()
    typed = workspace.card(ana_id).to_json()
    target = tmp_path / "customers.csv"
    workspace.export(target)
    exported = next(row for row in csv.DictReader(target.open(encoding="utf-8")) if row["customer_id"] == ana_id)
    values = {attribute["name"]: attribute["value"] for attribute in card["attributes"]}

    assert {name: typed[name] for name in ("version", "attributes", "traits", "essentials", "records")} == {
        name: card[name] for name in ("version", "attributes", "traits", "essentials", "records")
    }
    assert {name: exported[name] for name in values} | {"phone": exported["phone"].lstrip("'")} == values
    assert exported["display_name"] == card["display_name"]


def test_reading_a_customer_is_audited(client, built, ana_id):
    for part in PARTS:
        client.get(f"{PAGE}/{ana_id}{part}")
    with built.database.read() as connection:
        rows = connection.execute(sa.select(audit_entry.c.action).where(audit_entry.c.customer_id == ana_id))
        assert sorted(rows.scalars()) == [
            "customer.read",
            "customer.read_identity",
            "customer.read_records",
            "customer.read_timeline",
            "customer.read_told",
        ]


def test_what_is_opened_is_counted_by_role_and_field_and_by_nobody(as_role, built, ana_id):
    client = as_role()
    for _ in range(3):
        assert client.post(f"{PAGE}/{ana_id}/opened", json={"field": "email"}).status_code == 204
    client.post(f"{PAGE}/{ana_id}/opened", json={"field": "last_score"})
    with built.database.read() as connection:
        rows = connection.execute(sa.select(card_opening)).all()

    assert sorted((row.role_id, row.field, row.source, row.openings) for row in rows) == [
        ("tried", "email", "shop", 3),
        ("tried", "last_score", "", 1),
    ]
    assert not {"user_id", "customer_id"} & set(card_opening.c.keys())
    assert client.post(f"{PAGE}/{ana_id}/opened", json={"field": "shoe_size"}).status_code == 422
    told = client.get(f"{PAGE}/{ana_id}/told").json()["items"]
    assert (told[0]["name"], told[0]["openings"], told[0]["is_confirmed"]) == ("email", 3, True)


def test_records_stand_side_by_side_with_who_won_and_who_contradicts(client, ana_id):
    found = client.get(f"{PAGE}/{ana_id}/records").json()
    places = [record["source"] for record in found["records"]]
    rows = {row["name"]: row for row in found["attributes"]}

    assert places == ["shop", "crm", "desk"]
    assert found["conflicts"] == ["status"]
    assert {(places[cell["record"]], cell["value"], cell["is_chosen"]) for cell in rows["status"]["cells"]} == {
        ("shop", "vip", True),
        ("crm", "active", False),
    }
    assert {places[cell["record"]] for cell in rows["full_name"]["cells"]} == {"shop", "crm", "desk"}
    assert not rows["full_name"]["is_conflict"]


def test_the_divider_stands_where_the_last_visit_ended(client, built, ana_id):
    assert client.post(f"{PAGE}/{ana_id}/visits").json() == {"last_visit_at": None}
    assert client.get(f"{PAGE}/{ana_id}/timeline").json()["last_visit_at"] is None
    with built.database.write() as connection:
        connection.exec_driver_sql("update customer_visit set last_visited_at = '2025-02-10 00:00:00.000000'")
    first = client.post(f"{PAGE}/{ana_id}/visits").json()["last_visit_at"]

    assert first == "2025-02-10T00:00:00Z"
    assert client.post(f"{PAGE}/{ana_id}/visits").json()["last_visit_at"] == first
    assert client.get(f"{PAGE}/{ana_id}/timeline").json()["last_visit_at"] == first
