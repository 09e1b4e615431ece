"""The till system of a Greek chain that was bought in 2024 and never migrated: Windows-1253, capitals, no accents."""

from __future__ import annotations

from datetime import date
from typing import Any

from onefold.demo.dice import Dice
from onefold.demo.exports import write_csv
from onefold.demo.people import Person
from onefold.demo.scene import Scene
from onefold.demo.scripts import without_accents
from onefold.demo.sightings import Habits, Sighting, fits

CLOSED = date(2024, 6, 28)
"""Its last day as the system of record."""
HABITS = Habits(
    opened=date(2020, 3, 2), closed=CLOSED, native=0.96, nickname=0.08, misspelt=0.04, email=0.28, phone=0.88, birth_date=0.4, address=0.82,
    birth_date_error=0.03, never_updated=0.6, second_row=0.06,
)  # fmt: skip

_ENCODING = "windows-1253"
_CUSTOMER_COLUMNS = [
    "ΚΩΔ_ΠΕΛΑΤΗ", "ΕΠΩΝΥΜΟ", "ΟΝΟΜΑ", "ΚΙΝΗΤΟ", "EMAIL", "ΔΙΕΥΘΥΝΣΗ", "ΤΚ", "ΠΟΛΗ", "ΗΜ/ΝΙΑ ΓΕΝΝΗΣΗΣ", "ΚΑΤΗΓΟΡΙΑ ΠΕΛΑΤΗ",
    "ΗΜ/ΝΙΑ ΕΓΓΡΑΦΗΣ", "ΤΕΛΕΥΤΑΙΑ ΜΕΤΑΒΟΛΗ",
]  # fmt: skip
_RECEIPT_COLUMNS = ["ΑΡ_ΑΠΟΔΕΙΞΗΣ", "ΚΩΔ_ΠΕΛΑΤΗ", "ΗΜΕΡΟΜΗΝΙΑ", "ΚΑΤΑΣΤΗΜΑ", "ΠΟΣΟ"]
_KINDS = ("ΙΔΙΩΤΗΣ", "ΙΔΙΩΤΗΣ", "ΕΠΑΓΓΕΛΜΑΤΙΑΣ", "ΧΟΝΔΡΙΚΗ")


def write_hellas(scene: Scene, people: list[Person]) -> None:
    """Write ``pelates.csv`` (customers) and ``apodeixeis.csv`` (receipts)."""
    sightings, dice = scene.see("hellas", HABITS, people)
    customers: list[list[Any]] = []
    bought: list[tuple[date, str]] = []
    for number, sighting in enumerate(sightings, 1):
        key = f"Π{number:05d}"
        scene.ledger.enter("hellas", "pelates", key, sighting)
        customers.append(_customer(key, sighting, dice))
        first = sighting.created.date()
        bought += [(dice.day(first, CLOSED), key) for _ in range(1 + dice.skewed(1.6, 20))]
    receipts = [
        [f"{day:%y}{number:06d}", key, f"{day:%d/%m/%Y}", dice.pick(("ΜΟΝΑΣΤΗΡΑΚΙ", "ΛΑΔΑΔΙΚΑ")), f"{6 + 180 * dice.number() ** 2.5:.2f}".replace(".", ",")]
        for number, (day, key) in enumerate(sorted(bought), 1)
    ]  # fmt: skip
    folder = scene.folder("hellas")
    write_csv(folder / "pelates.csv", _CUSTOMER_COLUMNS, customers, delimiter=";", encoding=_ENCODING)
    write_csv(folder / "apodeixeis.csv", _RECEIPT_COLUMNS, receipts, delimiter=";", encoding=_ENCODING)


def _customer(key: str, sighting: Sighting, dice: Dice) -> list[Any]:
    home = sighting.home
    row = [
        key, _till(sighting.family), _till(sighting.given), sighting.phone.written("digits") if sighting.phone else "",
        sighting.email or "", _till(home.street_line(native=True)) if home else "", home.postcode if home else "",
        _till(home.city_name(native=True)) if home else "", f"{sighting.birth_date:%d/%m/%Y}" if sighting.birth_date else "",
        dice.pick(_KINDS) if dice.chance(0.7) else "", f"{sighting.created:%d/%m/%Y}", f"{sighting.updated:%d/%m/%Y}",
    ]  # fmt: skip
    return [fits(value, _ENCODING) for value in row]


def _till(text: str) -> str:
    return without_accents(text).upper()
