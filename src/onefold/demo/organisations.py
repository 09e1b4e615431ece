"""The company's business customers: invented organisations per country."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    """Organisations by country; ``count`` in all, no two with one domain."""
    addresses, phones = AddressBook(dice), PhoneBook(dice)
    drawn: dict[str, list[Organisation]] = {}
    domains: set[str] = set()
    weights = {area: share for area, (_, share) in _AREAS.items()}
    for number in range(1, count + 1):
        area = dice.pick_weighted(weights)
        industry, home = dice.whole(0, 7), addresses.draw(area)
        names = _names(area, industry, dice)
        if names.domain in domains:  # a second one of that name says where it is
            names = names.located(home)
        domain = names.domain
        while domain in domains:
            domain = f"{names.domain}{dice.whole(2, 99)}"
        domains.add(domain)
        organisation = Organisation(
            number=number,
            name=names.native,
            latin_name=names.latin,
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


@dataclass(frozen=True)
class _Names:
    """What an organisation is called: name, trade and legal form, natively and in Latin letters."""

    place: tuple[str, str]
    trade: tuple[str, str]
    form: tuple[str, str]
    is_chinese: bool

    @property
    def native(self) -> str:
        parts = (self.place[0], self.trade[0], self.form[0])
        return "".join(parts) if self.is_chinese else " ".join(parts)

    @property
    def latin(self) -> str:
        return f"{self.place[1]} {self.trade[1]} {self.form[1]}"

    @property
    def domain(self) -> str:
        return "-".join((ascii_word(self.place[1]), *map(ascii_word, self.trade[1].split())))

    def located(self, home: Address) -> _Names:
        """The same with the city in front (Chinese) or after the trade."""
        native, latin = home.city_name(native=True), home.city_name(native=False)
        if self.is_chinese:
            return replace(self, place=(native + self.place[0], f"{latin} {self.place[1]}"))
        return replace(self, trade=(f"{self.trade[0]} {native}", f"{self.trade[1]} {latin}"))


def _names(area: str, industry: int, dice: Dice) -> _Names:
    words = trade()["company"][_AREAS[area][0]]
    place = dice.whole(0, len(words["places"]) - 1)
    form = dice.whole(0, len(words["forms"]) - 1)
    own = "traditional" if area == "TW" else "places"
    trades = "traditional_trades" if area == "TW" else "trades"
    return _Names(
        place=(words[own][place], words.get("latin", words["places"])[place]),
        trade=(words[trades][industry], words.get("latin_trades", words["trades"])[industry]),
        form=(words["forms"][form], words.get("latin_forms", words["forms"])[form]),
        is_chinese=_AREAS[area][0] == "zh",
    )
