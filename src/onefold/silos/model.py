"""The silo report as data: what the terminal, the HTML file and ``--json`` all show.

Every share says its base: a ``Share`` carries the count, the base and the base's name, and nothing is shown as a
percentage without one. Values only; the questions behind them are in the modules named after each section.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

REPORT_VERSION = 1
"""Grows when a key of the JSON form changes its meaning or disappears; new keys do not count."""


@dataclass(frozen=True)
class Share:
    """A count as a part of a stated base."""

    count: int
    base: int
    base_label: str
    """What the base counts, as the end of '61 % of …'."""

    @property
    def value(self) -> float | None:
        """Between 0 and 1; None where the base is empty, because nothing can be said then."""
        return self.count / self.base if self.base else None


@dataclass(frozen=True)
class SystemsCount:
    """How many customers live in exactly this many systems."""

    systems: int
    customers: Share


@dataclass(frozen=True)
class Population:
    """People, or organisations, over all systems."""

    kind: str
    """'person' or 'organisation'."""
    records: int
    customers: int
    records_per_customer: float | None
    in_several_systems: Share
    by_systems: tuple[SystemsCount, ...]
    mean_systems: float | None
    median_systems: float | None


@dataclass(frozen=True)
class System:
    """One source, as far as customers are concerned."""

    name: str
    tables: int
    rows: int
    """Rows of all its tables."""
    records: int
    """Customer records among them."""
    customers: int
    only_here: Share
    """Customers that no other system knows."""
    owner: str | None
    yearly_cost: float | None
    """In the report's currency."""
    cost_per_customer: float | None


@dataclass(frozen=True)
class TableColumn:
    """One column as understood."""

    name: str
    meaning: str
    meaning_label: str
    confidence: float
    reason: str
    filled: float | None
    """Share of the table's rows with something in the column, placeholders included; None where unknown."""


@dataclass(frozen=True)
class TableJoin:
    """A column that points at another table."""

    column: str
    to_source: str
    to_table: str
    to_column: str
    coverage: float
    confidence: float
    reason: str


@dataclass(frozen=True)
class TableEntry:
    """One table as understood."""

    source: str
    name: str
    role: str
    confidence: float
    reason: str
    rows: int
    key: str | tuple[str, ...] | None
    joins: tuple[TableJoin, ...]
    columns: tuple[TableColumn, ...]
    notes: tuple[str, ...] = ()
    """How it was read and what changed in its shape since the build before."""


@dataclass(frozen=True)
class OverlapCell:
    """Customers of ``system`` that ``other`` also knows; the base is the customers of ``system``."""

    system: str
    other: str
    customers: Share


@dataclass(frozen=True)
class Combination:
    """Customers that live in exactly these systems."""

    systems: tuple[str, ...]
    customers: Share


@dataclass(frozen=True)
class Overlap:
    """Who knows whose customers."""

    kind: str
    systems: tuple[str, ...]
    """Order of the rows and columns."""
    cells: tuple[OverlapCell, ...]
    """Every ordered pair, the diagonal included."""
    combinations: tuple[Combination, ...]
    """The most frequent exact combinations, at most twelve."""

    def cell(self, system: str, other: str) -> OverlapCell:
        """The cell of that row and column."""
        return next(cell for cell in self.cells if (cell.system, cell.other) == (system, other))


@dataclass(frozen=True)
class HeldValue:
    """A value as one record holds it."""

    source: str
    table: str
    record_key: str
    field: str
    value: str | None
    """Normalised for display."""
    raw: str | None
    """Exactly what the source says."""
    at: datetime | None
    """When the record last changed, as far as its system says."""


@dataclass(frozen=True)
class Example:
    """A real customer that shows the finding."""

    customer_id: str
    name: str | None
    field: str
    """What the example is about: an attribute, or a word such as 'duplicate'."""
    note: str
    values: tuple[HeldValue, ...]


@dataclass(frozen=True)
class Showcase:
    """A real customer who lives in many systems, and what each of them says."""

    customer_id: str
    name: str | None
    systems: int
    events: int
    """Facts in the timeline."""
    differing: tuple[str, ...]
    """Fields with more than one value, after spelling, case and format are evened out."""
    values: tuple[HeldValue, ...]


@dataclass(frozen=True)
class Duplicates:
    """Records of one system that belong to a customer who has several there."""

    system: str
    records: Share
    """Records that share their customer with another record of the system."""
    customers: int
    """Customers with several records in the system."""
    surplus: int
    """Records that would disappear if each customer had one."""
    largest: int
    """Records of the customer who has most."""
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Trend:
    """How a number moved since the build before."""

    previous_count: int
    previous_base: int
    direction: str
    """'up', 'down', 'none' (no clear change), or 'not_comparable' (other systems were connected then)."""
    text: str


