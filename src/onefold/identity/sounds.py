"""What is left of a name when it is written in another alphabet and back: its consonants, roughly, and some vowels."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from onefold.identity.compiled import compiled

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
"""Spellings that transliteration systems choose differently, brought to one sign each; two letters before one."""

_TAKEN_FOR = {"a": 0b0001, "e": 0b0010, "i": 0b0100, "y": 0b0100, "o": 0b1000, "u": 0b1000}
_MOST_PLACES = 15
"""Places of a word whose vowels are kept: as many as fit a machine word."""


def _tables() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """By letter: the sign of it and the one behind it (0 where that is no spelling), its own sign, its vowel's bit."""
    pairs, singles, vowels = np.zeros((26, 26), np.uint32), np.arange(26, dtype=np.uint32), np.zeros(26, np.int64)
    singles += ord("a")
    for spelling, sign in _SOUNDS.items():
        places = tuple(ord(letter) - ord("a") for letter in spelling)
        if len(places) == 2:
            pairs[places] = ord(sign)
        else:
            singles[places] = ord(sign)
    for letter, bit in _TAKEN_FOR.items():
        vowels[ord(letter) - ord("a")] = bit
    return pairs, singles, vowels


_TABLES = _tables()


def sound_out(words: list[str]) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The skeleton of every word, and which vowels stand between its consonants.

    A skeleton is the first sound of a word ("a" for any vowel) and the consonants behind it, each once where several
    equal ones follow each other. Vowels stand before, between and behind the consonants, four bits for each place:
    alphabets leave them out and write them differently, but not at will: "a" and "e", "e" and "i", "o" and "u" are
    taken for each other, "a" and "i" or "o" hardly ever.

    >>> skeletons, vowels = sound_out(["muhammed", "mohamad"])
    >>> skeletons
    ['mmd', 'mmd']
    """
    text = "".join(words)
    starts = np.zeros(len(words) + 1, np.int64)
    np.cumsum([len(word) for word in words], out=starts[1:])
    signs = np.frombuffer(text.encode("utf-32-le"), np.uint32).copy()
    ends, vowels = np.zeros(len(words) + 1, np.int64), np.zeros(len(words), np.int64)
    if words:
        _sound_out(signs, starts, *_TABLES, ends, vowels)
    left = signs[: ends[-1]].tobytes().decode("utf-32-le")
    return [left[start:end] for start, end in pairwise(ends.tolist())], vowels


@compiled
def _sound_out(signs, starts, pairs, singles, vowel_of, ends, vowels):  # type: ignore[no-untyped-def]
    """Leave the skeletons in ``signs``, one behind the other, and where each ends in ``ends``."""
    written = 0
    for word in range(len(starts) - 1):
        place, gaps = 0, 0
        before, consonant = 0, 0  # the sound before, and the last consonant behind which no vowel came
        is_first = True
        at, end = starts[word], starts[word + 1]
        while at < end:
            sound, vowel = signs[at], 0
            letter = np.int64(sound) - 97
            at += 1
            if 0 <= letter < 26:
                following = np.int64(signs[at]) - 97 if at < end else -1
                if 0 <= following < 26 and pairs[letter, following]:
                    sound = pairs[letter, following]
                    at += 1
                else:
                    sound = singles[letter]
                vowel = vowel_of[sound - 97]
            if place < _MOST_PLACES:
                if vowel:
                    gaps |= vowel << (4 * place)
                    consonant = 0
                elif sound not in (104, consonant):  # h is hardly heard
                    place, consonant = place + 1, sound
            is_soft = vowel != 0 or sound == 104
            if is_first:
                signs[written] = 97 if is_soft else sound
                written += 1
            elif sound != before and not is_soft:
                signs[written] = sound
                written += 1
            is_first, before = False, sound
        ends[word + 1], vowels[word] = written, gaps
