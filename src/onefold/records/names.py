"""One person's name taken apart: titles and suffixes off, given and family names told apart, any script.

``parse_full_name`` decides for one field that holds a whole name; ``parse_part`` cleans a field that holds only
given or only family names. Words reach comparison forms through ``latin_of``, which the caller fills for whole
columns at once. What a word usually is (given or family name) comes from ``roles``, learned from the data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from onefold.records.name_words import (
    AMBIGUOUS_TITLES,
    COMPOUND_SURNAMES,
    CONNECTORS,
    GENERATIONS,
    GIVEN_PARTICLES,
    HAN_SURNAMES,
    HAN_TITLES,
    PARTICLES,
    SUFFIXES,
    TITLES,
)
from onefold.records.transliteration import CJK, HAN, han_reading, simplify_han, to_latin

Roles = Mapping[str, int]
"""Comparison word → -3 (surely a family name) … 3 (surely a given name)."""

_CJK_ONLY = re.compile(f"[{CJK}々〇][{CJK}々〇・· \\u3000]*")
_CJK_RUN = re.compile(f"[{CJK}]{{2,}}")
_HAN_LETTER = re.compile(f"[{HAN}]")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|（[^）]*）|\"[^\"]*\"|“[^”]*”|«[^»]*»|\bc/o\b.*|\batt?n:?\s|\d+")
_EDGE = " .,;:-–_/\\|*!?'\"`´’&+"
GIVEN_FIRST = 2
"""How much the usual order of Latin names counts against the roles of words, where the table says nothing."""


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name in its parts; empty strings where a part is unknown."""

    given: str
    """For display, in the source's script."""
    family: str
    given_words: str
    """Comparison form: lower-case Latin words without particles."""
    family_words: str
    suffix: str = ""
    """Jr, Sr, II …: tells father from son."""
    is_family_first: bool = False
    """Whether this name is written family name first, with nothing between (Chinese, Korean, Japanese)."""

    @property
    def display(self) -> str:
        """As a person would write it."""
        if self.is_family_first:
            return self.family + self.given
        return " ".join(part for part in (self.given, self.family, self.suffix) if part)


NO_NAME = PersonName("", "", "", "")


def parse_full_name(text: str, roles: Roles, latin_of: Mapping[str, str], prior: int = GIVEN_FIRST) -> PersonName:
    """Take a whole name apart.

    Args:
        text: cleaned text (see ``text.clean``).
        roles: what words usually are.
        latin_of: comparison form of every token of ``text`` that ``tokens_of`` names (looked up by the token).
        prior: above 0 where names usually begin with the given name, below 0 where with the family name.
    """
    if _CJK_ONLY.fullmatch(text):
        return parse_cjk_name(text)
    text = _ASIDE.sub(" ", text)
    before, comma, after = _comma_parts(text)
    if comma:
        family, suffix_a = _stripped(before)
        given, suffix_b = _stripped(after)
        if family and given:
            return _named(given, family, suffix_a or suffix_b, latin_of, text)
        before = [*family, *given]
    tokens, suffix = _stripped(before)
    run = _CJK_RUN.search(text)
    if run and len(tokens) != 1:
        return parse_cjk_name(run[0])
    if not tokens:
        return NO_NAME
    given, family = _divide(tokens, roles, latin_of, prior)
    return _named(given, family, suffix, latin_of, text)


def parse_part(text: str, latin_of: Mapping[str, str], *, is_family: bool) -> PersonName:
    """Clean a field that holds only given names (or only family names)."""
    if _CJK_ONLY.fullmatch(text):
        native = re.sub(r"[ \u3000・·]", "", text)
        reading = cjk_words(native, is_family=is_family)
        return PersonName("", native, "", reading) if is_family else PersonName(native, "", reading, "")
    before, _, after = _comma_parts(_ASIDE.sub(" ", text))
    tokens, suffix = _stripped([*before, *after])
    return _named([] if is_family else tokens, tokens if is_family else [], suffix, latin_of, text)


def tokens_of(text: str) -> list[str]:
    """The tokens whose comparison forms ``parse_full_name`` and ``parse_part`` will look up."""
    return [token for part in _comma_parts(_ASIDE.sub(" ", text))[::2] for token in part]


