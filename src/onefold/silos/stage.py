"""Staging: the few compact relations that every section of the report asks, and who takes them away again.

A million records hold some ten million values, and the report asks about them in forty ways. So values meet their
subjects once; after that customers and sources are small numbers, values are hashes, and *which attributes a record
holds* is one bit mask, so that nearly every question becomes arithmetic over at most one row per record. Relations
are temporary and belong to this connection alone. ``conflicts.py`` adds ``silo_disagreeing``: one row per customer whom
systems describe differently, with the attributes.

============== =============================================================================================
silo_subject   one row per current record, of people and organisations
silo_home      one row per customer and source in which it lives, of people and organisations
silo_fact      one row per subject, attribute and value of the kind the report is about
silo_mask      one row per subject of that kind: the attributes it holds, and those it only pretends to hold
silo_holder    one row per customer and source of that kind: the attributes and fields known there
silo_pair      one row per customer and pair of its sources: the attributes and fields that both know
silo_double    one row per customer and source with several records: the attributes that two of them hold
silo_said      one row per customer, attribute and distinct value: the first and last source that say so
silo_customer  one row per customer of that kind: what its sources know together, twice, and have a place for
silo_named     one row per customer and word that a section gave it, for ``marks.py``
============== =============================================================================================
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager

from onefold.engines import Engine, quote_literal
from onefold.silos.fields import COMPARED_ATTRIBUTES, FIELDS

GIVEN, FAMILY = "compared given name", "compared family name"
"""Name parts in comparison form come from the record, where they are split and in Latin script."""

ATTRIBUTES: tuple[str, ...] = tuple(
    dict.fromkeys([*(part for parts in FIELDS.values() for part in parts), *COMPARED_ATTRIBUTES, GIVEN, FAMILY])
)
"""The attributes that the report follows; an attribute's place is its bit."""

_SUBJECTS = """
    -- grain: one row per current record; a record that no customer owns yet counts as a customer of its own
    create or replace temp table silo_subject as
    with owned as (
        select
            record.subject_id,
            record.source,
            record.table_name,
            record.record_key,
            record.kind,
            record.display_name,
            coalesce(owner.customer_id, record.subject_id) as customer_id,
            record.updated_at,
            record.created_at
        from main.record as record
        left join main.customer_subject as owner using (subject_id)
    ),
    customers as (
        select customer_id, cast(row_number() over (order by customer_id) as integer) as customer_no
        from (select distinct customer_id from owned)
    ),
    sources as (
        select source, cast(row_number() over (order by source) as usmallint) as source_no
        from (select distinct source from main.record)
    )
    select
        cast(row_number() over (order by customers.customer_no, owned.subject_id) as integer) as subject_no,
        customers.customer_no,
        sources.source_no,
        owned.*
    from owned join customers using (customer_id) join sources using (source)
"""

_HOMES = """
    -- grain: one row per customer and source
    create or replace temp table silo_home as
    select customer_no, source, kind, count(*) as records, max(coalesce(updated_at, created_at)) as changed_at
    from silo_subject group by all
"""

_FACTS = """
    -- grain: one row per subject, attribute and position, of the attributes that the report follows.
    -- Subjects are met by hash: at ten million records, the chance that any two share one is 3 in a million.
    create or replace temp table silo_fact as
    with subjects as (
        select hash(subject_id) as subject_hash, subject_no, customer_no, source_no from silo_subject where kind = $1
    )
    select
        subjects.subject_no,
        subjects.customer_no,
        subjects.source_no,
        attributes.bit,
        fact.absence is null and fact.compare_value is not null as is_usable,
        fact.absence is not distinct from 'placeholder' as is_placeholder,
        hash(fact.compare_value) as value_hash
    from main.record_value as fact
    join silo_attribute as attributes using (attribute)
    join subjects on subjects.subject_hash = hash(fact.subject_id)
"""

