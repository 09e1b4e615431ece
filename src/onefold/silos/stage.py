"""Staging: the few compact relations that every section of the report asks, and who takes them away again.

Subjects and customers get small integers, values are hashed, so that a million records with ten million values are
joined once as text and from then on as numbers. Relations are temporary and belong to this connection alone.

============== =============================================================================================
silo_subject   one row per current record: subject_no, customer_no, customer_id, source, kind, changed_at …
silo_fact      one row per subject, attribute, column and value: is_usable, value_hash
silo_name      one row per subject and name part in comparison form, for names only
silo_home      one row per customer and source in which it lives
============== =============================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from onefold.engines import Engine, quote_literal

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
        select
            customer_id,
            cast(row_number() over (order by customer_id) as integer) as customer_no
        from (select distinct customer_id from owned)
    )
    select
        cast(row_number() over (order by owned.subject_id) as integer) as subject_no,
        customers.customer_no,
        owned.*
    from owned
    join customers using (customer_id)
"""

_FACTS = """
    -- grain: one row per subject, attribute and position; text only where agreement is softer than equality
    create or replace temp table silo_fact as
    select
        subject.subject_no,
        subject.customer_no,
        subject.source,
        subject.table_name,
        subject.kind,
        fact.attribute,
        fact.column_name,
        fact.absence,
        fact.absence is null and fact.compare_value is not null as is_usable,
        hash(fact.compare_value) as value_hash,
        case when fact.attribute = 'birth_date' then fact.compare_value end as soft_text
    from main.record_value as fact
    join silo_subject as subject using (subject_id)
"""

_NAMES = """
    -- grain: one row per subject and name part; names come from the record, where they are split and in Latin script
    create or replace temp table silo_name as
    with parts as (
        select subject_id, 'given_name' as attribute, given_name as soft_text, native_name from main.record
        union all
        select subject_id, 'family_name', family_name, native_name from main.record
    )
    select
        subject.subject_no,
        subject.customer_no,
        subject.source,
        subject.kind,
        parts.attribute,
        hash(parts.soft_text) as value_hash,
        parts.soft_text,
        parts.native_name is not null as is_native
    from parts
    join silo_subject as subject using (subject_id)
    where parts.soft_text <> ''
"""

_HOMES = """
    -- grain: one row per customer and source
    create or replace temp table silo_home as
    select
        customer_no,
        source,
        kind,
        count(*) as records,
        max(coalesce(updated_at, created_at)) as changed_at
    from silo_subject
    group by all
"""

_RELATIONS = {"silo_subject": _SUBJECTS, "silo_fact": _FACTS, "silo_name": _NAMES, "silo_home": _HOMES}


@contextmanager
def staged(engine: Engine) -> Iterator[None]:
    """The staged relations exist inside the block.

    Cost: one pass over ``main.record`` and ``main.record_value``; about 60 bytes per value in memory.
    """
    try:
        for statement in _RELATIONS.values():
            engine.execute(statement)
        yield
    finally:
        for name in reversed(_RELATIONS):
            engine.execute(f"drop table if exists temp.{name}")


def sql_list(words: tuple[str, ...] | frozenset[str] | list[str]) -> str:
    """``words`` as a bracketed SQL list, for words of our own.

    >>> sql_list(("a", "b'c"))
    "('a', 'b''c')"
    """
    return "(" + ", ".join(quote_literal(word) for word in sorted(words)) + ")"


def field_case(column: str = "attribute") -> str:
    """SQL that turns an attribute into its field."""
    from onefold.silos.fields import FIELDS

    branches = " ".join(
        f"when {column} in {sql_list(parts)} then {quote_literal(name)}" for name, parts in FIELDS.items()
    )
    return f"case {branches} else {column} end"
