"""Every door that leads to customers: who is out of scope is not there, and what is hidden cannot be searched."""

from __future__ import annotations

import pytest
from tests.access.company import as_user, company

API = "/api/v1"

__all__ = ["as_user", "company"]

OF_ONE = ("", "/timeline", "/records", "/identity", "/told", "/notes", "/tags", "/tasks", "/files")


@pytest.mark.parametrize("part", OF_ONE)
def test_out_of_scope_and_unknown_are_the_same(company, as_user, part):
    agent = as_user("usr_agent")
    there, unknown = (agent.get(f"{API}/customers/{one}{part}") for one in ("cus_3", "cus_aaaaaaaaaaaaaaaa"))
    assert there.status_code == unknown.status_code == 404
    assert there.text.replace("cus_3", "…") == unknown.text.replace("cus_aaaaaaaaaaaaaaaa", "…")


@pytest.mark.parametrize("key", ["n@example.com", "Νίκος", "cus_3"])
def test_nobody_out_of_scope_is_found_by_any_key(company, as_user, key):
    assert as_user("usr_agent").get(f"{API}/customers/{key}").status_code == 404
    found = as_user("usr_agent").get(f"{API}/customers", params={"q": key, "count": "exact"}).json()
    assert (found["items"], found["count"]) == ([], 0)


def test_lists_and_counts_hold_only_who_is_in_scope(company, as_user):
    for rule in ("true", 'region = "US"', 'not region = "EU"', "region is unknown", 'customer_id = "cus_3"'):
        listed = as_user("usr_agent").get(f"{API}/customers", params={"filter": rule, "count": "exact"}).json()
        assert {row["customer_id"] for row in listed["items"]} <= {"cus_1", "cus_2"}
        assert listed["count"] == len(listed["items"])


@pytest.mark.parametrize(
    "query",
    [
        {"filter": 'email ~ "ana"'},
        {"filter": 'not (status = "x" or email is known)'},
        {"filter": 'name = "Ana"'},
        {"filter": 'display_name > "A"'},
        {"sort": "email"},
        {"sort": "-display_name"},
    ],
)
def test_what_is_masked_cannot_be_filtered_or_sorted_by(company, as_user, query):
    refused = as_user("usr_analyst").get(f"{API}/customers", params=query)
    assert refused.status_code == 403
    assert "ana@example.com" not in refused.text
    assert as_user("usr_agent").get(f"{API}/customers", params=query).status_code == 200


def test_masks_hold_in_lists(company, as_user):
    rows = (
        as_user("usr_analyst").get(f"{API}/customers", params={"fields": "email,display_name,status"}).json()["items"]
    )
    row = next(row for row in rows if row["customer_id"] == "cus_1")
    assert row["values"]["status"] == "active"
    assert "ana" not in str(row["values"]).lower()
    assert set(row["hidden"]) == {"email", "display_name"}


@pytest.mark.parametrize("user", ["usr_nobody"])
def test_without_a_role_nothing_is_there(company, as_user, user):
    someone = as_user(user)
    for path in ("/customers", "/customers/cus_1", "/customers/cus_aaaaaaaaaaaaaaaa", "/customers/cus_1/notes"):
        assert someone.get(f"{API}{path}").status_code in {403, 404}


@pytest.mark.parametrize("key", ["ana@example.com", "Ana", "an"])
def test_what_is_masked_finds_nobody(company, as_user, key):
    listed = as_user("usr_owner").get(f"{API}/customers", params={"q": key}).json()["items"]
    assert [row["customer_id"] for row in listed] == ["cus_1"]
    analyst = as_user("usr_analyst")
    assert analyst.get(f"{API}/customers/{key}").status_code == 404
    assert analyst.get(f"{API}/customers", params={"q": key}).json()["items"] == []