@dataclass(frozen=True)
class Finding:
    """One line of a sign: a field, a system or a pair, and whom it touches."""

    field: str
    label: str
    system: str | None
    other_system: str | None
    share: Share
    text: str


@dataclass(frozen=True)
class Sign:
    """One of the five signs of silos."""

    name: str
    """inconsistent, missing, stale, absent, cost."""
    title: str
    meaning: str
    """What it is, in a sentence."""
    headline: str
    """What was found, in a sentence with its base."""
    unit: str
    """What ``share.count`` counts: customers, needs or columns."""
    share: Share
    trend: Trend | None
    worst: tuple[Finding, ...]
    """The worst fields, worst first."""
    details: dict[str, tuple[Finding, ...]]
    """Further cuts by name: 'by_pair', 'only_in', …"""
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class CompletenessCell:
    """How well one system fills one field."""

    field: str
    system: str
    has_column: bool
    """Whether the system has a place for it at all."""
    filled: Share
    customers: Share
    """The system's customers for whom it fills the field."""
    placeholders: int
    """Records whose only values are placeholders or unreadable; not counted as filled."""


@dataclass(frozen=True)
class Completeness:
    """Fields by systems."""

    fields: tuple[str, ...]
    labels: dict[str, str]
    systems: tuple[str, ...]
    cells: tuple[CompletenessCell, ...]
    overall: Share
    """Filled cells of all places that the systems have."""

    def cell(self, field_name: str, system: str) -> CompletenessCell:
        """The cell of that field and system."""
        return next(cell for cell in self.cells if (cell.field, cell.system) == (field_name, system))


@dataclass(frozen=True)
class Staleness:
    """Age of the records of one system."""

    system: str
    basis: str
    """'updated_at'; 'created_at' where the system states no change; 'mixed'; 'none' where it states neither."""
    dated: Share
    median_days: int | None
    newest: datetime | None
    stale: Share
    """Dated records unchanged for longer than ``STALE_AFTER_DAYS``."""
    buckets: dict[str, int]
    """Records by age: 'under_3_months', '3_to_12_months', '1_to_2_years', '2_to_5_years', 'over_5_years',
    'in_the_future', 'unknown'."""


@dataclass(frozen=True)
class Need:
    """Something that customer work usually needs."""

    name: str
    label: str
    why: str
    state: str
    """'held', 'rare' (under a fifth of customers) or 'absent' (nobody)."""
    customers: Share
    systems: tuple[tuple[str, Share], ...]
    """Where it is held, and for which share of that system's customers."""


@dataclass(frozen=True)
class Property:
    """A column that may say the same as another."""

    source: str
    table: str
    column: str
    filled: int
    """Rows with a value."""
    distinct: int
    values: tuple[str, ...]
    """Its most frequent values, at most eight."""


@dataclass(frozen=True)
class OverlappingProperties:
    """Columns that seem to say the same thing under several names."""

    properties: tuple[Property, ...]
    keep: str
    """``source.table.column`` of the one that is best filled."""
    suggestion: str
    confidence: str
    """'likely' (values overlap) or 'possible' (only the names say so)."""
    reason: str
    customers: int
    """Customers with a value in more than one of them."""
    agree: Share
    """Of those, the customers for whom all values are equal."""
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class UnreadColumn:
    """A column that is kept but means nothing to anybody here."""

    source: str
    table: str
    column: str
    state: str
    """'unmapped' (filled, but mapped to nothing) or 'empty' (nobody fills it)."""
    filled: float | None


@dataclass(frozen=True)
class PlaceholderValue:
    """A value that stands for nothing."""

    source: str
    table: str
    column: str
    raw: str
    kind: str
    """'placeholder' or 'invalid'."""
    records: int
    customers: int
    mark: str
    """The word of ``marks.py`` by which its customers are found."""


@dataclass(frozen=True)
class SharedValue:
    """An identifying value that several customers use."""

    field: str
    label: str
    value: str
    customers: int
    records: int
    systems: tuple[str, ...]
    kind: str
    """'role mailbox', 'shared' (three customers or more) or 'pair' (two)."""
    names: tuple[str, ...]
    """A few of the customers."""
    mark: str
    """The word of ``marks.py`` by which its customers are found."""


