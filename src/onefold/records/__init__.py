"""Conforming: every source's rows in one model, normalised and comparable, raw values kept.

The heavy parts load on first use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from onefold.records.model import COMPARE_HASH, EVENT, RECORD, RECORD_VALUE, ConformReport, TableReport
from onefold.records.writing import write_records

if TYPE_CHECKING:
    import pyarrow as pa

    from onefold.catalog.model import Meaning, Table
    from onefold.engines import Engine
    from onefold.records.trial import Trial

__all__ = [
    "COMPARE_HASH",
    "EVENT",
    "RECORD",
    "RECORD_VALUE",
    "ConformReport",
    "TableReport",
    "conform",
    "conform_row",
    "context_columns",
    "email_key",
    "latin_words",
    "name_halves",
    "name_key",
    "native_words",
    "phone_key",
    "search_words",
    "write_records",
]


def conform(
    engine: Engine,
    tables: Sequence[Table],
    *,
    regions: Mapping[str, str | None],
    region: str | None,
    progress: Callable[[str], None] | None = None,
) -> ConformReport:
    """Bring ``record``, ``record_value`` and ``event`` in step with the landed rows; see ``conforming.conform``."""
    from onefold.records.conforming import conform as run

    return run(engine, tables, regions=regions, region=region, progress=progress)


def email_key(text: str) -> str | None:
    """The mailbox that an e-mail address reaches, as in ``record.emails``; None where the text holds none."""
    from onefold.records.keys import email_key as key

    return key(text)


def phone_key(text: str, region: str | None) -> str | None:
    """A phone number as in ``record.phones``; None where the text holds none."""
    from onefold.records.keys import phone_key as key

    return key(text, region)


def name_key(text: str) -> str | None:
    """The Latin words of a person's name in alphabetical order; None where the text names nobody."""
    from onefold.records.keys import name_key as key

    return key(text)


def name_halves(text: str) -> tuple[str, str]:
    """The Latin words of a whole name: given, family; see ``keys.name_halves``."""
    from onefold.records.keys import name_halves as halves

    return halves(text)


def latin_words(text: str) -> str:
    """The Latin words of any text, as names are compared."""
    from onefold.records.keys import latin_words as words

    return words(text)


def native_words(text: str) -> str:
    """The words of a name as they are looked for in their own script; see ``keys.native_words``."""
    from onefold.records.keys import native_words as words

    return words(text)


def search_words(text: str) -> list[list[str]]:
    """The ways in which the words of names may be looked for; see ``keys.search_words``."""
    from onefold.records.keys import search_words as words

    return words(text)


def context_columns(table: Table, column: str) -> list[str]:
    """The columns whose values decide how ``column`` is read, with itself."""
    from onefold.records.trial import context_columns as columns

    return columns(table, column)


def try_meaning(rows: pa.Table, table: Table, column: str, meaning: Meaning, *, region: str | None) -> Trial:
    """Compare what a column means now with what it might mean; see ``trial.try_meaning``."""
    from onefold.records.trial import try_meaning as run

    return run(rows, table, column, meaning, region=region)


def conform_row(
    row: Mapping[str, Any], *, table: Table | None, is_organisation: bool, key: str, region: str | None
) -> dict[str, Any]:
    """One row as it would be in ``main.record``; see ``single.conform_row``."""
    from onefold.records.single import conform_row as run

    return run(row, table=table, is_organisation=is_organisation, key=key, region=region)
