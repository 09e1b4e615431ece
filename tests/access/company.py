"""A company of five colleagues and four customers, over HTTP, on each kind of app database."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from onefold.access import Actor, load_access
from onefold.access.accounts.tables import user_account
from onefold.access.tables import user_role
from onefold.api import call as calls
from onefold.api import create_app
from onefold.errors import NotSignedIn
from onefold.kernel import utc_now
from onefold.profiles.tables import profile_summary
from onefold.settings import Settings
from onefold.workspace import Workspace

ROLE = {
    "name": "Sales",
    "description": "Sees how customers are, not what they wrote.",
    "permissions": {"customer": ["read"], "task": ["read", "create"]},
    "scope": 'status = "active"',
    "masks": {"pii:contact": "masked", "pii:free_text": "hidden"},
}
USERS = {
    "usr_owner": (["owner"], {}),
    "usr_admin": (["administrator"], {}),
    "usr_agent": (["agent"], {"regions": ["EU"]}),
    "usr_other": (["agent"], {}),
    "usr_nobody": ([], {}),
}
CUSTOMERS = [
    {"customer_id": "cus_1", "display_name": "Ana", "email": "ana@example.com", "region": "EU", "status": "active"},
    {"customer_id": "cus_2", "display_name": "王芳", "email": None, "region": "EU", "status": "lost"},
    {"customer_id": "cus_3", "display_name": "Νίκος", "email": "n@example.com", "region": "US", "status": "active"},
    {"customer_id": "cus_4", "display_name": "نگار", "email": None, "region": None, "status": None},
]


def fill(connection: sa.Connection) -> None:
    """Write the company."""
    for user_id, (roles, attributes) in USERS.items():
        connection.execute(
            user_account.insert().values(
                user_id=user_id,
                email=f"{user_id}@acme.test",
                display_name=user_id.removeprefix("usr_").title(),
                state="active",
                recovery_hashes=[],
                attributes=attributes,
                preferences={},
                version=1,
                created_at=utc_now(),
            )
        )
        for role_id in roles:
            connection.execute(user_role.insert().values(user_id=user_id, role_id=role_id))
    for customer in CUSTOMERS:
        counts = dict.fromkeys(("events", "records", "systems"), 1)
        connection.execute(profile_summary.insert().values(kind="person", **counts, **customer))


@pytest.fixture
def company(tmp_path, database_url):
    """Its app database."""
    settings = Settings(name="acme", database=None if database_url.startswith("sqlite") else database_url)
    with Workspace.create(tmp_path / "acme", settings) as workspace:
        with workspace.database.write() as connection:
            fill(connection)
        workspace.database.workspace = workspace
        yield workspace.database


@pytest.fixture
def as_user(company, monkeypatch):
    """A client of one colleague."""

    def identified(request):
        user_id = request.headers.get("X-User", "")
        if user_id not in USERS:
            raise NotSignedIn("sign in first")
        with company.read() as connection:
            return load_access(connection, Actor(user_id, "user", user_id, None, USERS[user_id][1]))

    monkeypatch.setattr(calls, "_identified", identified)
    app = create_app(company.workspace)
    return lambda user_id: TestClient(app, raise_server_exceptions=False, headers={"X-User": user_id})
