"""What rows of facts take from the rows that they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import polars as pl
import pytest
from landed_tables import land, table

from onefold.catalog.model import Meaning, Role, Table
from onefold.engines import Engine
from onefold.records import conform
from onefold.records.facts import EXCERPT_LENGTH, excerpts

M = Meaning

USERS = table("desk.users", Role.PEOPLE, {"id": M.RECORD_KEY, "name": M.FULL_NAME})
TICKETS = table(
    "desk.tickets",
    Role.CONVERSATIONS,
    {"id": M.RECORD_KEY, "user": M.FOREIGN_KEY, "assignee": M.OWNER, "at": M.CREATED_AT},
    joins=[("user", "desk.users", "id")],
)
MESSAGES = table(
    "desk.messages",
    Role.CONVERSATIONS,
    {"id": M.RECORD_KEY, "ticket": M.FOREIGN_KEY, "by": M.CATEGORY, "author": M.OWNER, "body": M.TEXT},
    joins=[("ticket", "desk.tickets", "id")],
    details={"author": {"only_where": {"column": "by", "values": ["agent"]}}},
)
INVOICES = table(
    "bill.invoices",
    Role.EVENTS,
    {"id": M.RECORD_KEY, "user": M.FOREIGN_KEY, "total": M.AMOUNT, "cur": M.CURRENCY},
    joins=[("user", "desk.users", "id")],
)
PAYMENTS = table(
    "bill.payments",
    Role.EVENTS,
    {"id": M.RECORD_KEY, "invoice": M.FOREIGN_KEY, "paid": M.AMOUNT},
    joins=[("invoice", "bill.invoices", "id")],
)
PRODUCTS = table("bill.products", Role.REFERENCE, {"sku": M.RECORD_KEY, "name": M.PRODUCT})
LINES = table(
    "bill.lines",
    Role.EVENTS,
    {"id": M.RECORD_KEY, "invoice": M.FOREIGN_KEY, "sku": M.FOREIGN_KEY},
    joins=[("invoice", "bill.invoices", "id"), ("sku", "bill.products", "sku")],
)
TABLES = [USERS, TICKETS, MESSAGES, INVOICES, PAYMENTS, PRODUCTS, LINES]


def _conform(engine: Engine, tables: list[Table]) -> dict[str, tuple[int, int]]:
    report = conform(engine, tables, regions={}, region=None)
    return {t.table: (t.conformed, t.rows) for t in report.tables}


@pytest.fixture
def desk() -> Iterator[Engine]:
    engine = Engine.open(threads=2)
    engine.execute("create schema landed")
    land(engine, USERS, [{"id": "1", "name": "Ana Puig"}])
    land(engine, TICKETS, [{"id": "7", "user": "1", "assignee": "Tom Ash", "at": "2024-01-02T10:00:00Z"}])
    talk = "I ordered two lamps\nlast week and only one of them has arrived so far"
    land(
        engine,
        MESSAGES,
        [
            {"id": "7-1", "ticket": "7", "by": "customer", "author": "Ana Puig", "body": talk},
            {"id": "7-2", "ticket": "7", "by": "Agent", "author": "Eva Roig", "body": "Sorry! " * 40},
        ],
    )
    land(engine, INVOICES, [{"id": "9", "user": "1", "total": "30", "cur": "GBP"}])
    land(engine, PAYMENTS, [{"id": "p1", "invoice": "9", "paid": "30"}])
    land(engine, PRODUCTS, [{"sku": "L1", "name": "Lamp"}])
    land(engine, LINES, [{"id": "l1", "invoice": "9", "sku": "L1"}])
    yield engine
    engine.close()


def test_a_message_names_its_agent_and_else_the_ticket_s(desk: Engine) -> None:
    _conform(desk, TABLES)
    rows = desk.rows("select record_key, counterpart from main.event where table_name = 'messages' order by 1")
    assert rows == [("7-1", "Tom Ash"), ("7-2", "Eva Roig")]


def test_a_message_happens_when_its_ticket_did_where_it_has_no_time(desk: Engine) -> None:
    _conform(desk, TABLES)
    assert (
        desk.scalar("select count(*) from main.event where table_name = 'messages' and year(occurred_at) = 2024") == 2
    )


def test_the_beginning_of_a_text_is_the_title(desk: Engine) -> None:
    _conform(desk, TABLES)
    titles = dict(desk.rows("select record_key, title from main.event where table_name = 'messages'"))
    assert titles["7-1"] == "I ordered two lamps last week and only one of them has arrived so far"
    assert titles["7-2"].endswith("…")
    assert len(titles["7-2"]) <= EXCERPT_LENGTH


def test_a_payment_is_in_the_currency_of_its_invoice(desk: Engine) -> None:
    _conform(desk, TABLES)
    paid = desk.rows("select amount, currency from main.event where table_name = 'payments'")
    assert paid == [(Decimal("30.0000"), "GBP")]


def test_a_line_is_called_what_its_product_is_called(desk: Engine) -> None:
    _conform(desk, TABLES)
    assert desk.scalar("select title from main.event where table_name = 'lines'") == "Lamp"


def test_rows_are_conformed_again_when_what_they_borrow_changes(desk: Engine) -> None:
    _conform(desk, TABLES)
    assert _conform(desk, TABLES)["messages"] == (0, 2)
    land(desk, TICKETS, [{"id": "7", "user": "1", "assignee": "Mia Vogel", "at": "2024-01-02T10:00:00Z"}])
    assert _conform(desk, TABLES)["messages"] == (2, 2)
    assert desk.scalar("select counterpart from main.event where record_key = '7-1'") == "Mia Vogel"


def test_excerpts_never_grow_beyond_their_length() -> None:
    texts = pl.Series("t", ["x" * 500, "word " * 100, "短" * 300, "short", " \n ", "N/A"])
    cut = excerpts(texts).to_list()
    assert all(len(text) <= EXCERPT_LENGTH for text in cut if text)
    assert cut[3:] == ["short", None, None]
