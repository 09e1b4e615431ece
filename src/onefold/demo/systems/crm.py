"""The CRM: contacts that sales and stores typed in, and the accounts they work for. CSV in English, UTF-8 with BOM."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from onefold.demo.dice import Dice
from onefold.demo.exports import write_csv
from onefold.demo.model import Difficulty
from onefold.demo.people import OPENED, TODAY, Person
from onefold.demo.scene import COUNTRY_NAMES, Scene
from onefold.demo.sightings import Habits, Sighting, in_case
from onefold.demo.words import trade

HABITS = Habits(
    opened=OPENED, native=0.14, nickname=0.13, misspelt=0.05, initial=0.02, swapped=0.015, email=0.84, phone=0.72,
    birth_date=0.45, address=0.7, role_contact=0.35, birth_date_error=0.03, never_updated=0.5, second_row=0.06,
)  # fmt: skip

_CONTACT_COLUMNS = [
    "Contact ID", "Account ID", "Salutation", "First Name", "Last Name", "Job Title", "E-mail", "Phone", "Birthdate", "Mailing Street",
    "Mailing City", "Mailing State", "Mailing Zip", "Mailing Country", "Preferred Language", "Customer Segment", "Contact Status", "Contact Owner",
    "Email Opt In", "Lead Source", "Fax", "Skype Name", "Created Date", "Last Modified Date", "Last Contacted",
]  # fmt: skip
_ACCOUNT_COLUMNS = [
    "Account ID", "Account Name", "Website", "Industry", "Employees", "Billing Street", "Billing City", "Billing Country", "Main Phone",
    "Account Owner", "Created Date",
]  # fmt: skip
_LANGUAGES = {"en": "English", "es": "Spanish", "ca": "Catalan", "el": "Greek", "fa": "Persian", "zh_hans": "Chinese (Simplified)", "zh_hant": "Chinese (Traditional)"}  # fmt: skip
_SEGMENTS = ["Private", "Private - Loyal", "Private - Gift buyer", "Trade", "Trade - Key account"]


def write_crm(scene: Scene, people: list[Person]) -> None:
    """Write ``crm/contacts.csv`` and ``crm/accounts.csv``."""
    sightings, dice = scene.see("crm", HABITS, people)
    rows: list[list[Any]] = []
    for number, sighting in enumerate(sightings, 1):
        key = f"C-{100_000 + number * 3 + number % 2}"
        scene.ledger.enter("crm", "contacts", key, sighting)
        rows.append(_contact(key, sighting, dice))
    for number, place in enumerate(sorted(dice.whole(0, len(rows)) for _ in range(5)), 1):
        key = f"C-{90_000 + number}"
        scene.ledger.enter_test_row("crm", "contacts", key)
        rows.insert(place, _test_contact(key, dice))
    folder = scene.folder("crm")
    write_csv(folder / "contacts.csv", _CONTACT_COLUMNS, rows, encoding="utf-8-sig")
    accounts = [_account(organisation, dice) for organisation in scene.organisations]
    write_csv(folder / "accounts.csv", _ACCOUNT_COLUMNS, accounts, encoding="utf-8-sig")


def account_id(number: int) -> str:
    """The CRM's id of an organisation."""
    return f"A-{20_000 + number * 7}"


def _contact(key: str, sighting: Sighting, dice: Dice) -> list[Any]:
    person, home = sighting.person, sighting.home
    employer = person.employer
    upper = 0.05
    first = in_case(sighting.given, dice, upper=upper, lower=0.01)
    last = in_case(sighting.family, dice, upper=upper, lower=0.01)
    email, phone, born = sighting.email or "", _phone(sighting, dice), ""
    if sighting.birth_date:
        born = f"{sighting.birth_date:%d/%m/%Y}"
    if dice.chance(HABITS.placeholder):
        sighting.flags.add(Difficulty.PLACEHOLDER)
        if not email:
            email = dice.pick(("noemail@noemail.com", "test@test.com", "n/a"))
        elif not phone:
            phone = dice.pick(("0000000000", "N/A", "000000", "-"))
        elif not born:
            born = "01/01/1900"
    opt_in = "" if dice.chance(0.3) else dice.pick(("Yes", "Yes", "No"))
    segment = dice.pick(_SEGMENTS[3:] if employer else _SEGMENTS[:3]) if dice.chance(0.65) else ""
    contacted = dice.day(sighting.created.date(), sighting.updated.date()) if dice.chance(0.5) else None
    return [
        key, account_id(employer.number) if employer else "", _salutation(person, dice), first, last,
        (person.job_title or "") if employer else "", email, phone, born,
        home.street_line(native=sighting.is_native) if home else "", home.city_name(native=sighting.is_native) if home else "",
        home.city.region if home and home.country in {"GB", "US", "AU", "ES", "MX"} else "", home.postcode if home else "",
        COUNTRY_NAMES[home.country if home else person.country][0] if dice.chance(0.93) else "",
        _LANGUAGES[person.language] if dice.chance(0.4) else "", segment,
        _status(person, dice), dice.pick_common(trade()["account_managers"]) if dice.chance(0.85) else "", opt_in,
        dice.pick(("Store", "Trade fair", "Web form", "Referral", "Phone")) if dice.chance(0.6) else "", "",
        f"live:{person.given.latin[0].lower()}.{dice.whole(1, 99)}" if dice.chance(0.006) else "",
        f"{sighting.created:%Y-%m-%d %H:%M}", f"{sighting.updated:%Y-%m-%d %H:%M}", f"{contacted:%Y-%m-%d}" if contacted else "",
    ]  # fmt: skip


def _phone(sighting: Sighting, dice: Dice) -> str:
    phone = sighting.phone
    if phone is None:
        return ""
    if phone.country == "GB":
        return phone.written(dice.pick(("national", "digits", "spaced")))
    return phone.written(dice.pick(("spaced", "spaced", "e164", "zeros")))


def _salutation(person: Person, dice: Dice) -> str:
    if not dice.chance(0.45):
        return ""
    if dice.chance(0.04):
        return "Dr"
    return dice.pick(("Ms", "Mrs", "Ms")) if person.is_female else "Mr"


def _status(person: Person, dice: Dice) -> str:
    if person.until < TODAY - timedelta(days=365):
        return "Inactive" if dice.chance(0.5) else "Active"
    return dice.pick(("Active", "Active", "Active", "Prospect"))


def _test_contact(key: str, dice: Dice) -> list[Any]:
    first, last, email = dice.pick(
        (("Test", "Test", "test@test.com"), ("asdf", "asdf", "asdf@asdf.com"), ("Do Not Use", "Training", ""))
    )
    row = dict.fromkeys(_CONTACT_COLUMNS, "")
    row |= {"Contact ID": key, "First Name": first, "Last Name": last, "E-mail": email, "Phone": "123456789"}
    row |= {"Created Date": "2022-07-04 09:12", "Last Modified Date": "2022-07-04 09:12"}
    return list(row.values())


def _account(organisation: Any, dice: Dice) -> list[Any]:
    home = organisation.home
    name = organisation.latin_name if dice.chance(0.9) else organisation.name
    return [
        account_id(organisation.number), name, f"www.{organisation.domain}",
        trade()["industries"][organisation.industry][0] if dice.chance(0.88) else "", organisation.employees if dice.chance(0.7) else "",
        home.street_line(native=False), home.city.latin, COUNTRY_NAMES[home.country][0], organisation.phone.written("spaced"),
        dice.pick_common(trade()["account_managers"]), f"{organisation.since:%Y-%m-%d}",
    ]  # fmt: skip
