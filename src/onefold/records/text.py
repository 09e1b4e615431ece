"""Text in columns: repair, distinct values, comparison forms. Polars expressions; Python only for other scripts."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import polars as pl

from onefold.records.transliteration import to_latin

_INVISIBLE = r"[\u{200B}\u{200E}\u{200F}\u{202A}-\u{202E}\u{2060}\u{FEFF}\u{AD}]"
_DIGITS = {chr(start + i): str(i) for start in (0x0660, 0x06F0) for i in range(10)}
_LATIN_LETTERS = {
    "ß": "ss", "ẞ": "ss", "æ": "ae", "œ": "oe", "ø": "o", "å": "a", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i",
    "ª": "a", "º": "o", "·": "", "’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'", "–": "-", "—": "-",
    "‐": "-", "‑": "-",
}  # fmt: skip
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue"}
_NOT_GERMAN = r"[ığşåøőűõñáéíóúêç]|[gq]ü[ei]|ïñ"
"""Letters of languages whose ö and ü lose their dots rather than gain an e: Turkish, Nordic, Hungarian, Spanish."""


def per_distinct(values: pl.Series, normalise: Callable[[pl.Series], pl.DataFrame]) -> pl.DataFrame:
    """Apply ``normalise`` to the distinct values of a column and spread the result over its rows.

    Args:
        values: strings; nulls allowed.
        normalise: maps a series of distinct non-null strings to a frame with one row for each.

    Returns:
        A frame aligned with ``values``; rows of nulls are all null.
    """
    name = values.name
    distinct = values.drop_nulls().unique()
    table = normalise(distinct).with_columns(distinct.alias("_raw"))
    rows = values.to_frame().rename({name: "_raw"})
    return rows.join(table, on="_raw", how="left", maintain_order="left").drop("_raw")


def on_subset(values: pl.Series, mask: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """``values`` with ``change`` applied where ``mask`` holds (rare shapes pay, common ones do not)."""
    mask = mask.fill_null(value=False)
    if not mask.any():
        return values
    changed = change(values.filter(mask))
    index = mask.arg_true()
    return values.clone().scatter(index, changed.to_list()) if len(changed) else values


def non_ascii(values: pl.Series) -> pl.Series:
    """Mask of the values that hold anything beyond ASCII."""
    return values.str.len_bytes() != values.str.len_chars()


def clean(values: pl.Series) -> pl.Series:
    """Unicode composed (NFKC, so full-width becomes plain), invisible characters gone, white space single; '' null."""

    def repair(odd: pl.Series) -> pl.Series:
        return odd.str.normalize("NFKC").str.replace_all(_INVISIBLE, "").str.replace_all(r"\s", " ")

    values = on_subset(values, non_ascii(values), repair)
    spaced = values.str.contains(r"^\s|\s$|\s\s|[\t\r\n]")
    values = on_subset(values, spaced, lambda v: v.str.replace_all(r"\s+", " ").str.strip_chars())
    return values.set(values == "", None)


def latin_digits(values: pl.Series) -> pl.Series:
    """Persian and Arabic digits as 0–9."""
    return on_subset(values, non_ascii(values), lambda v: v.str.replace_many(list(_DIGITS), list(_DIGITS.values())))


def latin(values: pl.Series) -> pl.Series:
    """Lower-case ASCII of any script, punctuation kept. German umlauts become ae, oe, ue; other accents go."""
    lower = values.str.to_lowercase()
    return on_subset(lower, non_ascii(lower), _latin_of_odd)


def _latin_of_odd(lower: pl.Series) -> pl.Series:
    composed = lower.str.normalize("NFKC")
    german = composed.str.contains("[äöü]") & ~composed.str.contains(_NOT_GERMAN)
    composed = on_subset(composed, german, lambda v: v.str.replace_many(list(_UMLAUTS), list(_UMLAUTS.values())))
    plain = composed.str.replace_many(list(_LATIN_LETTERS), list(_LATIN_LETTERS.values()))
    stripped = plain.str.normalize("NFKD").str.replace_all(r"[\u{300}-\u{36F}]", "")
    # the marks of other scripts mean something there, so those start from the composed text
    other = non_ascii(stripped)
    if not other.any():
        return stripped
    source = plain.filter(other)
    latin_of = {text: _squeeze(to_latin(text)) for text in source.unique().to_list()}
    return stripped.clone().scatter(other.arg_true(), [latin_of[text] for text in source.to_list()])


def _squeeze(text: str) -> str:
    """ASCII of what is ASCII already after ``to_latin``."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def fold(text: str) -> str:
    """``latin`` for one short text (without the German umlaut rule), where a column of one would cost too much."""
    if text.isascii():
        return text.lower()
    plain = "".join(_LATIN_LETTERS.get(c, c) for c in text.lower())
    return _squeeze(to_latin(unicodedata.normalize("NFC", plain)))


def words(values: pl.Series) -> pl.Series:
    """Comparison form of free text: lower-case ASCII words and numbers, single spaces; '' is null.

    >>> words(pl.Series(["L’Hospitalet de  Llobregat"])).to_list()
    ['lhospitalet de llobregat']
    """
    folded = latin(values)
    odd = folded.str.contains(r"[^a-z0-9 ]")
    folded = on_subset(folded, odd, lambda v: v.str.replace_all("'", "").str.replace_all(r"[^a-z0-9]+", " "))
    spaced = folded.str.contains(r"^ | $|  ")
    folded = on_subset(folded, spaced, lambda v: v.str.replace_all(" +", " ").str.strip_chars())
    return folded.set(folded == "", None)
