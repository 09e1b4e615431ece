"""Values that mislead: placeholders, values that several customers share, and rows that could not be read."""

from __future__ import annotations

from onefold.engines import Engine
from onefold.silos.fields import IDENTIFYING, SHARED_FROM, is_role_mailbox
from onefold.silos.model import PlaceholderValue, QuarantineCount, Share, SharedCounts, SharedValue
from onefold.silos.stage import sql_list
from onefold.silos.words import field_label, field_word, say

PLACEHOLDERS_SHOWN = 20
SHARED_SHOWN = 20


def list_placeholders(engine: Engine, kind: str) -> tuple[PlaceholderValue, ...]:
    """The most frequent values that count as absence, by column; case and spaces do not count."""
    rows = engine.rows(
        """
        select
            subject.source,
            subject.table_name,
            fact.column_name,
            min(trim(fact.raw)) as raw,
            fact.absence,
            count(distinct subject.subject_no) as records,
            count(distinct subject.customer_no)
        from main.record_value as fact
        join silo_subject as subject using (subject_id)
        where fact.absence is not null and subject.kind = ?
        group by subject.source, subject.table_name, fact.column_name, lower(trim(fact.raw)), fact.absence
        order by fact.absence = 'placeholder' desc, records desc, subject.source, subject.table_name, fact.column_name, raw
        limit ?""",
        [kind, PLACEHOLDERS_SHOWN],
    )
    return tuple(PlaceholderValue(*row) for row in rows)


def count_placeholder_records(engine: Engine, kind: str) -> Share:
    """Records with at least one placeholder."""
    count = """
        select count(distinct subject_no) from silo_fact where absence = 'placeholder' and kind = ?"""
    base = "select count(*) from silo_subject where kind = ?"
    return Share(int(engine.scalar(count, [kind])), int(engine.scalar(base, [kind])), say("base.records"))


_USERS = f"""
    -- grain: one row per identifying value that several customers hold
    create or replace temp table silo_shared as
    select attribute, value_hash, count(distinct customer_no) as customers, count(distinct subject_no) as records
    from silo_fact
    where is_usable and kind = ? and attribute in {sql_list(IDENTIFYING)}
    group by all having min(customer_no) <> max(customer_no)
"""


def find_shared_values(engine: Engine, kind: str) -> tuple[tuple[SharedValue, ...], tuple[SharedCounts, ...]]:
    """Identifying values that several customers hold: the most shared ones, and how many there are by field."""
    engine.execute(_USERS, [kind])
    try:
        return _most_shared(engine, kind), _shared_counts(engine, kind)
    finally:
        engine.execute("drop table if exists temp.silo_shared")


def _most_shared(engine: Engine, kind: str) -> tuple[SharedValue, ...]:
    rows = engine.rows(
        """
        with top as (
            select * from silo_shared order by customers desc, records desc, attribute, value_hash limit ?
        ),
        holders as (
            select
                top.attribute, top.value_hash, top.customers, top.records, fact.source,
                subject.subject_id, subject.display_name
            from top
            join silo_fact as fact using (attribute, value_hash)
            join silo_subject as subject using (subject_no)
            where fact.is_usable and fact.kind = ?
        )
        select
            holders.attribute,
            coalesce(min(fact.value), min(fact.compare_value)) as value,
            any_value(holders.customers) as customers,
            any_value(holders.records) as records,
            list_sort(list(distinct holders.source)),
            list_slice(list_sort(list(distinct holders.display_name)), 1, 4)
        from holders
        join main.record_value as fact
            on fact.subject_id = holders.subject_id and fact.attribute = holders.attribute
            and hash(fact.compare_value) = holders.value_hash
        group by holders.attribute, holders.value_hash
        order by customers desc, records desc, holders.attribute, value""",
        [SHARED_SHOWN, kind],
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
        )
        for attribute, value, customers, records, systems, names in rows
    )


def _sharing_kind(attribute: str, value: str, customers: int) -> str:
    if attribute == "email" and is_role_mailbox(value):
        return "role mailbox"
    return "shared" if customers >= SHARED_FROM else "pair"


def _shared_counts(engine: Engine, kind: str) -> tuple[SharedCounts, ...]:
    rows = engine.rows(
        """
        with holders as (
            select attribute, count(distinct customer_no) as base,
                count(distinct customer_no) filter (where shared.value_hash is not null) as customers
            from silo_fact left join silo_shared as shared using (attribute, value_hash)
            where is_usable and kind = ? and attribute in (select attribute from silo_shared)
            group by attribute
        )
        select attribute, count(*) as shared, any_value(holders.customers), any_value(holders.base)
        from silo_shared join holders using (attribute) group by attribute order by shared desc, attribute""",
        [kind],
    )
    return tuple(
        SharedCounts(
            field=attribute,
            label=field_label(attribute),
            values=int(shared),
            customers=Share(int(customers), int(base), say("base.customers_with_field", field=field_word(attribute))),
        )
        for attribute, shared, customers, base in rows
    )


def count_quarantine(engine: Engine) -> tuple[QuarantineCount, ...]:
    """Rows waiting in quarantine by table, most first."""
    if not engine.exists("meta", "quarantine"):
        return ()
    rows = engine.rows(
        """
        select source, table_name, count(*) as waiting, mode(reason)
        from meta.quarantine where state = 'open'
        group by source, table_name order by waiting desc, source, table_name"""
    )
    return tuple(QuarantineCount(source, table, int(count), reason) for source, table, count, reason in rows)
