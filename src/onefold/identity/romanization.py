"""One reading for the ways Chinese names are spelled in Latin letters: "Hsu Chih-ming", "Xu Zhiming".

Wade–Giles as people write it (without marks) and pinyin are brought to one key that keeps what both tell apart.
Sounds that unmarked Wade–Giles confuses (b and p, zh and ch and j and q) fall together, so an equal key means that two
spellings may be one name, not that they are.

Source: the correspondence table of ALA-LC's "New Chinese Romanization Guidelines" (1998).
"""

from __future__ import annotations

import re

_INITIALS = {
    "b": "p",
    "p": "p",
    "m": "m",
    "f": "f",
    "d": "t",
    "t": "t",
    "n": "n",
    "l": "l",
    "g": "k",
    "k": "k",
    "h": "h",
    "zh": "c",
    "ch": "c",
    "j": "c",
    "q": "c",
    "z": "z",
    "c": "z",
    "ts": "z",
    "tz": "z",
    "hs": "x",
    "x": "x",
    "sh": "s",
    "s": "s",
    "r": "r",
    "w": "w",
    "y": "y",
    "": "",
}
_FINALS = {
    **{
        final: final for final in ("a", "ai", "an", "ang", "ao", "e", "ei", "en", "eng", "er", "i", "ia", "ian", "iang")
    },
    **{final: final for final in ("iao", "ie", "in", "ing", "iong", "iu", "o", "ong", "ou", "u", "ua", "uai", "uan")},
    **{final: final for final in ("uang", "ue", "ui", "un")},
    "eh": "e",
    "ee": "i",
    "erh": "er",
    "ieh": "ie",
    "ien": "ian",
    "ih": "i",
    "iung": "iong",
    "uei": "ui",
    "ueh": "ue",
    "uen": "un",
    "ung": "ong",
    "uo": "o",
}
_IRREGULAR = {"tzu": "zi", "szu": "si", "ssu": "si", "yen": "yan"}
_IRREGULAR_SOUND = re.compile("|".join(_IRREGULAR))


def _alternatives(parts: dict[str, str]) -> str:
    return "|".join(sorted((part for part in parts if part), key=len, reverse=True))


_SYLLABLE = re.compile(f"({_alternatives(_INITIALS)})?({_alternatives(_FINALS)})")
_WORD = re.compile(f"(?:(?:{_alternatives(_INITIALS)})?(?:{_alternatives(_FINALS)})){{1,3}}")
_LONGEST = 18
"""Letters of the longest three syllables ("chuangchuangchuang")."""


def chinese_reading(word: str) -> str | None:
    """The common key of a Chinese name's spellings, or None where the word cannot be one to three syllables.

    >>> chinese_reading("hsinchin") == chinese_reading("xinjin")
    True
    >>> chinese_reading("robert") is None
    True
    """
    if len(word) > _LONGEST or not _WORD.fullmatch(word):
        return None
    syllables = _greedy(_IRREGULAR_SOUND.sub(lambda match: _IRREGULAR[match[0]], word))
    return "".join(_INITIALS[initial] + _FINALS[final] for initial, final in syllables) if syllables else None


def _greedy(word: str) -> list[tuple[str, str]] | None:
    """Split into syllables, as long ones as leave the rest readable."""
    if not word:
        return []
    for end in range(min(len(word), 6), 0, -1):
        match = _SYLLABLE.fullmatch(word[:end])
        if match is None:
            continue
        rest = _greedy(word[end:])
        if rest is not None:
            return [(match[1] or "", match[2]), *rest]
    return None
