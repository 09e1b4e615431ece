"""The CRM: contacts that sales and stores typed in, and their accounts. English CSV, UTF-8 with BOM."""

from __future__ import annotations

from datetime import timedelta

from onefold.demo.dice import Dice
from onefold.demo.exports import Row, write_csv
from onefold.demo.model import Difficulty
from onefold.demo.organisations import Organisation
from onefold.demo.people import OPENED, TODAY, Person
from onefold.demo.scene import Scene
from onefold.demo.sightings import Habits, Sighting, in_case
from onefold.demo.words import country, trade

HABITS = Habits(
    opened=OPENED,
    native=0.14,
    nickname=0.13,
    misspelt=0.05,
    initial=0.02,
    swapped=0.015,
    email=0.84,
    phone=0.72,
    birth_date=0.45,
    address=0.7,
    role_contact=0.35,
    birth_date_error=0.03,
    never_updated=0.5,
    second_row=0.06,
)
_LANGUAGES = {
    "en": "English",
    "es": "Spanish",
    "ca": "Catalan",
    "el": "Greek",
    "fa": "Persian",
    "zh_hans": "Chinese (Simplified)",
    "zh_hant": "Chinese (Traditional)",
}
_PRIVATE_SEGMENTS = ("Private", "Private - Loyal", "Private - Gift buyer")
_TRADE_SEGMENTS = ("Trade", "Trade - Key account")
_LEAD_SOURCES = ("Store", "Trade fair", "Web form", "Referral", "Phone")
_TESTS = (
    ("Test", "Test", "test@test.com"),
    ("asdf", "asdf", "asdf@asdf.asdf"),
    ("Do Not Use", "Training", ""),
)


def write_crm(scene: Scene, people: list[Person]) -> None:
    """Write ``crm/contacts.csv`` and ``crm/accounts.csv``."""
    sightings, dice = scene.see("crm", HABITS, people)
    contacts = []
    for number, sighting in enumerate(sightings, 1):
        key = f"C-{100_000 + number * 3 + number % 2}"
        contacts.append(_contact(key, sighting, dice))
        scene.ledger.enter("crm", "contacts", key, sighting)
    for number in range(1, 6):
        key = f"C-{90_000 + number}"
        contacts.insert(dice.whole(0, len(contacts)), _test_contact(key, contacts[0], dice))
        scene.ledger.enter_test_row("crm", "contacts", key)
    folder = scene.folder("crm")
    write_csv(folder / "contacts.csv", contacts, encoding="utf-8-sig")
    accounts = [_account(organisation, dice) for organisation in scene.organisations]
    write_csv(folder / "accounts.csv", accounts, encoding="utf-8-sig")


def _contact(key: str, sighting: Sighting, dice: Dice) -> Row:
    person, home, employer = sighting.person, sighting.home, sighting.person.employer
    native = sighting.is_native
    first, last = in_case((sighting.given, sighting.family), dice, upper=0.05, lower=0.01)
    reach = _reach(sighting, dice)
    segments = _TRADE_SEGMENTS if employer else _PRIVATE_SEGMENTS
    contacted = dice.day(sighting.created.date(), sighting.updated.date())
    return {
        "Contact ID": key,
        "Account ID": _account_id(employer) if employer else "",
        "Salutation": _salutation(person, dice),
        "First Name": first,
        "Last Name": last,
        "Job Title": person.job_title if employer else "",
        **reach,
        "Mailing Street": home.street_line(native=native) if home else "",
        "Mailing City": home.city_name(native=native) if home else "",
        "Mailing State": home.city.region if home and home.country in {"GB", "US", "AU", "ES", "MX"} else "",
        "Mailing Zip": home.postcode if home else "",
        "Mailing Country": country(home.country if home else person.country).english if dice.chance(0.93) else "",
        "Preferred Language": _LANGUAGES[person.language] if dice.chance(0.4) else "",
        "Customer Segment": dice.pick(segments) if dice.chance(0.65) else "",
        "Contact Status": _status(person, dice),
        "Contact Owner": _owner(person, dice),
        "Email Opt In": dice.pick(("Yes", "Yes", "No")) if dice.chance(0.7) else "",
        "Lead Source": dice.pick(_LEAD_SOURCES) if dice.chance(0.6) else "",
        "Fax": "",  # the field nobody fills
        "Skype Name": f"live:{person.given.latin[0].lower()}.{dice.whole(1, 99)}" if dice.chance(0.006) else "",
        "Created Date": f"{sighting.created:%Y-%m-%d %H:%M}",
        "Last Modified Date": f"{sighting.updated:%Y-%m-%d %H:%M}",
        "Last Contacted": f"{contacted:%Y-%m-%d}" if dice.chance(0.5) else "",
    }


