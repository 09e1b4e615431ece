"""One message to one receiver, once."""

from __future__ import annotations

import json
import re
import ssl
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpcore

from onefold.errors import OnefoldError
from onefold.webhooks.changes import RECIPIENT, Change
from onefold.webhooks.guard import Guard, GuardedBackend
from onefold.webhooks.model import LONGEST_RETRY_AFTER, Attempt

EXCHANGE_SECONDS = 20.0
"""From resolving the name to the last byte that is read of the answer."""
_MOST_READ = 16_384
_EXCERPT = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def message(change: Change) -> dict[str, Any]:
    """What a receiver is sent: ids and small facts; it reads the rest through the API, as far as it may."""
    facts = {name: value for name, value in change.payload.items() if name != RECIPIENT}
    told = change.told()
    data = {name: told[name] for name in ("seq", "resource", "resource_id", "customer_id")}
    return {
        "type": change.kind,
        "timestamp": told["happened_at"],
        "data": {**data, "actor_id": change.actor_id, "facts": facts},
    }


def body_of(document: Mapping[str, Any]) -> bytes:
    """The bytes that are sent and signed."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


class Post:
    """Connections to one receiver, reused while a batch is sent. Use as a context manager."""

    def __init__(self, url: str, guard: Guard) -> None:
        self._url = guard.check_url(url)
        self._backend = GuardedBackend(guard)
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(), network_backend=self._backend, max_connections=1, retries=0
        )

    def __enter__(self) -> Post:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._pool.close()

    def send(self, body: bytes, headers: Mapping[str, str]) -> Attempt:
        """Send once and say what came of it; follows no redirect."""
        started = time.monotonic()
        self._backend.deadline = started + EXCHANGE_SECONDS
        sent = {"Content-Type": "application/json", "User-Agent": "Onefold", **headers}
        try:
            with self._pool.stream(
                "POST", self._url, headers=list(sent.items()), content=body, extensions={"timeout": {"connect": 5.0}}
            ) as response:
                text = _beginning(response)
                retry_after = _retry_after(dict(response.headers))
                return Attempt(response.status, _milliseconds(started), text, retry_after)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            return Attempt(None, _milliseconds(started), _excerpt(f"{type(error).__name__}: {error}"))
        except OnefoldError as error:  # refused by the guard
            return Attempt(None, _milliseconds(started), _excerpt(error.message))


def _beginning(response: httpcore.Response) -> str:
    """The first of an answer's text; the rest is not read."""
    read = b""
    try:
        for piece in response.iter_stream():
            read += piece
            if len(read) >= _MOST_READ:
                break
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError):
        pass  # the status came, and it alone decides
    return _excerpt(read[:_MOST_READ].decode("utf-8", "replace"))


def _excerpt(text: str) -> str:
    return _CONTROL.sub(" ", text)[:_EXCERPT].strip()


def _milliseconds(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _retry_after(headers: Mapping[bytes, bytes]) -> timedelta | None:
    """What the receiver asks to wait, in seconds or until a date (RFC 9110, 10.2.3)."""
    said = {name.lower(): value for name, value in headers.items()}.get(b"retry-after")
    if said is None:
        return None
    text = said.decode("latin-1").strip()
    try:
        wait = timedelta(seconds=int(text)) if text.isdigit() else parsedate_to_datetime(text) - datetime.now(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta()), LONGEST_RETRY_AFTER)
