"""Which customer shows which sign: what lists are filtered by when somebody opens a number of the report.

One row per customer that shows any, with the signs as words between spaces:

================================ ====================================================================================
``inconsistent``                 its records describe it differently
``inconsistent:<attribute>``     … in this attribute
``missing``                      of several systems, only one knows its name, e-mail, phone or address
``missing:<field>@<system>``     of several systems, only this one knows the field
``repeated:<system>``            the system has several records of it
``empty:<field>@<system>``       the system knows it and has a place for the field, but holds nothing in it
``stale``                        incomplete, or unchanged for two years
``incomplete:<field>``           no system holds it, though one of the customer's has a place for it
``unchanged``                    no record has changed for two years
``known:<need>``                 something is known of it that hardly any customer has known
``placeholder:<value>``          a record holds a certain value that says nothing
``shared:<attribute>@<value>``   it holds a certain value that other customers hold too
================================ ====================================================================================

The words are counted by the same relations as the report, so a number and the list behind it agree.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa
import sqlalchemy as sa

from onefold.engines import Engine
from onefold.silos.fields import CORE_FIELDS, FIELDS, SHARED_KNOWLEDGE_FIELDS, STALE_AFTER_DAYS
from onefold.silos.stage import field_bit, field_mask
from onefold.silos.tables import customer_sign
from onefold.storage import insert_arrow, read_table, scratch_table

_MARK = pa.schema([("customer_id", pa.string()), ("signs", pa.string())])

_PER_SOURCE = """
    -- grain: one row per customer and source that alone knows something of it, lacks something, or has it twice
    select
        holder.customer_no,
        holder.source,
        concat_ws(' ', case when holder.records > 1 then 'repeated:' || holder.source end, {words}) as words
    from silo_holder as holder
    join silo_customer as customer using (customer_no)
    left join silo_place as place using (source)
    where holder.records > 1
        or customer.fields_once & holder.fields & {fields} <> 0
        or place.fields & ~holder.fields <> 0"""

_MARKS = """
    -- grain: one row per customer that shows a sign
    create or replace table main.customer_mark as
    with per_source as ({per_source}),
    by_source as (
        select customer_no, string_agg(words, ' ' order by source) as words from per_source group by customer_no
    ),
    homes as (
        select customer_no, coalesce(max(changed_at) <= $1, false) as is_unchanged
        from silo_home where kind = $2 group by customer_no
    ),
    given as (
        select customer_no, string_agg(word, ' ' order by word) as words
        from (select distinct customer_no, word from silo_named) group by customer_no
    ),
    named as (select distinct customer_no, customer_id from silo_subject where kind = $2),
    marked as (
        select
            named.customer_id,
            concat_ws(' ',
                case when disagreeing.attributes is not null
                    then 'inconsistent inconsistent:' || array_to_string(disagreeing.attributes, ' inconsistent:') end,
                case when customer.fields_once & {core} <> 0 then 'missing' end,
                by_source.words,
                case when homes.is_unchanged or customer.places & ~customer.fields & {core} <> 0 then 'stale' end,
                {incomplete},
                case when homes.is_unchanged then 'unchanged' end,
                given.words
            ) as signs
        from silo_customer as customer
        join homes using (customer_no)
        join named using (customer_no)
        left join by_source using (customer_no)
        left join silo_disagreeing as disagreeing using (customer_no)
        left join given using (customer_no)
    )
    select customer_id, ' ' || signs || ' ' as signs from marked where signs <> ''
"""


def mark_customers(engine: Engine, kind: str, now: datetime) -> None:
    """Write ``main.customer_mark``; the relations of ``stage.py`` must be staged and conflicts found."""
    words = ", ".join(
        [
            f"case when customer.fields_once & holder.fields & {field_bit(name)}::ubigint <> 0 "
            f"then 'missing:{name}@' || holder.source end"
            for name in SHARED_KNOWLEDGE_FIELDS
        ]
        + [
            f"case when place.fields & ~holder.fields & {field_bit(name)}::ubigint <> 0 "
            f"then 'empty:{name}@' || holder.source end"
            for name in FIELDS
        ]
    )
    incomplete = ", ".join(
        f"case when customer.places & ~customer.fields & {field_bit(name)}::ubigint <> 0 then 'incomplete:{name}' end"
        for name in CORE_FIELDS
    )
    per_source = _PER_SOURCE.format(words=words, fields=field_mask(SHARED_KNOWLEDGE_FIELDS))
    query = _MARKS.format(per_source=per_source, core=field_mask(CORE_FIELDS), incomplete=incomplete)
    engine.execute(query, [now - timedelta(days=STALE_AFTER_DAYS), kind])


def publish_marks(connection: sa.Connection, engine: Engine) -> int:
    """Bring the customers' signs in the app database in line with ``main.customer_mark``; returns how many changed."""
    had = read_table(connection, sa.select(customer_sign.c.customer_id, customer_sign.c.signs), _MARK)
    with engine.registered(had, "mark_had"):
        outdated = engine.arrow(
            "select customer_id as key from mark_had anti join main.customer_mark using (customer_id, signs)"
        )
        fresh = engine.arrow(
            """
            select customer_id, signs from main.customer_mark anti join mark_had using (customer_id, signs)
            order by customer_id"""
        )
    if len(outdated):
        with scratch_table(connection, "marked", ["key"]) as marked:
            insert_arrow(connection, marked, outdated)
            gone = customer_sign.c.customer_id.in_(sa.select(marked.c.key))
            connection.execute(sa.delete(customer_sign).where(gone))
    return insert_arrow(connection, customer_sign, fresh) + len(outdated)
