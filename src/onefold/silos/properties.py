"""Columns that seem to say the same thing under several names: segment, industry, business type.

Two columns overlap when their values do, or when their headers name the same property. Only columns with a short
list of values are looked at, because a property that can be merged is a choice, not a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from onefold.catalog import Column, Table
from onefold.engines import Engine, quote_identifier
from onefold.silos.examples import Pick, show_examples
from onefold.silos.fields import PROPERTY_MEANINGS, PROPERTY_NAMES, ROLES_OF_CUSTOMERS
from onefold.silos.model import Example, HeldValue, OverlappingProperties, Property, Share
from onefold.silos.words import listed, say

MOST_VALUES = 200
"""A column with more distinct values is a text, not a choice."""
LIKELY_COVER = 0.5
"""Values overlap when the shared ones fill at least half of the rows of both columns …"""
NAMED_COVER = 0.2
"""… or a fifth, where the headers also name the same property."""
PROPERTY_EXAMPLES = 3
ENOUGH_TO_JUDGE = 10
"""With this many customers who have several of the columns, their agreement says more than the lists of values …"""
AGREEING = 0.5
"""… and below this share, the columns share a vocabulary, not a fact."""

_ANSWERS = frozenset(
    ["yes", "no", "true", "false", "t", "f", "y", "n", "0", "1", "ja", "nein", "si", "sí", "no", "on", "off"]
)
_WORD = re.compile(r"[^\w]+", re.UNICODE)


@dataclass(frozen=True)
class Candidate:
    """A column with a short list of values."""

    source: str
    table: str
    column: str
    values: dict[str, int]
    """Value, evened out → rows."""
    shown: tuple[str, ...]
    """Its most frequent values as they are written."""

    @property
    def name(self) -> str:
        """``source.table.column``."""
        return f"{self.source}.{self.table}.{self.column}"

    @property
    def filled(self) -> int:
        """Rows with a value."""
        return sum(self.values.values())


@dataclass(frozen=True)
class Link:
    """Why two candidates seem to be the same."""

    first: int
    second: int
    shared: tuple[str, ...]
    concept: str | None
    is_likely: bool


def even_out(text: str) -> str:
    """A value or header with case, punctuation and spacing evened out.

    >>> even_out(" Real-Estate "), even_out("business_type")
    ('real estate', 'business type')
    """
    return " ".join(_WORD.sub(" ", text.replace("_", " ").casefold()).split())


def property_concept(header: str) -> str | None:
    """The property that a header names, where it is one that hides under many names.

    >>> property_concept("Segment"), property_concept("cust_industry"), property_concept("colour")
    ('industry', 'industry', None)
    """
    words = even_out(header)
    for concept, names in PROPERTY_NAMES.items():
        if any(f" {even_out(name)} " in f" {words} " for name in names):
            return concept
    return None


def link_candidates(candidates: Sequence[Candidate]) -> list[Link]:
    """All pairs that overlap by values or by name."""
    links = []
    for first, a in enumerate(candidates):
        for second in range(first + 1, len(candidates)):
            link = _link(first, second, a, candidates[second])
            if link:
                links.append(link)
    return links


def _link(first: int, second: int, a: Candidate, b: Candidate) -> Link | None:
    shared = tuple(sorted(a.values.keys() & b.values.keys(), key=lambda value: (-a.values[value], value)))
    cover = min(sum(c.values[value] for value in shared) / c.filled for c in (a, b))
    concept = property_concept(a.column)
    concept = concept if concept and concept == property_concept(b.column) else None
    is_likely = len(shared) >= 2 and cover >= (NAMED_COVER if concept else LIKELY_COVER)
    return Link(first, second, shared, concept, is_likely) if is_likely or concept else None


def group_links(size: int, links: Iterable[Link]) -> list[tuple[int, ...]]:
    """Sets of two or more candidates connected by links, each in ascending order."""
    leader = list(range(size))

    def find(place: int) -> int:
        while leader[place] != place:
            place = leader[place]
        return place

    for link in links:
        a, b = sorted((find(link.first), find(link.second)))
        leader[b] = a
    groups: dict[int, list[int]] = {}
    for place in range(size):
        groups.setdefault(find(place), []).append(place)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def find_overlapping_properties(engine: Engine, tables: Sequence[Table]) -> tuple[OverlappingProperties, ...]:
    """Groups of columns of people and organisations that could be one; surest and fullest first."""
    candidates = [candidate for table in tables for candidate in _candidates(engine, table)]
    links = link_candidates(candidates)
    likely_groups = {frozenset(group) for group in group_links(len(candidates), (k for k in links if k.is_likely))}
    found = [
        _describe(
            engine,
            [candidates[place] for place in group],
            group,
            links,
            is_likely=frozenset(group) in likely_groups,
        )
        for group in group_links(len(candidates), links)
    ]
    return tuple(sorted(found, key=lambda entry: (entry.confidence != "likely", -entry.customers, entry.keep)))


def _candidates(engine: Engine, table: Table) -> Iterable[Candidate]:
    if table.role.value not in ROLES_OF_CUSTOMERS or not engine.exists("landed", table.full_name):
        return
    for column in table.columns:
        if column.meaning.value in PROPERTY_MEANINGS and column.name not in table.key:
            candidate = _candidate(engine, table, column)
            if candidate:
                yield candidate


def _candidate(engine: Engine, table: Table, column: Column) -> Candidate | None:
    if column.details.get("distinct", 0) > 5 * MOST_VALUES:
        return None
    name = quote_identifier(column.name)
    rows = engine.rows(
        f"""
        select trim({name}) as value, count(*) as rows from landed.{quote_identifier(table.full_name)}
        where _to_build is null and trim({name}) <> ''
        group by value order by rows desc, value limit ?""",
        [MOST_VALUES + 1],
    )
    values: dict[str, int] = {}
    for value, count in rows:
        values[even_out(value)] = values.get(even_out(value), 0) + int(count)
    values.pop("", None)
    is_choice = len(values) >= 2 and len(rows) <= MOST_VALUES and len(values) * 2 <= sum(values.values())
    is_worded = any(not value.replace(" ", "").isdigit() for value in values) and not values.keys() <= _ANSWERS
    if not (is_choice and is_worded):
        return None
    return Candidate(table.source, table.name, column.name, values, tuple(value for value, _ in rows[:8]))


def _describe(
    engine: Engine,
    group: Sequence[Candidate],
    places: tuple[int, ...],
    links: Sequence[Link],
    *,
    is_likely: bool,
) -> OverlappingProperties:
    keep = min(group, key=lambda candidate: (-candidate.filled, candidate.name)).name
    customers, agreeing, differing = _agreement(engine, group)
    is_contradicted = customers >= ENOUGH_TO_JUDGE and agreeing < AGREEING * customers
    reason = _reason(group, [link for link in links if link.first in places], is_likely=is_likely)
    if is_likely and is_contradicted:
        is_likely = False
        reason = say("property.reason.differ", reason=reason, agree=agreeing, base=customers)
    return OverlappingProperties(
        properties=tuple(
            Property(c.source, c.table, c.column, c.filled, len(c.values), c.shown)
            for c in sorted(group, key=lambda candidate: (-candidate.filled, candidate.name))
        ),
        keep=keep,
        suggestion=say("property.suggestion" if is_likely else "property.check", keep=keep),
        confidence="likely" if is_likely else "possible",
        reason=reason,
        customers=customers,
        agree=Share(agreeing, customers, say("base.customers_two_properties")),
        examples=_examples(engine, group, differing),
    )


def _reason(group: Sequence[Candidate], links: Sequence[Link], *, is_likely: bool) -> str:
    everywhere = set.intersection(*(set(candidate.values) for candidate in group))
    if is_likely and len(everywhere) > 1:
        common = sorted(everywhere, key=lambda value: (-group[0].values[value], value))
        return say("property.reason.values", shared=len(common), examples=listed(common[:3]))
    shared = list(dict.fromkeys(value for link in links for value in link.shared))
    if shared and is_likely:
        return say("property.reason.pairs", examples=listed(shared[:3]))
    concepts = sorted({link.concept for link in links if link.concept})
    return say("property.reason.names", concept=listed(concepts))


def _values_sql(group: Sequence[Candidate]) -> str:
    """One row per customer, property and value."""
    return " union all ".join(
        f"""
        select
            subject.customer_no, subject.record_key, {place} as place, trim(row.{quote_identifier(c.column)}) as value,
            coalesce(subject.updated_at, subject.created_at) as changed_at
        from landed.{quote_identifier(f"{c.source}.{c.table}")} as row
        join silo_subject as subject
            on subject.record_key = row._key
            and subject.source = ${2 * place + 1}
            and subject.table_name = ${2 * place + 2}
        where row._to_build is null and trim(row.{quote_identifier(c.column)}) <> ''"""
        for place, c in enumerate(group)
    )


def _agreement(engine: Engine, group: Sequence[Candidate]) -> tuple[int, int, list[int]]:
    """Customers with several of the properties, how many of them agree, and the first who do not."""
    names = [name for candidate in group for name in (candidate.source, candidate.table)]
    rows = engine.rows(
        f"""
        with judged as (
            select customer_no, min(lower(value)) = max(lower(value)) as agrees
            from ({_values_sql(group)}) group by customer_no having min(place) <> max(place)
        )
        select count(*), count(*) filter (where agrees), list_sort(min(customer_no, {PROPERTY_EXAMPLES})
            filter (where not agrees)) from judged""",
        names,
    )
    customers, agreeing, differing = rows[0]
    return int(customers), int(agreeing), differing or []


def _examples(engine: Engine, group: Sequence[Candidate], customers: list[int]) -> tuple[Example, ...]:
    if not customers:
        return ()
    names = [name for candidate in group for name in (candidate.source, candidate.table)]
    rows = engine.rows(
        f"""
        select customer_no, record_key, place, value, changed_at from ({_values_sql(group)})
        where list_contains(${len(names) + 1}, customer_no) order by customer_no, place, record_key""",
        [*names, customers],
    )
    note = say("example.overlap", count=len(group))
    shells = show_examples(engine, [Pick(customer_no, "property", note) for customer_no in customers])
    return tuple(
        Example(
            customer_id=shell.customer_id,
            name=shell.name,
            field=shell.field,
            note=note,
            values=tuple(
                HeldValue(group[place].source, group[place].table, key, group[place].column, value, value, at)
                for owner, key, place, value, at in rows
                if owner == customer_no
            ),
        )
        for customer_no, shell in zip(customers, shells, strict=True)
    )
