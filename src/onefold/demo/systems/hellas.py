"""The till system of a Greek chain bought in 2024 and never migrated: Windows-1253, capitals, no accents."""

from __future__ import annotations

from datetime import date

from onefold.demo.dice import Dice
from onefold.demo.exports import Row, write_csv
from onefold.demo.people import Person
from onefold.demo.scene import Scene
from onefold.demo.scripts import without_accents
from onefold.demo.sightings import Habits, Sighting, fits

CLOSED = date(2024, 6, 28)
"""Its last day as the system of record; nobody has changed anything since."""
HABITS = Habits(
    opened=date(2020, 3, 2),
    closed=CLOSED,
    native=0.96,
    nickname=0.08,
    misspelt=0.04,
    email=0.28,
    phone=0.88,
    birth_date=0.4,
    address=0.82,
    birth_date_error=0.03,
    never_updated=0.6,
    second_row=0.06,
)
_ENCODING = "windows-1253"
_KINDS = ("ΙΔΙΩΤΗΣ", "ΙΔΙΩΤΗΣ", "ΙΔΙΩΤΗΣ", "ΕΠΑΓΓΕΛΜΑΤΙΑΣ", "ΧΟΝΔΡΙΚΗ")


def write_hellas(scene: Scene, people: list[Person]) -> None:
    """Write ``pelates.csv`` (customers) and ``apodeixeis.csv`` (receipts)."""
    sightings, dice = scene.see("hellas", HABITS, people)
    customers = []
    bought: list[tuple[date, str]] = []
    for number, sighting in enumerate(sightings, 1):
        key = f"Π{number:05d}"
        customers.append(_customer(key, sighting, dice))
        scene.ledger.enter("hellas", "pelates", key, sighting)
        first = sighting.created.date()
        bought += [(dice.day(first, CLOSED), key) for _ in range(1 + dice.skewed(1.6, 20))]
    receipts = [_receipt(number, day, key, dice) for number, (day, key) in enumerate(sorted(bought), 1)]
    folder = scene.folder("hellas")
    write_csv(folder / "pelates.csv", customers, delimiter=";", encoding=_ENCODING)
    write_csv(folder / "apodeixeis.csv", receipts, delimiter=";", encoding=_ENCODING)


def _customer(key: str, sighting: Sighting, dice: Dice) -> Row:
    home = sighting.home
    return {
        "ΚΩΔ_ΠΕΛΑΤΗ": key,
        "ΕΠΩΝΥΜΟ": _in_capitals(sighting.family),
        "ΟΝΟΜΑ": _in_capitals(sighting.given),
        "ΚΙΝΗΤΟ": sighting.phone.written("digits") if sighting.phone else "",
        "EMAIL": sighting.email or "",
        "ΔΙΕΥΘΥΝΣΗ": _in_capitals(home.street_line(native=True)) if home else "",
        "ΤΚ": home.postcode if home else "",
        "ΠΟΛΗ": _in_capitals(home.city_name(native=True)) if home else "",
        "ΗΜ/ΝΙΑ ΓΕΝΝΗΣΗΣ": f"{sighting.birth_date:%d/%m/%Y}" if sighting.birth_date else "",
        "ΚΑΤΗΓΟΡΙΑ ΠΕΛΑΤΗ": dice.pick(_KINDS) if dice.chance(0.7) else "",
        "ΗΜ/ΝΙΑ ΕΓΓΡΑΦΗΣ": f"{sighting.created:%d/%m/%Y}",
        "ΤΕΛΕΥΤΑΙΑ ΜΕΤΑΒΟΛΗ": f"{sighting.updated:%d/%m/%Y}",
    }


def _receipt(number: int, day: date, customer: str, dice: Dice) -> Row:
    return {
        "ΑΡ_ΑΠΟΔΕΙΞΗΣ": f"{day:%y}{number:06d}",
        "ΚΩΔ_ΠΕΛΑΤΗ": customer,
        "ΗΜΕΡΟΜΗΝΙΑ": f"{day:%d/%m/%Y}",
        "ΚΑΤΑΣΤΗΜΑ": dice.pick(("ΜΟΝΑΣΤΗΡΑΚΙ", "ΛΑΔΑΔΙΚΑ")),
        "ΠΟΣΟ": f"{6 + 180 * dice.number() ** 2.5:.2f}".replace(".", ","),
    }


def _in_capitals(text: str) -> str:
    return fits(without_accents(text).upper(), _ENCODING)
