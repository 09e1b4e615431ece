"""Resolution on a cluster, from Parquet to Parquet: the steps of ``resolution``, each spread over the workers.

Records are numbered in the order of their ids. They list their blocks; records of one block are paired; pairs are
joined with their records and scored; links make components; components are grouped; and people's decisions have the
last word. Every step's result is written before the next begins. The driver sees counts, the model, and the records
that people decided about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from onefold.identity.blocking import choose_cap, pairs_budget
from onefold.identity.bonds import Bonds
from onefold.identity.model import CLUSTER, INPUT, MATCH, NEAR_MISS
from onefold.identity.regroup import constrain
from onefold.identity.resolution import KINDS
from onefold.identity.spark import tasks
from onefold.identity.spark.components import AT_ONCE, ComponentFinder
from onefold.identity.spark.stage import Stage
from onefold.identity.tuning import Tuning

if TYPE_CHECKING:
    from pyspark import Broadcast
    from pyspark.sql import DataFrame

    from onefold.identity.learned import KindModel

RECORDS_PER_PARTITION = 50_000
"""Records of a partition at most; what a worker holds at a time follows from batches and not from this."""

_LEARNED_FROM_ALL = 0.5
"""Share of the records from which a model that was learned counts as learned from all of them, as they were lately."""


@dataclass(frozen=True)
class Found:
    """The outcome of a run."""

    clusters: DataFrame
    """``CLUSTER``; numbers need not be dense."""
    matches: DataFrame
    """``MATCH``."""
    near_misses: DataFrame
    """``NEAR_MISS``."""


@dataclass(frozen=True)
class Run:
    """One resolution on a cluster."""

    stage: Stage
    models: Mapping[str, KindModel]
    tuning: Tuning
    bonds: Bonds
    tell: Callable[[str], None]
    at_once: int = AT_ONCE
    """Links up to which one task joins them into components."""

    def resolve(self, records: DataFrame) -> Found:
        """What numbered records resolve to; see ``number_records``."""
        decided = self.stage.session.sparkContext.broadcast(self.bonds)
        session = self.stage.session
        clusters = [session.createDataFrame([], tasks.GROUPS)]
        pairs = [session.createDataFrame([], tasks.SCORED)]
        for kind in KINDS:
            chosen = records.where(records["kind"] == kind).select("rid", "subject_id", "record")
            model = self.models.get(kind)
            if model is None:  # a single record, or none: there was nothing to learn
                clusters.append(chosen.selectExpr("rid", "subject_id", "rid as cluster"))
                continue
            shared = self.stage.session.sparkContext.broadcast(tasks.Rules(model, self.tuning))
            of_kind = _Kind(self, self.stage.below(kind), shared, decided, chosen.count())
            found, scored = of_kind.resolve(chosen)
            clusters.append(found)
            pairs.append(scored)
        scored = _union(pairs)
        matches = scored.where("probability is not null").select(*MATCH.names)
        near = scored.where("probability is null").select(*NEAR_MISS.names)
        return Found(self._constrained(_union(clusters), matches), matches, near)

    def _constrained(self, clusters: DataFrame, matches: DataFrame) -> DataFrame:
        """Clusters as people's decisions leave them: only the few that hold a record they name can change."""
        plain = clusters.select(*CLUSTER.names)
        if self.bonds.is_empty:
            return plain
        self.tell("keeping decisions")
        named = self.stage.session.createDataFrame(pa.table({"subject_id": pa.array(list(self.bonds.unit_of))}))
        touched = self.stage.keep(clusters.join(named, "subject_id").select("cluster").distinct(), "touched")
        inner = clusters.join(touched, "cluster", "left_semi").select("subject_id", "cluster").toArrow()
        subjects = self.stage.session.createDataFrame(inner.select(["subject_id"]))
        for side in ("subject_a", "subject_b"):
            matches = matches.join(subjects.withColumnRenamed("subject_id", side), side, "left_semi")
        links = matches.select(*MATCH.names).toArrow()
        kept = constrain(inner.cast(CLUSTER), links.cast(MATCH), self.bonds)
        # no number of these may be one of the others': theirs count from 0, ours from below it
        labels = pc.subtract(-1, kept["cluster"])
        changed = self.stage.session.createDataFrame(kept.set_column(1, "cluster", labels))
        return plain.join(touched, "cluster", "left_anti").select(*CLUSTER.names).unionByName(changed)


