"""What one system came to know about one person, and how wrongly: the step between a life and a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from onefold.demo.contacts import Address, Phone, ascii_word
from onefold.demo.dice import Dice
from onefold.demo.model import Difficulty
from onefold.demo.people import TODAY, Person
from onefold.demo.scripts import arabic_letters, slip, without_accents
from onefold.demo.words import Name

_OWN_SCRIPT = {"el", "fa", "zh_hans", "zh_hant"}


@dataclass(frozen=True)
class Habits:
    """How a system's records come about: shares between 0 and 1."""

    opened: date
    """The first day of its data."""
    closed: date = TODAY
    """The last day on which anybody changed anything."""
    native: float = 0.0
    """Names and addresses kept in the customer's own script."""
    nickname: float = 0.05
    misspelt: float = 0.03
    initial: float = 0.0
    swapped: float = 0.0
    castilian: float = 0.1
    email: float = 0.9
    phone: float = 0.7
    birth_date: float = 0.5
    address: float = 0.9
    other_email: float = 0.2
    household_email: float = 0.3
    role_contact: float = 0.0
    misspelt_email: float = 0.015
    birth_date_error: float = 0.02
    placeholder: float = 0.03
    never_updated: float = 0.4
    second_row: float = 0.04
    """The same person again."""


@dataclass(slots=True)
class Sighting:
    """One record before it is written down in a system's format."""

    person: Person
    given: str
    family: str
    """All surnames in use."""
    is_native: bool
    created: datetime
    updated: datetime
    email: str | None
    phone: Phone | None
    birth_date: date | None
    home: Address | None
    flags: set[Difficulty]
    uses_work: bool = False
    """The mailbox and number are the employer's."""

    @property
    def is_east_asian(self) -> bool:
        """The name is in Chinese characters: surname first, no space."""
        return self.is_native and self.person.language in {"zh_hans", "zh_hant"}

    @property
    def full_name(self) -> str:
        """Given name and surname in the order of the script."""
        if self.is_east_asian:
            return self.family + self.given
        return f"{self.given} {self.family}".strip()


@dataclass
class Ledger:
    """The truth, one line per people record."""

    lines: list[tuple[str, str, str, str, str, list[str]]] = field(default_factory=list)
    """(source, table, record key, person, household, what is hard)."""

    def enter(self, source: str, table: str, key: str, sighting: Sighting) -> None:
        """Note who a record is about."""
        person = sighting.person
        hard = sorted(flag.value for flag in sighting.flags)
        self.lines.append((source, table, key, person.person_id, person.household_id, hard))

    def enter_test_row(self, source: str, table: str, key: str) -> None:
        """Note a record that is about nobody."""
        self.lines.append((source, table, key, f"T-{source}-{key}", "", [Difficulty.TEST_ROW.value]))


