"""Search as you type: what was typed is read as a key, as words of a name, and as the beginning of an e-mail or phone.

Readings are tried in order of how much they say: exact keys, whole words, beginnings of words, beginnings of
addresses and numbers. Each is a walk along one index that stops as soon as a page is full. A reading by an attribute
that is masked for the actor is not tried.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.profiles.lookup import find_keys
from onefold.profiles.tables import identifier, profile_summary, search_term

RARE = 5_000
"""Candidates up to which a search is answered by listing them all."""

_LONGEST = 200
_LAST = "\U0010ffff"
_NAMES = ("display_name", "full_name", "given_name", "family_name")
_RUN = 8  # characters of words without spaces that terms keep, as in summary_sql
_TERM = 40
_ADDRESS = re.compile(r"[a-z0-9._%+-]{3,}(@[a-z0-9.-]*)?")
_PHONE = re.compile(r"\+?[0-9() ./-]{5,}")

_subject = sa.table("subject", sa.column("subject_id", sa.Text), sa.column("customer_id", sa.Text))


@dataclass(frozen=True)
class Words:
    """Customers whose names hold all these words, whole or as beginnings; walked along the rarest."""

    words: tuple[str, ...]
    """The rarest first."""
    is_whole: bool
    is_rare: bool

    def condition(self) -> sa.ColumnElement[bool]:
        """True for a ``profile_summary`` row that it finds."""
        return sa.and_(*(self._held(word, profile_summary.c.customer_id) for word in self.words))

    def candidates(self) -> sa.Select[Any]:
        """The ids of all that it finds."""
        term = search_term.alias()
        return sa.select(term.c.customer_id).where(*self._walk(term))

    def ranked(self) -> tuple[sa.FromClause, sa.ColumnElement[str], sa.ColumnElement[str], sa.ColumnElement[bool]]:
        """Rows to walk along, their place, their customer, and which of them count: each customer's first."""
        term = search_term.alias()
        conditions = self._walk(term)
        if not self.is_whole:
            earlier = search_term.alias()
            mine = (earlier.c.customer_id == term.c.customer_id, earlier.c.term < term.c.term)
            begins = _begins(earlier.c.term, self.words[0])
            conditions.append(sa.not_(sa.exists(sa.select(sa.literal(1)).where(*mine, *begins).correlate(term))))
        return term, term.c.term, term.c.customer_id, sa.and_(*conditions)

    def _walk(self, term: Any) -> list[sa.ColumnElement[bool]]:
        first, *others = self.words
        along = [term.c.term == first] if self.is_whole else _begins(term.c.term, first)
        return [*along, *(self._held(word, term.c.customer_id) for word in others)]

    def _held(self, word: str, customer_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
        held = search_term.alias()
        matches = [held.c.term == word] if self.is_whole else _begins(held.c.term, word)
        query = sa.select(sa.literal(1)).select_from(held).where(held.c.customer_id == customer_id, *matches)
        return sa.exists(query.correlate_except(held))


@dataclass(frozen=True)
class Beginning:
    """Customers with an e-mail or phone that begins like this."""

    kind: str
    text: str
    is_rare: bool

    def condition(self) -> sa.ColumnElement[bool]:
        """True for a ``profile_summary`` row that it finds."""
        owner, value = _subject.alias(), identifier.alias()
        query = (
            sa.select(sa.literal(1))
            .select_from(owner.join(value, value.c.subject_id == owner.c.subject_id))
            .where(owner.c.customer_id == profile_summary.c.customer_id, *self._walk(value))
        )
        return sa.exists(query.correlate_except(owner, value))

    def candidates(self) -> sa.Select[Any]:
        """The ids of all that it finds."""
        rows = identifier.join(_subject, _subject.c.subject_id == identifier.c.subject_id)
        return sa.select(_subject.c.customer_id).select_from(rows).where(*self._walk(identifier))

    def ranked(self) -> tuple[sa.FromClause, sa.ColumnElement[str], sa.ColumnElement[str], sa.ColumnElement[bool]]:
        """As of ``Words``."""
        value, owner = identifier.alias(), _subject.alias()
        earlier, holder = identifier.alias(), _subject.alias()
        before = sa.or_(
            earlier.c.value < value.c.value,
            sa.and_(earlier.c.value == value.c.value, earlier.c.subject_id < value.c.subject_id),
        )
        query = (
            sa.select(sa.literal(1))
            .select_from(holder.join(earlier, earlier.c.subject_id == holder.c.subject_id))
            .where(holder.c.customer_id == owner.c.customer_id, before, *self._walk(earlier))
        )
        is_first = sa.not_(sa.exists(query.correlate_except(holder, earlier)))
        rows = value.join(owner, owner.c.subject_id == value.c.subject_id)
        return rows, value.c.value, owner.c.customer_id, sa.and_(*self._walk(value), is_first)

    def _walk(self, value: Any) -> list[sa.ColumnElement[bool]]:
        same = sa.func.substr(value.c.value, 1, len(self.text)) == self.text  # whatever the database's alphabet
        return [value.c.kind == self.kind, *_begins(value.c.value, self.text), same]


Reading = Words | Beginning


@dataclass(frozen=True)
class Search:
    """What was typed, read."""

    ids: tuple[str, ...]
    """Found by exact keys, best first."""
    readings: tuple[Reading, ...]
    """The telling ones first."""

    def condition(self) -> sa.ColumnElement[bool]:
        """True for the ``profile_summary`` rows that the search finds."""
        mine = profile_summary.c.customer_id
        if self.readings and all(reading.is_rare for reading in self.readings):
            found = sa.union(*(reading.candidates() for reading in self.readings)).subquery()
            among: sa.ColumnElement[bool] = mine.in_(sa.select(found.c.customer_id))
        else:
            among = sa.or_(sa.false(), *(reading.condition() for reading in self.readings))
        return sa.or_(mine.in_(self.ids), among) if self.ids else among


def read_search(connection: sa.Connection, access: Access, text: str, region: str | None) -> Search | None:
    """What ``text`` may mean; None where it says nothing.

    Args:
        connection: to the app database.
        access: of the actor.
        text: as typed.
        region: ISO country assumed for phones without a country code.
    """
    from onefold.records import search_words

    text = text.strip()[:_LONGEST].strip()
    if not text:
        return None
    readings: list[Reading] = []
    if all(access.may_search(name) for name in _NAMES):
        for way in search_words(text):
            readings += _read_words(connection, [_cut(word) for word in way])
    readings += _read_beginnings(connection, access, text.lower(), region)
    return Search(tuple(find_keys(connection, access, text, region)), tuple(readings))


def _cut(word: str) -> str:
    return word[:_TERM] if word[0] < "\u3040" else word[:_RUN]


def _read_words(connection: sa.Connection, words: list[str]) -> list[Reading]:
    if len(words) == 1:
        is_rare = _count(connection, _BEGINNING, words[0]) <= RARE
        return [Words((words[0],), is_whole=False, is_rare=is_rare)]
    found: list[Reading] = []
    for is_whole in (True, False):
        counts = {word: _count(connection, _WHOLE if is_whole else _BEGINNING, word) for word in words}
        by_rarity = tuple(sorted(counts, key=lambda word: counts[word]))
        if not is_whole or counts[by_rarity[0]]:
            found.append(Words(by_rarity, is_whole, counts[by_rarity[0]] <= RARE))
    return found


def _read_beginnings(connection: sa.Connection, access: Access, text: str, region: str | None) -> list[Reading]:
    forms: list[tuple[str, str]] = []
    if access.may_search("email") and _ADDRESS.fullmatch(text) and not text.isdecimal():
        local, at, domain = text.partition("@")
        forms += [("email", text), ("email", local.replace(".", "") + at + domain)]
    digits = re.sub(r"\D", "", text)
    if access.may_search("phone") and _PHONE.fullmatch(text) and len(digits) >= 4:
        forms += [("phone", f"+{digits}"), ("phone", digits)]
        if region and not text.startswith("+"):
            from phonenumbers import country_code_for_region

            forms.append(("phone", f"+{country_code_for_region(region)}{digits.lstrip('0')}"))
    found: list[Reading] = []
    for kind, beginning in dict.fromkeys(forms):
        if count := _count(connection, _KEYS_BEGINNING, beginning, kind=kind):
            found.append(Beginning(kind, beginning, count <= RARE))
    return found


def _begins(column: sa.ColumnElement[str], beginning: str) -> list[sa.ColumnElement[bool]]:
    return [column >= beginning, column < beginning + _LAST]


def _counting(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """How many rows of one table, counted up to where it no longer matters."""
    some = sa.select(sa.literal(1)).where(*conditions).limit(RARE + 1).subquery()
    return sa.select(sa.func.count()).select_from(some)


_FROM, _TO = sa.bindparam("text", type_=sa.Text), sa.bindparam("end", type_=sa.Text)
_WHOLE = _counting(search_term.c.term == _FROM)
_BEGINNING = _counting(search_term.c.term >= _FROM, search_term.c.term < _TO)
_KEYS_BEGINNING = _counting(
    identifier.c.kind == sa.bindparam("kind", type_=sa.Text), identifier.c.value >= _FROM, identifier.c.value < _TO
)


def _count(connection: sa.Connection, query: sa.Select[Any], text: str, **more: str) -> int:
    return int(connection.scalar(query, {"text": text, "end": text + _LAST, **more}) or 0)


def prepare_search() -> None:
    """Load the words, scripts and rules of phones that searches are read with, which takes the first one a second."""
    from onefold.records import phone_key, search_words

    for text in ("ana", "\u99ac"):
        search_words(text)
    phone_key("020 7946 0000", "GB")
