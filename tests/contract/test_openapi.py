"""What every address of the API promises, read from the routes themselves."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from tests.docs.test_docs import make_reference

from onefold.api import create_app, openapi_document
from onefold.api.app import ROUTERS
from onefold.api.describing import codes, is_open, operations, takes_idempotency_key, takes_if_match
from onefold.api.errors import STATUSES
from onefold.api.reference import by_tag, page
from onefold.workspace import Workspace

TOKEN = "token-of-the-test-0123456789"
DOCUMENT = openapi_document()
OPERATIONS = {f"{method.upper()} {path}": route for method, path, route in operations(ROUTERS)}

WITHOUT_VERSION = {
    "PATCH /api/v1/me": "one's own preferences; the last word counts",
    "DELETE /api/v1/users/{user_id}/sessions": "ending something is the same whatever it said",
    "DELETE /api/v1/users/{user_id}/second-factor": "as above",
    "DELETE /api/v1/sessions": "as above",
    "DELETE /api/v1/sessions/{session_id}": "as above",
    "DELETE /api/v1/keys/{key_id}": "a key that leaked is revoked whatever somebody changed of it meanwhile",
    "DELETE /api/v1/me/view-as": "as above",
    "DELETE /api/v1/uploads/{upload_id}": "as above",
    "DELETE /api/v1/customers/{customer_id}/tags/{tag_id}": "as above; tagging is a set",
    "DELETE /api/v1/identity/quality/labels/{label_id}": "as above; a label is never changed",
    "PUT /api/v1/uploads/{upload_id}/content": "pieces by their place in the file",
}
WITHOUT_KEY = {
    "POST /api/v1/customers/{customer_id}/tags": "tagging is a set",
    "POST /api/v1/identity/overrides/{override_id}/withdraw": "needs the version; a second time is a conflict",
}
SHORT_LISTS = {
    "/api/v1/sessions", "/api/v1/keys", "/api/v1/audit/actions", "/api/v1/roles", "/api/v1/webhooks/kinds",
    "/api/v1/customers/attributes", "/api/v1/customers/facets", "/api/v1/views", "/api/v1/notes/{note_id}/history",
    "/api/v1/tasks/summary", "/api/v1/tasks/{task_id}/history", "/api/v1/tags", "/api/v1/customers/{customer_id}/tags",
    "/api/v1/mentions", "/api/v1/sources/{name}/tables", "/api/v1/sources/{name}/tables/{table}/samples",
    "/api/v1/identity/review/patterns",
    "/api/v1/sources", "/api/v1/uploads", "/api/v1/schedules", "/api/v1/jobs/{job_id}/log",
    "/api/v1/customers/{customer_id}/told", "/api/v1/identity/changes",
}  # fmt: skip
"""Bounded by what a company has, or by a limit of their own."""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with Workspace.create(tmp_path_factory.mktemp("contract") / "acme") as workspace:
        app = create_app(workspace, local_token=TOKEN)
        with TestClient(app, raise_server_exceptions=False, base_url="http://127.0.0.1") as client:
            yield client


def described(name: str) -> dict:
    method, path = name.split(" ")
    return DOCUMENT["paths"][path][method.lower()]


def test_the_description_is_of_the_routes_and_the_routes_are_described():
    said = {f"{method.upper()} {path}" for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert said == set(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_says_what_it_does_and_shows_it(name):
    operation = described(name)
    for part in ("summary", "description", "tags", "operationId"):
        assert operation.get(part), part
    assert "error" not in operation["summary"].lower()
    bodies = [operation.get("requestBody", {})] + [
        answer for status, answer in operation["responses"].items() if status.startswith("2")
    ]
    for body in bodies:
        media = body.get("content", {}).get("application/json")
        if media is not None and media != {"schema": {}, "example": None}:  # nothing is said: null
            assert media.get("schema"), "a body without a shape"
            assert "example" in media or "examples" in media
    assert "default" in operation["responses"]
    assert "HTTPValidationError" not in json.dumps(operation)


def test_every_code_of_an_error_is_documented():
    assert {kind.code for kind in STATUSES} <= set(codes())
    assert set(DOCUMENT["x-codes"]) == set(codes())


def test_exceptions_from_versions_are_of_addresses_that_take_none():
    assert set(WITHOUT_VERSION) <= set(OPERATIONS)
    assert [name for name in WITHOUT_VERSION if takes_if_match(OPERATIONS[name])] == []


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name.split(" ")[0] in {"PUT", "PATCH", "DELETE"}])
def test_every_change_asks_for_the_version_that_was_read(name):
    assert takes_if_match(OPERATIONS[name]) or name in WITHOUT_VERSION
    if takes_if_match(OPERATIONS[name]):
        headers = [one["name"] for one in described(name).get("parameters", []) if one["in"] == "header"]
        assert "If-Match" in {header.title() for header in headers}


@pytest.mark.parametrize(
    "name", [name for name, route in OPERATIONS.items() if name.startswith("POST") and route.status_code == 201]
)
def test_every_create_may_be_repeated(name):
    assert takes_idempotency_key(OPERATIONS[name]) or name in WITHOUT_KEY


def test_every_list_that_can_be_long_is_paged():
    schemas = DOCUMENT["components"]["schemas"]
    for path, methods in DOCUMENT["paths"].items():
        content = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        properties = schemas.get(schema.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
        if "items" not in properties or path in SHORT_LISTS:
            continue
        names = {one["name"] for one in methods["get"].get("parameters", [])}
        assert "next_cursor" in properties, path
        assert {"limit", "cursor"} <= names, path


def _address(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "none", path)


@pytest.mark.parametrize("name", OPERATIONS)
def test_who_is_not_signed_in_gets_the_one_error_shape(name, client):
    method, path = name.split(" ")
    answer = client.request(method, _address(path))
    if is_open(OPERATIONS[name]):
        assert answer.status_code < 500, answer.text
        return
    assert answer.status_code == 401, answer.text
    assert {"code", "message", "hint", "is_transient"} <= set(answer.json()["error"])


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 5000, b'{"a": NaN}', b"null", b""], ids=repr)
def test_broken_bodies_get_the_one_error_shape(client, body):
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", "If-Match": '"1"'}
    for name in OPERATIONS:
        method, path = name.split(" ")
        if method == "GET" or path == "/api/v1/stream":
            continue
        answer = client.request(method, _address(path), content=body, headers=headers)
        assert answer.status_code < 500, (name, answer.text)
        if answer.status_code >= 400:
            assert {"code", "message", "hint", "is_transient"} <= set(answer.json()["error"]), name


def test_the_reference_is_of_this_version():
    again = "made from the program: python docs/make_reference.py"
    assert make_reference.API_DESCRIPTION.read_text(encoding="utf-8") == make_reference.api_description(), again
    assert make_reference.API_PAGE.read_text(encoding="utf-8") == make_reference.api_reference(), again


def test_the_page_for_people_shows_every_operation_without_script(client):
    answer = client.get("/api/v1/docs")
    assert answer.status_code == 200
    assert "text/html" in answer.headers["content-type"]
    assert "<script" not in answer.text
    assert "http://" not in answer.text.replace("http://localhost", "")
    assert answer.text.count("<details>") == len(OPERATIONS) == sum(map(len, by_tag(DOCUMENT).values()))
    assert answer.text == page(DOCUMENT)


def test_the_command_prints_the_description():
    done = subprocess.run([sys.executable, "-m", "onefold", "api", "spec"], capture_output=True, check=True)
    assert json.loads(done.stdout) == DOCUMENT
    assert Path(make_reference.API_DESCRIPTION).name == "openapi.json"
