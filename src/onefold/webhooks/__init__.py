"""What leaves the server on its own: changes, read from the outbox after the commit, sent to other systems.

``changes`` decides who may hear of what, for open pages too; ``WebhookWorker`` sends; the rest makes and shows
webhooks. Everything loads on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onefold.webhooks.actions import (
        WebhookDraft,
        create_webhook,
        delete_webhook,
        ping_webhook,
        renew_secret,
        replay_deliveries,
        replay_delivery,
        update_webhook,
    )
    from onefold.webhooks.guard import Guard
    from onefold.webhooks.model import Delivery, DeliveryState, Webhook, WebhookState
    from onefold.webhooks.queries import get_delivery, get_webhook, list_deliveries, list_webhooks
    from onefold.webhooks.retention import trim
    from onefold.webhooks.sealing import secret_of
    from onefold.webhooks.worker import WebhookWorker

_HOMES = {
    "Delivery": "model",
    "DeliveryState": "model",
    "Guard": "guard",
    "Webhook": "model",
    "WebhookDraft": "actions",
    "WebhookState": "model",
    "WebhookWorker": "worker",
    "create_webhook": "actions",
    "delete_webhook": "actions",
    "get_delivery": "queries",
    "get_webhook": "queries",
    "list_deliveries": "queries",
    "list_webhooks": "queries",
    "ping_webhook": "actions",
    "renew_secret": "actions",
    "replay_deliveries": "actions",
    "replay_delivery": "actions",
    "secret_of": "sealing",
    "trim": "retention",
    "update_webhook": "actions",
}

__all__ = [
    "Delivery",
    "DeliveryState",
    "Guard",
    "Webhook",
    "WebhookDraft",
    "WebhookState",
    "WebhookWorker",
    "create_webhook",
    "delete_webhook",
    "get_delivery",
    "get_webhook",
    "list_deliveries",
    "list_webhooks",
    "ping_webhook",
    "renew_secret",
    "replay_deliveries",
    "replay_delivery",
    "secret_of",
    "trim",
    "update_webhook",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
