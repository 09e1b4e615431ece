"""Dates and moments from text, in the order and calendar that the column uses."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import polars as pl

from onefold.records.placeholders import is_blank
from onefold.records.text import clean, latin_digits
from onefold.records.vocabulary import word_list

_ISO_DATE = r"^\d{4}-\d{2}-\d{2}$"
_ISO_MOMENT = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?( ?(Z|z|UTC|[+-]\d{2}(:?\d{2})?))?$"
_FILLER_DATES = ("1900-01-01", "1901-01-01", "1970-01-01", "9999-12-31", "1753-01-01", "0001-01-01", "1899-12-30",
                 "1111-11-11", "2999-12-31", "2099-12-31", "9999-01-01", "1899-12-31")  # fmt: skip
_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "jan january januar jänner janvier enero ene gener gen ιαν ιανουάριος ιανουαρίου ιανουαριου янв",
            "        feb february februar février fevrier febrero febrer φεβ φεβρουάριος φεβρουαρίου φεβρουαριου",
            "        mar march märz maerz mrz mars marzo març marc μαρ μάρτιος μαρτίου μαρτιου μάρ",
            "        apr april avril avr abril abr απρ απρίλιος απριλίου απριλιου",
            "        may mai mayo maig μαϊ μάιος μαΐου μαιου μάι μαι",
            "        jun june juni juin junio juny ιουν ιούνιος ιουνίου ιουνιου",
            "        jul july juli juillet juil julio juliol ιουλ ιούλιος ιουλίου ιουλιου",
            "        aug august août aout agosto ago agost αυγ αύγουστος αυγούστου αυγουστου",
            "        sep sept september septembre septiembre setembre set σεπ σεπτ σεπτέμβριος σεπτεμβρίου σεπτεμβριου",
            "        oct october oktober okt octobre octubre οκτ οκτώβριος οκτωβρίου οκτωβριου",
            "        nov november novembre noviembre νοε νοέ νοέμβριος νοεμβρίου νοεμβριου",
            "        dec december dezember dez décembre decembre diciembre dic desembre des δεκ δεκέμβριος δεκεμβρίου",
            "        δεκεμβριου",
        ],
        start=1,
    )
    for name in names.split()
}
_MONTHS.pop("δεκεμβριου", None)
_MONTHS["δεκεμβριου"] = 12
_JALALI_MONTHS = {
    name: number
    for number, name in enumerate(
        word_list("""
    فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند
"""),
        start=1,
    )
}
_TIME = re.compile(
    r"[ T,]*(?:at )?\(?(\d{1,2})[:h.](\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*"
    r"(am|pm|a\.m\.|p\.m\.|π\.?μ\.?|μ\.?μ\.?|上午|下午|ق\.?ظ\.?|ب\.?ظ\.?)?\s*(z|utc|gmt|[+-]\d{2}:?\d{2}|[+-]\d{2})?\)?$",
    re.IGNORECASE,
)
_AFTERNOON = ("pm", "p.m.", "μμ", "μ.μ.", "下午", "بظ", "ب.ظ.")
_NUMBERS = re.compile(r"^(\d{1,4})\D{1,3}(\d{1,2})(?:\D{1,3}(\d{1,4}))?\D?$")
_CJK_DATE = re.compile(r"^(民國|民国)?\s?(\d{1,4})\s?年\s?(?:(\d{1,2})\s?月\s?(?:(\d{1,2})\s?[日号號])?)?$")
_DATE_WORDS = ("de", "del", "d", "of", "the", "st", "nd", "rd", "th", "ماه")
_WORDED = re.compile(r"[^\W\d_]+|\d+")


def normalise_dates(
    raw: pl.Series, *, order: str = "dmy", calendar: str = "gregorian", is_birth: bool = False
) -> pl.DataFrame:
    """Calendar dates.

    Args:
        raw: distinct raw values.
        order: 'dmy', 'mdy' or 'ymd': how the column writes dates whose parts are all numbers.
        calendar: 'gregorian', 'jalali' or 'roc' (years of the Republic of China).
        is_birth: two-digit years are in the past.

    Returns:
        ``value`` (``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``), ``compare`` (the same) and ``absence``.
    """
    text = latin_digits(clean(raw))
    iso = text.str.contains(_ISO_DATE) & (calendar == "gregorian")
    value = (
        text.to_frame("t")
        .select(pl.when(iso).then(pl.col("t").str.to_date("%Y-%m-%d", strict=False).cast(pl.String)))
        .to_series()
    )
    odd = (~iso & text.is_not_null()).fill_null(value=False)
    if odd.any():
        parsed = [parse_date(t, order=order, calendar=calendar, is_birth=is_birth) for t in text.filter(odd).to_list()]
        value = value.clone().scatter(odd.arg_true(), parsed)
    filler = value.is_in(list(_FILLER_DATES)) | is_blank(text) | text.str.contains(r"^0+\D0+\D0+|^0+$|^1111")
    filler = filler.fill_null(value=False)
    return _answer(value, filler)


def normalise_moments(raw: pl.Series, *, order: str = "dmy", calendar: str = "gregorian") -> pl.DataFrame:
    """Moments in UTC (no zone given means UTC).

    Returns:
        ``moment`` (timestamp, µs, UTC), ``value`` (ISO 8601: a date where no time is given), ``compare`` and
        ``absence``.
    """
    text = latin_digits(clean(raw))
    frame = text.to_frame("t")
    iso = text.str.contains(_ISO_DATE) | text.str.contains(_ISO_MOMENT)
    iso = iso.fill_null(value=False) & (calendar == "gregorian")
    moment = frame.select(pl.when(iso).then(_iso_moment(pl.col("t")))).to_series()
    odd = (text.is_not_null() & ~iso).fill_null(value=False)
    if odd.any():
        parsed = [parse_moment(t, order=order, calendar=calendar) for t in text.filter(odd).to_list()]
        moment = moment.clone().scatter(odd.arg_true(), pl.Series(parsed, dtype=pl.Datetime("us", "UTC")))
    day = moment.dt.strftime("%Y-%m-%d")
    filler = (day.is_in(list(_FILLER_DATES)) | is_blank(text)).fill_null(value=False)
    has_time = text.str.contains(r"\d:\d|^\d{10,13}(\.0)?$|\d[T ]\d{2}|^\d{14}$").fill_null(value=False)
    value = (
        moment.to_frame("m")
        .select(
            pl.when(has_time)
            .then(pl.col("m").dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
            .otherwise(pl.col("m").dt.strftime("%Y-%m-%d"))
        )
        .to_series()
    )
    answer = _answer(value, filler)
    return answer.with_columns(moment=moment.set(filler, None), compare=answer["value"])


def parse_date(text: str, *, order: str = "dmy", calendar: str = "gregorian", is_birth: bool = False) -> str | None:
    """One date in any usual shape as ISO text, partial where it is partial; None where it is impossible.

    >>> parse_date("07/05/81", order="dmy", is_birth=True), parse_date("1350/10/02", calendar="jalali")
    ('1981-05-07', '1971-12-23')
    """
    body, _ = _apart(text)
    parts = _parts(body, order, calendar, is_birth=is_birth)
    if parts is None:
        return None
    year, month, day = parts
    if month is None:
        return f"{year:04d}" if 1000 <= year <= 2200 else None
    if day is None:
        return f"{year:04d}-{month:02d}" if 1 <= month <= 12 and 1000 <= year <= 2200 else None
    try:
        return date(year, month, day).isoformat() if year >= 1000 else None
    except ValueError:
        return None


def parse_moment(text: str, *, order: str = "dmy", calendar: str = "gregorian") -> datetime | None:
    """One moment in any usual shape, in UTC; a date alone is its midnight; a partial date its first day."""
    number = re.fullmatch(r"(\d{5}|\d{10}|\d{13})(\.\d+)?", text)
    if number and calendar == "gregorian":
        return _from_number(number[1], number[2])
    body, clock = _apart(text)
    iso = parse_date(body, order=order, calendar=calendar)
    if iso is None or clock is None:
        return None
    year, month, day = (int(p) for p in (iso + "-01-01")[:10].split("-"))
    hours, zone = clock
    return (datetime(year, month, day, tzinfo=zone) + hours).astimezone(UTC)


def _answer(value: pl.Series, filler: pl.Series) -> pl.DataFrame:
    return (
        value.alias("value")
        .to_frame()
        .select(
            value=pl.when(~filler).then("value"),
            compare=pl.when(~filler).then("value"),
            absence=pl.when(filler).then(pl.lit("placeholder")).when(pl.col("value").is_null()).then(pl.lit("invalid")),
        )
    )


def _iso_moment(text: pl.Expr) -> pl.Expr:
    """ISO text with or without time and zone → UTC, by expressions alone."""
    day = text.str.head(10).str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
    second = text.str.slice(17, 2).cast(pl.Int64, strict=False).fill_null(0)
    hour = text.str.slice(11, 2).cast(pl.Int64, strict=False).fill_null(0)
    minute = text.str.slice(14, 2).cast(pl.Int64, strict=False).fill_null(0)
    fraction = text.str.extract(r":\d{2}[.,](\d{1,6})")
    micro = fraction.str.pad_end(6, "0").cast(pl.Int64, strict=False).fill_null(0)
    zone = text.str.extract(r"([+-]\d{2}(?::?\d{2})?)$")
    zone = pl.when(text.str.len_chars() > 16).then(zone)  # "2020-01-02" ends like a zone
    sign = pl.when(zone.str.starts_with("-")).then(-1).otherwise(1)
    zone_digits = zone.str.replace_all(r"\D", "").str.pad_end(4, "0")
    offset = sign * (
        zone_digits.str.head(2).cast(pl.Int64, strict=False) * 60 + zone_digits.str.tail(2).cast(pl.Int64, strict=False)
    )
    elapsed = pl.duration(
        hours=hour, minutes=minute - offset.fill_null(0), seconds=second, microseconds=micro, time_unit="us"
    )
    possible = (hour < 24) & (minute < 60) & (second < 61)
    return pl.when(possible).then((day + elapsed).dt.replace_time_zone("UTC"))


def _apart(text: str) -> tuple[str, tuple[timedelta, timezone] | None]:
    """The date part, and the time since midnight with its zone (None where the time is impossible)."""
    match = _TIME.search(text)
    if not match or match.start() < 4:
        return text, (timedelta(), UTC)
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    mark = (match[5] or "").lower()
    if mark:
        hour = hour % 12 + (12 if mark in _AFTERNOON else 0)
    if hour > 23 or minute > 59 or second > 60:
        return text[: match.start()], None
    micro = int((match[4] or "").ljust(6, "0")[:6] or 0)
    elapsed = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)
    return text[: match.start()].strip(" ,T"), (elapsed, _zone(match[6]))


def _zone(text: str | None) -> timezone:
    if not text or text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _from_number(digits: str, fraction: str | None) -> datetime | None:
    """A spreadsheet's day count (5 digits) or seconds or milliseconds since 1970."""
    if len(digits) == 5:
        days = float(digits + (fraction or ""))
        return datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=days) if 15_000 <= days <= 80_000 else None
    seconds = int(digits) / (1000 if len(digits) == 13 else 1)
    return datetime.fromtimestamp(seconds, UTC)


