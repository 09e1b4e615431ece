"""Whole columns of names: the common shapes by expressions, the others by ``names`` on distinct values."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from onefold.records.name_words import (
    GENERATIONS,
    LATIN_CHINESE_SURNAMES,
    PARTICLES,
    SUFFIXES,
    TITLES,
    chinese_syllables,
    seed_roles,
)
from onefold.records.names import GIVEN_FIRST, PersonName, Roles, parse_full_name, parse_part, tokens_of
from onefold.records.placeholders import is_nobody
from onefold.records.text import clean, latin_digits, non_ascii, on_subset, per_distinct, words
from onefold.records.transliteration import CJK, simplify_han, unify_arabic

_LETTER = r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Mn}]"
_PLAIN_WORD = f"{_LETTER}{{2,}}(?:['-]{_LETTER}+)*"
_TWO_WORDS = f"^{_PLAIN_WORD} {_PLAIN_WORD}$"
_FAMILY_COMMA_GIVEN = f"^{_PLAIN_WORD}, ?{_PLAIN_WORD}$"
_ONE_WORD = f"^{_PLAIN_WORD}$"
_OTHER_SCRIPT = r"[\u{370}-\u{1EFF}\u{1F00}-\u{1FFF}\u{2E80}-\u{D7FF}\u{F900}-\u{FDFF}]"
_SPECIAL = PARTICLES | SUFFIXES | TITLES
_CJK_ONLY = f"^[{CJK}]+$"
_PARTS = ("given", "family", "given_words", "family_words", "suffix")
_SCHEMA = dict.fromkeys(_PARTS, pl.String) | {"is_family_first": pl.Boolean}


@dataclass(frozen=True)
class NameContext:
    """What the data has taught about names."""

    roles: Roles
    prior: int = GIVEN_FIRST
    """Usual order in this table's whole-name column (see ``parse_full_name``)."""

    def role_frame(self) -> pl.DataFrame:
        """``word``, ``role``."""
        return pl.DataFrame(
            {"word": list(self.roles), "role": list(self.roles.values())},
            schema={"word": pl.String, "role": pl.Int64},
        )


def seeded_context() -> NameContext:
    """What is known before any data is seen."""
    return NameContext(seed_roles())


def full_names(raw: pl.Series, context: NameContext) -> pl.DataFrame:
    """Names in one column.

    Args:
        raw: one value per row; nulls allowed.
        context: what is known about words and order.

    Returns:
        ``given``, ``family`` (display), ``given_words``, ``family_words`` (comparison), ``suffix``,
        ``is_family_first`` and ``absence``, aligned with ``raw``.
    """
    return per_distinct(raw, lambda values: _finished(_full(values, context), values))


def name_parts(given: pl.Series, family: pl.Series, context: NameContext) -> pl.DataFrame:
    """Names whose given and family parts stand in separate columns; same result as ``full_names``.

    A family name in the given column and the reverse (both beyond doubt) are exchanged. A given column that holds
    the whole name, with nothing in the family column, is taken apart.
    """
    is_whole = family.is_null() & given.str.contains(r"\S\s+\S").fill_null(value=False)
    rows = pl.concat(
        [_part(given, is_family=False), _part(family, is_family=True).rename(lambda c: "f_" + c)],
        how="horizontal_extend",
    )
    rows = rows.select(
        given=pl.col("given"),
        family=pl.col("f_family"),
        given_words=pl.col("given_words"),
        family_words=pl.col("f_family_words"),
        suffix=pl.coalesce("f_suffix", "suffix"),
        is_family_first=pl.concat_str("given", "f_family", ignore_nulls=True).str.contains(_CJK_ONLY),
        absence=pl.when(pl.col("given_words").is_null() & pl.col("f_family_words").is_null()).then(
            pl.coalesce("absence", "f_absence")
        ),
    )
    rows = joined_syllables(_exchanged(rows, context))
    if is_whole.any():
        rows = _with_whole_names(rows, given, is_whole, context)
    return rows


