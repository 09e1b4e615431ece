"""How much a column's name speaks for pointing at a certain key of a certain table. Names only, no values."""

from __future__ import annotations

import re
from functools import lru_cache

from onefold.catalog.folding import header_words
from onefold.catalog.headers import entity_of

_ID_WORDS = frozenset(
    {
        "id",
        "ids",
        "key",
        "code",
        "no",
        "nr",
        "num",
        "number",
        "ref",
        "reference",
        "uuid",
        "guid",
        "fk",
        "pk",
        "sk",
        "rec",
        "record",
        "row",
        "lookup",
        "dim",
        "fact",
        "tbl",
        "table",
        "data",
        "编",
        "号",
        "編",
        "號",
        "کد",
        "شناسه",
        "κωδικοσ",
        "codigo",
        "codi",
        "clave",
    }
)
_GLUED = re.compile(r"([^\W\d_]{3,}?)(?:id|key|code|ref|no|nr)")


def affinity(column: str, key: str, table: str) -> float:
    """From 0 (the name says nothing) to 1 (it is the key's own name).

    >>> affinity("app_user_id", "app_user_id", "signups"), affinity("customer_ref", "id", "customers")
    (1.0, 0.9)
    >>> affinity("amount", "customer_id", "customers")
    0.0
    """
    ours, theirs, named = _stem(column), _stem(key), _stem(table)
    if not ours:
        return 0.0
    if header_words(column) == header_words(key):
        return 1.0
    if ours == theirs:
        return 0.95
    known = {*theirs, *named}
    if set(ours) <= known:
        return 0.9
    if theirs and set(theirs) <= set(ours):
        return 0.85
    if ours[-1] in known and entity_of((ours[-1],)) is not None:
        return 0.75
    entity = entity_of(tuple(header_words(column)))
    is_same_kind = entity in ("people", "organisations", "staff") and entity in (
        entity_of(tuple(header_words(key))),
        entity_of(tuple(header_words(table))),
    )
    return 0.5 if is_same_kind else 0.0


@lru_cache(maxsize=8192)
def _stem(name: str) -> tuple[str, ...]:
    """The words that say whose id it is, in the singular: 'CustomerKey' -> ('customer',)."""
    words = []
    for word in header_words(name):
        glued = _GLUED.fullmatch(word) if word.isascii() and word not in _ID_WORDS else None
        words.append(glued[1] if glued else word)
    return tuple(_singular(word) for word in words if word not in _ID_WORDS and not word.isdigit())


def _singular(word: str) -> str:
    if not word.isascii() or len(word) < 4 or word.endswith("ss"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word.removesuffix("s")
