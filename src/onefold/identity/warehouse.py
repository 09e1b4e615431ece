"""The resolve step of a build: ``main.record`` in, ``main.cluster`` and ``main.match`` out, in one transaction."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from onefold.engines import Engine, quote_identifier, quote_literal
from onefold.identity.bonds import Bonds
from onefold.identity.model import INPUT, RULE_VERSION, ResolveReport
from onefold.identity.override import Override

if TYPE_CHECKING:
    from onefold.identity.learned import Model
    from onefold.identity.parquet import Place


@dataclass(frozen=True)
class Exchange:
    """A cluster, and the folder by which this machine and its workers exchange records and results."""

    place: Place
    folder: Path


_OUTCOME = """
    create table if not exists meta.resolution (
        fingerprint varchar not null,
        records bigint not null,
        clusters bigint not null,
        matches bigint not null,
        largest_cluster bigint not null
    )
"""
"""Grain: at most one row: the last resolution that was written, and what it was made from."""


_MODEL = """
    create table if not exists meta.resolution_model (
        model_id varchar not null,
        rule_version varchar not null,
        kind varchar not null,
        part varchar not null,
        content blob not null
    )
"""
"""Grain: one row per part of what was learned of one kind of records; all of one model, the one in force."""


def resolve(
    engine: Engine,
    *,
    overrides: Sequence[Override] = (),
    threads: int = 2,
    exchange: Exchange | None = None,
    progress: Callable[[str], None] | None = None,
) -> ResolveReport:
    """Bring ``main.cluster`` and ``main.match`` in line with ``main.record`` and the decisions of people.

    Returns at once where neither the records' identity columns nor the rules nor the decisions have changed since
    last time.

    Args:
        engine: the warehouse.
        overrides: what people decided.
        threads: workers in this process.
        exchange: the cluster that does the work; this process where absent.
        progress: called with the name of each step.

    Raises:
        Unsupported: the work is to be done on a cluster, and Spark is not installed.
        EngineFailed: the warehouse could not be read or written, or the cluster does not answer or gave up; the former
            resolution is then still in place.

    Cost: see ``resolve_records``; about 0.3 s per million records when nothing has changed.
    """
    started = time.perf_counter()
    fingerprint = _fingerprint(engine, overrides)
    known = _unchanged(engine, fingerprint)
    if known is not None:
        records, clusters, matches, largest = known
        return ResolveReport(records, clusters, matches, largest, True, time.perf_counter() - started)
    if exchange is not None:
        known, diagnostics = _resolve_on_cluster(engine, exchange, overrides, fingerprint, progress)
        return ResolveReport(*known, False, time.perf_counter() - started, diagnostics)
    from onefold.identity.resolution import resolve_records  # heavy: loads the compiled kernels

    columns = ", ".join(quote_identifier(name) for name in INPUT.names)
    table = engine.arrow(f"select {columns} from main.record order by subject_id")
    resolution = resolve_records(table, overrides=overrides, threads=threads, progress=progress)
    del table
    if progress:
        progress("writing")
    with engine.transaction():
        _keep_weights(engine, resolution.diagnostics)
        keep_model(engine, resolution.model)
        engine.write("main.cluster", resolution.clusters, replace=True)
        engine.write("main.match", resolution.matches, replace=True)
        _remember(engine, fingerprint)
        known = _unchanged(engine, fingerprint) or (0, 0, 0, 0)
    records, clusters, matches, largest = known
    return ResolveReport(
        records, clusters, matches, largest, False, time.perf_counter() - started, resolution.diagnostics
    )


def _resolve_on_cluster(
    engine: Engine,
    exchange: Exchange,
    overrides: Sequence[Override],
    fingerprint: str,
    progress: Callable[[str], None] | None,
) -> tuple[tuple[int, int, int, int], dict[str, object]]:
    """Records out as Parquet, clusters and matches in as Parquet; they never stand in this process's memory whole."""
    from onefold.identity.parquet import resolve_parquet

    columns = ", ".join(quote_identifier(name) for name in INPUT.names)
    exchange.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="resolve-", dir=exchange.folder) as folder:
        records, target = Path(folder) / "records.parquet", Path(folder) / "resolved"
        engine.execute(f"copy (select {columns} from main.record) to {quote_literal(str(records))} (format parquet)")
        is_small = int(engine.scalar("select count(*) from main.record")) <= exchange.place.learn_from
        found = resolve_parquet(
            records,
            target,
            place=exchange.place,
            overrides=overrides,
            model=None if is_small else load_model(engine),
            progress=progress,
        )
        clusters, matches = (quote_literal(f"{path}/*.parquet") for path in (found.clusters, found.matches))
        with engine.transaction():
            _keep_weights(engine, found.diagnostics)
            keep_model(engine, found.model)
            engine.execute(
                f"""
                create or replace table main.cluster as
                select subject_id, dense_rank() over (order by cluster) - 1 as cluster from read_parquet({clusters})"""
            )
            engine.execute(f"create or replace table main.match as select * from read_parquet({matches})")
            _remember(engine, fingerprint)
            return _unchanged(engine, fingerprint) or (0, 0, 0, 0), found.diagnostics


