"""The web shop: what customers type themselves, with orders and order lines. A SQLite database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from onefold.demo.dice import Dice
from onefold.demo.exports import Row, write_sqlite
from onefold.demo.model import Difficulty
from onefold.demo.people import OPENED, TODAY, Person
from onefold.demo.scene import Order, Scene
from onefold.demo.sightings import Habits, Sighting, in_case
from onefold.demo.words import country, trade

HABITS = Habits(
    opened=OPENED,
    native=0.72,
    nickname=0.12,
    misspelt=0.03,
    initial=0.03,
    swapped=0.02,
    email=1.0,
    phone=0.62,
    birth_date=0.0,
    address=0.97,
    other_email=0.3,
    misspelt_email=0.02,
    never_updated=0.35,
    second_row=0.05,
)

_SCHEMA = """
create table customers (
  customer_id integer primary key, email text not null, fname text, lname text, tel text,
  addr1 text, addr2 text, city text, state text, zip text, country_code text, locale text,
  newsletter integer, segment text, status text, created_at text not null, last_login text
);
create table products (
  product_id text primary key, name text not null, category text, price_cents integer not null
);
create table orders (
  order_id integer primary key, customer_id integer not null references customers (customer_id),
  ordered_at text not null, status text not null, channel text, currency text not null,
  total_cents integer not null
);
create table order_lines (
  order_id integer not null references orders (order_id), line_no integer not null,
  product_id text not null references products (product_id), quantity integer not null,
  unit_cents integer not null, primary key (order_id, line_no)
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
"""How busy each month is."""
_CHANNELS = {"web": 0.6, "app": 0.28, "phone": 0.04, "click_and_collect": 0.08}
_TESTS = (
    ("test@test.com", "Test", "Test"),
    ("qa+checkout@test.com", "QA", "Checkout"),
    ("aaa@aaa.aaa", "aaa", "aaa"),
    ("test2@test.com", "test", "tester"),
)


def write_shop(scene: Scene, people: list[Person]) -> None:
    """Write ``shop/shop.sqlite`` and remember the orders."""
    sightings, dice = scene.see("shop", HABITS, people)
    customers, placed = [], []
    for number, test in enumerate(_TESTS, 11):
        customers.append(_test_customer(number, test))
        scene.ledger.enter_test_row("shop", "customers", str(number))
    for number, sighting in enumerate(sightings, 10_001):
        customers.append(_customer(number, sighting, dice))
        scene.ledger.enter("shop", "customers", str(number), sighting)
        placed += [(moment, number, sighting.person) for moment in _order_times(sighting, dice)]
    placed.sort(key=lambda order: order[:2])
    checkout = _Checkout(dice)
    for moment, customer_id, person in placed:
        order = checkout.sell(moment, customer_id, person)
        scene.orders.setdefault(person.person_id, []).append(order)
    tables = {
        "customers": customers,
        "products": checkout.products,
        "orders": checkout.orders,
        "order_lines": checkout.lines,
    }
    write_sqlite(scene.folder("shop") / "shop.sqlite", _SCHEMA, tables)


class _Checkout:
    """Turns moments at which somebody buys into orders and their lines."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self.products: list[Row] = [
            {
                "product_id": f"SKU-{1000 + 7 * n}",
                "name": name,
                "category": category,
                "price_cents": round(price * 100),
            }
            for n, (name, category, price) in enumerate(trade()["products"], 1)
        ]
        self.orders: list[Row] = []
        self.lines: list[Row] = []

    def sell(self, moment: datetime, customer_id: int, person: Person) -> Order:
        """Add one order."""
        dice, order_id, where = self._dice, 500_001 + len(self.orders), country(person.country)
        chosen = {dice.whole(0, len(self.products) - 1) for _ in range(1 + dice.skewed(0.75, 5))}
        basket = [self.products[place] for place in sorted(chosen)]
        lines = [self._line(order_id, number, product, where.rate) for number, product in enumerate(basket, 1)]
        total = sum(line["quantity"] * line["unit_cents"] for line in lines)
        is_recent = moment.date() > TODAY - timedelta(days=6)
        statuses = {"shipped": 1.0} if is_recent else {"delivered": 0.9, "returned": 0.06, "cancelled": 0.04}
        self.lines += lines
        self.orders.append(
            {
                "order_id": order_id,
                "customer_id": customer_id,
                "ordered_at": _stamp(moment),
                "status": dice.pick_weighted(statuses),
                "channel": dice.pick_weighted(_CHANNELS),
                "currency": where.currency,
                "total_cents": total,
            }
        )
        return Order(order_id, moment.date(), basket[0]["name"], total / 100)

    def _line(self, order_id: int, number: int, product: Row, rate: float) -> Row:
        cents = product["price_cents"]
        return {
            "order_id": order_id,
            "line_no": number,
            "product_id": product["product_id"],
            "quantity": 1 if cents > 6000 else 1 + self._dice.skewed(0.5, 4),
            "unit_cents": round(cents * rate / 10) * 10,
        }


def _customer(customer_id: int, sighting: Sighting, dice: Dice) -> Row:
    person, home, native = sighting.person, sighting.home, sighting.is_native
    first, last = in_case((sighting.given, sighting.family), dice, upper=0.02, lower=0.09)
    return {
        "customer_id": customer_id,
        "email": _email_as_typed(sighting.email or "", dice),
        "fname": first,
        "lname": last,
        "tel": _phone(sighting, dice),
        "addr1": home.street_line(native=native) if home else None,
        "addr2": dice.pick(("c/o reception", "2nd floor", "Back door")) if dice.chance(0.03) else None,
        "city": home.city_name(native=native) if home else None,
        "state": home.city.region if home and home.country in {"US", "AU", "MX"} else None,
        "zip": home.postcode or None if home else None,
        "country_code": home.country if home else None,
        "locale": _LOCALES[person.language].format(person.country),
        "newsletter": int(dice.chance(0.46)),
        "segment": dice.pick(("bargain", "new", "regular", "vip", "lapsed")) if dice.chance(0.8) else None,
        "status": "active" if dice.chance(0.93) else "closed",
        "created_at": _stamp(sighting.created),
        "last_login": _stamp(sighting.updated),
    }


def _email_as_typed(email: str, dice: Dice) -> str:
    local, _, domain = email.partition("@")
    luck = dice.number()
    if luck < 0.025:
        return f"{local}+{dice.pick(('shop', 'outdoor', 'larkmoor'))}@{domain}"
    return email.upper() if luck < 0.035 else email.capitalize() if luck < 0.065 else email


def _phone(sighting: Sighting, dice: Dice) -> str | None:
    phone = sighting.phone
    if phone is None:
        if not dice.chance(HABITS.placeholder * 2):
            return None
        sighting.flags.add(Difficulty.PLACEHOLDER)  # the field was obligatory once
        return dice.pick(("0000000000", "123456789", "999999999", "000"))
    if sighting.home is None or phone.country != sighting.home.country:
        return phone.written(dice.pick(("e164", "spaced", "zeros")))
    return phone.written(dice.pick(("digits", "digits", "national", "e164", "spaced")))


def _order_times(sighting: Sighting, dice: Dice) -> Iterator[datetime]:
    first = sighting.created.date()
    last = max(first, min(sighting.person.until, TODAY))
    years = (last - first).days / 365
    for _ in range(dice.skewed(0.9 + 1.1 * years, 40)):
        day = dice.day(first, last)
        if dice.chance(_SEASON[day.month - 1] / max(_SEASON)):
            yield max(sighting.created, dice.moment(day))


def _test_customer(customer_id: int, test: tuple[str, str, str]) -> Row:
    email, first, last = test
    opened = f"{OPENED - timedelta(days=1)}T08:00:00Z"
    return {
        "customer_id": customer_id,
        "email": email,
        "fname": first,
        "lname": last,
        "tel": "123456789",
        "addr1": "Test street 1",
        "addr2": None,
        "city": "Test",
        "state": None,
        "zip": "00000",
        "country_code": "GB",
        "locale": "en-GB",
        "newsletter": 0,
        "segment": None,
        "status": "closed",
        "created_at": opened,
        "last_login": opened,
    }


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
