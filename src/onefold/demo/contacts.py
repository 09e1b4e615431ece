"""Addresses, phone numbers and mailboxes that look right for their country and belong to nobody.

Phone numbers come from ranges kept for fiction where there are any (Ofcom's drama numbers, 555 in North
America, 5550 and 7010 in Australia), elsewhere from ranges in little use. Mail domains end in ``.example``
(RFC 2606).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from onefold.demo.dice import Dice
from onefold.demo.scripts import persian_digits, without_accents
from onefold.demo.words import City, Name, places, trade


@dataclass(frozen=True, slots=True)
class Address:
    """A home or office."""

    area: str
    """The key of ``places``: a country, or ``CAT``."""
    country: str
    city: City
    street: tuple[str, str]
    """(native, Latin)."""
    number: int
    flat: str
    postcode: str

    def street_line(self, *, native: bool) -> str:
        """Street, number and flat as written in the country, or in Latin letters for the world."""
        name = self.street[0 if native else 1]
        if self.country in {"GB", "US", "AU"}:
            return f"{self.number} {name}" + (f", {self.flat}" if self.flat else "")
        if self.country == "CN" and native:
            return f"{name}{self.number}号{self.flat}"
        if self.country in {"TW", "HK"} and native:
            return f"{self.city.region}{name}{self.number}號{self.flat}"
        if self.country == "IR" and native:
            return persian_digits(f"{name}، پلاک {self.number}" + (f"، واحد {self.flat}" if self.flat else ""))
        if self.country in {"CN", "TW", "HK", "IR"}:
            return f"No. {self.number}, {name}"
        separator = ", " if self.country in {"ES", "MX"} else " "
        return f"{name}{separator}{self.number}" + (f", {self.flat}" if self.flat else "")

    def city_name(self, *, native: bool) -> str:
        """The city in its own script or in Latin letters."""
        return self.city.native if native else self.city.latin


_FLATS = {
    "GB": "Flat %",
    "US": "Apt %#",
    "AU": "Unit %",
    "ES": "%º %ª",
    "MX": "Int. %",
    "CN": "%单元%0%室",
    "TW": "%樓",
    "HK": "1#樓@室",
    "IR": "%",
}


class AddressBook:
    """Draws addresses."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice

    def draw(self, area: str) -> Address:
        """Some address in ``area``."""
        dice, where = self._dice, places(area)
        country = "ES" if area == "CAT" else area
        city = dice.pick_common(where.cities, 1.25)
        pattern = _FLATS.get(country, "")
        has_flat = dice.chance(0.75 if country in {"CN", "TW", "HK", "ES"} else 0.2)
        return Address(
            area=area,
            country=country,
            city=city,
            street=dice.pick(where.streets),
            number=dice.whole(1, 60 if dice.chance(0.6) else 240),
            flat=dice.digits(pattern) if has_flat else "",
            postcode=dice.digits(city.postcode_pattern),
        )


@dataclass(slots=True)
class Phone:
    """A number in the worldwide plan."""

    country: str
    country_code: str
    national: str
    """Without the trunk zero."""
    groups: tuple[int, ...]
    """How its digits are grouped in writing."""
    trunk: str = ""
    is_recycled: bool = False

    def grouped(self, separator: str = " ") -> str:
        """The national digits in groups."""
        parts, start = [], 0
        for length in self.groups:
            parts.append(self.national[start : start + length])
            start += length
        return separator.join(part for part in [*parts, self.national[start:]] if part)

    @property
    def e164(self) -> str:
        """``+`` and digits."""
        return f"+{self.country_code}{self.national}"

    def written(self, style: str) -> str:
        """The number in one of the styles ``e164``, ``spaced``, ``zeros``, ``national`` and ``digits``."""
        plain = {
            "e164": self.e164,
            "spaced": f"+{self.country_code} {self.grouped()}",
            "zeros": f"00{self.country_code}{self.national}",
            "digits": self.trunk + self.national,
        }
        return plain[style] if style in plain else self._national()

    def _national(self) -> str:
        if self.country == "US":
            return f"({self.national[:3]}) {self.national[3:6]}-{self.national[6:]}"
        if self.country == "AU":
            return f"(0{self.national[0]}) {self.national[1:5]} {self.national[5:]}"
        return self.trunk + self.grouped("-" if self.country == "TW" else " ")


