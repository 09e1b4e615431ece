"""A made-up town: customers of one record or several, written straight into what the levels are made from."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa

from onefold.engines import Engine
from onefold.identity.levels import apply_levels, plan_levels
from onefold.records import write_records
from onefold.records.model import RECORD, RECORD_VALUE

KEY = b"k" * 32
NOW = datetime(2026, 6, 1, tzinfo=UTC)
LISTS = {"email": "emails", "phone": "phones"}
SHOWN = {"street": "street", "house_number": "house_number", "postcode": "postcode", "city": "city",
         "flat": "address_extra", "job_title": "job_title"}  # fmt: skip


def person(name, *, customer=None, year=2024, **facts):
    """``"Ana García Puig"``: a given name and surnames; ``home=("Elm St", "4", "N1 1AA")``, ``email``, ``phone``, …"""
    given, _, family = name.lower().partition(" ")
    if home := facts.pop("home", None):
        facts |= dict(zip(("street", "house_number", "postcode"), home, strict=True)) | {"city": "york"}
    moment = datetime(year, 1, 1, tzinfo=UTC)
    return {
        "kind": "person",
        "given_name": given,
        "family_name": family or None,
        "display_name": name,
        "customer": customer or f"{name} {facts.get('email', '')}",
        "created_at": moment,
        "updated_at": moment,
        **facts,
    }


def organisation(name, **facts):
    """An account; ``company`` is its name in comparison form."""
    return {"kind": "organisation", "display_name": name, "customer": name, "company": name.lower(), **facts}


def write_town(engine, rows, keys=()):
    """Rows as records in their order; ``keys``: (place of a record, place of another, kind)."""
    records, values, owners = [], [], []
    for number, row in enumerate(rows):
        subject = row.get("subject", f"crm.people:{number}")
        record = {name: row.get(name) for name in RECORD.names}
        record |= {"subject_id": subject, "source": "crm", "table_name": "people", "record_key": str(number)}
        record |= {"row_hash": number, "mapping_hash": ""}
        record |= {lists: [row[one]] if row.get(one) else None for one, lists in LISTS.items()}
        records.append(record)
        owners.append((subject, row["customer"], row["kind"]))
        values += [
            {"subject_id": subject, "attribute": attribute, "position": 0, "value": row[name]}
            for name, attribute in SHOWN.items()
            if row.get(name)
        ]
    write_records(engine, pa.Table.from_pylist(records, RECORD), replace=True)
    engine.write("main.record_value", pa.Table.from_pylist(values, RECORD_VALUE), replace=True)
    names = ("subject_id", "customer_id", "kind")
    engine.write(
        "main.customer_subject",
        pa.table({name: pa.array([row[place] for row in owners], pa.string()) for place, name in enumerate(names)}),
        replace=True,
    )
    pointers = [(owners[a][0], owners[b][0], kind) for a, b, kind in keys]
    columns = ("subject_id", "target", "kind")
    engine.write(
        "main.organisation_key",
        pa.table({name: pa.array([row[place] for row in pointers], pa.string()) for place, name in enumerate(columns)}),
        replace=True,
    )


def settle(database, rows, keys=(), *, now=NOW):
    """Plan and apply; returns the plan."""
    engine = Engine.open()
    try:
        write_town(engine, rows, keys)
        with database.read() as connection:
            plan = plan_levels(connection, engine, workspace_key=KEY)
    finally:
        engine.close()
    with database.write() as connection:
        apply_levels(connection, plan, build_no=1, now=now)
    return plan


def homes(plan):
    """Households as sets of names of customers."""
    found = {}
    for row in plan.households.subjects.to_pylist():
        found.setdefault(row["customer_id"], set()).add(row["subject_id"].strip())
    return sorted(map(sorted, found.values()))
