"""What conforming must know beyond a column's meaning: order of dates, scale of scores, unit of money.

The order of day and month is decided for a column, never for a value. Where a column's own values leave it
open, the other columns of the table decide, then the country that the table speaks of; the details say
which of them did. Without any of these the details hold no order, and whoever knows the region decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from onefold.catalog.lexicon import countries
from onefold.catalog.meanings import Reading
from onefold.catalog.model import Meaning

M = Meaning
DATED = (M.BIRTH_DATE, M.CREATED_AT, M.UPDATED_AT, M.EVENT_TIME, M.DATE)
_MONTH_FIRST = frozenset({"US", "PH", "PR", "GU"})
_DOLLAR_STATES = 0.5
_MINOR_WORDS = frozenset({"cents", "cent", "pence", "minor", "centimos", "centims", "centimes", "fen", "分"})
_SCALES = ((0, 1), (1, 5), (0, 5), (1, 7), (0, 10), (1, 10), (0, 100))


def details_of(readings: Sequence[Reading]) -> dict[str, dict[str, Any]]:
    """The details of every column of a table, by column name."""
    table_order = _order_of_table(readings)
    return {reading.name: _details(reading, table_order) for reading in readings}


def _details(reading: Reading, table_order: tuple[str | None, str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "filled": round(reading.filled, 4),
        "distinct": reading.distinct,
        "examples": [value[:120] for value in reading.shapes.common[:3]],
    }
    if reading.shapes.placeholder >= 0.0005:
        found["placeholders"] = round(reading.shapes.placeholder, 4)
    if reading.meaning in DATED:
        found |= _date_details(reading, table_order)
    elif reading.meaning is M.SCORE:
        found["scale"] = scale_of(reading)
    elif reading.meaning is M.AMOUNT:
        found |= _money_details(reading)
    elif reading.meaning is M.OWNER and reading.only_where:
        found["only_where"] = {"column": reading.only_where.column, "values": list(reading.only_where.values)}
    return found


def _date_details(reading: Reading, table_order: tuple[str | None, str]) -> dict[str, Any]:
    dates = reading.shapes.dates
    if dates.epoch > dates.share:
        unit = "epoch_ms" if (reading.shapes.high or 0) > 1e11 else "epoch_s"
        return {"date_format": unit, "date_calendar": "gregorian"}
    if not dates.share:
        return {"date_calendar": "gregorian"}
    order, why = (dates.order, "its own values") if dates.order else table_order
    found: dict[str, Any] = {"date_order_from": why, "date_calendar": dates.calendar}
    if order:
        found["date_order"] = order
    if dates.contradicts > 0.02:
        found["date_order_exceptions"] = round(dates.contradicts, 3)
    return found


def _order_of_table(readings: Sequence[Reading]) -> tuple[str | None, str]:
    """The order for columns whose own values leave it open, and where it comes from."""
    decided = [r for r in readings if r.shapes.dates.share >= 0.5 and r.shapes.dates.order in ("dmy", "mdy")]
    if decided:
        return str(decided[0].shapes.dates.order), f'column "{decided[0].name}"'
    for reading in readings:
        if reading.meaning is M.COUNTRY:
            codes = [countries().get(value, "") for value in reading.shapes.common[:5]]
            if codes and codes[0] in _MONTH_FIRST:
                return "mdy", f'the country in "{reading.name}"'
            if codes and codes[0]:
                return "dmy", f'the country in "{reading.name}"'
        if reading.shapes["us_state"] >= _DOLLAR_STATES and reading.meaning is M.REGION:
            return "mdy", f'the US states in "{reading.name}"'
    return None, "no evidence: left to the region"


def scale_of(reading: Reading) -> list[int]:
    """The smallest usual scale that holds the scores, such as [1, 5] or [0, 10]."""
    low, high = reading.shapes.low or 0.0, reading.shapes.high or 0.0
    if "nps" in reading.header.words:
        return [0, 10] if high <= 10 and low >= 0 else [-100, 100]
    if "percent" in reading.header.words or reading.shapes["percent"] >= 0.5:
        return [0, 100]
    for bottom, top in _SCALES:
        if bottom <= low and high <= top and (top, bottom) != (1, 0):
            return [bottom, top]
    return [int(low), int(high)]


def _money_details(reading: Reading) -> dict[str, Any]:
    is_minor = bool(_MINOR_WORDS & set(reading.header.words)) and reading.shapes["decimal"] < 0.1
    found: dict[str, Any] = {"unit": "minor" if is_minor else "major"}
    code = _currency_of(reading)
    if code:
        found["currency"] = code
    return found


def _currency_of(reading: Reading) -> str | None:
    signs = {
        "$": "USD",
        "us$": "USD",
        "usd": "USD",
        "€": "EUR",
        "eur": "EUR",
        "£": "GBP",
        "gbp": "GBP",
        "¥": "CNY",
        "元": "CNY",
        "تومان": "IRT",
        "ریال": "IRR",
        "chf": "CHF",
        "₹": "INR",
    }
    for word in reading.header.words:
        if word in signs:
            return signs[word]
    if reading.shapes["money"] >= 0.5:
        return next((code for sign, code in signs.items() if sign in reading.shapes.common[0]), None)
    return None
