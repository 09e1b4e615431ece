"""Essentials by role: arranged, kept, refused when stale; and what people really open."""

from __future__ import annotations

from onefold.access import KINDS, VERBS

PAGE = "/api/v1/customers"
LAYOUTS = "/api/v1/card-layouts"


def put(client, role, fields, version, **more):
    body = {"fields": fields, **more}
    return client.put(f"{LAYOUTS}/{role}", json=body, headers={"If-Match": f'"{version}"'})


def lines_of(client, customer_id):
    return [line["field"] for line in client.get(f"{PAGE}/{customer_id}").json()["essentials"] if not line["is_more"]]


def test_a_role_sees_the_card_that_was_arranged_for_it_and_others_the_default(client, as_role, ana_id):
    assert put(client, "agent", ["email", "name", "country"], 0, shown=2).status_code == 200
    assert put(client, "default", ["status", "name"], 0).json()["version"] == 1

    assert lines_of(as_role(role_id="agent"), ana_id) == ["email", "name"]
    assert lines_of(as_role(role_id="manager"), ana_id) == ["status", "name"]


def test_the_second_of_two_who_arrange_a_card_is_told(client, built):
    answer = client.get(f"{LAYOUTS}/agent")
    assert (answer.headers["ETag"], answer.json()["is_own"]) == ('"0"', False)
    assert put(client, "agent", ["name"], 0).headers["ETag"] == '"1"'
    stale = put(client, "agent", ["email"], 0)

    assert (stale.status_code, stale.json()["error"]["code"]) == (412, "stale")
    assert client.get(f"{LAYOUTS}/agent").json()["fields"] == ["name"]
    assert put(client, "agent", ["email"], 1).json()["version"] == 2
    assert client.put(f"{LAYOUTS}/agent", json={"fields": ["name"]}).status_code == 428


def test_what_cannot_stand_on_a_card_is_refused(client, built):
    for fields, more in ((["shoe_size"], {}), (["name", "name"], {}), ([], {}), (["name"], {"shown": 9})):
        assert put(client, "agent", fields, 0, **more).status_code == 422
    assert put(client, "nobody", ["name"], 0).status_code == 404


def test_only_who_administers_settings_arranges_cards_and_sees_what_is_opened(as_role, built):
    client = as_role(permissions={"customer": ("read",), "settings": ("read", "update")})
    assert client.get(f"{LAYOUTS}/agent").status_code == 403
    assert put(client, "agent", ["name"], 0).status_code == 403
    assert client.get(f"{LAYOUTS}/usage").status_code == 403


def test_available_fields_come_from_the_systems_that_are_connected(client, built):
    available = {field["name"]: field for field in client.get(f"{LAYOUTS}/default").json()["available"]}
    assert available["email"] == {"name": "email", "group": "attribute", "systems": ["crm"]}
    assert available["last_score"]["group"] == "line"


def test_usage_names_what_is_opened_what_never_and_how_much_of_each_system(client, as_role, ana_id):
    agent = as_role(role_id="agent", permissions=dict.fromkeys(KINDS, VERBS))
    for field in ("status", "status", "email"):
        agent.post(f"{PAGE}/{ana_id}/opened", json={"field": field})
    usage = agent.get(f"{LAYOUTS}/usage").json()

    assert (usage["openings"], usage["fields"][0]) == (3, {"field": "status", "openings": 2, "by_role": {"agent": 2}})
    assert usage["never_opened"] == []
    assert usage["systems"] == [{"source": "crm", "fields": 2, "fields_read": 0}]