def _with_whole_names(rows: pl.DataFrame, given: pl.Series, is_whole: pl.Series, context: NameContext) -> pl.DataFrame:
    whole = full_names(given.set(~is_whole, None), context)
    last = whole["family_words"].str.split(" ").list.last()
    known = _roles_of(last, context) < 0
    take = (is_whole & known).fill_null(value=False)
    columns = [
        pl.when(pl.lit(take)).then(pl.lit(whole[name])).otherwise(pl.lit(rows[name])).alias(name)
        for name in rows.columns
    ]
    return pl.select(columns) if len(rows) else rows


def generations(suffixes: pl.Series) -> pl.Series:
    """Which bearer of a name in the family its suffix means ('1' senior, '2' junior …); null where it means none."""
    keys = suffixes.cast(pl.String).str.to_lowercase().str.strip_chars(" .,")
    return keys.replace_strict(dict(GENERATIONS), default=None, return_dtype=pl.String)


def native_names(names: pl.DataFrame) -> pl.Series:
    """Comparison form in the script of the source, where that is not Latin: words, simplified or unaccented."""
    text = names.select(
        pl.when(pl.col("is_family_first"))
        .then(pl.concat_str("family", "given", ignore_nulls=True))
        .otherwise(pl.concat_str("given", "family", separator=" ", ignore_nulls=True))
    ).to_series()
    text = text.set(~text.str.contains(_OTHER_SCRIPT).fill_null(value=False), None)
    return per_distinct(text.alias("t"), lambda v: pl.DataFrame({"native": [native_form(t) for t in v.to_list()]},
                                                              schema={"native": pl.String}))["native"]  # fmt: skip


