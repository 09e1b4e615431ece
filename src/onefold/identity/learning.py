"""The weights of one set of records, learned in two stages.

First the distinct patterns alone decide (``evidence``), as if every value were as common as the average one. Then each
pair is looked at with its own values: a common name or a well-filled address makes strangers likelier. What that says
about the kinds of pairs changes the weights again.
"""

from __future__ import annotations

import numpy as np

from onefold.identity.compare import Pairs, Patterns
from onefold.identity.evidence import SAME, Estimator, tabulate_patterns
from onefold.identity.namesakes import NameCounts, NamesakePairs
from onefold.identity.people import People
from onefold.identity.rarity import exact_chances
from onefold.identity.score import Scorer

_ROUNDS = 3
_MOST_PAIRS = 600_000
"""Pairs that the second stage looks at; every n-th where there are more."""


def learn_weights(people: People, pairs: Pairs, patterns: Patterns, threads: int) -> Scorer:
    """Estimate the weights from candidate pairs; returns a scorer that uses them."""
    every = max(1, len(pairs) // _MOST_PAIRS)
    chosen = np.arange(0, len(pairs), every)
    table = tabulate_patterns(patterns, threads)
    estimator = Estimator(people, table, exact_chances(people), threads)
    weights = estimator.estimate()
    counts = NameCounts.of(people, weights.chances)
    alike = NamesakePairs.of(counts.borne, pairs, patterns) if counts.borne else None
    scorer = Scorer.of(people, weights, counts)
    if alike:
        scorer.learn_namesakes(alike, threads)
    some, levels, pattern_of = pairs.take(chosen), patterns[chosen], table.pattern_of[chosen]
    for _ in range(_ROUNDS if len(pairs) else 0):
        kinds = scorer.kinds(some, levels, threads)
        seen = np.bincount(pattern_of, minlength=len(table.counts)).astype(np.float64)
        sums = np.stack([np.bincount(pattern_of, weights=kinds[:, k], minlength=len(seen)) for k in range(3)], axis=1)
        rest = scorer.kinds_of_patterns(table.patterns)
        mean = np.where(seen[:, None] > 0, sums / np.maximum(seen, 1.0)[:, None], rest)
        weights = estimator.maximise(weights, mean)
        before, scorer = scorer, Scorer.of(people, weights, counts)
        scorer.learn_tables(some, kinds[:, SAME])
        if alike:
            scorer.learn_namesakes(alike, threads, before)
    return scorer
