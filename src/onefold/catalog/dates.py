"""Reading a column of dates: which order of day, month and year, which calendar, and over which years.

One value is often ambiguous (03/04/2020); a column seldom is: a single 25/04/2020 decides for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from onefold.catalog.folding import fold

_MONTHS = """jan january januar janvier enero gener gennaio janeiro ιανουαριου ιαν ene gen янв
feb february februar fevrier febrero febrer febbraio fevereiro φεβρουαριου φεβ fev
mar march marz maerz mars marzo marc marco μαρτιου μαρ mrz
apr april avril abril aprile απριλιου απρ abr avr
may mai mayo maig maggio maio μαιου μαι mag
jun june juni juin junio juny giugno junho ιουνιου ιουν giu
jul july juli juillet julio juliol luglio julho ιουλιου ιουλ lug juil
aug august aout agosto agost αυγουστου αυγ ago
sep sept september septembre septiembre setembre settembre setembro σεπτεμβριου σεπ set
oct october oktober octobre octubre ottobre outubro οκτωβριου οκτ okt ott out
nov november novembre noviembre novembro νοεμβριου νοε
dec december dezember decembre diciembre desembre dicembre dezembro δεκεμβριου δεκ dez dic des"""
_PERSIAN_MONTHS = "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند"
_TIME = (
    r"(?:[T ,]+(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?)?)\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(rf"(?P<a>\d{{4}})[-/. ](?P<b>\d{{1,2}})[-/. ](?P<c>\d{{1,2}}){_TIME}", re.IGNORECASE)
_YEAR_LAST = re.compile(rf"(?P<a>\d{{1,2}})[-/. ](?P<b>\d{{1,2}})[-/. ](?P<c>\d{{4}}|\d{{2}}){_TIME}", re.IGNORECASE)
_ROC = re.compile(
    rf"(?:民[國国])?\s*(?P<a>\d{{2,3}})(?:[-/.]|年)(?P<b>\d{{1,2}})(?:[-/.]|月)(?P<c>\d{{1,2}})日?{_TIME}"
)
_CHINESE = re.compile(r"(?P<a>\d{4})年(?P<b>\d{1,2})月(?:(?P<c>\d{1,2})[日号號])?.*")
_COMPACT = re.compile(r"(?P<a>\d{4})(?P<b>\d{2})(?P<c>\d{2})(?:T?(?P<time>\d{4,6}))?")
_NAMED = re.compile(
    r"(?:[^\W\d]+,? )?"  # a day of the week
    r"(?:(?P<d1>\d{1,2})(?:st|nd|rd|th|\.|º)?[- ]+(?:de |d'|d’)?(?P<m1>[^\W\d]+)\.?"
    r"|(?P<m2>[^\W\d]+)\.?[- ]+(?P<d2>\d{1,2})(?:st|nd|rd|th)?)"
    r",?[- ]+(?:de |del )?(?P<y>\d{4}|\d{2})" + _TIME
)
_PARTIAL = re.compile(r"(?P<a>\d{4})[-/](?P<b>\d{1,2})")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?(?:\.\d+)?")

JALALI_YEARS = range(1290, 1420)
GREGORIAN_YEARS = range(1500, 2101)


@dataclass(frozen=True)
class DateReading:
    """How a column's values read as dates; counts are of values, weighted."""

    share: float = 0.0
    """Share of values that are dates."""
    order: str | None = None
    """'ymd', 'dmy', 'mdy'; None where the values fit several orders."""
    calendar: str = "gregorian"
    has_time: float = 0.0
    """Share of the dates that carry a time of day."""
    years: tuple[int, int] | None = None
    """The 5 % and 95 % year (Gregorian)."""
    epoch: float = 0.0
    """Share of values that would read as Unix seconds or milliseconds; not counted in ``share``."""
    contradicts: float = 0.0
    """Share of the ordered dates that fit only the other order."""


@dataclass
class _Tally:
    total: int = 0
    dates: int = 0
    timed: int = 0
    epoch: int = 0
    jalali: int = 0
    roc: int = 0
    year_first: int = 0
    day_first: int = 0
    month_first: int = 0
    ambiguous: int = 0


