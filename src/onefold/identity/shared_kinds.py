"""Kinds of contact values that several people tend to use: landlines, switchboards, role mailboxes.

Whether one value is shared shows where two names stand beside it. Where just one name does, its kind tells: if most
numbers that begin alike, or most mailboxes of one local part ("office@…"), are used by several people, so is this one,
probably. Kinds are learned from the data; no numbering plan and no list of mailboxes is consulted.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

import numpy as np
import numpy.typing as npt

from onefold.identity.compare import Pairs, Patterns
from onefold.identity.encode import Column
from onefold.identity.evidence import Floats
from onefold.identity.fields import FIELD_INDEX, Contact
from onefold.identity.hashing import Keys, KeyTable, text_keys
from onefold.identity.people import Contacts, People
from onefold.identity.rarity import Shift

_TRUST_IN_AVERAGE = 10.0
"""Values of observation that the average of all kinds is worth for one kind."""

_NAME = "kinds of {}"

_LEAST_VALUES = 3
"""Values of a kind that must have been seen beside names before it counts as one; most local parts are one person's."""

_BOUNDS = (-2.0, 4.0)
"""How far a kind may count (natural log units)."""


class SharedKinds:
    """Less evidence where two records have one value of a kind that is often shared; more where it seldom is."""

    is_personal = True
    unseen = 0.0

    def __init__(self, field: str, people: People, kinds: Column) -> None:
        self.name = _NAME.format(field)
        self.column = FIELD_INDEX[field]
        self._slots = people.contacts[field].column.slots
        self._kinds = kinds
        self.log_ratio: Floats = np.zeros(len(kinds.values))
        """Per kind."""

    @classmethod
    def of(cls, people: People, fields: Container[int]) -> list[SharedKinds]:
        """For e-mails and phones, where they are among the ``fields`` that pairs can be compared in."""
        found = _all_kinds(people, fields)
        for field, one in found.items():
            contacts = people.contacts[field]
            one.log_ratio = _log_ratios(contacts, one._kinds, _named_holders(people, contacts))
        return list(found.values())

    @classmethod
    def known(cls, people: People, fields: Container[int], learned: Mapping[str, KeyTable]) -> list[SharedKinds]:
        """The same as other records taught it; kinds that those did not have are like the average."""
        found = [one for one in _all_kinds(people, fields).values() if one.name in learned]
        for one in found:
            one.log_ratio = learned[one.name].find(one.make_keys())
        return found

    def make_keys(self) -> Keys:
        """Per kind the number by which it is kept."""
        return text_keys(self._kinds.values)

    def shift(self, pairs: Pairs, patterns: Patterns) -> Shift:
        """What the kind of the value that both records have takes off their evidence."""
        which = np.flatnonzero(patterns[:, self.column] == Contact.SAME)
        left, right = self._slots[pairs.left[which]], self._slots[pairs.right[which]]
        shift = np.zeros(len(which))
        for a in range(self._slots.shape[1]):
            for b in range(self._slots.shape[1]):
                is_same = (left[:, a] >= 0) & (left[:, a] == right[:, b])
                shift[is_same] = self.log_ratio[self._kinds.codes[left[is_same, a]]]
        return which, shift


def _all_kinds(people: People, fields: Container[int]) -> dict[str, SharedKinds]:
    """By field, before anything is known about its kinds."""
    found = {}
    for field in ("phone", "email"):
        contacts = people.contacts[field]
        if not contacts.column.is_empty and FIELD_INDEX[field] in fields:
            found[field] = SharedKinds(field, people, contacts.starts if field == "phone" else contacts.local_parts)
    return found


def _named_holders(people: People, contacts: Contacts) -> npt.NDArray[np.int64]:
    """Per value, records with a given name that hold it."""
    slots = contacts.column.slots[people.names.given >= 0]
    return np.bincount(slots[slots >= 0], minlength=len(contacts.column.values))


def _log_ratios(contacts: Contacts, kinds: Column, holders: npt.NDArray[np.int64]) -> Floats:
    """Per kind, log of how often its values are shared over how often values are."""
    is_told = holders >= 2
    is_shared = contacts.sharers[: len(holders)] > 0
    average = (float((is_told & is_shared).sum()) + 0.5) / (float(is_told.sum()) + 1.0)
    told = np.bincount(kinds.codes[is_told], minlength=len(kinds.values))
    shared = np.bincount(kinds.codes[is_told & is_shared], minlength=len(told))
    share = (shared + _TRUST_IN_AVERAGE * average) / (told + _TRUST_IN_AVERAGE)
    result: Floats = np.where(told >= _LEAST_VALUES, np.clip(np.log(share / average), *_BOUNDS), 0.0)
    return result
