"""What a table is for, from its name, its key, and what its columns mean. Evidence adds up; the reason names the best.

A table that names persons and ways to reach them is about people even when it also counts their orders; a table whose
rows point at people and carry a time is about what happened. A company's own staff is reference data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from onefold.catalog.context import GENERIC_DATE_WORDS, having
from onefold.catalog.folding import header_words
from onefold.catalog.headers import entity_of
from onefold.catalog.meanings import Reading
from onefold.catalog.model import Meaning, Role

M = Meaning
STAFF = "staff"
NAMES = (M.FULL_NAME, M.GIVEN_NAME, M.FAMILY_NAME)
CONTACTS = (M.EMAIL, M.PHONE, M.BIRTH_DATE, M.ADDRESS, M.STREET, M.NATIONAL_ID, M.LOYALTY_NUMBER)
_SILENT = frozenset(
    {
        "lookup",
        "data",
        "table",
        "tbl",
        "export",
        "exports",
        "list",
        "dump",
        "dim",
        "fact",
        "master",
        "all",
        "full",
        "test",
        "train",
        "records",
        "csv",
        "sheet",
        "v",
    }
)


@dataclass
class _Ballot:
    points: dict[Role, float] = field(default_factory=dict)
    reasons: dict[Role, list[tuple[float, str]]] = field(default_factory=dict)

    def add(self, role: Role, points: float, reason: str) -> None:
        self.points[role] = self.points.get(role, 0.0) + points
        if points > 0:
            self.reasons.setdefault(role, []).append((points, reason))


def infer_role(name: str, readings: Sequence[Reading], key: tuple[str, ...], rows: int) -> tuple[Role, float, str]:
    """The role of a table, its confidence and the reason."""
    ballot = _Ballot({Role.REFERENCE: 0.8}, {Role.REFERENCE: [(0.8, "it names no people and nothing that happened")]})
    _heed_names(ballot, name, readings, key)
    _heed_people(ballot, readings, rows)
    _heed_organisations(ballot, readings, rows)
    _heed_facts(ballot, readings, key)
    _heed_things(ballot, readings)
    _heed_texts(ballot, readings)
    if is_staff(name, readings, key):
        return Role.REFERENCE, 0.7, "names the company's own staff, and staff are not customers"
    ranked = sorted(ballot.points, key=lambda role: -ballot.points[role])
    best, margin = (
        ranked[0],
        ballot.points[ranked[0]] - (ballot.points[ranked[1]] if len(ranked) > 1 else 0.0),
    )
    reasons = [text for _, text in sorted(ballot.reasons[best], key=lambda entry: -entry[0])[:3]]
    return best, round(min(0.98, 0.5 + 0.12 * margin), 2), "; ".join(reasons)


def table_entity(name: str) -> str | None:
    """The role that a table's name speaks for, or 'staff'."""
    words = tuple(word for word in header_words(name) if word not in _SILENT and not word.isdigit())
    return entity_of(words)


def is_staff(name: str, readings: Sequence[Reading], key: tuple[str, ...]) -> bool:
    """Whether the table lists the company's own people."""
    by_key = {r.name: r.header.entity for r in readings}
    key_entity = by_key.get(key[0]) if len(key) == 1 else None
    entity = table_entity(name)
    has_names = bool(having(readings, *NAMES, M.OWNER))
    return has_names and (entity == STAFF or (key_entity == STAFF and entity is None))


def _heed_names(ballot: _Ballot, name: str, readings: Sequence[Reading], key: tuple[str, ...]) -> None:
    entity = table_entity(name)
    if entity and entity != STAFF:
        ballot.add(Role(entity), 2.0, f'the table is called "{name}"')
    key_readings = [r for r in readings if r.name in key]
    if len(key) == 1 and key_readings and key_readings[0].header.entity not in (None, STAFF):
        ballot.add(Role(key_readings[0].header.entity or ""), 1.8, f'its rows are identified by "{key[0]}"')


def _heed_people(ballot: _Ballot, readings: Sequence[Reading], rows: int) -> None:
    names, contacts = having(readings, *NAMES), having(readings, *CONTACTS)
    contacts += [r for r in having(readings, M.EXTERNAL_ID) if r.header.worth(M.NATIONAL_ID) >= 0.5]
    certain = [r for r in names if r.confidence >= 0.6]
    if certain and contacts:
        ballot.add(Role.PEOPLE, 3.0, f"it holds names ({_list(certain)}) and {_list(contacts)} of persons")
    elif having(readings, M.EMAIL):
        ballot.add(Role.PEOPLE, 1.6, f"it holds e-mail addresses ({_list(having(readings, M.EMAIL))})")
    elif certain:
        ballot.add(Role.PEOPLE, 1.3, f"it holds names ({_list(certain)})")
    for reading in having(readings, M.GENDER, M.BIRTH_DATE, M.LANGUAGE, M.CONSENT, M.JOB_TITLE):
        ballot.add(Role.PEOPLE, 0.3, f'it describes persons ("{reading.name}")')
    for reading in having(readings, M.EMAIL, M.PHONE)[:1]:
        filled = reading.filled * rows
        if filled > 40 and reading.distinct < 0.5 * filled:
            ballot.add(Role.PEOPLE, -2.0, "")
            ballot.add(Role.EVENTS, 1.0, f'the same "{reading.name}" comes back in many rows')


