"""What runs by itself, as text: schedules and webhooks."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from onefold.access import record_audit
from onefold.config.files import key_of
from onefold.config.kinds.text import PlainKind, Text, plain, read_text, written
from onefold.config.model import Document, Place, Resource
from onefold.jobs import create_schedule, delete_schedule, list_schedules, update_schedule
from onefold.webhooks import (
    DeliveryState,
    Guard,
    WebhookDraft,
    WebhookState,
    create_webhook,
    delete_webhook,
    list_deliveries,
    list_webhooks,
    update_webhook,
)


class _Schedule(Text):
    job: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    cron: str
    time_zone: str
    is_paused: bool = False


class Schedules(PlainKind):
    """When jobs run, a file each."""

    name = "schedules"

    def export(self, place: Place) -> list[Resource]:
        """All schedules."""
        taken: set[str] = set()
        found = []
        for one in list_schedules(place.connection):
            text = _Schedule(
                job=one.kind,
                arguments=plain(dict(one.arguments)),
                cron=one.cron,
                time_zone=one.time_zone,
                is_paused=one.is_paused,
            )
            found.append(
                Resource(key_of(one.kind, taken, one.schedule_id), written(text), one.schedule_id, one.version)
            )
        return found

    def read(self, place: Place, document: Document) -> Document:
        """Times are checked when it is applied."""
        del place
        return written(read_text(_Schedule, document))

    def create(self, place: Place, key: str, document: Document) -> None:
        """Make one."""
        del key
        text = self._allowed(place, document)
        made = create_schedule(
            place.connection,
            text.job,
            text.arguments,
            cron=text.cron,
            time_zone=text.time_zone,
            owner=place.access.actor.actor_id,
            is_paused=text.is_paused,
        )
        record_audit(place.connection, place.access, "schedule.create", "build", made.schedule_id, {"cron": text.cron})

    def change(self, place: Place, before: Resource, document: Document) -> None:
        """Change it; a schedule for another job is another schedule."""
        text = self._allowed(place, document)
        if text.job != before.document["job"]:
            self.delete(place, before)
            self.create(place, before.key, document)
            return
        update_schedule(
            place.connection,
            before.resource_id,
            expected_version=before.version,
            cron=text.cron,
            time_zone=text.time_zone,
            is_paused=text.is_paused,
            arguments=text.arguments,
        )
        record_audit(place.connection, place.access, "schedule.update", "build", before.resource_id)

    def delete(self, place: Place, before: Resource) -> None:
        """Remove it."""
        place.access.require("create", "build")
        delete_schedule(place.connection, before.resource_id, expected_version=before.version)
        record_audit(place.connection, place.access, "schedule.delete", "build", before.resource_id)

    def _allowed(self, place: Place, document: Document) -> _Schedule:
        place.access.require("create", "build")
        return read_text(_Schedule, document)


class _Webhook(Text):
    name: str
    url: str
    kinds: list[str] = Field(default_factory=lambda: ["*"])
    filter: str | None = None
    is_paused: bool = False


class Webhooks(PlainKind):
    """Webhooks without their secrets, a file each. A new one gets a new secret; renewing it shows one."""

    name = "webhooks"

    def export(self, place: Place) -> list[Resource]:
        """All webhooks."""
        taken: set[str] = set()
        found = []
        for one in list_webhooks(place.connection, limit=100_000):
            is_paused = one.state is WebhookState.PAUSED and one.reason is None
            text = _Webhook(name=one.name, url=one.url, kinds=list(one.kinds), filter=one.filter, is_paused=is_paused)
            found.append(Resource(key_of(one.name, taken, one.webhook_id), written(text), one.webhook_id, one.version))
        return found

    def read(self, place: Place, document: Document) -> Document:
        """Addresses are checked when it is applied."""
        del place
        return written(read_text(_Webhook, document))

    def create(self, place: Place, key: str, document: Document) -> None:
        """Make one; it belongs to whoever applies."""
        del key
        place.access.require("create", "webhook")
        workspace = place.workspace
        guard = Guard.of(workspace.settings)
        create_webhook(place.connection, place.access, _draft(document), guard=guard, sealer=workspace.vault)

    def change(self, place: Place, before: Resource, document: Document) -> None:
        """Change it."""
        place.access.require("update", "webhook")
        draft, guard, version = _draft(document), Guard.of(place.workspace.settings), before.version
        update_webhook(place.connection, place.access, before.resource_id, draft, version=version, guard=guard)

    def delete(self, place: Place, before: Resource) -> None:
        """Delete it with its messages."""
        place.access.require("delete", "webhook")
        delete_webhook(place.connection, place.access, before.resource_id, version=before.version)

    def loss(self, place: Place, before: Resource) -> str | None:
        """Messages that wait."""
        waiting = [DeliveryState.WAITING]
        count = len(list_deliveries(place.connection, before.resource_id, states=waiting, limit=1_000))
        return f"{count:,} messages that wait to be sent" if count else None


def _draft(document: Document) -> WebhookDraft:
    text = read_text(_Webhook, document)
    return WebhookDraft(text.name, text.url, tuple(text.kinds), text.filter, text.is_paused)
