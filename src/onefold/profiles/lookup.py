"""Finding customers by whatever a person has at hand: an id old or new, an e-mail, a phone, a key, a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import sqlalchemy as sa

from onefold.access import Access
from onefold.errors import InvalidInput
from onefold.identity import current_customer_id
from onefold.kernel import is_customer_id
from onefold.profiles.scope import in_scope, no_customer
from onefold.profiles.tables import identifier

MOST_FOUND = 100
"""Customers returned at most; who needs more has a segment in mind, not a person."""

_subject = sa.table("subject", sa.column("subject_id"), sa.column("customer_id"))
_history = sa.table("subject_history", sa.column("subject_id"), sa.column("customer_id"), sa.column("detached_run"))
_HOLDERS = (
    sa.select(_subject.c.customer_id)
    .join(identifier, identifier.c.subject_id == _subject.c.subject_id)
    .where(
        identifier.c.kind.in_(sa.bindparam("kinds", expanding=True)),
        identifier.c.value.in_(sa.bindparam("values", expanding=True)),
    )
)
_NUMBERS = ("national_id", "loyalty_number", "username")


def find_customers(connection: sa.Connection, query: str, region: str | None) -> list[str]:
    """The customers that ``query`` leads to, best first, as current ids.

    Args:
        connection: to the app database.
        query: a customer id (present, merged or retired), an e-mail, a phone in any format, ``source:record_key`` or
            ``source.table:record_key``, a loyalty or national number, a user name, an external id, or a name (words
            in any order and script; beginnings of words will do).
        region: ISO country assumed for phones without a country code.

    Returns:
        At most 100 ids. The first reading of the query that finds anybody is the one that counts, and exact readings
        come before likenesses; customers with more matching records come first.

    Raises:
        InvalidInput: the query is empty.

    Cost: index look-ups; parts of names and external ids read the index of all names, of all external ids.
    """
    text = query.strip()
    if not text:
        raise InvalidInput("nothing to look for", hint="Give an e-mail, a phone, an id, a record key or a name.")
    readings: tuple[Callable[[], list[str]], ...] = (
        lambda: _by_id(connection, text),
        lambda: _by_record(connection, text),
        lambda: _by_email(connection, text),
        lambda: _by_number(connection, text),
        lambda: _by_phone(connection, text, region),
        lambda: _by_name(connection, text),
        lambda: _by_external_id(connection, text),
        lambda: _by_part_of_name(connection, text),
    )
    return next((found for reading in readings if (found := reading())), [])


def find_keys(connection: sa.Connection, access: Access, text: str, region: str | None) -> list[str]:
    """The customers in scope that ``text`` is an exact key of, best first, as current ids; at most 100.

    A key is a customer id (present, merged or retired), ``source:record_key``, an e-mail, a loyalty or national number,
    a user name, or a phone in any format. Keys that are masked for the actor find nobody.

    Args:
        connection: to the app database.
        access: of the actor.
        text: as given.
        region: ISO country assumed for phones without a country code.
    """
    text = text.strip()
    found = [*_by_id(connection, text), *_by_record(connection, text)] if text else []
    if text and access.may_search("email"):
        found += _by_email(connection, text)
    if text and (kinds := tuple(kind for kind in _NUMBERS if access.may_search(kind))):
        found += _by_number(connection, text, kinds)
    if text and access.may_search("phone"):
        found += _by_phone(connection, text, region)
    return in_scope(connection, access, list(dict.fromkeys(found))[:MOST_FOUND]) if found else []


def resolve_key(connection: sa.Connection, access: Access, key: str, region: str | None) -> str:
    """The current id of the customer in scope that ``key`` is a key of; of several the one with most records.

    Args:
        connection: to the app database.
        access: of the actor.
        key: as of ``find_keys``.
        region: ISO country assumed for phones without a country code.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    found = find_keys(connection, access, key, region)
    if not found:
        raise no_customer(key)
    return found[0]


def find_subject(connection: sa.Connection, text: str) -> str | None:
    """The present record that ``source:record_key`` or ``source.table:record_key`` names, if it is one alone."""
    source, colon, key = text.partition(":")
    if not colon or not key:
        return None
    query = sa.select(_subject.c.subject_id).where(_is_record(_subject.c.subject_id, source, key)).limit(2)
    found = list(connection.execute(query).scalars())
    return found[0] if len(found) == 1 else None


