"""One row conformed by itself: the rules of a build, without what a whole table teaches about the order of names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from onefold.catalog.model import Column, Meaning, Role, Table
from onefold.errors import InvalidInput
from onefold.records.chunk import PeoplePlan
from onefold.records.name_columns import seeded_context
from onefold.records.people import conform_chunk

_ALL = list(Meaning)
NAMES = tuple(one.value for one in _ALL[_ALL.index(Meaning.EXTERNAL_ID) : _ALL.index(Meaning.COUNTRY) + 1])
"""What a row of the common model may hold."""

_MOST_VALUES = 20
UNNAMED = "?"
"""The key of a row that has none."""


def conform_row(
    row: Mapping[str, Any], *, table: Table | None, is_organisation: bool, key: str, region: str | None
) -> dict[str, Any]:
    """A row as it would be in ``main.record``.

    Args:
        row: what a source says, by its columns; by meanings (``NAMES``, several values as a list) where no table.
        table: as the catalogue has it; None for the common model.
        is_organisation: which kind of row it is in the common model.
        key: the row's key in its source.
        region: ISO 3166 country of national phone numbers.

    Raises:
        InvalidInput: names what the row may hold.
    """
    values = _by_column(row) if table is None else {name: _text(value) for name, value in row.items()}
    shape = table or _common_table(values, is_organisation=is_organisation)
    known = {column.name for column in shape.columns}
    if unknown := sorted(values.keys() - known):
        raise InvalidInput(
            f"{shape.full_name} has no column {unknown[0]!r}", hint=f"It has: {', '.join(sorted(known))}."
        )
    columns = {name: pl.Series([text], dtype=pl.String) for name, text in values.items()}
    frame = pl.DataFrame({**columns, "_key": [key], "_hash": pl.Series([0], dtype=pl.UInt64)})
    record, _values = conform_chunk(frame, PeoplePlan(shape, "", seeded_context(), region, ()))
    found: dict[str, Any] = record.to_pylist()[0]
    return found


def _by_column(row: Mapping[str, Any]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, value in row.items():
        if name not in NAMES:
            raise InvalidInput(f"a record has no {name!r}", hint=f"It may have: {', '.join(NAMES)}.")
        several: Sequence[Any] = value if isinstance(value, list | tuple) else [value]
        if len(several) > _MOST_VALUES:
            raise InvalidInput(f"more than {_MOST_VALUES} values of {name!r}")
        for number, one in enumerate(several):
            found[f"{name} {number}" if number else name] = _text(one)
    return found


def _text(value: Any) -> str | None:
    if isinstance(value, Mapping | list | tuple):
        raise InvalidInput("a value of a record is a text, a number or null")
    return None if value is None else str(value)


def _common_table(values: Mapping[str, Any], *, is_organisation: bool) -> Table:
    columns = tuple(Column(name, Meaning(name.partition(" ")[0]), 1.0, "said so") for name in values)
    role = Role.ORGANISATIONS if is_organisation else Role.PEOPLE
    return Table("live", "record", role, 1.0, "said so", (), 1, columns)
