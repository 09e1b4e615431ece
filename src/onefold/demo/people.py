"""Who lives: people in households, with the names, homes, mailboxes and numbers that life gives and takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from onefold.demo.contacts import Address, AddressBook, Mailboxes, Phone, PhoneBook
from onefold.demo.dice import Dice
from onefold.demo.model import Difficulty
from onefold.demo.organisations import Organisation
from onefold.demo.words import Name, chinese_parts, name_list, trade

TODAY = date(2026, 6, 30)
"""The last day of the company's data."""
OPENED = date(2022, 7, 1)
"""The day on which today's systems began."""

LANGUAGES = {"en": 0.34, "es": 0.16, "ca": 0.12, "el": 0.13, "zh_hans": 0.12, "zh_hant": 0.06, "fa": 0.07}
"""Share of households by language."""
COUNTRIES = {
    "en": {"GB": 0.5, "US": 0.32, "AU": 0.18},
    "es": {"ES": 0.78, "MX": 0.17, "GB": 0.03, "US": 0.02},
    "ca": {"CAT": 0.98, "GB": 0.02},
    "el": {"GR": 0.86, "CY": 0.08, "AU": 0.04, "GB": 0.02},
    "zh_hans": {"CN": 0.84, "GB": 0.06, "US": 0.06, "AU": 0.04},
    "zh_hant": {"TW": 0.62, "HK": 0.3, "GB": 0.04, "US": 0.04},
    "fa": {"IR": 0.46, "GB": 0.22, "US": 0.2, "AU": 0.12},
}
"""Where people of a language live; ``CAT`` is Catalonia."""
_LAST_BIRTH = date(2009, 12, 31)
"""Customers are at least sixteen."""
_SHARED_SURNAME = {"en": 0.68, "zh_hans": 0.02, "zh_hant": 0.02, "fa": 0.12}
"""Share of couples with one surname; none elsewhere (in Spain and Greece spouses keep theirs)."""


@dataclass(slots=True)
class Person:
    """A true person."""

    person_id: str
    household_id: str
    language: str
    country: str
    is_female: bool
    given: Name
    family: Name
    birth_date: date
    home: Address
    phone: Phone
    email: str
    since: date
    """First contact with the company."""
    until: date
    """Last contact."""
    second_family: Name | None = None
    """The mother's surname, where people carry both."""
    alias: str | None = None
    """A Western first name in daily use."""
    former_family: Name | None = None
    renamed_on: date | None = None
    former_home: Address | None = None
    moved_on: date | None = None
    former_phone: Phone | None = None
    new_phone_on: date | None = None
    other_phone: Phone | None = None
    other_email: str | None = None
    household_email: str | None = None
    employer: Organisation | None = None
    job_title: str | None = None
    hard: frozenset[Difficulty] = frozenset()
    """What is hard about every record of this person."""

    def family_at(self, day: date) -> Name:
        """The surname in use on ``day``."""
        return self.former_family if self.former_family and self.renamed_on and day < self.renamed_on else self.family

    def home_at(self, day: date) -> Address:
        """Where the person lives on ``day``."""
        return self.former_home if self.former_home and self.moved_on and day < self.moved_on else self.home

    def phone_at(self, day: date) -> Phone:
        """The person's main number on ``day``."""
        return self.former_phone if self.former_phone and self.new_phone_on and day < self.new_phone_on else self.phone


@dataclass(slots=True)
class _Household:
    household_id: str
    language: str
    country: str
    home: Address
    size: int = 1
    members: list[Person] = field(default_factory=list)


