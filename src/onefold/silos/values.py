"""Values that mislead: placeholders, values that several customers share, and rows that could not be read."""

from __future__ import annotations

from onefold.engines import Engine
from onefold.silos.fields import IDENTIFYING, SHARED_FROM, is_role_mailbox
from onefold.silos.model import PlaceholderValue, QuarantineCount, Share, SharedCounts, SharedValue
from onefold.silos.stage import counts_by_bit, mask, sql_list
from onefold.silos.words import field_label, field_word, say

PLACEHOLDERS_SHOWN = 20
SHARED_SHOWN = 20


_PLACEHOLDERS = """
    -- grain: one row per frequent value that counts as absence, and column
    create or replace temp table silo_placeholder as
    select
        subject.source,
        subject.table_name,
        fact.column_name,
        lower(trim(fact.raw)) as folded,
        min(trim(fact.raw)) as raw,
        fact.absence,
        count(distinct subject.subject_no) as records,
        count(distinct subject.customer_no) as customers,
        'placeholder:' || left(md5(concat_ws(chr(31), subject.source, subject.table_name, fact.column_name,
            lower(trim(fact.raw)), fact.absence)), 12) as mark
    from main.record_value as fact
    join silo_subject as subject using (subject_id)
    where fact.absence is not null and subject.kind = $1
    group by subject.source, subject.table_name, fact.column_name, folded, fact.absence
    order by
        fact.absence = 'placeholder' desc, records desc,
        subject.source, subject.table_name, fact.column_name, raw
    limit $2
"""

_MARK_PLACEHOLDERS = """
    insert into silo_named
    select distinct subject.customer_no, placeholder.mark
    from silo_placeholder as placeholder
    join main.record_value as fact
        on fact.column_name = placeholder.column_name and fact.absence = placeholder.absence
        and lower(trim(fact.raw)) = placeholder.folded
    join silo_subject as subject
        on subject.subject_id = fact.subject_id and subject.source = placeholder.source
        and subject.table_name = placeholder.table_name
"""


def list_placeholders(engine: Engine, kind: str) -> tuple[PlaceholderValue, ...]:
    """The most frequent values that count as absence, by column; case and spaces do not count."""
    engine.execute(_PLACEHOLDERS, [kind, PLACEHOLDERS_SHOWN])
    try:
        engine.execute(_MARK_PLACEHOLDERS)
        rows = engine.rows(
            """
            select source, table_name, column_name, raw, absence, records, customers, mark from silo_placeholder
            order by absence = 'placeholder' desc, records desc, source, table_name, column_name, raw"""
        )
    finally:
        engine.execute("drop table if exists temp.silo_placeholder")
    return tuple(PlaceholderValue(*row) for row in rows)


def count_placeholder_records(engine: Engine) -> Share:
    """Records with at least one placeholder."""
    count, base = engine.rows("select count(*) filter (where has_placeholder), count(*) from silo_mask")[0]
    return Share(int(count), int(base), say("base.records"))


_USERS = f"""
    -- grain: one row per identifying value that several customers hold
    create or replace temp table silo_shared as
    select attribute.attribute, said.bit, said.value_hash, count(*) as customers
    from silo_said as said join silo_attribute as attribute using (bit)
    where attribute.attribute in {sql_list(IDENTIFYING)}
    group by all having count(*) > 1
"""


def find_shared_values(engine: Engine) -> tuple[tuple[SharedValue, ...], tuple[SharedCounts, ...]]:
    """Identifying values that several customers hold: the most shared ones, and how many there are by field."""
    engine.execute(_USERS)
    try:
        return _most_shared(engine), _shared_counts(engine)
    finally:
        engine.execute("drop table if exists temp.silo_shared")


_TOP = f"""
    select *, 'shared:' || attribute || '@' || left(md5(attribute || value_hash), 12) as mark
    from silo_shared order by customers desc, attribute, value_hash limit {SHARED_SHOWN}
"""


def _most_shared(engine: Engine) -> tuple[SharedValue, ...]:
    engine.execute(
        f"""
        insert into silo_named
        select distinct said.customer_no, top.mark
        from ({_TOP}) as top join silo_said as said using (bit, value_hash)"""
    )
    rows = engine.rows(
        f"""
        with top as ({_TOP}),
        holders as (
            select
                top.attribute, top.value_hash, top.mark, top.customers, subject.source,
                subject.subject_id, subject.display_name
            from top
            join silo_fact as fact using (bit, value_hash)
            join silo_subject as subject using (subject_no)
            where fact.is_usable
        )
        select
            holders.attribute,
            coalesce(min(fact.value), min(fact.compare_value)) as value,
            any_value(holders.customers) as customers,
            count(distinct holders.subject_id) as records,
            list_sort(list(distinct holders.source)),
            list_slice(list_sort(list(distinct holders.display_name)), 1, 4),
            any_value(holders.mark)
        from holders
        join main.record_value as fact
            on fact.subject_id = holders.subject_id and fact.attribute = holders.attribute
            and hash(fact.compare_value) = holders.value_hash
        group by holders.attribute, holders.value_hash
        order by customers desc, records desc, holders.attribute, value"""
    )
    return tuple(
        SharedValue(
            field=attribute,
            label=field_label(attribute),
            value=value,
            customers=int(customers),
            records=int(records),
            systems=tuple(systems),
            kind=_sharing_kind(attribute, value, int(customers)),
            names=tuple(name for name in names if name),
            mark=mark,
        )
        for attribute, value, customers, records, systems, names, mark in rows
    )


def _sharing_kind(attribute: str, value: str, customers: int) -> str:
    if attribute == "email" and is_role_mailbox(value):
        return "role mailbox"
    return "shared" if customers >= SHARED_FROM else "pair"


def _shared_counts(engine: Engine) -> tuple[SharedCounts, ...]:
    bases = counts_by_bit(engine, {name: f"known & {mask([name])} <> 0" for name in IDENTIFYING}, "silo_customer", "")
    rows = engine.rows(
        """
        select shared.attribute, count(distinct shared.value_hash) as shared_values, count(distinct said.customer_no)
        from silo_shared as shared join silo_said as said using (bit, value_hash)
        group by shared.attribute order by shared_values desc, shared.attribute"""
    )
    return tuple(
        SharedCounts(
            field=attribute,
            label=field_label(attribute),
            values=int(shared),
            customers=Share(
                int(customers),
                bases[(attribute,)],
                say("base.customers_with_field", field=field_word(attribute)),
            ),
        )
        for attribute, shared, customers in rows
    )


def count_quarantine(engine: Engine) -> tuple[QuarantineCount, ...]:
    """Rows waiting in quarantine by table, most first."""
    if not engine.exists("meta", "quarantine"):
        return ()
    rows = engine.rows(
        """
        select
            source, table_name, count(*) as waiting, mode(reason),
            list(origin || coalesce(', line ' || line, '') order by origin, line)[:3]
        from meta.quarantine where state = 'open'
        group by source, table_name order by waiting desc, source, table_name"""
    )
    return tuple(
        QuarantineCount(source, table, int(count), reason, tuple(places))
        for source, table, count, reason, places in rows
    )
