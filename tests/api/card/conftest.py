"""A built company behind HTTP, and clients that are somebody in particular."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.api.conftest import TOKEN
from tests.profiles.company import Company
from tests.profiles.conftest import Bench

from onefold.access import Access, Actor, Layer, Role
from onefold.api import call, create_app
from onefold.engines import Engine
from onefold.workspace import Workspace

AsRole = Callable[..., TestClient]


@pytest.fixture
def company() -> Company:
    """Nobody yet."""
    return Company()


@pytest.fixture
def ana(company: Company) -> Company:
    """Ana in three systems that disagree, with a story; and Bob far away."""
    company.record(
        "crm.people:1", "ana", created="2020-01-01", updated="2024-01-01", given_name="Ana", family_name="García",
        full_name="Ana García", email=["ana@x.com"], phone="+34600111222", status="active", tier="gold", region="North",
        national_id="12345678Z", country="ES",
    )  # fmt: skip
    company.record(
        "shop.users:7", "ana", created="2019-01-01", updated="2025-01-01", full_name="Ana García", email="ana@x.com",
        birth_date="1980-04-02", status="vip", country="ES",
    )  # fmt: skip
    company.record("desk.users:z", "ana", full_name="Ana García", birth_date="1980-04-02", language="ca")
    company.record("crm.people:2", "bob", full_name="Bob Stone", email="bob@x.com", region="South")
    company.event(
        "desk.messages:1", "desk.users:z", role="conversations", event_type="message", occurred_at="2025-03-02",
        counterpart="Eve", title="My boiler exploded", body='{"body": "My boiler exploded and I am furious."}',
    )  # fmt: skip
    company.event(
        "desk.tickets:1", "desk.users:z", role="conversations", event_type="ticket", occurred_at="2025-03-01",
        status="open", counterpart="Eve", title="Boiler", channel="email", body='{"topic": "complaint"}',
    )  # fmt: skip
    company.event("shop.orders:1", "shop.users:7", occurred_at="2025-02-02", amount="12.50", currency="EUR")
    company.event(
        "survey.answers:1", "crm.people:1", role="feedback", event_type="response", occurred_at="2025-02-20",
        score=3.0, title="Too slow", body='{"why": "Too slow"}',
    )  # fmt: skip
    for number in range(9):
        company.event(f"app.log:{number}", "shop.users:7", event_type="page_view", occurred_at=f"2025-01-0{number + 1}")
    return company


@pytest.fixture
def bench(workspace: Workspace) -> Iterator[Bench]:
    """Builds companies into the workspace's app database."""
    engine = Engine.open(threads=1)
    yield Bench(engine, workspace.database)
    engine.close()


@pytest.fixture
def built(bench: Bench, ana: Company) -> Bench:
    """The company of Ana, built; the catalogue knows which columns hold text and scores."""
    from onefold.catalog import save_catalog
    from onefold.catalog.model import Column, Meaning, Table
    from onefold.catalog.model import Role as TableRole

    def table(source: str, name: str, role: TableRole, *columns: tuple[str, Meaning]) -> Table:
        made = tuple(
            Column(column, meaning, 1.0, "", {"scale": [0, 10]} if meaning is Meaning.SCORE else {})
            for column, meaning in columns
        )
        return Table(source, name, role, 1.0, "", (), 1, made)

    tables = [
        table("desk", "messages", TableRole.CONVERSATIONS, ("body", Meaning.TEXT)),
        table("desk", "tickets", TableRole.CONVERSATIONS, ("subject", Meaning.TITLE)),
        table("survey", "answers", TableRole.FEEDBACK, ("why", Meaning.TEXT), ("score", Meaning.SCORE)),
        table("crm", "people", TableRole.PEOPLE, ("mail", Meaning.EMAIL), ("state", Meaning.STATUS)),
    ]
    bench.build(ana)
    with bench.database.write() as connection:
        save_catalog(connection, tables)
    return bench


@pytest.fixture
def ana_id(built: Bench) -> str:
    """Ana's id."""
    return built.customer_of("crm.people:1")


@pytest.fixture
def as_role(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[AsRole]:
    """``as_role(**of_the_role)`` → a client of somebody who holds that role and no other."""
    opened: list[TestClient] = []

    def client_of(**options: Any) -> TestClient:
        given = {"role_id": "tried", "name": "Tried", "permissions": {"customer": ("read",), "identity": ("read",)}}
        role = Role(**(given | options))
        access = Access(Actor("usr_tried", "user", "Tried"), layers=(Layer((role,)),), mask_key="key")
        who = SimpleNamespace(access=access, session=None)
        monkeypatch.setattr(call, "identified", lambda *_: who)
        client = TestClient(
            create_app(workspace, local_token=TOKEN), base_url="http://localhost", raise_server_exceptions=False
        )
        opened.append(client)
        return client

    yield client_of
    for client in opened:
        client.close()
