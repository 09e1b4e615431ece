"""The words that names are made of, and which of them stand for each other.

Given names and family names share one dictionary, because people and systems swap them. Two words are equivalent
when they share a part ("maria" and "maria jose"), when a list of nicknames says so, when they keep the same
consonants across transliterations ("mohammad" and "muhammed"), or when the data itself shows it (see ``aliases``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onefold.identity.encode import ABSENT, Codes, Text, encode_text
from onefold.identity.romanization import cantonese_readings, chinese_reading

MAX_PARTS = 4
"""Parts of a name that are compared; the shortest name that has more is rare, its first four identify it."""

_SHORTEST_PART = 3
"""Shorter parts (particles, initials) are shared by too many names to mean anything."""

_RARELY_FAMILY = 3
"""How many times more often a word is a given name than a family name, where it is hardly a family name."""

_SOUNDS = {
    "ph": "f",
    "kh": "h",
    "ch": "h",
    "gh": "g",
    "th": "t",
    "sh": "s",
    "zh": "j",
    "dj": "j",
    "ts": "s",
    "tz": "s",
    "ev": "e",
    "ef": "e",
    "q": "g",
    "x": "h",
    "c": "k",
    "w": "v",
    "b": "v",
}
"""Spellings that transliteration systems choose differently, brought to one sign each."""

_TAKEN_FOR = {"a": 0b0001, "e": 0b0010, "i": 0b0100, "y": 0b0100, "o": 0b1000, "u": 0b1000}
_MOST_PLACES = 15
"""Places of a word whose vowels are kept: as many as fit a machine word."""

_SOUND = re.compile("|".join(_SOUNDS))
_SOFT = str.maketrans("", "", "aeiouyh")
_REPEATED = re.compile(r"(.)\1+")


@dataclass(frozen=True)
class NameWords:
    """Given and family names as codes of one dictionary."""

    given: Codes
    family: Codes
    words: pa.Array
    """Distinct words, spaces removed, by code."""
    text: Text
    skeleton: Codes
    """Per word: code of its consonants; absent where fewer than two remain."""
    is_firm: npt.NDArray[np.bool_]
    """Per word: whether its skeleton is long enough to prove equivalence (three signs), not just to search by."""
    vowels: npt.NDArray[np.int64]
    """Per word: which vowels stand behind each of the first consonants of its skeleton (see ``vowels_between``)."""
    reading: Codes
    """Per word: code of its reading as a Chinese name; absent where it has none."""
    parts: npt.NDArray[np.int32]
    """Per word: the words that are its parts, ``MAX_PARTS`` wide; itself where it is not divided."""
    is_chinese: npt.NDArray[np.bool_]
    """Per word: whether it can be read as a Chinese name, spelled in any way that is known here."""
    equivalents: npt.NDArray[np.int64]
    """Sorted pairs of words that stand for each other: lower code in the high half, higher code in the low half."""

    @classmethod
    def of(cls, given: pa.ChunkedArray, family: pa.ChunkedArray) -> NameWords:
        """Build the dictionary from comparison forms (lower-case Latin words)."""
        spelled = encode_text(pa.chunked_array([*given.chunks, *family.chunks], pa.string()))
        divided = [_divided(name) for name in spelled.values.to_pylist()]
        joined = ["".join(parts) for parts in divided]
        known = encode_text(pa.chunked_array([pa.array([*joined, *_parts_of(divided)], pa.string())]))
        codes = np.r_[known.codes[: len(joined)], ABSENT][spelled.codes].astype(np.int32)  # -1, no name, finds ABSENT
        listed = known.values.to_pylist()
        skeleton, is_firm = _skeletons(listed)
        readings = [chinese_reading(word) for word in listed]
        given_codes, family_codes = codes[: len(given)].copy(), codes[len(given) :].copy()
        _join_syllables(given_codes, family_codes, listed, readings)
        return cls(
            given=given_codes,
            family=family_codes,
            words=known.values,
            text=Text.of(known.values),
            skeleton=skeleton,
            is_firm=is_firm,
            vowels=np.array([vowels_between(word) for word in listed], np.int64),
            reading=encode_text(pa.chunked_array([pa.array(readings, pa.string())])).codes,
            parts=_parts(divided, listed),
            is_chinese=np.array(
                [
                    reading is not None or bool(cantonese_readings(word))
                    for word, reading in zip(listed, readings, strict=True)
                ],
                bool,
            ),
            equivalents=np.union1d(_nicknames(listed), _cantonese_spellings(listed, readings)),
        )

    def kernel_arguments(self) -> tuple[npt.NDArray[Any], ...]:
        """What the compiled ``name_level`` wants to know about words, in its order."""
        return (
            *self.text.arrays,
            self.skeleton,
            self.is_firm,
            self.reading,
            self.parts,
            self.equivalents,
            self.is_chinese,
            self.vowels,
        )

    def with_equivalents(self, pairs: npt.NDArray[np.int64]) -> NameWords:
        """The same words, with more of them standing for each other."""
        return replace(self, equivalents=np.union1d(self.equivalents, pairs))


def consonant_skeleton(word: str) -> str:
    """What survives when a name is written in another alphabet and back: its consonants, roughly.

    >>> consonant_skeleton("muhammed") == consonant_skeleton("mohamad")
    True
    """
    sounds = _SOUND.sub(lambda match: _SOUNDS[match[0]], word)
    first = "a" if sounds[:1] in "aeiouyh" else sounds[:1]
    rest = sounds if first == "a" else sounds[1:]
    return _REPEATED.sub(r"\1", first + rest.translate(_SOFT)) if word else ""


def vowels_between(word: str) -> int:
    """The vowels before, between and behind the consonants of a skeleton, four bits for each place.

    Alphabets leave vowels out and write them differently, but not at will: "a" and "e", "e" and "i", "o" and "u" are
    taken for each other, "a" and "i" or "o" hardly ever.
    """
    gaps, place, last = 0, 0, ""
    for sign in _SOUND.sub(lambda match: _SOUNDS[match[0]], word):
        if sign in _TAKEN_FOR:
            gaps |= _TAKEN_FOR[sign] << (4 * place)
        elif sign not in ("h", last):
            place, last = place + 1, sign
            if place == _MOST_PLACES:
                break
    return gaps


def pair_key(first: npt.NDArray[np.int32], second: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Unordered pairs of word codes as single integers, as ``NameWords.equivalents`` holds them."""
    low, high = np.minimum(first, second).astype(np.int64), np.maximum(first, second).astype(np.int64)
    return (low << 32) | high


