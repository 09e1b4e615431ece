"""Which column of a table of facts says what of an event."""

from __future__ import annotations

import re
from dataclasses import dataclass

from onefold.catalog.model import Column, Meaning, Table

_TIMES = (Meaning.EVENT_TIME, Meaning.CREATED_AT, Meaning.DATE, Meaning.UPDATED_AT)
_UNIT_PRICE = re.compile(r"unit|price|precio|preu|τιμή|单价|單價|قیمت|rate", re.IGNORECASE)


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
    text: Column | None

    def used(self) -> frozenset[str]:
        """Columns that have a place of their own; unit prices, quantities and texts stay in the body too."""
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

    def read(self) -> frozenset[str]:
        """Columns that conforming reads."""
        also = (self.amount, self.quantity, self.text)
        condition = (self.counterpart.details.get("only_where") if self.counterpart else None) or {}
        names = {column.name for column in also if column} | ({condition["column"]} if condition else set())
        return self.used() | names


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
        text=first(Meaning.TEXT),
    )


def body_columns(table: Table, chosen: FactColumns) -> list[str]:
    """Columns that go into the body: all without a place of their own, keys and foreign keys included."""
    return [c.name for c in table.columns if c.name not in chosen.used() and c.meaning is not Meaning.EMPTY]


def _main_amount(columns: tuple[Column, ...]) -> Column | None:
    """A total before any other amount, anything before a unit price."""

    def rank(column: Column) -> tuple[bool, bool]:
        is_total = re.search(r"total|amount|sum|importe|import|ποσό|金额|金額|总|總|مبلغ", column.name, re.IGNORECASE)
        return bool(_UNIT_PRICE.search(column.name)), not is_total

    return min(columns, key=rank, default=None)
