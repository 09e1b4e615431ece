"""Permanent ids.

A customer id is derived, not drawn: a keyed hash of the subject that founded the customer, so that the same
inputs give the same ids on every machine and after every crash, and nobody without the workspace's key can
guess one (see ``docs/decisions/0003-derived-customer-ids.md``).
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets

_ID = re.compile(r"cus_[0-9a-z]{16}")


def subject_id_for(source: str, table: str, record_key: str) -> str:
    """The id of the subject that is one source record.

    >>> subject_id_for("crm", "contacts", "C-17")
    'crm.contacts:C-17'
    """
    return f"{source}.{table}:{record_key}"


def customer_id_for(workspace_key: bytes, founding_subject_id: str, attempt: int = 0) -> str:
    """The permanent id of the customer that ``founding_subject_id`` founds.

    Args:
        workspace_key: at most 64 secret bytes that belong to the workspace.
        founding_subject_id: the first subject of the new customer.
        attempt: how many ids this subject has founded before (it may found again after a split).

    Returns:
        ``cus_`` and 16 lower-case base32 characters (80 bits: at 10 billion customers the chance of any
        collision is about 4 in 100,000).
    """
    return "cus_" + _derived(workspace_key, founding_subject_id, attempt)


def household_id_for(workspace_key: bytes, founding_customer_id: str, attempt: int = 0) -> str:
    """The permanent id of the household that ``founding_customer_id`` founds; as ``customer_id_for``."""
    return "hou_" + _derived(workspace_key, founding_customer_id, attempt)


def is_customer_id(text: str) -> bool:
    """Whether ``text`` has the shape of a customer id (it need not exist)."""
    return _ID.fullmatch(text) is not None


def _derived(workspace_key: bytes, founder: str, attempt: int) -> str:
    digest = hashlib.blake2b(f"{founder}\x00{attempt}".encode(), key=workspace_key, digest_size=10).digest()
    return base64.b32encode(digest).decode().lower()


def new_id(prefix: str) -> str:
    """A random id for things that are made rather than found: ``usr_`` and 16 lower-case base32 characters."""
    return f"{prefix}_{base64.b32encode(secrets.token_bytes(10)).decode().lower()}"
