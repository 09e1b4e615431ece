"""Pages and endpoints under one roof."""

from __future__ import annotations


def test_the_wrong_method_of_an_endpoint_stays_a_matter_of_the_api(client):
    answer = client.post("/api/v1/health")
    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"


def test_an_unknown_address_of_the_api_is_not_a_page(client):
    assert client.get("/api/v1/nowhere").json()["error"]["code"] == "not_found"
