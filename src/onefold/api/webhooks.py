"""Webhooks: where changes are sent, and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from onefold.api.call import CallDep, set_etag
from onefold.api.paging import Cursor, Limit, PageOf, decode_cursor, encode_cursor
from onefold.errors import InvalidInput
from onefold.webhooks import (
    Delivery,
    DeliveryState,
    Guard,
    Webhook,
    WebhookDraft,
    WebhookState,
    WebhookWorker,
    create_webhook,
    delete_webhook,
    get_delivery,
    get_webhook,
    list_deliveries,
    list_webhooks,
    ping_webhook,
    renew_secret,
    replay_deliveries,
    replay_delivery,
    secret_of,
    update_webhook,
)
from onefold.webhooks.actions import restored_change
from onefold.webhooks.kinds import KINDS_OF_CHANGES
from onefold.webhooks.sending import message
from onefold.workspace import Workspace

router = APIRouter(tags=["webhooks"])

_EXAMPLE: dict[str, Any] = {
    "name": "Ticket system",
    "url": "https://tickets.example.com/hooks/onefold",
    "kinds": ["customer.*", "note.created"],
    "filter": 'region in ("Attica", "Crete")',
    "is_paused": False,
}


class WebhookBody(BaseModel):
    """A webhook as somebody wants it to be."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    name: str = Field(min_length=1, max_length=200)
    url: str = Field(max_length=2000)
    """Begins with https://; an address of this machine or a private network only where the settings allow it."""
    kinds: list[str] = Field(["*"], min_length=1, max_length=50)
    """Kinds of changes: `note.created`, `note.*`, or `*` for all."""
    filter: str | None = Field(None, max_length=8000)
    """Rule over attributes: only changes of customers for whom it is true."""
    is_paused: bool = False

    def draft(self) -> WebhookDraft:
        """For ``webhooks``."""
        return WebhookDraft(self.name, self.url, tuple(self.kinds), self.filter or None, self.is_paused)


