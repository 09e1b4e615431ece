"""Understanding one table: sample it, read its columns, find its key and role, heed what a person said.

A person's word wins with confidence 1. What was inferred before stays for columns that still exist, so that a
mapping does not wander from build to build; only new columns are inferred.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from onefold.catalog.context import refine, refine_for_role
from onefold.catalog.details import details_of
from onefold.catalog.keys import choose_key
from onefold.catalog.meanings import Reading, finish, read_columns
from onefold.catalog.model import BY_A_PERSON, Column, Meaning, Role, Table
from onefold.catalog.roles import infer_role
from onefold.catalog.sampling import sample_table
from onefold.engines import Engine
from onefold.errors import InvalidInput
from onefold.settings import TableSettings

_FOUND_ANEW = frozenset({Meaning.EMPTY, Meaning.RECORD_KEY, Meaning.FOREIGN_KEY})
"""What follows from values, key and joins of the day is not remembered."""
_KEEPS_ITS_MEANING = frozenset(
    {
        Meaning.EMAIL,
        Meaning.PHONE,
        Meaning.NATIONAL_ID,
        Meaning.LOYALTY_NUMBER,
        Meaning.USERNAME,
        Meaning.DATE,
        Meaning.EVENT_TIME,
        Meaning.DOMAIN,
        Meaning.WEBSITE,
    }
)
"""A key column that means one of these is worth more as what it is than as a key."""


def infer_table(
    engine: Engine,
    source: str,
    name: str,
    relation: str,
    *,
    column_names: Sequence[str],
    declared_types: Mapping[str, str],
    declared_key: Sequence[str] = (),
    overrides: TableSettings | None = None,
    known: Table | None = None,
) -> Table:
    """What ``relation`` holds: its role, key, and the meaning of each column. Joins come later (``infer_joins``).

    Args:
        engine: the warehouse.
        source: name of the source.
        name: name of the table inside the source.
        relation: a quoted SQL relation whose columns are text, null where empty.
        column_names: the source's columns, in order.
        declared_types: column -> the type that the source declares, where it does.
        declared_key: the primary key that the source declares.
        overrides: a person's corrections.
        known: the table as understood before.

    Raises:
        InvalidInput: an override names an unknown column, meaning or role.

    **Cost:** about two scans of the relation, plus a bounded sample.
    """
    _check_overrides(source, name, column_names, overrides)
    sample = sample_table(engine, relation, column_names)
    key = _key_of(overrides, known, column_names) or choose_key(
        engine, relation, column_names, sample.rows, sample.counts, declared_key=declared_key
    )
    readings = read_columns(sample, tuple(column_names), dict(declared_types))
    refine(readings, sample)
    role, confidence, reason = infer_role(name, readings, key, sample.rows)
    if overrides and overrides.role:
        role, confidence, reason = Role(overrides.role), 1.0, BY_A_PERSON
    elif known is not None and known.reason != BY_A_PERSON:
        role, confidence, reason = known.role, known.confidence, known.reason
    refine_for_role(readings, role)
    _mark_key(readings, key, sample.rows)
    details = details_of(readings)
    columns = tuple(finish(reading, details[reading.name]) for reading in readings)
    columns = _heed_overrides(_keep_known(columns, known), overrides)
    return Table(source, name, role, confidence, reason, key, sample.rows, columns)


def _key_of(overrides: TableSettings | None, known: Table | None, names: Sequence[str]) -> tuple[str, ...]:
    if overrides and overrides.key:
        return (overrides.key,) if isinstance(overrides.key, str) else tuple(overrides.key)
    if known is not None and known.key and set(known.key) <= set(names):
        return known.key
    return ()


def _mark_key(readings: Sequence[Reading], key: tuple[str, ...], rows: int) -> None:
    for reading in readings:
        if reading.name in key and reading.meaning not in _KEEPS_ITS_MEANING:
            sure = 0.97 if reading.header.is_id else 0.85
            reading.decide(Meaning.RECORD_KEY, sure, _why_key(reading, key, rows))


def _why_key(reading: Reading, key: tuple[str, ...], rows: int) -> str:
    if len(key) > 1:
        return f"identifies a row together with {_others(reading.name, key)} in {rows:,} rows"
    if reading.distinct >= rows and reading.filled == 1:
        return f"is unique and never empty in {rows:,} rows"
    return f"is named as an id and takes {reading.distinct:,} values in {rows:,} rows"


def _others(name: str, key: tuple[str, ...]) -> str:
    return ", ".join(f'"{other}"' for other in key if other != name)


def _keep_known(columns: tuple[Column, ...], known: Table | None) -> tuple[Column, ...]:
    """Meanings as inferred before, for columns that still hold something and that no person had set."""
    if known is None:
        return columns
    before = {c.name: c for c in known.columns if c.meaning not in _FOUND_ANEW and c.reason != BY_A_PERSON}
    return tuple(_as_before(column, before.get(column.name)) for column in columns)


def _as_before(now: Column, before: Column | None) -> Column:
    if before is None or before.meaning is now.meaning or now.meaning in _FOUND_ANEW:
        return now
    kept = {name: value for name, value in before.details.items() if name not in now.details}
    return replace(
        now,
        meaning=before.meaning,
        confidence=before.confidence,
        reason=before.reason,
        details=kept | now.details,
    )


def _heed_overrides(columns: tuple[Column, ...], overrides: TableSettings | None) -> tuple[Column, ...]:
    if not overrides:
        return columns
    said = {name: Meaning(column.meaning) for name, column in overrides.columns.items()}
    return tuple(
        replace(column, meaning=said[column.name], confidence=1.0, reason=BY_A_PERSON)
        if column.name in said
        else column
        for column in columns
    )


def _check_overrides(source: str, name: str, names: Sequence[str], overrides: TableSettings | None) -> None:
    """Refuse corrections that cannot be meant."""
    if overrides is None:
        return
    where = f"onefold.yaml, {source}.{name}"
    roles, meanings = [str(role) for role in Role], [str(meaning) for meaning in Meaning]
    if overrides.role is not None and overrides.role not in roles:
        raise InvalidInput(f"{where}: no role {overrides.role!r}", hint=f"Choose one of: {', '.join(roles)}.")
    key = [overrides.key] if isinstance(overrides.key, str) else list(overrides.key or ())
    unknown = [column for column in (*key, *overrides.columns) if column not in names]
    if unknown:
        raise InvalidInput(f"{where}: no column {unknown[0]!r}", hint=f"Its columns are: {', '.join(names)}.")
    for column, settings in overrides.columns.items():
        if settings.meaning not in meanings:
            raise InvalidInput(
                f"{where}.{column}: no meaning {settings.meaning!r}",
                hint=f"Choose one of: {', '.join(meanings)}. (onefold mapping meanings describes them.)",
            )