def _parts(text: str, order: str, calendar: str, *, is_birth: bool) -> tuple[int, int | None, int | None] | None:
    """Gregorian year, month, day; month and day None where the text leaves them out."""
    text = text.strip(" ,.;")
    chinese = _CJK_DATE.match(text)
    if chinese:
        year, month, day = int(chinese[2]), *(int(p) if p else None for p in chinese.group(3, 4))
        return _in_calendar(year, month, day, "roc" if chinese[1] else calendar)
    if re.fullmatch(r"\d{8}(\.0)?", text):
        return _eight_digits(text[:8], order, calendar)
    if re.fullmatch(r"\d{6,7}", text) and calendar == "roc":
        return _in_calendar(int(text[:-4]), int(text[-4:-2]), int(text[-2:]), calendar)
    if re.fullmatch(r"\d{4}(\.0)?", text):
        return _in_calendar(int(text[:4]), None, None, calendar)
    if re.fullmatch(r"\d{5}(\.0)?", text) and calendar == "gregorian" and not is_birth:
        moment = _from_number(text[:5], None)
        return (moment.year, moment.month, moment.day) if moment else None
    month_year = re.fullmatch(r"(\d{1,2})[/.-](\d{4})", text)
    if month_year:
        return _in_calendar(int(month_year[2]), int(month_year[1]), None, calendar)
    numbers = _NUMBERS.match(text)
    if numbers:
        return _from_numbers(numbers, order, calendar, is_birth=is_birth)
    return _worded(text, calendar, is_birth=is_birth)


def _eight_digits(text: str, order: str, calendar: str) -> tuple[int, int | None, int | None] | None:
    if order in ("dmy", "mdy") and not text.startswith(("19", "20", "18", "13", "14")):
        first, second, year = int(text[:2]), int(text[2:4]), int(text[4:])
        return _in_calendar(year, *((second, first) if order == "dmy" else (first, second)), calendar)
    return _in_calendar(int(text[:4]), int(text[4:6]), int(text[6:]), calendar)


