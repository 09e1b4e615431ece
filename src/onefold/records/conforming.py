"""Conform: ``record``, ``record_value`` and ``event`` brought in step with the current landed rows.

Each table is one transaction. What is stale is computed, never remembered: a row is conformed again when its content
(``row_hash``), how its table is understood (``mapping_hash``), the subject it leads to, or what is known about the
words of its name has changed. A run cut short and repeated ends where an undisturbed one does.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import polars as pl
import pyarrow as pa

from onefold.catalog.model import Role, Table
from onefold.engines import Engine, quote_identifier, quote_literal
from onefold.records.borrowing import Loan, facts_query, find_loans
from onefold.records.chunk import PeoplePlan
from onefold.records.fact_columns import body_columns, choose_columns
from onefold.records.facts import FactPlan, conform_facts
from onefold.records.learning import Lessons, landed_relation, learn
from onefold.records.model import EVENT, RECORD, RECORD_VALUE, ConformReport, TableReport
from onefold.records.name_columns import NameContext
from onefold.records.name_words import LATIN_CHINESE_SURNAMES, chinese_syllables
from onefold.records.names import GIVEN_FIRST
from onefold.records.people import conform_chunk
from onefold.records.routes import FACTS, Route, find_routes, subject_query
from onefold.records.writing import write_records

RULES_VERSION = "5"
"""Raised whenever the same raw value would conform to something else, so that every row is conformed again."""

T = TypeVar("T")

_ROWS_PER_CHUNK = 100_000
_AT_ONCE = 2
"""Chunks that are conformed at the same time; each may take a few hundred MiB."""
_DETAILS = ("date_order", "date_calendar", "scale", "unit", "region", "currency", "only_where")
_PEOPLE = (Role.PEOPLE, Role.ORGANISATIONS)
_SURNAMES = ", ".join(quote_literal(name) for name in sorted(LATIN_CHINESE_SURNAMES))
_NOTHING: Callable[[str], None] = lambda _message: None  # noqa: E731


def conform(
    engine: Engine,
    tables: Sequence[Table],
    *,
    regions: Mapping[str, str | None],
    region: str | None,
    progress: Callable[[str], None] | None = None,
) -> ConformReport:
    """Reconcile ``main.record``, ``main.record_value`` and ``main.event`` with the current landed rows.

    Args:
        engine: the warehouse, outside any transaction.
        tables: the whole catalogue; tables that are gone from it lose their rows.
        regions: source → ISO 3166 region of its national phone numbers, where a person said so.
        region: the workspace's region, where a person said so; else learned from the data.
        progress: told one line for each table.

    Returns:
        What was done, table by table.

    Cost: rows that changed, plus one scan of the name, country and phone columns.
    """
    say = progress or _NOTHING
    _create_relations(engine)
    landed = [table for table in tables if engine.columns("landed", table.full_name)]
    lessons = learn(engine, landed)
    workspace_region = region or lessons.region
    routes = find_routes(landed)
    _forget(engine, landed, routes)
    changed_words = _changed_words(engine, lessons.roles)
    reports = []
    for table in landed:
        if table.role in _PEOPLE:
            say(f"conforming {table.full_name}")
            source_region = regions.get(table.source) or workspace_region
            reports.append(_conform_people(engine, table, lessons, source_region, changed_words))
        elif table.full_name in routes:
            say(f"conforming {table.full_name}")
            source_region = regions.get(table.source) or workspace_region
            loans = find_loans(table, landed)
            reports.append(_conform_facts(engine, table, routes[table.full_name], loans, source_region))
    if len(changed_words) or not _scalar(engine, "select count(*) from meta.name_role"):
        _remember_words(engine, lessons.roles)
    unreached = tuple(t.full_name for t in landed if t.role in FACTS and t.full_name not in routes)
    return ConformReport(tuple(reports), workspace_region, unreached)


def mapping_hash(table: Table, *facts: object) -> str:
    """Fingerprint of how a table is understood: roles, meanings, details that conforming reads, rules, ``facts``."""
    columns = [(c.name, c.meaning.value, {k: c.details[k] for k in _DETAILS if k in c.details}) for c in table.columns]
    text = json.dumps([RULES_VERSION, table.role.value, columns, facts], sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _create_relations(engine: Engine) -> None:
    engine.execute("create schema if not exists meta")
    engine.execute("create table if not exists meta.name_role (word varchar, role tinyint)")
    for name, schema in (("record", RECORD), ("record_value", RECORD_VALUE), ("event", EVENT)):
        if engine.columns("main", name) != schema.names:  # new, or made by other rules
            engine.write(f"main.{name}", schema.empty_table(), replace=True)


def _forget(engine: Engine, tables: Sequence[Table], routes: Mapping[str, Route]) -> None:
    """Drop the rows of tables that are gone or play another role now."""
    people = [t.full_name for t in tables if t.role in _PEOPLE]
    with engine.transaction():
        for relation, kept in (("record", people), ("event", list(routes))):
            names = ", ".join(quote_literal(name) for name in kept) or "''"
            if relation == "record":
                engine.execute(
                    f"""
                    delete from main.record_value
                    where subject_id in (
                        select subject_id from main.record where source || '.' || table_name not in ({names}))"""
                )
            engine.execute(f"delete from main.{relation} where source || '.' || table_name not in ({names})")


def _conform_people(
    engine: Engine, table: Table, lessons: Lessons, region: str | None, changed_words: pa.Table
) -> TableReport:
    prior = lessons.priors.get(table.full_name, GIVEN_FIRST)
    digest = mapping_hash(table, region, lessons.regions, prior)
    plan = PeoplePlan(table, digest, NameContext(lessons.roles, prior), region, lessons.regions)
    columns = _landed_columns(engine, table)
    query = f"""
        select {", ".join(["l._key", "l._hash", *(f"l.{c}" for c in columns)])}
        from {landed_relation(table)} l
        where l._to_build is null and not exists (
            select 1 from onefold_fresh r where r.record_key = l._key)"""
    conformed = 0
    with _fresh_rows(engine, _fresh_records(table, digest), changed_words) as reader, engine.transaction():
        deleted = _delete_stale(engine, table, ("record_value", "record"))
        for record, values in _two_at_once(_chunks(reader, query), lambda chunk: conform_chunk(chunk, plan)):
            write_records(engine, record)
            engine.write("main.record_value", values)
            conformed += len(record)
    return _report(engine, table, "record", conformed, deleted)


def _conform_facts(
    engine: Engine, table: Table, route: Route, loans: Mapping[str, Loan], region: str | None
) -> TableReport:
    digest = mapping_hash(table, region, route.describe(), [loan.describe() for loan in loans.values()])
    plan = FactPlan(table, digest, region, loans)
    rows = facts_query(table, subject_query(table, route), loans)
    chosen = choose_columns(table)
    present = set(engine.columns("landed", table.full_name))
    used = [quote_identifier(name) for name in sorted(chosen.read()) if name in present]
    body = [name for name in body_columns(table, chosen) if name in present]
    query = f"""
        select {
        ", ".join(
            [
                "l._key",
                "s._hash",
                "s.subject_id as _subject_id",
                *(f"s.{loan.name}" for loan in loans.values()),
                f"{_json_of(body)} as _body",
                *(f"l.{c}" for c in used),
            ]
        )
    }
        from {landed_relation(table)} l
        join ({rows}) s on s._key = l._key
        where l._to_build is null and not exists (select 1 from onefold_fresh r where r.record_key = l._key)"""
    conformed = 0
    with _fresh_rows(engine, _fresh_events(table, digest, rows)) as reader, engine.transaction():
        deleted = _delete_stale(engine, table, ("event",))
        for events in _two_at_once(_chunks(reader, query), lambda chunk: conform_facts(chunk, plan)):
            engine.write("main.event", events)
            conformed += len(events)
    return _report(engine, table, "event", conformed, deleted)


def _fresh_records(table: Table, digest: str) -> str:
    """SQL. grain: one row per record of the table that need not be conformed again."""
    return f"""
        select r.record_key, r.subject_id
        from main.record r
        join {landed_relation(table)} l on l._key = r.record_key and l._hash = r.row_hash and l._to_build is null
        where r.source = {quote_literal(table.source)} and r.table_name = {quote_literal(table.name)}
            and r.mapping_hash = {quote_literal(digest)}
            and r.subject_id not in (select subject_id from onefold_reworded)"""


def _fresh_events(table: Table, digest: str, rows: str) -> str:
    """SQL. grain: one row per event of the table that need not be conformed again."""
    return f"""
        select e.record_key, e.event_id as subject_id
        from main.event e
        join ({rows}) s on s._key = e.record_key and s._hash = e.row_hash and s.subject_id = e.subject_id
        where e.source = {quote_literal(table.source)} and e.table_name = {quote_literal(table.name)}
            and e.mapping_hash = {quote_literal(digest)}"""


@contextmanager
def _fresh_rows(engine: Engine, fresh: str, changed_words: pa.Table | None = None) -> Iterator[Engine]:
    """Temporary ``onefold_fresh`` (record_key, subject_id) here and for the reader that is yielded.

    The reader is a second connection, so that rows can be read while others are written; both see the same committed
    state when the table is made.
    """
    reader = engine.cursor()
    words = _NO_WORDS if changed_words is None else changed_words
    try:
        for connection in (engine, reader):
            with connection.registered(words, "onefold_changed_words"):
                connection.execute(f"create or replace temp table onefold_reworded as {_REWORDED}")
            connection.execute(f"create or replace temp table onefold_fresh as {fresh}")
        yield reader
    finally:
        reader.close()
    for name in ("onefold_reworded", "onefold_fresh"):
        engine.execute(f"drop table if exists temp.{name}")


def _delete_stale(engine: Engine, table: Table, relations: Sequence[str]) -> int:
    """Drop rows that are not fresh; returns how many belong to no landed row any more."""
    name = "event" if relations == ("event",) else "record"
    identity = "event_id" if name == "event" else "subject_id"
    mine = f"source = {quote_literal(table.source)} and table_name = {quote_literal(table.name)}"
    gone = _scalar(
        engine,
        f"""
        select count(*) from main.{name}
        where {mine} and record_key not in (select _key from {landed_relation(table)} where _to_build is null)""",
    )
    stale = (
        f"select {identity} from main.{name} where {mine} and {identity} not in (select subject_id from onefold_fresh)"
    )
    if _scalar(engine, f"select count(*) from ({stale})"):
        for relation in relations:
            engine.execute(f"delete from main.{relation} where {identity} in ({stale})")
    return int(gone)


def _chunks(reader: Engine, query: str) -> Iterator[pl.DataFrame]:
    for batch in reader.batches(query, rows_per_batch=_ROWS_PER_CHUNK):
        if batch.num_rows:
            yield pl.DataFrame(pl.from_arrow(batch))


def _two_at_once(chunks: Iterable[pl.DataFrame], conform: Callable[[pl.DataFrame], T]) -> Iterator[T]:
    """``conform`` of each chunk, in their order: of two at once in threads, while the caller writes the one before."""
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="conform") as pool:
        ahead: deque[Future[T]] = deque()
        for chunk in chunks:
            ahead.append(pool.submit(conform, chunk))
            if len(ahead) > _AT_ONCE:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _report(engine: Engine, table: Table, relation: str, conformed: int, deleted: int) -> TableReport:
    rows = _scalar(
        engine,
        f"select count(*) from main.{relation} where source = ? and table_name = ?",
        [table.source, table.name],
    )
    return TableReport(table.source, table.name, table.role.value, int(rows), conformed, deleted)


def _scalar(engine: Engine, sql: str, parameters: Sequence[str] = ()) -> int:
    """A count; all rows are fetched, because an open result would block the writes that follow."""
    return int(engine.rows(sql, parameters)[0][0])


def _landed_columns(engine: Engine, table: Table) -> list[str]:
    present = set(engine.columns("landed", table.full_name))
    return [quote_identifier(c.name) for c in table.columns if c.name in present]


def _json_of(columns: Sequence[str]) -> str:
    """SQL of a JSON object of the columns that hold something."""
    if not columns:
        return "'{}'"
    pairs = ", ".join(f"{quote_literal(name)}, nullif(trim(l.{quote_identifier(name)}), '')" for name in columns)
    return f"cast(json_merge_patch('{{}}', json_object({pairs})) as varchar)"  # a merge patch drops nulls


_REWORDED = f"""
    select distinct subject_id
    from (
        select subject_id, unnest(string_split(concat_ws(' ', given_name, family_name), ' ')) as word
        from main.record
        where exists (select 1 from onefold_changed_words)) w
    join onefold_changed_words c on c.word = w.word
    union
    select subject_id
    from main.record
    where exists (select 1 from onefold_changed_words where is_syllable)
        and (family_name is null or family_name in ({_SURNAMES}) or given_name in ({_SURNAMES}))"""
"""grain: one row per record whose name holds a word that is known as something else than before.

Syllables of Chinese names are joined in comparison forms, so those records are found by their surnames.
"""

_NO_WORDS = pa.table({"word": pa.array([], pa.string()), "is_syllable": pa.array([], pa.bool_())})


def _changed_words(engine: Engine, roles: Mapping[str, int]) -> pa.Table:
    """``word``, ``is_syllable``: words whose role is not what it was at the last build."""
    before = dict(engine.rows("select word, role from meta.name_role"))
    if not before:
        return _NO_WORDS  # nothing has been conformed by any role yet
    changed = sorted(w for w in before.keys() | roles.keys() if before.get(w, 0) != roles.get(w, 0))
    syllables = chinese_syllables()
    return pa.table(
        {
            "word": pa.array(changed, pa.string()),
            "is_syllable": pa.array([w in syllables for w in changed], pa.bool_()),
        }
    )


def _remember_words(engine: Engine, roles: Mapping[str, int]) -> None:
    """Keep the roles that every record is conformed by now."""
    words = pa.table({"word": pa.array(roles.keys(), pa.string()), "role": pa.array(roles.values(), pa.int8())})
    with engine.transaction():
        engine.execute("delete from meta.name_role")
        engine.write("meta.name_role", words)
