"""The people who work at the demo company: one for each role, and a role of the company's own."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from onefold.access import SHIPPED, Access, Actor, list_roles
from onefold.access.accounts import add_user, find_user
from onefold.access.accounts.passwords import hash_password
from onefold.access.role_changes import RoleDraft, create_role
from onefold.profiles import summary_column

_LIST = Path(__file__).parent / "lists" / "passphrase_words.txt"
"""Four of these 100 words are 27 bits: enough for an account that is locked after a few wrong guesses."""

IBERIA = RoleDraft(
    name="Iberia desk",
    description="Sees and serves the customers of the countries that are set for each person.",
    permissions=SHIPPED["agent"].permissions,
    scope="country in my.countries",
    masks={"pii:official": "hidden", "pii:sensitive": "hidden", "birth_date": "hidden"},
)
"""A role that the demo company made itself: rows by country, and no birth dates."""


@dataclass(frozen=True)
class Colleague:
    """Somebody who signs in at the demo company."""

    name: str
    email: str
    role: str
    """Name of the role."""
    attributes: Mapping[str, Any] = field(default_factory=dict)


COLLEAGUES: Sequence[Colleague] = (
    Colleague("Isobel Marsh", "isobel.marsh@larkmoor.example", "Owner"),
    Colleague("Tom Ashdown", "tom.ashdown@larkmoor.example", "Administrator"),
    Colleague("Helen Teale", "helen.teale@larkmoor.example", "Executive"),
    Colleague("Priya Raman", "priya.raman@larkmoor.example", "Manager"),
    Colleague("Joana Vidal", "joana.vidal@larkmoor.example", "Agent"),
    Colleague("Chen Yu-ting", "chen.yuting@larkmoor.example", "Analyst"),
    Colleague("Eleni Markou", "eleni.markou@larkmoor.example", "Steward"),
    Colleague("Marc Puig", "marc.puig@larkmoor.example", IBERIA.name, {"countries": ["ES", "AD", "PT"]}),
)


def draw_passphrase() -> str:
    """Four words drawn by chance."""
    words = _LIST.read_text(encoding="utf-8").split()
    return " ".join(secrets.choice(words) for _ in range(4))


def add_colleagues(connection: sa.Connection, passphrase: str) -> Sequence[Colleague]:
    """Give every colleague an account with this passphrase; those who have one are left as they are."""
    access = Access.full(Actor("system", "system", "demo"))
    roles = {role.name: role.role_id for role in list_roles(connection)}
    if IBERIA.name not in roles:
        roles[IBERIA.name] = create_role(connection, access, IBERIA, summary_column).role_id
    password_hash = hash_password(passphrase)
    for colleague in COLLEAGUES:
        if find_user(connection, colleague.email) is None:
            add_user(
                connection,
                email=colleague.email,
                display_name=colleague.name,
                state="active",
                roles=[roles[colleague.role]],
                attributes=colleague.attributes,
                password_hash=password_hash,
            )
    return COLLEAGUES
