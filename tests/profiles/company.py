"""A small made-up company in the warehouse's common model, for the tests of profiles."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from onefold.engines import Engine
from onefold.records import write_records
from onefold.records.model import EVENT, RECORD, RECORD_VALUE

LISTS = {"email": "emails", "phone": "phones", "national_id": "national_ids", "loyalty_number": "loyalty_numbers"}
COMPARED = {
    "given_name", "family_name", "birth_date", "birth_place", "gender", "street", "house_number", "postcode", "city",
    "region", "country", "company",
}  # fmt: skip


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _hash(*parts: object) -> int:
    return int.from_bytes(hashlib.blake2b(repr(parts).encode(), digest_size=8).digest(), "big")


@dataclass
class Company:
    """Rows as the conform step would leave them."""

    records: list[dict[str, Any]] = field(default_factory=list)
    values: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    owners: dict[str, tuple[str, str]] = field(default_factory=dict)

    def record(
        self,
        subject_id: str,
        customer_id: str,
        *,
        kind: str = "person",
        created: str | None = None,
        updated: str | None = None,
        columns: Mapping[str, str] | None = None,
        **attributes: str | list[str],
    ) -> None:
        """One record; attributes are meanings (a list holds several values), columns name their columns."""
        table, key = subject_id.split(":", 1)
        source, name = table.split(".")
        names = [str(attributes[part]) for part in ("given_name", "family_name") if part in attributes]
        display = str(attributes.get("full_name") or attributes.get("company") or "") or " ".join(names) or None
        row: dict[str, Any] = dict.fromkeys(RECORD.names)
        row |= {
            "subject_id": subject_id,
            "source": source,
            "table_name": name,
            "record_key": key,
            "kind": kind,
            "row_hash": _hash(attributes, created, updated),
            "mapping_hash": "m1",
            "display_name": display,
            "created_at": moment(created) if created else None,
            "updated_at": moment(updated) if updated else None,
        }
        for attribute, given in attributes.items():
            meaning, _, column = attribute.partition("__")
            values = given if isinstance(given, list) else [given]
            if meaning in LISTS:
                row[LISTS[meaning]] = values
            elif meaning in COMPARED:
                row[meaning] = values[0].lower()
            for position, value in enumerate(values):
                self.values.append(
                    {
                        "subject_id": subject_id,
                        "attribute": meaning,
                        "position": position,
                        "value": value,
                        "compare_value": value.lower(),
                        "raw": value,
                        "column_name": column or (columns or {}).get(meaning, meaning),
                        "absence": None,
                    }
                )
        self.records.append(row)
        self.owners[subject_id] = (customer_id, kind)

    def event(self, event_id: str, subject_id: str, **facts: Any) -> None:
        """One event; ``occurred_at`` as text."""
        table, key = event_id.split(":", 1)
        source, name = table.split(".")
        row: dict[str, Any] = dict.fromkeys(EVENT.names)
        row |= {"role": "events", "event_type": "order"} | facts
        row |= {
            "event_id": event_id,
            "subject_id": subject_id,
            "source": source,
            "table_name": name,
            "record_key": key,
            "row_hash": _hash(facts),
            "mapping_hash": "m1",
            "occurred_at": moment(facts["occurred_at"]) if facts.get("occurred_at") else None,
            "amount": Decimal(facts["amount"]) if facts.get("amount") else None,
        }
        self.events.append(row)

    def write(self, engine: Engine) -> None:
        """Replace the warehouse's relations by this company."""
        write_records(engine, _table(self.records, RECORD), replace=True)
        engine.write("main.record_value", _table(self.values, RECORD_VALUE), replace=True)
        engine.write("main.event", _table(self.events, EVENT), replace=True)
        schema = pa.schema([(name, pa.string()) for name in ("subject_id", "customer_id", "kind")])
        rows = [
            {"subject_id": subject, "customer_id": customer, "kind": kind}
            for subject, (customer, kind) in self.owners.items()
        ]
        engine.write("main.customer_subject", _table(rows, schema), replace=True)


def _table(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)
