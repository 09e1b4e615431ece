"""One record that arrives: which customer it would join, by the same model and the same rules as a build.

Nothing is written. The index is read from its files (see ``index_store``), which a build swaps as a whole; a process
keeps them mapped and follows the swap at the next question. The answer is that of a build over everything with the
record among it, with one exception: a component that a build would have to cut, because it has grown beyond what is
looked at together, is taken as the last build left it.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa

from onefold.errors import NotFound
from onefold.identity.blocking import Entries, known_keys
from onefold.identity.bonds import Bonds
from onefold.identity.cluster import LINK_AT, InnerScores, group_components, inner_scorer, link_pairs
from onefold.identity.compare import Pairs, compare_pairs
from onefold.identity.incremental import meeting_pairs
from onefold.identity.index import KindIndex, Numbers
from onefold.identity.index_place import current_state
from onefold.identity.index_store import IndexStore, State
from onefold.identity.learned import KindModel
from onefold.identity.matches import Matches
from onefold.identity.model import INPUT
from onefold.identity.ordered import Ordered
from onefold.identity.people import People
from onefold.identity.tuning import AS_LEARNED, PairScorer, Tuning

ASKED = "?"
"""The subject id of a record that has none."""

_MOST_MATCHES = 20


@dataclass(frozen=True)
class LiveMatch:
    """What a record resolves to."""

    subjects: tuple[str, ...]
    """Records that it would be one customer with, those that it resembles most first; empty where it stays alone."""
    matches: tuple[dict[str, Any], ...]
    """The pairs of it and known records that are more likely one customer than not, the strongest first:
    ``subject_id``, ``probability``, ``weight`` (bits), ``evidence`` as in ``main.match``."""
    compared: int
    """Known records that it was compared with."""

    @property
    def probability(self) -> float:
        """Of the strongest match with those it would join; 0 where it stays alone."""
        joined = set(self.subjects)
        return max((one["probability"] for one in self.matches if one["subject_id"] in joined), default=0.0)


@dataclass(frozen=True)
class _Kind:
    """One kind of records, ready to be asked about."""

    index: KindIndex
    model: KindModel

    @cached_property
    def _by_component(self) -> tuple[Numbers, Numbers]:
        order = np.argsort(self.index.component, kind="stable").astype(np.int32)
        return order, self.index.component[order]

    def component_of(self, numbers: Numbers) -> Numbers:
        """All records that are looked at together with any of these."""
        order, labels = self._by_component
        wanted = np.unique(self.index.component[numbers])
        starts, ends = np.searchsorted(labels, wanted, "left"), np.searchsorted(labels, wanted, "right")
        parts = [order[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        found: Numbers = np.concatenate([np.zeros(0, np.int32), *parts])
        return found


class LiveIndex:
    """The index as one process reads it; safe to share among threads.

    Args:
        folder: of the index.

    Memory: at a million records about 0.3 GiB, and as much again of files that the system keeps while it has room.
    """

    def __init__(self, folder: Path) -> None:
        self._store = IndexStore(folder)
        self._lock = Lock()
        self._loaded: tuple[State, dict[str, _Kind]] | None = None

    def state(self) -> State:
        """The state in use now.

        Raises:
            NotFound: nothing has been built.
        """
        return self._current()[0]

    def warm_up(self) -> None:
        """Load whatever the first question would wait for."""
        for kind in self._current()[1]:
            self.match({"kind": kind, "given_name": "ana", "family_name": "ana", "emails": ["ana@example.invalid"]})

    def match(self, record: Mapping[str, Any], bonds: Bonds | None = None, tuning: Tuning = AS_LEARNED) -> LiveMatch:
        """Resolve one record.

        Args:
            record: values of ``INPUT``, conformed; a ``subject_id`` that is known is answered for as if its record
                were replaced by this one.
            bonds: what people decided.
            tuning: what a person has set.

        Raises:
            NotFound: nothing has been built.

        Cost: about 20 ms among a million records.
        """
        name = str(record.get("kind") or "person")
        row = {column: record.get(column) for column in INPUT.names}
        row |= {"subject_id": row["subject_id"] or ASKED, "kind": name}
        kind = self._current()[1].get(name)
        if kind is None:
            return LiveMatch((), (), 0)
        return _match(kind, Ordered.of(pa.Table.from_pylist([row], schema=INPUT)).whole(), bonds or Bonds(), tuning)

    def _current(self) -> tuple[State, dict[str, _Kind]]:
        name = current_state(self._store.folder)
        loaded = self._loaded
        if loaded and loaded[0].name == name:
            return loaded
        with self._lock:
            for _ in range(3):  # a build may swap it while it is read
                name = current_state(self._store.folder)
                if self._loaded and self._loaded[0].name == name:
                    return self._loaded
                state = self._store.read(name) if name else None
                if state:
                    kinds = {kind: _Kind(state.indexes[kind], model) for kind, model in state.model.kinds.items()}
                    self._loaded = (state, kinds)
                    return self._loaded
        hint = "Build once: onefold build. Where a cluster resolves records, no index is kept."
        raise NotFound("there is no identity index yet", hint=hint)


def _match(kind: _Kind, record: pa.Table, bonds: Bonds, tuning: Tuning) -> LiveMatch:
    index, model = kind.index, kind.model
    subject = record["subject_id"][0].as_py()
    own = index.numbers_of([subject])
    met = np.unique(_met(index, model, record))
    met = met[~np.isin(met, own)]
    if not len(met):
        return LiveMatch((), (), 0)
    company = _Company.of(index, model, tuning, record, met)
    matches, linked = company.scored()
    found = _explained(matches, subject)
    region = kind.component_of(linked) if len(linked) else linked
    region = region[~np.isin(region, own)]
    if not np.isin(region, met).all():
        company = _Company.of(index, model, tuning, record, region)
    joined = company.joined(region, bonds) if len(region) else set()
    ranked = {one["subject_id"]: number for number, one in enumerate(found)}
    subjects = sorted(joined, key=lambda name: (ranked.get(name, len(ranked)), name))
    return LiveMatch(tuple(subjects), tuple(found[:_MOST_MATCHES]), len(met))


def _met(index: KindIndex, model: KindModel, record: pa.Table) -> Numbers:
    """Known records that share an open block with it."""
    entries = Entries.of(known_keys(model.encode(record), model.blocking, 1), model.blocking)
    is_small = index.count(entries.blocks) < entries.limits  # it would be one more
    entries = Entries(entries.blocks[is_small], entries.records[is_small], entries.limits[is_small])
    return meeting_pairs(index, model, entries, np.zeros(1, np.int32))[1]


@dataclass(frozen=True)
class _Company:
    """The record among some known ones."""

    ids: pa.Array
    """In their order."""
    numbers: Numbers
    """Of the records; -1 for the one that arrives."""
    at: int
    """Where that one is."""
    people: People
    scorer: PairScorer
    link_at: float

    @classmethod
    def of(cls, index: KindIndex, model: KindModel, tuning: Tuning, record: pa.Table, numbers: Numbers) -> _Company:
        rows, ordered = index.sorted_rows(numbers)
        at = bisect_left(rows["subject_id"].to_pylist(), record["subject_id"][0].as_py())
        both = pa.concat_tables([rows.slice(0, at), record, rows.slice(at)]).combine_chunks()
        people = model.encode(both)
        ids = both["subject_id"].combine_chunks()
        scorer = tuning.on(model.scorer(people), ids)
        return cls(ids, np.insert(ordered, at, -1), at, people, scorer, tuning.link_log_odds(LINK_AT))

    def scored(self) -> tuple[pa.Table, Numbers]:
        """``MATCH`` of the record with the others, and which of them it is linked with."""
        others = np.delete(np.arange(len(self.ids), dtype=np.int32), self.at)
        here = np.full(len(others), self.at, np.int32)
        pairs = Pairs(np.minimum(others, here), np.maximum(others, here))
        patterns = compare_pairs(self.people, pairs, 1)
        scores = self.scorer.score(pairs, patterns)
        linked, _ = link_pairs(pairs, scores, self.link_at)
        partners = self.numbers[np.where(linked.left == self.at, linked.right, linked.left)]
        matches = Matches.of(self.ids, pairs, patterns, scores, self.scorer, 1, self.link_at)
        return matches.table(), partners

    def joined(self, region: Numbers, bonds: Bonds) -> set[str]:
        """Subjects whose customer the record would be, if it came among those of ``region``."""
        chosen = np.flatnonzero(np.isin(self.numbers, np.append(region, -1))).astype(np.int32)

        score = inner_scorer(self.people, self.scorer)

        def score_inner(inner: Pairs) -> InnerScores:
            return score(Pairs(chosen[inner.left], chosen[inner.right]))

        ids = self.ids.take(pa.array(chosen))
        first = group_components(np.zeros(len(chosen), np.int32), score_inner, 1, bonds.on(ids), self.link_at)
        own = int(np.flatnonzero(chosen == self.at)[0])
        members = np.flatnonzero(first == first[own])
        return set(ids.take(pa.array(members[members != own])).to_pylist())


def _explained(matches: pa.Table, subject: str) -> list[dict[str, Any]]:
    found = [
        {
            "subject_id": row["subject_b"] if row["subject_a"] == subject else row["subject_a"],
            "probability": row["probability"],
            "weight": row["weight"],
            "evidence": json.loads(row["evidence"]),
        }
        for row in matches.to_pylist()
    ]
    return sorted(found, key=lambda one: (-one["weight"], one["subject_id"]))