def native_form(text: str) -> str:
    """The comparison form of a name in its own script."""
    text = unify_arabic(simplify_han(text.lower()))
    marks_off = "".join(c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")
    return " ".join(unicodedata.normalize("NFC", marks_off).replace("-", " ").split())


def display_names(names: pl.DataFrame) -> pl.Series:
    """Names as a person would write them."""
    return names.select(
        pl.when(pl.col("is_family_first"))
        .then(pl.concat_str("family", "given", ignore_nulls=True))
        .when(pl.col("given").is_not_null() | pl.col("family").is_not_null())
        .then(pl.concat_str("given", "family", "suffix", separator=" ", ignore_nulls=True))
    ).to_series()


def joined_syllables(names: pl.DataFrame) -> pl.DataFrame:
    """Chinese given names in Latin letters as one word: 'ying hua' beside the surname 'lin' becomes 'yinghua'."""
    family = names["family_words"].is_in(list(LATIN_CHINESE_SURNAMES))
    family = family | (names["family_words"].is_null() & names["given"].str.contains("-", literal=True))
    candidate = (family & names["given_words"].str.contains(r"^[a-z]{1,6} [a-z]{1,6}( [a-z]{1,6})?$")).fill_null(
        value=False
    )
    if not candidate.any():
        return names
    syllables = chinese_syllables()

    def join(values: pl.Series) -> pl.Series:
        joined = [t.replace(" ", "") if all(w in syllables for w in t.split()) else t for t in values.to_list()]
        return pl.Series(joined, dtype=pl.String)

    return names.with_columns(on_subset(names["given_words"], candidate, join).alias("given_words"))


def _full(values: pl.Series, context: NameContext) -> pl.DataFrame:
    """Distinct raw values → parts; nulls where nobody is named."""
    text = _readable(values)
    usable = text.is_not_null() & ~is_nobody(text)
    two = (usable & text.str.contains(_TWO_WORDS)).fill_null(value=False)
    comma = (usable & text.str.contains(_FAMILY_COMMA_GIVEN)).fill_null(value=False)
    lower = text.str.to_lowercase().str.replace(",", "", literal=True).str.split(" ")
    special = lower.list.eval(pl.element().is_in(list(_SPECIAL)).any()).list.first().fill_null(value=False)
    two, comma = two & ~special, comma & ~special
    frames = []
    for mask, build in ((two, _two_word_names), (comma, _comma_names)):
        index = mask.arg_true()
        if len(index):
            frames.append(build(text.gather(index), context).with_columns(i=index.cast(pl.Int64)))
    rest = (usable & ~two & ~comma).fill_null(value=False).arg_true()
    if len(rest):
        parsed = _by_hand(
            text.gather(rest), lambda t, latin_of: parse_full_name(t, context.roles, latin_of, context.prior)
        )
        frames.append(parsed.with_columns(i=rest.cast(pl.Int64)))
    return _placed(frames, len(values))


def _part(values: pl.Series, *, is_family: bool) -> pl.DataFrame:
    """A column that holds only given or only family names → parts, aligned."""

    def normalise(distinct: pl.Series) -> pl.DataFrame:
        text = _readable(distinct)
        usable = text.is_not_null() & ~is_nobody(text)
        plain = text.str.contains(_ONE_WORD) & ~text.str.to_lowercase().is_in(list(_SPECIAL))
        plain = (usable & plain).fill_null(value=False)
        side = "family" if is_family else "given"
        frames = []
        index = plain.arg_true()
        if len(index):
            chosen = text.gather(index)
            frames.append(_parts_frame({side: _cased(chosen), side + "_words": words(chosen)}, index))
        rest = (usable & ~plain).fill_null(value=False).arg_true()
        if len(rest):
            parsed = _by_hand(text.gather(rest), lambda t, latin_of: parse_part(t, latin_of, is_family=is_family))
            frames.append(parsed.with_columns(i=rest.cast(pl.Int64)))
        placed = _placed(frames, len(distinct))
        nobody = placed[side + "_words"].is_null()
        return placed.with_columns(
            absence=pl.when(pl.lit(nobody)).then(pl.lit("placeholder"))
            if len(placed)
            else pl.lit(None, dtype=pl.String)
        )

    return per_distinct(values.alias("v"), normalise)


def _readable(values: pl.Series) -> pl.Series:
    return on_subset(
        clean(values),
        non_ascii(values),
        lambda v: latin_digits(v.str.replace_all("[’‘`´ʼ]", "'").str.replace_all("[‐‑–—]", "-")),
    )


def _two_word_names(text: pl.Series, context: NameContext) -> pl.DataFrame:
    tokens = text.str.split(" ")
    first, second = tokens.list.get(0), tokens.list.get(1)
    first_words, second_words = words(first), words(second)
    score = _roles_of(first_words, context) - _roles_of(second_words, context) + context.prior
    cased = _cased(text).str.split(" ").list.eval(_mended(pl.element()))
    ahead = score >= -_roles_of(first_words, context) + _roles_of(second_words, context)
    frame = pl.DataFrame(
        {
            "a": cased.list.get(0),
            "b": cased.list.get(1),
            "aw": first_words,
            "bw": second_words,
            "ahead": ahead,
        }
    )
    return frame.select(
        given=pl.when("ahead").then("a").otherwise("b"),
        family=pl.when("ahead").then("b").otherwise("a"),
        given_words=pl.when("ahead").then("aw").otherwise("bw"),
        family_words=pl.when("ahead").then("bw").otherwise("aw"),
        suffix=pl.lit(None, dtype=pl.String),
        is_family_first=pl.lit(value=False),
    )


def _comma_names(text: pl.Series, _context: NameContext) -> pl.DataFrame:
    cased = _cased(text).str.split(",").list.eval(_mended(pl.element().str.strip_chars()))
    family, given = cased.list.get(0), cased.list.get(1)
    return pl.DataFrame(
        {"given": given, "family": family, "given_words": words(given), "family_words": words(family)}
    ).with_columns(suffix=pl.lit(None, dtype=pl.String), is_family_first=pl.lit(value=False))


def _by_hand(text: pl.Series, parse: Callable[[str, Mapping[str, str]], PersonName]) -> pl.DataFrame:
    """Names of uncommon shape, one by one; their tokens' comparison forms all at once."""
    texts = text.to_list()
    tokens = sorted({token for t in texts for token in tokens_of(t)})
    latin_of = {t: w or "" for t, w in zip(tokens, words(pl.Series(tokens, dtype=pl.String)).to_list(), strict=True)}
    names = [parse(t, latin_of) for t in texts]
    columns: dict[str, Any] = {part: [getattr(name, part) or None for name in names] for part in _PARTS}
    columns["is_family_first"] = [name.is_family_first for name in names]
    return pl.DataFrame(columns, schema=_SCHEMA)


def _cased(text: pl.Series) -> pl.Series:
    """Names all in capitals or all in small letters in title case; others as they are."""
    one_case = (text == text.str.to_uppercase()) | (text == text.str.to_lowercase())
    return on_subset(text, one_case, lambda v: v.str.to_titlecase().str.replace(r"\bMc([a-z])", "Mc$1"))


def _mended(part: pl.Expr) -> pl.Expr:
    """A part in capitals beside one that is not ('CHEN, Alex') in title case."""
    return pl.when(part.str.contains(r"^\p{Lu}{3,}$")).then(part.str.to_titlecase()).otherwise(part)


def _parts_frame(columns: Mapping[str, pl.Series], index: pl.Series) -> pl.DataFrame:
    frame = pl.DataFrame(dict(columns))
    missing = [pl.lit(None, dtype=pl.String).alias(p) for p in _PARTS if p not in columns]
    return frame.with_columns(
        *missing, pl.lit(value=False).alias("is_family_first"), index.cast(pl.Int64).alias("i")
    ).select(*_SCHEMA, "i")


def _placed(frames: list[pl.DataFrame], length: int) -> pl.DataFrame:
    """Parts at their row numbers ``i`` among ``length`` rows, nulls elsewhere."""
    rows = pl.DataFrame({"i": pl.int_range(length, eager=True, dtype=pl.Int64)})
    if not frames:
        return pl.DataFrame(schema=_SCHEMA).clear(length)
    return rows.join(pl.concat(frames), on="i", how="left", maintain_order="left").drop("i")


def _finished(names: pl.DataFrame, values: pl.Series) -> pl.DataFrame:
    nobody = names["given_words"].is_null() & names["family_words"].is_null() & values.is_not_null()
    absence = pl.DataFrame({"nobody": nobody}).select(pl.when("nobody").then(pl.lit("placeholder"))).to_series()
    return joined_syllables(names).with_columns(absence=absence)


def _roles_of(words_: pl.Series, context: NameContext) -> pl.Series:
    """Summed roles of the words of each value; unknown words count nothing."""
    frame = words_.alias("w").to_frame()
    several = frame["w"].str.contains(" ", literal=True).fill_null(value=False)
    roles = context.role_frame()
    single = frame.join(roles, left_on="w", right_on="word", how="left", maintain_order="left")["role"].fill_null(0)
    if not several.any():
        return single
    index = several.arg_true()
    sums = [sum(context.roles.get(w, 0) for w in t.split()) for t in frame["w"].gather(index).to_list()]
    return single.clone().scatter(index, sums)


def _exchanged(names: pl.DataFrame, context: NameContext) -> pl.DataFrame:
    """Given and family names that stand in each other's column, put right where the words leave no doubt."""
    swapped = (_roles_of(names["given_words"], context) <= -2) & (_roles_of(names["family_words"], context) >= 2)
    native = names["given"].str.contains(r"^[\u{3400}-\u{9FFF}]$") & names["family"].str.contains(
        r"^[\u{3400}-\u{9FFF}]{2}$"
    )
    swapped = ((swapped | native) & names["given"].is_not_null() & names["family"].is_not_null()).fill_null(value=False)
    if not swapped.any():
        return names
    columns = dict(
        zip(
            ("given", "family", "given_words", "family_words"),
            ("family", "given", "family_words", "given_words"),
            strict=True,
        )
    )
    return (
        names.with_columns(swapped.alias("_s"))
        .with_columns([pl.when("_s").then(other).otherwise(name).alias(name) for name, other in columns.items()])
        .drop("_s")
    )
