"""Events, conversations and feedback: one chunk of landed rows → rows of ``event``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import pyarrow as pa

from onefold.catalog.model import Column, Meaning, Table
from onefold.records import codes
from onefold.records.borrowing import Loan
from onefold.records.fact_columns import FactColumns, choose_columns
from onefold.records.model import EVENT
from onefold.records.people import moments_of
from onefold.records.placeholders import blank_to_null
from onefold.records.text import clean, per_distinct, words
from onefold.records.vocabulary import word_list

_GENERIC_WORDS = frozenset(
    word_list("""
    data table tbl list lookup log logs export dump raw stg staging dim fact all history v new old
""")
)
_DETAIL_WORDS = frozenset(
    word_list("""
    line lines item items detail details response responses event events row rows
""")
)
EXCERPT_LENGTH = 120
"""Characters of a text that stand for its title, as a subject line would."""
_LARGEST = 9_999_999_999_999  # decimal(18, 4) holds 14 digits before the point


@dataclass(frozen=True)
class FactPlan:
    """Everything that decides how the rows of one table of facts are conformed."""

    table: Table
    mapping_hash: str
    default_region: str | None
    loans: Mapping[str, Loan] = field(default_factory=dict)
    """What a row takes from another table where it says nothing itself."""


def default_type(table_name: str) -> str:
    """What a row of the table is, in one word where possible.

    >>> default_type("billing_invoices"), default_type("order_lines"), default_type("Sales_Data_2021")
    ('invoice', 'order_line', 'sale')
    """
    parts = [p.lower() for p in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+", table_name)]
    parts = [p for p in parts if p not in _GENERIC_WORDS] or parts or [table_name.lower()]
    kept = parts[-2:] if parts[-1] in _DETAIL_WORDS else parts[-1:]
    return "_".join(_singular(p) for p in kept)


def conform_facts(rows: pl.DataFrame, plan: FactPlan) -> pa.Table:
    """Conform landed rows.

    Args:
        rows: the chosen source columns (strings), ``_key``, ``_hash``, ``_subject_id``, ``_body`` (JSON), and the raw
            values of the plan's loans.
        plan: of their table.

    Returns:
        ``EVENT`` rows.
    """
    table, chosen = plan.table, choose_columns(plan.table)
    money = _money(rows, chosen, plan.loans)
    constants = {
        "source": table.source,
        "table_name": table.name,
        "mapping_hash": plan.mapping_hash,
        "role": table.role.value,
    }
    columns: dict[str, pl.Series] = {name: _repeat(value, len(rows)) for name, value in constants.items()}
    columns |= {
        "event_id": rows.select(pl.lit(f"{table.full_name}:") + pl.col("_key")).to_series(),
        "subject_id": rows["_subject_id"],
        "record_key": rows["_key"],
        "row_hash": rows["_hash"],
        "event_type": _types(rows, chosen.kind, default_type(table.name)),
        "occurred_at": _moments(rows, chosen.time, plan),
        "title": _titles(rows, chosen, plan.loans),
        "status": _text(rows, chosen.status),
        "channel": _text(rows, chosen.channel),
        "counterpart": _counterparts(rows, chosen.counterpart, plan.loans),
        "amount": money["amount"],
        "currency": money["currency"],
        "score": _score(rows, chosen.score),
        "body": rows["_body"],
    }
    return pa.table({f.name: columns[f.name].to_arrow().cast(f.type) for f in EVENT}, schema=EVENT)


def _repeat(value: Any, length: int) -> pl.Series:
    return pl.Series([value], dtype=pl.String).new_from_index(0, length)


def _text(rows: pl.DataFrame, column: Column | None) -> pl.Series:
    if column is None:
        return _repeat(None, len(rows))
    return _text_of(rows[column.name])


def _text_of(values: pl.Series) -> pl.Series:
    return per_distinct(values, lambda v: pl.DataFrame({"t": blank_to_null(v)}))["t"]


def _types(rows: pl.DataFrame, column: Column | None, default: str) -> pl.Series:
    if column is None:
        return _repeat(default, len(rows))
    snake = per_distinct(
        rows[column.name], lambda v: pl.DataFrame({"t": words(blank_to_null(v)).str.replace_all(" ", "_")})
    )
    return snake["t"].fill_null(default)


def _titles(rows: pl.DataFrame, chosen: FactColumns, loans: Mapping[str, Loan]) -> pl.Series:
    """The row's own title, else the beginning of its text, else the name of the thing it is about."""
    found = _text(rows, chosen.title)
    if chosen.text is not None:
        texts = per_distinct(rows[chosen.text.name], lambda v: pl.DataFrame({"t": excerpts(v)}))["t"]
        found = found.zip_with(found.is_not_null(), texts)
    return _or_lent(found, rows, loans.get("title"))


