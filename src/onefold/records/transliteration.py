"""Writing in other scripts as lower-case Latin words, so that variants of one name meet.

Chinese goes by the reading of each character (traditional made simplified first), Greek by ELOT 743 (the standard
of passports), Persian and Arabic by a table of our own after the spelling has been unified (vowels that the script
leaves out stay out, save in common names), Cyrillic by ICAO 9303, everything else by ``anyascii``.
Cost: a few microseconds for each character, so callers pass distinct values only.
"""

from __future__ import annotations

import os
import re
import unicodedata
from functools import cache
from typing import Any

from onefold.records.vocabulary import word_list

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
HANGUL = "\uac00-\ud7a3"
KANA = "\u3040-\u30ff"
CJK = HAN + HANGUL + KANA
ARABIC = "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff"

_GREEK_PAIRS = {
    "αυ": "av", "ευ": "ev", "ηυ": "iv", "ου": "ou", "γγ": "ng", "γξ": "nx", "γχ": "nch", "γκ": "gk", "ντ": "nt",
}  # fmt: skip
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψω",
        word_list("""
    a v g d e z i th i k l m n x o p r s s t y f ch ps o
"""),
        strict=True,
    )
)
_GREEK_VOICELESS = frozenset("θκξπστφχψς")
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўђјљњћџ",
        word_list("""
    a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch ie y _ e iu ia i i ie g u dj j lj
    nj c dz
"""),
        strict=True,
    )
)
_CYRILLIC["ь"] = _CYRILLIC["ъ"] = ""
_PERSIAN = {
    "ا": "a", "آ": "a", "أ": "a", "إ": "e", "ب": "b", "پ": "p", "ت": "t", "ث": "s", "ج": "j", "چ": "ch", "ح": "h",
    "خ": "kh", "د": "d", "ذ": "z", "ر": "r", "ز": "z", "ژ": "zh", "س": "s", "ش": "sh", "ص": "s", "ض": "z", "ط": "t",
    "ظ": "z", "ع": "", "غ": "gh", "ف": "f", "ق": "gh", "ک": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "و": "v",
    "ه": "h", "ی": "i", "ئ": "i", "ؤ": "o", "ء": "", "ى": "a",
}  # fmt: skip
_PERSIAN_NAMES = {
    native: latin
    for pair in word_list("""
    محمد:mohammad محمود:mahmoud احمد:ahmad حامد:hamed حمید:hamid علی:ali حسن:hasan حسین:hossein
    محسن:mohsen مهدی:mehdi رضا:reza امیر:amir عباس:abbas اکبر:akbar اصغر:asghar قاسم:ghasem
    جواد:javad صادق:sadegh سعید:saeed مسعود:masoud مجید:majid وحید:vahid نوید:navid فرید:farid
    امید:omid کریم:karim رحیم:rahim ابراهیم:ebrahim اسماعیل:esmaeil یوسف:yousef موسی:mousa عیسی:eisa
    یعقوب:yaghoub داود:davoud سلیمان:soleyman عمر:omar عثمان:osman خالد:khaled بهرام:bahram
    بهروز:behrouz بهزاد:behzad آرش:arash آرمان:arman کامران:kamran کوروش:kourosh داریوش:dariush
    سیاوش:siavash سهراب:sohrab رستم:rostam پویا:pouya پیمان:peyman پژمان:pezhman شهرام:shahram
    شاهین:shahin سامان:saman سینا:sina نیما:nima ایمان:iman میلاد:milad مصطفی:mostafa مرتضی:morteza
    مجتبی:mojtaba هادی:hadi هاشم:hashem فرهاد:farhad فرزاد:farzad فرشاد:farshad خسرو:khosrow
    پرویز:parviz منوچهر:manouchehr ایرج:iraj تورج:touraj هومن:houman یاسر:yaser ناصر:naser
    منصور:mansour جمشید:jamshid شهاب:shahab عرفان:erfan یاسین:yasin حمیدرضا:hamidreza علیرضا:alireza
    محمدرضا:mohammadreza غلامرضا:gholamreza عبدالله:abdollah امیرحسین:amirhossein فاطمه:fatemeh
    زهرا:zahra مریم:maryam زینب:zeynab معصومه:masoumeh خدیجه:khadijeh سمیه:somayeh رقیه:roghayeh
    لیلا:leila سارا:sara نرگس:narges نگار:negar نازنین:nazanin پریسا:parisa پروین:parvin
    شیرین:shirin شیما:shima شادی:shadi مینا:mina مهناز:mahnaz مهسا:mahsa مرجان:marjan نسرین:nasrin
    نیلوفر:niloufar الهام:elham الهه:elaheh آزاده:azadeh آیدا:aida بهاره:bahareh ترانه:taraneh
    ژاله:zhaleh سحر:sahar سمیرا:samira سودابه:soudabeh فرشته:fereshteh فرزانه:farzaneh فریبا:fariba
    کبری:kobra گلناز:golnaz محبوبه:mahboubeh منیژه:manizheh هانیه:hanieh یاسمن:yasaman رویا:roya
    هما:homa عایشه:aisha نور:nour احمدی:ahmadi محمدی:mohammadi حسینی:hosseini رضایی:rezaei
    موسوی:mousavi جعفری:jafari کریمی:karimi رحیمی:rahimi هاشمی:hashemi صادقی:sadeghi اکبری:akbari
    ابراهیمی:ebrahimi قاسمی:ghasemi قربانی:ghorbani نوری:nouri مرادی:moradi حیدری:heydari
    عباسی:abbasi علیزاده:alizadeh محمودی:mahmoudi شریفی:sharifi یوسفی:yousefi کاظمی:kazemi زارع:zare
    صالحی:salehi سلیمانی:soleymani میرزایی:mirzaei امینی:amini جلالی:jalali طاهری:taheri
    یزدانی:yazdani تهرانی:tehrani شیرازی:shirazi اصفهانی:esfahani زنجانی:zanjani تبریزی:tabrizi
    کرمانی:kermani خراسانی:khorasani رستمی:rostami باقری:bagheri بهرامی:bahrami نجفی:najafi
    اسدی:asadi فرهادی:farhadi سعیدی:saeedi ملکی:maleki نظری:nazari تهران:tehran اصفهان:isfahan
    مشهد:mashhad شیراز:shiraz تبریز:tabriz کرج:karaj قم:qom اهواز:ahvaz کرمان:kerman رشت:rasht
    یزد:yazd همدان:hamadan ارومیه:urmia زاهدان:zahedan قزوین:qazvin اراک:arak ساری:sari
""")
    for native, latin in [pair.split(":")]
}
_SURNAME_READINGS = {
    "单": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "查": "zha", "任": "ren", "盖": "ge", "翟": "zhai",
    "区": "ou", "朴": "piao", "尹": "yin", "乐": "yue", "覃": "qin", "宓": "mi", "缪": "miao", "长": "chang",
    "行": "xing", "沈": "shen", "贾": "jia", "黑": "he", "折": "she", "召": "shao", "燕": "yan", "祭": "zhai",
}  # fmt: skip
"""How a character is read as a surname, where that differs from its first reading elsewhere."""
_CHARACTER_READINGS = {"厦": "xia", "都": "du", "长": "chang", "柏": "bo", "晟": "sheng", "曾": "zeng"}
"""Readings in names and places of characters whose most common reading is another."""
_TONED = re.compile(r"[a-z]+")
_UNIFIED = str.maketrans(
    {
        "ي": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "ە": "ه", "ى": "ی", "ﻻ": "لا", "ٱ": "ا", "ـ": None, "\u200c": None,
        "\u200d": None, "\u200e": None, "\u200f": None,
    }
)  # fmt: skip


