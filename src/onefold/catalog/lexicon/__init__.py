"""Word lists in the languages we read, loaded once and folded. Data lives in the TOML files beside this module."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from onefold.catalog.folding import fold, header_words
from onefold.catalog.model import Meaning, Role

WEAK = 0.6
"""What a header's weak phrase is worth beside a strong one."""


@cache
def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def header_phrases() -> dict[tuple[str, ...], dict[Meaning, float]]:
    """Phrase (as header words) -> the meanings it names, with what it is worth."""
    phrases: dict[tuple[str, ...], dict[Meaning, float]] = {}
    for section, lists in _load("headers").items():
        meaning = Meaning(section)
        for worth, texts in ((1.0, lists.get("strong", ())), (WEAK, lists.get("weak", ()))):
            for text in texts:
                named = phrases.setdefault(header_words(text), {})
                named[meaning] = max(worth, named.get(meaning, 0.0))
    return phrases


@cache
def qualifier_words() -> frozenset[str]:
    """Words beside the word that matters ('billing', 'home', 'de')."""
    return frozenset(word for text in _load("words")["qualifiers"]["any"] for word in header_words(text))


@cache
def marker_words() -> frozenset[str]:
    """Words that, after a phrase, make the header about something else ('id', 'count', 'at')."""
    return frozenset(fold(word) for word in _load("words")["markers"]["words"])


@cache
def leading_phrases() -> frozenset[tuple[str, ...]]:
    """Phrases that decide a header's meaning from its beginning ('number of')."""
    return frozenset(header_words(text) for text in _load("words")["leading"]["words"])


@cache
def vocabulary() -> frozenset[str]:
    """Every word of the header lexicon, for taking apart words that were written together."""
    phrases = (*header_phrases(), *role_phrases())
    return frozenset(word for phrase in phrases for word in phrase if len(word) >= 2) | qualifier_words()


@cache
def role_phrases() -> dict[tuple[str, ...], str]:
    """Words of table names and key columns -> the role they speak for, or 'staff'."""
    roles = _load("words")["roles"]
    return {header_words(text): role for role in (*map(str, Role), "staff") for text in roles.get(role, ())}


@cache
def placeholders() -> frozenset[str]:
    """Values that stand for no value, folded."""
    return frozenset(fold(word) for word in _load("words")["placeholders"]["words"])


@cache
def value_words(section: str, name: str) -> frozenset[str]:
    """A list of ``values.toml``, folded; underscores inside an entry stand for spaces."""
    text: str = _load("values")[section][name]
    return frozenset(fold(word.replace("_", " ")) for word in text.split())


@cache
def countries() -> dict[str, str]:
    """Folded name or code of a country -> its ISO 3166 alpha-2 code."""
    data = _load("countries")
    known = {code: code.upper() for code in data["codes"].split()} | {"uk": "GB", "el": "GR"}
    known |= dict.fromkeys(data["alpha3"].split(), "")
    known |= {fold(name): code for code, names in data["names"].items() for name in names}
    return known
