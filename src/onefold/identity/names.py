"""The words that names are made of, and which of them stand for each other.

Given names and family names share one dictionary, because people and systems swap them. Two words are equivalent
when they share a part ("maria" and "maria jose"), when a list of nicknames says so, when they keep the same
consonants across transliterations ("mohammad" and "muhammed"), or when the data itself shows it (see ``aliases``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onefold.identity.encode import ABSENT, Codes, Text, encode_text
from onefold.identity.hashing import NOTHING, Keys, text_keys
from onefold.identity.lexicon import WordBook
from onefold.identity.romanization import ChineseWords, is_syllable
from onefold.identity.short_forms import short_forms
from onefold.identity.similarity import WORD, signs_of
from onefold.identity.sounds import sound_out

MAX_PARTS = 4
"""Parts of a name that are compared; the shortest name that has more is rare, its first four identify it."""

_SHORTEST_PART = 3
"""Shorter parts (particles, initials) are shared by too many names to mean anything."""

_RARELY_FAMILY = 3
"""How many times more often a word is a given name than a family name, where it is hardly a family name."""


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
    """Per word: which vowels stand behind each of the first consonants of its skeleton (see ``sound_out``)."""
    reading: Codes
    """Per word: code of its reading as a Chinese name; absent where it has none."""
    parts: npt.NDArray[np.int32]
    """Per word: the words that are its parts, ``MAX_PARTS`` wide; itself where it is not divided."""
    given_alone: npt.NDArray[np.int32]
    """Per record: the given names that both parts make together, in either order, where each is one Chinese syllable:
    a given name alone ("Kuen Fong" of Ms Guo) is easily taken for a whole name. Absent elsewhere."""
    is_chinese: npt.NDArray[np.bool_]
    """Per word: whether it can be read as a Chinese name, spelled in any way that is known here."""
    equivalents: npt.NDArray[np.int64]
    """Sorted pairs of words that stand for each other: lower code in the high half, higher code in the low half."""
    keys: Keys
    """Per word: its number, the same in any set of records, however it is divided."""
    skeleton_keys: Keys
    """Per word: the number of its consonants; 0 where fewer than two remain."""
    reading_keys: Keys
    """Per word: the number of its reading as a Chinese name; 0 where it has none."""
    heard: npt.NDArray[np.int64]
    """Per word: records that have it as given name, as family name, before syllables were joined."""
    learned: npt.NDArray[np.int64]
    """Those of ``equivalents`` that the data itself shows."""

    @classmethod
    def of(cls, given: pa.ChunkedArray, family: pa.ChunkedArray, known: WordBook | None = None) -> NameWords:
        """Build the dictionary from comparison forms (lower-case Latin words).

        Args:
            given: given names.
            family: family names.
            known: words of other records, where those say how words are divided and joined.
        """
        spelled = encode_text(pa.chunked_array([*given.chunks, *family.chunks], pa.string()))
        divided = _division(spelled.values.to_pylist(), known)
        chosen, parts_of = [word for word, _ in divided], _known_parts(divided, known)
        alone, places = _given_alone(chosen, spelled.codes[: len(given)], spelled.codes[len(given) :])
        dictionary = encode_text(pa.chunked_array([pa.array([*chosen, *alone, *_parts_of(parts_of)], pa.string())]))
        codes = np.r_[dictionary.codes[: len(chosen)], ABSENT][spelled.codes].astype(np.int32)  # -1 finds ABSENT
        alone_codes = np.r_[dictionary.codes[len(chosen) : len(chosen) + len(alone)], ABSENT][places].astype(np.int32)
        given_codes, family_codes = codes[: len(given)].copy(), codes[len(given) :].copy()
        listed = dictionary.values.to_pylist()
        heard = _count_words(given_codes, family_codes, len(listed))
        chinese = ChineseWords.of(_spaceless(listed))
        _join_syllables(given_codes, family_codes, listed, known, chinese.has_reading)
        for word in listed[len(heard) :]:  # joined as only other records have them
            parts_of[word] = known.parts.get(word, []) if known else []
            listed += [part for part in parts_of[word] if part not in listed]
        if len(listed) > len(heard):
            chinese = chinese.followed_by(ChineseWords.of(_spaceless(listed[len(heard) :])))
        records = _Records(given_codes, family_codes, alone_codes)
        return _described(records, listed, parts_of, known, heard, chinese)

    @cached_property
    def kernel_arguments(self) -> tuple[Any, ...]:
        """What the compiled ``name_level`` wants to know about words: ``WORD``, bytes, equivalents, parts."""
        facts = np.zeros(len(self.words), WORD)
        facts["start"], facts["end"] = self.text.starts[:-1], self.text.starts[1:]
        facts["skeleton"] = np.where(self.is_firm, self.skeleton, ABSENT)
        facts["reading"], facts["vowels"] = self.reading, self.vowels
        facts["is_chinese"], facts["is_divided"] = self.is_chinese, self.parts[:, 1] >= 0
        signs = np.empty(len(facts), np.uint64)
        signs_of(*self.text.arrays, signs)
        facts["signs"] = signs
        bounds = np.searchsorted(self.equivalents >> 32, np.arange(len(facts) + 1))
        facts["first_equivalent"], facts["end_equivalent"] = bounds[:-1], bounds[1:]
        return facts, self.text.data, (self.equivalents & 0xFFFFFFFF).astype(np.int32), self.parts

    def with_equivalents(self, pairs: npt.NDArray[np.int64]) -> NameWords:
        """The same words, with more of them standing for each other."""
        return replace(self, equivalents=np.union1d(self.equivalents, pairs), learned=pairs)


def pair_key(first: npt.NDArray[np.int32], second: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Unordered pairs of word codes as single integers, as ``NameWords.equivalents`` holds them."""
    low, high = np.minimum(first, second).astype(np.int64), np.maximum(first, second).astype(np.int64)
    return (low << 32) | high


