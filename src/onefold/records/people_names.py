"""The name of a record: of a person, whole or in parts, or of an organisation."""

from __future__ import annotations

import polars as pl

from onefold.catalog.model import Meaning
from onefold.records import codes
from onefold.records.chunk import Chunk
from onefold.records.companies import company_words, looks_like_company, normalise_companies
from onefold.records.name_columns import display_names, full_names, generations, name_parts, native_names
from onefold.records.placeholders import MAILBOX_WORDS, is_blank
from onefold.records.text import clean, per_distinct


def conform_names(chunk: Chunk) -> None:
    """The name, its parts, and whether it is a person's at all. E-mails and companies must be conformed before."""
    given, given_name = _joined(chunk, Meaning.GIVEN_NAME, Meaning.MIDDLE_NAME)
    family, family_name = _joined(chunk, Meaning.FAMILY_NAME, Meaning.SECOND_FAMILY_NAME)
    whole, whole_name = _joined(chunk, Meaning.FULL_NAME)
    for column in chunk.columns(Meaning.NAME_PREFIX, Meaning.NAME_SUFFIX):
        answer = per_distinct(chunk.raw(column), codes.normalise_labels)
        chunk.values.add(column.meaning.value, column.name, chunk.raw(column), answer)
        if column.meaning is Meaning.NAME_SUFFIX:
            chunk.first("generation", generations(chunk.raw(column)))
    if chunk.is_organisation:
        _organisation_name(chunk, whole)
        return
    has_parts = given is not None or family is not None
    names = _null_names(chunk)
    raw = chunk.null()
    if has_parts:
        first, last = (
            given if given is not None else chunk.null(),
            family if family is not None else chunk.null(),
        )
        names = name_parts(_unless_handle(chunk, first), last, chunk.plan.names)
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
        parsed = full_names(_unless_handle(chunk, whole), chunk.plan.names)
        empty = names["given_words"].is_null() & names["family_words"].is_null()
        names = pl.DataFrame({c: names[c].zip_with(~empty, parsed[c]) for c in names.columns})
        raw = raw.zip_with(~empty | (raw.is_not_null() & whole.is_null()), whole)
    shown_in = " + ".join(name for name in (given_name, family_name) if name) or whole_name
    _name_fields(chunk, names, raw)
    _name_values(chunk, names, raw, (given, given_name), (family, family_name), (shown_in, whole_name))


def _name_fields(chunk: Chunk, names: pl.DataFrame, raw: pl.Series) -> None:
    text = clean(raw)
    is_company = looks_like_company(text) & _unnamed_or_true(names)
    shown = display_names(names)
    chunk.fields["display_name"] = shown.zip_with(~is_company, text)
    chunk.fields["given_name"] = names["given_words"].set(is_company, None)
    chunk.fields["family_name"] = names["family_words"].set(is_company, None)
    chunk.first("generation", generations(names["suffix"]).set(is_company, None))
    chunk.fields["native_name"] = native_names(names).set(is_company, None)
    person = pl.Series(["person"]).new_from_index(0, len(chunk.rows))
    chunk.fields["kind"] = person.set(is_company, "organisation")
    if is_company.any():
        compare = company_words(text.set(~is_company, None))
        chunk.first("company", compare)
        answer = pl.DataFrame({"value": text.set(~is_company, None), "compare": compare, "absence": chunk.null()})
        column = next(iter(chunk.columns(Meaning.FULL_NAME, Meaning.FAMILY_NAME, Meaning.GIVEN_NAME)))
        chunk.values.add("company", column.name, raw, answer)


def _unnamed_or_true(names: pl.DataFrame) -> pl.Series:
    return names["absence"].is_null()


def _name_values(
    chunk: Chunk,
    names: pl.DataFrame,
    raw: pl.Series,
    given: tuple[pl.Series | None, str],
    family: tuple[pl.Series | None, str],
    whole: tuple[str, str],
) -> None:
    shown_in, whole_name = whole
    is_person = chunk.fields["kind"] == "person"
    absence = names["absence"]
    compare = names.select(
        pl.concat_str("given_words", "family_words", separator=" ", ignore_nulls=True).replace("", None)
    ).to_series()
    shown = chunk.fields["display_name"].set(absence.is_not_null(), None)
    if shown_in:
        chunk.values.add(
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
        chunk.values.add(f"{side}_name", own_name or whole_name or shown_in, part_raw, part)


def _organisation_name(chunk: Chunk, whole: pl.Series | None) -> None:
    company = chunk.fields.get("company_shown", chunk.null())
    if whole is not None:
        answer = per_distinct(whole, normalise_companies)
        column = chunk.columns(Meaning.FULL_NAME)[0]
        chunk.values.add("company", column.name, whole, answer)
        chunk.first("company", answer["compare"])
        company = company.zip_with(company.is_not_null(), answer["value"])
    chunk.fields["display_name"] = company
    chunk.fields["kind"] = pl.Series(["organisation"]).new_from_index(0, len(chunk.rows))


def _joined(chunk: Chunk, *meanings: Meaning) -> tuple[pl.Series | None, str]:
    """Texts of all columns of these meanings, joined by spaces; and the name of the first of them."""
    columns = [c for meaning in meanings for c in chunk.columns(meaning)]
    if Meaning.FULL_NAME in meanings:
        columns = columns[:1]
    if not columns:
        return None, ""
    joined = chunk.raw(columns[0])
    if len(columns) > 1:
        texts = [clean(chunk.raw(c)).alias(str(i)) for i, c in enumerate(columns)]
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


def _unless_handle(chunk: Chunk, name: pl.Series) -> pl.Series:
    """Names, null where they are only the person's e-mail address over again (or its local part)."""
    emails = chunk.fields.get("emails")
    lower = name.str.to_lowercase().str.strip_chars()
    handle = lower.str.contains("@", literal=True)
    if emails is not None:
        raw_local = _first_local_part(chunk)
        same = lower == raw_local
        wordless = lower.str.contains(r"[0-9._+-]") | ((name == lower) & (lower.str.len_chars() >= 7))
        wordless = wordless | lower.is_in(MAILBOX_WORDS)
        handle = handle | (same & wordless)
    return name.set(handle.fill_null(value=False), None)


def _first_local_part(chunk: Chunk) -> pl.Series:
    column = chunk.columns(Meaning.EMAIL)[0]
    return chunk.raw(column).str.strip_chars().str.to_lowercase().str.extract(r"^([^@\s]+)@")


def _null_names(chunk: Chunk) -> pl.DataFrame:
    parts = ("given", "family", "given_words", "family_words", "suffix")
    return pl.DataFrame(
        {p: chunk.null() for p in parts} | {"is_family_first": chunk.null(pl.Boolean), "absence": chunk.null()}
    )
