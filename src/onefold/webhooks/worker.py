"""The thread of a server that sends: takes a webhook's lease, turns new changes into deliveries, sends what is due.

One server at a time works for one webhook. A server that dies between sending and noting it lets the lease run out;
the next one sends again under the same id: at least once, never silently not.
"""

from __future__ import annotations

import logging
import random
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from onefold.access import Access
from onefold.errors import Conflict, OnefoldError
from onefold.kernel import utc_now
from onefold.settings import mask_secrets
from onefold.storage import AppDatabase, announce, aware
from onefold.webhooks.actions import restored_change
from onefold.webhooks.changes import heard
from onefold.webhooks.guard import Guard
from onefold.webhooks.model import (
    LONGEST_REST,
    PAUSED_AFTER,
    RETRIED_FOR,
    Attempt,
    DeliveryState,
    WebhookState,
    waiting_time,
)
from onefold.webhooks.owners import access_of_owner
from onefold.webhooks.planning import is_behind, plan_deliveries
from onefold.webhooks.retention import trim
from onefold.webhooks.sealing import Sealer, signing_secrets
from onefold.webhooks.sending import Post, body_of, message
from onefold.webhooks.signing import signed_headers
from onefold.webhooks.tables import webhook, webhook_delivery

log = logging.getLogger("onefold.webhooks")

Answer = TypeVar("Answer")
_MOST_TURNS = 5

LEASE = timedelta(seconds=60)
"""Three times the longest exchange."""
POLL_SECONDS = 0.5
BATCH = 50
MOST_AT_ONCE = 8
"""Webhooks that one server sends to at the same moment."""
TRIM_SECONDS = 3_600.0


