"""Events, conversations and feedback: one chunk of landed rows → rows of ``event``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa

from onefold.catalog.model import Column, Meaning, Table
from onefold.records import codes
from onefold.records.model import EVENT
from onefold.records.people import moments_of
from onefold.records.placeholders import blank_to_null
from onefold.records.text import per_distinct, words
from onefold.records.vocabulary import word_list

_TIMES = (Meaning.EVENT_TIME, Meaning.CREATED_AT, Meaning.DATE, Meaning.UPDATED_AT)
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
_UNIT_PRICE = re.compile(r"unit|price|precio|preu|τιμή|单价|單價|قیمت|rate", re.IGNORECASE)
_LARGEST = 9_999_999_999_999  # decimal(18, 4) holds 14 digits before the point


@dataclass(frozen=True)
class FactPlan:
    """Everything that decides how the rows of one table of facts are conformed."""

    table: Table
    mapping_hash: str
    default_region: str | None


@dataclass(frozen=True)
class FactColumns:
    """Which column of a table of facts says what; None where none does."""

    time: Column | None
    kind: Column | None
    title: Column | None
    status: Column | None
    channel: Column | None
    counterpart: Column | None
    amount: Column | None
    quantity: Column | None
    currency: Column | None
    score: Column | None

    def used(self) -> frozenset[str]:
        """Columns that have a place of their own; unit prices and quantities stay in the body too."""
        own = (
            self.time,
            self.kind,
            self.title,
            self.status,
            self.channel,
            self.counterpart,
            self.currency,
            self.score,
        )
        amount = None if self.quantity else self.amount
        return frozenset(column.name for column in (*own, amount) if column)


def choose_columns(table: Table) -> FactColumns:
    """The column for each place of an event; the first in table order where several would do."""

    def first(*meanings: Meaning) -> Column | None:
        return next((c for meaning in meanings for c in table.with_meaning(meaning)), None)

    amount = _main_amount(table.with_meaning(Meaning.AMOUNT))
    is_unit_price = amount is not None and bool(_UNIT_PRICE.search(amount.name))
    return FactColumns(
        time=first(*_TIMES),
        kind=first(Meaning.EVENT_TYPE),
        title=first(Meaning.TITLE, Meaning.PRODUCT),
        status=first(Meaning.STATUS),
        channel=first(Meaning.CHANNEL),
        counterpart=first(Meaning.OWNER),
        amount=amount,
        quantity=first(Meaning.QUANTITY) if is_unit_price else None,
        currency=first(Meaning.CURRENCY),
        score=first(Meaning.SCORE),
    )


def body_columns(table: Table, chosen: FactColumns) -> list[str]:
    """Columns that go into the body: all without a place of their own, keys and foreign keys included."""
    return [c.name for c in table.columns if c.name not in chosen.used() and c.meaning is not Meaning.EMPTY]


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
        rows: the chosen source columns (strings), ``_key``, ``_hash``, ``_subject_id`` and ``_body`` (JSON).
        plan: of their table.

    Returns:
        ``EVENT`` rows.
    """
    table, chosen = plan.table, choose_columns(plan.table)
    money = _money(rows, chosen)
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
        "occurred_at": _moments(rows, chosen.time, plan.default_region),
        "title": _text(rows, chosen.title),
        "status": _text(rows, chosen.status),
        "channel": _text(rows, chosen.channel),
        "counterpart": _text(rows, chosen.counterpart),
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
    return per_distinct(rows[column.name], lambda v: pl.DataFrame({"t": blank_to_null(v)}))["t"]


def _types(rows: pl.DataFrame, column: Column | None, default: str) -> pl.Series:
    if column is None:
        return _repeat(default, len(rows))
    snake = per_distinct(
        rows[column.name], lambda v: pl.DataFrame({"t": words(blank_to_null(v)).str.replace_all(" ", "_")})
    )
    return snake["t"].fill_null(default)


def _moments(rows: pl.DataFrame, column: Column | None, region: str | None) -> pl.Series:
    if column is None:
        return pl.Series([None], dtype=pl.Datetime("us", "UTC")).new_from_index(0, len(rows))
    return moments_of(rows[column.name], column, region)["moment"]


def _score(rows: pl.DataFrame, column: Column | None) -> pl.Series:
    if column is None:
        return pl.Series([None], dtype=pl.Float64).new_from_index(0, len(rows))
    return per_distinct(rows[column.name], lambda v: pl.DataFrame({"s": codes.parse_numbers(v)}))["s"]


def _money(rows: pl.DataFrame, chosen: FactColumns) -> pl.DataFrame:
    """``amount`` (decimal, major units; a unit price times its quantity) and ``currency``."""
    none = pl.DataFrame({"amount": pl.Series([None], dtype=pl.Decimal(18, 4)).new_from_index(0, len(rows))})
    currency = _repeat(None, len(rows))
    if chosen.currency is not None:
        currency = per_distinct(
            rows[chosen.currency.name], lambda v: pl.DataFrame({"c": codes.normalise_currencies(v)})
        )["c"]
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
    return pl.DataFrame({"amount": decimal, "currency": currency.zip_with(currency.is_not_null(), money["currency"])})


def _main_amount(columns: tuple[Column, ...]) -> Column | None:
    """A total before any other amount, anything before a unit price."""

    def rank(column: Column) -> tuple[bool, bool]:
        is_total = re.search(r"total|amount|sum|importe|import|ποσό|金额|金額|总|總|مبلغ", column.name, re.IGNORECASE)
        return bool(_UNIT_PRICE.search(column.name)), not is_total

    return min(columns, key=rank, default=None)


def _singular(word: str) -> str:
    if not word.isascii() or len(word) < 4 or word.endswith(("ss", "us", "is", "news")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word.removesuffix("s")
