"""Connected components of links on a cluster, and the cutting of those that are too large to be looked at whole.

Large star and small star alternate until nothing changes (Kiveris, Lattanzi, Mirrokni, Rastogi and Vassilvitskii 2014,
"Connected Components in MapReduce and Beyond"): every round each record points its greater neighbours at the least
record that it knows. Rounds grow with the logarithm of a component's width. Where few links are left, one task
finishes them with the kernel of the embedded engine, as the paper advises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onefold.identity import pairing
from onefold.identity.cluster import STRONGEST_CUT, cut_components
from onefold.identity.compare import Pairs

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from onefold.identity.spark.stage import Stage

AT_ONCE = 1_000_000
"""Links up to which one task joins them; about 100 MB."""

_LABELS = "node long, component long"
"""Grain: one row per record that has a link; the component is named by its least record."""

Batches = Iterator[pa.RecordBatch]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ComponentFinder:
    """Finds components, and cuts those of more than ``largest`` records at their weaker links."""

    stage: Stage
    largest: int
    link_at: float
    """Log odds from which a pair is a link."""
    at_once: int = AT_ONCE
    """Links up to which one task joins them."""

    def components(self, links: DataFrame, name: str = "component") -> DataFrame:
        """Node and component of the undirected ``links`` (left, right), however many there are and however wide."""
        edges = self.stage.keep(
            links.selectExpr("greatest(left, right) as node", "least(left, right) as component").distinct(), name
        )
        turn, digest = 0, _digest(edges)
        while digest[0] > self.at_once:
            edges = self.stage.keep(_small_star(_large_star(edges)), f"{name}_{turn}")
            before, digest = digest, _digest(edges)
            turn += 1
            if digest == before:
                return edges.unionByName(edges.selectExpr("component as node", "component").distinct())
        return edges.select("node", "component").coalesce(1).mapInArrow(_join, _LABELS)

    def cut_components(self, links: DataFrame) -> DataFrame:
        """Node and component of ``links`` (left, right, strength), cut as ``cluster.cut_components`` cuts them."""
        if links.count() <= self.at_once:
            return self.stage.keep(self._cut_in_one_task(links), "label")
        labels = self.stage.keep(self.components(links), "label")
        threshold, turn = self.link_at, 0
        while threshold <= STRONGEST_CUT:
            sizes = labels.groupBy("component").count()
            large = self.stage.keep(sizes.where(sizes["count"] > self.largest).select("component"), f"large_{turn}")
            if not large.count():
                break
            threshold += 1.0
            nodes = labels.join(large, "component", "left_semi").select("node")
            links = links.join(nodes.withColumnRenamed("node", "left"), "left", "left_semi")
            links = self.stage.keep(links, f"inner_{turn}")
            if links.count() <= self.at_once:
                parts = self._cut_in_one_task(links)
            else:
                links = links.where(links["strength"] >= threshold)
                parts = self.components(links, f"part_{turn}")
            alone = nodes.join(parts, "node", "left_anti").selectExpr("node", "node as component")
            whole = labels.join(large, "component", "left_anti").select("node", "component")
            labels = self.stage.keep(whole.unionByName(parts).unionByName(alone), f"label_{turn}")
            turn += 1
        return labels

    def _cut_in_one_task(self, links: DataFrame) -> DataFrame:
        return (
            links.select("left", "right", "strength").coalesce(1).mapInArrow(_cut(self.largest, self.link_at), _LABELS)
        )


def _whole(batches: Batches) -> pa.Table | None:
    """All rows that a task is given; None where there are none, of which Arrow does not know the columns."""
    listed = [batch for batch in batches if len(batch)]
    return pa.Table.from_batches(listed) if listed else None


def _join(batches: Batches) -> Batches:
    """A task that joins all its links, each from a node to another of its component."""
    table = _whole(batches)
    if table is not None:
        yield _labelled(table["node"].to_numpy(), table["component"].to_numpy(), _joined)


def _cut(largest: int, link_at: float) -> Callable[[Batches], Batches]:
    """A task that finds and cuts the components of all its links."""

    def cut(batches: Batches) -> Batches:
        table = _whole(batches)
        if table is not None:
            strength = table["strength"].to_numpy().astype(np.float32)
            left, right = (table[name].to_numpy() for name in ("left", "right"))
            yield _labelled(left, right, lambda size, pairs: cut_components(size, pairs, strength, largest, link_at))

    return cut


def _joined(size: int, pairs: Pairs) -> npt.NDArray[np.int32]:
    parents = np.arange(size, dtype=np.int32)
    pairing.join_links(parents, pairs.left, pairs.right, np.ones(len(pairs), bool))
    return parents


def _labelled(left: Longs, right: Longs, parents_of: Callable[[int, Pairs], npt.NDArray[np.int32]]) -> pa.RecordBatch:
    """Node and component, by the kernels of the embedded engine, which count records from 0."""
    nodes, place = np.unique(np.r_[left, right], return_inverse=True)
    places: npt.NDArray[np.int32] = place.astype(np.int32)
    parents = parents_of(len(nodes), Pairs(places[: len(left)].copy(), places[len(left) :].copy()))
    return pa.RecordBatch.from_arrays([pa.array(nodes), pa.array(nodes[parents])], ["node", "component"])


def _large_star(edges: DataFrame) -> DataFrame:
    """Every node points its greater neighbours at the least of its neighbours and itself."""
    return _sql(
        edges,
        """
        -- grain: one row per edge, seen from both ends
        with seen as (
            select node as here, component as there from {edges}
            union all
            select component as here, node as there from {edges}
        ),
        least as (
            -- grain: one row per node
            select here, least(min(there), here) as component from seen group by here
        )
        select distinct seen.there as node, least.component
        from seen join least using (here)
        where seen.there > seen.here""",
    )


def _small_star(edges: DataFrame) -> DataFrame:
    """Every node points its lesser neighbours and itself at the least of them."""
    return _sql(
        edges,
        """
        -- grain: one row per node
        with least as (
            select node, min(component) as component from {edges} group by node
        )
        select distinct edges.component as node, least.component
        from {edges} as edges join least using (node)
        where edges.component <> least.component
        union
        select node, component from least""",
    )


def _sql(edges: DataFrame, query: str) -> DataFrame:
    return edges.sparkSession.sql(query, edges=edges)


def _digest(edges: DataFrame) -> tuple[int, int]:
    """A number that changes with any edge."""
    found = edges.selectExpr("count(*) as edges", "bit_xor(xxhash64(node, component)) as mixed").collect()[0]
    return int(found["edges"]), int(found["mixed"] or 0)
