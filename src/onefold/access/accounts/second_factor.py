"""The second factor: codes of an authenticator (TOTP, RFC 6238), each used once, and single-use recovery codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import secrets
from dataclasses import dataclass
from datetime import datetime

from onefold.access.vault import Vault

STEP_SECONDS = 30
RECOVERY_CODES = 10
_DRIFT_STEPS = 1
"""A clock may be this many steps off."""


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator needs; nothing is required at sign-in until a first code confirms it."""

    secret: str
    uri: str
    qr_svg: str


def new_secret() -> str:
    """160 random bits, base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def enrolment(secret: str, *, email: str, issuer: str) -> Enrolment:
    """The secret as a URI and as a QR code."""
    import pyotp
    import segno

    uri = pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=email, issuer_name=issuer)
    picture = io.BytesIO()
    segno.make(uri, error="m").save(picture, kind="svg", xmldecl=False, scale=5, dark="#000", light="#fff")
    return Enrolment(secret, uri, picture.getvalue().decode())


def used_step(secret: str, code: str, *, last_step: int | None, now: datetime) -> int | None:
    """The time step whose code this is; None if it is wrong, or not newer than the last one used."""
    import pyotp

    digits = _ascii_digits(code)
    if len(digits) != 6:
        return None
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    current = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(current - _DRIFT_STEPS, current + _DRIFT_STEPS + 1):
        is_right = hmac.compare_digest(totp.generate_otp(step), digits)
        if is_right and (last_step is None or step > last_step):
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Codes for the day when the authenticator is lost, 80 bits each, such as ``k3vq-7xwm-p2ab-9tne``."""
    codes = []
    for _ in range(RECOVERY_CODES):
        text = base64.b32encode(secrets.token_bytes(10)).decode().lower()
        codes.append("-".join(text[start : start + 4] for start in range(0, 16, 4)))
    return codes


def recovery_hash(code: str) -> str:
    """What is kept of a recovery code."""
    bare = "".join(letter for letter in code.casefold() if letter.isalnum())
    return hashlib.sha256(bare.encode("utf-8", "replace")).hexdigest()


def sealed_secret(vault: Vault, user_id: str, secret: str) -> str:
    """The secret as it is kept."""
    return vault.seal(secret, purpose=f"totp:{user_id}")


def unsealed_secret(vault: Vault, user_id: str, sealed: str) -> str:
    """The secret that was kept."""
    return vault.unseal(sealed, purpose=f"totp:{user_id}")


def _ascii_digits(code: str) -> str:
    """The digits of a code, whichever script they were typed in."""
    return "".join(str(int(letter)) for letter in code[:40] if letter.isdecimal())
