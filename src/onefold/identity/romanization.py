"""Readings for the ways Chinese names are spelled in Latin letters: "Hsu Chih-ming", "Xu Zhiming", "Hui Chi Ming".

Wade–Giles as people write it (without marks) and pinyin are brought to one key that keeps what both tell apart.
Sounds that unmarked Wade–Giles confuses (b and p, zh and ch and j and q) fall together, so an equal key means that two
spellings may be one name, not that they are.

Source: the correspondence table of ALA-LC's "New Chinese Romanization Guidelines" (1998).

Cantonese spellings, as Hong Kong and emigrants write them without a standard, do not follow from Mandarin sounds; one
spelling has several readings. The table lists, by Mandarin syllable, how common characters of names are spelled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

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


@lru_cache(maxsize=1 << 17)
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
        syllable = _syllable(word[:end])
        if syllable is None:
            continue
        rest = _greedy(word[end:])
        if rest is not None:
            return [syllable, *rest]
    return None


@lru_cache(maxsize=1 << 16)
def _syllable(letters: str) -> tuple[str, str] | None:
    match = _SYLLABLE.fullmatch(letters)
    return match and (match[1] or "", match[2])


_CANTONESE = """
    ai:oi ai an:on ao:o ngo ba:pa bai:pak ban:pan bao:po pao bei:pui pak bi:pik pat bian:pin biao:piu bin:pan ban
    bing:ping bo:po bok pok bu:po cai:choi tsoi cao:cho tso cen:sum shum chang:cheung sheung chao:chiu chen:chan
    shan sun cheng:ching shing chi:chi chong:chung chu:chor cho chuan:chuen chun:chun chuen ci:chi tsz cong:chung
    cui:chui tsui da:tai tat dai:tai dan:tan dao:to de:tak deng:tang di:tai tik ding:ting dong:tung du:to tuk
    duan:tuen en:yan er:yi yee fa:fat fan:fan fang:fong fei:fei fen:fan feng:fung fo:fat fu:fu foo fuk gan:kam kon
    gang:kong gao:ko go ge:kot ko gen:kan gong:kung gu:ku koo guan:kwan koon kun guang:kwong gui:kwai guo:kwok
    hai:hoi han:hon hong hang:hang hao:ho he:ho hor heng:hang hong:hung hou:hau hu:wu woo hua:wah wa fa huai:wai
    huan:woon wun huang:wong hui:wai fai hui huo:fok ji:kei kee kat chi gi jia:ka kar jian:kin jiang:kong cheung
    keung jiao:kiu jie:kit kai jin:kam chun kan jing:king ching jiu:kau ju:kui kuk juan:kuen jue:kok jun:kwan chun
    kai:hoi kai kang:hong ke:or ho hak kong:hung kuan:foon kuang:kwong kun:kwan lai:loi lai lan:lan lang:long lao:lo
    le:lok lei:lui leng:ling li:lee li lai lik lap lian:lin liang:leung liao:liu lin:lam lun ling:ling liu:lau luk
    long:lung lou:lau lu:lo luk lui lun:lun luo:lo law ma:ma mai:mak man:man mao:mo mau mei:mei mui men:mun
    meng:mang mung mi:mai mian:min miao:miu min:man ming:ming mo:mok mo mu:muk mo na:na nan:nam neng:nang ni:nei
    nian:nin ning:ning niu:ngau nuo:nok ou:au pan:poon pun pei:pui peng:pang pi:pei ping:ping pu:po poon qi:kei chi
    kai tsat chai qian:chin hin qiang:keung qiao:kiu qin:chun kam kan qing:hing ching king qiong:king qiu:yau chau
    kau qu:wat kui quan:chuen kuen qun:kwan ran:yin ren:yan yam rong:wing yung rou:yau ru:yu ruan:yuen rui:sui yui
    run:yun ruo:yeuk sen:sum sha:sha shan:shan sin shang:sheung shao:siu shiu she:sheh shen:sum sham san shun
    sheng:shing sing sang shi:shi sze sz sai sik shek shou:sau shu:shu shuk suk shuai:sui shuang:sheung shui:sui
    shun:shun si:sze sz si song:sung chung su:so sui:sui sun:suen tai:tai tan:tam tang:tong tao:to teng:tang ti:tai
    tian:tin ting:ting tong:tung tu:to wan:wan man wang:wong wei:wai mei wen:man wan weng:yung wu:ng wu mo xi:hei
    sai sik xia:ha xian:sin yin hin xiang:heung cheung sheung xiao:siu hiu hau xie:tse xin:yan sun san xing:hing
    sing xiong:hung xiu:sau xu:hui tsui chui yuk xuan:suen huen xue:suet sit hok xun:fan shun ya:nga ah yan:yin yim
    ngan yang:yeung yao:yiu ye:yip yeh yi:yee yi yik ngai yin:wan yan yam ying:ying yong:wing yung you:yau yu:yu yuk
    yue yuan:yuen yue:yuet ngok yun:wan ze:chak zeng:tsang zhan:chim zhang:cheung zhao:chiu zhe:chit zhen:chun chan
    zheng:cheng ching zhi:chi chih chik zhong:chung zhou:chau chow zhu:chu chuk zhuang:chong zhuo:cheuk zi:tsz chi
    zong:chung zou:chau zu:cho zuo:cho