def _division(names: list[str], known: WordBook | None) -> list[tuple[str, list[str]]]:
    """Each name's word and its parts. A word is its parts joined; where others did not teach so, their spelling."""
    found = []
    for name in names:
        parts = _divided(name)
        word = "".join(parts)
        is_taught = known is None or len(parts) < 2 or word in known.place
        found.append((word if is_taught else " ".join(parts), parts))
    return found


def _known_parts(divided: list[tuple[str, list[str]]], known: WordBook | None) -> dict[str, list[str]]:
    """Word -> its parts, of all words that are divided.

    Where spellings of a word differ in spaces, the most divided one counts; where others taught it, theirs.
    """
    taught = known.parts if known is not None else {}
    found = {word: taught[word] for word, _ in divided if word in taught}
    for word, parts in divided:
        if len(parts) > 1 and (known is None or word not in known.place):
            long = [part for part in parts if len(part) >= _SHORTEST_PART][:MAX_PARTS]
            found[word] = max(found.get(word, []), long, key=lambda parts: (len(parts), parts))
    return found


class _Records(NamedTuple):
    """What records say, by codes of words."""

    given: Codes
    family: Codes
    given_alone: npt.NDArray[np.int32]


def _described(
    records: _Records,
    words: list[str],
    parts_of: dict[str, list[str]],
    known: WordBook | None,
    heard: npt.NDArray[np.int64],
    chinese: ChineseWords,
) -> NameWords:
    """What comparison wants to know about every word."""
    joined = _spaceless(words)
    values = pa.array(words, pa.string())
    skeletons, vowels = sound_out(joined)
    skeleton, is_firm = _coded_skeletons(skeletons)
    taught = _taught_aliases(words, known)
    return NameWords(
        given=records.given,
        family=records.family,
        given_alone=records.given_alone,
        words=values,
        text=Text.of(values),
        skeleton=skeleton,
        is_firm=is_firm,
        vowels=vowels,
        reading=encode_text(pa.chunked_array([chinese.readings])).codes,
        parts=_parts(parts_of, words),
        is_chinese=chinese.is_chinese,
        equivalents=np.union1d(np.union1d(_nicknames(words), _cantonese_spellings(chinese)), taught),
        keys=text_keys(joined),
        skeleton_keys=np.where(skeleton >= 0, text_keys(skeletons), NOTHING),
        reading_keys=np.where(chinese.has_reading, text_keys(chinese.readings.fill_null("")), NOTHING),
        heard=heard,
        learned=taught,
    )


def _spaceless(words: list[str]) -> list[str]:
    return [word.replace(" ", "") for word in words]


def _count_words(given: Codes, family: Codes, count: int) -> npt.NDArray[np.int64]:
    return np.stack([np.bincount(codes[codes >= 0], minlength=count) for codes in (given, family)], axis=1)


def _taught_aliases(words: list[str], known: WordBook | None) -> npt.NDArray[np.int64]:
    if known is None:
        return np.zeros(0, np.int64)
    code_of = {word: code for code, word in enumerate(words)}
    pairs = [
        (min(code_of[word], code_of[other]) << 32) | max(code_of[word], code_of[other])
        for word in known.partners.keys() & code_of.keys()
        for other in known.partners[word]
        if other in code_of
    ]
    return np.array(sorted(pairs), np.int64)


def _coded_skeletons(skeletons: list[str]) -> tuple[Codes, npt.NDArray[np.bool_]]:
    lengths = np.array([len(skeleton) for skeleton in skeletons], np.int32)
    codes = encode_text(pa.chunked_array([pa.array(skeletons, pa.string())])).codes
    return np.where(lengths >= 2, codes, ABSENT).astype(np.int32), lengths >= 3


def _divided(name: str) -> list[str]:
    """The parts of a name; initials beside longer parts ("john f") are left out, because most records lack them."""
    parts = name.split()
    if len(parts) == 1:
        return parts
    return [part for part in parts if len(part) > 1] or parts


