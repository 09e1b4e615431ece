"""Examples that open to the real customer: from a picked customer to what each of its records says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from onefold.engines import Engine
from onefold.silos.fields import FIELDS, field_of
from onefold.silos.model import Example, HeldValue

EXAMPLES_PER_SIGN = 10
RECORDS_PER_EXAMPLE = 12
"""Records shown of one customer; a customer made of hundreds would drown the page."""


@dataclass(frozen=True)
class Pick:
    """A customer to show, and what to show of it."""

    customer_no: int
    field: str
    note: str
    attributes: tuple[str, ...] = ()
    """Fields or attributes whose values to show."""
    sources: tuple[str, ...] = ()
    """Only records of these systems; all where empty."""


@dataclass(frozen=True)
class _Record:
    subject_no: int
    source: str
    table: str
    key: str
    name: str | None
    at: datetime | None


def show_examples(engine: Engine, picks: Sequence[Pick]) -> tuple[Example, ...]:
    """The picked customers with their records' values, in the order of ``picks``."""
    if not picks:
        return ()
    numbers = sorted({pick.customer_no for pick in picks})
    ids, records = _records_of(engine, numbers)
    values = _values_of(engine, numbers)
    return tuple(
        Example(
            customer_id=ids[pick.customer_no],
            name=_best_name(records[pick.customer_no]),
            field=pick.field,
            note=pick.note,
            values=tuple(_held(pick, records[pick.customer_no], values)),
        )
        for pick in picks
    )


def _records_of(engine: Engine, numbers: list[int]) -> tuple[dict[int, str], dict[int, list[_Record]]]:
    rows = engine.rows(
        """
        select
            customer_no, customer_id, subject_no, source, table_name, record_key, display_name,
            coalesce(updated_at, created_at)
        from silo_subject where list_contains(?, customer_no)
        order by source, table_name, record_key""",
        [numbers],
    )
    ids: dict[int, str] = {}
    records: dict[int, list[_Record]] = {}
    for customer_no, customer_id, *record in rows:
        ids[customer_no] = customer_id
        records.setdefault(customer_no, []).append(_Record(*record))
    return ids, records


def _values_of(engine: Engine, numbers: list[int]) -> dict[int, list[tuple[str, str | None, str | None]]]:
    """subject_no → (attribute, value, raw), in the order of attribute and position."""
    rows = engine.rows(
        """
        select subject.subject_no, fact.attribute, fact.value, fact.raw
        from main.record_value as fact
        join (
            select subject_id, subject_no from silo_subject where list_contains(?, customer_no)
        ) as subject using (subject_id)
        where fact.absence is null
        order by fact.attribute, fact.position""",
        [numbers],
    )
    values: dict[int, list[tuple[str, str | None, str | None]]] = {}
    for subject_no, attribute, value, raw in rows:
        values.setdefault(subject_no, []).append((attribute, value, raw))
    return values


def _best_name(records: Iterable[_Record]) -> str | None:
    """The name that most records carry; the longest, then the first by alphabet, among equals."""
    names = [record.name for record in records if record.name]
    return min(set(names), key=lambda name: (-names.count(name), -len(name), name)) if names else None


def _held(pick: Pick, records: Sequence[_Record], values: dict[int, list[Any]]) -> Iterable[HeldValue]:
    shown = [record for record in records if not pick.sources or record.source in pick.sources]
    for record in shown[:RECORDS_PER_EXAMPLE]:
        held = values.get(record.subject_no, [])
        for wanted in pick.attributes:  # what an example is about is shown even where a record lacks it
            answers = list(_answers(wanted, record, held)) or [(None, None)] * (wanted == pick.field)
            for value, raw in answers:
                yield HeldValue(record.source, record.table, record.key, wanted, value, raw, record.at)


def _answers(wanted: str, record: _Record, held: Sequence[tuple[str, str | None, str | None]]) -> Iterable[Any]:
    if field_of(wanted) == "name":
        if record.name:
            yield record.name, _raw_name(held)
        return
    parts = FIELDS.get(wanted, (wanted,))
    for attribute, value, raw in held:
        if attribute in parts:
            yield value, raw


def _raw_name(held: Sequence[tuple[str, str | None, str | None]]) -> str | None:
    """The name as its columns say it: the whole name where one column has it, else the parts in reading order."""
    whole = next((raw for attribute, _, raw in held if attribute == "full_name" and raw), None)
    order = ("given_name", "middle_name", "family_name", "second_family_name")
    parts = [raw for part in order for attribute, _, raw in held if attribute == part and raw]
    return whole or (" ".join(parts) if parts else None)
