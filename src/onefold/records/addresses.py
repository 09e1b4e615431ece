"""Postal addresses: streets, house numbers, postcodes, cities; one field that holds all is split first."""

from __future__ import annotations

import re
from functools import lru_cache

import polars as pl

from onefold.records.address_words import (
    CITY_NAMES,
    CITY_SUFFIX,
    DROPPED,
    EXTRA,
    LEADING_TYPES,
    NUMBER_SIGN,
    STREET_TYPES,
    TYPE_FORMS,
    US_STATES,
)
from onefold.records.countries import country_table
from onefold.records.placeholders import is_blank
from onefold.records.text import clean, fold, latin, latin_digits, non_ascii, on_subset, words
from onefold.records.transliteration import CJK, han_reading

_HAN_NUMBER = r"(\d+(?:[-之]\d+)?)\s*(?:号|號|番地|番|弄)"
_LEADING = r"^(?:no\.? ?)?(\d{1,6}(?: ?[a-z])?(?: ?[-/] ?\d{1,5}[a-z]?)?)[ ,.]+(\S*[a-z]{2}.*)$"
_TRAILING = r"^(.*[a-z]{2}\S*?)[ ,.]+(\d{1,6}(?: ?[a-z])?(?: ?[-/] ?\d{1,5}[a-z]?)?)$"
_UK = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})\b")
_CANADA = re.compile(r"\b([A-Z]\d[A-Z]) ?(\d[A-Z]\d)\b")
_STATE_ZIP = re.compile(r"^(.*?)[ ,]*\b([A-Z]{2})[ .]+(\d{5})(?:-\d{4})?$")
_NETHERLANDS = re.compile(r"\b(\d{4}) ?([A-Z]{2})\b")
_DIGITS = re.compile(r"(?<![\d/-])(?:[A-Z]{1,2}-)?(\d{5}-\d{5}|\d{3} \d{2}|\d{3}-\d{4}|\d{10}|\d{4,6})(?![\d/-])")
_SHORT_DIGITS = re.compile(r"(?<!\d)(\d{3})$")
_HAN_PLACES = re.compile(
    r"^(?:(\d{3,6})\s?)?(?:中国|中國|台湾|臺灣|台灣)?(.{2,7}省|.{2,5}自治区)?(.{2,6}?[市縣县])?(.{1,5}?[区區鄉镇鎮市])?(?=\D)(.+)$"
)


def normalise_streets(raw: pl.Series) -> pl.DataFrame:
    """Streets with or without a number.

    Args:
        raw: distinct values.

    Returns:
        ``value`` (as written), ``street`` (comparison form without the number), ``house_number`` and ``absence``.
    """
    text = latin_digits(clean(raw))
    text = text.str.replace_all("ª|º", ".").str.replace(r"\.0$", "")
    blank = is_blank(text)
    is_cjk = text.str.contains(f"[{CJK}]").fill_null(value=False)
    han = _han_streets(text.set(~is_cjk, None))
    plain = latin(text.set(is_cjk, None))
    plain = (
        plain.str.replace_all(NUMBER_SIGN, " ")
        .str.replace(EXTRA, "")
        .str.replace_all(r" +", " ")
        .str.strip_chars(" ,.-/")
    )
    frame = pl.DataFrame({"t": plain}).with_columns(
        lead=pl.col("t").str.extract(_LEADING, 1),
        lead_rest=pl.col("t").str.extract(_LEADING, 2),
        trail=pl.col("t").str.extract(_TRAILING, 2),
        trail_rest=pl.col("t").str.extract(_TRAILING, 1),
    )
    dated = pl.col("lead_rest").str.contains(r"^(?:de |is |os |st |nd |rd |th )").fill_null(value=False)
    by_lead = pl.col("lead").is_not_null() & ~(dated & pl.col("trail").is_not_null())
    frame = frame.select(
        number=pl.when(by_lead).then("lead").otherwise("trail").str.replace_all(" ", ""),
        rest=pl.when(by_lead).then("lead_rest").when(pl.col("trail").is_not_null()).then("trail_rest").otherwise("t"),
    )
    answer = pl.DataFrame(
        {
            "value": text,
            "blank": blank,
            "street": _street_words(frame["rest"]),
            "number": frame["number"],
            "han_street": han["street"],
            "han_number": han["number"],
        }
    )
    return answer.select(
        value=pl.when(~pl.col("blank")).then("value"),
        street=pl.when(~pl.col("blank")).then(pl.coalesce("han_street", "street")),
        house_number=pl.when(~pl.col("blank")).then(pl.coalesce("han_number", "number")),
        absence=pl.when("blank").then(pl.lit("placeholder")),
    )  # fmt: skip


