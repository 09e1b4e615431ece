"""Billing: accounts, invoices, payments. A Spanish program that knows Latin letters alone (Windows-1252)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from onefold.demo.dice import Dice
from onefold.demo.exports import Row, write_csv
from onefold.demo.model import Difficulty
from onefold.demo.people import OPENED, TODAY, Person
from onefold.demo.scene import Scene
from onefold.demo.sightings import Habits, Sighting, fits
from onefold.demo.words import country, trade

HABITS = Habits(
    opened=OPENED,
    native=0.0,
    nickname=0.0,
    misspelt=0.03,
    castilian=0.35,
    email=0.68,
    phone=0.74,
    birth_date=0.0,
    address=0.98,
    household_email=0.15,
    other_email=0.15,
    role_contact=0.45,
    never_updated=0.6,
    second_row=0.03,
)
_ENCODING = "windows-1252"
_METHODS = {"Tarjeta": 0.5, "Transferencia": 0.28, "Domiciliación": 0.14, "PayPal": 0.08}
_ITEMS = (
    "Compra en tienda",
    "Material de acampada",
    "Mobiliario de jardín",
    "Equipamiento",
    "Tarjetas regalo",
)
_CONTROL_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def write_billing(scene: Scene, people: list[Person]) -> None:
    """Write ``cuentas.csv``, ``facturas.csv`` and ``pagos.csv``."""
    sightings, dice = scene.see("billing", HABITS, people)
    accounts: list[Row] = []
    invoices: list[Row] = []
    payments: list[Row] = []
    for number, sighting in enumerate(sightings, 1):
        key = f"CTA{4_000 + number:06d}"
        accounts.append(_account(key, sighting, dice))
        scene.ledger.enter("billing", "cuentas", key, sighting)
        for day, amount, item, order in sorted(_debts(sighting, scene, dice)):
            invoice, payment = _invoice(len(invoices) + 1, key, day, amount, dice)
            invoices.append(
                invoice | {"Moneda": country(sighting.person.country).currency, "Concepto": item, "Pedido web": order}
            )
            if payment:
                payments.append({"Nº pago": f"P{len(payments) + 1:07d}"} | payment)
    folder = scene.folder("billing")
    for name, rows in (("cuentas", accounts), ("facturas", invoices), ("pagos", payments)):
        write_csv(folder / f"{name}.csv", rows, delimiter=";", encoding=_ENCODING)


def _account(key: str, sighting: Sighting, dice: Dice) -> Row:
    person = sighting.person
    employer = person.employer if sighting.uses_work or dice.chance(0.3) else None
    place = employer.home if employer else sighting.home
    first, last = fits(sighting.given, _ENCODING), fits(sighting.family, _ENCODING)
    is_iberian = place is not None and place.country in {"ES", "MX"}
    return {
        "Nº cuenta": key,
        "Titular": f"{last.upper()}, {first}" if dice.chance(0.8) else f"{last}, {first}",
        "Empresa": fits(employer.latin_name, _ENCODING) if employer else "",
        "NIF/CIF": employer.tax_number if employer else _identity_number(person, dice),
        "Correo electrónico": sighting.email or "",
        "Teléfono": _phone(sighting, dice),
        "Dirección": fits(place.street_line(native=False), _ENCODING) if place else "",
        "C.P.": place.postcode if place else "",
        "Población": fits(place.city_name(native=is_iberian), _ENCODING) if place else "",
        "País": country(place.country if place else person.country).spanish,
        "Sector": trade()["industries"][employer.industry][1] if employer else "Particular",
        "Forma de pago": dice.pick_weighted(_METHODS),
        "Estado": _state(person, dice),
        "Fecha de alta": f"{sighting.created:%d/%m/%Y}",
        "Última modificación": f"{sighting.updated:%d/%m/%Y}",
    }


def _phone(sighting: Sighting, dice: Dice) -> str:
    phone = sighting.phone
    if phone:
        return phone.written("digits" if phone.country == "ES" else dice.pick(("zeros", "spaced")))
    if not dice.chance(HABITS.placeholder * 2):
        return ""
    sighting.flags.add(Difficulty.PLACEHOLDER)
    return dice.pick(("000000000", "999999999"))


def _identity_number(person: Person, dice: Dice) -> str:
    """A Spanish identity number with its control letter, in a range not yet issued."""
    if person.country != "ES" or not dice.chance(0.7):
        return ""
    number = 90_000_000 + int(person.person_id[1:]) * 37 % 10_000_000
    return f"{number}{_CONTROL_LETTERS[number % 23]}"


def _state(person: Person, dice: Dice) -> str:
    if person.until < TODAY - timedelta(days=300):
        return "Baja" if dice.chance(0.6) else "Activa"
    return "Impagada" if dice.chance(0.03) else "Activa"


def _debts(sighting: Sighting, scene: Scene, dice: Dice) -> Iterator[tuple[date, float, str, str]]:
    """(day, amount, for what, web order) of everything that this account is invoiced for."""
    person = sighting.person
    first, last = sighting.created.date(), max(sighting.created.date(), person.until)
    for order in scene.orders.get(person.person_id, ()):
        if order.day >= first:
            yield order.day, order.total, "Pedido web", str(order.number)
    size = country(person.country).rate * (2.5 if person.employer else 1)
    for _ in range(dice.skewed(5 if person.employer else 1.4, 30)):
        yield dice.day(first, last), round((15 + 400 * dice.number() ** 3) * size, 2), dice.pick(_ITEMS), ""


def _invoice(number: int, account: str, day: date, amount: float, dice: Dice) -> tuple[Row, Row | None]:
    """An invoice, and its payment if it has been paid."""
    key = f"F{day:%y}-{number:06d}"
    paid_on = day + timedelta(days=dice.whole(0, 45 if dice.chance(0.8) else 110))
    is_paid = paid_on <= TODAY and dice.chance(0.96)
    text = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))  # 1.234,50
    invoice = {
        "Nº factura": key,
        "Nº cuenta": account,
        "Fecha factura": f"{day:%d/%m/%Y}",
        "Vencimiento": f"{day + timedelta(days=30):%d/%m/%Y}",
        "Importe": text,
        "Estado": "Pagada" if is_paid else "Vencida" if day < TODAY - timedelta(days=60) else "Pendiente",
    }
    if not is_paid:
        return invoice, None
    medium = dice.pick_weighted(_METHODS)
    return invoice, {
        "Nº factura": key,
        "Fecha de pago": f"{paid_on:%d/%m/%Y}",
        "Importe": text,
        "Medio": medium,
    }
