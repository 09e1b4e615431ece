"""Writes the whole company: who is in which system, every export, and the truth."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from onefold.demo.dice import Dice
from onefold.demo.model import DemoCompany
from onefold.demo.organisations import Organisation, draw_organisations
from onefold.demo.people import TODAY, Person, Population
from onefold.demo.scene import Scene
from onefold.demo.systems.billing import write_billing
from onefold.demo.systems.crm import write_crm
from onefold.demo.systems.hellas import CLOSED, write_hellas
from onefold.demo.systems.helpdesk import write_helpdesk
from onefold.demo.systems.loyalty import write_loyalty
from onefold.demo.systems.shop import write_shop
from onefold.demo.systems.surveys import write_surveys
from onefold.demo.systems.wechat import write_wechat
from onefold.errors import InvalidInput, NotFound
from onefold.settings import SourceSettings

NAME = "Larkmoor & Teale"
_LEAST_PEOPLE = 100

_HELPDESK_FILES = ("requesters.jsonl", "tickets.jsonl", "messages.jsonl.gz")
_SOURCES: Mapping[str, SourceSettings] = {
    "crm": SourceSettings(location="exports/crm/*.csv", priority=20, owner="Sales", yearly_cost=38_400, region="GB"),
    "shop": SourceSettings(location="exports/shop/shop.sqlite", priority=30, owner="E-commerce", yearly_cost=52_000),
    "helpdesk": SourceSettings(
        location=[f"exports/helpdesk/{name}" for name in _HELPDESK_FILES],
        priority=50,
        owner="Customer Care",
        yearly_cost=27_600,
    ),
    "billing": SourceSettings(
        location="exports/billing/*.csv", priority=10, owner="Finance", yearly_cost=19_500, region="ES"
    ),
    "loyalty": SourceSettings(location="exports/loyalty/*.csv.gz", priority=40, owner="Marketing", yearly_cost=44_000),
    "surveys": SourceSettings(
        location="exports/surveys/customer_surveys.xlsx",
        priority=70,
        owner="Customer Insight",
        yearly_cost=12_900,
    ),
    "hellas": SourceSettings(
        location="exports/hellas/*.csv", priority=90, owner="Stores Greece", yearly_cost=8_700, region="GR"
    ),
    "wechat": SourceSettings(
        location="exports/wechat/huiyuan.csv",
        priority=60,
        owner="Marketing China",
        yearly_cost=15_300,
        region="CN",
    ),
}

_WRITERS: Mapping[str, Callable[[Scene, list[Person]], None]] = {
    "shop": write_shop,  # first: others refer to orders
    "crm": write_crm,
    "helpdesk": write_helpdesk,  # before surveys, which follow solved tickets
    "billing": write_billing,
    "loyalty": write_loyalty,
    "surveys": write_surveys,
    "hellas": write_hellas,
    "wechat": write_wechat,
}

_TRUTH = pa.schema(
    [
        ("source", pa.string()),
        ("table", pa.string()),
        ("record_key", pa.string()),
        ("person_id", pa.string()),
        ("household_id", pa.string()),
        ("hard", pa.list_(pa.string())),
    ]
)


def write_company(directory: Path, *, people: int, seed: int) -> DemoCompany:
    """See ``onefold.demo.write_company``."""
    if people < _LEAST_PEOPLE:
        raise InvalidInput(f"{people} people are too few for a company", hint=f"Ask for at least {_LEAST_PEOPLE}.")
    organisations = draw_organisations(max(8, people // 24), Dice(seed, "organisations"), date(2019, 1, 1), TODAY)
    population = Population(Dice(seed, "people"), organisations).draw(people)
    members = _memberships(population, Dice(seed, "memberships"))
    scene = Scene(directory / "exports", seed, _numbered(organisations))
    for source, write in _WRITERS.items():
        write(scene, members[source])
    _write_truth(directory / "truth", scene, population, seed)
    return open_company(directory)


def open_company(directory: Path) -> DemoCompany:
    """See ``onefold.demo.open_company``."""
    facts = directory / "truth" / "company.json"
    if not facts.exists():
        raise NotFound(f"no demo company in {directory}", hint="Write one: onefold demo")
    known = json.loads(facts.read_text(encoding="utf-8"))
    return DemoCompany(
        name=NAME,
        directory=directory,
        today=TODAY,
        region="GB",
        currency="EUR",
        people=known["people"],
        records=known["records"],
        sources=_SOURCES,
    )


def _memberships(population: list[Person], dice: Dice) -> dict[str, list[Person]]:
    members: dict[str, list[Person]] = {source: [] for source in _WRITERS}
    for person in population:
        shares = _shares(person)
        chosen = [source for source, share in shares.items() if dice.chance(share)]
        for source in chosen or [dice.pick_weighted(shares)]:
            members[source].append(person)
    return members


def _shares(person: Person) -> dict[str, float]:
    """How likely each system is to know ``person``."""
    shares = {"crm": 0.25, "shop": 0.6, "helpdesk": 0.36, "billing": 0.26, "loyalty": 0.42, "surveys": 0.2}
    if person.employer:
        shares |= {"crm": 0.9, "billing": 0.5, "loyalty": 0.2}
    if person.country == "CN":
        shares |= {"wechat": 0.66, "loyalty": 0.15, "surveys": 0.12}
    if person.language == "el" and person.country in {"GR", "CY"} and person.since < CLOSED:
        shares |= {"hellas": 0.6}
    return shares


def _numbered(organisations: dict[str, list[Organisation]]) -> list[Organisation]:
    return sorted((o for group in organisations.values() for o in group), key=lambda o: o.number)


def _write_truth(folder: Path, scene: Scene, population: list[Person], seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    columns = zip(*scene.ledger.lines, strict=True)
    truth = pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, _TRUTH, strict=True)], schema=_TRUTH
    )
    pq.write_table(truth, folder / "truth.parquet", compression="zstd")
    pq.write_table(_people_table(population), folder / "people.parquet", compression="zstd")
    facts = {"people": len(population), "records": truth.num_rows, "seed": seed}
    (folder / "company.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def _people_table(population: list[Person]) -> pa.Table:
    return pa.table(
        {
            "person_id": [p.person_id for p in population],
            "household_id": [p.household_id for p in population],
            "given_name": [p.given.native for p in population],
            "family_name": [p.family.native for p in population],
            "birth_date": [p.birth_date for p in population],
            "language": [p.language for p in population],
            "country": [p.country for p in population],
        }
    )
