"""What holds for every address of the API."""

from __future__ import annotations


def test_a_healthy_server_says_so(client):
    answer = client.get("/api/v1/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"


def test_an_unknown_address_has_the_one_error_shape(client):
    answer = client.get("/api/v1/nowhere")
    assert answer.status_code == 404
    assert set(answer.json()["error"]) == {"code", "message", "hint", "is_transient"}
