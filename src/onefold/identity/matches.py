"""Explained links: which pairs of records are held to be one customer, and what speaks for it and against.

What each field adds is kept as it was computed, rounded as it is told; that is an eighth of what it takes in words.
Words are made when somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from onefold.identity.compare import Pairs, Patterns
from onefold.identity.compiled import work_on
from onefold.identity.explain import BITS, Tenths, evidence_json, in_tenths
from onefold.identity.model import MATCH
from onefold.identity.score import Floats32, Scores
from onefold.identity.tuning import PairScorer

LINK = pa.schema(list(MATCH)[:-1])
"""``MATCH`` but for its evidence."""

_PER_BATCH = 100_000


@dataclass(frozen=True)
class Matches:
    """Links among records of one kind."""

    ids: pa.Array
    """Subject ids; the pairs are positions in it."""
    pairs: Pairs
    probability: Floats32
    weight: Floats32
    """Bits of evidence."""
    levels: Patterns
    columns: tuple[int, ...]
    """What ``tenths`` are about (see ``explain``)."""
    tenths: Tenths

    @classmethod
    def of(
        cls,
        ids: pa.Array,
        pairs: Pairs,
        patterns: Patterns,
        scores: Scores,
        scorer: PairScorer,
        threads: int,
        link_at: float = 0.0,
    ) -> Matches:
        """Those of ``pairs`` that are more likely one customer than not, or links all the same.

        Args:
            ids: subject ids of the records.
            pairs: of positions in ``ids``.
            patterns: their levels.
            scores: of the same pairs.
            scorer: that has scored them.
            threads: workers.
            link_at: log odds from which a pair is a link.
        """
        which = np.flatnonzero(scores.log_odds >= min(link_at, 0.0))
        chosen, levels, odds = pairs.take(which), patterns[which], scores.log_odds[which].astype(np.float64)
        totals = odds - scorer.prior_log_odds

        def explained(start: int) -> tuple[tuple[int, ...], Tenths]:
            part = slice(start, start + _PER_BATCH)
            some = Pairs(chosen.left[part], chosen.right[part])
            return in_tenths(scorer.contributions(some, levels[part]), totals[part])

        parts = work_on(range(0, max(len(which), 1), _PER_BATCH), explained, threads)
        return cls(
            ids,
            chosen,
            (1 / (1 + np.exp(-odds))).astype(np.float32),
            (totals * BITS).astype(np.float32),
            levels,
            parts[0][0],
            np.concatenate([tenths for _, tenths in parts]),
        )

    def __len__(self) -> int:
        return len(self.pairs)

    def without_words(self, start: int = 0, stop: int | None = None) -> pa.Table:
        """``LINK``, from ``start`` to before ``stop``."""
        part = slice(start, stop)
        return pa.table(
            [
                self.ids.take(pa.array(self.pairs.left[part])),
                self.ids.take(pa.array(self.pairs.right[part])),
                pa.array(self.probability[part]),
                pa.array(self.weight[part]),
            ],
            schema=LINK,
        )

    def batches(self, threads: int = 1) -> Iterator[pa.Table]:
        """``MATCH`` in parts, to spare memory."""

        def told(start: int) -> pa.Table:
            part = slice(start, start + _PER_BATCH)
            evidence = evidence_json(self.levels[part], self.columns, self.tenths[part])
            return self.without_words(start, part.stop).append_column(MATCH.field("evidence"), evidence)

        at_once = _PER_BATCH * threads
        for first in range(0, len(self), at_once):
            yield from work_on(range(first, min(first + at_once, len(self)), _PER_BATCH), told, threads)

    def table(self) -> pa.Table:
        """``MATCH`` as a whole."""
        return pa.concat_tables([MATCH.empty_table(), *self.batches()])