def _from_numbers(
    match: re.Match[str], order: str, calendar: str, *, is_birth: bool
) -> tuple[int, int | None, int | None] | None:
    first, second, third = match.groups()
    if third is None:
        if len(first) >= 3:
            return _in_calendar(int(first), int(second), None, calendar)
        return None
    is_year_first = len(first) >= 3 or (order == "ymd" and len(third) < 3)
    if len(first) >= 3 and "/" in match[0] and calendar == "gregorian":
        calendar = "slashed"
    if is_year_first:
        return _in_calendar(_full_year(first, calendar, is_birth=is_birth), int(second), int(third), calendar)
    if len(second) > 2:
        return None
    year = _full_year(third, calendar, is_birth=is_birth)
    day, month = (int(second), int(first)) if order == "mdy" else (int(first), int(second))
    if month > 12 >= day:  # only the other order is possible
        day, month = month, day
    return _in_calendar(year, month, day, calendar)


def _worded(text: str, calendar: str, *, is_birth: bool) -> tuple[int, int | None, int | None] | None:
    """'7 May 1981', 'May 7th, 1981', '7 de maig de 1981', 'May 1981', '۷ مهر ۱۳۶۰'."""
    month, numbers = None, []
    for token in _WORDED.findall(text.lower()):
        if token.isdigit():
            numbers.append(token)
        elif token in _MONTHS:
            month = _MONTHS[token]
        elif token in _JALALI_MONTHS:
            month, calendar = _JALALI_MONTHS[token], "jalali"
        elif token not in _DATE_WORDS and not _is_weekday(token):
            return None
    if month is None or not 1 <= len(numbers) <= 2:
        return None
    if len(numbers) == 1:
        return _in_calendar(int(numbers[0]), month, None, calendar) if len(numbers[0]) == 4 else None
    day, year = numbers if len(numbers[0]) < 3 else numbers[::-1]
    return _in_calendar(_full_year(year, calendar, is_birth=is_birth), month, int(day), calendar)


def _is_weekday(token: str) -> bool:
    starts = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "lun", "mar", "mié", "jue", "vie", "sáb", "dom", "mo",
              "di",
              "mi", "do", "fr", "sa", "so", "δευ", "τρί", "τετ", "πέμ", "παρ", "σάβ", "κυρ", "dil", "dim")  # fmt: skip
    return token.startswith(starts)


def _full_year(text: str, calendar: str, *, is_birth: bool) -> int:
    """Two digits → the nearest fitting century: births lie in the past, other dates at most ten years ahead."""
    year = int(text)
    if len(text) > 2 or calendar == "roc":
        return year
    if calendar == "jalali":
        return year + (1300 if year > 20 else 1400)
    this_year = 2026  # fixed, so that the same text means the same on every day of every build
    horizon = this_year if is_birth else this_year + 10
    return year + (2000 if year + 2000 <= horizon else 1900)


def _in_calendar(
    year: int, month: int | None, day: int | None, calendar: str
) -> tuple[int, int | None, int | None] | None:
    if calendar == "roc" and year < 200:
        return year + 1911, month, day
    if calendar == "slashed":  # no calendar is declared, but no year of ours is written 087/03/28 or 1369/08/03
        calendar = "jalali" if 1200 <= year < 1500 else calendar
        if year < 200:
            return year + 1911, month, day
    if calendar == "jalali" and year < 1600:
        return _from_jalali(year, month, day)
    return year, month, day


def _from_jalali(year: int, month: int | None, day: int | None) -> tuple[int, int | None, int | None] | None:
    """The Gregorian date of a date in the Iranian solar calendar (33-year leap cycle, exact for 1206–1500)."""
    if month is None:
        return year + 621, None, None
    if day is None:
        converted = _from_jalali(year, month, 15)
        return (converted[0], converted[1], None) if converted else None
    if not 1 <= month <= 12 or not 1 <= day <= (31 if month <= 6 else 30):
        return None
    if month == 12 and day == 30 and not _is_jalali_leap(year):
        return None
    days = _jalali_new_year(year) + (month - 1) * 31 - max(0, month - 7) + day - 1
    # 1 Farvardin 979 was 20 March 1600
    gregorian = date(1600, 3, 20) + timedelta(days=days)
    return gregorian.year, gregorian.month, gregorian.day


def _is_jalali_leap(year: int) -> bool:
    return _jalali_new_year(year + 1) - _jalali_new_year(year) == 366


def _jalali_new_year(year: int) -> int:
    """Days from 1 Farvardin 979 to 1 Farvardin of ``year``."""
    years = year - 979
    return 365 * years + years // 33 * 8 + (years % 33 + 3) // 4
