"""The resolve step of a build: ``main.record`` in, ``main.cluster`` and ``main.match`` out, in one transaction.

What was learned stays in force until rules change or enough records have; records that changed since the last step are
resolved against the index of all others (``incremental``), and only what they touch is written. The index lies in files
beside the warehouse; the warehouse says which state of it belongs to what it holds, so that both change together.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from onefold.engines import Engine
from onefold.identity.bonds import Bonds
from onefold.identity.changed_rows import RESOLUTION_RECORD, find_changes, remember_changes
from onefold.identity.index_place import publish_state
from onefold.identity.model import RULE_VERSION, ResolveReport
from onefold.identity.override import Override
from onefold.identity.tuning import Tuning

if TYPE_CHECKING:
    from onefold.identity.exchange import Exchange
    from onefold.identity.learned import Model

RELEARN_AFTER = 0.2
"""Share of the records of one kind that may differ from those that the model was learned from."""

_TABLES = (
    """
    -- grain: at most one row: the last resolution that was written, and what it was made from
    create table if not exists meta.resolution (
        made_from varchar not null,
        tuning varchar not null,
        index_state varchar,
        records bigint not null,
        clusters bigint not null,
        matches bigint not null,
        largest_cluster bigint not null
    )""",
    """
    -- grain: one row per part of what was learned of one kind of records; all of one model, the one in force
    create table if not exists meta.resolution_model (
        model_id varchar not null,
        rule_version varchar not null,
        kind varchar not null,
        part varchar not null,
        content blob not null
    )""",
    RESOLUTION_RECORD,
    "create table if not exists main.cluster (subject_id varchar, cluster bigint)",
    """
    create table if not exists main.match (
        subject_a varchar,
        subject_b varchar,
        probability float,
        weight float,
        evidence varchar
    )""",
    """
    create table if not exists main.near_miss (
        subject_a varchar,
        subject_b varchar,
        log_odds float,
        is_conflict boolean
    )""",
)


@dataclass(frozen=True)
class Wanted:
    """How to resolve."""

    overrides: Sequence[Override] = ()
    """Decisions of people in force."""
    threads: int = 2
    index_folder: Path | None = None
    """Where the index is kept; None keeps none, and every resolution looks at all records."""
    relearn_after: float = RELEARN_AFTER
    """Share of the records of a kind that may change before the model is learned anew."""
    is_relearn: bool = False
    """Whether to learn anew whatever has changed."""
    tuning: Tuning = field(default_factory=Tuning)
    """What a person has set."""
    exchange: Exchange | None = None
    """The cluster that does the work; this process where absent. A cluster keeps no index."""


def resolve(
    engine: Engine, *, wanted: Wanted | None = None, progress: Callable[[str], None] | None = None
) -> ResolveReport:
    """Bring ``main.cluster`` and ``main.match`` in line with ``main.record`` and the decisions of people.

    Returns at once where neither the records' identity columns nor the rules, the settings nor the decisions have
    changed since last time.

    Args:
        engine: the warehouse.
        wanted: how to resolve; with nothing decided, set or kept where absent.
        progress: called with the name of each step.

    Raises:
        Unsupported: the work is to be done on a cluster, and Spark is not installed.
        EngineFailed: the warehouse could not be read or written, or the cluster does not answer or gave up; the former
            resolution is then still in place.

    Cost: with an index in proportion to the changed records and what they touch, and one look at all records; else see
    ``resolve_records``.
    """
    started = time.perf_counter()
    wanted = wanted or Wanted()
    bonds = Bonds.of(wanted.overrides)
    made_from = _made_from(bonds)
    _prepare(engine)
    counts = None if wanted.is_relearn else _unchanged(engine, made_from, wanted.tuning)
    if counts is not None and _is_indexed(engine, None if wanted.exchange else wanted.index_folder):
        return ResolveReport(*counts, True, time.perf_counter() - started)
    if wanted.exchange:
        from onefold.identity.exchange import renew_on_cluster

        diagnostics = renew_on_cluster(engine, wanted, wanted.exchange, made_from, progress)
    else:
        from onefold.identity.renewing import renew  # heavy: loads the compiled kernels

        diagnostics = renew(engine, wanted, bonds, made_from, progress)
    records, clusters, matches, largest = _outcome(engine, made_from, wanted.tuning) or (0, 0, 0, 0)
    seconds = time.perf_counter() - started
    return ResolveReport(records, clusters, matches, largest, False, seconds, diagnostics)


def is_resolved(engine: Engine, overrides: Sequence[Override], tuning: Tuning) -> bool:
    """Whether ``main.cluster`` and ``main.match`` are what ``resolve`` would make of these decisions and settings."""
    if "compare_hash" not in engine.columns("main", "record"):
        return False  # conformed by former rules; the next build does so anew
    _prepare(engine)
    return _unchanged(engine, _made_from(Bonds.of(overrides)), tuning) is not None


def _made_from(bonds: Bonds) -> str:
    return f"{RULE_VERSION}:{bonds.fingerprint}"


def _prepare(engine: Engine) -> None:
    """Make the tables, and find what has changed into ``resolution_change``."""
    engine.execute("create schema if not exists meta")
    if engine.columns("meta", "resolution") and "tuning" not in engine.columns("meta", "resolution"):
        engine.execute("drop table meta.resolution")
    engine.execute("drop table if exists meta.resolution_weight")  # what earlier versions explained pairs with
    for table in _TABLES:
        engine.execute(table)
    find_changes(engine)


def _unchanged(engine: Engine, made_from: str, tuning: Tuning) -> tuple[int, int, int, int] | None:
    """Counts of the last resolution if it was made from the same and is still in place."""
    if engine.scalar("select count(*) from resolution_change"):
        return None
    return _outcome(engine, made_from, tuning)


def _is_indexed(engine: Engine, folder: Path | None) -> bool:
    """Whether the index is in place, if one is wanted; readers are pointed to it where a crash kept them from it."""
    return folder is None or publish_state(folder, index_state(engine))


def _outcome(engine: Engine, made_from: str, tuning: Tuning) -> tuple[int, int, int, int] | None:
    rows = engine.rows(
        "select records, clusters, matches, largest_cluster from meta.resolution where made_from = ? and tuning = ?",
        [made_from, tuning.fingerprint],
    )
    return rows[0] if rows else None


def remember(engine: Engine, made_from: str, tuning: Tuning, index_state: str | None, learned: Sequence[str]) -> None:
    """Write down what the resolution was made from, inside the caller's transaction.

    Args:
        engine: the warehouse, with the new clusters and matches.
        made_from: rules and decisions.
        tuning: settings.
        index_state: the state of the index that belongs to it.
        learned: kinds of records that were learned anew.
    """
    remember_changes(engine)
    for kind in learned:
        engine.execute("delete from meta.resolution_record where kind = ? and hash is null", [kind])
        engine.execute("update meta.resolution_record set learned_hash = hash where kind = ?", [kind])
    sizes = np.bincount(engine.arrow("select cluster from main.cluster")["cluster"].to_numpy())
    matches = engine.scalar("select count(*) from main.match")
    counts = [int(sizes.sum()), int(np.count_nonzero(sizes)), matches, int(sizes.max(initial=0))]
    engine.execute("delete from meta.resolution")
    engine.execute(
        "insert into meta.resolution values (?, ?, ?, ?, ?, ?, ?)",
        [made_from, tuning.fingerprint, index_state, *counts],
    )


def drift(engine: Engine) -> dict[str, int]:
    """By kind: records that are not as they were when the model was learned, those that are gone included."""
    rows = engine.rows(
        """
        with moved as (
            -- grain: one row per record that differs from what was learned, or did before the change
            select kind, 1 as differs from meta.resolution_record where hash is distinct from learned_hash
            union all
            select former_kind, -1 from resolution_change
            where former_kind is not null and former_hash is distinct from learned_hash
            union all
            select coalesce(kind, former_kind), 1 from resolution_change where hash is distinct from learned_hash
        )
        select kind, sum(differs) from moved group by kind"""
    )
    return {kind: int(count) for kind, count in rows}


def index_state(engine: Engine) -> str | None:
    """The state of the index that belongs to what the warehouse holds."""
    found: str | None = engine.scalar("select index_state from meta.resolution")
    return found


def is_tuned_alike(engine: Engine, tuning: Tuning) -> bool:
    """Whether the last resolution was made with the same settings."""
    return bool(engine.scalar("select tuning = ? from meta.resolution", [tuning.fingerprint]))


def keep_model(engine: Engine, model: Model) -> None:
    """Make ``model`` the one in force, inside the caller's transaction."""
    from onefold.identity.model_file import to_parts

    if engine.scalar("select any_value(model_id) from meta.resolution_model") == model.model_id:
        return
    engine.execute("delete from meta.resolution_model")
    for kind, learned in model.kinds.items():
        for part, content in to_parts(learned).items():
            values = [model.model_id, model.rule_version, kind, part, content]
            engine.execute("insert into meta.resolution_model values (?, ?, ?, ?, ?)", values)


def model_in_force(engine: Engine) -> str | None:
    """The id of the model in force."""
    found: str | None = engine.scalar(
        "select any_value(model_id) from meta.resolution_model where rule_version = ?", [RULE_VERSION]
    )
    return found


def load_model(engine: Engine) -> Model | None:
    """The model in force; None where there is none, or rules have changed since it was learned.

    Raises:
        UpgradeNeeded: another version of Onefold wrote it.
    """
    if not engine.columns("meta", "resolution_model"):
        return None
    query = "select model_id, kind, part, content from meta.resolution_model where rule_version = ?"
    by_kind: dict[str, dict[str, bytes]] = {}
    name = ""
    for model_id, kind, part, content in engine.rows(query, [RULE_VERSION]):
        name = model_id
        by_kind.setdefault(kind, {})[part] = content
    if not by_kind:
        return None
    from onefold.identity.learned import Model
    from onefold.identity.model_file import from_parts

    return Model(RULE_VERSION, {kind: from_parts(parts) for kind, parts in by_kind.items()}, name)