class WebhookWorker:
    """Sends for all webhooks of a workspace; several servers may share one app database.

    Args:
        database: the app database.
        sealer: opens signing secrets.
        guard: what may be connected to, asked for every batch.
        poll_seconds: how long it waits before it looks again.
    """

    def __init__(
        self,
        database: AppDatabase,
        sealer: Sealer,
        guard: Callable[[], Guard],
        *,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._guard = guard
        self._poll_seconds = poll_seconds
        self._name = secrets.token_hex(8)
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="webhooks")
        self._busy: dict[str, Future[None]] = {}
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begin, in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Take nothing new and end the exchanges that are under way."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def wake(self) -> None:
        """Look for work now."""
        self._wake.set()

    def _run(self) -> None:
        trimmed_at = time.monotonic()
        while not self._stopping.is_set():
            try:
                for webhook_id in self._due():
                    if webhook_id not in self._busy or self._busy[webhook_id].done():
                        self._busy[webhook_id] = self._pool.submit(self._serve, webhook_id)
                if time.monotonic() - trimmed_at > TRIM_SECONDS:
                    trimmed_at = time.monotonic()
                    trim(self._database, utc_now())
            except Exception as error:  # noqa: BLE001 - the loop's edge: a database that is away comes back
                log.warning("webhooks: %s", mask_secrets(str(error)))
                self._stopping.wait(2.0)
            self._wake.wait(self._poll_seconds)
            self._wake.clear()

    def _due(self) -> list[str]:
        """Webhooks that nobody works for and that have something to hear."""
        now = utc_now()
        is_free = sa.or_(webhook.c.lease_until.is_(None), webhook.c.lease_until < now)
        with self._database.read() as connection:
            return list(
                connection.scalars(sa.select(webhook.c.webhook_id).where(is_free, sa.or_(_has_due(now), is_behind())))
            )

    def _serve(self, webhook_id: str) -> None:
        """Work for one webhook until nothing is due, it fails, or its turn is over."""
        try:
            while not self._stopping.is_set() and self._lease(webhook_id):
                plan_deliveries(self._database, webhook_id)
                if not self._send_batch(webhook_id):
                    break
        except Exception as error:  # noqa: BLE001 - the thread's edge: the next turn tries again
            log.warning("webhook %s: %s", webhook_id, mask_secrets(str(error)))
        finally:
            self._release(webhook_id)

    def _lease(self, webhook_id: str) -> bool:
        now = utc_now()
        is_mine = webhook.c.lease_owner == self._name
        is_free = sa.or_(is_mine, webhook.c.lease_until.is_(None), webhook.c.lease_until < now)
        taking = webhook.update().where(webhook.c.webhook_id == webhook_id, is_free)
        taking = taking.values(lease_owner=self._name, lease_until=now + LEASE)
        return self._write(lambda connection: bool(connection.execute(taking).rowcount))

    def _release(self, webhook_id: str) -> None:
        mine = sa.and_(webhook.c.webhook_id == webhook_id, webhook.c.lease_owner == self._name)
        giving_back = webhook.update().where(mine).values(lease_owner=None, lease_until=None)
        try:
            self._write(lambda connection: connection.execute(giving_back))
        except OnefoldError as error:
            log.warning("webhook %s: its lease runs out by itself: %s", webhook_id, error)

    def _send_batch(self, webhook_id: str) -> bool:
        """Send what is due, in the order of the changes; whether there may be more at once."""
        leased_at = time.monotonic()
        with self._database.read() as connection:
            row = connection.execute(sa.select(webhook).where(webhook.c.webhook_id == webhook_id)).first()
            due = list(connection.execute(_due_deliveries(webhook_id, utc_now()))) if row is not None else []
            access = access_of_owner(connection, row.owner_id) if row is not None else None
        if row is None or not due:
            return False
        with Post(row.url, self._guard()) as post:
            for delivery in due:
                if time.monotonic() - leased_at > LEASE.total_seconds() / 2 or self._stopping.is_set():
                    return True
                if not self._send(post, row, delivery, access):
                    return False
        return len(due) == BATCH

    def _send(self, post: Post, row: sa.Row[Any], delivery: sa.Row[Any], access: Access | None) -> bool:
        """Send one delivery and note what came of it; whether the next may follow at once."""
        now = utc_now()
        change = restored_change(delivery.change)
        with self._database.read() as connection:
            may_hear = delivery.seq is None or (access is not None and bool(heard(connection, access, [change])))
        if not may_hear:
            withheld = {"state": DeliveryState.WITHHELD.value, "next_attempt_at": None}
            self._write(lambda connection: _note(connection, delivery.delivery_id, **withheld))
            return True
        body = body_of(message(change))
        headers = signed_headers(signing_secrets(self._sealer, row, now), delivery.delivery_id, now, body)
        attempt = post.send(body, headers)
        self._write(lambda connection: note_attempt(connection, row.webhook_id, delivery, attempt, utc_now()))
        return attempt.is_delivered

    def _write(self, work: Callable[[sa.Connection], Answer]) -> Answer:
        """One transaction, again where somebody changed the same thing at the same moment."""
        turns = 0
        while True:
            turns += 1
            try:
                with self._database.write() as connection:
                    return work(connection)
            except Conflict:
                if turns == _MOST_TURNS:
                    raise


def note_attempt(
    connection: sa.Connection, webhook_id: str, delivery: sa.Row[Any], attempt: Attempt, now: datetime
) -> None:
    """Write what came of an attempt, and what it means for the webhook."""
    attempts = delivery.attempts + 1
    values: dict[str, Any] = {
        "attempts": attempts,
        "status": attempt.status,
        "latency_ms": attempt.latency_ms,
        "excerpt": attempt.excerpt,
        "next_attempt_at": None,
    }
    mine = webhook.c.webhook_id == webhook_id
    if attempt.is_delivered:
        _note(connection, delivery.delivery_id, state=DeliveryState.DELIVERED.value, delivered_at=now, **values)
        has_failed = sa.or_(webhook.c.failures > 0, webhook.c.state == WebhookState.FAILING.value)
        connection.execute(
            webhook.update()
            .where(mine, has_failed)
            .values(state=_recovered(), failures=0, failing_since=None, resume_at=None)
        )
        return
    row = connection.execute(sa.select(webhook).where(mine)).first()
    if row is None:
        return
    is_over = delivery.seq is None or now - aware(delivery.created_at) > RETRIED_FOR
    wait = attempt.retry_after or waiting_time(attempts, random.random())  # noqa: S311 - jitter, not a secret
    if is_over:
        _note(connection, delivery.delivery_id, state=DeliveryState.FAILED.value, **values)
    else:
        _note(connection, delivery.delivery_id, **(values | {"next_attempt_at": now + wait}))
    if delivery.seq is not None or attempt.is_gone:
        _note_failure(connection, row, attempt, now, wait)