def read_dates(values: Iterable[tuple[str, int]]) -> DateReading:
    """How (value, count) pairs read as dates."""
    tally, years = _Tally(), []
    for value, count in values:
        tally.total += count
        year = _read_one(fold(value).strip(), count, tally)
        if year is not None:
            years.append(year)
    if not tally.total:
        return DateReading()
    years.sort()
    span = (years[len(years) // 20], years[-1 - len(years) // 20]) if years else None
    return DateReading(
        share=tally.dates / tally.total,
        order=_order(tally),
        calendar=_calendar(tally),
        has_time=tally.timed / tally.dates if tally.dates else 0.0,
        years=span,
        epoch=tally.epoch / tally.total,
        contradicts=min(tally.day_first, tally.month_first) / max(1, tally.day_first + tally.month_first),
    )


def _order(tally: _Tally) -> str | None:
    if not tally.dates:
        return None
    if tally.year_first >= tally.dates / 2:
        return "ymd"
    if tally.day_first > 2 * tally.month_first:
        return "dmy"
    if tally.month_first > 2 * tally.day_first:
        return "mdy"
    return None


def _calendar(tally: _Tally) -> str:
    if tally.jalali > tally.dates / 2:
        return "jalali"
    return "roc" if tally.roc > tally.dates / 2 else "gregorian"


@cache
def _months() -> dict[str, int]:
    lines = _MONTHS.splitlines()
    named = {fold(word): number for number, line in enumerate(lines, 1) for word in line.split()}
    return named | {fold(word): -number for number, word in enumerate(_PERSIAN_MONTHS.split(), 1)}


def _read_one(text: str, count: int, tally: _Tally) -> int | None:
    """Count one folded value; its Gregorian year where it is a date."""
    if not 6 <= len(text) <= 40 or not any(c.isdigit() for c in text):
        return None
    for reader in (_read_year_first, _read_year_last, _read_roc, _read_named, _read_epoch):
        year = reader(text, count, tally)
        if year is not None:
            return year or None
    return None


def _read_year_first(text: str, count: int, tally: _Tally) -> int | None:
    match = _YEAR_FIRST.fullmatch(text) or _CHINESE.fullmatch(text) or _COMPACT.fullmatch(text)
    match = match or _PARTIAL.fullmatch(text)
    if match is None:
        return None
    parts = match.groupdict()
    year, month, day = int(parts["a"]), int(parts["b"]), int(parts.get("c") or 1)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    if year in JALALI_YEARS:
        tally.jalali += count
        year += 621
    elif year not in GREGORIAN_YEARS:
        return None
    _count(tally, count, is_timed=bool(parts.get("time")))
    tally.year_first += count
    return year


def _read_year_last(text: str, count: int, tally: _Tally) -> int | None:
    match = _YEAR_LAST.fullmatch(text)
    if match is None:
        return None
    first, second, year = int(match["a"]), int(match["b"]), int(match["c"])
    if len(match["c"]) == 2:
        if first > 31 or (first > 12 and second > 12):
            return None
        year += 2000 if year < 50 else 1900
    can_be_dmy = 1 <= first <= 31 and 1 <= second <= 12
    can_be_mdy = 1 <= first <= 12 and 1 <= second <= 31
    if not (can_be_dmy or can_be_mdy):
        return None
    if year in JALALI_YEARS:
        tally.jalali += count
        year += 621
    elif year not in GREGORIAN_YEARS:
        return None
    _count(tally, count, is_timed=bool(match["time"]))
    if can_be_dmy and can_be_mdy:
        tally.ambiguous += count
    elif can_be_dmy:
        tally.day_first += count
    else:
        tally.month_first += count
    return year


def _read_roc(text: str, count: int, tally: _Tally) -> int | None:
    match = _ROC.fullmatch(text)
    if match is None or not (1 <= int(match["b"]) <= 12 and 1 <= int(match["c"]) <= 31):
        return None
    year = int(match["a"])
    if not ("民" in text or 20 <= year <= 130) or year > 130:
        return None
    _count(tally, count, is_timed=bool(match["time"]))
    tally.roc += count
    tally.year_first += count
    return year + 1911


def _read_named(text: str, count: int, tally: _Tally) -> int | None:
    match = _NAMED.fullmatch(text)
    if match is None:
        return None
    month = _months().get((match["m1"] or match["m2"]).rstrip("."))
    if month is None:
        return None
    year = int(match["y"])
    if len(match["y"]) == 2:
        year += 2000 if year < 50 else 1900
    if month < 0:
        tally.jalali += count
        year += 621
    _count(tally, count, is_timed=bool(match["time"]))
    if match["d1"]:
        tally.day_first += count
    else:
        tally.month_first += count
    return year


def _read_epoch(text: str, count: int, tally: _Tally) -> int | None:
    if _EPOCH.fullmatch(text):
        tally.epoch += count
    return None


def _count(tally: _Tally, count: int, *, is_timed: bool) -> None:
    tally.dates += count
    if is_timed:
        tally.timed += count