def normalise_postcodes(raw: pl.Series, country: pl.Series) -> pl.DataFrame:
    """Postcodes, upper case without spaces; zeros that a spreadsheet dropped come back where the country is known."""
    text = latin_digits(clean(raw))
    bare = text.str.to_uppercase().str.replace(r"\.0+$", "").str.replace_all(r"[\s.]", "")
    bare = bare.str.replace(r"^(?:[A-Z]{1,2}-)(\d)", "$1").str.replace(r"^(\d{5})-\d{4}$", "$1")
    frame = pl.DataFrame({"b": bare, "c": country, "t": text})
    five = pl.col("c").is_in(["US", "ES", "DE", "FR", "IT", "GR"]) & pl.col("b").str.contains(r"^\d{4}$")
    filler = pl.col("b").str.contains(r"^(0+|9{4,}|X+|1234567890|00000.*)$").fill_null(value=False)
    possible = pl.col("b").str.contains(r"^[A-Z0-9-]{2,12}$").fill_null(value=False)
    blank = pl.lit(is_blank(text)) | filler if len(text) else filler
    return frame.with_columns(b=pl.when(five).then("0" + pl.col("b")).otherwise("b"), blank=blank, ok=possible).select(
        value=pl.when(~pl.col("blank") & pl.col("ok")).then("b"),
        compare=pl.when(~pl.col("blank") & pl.col("ok")).then("b"),
        absence=pl.when("blank").then(pl.lit("placeholder")).when(~pl.col("ok")).then(pl.lit("invalid")),
    )


def normalise_cities(raw: pl.Series) -> pl.DataFrame:
    """Cities and regions: shown as written (title case where all capitals), compared without 'City' or 市."""
    text = clean(raw)
    blank = is_blank(text)
    shouted = ((text == text.str.to_uppercase()) & text.str.contains(r"\pL{4}")).fill_null(value=False)
    shown = on_subset(text, shouted, lambda v: v.str.to_titlecase())
    return pl.DataFrame(
        {
            "v": shown,
            "c": place_words(text),
            "blank": blank | text.str.contains(r"^\d+$").fill_null(value=False),
        }
    ).select(
        value=pl.when(~pl.col("blank")).then("v"),
        compare=pl.when(~pl.col("blank")).then("c"),
        absence=pl.when("blank").then(pl.lit("placeholder")),
    )


def place_words(text: pl.Series) -> pl.Series:
    """Comparison form of a place: Latin words; Chinese places in one word without 市 or 縣."""
    han = text.str.contains(f"^[{CJK} ]+$").fill_null(value=False)
    native = on_subset(
        text,
        han,
        lambda v: pl.Series([_han_word(re.sub(CITY_SUFFIX, "", t)) for t in v.to_list()], dtype=pl.String),
    )
    folded = words(native)
    bare = folded.str.replace(r"^(?:city of|the) ", "").str.replace(r"(.{3}) (?:city|shi)$", "$1")
    return bare.replace(CITY_NAMES)


def split_addresses(raw: pl.Series) -> pl.DataFrame:
    """Whole addresses taken apart.

    Args:
        raw: distinct values, each a postal address in one field.

    Returns:
        ``street`` (with its number), ``postcode``, ``city``, ``region``, ``country`` as written, null where absent.
    """
    fields = ("street", "postcode", "city", "region", "country")
    text = latin_digits(clean(on_subset(raw, raw.str.contains("[\r\n]"), lambda v: v.str.replace_all("[\r\n]+", ", "))))
    blank = is_blank(text).fill_null(value=True)
    rows = [
        (None,) * 5 if skip or t is None else split_address(t)
        for t, skip in zip(text.to_list(), blank.to_list(), strict=True)
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(fields, pl.String), orient="row")


