"""A small company at work: customers from the identity map, colleagues with real roles, each with a client."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from fastapi import Request
from fastapi.testclient import TestClient

from onefold.access import Access, Actor, load_access
from onefold.access.accounts.tables import user_account
from onefold.access.accounts.users import add_user
from onefold.api import call as calls
from onefold.api import create_app
from onefold.identity import apply_map, plan_map
from onefold.identity.tables import customer, subject
from onefold.profiles.tables import profile_summary
from onefold.workspace import Workspace

V1 = "/api/v1"
_emails = itertools.count(1)


class Office:
    """One workspace with customers and colleagues."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.database = workspace.database
        self.app = create_app(workspace, local_token="token-of-the-test-0123456789")
        self.app.dependency_overrides[calls._call] = self._call
        self.regions: dict[str, str] = {}
        self._now = datetime(2026, 1, 1, tzinfo=UTC)

    def customers(self, *groups: str, regions: Mapping[str, str] | None = None) -> dict[str, str]:
        """Build the map: each group of subjects is one customer; returns the customer of each subject."""
        self.regions |= regions or {}
        clusters = {name: str(number) for number, group in enumerate(groups) for name in group.split()}
        rows = {"subject_id": list(clusters), "cluster": list(clusters.values()), "kind": ["person"] * len(clusters)}
        self._now += timedelta(days=1)
        with self.database.write() as connection:
            plan = plan_map(connection, pa.table(rows), workspace_key=b"key of the tests")
            apply_map(connection, plan, build_no=1, actor="build", rule_version="1", now=self._now)
            owners = dict(connection.execute(sa.select(subject.c.subject_id, subject.c.customer_id)).all())
            connection.execute(profile_summary.delete())
            active = sa.select(customer.c.customer_id).where(customer.c.state == "active")
            for customer_id in connection.execute(active).scalars().all():
                first = min(name for name, owner in owners.items() if owner == customer_id)
                connection.execute(
                    profile_summary.insert().values(
                        customer_id=customer_id,
                        kind="person",
                        display_name=f"Customer {first}",
                        sort_name=f"customer {first}",
                        region=self.regions.get(first, "north"),
                        events=0,
                        records=1,
                        systems=1,
                    )
                )
        return owners

    def person(self, name: str, *roles: str, regions: Sequence[str] = (), email: str | None = None) -> str:
        """A colleague who can sign in; returns the user id."""
        with self.database.write() as connection:
            return add_user(
                connection,
                email=email or f"person{next(_emails)}@acme.example",
                display_name=name,
                state="active",
                roles=roles or ("agent",),
                attributes={"regions": list(regions)} if regions else {},
            ).user_id

    def access(self, user_id: str) -> Access:
        """What a colleague may do."""
        with self.database.read() as connection:
            row = connection.execute(sa.select(user_account).where(user_account.c.user_id == user_id)).one()
            actor = Actor(user_id, "user", row.display_name, attributes=row.attributes)
            return load_access(connection, actor)

    def client(self, user_id: str | None = None) -> TestClient:
        """A client of a colleague, or of the command line."""
        headers = {"X-Person": user_id or ""}
        return TestClient(self.app, "http://127.0.0.1", raise_server_exceptions=False, headers=headers)

    def run(self, action: Any, user_id: str, *arguments: Any, **options: Any) -> Any:
        """Call a function of the slice in a transaction, as a colleague."""
        with self.database.write() as connection:
            return action(connection, self.access(user_id), *arguments, **options)

    def _call(self, request: Request) -> calls.Call:
        user_id = request.headers.get("X-Person")
        access = self.access(user_id) if user_id else Access.full(Actor("cli", "cli", "command line"))
        return calls.Call(request, self.workspace, access)


def error_of(answer: Any) -> str:
    """The code of a refused request; its shape is the one shape."""
    document = answer.json()["error"]
    assert {"code", "message", "hint", "is_transient"} <= set(document)
    return str(document["code"])


def etag(answer: Any) -> dict[str, str]:
    """The header that changes what was read."""
    return {"If-Match": answer.headers["ETag"]}


def send(client: TestClient, customer_id: str, name: str, content: bytes, media_type: str | None = None) -> Any:
    """Upload a file."""
    part = (name, content, media_type) if media_type else (name, content)
    return client.post(f"{V1}/customers/{customer_id}/files", files={"file": part})