_MASKS = """
    -- grain: one row per subject
    create or replace temp table silo_mask as
    with facts as (
        select
            subject_no,
            bit_or(case when is_usable then 1::ubigint << bit else 0::ubigint end) as known,
            bit_or(case when not is_usable then 1::ubigint << bit else 0::ubigint end) as pretended,
            bool_or(is_placeholder) as has_placeholder
        from silo_fact group by subject_no
    )
    select
        subject.subject_no,
        subject.customer_no,
        subject.source_no,
        subject.source,
        coalesce(facts.known, 0::ubigint)
            | case when record.given_name <> '' then {given} else 0::ubigint end
            | case when record.family_name <> '' then {family} else 0::ubigint end as known,
        coalesce(facts.pretended, 0::ubigint) as pretended,
        coalesce(facts.has_placeholder, false) as has_placeholder
    from silo_subject as subject
    join main.record as record using (subject_id)
    left join facts using (subject_no)
    where subject.kind = $1
"""

_HOLDERS = """
    -- grain: one row per customer and source
    create or replace temp table silo_holder as
    with holders as (
        select customer_no, source_no, source, count(*) as records, bit_or(known) as known
        from silo_mask group by all
    )
    select *, {fields} as fields from holders
"""

_PAIRS = """
    -- grain: one row per customer and pair of its sources, each pair once
    create or replace temp table silo_pair as
    select
        customer_no,
        a.source as source_a,
        b.source as source_b,
        a.known & b.known as known,
        a.fields & b.fields as fields
    from silo_holder as a join silo_holder as b using (customer_no)
    where a.source_no < b.source_no
"""

_DOUBLES = """
    -- grain: one row per customer and source with several records
    create or replace temp table silo_double as
    select customer_no, a.source, bit_or(a.known & b.known) as known
    from silo_mask as a join silo_mask as b using (customer_no, source_no)
    where a.subject_no < b.subject_no
    group by all
"""

_SAID = """
    -- grain: one row per customer, attribute and distinct value
    create or replace temp table silo_said as
    select customer_no, bit, value_hash, min(source_no) as first_source, max(source_no) as last_source
    from silo_fact where is_usable
    group by all
"""

_CUSTOMERS = """
    -- grain: one row per customer
    create or replace temp table silo_customer as
    with alone as (
        select customer_no, count(*) as systems, sum(records) as records, bit_or(known) as known,
            bit_or(holder.fields) as fields, bit_or(coalesce(place.fields, 0::ubigint)) as places
        from silo_holder as holder left join silo_place as place using (source)
        group by customer_no
    ),
    shared as (
        select customer_no, bit_or(known) as known, bit_or(fields) as fields from silo_pair group by customer_no
    ),
    doubled as (
        select customer_no, bit_or(known) as known from silo_double group by customer_no
    )
    select
        alone.*,
        coalesce(shared.known, 0::ubigint) as known_twice,
        coalesce(doubled.known, 0::ubigint) as known_double,
        case when systems > 1 then alone.fields & ~coalesce(shared.fields, 0::ubigint) else 0::ubigint end
            as fields_once
    from alone left join shared using (customer_no) left join doubled using (customer_no)
"""

_NAMED = """
    -- grain: one row per customer and word that a section of the report gave it (marks.py)
    create or replace temp table silo_named (customer_no integer, word varchar)
"""

_ALL_KINDS = ("silo_subject", "silo_home")
_ONE_KIND = (
    "silo_attribute",
    "silo_fact",
    "silo_mask",
    "silo_holder",
    "silo_pair",
    "silo_double",
    "silo_said",
    "silo_place",
    "silo_customer",
    "silo_disagreeing",
    "silo_named",
)


@contextmanager
def subjects_staged(engine: Engine) -> Iterator[None]:
    """``silo_subject`` and ``silo_home`` exist inside the block."""
    try:
        engine.execute(_SUBJECTS)
        engine.execute(_HOMES)
        yield
    finally:
        drop(engine, _ALL_KINDS)