def _parts_of(parts_of: dict[str, list[str]]) -> list[str]:
    return [part for parts in parts_of.values() for part in parts if len(part) >= _SHORTEST_PART]


def _parts(parts_of: dict[str, list[str]], words: list[str]) -> npt.NDArray[np.int32]:
    """Codes of the words that are the parts of each word; a word that is not divided is its own part."""
    code_of = {word: code for code, word in enumerate(words)}
    table = np.full((len(words), MAX_PARTS), ABSENT, np.int32)
    table[:, 0] = np.arange(len(words))
    for word, parts in parts_of.items():
        if parts and word in code_of:
            table[code_of[word], : len(parts)] = [code_of[part] for part in parts]
    return table


@cache
def _listed_nicknames() -> dict[str, frozenset[str]]:
    """Name -> its short forms, and the names that it is a short form of."""
    from nicknames import NickNamer

    namer = NickNamer()
    known = namer.nickname_lookup.keys() | namer.canonical_lookup.keys()
    return {name: frozenset(namer.nicknames_of(name) | namer.canonicals_of(name)) for name in known}


def _nicknames(words: list[str]) -> npt.NDArray[np.int64]:
    listed = _listed_nicknames()
    code_of = {word: code for code, word in enumerate(words)}
    pairs = set()
    for word in listed.keys() & code_of.keys():
        code = code_of[word]
        for other in listed[word]:
            other_code = code_of.get(other, code)
            if other_code != code:
                pairs.add((min(code, other_code) << 32) | max(code, other_code))
    for name, form in short_forms():
        if name in code_of and form in code_of:
            low, high = sorted((code_of[name], code_of[form]))
            pairs.add((low << 32) | high)
    return np.array(sorted(pairs), np.int64)


def _cantonese_spellings(chinese: ChineseWords) -> npt.NDArray[np.int64]:
    """Words that may be one Chinese name, spelled as in Cantonese and as in Mandarin."""
    by_reading: dict[str, list[int]] = {}
    for code in np.flatnonzero(chinese.has_reading).tolist():
        by_reading.setdefault(chinese.readings[code].as_py(), []).append(code)
    pairs = {
        (min(code, other) << 32) | max(code, other)
        for code, keys in chinese.cantonese.items()
        for key in keys
        for other in by_reading.get(key, ())
        if other != code
    }
    return np.array(sorted(pairs), np.int64)


def _given_alone(words: list[str], given: Codes, family: Codes) -> tuple[list[str], npt.NDArray[np.int32]]:
    """What two single syllables make together, where a Chinese given name may have been taken for a whole name.

    Returns:
        The words; and per record the positions of two of them, given name first and family name first, or -1.
    """
    may_be = np.array([*map(is_syllable, words), False], bool)
    both = np.flatnonzero((given >= 0) & (family >= 0) & may_be[given] & may_be[family])
    distinct, which = np.unique(given[both].astype(np.int64) << 32 | family[both], return_inverse=True)
    made = []
    for key in distinct.tolist():
        one, other = words[key >> 32], words[key & 0xFFFFFFFF]
        made += [one + other, other + one]
    places = np.full((len(given), 2), ABSENT, np.int32)
    places[both] = np.stack([2 * which, 2 * which + 1], axis=1)
    return made, places


def _join_syllables(
    given: Codes, family: Codes, words: list[str], known: WordBook | None, may_be: npt.NDArray[np.bool_]
) -> None:
    """Where a Chinese given name alone was taken for a whole name ("Fang Pin"), make it a given name again, in place.

    Syllables are joined where together they are a given name of this data, and the one that was taken for the family
    name is hardly ever one. A joined word that only other records have is added to ``words``. ``may_be`` says which of
    the words can be read as Chinese.
    """
    if known is None:
        given_counts, family_counts = _count_words(given, family, len(words)).T
        place_of = {word: code for code, word in enumerate(words)}
    else:
        rows = np.full(len(words), ABSENT)
        readable = np.flatnonzero(may_be)
        rows[readable] = [known.place.get(words[place], ABSENT) for place in readable.tolist()]
        all_given, all_family = known.counts
        given_counts, family_counts = all_given[rows], all_family[rows]
        place_of = known.place
    rare_family = may_be & (family_counts * _RARELY_FAMILY < given_counts)
    chosen = np.flatnonzero(
        (given >= 0) & (family >= 0) & np.r_[may_be, False][given] & np.r_[rare_family, False][family]
    )
    counts_of_place = given_counts if known is None else known.counts[0]
    code_of = {word: code for code, word in enumerate(words)} if len(chosen) else {}
    for record in chosen.tolist():
        first, second = words[given[record]], words[family[record]]
        for joined in (first + second, second + first):
            if counts_of_place[place_of.get(joined, ABSENT)] > 0 and joined in place_of:
                code = code_of.setdefault(joined, len(code_of))
                if code == len(words):
                    words.append(joined)
                given[record], family[record] = code, ABSENT
                break