"""
_MANY = 500
"""Words that Arrow looks through faster than Python, the reading of the form included."""
_MOST_READINGS = 60
"""Readings of one Cantonese spelling that are looked at; three short syllables may have more, and then say little."""


def _by_cantonese_syllable() -> dict[str, list[str]]:
    readings: dict[str, list[str]] = {}
    mandarin = ""
    for entry in _CANTONESE.split():
        head, colon, spelling = entry.rpartition(":")
        mandarin = head if colon else mandarin
        readings.setdefault(spelling, []).append(mandarin)
    return readings


_CANTONESE_SYLLABLES = _by_cantonese_syllable()
_CANTONESE_WORD = re.compile(f"(?:{'|'.join(sorted(_CANTONESE_SYLLABLES, key=len, reverse=True))}){{1,3}}")


@lru_cache(maxsize=100_000)
def cantonese_readings(word: str) -> frozenset[str]:
    """The keys (see ``chinese_reading``) that a word may have if it is spelled as in Cantonese; empty if it cannot be.

    >>> chinese_reading("zhiming") in cantonese_readings("chiming")
    True
    >>> cantonese_readings("robert")
    frozenset()
    """
    if len(word) > _LONGEST or not _CANTONESE_WORD.fullmatch(word):
        return frozenset()
    keys: set[str] = set()
    for syllables in _cantonese_splits(word, 3):
        for mandarin in product(*(_CANTONESE_SYLLABLES[syllable] for syllable in syllables)):
            key = chinese_reading("".join(mandarin))
            if key is not None:
                keys.add(key)
    return frozenset(keys) if len(keys) <= _MOST_READINGS else frozenset()


@dataclass(frozen=True)
class ChineseWords:
    """Words, and how each can be read as a Chinese name."""

    readings: pa.Array
    """Per word: its key (see ``chinese_reading``); null where it has none."""
    has_reading: npt.NDArray[np.bool_]
    cantonese: dict[int, frozenset[str]]
    """Word, by its place -> its Cantonese readings; only those that have some."""
    is_chinese: npt.NDArray[np.bool_]
    """Per word: whether it can be read in any way."""

    @classmethod
    def of(cls, words: list[str]) -> ChineseWords:
        """Only words that look like syllables, which few do, are read one by one."""
        mandarin, cantonese = _looking_like(_WORD, words), _looking_like(_CANTONESE_WORD, words)
        readings: list[str | None] = [None] * len(words)
        for place in mandarin:
            readings[place] = chinese_reading(words[place])
        found = {place: keys for place in cantonese if (keys := cantonese_readings(words[place]))}
        column = pa.array(readings, pa.string())
        has_reading = column.is_valid().to_numpy(zero_copy_only=False)
        is_chinese = has_reading.copy()
        is_chinese[list(found)] = True
        return cls(column, has_reading, found, is_chinese)

    def followed_by(self, others: ChineseWords) -> ChineseWords:
        """These words, and others behind them."""
        behind = {len(self.readings) + place: keys for place, keys in others.cantonese.items()}
        return ChineseWords(
            pa.concat_arrays([self.readings, others.readings]),
            np.r_[self.has_reading, others.has_reading],
            self.cantonese | behind,
            np.r_[self.is_chinese, others.is_chinese],
        )


def _looking_like(form: re.Pattern[str], words: list[str]) -> list[int]:
    """Places of the words that have a form. Arrow looks at many in a moment, but reads the form for as long anew."""
    if len(words) < _MANY:
        return [place for place, word in enumerate(words) if form.fullmatch(word)]
    matches = pc.match_substring_regex(pa.array(words, pa.string()), f"^(?:{form.pattern})$")
    found: list[int] = pc.indices_nonzero(matches).to_pylist()
    return found


def _cantonese_splits(word: str, most: int) -> list[list[str]]:
    if not word:
        return [[]]
    if not most:
        return []
    return [
        [word[:end], *rest]
        for end in range(1, min(len(word), 6) + 1)
        if word[:end] in _CANTONESE_SYLLABLES
        for rest in _cantonese_splits(word[end:], most - 1)
    ]


def is_syllable(word: str) -> bool:
    """Whether a word can be one syllable of a Chinese name.

    >>> is_syllable("kuen"), is_syllable("guang"), is_syllable("ana")
    (True, True, False)
    """
    return word in _CANTONESE_SYLLABLES or _SYLLABLE.fullmatch(word) is not None
