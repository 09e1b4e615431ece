"""Signatures by the Standard Webhooks convention, version 1 (https://www.standardwebhooks.com, read 2026-11)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

_PREFIX = "whsec_"
_KEY_BYTES = 32


def new_secret() -> str:
    """A signing secret as receivers' libraries take it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def sign(secret: str, delivery_id: str, sent_at: datetime, body: bytes) -> str:
    """One signature of a message.

    >>> from datetime import UTC
    >>> moment = datetime.fromtimestamp(1614265330, UTC)
    >>> sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", moment, b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    message = f"{delivery_id}.{int(sent_at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def signed_headers(secrets_: Sequence[str], delivery_id: str, sent_at: datetime, body: bytes) -> dict[str, str]:
    """The headers that let a receiver know who sent a message, when, and which one it is."""
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": " ".join(sign(secret, delivery_id, sent_at, body) for secret in secrets_),
    }
