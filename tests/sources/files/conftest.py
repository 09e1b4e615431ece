"""Reading a source the way landing does, in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from onefold.settings import SourceSettings
from onefold.sources.files import open_files
from onefold.sources.model import BadRow, Extract


@dataclass(frozen=True)
class ReadTable:
    """A table that has been read to its end."""

    extract: Extract
    rows: list[dict[str, Any]]

    @property
    def columns(self) -> tuple[str, ...]:
        return self.extract.column_names

    @property
    def notes(self) -> str:
        return "; ".join(self.extract.notes)

    @property
    def bad_rows(self) -> list[BadRow]:
        return self.extract.bad_rows

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]

    def values(self) -> list[tuple[Any, ...]]:
        return [tuple(row[name] for name in self.columns) for row in self.rows]


ReadAll = Callable[..., dict[str, ReadTable]]


@pytest.fixture
def read_all(tmp_path: Path) -> ReadAll:
    """Read every table of the locations, relative to the test's folder."""

    def read(*locations: str, fingerprints: Mapping[str, str] | None = None, **settings: Any) -> dict[str, ReadTable]:
        location = locations[0] if len(locations) == 1 else list(locations)
        source = SourceSettings(location=location, **settings)
        tables = {}
        for extract in open_files("shop", source, base=tmp_path, fingerprints=fingerprints or {}):
            rows = [row for batch in extract.batches() for row in batch.to_pylist()]
            assert extract.table not in tables
            tables[extract.table] = ReadTable(extract, rows)
        return tables

    return read


@pytest.fixture
def read_one(read_all: ReadAll, tmp_path: Path) -> Callable[..., ReadTable]:
    """Write the content to a file and read its only table."""

    def read(content: bytes | str, name: str = "contacts.csv", **settings: Any) -> ReadTable:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        (table,) = read_all(name, **settings).values()
        return table

    return read