def unify_arabic(text: str) -> str:
    """Persian spelling with one code point per letter: Arabic ي and ك, tatweel, vowel signs and joiners are gone."""
    text = text.translate(_UNIFIED)
    return "".join(c for c in text if not "\u064b" <= c <= "\u065f")


def simplify_han(text: str) -> str:
    """Chinese characters in their simplified form, one by one (歐陽 → 欧阳)."""
    return "".join(_simplified(c) for c in text)


def to_latin(text: str) -> str:
    """``text`` as lower-case ASCII; the readings of Chinese characters are set apart by spaces.

    >>> to_latin("Οικονόμου"), to_latin("陳美")
    ('oikonomou', 'chen mei')
    """
    if text.isascii():
        return text.lower()
    if any("\u0600" <= c <= "\u06ff" for c in text):
        return " ".join(map(_persian_word, unify_arabic(text.lower()).split()))
    letters = _greek(text.lower()) if any("\u0370" <= c <= "\u03ff" for c in text) else text.lower()
    return " ".join("".join(map(_latin_letter, letters)).split())


def han_reading(character: str, *, surname: bool = False) -> str:
    """The pinyin of one Chinese character without its tone; as a surname where that differs (曾 zeng)."""
    simplified = _simplified(character)
    if surname and simplified in _SURNAME_READINGS:
        return _SURNAME_READINGS[simplified]
    return _CHARACTER_READINGS.get(simplified) or _reading(simplified)