def split_address(text: str) -> tuple[str | None, str | None, str | None, str | None, str | None]:
    """(street, postcode, city, region, country) of one cleaned address.

    >>> split_address("7548 Center St, San Diego, CA 92101")[1:4]
    ('92101', 'San Diego', 'CA')
    """
    parts = [part.strip(" .-") for part in re.split("[,،，;|]", text)]
    parts = [part for part in parts if part]
    country = parts.pop() if len(parts) > 1 and _is_country(parts[-1]) else None
    if not parts:
        return (text, None, None, None, country)
    if len(parts) == 1:
        return _split_run(parts[0], country)
    postcode, place_at, place, region = _find_postcode(parts)
    if place_at is None:
        place_at, place = len(parts) - 1, parts[-1]
        if _is_street_detail(place):
            return (", ".join(parts), None, None, None, country)
    middle = parts[:place_at] + parts[place_at + 1 :] if place_at else parts[1:]
    if place_at == 0:  # the postcode leads, as in '20061 Hamburg, Brunnenstr. 156'
        return (", ".join(middle) or None, postcode, place or None, region, country)
    details = [part for part in middle[1:] if _is_street_detail(part)]
    others = [part for part in middle[1:] if not _is_street_detail(part)]
    city = place
    if others and (not place or (region is None and place.upper() in US_STATES)):
        region = region or place or None
        city = others.pop()
    elif others and region is None and place_at == len(parts) - 1 and len(others) == 1 and postcode is None:
        city, region = others.pop(), place
    return (", ".join([middle[0], *details]), postcode, city or None, region, country)


def _find_postcode(parts: list[str]) -> tuple[str | None, int | None, str, str | None]:
    """(postcode, index of its part, what else that part says, region)."""
    order = [*range(len(parts) - 1, 0, -1), 0]
    for index in order:
        part = parts[index]
        upper = part.upper()
        state = _STATE_ZIP.match(upper)
        if state and state[2] in US_STATES:
            return state[3], index, part[: len(state[1])].strip(), state[2]
        for pattern in (_UK, _CANADA, _NETHERLANDS):
            found = pattern.search(upper)
            if found and (index or pattern is not _NETHERLANDS):
                rest = (part[: found.start()] + part[found.end() :]).strip(" -")
                return found[1] + found[2], index, rest, None
        found = _DIGITS.search(part) or (
            _SHORT_DIGITS.search(part) if index == len(parts) - 1 and len(part) > 4 else None
        )
        if (
            found
            and (index or (found.start() == 0 and len(found[1]) == 5 and not re.search(r"\d", part[found.end() :])))
            and not _is_street_detail(part)
        ):
            rest = (part[: found.start()] + part[found.end() :]).strip(" -")
            return found[1].replace(" ", ""), index, rest, None
    return None, None, "", None


def _is_street_detail(part: str) -> bool:
    """Whether a part between commas belongs to the street: a number, a flat, a floor."""
    folded = fold(part)
    return bool(
        re.fullmatch(r"(?:no|nr|num|n|plak|pelak|plaque|ar|αρ)?[ .]*\d{1,5} ?[a-z]?(?: ?[-/] ?\w{1,4})?", folded)
        or re.match(EXTRA.lstrip("[, ]+"), folded)
        or (
            re.search(EXTRA, " " + folded)
            and re.match(r"\W*\w{1,9}\W", folded)
            and re.search(r"\d", folded)
            and len(folded) < 12
        )
    )


