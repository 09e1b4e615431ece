"""A made-up company of six systems and 300 people whose every defect is seeded by hand, so that each is known.

Everything starts clean and complete; each ``_seed_…`` method then breaks one thing for customers nobody else touches,
and says in its docstring what the report must find.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from onefold.catalog import Column, Join, Meaning, Role, Table
from onefold.engines import Engine
from onefold.records import write_records
from onefold.records.model import EVENT, RECORD, RECORD_VALUE
from onefold.settings import SourceSettings

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
RECENT = NOW - timedelta(days=20)
OLD = NOW - timedelta(days=1000)
CREATED = NOW - timedelta(days=1500)

ALL = ("crm", "shop", "desk", "billing", "loyalty", "survey")
HOMES: list[tuple[range, tuple[str, ...]]] = [
    (range(60), ("crm", "shop", "desk")),
    (range(60, 120), ("crm", "billing")),
    (range(120, 180), ("shop", "loyalty")),
    (range(180, 240), ("crm",)),
    (range(240, 270), ("survey",)),
    (range(270, 290), ALL),
    (range(290, 300), ("crm", "shop", "desk", "billing", "loyalty")),
]
"""Customers → the systems they live in."""

TABLES = {
    "crm": "contacts",
    "shop": "customers",
    "desk": "users",
    "billing": "accounts",
    "loyalty": "members",
    "survey": "people",
}
COLUMNS = {
    "crm": {"id": "record_key", "name": "full_name", "mail": "email", "tel": "phone", "born": "birth_date"}
    | {"segment": "category", "agent": "owner", "legacy_code": "other", "changed": "updated_at"},
    "shop": {"id": "record_key", "name": "full_name", "email": "email", "phone": "phone", "street": "street"}
    | {"business_type": "category", "fax": "empty", "updated": "updated_at"},
    "desk": {
        "id": "record_key",
        "name": "full_name",
        "email": "email",
        "phone": "phone",
        "updated": "updated_at",
    },
    "billing": {"id": "record_key", "name": "full_name", "email": "email", "phone": "phone", "city": "city"}
    | {"industry": "category", "opened": "created_at"},
    "loyalty": {"id": "record_key", "name": "full_name", "email": "email", "card": "loyalty_number"}
    | {"born": "birth_date", "updated": "updated_at"},
    "survey": {"id": "record_key", "name": "full_name", "email": "email", "updated": "updated_at"},
}
"""Column → meaning, by system."""

SOURCES = {
    "crm": SourceSettings(location="crm.csv", owner="Sales", yearly_cost=12000),
    "shop": SourceSettings(location="shop.csv", owner="E-commerce", yearly_cost=6000),
    "desk": SourceSettings(location="desk.csv", owner="Support"),
    "billing": SourceSettings(location="billing.csv", owner="Finance"),
    "loyalty": SourceSettings(location="loyalty.csv"),
    "survey": SourceSettings(location="survey.csv"),
}


@dataclass
class Row:
    """One record as its system holds it: attribute → [(raw, comparison form, absence)]."""

    source: str
    key: str
    customer: int
    kind: str = "person"
    given: str = ""
    family: str = ""
    native: str | None = None
    created: datetime | None = CREATED
    updated: datetime | None = RECENT
    values: dict[str, list[tuple[str, str | None, str | None]]] = field(default_factory=dict)
    landed: dict[str, str] = field(default_factory=dict)

    def put(self, attribute: str, raw: str, compare: str | None = None, absence: str | None = None) -> None:
        self.values[attribute] = [(raw, None if absence else compare or raw.lower(), absence)]

    def add(self, attribute: str, raw: str) -> None:
        self.values.setdefault(attribute, []).append((raw, raw.lower(), None))

    def call(self, given: str, family: str) -> None:
        self.given, self.family = given.lower(), family.lower()
        self.put("full_name", f"{given} {family}")

    @property
    def table(self) -> str:
        return TABLES[self.source] if self.kind == "person" else "companies"

    @property
    def subject(self) -> str:
        return f"{self.source}.{self.table}:{self.key}"


def word(number: int) -> str:
    """A made-up name that no other number shares."""
    syllables = ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru")
    return "".join(syllables[int(digit)] for digit in f"{number:03d}")


class Company:
    """Rows of all systems; ``fill`` writes them into a warehouse as the pipeline would."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.events: list[dict[str, Any]] = []
        self.quarantined: list[tuple[str, str, str]] = []
        for numbers, systems in HOMES:
            for number in numbers:
                for system in systems:
                    self.clean(system, number)

    def clean(self, system: str, number: int, suffix: str = "") -> Row:
        """A complete record of the customer in the system."""
        row = Row(system, f"{system[0].upper()}{number}{suffix}", number)
        row.call(f"G{word(number)}", f"F{word(999 - number)}")
        row.put("email", f"person{number}@mail.example")
        fields = set(COLUMNS[system].values())
        if "phone" in fields:
            row.put("phone", f"+3493000{number:04d}")
        if "street" in fields:
            row.put("street", f"Carrer {number}")
        if "city" in fields:
            row.put("city", "Girona")
        if "owner" in fields:
            row.put("owner", "Marta")
        if "loyalty_number" in fields:
            row.put("loyalty_number", f"L{number:05d}")
        if system == "billing":
            row.updated = None
            row.created = RECENT
        self.rows.append(row)
        return row

    def row(self, system: str, number: int) -> Row:
        return next(row for row in self.rows if row.source == system and row.customer == number)

    def seeded(self) -> Company:
        """With every defect."""
        seeds = [name for name in dir(self) if name.startswith("seed_")]
        for name in seeds:
            getattr(self, name)()
        return self

    # sign 1 ---------------------------------------------------------------------------------------------------
    def seed_emails_differ(self) -> None:
        """10 customers: crm and shop share no e-mail; the desk agrees with the shop, so crm and desk differ too."""
        for number in range(10):
            self.row("crm", number).put("email", f"work{number}@firm.example")

    def seed_phones_differ(self) -> None:
        """5 customers: phone of crm and billing."""
        for number in range(60, 65):
            self.row("billing", number).put("phone", f"+3472000{number:04d}")

    def seed_surnames_differ(self) -> None:
        """3 customers: family name of crm differs from shop and desk."""
        for number in range(10, 13):
            row = self.row("crm", number)
            row.call(f"G{word(number)}", f"Newname{word(number)}")

    def seed_duplicate_that_disagrees(self) -> None:
        """1 customer: two crm records with different given names (also a duplicate)."""
        self.clean("crm", 180, "b").call("Another", f"F{word(999 - 180)}")

    def seed_birth_dates(self) -> None:
        """2 customers differ (270, 271); 272 is only less exact and 273 equal, which are no conflicts."""
        for number, crm, loyalty in [
            (270, "1980-05-03", "1981-05-03"),
            (271, "1990-01-01", "1990-02-01"),
            (272, "1980", "1980-05-03"),
            (273, "1970-07-07", "1970-07-07"),
        ]:
            self.row("crm", number).put("birth_date", crm)
            self.row("loyalty", number).put("birth_date", loyalty)

    def seed_differences_that_are_none(self) -> None:
        """No conflict: an initial, fewer surnames, one shared e-mail of two, another script, another spacing."""
        self.row("crm", 66).given = self.row("crm", 66).given[0]
        self.row("crm", 67).family += " garcia"
        self.row("crm", 68).add("email", "second68@mail.example")
        row = self.row("crm", 69)
        row.given, row.family, row.native = "zhen yi", "li", "李振義"
        self.row("crm", 70).given = self.row("crm", 70).given[:3] + " " + self.row("crm", 70).given[3:]
        self.row("billing", 71).put("phone", "93 000 00 71", "+34930000071")

    # duplicates -----------------------------------------------------------------------------------------------
    def seed_duplicates(self) -> None:
        """crm: 5 customers twice (181 to 185) and one three times (186); shop: 1 customer twice (120)."""
        for number in range(181, 187):
            self.clean("crm", number, "b")
        self.clean("crm", 186, "c")
        self.clean("shop", 120, "b")

    # sign 2 ---------------------------------------------------------------------------------------------------
    def seed_phone_known_once(self) -> None:
        """8 customers (72 to 79): billing has no phone, crm does."""
        for number in range(72, 80):
            del self.row("billing", number).values["phone"]

    # sign 3 ---------------------------------------------------------------------------------------------------
    def seed_nobody_knows_the_phone(self) -> None:
        """4 customers (80 to 83) and 2 with placeholders (84, 85): both systems have a place and neither a phone."""
        for number in range(80, 86):
            for system in ("crm", "billing"):
                del self.row(system, number).values["phone"]
        for number in (84, 85):
            self.row("crm", number).put("phone", "000000", absence="placeholder")

    def seed_stale(self) -> None:
        """12 customers of the survey (240 to 251), and one record of the crm whose shop record is fresh (13)."""
        for number in range(240, 252):
            self.row("survey", number).updated = OLD
        self.row("crm", 13).updated = OLD

    def seed_undated(self) -> None:
        """3 survey records without any date."""
        for number in range(260, 263):
            self.row("survey", number).updated = self.row("survey", number).created = None

    # values ---------------------------------------------------------------------------------------------------
    def seed_shared_values(self) -> None:
        """A phone of four customers, a role mailbox of three, an e-mail of two."""
        for number in range(190, 194):
            self.row("crm", number).put("phone", "+34 93 111 11 11", "+34931111111")
        for number in range(194, 197):
            self.row("crm", number).put("email", "info@firm.example")
        for number in (197, 198):
            self.row("crm", number).put("email", "couple@mail.example")

    def seed_placeholders(self) -> None:
        """6 desk phones of 'n/a' in two spellings (30 to 35), whose owners' phone the crm and shop know."""
        for number in range(30, 36):
            self.row("desk", number).put("phone", "N/A" if number % 2 else "n/a ", absence="placeholder")
        self.row("desk", 36).put("phone", "call me", absence="invalid")

    def seed_quarantine(self) -> None:
        """3 rows of the shop, 1 of the desk."""
        self.quarantined += [("shop", "customers", "7 fields where 8 are expected")] * 3
        self.quarantined += [("desk", "users", "not valid text in utf-8")]

    # sign 5 ---------------------------------------------------------------------------------------------------
    def seed_properties(self) -> None:
        """segment, business type and industry say the same: 10 agree (60 to 69), 2 do not (86, 87)."""
        trades = ("Retail", "Health care", "Banking")
        for row in self.rows:
            trade = trades[row.customer % 3]
            if row.source == "crm" and row.customer < 70:
                row.landed["segment"] = trade
            if row.source == "shop" and 120 <= row.customer < 180:
                row.landed["business_type"] = trade.lower()
            if row.source == "billing" and 60 <= row.customer < 70:
                row.landed["industry"] = trade.upper().replace(" ", "-") if " " not in trade else trade
        for number in (86, 87):
            self.row("crm", number).landed["segment"] = "Retail"
            self.row("billing", number).landed["industry"] = "Banking"
        for row in self.rows:
            if row.source == "crm":
                row.landed["legacy_code"] = f"X-{row.key}"

    # organisations and facts ----------------------------------------------------------------------------------
    def seed_organisations(self) -> None:
        """4 records of 3 organisations in the crm."""
        for key, number in (("O1", 901), ("O2", 902), ("O3", 903), ("O3b", 903)):
            row = Row("crm", key, number, kind="organisation")
            row.put("company", f"Firm {number}")
            self.rows.append(row)

    def seed_events(self) -> None:
        """Purchases of 30 customers, conversations of 10."""
        for number in range(30):
            subject = self.row("shop", number).subject
            self.events.append({"event_id": f"shop.orders:{number}", "subject_id": subject, "source": "shop"})
            self.events[-1] |= {"table_name": "orders", "role": "events", "event_type": "order", "amount": 10}
        for number in range(10):
            subject = self.row("desk", number).subject
            self.events.append({"event_id": f"desk.tickets:{number}", "subject_id": subject, "source": "desk"})
            self.events[-1] |= {"table_name": "tickets", "role": "conversations", "event_type": "ticket"}

    # writing --------------------------------------------------------------------------------------------------
    def customer_id(self, number: int) -> str:
        return f"cus_{number:016d}"

    def tables(self) -> list[Table]:
        """The catalogue of what is in ``rows``."""
        tables = [self._table(system) for system in ALL]
        if any(row.kind == "organisation" for row in self.rows):
            columns = (
                Column("id", Meaning.RECORD_KEY, 1, "unique"),
                Column("firm", Meaning.COMPANY, 0.9, "header"),
            )
            rows = sum(row.kind == "organisation" for row in self.rows)
            tables.append(Table("crm", "companies", Role.ORGANISATIONS, 0.9, "company names", ("id",), rows, columns))
        if self.events:
            columns = (
                Column("id", Meaning.RECORD_KEY, 1, "unique", {"filled": 1.0}),
                Column("line", Meaning.RECORD_KEY, 1, "unique with id", {"filled": 1.0}),
                Column("customer", Meaning.FOREIGN_KEY, 1, "points at shop.customers", {"filled": 1.0}),
                Column("total", Meaning.AMOUNT, 0.9, "header", {"filled": 1.0}),
            )
            join = Join("customer", "shop", "customers", "id", 1.0, 0.99, "all values exist there")
            tables.append(
                Table(
                    "shop",
                    "orders",
                    Role.EVENTS,
                    0.9,
                    "a time and an amount",
                    ("id", "line"),
                    30,
                    columns,
                    (join,),
                )
            )
        return tables

    def _table(self, system: str) -> Table:
        rows = sum(row.source == system and row.kind == "person" for row in self.rows)
        columns = tuple(
            Column(name, Meaning(meaning), 0.95, f'header "{name}"') for name, meaning in COLUMNS[system].items()
        )
        return Table(system, TABLES[system], Role.PEOPLE, 0.97, "names and e-mails", ("id",), rows, columns)

    def fill(self, engine: Engine) -> None:
        for schema in ("landed", "meta"):
            engine.execute(f"create schema if not exists {schema}")
        records = [self._record(row) for row in self.rows]
        write_records(engine, pa.Table.from_pylist(records, schema=RECORD), replace=True)
        values = [value for row in self.rows for value in self._values(row)]
        engine.write("main.record_value", pa.Table.from_pylist(values, schema=RECORD_VALUE), replace=True)
        engine.write("main.event", pa.Table.from_pylist(self.events, schema=EVENT), replace=True)
        owners = [
            {"subject_id": row.subject, "customer_id": self.customer_id(row.customer), "kind": row.kind}
            for row in self.rows
        ]
        engine.write("main.customer_subject", pa.Table.from_pylist(owners), replace=True)
        for system in ALL:
            landed = [self._landed(row) for row in self.rows if row.source == system and row.kind == "person"]
            names = [*COLUMNS[system], "_key", "_to_build"]
            schema = pa.schema([(name, pa.int64() if name == "_to_build" else pa.string()) for name in names])
            table = pa.Table.from_pylist(landed, schema=schema)
            engine.write(f'landed."{system}.{TABLES[system]}"', table, replace=True)
        engine.execute(
            """create or replace table meta.quarantine (
                quarantine_id bigint, source varchar, table_name varchar, origin varchar, line bigint,
                reason varchar, state varchar)"""
        )
        for place, (source, table, reason) in enumerate(self.quarantined):
            engine.execute(
                "insert into meta.quarantine values (?, ?, ?, ?, ?, ?, 'open')",
                [place, source, table, f"{table}.csv", place + 2, reason],
            )
        engine.execute(
            "insert into meta.quarantine values (-1, 'crm', 'contacts', 'contacts.csv', 9, 'mended since', 'replayed')"
        )

    def _record(self, row: Row) -> dict[str, Any]:
        name = row.values.get("full_name") or row.values.get("company")
        return {
            "subject_id": row.subject,
            "source": row.source,
            "table_name": row.table,
            "record_key": row.key,
            "kind": row.kind,
            "display_name": name[0][0] if name else None,
            "given_name": row.given or None,
            "family_name": row.family or None,
            "native_name": row.native,
            "created_at": row.created,
            "updated_at": row.updated,
        }

    def _values(self, row: Row) -> list[dict[str, Any]]:
        meanings = {meaning: column for column, meaning in COLUMNS[row.source].items()}
        return [
            {
                "subject_id": row.subject,
                "attribute": attribute,
                "position": position,
                "value": None if absence else raw,
                "compare_value": compare,
                "raw": raw,
                "column_name": meanings.get(attribute, attribute),
                "absence": absence,
            }
            for attribute, held in row.values.items()
            for position, (raw, compare, absence) in enumerate(held)
        ]

    def _landed(self, row: Row) -> dict[str, Any]:
        names = COLUMNS[row.source]
        held = {name: (row.values.get(meaning) or [(None, None, None)])[0][0] for name, meaning in names.items()}
        held |= {name: row.landed.get(name) for name in ("segment", "business_type", "industry") if name in names}
        held |= {"id": row.key} | ({"legacy_code": row.landed.get("legacy_code")} if "legacy_code" in names else {})
        return {**held, "_key": row.key, "_to_build": None}


def dump(document: Any) -> str:
    """For looking at a report while writing a test."""
    return json.dumps(document, ensure_ascii=False, indent=2)
