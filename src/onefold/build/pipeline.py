"""The build's order of steps. What each step does lives in its own package."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from onefold.build.land import land_sources
from onefold.build.model import BuildInputs, BuildReport, Progress
from onefold.build.tables import build_run
from onefold.catalog import Table
from onefold.errors import InvalidInput

RULE_VERSION = "1"
"""Recorded with every change of the map; grows when the rules of resolution change."""


def run_build(inputs: BuildInputs, *, progress: Progress | None = None) -> BuildReport:
    """Run every step; see the package's docstring.

    Raises:
        InvalidInput: no source is connected, or a source or setting cannot be used as it is.
        EngineFailed: the disk is full or a database failed; the published state is that of the last build.
    """
    if not inputs.settings.sources:
        raise InvalidInput("no source is connected", hint="Connect one: onefold connect crm contacts.csv")
    tell = progress or (lambda _text: None)
    report = BuildReport(build_no=_begin(inputs))
    with _step(report, "land"):
        tables = land_sources(inputs, report, tell)
    with _step(report, "conform"):
        _conform(inputs, report, tables, tell)
    with _step(report, "resolve"):
        _resolve(inputs, report, tell)
    with _step(report, "unify"):
        _unify(inputs, report, tables, tell)
    return report


def latest_report(connection: sa.Connection) -> dict[str, Any] | None:
    """The silo report of the last finished build."""
    query = (
        sa.select(build_run.c.report)
        .where(build_run.c.finished_at.is_not(None))
        .order_by(build_run.c.build_no.desc())
        .limit(1)
    )
    report: dict[str, Any] | None = connection.scalar(query)
    return report


@contextmanager
def _step(report: BuildReport, name: str) -> Iterator[None]:
    started = time.perf_counter()
    report.steps[name] = {}
    yield
    report.steps[name]["seconds"] = round(time.perf_counter() - started, 3)


def _begin(inputs: BuildInputs) -> int:
    with inputs.database.write() as connection:
        build_no = (connection.scalar(sa.select(sa.func.max(build_run.c.build_no))) or 0) + 1
        connection.execute(build_run.insert().values(build_no=build_no, started_at=inputs.clock(), steps={}))
    return build_no


def _conform(inputs: BuildInputs, report: BuildReport, tables: list[Table], tell: Progress) -> None:
    from onefold.records import conform

    tell("conforming records")
    regions = {name: source.region for name, source in inputs.settings.sources.items()}
    done = conform(inputs.engine, tables, regions=regions, region=inputs.settings.region, progress=tell)
    report.steps["conform"].update(_counts(done))


def _resolve(inputs: BuildInputs, report: BuildReport, tell: Progress) -> None:
    from onefold.identity import resolve

    tell("finding who is who")
    done = resolve(inputs.engine, threads=inputs.settings.threads or _cores(), progress=tell)
    report.steps["resolve"].update(_counts(done))


def _unify(inputs: BuildInputs, report: BuildReport, tables: list[Table], tell: Progress) -> None:
    """Plan map and profiles, make the report, then publish all of it in one transaction."""
    from onefold.identity import apply_map, plan_map
    from onefold.profiles import plan_profiles, publish_profiles
    from onefold.silos import make_report

    engine, now = inputs.engine, inputs.clock()
    tell("giving customers their permanent ids")
    clusters = engine.arrow(
        "select c.subject_id, c.cluster, r.kind from main.cluster as c join main.record as r using (subject_id)"
    )
    with inputs.database.read() as connection:
        map_plan = plan_map(connection, clusters, workspace_key=inputs.workspace_key)
        previous = latest_report(connection)
    engine.write("main.customer_subject", map_plan.assignment, replace=True)
    tell("making profiles")
    priorities = {name: source.priority for name, source in inputs.settings.sources.items()}
    profile_plan = plan_profiles(engine, priorities=priorities)
    tell("writing the silo report")
    silos = make_report(
        engine,
        tables=tables,
        sources=inputs.settings.sources,
        landings=report.landings,
        previous=previous,
        now=now,
        build_no=report.build_no,
    )
    report.silos = silos.to_json()
    tell("publishing")
    with inputs.database.write() as connection:
        moved = apply_map(
            connection, map_plan, build_no=report.build_no, actor="build", rule_version=RULE_VERSION, now=now
        )
        published = publish_profiles(connection, engine, profile_plan, now=now)
        report.steps["unify"].update({"map": _counts(moved), "profiles": _counts(published)})
        connection.execute(
            build_run.update()
            .where(build_run.c.build_no == report.build_no)
            .values(finished_at=inputs.clock(), steps=report.steps, report=report.silos)
        )


def _counts(result: Any) -> dict[str, Any]:
    if isinstance(result, Mapping):
        return dict(result)
    counts = getattr(result, "counts", None)
    if isinstance(counts, Mapping):
        return dict(counts)
    return {k: v for k, v in vars(result).items() if isinstance(v, int | float | str)}


def _cores() -> int:
    import os

    return os.cpu_count() or 1
