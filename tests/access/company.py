"""A company of six colleagues and four customers, over HTTP, on each kind of app database."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from onefold.access.accounts import Visitor, csrf_token
from onefold.access.accounts.sessions import start_session
from onefold.access.accounts.tables import user_account
from onefold.access.tables import user_role
from onefold.api import create_app
from onefold.identity.tables import customer as customer_table
from onefold.identity.tables import subject
from onefold.kernel import utc_now
from onefold.profiles.tables import identifier, profile_summary, search_term
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
    "usr_analyst": (["analyst"], {}),
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
                password_hash="never matches",
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
        connection.execute(
            customer_table.insert().values(
                customer_id=customer["customer_id"], kind="person", state="active", created_run=1, created_at=utc_now()
            )
        )
        counts = dict.fromkeys(("events", "records", "systems"), 1)
        subject_id = f"crm.people:{customer['customer_id']}"
        connection.execute(
            subject.insert().values(
                subject_id=subject_id, attached_run=1, customer_id=customer["customer_id"], attached_at=utc_now()
            )
        )
        for kind, value in (("email", customer["email"]), ("name", customer["display_name"].casefold())):
            if value is not None:
                connection.execute(identifier.insert().values(kind=kind, value=value, subject_id=subject_id))
        connection.execute(profile_summary.insert().values(kind="person", **counts, **customer))
        term = customer["display_name"].casefold()
        connection.execute(search_term.insert().values(term=term, customer_id=customer["customer_id"]))


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
def as_user(company):
    """A signed-in browser of one colleague; the same browser for the same colleague."""
    app = create_app(company.workspace)
    browsers: dict[str, TestClient] = {}

    def browser(user_id):
        if user_id not in browsers:
            with company.write() as connection:
                made = start_session(connection, user_id, Visitor("127.0.0.1", "test"), is_second_factor_done=True)
            browsers[user_id] = TestClient(
                app,
                base_url="http://localhost",
                raise_server_exceptions=False,
                cookies={"onefold_session": made.token},
                headers={"X-CSRF-Token": csrf_token(made.token)},
            )
        return browsers[user_id]

    return browser
