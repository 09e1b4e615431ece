"""Making, changing and replaying webhooks. The caller's transaction; who calls has been asked for permission."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.access.accounts import get_key
from onefold.access.audit import record_audit
from onefold.errors import InvalidInput, NotAllowed, Stale
from onefold.kernel import new_id, utc_now
from onefold.profiles import filtering
from onefold.storage import announce
from onefold.webhooks.changes import Change, newest_seq
from onefold.webhooks.guard import Guard
from onefold.webhooks.model import SECRET_OVERLAP, Delivery, DeliveryState, Webhook, WebhookState
from onefold.webhooks.queries import delivery_of, get_delivery, get_webhook
from onefold.webhooks.sealing import Sealer, seal_secret
from onefold.webhooks.signing import new_secret
from onefold.webhooks.tables import webhook, webhook_delivery

_KIND = re.compile(r"\*|[a-z][a-z_]{0,40}\.(\*|[a-z][a-z_]{0,40})")
_MOST_KINDS = 50
_LONGEST_NAME = 200
_MOST_REPLAYED = 10_000


@dataclass(frozen=True)
class WebhookDraft:
    """What people say about a webhook."""

    name: str
    url: str
    kinds: tuple[str, ...] = ("*",)
    filter: str | None = None
    is_paused: bool = False


def create_webhook(
    connection: sa.Connection, access: Access, draft: WebhookDraft, *, guard: Guard, sealer: Sealer
) -> Webhook:
    """Make a webhook that is sent what happens from now on, as far as whoever makes it may hear of it.

    Raises:
        InvalidInput: address, kinds or filter cannot be used.
        NotAllowed: the address is a private one, or the actor is a limited key.
    """
    check_draft(access, draft, guard)
    webhook_id, now = new_id("whk"), utc_now()
    _announce(connection, access, "created", webhook_id, **_values(draft))
    values = _values(draft) | {
        "webhook_id": webhook_id,
        "sealed_secret": seal_secret(sealer, webhook_id, new_secret()),
        "owner_id": owner_of(connection, access),
        "state": (WebhookState.PAUSED if draft.is_paused else WebhookState.ACTIVE).value,
        "position": newest_seq(connection),
        "failures": 0,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    connection.execute(webhook.insert().values(values))
    return get_webhook(connection, webhook_id)


def update_webhook(
    connection: sa.Connection, access: Access, webhook_id: str, draft: WebhookDraft, *, version: int, guard: Guard
) -> Webhook:
    """Change a webhook; whoever changes it answers for it: from now on it is sent what they may hear of.

    Raises:
        Stale: somebody changed it meanwhile.
    """
    check_draft(access, draft, guard)
    before = get_webhook(connection, webhook_id)
    _expect(before, version)
    values = _values(draft) | {
        "owner_id": owner_of(connection, access),
        "version": version + 1,
        "updated_at": utc_now(),
    }
    if draft.is_paused != (before.state is WebhookState.PAUSED):
        state = WebhookState.PAUSED if draft.is_paused else WebhookState.ACTIVE
        values |= {"state": state.value, "reason": None, "failures": 0, "failing_since": None, "resume_at": None}
    connection.execute(webhook.update().where(webhook.c.webhook_id == webhook_id).values(values))
    _announce(connection, access, "updated", webhook_id, **_values(draft), is_paused=draft.is_paused)
    return get_webhook(connection, webhook_id)


def delete_webhook(connection: sa.Connection, access: Access, webhook_id: str, *, version: int) -> None:
    """Forget a webhook and its deliveries.

    Raises:
        Stale: somebody changed it meanwhile.
    """
    _expect(get_webhook(connection, webhook_id), version)
    connection.execute(webhook_delivery.delete().where(webhook_delivery.c.webhook_id == webhook_id))
    connection.execute(webhook.delete().where(webhook.c.webhook_id == webhook_id))
    _announce(connection, access, "deleted", webhook_id)


def renew_secret(
    connection: sa.Connection, access: Access, webhook_id: str, *, version: int, sealer: Sealer
) -> tuple[Webhook, str]:
    """A new signing secret; the one before signs beside it for a day, so that receivers can change over."""
    _expect(get_webhook(connection, webhook_id), version)
    secret, now = new_secret(), utc_now()
    connection.execute(
        webhook.update()
        .where(webhook.c.webhook_id == webhook_id)
        .values(
            sealed_previous=webhook.c.sealed_secret,
            previous_until=now + SECRET_OVERLAP,
            sealed_secret=seal_secret(sealer, webhook_id, secret),
            version=version + 1,
            updated_at=now,
        )
    )
    _announce(connection, access, "updated", webhook_id, is_secret_renewed=True)
    return get_webhook(connection, webhook_id), secret


def ping_webhook(connection: sa.Connection, access: Access, webhook_id: str) -> Delivery:
    """Send a message that says nothing but that messages arrive; also to a paused webhook."""
    get_webhook(connection, webhook_id)
    record_audit(connection, access, "webhook.ping", "webhook", webhook_id)
    ping = Change(0, utc_now(), "webhook.ping", "webhook", webhook_id, actor_id=access.actor.actor_id)
    return add_deliveries(connection, webhook_id, [(None, ping)])[0]


def replay_delivery(connection: sa.Connection, access: Access, delivery_id: str) -> Delivery:
    """Send a message again, under the same id."""
    found = get_delivery(connection, delivery_id)
    record_audit(connection, access, "webhook.replay", "webhook", found.webhook_id, {"delivery_id": delivery_id})
    _send_again(connection, webhook_delivery.c.delivery_id == delivery_id)
    return get_delivery(connection, delivery_id)


def replay_deliveries(
    connection: sa.Connection,
    access: Access,
    webhook_id: str,
    *,
    first_seq: int,
    last_seq: int,
    states: Iterable[DeliveryState] = (DeliveryState.FAILED, DeliveryState.DELIVERED),
) -> int:
    """Send a range of messages again, each under its id; returns how many.

    Raises:
        InvalidInput: the range holds too many.
    """
    get_webhook(connection, webhook_id)
    chosen = sa.and_(
        webhook_delivery.c.webhook_id == webhook_id,
        webhook_delivery.c.seq.between(first_seq, last_seq),
        webhook_delivery.c.state.in_([state.value for state in states]),
    )
    count = int(connection.scalar(sa.select(sa.func.count()).select_from(webhook_delivery).where(chosen)) or 0)
    if count > _MOST_REPLAYED:
        raise InvalidInput(f"{count:,} messages are too many at once", hint=f"Replay {_MOST_REPLAYED:,} at most.")
    record_audit(connection, access, "webhook.replay", "webhook", webhook_id, {"first": first_seq, "last": last_seq})
    return _send_again(connection, chosen)


def add_deliveries(
    connection: sa.Connection, webhook_id: str, changes: Iterable[tuple[int | None, Change]]
) -> list[Delivery]:
    """Let a webhook be sent changes: each once, however often it is added."""
    now = utc_now()
    made = []
    for seq, change in changes:
        row = {
            "delivery_id": new_id("msg"),
            "webhook_id": webhook_id,
            "seq": seq,
            "change": kept_change(change),
            "state": DeliveryState.WAITING.value,
            "attempts": 0,
            "next_attempt_at": now,
            "created_at": now,
        }
        made.append(connection.execute(webhook_delivery.insert().values(row).returning(webhook_delivery)).one())
    return [delivery_of(row) for row in made]


def kept_change(change: Change) -> dict[str, Any]:
    """A change as deliveries keep it."""
    return vars(change) | {"happened_at": change.happened_at.isoformat()}


def restored_change(kept: dict[str, Any]) -> Change:
    """The change that a delivery keeps."""
    return Change(**(kept | {"happened_at": datetime.fromisoformat(kept["happened_at"])}))


def check_draft(access: Access, draft: WebhookDraft, guard: Guard) -> None:
    """Say what is wrong with a draft before it is kept.

    Raises:
        InvalidInput: address, name, kinds or filter cannot be used.
        NotAllowed: the address is a private one, or the filter asks for what is hidden.
    """
    if not draft.name.strip() or len(draft.name) > _LONGEST_NAME:
        raise InvalidInput(f"a webhook's name has 1 to {_LONGEST_NAME} characters")
    guard.check_url(draft.url)
    wrong = [kind for kind in draft.kinds if not _KIND.fullmatch(kind)]
    if wrong or not 0 < len(draft.kinds) <= _MOST_KINDS:
        raise InvalidInput(f"not a kind of change: {', '.join(wrong) or 'none given'}", hint="Such as note.*, or *.")
    if draft.filter:
        filtering(access, draft.filter)


def owner_of(connection: sa.Connection, access: Access) -> str:
    """The person who answers for what a webhook is sent.

    Raises:
        NotAllowed: a key that may less than its person: its webhook would hear more than the key may read.
    """
    actor = access.actor
    if actor.kind != "key":
        return actor.actor_id
    if access.limits is not None or len(access.layers) > 1:
        raise NotAllowed("this key may not make webhooks", hint="Use a key that may all that its person may.")
    return get_key(connection, actor.actor_id).user_id


def _values(draft: WebhookDraft) -> dict[str, Any]:
    return {
        "name": draft.name.strip(),
        "url": draft.url,
        "kinds": list(dict.fromkeys(draft.kinds)),
        "filter": draft.filter or None,
    }


def _expect(found: Webhook, version: int) -> None:
    if found.version != version:
        raise Stale("somebody changed this webhook meanwhile", hint="Read it again.", current_version=found.version)


def _send_again(connection: sa.Connection, chosen: sa.ColumnElement[bool]) -> int:
    waiting = {
        "state": DeliveryState.WAITING.value,
        "attempts": 0,
        "next_attempt_at": utc_now(),
        "created_at": utc_now(),
    }
    return connection.execute(webhook_delivery.update().where(chosen).values(waiting)).rowcount


def _announce(connection: sa.Connection, access: Access, verb: str, webhook_id: str, **details: Any) -> None:
    actor_id = access.actor.actor_id
    record_audit(connection, access, f"webhook.{verb.removesuffix('d')}", "webhook", webhook_id, details)
    announce(connection, f"webhook.{verb}", resource="webhook", resource_id=webhook_id, actor_id=actor_id)
