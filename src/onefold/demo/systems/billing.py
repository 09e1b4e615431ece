"""Billing: accounts, invoices, payments. A Spanish program that knows Latin letters alone (Windows-1252, semicolons)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from onefold.demo.dice import Dice
from onefold.demo.exports import write_csv
from onefold.demo.model import Difficulty
from onefold.demo.people import OPENED, TODAY, Person
from onefold.demo.scene import COUNTRY_NAMES, CURRENCIES, Scene
from onefold.demo.sightings import Habits, Sighting, fits
from onefold.demo.words import trade

HABITS = Habits(
    opened=OPENED, native=0.0, nickname=0.0, misspelt=0.03, castilian=0.35, email=0.68, phone=0.74, birth_date=0.0, address=0.98,
    household_email=0.15, other_email=0.15, role_contact=0.45, never_updated=0.6, second_row=0.03,
)  # fmt: skip

_ENCODING = "windows-1252"
_ACCOUNT_COLUMNS = [
    "Nº cuenta", "Titular", "Empresa", "NIF/CIF", "Correo electrónico", "Teléfono", "Dirección", "C.P.", "Población", "País", "Sector",
    "Forma de pago", "Estado", "Fecha de alta", "Última modificación",
]  # fmt: skip
_INVOICE_COLUMNS = ["Nº factura", "Nº cuenta", "Fecha factura", "Vencimiento", "Importe", "Moneda", "Estado", "Concepto", "Pedido web"]  # fmt: skip
_PAYMENT_COLUMNS = ["Nº pago", "Nº factura", "Fecha de pago", "Importe", "Medio"]
_METHODS = {"Tarjeta": 0.5, "Transferencia": 0.28, "Domiciliación": 0.14, "PayPal": 0.08}
_ITEMS = (
    "Compra en tienda",
    "Pedido web",
    "Material de acampada",
    "Mobiliario de jardín",
    "Equipamiento",
    "Tarjetas regalo",
)
_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def write_billing(scene: Scene, people: list[Person]) -> None:
    """Write ``cuentas.csv``, ``facturas.csv`` and ``pagos.csv``."""
    sightings, dice = scene.see("billing", HABITS, people)
    accounts: list[list[Any]] = []
    invoices: list[list[Any]] = []
    payments: list[list[Any]] = []
    for number, sighting in enumerate(sightings, 1):
        key = f"CTA{4_000 + number:06d}"
        scene.ledger.enter("billing", "cuentas", key, sighting)
        accounts.append(_account(key, sighting, dice))
        _bill(key, sighting, scene, dice, invoices, payments)
    folder = scene.folder("billing")
    for name, columns, rows in (
        ("cuentas", _ACCOUNT_COLUMNS, accounts),
        ("facturas", _INVOICE_COLUMNS, invoices),
        ("pagos", _PAYMENT_COLUMNS, payments),
    ):
        write_csv(folder / f"{name}.csv", columns, rows, delimiter=";", encoding=_ENCODING)


def _account(key: str, sighting: Sighting, dice: Dice) -> list[Any]:
    person, home, employer = sighting.person, sighting.home, sighting.person.employer
    for_work = employer is not None and (sighting.uses_work or dice.chance(0.3))
    place = employer.home if employer and for_work else home
    first, last = fits(sighting.given, _ENCODING), fits(sighting.family, _ENCODING)
    holder = f"{last.upper()}, {first}" if dice.chance(0.8) else f"{last}, {first}"
    tax = ""
    if employer and for_work:
        tax = employer.tax_number
    elif person.country == "ES" and dice.chance(0.7):
        tax = _identity_number(person)
    phone = sighting.phone
    number = (
        "" if phone is None else phone.written("digits" if phone.country == "ES" else dice.pick(("zeros", "spaced")))
    )
    if not number and dice.chance(HABITS.placeholder * 2):
        sighting.flags.add(Difficulty.PLACEHOLDER)
        number = dice.pick(("000000000", "999999999"))
    sector = trade()["industries"][employer.industry][1] if employer and for_work and dice.chance(0.9) else "Particular"
    return [
        key, holder, fits(employer.latin_name, _ENCODING) if employer and for_work else "", tax, sighting.email or "", number,
        fits(place.street_line(native=False), _ENCODING) if place else "", place.postcode if place else "",
        fits(place.city_name(native=place.country in {"ES", "MX"}), _ENCODING) if place else "",
        COUNTRY_NAMES[place.country if place else person.country][1], sector, dice.pick_weighted(_METHODS),
        _state(person, dice), f"{sighting.created:%d/%m/%Y}", f"{sighting.updated:%d/%m/%Y}",
    ]  # fmt: skip


def _identity_number(person: Person) -> str:
    """A Spanish identity number with its control letter, in a range not yet issued."""
    number = 90_000_000 + int(person.person_id[1:]) * 37
    return f"{number}{_LETTERS[number % 23]}"


def _state(person: Person, dice: Dice) -> str:
    if person.until < TODAY - timedelta(days=300):
        return "Baja" if dice.chance(0.6) else "Activa"
    return "Impagada" if dice.chance(0.03) else "Activa"


def _bill(
    account: str,
    sighting: Sighting,
    scene: Scene,
    dice: Dice,
    invoices: list[list[Any]],
    payments: list[list[Any]],
) -> None:
    """Add the invoices of one account, and what was paid."""
    person = sighting.person
    currency, rate = CURRENCIES[person.country]
    first, last = sighting.created.date(), max(sighting.created.date(), person.until)
    due: list[tuple[Any, float, str, str]] = [
        (order.day, order.total, "Pedido web", str(order.number))
        for order in scene.orders.get(person.person_id, ())
        if order.day >= first
    ]
    for _ in range(dice.skewed(5 if person.employer else 1.4, 30)):
        amount = round((15 + 400 * dice.number() ** 3) * rate * (2.5 if person.employer else 1), 2)
        due.append((dice.day(first, last), amount, dice.pick(_ITEMS), ""))
    for day, amount, item, order in sorted(due):
        key = f"F{day:%y}-{len(invoices) + 1:06d}"
        payment_day = day + timedelta(days=dice.whole(0, 45 if dice.chance(0.8) else 110))
        is_paid = payment_day <= TODAY and dice.chance(0.96)
        state = "Pagada" if is_paid else "Vencida" if day < TODAY - timedelta(days=60) else "Pendiente"
        text = _spanish_amount(amount)
        invoices.append(
            [
                key,
                account,
                f"{day:%d/%m/%Y}",
                f"{day + timedelta(days=30):%d/%m/%Y}",
                text,
                currency,
                state,
                item,
                order,
            ]
        )
        if is_paid:
            medium = dice.pick_weighted(_METHODS)
            payments.append([f"P{len(payments) + 1:07d}", key, f"{payment_day:%d/%m/%Y}", text, medium])


def _spanish_amount(amount: float) -> str:
    """``1234.5`` → ``1.234,50``."""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
