"""Who the people behind the customer360 records are, as a careful reader of the files would say.

No truth is published for these files, but they betray three things that no matcher is told and none should rely on:
every system opens a person's account once (the CRM at most twice, and then in neighbouring rows); a person has one
e-mail address, phone and company throughout, apart from sign-ups under a private ``given123@`` address; and all of a
person's accounts are opened within a few months of each other, by windows that differ per pair of systems. The
windows are measured on records that share an e-mail. Records that fit several people equally well are undecided.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

import duckdb
from nicknames import NickNamer
from rapidfuzz.distance import DamerauLevenshtein

SYSTEMS = ("crm_contacts", "support_users", "partner_leads", "app_signups", "billing_accounts")
_SLACK_DAYS = 10
"""The windows are measured on a sample; the widest pair of accounts may be missing from it."""

_LEGAL_FORM = re.compile(r"[ ,]*(inc|corp|llc|ltd|co|group|solutions|holdings)\.?$")


@dataclass(frozen=True)
class Record:
    """One account of one system, lower-cased and otherwise as it stands in the file."""

    key: str
    system: str
    given: str
    family: str
    email: str
    phone: str
    company: str
    opened: int
    """Day on which the account was opened, as an ordinal."""

    @property
    def number(self) -> int:
        """Position in the file."""
        return int(self.key.rpartition("_")[2])


@dataclass
class Person:
    """Accounts that are one human being's."""

    accounts: list[Record] = field(default_factory=list)

    def spellings(self) -> set[tuple[str, str]]:
        """The name as the work or private address spells it, else as the records do."""
        for account in self.accounts:
            given, dot, family = re.sub(r"\d+$", "", account.email.partition("@")[0]).partition(".")
            if dot:
                return {(given, family)}
        return {(account.given, account.family) for account in self.accounts}


@dataclass(frozen=True)
class Reading:
    """Person of every record that can be decided, by record key; the others are left out."""

    person_of: dict[str, int]
    people: int


Windows = dict[tuple[str, str], tuple[int, int]]


def read_people(folder: Path) -> Reading:
    """Read the five people tables of ``folder`` and group their records by person."""
    records = read_records(folder)
    givens = {record.given for record in records if record.given}
    addresses = Counter(record.email for record in records if record.email)
    alternates = {r.key for r in records if _is_alternate(r, givens, addresses)}
    people, is_placed = _people_by_email(records, alternates)
    windows = _windows(people)
    waiting = [record for record in records if record.key not in is_placed]
    waiting = _place_by_phone(people, waiting)
    for needs_full_name in (True, False):
        for system in SYSTEMS:
            waiting = _place_by_name(people, waiting, windows, system, needs_full_name=needs_full_name)
    person_of = {account.key: number for number, person in enumerate(people) for account in person.accounts}
    return Reading(person_of, len(people))


def read_records(folder: Path) -> list[Record]:
    """All records of people, names split, in the order of the files."""
    records = []
    for system in SYSTEMS:
        relation = duckdb.read_csv(str(folder / f"{system}.csv"), all_varchar=True)
        for row in relation.fetchall():
            cells = {name: (value or "").strip().lower() for name, value in zip(relation.columns, row, strict=True)}
            given, family = _name(cells)
            records.append(
                Record(
                    key=row[0],
                    system=system,
                    given=given.rstrip("."),
                    family=family,
                    email=_email(cells["email"]) if cells["email"] else "",
                    phone=re.sub(r"\D", "", cells.get("phone", ""))[-10:],
                    company=cells.get("company_name") or cells.get("company", ""),
                    opened=date.fromisoformat((cells.get("created_at") or cells["submitted_at"])[:10]).toordinal(),
                )
            )
    return records


def _name(cells: dict[str, str]) -> tuple[str, str]:
    if "first_name" in cells:
        return cells["first_name"], cells["last_name"]
    name = cells.get("account_name") or cells["display_name"]
    if "," in name:
        family, _, given = name.partition(",")
        return given.strip(), family.strip()
    given, _, family = name.partition(" ")
    return given, family


def _email(address: str) -> str:
    local, _, domain = address.partition("@")
    return f"{local.replace('.', '')}@{domain}" if domain == "gmail.com" else address


def _is_alternate(record: Record, givens: set[str], addresses: Counter[str]) -> bool:
    """Whether a sign-up uses an address that no other system knows and that spells a given name alone."""
    letters = re.sub(r"\d+$", "", record.email.partition("@")[0])
    is_only_here = addresses[record.email] == 1
    return record.system == "app_signups" and is_only_here and letters != record.email and letters in givens


