"""Records of people and organisations: one chunk of landed rows → rows of ``record`` and ``record_value``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import polars as pl
import pyarrow as pa

from onefold.catalog.model import Column, Meaning, Role, Table
from onefold.records import codes
from onefold.records.addresses import (
    normalise_cities,
    normalise_postcodes,
    normalise_streets,
    split_addresses,
)
from onefold.records.companies import (
    company_words,
    looks_like_company,
    normalise_companies,
    normalise_domains,
)
from onefold.records.countries import country_codes_of
from onefold.records.dates import normalise_dates, normalise_moments
from onefold.records.emails import normalise_emails
from onefold.records.hints import NORTH_AMERICAN, region_hints
from onefold.records.model import RECORD, RECORD_VALUE
from onefold.records.name_columns import (
    NameContext,
    display_names,
    full_names,
    name_parts,
    native_names,
)
from onefold.records.phones import normalise_phones
from onefold.records.placeholders import MAILBOX_WORDS, is_blank
from onefold.records.text import clean, per_distinct
from onefold.records.values import ValueRows

Normalise = Callable[[pl.Series], pl.DataFrame]


@dataclass(frozen=True)
class PeoplePlan:
    """Everything that decides how the rows of one table are conformed."""

    table: Table
    mapping_hash: str
    names: NameContext
    default_region: str | None
    """Region of national phone numbers where the row names no country."""
    other_regions: tuple[str, ...]
    """Regions seen in the workspace."""


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
    return _Chunk(rows, plan).conform()


class _Chunk:
    """One chunk on its way: ``fields`` become columns of ``record``, ``values`` rows of ``record_value``."""

    def __init__(self, rows: pl.DataFrame, plan: PeoplePlan) -> None:
        self.rows = rows
        self.plan = plan
        self.is_organisation = plan.table.role is Role.ORGANISATIONS
        prefix = f"{plan.table.source}.{plan.table.name}:"
        self.subject_id = rows.select(pl.lit(prefix) + pl.col("_key")).to_series().alias("subject_id")
        self.values = ValueRows(self.subject_id)
        self.fields: dict[str, pl.Series] = {}

    def conform(self) -> tuple[pa.Table, pa.Table]:
        country = self._places()
        self._emails()
        self._phones(country)
        for column in self.plan.table.columns:
            self._simple(column)
        self._dates()
        self._names()
        return self._record(), self.values.frame().to_arrow().cast(RECORD_VALUE)

    # -- helpers ------------------------------------------------------------------------------------------------

    def _columns(self, *meanings: Meaning) -> list[Column]:
        return [c for c in self.plan.table.with_meaning(*meanings) if c.name in self.rows.columns]

    def _raw(self, column: Column) -> pl.Series:
        return self.rows[column.name]

    def _null(self, dtype: Any = pl.String) -> pl.Series:
        return pl.Series([None], dtype=dtype).new_from_index(0, len(self.rows))

    def _first(self, field: str, values: pl.Series) -> None:
        """Keep the first value that any column offers for a field of the record."""
        known = self.fields.get(field)
        self.fields[field] = values if known is None else known.zip_with(known.is_not_null(), values)

    def _extend(self, field: str, values: pl.Series) -> None:
        """Append values (strings or lists) to a list field, each value once."""
        lists = (
            values
            if values.dtype == pl.List(pl.String)
            else pl.DataFrame({"v": values})
            .select(pl.when(pl.col("v").is_not_null()).then(pl.concat_list("v")))
            .to_series()
        )
        known = self.fields.get(field)
        if known is not None:
            empty = pl.lit([], dtype=pl.List(pl.String))
            lists = (
                pl.DataFrame({"a": known, "b": lists})
                .select(
                    pl.when(pl.col("a").is_not_null() | pl.col("b").is_not_null()).then(
                        pl.col("a")
                        .fill_null(empty)
                        .list.concat(pl.col("b").fill_null(empty))
                        .list.unique(maintain_order=True)
                    )
                )
                .to_series()
            )
        self.fields[field] = lists

    # -- contact points -----------------------------------------------------------------------------------------

    def _emails(self) -> None:
        for column in self._columns(Meaning.EMAIL):
            raw = self._raw(column)
            answer = per_distinct(raw, normalise_emails)
            self.values.add_lists("email", column.name, raw, answer)
            self._extend("emails", answer["compares"])

    def _phones(self, country: pl.Series) -> None:
        columns = self._columns(Meaning.PHONE)
        hint = self._region_hints(country) if columns else None
        for column in columns:
            raw = self._raw(column)
            default = column.details.get("region") or self.plan.default_region
            pairs = pl.DataFrame({"raw": raw, "region": country, "hint": self._shape_hint(raw, hint)})
            distinct = pairs.filter(pl.col("raw").is_not_null()).unique()
            answer = normalise_phones(
                distinct["raw"], distinct["region"], default, self.plan.other_regions, distinct["hint"]
            )
            spread = pairs.join(
                pl.concat([distinct, answer], how="horizontal"),
                on=["raw", "region", "hint"],
                how="left",
                nulls_equal=True,
                maintain_order="left",
            )
            self.values.add_lists("phone", column.name, raw, spread)
            self._extend("phones", spread["compares"])

    def _shape_hint(self, raw: pl.Series, hint: pl.Series | None) -> pl.Series:
        """``hint``, and North America for numbers in the shape that only it uses, if the workspace knows it."""
        hint = self._null() if hint is None else hint
        shaped = raw.str.contains(NORTH_AMERICAN) & hint.is_null()
        return hint.set(shaped.fill_null(value=False), "US") if "US" in self.plan.other_regions else hint

    def _region_hints(self, country: pl.Series) -> pl.Series | None:
        """Where rows that name no country may belong."""
        languages = self._columns(Meaning.LANGUAGE)
        names = self._columns(Meaning.FULL_NAME, Meaning.FAMILY_NAME, Meaning.GIVEN_NAME)
        hints = region_hints(
            self.plan.other_regions,
            language=per_distinct(self._raw(languages[0]), codes.normalise_languages)["value"] if languages else None,
            emails=self.fields.get("emails"),
            name=self._raw(names[0]) if names else None,
        )
        return None if hints is None else hints.set(country.is_not_null(), None)

    # -- places -------------------------------------------------------------------------------------------------

    def _places(self) -> pl.Series:
        """Conform everything postal; returns the country of each row."""
        split = self._split_address()
        country = self._country(split)
        for field, meaning in (("city", Meaning.CITY), ("region", Meaning.REGION)):
            for name, raw in self._sources_of(meaning, field, split):
                answer = per_distinct(raw, normalise_cities)
                self.values.add(field, name, raw, answer)
                self._first(field, answer["compare"])
        for name, raw in self._sources_of(Meaning.POSTCODE, "postcode", split):
            pairs = pl.DataFrame({"raw": raw, "country": country})
            distinct = pairs.filter(pl.col("raw").is_not_null()).unique()
            answer = normalise_postcodes(distinct["raw"], distinct["country"])
            spread = pairs.join(
                pl.concat([distinct, answer], how="horizontal"),
                on=["raw", "country"], how="left", nulls_equal=True, maintain_order="left",
            )  # fmt: skip
            self.values.add("postcode", name, raw, spread)
            self._first("postcode", spread["compare"])
        self._street(split)
        return country

    def _split_address(self) -> pl.DataFrame | None:
        columns = self._columns(Meaning.ADDRESS)
        if not columns:
            return None
        raw = self._raw(columns[0])
        return per_distinct(raw, split_addresses).with_columns(raw.alias("_raw_address"))

    def _sources_of(self, meaning: Meaning, field: str, split: pl.DataFrame | None) -> list[tuple[str, pl.Series]]:
        """(column name, raw values) of a part of the address: its own columns first, else the split address."""
        own = [(column.name, self._raw(column)) for column in self._columns(meaning)]
        if own or split is None:
            return own
        return [(self._columns(Meaning.ADDRESS)[0].name, split[field])]

    def _country(self, split: pl.DataFrame | None) -> pl.Series:
        for name, raw in self._sources_of(Meaning.COUNTRY, "country", split):
            answer = per_distinct(raw, _country_answer)
            self.values.add("country", name, raw, answer)
            self._first("country", answer["compare"])
        return self.fields.get("country", self._null())

    def _street(self, split: pl.DataFrame | None) -> None:
        number_columns = self._columns(Meaning.HOUSE_NUMBER)
        for name, raw in self._sources_of(Meaning.STREET, "street", split):
            answer = per_distinct(raw, normalise_streets)
            answer = answer.with_columns(
                compare=pl.concat_str("street", "house_number", separator=" ", ignore_nulls=True).replace("", None)
            )
            self.values.add("street", name, raw, answer)
            self._first("street", answer["street"])
            self._first("house_number", answer["house_number"])
        for column in number_columns:
            raw = self._raw(column)
            answer = per_distinct(raw, codes.normalise_house_numbers)
            self.values.add("house_number", column.name, raw, answer)
            found = answer["compare"]
            known = self.fields.get("house_number", self._null())
            self.fields["house_number"] = found.zip_with(found.is_not_null(), known)

    # -- single values ------------------------------------------------------------------------------------------

    def _simple(self, column: Column) -> None:
        if column.name not in self.rows.columns:
            return
        meaning, raw = column.meaning, self._raw(column)
        if meaning in _SIMPLE:
            attribute, normalise = _SIMPLE[meaning]
            answer = per_distinct(raw, normalise)
            self.values.add(attribute, column.name, raw, answer)
            self._into_record(meaning, column, answer)
        elif meaning in _QUALIFIED:
            answer = per_distinct(raw, _QUALIFIED[meaning])
            self.values.add(f"{meaning.value}:{column.name}", column.name, raw, answer)
        elif meaning is Meaning.AMOUNT:
            unit = str(column.details.get("unit", "major"))
            answer = per_distinct(raw, lambda values: codes.normalise_money(values, unit=unit))
            self.values.add(f"amount:{column.name}", column.name, raw, answer)

    def _into_record(self, meaning: Meaning, column: Column, answer: pl.DataFrame) -> None:
        compare = answer["compare"]
        match meaning:
            case Meaning.NATIONAL_ID | Meaning.LOYALTY_NUMBER | Meaning.USERNAME:
                self._extend(meaning.value + "s", compare)
            case Meaning.EXTERNAL_ID:
                self._extend("external_ids", answer.select(pl.lit(column.name + ":") + pl.col("compare")).to_series())
            case Meaning.WEBSITE | Meaning.DOMAIN:
                self._first("domain", compare)
            case Meaning.GENDER | Meaning.JOB_TITLE | Meaning.COMPANY | Meaning.BIRTH_PLACE:
                self._first(meaning.value, compare)
                if meaning is Meaning.COMPANY:
                    self._first("company_shown", answer["value"])
            case _:
                pass

    def _dates(self) -> None:
        for column in self._columns(Meaning.BIRTH_DATE):
            raw = self._raw(column)
            order, calendar = date_habits(column, self.plan.default_region)
            answer = per_distinct(
                raw,
                partial(normalise_dates, order=order, calendar=calendar, is_birth=True),
            )
            self.values.add("birth_date", column.name, raw, answer)
            self._first("birth_date", answer["compare"])
        for column in self._columns(Meaning.CREATED_AT, Meaning.UPDATED_AT, Meaning.DATE, Meaning.EVENT_TIME):
            raw = self._raw(column)
            answer = moments_of(raw, column, self.plan.default_region)
            if column.meaning is Meaning.CREATED_AT:
                self.values.add("created_at", column.name, raw, answer)
                self._first("created_at", answer["moment"])
            elif column.meaning is Meaning.UPDATED_AT:
                self.values.add("updated_at", column.name, raw, answer)
                known = self.fields.get("updated_at", answer["moment"])
                self.fields["updated_at"] = (
                    pl.DataFrame({"a": known, "b": answer["moment"]}).select(pl.max_horizontal("a", "b")).to_series()
                )
            else:
                self.values.add(f"date:{column.name}", column.name, raw, answer)

    # -- names --------------------------------------------------------------------------------------------------

    def _names(self) -> None:
        given, given_name = self._joined(Meaning.GIVEN_NAME, Meaning.MIDDLE_NAME)
        family, family_name = self._joined(Meaning.FAMILY_NAME, Meaning.SECOND_FAMILY_NAME)
        whole, whole_name = self._joined(Meaning.FULL_NAME)
        for column in self._columns(Meaning.NAME_PREFIX, Meaning.NAME_SUFFIX):
            answer = per_distinct(self._raw(column), codes.normalise_labels)
            self.values.add(column.meaning.value, column.name, self._raw(column), answer)
        if self.is_organisation:
            self._organisation_name(whole)
            return
        has_parts = given is not None or family is not None
        names = self._null_names()
        raw = self._null()
        if has_parts:
            first, last = (
                given if given is not None else self._null(),
                family if family is not None else self._null(),
            )
            names = name_parts(self._unless_handle(first), last, self.plan.names)
            raw = (
                pl.DataFrame({"a": first, "b": last})
                .select(
                    pl.when(pl.any_horizontal(pl.all().is_not_null())).then(
                        pl.concat_str("a", "b", separator=" ", ignore_nulls=True)
                    )
                )
                .to_series()
            )
        if whole is not None:
            parsed = full_names(self._unless_handle(whole), self.plan.names)
            empty = names["given_words"].is_null() & names["family_words"].is_null()
            names = pl.DataFrame({c: names[c].zip_with(~empty, parsed[c]) for c in names.columns})
            raw = raw.zip_with(~empty | (raw.is_not_null() & whole.is_null()), whole)
        shown_in = " + ".join(name for name in (given_name, family_name) if name) or whole_name
        self._name_fields(names, raw)
        self._name_values(names, raw, (given, given_name), (family, family_name), (shown_in, whole_name))

    def _name_fields(self, names: pl.DataFrame, raw: pl.Series) -> None:
        text = clean(raw)
        is_company = looks_like_company(text) & self._unnamed_or_true(names)
        shown = display_names(names)
        self.fields["display_name"] = shown.zip_with(~is_company, text)
        self.fields["given_name"] = names["given_words"].set(is_company, None)
        self.fields["family_name"] = names["family_words"].set(is_company, None)
        self.fields["native_name"] = native_names(names).set(is_company, None)
        person = pl.Series(["person"]).new_from_index(0, len(self.rows))
        self.fields["kind"] = person.set(is_company, "organisation")
        if is_company.any():
            compare = company_words(text.set(~is_company, None))
            self._first("company", compare)
            answer = pl.DataFrame({"value": text.set(~is_company, None), "compare": compare, "absence": self._null()})
            column = next(iter(self._columns(Meaning.FULL_NAME, Meaning.FAMILY_NAME, Meaning.GIVEN_NAME)))
            self.values.add("company", column.name, raw, answer)

    def _unnamed_or_true(self, names: pl.DataFrame) -> pl.Series:
        return names["absence"].is_null()

    def _name_values(
        self,
        names: pl.DataFrame,
        raw: pl.Series,
        given: tuple[pl.Series | None, str],
        family: tuple[pl.Series | None, str],
        whole: tuple[str, str],
    ) -> None:
        shown_in, whole_name = whole
        is_person = self.fields["kind"] == "person"
        absence = names["absence"]
        compare = names.select(
            pl.concat_str("given_words", "family_words", separator=" ", ignore_nulls=True).replace("", None)
        ).to_series()
        shown = self.fields["display_name"].set(absence.is_not_null(), None)
        if shown_in:
            self.values.add(
                "full_name",
                shown_in,
                raw,
                pl.DataFrame({"value": shown, "compare": compare, "absence": absence}),
            )
        for side, (own, own_name) in (("given", given), ("family", family)):
            part_raw = own.zip_with(own.is_not_null(), raw) if own is not None else raw
            value = names[side].set(~is_person, None)
            part = pl.DataFrame({"value": value, "compare": names[side + "_words"], "absence": absence})
            if own is not None and shown_in != whole_name:
                part = part.with_columns(
                    absence=pl.when(pl.lit(is_blank(clean(own))))
                    .then(pl.lit("placeholder"))
                    .when(pl.lit(own.is_not_null()))
                    .then("absence")
                )
            else:
                part = part.with_columns(absence=pl.lit(None, dtype=pl.String))
            self.values.add(f"{side}_name", own_name or whole_name or shown_in, part_raw, part)

    def _organisation_name(self, whole: pl.Series | None) -> None:
        company = self.fields.get("company_shown", self._null())
        if whole is not None:
            answer = per_distinct(whole, normalise_companies)
            column = self._columns(Meaning.FULL_NAME)[0]
            self.values.add("company", column.name, whole, answer)
            self._first("company", answer["compare"])
            company = company.zip_with(company.is_not_null(), answer["value"])
        self.fields["display_name"] = company
        self.fields["kind"] = pl.Series(["organisation"]).new_from_index(0, len(self.rows))

    def _joined(self, *meanings: Meaning) -> tuple[pl.Series | None, str]:
        """Texts of all columns of these meanings, joined by spaces; and the name of the first of them."""
        columns = [c for meaning in meanings for c in self._columns(meaning)]
        if Meaning.FULL_NAME in meanings:
            columns = columns[:1]
        if not columns:
            return None, ""
        joined = self._raw(columns[0])
        if len(columns) > 1:
            texts = [clean(self._raw(c)).alias(str(i)) for i, c in enumerate(columns)]
            blanked = [t.set(is_blank(t), None) for t in texts]
            joined = (
                pl.DataFrame(blanked)
                .select(
                    pl.when(pl.any_horizontal(pl.all().is_not_null())).then(
                        pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)
                    )
                )
                .to_series()
            )
        joined = joined.alias("name")
        return joined.set((joined.str.strip_chars() == "").fill_null(value=False), None), columns[0].name

    def _unless_handle(self, name: pl.Series) -> pl.Series:
        """Names, null where they are only the person's e-mail address over again (or its local part)."""
        emails = self.fields.get("emails")
        lower = name.str.to_lowercase().str.strip_chars()
        handle = lower.str.contains("@", literal=True)
        if emails is not None:
            raw_local = self._first_local_part()
            same = lower == raw_local
            wordless = lower.str.contains(r"[0-9._+-]") | ((name == lower) & (lower.str.len_chars() >= 7))
            wordless = wordless | lower.is_in(MAILBOX_WORDS)
            handle = handle | (same & wordless)
        return name.set(handle.fill_null(value=False), None)

    def _first_local_part(self) -> pl.Series:
        column = self._columns(Meaning.EMAIL)[0]
        return self._raw(column).str.strip_chars().str.to_lowercase().str.extract(r"^([^@\s]+)@")

    def _null_names(self) -> pl.DataFrame:
        parts = ("given", "family", "given_words", "family_words", "suffix")
        return pl.DataFrame(
            {p: self._null() for p in parts} | {"is_family_first": self._null(pl.Boolean), "absence": self._null()}
        )

    # -- assembly -----------------------------------------------------------------------------------------------

    def _record(self) -> pa.Table:
        table = self.plan.table
        constants = {"source": table.source, "table_name": table.name, "mapping_hash": self.plan.mapping_hash}
        columns: dict[str, pa.Array] = {}
        for field in RECORD:
            if field.name in constants:
                series = pl.Series([constants[field.name]]).new_from_index(0, len(self.rows))
            elif field.name == "subject_id":
                series = self.subject_id
            elif field.name == "record_key":
                series = self.rows["_key"]
            elif field.name == "row_hash":
                series = self.rows["_hash"]
            elif field.name in self.fields:
                series = self.fields[field.name]
            else:
                columns[field.name] = pa.nulls(len(self.rows), field.type)
                continue
            columns[field.name] = series.to_arrow().cast(field.type)
        return pa.table(columns, schema=RECORD)


def date_habits(column: Column, region: str | None) -> tuple[str, str]:
    """(order, calendar) of a column's dates: as the catalogue found, else as the region writes."""
    order = column.details.get("date_order") or ("mdy" if region == "US" else "dmy")
    return str(order), str(column.details.get("date_calendar") or "gregorian")


def moments_of(raw: pl.Series, column: Column, region: str | None) -> pl.DataFrame:
    """Moments of a column, aligned with ``raw``."""
    order, calendar = date_habits(column, region)
    return per_distinct(raw, lambda values: normalise_moments(values, order=order, calendar=calendar))


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
