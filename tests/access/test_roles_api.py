"""Roles over HTTP: who may make, change and give them, and what everybody is told about access."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from tests.access.company import ROLE, as_user, company

from onefold.access import Access, Actor
from onefold.access.accounts import UserChange, has_active_owner, update_user
from onefold.errors import Conflict

API = "/api/v1"

__all__ = ["as_user", "company"]


def etag(answer):
    return {"If-Match": answer.headers["ETag"]}


def assign(client, user_id, role_ids):
    """Give roles with the version that an owner reads."""
    read = client.get(f"{API}/users/{user_id}")
    version = read.headers.get("etag", '"1"')
    return client.put(f"{API}/users/{user_id}/roles", json={"roles": role_ids}, headers={"If-Match": version})


def body_of(answer):
    names = ("name", "description", "permissions", "denials", "scope", "deny_scope", "masks")
    return {name: answer.json()[name] for name in names}


def test_the_seven_roles_are_there_from_the_start(company, as_user):
    roles = as_user("usr_owner").get(f"{API}/roles").json()["items"]
    assert [role["role_id"] for role in roles] == [
        "owner", "administrator", "executive", "manager", "agent", "analyst", "steward",
    ]  # fmt: skip
    assert {role["role_id"]: role["holders"] for role in roles}["agent"] == 2


def test_a_role_is_made_read_changed_and_deleted(company, as_user):
    admin = as_user("usr_admin")
    made = admin.post(f"{API}/roles", json=ROLE)
    assert made.status_code == 201
    role_id = made.json()["role_id"]
    read = admin.get(f"{API}/roles/{role_id}")
    assert body_of(read) == {**ROLE, "denials": {}, "deny_scope": None, "description": ROLE["description"]}
    changed = admin.put(f"{API}/roles/{role_id}", json={**ROLE, "scope": 'tier = "gold"'}, headers=etag(read))
    assert (changed.status_code, changed.json()["scope"]) == (200, 'tier = "gold"')
    assert assign(admin, "usr_agent", [role_id]).status_code == 200
    assert admin.delete(f"{API}/roles/{role_id}", headers=etag(changed)).status_code == 204
    assert admin.get(f"{API}/roles/{role_id}").status_code == 404
    assert as_user("usr_agent").get(f"{API}/access/effective").json()["roles"] == []


def test_of_two_who_change_a_role_the_second_is_told(company, as_user):
    admin = as_user("usr_admin")
    read = admin.get(f"{API}/roles/agent")
    changed = {**body_of(read), "scope": 'region = "EU"'}
    assert admin.put(f"{API}/roles/agent", json=changed).status_code == 428
    assert admin.put(f"{API}/roles/agent", json=changed, headers=etag(read)).status_code == 200
    late = as_user("usr_owner").put(f"{API}/roles/agent", json={**changed, "scope": None}, headers=etag(read))
    assert (late.status_code, late.json()["error"]["code"]) == (412, "stale")
    assert admin.get(f"{API}/roles/agent").json()["scope"] == 'region = "EU"'


def test_shipped_roles_keep_their_permissions_and_cannot_be_deleted(company, as_user):
    owner = as_user("usr_owner")
    read = owner.get(f"{API}/roles/analyst")
    wider = {**body_of(read), "permissions": {"customer": ["read", "export"], "user": ["administer"]}}
    assert owner.put(f"{API}/roles/analyst", json=wider, headers=etag(read)).status_code == 422
    assert owner.delete(f"{API}/roles/analyst", headers=etag(read)).status_code == 403
    masked = {**body_of(read), "masks": {"pii:contact": "hidden"}}
    changed = owner.put(f"{API}/roles/analyst", json=masked, headers=etag(read)).json()
    assert (changed["version"], changed["masks"], changed["original"]["masks"]) == (
        2,
        {"pii:contact": "hidden"},
        read.json()["masks"],
    )
    read = owner.get(f"{API}/roles/owner")
    assert owner.put(f"{API}/roles/owner", json=body_of(read), headers=etag(read)).status_code == 403


def test_a_shipped_role_can_be_copied(company, as_user):
    for role_id in ("agent", "owner"):
        copy = {**body_of(as_user("usr_owner").get(f"{API}/roles/{role_id}")), "name": f"Copy of {role_id}"}
        assert as_user("usr_owner").post(f"{API}/roles", json=copy).status_code == 201


def test_nobody_widens_their_own_access(company, as_user):
    admin = as_user("usr_admin")
    assert assign(admin, "usr_admin", ["agent"]).status_code == 403
    read = admin.get(f"{API}/roles/administrator")
    assert (
        admin.put(f"{API}/roles/administrator", json={**body_of(read), "masks": {}}, headers=etag(read)).status_code
        == 403
    )
    assert assign(admin, "usr_agent", ["owner"]).status_code == 403
    assert assign(admin, "usr_owner", []).status_code == 403
    assert not admin.get(f"{API}/roles/administrator").json()["is_editable"]


def test_the_last_owner_remains(company, as_user):
    owner = as_user("usr_owner")
    assert assign(owner, "usr_owner", ["agent"]).status_code == 409
    assert assign(owner, "usr_agent", ["owner"]).status_code == 200
    assert assign(owner, "usr_owner", ["agent"]).status_code == 200


def test_of_two_owners_who_dismiss_each_other_at_once_one_remains(company, as_user):
    owner = as_user("usr_owner")
    assign(owner, "usr_agent", ["owner"])
    pairs = [(owner, "usr_agent"), (as_user("usr_agent"), "usr_owner")]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda pair: assign(*pair, []), pairs))
    assert sorted(answer.status_code for answer in answers) in ([200, 403], [200, 409])
    with company.read() as connection:
        assert connection.scalar(sa.text("select count(*) from user_role where role_id = 'owner'")) == 1


@pytest.mark.parametrize("user", ["usr_agent", "usr_nobody"])
def test_who_may_not_manage_roles_is_refused_at_every_door(company, as_user, user):
    someone = as_user(user)
    version = {"If-Match": '"1"'}
    answers = [
        someone.get(f"{API}/roles"),
        someone.get(f"{API}/roles/agent"),
        someone.get(f"{API}/roles/rol_unknown"),
        someone.get(f"{API}/access/vocabulary"),
        someone.post(f"{API}/roles", json=ROLE),
        someone.put(f"{API}/roles/agent", json=ROLE, headers=version),
        someone.put(f"{API}/roles/rol_unknown", json=ROLE, headers=version),
        someone.delete(f"{API}/roles/agent", headers=version),
        someone.post(f"{API}/roles/preview", json={"role": ROLE}),
        assign(someone, "usr_owner", []),
        assign(someone, "usr_unknown", []),
        someone.get(f"{API}/access/effective", params={"user": "usr_owner"}),
        someone.get(f"{API}/access/effective", params={"user": "usr_unknown"}),
    ]
    assert {answer.status_code for answer in answers} == {403}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "a\nb\x00"}, "name"),
        ({"scope": "region ="}, "scope"),
        ({"deny_scope": 'planet = "Mars"'}, "deny_scope"),
        ({"masks": {"email": "blurred"}}, "masks"),
        ({"masks": {"pii:shoes": "hidden"}}, "masks"),
        ({"permissions": {"planet": ["read"]}}, "permissions"),
        ({"denials": {"customer": ["eat"]}}, "denials"),
    ],
)
def test_what_is_no_role_is_refused_with_the_part_that_is_wrong(company, as_user, change, field):
    refused = as_user("usr_admin").post(f"{API}/roles", json={**ROLE, **change})
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, field)


def test_two_roles_cannot_have_one_name(company, as_user):
    assert as_user("usr_admin").post(f"{API}/roles", json={**ROLE, "name": " aGENT "}).status_code == 409


def test_hostile_names_are_kept_as_they_are_written(company, as_user):
    hostile = {**ROLE, "name": "<script>alert(1)</script>'; drop table role; --", "description": "\u202eevil"}
    made = as_user("usr_admin").post(f"{API}/roles", json=hostile)
    assert (made.status_code, made.json()["name"]) == (201, hostile["name"])


def test_a_preview_counts_and_shows_what_the_role_admits_and_masks(company, as_user):
    owner = as_user("usr_owner")
    preview = owner.post(
        f"{API}/roles/preview", json={"role": {**ROLE, "scope": "region in my.regions"}, "my": {"regions": ["EU"]}}
    ).json()
    assert (preview["visible"], preview["total"]) == (2, 4)
    shown = {
        customer["customer_id"]: {each["name"]: each for each in customer["fields"]}
        for customer in preview["customers"]
    }
    assert set(shown) == {"cus_1", "cus_2"}
    assert (shown["cus_1"]["email"]["value"], shown["cus_1"]["email"]["mask"]) == ("a•••", "masked")
    assert shown["cus_1"]["display_name"]["value"] == "Ana"
    assert {each["name"]: each["mask"] for each in preview["fields"]}["note.body"] == "hidden"


def test_a_preview_never_shows_more_than_the_previewer_sees(company, as_user):
    preview = (
        as_user("usr_admin").post(f"{API}/roles/preview", json={"role": {**ROLE, "scope": None, "masks": {}}}).json()
    )
    fields = {each["name"]: each for each in preview["customers"][0]["fields"]}
    assert (fields["email"]["mask"], fields["email"]["value"], fields["email"]["is_limited"]) == ("none", "a•••", True)


def test_a_preview_with_a_broken_rule_says_where(company, as_user):
    refused = as_user("usr_admin").post(f"{API}/roles/preview", json={"role": {**ROLE, "scope": "region = 'x'"}})
    assert (refused.status_code, refused.json()["error"]["position"]) == (422, 9)


def test_a_field_is_explained_for_every_role(company, as_user):
    explained = as_user("usr_admin").get(f"{API}/access/explain", params={"field": "email"}).json()
    roles = {each["role"]["role_id"]: (each["mask"], each["reason"]) for each in explained["roles"]}
    assert roles["agent"] == ("none", "open")
    assert roles["analyst"] == ("hashed", "class")
    assert (explained["pii_class"], explained["yours"], explained["may_search"]) == ("contact", "masked", False)
    own = as_user("usr_agent").get(f"{API}/access/explain", params={"field": "email"}).json()
    assert [each["role"]["role_id"] for each in own["roles"]] == ["agent"]


def test_effective_access_names_the_role_that_gives_each_permission(company, as_user):
    admin = as_user("usr_admin")
    assign(admin, "usr_agent", ["agent", "analyst"])
    effective = admin.get(f"{API}/access/effective", params={"user": "usr_agent"}).json()
    permissions = {(each["verb"], each["kind"]): each for each in effective["permissions"]}
    assert permissions["export", "customer"]["via"] == ["Analyst"]
    assert permissions["read", "customer"]["via"] == ["Agent", "Analyst"]
    contact = next(each for each in effective["classes"] if each["name"] == "contact")
    assert (contact["mask"], contact["via"]) == ("none", ["Agent"])


def test_everybody_may_read_the_policy_and_only_some_the_scopes(company, as_user):
    for user, sees_scopes in (("usr_admin", True), ("usr_agent", False)):
        policy = {each["kind"]: each for each in as_user(user).get(f"{API}/access/policy").json()}
        create = next(each for each in policy["note"]["verbs"] if each["verb"] == "create")
        assert [role["role_id"] for role in create["allowed"]] == ["owner", "manager", "agent"]
        assert any(role["scope"] for role in create["allowed"]) is sees_scopes


def test_every_change_of_roles_is_in_the_audit(company, as_user):
    admin = as_user("usr_admin")
    role_id = admin.post(f"{API}/roles", json=ROLE).json()["role_id"]
    read = admin.get(f"{API}/roles/{role_id}")
    admin.put(f"{API}/roles/{role_id}", json={**ROLE, "masks": {}}, headers=etag(read))
    assign(admin, "usr_agent", [role_id])
    admin.delete(f"{API}/roles/{role_id}", headers={"If-Match": '"2"'})
    with company.read() as connection:
        actions = connection.scalars(sa.text("select action from audit_entry order by seq")).all()
        kinds = connection.scalars(sa.text("select kind from outbox order by seq")).all()
    assert [each for each in actions if "role" in each] == [
        "role.create", "role.update", "user.assign_roles", "role.delete",
    ]  # fmt: skip
    assert kinds == ["role.created", "role.updated", "user.roles_changed", "role.deleted"]


def test_a_refused_change_leaves_nothing(company, as_user):
    as_user("usr_agent").post(f"{API}/roles", json=ROLE)
    assign(as_user("usr_admin"), "usr_owner", ["agent", "rol_unknown"])
    with company.read() as connection:
        assert connection.scalar(sa.text("select count(*) from role")) == 0
        assert connection.scalar(sa.text("select count(*) from outbox")) == 0


def test_nobody_widens_their_own_row_scope(company, as_user):
    admin, owner = as_user("usr_admin"), as_user("usr_owner")
    for browser, user, status in ((admin, "usr_admin", 403), (admin, "usr_agent", 200), (owner, "usr_owner", 200)):
        read = browser.get(f"{API}/users/{user}")
        changed = browser.patch(f"{API}/users/{user}", json={"attributes": {"regions": ["US"]}}, headers=etag(read))
        assert changed.status_code == status, changed.text
    assert admin.get(f"{API}/users/usr_admin").json()["attributes"] == {}


def test_roles_are_given_on_the_account_that_was_read(company, as_user):
    owner = as_user("usr_owner")
    address = f"{API}/users/usr_agent/roles"
    assert owner.put(address, json={"roles": ["agent"]}).status_code == 428
    version = owner.get(f"{API}/access/effective", params={"user": "usr_agent"}).json()["version"]
    read = {"If-Match": f'"{version}"'}
    changed = owner.put(address, json={"roles": ["analyst"]}, headers=read)
    assert changed.status_code == 200
    late = owner.put(address, json={"roles": ["agent"]}, headers=read)
    assert (late.status_code, late.json()["error"]["code"]) == (412, "stale")
    assert owner.get(f"{API}/users/usr_agent").headers["etag"] == changed.headers["etag"]
    patched = owner.patch(f"{API}/users/usr_agent", json={"display_name": "Agent"}, headers=read)
    assert patched.status_code == 412


def test_of_two_owners_who_disable_each_other_at_once_one_remains(company, as_user):
    owner = as_user("usr_owner")
    assign(owner, "usr_agent", ["owner"])
    pairs = [(owner, "usr_agent"), (as_user("usr_agent"), "usr_owner")]

    def disable(pair):
        client, user_id = pair
        etag = client.get(f"{API}/users/{user_id}").headers.get("etag", '"1"')
        return client.patch(f"{API}/users/{user_id}", json={"state": "disabled"}, headers={"If-Match": etag})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(disable, pairs))
    with company.read() as connection:
        assert has_active_owner(connection)


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
@pytest.mark.parametrize("way", ["disabled", "without the role"])
def test_the_last_owner_remains_though_the_other_goes_in_a_transaction_that_is_still_open(company, way):
    """On PostgreSQL the second waits for the first, then sees what it did; SQLite has one writer at a time."""
    with company.write() as connection:
        connection.execute(sa.text("insert into user_role (user_id, role_id) values ('usr_agent', 'owner')"))
    full = Access.full(Actor("cli", "cli", "command line"))
    first = UserChange(state="disabled") if way == "disabled" else UserChange(roles=[])

    def second():
        with company.write() as connection:
            update_user(connection, full, "usr_owner", UserChange(state="disabled"), expected_version=1)

    with ThreadPoolExecutor(1) as pool:
        with company.write() as connection:
            update_user(connection, full, "usr_agent", first, expected_version=1)
            waiting = pool.submit(second)
            with company.read() as looking:
                blocked = sa.text("select count(*) from pg_locks where not granted")
                while not looking.scalar(blocked) and not waiting.done():
                    looking.rollback()
        with pytest.raises(Conflict):
            waiting.result()
    with company.read() as connection:
        assert has_active_owner(connection)
