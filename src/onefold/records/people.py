"""Records of people and organisations: one chunk of landed rows → rows of ``record`` and ``record_value``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import polars as pl
import pyarrow as pa

from onefold.catalog.model import Column, Meaning
from onefold.records import codes
from onefold.records.addresses import normalise_cities
from onefold.records.chunk import Chunk, PeoplePlan
from onefold.records.companies import normalise_companies, normalise_domains
from onefold.records.dates import normalise_dates, normalise_moments
from onefold.records.model import RECORD_VALUE
from onefold.records.people_contacts import conform_emails, conform_phones
from onefold.records.people_names import conform_names
from onefold.records.people_places import conform_places
from onefold.records.text import per_distinct

Normalise = Callable[[pl.Series], pl.DataFrame]

_SIMPLE: Mapping[Meaning, tuple[str, Normalise]] = {
    Meaning.USERNAME: ("username", codes.normalise_usernames),
    Meaning.BIRTH_PLACE: ("birth_place", normalise_cities),
    Meaning.GENDER: ("gender", codes.normalise_genders),
    Meaning.LANGUAGE: ("language", codes.normalise_languages),
    Meaning.NATIONAL_ID: ("national_id", codes.normalise_numbers),
    Meaning.LOYALTY_NUMBER: ("loyalty_number", codes.normalise_numbers),
    Meaning.EXTERNAL_ID: ("external_id", codes.normalise_numbers),
    Meaning.JOB_TITLE: ("job_title", codes.normalise_labels),
    Meaning.COMPANY: ("company", normalise_companies),
    Meaning.DOMAIN: ("domain", normalise_domains),
    Meaning.WEBSITE: ("website", normalise_domains),
    Meaning.ADDRESS_EXTRA: ("address_extra", codes.normalise_labels),
    Meaning.STATUS: ("status", codes.normalise_labels),
    Meaning.TIER: ("tier", codes.normalise_labels),
    Meaning.OWNER: ("owner", codes.normalise_labels),
    Meaning.CHANNEL: ("channel", codes.normalise_labels),
    Meaning.CONSENT: ("consent", codes.normalise_flags),
}
"""Meanings whose values are conformed one by one, whatever else the row says."""

_QUALIFIED: Mapping[Meaning, Normalise] = {
    Meaning.CATEGORY: codes.normalise_labels,
    Meaning.FLAG: codes.normalise_flags,
    Meaning.SCORE: codes.normalise_measures,
    Meaning.QUANTITY: codes.normalise_measures,
    Meaning.MEASURE: codes.normalise_measures,
    Meaning.PRODUCT: codes.normalise_labels,
    Meaning.TITLE: codes.normalise_texts,
    Meaning.TEXT: codes.normalise_texts,
    Meaning.OTHER: codes.normalise_texts,
}
"""Meanings that say little without their column: the attribute is 'category:industry', 'flag:newsletter', …"""


def conform_chunk(rows: pl.DataFrame, plan: PeoplePlan) -> tuple[pa.Table, pa.Table]:
    """Conform landed rows.

    Args:
        rows: the source's columns (strings), ``_key`` and ``_hash``.
        plan: of their table.

    Returns:
        (``RECORD`` rows, ``RECORD_VALUE`` rows).
    """
    chunk = Chunk(rows, plan)
    country = conform_places(chunk)
    conform_emails(chunk)
    conform_phones(chunk, country)
    for column in plan.table.columns:
        _conform_column(chunk, column)
    _conform_dates(chunk)
    conform_names(chunk)
    return chunk.record(), chunk.values.frame().to_arrow().cast(RECORD_VALUE)


def _conform_column(chunk: Chunk, column: Column) -> None:
    if column.name not in chunk.rows.columns:
        return
    meaning, raw = column.meaning, chunk.raw(column)
    if meaning in _SIMPLE:
        attribute, normalise = _SIMPLE[meaning]
        answer = per_distinct(raw, normalise)
        chunk.values.add(attribute, column.name, raw, answer)
        _into_record(chunk, meaning, column, answer)
    elif meaning in _QUALIFIED:
        answer = per_distinct(raw, _QUALIFIED[meaning])
        chunk.values.add(f"{meaning.value}:{column.name}", column.name, raw, answer)
    elif meaning is Meaning.AMOUNT:
        unit = str(column.details.get("unit", "major"))
        answer = per_distinct(raw, lambda values: codes.normalise_money(values, unit=unit))
        chunk.values.add(f"amount:{column.name}", column.name, raw, answer)


def _into_record(chunk: Chunk, meaning: Meaning, column: Column, answer: pl.DataFrame) -> None:
    compare = answer["compare"]
    match meaning:
        case Meaning.NATIONAL_ID | Meaning.LOYALTY_NUMBER | Meaning.USERNAME:
            chunk.extend(meaning.value + "s", compare)
        case Meaning.EXTERNAL_ID:
            chunk.extend("external_ids", answer.select(pl.lit(column.name + ":") + pl.col("compare")).to_series())
        case Meaning.WEBSITE | Meaning.DOMAIN:
            chunk.first("domain", compare)
        case Meaning.GENDER | Meaning.JOB_TITLE | Meaning.COMPANY | Meaning.BIRTH_PLACE:
            chunk.first(meaning.value, compare)
            if meaning is Meaning.COMPANY:
                chunk.first("company_shown", answer["value"])
        case _:
            pass


def _conform_dates(chunk: Chunk) -> None:
    for column in chunk.columns(Meaning.BIRTH_DATE):
        raw = chunk.raw(column)
        order, calendar = date_habits(column, chunk.plan.default_region)
        answer = per_distinct(
            raw,
            partial(normalise_dates, order=order, calendar=calendar, is_birth=True),
        )
        chunk.values.add("birth_date", column.name, raw, answer)
        chunk.first("birth_date", answer["compare"])
    for column in chunk.columns(Meaning.CREATED_AT, Meaning.UPDATED_AT, Meaning.DATE, Meaning.EVENT_TIME):
        raw = chunk.raw(column)
        answer = moments_of(raw, column, chunk.plan.default_region)
        if column.meaning is Meaning.CREATED_AT:
            chunk.values.add("created_at", column.name, raw, answer)
            chunk.first("created_at", answer["moment"])
        elif column.meaning is Meaning.UPDATED_AT:
            chunk.values.add("updated_at", column.name, raw, answer)
            known = chunk.fields.get("updated_at", answer["moment"])
            chunk.fields["updated_at"] = (
                pl.DataFrame({"a": known, "b": answer["moment"]}).select(pl.max_horizontal("a", "b")).to_series()
            )
        else:
            chunk.values.add(f"date:{column.name}", column.name, raw, answer)


def date_habits(column: Column, region: str | None) -> tuple[str, str]:
    """(order, calendar) of a column's dates: as the catalogue found, else as the region writes."""
    order = column.details.get("date_order") or ("mdy" if region == "US" else "dmy")
    return str(order), str(column.details.get("date_calendar") or "gregorian")


def moments_of(raw: pl.Series, column: Column, region: str | None) -> pl.DataFrame:
    """Moments of a column, aligned with ``raw``."""
    order, calendar = date_habits(column, region)
    return per_distinct(raw, lambda values: normalise_moments(values, order=order, calendar=calendar))