def keep_model(engine: Engine, model: Model) -> None:
    """Make ``model`` the one in force, inside the caller's transaction."""
    from onefold.identity.model_file import to_parts

    engine.execute("create schema if not exists meta")
    engine.execute(_MODEL)
    engine.execute("delete from meta.resolution_model")
    for kind, learned in model.kinds.items():
        for part, content in to_parts(learned).items():
            values = [model.model_id, model.rule_version, kind, part, content]
            engine.execute("insert into meta.resolution_model values (?, ?, ?, ?, ?)", values)


def load_model(engine: Engine) -> Model | None:
    """The model in force; None where there is none, or rules have changed since it was learned.

    Raises:
        UpgradeNeeded: another version of Onefold wrote it.
    """
    if not engine.columns("meta", "resolution_model"):
        return None
    query = "select kind, part, content from meta.resolution_model where rule_version = ?"
    by_kind: dict[str, dict[str, bytes]] = {}
    for kind, part, content in engine.rows(query, [RULE_VERSION]):
        by_kind.setdefault(kind, {})[part] = content
    if not by_kind:
        return None
    from onefold.identity.learned import Model
    from onefold.identity.model_file import from_parts

    return Model(RULE_VERSION, {kind: from_parts(parts) for kind, parts in by_kind.items()})


def _keep_weights(engine: Engine, diagnostics: dict[str, object]) -> None:
    """What each agreement was found to weigh, for explaining pairs that were no match."""
    engine.execute("create schema if not exists meta")
    engine.execute(
        "create or replace table meta.resolution_weight (kind varchar not null, weights varchar not null, prior double)"
    )
    for kind, facts in diagnostics.items():
        if isinstance(facts, dict) and "weights" in facts:
            values = [kind, json.dumps(facts["weights"]), facts["prior"]]
            engine.execute("insert into meta.resolution_weight values (?, ?, ?)", values)


def _fingerprint(engine: Engine, overrides: Sequence[Override]) -> str:
    """A value that changes with any identity column of any record and any decision, in whatever order they come."""
    columns = ", ".join(quote_identifier(name) for name in INPUT.names)
    count, total, mixed = engine.rows(
        f"""
        -- grain: one row
        select
            count(*),
            coalesce(sum(hash({columns})), 0),
            coalesce(bit_xor(hash(1, {columns})), 0)
        from main.record"""
    )[0]
    return f"{RULE_VERSION}:{count}:{total}:{mixed}:{Bonds.of(overrides).fingerprint}"


def _unchanged(engine: Engine, fingerprint: str) -> tuple[int, int, int, int] | None:
    """Counts of the last resolution if it was made from this fingerprint and is still in place."""
    places = (("meta", "resolution"), ("main", "cluster"), ("main", "match"))
    if not all(engine.columns(schema, table) for schema, table in places):
        return None
    rows = engine.rows(
        "select records, clusters, matches, largest_cluster from meta.resolution where fingerprint = ?",
        [fingerprint],
    )
    return rows[0] if rows else None


def _remember(engine: Engine, fingerprint: str) -> None:
    engine.execute("create schema if not exists meta")
    engine.execute(_OUTCOME)
    engine.execute("delete from meta.resolution")
    engine.execute(
        """
        insert into meta.resolution
        with sizes as (
            -- grain: one row per cluster
            select cluster, count(*) as records from main.cluster group by cluster
        )
        select
            ?,
            coalesce(sum(records), 0),
            count(*),
            (select count(*) from main.match),
            coalesce(max(records), 0)
        from sizes""",
        [fingerprint],
    )