def parse_cjk_name(text: str) -> PersonName:
    """A name in Chinese, Korean or Japanese script: family name first, of one or two characters.

    >>> parse_cjk_name("歐陽豪芬").family, parse_cjk_name("李　豪芬").given_words
    ('歐陽', 'haofen')
    """
    for title in HAN_TITLES:
        text = text.removesuffix(title).strip()
    parts = [part for part in re.split(r"[ \u3000]", text) if part]
    if re.search("[・·]", text):  # a foreign name in transcription keeps its own order
        *given_parts, last = [part for part in re.split(r"[ \u3000・·]", text) if part] or [""]
        return PersonName("".join(given_parts), last, cjk_words("".join(given_parts)), cjk_words(last))
    if len(parts) == 2:
        first, second = parts
        swapped = not _is_surname(first) and _is_surname(second)
        family, given = (second, first) if swapped else (first, second)
    else:
        family, given = divide_cjk("".join(parts))
    return PersonName(given, family, cjk_words(given), cjk_words(family, is_family=True), is_family_first=True)


@lru_cache(maxsize=200_000)
def cjk_words(text: str, *, is_family: bool = False) -> str:
    """Comparison form of a part of a Chinese, Korean or Japanese name: its reading, in one word."""
    readings = (
        han_reading(c, surname=is_family and i == 0 and len(text) == 1) if _HAN_LETTER.match(c) else to_latin(c)
        for i, c in enumerate(text)
    )
    return re.sub("[^a-z]", "", "".join(readings))


def _is_surname(text: str) -> bool:
    simplified = simplify_han(text)
    return simplified in HAN_SURNAMES or simplified in COMPOUND_SURNAMES


def divide_cjk(text: str) -> tuple[str, str]:
    """(family, given) of an unspaced name."""
    simplified = simplify_han(text)
    if len(text) == 1:
        return (text, "") if simplified in HAN_SURNAMES else ("", text)
    if len(text) >= 3 and simplified[:2] in COMPOUND_SURNAMES:
        return text[:2], text[2:]
    if len(text) > 4:  # a transcription or no name of a person: nothing to divide
        return "", text
    if simplified[0] not in HAN_SURNAMES and text[0] < "\uac00":
        if simplified[-1] in HAN_SURNAMES and len(text) == 3:
            return text[-1], text[:-1]
        if len(text) == 4:  # most Japanese names are two and two
            return text[:2], text[2:]
    return text[0], text[1:]


def _comma_parts(text: str) -> tuple[list[str], bool, list[str]]:
    """Tokens before and after the first comma that is not merely before a suffix."""
    head, comma, tail = text.replace("，", ",").replace("،", ",").partition(",")
    before, after = _tokens(head), _tokens(tail.replace(",", " "))
    if comma and after and all(_key(token) in SUFFIXES for token in after):
        return before + after, False, []
    return before, bool(comma and before and after), after


def _tokens(text: str) -> list[str]:
    return [token for token in (raw.strip(_EDGE) for raw in text.replace(".", ". ").split()) if token]


def _key(token: str) -> str:
    return token.lower().strip(".")


def _stripped(tokens: Sequence[str]) -> tuple[list[str], str]:
    """Tokens without titles and suffixes, and the suffix that tells generations apart."""
    tokens = list(tokens)
    suffix = ""
    while len(tokens) > 1 and _key(tokens[-1]) in SUFFIXES:
        last = tokens.pop()
        if _key(last) in GENERATIONS:
            suffix = last.upper() if set(last.lower()) <= set("iv") else last.capitalize()
    while tokens and _key(tokens[0]) in TITLES:
        if _key(tokens[0]) in AMBIGUOUS_TITLES and len(tokens) < 3:
            break
        tokens.pop(0)
    return tokens, suffix


def _units(tokens: Sequence[str], roles: Roles, latin_of: Mapping[str, str]) -> list[list[str]]:
    """Particles joined to the word behind them; connectors tie the surnames on both sides ('Puig i Font').

    Behind a given name a single letter is an initial ('Sheila E Tanner'); a particle that begins a name may be a name
    by itself ('Ben Sullivan', 'Du Zhiyu').
    """
    units: list[list[str]] = []
    first = tokens[0].lower()
    role = roles.get(first, 0)
    begins_with_name = role > 0 or (len(tokens) == 2 and (role < 0 or first in GIVEN_PARTICLES))
    pending: list[str] = []
    tie = False
    for token in tokens:
        key = token.lower()
        if key in CONNECTORS and units and not pending:
            if _is_initial(token, _weight(units[-1], roles, latin_of), is_second=len(units) == 1):
                units.append([token])
            else:
                tie = True
                units[-1].append(token)
        elif key in PARTICLES and not (begins_with_name and not units):
            pending.append(token)
        elif tie:
            units[-1] += [*pending, token]
            pending, tie = [], False
        else:
            units.append([*pending, token])
            pending = []
    if pending or (tie and not units):
        units.append(pending)
    return units