class Population:
    """Draws households until there are enough people."""

    def __init__(self, dice: Dice, organisations: dict[str, list[Organisation]]) -> None:
        self._dice = dice
        self._organisations = organisations
        self._addresses = AddressBook(dice)
        self._phones = PhoneBook(dice)
        self._mailboxes = Mailboxes(dice)

    def draw(self, count: int) -> list[Person]:
        """``count`` people of whole households, the last one cut short where it must be."""
        people: list[Person] = []
        while len(people) < count:
            people.extend(self._household(len(people)))
        del people[count:]
        self._recycle_phones(people)
        return people

    def _household(self, people_so_far: int) -> list[Person]:
        dice = self._dice
        language = dice.pick_weighted(LANGUAGES)
        country = dice.pick_weighted(COUNTRIES[language])
        household = _Household(f"H{people_so_far + 1:06d}", language, country, self._addresses.draw(country))
        household.size = dice.pick_weighted({1: 0.5, 2: 0.3, 3: 0.09, 4: 0.08, 5: 0.03})
        for position in range(household.size):
            household.members.append(self._member(household, position, people_so_far + position + 1))
        if household.size > 1:
            self._tie(household)
        return household.members

    def _member(self, household: _Household, position: int, number: int) -> Person:
        dice, language = self._dice, household.language
        parents = household.members[:2]
        if position == 0:
            youngest = date(1981, 12, 31) if household.size > 2 else date(2004, 12, 31)  # old enough for children
            is_female, born = dice.chance(0.5), dice.day(date(1946, 1, 1), youngest)
        elif position == 1:
            is_female = not parents[0].is_female if dice.chance(0.94) else parents[0].is_female
            born = _shift(parents[0].birth_date, dice.whole(-2200, 2200))
        else:
            is_female = dice.chance(0.5)
            born = _shift(parents[0].birth_date, dice.whole(22, 36) * 365 + dice.whole(0, 364))
        if born > _LAST_BIRTH:
            born = dice.day(date(2003, 1, 1), _LAST_BIRTH)
        since = dice.day(OPENED - timedelta(days=900), TODAY - timedelta(days=20))
        until = TODAY if dice.chance(0.66) else min(TODAY, dice.day(max(since, OPENED) + timedelta(days=10), TODAY))
        given = self._given(language, is_female=is_female, country=household.country)
        family = self._family(household, position, is_female=is_female)
        person = Person(
            person_id=f"P{number:06d}",
            household_id=household.household_id,
            language=language,
            country="ES" if household.country == "CAT" else household.country,
            is_female=is_female,
            given=given,
            family=family,
            birth_date=born,
            home=household.home,
            phone=self._phones.draw(household.home),
            email="",
            since=since,
            until=until,
        )
        if language in {"es", "ca"}:
            second = parents[1].family if position > 1 and parents[1].is_female else None
            person.second_family = second or dice.pick_common(name_list(language, "family"))
        person.email = self._mailboxes.draw(person.given, person.family, person.birth_date, person.country)
        self._live(person)
        return person

    def _given(self, language: str, *, is_female: bool, country: str) -> Name:
        section = "female" if is_female else "male"
        if language in {"zh_hans", "zh_hant"}:
            return self._chinese_given(section, language, country)
        return self._dice.pick_common(name_list(language, section), 1.4)

    def _chinese_given(self, section: str, language: str, country: str) -> Name:
        characters = chinese_parts(section)
        length = 1 if self._dice.chance(0.18 if language == "zh_hans" else 0.04) else 2
        drawn = [self._dice.pick(characters) for _ in range(length)]
        if length == 2 and drawn[0] == drawn[1]:
            drawn.pop()
        system = 2 if language == "zh_hans" else 4 if country == "HK" else 3
        native = "".join(c[1 if language == "zh_hans" else 0] for c in drawn)
        parts = [c[system] for c in drawn]
        joined, spaced = "".join(parts).title(), " ".join(parts).title()
        hyphened = "-".join([parts[0].title(), *parts[1:]])
        pinyin = "".join(c[2] for c in drawn).title()
        usual = {2: (joined, spaced, hyphened), 3: (hyphened, spaced, pinyin), 4: (spaced, hyphened, spaced)}
        return Name(native, tuple(dict.fromkeys(usual[system])))

    def _family(self, household: _Household, position: int, *, is_female: bool) -> Name:
        language, dice = household.language, self._dice
        if position == 1 and dice.chance(_SHARED_SURNAME.get(language, 0)):
            return household.members[0].family
        if position > 1:
            father = next((m for m in household.members[:2] if not m.is_female), household.members[0])
            if language != "el":
                return father.family
            index = _greek_index(father)
            return name_list("el", "family female" if is_female else "family")[index]
        if language in {"zh_hans", "zh_hant"}:
            traditional, simplified, pinyin, taiwan, hong_kong = dice.pick_common(chinese_parts("family"), 1.9)
            if language == "zh_hans":
                return Name(simplified, (pinyin.title(),))
            own = hong_kong if household.country == "HK" else taiwan
            return Name(traditional, tuple(dict.fromkeys((own.title(), pinyin.title()))))
        section = "family female" if language == "el" and is_female else "family"
        return dice.pick_common(name_list(language, section), 1.5)

    def _live(self, person: Person) -> None:
        """Let four years happen: moves, new numbers, second mailboxes, a job, a marriage."""
        dice = self._dice
        if dice.chance(0.14):
            person.former_home, person.moved_on = person.home, dice.day(OPENED, TODAY)
            person.home = self._addresses.draw(person.home.area)
        if dice.chance(0.09):
            person.former_phone, person.new_phone_on = person.phone, dice.day(OPENED, TODAY)
            person.phone = self._phones.draw(person.home)
        if dice.chance(0.15):
            person.other_phone = self._phones.draw(person.home)
        if dice.chance(0.22):
            person.other_email = self._mailboxes.draw(person.given, person.family, person.birth_date, person.country)
        adult = person.birth_date.year < 2001
        if adult and dice.chance(0.09):
            area = self._organisations.get(person.country)
            if area:
                person.employer, person.job_title = dice.pick(area), dice.pick_common(trade()["job_titles"])
                if dice.chance(0.8):
                    person.other_email = self._mailboxes.draw_at(person.employer.domain, person.given, person.family)
        marrying = 0.16 if person.language == "en" and person.is_female else 0.01
        if adult and person.language not in {"zh_hans", "zh_hant"} and dice.chance(marrying):
            section = "family female" if person.language == "el" and person.is_female else "family"
            person.former_family = dice.pick_common(name_list(person.language, section), 1.3)
            person.renamed_on = dice.day(OPENED, TODAY)
        if person.language == "zh_hant" and dice.chance(0.6 if person.country == "HK" else 0.2):
            person.alias = dice.pick_common(chinese_parts("female alias" if person.is_female else "male alias"))[0]

    def _tie(self, household: _Household) -> None:
        """What only people under one roof have: one home, one mailbox, twins, a child with the parent's name."""
        dice, members = self._dice, household.members
        for member in members[1:]:
            if dice.chance(0.85):  # they move together
                head = members[0]
                member.home, member.former_home, member.moved_on = head.home, head.former_home, head.moved_on
        if dice.chance(0.2):
            shared = self._mailboxes.draw_family(members[0].family, members[0].language, members[0].country)
            for member in members:
                member.household_email = shared
        if dice.chance(0.35):
            for member in members[1:]:
                member.phone = members[0].phone if dice.chance(0.5) else member.phone
        children = members[2:]
        if len(children) >= 2 and dice.chance(0.12):
            children[1].birth_date = children[0].birth_date
            for twin in children[:2]:
                twin.hard |= {Difficulty.TWIN}
        for child in children:
            parent = next((m for m in members[:2] if m.is_female == child.is_female), None)
            if parent and parent.family == child.family and child.given != parent.given and dice.chance(0.05):
                child.given = parent.given
                child.email = self._mailboxes.draw(child.given, child.family, child.birth_date, child.country)
                child.hard |= {Difficulty.NAMESAKE_IN_FAMILY}
                parent.hard |= {Difficulty.NAMESAKE_IN_FAMILY}
                break

    def _recycle_phones(self, people: list[Person]) -> None:
        """Give a third of the numbers that were given up to somebody else in the same country."""
        freed = [p for p in people if p.former_phone and p.new_phone_on and p.new_phone_on < date(2025, 6, 1)]
        takers: dict[str, list[Person]] = {}
        for person in people:
            if person.former_phone is None and not person.hard:
                takers.setdefault(person.country, []).append(person)
        for giver in freed:
            if giver.former_phone and giver.new_phone_on and self._dice.chance(0.33) and takers.get(giver.country):
                taker = self._dice.pick(takers[giver.country])
                if taker.former_phone is None and taker.household_id != giver.household_id:
                    taker.former_phone, taker.phone = taker.phone, giver.former_phone
                    taker.new_phone_on = giver.new_phone_on + timedelta(days=180)
                    giver.former_phone.is_recycled = True


def _greek_index(father: Person) -> int:
    section = "family female" if father.is_female else "family"
    return name_list("el", section).index(father.family)


def _shift(day: date, days: int) -> date:
    return day + timedelta(days=days)