class Observer:
    """Turns people into sightings by the habits of one system."""

    def __init__(self, habits: Habits, dice: Dice) -> None:
        self.habits = habits
        self.dice = dice

    def see_all(self, people: list[Person]) -> list[Sighting]:
        """One sighting of everybody, a second one of some, in the order in which they came."""
        sightings = []
        for person in people:
            first = self.see(person)
            sightings.append(first)
            if self.dice.chance(self.habits.second_row):
                second = self.see(person)
                for sighting in (first, second):
                    sighting.flags.add(Difficulty.DUPLICATE_IN_SYSTEM)
                sightings.append(second)
        sightings.sort(key=lambda sighting: sighting.created)
        return sightings

    def see(self, person: Person) -> Sighting:
        """One record of ``person``."""
        habits, dice = self.habits, self.dice
        created, updated = self._times(person)
        flags = set(person.hard)
        is_native = person.language in _OWN_SCRIPT and dice.chance(habits.native)
        given, family = self._name(person, updated.date(), flags, is_native=is_native)
        sighting = Sighting(
            person,
            given,
            family,
            is_native,
            created,
            updated,
            email=None,
            phone=None,
            birth_date=None,
            home=None,
            flags=flags,
        )
        self._reach(sighting)
        if dice.chance(habits.birth_date):
            sighting.birth_date = self._birth_date(person, flags)
        if dice.chance(habits.address):
            sighting.home = person.home_at(updated.date())
            if sighting.home is not person.home:
                flags.add(Difficulty.FORMER_ADDRESS)
        if not (sighting.email or sighting.phone or sighting.birth_date):
            flags.add(Difficulty.THIN)
        return sighting

    def _times(self, person: Person) -> tuple[datetime, datetime]:
        habits, dice = self.habits, self.dice
        first = min(max(person.since, habits.opened), habits.closed)
        latest = max(first + timedelta(days=30), min(person.until, first + timedelta(days=700)))
        created = dice.moment(dice.day(first, min(latest, habits.closed)))
        if dice.chance(habits.never_updated):
            return created, created
        return created, max(created, dice.moment(dice.day(created.date(), habits.closed)))

    def _name(self, person: Person, day: date, flags: set[Difficulty], *, is_native: bool) -> tuple[str, str]:
        family_name = person.family_at(day)
        if family_name is not person.family:
            flags.add(Difficulty.FORMER_NAME)
        if is_native:
            flags.add(Difficulty.NATIVE_SCRIPT)
        given = self._given(person, flags, is_native=is_native)
        family = self._spelling(family_name, is_native=is_native)
        if person.second_family and self.dice.chance(0.62):
            family += " " + self._spelling(person.second_family, is_native=False)
        if is_native and person.language == "fa" and self.dice.chance(0.15):
            given, family = arabic_letters(given), arabic_letters(family)
        return self._slips(given, family, flags)

    def _spelling(self, name: Name, *, is_native: bool) -> str:
        if is_native:
            return name.native
        return name.latin[0] if self.dice.chance(0.8) else self.dice.pick(name.latin)

    def _given(self, person: Person, flags: set[Difficulty], *, is_native: bool) -> str:
        habits, dice, name = self.habits, self.dice, person.given
        if person.alias and dice.chance(0.45):
            flags.add(Difficulty.WESTERN_ALIAS)
            return person.alias
        if name.familiar and dice.chance(habits.nickname):
            flags.add(Difficulty.NICKNAME)
            return dice.pick_common(name.familiar)[0 if is_native else 1]
        if habits.initial and not is_native and dice.chance(habits.initial):
            flags.add(Difficulty.INITIAL)
            return f"{name.latin[0][0]}."
        if person.language == "ca":
            other = len(name.latin) > 1 and dice.chance(habits.castilian)
            if other and ascii_word(name.latin[1]) != ascii_word(name.latin[0]):
                flags.add(Difficulty.CASTILIAN_FORM)
            return name.latin[1] if other else name.latin[0]
        return self._spelling(name, is_native=is_native)

    def _slips(self, given: str, family: str, flags: set[Difficulty]) -> tuple[str, str]:
        habits, dice = self.habits, self.dice
        if dice.chance(habits.misspelt):
            before = given, family
            if dice.chance(0.6):
                family = slip(family, dice)
            else:
                given = slip(given, dice)
            if (given, family) != before:
                flags.add(Difficulty.MISSPELT_NAME)
        if habits.swapped and dice.chance(habits.swapped):
            flags.add(Difficulty.SWAPPED_NAMES)
            given, family = family, given
        return given, family

    def _reach(self, sighting: Sighting) -> None:
        """Fill in the mailbox and the number."""
        habits, dice, person, flags = self.habits, self.dice, sighting.person, sighting.flags
        if person.employer and dice.chance(habits.role_contact):
            sighting.email, sighting.phone = person.employer.mailbox, person.employer.phone
            sighting.uses_work = True
            flags.add(Difficulty.ROLE_CONTACT)
            return
        if dice.chance(habits.email):
            sighting.email = self._email(person, flags)
        if dice.chance(habits.phone):
            sighting.phone = self._phone(person, sighting.updated.date(), flags)

    def _email(self, person: Person, flags: set[Difficulty]) -> str:
        habits, dice = self.habits, self.dice
        if person.household_email and dice.chance(habits.household_email):
            flags.add(Difficulty.HOUSEHOLD_EMAIL)
            return person.household_email
        email = person.email
        if person.other_email and dice.chance(habits.other_email):
            flags.add(Difficulty.SECOND_EMAIL)
            email = person.other_email
        if dice.chance(habits.misspelt_email):
            flags.add(Difficulty.MISSPELT_EMAIL)
            local, _, domain = email.partition("@")
            return f"{slip(local, dice)}@{domain}" if dice.chance(0.6) else f"{local}@{slip(domain[:-8], dice)}.example"
        return email

    def _phone(self, person: Person, day: date, flags: set[Difficulty]) -> Phone:
        phone = person.phone_at(day)
        if phone is not person.phone:
            flags.add(Difficulty.FORMER_PHONE)
        elif person.other_phone and self.dice.chance(0.25):
            phone = person.other_phone
        if phone.is_recycled:
            flags.add(Difficulty.RECYCLED_PHONE)
        return phone

    def _birth_date(self, person: Person, flags: set[Difficulty]) -> date:
        born, dice = person.birth_date, self.dice
        if not dice.chance(self.habits.birth_date_error):
            return born
        flags.add(Difficulty.BIRTH_DATE_ERROR)
        if born.day <= 12 and born.day != born.month and dice.chance(0.5):
            return born.replace(month=born.day, day=born.month)
        if dice.chance(0.5):
            return born + timedelta(days=dice.pick((1, -1, 10, -10)))
        return born.replace(year=born.year + dice.pick((1, -1, 10, -10)), day=min(born.day, 28))


def in_case(words: tuple[str, ...], dice: Dice, *, upper: float, lower: float) -> tuple[str, ...]:
    """``words`` as typed with the caps lock on, or without any care."""
    luck = dice.number()
    if luck < upper:
        return tuple(word.upper() for word in words)
    return tuple(word.lower() for word in words) if luck < upper + lower else words


def fits(text: str, encoding: str) -> str:
    """``text`` with what ``encoding`` cannot hold replaced by the bare letter or a question mark."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return without_accents(text).encode(encoding, "replace").decode(encoding)
    return text
