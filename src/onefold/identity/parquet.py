"""Resolution from Parquet to Parquet, on the engine that the configuration names: this process, or a Spark cluster."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pyarrow as pa

from onefold.identity.bonds import Bonds
from onefold.identity.model import CLUSTER, INPUT, MATCH, NEAR_MISS, RULE_VERSION
from onefold.identity.override import Override
from onefold.identity.tuning import AS_LEARNED, Tuning

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from onefold.identity.learned import Model
    from onefold.identity.spark.stage import Stage

EMBEDDED = "embedded"

LEARN_FROM = 2_000_000
"""Records that the driver of a cluster learns from at most."""


@dataclass(frozen=True)
class Place:
    """Where resolution runs."""

    engine: str = EMBEDDED
    """``embedded``, or ``spark://host:port``."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Spark's own settings."""
    learn_from: int = LEARN_FROM
    """Records that are learned from at most, on this machine; a sample of them where there are more."""
    threads: int = 2
    """Workers in this process."""


@dataclass(frozen=True)
class Resolved:
    """What a resolution left in its target, and what it learned."""

    clusters: Path
    """Folder of Parquet files, ``CLUSTER``; numbers need not be dense."""
    matches: Path
    """Folder of Parquet files, ``MATCH``."""
    near_misses: Path
    """Folder of Parquet files, ``NEAR_MISS``."""
    model: Model
    diagnostics: dict[str, object]


def resolve_parquet(
    records: Path,
    target: Path,
    *,
    place: Place | None = None,
    overrides: Iterable[Override] = (),
    model: Model | None = None,
    tuning: Tuning = AS_LEARNED,
    progress: Callable[[str], None] | None = None,
    session: SparkSession | None = None,
) -> Resolved:
    """Find which records are the same customer; the engine changes where the work is done and not the answer.

    Args:
        records: Parquet file or folder with the columns of ``INPUT``, one row per record. On a cluster this and
            ``target`` are seen by all its machines under the same path.
        target: folder to be made; holds ``cluster``, ``match`` and ``near_miss`` afterwards.
        place: where to run; this process where absent.
        overrides: what people decided.
        model: what was learned before; None learns from these records.
        tuning: what a person has set.
        progress: called with the name of each step.
        session: a session on the cluster, where there is one already.

    Raises:
        Unsupported: Spark is not installed.
        EngineFailed: the cluster does not answer, or gave up on a step; ``target`` is then not made.
    """
    asked = _Asked(place or Place(), tuple(overrides), model, tuning, progress or _say_nothing)
    work = target.with_name(f".{target.name}-{uuid4().hex[:12]}")
    try:
        if asked.place.engine == EMBEDDED:
            resolved = _embedded(asked, records, work)
        elif session is not None:
            resolved = _on_cluster(asked, session, records, work)
        else:
            from onefold.engines.spark import open_session

            asked.tell("connecting to the cluster")
            with open_session(asked.place.engine, asked.place.options) as opened:
                resolved = _on_cluster(asked, opened, records, work)
        if target.exists():
            shutil.rmtree(target)
        (work / "out").rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Resolved(target / "cluster", target / "match", target / "near_miss", *resolved)


@dataclass(frozen=True)
class _Asked:
    """How to resolve."""

    place: Place
    overrides: tuple[Override, ...]
    model: Model | None
    tuning: Tuning
    tell: Callable[[str], None]


_Learned = tuple["Model", dict[str, object]]


def _embedded(asked: _Asked, records: Path, work: Path) -> _Learned:
    import pyarrow.parquet as pq

    from onefold.identity.learned import Model
    from onefold.identity.resolution import resolve_records

    table = _known_columns(pq.read_table(records))
    found = resolve_records(
        table,
        overrides=asked.overrides,
        model=asked.model,
        tuning=asked.tuning,
        threads=asked.place.threads,
        progress=asked.tell,
    )
    for name, schema, parts in (
        ("cluster", CLUSTER, [found.clusters]),
        ("match", MATCH, found.match_batches(asked.place.threads)),
        ("near_miss", NEAR_MISS, [found.near_misses]),
    ):
        (work / "out" / name).mkdir(parents=True)
        with pq.ParquetWriter(work / "out" / name / "part.parquet", schema) as writer:
            for part in parts:
                writer.write_table(part)
    return found.model or Model(RULE_VERSION), found.diagnostics


def _on_cluster(asked: _Asked, session: SparkSession, records: Path, work: Path) -> _Learned:
    from onefold.engines.spark import translated
    from onefold.identity.spark.run import Run, number_records, partitions_for
    from onefold.identity.spark.stage import Stage

    stage = Stage(session, str(work / "steps"))
    with translated("resolving records"):
        asked.tell("numbering records")
        numbered = number_records(stage, session.read.parquet(str(records)))
        counts = {str(row["kind"]): int(row["count"]) for row in numbered.groupBy("kind").count().collect()}
        cores = int(session.sparkContext.defaultParallelism)
        session.conf.set("spark.sql.shuffle.partitions", str(partitions_for(sum(counts.values()), cores)))
        model = _learned(asked, stage, numbered, counts)
        run = Run(stage, model.kinds, asked.tuning, Bonds.of(asked.overrides), asked.tell)
        found = run.resolve(numbered)
        asked.tell("writing")
        for name, frame, schema in (
            ("cluster", found.clusters, CLUSTER),
            ("match", found.matches, MATCH),
            ("near_miss", found.near_misses, NEAR_MISS),
        ):
            frame.select(*schema.names).write.parquet(str(work / "out" / name))
    return model, {kind: {"records": counts.get(kind, 0)} for kind in model.kinds}


def _learned(asked: _Asked, stage: Stage, numbered: DataFrame, counts: dict[str, int]) -> Model:
    """The model with what it lacks, learned in this process from all records of the kind, or from a sample of them.

    Records are drawn by chance, so a pair of the sample is of one customer as often as any pair is.
    """
    from onefold.identity.learned import Model
    from onefold.identity.resolution import KINDS, resolve_records
    from onefold.identity.spark.tasks import read_records

    kinds = dict(asked.model.kinds) if asked.model else {}
    for kind in KINDS:
        if kind in kinds or not counts.get(kind):
            continue
        asked.tell("learning")
        chosen = numbered.where(numbered["kind"] == kind)
        if (every := -(-counts[kind] // asked.place.learn_from)) > 1:
            chosen = chosen.where(f"pmod(xxhash64(subject_id), {every}) = 0")
        rows = stage.keep(chosen.select("record"), f"learn_{kind}")
        texts = rows.toArrow().column("record").combine_chunks()
        sample = read_records(texts)
        learned = resolve_records(sample, tuning=asked.tuning, threads=asked.place.threads, progress=asked.tell).model
        kinds |= learned.kinds if learned else {}
    return Model(RULE_VERSION, kinds)


def _known_columns(table: pa.Table) -> pa.Table:
    return table.select([name for name in INPUT.names if name in table.column_names])


def _say_nothing(_text: str) -> None:
    """No one is watching."""
