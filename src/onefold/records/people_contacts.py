"""The e-mails and phones of a record; a phone's country is its row's, else hinted by language, e-mail and name."""

from __future__ import annotations

import polars as pl

from onefold.catalog.model import Meaning
from onefold.records import codes
from onefold.records.chunk import Chunk
from onefold.records.emails import normalise_emails
from onefold.records.hints import NORTH_AMERICAN, region_hints
from onefold.records.phones import normalise_phones
from onefold.records.text import per_distinct


def conform_emails(chunk: Chunk) -> None:
    """Every address of every e-mail column."""
    for column in chunk.columns(Meaning.EMAIL):
        raw = chunk.raw(column)
        answer = per_distinct(raw, normalise_emails)
        chunk.values.add_lists("email", column.name, raw, answer)
        chunk.extend("emails", answer["compares"])


def conform_phones(chunk: Chunk, country: pl.Series) -> None:
    """Every number of every phone column; ``country`` is each row's, null where it names none."""
    columns = chunk.columns(Meaning.PHONE)
    hint = _region_hints(chunk, country) if columns else None
    for column in columns:
        raw = chunk.raw(column)
        default = column.details.get("region") or chunk.plan.default_region
        pairs = pl.DataFrame({"raw": raw, "region": country, "hint": _shape_hint(chunk, raw, hint)})
        distinct = pairs.filter(pl.col("raw").is_not_null()).unique()
        answer = normalise_phones(
            distinct["raw"], distinct["region"], default, chunk.plan.other_regions, distinct["hint"]
        )
        spread = pairs.join(
            pl.concat([distinct, answer], how="horizontal"),
            on=["raw", "region", "hint"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        chunk.values.add_lists("phone", column.name, raw, spread)
        chunk.extend("phones", spread["compares"])


def _shape_hint(chunk: Chunk, raw: pl.Series, hint: pl.Series | None) -> pl.Series:
    """``hint``, and North America for numbers in the shape that only it uses, if the workspace knows it."""
    hint = chunk.null() if hint is None else hint
    shaped = raw.str.contains(NORTH_AMERICAN) & hint.is_null()
    return hint.set(shaped.fill_null(value=False), "US") if "US" in chunk.plan.other_regions else hint


def _region_hints(chunk: Chunk, country: pl.Series) -> pl.Series | None:
    """Where rows that name no country may belong."""
    languages = chunk.columns(Meaning.LANGUAGE)
    names = chunk.columns(Meaning.FULL_NAME, Meaning.FAMILY_NAME, Meaning.GIVEN_NAME)
    hints = region_hints(
        chunk.plan.other_regions,
        language=per_distinct(chunk.raw(languages[0]), codes.normalise_languages)["value"] if languages else None,
        emails=chunk.fields.get("emails"),
        name=chunk.raw(names[0]) if names else None,
    )
    return None if hints is None else hints.set(country.is_not_null(), None)