def excerpts(values: pl.Series) -> pl.Series:
    """The beginning of each text on one line: at most ``EXCERPT_LENGTH`` characters, whole words where words end."""
    text = clean(blank_to_null(values)).alias("t")
    cut = pl.col("t").str.slice(0, EXCERPT_LENGTH - 1)
    at_word = cut.str.replace(r"[\s,;:.–-]+\S{0,20}$", "")
    shortened = pl.concat_str(at_word, pl.lit("…"))
    is_long = pl.col("t").str.len_chars() > EXCERPT_LENGTH
    return text.to_frame().select(pl.when(is_long).then(shortened).otherwise("t").alias("t")).to_series()


def _counterparts(rows: pl.DataFrame, column: Column | None, loans: Mapping[str, Loan]) -> pl.Series:
    """The colleague: named by the row itself, else by the ticket that it belongs to."""
    found = _text(rows, column)
    condition = column.details.get("only_where") if column is not None else None
    if condition:
        said = rows[condition["column"]].str.strip_chars().str.to_lowercase()
        found = found.set(~said.is_in(list(condition["values"])).fill_null(value=False), None)
    return _or_lent(found, rows, loans.get("counterpart"))


def _or_lent(own: pl.Series, rows: pl.DataFrame, loan: Loan | None) -> pl.Series:
    return own if loan is None else own.zip_with(own.is_not_null(), _text_of(rows[loan.name]))


def _moments(rows: pl.DataFrame, column: Column | None, plan: FactPlan) -> pl.Series:
    loan = plan.loans.get("time")
    if column is not None:
        return moments_of(rows[column.name], column, plan.default_region)["moment"]
    if loan is not None:
        return moments_of(rows[loan.name], loan.column, plan.default_region)["moment"]
    return pl.Series([None], dtype=pl.Datetime("us", "UTC")).new_from_index(0, len(rows))


def _score(rows: pl.DataFrame, column: Column | None) -> pl.Series:
    if column is None:
        return pl.Series([None], dtype=pl.Float64).new_from_index(0, len(rows))
    return per_distinct(rows[column.name], lambda v: pl.DataFrame({"s": codes.parse_numbers(v)}))["s"]


def _money(rows: pl.DataFrame, chosen: FactColumns, loans: Mapping[str, Loan]) -> pl.DataFrame:
    """``amount`` (decimal, major units; a unit price times its quantity) and ``currency``.

    The currency is the row's own, else that of a sign in the amount, of the column's header, or of the row that this
    one belongs to.
    """
    none = pl.DataFrame({"amount": pl.Series([None], dtype=pl.Decimal(18, 4)).new_from_index(0, len(rows))})
    currency = _repeat(None, len(rows))
    if chosen.currency is not None:
        currency = _currencies(rows[chosen.currency.name])
    if chosen.amount is None:
        return none.with_columns(currency=currency)
    unit = str(chosen.amount.details.get("unit", "major"))
    money = per_distinct(rows[chosen.amount.name], lambda v: codes.normalise_money(v, unit=unit))
    amount = money["amount"]
    if chosen.quantity is not None:
        amount = (
            amount
            * per_distinct(rows[chosen.quantity.name], lambda v: pl.DataFrame({"q": codes.parse_numbers(v)}))["q"]
        )
    amount = amount.set((amount.abs() > _LARGEST).fill_null(value=False), None)
    decimal = amount.round(4).cast(pl.Decimal(18, 4), strict=False)
    candidates = [currency, money["currency"], _repeat(chosen.amount.details.get("currency"), len(rows))]
    if "currency" in loans:
        candidates.append(_lent_currency(rows, loans["currency"]))
    named = [series.alias(str(index)) for index, series in enumerate(candidates)]
    return pl.DataFrame({"amount": decimal, "currency": pl.DataFrame(named).select(pl.coalesce(pl.all())).to_series()})


def _lent_currency(rows: pl.DataFrame, loan: Loan) -> pl.Series:
    if loan.column.meaning is Meaning.CURRENCY:
        return _currencies(rows[loan.name])
    signs = per_distinct(rows[loan.name], codes.normalise_money)["currency"]
    return signs.zip_with(signs.is_not_null(), _repeat(loan.column.details.get("currency"), len(rows)))


def _currencies(values: pl.Series) -> pl.Series:
    return per_distinct(values, lambda v: pl.DataFrame({"c": codes.normalise_currencies(v)}))["c"]


def _singular(word: str) -> str:
    if not word.isascii() or len(word) < 4 or word.endswith(("ss", "us", "is", "news")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word.removesuffix("s")
