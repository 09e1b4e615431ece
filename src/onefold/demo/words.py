"""The hand-written lists that the company is invented from: names, places, texts, the trade."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from onefold.demo.scripts import feminine_greek_surname, greek_spellings


@dataclass(frozen=True, slots=True)
class Name:
    """One part of a name with the ways people write it."""

    native: str
    """In the language's own script."""
    latin: tuple[str, ...]
    """Spellings in Latin letters, the usual one first."""
    familiar: tuple[tuple[str, str], ...] = ()
    """Nicknames as (native, Latin)."""


@dataclass(frozen=True)
class City:
    """A city with what its addresses and phone numbers look like."""

    native: str
    latin: str
    region: str
    postcode_pattern: str
    area_code: str


@dataclass(frozen=True)
class Places:
    """Where people of one country (or part of it) live."""

    cities: tuple[City, ...]
    streets: tuple[tuple[str, str], ...]
    """(native, Latin)."""


def _lines(name: str) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    entries: list[str] = []
    for line in (files("onefold.demo") / "lists" / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            entries = sections.setdefault(line.strip("[] "), [])
        elif not line.startswith("#"):
            entries.extend(entry.strip() for entry in line.split(";") if entry.strip())
    return sections


def _name(entry: str, *, has_own_script: bool) -> Name:
    spellings, _, familiar = entry.partition(" ~ ")
    forms = tuple(form.strip() for form in spellings.split("/"))
    nicknames = []
    for word in filter(None, (word.strip() for word in familiar.split(","))):
        native, _, latin = word.partition("/")
        nicknames.append((native, latin or native))
    return Name(forms[0], forms[1:] if has_own_script else forms, tuple(nicknames))


@cache
def name_list(language: str, section: str) -> tuple[Name, ...]:
    """Names of ``language`` (en, es, ca, el, fa); ``section`` is male, female or family, commonest first.

    Greek has its surnames as ``family`` (men's) and ``family female``.
    """
    entries = _lines(f"names.{language}.txt")[section.partition(" ")[0]]
    if language == "el" and section.startswith("family"):
        forms = [feminine_greek_surname(e) if section == "family female" else e for e in entries]
        return tuple(Name(form, greek_spellings(form)) for form in forms)
    return tuple(_name(entry, has_own_script=language in {"el", "fa"}) for entry in entries)


@cache
def chinese_parts(section: str) -> tuple[tuple[str, ...], ...]:
    """Surnames or given-name characters: (traditional, simplified, pinyin, Taiwan, Hong Kong).

    The sections ``male alias`` and ``female alias`` hold (alias,).
    """
    return tuple(tuple(entry.split()) for entry in _lines("names.zh.txt")[section])


@cache
def places(country: str) -> Places:
    """Cities and streets of a country; ``CAT`` is Catalonia."""
    raw = _toml("places.toml")[country]
    streets = tuple((s.partition("/")[0], s.partition("/")[2] or s) for s in raw["streets"])
    return Places(tuple(City(*city) for city in raw["cities"]), streets)


@dataclass(frozen=True)
class Country:
    """What paperwork says about a country."""

    english: str
    spanish: str
    currency: str
    rate: float
    """Units of ``currency`` for one euro."""


@cache
def country(code: str) -> Country:
    """The country of an ISO 3166 code."""
    return Country(*trade()["countries"][code])


@cache
def stores(area: str) -> tuple[str, ...]:
    """The company's stores that people of ``area`` (a country or ``CAT``) visit; none in some."""
    return tuple(trade()["stores"][place] for place in trade()["store_areas"].get(area, ()))


@cache
def texts(language: str) -> dict[str, Any]:
    """What customers and agents write in ``language`` (en, es, ca, el, fa, zh_hans, zh_hant)."""
    return _toml(f"texts.{language}.toml")


@cache
def trade() -> dict[str, Any]:
    """Products, stores, colleagues and the words that companies are named with."""
    return _toml("trade.toml")


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((files("onefold.demo") / "lists" / name).read_text(encoding="utf-8"))