def _is_initial(letter: str, weight_before: int, *, is_second: bool) -> bool:
    """Whether what could tie two surnames is a middle initial: behind a given name, in capitals where that is no proof.

    "Robert e Kinabsby" and "Ana Maria E Soler" have one, "Roger Oliver i Vila" and "Puig i Font" do not.
    """
    if len(letter) > 1:
        return False
    if is_second and weight_before > 0:
        return True
    return letter.isupper() and weight_before >= (0 if is_second else 1)


def _divide(
    tokens: Sequence[str], roles: Roles, latin_of: Mapping[str, str], prior: int
) -> tuple[list[str], list[str]]:
    """Tokens → (given, family) by what the words usually are and by the usual order."""
    units = _units(tokens, roles, latin_of)
    weights = [_weight(unit, roles, latin_of) for unit in units]
    if len(units) == 1:
        is_family = weights[0] < 0 or len(units[0]) > 1
        return ([], units[0]) if is_family else (units[0], [])
    best = max(
        ((_split_score(weights, cut, prior, given_first), given_first, -cut) for given_first in (True, False)
         for cut in range(1, len(units))),
    )  # fmt: skip
    _, given_first, negative_cut = best
    head = [token for unit in units[:-negative_cut] for token in unit]
    tail = [token for unit in units[-negative_cut:] for token in unit]
    return (head, tail) if given_first else (tail, head)


def _split_score(weights: Sequence[int], cut: int, prior: int, given_first: bool) -> int:
    head, tail = sum(weights[:cut]), sum(weights[cut:])
    return head - tail + prior if given_first else tail - head


def _weight(unit: Sequence[str], roles: Roles, latin_of: Mapping[str, str]) -> int:
    """How much a unit speaks for a given name; particles speak against, initials for."""
    if len(unit) > 1 and unit[0].lower() in PARTICLES | CONNECTORS:
        return -3
    if len(unit) > 2:  # two surnames tied by a connector
        return -3
    words = latin_of[unit[-1]].split()
    if len(words) == 1 and len(words[0]) == 1:
        return 1
    return sum(roles.get(word, 0) for word in words)


def _named(
    given: Sequence[str], family: Sequence[str], suffix: str, latin_of: Mapping[str, str], text: str
) -> PersonName:
    is_shouted = text.upper() == text or text.lower() == text
    return PersonName(
        _display(given, is_shouted),
        _display(family, is_shouted),
        _words(given, latin_of, kept=GIVEN_PARTICLES),
        _words(family, latin_of),
        suffix,
    )


def _display(tokens: Sequence[str], is_shouted: bool) -> str:
    """Tokens as a person would write them; only names all in capitals or all in small letters are changed."""
    if not is_shouted:
        return " ".join(_cased(t, is_first=True) if len(t) > 2 and t.isupper() else t for t in tokens)
    return " ".join(_cased(token, is_first=i == 0) for i, token in enumerate(tokens))


@lru_cache(maxsize=200_000)
def _cased(token: str, *, is_first: bool) -> str:
    if token.lower() in PARTICLES and not (
        is_first and len(token) > 1 and token.lower() not in ("von", "van", "de", "del")
    ):
        return token.lower()
    cased = re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), token.lower())
    return re.sub(r"^Mc(\w)", lambda match: "Mc" + match[1].upper(), cased)


def _words(tokens: Sequence[str], latin_of: Mapping[str, str], kept: Set[str] = frozenset()) -> str:
    """Comparison form without particles, but for one of ``kept`` that comes first."""
    told = [token for n, token in enumerate(tokens) if _key(token) not in (PARTICLES - kept if n == 0 else PARTICLES)]
    words = [word for token in told for word in latin_of[token].split()]
    if not words:  # a name that is nothing but particles is a name after all
        words = [word for token in tokens for word in latin_of[token].split()]
    return " ".join(words)
