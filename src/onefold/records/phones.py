"""Phone numbers as E.164, whole columns at a time.

The common shapes (a plus sign and a country code, or national digits of a known region) follow rules taken from the
phone library's own metadata; the library itself, at 20,000 numbers a second, sees only what those do not decide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter

import polars as pl

from onefold.records.phone_rules import PhoneRules, country_codes, main_region, rules_of
from onefold.records.placeholders import is_blank, is_filler_number
from onefold.records.text import clean, latin_digits, on_subset

_EXTENSION = (
    r"(?i)\s*(?:;ext=|,+|#|\bext(?:ension|n)?\b\.?|\bextn?\.?|\bx\.?|\bposte\b|\banexo\b|\bint\b\.?|\bdurchwahl\b|\bdw\b"
    r"|\bεσωτ\w*\.?|داخلی|转|轉|分机|分機|доб\.?)\s*[:.]?\s*\d{1,7}\s*$"
)
_SEPARATOR = r"[;,|\n]|\s/\s|\s(?:or|o|ou|oder|ή|یا|&|y|und|and)\s|\s-\s\+"
_SLASHED = r"(\d[\d -]{5,}\d) ?/ ?(\+|00|0\d[\d -]{6,})"
"""Two numbers with a slash between them, which German numbers have inside as well (0211/089680)."""
_MOST_DIGITS = 15  # E.164
_FEWEST_DIGITS = 5


def normalise_phones(
    raw: pl.Series,
    region: pl.Series,
    default: str | None = None,
    others: Sequence[str] = (),
    hint: pl.Series | None = None,
) -> pl.DataFrame:
    """The numbers in each field.

    Args:
        raw: raw values (best distinct together with ``region``).
        region: ISO 3166 region of national numbers on that row; null where unknown.
        default: the source's or the workspace's region, for rows without one or whose own does not fit.
        hint: what the row's language or e-mail address suggests; taken where the number is in use there.
        others: regions seen in the workspace; one of them is taken where a number is in use there and in no other.

    Returns:
        ``values`` and ``compares`` (lists of strings: E.164, or digits alone where no country is known) and
        ``absence`` ('placeholder', 'invalid' or null).
    """
    text = latin_digits(clean(raw))
    frame = pl.DataFrame({"row": pl.int_range(len(raw), eager=True), "text": text, "region": region})
    frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias("hint") if hint is None else hint.alias("hint"))
    frame = frame.with_columns(blank=is_blank(text) | is_filler_number(text))
    parts = _split(frame.filter(~pl.col("blank") & pl.col("text").is_not_null()))
    parts = parts.with_columns(number=_numbers(parts, default, others))
    by_row = parts.group_by("row", maintain_order=True).agg(
        values=pl.col("number").drop_nulls().unique(maintain_order=True), filler=pl.col("filler").all()
    )
    out = frame.join(by_row, on="row", how="left", maintain_order="left")
    has_values = pl.col("values").list.len() > 0
    return out.select(
        values=pl.when(has_values).then("values"),
        compares=pl.when(has_values).then("values"),
        absence=pl.when(pl.col("blank") | pl.col("filler").fill_null(value=False))
        .then(pl.lit("placeholder"))
        .when(has_values.fill_null(value=False).not_())
        .then(pl.lit("invalid")),
    )


def _split(frame: pl.DataFrame) -> pl.DataFrame:
    """One row per number: several in one field taken apart, extensions dropped, digits and the plus sign kept."""
    text = on_subset(frame["text"], frame["text"].str.contains(_EXTENSION), lambda v: v.str.replace(_EXTENSION, ""))
    text = on_subset(text, text.str.contains(_SLASHED), lambda v: v.str.replace_all(_SLASHED, "$1;$2"))
    several = text.str.contains(_SEPARATOR)
    one = frame.select("row", "region", "hint").with_columns(text=text)
    parts = one.filter(~several)
    if several.any():
        many = one.filter(several).with_columns(
            pl.col("text").str.replace_all(_SEPARATOR, "\u0001$0").str.split("\u0001")
        )
        parts = pl.concat([parts, many.explode("text")])
        parts = parts.filter(pl.col("text").str.count_matches(r"\d") >= 1)
    text = parts["text"]
    begins = text.str.contains(r"^[^0-9+]{0,6}\+|^[^0-9]{0,3}00[1-9]|^[^0-9]{0,3}0 ?0 ?[1-9]\d ")
    digits = on_subset(
        text, text.str.contains(r"\(0\)"), lambda v: v.str.replace(r"\(0\)", "", literal=False)
    ).str.replace_all(r"\D", "")
    digits = on_subset(digits, begins, lambda v: v.str.replace(r"^00", ""))
    return parts.with_columns(digits=digits, is_international=begins, filler=is_filler_number(digits))


def _numbers(parts: pl.DataFrame, default: str | None, others: Sequence[str]) -> pl.Series:
    """The number of each part; null where it is none."""
    digits, length = parts["digits"], parts["digits"].str.len_chars()
    usable = (length >= _FEWEST_DIGITS) & (length <= _MOST_DIGITS + 2) & ~parts["filler"]
    number = pl.Series("number", [None] * len(parts), dtype=pl.String)
    number = _fill(number, usable & parts["is_international"], digits, _international)
    regions = parts["region"]
    national = usable & ~parts["is_international"]
    for region in regions.drop_nulls().unique().sort().to_list():
        number = _fill(number, national & (regions == region).fill_null(value=False), digits, _national(region))
    for region in regions.drop_nulls().unique().sort().to_list():
        possible = _national(region, demand_valid=False)
        number = _fill(number, national & (regions == region).fill_null(value=False), digits, possible)
    hints = parts["hint"]
    for region in hints.drop_nulls().unique().sort().to_list():
        number = _fill(number, national & (hints == region).fill_null(value=False), digits, _national(region))
    if default:
        number = _fill(number, national & (regions != default).fill_null(value=True), digits, _national(default))
    number = _only_valid_in_one(number, national, digits, others)
    if default:
        number = _fill(number, national & regions.is_null(), digits, _national(default, demand_valid=False))
    bare = digits.str.strip_chars_start("0")
    keepable = usable & (bare.str.len_chars() >= 7) & (bare.str.len_chars() <= _MOST_DIGITS)
    return (
        number.to_frame()
        .select(pl.when(pl.col("number").is_null() & keepable).then(bare).otherwise("number"))
        .to_series()
    )


def _fill(number: pl.Series, mask: pl.Series, digits: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """``number`` with the still empty places of ``mask`` computed from ``digits``."""
    places = (mask & number.is_null()).fill_null(value=False).arg_true()
    if not len(places):
        return number
    return number.clone().scatter(places, change(digits.gather(places)).to_list())


def _only_valid_in_one(number: pl.Series, mask: pl.Series, digits: pl.Series, regions: Sequence[str]) -> pl.Series:
    """Numbers without a country that are in use in exactly one of the regions: as a mobile number, else at all."""
    places = (mask & number.is_null()).fill_null(value=False).arg_true()
    if not len(places) or not regions:
        return number
    subset = digits.gather(places)
    known = [rules for region in dict.fromkeys(regions) if (rules := rules_of(region))]
    tries = [
        pl.DataFrame([_as_dialled(subset, r, pattern=pattern(r)).alias(r.region) for r in known])
        for pattern in (attrgetter("mobile"), attrgetter("valid"))
    ]
    if not known:
        return number
    only = pl.when(pl.sum_horizontal(pl.all().is_not_null()) == 1).then(pl.coalesce(pl.all()))
    mobile, any_kind = (frame.select(only).to_series() for frame in tries)
    return number.clone().scatter(places, mobile.zip_with(mobile.is_not_null(), any_kind).to_list())


def _as_dialled(digits: pl.Series, rules: PhoneRules, *, pattern: str) -> pl.Series:
    """E.164 of numbers written as people of the region write them: with the trunk prefix, where there is one."""
    if not rules.is_simple:
        return _by_library(digits, rules.region, demand_valid=True)
    national = digits.str.strip_prefix(rules.trunk) if rules.trunk else digits
    fits = national.str.contains(pattern)
    if rules.trunk and rules.country_code != "1":  # North America dials 1, but hardly anyone writes it
        fits = fits & digits.str.starts_with(rules.trunk)
    return national.to_frame("n").select(pl.when(fits).then(pl.lit("+" + rules.country_code) + pl.col("n"))).to_series()


def _international(digits: pl.Series) -> pl.Series:
    """Digits that begin with a country code → E.164; null where no such code or length exists."""
    codes = list(country_codes())
    prefix = pl.coalesce(
        *(pl.when(pl.col("d").str.head(n).is_in(codes)).then(pl.col("d").str.head(n)) for n in (1, 2, 3))
    )
    frame = digits.to_frame("d").select("d", code=prefix)
    out = pl.Series("number", [None] * len(digits), dtype=pl.String)
    for code in frame["code"].drop_nulls().unique().sort().to_list():
        region = main_region(code)
        rules = rules_of(region) if region and region != "001" else None
        places = (frame["code"] == code).fill_null(value=False).arg_true()
        rest = digits.gather(places).str.slice(len(code))
        found = _by_rules(rest, rules, demand_valid=False) if rules and rules.is_simple else None
        if found is None:
            found = _by_library(pl.Series([f"+{code}{r}" for r in rest.to_list()], dtype=pl.String), None)
        out = out.clone().scatter(places, found.to_list())
    return out


def _national(region: str, *, demand_valid: bool = True) -> Callable[[pl.Series], pl.Series]:
    """Digits as dialled inside ``region`` → E.164; null where they are no number there."""
    rules = rules_of(region)

    def convert(digits: pl.Series) -> pl.Series:
        if rules is None:
            return pl.Series([None] * len(digits), dtype=pl.String)
        if not rules.is_simple:
            return _by_library(digits, region, demand_valid=demand_valid)
        return _by_rules(digits, rules, demand_valid=demand_valid, may_carry_code=True)

    return convert


def _by_rules(digits: pl.Series, rules: PhoneRules, *, demand_valid: bool, may_carry_code: bool = False) -> pl.Series:
    """E.164 by the region's trunk prefix, shape and lengths, as the phone library would decide."""
    national = _without_trunk(digits, rules)
    if may_carry_code:  # 34687715658 in Spain: the country code without its plus sign
        code = rules.country_code
        after = _without_trunk(digits.str.slice(len(code)), rules)
        carries = (
            digits.str.starts_with(code)
            & ~digits.str.contains(rules.shape)
            & ~national.str.contains(rules.shape)
            & after.str.contains(rules.shape)
        )
        national = national.zip_with(~carries, after)
    fits = (
        national.str.contains(rules.valid)
        if demand_valid
        else (national.str.len_chars().is_in(list(rules.lengths)).fill_null(value=False))
    )
    return national.to_frame("n").select(pl.when(fits).then(pl.lit("+" + rules.country_code) + pl.col("n"))).to_series()


def _without_trunk(digits: pl.Series, rules: PhoneRules) -> pl.Series:
    if not rules.trunk:
        return digits
    stripped = digits.str.strip_prefix(rules.trunk)
    keep = digits.str.contains(rules.shape) & ~stripped.str.contains(rules.shape)
    return digits.zip_with(keep, stripped)


def _by_library(numbers: pl.Series, region: str | None, *, demand_valid: bool = False) -> pl.Series:
    """E.164 by the phone library, number by number."""
    import phonenumbers

    def one(text: str) -> str | None:
        try:
            parsed = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            return None
        fits = phonenumbers.is_valid_number(parsed) if demand_valid else phonenumbers.is_possible_number(parsed)
        return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)) if fits else None

    found = {text: one(text) for text in numbers.unique().to_list()}
    return pl.Series([found[text] for text in numbers.to_list()], dtype=pl.String)
