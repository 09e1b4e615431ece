"""Colleagues: whom one can call, give work to, and how they are named."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable

import sqlalchemy as sa

from onefold.access import Access, Actor, load_access
from onefold.care.model import Person
from onefold.care.text import folded
from onefold.errors import InvalidInput

_user = sa.table(
    "user_account",
    sa.column("user_id", sa.Text),
    sa.column("email", sa.Text),
    sa.column("display_name", sa.Text),
    sa.column("state", sa.Text),
    sa.column("attributes", sa.JSON),
    sa.column("preferences", sa.JSON),
)


def find_people(connection: sa.Connection, access: Access, query: str, *, limit: int = 10) -> list[Person]:
    """Colleagues who can be called, by the beginnings of words of their name, or of their e-mail address.

    Raises:
        NotAllowed: unless the actor may write notes or tasks.

    Cost: reads all active accounts; databases do not compare names across accents and cases alike.
    """
    if not access.may("create", "note"):
        access.require("create", "task")
    words = _bare(query).split()
    rows = connection.execute(
        sa.select(_user.c.user_id, _user.c.display_name, _user.c.email).where(_user.c.state == "active")
    )
    found = [(_bare(row.display_name), row) for row in rows if _fits(words, _bare(row.display_name), row.email.lower())]
    found.sort(key=lambda pair: (not pair[0].startswith(" ".join(words)), pair[0], pair[1].user_id))
    return [Person(row.user_id, row.display_name) for _, row in found[:limit]]


def _fits(words: list[str], name: str, email: str) -> bool:
    return all(word in name if not word.isascii() else f" {word}" in f" {name}" or email.startswith(word)
               for word in words)  # fmt: skip


def _bare(text: str) -> str:
    """For comparing: without case and accents."""
    decomposed = unicodedata.normalize("NFD", folded(text))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def require_active(connection: sa.Connection, user_ids: Collection[str], what: str) -> None:
    """Go on only if all of them are colleagues who can sign in.

    Raises:
        InvalidInput: naming those who are not.
    """
    query = sa.select(_user.c.user_id).where(_user.c.user_id.in_(user_ids), _user.c.state == "active")
    if missing := sorted(set(user_ids) - set(connection.execute(query).scalars())):
        raise InvalidInput(f"{what}: nobody here is {', '.join(missing)}", hint="Choose from GET /mentions?q=…")


def names_of(connection: sa.Connection, user_ids: Iterable[str]) -> dict[str, str]:
    """The present names of colleagues, also of those who have left."""
    query = sa.select(_user.c.user_id, _user.c.display_name).where(_user.c.user_id.in_(sorted(set(user_ids))))
    return {row.user_id: row.display_name for row in connection.execute(query)}


def access_of(connection: sa.Connection, user_id: str) -> Access:
    """What a colleague may do now."""
    row = connection.execute(sa.select(_user).where(_user.c.user_id == user_id)).one()
    return load_access(connection, Actor(user_id, "user", row.display_name, attributes=row.attributes or {}))


def mail_address_of(connection: sa.Connection, user_id: str) -> str | None:
    """Where a colleague who can sign in gets letters."""
    query = sa.select(_user.c.email).where(_user.c.user_id == user_id, _user.c.state == "active")
    return connection.execute(query).scalar()


def language_of(connection: sa.Connection, user_id: str) -> str:
    """The language that a colleague chose; English where none."""
    chosen = connection.execute(sa.select(_user.c.preferences).where(_user.c.user_id == user_id)).scalar()
    return str(((chosen or {}).get("locale") or {}).get("language") or "en")
