"""Comparison forms of single values, for look-ups: the same forms that records are conformed to."""

from __future__ import annotations

import itertools
import re
import unicodedata

import polars as pl

from onefold.records.emails import normalise_emails
from onefold.records.name_columns import full_names, native_form, seeded_context
from onefold.records.name_words import PARTICLES
from onefold.records.names import cjk_words, divide_cjk
from onefold.records.phones import normalise_phones
from onefold.records.text import words
from onefold.records.transliteration import CJK, to_latin

_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile(f"[{CJK}]")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")


def email_key(text: str) -> str | None:
    """The mailbox that an e-mail address reaches; None where the text holds none.

    >>> email_key(" Ana.Puig+news@GoogleMail.com ")
    'anapuig@gmail.com'
    """
    found = normalise_emails(pl.Series([text], dtype=pl.String))["compares"][0]
    return None if found is None else str(found[0])


def phone_key(text: str, region: str | None) -> str | None:
    """A phone number as E.164 (digits alone where no country is known); None where the text holds none.

    >>> phone_key("0034 687 71 56 58", None)
    '+34687715658'
    """
    regions = pl.Series([region], dtype=pl.String)
    found = normalise_phones(pl.Series([text], dtype=pl.String), regions)["compares"][0]
    return None if found is None else str(found[0])


def name_key(text: str) -> str | None:
    """The Latin words of a person's name in alphabetical order, whatever its script, order or case.

    >>> name_key("Puig i Font, Núria") == name_key("NURIA PUIG FONT")
    True
    """
    names = full_names(pl.Series([text], dtype=pl.String), seeded_context())
    given, family = names["given_words"][0], names["family_words"][0]
    words = f"{given or ''} {family or ''}".split()
    return " ".join(sorted(words)) or None


def name_halves(text: str) -> tuple[str, str]:
    """The Latin words of a whole name: given, family; empty where there are none.

    >>> name_halves("García Puig, Ana")
    ('ana', 'garcia puig')
    """
    names = full_names(pl.Series([text], dtype=pl.String), seeded_context())
    return names["given_words"][0] or "", names["family_words"][0] or ""


def latin_words(text: str) -> str:
    """The Latin words of any text, as names are compared; empty where there are none.

    >>> latin_words("Núria"), latin_words("王")
    ('nuria', 'wang')
    """
    return words(pl.Series([text], dtype=pl.String))[0] or ""


def native_words(text: str) -> str:
    """The words of a name in their own script, set apart by spaces: small letters, no accents, Chinese simplified.

    >>> native_words("Ζωγράφος & Υιοί"), native_words("陳美貿易")
    ('ζωγραφος υιοι', '陈美贸易')
    """
    return " ".join(_WORD.findall(_APOSTROPHES.sub("", native_form(unicodedata.normalize("NFKC", text)))))


def search_words(text: str) -> list[list[str]]:
    """The ways in which the words of names may be looked for: as written, and romanised where that differs.

    Particles (de, van, al) are no words to look for beside others; records do not keep them.

    >>> search_words("Núria DE PUIG"), search_words("王小明")
    ([['nuria', 'puig']], [['王小明'], ['wang', 'xiaoming'], ['wangxiaoming']])
    """
    words = native_words(text).split()
    native = [word for word in words if word not in PARTICLES] or words
    ways = [native]
    if any(not word.isascii() for word in native):
        readings = [_cjk_readings(word) if _CJK.search(word) else [_latin_words(word)] for word in native]
        ways += [list(itertools.chain(*parts)) for parts in itertools.zip_longest(*readings, fillvalue=[])]
    return [way for place, way in enumerate(ways) if way and way not in ways[:place]]


def _latin_words(word: str) -> list[str]:
    return _WORD.findall(to_latin(word))


def _cjk_readings(word: str) -> list[list[str]]:
    """A word of a Chinese name, divided into surname and the rest, and undivided."""
    family, given = divide_cjk(word)
    divided = [cjk_words(family, is_family=True), cjk_words(given)]
    return [[reading for reading in divided if reading], [cjk_words(word)]]
