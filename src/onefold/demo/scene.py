"""What the systems share while the company is written: people, truth, and what one system tells another."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from onefold.demo.dice import Dice
from onefold.demo.organisations import Organisation
from onefold.demo.people import Person
from onefold.demo.sightings import Habits, Ledger, Observer, Sighting


@dataclass(frozen=True, slots=True)
class Order:
    """An order in the shop, as other systems refer to it."""

    number: int
    day: date
    product: str
    total: float
    """In the currency of the customer's country."""


@dataclass
class Scene:
    """The company while it is being written."""

    exports: Path
    seed: int
    organisations: list[Organisation]
    ledger: Ledger = field(default_factory=Ledger)
    orders: dict[str, list[Order]] = field(default_factory=dict)
    """Person → orders, once the shop is written."""
    conversations: dict[str, list[date]] = field(default_factory=dict)
    """Person → days of solved tickets, once the help desk is written."""

    def folder(self, source: str) -> Path:
        """The folder of one system's exports, made where absent."""
        path = self.exports / source
        path.mkdir(parents=True, exist_ok=True)
        return path

    def dice(self, source: str) -> Dice:
        """The dice of one system."""
        return Dice(self.seed, source)

    def see(self, source: str, habits: Habits, people: list[Person]) -> tuple[list[Sighting], Dice]:
        """What a system holds about ``people``, and the dice to write it down with."""
        return Observer(habits, self.dice(f"{source} sightings")).see_all(people), self.dice(source)