@contextmanager
def facts_staged(engine: Engine, kind: str, places: Iterable[tuple[str, str]]) -> Iterator[None]:
    """The relations about one kind of customer exist inside the block.

    Args:
        engine: with ``silo_subject`` staged.
        kind: 'person' or 'organisation'.
        places: (source, field) that the source has a column for.

    Cost: one pass over ``main.record_value``; about 30 bytes per value in memory.
    """
    try:
        _stage_values(
            engine, "silo_attribute(attribute, bit)", list(zip(ATTRIBUTES, range(len(ATTRIBUTES)), strict=True))
        )
        engine.execute(_FACTS, [kind])
        engine.execute(_MASKS.format(given=mask([GIVEN]), family=mask([FAMILY])), [kind])
        engine.execute(_HOLDERS.format(fields=_fields_sql()))
        engine.execute(_PAIRS)
        engine.execute(_DOUBLES)
        engine.execute(_SAID)
        _stage_places(engine, places)
        engine.execute(_CUSTOMERS)
        engine.execute(_NAMED)
        yield
    finally:
        drop(engine, _ONE_KIND)


def _stage_values(engine: Engine, relation: str, rows: Collection[tuple[str, int]]) -> None:
    """A small relation of words and masks or bits."""
    values = ", ".join(f"({quote_literal(word)}, {value}::ubigint)" for word, value in rows)
    query = f"values {values}" if rows else "select '', 0::ubigint where false"
    engine.execute(f"create or replace temp table {relation} as {query}")


def _stage_places(engine: Engine, places: Iterable[tuple[str, str]]) -> None:
    """A place is a field that the source has a column for, or fills all the same."""
    fields: dict[str, int] = {}
    for source, name in places:
        if name in FIELDS:
            fields[source] = fields.get(source, 0) | field_bit(name)
    for source, filled in engine.rows("select source, bit_or(fields) from silo_holder group by source"):
        fields[source] = fields.get(source, 0) | int(filled)
    _stage_values(engine, "silo_place(source, fields)", fields.items())


def drop(engine: Engine, names: Iterable[str]) -> None:
    """Remove staged relations."""
    for name in names:
        engine.execute(f"drop table if exists temp.{name}")


def bit(attribute: str) -> int:
    """The bit number of an attribute that the report follows."""
    return ATTRIBUTES.index(attribute)


def mask(attributes: Collection[str]) -> str:
    """SQL of the mask with these attributes' bits.

    >>> mask(["full_name", "family_name"])
    '5::ubigint'
    """
    return f"{sum(1 << bit(attribute) for attribute in attributes)}::ubigint"


def field_bit(name: str) -> int:
    """The bit of a field, as a number."""
    return 1 << list(FIELDS).index(name)


def field_mask(names: Collection[str]) -> str:
    """SQL of the mask with these fields' bits."""
    return f"{sum(map(field_bit, names))}::ubigint"


def _fields_sql() -> str:
    """A mask of attributes (``known``) as a mask of fields."""
    parts = FIELDS.items()
    return " | ".join(
        f"case when known & {mask(attributes)} <> 0 then {field_bit(name)}::ubigint else 0::ubigint end"
        for name, attributes in parts
    )


def counts_by_bit(engine: Engine, conditions: Mapping[str, str], relation: str, by: str) -> dict[tuple[str, ...], int]:
    """Rows of ``relation`` that meet each condition, by the columns ``by``: (*by values, condition name) → count.

    One pass however many conditions there are.
    """
    sums = ", ".join(f"count(*) filter (where {condition})" for condition in conditions.values())
    keys = len(by.split(",")) if by else 0
    query = f"select {by + ', ' if by else ''}{sums} from {relation}" + (f" group by {by}" if by else "")
    return {
        (*row[:keys], name): int(count)
        for row in engine.rows(query)
        for name, count in zip(conditions, row[keys:], strict=True)
    }


def sql_list(words: Collection[str]) -> str:
    """``words`` as a bracketed SQL list, for words of our own.

    >>> sql_list(("a", "b'c"))
    "('a', 'b''c')"
    """
    return "(" + ", ".join(quote_literal(word) for word in sorted(words)) + ")"
