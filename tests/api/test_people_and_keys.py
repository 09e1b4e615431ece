"""People, roles given, links, sessions and keys of programs."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from tests.api.people import PASSWORD, add_person, browser, signed_in

from onefold.access.accounts.tables import api_key
from onefold.kernel import utc_now

INVITATION = {
    "email": "Bea@example.com",
    "display_name": "Bea",
    "roles": ["agent"],
    "attributes": {"regions": ["North"]},
}


@pytest.fixture
def owner(workspace):
    add_person(workspace)
    return signed_in(workspace)


def get(client, path, **query):
    return client.get(f"/api/v1{path}", params=query)


def patch(client, user, etag=None, **change):
    version = etag or get(client, f"/users/{user}").headers["etag"]
    return client.patch(f"/api/v1/users/{user}", json=change, headers={"If-Match": version})


def invite(client, **changes):
    return client.post("/api/v1/invitations", json={**INVITATION, **changes})


def token_of(answer):
    return answer.json()["link"].partition("#token=")[2]


def key_of(client, **body):
    made = client.post("/api/v1/keys", json={"name": "nightly", **body})
    assert made.status_code == 201, made.text
    return made.json()


def with_key(workspace, key):
    return browser(workspace, headers={"Authorization": f"Bearer {key['secret']}"})


def test_an_invited_person_comes_in_by_the_link_once(workspace, owner):
    made = invite(owner)
    assert made.status_code == 201
    assert made.json()["link"].startswith("http://localhost/invitation#token=")
    bea = browser(workspace)
    body = {"token": token_of(made), "password": PASSWORD, "display_name": "Béa 王"}
    assert bea.post("/api/v1/invitations/accept", json=body).json() == {"next": "done"}
    me = bea.get("/api/v1/me").json()
    assert (me["email"], me["name"], me["attributes"]) == ("bea@example.com", "Béa 王", {"regions": ["North"]})
    assert [role["name"] for role in me["roles"]] == ["agent"]
    assert browser(workspace).post("/api/v1/invitations/accept", json=body).status_code == 404


def test_the_same_invitation_sent_again_invites_once_and_does_not_say_the_link_again(owner):
    headers = {"Idempotency-Key": "once"}
    first = owner.post("/api/v1/invitations", json=INVITATION, headers=headers)
    again = owner.post("/api/v1/invitations", json=INVITATION, headers=headers)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == {**first.json(), "link": None}
    assert len(get(owner, "/users").json()["items"]) == 2


def test_two_people_cannot_have_one_address(owner):
    assert invite(owner).status_code == 201
    assert invite(owner, email=" BEA@EXAMPLE.COM ").status_code == 409


@pytest.mark.parametrize(
    "change",
    [
        {"email": "no address"},
        {"email": "a@b.c\r\nBcc: all@example.com"},
        {"email": "a" * 290 + "@example.com"},
        {"display_name": "\u202e \x00"},
        {"display_name": ""},
        {"attributes": {"Bad Name": "x"}},
        {"attributes": {"regions": [1]}},
        {"attributes": {"regions": "x" * 1000}},
        {"surplus": True},
    ],
)
def test_what_cannot_be_a_person_is_refused(owner, change):
    assert invite(owner, **change).status_code == 422
    assert len(get(owner, "/users").json()["items"]) == 1


def test_an_unknown_role_is_refused(owner):
    assert invite(owner, roles=["emperor"]).status_code == 404


@pytest.mark.parametrize(
    "name", ["王小明", "محمد\u200cرضا", "Ο'Brien <b>", "=cmd|'/c'!A1", "Robert'); drop table user_account;--"]
)
def test_names_of_any_script_are_kept_as_they_are(owner, name):
    assert invite(owner, display_name=name).json()["user"]["display_name"] == name


def test_the_second_of_two_who_edit_is_told_and_nothing_is_lost(workspace, owner):
    user = invite(owner).json()["user"]["user_id"]
    etag = get(owner, f"/users/{user}").headers["etag"]
    assert patch(owner, user, etag, display_name="First").status_code == 200
    second = patch(owner, user, etag, display_name="Second")
    assert (second.status_code, second.json()["error"]["code"]) == (412, "stale")
    assert get(owner, f"/users/{user}").json()["display_name"] == "First"
    assert owner.patch(f"/api/v1/users/{user}", json={}).status_code == 428


def test_a_disabled_person_is_out_at_once(workspace, owner):
    bea = add_person(workspace, "bea@example.com", ["agent"])
    browser_of_bea = signed_in(workspace, "bea@example.com")
    assert patch(owner, bea.user_id, state="disabled").json()["state"] == "disabled"
    assert browser_of_bea.get("/api/v1/me").status_code == 401
    assert patch(owner, bea.user_id, state="active").json()["state"] == "active"
    signed_in(workspace, "bea@example.com")


def test_one_owner_always_remains(workspace, owner):
    ana = owner.get("/api/v1/me").json()["actor_id"]
    for change in ({"state": "disabled"}, {"roles": ["agent"]}):
        assert patch(owner, ana, **change).status_code == 409
    add_person(workspace, "bea@example.com", ["owner"])
    assert patch(owner, ana, roles=["agent"]).status_code == 200


def test_an_administrator_neither_makes_nor_touches_owners(workspace, owner):
    add_person(workspace, "adm@example.com", ["administrator"])
    administrator = signed_in(workspace, "adm@example.com")
    ana = owner.get("/api/v1/me").json()["actor_id"]
    me = administrator.get("/api/v1/me").json()["actor_id"]
    assert invite(administrator, roles=["owner"]).status_code == 403
    assert patch(administrator, me, roles=["owner"]).status_code == 403
    assert patch(administrator, ana, email="evil@example.com").status_code == 403
    assert administrator.post(f"/api/v1/users/{ana}/link").status_code == 403
    assert administrator.delete(f"/api/v1/users/{ana}/sessions").status_code == 403
    assert administrator.delete(f"/api/v1/users/{ana}/second-factor").status_code == 403
    assert get(administrator, "/sessions", user=ana).status_code == 403
    assert invite(administrator, roles=["agent"]).status_code == 201


def test_an_agent_sees_colleagues_without_what_concerns_their_access(workspace, owner):
    add_person(workspace, "bea@example.com", ["agent"])
    agent = signed_in(workspace, "bea@example.com")
    people = get(agent, "/users").json()["items"]
    assert {one["email"] for one in people} == {"ana@example.com", "bea@example.com"}
    assert all(one["roles"] is None and one["last_signed_in_at"] is None for one in people)
    assert invite(agent).status_code == 403
    assert get(agent, "/audit").status_code == 403
    assert patch(agent, people[0]["user_id"], '"1"', display_name="x").status_code == 403


def test_an_invitation_can_be_taken_back_but_a_person_who_was_here_only_disabled(workspace, owner):
    made, first = invite(owner), {"If-Match": '"1"'}
    assert owner.delete(f"/api/v1/users/{made.json()['user']['user_id']}", headers=first).status_code == 204
    assert browser(workspace).post("/api/v1/links/look-up", json={"token": token_of(made)}).status_code == 404
    bea = add_person(workspace, "bea@example.com", ["agent"])
    assert owner.delete(f"/api/v1/users/{bea.user_id}", headers=first).status_code == 409


def test_people_come_in_pages_and_are_found(workspace, owner):
    for number in range(7):
        add_person(workspace, f"p{number}@example.com", ["agent"])
    seen, cursor = [], None
    while True:
        page = get(owner, "/users", limit=3, **({"cursor": cursor} if cursor else {})).json()
        seen += [one["email"] for one in page["items"]]
        if not (cursor := page["next_cursor"]):
            break
    assert seen == sorted(seen)
    assert len(seen) == 8
    assert [one["email"] for one in get(owner, "/users", q="P3").json()["items"]] == ["p3@example.com"]
    assert get(owner, "/users", q="%").json()["items"] == []


def test_sessions_are_listed_and_ended(workspace, owner):
    other = signed_in(workspace)
    listed = get(owner, "/sessions").json()["items"]
    assert [one["is_this"] for one in listed].count(True) == 1
    [foreign] = [one["session_id"] for one in listed if not one["is_this"]]
    assert owner.delete(f"/api/v1/sessions/{foreign}").status_code == 204
    assert other.get("/api/v1/me").status_code == 401
    signed_in(workspace)
    assert owner.delete("/api/v1/sessions").json() == {"ended": 1}
    assert owner.get("/api/v1/me").status_code == 200


def test_nobody_ends_somebody_elses_session(workspace, owner):
    add_person(workspace, "bea@example.com", ["agent"])
    agent = signed_in(workspace, "bea@example.com")
    [session] = get(owner, "/sessions").json()["items"]
    assert agent.delete(f"/api/v1/sessions/{session['session_id']}").status_code == 404
    assert get(agent, "/sessions", user=owner.get("/api/v1/me").json()["actor_id"]).status_code == 403


def test_preferences_are_kept_and_merged(owner):
    owner.patch("/api/v1/me", json={"locale": {"language": "fa", "calendar": "persian"}})
    me = owner.patch("/api/v1/me", json={"locale": {"digits": "arabext"}, "appearance": {"theme": "dark"}}).json()
    assert me["locale"] == {"language": "fa", "calendar": "persian", "digits": "arabext", "time_zone": None}
    assert me["appearance"] == {"theme": "dark"}
    assert owner.patch("/api/v1/me", json={"locale": {"language": "tlh"}}).status_code == 422
    assert owner.patch("/api/v1/me", json={"roles": ["owner"]}).status_code == 422


def test_a_key_works_is_shown_once_and_needs_no_page_token(workspace, owner):
    key = key_of(owner)
    assert key["secret"].startswith("ofk_")
    program = with_key(workspace, key)
    me = program.get("/api/v1/me").json()
    assert (me["kind"], me["actor_id"], me["csrf_token"]) == ("key", key["key_id"], None)
    assert "secret" not in get(owner, f"/keys/{key['key_id']}").json()
    [listed] = get(owner, "/keys").json()["items"]
    assert listed["last_used_at"] is not None
    with workspace.database.read() as connection:
        assert key["secret"] not in str(connection.execute(sa.select(api_key)).all())


def test_the_secret_of_a_key_is_not_kept_for_repeated_requests(workspace, owner):
    headers = {"Idempotency-Key": "k"}
    first = owner.post("/api/v1/keys", json={"name": "a"}, headers=headers).json()
    again = owner.post("/api/v1/keys", json={"name": "a"}, headers=headers).json()
    assert again == {**first, "secret": None}
    with workspace.database.read() as connection:
        assert first["secret"] not in str(connection.execute(sa.text("select body from idempotency_key")).all())


def test_a_key_may_only_what_it_is_made_for(workspace, owner):
    program = with_key(workspace, key_of(owner, permissions=[["read", "user"]]))
    assert get(program, "/users").status_code == 200
    assert get(program, "/audit").status_code == 403
    assert invite(program).status_code == 403
    assert program.get("/api/v1/me").json()["permissions"] == [["read", "user"]]
    assert owner.post("/api/v1/keys", json={"name": "x", "permissions": [["fly", "user"]]}).status_code == 422


def test_a_key_never_may_more_than_its_person_and_ends_with_them(workspace, owner):
    adm = add_person(workspace, "adm@example.com", ["administrator"])
    program = with_key(workspace, key_of(signed_in(workspace, "adm@example.com")))
    assert get(program, "/audit").status_code == 200
    patch(owner, adm.user_id, roles=["agent"])
    assert get(program, "/audit").status_code == 403
    patch(owner, adm.user_id, state="disabled")
    assert get(program, "/users").status_code == 401


def test_a_key_of_an_owner_is_no_owner(workspace, owner):
    program = with_key(workspace, key_of(owner))
    ana = owner.get("/api/v1/me").json()["actor_id"]
    assert invite(program, roles=["owner"]).status_code == 403
    assert program.post(f"/api/v1/users/{ana}/link").status_code == 403
    assert program.post("/api/v1/keys", json={"name": "offspring"}).status_code == 403
    assert program.post("/api/v1/me/password", json={"current": PASSWORD, "new": "x"}).status_code == 403


def test_keys_expire_are_revoked_and_changed_under_their_version(workspace, owner):
    soon = (utc_now() + timedelta(hours=1)).isoformat()
    key = key_of(owner, expires_at=soon)
    program = with_key(workspace, key)
    assert program.get("/api/v1/me").status_code == 200
    with workspace.database.write() as connection:
        connection.execute(sa.update(api_key).values(expires_at=utc_now() - timedelta(seconds=1)))
    assert program.get("/api/v1/me").status_code == 401
    path = f"/api/v1/keys/{key['key_id']}"
    changed = owner.patch(path, json={"expires_at": None, "name": "daily"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["name"], changed.headers["etag"]) == (200, "daily", '"2"')
    assert owner.patch(path, json={"name": "late"}, headers={"If-Match": '"1"'}).status_code == 412
    assert program.get("/api/v1/me").status_code == 200
    assert owner.delete(path).status_code == 204
    assert program.get("/api/v1/me").status_code == 401
    assert owner.post("/api/v1/keys", json={"name": "x", "expires_at": "2001-01-01T00:00:00Z"}).status_code == 422


def test_keys_of_others_do_not_exist(workspace, owner):
    add_person(workspace, "adm@example.com", ["administrator"])
    add_person(workspace, "ste@example.com", ["steward"])
    key = key_of(owner)
    assert get(signed_in(workspace, "adm@example.com"), "/keys", everybody=True).json()["items"][0]["name"] == "nightly"
    steward = signed_in(workspace, "ste@example.com")
    assert get(steward, f"/keys/{key['key_id']}").status_code in {403, 404}
    assert get(steward, "/keys", everybody=True).status_code == 403


@pytest.mark.parametrize(
    "header", ["Bearer ofk_wrong", "Bearer", "Basic YTpi", "Bearer \xe9", "bearer ofk_" + "a" * 9000]
)
def test_forged_keys_are_nobodys_even_beside_a_good_cookie(owner, header):
    answer = owner.get("/api/v1/me", headers={"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401
    assert json.loads(answer.text)["error"]["code"] == "not_signed_in"
