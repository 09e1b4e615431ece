"""What would become of a column's values if it meant something else: the rules of conforming, on some rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl
import pyarrow as pa

from onefold.catalog.model import Meaning, Role, Table
from onefold.records.chunk import PeoplePlan
from onefold.records.name_columns import NameContext
from onefold.records.names import GIVEN_FIRST
from onefold.records.people import conform_chunk

_UNTOUCHED = frozenset(
    {
        *(Meaning.RECORD_KEY, Meaning.FOREIGN_KEY, Meaning.CURRENCY, Meaning.EVENT_TYPE, Meaning.JSON),
        *(Meaning.EMPTY, Meaning.OTHER, Meaning.TEXT, Meaning.TITLE),
    }
)
"""Meanings whose values stay as they are."""
_CONTEXT = (Meaning.COUNTRY, Meaning.REGION, Meaning.CITY)
"""Columns that tell how to read others: a country its phones and dates."""
_EXAMPLES = 8


@dataclass(frozen=True)
class ValueTrial:
    """One value under both meanings."""

    raw: str
    now: str | None
    """As it is conformed today; None where it is refused."""
    then: str | None


@dataclass(frozen=True)
class MeaningTrial:
    """A column's sample under one meaning."""

    meaning: Meaning
    recognised: int
    refused: int
    is_kept_as_written: bool
    """Values of this meaning are not read any further, so none can be refused."""


@dataclass(frozen=True)
class Trial:
    """Two meanings of one column compared."""

    rows: int
    """Sampled rows in which the column holds something."""
    now: MeaningTrial
    then: MeaningTrial
    changed: int
    """Values that would be read otherwise."""
    refused: tuple[str, ...]
    """Examples that the new meaning refuses."""
    examples: tuple[ValueTrial, ...]


def context_columns(table: Table, column: str) -> list[str]:
    """The columns whose values decide how ``column`` is read, with itself."""
    return [column, *(other.name for other in table.with_meaning(*_CONTEXT) if other.name != column)]


def try_meaning(rows: pa.Table, table: Table, column: str, meaning: Meaning, *, region: str | None) -> Trial:
    """Compare what a column means now with what it might mean.

    Args:
        rows: of the table, as text, with ``_key`` and ``_hash``; the column is filled in each.
        table: as the catalogue has it.
        column: its name.
        meaning: the other one.
        region: ISO 3166 country of national phone numbers.
    """
    today = next(known for known in table.columns if known.name == column).meaning
    frame = pl.DataFrame(pl.from_arrow(rows)) if rows.num_rows else pl.DataFrame({column: []}, {column: pl.String})
    raw = frame[column].to_list()
    now = _conformed(frame, table, column, today, region)
    then = _conformed(frame, table, column, meaning, region)
    pairs = [ValueTrial(text, a, b) for text, a, b in zip(raw, now, then, strict=True)]
    distinct = list(dict.fromkeys(pairs))
    changed = [pair for pair in distinct if pair.now != pair.then]
    return Trial(
        rows=len(raw),
        now=_summary(today, now),
        then=_summary(meaning, then),
        changed=sum(pair.now != pair.then for pair in pairs),
        refused=tuple(pair.raw for pair in distinct if pair.then is None)[:_EXAMPLES],
        examples=tuple((changed or distinct)[:_EXAMPLES]),
    )


def _summary(meaning: Meaning, values: Sequence[str | None]) -> MeaningTrial:
    recognised = sum(value is not None for value in values)
    return MeaningTrial(meaning, recognised, len(values) - recognised, meaning in _UNTOUCHED)


def _conformed(
    frame: pl.DataFrame, table: Table, column: str, meaning: Meaning, region: str | None
) -> list[str | None]:
    """Row by row, the value as it would be kept; None where it would not."""
    raw: list[str | None] = frame[column].to_list()
    if meaning in _UNTOUCHED or not raw:
        return raw
    kept = [
        replace(known, meaning=meaning) if known.name == column else known
        for known in table.columns
        if known.name == column or known.meaning in _CONTEXT
    ]
    role = Role.ORGANISATIONS if table.role is Role.ORGANISATIONS else Role.PEOPLE
    alone = replace(table, role=role, columns=tuple(kept), joins=())
    plan = PeoplePlan(alone, "", NameContext({}, GIVEN_FIRST), region, ())
    _record, values = conform_chunk(frame, plan)
    found = pl.DataFrame(pl.from_arrow(values)).filter(
        pl.col("column_name").str.split(" + ").list.contains(column) & pl.col("value").is_not_null()
    )
    by_subject: dict[str, list[str]] = {}
    for subject, value in found.select("subject_id", "value").iter_rows():
        if value not in by_subject.setdefault(subject, []):
            by_subject[subject].append(value)
    prefix = f"{table.source}.{table.name}:"
    return [" · ".join(by_subject.get(f"{prefix}{key}", ())) or None for key in frame["_key"].to_list()]