def _by_id(connection: sa.Connection, text: str) -> list[str]:
    if not is_customer_id(text.lower()):
        return []
    customer_id = current_customer_id(connection, text.lower())
    return [customer_id] if customer_id else []


def _by_record(connection: sa.Connection, text: str) -> list[str]:
    source, colon, key = text.partition(":")
    if not colon or not key:
        return []
    owners = connection.execute(sa.select(_subject.c.customer_id).where(_is_record(_subject.c.subject_id, source, key)))
    if found := _ranked(owners.scalars()):
        return found
    past = sa.select(_history.c.customer_id).where(_is_record(_history.c.subject_id, source, key))
    former = connection.execute(past.order_by(_history.c.detached_run.desc()).limit(1)).scalars()
    return [leads_to for owner in former if (leads_to := current_customer_id(connection, owner))]


def _is_record(subject_id: sa.ColumnClause[str], source: str, key: str) -> sa.ColumnElement[bool]:
    if "." in source:
        return subject_id == f"{source}:{key}"
    return sa.and_(
        subject_id >= f"{source}.",
        subject_id < f"{source}/",  # '/' follows '.': the subjects of this source and of no other
        subject_id.like(f"%:{_escaped(key)}", escape="\\"),
    )


def _by_email(connection: sa.Connection, text: str) -> list[str]:
    if "@" not in text:
        return []
    from onefold.records import email_key

    key = email_key(text)
    return _by_identifier(connection, ("email",), [key, text.lower()])


def _by_phone(connection: sa.Connection, text: str, region: str | None) -> list[str]:
    digits = re.sub(r"\D", "", text)
    if len(digits) < 5 or re.search(r"[^\W\d_]{4}", text):
        return []
    from onefold.records import phone_key

    return _by_identifier(connection, ("phone",), [phone_key(text, region), f"+{digits}", digits])


def _by_number(connection: sa.Connection, text: str, kinds: tuple[str, ...] = _NUMBERS) -> list[str]:
    bare = re.sub(r"[\W_]", "", text)
    forms = [text, text.lower(), text.upper(), bare, bare.lower(), bare.upper()]
    return _by_identifier(connection, kinds, forms)


def _by_name(connection: sa.Connection, text: str) -> list[str]:
    from onefold.records import name_key

    words = " ".join(sorted(text.casefold().split()))
    return _by_identifier(connection, ("name",), [name_key(text), words])


def _by_external_id(connection: sa.Connection, text: str) -> list[str]:
    exact = _by_identifier(connection, ("external_id",), [text])
    return exact or _matching(connection, "external_id", [identifier.c.value.like(f"%:{_escaped(text)}", escape="\\")])


def _by_part_of_name(connection: sa.Connection, text: str) -> list[str]:
    from onefold.records import name_key

    for form in dict.fromkeys((name_key(text), " ".join(text.casefold().split()))):
        words = [_escaped(word) for word in (form or "").split()]
        if not words or max(map(len, words)) < 2:
            continue
        value = identifier.c.value
        likenesses = [
            sa.or_(value.like(f"{word}%", escape="\\"), value.like(f"% {word}%", escape="\\")) for word in words
        ]
        if found := _matching(connection, "name", likenesses):
            return found
    return []


def _by_identifier(connection: sa.Connection, kinds: tuple[str, ...], values: Iterable[str | None]) -> list[str]:
    wanted = sorted({value for value in values if value})
    return _ranked(connection.execute(_HOLDERS, {"kinds": kinds, "values": wanted}).scalars())


def _matching(connection: sa.Connection, kind: str, conditions: list[sa.ColumnElement[bool]]) -> list[str]:
    query = (
        sa.select(_subject.c.customer_id)
        .join(identifier, identifier.c.subject_id == _subject.c.subject_id)
        .where(identifier.c.kind == kind, *conditions)
        .limit(50 * MOST_FOUND)
    )
    return _ranked(connection.execute(query).scalars())


def _ranked(owners: Iterable[str]) -> list[str]:
    counts: dict[str, int] = {}
    for owner in owners:
        counts[owner] = counts.get(owner, 0) + 1
    return sorted(counts, key=lambda owner: (-counts[owner], owner))[:MOST_FOUND]


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)
