"""The postal parts of a record: its own columns, or one address taken apart."""

from __future__ import annotations

import polars as pl

from onefold.catalog.model import Meaning
from onefold.records import codes
from onefold.records.addresses import normalise_cities, normalise_postcodes, normalise_streets, split_addresses
from onefold.records.chunk import Chunk
from onefold.records.countries import country_codes_of
from onefold.records.placeholders import is_blank
from onefold.records.text import clean, per_distinct


def conform_places(chunk: Chunk) -> pl.Series:
    """Conform everything postal; returns the country of each row."""
    split = _split_address(chunk)
    country = _country(chunk, split)
    for field, meaning in (("city", Meaning.CITY), ("region", Meaning.REGION)):
        for name, raw in _sources_of(chunk, meaning, field, split):
            answer = per_distinct(raw, normalise_cities)
            chunk.values.add(field, name, raw, answer)
            chunk.first(field, answer["compare"])
    for name, raw in _sources_of(chunk, Meaning.POSTCODE, "postcode", split):
        pairs = pl.DataFrame({"raw": raw, "country": country})
        distinct = pairs.filter(pl.col("raw").is_not_null()).unique()
        answer = normalise_postcodes(distinct["raw"], distinct["country"])
        spread = pairs.join(
            pl.concat([distinct, answer], how="horizontal"),
            on=["raw", "country"], how="left", nulls_equal=True, maintain_order="left",
        )  # fmt: skip
        chunk.values.add("postcode", name, raw, spread)
        chunk.first("postcode", spread["compare"])
    _street(chunk, split)
    return country


def _split_address(chunk: Chunk) -> pl.DataFrame | None:
    columns = chunk.columns(Meaning.ADDRESS)
    if not columns:
        return None
    raw = chunk.raw(columns[0])
    return per_distinct(raw, split_addresses).with_columns(raw.alias("_raw_address"))


def _sources_of(chunk: Chunk, meaning: Meaning, field: str, split: pl.DataFrame | None) -> list[tuple[str, pl.Series]]:
    """(column name, raw values) of a part of the address: its own columns first, else the split address."""
    own = [(column.name, chunk.raw(column)) for column in chunk.columns(meaning)]
    if own or split is None:
        return own
    return [(chunk.columns(Meaning.ADDRESS)[0].name, split[field])]


def _country(chunk: Chunk, split: pl.DataFrame | None) -> pl.Series:
    for name, raw in _sources_of(chunk, Meaning.COUNTRY, "country", split):
        answer = per_distinct(raw, _country_answer)
        chunk.values.add("country", name, raw, answer)
        chunk.first("country", answer["compare"])
    return chunk.fields.get("country", chunk.null())


def _street(chunk: Chunk, split: pl.DataFrame | None) -> None:
    number_columns = chunk.columns(Meaning.HOUSE_NUMBER)
    for name, raw in _sources_of(chunk, Meaning.STREET, "street", split):
        answer = per_distinct(raw, normalise_streets)
        answer = answer.with_columns(
            compare=pl.concat_str("street", "house_number", separator=" ", ignore_nulls=True).replace("", None)
        )
        chunk.values.add("street", name, raw, answer)
        chunk.first("street", answer["street"])
        chunk.first("house_number", answer["house_number"])
    for column in number_columns:
        raw = chunk.raw(column)
        answer = per_distinct(raw, codes.normalise_house_numbers)
        chunk.values.add("house_number", column.name, raw, answer)
        found = answer["compare"]
        known = chunk.fields.get("house_number", chunk.null())
        chunk.fields["house_number"] = found.zip_with(found.is_not_null(), known)


def _country_answer(values: pl.Series) -> pl.DataFrame:
    found = country_codes_of(values)
    blank = is_blank(clean(values))
    return pl.DataFrame({"f": found, "blank": blank}).select(
        value="f",
        compare="f",
        absence=pl.when(pl.col("blank") & pl.col("f").is_null())
        .then(pl.lit("placeholder"))
        .when(pl.col("f").is_null())
        .then(pl.lit("invalid")),
    )
