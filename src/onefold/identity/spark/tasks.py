"""What the workers of a cluster do with a batch of rows: the embedded engine's steps, with a model in hand.

With a model, how a record is read, which blocks it belongs to and what a pair weighs follow from the records at hand
alone. So every task encodes the few thousand records of its batch as if there were no others, and calls the very
functions that one machine calls. Batches are bounded; nothing grows with the data.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import json

from onefold.identity import cluster
from onefold.identity.blocking import is_among, known_keys
from onefold.identity.bonds import Bonds
from onefold.identity.compare import Pairs, compare_pairs
from onefold.identity.hashing import NOTHING, take_keys
from onefold.identity.matches import Matches
from onefold.identity.model import INPUT, MATCH, NEAR_FROM
from onefold.identity.people import People
from onefold.identity.resolution import near_table
from onefold.identity.tuning import PairScorer, Tuning

if TYPE_CHECKING:
    from pyspark import Broadcast

    from onefold.identity.learned import KindModel

Batches = Iterator[pa.RecordBatch]
Task = Callable[[Batches], Batches]

RECORDS = ("rid", "record")
"""Grain: one row per record: its number, and the columns of ``INPUT`` as one JSON text. Spark passes a record on
several times, which costs it far less for one text than for twenty columns, lists among them."""

BLOCKS = "block long, key int, rid long"
"""Grain: one row per record and block that it belongs to; ``key`` is the place of its key in the model's order."""

SCORED = (
    "left long, right long, log_odds float, is_conflict boolean, "
    "subject_a string, subject_b string, probability float, weight float, evidence string"
)
"""Grain: one row per pair of records that is a match, or a near miss, which has no probability, weight and evidence."""

GROUPS = "rid long, subject_id string, cluster long"
"""Grain: one row per record of a component; a cluster is named by its first record."""


@dataclass(frozen=True)
class Rules:
    """What records of one kind are compared by."""

    model: KindModel
    """What was learned."""
    tuning: Tuning
    """What a person has set."""

    @property
    def link_at(self) -> float:
        """Log odds from which a pair is a link."""
        return self.tuning.link_log_odds(cluster.LINK_AT)

    def scorer(self, people: People, subject_ids: pa.ChunkedArray) -> PairScorer:
        """What scores pairs of ``people``, who have these ids."""
        return self.tuning.on(self.model.scorer(people), subject_ids)


_MOST_INNER_PAIRS = 400_000
"""Pairs inside components that are scored at a time; about 150 MB."""


def read_records(texts: pa.Array) -> pa.Table:
    """The columns of ``INPUT``, of records as ``RECORDS`` holds them."""
    lines = pa.py_buffer(b"\n".join(text.as_buffer() for text in texts) + b"\n")
    options = json.ParseOptions(explicit_schema=INPUT, unexpected_field_behavior="ignore")
    block = json.ReadOptions(block_size=max(len(lines), 1 << 16), use_threads=False)
    found = json.read_json(pa.BufferReader(lines), read_options=block, parse_options=options)
    return found.select(INPUT.names).combine_chunks()


def list_blocks(shared: Broadcast[Rules]) -> Task:
    """Rows of ``RECORDS`` to ``BLOCKS``."""

    def run(batches: Batches) -> Batches:
        model = shared.value.model
        for batch in batches:
            people = model.encode(read_records(batch.column("record")))
            rids = batch.column("rid").to_numpy()
            for number, key in enumerate(known_keys(people, model.blocking, 1)):
                blocks = take_keys(key.blocks, key.codes)
                is_open = (blocks != NOTHING) & ~is_among(blocks, model.blocking.closed)
                found = blocks[is_open].view(np.int64)
                owners = np.broadcast_to(rids[:, None], blocks.shape)[is_open]
                keys = np.full(len(found), number, np.int32)
                yield pa.RecordBatch.from_pydict({"block": found, "key": keys, "rid": owners})

    return run


