"""What one cell looks like: the patterns by which delimiters, headers and totals are told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache


class CellKind(StrEnum):
    """The shape of a cell's text."""

    EMPTY = "empty"
    NUMBER = "number"
    DATE = "date"
    EMAIL = "email"
    URL = "url"
    PHONE = "phone"
    CODE = "code"
    """Letters and digits in one word: 'CRM_000017', '7590-VHVEG'."""
    JSON = "json"
    TEXT = "text"
    UNCLEAR = "unclear"
    """Holds characters that look like delimiters or stray quotes."""


_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp][Mm])?"
_DAY = r"\d{1,4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,4}日?"
_PATTERNS = (
    (
        CellKind.NUMBER,
        (
            r"[-+(]?\s?[$€£¥₹]?\s?\d{1,3}(?:[,.'’ \u00a0]\d{3})*(?:[.,]\d+)?\s?[%$€£¥₹)]?"
            r"|[-+]?\d*[.,]?\d+(?:[eE][-+]?\d+)?\s?[%€$]?"
        ),
    ),
    (
        CellKind.DATE,
        (
            rf"{_DAY}(?:[T ]\s*{_CLOCK}\s?(?:Z|UTC|[-+]\d{{2}}:?\d{{2}})?)?|{_CLOCK}"
            r"|\d{1,2}[- ][A-Za-z]{3,9}[- ,]+\d{2,4}"
        ),
    ),
    (CellKind.EMAIL, r"[^@\s;,|<>]+@[^@\s;,|<>]+\.[^@\s;,|<>]+"),
    (CellKind.URL, r"(?:https?|ftp)://\S+|www\.\S+"),
    (CellKind.PHONE, r"\+?\(?\d[\d ()./-]{5,}\d(?:\s?(?:x|ext\.?)\s?\d+)?"),
    (CellKind.CODE, r"(?=[^\s]*\d)[\w.#/-]+"),
    (CellKind.JSON, r"[\[{].*[\]}]"),
)
_KINDS = tuple((kind, re.compile(pattern, re.DOTALL)) for kind, pattern in _PATTERNS)
_UNCLEAR = re.compile(r"[;|\t^~\x01\x1f]|(?:^|[^\w.])\"|\"(?:$|[^\w.])")


@lru_cache(maxsize=50_000)
def kind_of(cell: str) -> CellKind:
    """The kind of a cell; spaces around it do not count.

    >>> kind_of("ana@example.com").value
    'email'
    """
    text = cell.strip()
    if not text:
        return CellKind.EMPTY
    if len(text) > 200:
        return CellKind.JSON if text[0] in "[{" and text[-1] in "]}" else CellKind.TEXT
    for kind, pattern in _KINDS:
        if pattern.fullmatch(text):
            return kind
    return CellKind.UNCLEAR if _UNCLEAR.search(text) else CellKind.TEXT


SPECIFIC_KINDS = frozenset(
    {CellKind.NUMBER, CellKind.DATE, CellKind.EMAIL, CellKind.URL, CellKind.PHONE, CellKind.CODE}
)
"""Kinds that a header rarely has."""

_TOTAL = re.compile(
    r"(?:grand\s+|sub\s*)?(?:total(?:s|es|e|en|i)?|sum(?:me|a|ma)?|somme|insgesamt|gesamt(?:summe)?|suma\s+total|"
    r"total\s+general|σύνολο|συνολο|итого|всего|razem|celkem|összesen|合计|合計|总计|總計|小计|小計|总数|總數|"
    r"جمع(?:\s+کل)?|المجموع|toplam|totaal|summa|yhteensä)\s*[:：]?(?:\s*[-+(]?[\d.,'’ ]+\)?)?",
    re.IGNORECASE,
)
_ROW_COUNT = re.compile(
    r"\(?\s*(?:total\s+)?(?:\d[\d,. ]*\s+(?:rows?|records?|lines?|entries|results?)\b.*|"
    r"(?:rows?|records?|row\s+count|record\s+count|number\s+of\s+(?:rows|records))\s*[:=]\s*\d[\d,. ]*)\)?\.?",
    re.IGNORECASE,
)
_END_MARK = re.compile(r"[-=*_# ]*(?:end\s+of\s+(?:file|report|data|export)|eof)[-=*_#. ]*|[-=*_]{3,}", re.IGNORECASE)


def is_closing_row(cells: Sequence[str]) -> bool:
    """Whether a row reads like what stands below a table: a total, a row count, an end mark.

    Only a row with at most half of its cells filled can be one: a company may well be called Total.
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled or (len(cells) > 2 and len(filled) * 2 > len(cells) + 1):
        return False
    first = filled[0]
    if len(filled) == 1 and (_ROW_COUNT.fullmatch(first) or _END_MARK.fullmatch(first)):
        return True
    if not _TOTAL.fullmatch(first):
        return False
    rest = filled[1:]
    return all(kind_of(cell) is CellKind.NUMBER for cell in rest) and (
        len(cells) > 1 or any(c.isdigit() for c in first)
    )
