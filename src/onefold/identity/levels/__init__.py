"""The levels above a customer: organisations that people belong to, and households that they live in.

Both are made from customers after they are resolved, and never change who is who. The rules:

**A person belongs to an organisation** where a key in the data says so (a contact's account), where one of its records
names it, or where it has a mailbox on the organisation's own domain. A name is compared without its legal form; where
several organisations bear it (the subsidiaries of two countries) it means the one in the record's country, or nobody.
A domain belongs to an organisation that claims it alone, or to the one that most of its people of known employer name;
public providers belong to nobody. Organisations are never united: a record that names a parent makes a link.

**People live together** where they share a home, and a surname, a phone or a mailbox as well; where nothing tells the
address of one of them, where they share a surname and a phone or mailbox. Never by a surname alone, and never by an
address alone. What a person's newest record with an address says is its home. Addresses, phones and mailboxes of
organisations, of colleagues or of many families are no household's; at a crowded address (a tower, a student home) a
surname says something only if chance would hardly bring it there twice, and where flats have names, only in one flat.

**A household keeps its id** by the rules of customers' ids (``identity.map``): the largest part keeps it, the oldest
stays, a retired one comes back, none ever changes hands. A person has one household at most.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onefold.identity.levels.apply import apply_levels
    from onefold.identity.levels.keys import write_keys
    from onefold.identity.levels.plan import LevelPlan, digest_levels, plan_levels

_HOMES = {
    "LevelPlan": "plan",
    "apply_levels": "apply",
    "digest_levels": "plan",
    "plan_levels": "plan",
    "write_keys": "keys",
}

__all__ = ["LevelPlan", "apply_levels", "digest_levels", "plan_levels", "write_keys"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
