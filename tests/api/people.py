"""People who sign in, for tests of what they may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.testclient import TestClient

from onefold.access.accounts import User, add_user
from onefold.access.accounts.passwords import hash_password
from onefold.api import create_app
from onefold.workspace import Workspace

PASSWORD = "correct horse battery staple"


def add_person(
    workspace: Workspace,
    email: str = "ana@example.com",
    roles: Sequence[str] = ("owner",),
    *,
    password: str = PASSWORD,
    attributes: Mapping[str, Any] | None = None,
) -> User:
    """An account that can sign in."""
    with workspace.database.write() as connection:
        return add_user(
            connection,
            email=email,
            display_name=email.partition("@")[0].title(),
            state="active",
            roles=list(roles),
            attributes=attributes,
            password_hash=hash_password(password),
        )


def browser(workspace: Workspace, *, base_url: str = "http://localhost", **options: Any) -> TestClient:
    """A browser that nobody is signed in with."""
    app = create_app(workspace, local_token="unused-token-of-the-test")
    return TestClient(app, base_url=base_url, raise_server_exceptions=False, **options)


def signed_in(workspace: Workspace, email: str = "ana@example.com", *, password: str = PASSWORD) -> TestClient:
    """A browser that somebody is signed in with, whose page sends its token along."""
    client = browser(workspace)
    answer = client.post("/api/v1/sign-in", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    client.headers["X-CSRF-Token"] = client.get("/api/v1/me").json()["csrf_token"]
    return client