class WebhookAnswer(WebhookBody):
    """A webhook as it is."""

    webhook_id: str
    owner_id: str
    """Whose access decides what is sent: who made it, or changed it last."""
    state: WebhookState
    reason: str | None
    """Why it was paused, where no person did it."""
    failing_since: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class WebhookMade(WebhookAnswer):
    """A new webhook with its signing secret, which is shown now and never again."""

    secret: str | None = Field(examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"])
    """Null where the answer is repeated for an Idempotency-Key."""


class DeliveryAnswer(BaseModel):
    """A message to a webhook."""

    delivery_id: str
    """The header `webhook-id`, the same at every attempt."""
    webhook_id: str
    seq: int | None
    kind: str
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    status: int | None
    """HTTP status of the last answer; null where there was none."""
    latency_ms: int | None
    excerpt: str | None
    """The beginning of the last answer, or why there was none."""
    created_at: datetime
    delivered_at: datetime | None


class DeliveryWhole(DeliveryAnswer):
    """A message to a webhook with what it says."""

    document: dict[str, object]
    """The body that is sent."""


class ReplayBody(BaseModel):
    """Which messages to send again."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"first_seq": 4700, "last_seq": 4712, "states": ["failed"]}]}
    )

    first_seq: int = Field(ge=1, lt=10**18)
    last_seq: int = Field(ge=1, lt=10**18)
    states: list[Literal["failed", "delivered", "withheld"]] = Field(["failed"], max_length=3)


class Replayed(BaseModel):
    """How many messages will be sent again."""

    count: int


class KindOfChange(BaseModel):
    """A kind of change that webhooks and open pages hear of."""

    kind: str
    description: str


def start_sending(workspace: Workspace) -> WebhookWorker:
    """Send what waits for as long as the server runs; the settings are asked afresh for every batch."""
    worker = WebhookWorker(workspace.database, workspace.vault, lambda: Guard.of(workspace.settings))
    worker.start()
    return worker


@router.get("/webhooks", summary="List webhooks")
def list_all_webhooks(call: CallDep, limit: Limit = 50, cursor: Cursor = None) -> PageOf[WebhookAnswer]:
    """Webhooks in the order of their ids."""
    call.access.require("read", "webhook")
    after = str(decode_cursor(cursor, 1)[0]) if cursor else ""
    with call.read() as connection:
        found = list_webhooks(connection, after=after, limit=limit + 1)
    more = encode_cursor(found[limit - 1].webhook_id) if len(found) > limit else None
    return PageOf(items=[_answer(one) for one in found[:limit]], next_cursor=more)


@router.get("/webhooks/kinds", summary="Kinds of changes")
def list_kinds(call: CallDep) -> PageOf[KindOfChange]:
    """What webhooks and open pages can hear of."""
    call.access.require("read", "webhook")
    return PageOf(items=[KindOfChange(kind=kind, description=text) for kind, text in KINDS_OF_CHANGES.items()])


@router.post("/webhooks", status_code=201, response_model=WebhookMade, summary="Make a webhook")
def create_a_webhook(call: CallDep, body: WebhookBody) -> Response:
    """It is sent what happens from now on, as far as its maker may hear of it. The secret is shown this once."""
    call.access.require("create", "webhook")
    workspace = call.workspace

    def action(connection: sa.Connection) -> BaseModel:
        guard = Guard.of(workspace.settings)
        made = create_webhook(connection, call.access, body.draft(), guard=guard, sealer=workspace.vault)
        return _made(made, secret_of(connection, workspace.vault, made.webhook_id))

    return call.create(action, shown_once=["secret"])


@router.get("/webhooks/{webhook_id}", summary="One webhook")
def get_a_webhook(call: CallDep, response: Response, webhook_id: str) -> WebhookAnswer:
    """A webhook with its state; its secret is never shown again."""
    call.access.require("read", "webhook")
    with call.read() as connection:
        found = get_webhook(connection, webhook_id)
    set_etag(response, found.version)
    return _answer(found)


@router.put("/webhooks/{webhook_id}", summary="Change a webhook")
def change_a_webhook(call: CallDep, response: Response, webhook_id: str, body: WebhookBody) -> WebhookAnswer:
    """Needs If-Match. Whoever changes it becomes its owner: it is sent what they may hear of."""
    call.access.require("update", "webhook")
    version = call.expected_version()
    guard = Guard.of(call.workspace.settings)
    with call.write() as connection:
        changed = update_webhook(connection, call.access, webhook_id, body.draft(), version=version, guard=guard)
    set_etag(response, changed.version)
    return _answer(changed)


@router.delete("/webhooks/{webhook_id}", status_code=204, summary="Delete a webhook")
def delete_a_webhook(call: CallDep, webhook_id: str) -> None:
    """Needs If-Match. Its deliveries go with it."""
    call.access.require("delete", "webhook")
    version = call.expected_version()
    with call.write() as connection:
        delete_webhook(connection, call.access, webhook_id, version=version)


@router.post("/webhooks/{webhook_id}/secret", status_code=201, response_model=WebhookMade, summary="Renew the secret")
def renew_a_secret(call: CallDep, webhook_id: str) -> Response:
    """Needs If-Match. The secret before signs too for a day, so that the receiver can change over."""
    call.access.require("update", "webhook")
    version = call.expected_version()
    sealer = call.workspace.vault

    def action(connection: sa.Connection) -> BaseModel:
        return _made(*renew_secret(connection, call.access, webhook_id, version=version, sealer=sealer))

    return call.create(action, shown_once=["secret"])


@router.post(
    "/webhooks/{webhook_id}/ping", status_code=202, response_model=DeliveryWhole, summary="Send a test message"
)
def ping_a_webhook(call: CallDep, webhook_id: str) -> Response:
    """Sends `webhook.ping`, also where the webhook is paused; what became of it: GET /deliveries/{id}."""
    call.access.require("run", "webhook")
    return call.create(lambda connection: _whole(ping_webhook(connection, call.access, webhook_id)), status=202)


@router.get("/webhooks/{webhook_id}/deliveries", summary="Messages to a webhook")
def list_all_deliveries(
    call: CallDep,
    webhook_id: str,
    state: Annotated[list[DeliveryState] | None, Query(description="Only in these states.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> PageOf[DeliveryAnswer]:
    """The newest first; kept for 30 days."""
    call.access.require("read", "webhook")
    before = _before(cursor) if cursor else None
    with call.read() as connection:
        get_webhook(connection, webhook_id)
        found = list_deliveries(connection, webhook_id, states=state or (), before=before, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    more = encode_cursor(last.created_at.isoformat(), last.delivery_id) if last else None
    return PageOf(items=[_delivery(one) for one in found[:limit]], next_cursor=more)


@router.post("/webhooks/{webhook_id}/replay", status_code=202, response_model=Replayed, summary="Send a range again")
def replay_a_range(call: CallDep, webhook_id: str, body: ReplayBody) -> Response:
    """Each message under its id, so that a receiver that had it can tell."""
    call.access.require("run", "webhook")
    states = [DeliveryState(state) for state in body.states]

    def action(connection: sa.Connection) -> BaseModel:
        span = {"first_seq": body.first_seq, "last_seq": body.last_seq}
        return Replayed(count=replay_deliveries(connection, call.access, webhook_id, **span, states=states))

    return call.create(action, status=202)


@router.get("/deliveries/{delivery_id}", summary="One message")
def get_a_delivery(call: CallDep, delivery_id: str) -> DeliveryWhole:
    """With the body that is sent."""
    call.access.require("read", "webhook")
    with call.read() as connection:
        return _whole(get_delivery(connection, delivery_id))


@router.post(
    "/deliveries/{delivery_id}/replay", status_code=202, response_model=DeliveryWhole, summary="Send a message again"
)
def replay_a_delivery(call: CallDep, delivery_id: str) -> Response:
    """Under the same id."""
    call.access.require("run", "webhook")
    return call.create(lambda connection: _whole(replay_delivery(connection, call.access, delivery_id)), status=202)


def _before(cursor: str) -> tuple[datetime, str]:
    moment, delivery_id = decode_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(str(moment)), str(delivery_id)
    except ValueError:
        raise InvalidInput("this cursor is not one of this list", hint="Start again without a cursor.") from None


def _facts(found: Webhook) -> dict[str, object]:
    return vars(found) | {"kinds": list(found.kinds), "is_paused": found.state is WebhookState.PAUSED}


def _answer(found: Webhook) -> WebhookAnswer:
    return WebhookAnswer.model_validate(_facts(found))


def _made(found: Webhook, secret: str) -> WebhookMade:
    return WebhookMade.model_validate(_facts(found) | {"secret": secret})


def _delivery(found: Delivery) -> DeliveryAnswer:
    return DeliveryAnswer.model_validate(_delivery_facts(found))


def _whole(found: Delivery) -> DeliveryWhole:
    return DeliveryWhole.model_validate(_delivery_facts(found) | {"document": message(restored_change(found.change))})


def _delivery_facts(found: Delivery) -> dict[str, object]:
    facts = {name: value for name, value in vars(found).items() if name != "change"}
    return facts | {"kind": found.change["kind"]}
