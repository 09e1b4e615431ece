"""Names that stand for each other in this very data: local nicknames, transliterations, chosen Western names.

Where two records share an e-mail or phone and agree on one part of the name, the words in the other part are often
two forms of one name. Pairs of words that come up so for several contacts, far more often than chance, are learned.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onefold.identity.compare import Pairs, Patterns
from onefold.identity.encode import Codes
from onefold.identity.fields import FIELD_INDEX, Contact, Name
from onefold.identity.names import pair_key
from onefold.identity.people import People

_LEAST_CONTACTS = 4
"""Different e-mails or phones that must show the pair of words."""

_LEAST_LIFT = 8.0
"""How many times more often than chance."""

_LEAST_SHARE = 0.25
"""Share of the rarer word's disagreements that go to this partner."""


def learn_aliases(people: People, pairs: Pairs, patterns: Patterns) -> npt.NDArray[np.int64]:
    """Pairs of name words to treat as equivalent, in the form of ``NameWords.equivalents``."""
    email, phone = patterns[:, FIELD_INDEX["email"]], patterns[:, FIELD_INDEX["phone"]]
    has_contact = (email >= Contact.SAME_SHARED_BY_MANY) | (phone >= Contact.SAME_SHARED_BY_MANY)
    given, family = patterns[:, FIELD_INDEX["given_name"]], patterns[:, FIELD_INDEX["family_name"]]
    names = people.names
    learned = [np.zeros(0, np.int64)]
    for words, level, other in ((names.given, given, family), (names.family, family, given)):
        shows = has_contact & (other >= Name.EQUIVALENT) & (level >= Name.DIFFERENT) & (level <= Name.INITIAL)
        learned.append(_frequent_partners(people, pairs.take(shows), words))
    return np.unique(np.concatenate(learned))


def has_any_word(people: People, pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Per record, whether one of its names is in one of ``pairs``, or a part of it is."""
    names = people.names
    is_member = np.zeros(len(names.words) + 1, bool)  # the last for absent words and parts
    is_member[pairs >> 32] = True
    is_member[pairs & 0xFFFFFFFF] = True
    has_member = np.r_[is_member[:-1] | is_member[names.parts].any(axis=1), False]
    found: npt.NDArray[np.bool_] = has_member[names.given] | has_member[names.family]
    return found


def _frequent_partners(people: People, pairs: Pairs, words: Codes) -> npt.NDArray[np.int64]:
    first, second = words[pairs.left], words[pairs.right]
    is_named = (first >= 0) & (second >= 0)
    pairs, first, second = pairs.take(is_named), first[is_named], second[is_named]
    if not len(pairs):
        return np.zeros(0, np.int64)
    keys = pair_key(first, second)
    distinct = np.unique(np.stack([keys, _shared_contact(people, pairs)], axis=1), axis=0)[:, 0]
    found, times = np.unique(distinct, return_counts=True)
    occurrences = np.bincount(np.r_[distinct >> 32, distinct & 0xFFFFFFFF])
    of_first, of_second = occurrences[found >> 32], occurrences[found & 0xFFFFFFFF]
    lift = times * float(len(distinct)) / (of_first * of_second.astype(np.float64))
    is_alias = (times >= _LEAST_CONTACTS) & (lift >= _LEAST_LIFT)
    is_alias &= times >= _LEAST_SHARE * np.minimum(of_first, of_second)
    result: npt.NDArray[np.int64] = found[is_alias]
    return result


def _shared_contact(people: People, pairs: Pairs) -> npt.NDArray[np.int64]:
    """A number for the contact that a pair shares (its e-mail, else its phone), so that a family counts once."""
    email, phone = people.contacts["email"].column, people.contacts["phone"].column
    shared = np.full(len(pairs), -1, np.int64)
    for column, offset in ((phone, len(email.values)), (email, 0)):
        for a in range(column.slots.shape[1]):
            for b in range(column.slots.shape[1]):
                left, right = column.slots[pairs.left, a], column.slots[pairs.right, b]
                is_same = (left >= 0) & (left == right)
                shared[is_same] = left[is_same] + offset
    return shared