def _skeletons(words: list[str]) -> tuple[Codes, npt.NDArray[np.bool_]]:
    skeletons = [consonant_skeleton(word) for word in words]
    lengths = np.array([len(skeleton) for skeleton in skeletons], np.int32)
    codes = encode_text(pa.chunked_array([pa.array(skeletons, pa.string())])).codes
    return np.where(lengths >= 2, codes, ABSENT).astype(np.int32), lengths >= 3


def _divided(name: str) -> list[str]:
    """The parts of a name; initials beside longer parts ("john f") are left out, because most records lack them."""
    parts = name.split()
    return [part for part in parts if len(part) > 1] or parts


def _parts_of(names: list[list[str]]) -> list[str]:
    return [part for parts in names if len(parts) > 1 for part in parts if len(part) >= _SHORTEST_PART]


def _parts(names: list[list[str]], words: list[str]) -> npt.NDArray[np.int32]:
    """Words that are the parts of each word; where spellings of a word differ in spaces, the most divided one counts.

    A word that is not divided is its own part.
    """
    code_of = {word: code for code, word in enumerate(words)}
    divided: dict[str, list[str]] = {}
    for parts in names:
        if len(parts) > 1:
            word = "".join(parts)
            long = [part for part in parts if len(part) >= _SHORTEST_PART][:MAX_PARTS]
            known = divided.get(word, [])
            divided[word] = max(known, long, key=lambda found: (len(found), found))
    table = np.full((len(words), MAX_PARTS), ABSENT, np.int32)
    table[:, 0] = np.arange(len(words))
    for word, parts in divided.items():
        if parts and word in code_of:
            table[code_of[word], : len(parts)] = [code_of[part] for part in parts]
    return table


def _nicknames(words: list[str]) -> npt.NDArray[np.int64]:
    from nicknames import NickNamer

    namer = NickNamer()
    code_of = {word: code for code, word in enumerate(words)}
    known = namer.nickname_lookup.keys() | namer.canonical_lookup.keys()
    pairs = set()
    for word in known & code_of.keys():
        code = code_of[word]
        for other in namer.nicknames_of(word) | namer.canonicals_of(word):
            other_code = code_of.get(other, code)
            if other_code != code:
                pairs.add((min(code, other_code) << 32) | max(code, other_code))
    return np.array(sorted(pairs), np.int64)


def _cantonese_spellings(words: list[str], readings: list[str | None]) -> npt.NDArray[np.int64]:
    """Words that may be one Chinese name, spelled as in Cantonese and as in Mandarin."""
    by_reading: dict[str, list[int]] = {}
    for code, reading in enumerate(readings):
        if reading is not None:
            by_reading.setdefault(reading, []).append(code)
    pairs = {
        (min(code, other) << 32) | max(code, other)
        for code, word in enumerate(words)
        for key in cantonese_readings(word)
        for other in by_reading.get(key, ())
        if other != code
    }
    return np.array(sorted(pairs), np.int64)


def _join_syllables(given: Codes, family: Codes, words: list[str], readings: list[str | None]) -> None:
    """Where a Chinese given name alone was taken for a whole name ("Fang Pin"), make it a given name again, in place.

    Syllables are joined where together they are a given name of this data, and the one that was taken for the family
    name is hardly ever one.
    """
    given_counts = np.bincount(given[given >= 0], minlength=len(words))
    family_counts = np.bincount(family[family >= 0], minlength=len(words))
    may_be = np.array([reading is not None for reading in readings], bool)
    rare_family = may_be & (family_counts * _RARELY_FAMILY < given_counts)
    chosen = np.flatnonzero(
        (given >= 0) & (family >= 0) & np.r_[may_be, False][given] & np.r_[rare_family, False][family]
    )
    code_of = {word: code for code, word in enumerate(words)}
    for record in chosen.tolist():
        for joined in (words[given[record]] + words[family[record]], words[family[record]] + words[given[record]]):
            code = code_of.get(joined, ABSENT)
            if code >= 0 and given_counts[code] > 0:
                given[record], family[record] = code, ABSENT
                break