def _reach(sighting: Sighting, dice: Dice) -> Row:
    email, phone = sighting.email or "", _phone(sighting, dice)
    born = f"{sighting.birth_date:%d/%m/%Y}" if sighting.birth_date else ""
    if dice.chance(HABITS.placeholder):
        sighting.flags.add(Difficulty.PLACEHOLDER)
        email = email or dice.pick(("noemail@noemail.com", "test@test.com", "n/a"))
        phone = phone or dice.pick(("0000000000", "N/A", "000000", "-"))
        born = born or "01/01/1900"
    return {"E-mail": email, "Phone": phone, "Birthdate": born}


def _phone(sighting: Sighting, dice: Dice) -> str:
    if sighting.phone is None:
        return ""
    if sighting.phone.country == "GB":
        return sighting.phone.written(dice.pick(("national", "digits", "spaced")))
    return sighting.phone.written(dice.pick(("spaced", "spaced", "e164", "zeros")))


def _salutation(person: Person, dice: Dice) -> str:
    if not dice.chance(0.45):
        return ""
    if dice.chance(0.04):
        return "Dr"
    return dice.pick(("Ms", "Mrs", "Ms")) if person.is_female else "Mr"


def _owner(person: Person, dice: Dice) -> str:
    """The account manager of trade customers; nobody looks after private ones."""
    managers: list[str] = trade()["account_managers"]
    return dice.pick_common(managers) if person.employer and dice.chance(0.85) else ""


def _status(person: Person, dice: Dice) -> str:
    if person.until < TODAY - timedelta(days=365):
        return "Inactive" if dice.chance(0.5) else "Active"
    return dice.pick(("Active", "Active", "Active", "Prospect"))


def _test_contact(key: str, like: Row, dice: Dice) -> Row:
    first, last, email = dice.pick(_TESTS)
    day = f"{OPENED:%Y-%m-%d} 09:12"
    return dict.fromkeys(like, "") | {
        "Contact ID": key,
        "First Name": first,
        "Last Name": last,
        "E-mail": email,
        "Phone": "123456789",
        "Created Date": day,
        "Last Modified Date": day,
    }


def _account_id(organisation: Organisation) -> str:
    return f"A-{20_000 + organisation.number * 7}"


def _account(organisation: Organisation, dice: Dice) -> Row:
    home = organisation.home
    return {
        "Account ID": _account_id(organisation),
        "Account Name": organisation.latin_name if dice.chance(0.9) else organisation.name,
        "Website": f"www.{organisation.domain}",
        "Industry": trade()["industries"][organisation.industry][0] if dice.chance(0.88) else "",
        "Employees": organisation.employees if dice.chance(0.7) else "",
        "Billing Street": home.street_line(native=False),
        "Billing City": home.city.latin,
        "Billing Country": country(home.country).english,
        "Main Phone": organisation.phone.written("spaced"),
        "Account Owner": dice.pick_common(trade()["account_managers"]),
        "Created Date": f"{organisation.since:%Y-%m-%d}",
    }
