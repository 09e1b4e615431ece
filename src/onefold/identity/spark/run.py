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

import pyarrow as pa

from onefold.identity.bonds import Bonds
from onefold.identity.cluster import LINK_AT
from onefold.identity.model import CLUSTER, INPUT, MATCH
from onefold.identity.regroup import constrain
from onefold.identity.spark import tasks
from onefold.identity.spark.components import AT_ONCE, ComponentFinder
from onefold.identity.spark.stage import Stage

if TYPE_CHECKING:
    from pyspark import Broadcast
    from pyspark.sql import DataFrame

    from onefold.identity.learned import KindModel

RECORDS_PER_PARTITION = 50_000
"""Records of a partition at most; what a worker holds at a time follows from batches and not from this."""

_PAIRS_PER_RECORD = 6
"""Pairs that a record is part of, for choosing the number of partitions."""


@dataclass(frozen=True)
class Run:
    """One resolution on a cluster."""

    stage: Stage
    models: Mapping[str, KindModel]
    bonds: Bonds
    tell: Callable[[str], None]
    at_once: int = AT_ONCE
    """Links up to which one task joins them into components."""

    def resolve(self, records: DataFrame) -> tuple[DataFrame, DataFrame]:
        """``CLUSTER`` and ``MATCH`` of numbered records; see ``number_records``."""
        decided = self.stage.session.sparkContext.broadcast(self.bonds)
        clusters, matches = [], []
        for kind, model in self.models.items():
            chosen = records.where(records["kind"] == kind).select("rid", "subject_id", "record")
            shared = self.stage.session.sparkContext.broadcast(model)
            of_kind = _Kind(self, self.stage.below(kind), shared, decided)
            found, scored = of_kind.resolve(chosen)
            clusters.append(found)
            matches.append(scored.select(*MATCH.names))
        return self._constrained(_union(clusters), _union(matches)), _union(matches)

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
        labels = pa.compute.subtract(-1, kept["cluster"])
        changed = self.stage.session.createDataFrame(kept.set_column(1, "cluster", labels))
        return plain.join(touched, "cluster", "left_anti").select(*CLUSTER.names).unionByName(changed)


@dataclass(frozen=True)
class _Kind:
    """The records of one kind."""

    run: Run
    stage: Stage
    shared: Broadcast[KindModel]
    decided: Broadcast[Bonds]

    def resolve(self, records: DataFrame) -> tuple[DataFrame, DataFrame]:
        """Rows of rid, subject_id, cluster; and ``tasks.SCORED``."""
        model = self.shared.value
        self.run.tell("listing pairs")
        pairs = self.stage.keep(self._all_pairs(records) if model.blocking.is_all_pairs else self._pairs(records), "pair")
        self.run.tell("scoring pairs")
        scored = self.stage.keep(self._scored(pairs, records), "scored")
        self.run.tell("joining links")
        links = scored.where(f"log_odds >= {LINK_AT} and not is_conflict")
        links = links.selectExpr("left", "right", "log_odds as strength").unionByName(self._chains(records))
        finder = ComponentFinder(self.stage.below("components"), model.largest, self.run.at_once)
        labels = finder.cut_components(self.stage.keep(links, "link"))
        self.run.tell("grouping records")
        return self.stage.keep(self._grouped(labels, records), "customer"), scored

    def _pairs(self, records: DataFrame) -> DataFrame:
        """Pairs of records that share an open block, each once."""
        blocks = records.select(*tasks.RECORDS).mapInArrow(tasks.list_blocks(self.shared), tasks.BLOCKS)
        return self.stage.session.sql(
            """
            -- grain: one row per record of an open block that holds several
            with counted as (
                select block, rid, most, count(*) over (partition by block) as records from {blocks}
            ),
            open as (
                select block, rid from counted where records between 2 and most
            )
            select distinct one.rid as left, other.rid as right
            from open as one join open as other on one.block = other.block and one.rid < other.rid""",
            blocks=self.stage.keep(blocks, "block"),
        )

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
