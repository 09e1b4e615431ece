"""The build's order of steps. What each step does lives in its own package."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from datetime import time as time_of_day
from threading import Thread
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from onefold.build.announcing import announce_build
from onefold.build.blast import Blast, measure_blast
from onefold.build.land import land_sources
from onefold.build.model import BuildInputs, BuildReport, OnStep, PastBuild, Progress
from onefold.build.tables import build_run
from onefold.build.unchanged import MADE_FROM, digest_report, previous_digests
from onefold.catalog import Table
from onefold.errors import InvalidInput
from onefold.identity.standing import last_run, mark_map, place_map, plan_build
from onefold.storage import aware

if TYPE_CHECKING:
    from onefold.identity import Exchange, MapPlan
    from onefold.identity.levels import LevelPlan
    from onefold.profiles import ProfilePlan

_END_OF_DAY = time_of_day(23, 59, 59)
_BUILDS_IN_A_TREND = 24
_BUILDS_LOOKED_AT = 100
"""A source that was not read in this many builds counts as never read."""


def run_build(inputs: BuildInputs, *, progress: Progress | None = None, on_step: OnStep | None = None) -> BuildReport:
    """Run every step and publish; see the package's docstring.

    Where the map would change more than ``identity.largest_change`` allows and nobody confirmed it, nothing is
    published and ``report.kept_map`` says so.

    Raises:
        InvalidInput: no source is connected, or one to be read is not.
        OnefoldError: no source could be read, or a database failed; the published state is that of the last build.
    """
    tell = progress or _say_nothing
    _check_sources(inputs)
    report = BuildReport(build_no=_begin(inputs), on_step=on_step)
    with inputs.database.read() as connection:
        report.previous = previous_digests(connection)
    tables, map_plan = _find_customers(inputs, report, tell)
    with inputs.database.read() as connection:
        blast = measure_blast(connection, map_plan, inputs.settings.identity.largest_change)
    if blast.is_too_large and not inputs.is_confirmed:
        report.kept_map = blast.to_json()
        _keep_old_state(inputs, report)
        return report
    place_map(inputs.engine, map_plan)
    with _step(report, "unify"):
        _judge_map(inputs, report, tell)
        profile_plan = _plan_profiles(inputs, tell)
        level_plan = _plan_levels(inputs, report, tables, tell)
    with _step(report, "report"):
        report.silos = _report_silos(inputs, report, tables, tell)
    with _step(report, "publish"):
        _publish(inputs, report, map_plan, profile_plan, level_plan, tell)
    return report


def run_plan(inputs: BuildInputs, *, progress: Progress | None = None) -> tuple[BuildReport, MapPlan, Blast]:
    """What a build would change in the map, with reasons; nothing is published.

    Sources are read and what is new in them is landed, as a build does and the next one will find it.

    Raises:
        OnefoldError: as of ``run_build``.
    """
    _check_sources(inputs)
    with inputs.database.read() as connection:
        report = BuildReport(build_no=next_build_no(connection))
        report.previous = previous_digests(connection)
    _tables, map_plan = _find_customers(inputs, report, progress or _say_nothing)
    with inputs.database.read() as connection:
        return report, map_plan, measure_blast(connection, map_plan, inputs.settings.identity.largest_change)


def run_scan(inputs: BuildInputs, *, with_report: bool = True, progress: Progress | None = None) -> BuildReport:
    """Run the steps up to the silo report and publish nothing: for a look, or for the identities alone.

    Raises:
        OnefoldError: a source could not be read; a scan is whole or not at all.
    """
    tell = progress or _say_nothing
    report = BuildReport(build_no=1)
    tables, map_plan = _find_customers(inputs, report, tell, is_cold=True)
    if report.problems:
        raise report.problems[0].error
    place_map(inputs.engine, map_plan)
    if with_report:
        with _step(report, "report"):
            report.silos = _report_silos(inputs, report, tables, tell)
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


def sign_history(connection: sa.Connection, signs: Sequence[str]) -> list[PastBuild]:
    """How the signs stood after the latest builds, oldest first; without reading their whole reports."""
    shares = [build_run.c.report[("signs", sign, "share")].label(sign) for sign in signs]
    query = (
        sa.select(build_run.c.build_no, build_run.c.finished_at, *shares)
        .where(build_run.c.finished_at.is_not(None))
        .order_by(build_run.c.build_no.desc())
        .limit(_BUILDS_IN_A_TREND)
    )
    rows = connection.execute(query).all()
    return [
        PastBuild(row.build_no, aware(row.finished_at), {sign: row._mapping[sign] for sign in signs})
        for row in reversed(rows)
    ]


def last_finished(connection: sa.Connection) -> datetime | None:
    """When the last finished build ended; None before the first."""
    ended: datetime | None = connection.scalar(sa.select(sa.func.max(build_run.c.finished_at)))
    return None if ended is None else aware(ended)


def last_reads(connection: sa.Connection) -> dict[str, datetime]:
    """When each source was last read by a finished build, changed or not."""
    query = (
        sa.select(build_run.c.steps)
        .where(build_run.c.finished_at.is_not(None))
        .order_by(build_run.c.build_no.desc())
        .limit(_BUILDS_LOOKED_AT)
    )
    reads: dict[str, datetime] = {}
    for steps in connection.scalars(query):
        for source, moment in steps.get("land", {}).get("read_at", {}).items():
            reads.setdefault(source, datetime.fromisoformat(moment))
    return reads


def next_build_no(connection: sa.Connection) -> int:
    """The number that the next build will have."""
    return int(connection.scalar(sa.select(sa.func.max(build_run.c.build_no))) or 0) + 1


def _check_sources(inputs: BuildInputs) -> None:
    if not inputs.settings.sources:
        raise InvalidInput("no source is connected", hint="Connect one: onefold connect crm contacts.csv")
    if unknown := sorted(inputs.only - inputs.settings.sources.keys()):
        raise InvalidInput(f"no source {unknown[0]!r}", hint=f"Connected: {', '.join(inputs.settings.sources)}.")


def _keep_old_state(inputs: BuildInputs, report: BuildReport) -> None:
    """End a build that may not publish: whoever reads goes on seeing the last one."""
    with inputs.database.write() as connection:
        report.silos = latest_report(connection) or {}
        report.steps["resolve"]["kept_map"] = report.kept_map
        connection.execute(
            build_run.update()
            .where(build_run.c.build_no == report.build_no)
            .values(finished_at=inputs.clock(), steps=report.steps, report=report.silos)
        )


def _warm_up() -> None:
    """Load the compiled kernels while records are conformed; from cold they take a second."""
    from onefold.identity import warm_up

    with suppress(Exception):  # whatever is wrong will be said where the kernels are used
        warm_up()


@contextmanager
def _step(report: BuildReport, name: str) -> Iterator[None]:
    started = time.perf_counter()
    report.steps[name] = {}
    if report.on_step:
        report.on_step(report.build_no, name)
    yield
    report.steps[name]["seconds"] = round(time.perf_counter() - started, 3)


def _begin(inputs: BuildInputs) -> int:
    with inputs.database.write() as connection:
        build_no = next_build_no(connection)
        connection.execute(build_run.insert().values(build_no=build_no, started_at=inputs.clock(), steps={}))
    return build_no


def _find_customers(
    inputs: BuildInputs, report: BuildReport, tell: Progress, *, is_cold: bool = False
) -> tuple[list[Table], MapPlan]:
    """Land, conform and resolve; the map stays as it is, in the warehouse too.

    ``is_cold``: records will be compared for certain, by kernels that this process has not loaded.
    """
    with _step(report, "land"):
        tables = land_sources(inputs, report, tell)
    if is_cold:  # only now: whatever is wrong with a source must be said at once, not after loading kernels
        Thread(target=_warm_up, name="warm-up").start()
    with _step(report, "conform"):
        _conform(inputs, report, tables, tell)
    with _step(report, "resolve"):
        map_plan = _resolve(inputs, report, tell)
    return tables, map_plan


def _conform(inputs: BuildInputs, report: BuildReport, tables: list[Table], tell: Progress) -> None:
    from onefold.records import conform

    tell("conforming records")
    regions = {name: source.region for name, source in inputs.settings.sources.items()}
    done = conform(inputs.engine, tables, regions=regions, region=inputs.settings.region, progress=tell)
    report.steps["conform"].update(_counts(done))


def _resolve(inputs: BuildInputs, report: BuildReport, tell: Progress) -> MapPlan:
    from onefold.identity import Tuning, Wanted, active_overrides, resolve, with_reasons

    tell("finding who is who")
    with inputs.database.read() as connection:
        overrides = active_overrides(connection)
    threads = inputs.settings.threads or os.cpu_count() or 1
    wanted = Wanted(
        overrides,
        threads,
        inputs.index_folder,
        inputs.settings.identity.relearn_after,
        inputs.is_relearn,
        Tuning.of(inputs.settings.identity),
        _exchange(inputs, threads),
    )
    done = resolve(inputs.engine, wanted=wanted, progress=tell)
    report.steps["resolve"].update(_counts(done))
    tell("giving customers their permanent ids")
    with inputs.database.read() as connection:
        map_plan = plan_build(connection, inputs.engine, workspace_key=inputs.workspace_key)
    return with_reasons(inputs.engine, map_plan, overrides)


def _exchange(inputs: BuildInputs, threads: int) -> Exchange | None:
    """The cluster that the settings name; None where this process does the work."""
    from onefold.identity import Exchange, Place

    wanted = inputs.settings.identity
    if wanted.engine == "embedded":
        return None
    folder = (inputs.base / (wanted.exchange or "files/exchange")).resolve()
    return Exchange(Place(wanted.engine, wanted.spark, wanted.learn_from, threads), folder)


def _judge_map(inputs: BuildInputs, report: BuildReport, tell: Progress) -> None:
    """How sure one may be of each customer, and what the quality of the map is measured by."""
    from onefold.identity import active_overrides
    from onefold.identity.bonds import Bonds
    from onefold.identity.labels import list_labels
    from onefold.identity.measuring import learned_shifts, measure_map

    tell("judging how sure one may be of each customer")
    with inputs.database.read() as connection:
        bonds = Bonds.of(active_overrides(connection))
        labels, shifts = list_labels(connection), learned_shifts(connection)
    started = time.perf_counter()
    measure_map(inputs.engine, bonds, labels, shifts)
    report.steps["unify"]["judging_seconds"] = round(time.perf_counter() - started, 3)


def _plan_profiles(inputs: BuildInputs, tell: Progress) -> ProfilePlan:
    from onefold.profiles import plan_profiles

    tell("making profiles")
    priorities = {name: source.priority for name, source in inputs.settings.sources.items()}
    return plan_profiles(inputs.engine, priorities=priorities)


def _plan_levels(inputs: BuildInputs, report: BuildReport, tables: list[Table], tell: Progress) -> LevelPlan | None:
    """Households and memberships; None where all that they are made from is as it was."""
    from onefold.identity.levels import digest_levels, plan_levels, write_keys

    write_keys(inputs.engine, tables)
    digest = digest_levels(inputs.engine)
    report.steps["unify"][MADE_FROM] = digest
    if report.previous.get("unify") == digest:
        return None
    tell("finding households and organisations")
    with inputs.database.read() as connection:
        return plan_levels(connection, inputs.engine, workspace_key=inputs.workspace_key)


def _report_silos(inputs: BuildInputs, report: BuildReport, tables: list[Table], tell: Progress) -> dict[str, Any]:
    from onefold.silos import carry_report, make_report

    now = _present(inputs)
    with inputs.database.read() as connection:
        previous = latest_report(connection)
    digest = digest_report(inputs, report, tables, now)
    report.steps["report"][MADE_FROM] = digest
    if previous and report.previous.get("report") == digest:
        return carry_report(previous, build_no=report.build_no, now=now)
    tell("writing the silo report")
    silos = make_report(
        inputs.engine,
        tables=tables,
        sources=inputs.settings.sources,
        landings=report.landings,
        name=inputs.settings.name,
        currency=inputs.settings.currency,
        previous=previous,
        now=now,
        build_no=report.build_no,
    )
    return silos.to_json()


def _publish(
    inputs: BuildInputs,
    report: BuildReport,
    map_plan: MapPlan,
    profile_plan: ProfilePlan,
    level_plan: LevelPlan | None,
    tell: Progress,
) -> None:
    """Map, profiles, identifiers, timeline, households and report become visible in one transaction."""
    from onefold.build.review.making import find_doubts, renew_queue
    from onefold.build.scopes import readers_of_reports
    from onefold.identity import RULE_VERSION, apply_map
    from onefold.identity.levels import apply_levels
    from onefold.identity.measuring import publish_frame
    from onefold.profiles import publish_confidence, publish_profiles
    from onefold.silos import publish_marks, record_scopes

    tell("publishing")
    now = inputs.clock()
    doubts = find_doubts(inputs, report)
    with inputs.database.write() as connection:
        moved = apply_map(
            connection, map_plan, build_no=report.build_no, actor="build", rule_version=RULE_VERSION, now=now
        )
        published = publish_profiles(connection, inputs.engine, profile_plan, now=now)
        publish_confidence(connection, inputs.engine)
        publish_frame(connection, inputs.engine, report.build_no, now)
        report.steps["publish"].update({"map": _counts(moved), "profiles": _counts(published)})
        if level_plan is not None:
            counts = apply_levels(connection, level_plan, build_no=report.build_no, now=now)
            report.steps["publish"]["levels"] = counts
        if report.previous.get("report") != report.steps["report"][MADE_FROM]:
            report.steps["publish"]["signs"] = publish_marks(connection, inputs.engine)
        report.steps["publish"]["review"] = renew_queue(connection, inputs, doubts, report.build_no, now)
        readers = readers_of_reports(connection)
        scopes = record_scopes(connection, readers, report.build_no, str((report.silos or {})["kind"]))
        report.steps["publish"]["scopes"] = scopes
        connection.execute(
            build_run.update()
            .where(build_run.c.build_no == report.build_no)
            .values(finished_at=inputs.clock(), steps=report.steps, report=report.silos)
        )
        announce_build(connection, report.build_no, inputs.clock())
        run = last_run(connection)
    mark_map(inputs.engine, run)


def _present(inputs: BuildInputs) -> datetime:
    """The moment that ages count to: the end of the day the settings name, else now."""
    day = inputs.settings.present
    return datetime.combine(day, _END_OF_DAY, UTC) if day else inputs.clock()


def _say_nothing(_text: str) -> None:
    """No one is watching."""


def _counts(result: Any) -> dict[str, Any]:
    if isinstance(result, Mapping):
        return dict(result)
    counts = getattr(result, "counts", None)
    if isinstance(counts, Mapping):
        return dict(counts)
    return {k: v for k, v in vars(result).items() if isinstance(v, int | float | str)}
