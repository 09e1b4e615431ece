"""Evidence patterns: what agrees and what differs, so that alike questions can be seen, and answered, together."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache

from onefold.identity.fields import FIELDS
from onefold.identity.review.model import ItemKind, Pattern

_ORDER = {field.name: number for number, field in enumerate(FIELDS)}
_SHARED = ("same shared by two", "same shared by many")
_REMARKS = ("full_name", "relatives", "same_table")
"""Parts of the evidence that are no comparison of their own."""

_NAMES = {
    "given_name": "given name",
    "family_name": "family name",
    "email": "e-mail",
    "birth_date": "birth date",
    "national_id": "national id",
    "loyalty_number": "loyalty number",
    "job_title": "job title",
    "birth_place": "birth place",
    "mailbox_year": "year in the mailbox",
}
_WORDS = {"same": "same", "shared": "shared", "similar": "similar", "different": "different"}


def pattern_of(kind: ItemKind, evidence: Mapping[str, Sequence[object]], key: bytes) -> Pattern:
    """The pattern of one link.

    Args:
        kind: of the question; a weak bridge is answered differently from two customers that look alike.
        evidence: of its telling link.
        key: the workspace's. Without it nobody can tell from a pattern's key what agrees in a field that is hidden.
    """
    parts = tuple(
        (name, level_word(str(evidence[name][0])))
        for name in sorted(evidence, key=lambda name: (_ORDER.get(name, len(_ORDER)), name))
        if name not in _REMARKS
    )
    return Pattern(_key_of(kind, parts, key), kind, parts)


@lru_cache(maxsize=10_000)
def _key_of(kind: ItemKind, parts: tuple[tuple[str, str], ...], key: bytes) -> str:
    text = "|".join([kind, *(f"{name}={word}" for name, word in parts)])
    digest = hashlib.blake2b(text.encode(), key=key[:64], digest_size=10, person=b"pattern").digest()
    return f"ptn_{base64.b32encode(digest).decode().lower()}"


def level_word(agreement: str) -> str:
    """``same``, ``shared`` (same, but several people use it), ``similar`` or ``different``.

    >>> level_word("same dwelling"), level_word("same shared by two"), level_word("typo")
    ('same', 'shared', 'similar')
    """
    if agreement in ("same", "same dwelling"):
        return "same"
    if agreement in _SHARED:
        return "shared"
    return "different" if agreement == "different" else "similar"


def label_of(parts: Sequence[tuple[str, str | None]]) -> str:
    """A pattern in English; parts of which the reader may not know the agreement say "hidden".

    >>> label_of([("given_name", "same"), ("family_name", "same"), ("email", "different")])
    'same given name and family name, different e-mail'
    """
    groups: dict[str, list[str]] = {}
    for name, word in parts:
        groups.setdefault(_WORDS.get(word or "", "hidden"), []).append(_NAMES.get(name, name.replace("_", " ")))
    told = []
    for word in (*_WORDS.values(), "hidden"):
        if names := groups.get(word):
            *most, last = names
            told.append(f"{word} {' and '.join([', '.join(most), last]) if most else last}")
    return ", ".join(told) or "nothing in common"
