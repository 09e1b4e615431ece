"""Reading and landing a database as a build does, for tests of the readers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from onefold.engines import Engine
from onefold.settings import SourceSettings
from onefold.sources.databases import open_database
from onefold.sources.landing import land, landed_state
from onefold.sources.model import Extract, LandingReport


def read_and_land(
    engine: Engine, build_no: int, location: str | Path, *, base: Path = Path("/"), secrets: Any = None, **settings: Any
) -> dict[str, tuple[Extract, LandingReport]]:
    """Read what changed and land it under the declared keys; by table."""
    cursors, keys, fingerprints = landed_state(engine, "shop")
    done = {}
    for extract in open_database(
        "shop",
        SourceSettings(location=str(location), **settings),
        base=base,
        secrets=secrets or {},
        cursors=cursors,
        keys=keys,
        fingerprints=fingerprints,
    ):
        report = land(engine, build_no, "shop", extract, key_of=lambda _relation, known: known.declared_key)
        done[extract.table] = (extract, report)
    return done


def rows_of(extract: Extract) -> list[dict[str, Any]]:
    """The rows of an extract, without our own columns."""
    return [
        {name: row[name] for name in extract.column_names} for batch in extract.batches() for row in batch.to_pylist()
    ]


def text_columns(extract: Extract) -> bool:
    """Whether every column of every batch is text, as landing wants it."""
    return all(
        str(batch.schema.field(name).type) in {"string", "large_string"}
        for batch in extract.batches()
        for name in extract.column_names
    )
