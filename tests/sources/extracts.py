"""Extracts made of Python rows, for tests of landing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from onefold.engines import Engine
from onefold.sources.landing import land
from onefold.sources.model import Extract, LandingReport

Row = Mapping[str, str | None]


def extract_of(
    rows: Sequence[Row], columns: Sequence[str], *, table: str = "people", fingerprint: str = "", **more: Any
) -> Extract:
    """An extract of ``rows`` in batches of three."""

    def batches() -> Iterator[pa.RecordBatch]:
        for start in range(0, max(len(rows), 1), 3):
            piece = rows[start : start + 3]
            arrays = [pa.array([row.get(column) for row in piece], pa.string()) for column in columns]
            origin = pa.array(["people.csv"] * len(piece), pa.string())
            lines = pa.array(range(start + 2, start + 2 + len(piece)), pa.int64())
            yield pa.RecordBatch.from_arrays([*arrays, origin, lines], names=[*columns, "_origin", "_line"])

    more.setdefault("declared_types", dict.fromkeys(columns, "text"))
    return Extract(
        table=table, column_names=tuple(columns), fingerprint=fingerprint, batches=more.pop("batches", batches), **more
    )


def land_rows(
    engine: Engine,
    build_no: int,
    rows: Sequence[Row],
    columns: Sequence[str],
    *,
    key: Sequence[str] = ("id",),
    **more: Any,
) -> LandingReport:
    """Land ``rows`` as the table ``crm.people`` with a fixed key."""
    return land(
        engine, build_no, "crm", extract_of(rows, columns, **more), key_of=lambda _relation, _extract: tuple(key)
    )


def current(engine: Engine, table: str = "crm.people") -> dict[str, dict[str, Any]]:
    """The table's current rows by key, without our own columns and without nulls."""
    return as_of(engine, 10**9, table)


def as_of(engine: Engine, build_no: int, table: str = "crm.people") -> dict[str, dict[str, Any]]:
    """The table's rows as of a build, by key."""
    found = engine.arrow(
        f'select * from landed."{table}" where _from_build <= ? and (_to_build is null or _to_build > ?)',
        [build_no, build_no],
    ).to_pylist()
    rows = {row["_key"]: {k: v for k, v in row.items() if not k.startswith("_") and v is not None} for row in found}
    assert len(rows) == len(found), "two rows hold one key at the same time"
    return rows
