"""The web shop: what customers type themselves, with orders and order lines. A SQLite database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from onefold.demo.contacts import Phone
from onefold.demo.dice import Dice
from onefold.demo.exports import write_sqlite
from onefold.demo.model import Difficulty
from onefold.demo.people import OPENED, TODAY, Person
from onefold.demo.scene import CURRENCIES, Order, Scene
from onefold.demo.sightings import Habits, Sighting, in_case
from onefold.demo.words import trade

HABITS = Habits(
    opened=OPENED, native=0.72, nickname=0.12, misspelt=0.03, initial=0.03, swapped=0.02, email=1.0, phone=0.62,
    birth_date=0.0, address=0.97, other_email=0.3, misspelt_email=0.02, never_updated=0.35, second_row=0.05,
)  # fmt: skip

_SCHEMA = """
create table customers (
  customer_id integer primary key, email text not null, fname text, lname text, tel text, addr1 text, addr2 text,
  city text, state text, zip text, country_code text, locale text, newsletter integer, segment text, status text,
  created_at text not null, last_login text
);
create table products (product_id text primary key, name text not null, category text, price_cents integer not null);
create table orders (
  order_id integer primary key, customer_id integer not null references customers (customer_id),
  ordered_at text not null, status text not null, channel text, currency text not null, total_cents integer not null
);
create table order_lines (
  order_id integer not null references orders (order_id), line_no integer not null,
  product_id text not null references products (product_id), quantity integer not null, unit_cents integer not null,
  primary key (order_id, line_no)
);
create index orders_by_customer on orders (customer_id);
"""
_LOCALES = {
    "en": "en-{}",
    "es": "es-{}",
    "ca": "ca-ES",
    "el": "el-{}",
    "fa": "fa-IR",
    "zh_hans": "zh-CN",
    "zh_hant": "zh-{}",
}
_SEASON = (0.7, 0.7, 0.8, 1.0, 1.2, 1.3, 1.2, 1.0, 0.9, 1.0, 1.5, 1.6)


def write_shop(scene: Scene, people: list[Person]) -> None:
    """Write ``shop/shop.sqlite`` and remember the orders."""
    sightings, dice = scene.see("shop", HABITS, people)
    products = [
        (f"SKU-{1000 + 7 * number}", name, category, round(price * 100))
        for number, (name, category, price) in enumerate(trade()["products"], 1)
    ]
    customers, placed = [], []
    for number, sighting in enumerate(sightings, 1):
        customer_id = 10_000 + number
        scene.ledger.enter("shop", "customers", str(customer_id), sighting)
        customers.append(_customer(customer_id, sighting, dice))
        placed += [(moment, customer_id, sighting.person) for moment in _order_times(sighting, dice)]
    for number in range(4):
        customer_id = 11 + number
        scene.ledger.enter_test_row("shop", "customers", str(customer_id))
        customers.insert(number, _test_customer(customer_id, number))
    orders: list[list[Any]] = []
    lines: list[list[Any]] = []
    for number, (moment, customer_id, person) in enumerate(sorted(placed, key=lambda p: (p[0], p[1])), 1):
        order_id = 500_000 + number
        basket = _basket(order_id, person, products, dice)
        lines += basket
        total = sum(line[3] * line[4] for line in basket)
        currency = CURRENCIES[person.country][0]
        age = TODAY - moment.date()
        status = (
            dice.pick_weighted({"delivered": 0.9, "returned": 0.06, "cancelled": 0.04}) if age.days > 6 else "shipped"
        )
        channel = dice.pick_weighted({"web": 0.6, "app": 0.28, "phone": 0.04, "click_and_collect": 0.08})
        orders.append([order_id, customer_id, f"{moment:%Y-%m-%dT%H:%M:%SZ}", status, channel, currency, total])
        product = next(name for sku, name, *_ in products if sku == basket[0][2])
        order = Order(order_id, moment.date(), product, total / 100, currency)
        scene.orders.setdefault(person.person_id, []).append(order)
    tables = {"customers": customers, "products": products, "orders": orders, "order_lines": lines}
    write_sqlite(scene.folder("shop") / "shop.sqlite", _SCHEMA, tables)


def _customer(customer_id: int, sighting: Sighting, dice: Dice) -> list[Any]:
    person, home = sighting.person, sighting.home
    first = in_case(sighting.given, dice, upper=0.02, lower=0.09)
    last = in_case(sighting.family, dice, upper=0.02, lower=0.09)
    email = sighting.email or ""
    local, _, domain = email.partition("@")
    if dice.chance(0.025) and "+" not in local:
        email = f"{local}+{dice.pick(('shop', 'outdoor', 'larkmoor'))}@{domain}"
    email = in_case(email, dice, upper=0.01, lower=0) if dice.chance(0.97) else email.capitalize()
    return [
        customer_id, email, first, last, _phone(sighting, dice),
        home.street_line(native=sighting.is_native) if home else None, None if dice.chance(0.97) else dice.pick(("c/o reception", "2nd floor", "Back door")),
        home.city_name(native=sighting.is_native) if home else None, home.city.region if home and home.country in {"US", "AU", "MX"} else None,
        home.postcode if home else None, home.country if home else None, _LOCALES[person.language].format(person.country),
        int(dice.chance(0.46)), dice.pick(("bargain", "new", "regular", "vip", "lapsed")) if dice.chance(0.8) else None,
        "active" if dice.chance(0.93) else "closed", f"{sighting.created:%Y-%m-%dT%H:%M:%SZ}", f"{sighting.updated:%Y-%m-%dT%H:%M:%SZ}",
    ]  # fmt: skip


def _phone(sighting: Sighting, dice: Dice) -> str | None:
    if sighting.phone is None:
        if dice.chance(HABITS.placeholder * 2):  # the field was obligatory once
            sighting.flags.add(Difficulty.PLACEHOLDER)
            return dice.pick(("0000000000", "123456789", "999999999", "000"))
        return None
    return _as_typed(sighting.phone, sighting.home.country if sighting.home else "", dice)


def _as_typed(phone: Phone, country: str, dice: Dice) -> str:
    if phone.country != country:
        return phone.written(dice.pick(("e164", "spaced", "zeros")))
    return phone.written(dice.pick(("digits", "digits", "national", "e164", "spaced")))


def _order_times(sighting: Sighting, dice: Dice) -> Iterator[Any]:
    person = sighting.person
    first, last = sighting.created.date(), max(sighting.created.date(), min(person.until, TODAY))
    years = (last - first).days / 365
    for _ in range(dice.skewed(0.9 + 1.1 * years, 40)):
        day = dice.day(first, last)
        if dice.chance(_SEASON[day.month - 1] / 1.6):
            yield dice.moment(day)


def _basket(order_id: int, person: Person, products: list[Any], dice: Dice) -> list[list[Any]]:
    rate = CURRENCIES[person.country][1]
    chosen = {dice.pick(products) for _ in range(1 + dice.skewed(0.75, 5))}
    basket = sorted(chosen, key=lambda product: product[0])
    return [
        [order_id, line, sku, 1 if cents > 6000 else 1 + dice.skewed(0.5, 4), round(cents * rate / 10) * 10]
        for line, (sku, _, _, cents) in enumerate(basket, 1)
    ]


def _test_customer(customer_id: int, number: int) -> list[Any]:
    email, first, last = (
        ("test@test.com", "Test", "Test"), ("qa+checkout@test.com", "QA", "Checkout"),
        ("a@a.com", "aaa", "aaa"), ("test2@test.com", "test", "tester"),
    )[number]  # fmt: skip
    opened = OPENED - timedelta(days=1)
    return [
        customer_id, email, first, last, "123456789", "Test street 1", None, "Test", None, "00000", "GB", "en-GB",
        0, None, "closed", f"{opened}T08:00:00Z", f"{opened}T08:00:00Z",
    ]  # fmt: skip
