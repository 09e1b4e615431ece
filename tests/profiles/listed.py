"""Customers written straight into the tables that lists, search and scopes read."""

from __future__ import annotations

import json

import sqlalchemy as sa

from onefold.access import Access, Actor, Layer, Role
from onefold.identity.tables import customer, subject
from onefold.kernel import utc_now
from onefold.profiles.tables import identifier, profile, profile_attribute, profile_summary, search_term

EVERYTHING = Access.full(Actor("cli", "cli", "command line"))


def customer_id(number):
    """Ids in no telling order, of the shape that ids have."""
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    return (
        "cus_"
        + "".join(letters[(number * 7919 + place * 31) % 32] for place in range(14))
        + letters[number % 32]
        + (letters[number // 32])
    )


def write(connection, rows):
    """Rows of summary columns; ``attributes`` and ``traits`` (name -> value), ``words``, ``keys`` and ``source``."""
    now = utc_now()
    for number, row in enumerate(rows):
        mine, facts = customer_id(number), dict(row)
        attributes, traits = facts.pop("attributes", {}), facts.pop("traits", {})
        words, keys, source = facts.pop("words", []), facts.pop("keys", []), facts.pop("source", "crm")
        issued = {"customer_id": mine, "kind": "person", "state": "active", "created_run": 1, "created_at": now}
        connection.execute(customer.insert().values(**issued))
        owned = f"{source}.people:{number}"
        connection.execute(subject.insert().values(subject_id=owned, customer_id=mine, attached_run=1, attached_at=now))
        counts = dict.fromkeys(("events", "records", "systems"), 1)
        connection.execute(profile_summary.insert().values({"customer_id": mine, "kind": "person", **counts, **facts}))
        values = {name: {"value": value, "record": 0, "column": name} for name, value in attributes.items()}
        record = {"source": source, "table": "people", "record_key": str(number)}
        connection.execute(
            profile.insert().values(
                customer_id=mine,
                kind="person",
                input_hash="",
                version=1,
                updated_at=now,
                attributes={"records": [record], "values": values},
                traits=traits,
            )
        )
        for word in words:
            connection.execute(search_term.insert().values(term=word, customer_id=mine))
        for kind, value in keys:
            connection.execute(identifier.insert().values(kind=kind, value=value, subject_id=owned))
        for name in attributes:
            known = sa.select(profile_attribute.c.attribute).where(profile_attribute.c.attribute == name)
            if connection.scalar(known) is None:
                connection.execute(profile_attribute.insert().values(attribute=name))


def clear(connection):
    for table in (customer, subject, profile_summary, profile, search_term, identifier, profile_attribute):
        connection.execute(sa.delete(table))


def access_of(scope=None, my=None, **masks):
    """Somebody with one role that reads and exports customers."""
    allowed = {
        "customer": ("read", "export"),
        "tag": ("read", "assign"),
        "view": ("read", "create", "update", "delete"),
    }
    role = Role("role1", "Role 1", permissions=allowed, scope=scope, masks=masks)
    return Access(
        Actor("usr_a", "user", "Ana", attributes=my or {}), layers=(Layer((role,), my or {}),), mask_key="0" * 64
    )


def ndjson(stream):
    return [json.loads(line) for line in b"".join(stream).splitlines()]
