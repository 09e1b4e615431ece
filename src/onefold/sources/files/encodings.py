"""Which encoding a text file is in, told from its bytes.

A byte order mark or valid UTF-8 settles it. For legacy code pages every candidate decodes the cells that hold bytes
above ASCII, and the one under which they read most like a language wins: letters that the language uses often,
words in one script, capitals where capitals stand. Short files are the rule, so the evidence is summed over letters
instead of whole words.
"""

from __future__ import annotations

import codecs
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from onefold.sources.files.alphabets import (
    COMMON_HANGUL,
    COMMON_HANZI,
    COMMON_KANJI,
    LATIN,
    NEVER_LAST,
    ONLY_LAST,
    SCRIPTS,
    VOWELS,
)

_WESTERN = ("fr", "es", "pt", "ca", "it", "de", "nl", "sv", "da", "fi", "is")
_CENTRAL = ("pl", "cs", "sk", "hu", "ro", "hr", "de")
_TURKISH = ("tr", "de", "fr")
_BALTIC = ("lt", "lv", "et")
_CYRILLIC = ("ru", "uk", "bg", "sr")


@dataclass(frozen=True)
class _Candidate:
    codec: str
    label: str
    """What people call it."""
    languages: tuple[str, ...]
    """Languages that are written in it; ``zh``, ``ja`` and ``ko`` have their own scoring."""
    prior: float
    """Log odds against it before any evidence: old and rare ones need more."""


_CANDIDATES = (
    _Candidate("cp1252", "windows-1252", _WESTERN, 0.0),
    _Candidate("gb18030", "gb18030", ("zh",), -0.5),
    _Candidate("big5hkscs", "big5", ("zh",), -0.5),
    _Candidate("cp1250", "windows-1250", _CENTRAL, -0.7),
    _Candidate("cp1251", "windows-1251", _CYRILLIC, -0.5),
    _Candidate("cp1253", "windows-1253", ("el",), -0.5),
    _Candidate("cp1256", "windows-1256", ("ar", "fa"), -0.5),
    _Candidate("cp1254", "windows-1254", _TURKISH, -1.5),
    _Candidate("cp1255", "windows-1255", ("he",), -1.0),
    _Candidate("cp1257", "windows-1257", _BALTIC, -2.0),
    _Candidate("cp949", "euc-kr", ("ko",), -1.0),
    _Candidate("cp932", "shift_jis", ("ja",), -1.0),
    _Candidate("euc_jp", "euc-jp", ("ja",), -2.0),
    _Candidate("iso8859_15", "iso-8859-15", _WESTERN, -1.5),
    _Candidate("iso8859_2", "iso-8859-2", _CENTRAL, -1.2),
    _Candidate("iso8859_7", "iso-8859-7", ("el",), -1.0),
    _Candidate("iso8859_9", "iso-8859-9", _TURKISH, -3.0),
    _Candidate("iso8859_5", "iso-8859-5", _CYRILLIC, -2.5),
    _Candidate("iso8859_6", "iso-8859-6", ("ar",), -2.0),
    _Candidate("koi8_r", "koi8-r", ("ru",), -2.0),
    _Candidate("koi8_u", "koi8-u", ("uk",), -2.5),
    _Candidate("cp874", "windows-874", ("th",), -2.0),
    _Candidate("cp866", "ibm866", _CYRILLIC, -4.0),
    _Candidate("cp850", "ibm850", _WESTERN, -5.0),
    _Candidate("cp852", "ibm852", _CENTRAL, -6.0),
    _Candidate("cp737", "ibm737", ("el",), -5.0),
    _Candidate("mac_roman", "macintosh", _WESTERN, -6.0),
)

_FITTING_SYMBOLS = frozenset(
    "«»“”‘’„–—…€£°ºª·•¿¡™®©№×½¼²³§´\xa0،؟؛٪\u200c\u200d、。，；：（）《》【】「」！？－＆／．・ー々〇"
)
_JOINING_SYMBOLS = frozenset(
    "’‘´·ªº\u200c\u200d・ー々\u0e31\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c"
)
_UNDECODABLE = -14.0
_CONTROL = -12.0
_ODD_SYMBOL = -9.0
_FITTING_SYMBOL = -4.5
_STRANGE_LETTER = -9.5
_LATIN_LETTER = -1.8
"""Every letter beyond ASCII costs this in Latin script, where such letters are the exception."""
_MIXED_SCRIPTS = -6.0
_CAPITAL_INSIDE = -6.0
_ALL_CAPITALS = -0.7
"""A word in capitals costs this once: exports of whole tables in capitals are common."""
_LATIN_RUN = -2.5
"""Two letters beyond ASCII side by side, in Latin script."""
_SYMBOL_INSIDE = -4.0
_LONG_RUN = -2.5
"""Every consonant or vowel after two of its kind."""
_MISPLACED_FORM = -4.0
_VOWEL_SIGN = -6.0
"""Marks over and under letters that Arabic and Hebrew leave out in names."""

MAX_CELLS = 800
"""Cells judged: more do not change the verdict, and each costs time."""


