"""What resolution promises to return: clusters, scored matches, and how the answer came about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa

from onefold.records.model import COMPARED, RECORD

if TYPE_CHECKING:
    from onefold.identity.learned import Model
    from onefold.identity.matches import Matches

RULE_VERSION = "6"
"""Changes whenever the same records may resolve differently; part of every input fingerprint."""

INPUT = pa.schema([RECORD.field(name) for name in COMPARED])
"""The columns of ``record`` that identity reads."""

CLUSTER = pa.schema([("subject_id", pa.string()), ("cluster", pa.int64())])
"""Grain: one row per record. Cluster numbers are dense and mean nothing outside one resolution."""

MATCH = pa.schema(
    [
        ("subject_a", pa.string()),
        ("subject_b", pa.string()),
        ("probability", pa.float32()),  # that both are one customer, before the rest of the cluster is heard
        ("weight", pa.float32()),  # bits of evidence: each bit doubles the odds
        ("evidence", pa.string()),  # JSON: {"email": ["same", 14.2], …}: agreement and bits
    ]
)
"""Grain: one row per pair of records more likely one customer than not, subject_a < subject_b."""

NEAR_FROM = -7.0
"""Log odds from which a pair that is no match is a near miss: one in a thousand."""

NEAR_MISS = pa.schema(
    [
        ("subject_a", pa.string()),
        ("subject_b", pa.string()),
        ("log_odds", pa.float32()),  # of being one customer, natural log
        ("is_conflict", pa.bool_()),  # they must not be one customer whatever else agrees
    ]
)
"""Grain: one row per compared pair of records that is less likely one customer than not, yet more than ``NEAR_FROM``;
subject_a < subject_b."""


@dataclass(frozen=True)
class Resolution:
    """The outcome of resolving one set of records."""

    clusters: pa.Table
    """One row per record, ``CLUSTER``; in the order of subject ids."""
    links: tuple[Matches, ...]
    """Scored links; also those that the cluster step refused, because evidence inside spoke against."""
    model: Model
    """What was applied: learned from these very records where none was given."""
    diagnostics: dict[str, object] = field(default_factory=dict)
    """Per kind: counts, seconds per step, blocking keys used."""
    near_misses: pa.Table = field(default_factory=NEAR_MISS.empty_table)
    """Pairs that are no match but might be one customer, ``NEAR_MISS``: what recall is measured by."""

    def match_batches(self, threads: int = 1) -> Iterator[pa.Table]:
        """``MATCH`` of the links in parts, to spare memory: explanations in words are large."""
        for one in self.links:
            yield from one.batches(threads)

    @cached_property
    def matches(self) -> pa.Table:
        """``MATCH`` of the links, all at once."""
        return pa.concat_tables([MATCH.empty_table(), *self.match_batches()])


@dataclass(frozen=True)
class ResolveReport:
    """What ``resolve`` did to the warehouse."""

    records: int
    clusters: int
    matches: int
    largest_cluster: int
    """Records in the biggest cluster."""
    is_unchanged: bool
    """True when the input was the same as last time and nothing was computed."""
    seconds: float
    diagnostics: dict[str, object] = field(default_factory=dict)