@dataclass(frozen=True)
class _Kind:
    """The records of one kind."""

    run: Run
    stage: Stage
    shared: Broadcast[tasks.Rules]
    decided: Broadcast[Bonds]
    records: int
    """How many there are."""

    def resolve(self, records: DataFrame) -> tuple[DataFrame, DataFrame]:
        """Rows of rid, subject_id, cluster; and ``tasks.SCORED``."""
        model, link_at = self.shared.value.model, self.shared.value.link_at
        self.run.tell("listing pairs")
        pairs = self.stage.keep(
            self._all_pairs(records) if model.blocking.is_all_pairs else self._pairs(records), "pair"
        )
        self.run.tell("scoring pairs")
        scored = self.stage.keep(self._scored(pairs, records), "scored")
        self.run.tell("joining links")
        links = scored.where(f"log_odds >= cast({link_at} as float) and not is_conflict")
        links = links.selectExpr("left", "right", "log_odds as strength").unionByName(self._chains(records))
        finder = ComponentFinder(self.stage.below("components"), model.largest, link_at, self.run.at_once)
        labels = finder.cut_components(self.stage.keep(links, "link"))
        self.run.tell("grouping records")
        return self.stage.keep(self._grouped(labels, records), "customer"), scored

    def _pairs(self, records: DataFrame) -> DataFrame:
        """Pairs of records that share an open block, each once."""
        blocks = records.select(*tasks.RECORDS).mapInArrow(tasks.list_blocks(self.shared), tasks.BLOCKS)
        blocks = self.stage.keep(blocks, "block")
        counted = self.stage.session.sql(
            "select block, first(key) as key, count(*) as records from {blocks} group by block having count(*) > 1",
            blocks=blocks,
        )
        counted = self.stage.keep(counted, "block_size")
        return self.stage.session.sql(
            """
            -- grain: one row per block that is open and holds several records
            with open as (
                select counted.block from {counted} as counted join {caps} as caps using (key)
                where counted.records <= caps.most
            ),
            -- grain: one row per record of such a block
            members as (
                select blocks.block, blocks.rid from {blocks} as blocks left semi join open using (block)
            )
            select distinct one.rid as left, other.rid as right
            from members as one join members as other on one.block = other.block and one.rid < other.rid""",
            counted=counted,
            caps=self._caps(counted),
            blocks=blocks,
        )

    def _caps(self, counted: DataFrame) -> DataFrame:
        """How many records an open block of each key may have.

        As the model says; where it was learned from a part of the records only, by the same rule from all of them.
        """
        model = self.shared.value.model
        names = list(model.blocking.caps)
        caps = [model.blocking.largest(name) for name in names]
        if model.size < self.records * _LEARNED_FROM_ALL:
            rows = counted.groupBy("key", "records").count().collect()
            found = np.array([[row["key"], row["records"], row["count"]] for row in rows], np.int64).reshape(-1, 3)
            by_key = [found[found[:, 0] == number] for number in range(len(names))]
            budget = pairs_budget(self.records)
            caps = [choose_cap(name, one[:, 1], one[:, 2], budget) for name, one in zip(names, by_key, strict=True)]
        table = pa.table({"key": pa.array(range(len(names)), pa.int32()), "most": pa.array(caps, pa.int64())})
        return self.stage.session.createDataFrame(table)

    def _all_pairs(self, records: DataFrame) -> DataFrame:
        """Every pair: what few records are learned with."""
        rids = records.select("rid")
        left, right = rids.withColumnRenamed("rid", "left"), rids.withColumnRenamed("rid", "right")
        return left.join(right, left["left"] < right["right"])

    def _scored(self, pairs: DataFrame, records: DataFrame) -> DataFrame:
        joined = self.stage.session.sql(
            """
            -- grain: one row per pair
            select pairs.left, pairs.right, one.record as a, other.record as b
            from {pairs} as pairs
            join {records} as one on one.rid = pairs.left
            join {records} as other on other.rid = pairs.right""",
            pairs=pairs,
            records=records,
        )
        return joined.mapInArrow(tasks.score_pairs(self.shared), tasks.SCORED)

    def _chains(self, records: DataFrame) -> DataFrame:
        """What people united, as the strongest of links; the driver sees the records that decisions name."""
        session = self.stage.session
        found = pa.table({name: pa.array([], pa.int64()) for name in ("left", "right")})
        if not self.run.bonds.is_empty:
            named = session.createDataFrame(pa.table({"subject_id": pa.array(list(self.run.bonds.unit_of))}))
            rows = records.join(named, "subject_id").select("rid", "subject_id").orderBy("rid").toArrow()
            bonds = self.run.bonds.on(rows["subject_id"].combine_chunks())
            if bonds is not None:
                rids = rows["rid"].combine_chunks()
                found = pa.table([rids.take(pa.array(side)) for side in bonds.chains()], ["left", "right"])
        frame = session.createDataFrame(found, "left long, right long")
        return frame.selectExpr("left", "right", "cast('inf' as float) as strength")

    def _grouped(self, labels: DataFrame, records: DataFrame) -> DataFrame:
        """Records of components grouped by the compiled kernel; a record without links is a customer of its own."""
        several = labels.withColumnRenamed("node", "rid").join(records.select(*tasks.RECORDS), "rid")
        ordered = several.repartition("component").sortWithinPartitions("component", "rid")
        groups = ordered.mapInArrow(tasks.group_components(self.shared, self.decided), tasks.GROUPS)
        alone = records.join(labels.withColumnRenamed("node", "rid"), "rid", "left_anti")
        return groups.unionByName(alone.selectExpr("rid", "subject_id", "rid as cluster"))


def number_records(stage: Stage, records: DataFrame) -> DataFrame:
    """``tasks.RECORDS`` with kind and subject_id; numbers ascend with subject ids."""
    from pyspark.sql import functions as f

    known = set(records.columns)
    columns = [
        (f.col(field.name) if field.name in known else f.lit(None)).cast(_spark_type(field.type)).alias(field.name)
        for field in INPUT
    ]
    chosen = records.select(*columns).withColumn("kind", f.coalesce("kind", f.lit("person")))
    texts = chosen.select("kind", "subject_id", f.to_json(f.struct(*INPUT.names)).alias("record"))
    ordered = texts.repartitionByRange("subject_id").sortWithinPartitions("subject_id")
    return stage.keep(ordered.withColumn("rid", f.monotonically_increasing_id()), "record")


def partitions_for(records: int, cores: int) -> int:
    """How many parts to shuffle into: small enough to be sorted in a worker's memory, not fewer than cores."""
    return max(2 * cores, -(-records // RECORDS_PER_PARTITION))


def _spark_type(type_: pa.DataType) -> str:
    if pa.types.is_list(type_):
        return "array<string>"
    return str(type_)


def _union(frames: list[DataFrame]) -> DataFrame:
    first, *others = frames
    for other in others:
        first = first.unionByName(other)
    return first