_DRAMA_GB = {"20": "20 7946 0###", "28": "28 9649 6###", "29": "29 2018 0###"}
_PLANS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    # country: code, trunk prefix, patterns; a space marks where groups part in writing
    "ES": ("34", "", ("73# ## ## ##", "72# ## ## ##")),
    "MX": ("52", "", ("55 0### ####", "33 0### ####")),
    "GR": ("30", "", ("692 ### ####", "696 ### ####")),
    "CY": ("357", "", ("94 ######",)),
    "CN": ("86", "", ("13# #### ####", "18# #### ####")),
    "TW": ("886", "0", ("9## ### ###",)),
    "HK": ("852", "", ("61## ####", "64## ####", "65## ####", "97## ####")),
    "IR": ("98", "0", ("912 ### ####", "935 ### ####", "919 ### ####")),
}


class PhoneBook:
    """Draws numbers, none of them twice while its range lasts."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._given: set[str] = set()

    def draw(self, home: Address) -> Phone:
        """A number of somebody who lives at ``home``."""
        for _ in range(40):
            phone = self._any(home)
            if phone.e164 not in self._given:
                break
        self._given.add(phone.e164)
        return phone

    def _any(self, home: Address) -> Phone:
        dice, area_code = self._dice, home.city.area_code
        if home.country == "GB":
            code, trunk, pattern = "44", "0", _DRAMA_GB.get(area_code, f"{area_code} 496 0###")
        elif home.country == "US":
            code, trunk, pattern = "1", "", f"{area_code} 555 ####"
        elif home.country == "AU":
            code, trunk, pattern = "61", "0", f"{area_code} {dice.pick(('5550', '7010'))} ####"
        else:
            code, trunk, patterns = _PLANS[home.country]
            pattern = dice.pick(patterns)
        digits = dice.digits(pattern)
        groups = tuple(len(group) for group in pattern.split()[:-1])
        return Phone(home.country, code, digits.replace(" ", ""), groups, trunk)


_FAMILY_WORD = {
    "es": "familia",
    "ca": "familia",
    "el": "oikogeneia",
    "fa": "khanevade",
    "zh_hans": "jia",
    "zh_hant": "jia",
}


class Mailboxes:
    """Draws e-mail addresses, none of them twice."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._given: set[str] = set()

    def draw(self, given: Name, family: Name, born: date, country: str) -> str:
        """A private mailbox."""
        first, last = _mail_word(given), _mail_word(family)
        year = f"{born.year % 100:02d}"
        nickname = ascii_word(given.familiar[0][1]) if given.familiar else first
        styles = (
            f"{first}.{last}",
            f"{first}.{last}",
            f"{first[0]}{last}",
            f"{first}{last}{year}",
            f"{last}.{first}",
            f"{nickname}{year}",
            f"{first}_{last}",
            f"{first}{last[0]}{year}",
            f"{nickname}.{last}",
        )
        local = self._dice.pick(styles)
        return self._unused(local, self._provider(country))

    def draw_at(self, domain: str, given: Name, family: Name) -> str:
        """A mailbox at work."""
        first, last = _mail_word(given), _mail_word(family)
        return self._unused(self._dice.pick((f"{first}.{last}", f"{first[0]}{last}", first)), domain)

    def draw_family(self, family: Name, language: str, country: str) -> str:
        """A mailbox that a household shares."""
        word, last = _FAMILY_WORD.get(language, "the"), ascii_word(family.latin[0].split()[-1])
        local = f"{word}.{last}" if word != "the" else self._dice.pick((f"the{last}s", f"{last}family"))
        return self._unused(local, self._provider(country))

    def _provider(self, country: str) -> str:
        providers: list[str] = trade()["mail_providers"][country]
        return self._dice.pick_common(providers, 1.5)

    def _unused(self, local: str, domain: str) -> str:
        address = f"{local}@{domain}"
        while address in self._given:
            address = f"{local}{self._dice.whole(1, 9999)}@{domain}"
        self._given.add(address)
        return address


def _mail_word(name: Name) -> str:
    """The first word of a name, or all of a Chinese one."""
    usual = name.latin[0]
    return ascii_word(usual if name.native[0] >= "\u4e00" else usual.partition(" ")[0])


def ascii_word(text: str) -> str:
    """Lower-case ASCII letters and digits of ``text``: ``Núñez`` → ``nunez``."""
    return re.sub("[^a-z0-9]", "", without_accents(text).lower()) or "x"
