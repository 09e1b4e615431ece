"""Encryption at rest of the few secrets that must be read back: second-factor seeds, webhook and sign-on secrets.

AES-256-GCM under a key derived (HKDF-SHA256, RFC 5869) from the workspace's key, which lives in the ``secrets`` file
and never in the database. A sealed value opens only for the purpose it was sealed for, so that one cannot be passed
off as another.
"""

from __future__ import annotations

import base64
import binascii
import secrets

from onefold.errors import EngineFailed

_VERSION = "v1."
_NONCE_BYTES = 12


class Vault:
    """Seals and unseals short secrets with the workspace's key.

    >>> vault = Vault(bytes(32))
    >>> vault.unseal(vault.seal("s3cret", purpose="totp:usr_1"), purpose="totp:usr_1")
    's3cret'
    """

    def __init__(self, workspace_key: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"onefold vault v1").derive(workspace_key)
        self._cipher = AESGCM(key)

    def __repr__(self) -> str:
        return "Vault(***)"

    def seal(self, text: str, *, purpose: str) -> str:
        """Encrypt ``text``; the same text gives another result every time.

        Args:
            text: the secret.
            purpose: what it is for and whose, such as ``totp:usr_…``; needed again to unseal.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, text.encode(), purpose.encode())
        return _VERSION + base64.urlsafe_b64encode(nonce + sealed).decode()

    def unseal(self, sealed: str, *, purpose: str) -> str:
        """The text that was sealed.

        Raises:
            EngineFailed: another key or purpose sealed it, or it was changed.
        """
        from cryptography.exceptions import InvalidTag

        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix(_VERSION))
            return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode()).decode()
        except (InvalidTag, ValueError, binascii.Error):
            raise EngineFailed(
                "a stored secret cannot be decrypted",
                hint="Restore the workspace's secrets file that belongs to this database.",
            ) from None