def _heed_organisations(ballot: _Ballot, readings: Sequence[Reading], rows: int) -> None:
    companies = having(readings, M.COMPANY)
    if companies and not any(r.confidence >= 0.6 for r in having(readings, *NAMES)):
        own = [r for r in companies if r.filled >= 0.7 and r.distinct >= 0.5 * r.filled * rows and r.confidence >= 0.7]
        ballot.add(Role.ORGANISATIONS, 5.0 if own else 2.0, f'each row names an organisation ("{companies[0].name}")')
        described = [
            r
            for r in readings
            if r.meaning in (M.DOMAIN, M.WEBSITE)
            or "industry" in r.header.words
            or {"employee", "employees"} & set(r.header.words)
        ]
        for reading in described:
            ballot.add(Role.ORGANISATIONS, 0.6, f'it describes organisations ("{reading.name}")')


def _heed_facts(ballot: _Ballot, readings: Sequence[Reading], key: tuple[str, ...]) -> None:
    pointers = [
        r for r in readings if r.header.is_id and r.header.entity in (Role.PEOPLE, Role.EVENTS) and (r.name,) != key
    ]
    pointers = [r for r in pointers if r.meaning in (M.EXTERNAL_ID, M.OTHER, M.MEASURE, M.CATEGORY, M.QUANTITY)]
    times = having(readings, M.EVENT_TIME)
    times += [r for r in having(readings, M.DATE) if set(r.header.words) <= GENERIC_DATE_WORDS and r.header.words]
    if times:
        ballot.add(Role.EVENTS, 1.3, f'each row happened at a time ("{times[0].name}")')
    dated = times or having(readings, M.CREATED_AT, M.DATE)
    if pointers:
        ballot.add(Role.EVENTS, 1.2 if dated else 0.8, f'each row points at others ("{pointers[0].name}")')
    if having(readings, M.AMOUNT, M.QUANTITY) and (dated or pointers):
        ballot.add(Role.EVENTS, 0.8, f"it counts money or pieces ({_list(having(readings, M.AMOUNT, M.QUANTITY))})")
    if having(readings, M.EVENT_TYPE):
        ballot.add(Role.EVENTS, 0.8, f'each row has a type of event ("{having(readings, M.EVENT_TYPE)[0].name}")')
    _heed_conversations(ballot, readings)
    _heed_feedback(ballot, readings)


def _heed_conversations(ballot: _Ballot, readings: Sequence[Reading]) -> None:
    subjects = [
        r for r in having(readings, M.TITLE) if r.header.worth(M.TITLE) >= 0.8 and "subject" in _phrase(r, M.TITLE)
    ]
    if subjects:
        ballot.add(Role.CONVERSATIONS, 2.5, f'each row has a subject ("{subjects[0].name}")')
    texts = [r for r in having(readings, M.TEXT) if {"message", "body", "transcript"} & set(r.header.words)]
    if texts:
        ballot.add(Role.CONVERSATIONS, 1.2, f'each row holds a message ("{texts[0].name}")')
    if subjects and having(readings, M.STATUS):
        ballot.add(Role.CONVERSATIONS, 0.8, f'it has a status ("{having(readings, M.STATUS)[0].name}")')


def _phrase(reading: Reading, meaning: Meaning) -> str:
    """The header's phrase, with the words for a subject line in other languages brought to one."""
    phrase = reading.header.meanings[meaning][1]
    same = {
        "subject",
        "subject line",
        "betreff",
        "objet",
        "sujet",
        "asunto",
        "assumpte",
        "oggetto",
        "assunto",
        "θεμα",
        "主 题",
        "主 題",
        "موضوع",
    }
    return "subject" if phrase in same else phrase


def _heed_feedback(ballot: _Ballot, readings: Sequence[Reading]) -> None:
    scores = [r for r in having(readings, M.SCORE) if r.confidence >= 0.6]
    if not scores or having(readings, M.AMOUNT, M.PRODUCT):
        return
    ballot.add(Role.FEEDBACK, 1.8, f'each row gives a score ("{scores[0].name}")')
    if having(readings, M.TEXT):
        ballot.add(Role.FEEDBACK, 0.8, f'with a text ("{having(readings, M.TEXT)[0].name}")')


def _heed_texts(ballot: _Ballot, readings: Sequence[Reading]) -> None:
    """A table that is little else than texts holds what people said."""
    texts = [r for r in having(readings, M.TEXT) if r.confidence >= 0.7 and r.filled >= 0.8]
    if not texts or len(readings) > 6 or having(readings, M.PRODUCT, M.AMOUNT, M.TITLE):
        return
    is_opinion = {"review", "comment", "feedback", "评", "論", "评论", "nps"} & set(texts[0].header.words)
    ballot.add(Role.FEEDBACK if is_opinion else Role.CONVERSATIONS, 1.0, f'each row holds a text ("{texts[0].name}")')


def _heed_things(ballot: _Ballot, readings: Sequence[Reading]) -> None:
    products = [
        r
        for r in readings
        if (r.meaning is M.PRODUCT and r.confidence >= 0.6)
        or {"sku", "upc", "gtin", "ean", "asin", "mpn"} & set(r.header.words)
    ]
    if products and not having(readings, M.EVENT_TIME, *NAMES):
        ballot.add(Role.REFERENCE, 1.2, f'it describes products ("{products[0].name}")')


def _list(readings: Sequence[Reading]) -> str:
    names = [reading.name for reading in readings]
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
