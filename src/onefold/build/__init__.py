"""A build: land, understand, conform, resolve, unify, report, publish.

Every step reconciles: it works out what its output should be from its input and applies the difference, so a build
that was killed anywhere is mended by the next one. Readers of the app database see the build as one transaction.
"""

from onefold.build.blast import Blast, measure_blast
from onefold.build.history import BuildEntry, SourceHealth, list_builds, source_health, step_seconds
from onefold.build.model import BuildInputs, BuildReport, OnStep, PastBuild, Progress, SourceProblem
from onefold.build.pipeline import (
    last_finished,
    last_reads,
    latest_report,
    next_build_no,
    run_build,
    run_plan,
    run_scan,
    sign_history,
)

__all__ = [
    "Blast",
    "BuildEntry",
    "BuildInputs",
    "BuildReport",
    "OnStep",
    "PastBuild",
    "Progress",
    "SourceHealth",
    "SourceProblem",
    "last_finished",
    "last_reads",
    "latest_report",
    "list_builds",
    "measure_blast",
    "next_build_no",
    "run_build",
    "run_plan",
    "run_scan",
    "sign_history",
    "source_health",
    "step_seconds",
]