def _persian_word(word: str) -> str:
    """A word in Arabic letters: as commonly written where it is a common name, else letter by letter."""
    known = _PERSIAN_NAMES.get(word)
    if known:
        return known
    letters = ["i" if c == "ی" and i else "y" if c == "ی" else _PERSIAN.get(c) for i, c in enumerate(word)]
    return "".join(_latin_letter(c) if latin is None else latin for c, latin in zip(word, letters, strict=True))


def _greek(text: str) -> str:
    """Greek letters as ELOT 743 writes them, other letters as they are."""
    text = _without_marks(text, keep="\u0308")
    out: list[str] = []
    i = 0
    while i < len(text):
        pair = text[i : i + 2]
        if pair == "μπ":
            out.append("b" if i == 0 or not text[i - 1].isalpha() else "mp")
            i += 2
        elif pair in _GREEK_PAIRS and text[i + 2 : i + 3] != "\u0308":
            latin = _GREEK_PAIRS[pair]
            following = text[i + 2 : i + 3]
            voiceless = latin[-1] == "v" and (following in _GREEK_VOICELESS or not following.isalpha())
            out.append(latin[0] + "f" if voiceless else latin)
            i += 2
        else:
            out.append("" if text[i] == "\u0308" else _GREEK.get(text[i], text[i]))
            i += 1
    return "".join(out)


def _without_marks(text: str, *, keep: str = "") -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if c in keep or not unicodedata.combining(c))


@cache
def _latin_letter(character: str) -> str:
    if character.isascii():
        return character
    if "\u0400" <= character <= "\u04ff" and character in _CYRILLIC:
        return _CYRILLIC[character]
    if re.match(f"[{HAN}]", character):
        return f" {han_reading(character)} "
    from anyascii import anyascii

    return str(anyascii(character)).lower()


@cache
def _reading(character: str) -> str:
    toned = _toned_readings().get(ord(character))
    if not toned:
        from anyascii import anyascii

        return str(anyascii(character)).lower()
    first = toned.split(",")[0].replace("ü", "v")
    return "".join(_TONED.findall(_without_marks(first).lower().replace("ü", "v")))


@cache
def _toned_readings() -> dict[int, str]:
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")  # readings of whole phrases: half a second to load, never used
    from pypinyin.constants import PINYIN_DICT

    readings: dict[int, str] = PINYIN_DICT
    return readings


@cache
def _simplified(character: str) -> str:
    if not re.match(f"[{HAN}]", character):
        return character
    return str(_converter().convert(character))


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")
