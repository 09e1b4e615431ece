"""What a person has set about identity, applied on top of what the data taught.

Learning does not see it: first the weights are learned from the records as ever, then evidence is made to count more or
less, some pairs are forbidden to be one customer, and the threshold moves. So a setting does what it says and nothing
else, and taking it back gives the former answer. The default changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onefold.identity.compare import Pairs, Patterns
from onefold.identity.compiled import work_on
from onefold.identity.fields import FIELD_INDEX, FIELDS, Contact, Date, Place
from onefold.identity.namesakes import FULL_NAME
from onefold.identity.score import Contributions, Scores
from onefold.settings import IdentitySettings

_IGNORED = "ignore"
_PAIRS_AT_ONCE = 500_000
"""Pairs that are scored together, so that memory does not grow with them."""
_EMPTY = -1
_APART: dict[type[IntEnum], int] = {Date: Date.NEAR, Place: Place.SAME_CITY}
"""The closest level at which values differ by more than a slip, where that is not the lowest."""
_IDENTIFIERS = tuple(number for number, field in enumerate(FIELDS) if field.levels is Contact)


class PairScorer(Protocol):
    """What scores pairs; its score is the sum of its contributions and priors."""

    @property
    def priors(self) -> tuple[float, float]:
        """Log odds, before any evidence, against strangers and against relatives."""

    @property
    def prior_log_odds(self) -> float:
        """Log odds, before any evidence, that a pair is one customer."""

    def score(self, pairs: Pairs, patterns: Patterns) -> Scores:
        """The odds of each pair."""

    def score_in_parts(self, pairs: Pairs, patterns: Patterns) -> tuple[Scores, Contributions]:
        """``score`` and ``contributions``."""

    def contributions(self, pairs: Pairs, patterns: Patterns) -> Contributions:
        """What each field adds."""


def score_pairs(scorer: PairScorer, pairs: Pairs, patterns: Patterns, threads: int) -> Scores:
    """The scores of any number of pairs; ``threads`` share the work."""

    def score_from(start: int) -> Scores:
        part = slice(start, start + _PAIRS_AT_ONCE)
        return scorer.score(Pairs(pairs.left[part], pairs.right[part]), patterns[part])

    parts = work_on(range(0, max(len(pairs), 1), _PAIRS_AT_ONCE), score_from, threads)
    return Scores(
        np.concatenate([part.log_odds for part in parts]),
        np.concatenate([part.evidence for part in parts]),
        np.concatenate([part.is_conflict for part in parts]),
    )


@dataclass(frozen=True)
class Tuning:
    """What a person has set about identity. Equal settings are equal values."""

    link_at: float | None = None
    """Probability from which two records may be one customer."""
    weights: tuple[tuple[str, float], ...] = ()
    """Kind of evidence -> what its weight is multiplied by; 0 where it is not looked at."""
    trusted_sources: tuple[tuple[str, float], ...] = ()
    """Source, or source.table -> what the weight of identifiers is multiplied by in pairs with its records."""
    unique_sources: tuple[str, ...] = ()
    """Sources, or source.table, in which every record is another customer."""
    never_across: tuple[str, ...] = ()
    """Kinds of evidence that never differ within one customer."""

    @classmethod
    def of(cls, settings: IdentitySettings) -> Tuning:
        """What the settings say."""
        weights: dict[str, float] = {
            name: 0.0 if factor == _IGNORED else float(factor) for name, factor in settings.weights.items()
        }
        return cls(
            settings.link_at,
            _said(weights),
            _said(settings.trusted_sources),
            tuple(sorted(set(settings.unique_sources))),
            tuple(sorted(set(settings.never_across))),
        )

    @property
    def is_default(self) -> bool:
        """Whether nothing is set: everything as learned."""
        return self == Tuning()

    @property
    def fingerprint(self) -> str:
        """Equal for equal tunings; empty where nothing is set."""
        return "" if self.is_default else hashlib.blake2b(repr(self).encode(), digest_size=16).hexdigest()

    def link_log_odds(self, learned: float) -> float:
        """Log odds from which a pair is a link; ``learned`` where nothing is set."""
        return learned if self.link_at is None else float(np.log(self.link_at) - np.log1p(-self.link_at))

    def on(self, scorer: PairScorer, subject_ids: pa.Array | pa.ChunkedArray) -> PairScorer:
        """``scorer`` as this tuning wants it, for records with these ids; itself where nothing is set.

        Args:
            scorer: that knows the records by position.
            subject_ids: of the same records, in the same order.
        """
        if replace(self, link_at=None).is_default:
            return scorer
        return TunedScorer(scorer, self, subject_ids)

    @cached_property
    def ignored(self) -> tuple[int, ...]:
        """Positions in ``FIELDS`` that are not looked at."""
        return tuple(FIELD_INDEX[name] for name, factor in self.weights if factor == 0.0)


AS_LEARNED = Tuning()
"""Nothing is set."""


class TunedScorer:
    """A scorer whose evidence a person makes count more, less, or forbid."""

    def __init__(self, scorer: PairScorer, tuning: Tuning, subject_ids: pa.Array | pa.ChunkedArray) -> None:
        self._scorer = scorer
        self._tuning = tuning
        self._factors = dict(tuning.weights)
        tables, codes = _tables_of(subject_ids)
        self._unique = _unique_codes(tables, tuning.unique_sources)[codes] if tuning.unique_sources else None
        self._trust = _trust_of(tables, dict(tuning.trusted_sources))[codes] if tuning.trusted_sources else None

    @property
    def priors(self) -> tuple[float, float]:
        """As learned."""
        return self._scorer.priors

    @property
    def prior_log_odds(self) -> float:
        """As learned."""
        return self._scorer.prior_log_odds

    def score(self, pairs: Pairs, patterns: Patterns) -> Scores:
        """The odds of each pair under the tuning."""
        seen = self._seen(patterns)
        plain = self._scorer.score(pairs, seen)
        is_conflict = plain.is_conflict | self._forbidden(pairs, seen)
        if not self._changes_weights:
            return Scores(plain.log_odds, plain.evidence, is_conflict)
        parts = self.contributions(pairs, patterns)
        strangers = np.nansum(parts.against_strangers, axis=1, dtype=np.float64)
        related = np.nansum(parts.against_related, axis=1, dtype=np.float64)
        log_odds = -np.logaddexp(-strangers - self.priors[0], -related - self.priors[1])
        evidence = np.minimum(strangers, related)
        return Scores(log_odds.astype(np.float32), evidence.astype(np.float32), is_conflict)

    def score_in_parts(self, pairs: Pairs, patterns: Patterns) -> tuple[Scores, Contributions]:
        """Both under the tuning."""
        return self.score(pairs, patterns), self.contributions(pairs, patterns)

    def contributions(self, pairs: Pairs, patterns: Patterns) -> Contributions:
        """What each field adds under the tuning."""
        parts = self._scorer.contributions(pairs, self._seen(patterns))
        factors = np.array([self._factor(column) for column in parts.columns], np.float32)
        strangers, related = parts.against_strangers * factors, parts.against_related * factors
        if self._trust is not None:
            of_pair = (self._trust[pairs.left] * self._trust[pairs.right]).astype(np.float32)[:, None]
            columns = [place for place, column in enumerate(parts.columns) if column in _IDENTIFIERS]
            strangers[:, columns] *= of_pair
            related[:, columns] *= of_pair
        return Contributions(parts.columns, strangers, related)

    @property
    def _changes_weights(self) -> bool:
        return self._trust is not None or bool(self._factors)

    def _factor(self, column: int) -> float:
        if column < len(FIELDS):
            return self._factors.get(FIELDS[column].name, 1.0)
        if column != FULL_NAME:  # what is learned about a system's tables, not about a value
            return 1.0
        return min(self._factors.get(name, 1.0) for name in ("given_name", "family_name"))

    def _seen(self, patterns: Patterns) -> Patterns:
        """Patterns as if what is not looked at were empty."""
        ignored = self._tuning.ignored
        if not ignored:
            return patterns
        seen = patterns.copy()
        seen[:, ignored] = _EMPTY
        return seen

    def _forbidden(self, pairs: Pairs, patterns: Patterns) -> npt.NDArray[np.bool_]:
        """Pairs that must not be one customer whatever else agrees."""
        found = np.zeros(len(patterns), bool)
        for field in (FIELD_INDEX[name] for name in self._tuning.never_across):
            levels = patterns[:, field]
            found |= (levels >= 0) & (levels <= _APART.get(FIELDS[field].levels, 0))
        if self._unique is not None:
            ours = self._unique[pairs.left]
            found |= (ours >= 0) & (ours == self._unique[pairs.right])
        return found


def _said(factors: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted((name, float(factor)) for name, factor in factors.items() if factor != 1))


def _tables_of(subject_ids: pa.Array | pa.ChunkedArray) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The ``source.table`` names there are, and the position of each record's among them."""
    chunked = subject_ids if isinstance(subject_ids, pa.ChunkedArray) else pa.chunked_array([subject_ids])
    names = pc.replace_substring_regex(chunked, ":.*$", "").combine_chunks().dictionary_encode()
    return names.dictionary.to_pylist(), names.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _named(table: str, choices: tuple[str, ...]) -> str | None:
    """Which of ``choices`` names this ``source.table``: the table itself before its source."""
    source = table.partition(".")[0]
    return table if table in choices else source if source in choices else None


def _unique_codes(tables: list[str], unique: tuple[str, ...]) -> npt.NDArray[np.int64]:
    places = {name: number for number, name in enumerate(unique)}
    named = (_named(table, unique) for table in tables)
    return np.array([_EMPTY if name is None else places[name] for name in named], np.int64)


def _trust_of(tables: list[str], trust: Mapping[str, float]) -> npt.NDArray[np.float64]:
    named = (_named(table, tuple(trust)) for table in tables)
    return np.array([1.0 if name is None else trust[name] for name in named], np.float64)
