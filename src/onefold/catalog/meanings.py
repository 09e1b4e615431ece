"""Deciding what one column means from its header and its values together.

The header's worth counts as far as the values fit it; where values speak for themselves both add up; where they
contradict the header, the values win and the reason says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from onefold.catalog.evidence import fit, spoken_meanings
from onefold.catalog.headers import Header, read_header
from onefold.catalog.lexicon import WEAK
from onefold.catalog.model import Column, Meaning
from onefold.catalog.sampling import TableSample
from onefold.catalog.shapes import Shapes, measure

if TYPE_CHECKING:
    from onefold.catalog.speakers import Condition

M = Meaning

MOST_CERTAIN = 0.99
"""Only a person's word is worth 1."""
_HEADER_TRUST = 0.9
_LEAST_HEADER_TRUST = 0.3
"""A header that is less of a hint than this, without support from values, is none."""
_MOST_FROM_LISTS = 0.5
_FROM_LISTS = frozenset(
    {M.COMPANY, M.JOB_TITLE, M.CITY, M.REGION, M.GIVEN_NAME, M.FAMILY_NAME, M.FULL_NAME, M.STATUS, M.TIER}
)
"""Meanings that values propose because they stand on short lists: no match for a header that they fit."""
_DATES = (M.CREATED_AT, M.UPDATED_AT, M.EVENT_TIME, M.BIRTH_DATE, M.DATE)


@dataclass
class Reading:
    """A column as read so far; later steps may still change its mind."""

    name: str
    position: int
    header: Header
    shapes: Shapes
    filled: float
    distinct: int
    candidates: dict[Meaning, tuple[float, str]]
    """Meaning -> (confidence, reason)."""
    meaning: Meaning = M.OTHER
    confidence: float = 0.0
    reason: str = ""
    only_where: Condition | None = None
    """Where the column holds what it means only in some rows."""

    def decide(self, meaning: Meaning, confidence: float, reason: str) -> None:
        """Settle on a meaning."""
        self.meaning, self.confidence, self.reason = meaning, round(min(confidence, MOST_CERTAIN), 2), reason

    def confidence_in(self, meaning: Meaning) -> float:
        """How likely ``meaning`` looked from header and values."""
        return self.candidates.get(meaning, (0.0, ""))[0]


def read_columns(sample: TableSample, names: tuple[str, ...], declared_types: dict[str, str]) -> list[Reading]:
    """Every column read by itself."""
    return [_read_column(sample, name, index, declared_types.get(name, "")) for index, name in enumerate(names)]


def _read_column(sample: TableSample, name: str, position: int, declared: str) -> Reading:
    header, shapes = read_header(name), measure(sample.values_of(name))
    count = sample.counts[name]
    filled = count.filled / sample.rows if sample.rows else 0.0
    reading = Reading(name, position, header, shapes, filled, count.distinct, {})
    if not shapes.values:
        why = "every value is a placeholder" if shapes.placeholder else "no row holds a value"
        reading.decide(M.EMPTY, 0.99, why)
        return reading
    reading.candidates = _candidates(header, shapes, sample.rows, declared)
    settle(reading)
    return reading


def settle(reading: Reading) -> None:
    """Take the likeliest candidate."""
    if not reading.candidates:
        reading.decide(M.OTHER, 0.2, f"neither the header nor the values say{_seen(reading.shapes)}")
        return
    meaning = max(reading.candidates, key=lambda m: (reading.candidates[m][0], m))
    confidence, reason = reading.candidates[meaning]
    named = max(reading.header.meanings, key=lambda m: reading.header.meanings[m][0], default=None)
    is_contradicted = (
        named not in (None, meaning)
        and "header" not in reason
        and reading.header.worth(named) >= 0.7
        and fit(named, reading.shapes) < 0.5
    )
    if named is not None and is_contradicted:
        reason = f"{reason}, although the header says {_words(named)}"
    reading.decide(meaning, confidence, reason)


def _candidates(header: Header, shapes: Shapes, rows: int, declared: str) -> dict[Meaning, tuple[float, str]]:
    spoken = spoken_meanings(shapes, rows)
    found: dict[Meaning, tuple[float, str]] = {}
    for meaning, (worth, phrase) in header.meanings.items():
        fits = fit(meaning, shapes)
        trusted = _HEADER_TRUST * worth * min(1.0, max(0.0, (fits - 0.15) / 0.45))
        said, what = _spoken_for(meaning, spoken)
        if trusted < (0.05 if said else _LEAST_HEADER_TRUST):
            continue
        both = 1 - (1 - trusted) * (1 - said)
        found[meaning] = (
            both,
            f'header "{_shown(phrase)}"' + (f" and {what}" if what else _fits_text(fits, shapes)),
        )
    fits_header = any(found[m][0] >= 0.55 and header.worth(m) >= 0.6 for m in found)
    for meaning, (said, what) in spoken.items():
        confidence = min(said, _MOST_FROM_LISTS) if fits_header and meaning in _FROM_LISTS else said
        if meaning not in found or confidence > found[meaning][0]:
            found[meaning] = (confidence, what)
    _prefer_specific_dates(found)
    _heed_declared_type(found, declared)
    return found


def _spoken_for(meaning: Meaning, spoken: dict[Meaning, tuple[float, str]]) -> tuple[float, str]:
    """What values say for a meaning; any kind of date profits from values that are dates."""
    if meaning in _DATES and M.DATE in spoken:
        return spoken[M.DATE]
    return spoken.get(meaning, (0.0, ""))


def _prefer_specific_dates(found: dict[Meaning, tuple[float, str]]) -> None:
    """'order date' names both an event time and a date: the specific one wins."""
    specific = [m for m in _DATES[:4] if m in found and found[m][0] >= 0.55]
    if specific and M.DATE in found:
        best = max(found[m][0] for m in specific)
        found[M.DATE] = (min(found[M.DATE][0], best - 0.05), found[M.DATE][1])


def _heed_declared_type(found: dict[Meaning, tuple[float, str]], declared: str) -> None:
    kind = declared.lower()
    if any(word in kind for word in ("timestamp", "date")) and not any(m in found for m in _DATES):
        found[M.DATE] = (0.7, f"the source declares {declared}")
    if kind in {"json", "jsonb"}:
        found[M.JSON] = (0.95, f"the source declares {declared}")


def _fits_text(fits: float, shapes: Shapes) -> str:
    if fits < 0.6:
        return f", though only {fits:.0%} of values fit{_seen(shapes)}"
    return _seen(shapes)


def _seen(shapes: Shapes) -> str:
    if not shapes.common:
        return ""
    shown = ", ".join(value if len(value) <= 24 else value[:23] + "…" for value in shapes.common[:2])
    return f" (such as {shown})"


def _shown(phrase: str) -> str:
    """A phrase of header words as it is written: Chinese without the spaces between its words."""
    return phrase if phrase.isascii() or any(len(word) > 1 for word in phrase.split()) else phrase.replace(" ", "")


def _words(meaning: Meaning) -> str:
    return meaning.value.replace("_", " ")


def is_weakly_named(header: Header, meaning: Meaning) -> bool:
    """Whether the header names ``meaning`` only by a word that could name something else."""
    return 0 < header.worth(meaning) <= WEAK


def finish(reading: Reading, details: dict[str, Any]) -> Column:
    """The column as the catalogue keeps it."""
    return Column(reading.name, reading.meaning, reading.confidence, reading.reason, details)
