"""An app database of each kind with webhooks, and a worker that sends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from tests.webhooks.receiver import Receiver

from onefold.access import Access, Actor
from onefold.profiles.tables import profile_summary
from onefold.storage import AppDatabase, announce
from onefold.webhooks import WebhookDraft, create_webhook, list_deliveries
from onefold.webhooks import model as models
from onefold.webhooks.guard import Guard
from onefold.webhooks.sealing import secret_of
from onefold.webhooks.tables import webhook
from onefold.webhooks.worker import WebhookWorker

SYSTEM = Access.full(Actor("system", "system", "system"))


class PlainVault:
    """Turns texts around; what the vault does is its own test's matter."""

    def seal(self, text: str, *, purpose: str) -> str:
        return f"{purpose}|{text[::-1]}"

    def unseal(self, sealed: str, *, purpose: str) -> str:
        kept, _, text = sealed.partition("|")
        assert kept == purpose
        return text[::-1]


@dataclass
class House:
    """What a worker needs of a workspace."""

    database: AppDatabase
    vault: PlainVault = field(default_factory=PlainVault)
    guard: Guard = field(default_factory=lambda: Guard(True, frozenset({"127.0.0.1", "localhost"})))

    def say(self, count: int = 1, *, kind: str = "note.created", **options: Any) -> None:
        """Announce changes."""
        resource = kind.partition(".")[0]
        with self.database.write() as connection:
            for number in range(count):
                announce(connection, kind, resource=resource, resource_id=f"n{number}", **options)

    def add_webhook(self, url: str, access: Access = SYSTEM, **options: Any) -> str:
        """Make a webhook; returns its id."""
        draft = replace(WebhookDraft("receiver", url), **options)
        with self.database.write() as connection:
            made = create_webhook(connection, access, draft, guard=self.guard, sealer=self.vault)
        return made.webhook_id

    def secret(self, webhook_id: str) -> str:
        with self.database.read() as connection:
            return secret_of(connection, self.vault, webhook_id)

    def deliveries(self, webhook_id: str) -> list[Any]:
        """All of a webhook, the oldest first."""
        with self.database.read() as connection:
            return sorted(list_deliveries(connection, webhook_id, limit=500), key=lambda one: one.seq or 0)

    def row(self, webhook_id: str) -> Any:
        with self.database.read() as connection:
            return connection.execute(sa.select(webhook).where(webhook.c.webhook_id == webhook_id)).one()

    def change_row(self, webhook_id: str, **values: Any) -> None:
        with self.database.write() as connection:
            connection.execute(webhook.update().where(webhook.c.webhook_id == webhook_id).values(values))

    def wait_for(self, what: Callable[[], bool], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end
            time.sleep(0.02)

    def wait_for_states(self, webhook_id: str, *states: str) -> None:
        self.wait_for(lambda: [one.state for one in self.deliveries(webhook_id)] == list(states))

    def add_customer(self, customer_id: str, region: str) -> None:
        values = {"customer_id": customer_id, "kind": "person", "region": region, "events": 0, "records": 1}
        with self.database.write() as connection:
            connection.execute(profile_summary.insert().values(**values, systems=1))

    @contextmanager
    def working(self) -> Iterator[WebhookWorker]:
        """A worker for the length of the block."""
        worker = WebhookWorker(self.database, self.vault, lambda: self.guard, poll_seconds=0.02)
        worker.start()
        yield worker
        worker.stop()


@pytest.fixture
def house(app_database, monkeypatch) -> House:
    """Back-off is short here."""
    monkeypatch.setattr(models, "FIRST_WAIT", timedelta(milliseconds=30))
    monkeypatch.setattr(models, "LONGEST_WAIT", timedelta(milliseconds=120))
    return House(app_database)


@pytest.fixture
def receive() -> Iterator[Callable[..., Receiver]]:
    """Starts receivers."""
    started: list[Receiver] = []

    def start(*behaviours: Any) -> Receiver:
        started.append(Receiver(*behaviours))
        return started[-1]

    yield start
    for receiver in started:
        threading.Thread(target=receiver.close).start()