@dataclass(frozen=True)
class SharedCounts:
    """How many values of a field several customers use."""

    field: str
    label: str
    values: int
    customers: Share


@dataclass(frozen=True)
class QuarantineCount:
    """Rows that could not be read."""

    source: str
    table: str
    rows: int
    reason: str
    """The most frequent reason."""
    first_places: tuple[str, ...]
    """Where the first of them are: file or table, and line."""


@dataclass(frozen=True)
class RootCause:
    """A guess at why the silos are there."""

    cause: str
    """technology, structure, culture or acquisition."""
    label: str
    strength: str
    """'strong' (two kinds of evidence or more) or 'weak' (one)."""
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Action:
    """Something worth doing, and where."""

    rank: int
    title: str
    touches: int
    """How many, in ``unit``."""
    unit: str
    """customers, except where their number is not known: rows, columns."""
    why: str
    where: str
    """The command or the place."""
    sign: str
    kind: str = ""
    """What is to be done, as one word ('duplicates', 'missing', …), for other languages."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What the sentences speak of: fields, systems, counts."""


@dataclass(frozen=True)
class SiloReport:
    """The whole report."""

    name: str
    build_no: int
    made_at: datetime
    ages_counted_to: datetime
    """The moment the report was made; the newest date in any system where the files look like old exports."""
    kind: str
    """Whose systems are compared: 'person', or 'organisation' where no table holds people."""
    currency: str
    records: int
    """Records of people."""
    customers: int
    """People behind them."""
    people: Population
    organisations: Population
    events: int
    systems: tuple[System, ...]
    tables: tuple[TableEntry, ...]
    overlap: Overlap
    organisation_overlap: Overlap | None
    duplicates: tuple[Duplicates, ...]
    signs: tuple[Sign, ...]
    completeness: Completeness
    staleness: tuple[Staleness, ...]
    stale_customers: Share
    needs: tuple[Need, ...]
    unread_columns: tuple[UnreadColumn, ...]
    overlapping_properties: tuple[OverlappingProperties, ...]
    repeated_values: Share
    """Values kept in more than one system, of all values."""
    placeholders: tuple[PlaceholderValue, ...]
    placeholder_records: Share
    shared_values: tuple[SharedValue, ...]
    shared_counts: tuple[SharedCounts, ...]
    quarantine: tuple[QuarantineCount, ...]
    root_causes: tuple[RootCause, ...]
    actions: tuple[Action, ...]
    showcase: Showcase | None = None
    """A customer worth opening first; None where nobody lives in two systems."""
    notes: tuple[str, ...] = field(default=())
    """What a reader must know before believing a number."""

    @property
    def focus(self) -> Population:
        """The population that overlap, duplicates and signs are about."""
        return self.people if self.kind == "person" else self.organisations

    def sign(self, name: str) -> Sign:
        """The sign of that name."""
        return next(sign for sign in self.signs if sign.name == name)

    def to_json(self) -> dict[str, Any]:
        """The report as plain JSON values.

        ``overlap`` gains ``counts`` and ``shares`` (system → other system → number) and ``signs`` is keyed by
        name, because scripts look things up; shares become ``{count, base, base_label, share}``.
        """
        document: dict[str, Any] = {"report_version": REPORT_VERSION, **_plain(self)}
        document["overlap"] = _overlap_json(self.overlap)
        if self.organisation_overlap:
            document["organisation_overlap"] = _overlap_json(self.organisation_overlap)
        document["signs"] = {sign.name: _plain(sign) for sign in self.signs}
        return document


def _overlap_json(overlap: Overlap) -> dict[str, Any]:
    counts: dict[str, dict[str, int]] = {system: {} for system in overlap.systems}
    shares: dict[str, dict[str, float | None]] = {system: {} for system in overlap.systems}
    for cell in overlap.cells:
        counts[cell.system][cell.other] = cell.customers.count
        shares[cell.system][cell.other] = _rounded(cell.customers.value)
    return {
        "kind": overlap.kind,
        "systems": list(overlap.systems),
        "counts": counts,
        "shares": shares,
        "share_base": "customers of the first system",
        "combinations": _plain(overlap.combinations),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _plain(value: Any) -> Any:
    """``value`` with dataclasses as dicts, tuples as lists, moments as ISO text."""
    if isinstance(value, Share):
        return {
            "count": value.count,
            "base": value.base,
            "base_label": value.base_label,
            "share": _rounded(value.value),
        }
    if is_dataclass(value):
        return {entry.name: _plain(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return _rounded(value) if isinstance(value, float) else value