def _split_run(text: str, country: str | None) -> tuple[str | None, str | None, str | None, str | None, str | None]:
    """An address without commas."""
    if re.search(f"[{CJK}]", text):
        found = _HAN_PLACES.match(text)
        if found and (found[3] or found[4]):
            return found[5].strip(), found[1], found[3] or found[4], found[2], country
        return text, None, None, None, country
    state = _STATE_ZIP.match(text.upper())
    postcode, region, rest = None, None, text
    if state and state[2] in US_STATES:
        postcode, region, rest = state[3], state[2], text[: len(state[1])].strip()
    elif found := _UK.search(text.upper()):
        postcode, rest = found[1] + found[2], (text[: found.start()] + text[found.end() :]).strip()
    elif found := re.search(r"^(.*\d.*?) (\d{5}) (\D+)$", text):  # Hauptstr. 5 10115 Berlin
        return found[1], found[2], found[3], None, country
    if postcode:
        tokens = rest.split(" ")
        ends = [
            i for i, token in enumerate(tokens) if STREET_TYPES.get(fold(token).strip(".")) and 0 < i < len(tokens) - 1
        ]
        if ends:
            cut = ends[-1] + 1
            return " ".join(tokens[:cut]), postcode, " ".join(tokens[cut:]) or None, region, country
    return rest, postcode, None, region, country


@lru_cache(maxsize=100_000)
def _is_country(text: str) -> bool:
    if any(c.isdigit() for c in text):
        return False
    key = " ".join(re.sub(r"[^a-z0-9]+", " ", fold(text).replace("'", "")).split())
    return len(key) > 2 and key in country_table()


def _han_streets(text: pl.Series) -> pl.DataFrame:
    """Street and number of addresses in Chinese characters."""
    number = text.str.extract(_HAN_NUMBER, 1).str.replace_all("之", "-")
    street = (
        text.str.replace(_HAN_NUMBER + ".*$", "")
        .str.replace(f"^[{CJK}]*?[市縣县]", "")
        .str.replace(f"^[{CJK}]{{1,3}}[区區鄉镇鎮]", "")
    )
    folded = [None if t is None else _han_street(t) for t in street.to_list()]
    return pl.DataFrame({"street": pl.Series(folded, dtype=pl.String), "number": number})


@lru_cache(maxsize=100_000)
def _han_street(text: str) -> str | None:
    text = re.sub(r"\s|\d+", "", text)
    kind = ""
    for suffix, short in (
        ("大道", "av"),
        ("大街", "st"),
        ("路", "rd"),
        ("街", "st"),
        ("道", "rd"),
        ("巷", "ln"),
    ):
        if text.endswith(suffix) and len(text) > len(suffix):
            text, kind = text.removesuffix(suffix), short
            break
    return f"{_han_word(text)} {kind}".strip() or None


def _han_word(text: str) -> str:
    return "".join(han_reading(c) if re.match(f"[{CJK}]", c) else c.lower() for c in text if c != " ")


def _street_words(street: pl.Series) -> pl.Series:
    """Latin words of a street with one spelling for each kind of street and no small words."""
    text = street.str.replace(r"\bc/", "calle ").str.replace_all(r"(\pL{3})(?:strasse|stra\.|str\.|str\b)", "${1}str")
    folded = words(text)
    tokens = folded.str.split(" ").list.eval(pl.element().replace(STREET_TYPES))
    kept = tokens.list.eval(pl.element().filter(~pl.element().is_in(list(DROPPED)))).list.join(" ")
    joined = _type_last(kept)
    return (
        pl.DataFrame({"o": joined.set((joined == "").fill_null(value=False), None), "f": folded})
        .select(pl.coalesce("o", "f"))
        .to_series()
    )


def _type_last(street: pl.Series) -> pl.Series:
    """'av kifisias' as 'kifisias av': the kind of street behind its name, where it leads and nothing else ends it."""
    leads = street.str.contains(LEADING_TYPES) & ~street.str.contains(f" (?:{TYPE_FORMS})$")
    turned = on_subset(street, leads, lambda v: v.str.replace(r"^(\S+) (.+)$", "$2 $1"))
    return turned.str.replace(r"\bodos\b", "st")


def has_digits(values: pl.Series) -> pl.Series:
    """Mask of values with a digit of any script."""
    return on_subset(values, non_ascii(values), latin_digits).str.contains(r"\d")
