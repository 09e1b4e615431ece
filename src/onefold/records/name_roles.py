"""Which words are given names and which are family names, learned from the sources that keep the two apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from onefold.records.name_words import PARTICLES, seed_roles
from onefold.records.text import clean, words

_LIMIT = 3
_HABIT = 0.02
"""Share of names from which on a way of writing them counts as a habit of the table."""


@dataclass
class RoleCounts:
    """How often each word stands as a given and as a family name."""

    given: list[pl.DataFrame] = field(default_factory=list)
    family: list[pl.DataFrame] = field(default_factory=list)

    def add(self, *, given: pl.DataFrame | None = None, family: pl.DataFrame | None = None) -> None:
        """Count distinct texts; frames have ``text`` and ``n`` (how many rows say so)."""
        if given is not None and len(given):
            self.given.append(_word_counts(given))
        if family is not None and len(family):
            self.family.append(_word_counts(family))

    def roles(self) -> dict[str, int]:
        """Word → -3 (surely a family name) … 3 (surely a given name): the log ratio of the two frequencies."""
        given, family = _total(self.given), _total(self.family)
        both = given.join(family, on="word", how="full", coalesce=True, suffix="_family").fill_null(0)
        totals = max(1, int(given["n"].sum() or 0)), max(1, int(family["n"].sum() or 0))
        ratio = ((pl.col("n") + 0.3) / totals[0]).log() - ((pl.col("n_family") + 0.3) / totals[1]).log()
        learned = both.select("word", role=ratio.clip(-_LIMIT, _LIMIT).round().cast(pl.Int64))
        return dict(seed_roles()) | dict(zip(learned["word"], learned["role"], strict=True))

    @property
    def weight(self) -> int:
        """How many words have been counted on the side that has fewer."""
        return min(sum(int(f["n"].sum()) for f in side) for side in (self.given, self.family))


def order_votes(names: pl.DataFrame, roles: dict[str, int]) -> tuple[int, int]:
    """How many two-word names are written given name first, and family name first.

    Args:
        names: ``text`` and ``n``.
        roles: what words usually are.
    """
    pairs = _two_words(names)
    difference = _role_of(pairs["first"], roles) - _role_of(pairs["second"], roles)
    return int(pairs.filter(difference >= 2)["n"].sum()), int(pairs.filter(difference <= -2)["n"].sum())


def comma_names(names: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """``given`` and ``family`` texts with counts, of names written 'Family, Given'; empty where that is no habit."""
    commas = names.filter(pl.col("text").str.contains(r"^[^,\d]{2,},[^,\d]{2,}$"))
    if int(commas["n"].sum()) < _HABIT * int(names["n"].sum()):
        return {}
    family = commas.select("n", text=pl.col("text").str.extract(r"^([^,]+),"))
    given = commas.select("n", text=pl.col("text").str.extract(r",\s*(.+)$"))
    return {"given": given, "family": family}


def first_and_last(names: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """``given`` and ``family``: the two words of two-word names, in the order that well-known names suggest.

    A stand-in where no source keeps given and family names apart.
    """
    pairs = _two_words(names)
    given_first, family_first = order_votes(names, seed_roles())
    first, second = pairs.select("n", text="first"), pairs.select("n", text="second")
    if family_first > given_first:
        first, second = second, first
    return {"given": first, "family": second}


def prior_from_votes(given_first: int, family_first: int) -> int:
    """Whole log odds of the order of a table, at most ±4; the usual Latin order where fewer than ten names speak."""
    import math

    if given_first + family_first < 10:
        return 2
    return max(-4, min(4, round(math.log((given_first + 1) / (family_first + 1)))))


def _word_counts(texts: pl.DataFrame) -> pl.DataFrame:
    """How often each word stands in the texts; a particle only where it stands alone ("Ben", "Du")."""
    split = texts.select("n", word=words(clean(texts["text"])).str.split(" "))
    split = split.with_columns(is_alone=pl.col("word").list.len() == 1).explode("word").drop_nulls()
    is_told = pl.col("is_alone") | ~pl.col("word").is_in(list(PARTICLES))
    split = split.filter((pl.col("word").str.len_chars() > 1) & is_told)
    return split.group_by("word").agg(pl.col("n").sum())


def _total(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    frames = list(frames)
    if not frames:
        return pl.DataFrame(schema={"word": pl.String, "n": pl.Int64})
    return pl.concat([frame.cast({"n": pl.Int64}) for frame in frames]).group_by("word").agg(pl.col("n").sum())


def _two_words(names: pl.DataFrame) -> pl.DataFrame:
    text = clean(names["text"])
    two = names.with_columns(text=text).filter(text.str.contains(r"^[\pL'’-]{2,} [\pL'’-]{2,}$"))
    split = words(two["text"]).str.split(" ")
    pairs = two.select("n").with_columns(first=split.list.first(), second=split.list.last(), words=split.list.len())
    return pairs.filter(pl.col("words") == 2)


def _role_of(words_: pl.Series, roles: dict[str, int]) -> pl.Series:
    return words_.replace_strict(list(roles), list(roles.values()), default=0, return_dtype=pl.Int64)
