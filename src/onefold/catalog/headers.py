"""What a header says: the meanings it names, and whose they are ('requester_email': an e-mail, of a person).

A header is read as a sequence of words. Phrases of the lexicon are found in it; a phrase inside a longer phrase is
dropped; what remains of the header lowers the worth, less for words that only say which one ('billing', 'home').
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from onefold.catalog.folding import header_words
from onefold.catalog.lexicon import (
    header_phrases,
    leading_phrases,
    marker_words,
    qualifier_words,
    role_phrases,
    vocabulary,
)
from onefold.catalog.model import Meaning

_LONGEST_PHRASE = 6
_ID = Meaning.EXTERNAL_ID
_SENTENCE_WORDS = 6
"""A header this long is a question of a form; the words around the phrase take little from it."""
_WORTH_IN_A_SENTENCE = 0.65


@dataclass(frozen=True)
class Header:
    """One header as read."""

    words: tuple[str, ...]
    meanings: dict[Meaning, tuple[float, str]]
    """Meaning -> (worth from 0 to 1, the phrase that names it)."""
    entity: str | None
    """The role that a word of the header speaks for ('people' in customer_id), or 'staff'; None without one."""
    is_id: bool
    """Whether it names an identifier of something."""

    def worth(self, meaning: Meaning) -> float:
        """How strongly the header names ``meaning``."""
        return self.meanings.get(meaning, (0.0, ""))[0]


@lru_cache(maxsize=8192)
def read_header(name: str) -> Header:
    """What the header ``name`` says.

    >>> header = read_header("requester_email")
    >>> header.worth(Meaning.EMAIL) > 0.8, header.entity
    (True, 'people')
    """
    words = _without_number(tuple(part for word in header_words(name) for part in _taken_apart(word)))
    meanings: dict[Meaning, tuple[float, str]] = {}
    for start, end, named in _phrases_in(words):
        position = _position_worth(words, start, end)
        for meaning, worth in named.items():
            score = worth * position
            if score > meanings.get(meaning, (0.0, ""))[0]:
                meanings[meaning] = (round(score, 3), " ".join(words[start:end]))
    entity = entity_of(words)
    _read_names_of_things(words, meanings)
    is_id = meanings.get(_ID, (0.0, ""))[0] >= 0.5 or words[-1:] == ("id",)
    return Header(words, meanings, entity, is_id)


@lru_cache(maxsize=8192)
def _taken_apart(word: str) -> tuple[str, ...]:
    """'customerid' is customer, id: a word that nobody knows, made of two that are known."""
    known = vocabulary()
    if word in known or len(word) < 5 or not word.isascii():
        return (word,)
    for cut in range(len(word) - 2, 2, -1):
        if word[:cut] in known and word[cut:] in known:
            return word[:cut], word[cut:]
    return (word,)


def entity_of(words: tuple[str, ...]) -> str | None:
    """The role that the words speak for; the last word that speaks wins ('customer orders' are orders)."""
    phrases = role_phrases()
    for end in range(len(words), 0, -1):
        for start in range(max(0, end - 4), end):
            role = phrases.get(words[start:end])
            if role is not None:
                return role
    return None


def _without_number(words: tuple[str, ...]) -> tuple[str, ...]:
    """'tel 1' is a tel; 'address 2' stays, because the lexicon knows it."""
    if len(words) > 1 and words[-1].isdigit() and words[-2:] not in _numbered():
        return words[:-1]
    return words


@lru_cache(maxsize=1)
def _numbered() -> frozenset[tuple[str, ...]]:
    return frozenset(phrase[-2:] for phrase in header_phrases() if len(phrase) > 1 and phrase[-1].isdigit())


def _phrases_in(words: tuple[str, ...]) -> list[tuple[int, int, dict[Meaning, float]]]:
    phrases = header_phrases()
    spans = [
        (start, end)
        for start in range(len(words))
        for end in range(start + 1, min(len(words), start + _LONGEST_PHRASE) + 1)
        if words[start:end] in phrases
    ]
    spans = [s for s in spans if not any(o != s and o[0] <= s[0] and s[1] <= o[1] for o in spans)]
    joined = ("".join(words),)
    if not spans and len(words) > 1 and joined in phrases:  # 'e mailaddress', 'fire stname'
        return [(0, len(words), phrases[joined])]
    return [(start, end, phrases[words[start:end]]) for start, end in spans]


def _position_worth(words: tuple[str, ...], start: int, end: int) -> float:
    """1 where the phrase is the whole header, less for what stands before and after it."""
    qualifiers, markers, roles = qualifier_words(), marker_words(), role_phrases()
    worth = 1.0
    if start == 0 and words[:end] in leading_phrases():
        return 0.95
    for index, word in enumerate(words):
        if start <= index < end:
            continue
        if index >= end and word in markers and words[start:end] != ("is",):
            worth *= 0.35
        elif word in qualifiers or (word,) in roles or word.isdigit():
            worth *= 0.95
        else:
            worth *= 0.8 if index < start else 0.6
    return max(worth, _WORTH_IN_A_SENTENCE) if len(words) >= _SENTENCE_WORDS else worth


def _read_names_of_things(words: tuple[str, ...], meanings: dict[Meaning, tuple[float, str]]) -> None:
    """'product_name' names a product, 'agent name' a colleague, 'company_name' a company, 'customer name' a person."""
    if Meaning.FULL_NAME not in meanings or len(words) < 2:
        return
    worth, phrase = meanings[Meaning.FULL_NAME]
    rest = tuple(word for word in words if word not in phrase.split())
    owner = entity_of(rest)
    meaning = {
        "people": Meaning.FULL_NAME,
        "organisations": Meaning.COMPANY,
        "staff": Meaning.OWNER,
        "reference": Meaning.TITLE,
        "events": Meaning.TITLE,
        "conversations": Meaning.TITLE,
        "feedback": Meaning.TITLE,
    }.get(owner or "")
    if meaning is None or Meaning.PRODUCT in meanings:
        return
    if meaning is not Meaning.FULL_NAME:
        del meanings[Meaning.FULL_NAME]
    found = max(meanings.get(meaning, (0.0, ""))[0], 0.85, worth)
    meanings[meaning] = (found, " ".join(words))
