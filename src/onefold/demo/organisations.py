"""The company's business customers: invented organisations per country."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from onefold.demo.contacts import Address, AddressBook, Phone, PhoneBook, ascii_word
from onefold.demo.dice import Dice
from onefold.demo.words import trade

_AREAS = {
    "GB": ("en", 0.3),
    "US": ("us", 0.16),
    "AU": ("en", 0.08),
    "ES": ("es", 0.14),
    "CAT": ("ca", 0.12),
    "GR": ("el", 0.1),
    "CN": ("zh", 0.06),
    "TW": ("zh", 0.03),
    "IR": ("fa", 0.01),
}
"""Area → whose words name its organisations, and its share of them."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """A business customer."""

    number: int
    name: str
    """In the language's own script."""
    latin_name: str
    domain: str
    industry: int
    """Index into the lists of industry words."""
    home: Address
    phone: Phone
    mailbox: str
    """The one that everybody there reads."""
    employees: int
    since: date
    tax_number: str


def draw_organisations(count: int, dice: Dice, first_day: date, last_day: date) -> dict[str, list[Organisation]]:
    """Organisations by country; ``count`` in all."""
    addresses, phones = AddressBook(dice), PhoneBook(dice)
    drawn: dict[str, list[Organisation]] = {}
    domains: set[str] = set()
    weights = {area: share for area, (_, share) in _AREAS.items()}
    for number in range(1, count + 1):
        area = dice.pick_weighted(weights)
        industry = dice.whole(0, 7)
        name, latin = _names(_AREAS[area][0], industry, dice, traditional=area == "TW")
        words = latin.split()
        domain = ascii_word(words[0]) + "-" + ascii_word(words[-2] if len(words) > 2 else words[-1])
        while domain in domains:
            domain += str(dice.whole(2, 9))
        domains.add(domain)
        home = addresses.draw(area)
        organisation = Organisation(
            number=number,
            name=name,
            latin_name=latin,
            domain=f"{domain}.example",
            industry=industry,
            home=home,
            phone=phones.draw(home),
            mailbox=f"{dice.pick_common(trade()['departments'])}@{domain}.example",
            employees=dice.pick((2, 4, 6, 9, 12, 15, 20, 25, 40, 60, 80, 120, 250, 400)),
            since=dice.day(first_day, last_day),
            tax_number=dice.pick("ABGH") + dice.digits("########") if home.country == "ES" else "",
        )
        drawn.setdefault(home.country, []).append(organisation)
    return drawn


def _names(language: str, industry: int, dice: Dice, *, traditional: bool) -> tuple[str, str]:
    words = trade()["company"][language]
    place = dice.whole(0, len(words["places"]) - 1)
    form = dice.whole(0, len(words["forms"]) - 1)
    if language == "zh":
        where = words["traditional" if traditional else "places"][place]
        what = words["traditional_trades" if traditional else "trades"][industry]
        native = where + what + words["forms"][form]
        return (
            native,
            f"{words['latin'][place]} {words['latin_trades'][industry]} {words['latin_forms'][form]}",
        )
    native = f"{words['places'][place]} {words['trades'][industry]} {words['forms'][form]}"
    latin_place = words.get("latin", words["places"])[place]
    latin_form = words.get("latin_forms", words["forms"])[form]
    return native, f"{latin_place} {words['trades'][industry]} {latin_form}"
