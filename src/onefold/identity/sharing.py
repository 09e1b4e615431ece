"""Contact values that several people use: family mailboxes, office phones, info@ addresses.

Nobody lists them; the data shows them, because different names appear beside one value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from onefold.identity import similarity
from onefold.identity.blocking import group_records
from onefold.identity.hashing import KeyTable, text_keys
from onefold.identity.people import Contacts, People

_EXAMPLES = 5
"""Ignored values that are named; the rest are counted."""


def mark_shared_contacts(people: People) -> People:
    """``people`` with every contact value marked by how many names use it."""
    if not len(people.names.words):
        return people
    for name, contacts in people.contacts.items():
        if not contacts.column.is_empty:
            people = people.with_contacts(name, _marked(people, contacts))
    return people


def with_known_marks(people: People, marks: Mapping[str, KeyTable]) -> People:
    """``people`` with contact values marked as other records showed; by contact field."""
    for name, table in marks.items():
        contacts = people.contacts[name]
        if not contacts.column.is_empty:
            sharers = table.find(text_keys(contacts.column.values)).astype(np.int8)
            people = people.with_contacts(name, replace(contacts, sharers=sharers))
    return people


def ignored_values(people: People) -> dict[str, dict[str, object]]:
    """By field, the contact values that so many names use that they say nothing, and how many records hold them.

    **Shape**: ``{"email": {"values": 2, "records": 4_312, "examples": ["shop@counter.example", …]}}``; the commonest
    first; fields without such values are left out.
    """
    found: dict[str, dict[str, object]] = {}
    for name, contacts in people.contacts.items():
        counts = contacts.column.counts()
        which = np.flatnonzero(contacts.sharers[: len(counts)] > 2)
        if len(which):
            which = which[np.argsort(-counts[which], kind="stable")]
            found[name] = {
                "values": len(which),
                "records": int(counts[which].sum()),
                "examples": contacts.column.values.take(which[:_EXAMPLES]).to_pylist(),
            }
    return found


def _marked(people: People, contacts: Contacts) -> Contacts:
    slots = contacts.column.slots
    flat = slots.T.ravel().astype(np.int32)
    counts = contacts.column.counts()
    flat = np.where((flat >= 0) & (counts[np.maximum(flat, 0)] > 1), flat, -1).astype(np.int32)
    order, starts = group_records(flat)
    if not len(order):
        return contacts
    values = flat[order[starts[:-1]]]
    records = (order % len(slots)).astype(np.int32)
    names = people.names
    sharers = np.zeros(len(counts), np.int8)
    similarity.count_sharers(
        records,
        starts,
        values,
        names.given,
        names.family,
        names.given_alone,
        names.kernel_arguments,
        sharers,
    )
    return replace(contacts, sharers=sharers)
