"""Who speaks in a table of messages: a column of names that are customers' or colleagues', as another column tells.

Where 'author_type' says agent or customer, 'author_name' names the colleague only in the agent's rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onefold.catalog.folding import header_words
from onefold.catalog.headers import entity_of
from onefold.catalog.meanings import Reading
from onefold.catalog.model import Meaning

M = Meaning
_STAFF = "staff"
_ALSO_STAFF = frozenset({"admin", "administrator", "support", "internal", "outbound", "out", "outgoing"})
_ALSO_CUSTOMERS = frozenset({"inbound", "in", "incoming", "public", "end"})
_NAMES = (M.FULL_NAME, M.OWNER, M.GIVEN_NAME)
_LISTS = (M.CATEGORY, M.OTHER, M.CHANNEL, M.STATUS, M.EVENT_TYPE, M.JOB_TITLE, M.FLAG)
_TYPE_WORDS = frozenset({"type", "kind", "role", "direction"})


@dataclass(frozen=True)
class Condition:
    """The rows in which a column holds what it means."""

    column: str
    values: tuple[str, ...]
    """Folded to lower case."""


def find_speakers(readings: Sequence[Reading]) -> None:
    """Settle names that belong to colleagues in some rows and to customers in the others."""
    for reading in readings:
        if reading.meaning not in _NAMES:
            continue
        for other in readings:
            staff = _staff_values(other) if _tells_about(other, reading) else ()
            if staff:
                reading.only_where = Condition(other.name, staff)
                reading.decide(M.OWNER, 0.85, f'"{other.name}" tells colleagues ({", ".join(staff)}) from customers')
                break


def _tells_about(other: Reading, named: Reading) -> bool:
    """'author_type' about 'author_name', 'direction' about any name: the same first word, or nobody's in particular."""
    if other is named or other.meaning not in _LISTS or other.distinct > 12:
        return False
    words = set(other.header.words)
    about = words - _TYPE_WORDS
    return bool(words & _TYPE_WORDS) and (not about or about <= set(named.header.words))


def _staff_values(reading: Reading) -> tuple[str, ...]:
    """The values that mean a colleague, where others mean a customer; else none."""
    kinds = {value: _kind(value) for value in reading.shapes.common}
    if "people" not in kinds.values():
        return ()
    return tuple(value for value, kind in kinds.items() if kind == _STAFF)


def _kind(value: str) -> str | None:
    words = header_words(value)
    if set(words) & _ALSO_STAFF:
        return _STAFF
    return entity_of(words) or ("people" if set(words) & _ALSO_CUSTOMERS else None)
