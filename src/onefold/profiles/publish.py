"""Writing planned profiles, what finds and lists them, and their timelines into the app database.

All of it inside the caller's transaction, and a bounded number of customers at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pyarrow as pa
import sqlalchemy as sa

from onefold.engines import Engine
from onefold.profiles.announcing import announce_profiles
from onefold.profiles.confidence import confidence_sql
from onefold.profiles.holding import hold_picks
from onefold.profiles.plan import ProfileChanges, ProfilePlan, compare_profiles, load_priorities
from onefold.profiles.rules import ATTRIBUTE_RULES
from onefold.profiles.summary_sql import NATIVE_NAMES_SQL, SUMMARIES_SQL, TERMS_SQL
from onefold.profiles.tables import (
    contradiction,
    identifier,
    profile,
    profile_attribute,
    profile_summary,
    search_term,
    timeline_event,
)
from onefold.profiles.traits_sql import TRAIT_STEPS
from onefold.profiles.unify_sql import ADDRESS_BUNDLE, NAME_BUNDLE, UNIFY_STEPS, WHOLE_NAME
from onefold.storage import indexes_deferred, insert_arrow, measure_tables, read_table, scratch_table

CUSTOMERS_PER_BUCKET = 60_000
"""Bounds the memory of one pass (about 1 GB at ten values per record) and the number of passes over the values; twice
as many at a time took no less work."""

_IDENTIFIERS_SQL = """
    -- grain: one row per kind, value and subject
    with chosen as (
        select r.* from main.record r join main.customer_subject s using (subject_id)
        join unify_all c using (customer_id)
    ),
    typed as (
        select subject_id, 'email' as kind, unnest(emails) as value from chosen
        union all select subject_id, 'phone', unnest(phones) from chosen
        union all select subject_id, 'national_id', unnest(national_ids) from chosen
        union all select subject_id, 'loyalty_number', unnest(loyalty_numbers) from chosen
        union all select subject_id, 'username', unnest(usernames) from chosen
        union all select subject_id, 'external_id', unnest(external_ids) from chosen
        union all
        select
            subject_id,
            'name',
            array_to_string(list_sort(string_split(trim(concat_ws(' ', given_name, family_name)), ' ')), ' ')
        from chosen where coalesce(given_name, family_name) is not null
        union all select subject_id, 'name', array_to_string(list_sort(string_split(company, ' ')), ' ')
        from chosen where kind = 'organisation' and company is not null
    )
    select distinct kind, value, subject_id from typed
    where value <> ''
    order by kind, value, subject_id"""

_EVENTS_SQL = """
    -- grain: one row per event of a chosen customer
    select e.event_id, e.subject_id, md5(concat_ws('|', e.row_hash, e.mapping_hash)) as row_hash
    from main.event e
    join main.customer_subject s using (subject_id)
    join unify_all c using (customer_id)"""

_NEW_EVENTS_SQL = """
    -- grain: one row per event that is new or differs from the published one
    select
        e.event_id,
        e.subject_id,
        h.row_hash,
        e.occurred_at,
        e.source,
        e.table_name,
        e.role,
        e.event_type,
        e.title,
        e.status,
        e.channel,
        e.counterpart,
        e.amount,
        e.currency,
        e.score,
        e.body
    from main.event e
    join unify_has h using (event_id)
    anti join unify_had p on p.event_id = h.event_id and p.subject_id = h.subject_id and p.row_hash = h.row_hash
    order by e.event_id"""

_PROFILES_SQL = """
    -- grain: one row per chosen customer
    with attributes as (
        select
            customer_no,
            string_agg(member, ',' order by place, member) as members
        from unify_attribute
        group by customer_no
    )
    select
        c.customer_id,
        c.kind,
        n.display_name,
        c.input_hash,
        c.version::integer as version,
        '{"records":[' || r.records || '],"values":{' || coalesce(a.members, '') || '}}' as attributes,
        t.traits
    from unify_chosen c
    join unify_record r on r.customer_no = c.row_no
    left join (
        select customer_no, arg_min(display_name, place) as display_name
        from unify_name
        where display_name is not null
        group by customer_no
    ) n on n.customer_no = c.row_no
    left join attributes a on a.customer_no = c.row_no
    join unify_traits t using (customer_id)"""

_CONTRADICTIONS_SQL = """
    -- grain: one row per chosen customer and attribute in which its records contradict each other
    select
        c.customer_id,
        u.attribute,
        u.values_count,
        u.systems,
        'open' as state
    from unify_contradiction u
    join unify_chosen c on c.row_no = u.customer_no
    order by c.customer_id, u.attribute"""

_LABELS_SQL = f"""
    -- grain: one row per meaning and column, numbered; the attribute that its values are
    with columns as (
        -- some attributes name their column already ('category:industry')
        select attribute, split_part(attribute, ':', 1) as meaning, column_name
        from main.record_value
        group by attribute, column_name
    ),
    labelled as (
        select
            c.attribute,
            c.meaning,
            c.column_name,
            case when r.per_column then c.meaning || ':' || c.column_name else c.meaning end as label,
            case
                when r.bundle = 'name' then {NAME_BUNDLE}
                when r.bundle = 'address' then {ADDRESS_BUNDLE}
                when c.meaning = 'full_name' then {WHOLE_NAME}
            end::tinyint as bundle_no,
            r.place
        from columns c
        join unify_rule r on r.attribute = c.meaning
    )
    select
        *,
        to_json(label)::varchar as label_json,
        to_json(column_name)::varchar as column_json,
        (dense_rank() over (order by label))::integer as label_no,
        (row_number() over ())::integer as column_no
    from labelled"""

STEPS = UNIFY_STEPS | TRAIT_STEPS

_subject = sa.table("subject", sa.column("subject_id"))
_history = sa.table("subject_history", sa.column("subject_id"))

_EVENT = pa.schema([("event_id", pa.string()), ("subject_id", pa.string()), ("row_hash", pa.string())])


def publish_profiles(connection: sa.Connection, engine: Engine, plan: ProfilePlan, now: datetime) -> dict[str, int]:
    """Write what ``plan`` says; everything else stays untouched.

    The identity map of the same build must have been applied in this transaction before (``apply_map``).

    Args:
        connection: to the app database, in a transaction that the caller commits.
        engine: the warehouse; used until the call returns.
        plan: from ``plan_profiles``.
        now: an aware moment.

    Returns:
        Counts: written, removed, unchanged, identifiers, search_terms, events_added, events_removed, and of picks
        held and lapsed.
    """
    changes = compare_profiles(connection, engine, plan)
    counts = {
        "written": len(changes.written),
        "removed": len(changes.removed),
        "unchanged": changes.unchanged,
    }
    with _prepared(engine, changes, plan.priorities), scratch_table(connection, "touched", ["key"]) as touched:
        if not all(_is_empty(connection, table) for table in (profile, identifier, timeline_event)):
            _remove_outdated(connection, engine, changes, touched)
        with indexes_deferred(connection, identifier):
            counts["identifiers"] = insert_arrow(connection, identifier, engine.batches(_IDENTIFIERS_SQL))
        counts["search_terms"] = _insert_terms(connection, engine)
        counts |= _update_timeline(connection, engine, touched)
        with indexes_deferred(connection, profile_summary), indexes_deferred(connection, contradiction):
            for rows, summaries, contradictions in _profiles(engine, len(changes.written), now.astimezone(UTC)):
                insert_arrow(connection, profile, rows)
                insert_arrow(connection, profile_summary, summaries)
                insert_arrow(connection, contradiction, contradictions)
        if len(changes.written):
            _insert_attributes(connection, engine)
            measure_tables(connection, profile_summary, search_term, contradiction)
        counts |= hold_picks(connection, engine, changes.written["customer_id"].to_pylist(), now)
    announce_profiles(connection, changes.written, now)
    return counts


def _insert_terms(connection: sa.Connection, engine: Engine) -> int:
    """The words by which the written customers are found."""
    from onefold.records import native_words

    names = engine.arrow(NATIVE_NAMES_SQL).column(0)
    native = pa.table({"display_name": names, "words": pa.array(map(native_words, names.to_pylist()), pa.string())})
    with engine.registered(native, "search_native"), indexes_deferred(connection, search_term):
        return insert_arrow(connection, search_term, engine.batches(TERMS_SQL))


def _insert_attributes(connection: sa.Connection, engine: Engine) -> None:
    """The attributes that profiles may hold now."""
    connection.execute(sa.delete(profile_attribute))
    labels = engine.arrow("select distinct label as attribute from unify_label order by 1")
    insert_arrow(connection, profile_attribute, labels)


def _is_empty(connection: sa.Connection, table: sa.Table) -> bool:
    return connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is None


@contextmanager
def _prepared(engine: Engine, changes: ProfileChanges, priorities: dict[str, int]) -> Iterator[None]:
    """``unify_all``, ``unify_rule`` and ``unify_source`` for the length of the block."""
    load_priorities(engine, priorities)
    with engine.registered(changes.written, "unify_written"):
        engine.execute(
            """
            create or replace temporary table unify_all as
            select *, row_number() over (order by customer_id) as row_no from unify_written"""
        )
    with engine.registered(_rules(), "unify_rules"):
        engine.execute("create or replace temporary table unify_rule as select * from unify_rules")
    engine.execute(f"create or replace temporary table unify_label as {_LABELS_SQL}")
    engine.execute(f"create or replace temporary view unify_confidence as {confidence_sql(engine)}")
    yield
    engine.execute("drop view if exists unify_confidence")
    for relation in ("unify_all", "unify_rule", "unify_label", "unify_source"):
        engine.execute(f"drop table if exists {relation}")


def _rules() -> pa.Table:
    rules = ATTRIBUTE_RULES.values()
    return pa.table(
        {
            "attribute": list(ATTRIBUTE_RULES),
            "place": list(range(len(ATTRIBUTE_RULES))),
            "criteria": [list(rule.all_criteria) for rule in rules],
            "per_column": [rule.per_column for rule in rules],
            "bundle": pa.array([rule.bundle for rule in rules], pa.string()),
        }
    )


def _remove_outdated(connection: sa.Connection, engine: Engine, changes: ProfileChanges, touched: sa.Table) -> None:
    """Take out what is about to be written anew, and what is gone."""
    insert_arrow(connection, touched, changes.removed.rename_columns(["key"]))
    insert_arrow(connection, touched, changes.written.select(["customer_id"]).rename_columns(["key"]))
    for table in (profile, profile_summary, search_term, contradiction):
        connection.execute(sa.delete(table).where(table.c.customer_id.in_(sa.select(touched.c.key))))
    connection.execute(sa.delete(touched))
    # every subject that vanished left an attachment behind; those that came back are not gone
    gone = sa.select(_history.c.subject_id).where(_history.c.subject_id.not_in(sa.select(_subject.c.subject_id)))
    for table in (identifier, timeline_event):
        connection.execute(sa.delete(table).where(table.c.subject_id.in_(gone)))
    subjects = "select subject_id as key from main.customer_subject semi join unify_all using (customer_id) order by 1"
    insert_arrow(connection, touched, engine.batches(subjects))
    connection.execute(sa.delete(identifier).where(identifier.c.subject_id.in_(sa.select(touched.c.key))))


def _update_timeline(connection: sa.Connection, engine: Engine, touched: sa.Table) -> dict[str, int]:
    """Bring the events of the touched subjects in line; rows that are equal stay where they are."""
    mine = sa.select(*(timeline_event.c[name] for name in _EVENT.names)).where(
        timeline_event.c.subject_id.in_(sa.select(touched.c.key))
    )
    with engine.registered(read_table(connection, mine, _EVENT), "unify_published"):
        engine.execute("create or replace temporary table unify_had as select * from unify_published")
    engine.execute(f"create or replace temporary table unify_has as {_EVENTS_SQL}")
    outdated = "select event_id as key from unify_had anti join unify_has using (event_id, subject_id, row_hash)"
    connection.execute(sa.delete(touched))
    removed = insert_arrow(connection, touched, engine.batches(f"{outdated} order by 1"))
    if removed:
        stale = timeline_event.c.event_id.in_(sa.select(touched.c.key))
        connection.execute(sa.delete(timeline_event).where(stale))
    with indexes_deferred(connection, timeline_event):
        added = insert_arrow(connection, timeline_event, engine.batches(_NEW_EVENTS_SQL))
    engine.execute("drop table unify_had")
    engine.execute("drop table unify_has")
    return {"events_added": added, "events_removed": removed}


def _profiles(engine: Engine, customers: int, now: datetime) -> Iterator[tuple[pa.Table, pa.Table, pa.Table]]:
    """The planned profiles, their summaries and contradictions as rows of the app database, bucket by bucket.

    One bucket is computed while one is written.
    """
    moment = pa.scalar(now, pa.timestamp("us", tz="UTC"))
    starts = range(0, customers, CUSTOMERS_PER_BUCKET)
    with ThreadPoolExecutor(max_workers=1) as worker:
        pending = [worker.submit(_bucket, engine, start) for start in starts[:1]]
        for following in [*starts[1:], None]:
            if not pending:
                return
            rows, summaries, contradictions = pending.pop().result()
            if following is not None:
                pending.append(worker.submit(_bucket, engine, following))
            yield rows.append_column("updated_at", pa.repeat(moment, len(rows))), summaries, contradictions
    for relation in ("unify_chosen", *STEPS):
        engine.execute(f"drop table if exists {relation}")


def _bucket(engine: Engine, start: int) -> tuple[pa.Table, pa.Table, pa.Table]:
    engine.execute(
        f"""
        create or replace temporary table unify_chosen as
        select * from unify_all where row_no > {start} and row_no <= {start + CUSTOMERS_PER_BUCKET}"""
    )
    for relation, step in STEPS.items():
        engine.execute(f"create or replace temporary table {relation} as {step}")
    return engine.arrow(_PROFILES_SQL), engine.arrow(SUMMARIES_SQL), engine.arrow(_CONTRADICTIONS_SQL)
