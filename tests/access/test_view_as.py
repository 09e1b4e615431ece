"""View as: never more than one sees oneself, nothing changes meanwhile, and it is in the audit."""

from __future__ import annotations

import sqlalchemy as sa
from tests.access.company import as_user, company

API = "/api/v1"

__all__ = ["as_user", "company"]


def ids(browser):
    listed = browser.get(f"{API}/customers", params={"count": "exact"}).json()
    assert listed["count"] == len(listed["items"])
    return {row["customer_id"] for row in listed["items"]}


def test_an_owner_sees_as_a_person_sees(company, as_user):
    owner = as_user("usr_owner")
    assert len(ids(owner)) == 4
    assert owner.post(f"{API}/me/view-as", json={"user_id": "usr_agent"}).status_code == 200
    assert ids(owner) == ids(as_user("usr_agent")) == {"cus_1", "cus_2"}
    assert owner.get(f"{API}/me").json()["view_as"] == {"name": "Agent", "kind": "user", "id": "usr_agent"}
    assert owner.delete(f"{API}/me/view-as").status_code == 204
    assert len(ids(owner)) == 4


def test_nothing_can_be_changed_meanwhile(company, as_user):
    owner = as_user("usr_owner")
    owner.post(f"{API}/me/view-as", json={"role_id": "owner"})
    permissions = owner.get(f"{API}/me").json()["permissions"]
    assert {verb for verb, _ in permissions} == {"read"}
    for answer in (
        owner.post(f"{API}/roles", json={"name": "x"}),
        owner.put(f"{API}/users/usr_agent/roles", json={"roles": []}, headers={"If-Match": '"1"'}),
        owner.post(f"{API}/customers/cus_1/notes", json={"body": "x"}),
        owner.post(f"{API}/customers/export", json={}),
    ):
        assert answer.status_code in {403, 422}, answer.text
    again = owner.post(f"{API}/me/view-as", json={"role_id": "agent"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")


def test_viewing_as_more_shows_no_more(company, as_user):
    admin = as_user("usr_admin")
    before = {
        row["customer_id"]: row["values"]["display_name"] for row in admin.get(f"{API}/customers").json()["items"]
    }
    assert before["cus_1"] == "A•••"
    admin.post(f"{API}/me/view-as", json={"role_id": "owner"})
    after = {row["customer_id"]: row["values"]["display_name"] for row in admin.get(f"{API}/customers").json()["items"]}
    assert after == before


def test_only_who_gives_roles_may_and_only_in_a_browser(company, as_user):
    assert as_user("usr_agent").post(f"{API}/me/view-as", json={"role_id": "owner"}).status_code == 403
    assert as_user("usr_owner").post(f"{API}/me/view-as", json={"role_id": "unknown"}).status_code == 404
    assert as_user("usr_owner").post(f"{API}/me/view-as", json={"user_id": "usr_unknown"}).status_code == 404
    for body in ({}, {"role_id": "agent", "user_id": "usr_agent"}, {"role_id": "agent", "attributes": {}}):
        assert as_user("usr_owner").post(f"{API}/me/view-as", json=body).status_code == 422


def test_it_is_in_the_audit_with_who_really_looked(company, as_user):
    owner = as_user("usr_owner")
    owner.post(f"{API}/me/view-as", json={"user_id": "usr_agent"})
    owner.delete(f"{API}/me/view-as")
    with company.read() as connection:
        rows = connection.execute(
            sa.text("select actor_id, action, resource_id from audit_entry where action like 'view_as%' order by seq")
        ).all()
    assert rows == [("usr_owner", "view_as.start", "usr_agent"), ("usr_owner", "view_as.end", "usr_agent")]


def test_a_role_that_is_gone_shows_nothing(company, as_user):
    owner = as_user("usr_owner")
    role_id = owner.post(f"{API}/roles", json={"name": "Short", "permissions": {"customer": ["read"]}}).json()[
        "role_id"
    ]
    owner.post(f"{API}/me/view-as", json={"role_id": role_id})
    assert len(ids(owner)) == 4
    with company.write() as connection:
        connection.execute(sa.text("delete from role"))
    assert owner.get(f"{API}/customers").status_code == 403
    assert owner.delete(f"{API}/me/view-as").status_code == 204
