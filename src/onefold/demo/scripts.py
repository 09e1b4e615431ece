"""Rules of writing: Greek in Latin letters, women's surnames, other digits and calendars, slips."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from onefold.demo.dice import Dice

_LATIN_LETTERS = "a v g d e z i th i k l m n x o p r s s t y f ch ps o"
_GREEK = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", _LATIN_LETTERS.split(), strict=True))
_PAIRS = {"ου": "ou", "γγ": "ng", "γξ": "nx", "γχ": "nch", "αυ": "av", "ευ": "ev"}
_LAST_LATIN = "\u024f"
_FEMININE = (
    ("όπουλος", "οπούλου"),
    ("ίδης", "ίδου"),
    ("ΐδης", "ΐδου"),
    ("άδης", "άδου"),
    ("άφος", "άφου"),
    ("ός", "ού"),
    ("ος", "ου"),
    ("ής", "ή"),
    ("ης", "η"),
    ("άς", "ά"),
    ("ας", "α"),
)
"""How a man's surname ends and a woman's."""
_KEY_BESIDE = dict(zip("aeionrstlu", "sropmtdyki", strict=True))
_SOUNDS_LIKE = {
    **dict(zip("ηιωουε", ("ι", "η", "ο", "ω", "ι", "αι"), strict=True)),
    **dict(zip("偉伟明佳慧婷俊", "瑋玮铭嘉惠亭峻", strict=True)),
    **dict(zip("هزصط", "حذست", strict=True)),
}
"""Letters and characters that people write for each other."""
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def without_accents(text: str) -> str:
    """``text`` with its diacritics removed: ``Núñez`` → ``Nunez``, ``Γιώργος`` → ``Γιωργος``."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def greek_to_latin(word: str) -> str:
    """One Greek word in Latin letters by ELOT 743, as on passports.

    >>> greek_to_latin("Παπαδοπούλου"), greek_to_latin("Ευσταθίου"), greek_to_latin("Μπακογιάννης")
    ('Papadopoulou', 'Efstathiou', 'Bakogiannis')
    """
    bare = without_accents(word.replace("ϊ", "ι").replace("ΐ", "ι")).lower()
    bare = re.sub("^μπ", "b", bare)
    bare = re.sub("([αε])υ(?=[θκξπσςτφχψ]|$)", lambda m: {"α": "af", "ε": "ef"}[m[1]], bare)
    for pair, latin in _PAIRS.items():
        bare = bare.replace(pair, latin)
    return "".join(_GREEK.get(c, c) for c in bare).capitalize()


def greek_spellings(word: str) -> tuple[str, ...]:
    """The Latin spellings that people use for a Greek surname, the official one first."""
    official = greek_to_latin(word)
    everyday = official.replace("Ch", "H").replace("ch", "h").replace("ng", "gg").replace("yf", "if")
    web = official.replace("ou", "u") if "ou" in official[:-2] else official.replace("x", "ks")
    return tuple(dict.fromkeys((official, everyday, web)))


def feminine_greek_surname(surname: str) -> str:
    """The form of a surname that women carry.

    >>> [feminine_greek_surname(s) for s in ("Παπαδόπουλος", "Νικολαΐδης", "Μελάς", "Σπανός", "Γεωργίου")]
    ['Παπαδοπούλου', 'Νικολαΐδου', 'Μελά', 'Σπανού', 'Γεωργίου']
    """
    for masculine, feminine in _FEMININE:
        if surname.endswith(masculine):
            return surname.removesuffix(masculine) + feminine
    return surname


def persian_digits(text: str) -> str:
    """``text`` with Persian digits."""
    return text.translate(_PERSIAN_DIGITS)


def arabic_letters(text: str) -> str:
    """Persian as typed on an Arabic keyboard: other code points for yeh and kaf."""
    return text.replace("ی", "ي").replace("ک", "ك")


def jalali(day: date) -> tuple[int, int, int]:
    """The Iranian civil date of ``day``.

    Source: the 33-year cycle of leap years (1, 5, 9, 13, 17, 22, 26, 30), which agrees with the astronomical
    calendar for the years 1244 to 1472 (1865 to 2093).

    >>> jalali(date(1989, 8, 3)), jalali(date(2026, 3, 21))
    ((1368, 5, 12), (1405, 1, 1))
    """
    days = day.toordinal() - date(622, 3, 21).toordinal()  # since 1 Farvardin 1
    year = 1 + int(days // 365.2424)
    while days < _jalali_start(year):
        year -= 1
    while days >= _jalali_start(year + 1):
        year += 1
    left = days - _jalali_start(year)
    if left < 186:
        return year, left // 31 + 1, left % 31 + 1
    return year, (left - 186) // 30 + 7, (left - 186) % 30 + 1


def _jalali_start(year: int) -> int:
    cycles, place = divmod(year - 1, 33)
    return 365 * (year - 1) + 8 * cycles + sum(leap <= place for leap in (1, 5, 9, 13, 17, 22, 26, 30))


def slip(word: str, dice: Dice) -> str:
    """``word`` with one slip: a letter lost, doubled, swapped, hit beside, or in other scripts misheard.

    Short words and words without such a letter may come back as they are.
    """
    if len(word) < 4 or word[0] > _LAST_LATIN:
        return _slip_of_sound(word, dice)
    place = dice.whole(1, len(word) - 2)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    kind = dice.whole(0, 3)
    if kind == 0:
        return before + after
    if kind == 1:
        return before + letter + letter + after
    if kind == 2 and after[0] != letter:
        return before + after[0] + letter + after[1:]
    return before + _KEY_BESIDE.get(letter, "e") + after


def _slip_of_sound(word: str, dice: Dice) -> str:
    places = [place for place, letter in enumerate(word) if letter in _SOUNDS_LIKE]
    if not places:
        return without_accents(word)
    place = dice.pick(places)
    return word[:place] + _SOUNDS_LIKE[word[place]] + word[place + 1 :]
