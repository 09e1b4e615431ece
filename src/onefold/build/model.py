"""What a build takes and what it tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from onefold.engines import Engine
from onefold.errors import OnefoldError, error_from
from onefold.kernel import Clock
from onefold.settings import Settings
from onefold.sources import LandingReport
from onefold.storage import AppDatabase

Progress = Callable[[str], None]
"""Told what is going on, one short line at a time."""

OnStep = Callable[[int, str], None]
"""Told the build's number and the step that begins."""


@dataclass(frozen=True)
class BuildInputs:
    """Everything a build needs; the workspace makes it."""

    engine: Engine
    database: AppDatabase
    settings: Settings
    base: Path
    """Relative locations are relative to this folder."""
    secrets: dict[str, str]
    workspace_key: bytes
    clock: Clock
    only: frozenset[str] = frozenset()
    """Sources to read; all where empty. The others stay as they were read last."""
    is_confirmed: bool = False
    """Whether a person agreed to change more of the map than ``identity.largest_change`` allows."""
    index_folder: Path | None = None
    """Where the index of identity is kept, for builds of what changed and for single records; None keeps none."""
    is_relearn: bool = False
    """Whether identity learns anew, however little has changed."""


@dataclass(frozen=True)
class SourceProblem:
    """A source that could not be read; its data stay as of the last build that could."""

    source: str
    error: OnefoldError


@dataclass(frozen=True)
class PastBuild:
    """What a trend needs of an earlier build."""

    build_no: int
    finished_at: datetime
    shares: dict[str, dict[str, Any] | None]
    """Sign -> its share as JSON: ``count`` and ``base``."""


@dataclass
class BuildReport:
    """What a build did."""

    build_no: int
    landings: list[LandingReport] = field(default_factory=list)
    problems: list[SourceProblem] = field(default_factory=list)
    vanished_tables: list[str] = field(default_factory=list)
    """Tables that their source no longer has; their last rows are kept."""
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Step -> ``seconds`` and its counts."""
    previous: dict[str, str] = field(default_factory=dict)
    """Step -> digest of what the last finished build made it from (``unchanged.py``)."""
    silos: dict[str, Any] = field(default_factory=dict)
    """The silo report as JSON."""
    on_step: OnStep | None = None
    kept_map: dict[str, Any] | None = None
    """Where the map would have changed more than is allowed and was kept: ``changed``, ``customers``, ``share``,
    ``limit``, ``counts``."""

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> BuildReport:
        """The report that ``to_json`` told, as far as that goes."""
        tuples = ("columns_added", "columns_missing", "notes")
        landings = [
            LandingReport(
                **table
                | {name: tuple(table[name]) for name in tuples}
                | {"types_changed": tuple((column, before, now) for column, before, now in table["types_changed"])}
            )
            for table in document["tables"]
        ]
        problems = [
            SourceProblem(one["source"], error_from(one["code"], one["message"], one["hint"]))
            for one in document["problems"]
        ]
        return cls(
            document["build_no"],
            landings,
            problems,
            document["vanished_tables"],
            steps=document["steps"],
            kept_map=document.get("kept_map"),
        )

    def to_json(self) -> dict[str, Any]:
        """The report for programs, without the silo report (``onefold report --json`` prints that)."""
        return {
            "build_no": self.build_no,
            "steps": self.steps,
            "tables": [
                {
                    "source": landing.source,
                    "table": landing.table,
                    "rows": landing.rows,
                    "inserted": landing.inserted,
                    "updated": landing.updated,
                    "deleted": landing.deleted,
                    "quarantined": landing.quarantined,
                    "columns_added": list(landing.columns_added),
                    "columns_missing": list(landing.columns_missing),
                    "types_changed": [list(change) for change in landing.types_changed],
                    "is_unchanged": landing.is_unchanged,
                    "notes": list(landing.notes),
                }
                for landing in self.landings
            ],
            "vanished_tables": self.vanished_tables,
            "kept_map": self.kept_map,
            "problems": [
                {"source": p.source, "code": p.error.code, "message": p.error.message, "hint": p.error.hint}
                for p in self.problems
            ],
        }
