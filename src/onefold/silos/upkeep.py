"""Sign five, cost: columns that nobody reads, facts kept several times, prices; and the tables as understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onefold.catalog import Meaning, Role, Table
from onefold.engines import Engine, quote_identifier
from onefold.silos.examples import EXAMPLES_PER_SIGN, Pick, show_examples
from onefold.silos.fields import COMPARED_ATTRIBUTES, SHARED_KNOWLEDGE_FIELDS, field_of
from onefold.silos.model import (
    Example,
    Finding,
    OverlappingProperties,
    Share,
    Sign,
    System,
    TableColumn,
    TableEntry,
    TableJoin,
    UnreadColumn,
)
from onefold.silos.stage import bit
from onefold.silos.words import field_label, say
from onefold.sources import LandingReport

_REPEATABLE = [name for name in COMPARED_ATTRIBUTES if field_of(name) in {*SHARED_KNOWLEDGE_FIELDS}]


def describe_tables(
    engine: Engine, tables: Sequence[Table], landings: Sequence[LandingReport]
) -> tuple[TableEntry, ...]:
    """Every table with what was inferred about it, tables of customers first."""
    order = {role: place for place, role in enumerate(Role)}
    reports = {(landing.source, landing.table): landing for landing in landings}
    entries = [_entry(engine, table, reports.get((table.source, table.name))) for table in tables]
    return tuple(sorted(entries, key=lambda entry: (order[Role(entry.role)], entry.source, entry.name)))


def _entry(engine: Engine, table: Table, landing: LandingReport | None) -> TableEntry:
    filled = _filled_shares(engine, table)
    return TableEntry(
        source=table.source,
        name=table.name,
        role=table.role.value,
        confidence=table.confidence,
        reason=table.reason,
        rows=table.rows,
        key=table.key[0] if len(table.key) == 1 else table.key or None,
        joins=tuple(
            TableJoin(j.column, j.to_source, j.to_table, j.to_column, j.coverage, j.confidence, j.reason)
            for j in table.joins
        ),
        columns=tuple(
            TableColumn(
                name=column.name,
                meaning=column.meaning.value,
                meaning_label=field_label(column.meaning.value),
                confidence=column.confidence,
                reason=column.reason,
                filled=filled.get(column.name),
            )
            for column in table.columns
        ),
        notes=_notes(landing),
    )


def _filled_shares(engine: Engine, table: Table) -> dict[str, float]:
    """From the catalogue where it says so, else counted in the landed table."""
    known = {c.name: float(c.details["filled"]) for c in table.columns if c.details.get("filled") is not None}
    unknown = [column.name for column in table.columns if column.name not in known]
    landed = engine.columns("landed", table.full_name) if unknown else []
    asked = [name for name in unknown if name in landed]
    if not asked:
        return known
    counts = ", ".join(f"count(*) filter (where trim({quote_identifier(name)}) <> '')" for name in asked)
    relation = f"landed.{quote_identifier(table.full_name)}"
    rows, *filled = engine.rows(f"select count(*), {counts} from {relation} where _to_build is null")[0]
    return known | {name: count / rows for name, count in zip(asked, filled, strict=True) if rows}


def _notes(landing: LandingReport | None) -> tuple[str, ...]:
    if landing is None:
        return ()
    drift = [say("drift.added", column=name) for name in landing.columns_added]
    drift += [say("drift.missing", column=name) for name in landing.columns_missing]
    drift += [say("drift.type", column=name, before=old, after=new) for name, old, new in landing.types_changed]
    return (*drift, *landing.notes)


def list_unread_columns(tables: Sequence[TableEntry]) -> tuple[UnreadColumn, ...]:
    """Columns that are filled but mapped to nothing, and columns that nobody fills; fullest first."""
    unread = [
        UnreadColumn(table.source, table.name, column.name, "empty" if _is_empty(column) else "unmapped", column.filled)
        for table in tables
        for column in table.columns
        if column.meaning in {Meaning.OTHER.value, Meaning.EMPTY.value}
    ]
    return tuple(
        sorted(
            unread,
            key=lambda entry: (entry.state == "empty", -(entry.filled or 0), entry.source, entry.table),
        )
    )


def _is_empty(column: TableColumn) -> bool:
    return column.meaning == Meaning.EMPTY.value or column.filled == 0


def count_repeated_values(engine: Engine) -> Share:
    """Facts about customers (attribute and value) that are kept in more than one system."""
    bits = tuple(bit(name) for name in _REPEATABLE)
    repeated, total = engine.rows(
        f"select count(*) filter (where first_source <> last_source), count(*) from silo_said where bit in {bits}"
    )[0]
    return Share(int(repeated), int(total), say("base.values"))


def find_cost(
    engine: Engine,
    tables: Sequence[TableEntry],
    systems: Sequence[System],
    findings: tuple[tuple[UnreadColumn, ...], tuple[OverlappingProperties, ...], Share],
    currency: str,
) -> Sign:
    """The sign 'cost'; its base is the columns of all tables.

    Counted are columns nobody reads, and all but the best filled of columns that likely say the same.
    """
    unread, overlapping, repeated = findings
    redundant = sum(len(entry.properties) - 1 for entry in overlapping if entry.confidence == "likely")
    share = Share(len(unread) + redundant, sum(len(table.columns) for table in tables), say("base.columns"))
    sentences = [
        say(
            "sign.cost.headline",
            count=share.count,
            base=share.base,
            base_label=share.base_label,
            unread=len(unread),
            redundant=redundant,
        )
    ]
    if overlapping:
        sentences.append(say("sign.cost.overlap", count=len(overlapping)))
    if repeated.count:
        sentences.append(say("sign.cost.repeated", count=repeated.count, base=repeated.base))
    priced = [system.yearly_cost for system in systems if system.yearly_cost is not None]
    if priced:
        sentences.append(say("sign.cost.price", amount=f"{sum(priced):,.0f} {currency}"))
    sizes = {(table.source, table.name): table.rows for table in tables}
    return Sign(
        name="cost",
        title=say("sign.cost"),
        meaning=say("sign.cost.meaning"),
        headline=" ".join(sentences),
        unit=say("unit.columns"),
        share=share,
        trend=None,
        worst=tuple(_finding(column, sizes) for column in unread),
        details={},
        examples=_examples(engine, overlapping),
    )


def _finding(column: UnreadColumn, sizes: Mapping[tuple[str, str], int]) -> Finding:
    rows = sizes[column.source, column.table]
    table = f"{column.source}.{column.table}"
    return Finding(
        field=column.column,
        label=f"{table}.{column.column}",
        system=column.source,
        other_system=None,
        share=Share(round((column.filled or 0) * rows), rows, say("base.rows_of", table=table)),
        text=say("finding.unread", table=table, column=column.column, state=say(f"unread.{column.state}")),
    )


def _examples(engine: Engine, overlapping: Sequence[OverlappingProperties]) -> tuple[Example, ...]:
    """Customers with one property under several names, then those whose e-mail is kept in most systems."""
    found = [example for entry in overlapping for example in entry.examples][: EXAMPLES_PER_SIGN // 2]
    rows = engine.rows(
        f"""
        with repeated as (
            select customer_no, bit, value_hash from silo_said
            where bit in {(bit("email"), bit("phone"))} and first_source <> last_source
        )
        select customer_no, max(systems) as systems from (
            select customer_no, count(distinct fact.source_no) as systems
            from repeated join silo_fact as fact using (customer_no, bit, value_hash)
            where fact.is_usable group by customer_no, bit, value_hash
        ) group by customer_no having max(systems) > 2 order by systems desc, customer_no limit ?""",
        [EXAMPLES_PER_SIGN - len(found)],
    )
    picks = [
        Pick(customer_no, "repeated", say("example.repeated", count=int(systems)), ("email", "phone"))
        for customer_no, systems in rows
    ]
    return (*found, *show_examples(engine, picks))