def _people_by_email(records: list[Record], alternates: set[str]) -> tuple[list[Person], set[str]]:
    """One person per address, or per phone where two phones (so two people) share an address."""
    phones: dict[str, set[str]] = {}
    for record in records:
        if record.email and record.phone:
            phones.setdefault(record.email, set()).add(record.phone)
    people: dict[tuple[str, str], Person] = {}
    for record in records:
        is_shared = len(phones.get(record.email, ())) > 1
        if record.email and record.key not in alternates and not (is_shared and not record.phone):
            people.setdefault((record.email, record.phone if is_shared else ""), Person()).accounts.append(record)
    return list(people.values()), {account.key for person in people.values() for account in person.accounts}


def _windows(people: Iterable[Person]) -> Windows:
    windows: Windows = {}
    for person in people:
        for one in person.accounts:
            for other in person.accounts:
                if one.key != other.key:
                    days, pair = other.opened - one.opened, (one.system, other.system)
                    least, most = windows.get(pair, (days, days))
                    windows[pair] = (min(least, days), max(most, days))
    return windows


def _place_by_phone(people: list[Person], waiting: list[Record]) -> list[Record]:
    owner = {account.phone: person for person in people for account in person.accounts if account.phone}
    left = []
    for record in waiting:
        if record.phone in owner:
            owner[record.phone].accounts.append(record)
        else:
            left.append(record)
    return left


def _place_by_name(
    people: list[Person], waiting: list[Record], windows: Windows, system: str, *, needs_full_name: bool
) -> list[Record]:
    """Give records of one system to the person that alone, or clearly best, fits; founds people that are missing."""
    while True:
        placed = set()
        for record in waiting:
            is_full = min(len(record.given), len(record.family)) > 1
            if record.system != system or (needs_full_name and not is_full):
                continue
            fitting = _fitting(people, record, windows)
            if not fitting:
                people.append(Person([record]))
                placed.add(record.key)
                continue
            ranked = sorted((_closeness(person, record), n) for n, person in enumerate(fitting))
            if len(ranked) == 1 or ranked[-1][0] > ranked[-2][0]:
                fitting[ranked[-1][1]].accounts.append(record)
                placed.add(record.key)
        waiting = [record for record in waiting if record.key not in placed]
        if not placed:
            return waiting


def _fitting(people: list[Person], record: Record, windows: Windows) -> list[Person]:
    fitting = [person for person in people if _fits(person, record, windows)]
    at_company = [p for p in fitting if any(a.company and _same_company(a.company, record.company) for a in p.accounts)]
    return at_company if record.company and at_company else fitting


def _fits(person: Person, record: Record, windows: Windows) -> bool:
    here = [account for account in person.accounts if account.system == record.system]
    is_copy = len(here) == 1 and record.system == "crm_contacts" and abs(here[0].number - record.number) == 1
    if here and not is_copy:
        return False
    for account in person.accounts:
        least, most = windows.get((account.system, record.system), (1, 0))
        if not least - _SLACK_DAYS <= record.opened - account.opened <= most + _SLACK_DAYS:
            return False
        if account.phone and record.phone and account.phone != record.phone:
            return False
        if not _same_company(account.company, record.company):
            return False
    return any(_fits_word(g, record.given) and _fits_word(f, record.family) for g, f in person.spellings())


def _closeness(person: Person, record: Record) -> int:
    """How exactly the spelling fits."""

    def grade(known: str, word: str) -> int:
        return 0 if not word else 3 if known == word else 2 if _edits(known, word) <= 1 else 1

    return max(grade(g, record.given) + grade(f, record.family) for g, f in person.spellings())


def _fits_word(known: str, word: str) -> bool:
    if not known or not word:
        return True
    if len(word) == 1 or len(known) == 1:
        return word in known[:2] or known in word[:2]
    return _edits(known, word) <= (2 if len(known) >= 6 else 1) or _is_nickname(known, word)


def _is_nickname(known: str, word: str) -> bool:
    namer = _namer()
    return word in namer.nicknames_of(known) | namer.canonicals_of(known)


@lru_cache(maxsize=1)
def _namer() -> NickNamer:
    return NickNamer()


def _edits(one: str, other: str) -> int:
    return int(DamerauLevenshtein.distance(one, other))


def _same_company(one: str, other: str) -> bool:
    if not one or not other:
        return True
    short, long = sorted((_LEGAL_FORM.sub("", one), _LEGAL_FORM.sub("", other)), key=len)
    return _edits(one, other) <= 2 or _edits(short, long) <= 1 or long.startswith(short)