@dataclass(frozen=True)
class Encoding:
    """An encoding and how sure we are."""

    codec: str
    """Python's name for it."""
    label: str
    """The name for people."""
    margin: float
    """Log odds over the best encoding that would read the file differently; infinite where there is no doubt."""
    rival: str = ""
    """Label of that other encoding."""


UTF8 = Encoding("utf-8", "utf-8", math.inf)


def known_encoding(name: str) -> Encoding | None:
    """The encoding that a person named, or None where there is no such."""
    try:
        return Encoding(codecs.lookup(name).name, name, math.inf)
    except LookupError:
        return None


def encoding_from_start(start: bytes) -> Encoding | None:
    """The encoding that a byte order mark or the zero bytes of UTF-16 reveal; None where they do not."""
    if start.startswith(codecs.BOM_UTF8):
        return Encoding("utf-8-sig", "utf-8 with byte order mark", math.inf)
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return Encoding("utf-32", "utf-32", math.inf)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16", "utf-16", math.inf)
    return _utf16_without_mark(start)


def _utf16_without_mark(start: bytes) -> Encoding | None:
    """UTF-16 told by zero bytes that keep to one side: the high bytes of ASCII characters."""
    start = start[: len(start) // 2 * 2]
    first, second = start[0::2].count(0), start[1::2].count(0)
    total = first + second
    # Text in Chinese has zero bytes in delimiters and line ends alone: a few in a hundred.
    if total < 2 or total * 50 < len(start) or min(first, second) * 10 > total:
        return None
    codec = "utf-16-le" if second > first else "utf-16-be"
    try:
        text = start.decode(codec, errors="ignore")
    except UnicodeError:
        return None
    strange = sum(
        unicodedata.category(character) in {"Cn", "Co", "Cc", "Cs"} and character not in "\r\n\t" for character in text
    )
    if strange * 20 > len(text):
        return None
    return Encoding(codec, f"{codec} without byte order mark", math.inf)


def detect_legacy_encoding(cells: Sequence[bytes]) -> Encoding:
    """The code page under which these cells, each with bytes above ASCII, read most like a language."""
    judged = list(dict.fromkeys(cells))[:MAX_CELLS]
    scores = sorted(((_score(candidate, judged), -rank) for rank, candidate in enumerate(_CANDIDATES)), reverse=True)
    best_score, best_rank = scores[0]
    best = _CANDIDATES[-best_rank]
    reading = [cell.decode(best.codec, errors="replace") for cell in judged]
    for score, rank in scores[1:]:
        rival = _CANDIDATES[-rank]
        if [cell.decode(rival.codec, errors="replace") for cell in judged] != reading:
            return Encoding(best.codec, best.label, best_score - score, rival.label)
    return Encoding(best.codec, best.label, math.inf)


def _score(candidate: _Candidate, cells: Sequence[bytes]) -> float:
    """The log likelihood of the cells under the candidate's most fitting language."""
    texts = [_decode(cell, candidate.codec) for cell in cells]
    coherence = candidate.prior + sum(_coherence(text) for text in texts)
    if candidate.languages == ("zh",):
        return coherence + sum(_chinese(text, candidate.codec) for text in texts)
    if candidate.languages in {("ja",), ("ko",)}:
        return coherence + sum(map(_japanese if candidate.languages == ("ja",) else _korean, texts))
    letters = [character for text in texts for character in text if character > "\x7f"]
    models = [_letter_model((language,)) for language in candidate.languages]
    models.append(_letter_model(candidate.languages))
    return coherence + max(_letters(letters, model) for model in models)


def _decode(cell: bytes, codec: str) -> str:
    return cell.decode(codec, errors="replace")


def _letters(letters: Iterable[str], model: dict[str, float]) -> float:
    return sum(model[letter] if letter in model else _beyond_model(letter) for letter in letters)


@cache
def _letter_model(languages: tuple[str, ...]) -> dict[str, float]:
    """Log probability of each letter beyond ASCII, averaged over the languages (ranks weigh as 1/(rank+2))."""
    weights: dict[str, float] = {}
    for language in languages:
        alphabet = LATIN.get(language) or SCRIPTS[language]
        total = sum(1 / (rank + 2) for rank in range(len(alphabet)))
        for rank, letter in enumerate(alphabet):
            weights[letter] = weights.get(letter, 0.0) + 1 / (rank + 2) / total / len(languages)
    model: dict[str, float] = {}
    for letter, weight in weights.items():
        cost = math.log(weight) + (_LATIN_LETTER if letter < "\u0250" else 0.0)
        model[letter] = cost
        for capital in {letter.upper(), "İ" if letter == "ı" else letter.upper()}:
            if len(capital) == 1 and capital not in weights:
                model[capital] = max(model.get(capital, -math.inf), cost)
    return model


@cache
def _beyond_model(character: str) -> float:
    """What a character costs that no letter of the language is."""
    if character == "\ufffd":
        return _UNDECODABLE
    if character in _FITTING_SYMBOLS:
        return _FITTING_SYMBOL
    category = unicodedata.category(character)
    if category in {"Cc", "Co", "Cn", "Cs"}:
        return _CONTROL
    if category == "Mn":
        return _VOWEL_SIGN
    return _STRANGE_LETTER if category[0] in "LM" else _ODD_SYMBOL


def _chinese(text: str, codec: str) -> float:
    return sum(_hanzi(character, codec) for character in text if character > "\x7f")


@cache
def _hanzi(character: str, codec: str) -> float:
    """Cost of a Chinese character, by how common it is: the standards put the common ones first."""
    if not "\u3400" <= character <= "\u9fff":
        return _beyond_model(character)
    if character in COMMON_HANZI:
        return -6.3
    encoded = character.encode(codec, errors="replace")
    if len(encoded) != 2:
        return -15.0
    lead, trail = encoded
    if codec == "gb18030":
        if trail < 0xA1 or not 0xB0 <= lead <= 0xF7:
            return -13.0
        return -8.6 if lead <= 0xD7 else -10.8
    return -8.6 if 0xA4 <= lead <= 0xC6 else -11.5


def _japanese(text: str) -> float:
    cost = 0.0
    for character in text:
        if "\u3040" <= character <= "\u30ff":
            cost -= 4.5
        elif "\u4e00" <= character <= "\u9fff":
            cost -= 6.6 if character in COMMON_KANJI else 8.2 if character in COMMON_HANZI else 9.5
        elif "\uff61" <= character <= "\uff9f":
            cost -= 6.5
        elif character > "\x7f":
            cost += _beyond_model(character)
    return cost


def _korean(text: str) -> float:
    cost = 0.0
    for character in text:
        if "\uac00" <= character <= "\ud7a3":
            cost -= 5.8 if character in COMMON_HANGUL else 8.8 if _is_standard_syllable(character) else 12.0
        elif "\u4e00" <= character <= "\u9fff":
            cost -= 12.0
        elif character > "\x7f":
            cost += _beyond_model(character)
    return cost


@cache
def _is_standard_syllable(character: str) -> bool:
    """Whether KS X 1001 has the syllable; the rest of Unicode's are rare."""
    try:
        character.encode("euc_kr")
    except UnicodeEncodeError:
        return False
    return True


_WORD = re.compile(r"[^\s\d.,;:|/()&+@_-]*[^\x00-\x7f][^\s\d.,;:|/()&+@_-]*")


def _coherence(text: str) -> float:
    """What words of the text cost that mix scripts, capitals or sounds as no word does."""
    return sum(_word_coherence(match[0]) for match in _WORD.finditer(text))


def _word_coherence(word: str) -> float:
    cost = _ALL_CAPITALS if len(word) > 1 and word.isupper() else 0.0
    run, was_vowel = 0, None
    for before, after in pairwise(word):
        if before > "\x7f" or after > "\x7f":
            cost += _transition(before, after)
    for position, character in enumerate(word):
        is_vowel = _is_vowel(character)
        run = run + 1 if is_vowel is not None and is_vowel is was_vowel else 1
        was_vowel = is_vowel
        if run > 2 and is_vowel is not None:
            cost += _LONG_RUN
        if character in ONLY_LAST:
            cost += _MISPLACED_FORM if position < len(word) - 1 else 0.0
        elif character in NEVER_LAST and position == len(word) - 1 > 0:
            cost += _MISPLACED_FORM
    return cost


@cache
def _is_vowel(character: str) -> bool | None:
    """Whether a letter is a vowel; None where the script does not tell, or it is no letter."""
    if _script(character) not in {"GREEK", "CYRILLIC"}:
        return None
    return unicodedata.normalize("NFD", character)[0].lower() in VOWELS


@cache
def _transition(before: str, after: str) -> float:
    first, second = _script(before), _script(after)
    if not first or not second:
        if (first and _breaks_word(after)) or (second and _breaks_word(before) and before not in "¿¡"):
            return _SYMBOL_INSIDE
        return 0.0
    if first != second:
        # Chinese and Japanese stand beside Latin letters without a space: 'A座'.
        return -1.0 if {first, second} & {"HAN", "KANA"} else _MIXED_SCRIPTS
    cost = 0.0
    if before.islower() and after.isupper():
        cost += _CAPITAL_INSIDE
    if first == "LATIN" and before > "\x7f" and after > "\x7f":
        cost += _LATIN_RUN
    return cost


def _breaks_word(character: str) -> bool:
    """Whether a symbol beyond ASCII stands where words have letters: 'Ang¿lica'."""
    if character <= "\x7f" or character in _JOINING_SYMBOLS:
        return False
    return character in "¿¡¤¦¬±µ¶¸¹¼½¾÷×" or unicodedata.category(character)[0] in "SC"


@cache
def _script(character: str) -> str:
    """The script of a letter; empty for anything else."""
    if character.isascii():
        return "LATIN" if character.isalpha() else ""
    if unicodedata.category(character)[0] not in "LM" or character in _JOINING_SYMBOLS:
        return ""
    name = unicodedata.name(character, "")
    script = name.partition(" ")[0]
    if script in {"CJK", "IDEOGRAPHIC"}:
        return "HAN"
    return "KANA" if script in {"HIRAGANA", "KATAKANA", "HALFWIDTH"} else script