def score_pairs(shared: Broadcast[Rules]) -> Task:
    """Rows of ``left``, ``right`` and both records (``a``, ``b``) to ``SCORED``."""

    def run(batches: Batches) -> Batches:
        rules = shared.value
        for batch in batches:
            if not len(batch):
                continue
            left, right = (batch.column(name).to_numpy() for name in ("left", "right"))
            rids, first = np.unique(np.r_[left, right], return_index=True)
            both = pa.concat_arrays([batch.column("a"), batch.column("b")])
            records = read_records(both.take(pa.array(first)))
            people = rules.model.encode(records)
            scorer = rules.scorer(people, records["subject_id"])
            pairs = Pairs(_places(rids, left), _places(rids, right))
            patterns = compare_pairs(people, pairs, 1)
            scores = scorer.score(pairs, patterns)
            ids, odds = records["subject_id"].combine_chunks(), scores.log_odds
            matches = Matches.of(ids, pairs, patterns, scores, scorer, 1, rules.link_at).table()
            near = near_table(ids, pairs, scores, rules.link_at)
            match_from = min(rules.link_at, 0.0)
            for which, found in (
                (odds >= match_from, matches),
                ((odds >= NEAR_FROM) & (odds < match_from), near),
            ):
                places = [left[which], right[which], odds[which], scores.is_conflict[which]]
                yield from _scored(places, found)

    return run


def _scored(places: list[npt.NDArray[Any]], found: pa.Table) -> Batches:
    """``SCORED`` of pairs, by their places and odds, and what else was ``found`` of them."""
    texts = [
        found[field.name] if field.name in found.column_names else pa.nulls(len(found), field.type) for field in MATCH
    ]
    names = ["left", "right", "log_odds", "is_conflict", *MATCH.names]
    yield from pa.table([*places, *texts], names).combine_chunks().to_batches()


def group_components(shared: Broadcast[Rules], decided: Broadcast[Bonds]) -> Task:
    """Rows of ``component``, ``rid`` and ``record``, in the order of the first two, to ``GROUPS``."""

    def run(batches: Batches) -> Batches:
        rules, bonds = shared.value, decided.value
        for table in _whole_components(batches):
            records = read_records(table["record"].combine_chunks())
            people = rules.model.encode(records)
            scorer = rules.scorer(people, records["subject_id"])
            rids, components = table["rid"].to_numpy(), table["component"].to_numpy()
            _, first, place = np.unique(components, return_index=True, return_inverse=True)
            together = bonds.on(records["subject_id"].combine_chunks())
            firsts, score_inner = first[place].astype(np.int32), cluster.inner_scorer(people, scorer)
            groups = cluster.group_components(firsts, score_inner, 1, together, rules.link_at)
            yield from pa.table(
                [pa.array(rids), records["subject_id"], pa.array(rids[groups])], ["rid", "subject_id", "cluster"]
            ).to_batches()

    return run


def _places(rids: npt.NDArray[np.int64], wanted: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    return np.searchsorted(rids, wanted).astype(np.int32)


def _whole_components(batches: Batches) -> Iterator[pa.Table]:
    """The same rows in tables that hold whole components, few enough that all their inner pairs fit in memory."""
    rest: pa.Table | None = None
    for batch in batches:
        table = pa.Table.from_batches([batch])
        table = table if rest is None else pa.concat_tables([rest, table])
        rest = yield from _complete(table)
    if rest is not None and len(rest):
        yield from _portions(rest.combine_chunks())


def _complete(table: pa.Table) -> Generator[pa.Table, None, pa.Table]:
    """Yield what is complete; return the rows of the last component, which may go on in the next batch."""
    components = table["component"].to_numpy()
    last = int(np.searchsorted(components, components[-1])) if len(components) else 0
    if last:
        yield from _portions(table.slice(0, last).combine_chunks())
    return table.slice(last)


def _portions(table: pa.Table) -> Iterator[pa.Table]:
    components = table["component"].to_numpy()
    starts = np.flatnonzero(np.r_[True, components[1:] != components[:-1]])
    sizes = np.diff(np.r_[starts, len(components)])
    portion = np.cumsum(sizes * (sizes - 1) // 2) // _MOST_INNER_PAIRS
    cuts = starts[np.flatnonzero(np.r_[True, portion[1:] != portion[:-1]])]
    for begin, end in zip(cuts, np.r_[cuts[1:], len(components)], strict=True):
        yield table.slice(begin, end - begin).combine_chunks()