def _note_failure(
    connection: sa.Connection, row: sa.Row[Any], attempt: Attempt, now: datetime, wait: timedelta
) -> None:
    """Let the webhook rest, or pause it and tell its owner."""
    since = aware(row.failing_since or now)
    reason = None
    if attempt.is_gone:
        reason = "the receiver said that it is gone (410)"
    elif now - since > PAUSED_AFTER:
        reason = f"it failed for {PAUSED_AFTER.days} days without one success"
    rest = attempt.retry_after or min(wait, LONGEST_REST)
    is_paused = reason is not None or row.state == WebhookState.PAUSED.value
    state = WebhookState.PAUSED if is_paused else WebhookState.FAILING
    connection.execute(
        webhook.update()
        .where(webhook.c.webhook_id == row.webhook_id)
        .values(
            state=state.value,
            reason=reason or row.reason,
            failures=row.failures + 1,
            failing_since=since,
            resume_at=now + rest,
        )
    )
    verb = "paused" if reason else "failing" if row.state == WebhookState.ACTIVE.value else None
    if verb:
        facts = {"reason": reason or attempt.excerpt[:200], "owner_id": row.owner_id}
        announce(connection, f"webhook.{verb}", resource="webhook", resource_id=row.webhook_id, payload=facts)


def _recovered() -> sa.ColumnElement[str]:
    """Failing becomes active; what a person paused stays paused."""
    return sa.case((webhook.c.state == WebhookState.FAILING.value, WebhookState.ACTIVE.value), else_=webhook.c.state)


def _note(connection: sa.Connection, delivery_id: str, **values: Any) -> None:
    chosen = webhook_delivery.c.delivery_id == delivery_id
    connection.execute(webhook_delivery.update().where(chosen).values(values))


def _may_send(now: datetime) -> sa.ColumnElement[bool]:
    """Whether the webhook of a delivery is sent to now; pings are always sent."""
    is_resting = sa.and_(webhook.c.resume_at.is_not(None), webhook.c.resume_at > now)
    is_on = sa.and_(webhook.c.state != WebhookState.PAUSED.value, sa.not_(is_resting))
    return sa.or_(webhook_delivery.c.seq.is_(None), is_on)


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    is_waiting = webhook_delivery.c.state == DeliveryState.WAITING.value
    return sa.and_(is_waiting, webhook_delivery.c.next_attempt_at <= now)


def _has_due(now: datetime) -> sa.ColumnElement[bool]:
    mine = webhook_delivery.c.webhook_id == webhook.c.webhook_id
    return sa.exists().where(mine, _is_due(now), _may_send(now)).correlate(webhook)


def _due_deliveries(webhook_id: str, now: datetime) -> sa.Select[Any]:
    """What is due, in the order of the changes; pings first."""
    return (
        sa.select(webhook_delivery)
        .join(webhook, webhook.c.webhook_id == webhook_delivery.c.webhook_id)
        .where(webhook.c.webhook_id == webhook_id, _is_due(now), _may_send(now))
        .order_by(sa.func.coalesce(webhook_delivery.c.seq, 0))
        .limit(BATCH)
    )
