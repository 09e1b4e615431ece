"""The overview as data: what the page and the API show. Plain values; frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Count:
    """A number as a part of a stated base, and the rule that lists the customers behind it."""

    count: int
    base: int
    base_name: str
    """What the base counts: 'all', 'several' (customers in several systems), 'repeated' (with several records),
    'system' (customers of ``system``), 'elsewhere' (customers of ``system`` who also live elsewhere), 'known_twice'
    (customers with two records that hold a value), 'dated' (with a dated record), 'dated_records', 'rows_of', 'needs',
    'columns'."""
    system: str | None = None
    filter: str | None = None
    """For ``GET /customers?filter=…``; null where the number does not count customers."""


@dataclass(frozen=True)
class SystemSummary:
    """One system, as far as customers are concerned."""

    name: str
    records: int
    customers: int
    only_here: Count
    filter: str
    tables: int | None = None
    rows: int | None = None
    """Of all its tables; only for whoever sees all customers."""
    owner: str | None = None
    yearly_cost: float | None = None
    cost_per_customer: float | None = None
    median_age_days: int | None = None
    newest: str | None = None
    unchanged: Count | None = None


@dataclass(frozen=True)
class SystemsCount:
    """Customers who live in exactly this many systems."""

    systems: int
    customers: Count


@dataclass(frozen=True)
class OverlapCell:
    """Customers of ``system`` whom ``other`` knows too."""

    system: str
    other: str
    customers: Count


@dataclass(frozen=True)
class Overlap:
    """Who knows whose customers."""

    systems: list[str]
    cells: list[OverlapCell]


@dataclass(frozen=True)
class Cell:
    """How many of a system's customers it holds a field for."""

    field: str
    system: str
    has_column: bool
    """Whether the system has a place for it at all."""
    held: Count
    lacking: Count


@dataclass(frozen=True)
class Completeness:
    """Fields by systems."""

    fields: list[str]
    systems: list[str]
    cells: list[Cell]


@dataclass(frozen=True)
class Finding:
    """One line of a sign."""

    field: str
    """A field, an attribute, a need, a column, or 'unchanged'."""
    system: str | None
    count: Count
    label: str | None = None
    """In English, for what has no word of its own in other languages."""
    place: str | None = None
    """``source.table`` where it is mended, for what is about columns."""


@dataclass(frozen=True)
class Example:
    """A customer that shows the sign."""

    customer_id: str
    name: str | None


@dataclass(frozen=True)
class Sign:
    """One of the five signs of silos."""

    name: str
    unit: str
    """What is counted: 'customers', 'needs' or 'columns'."""
    share: Count
    direction: str | None
    """'up', 'down', 'none' or 'not_comparable' against the build before; null where there is none."""
    previous: Count | None
    findings: list[Finding]
    examples: list[Example]


@dataclass(frozen=True)
class Action:
    """Something worth doing. ``kind`` and ``facts`` say it; the sentences are English."""

    kind: str
    sign: str
    touches: int
    title: str
    why: str
    where: str
    facts: dict[str, Any] = field(default_factory=dict)
    filter: str | None = None
    """Lists the customers that it touches; null where it touches rows or columns, which ``facts`` name."""


@dataclass(frozen=True)
class Overview:
    """Everything that the overview shows."""

    is_everything: bool
    """Whether all customers are counted, or those in the viewer's scope."""
    kind: str
    """'person' or 'organisation'."""
    customers: int
    records: int
    events: int
    in_several_systems: Count
    mean_systems: float | None
    systems: list[SystemSummary]
    by_systems: list[SystemsCount]
    overlap: Overlap
    completeness: Completeness
    signs: list[Sign]
    actions: list[Action]
    notes: list[str]
    """What a reader must know before believing a number, in English."""
