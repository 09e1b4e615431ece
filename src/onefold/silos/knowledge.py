"""What is known where: completeness by field and system, sign two (missing or hard to find), and what nobody knows.

A *place* is a field that a system has a column for. A field counts as known when at least one usable value fills
it; placeholders and unreadable values count as empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pyarrow as pa

from onefold.catalog.model import Role, Table
from onefold.engines import Engine
from onefold.silos.examples import EXAMPLES_PER_SIGN, Pick, show_examples
from onefold.silos.fields import CORE_FIELDS, FIELDS, SHARED_KNOWLEDGE_FIELDS, field_of
from onefold.silos.model import Completeness, CompletenessCell, Finding, Share, Sign
from onefold.silos.stage import field_case, sql_list
from onefold.silos.words import field_label, field_word, say

_KNOWN = f"""
    -- grain: one row per customer, source and field with a usable value
    create or replace temp table silo_known as
    select distinct customer_no, source, {field_case()} as field
    from silo_fact
    where is_usable and kind = ?
"""

_KNOWN_ONCE = f"""
    -- grain: one row per customer of several systems and field that exactly one of those systems knows
    create or replace temp table silo_known_once as
    with several as (
        select customer_no from silo_home where kind = ? group by customer_no having count(*) > 1
    )
    select customer_no, field, any_value(source) as source
    from silo_known
    where customer_no in (select customer_no from several) and field in {sql_list(SHARED_KNOWLEDGE_FIELDS)}
    group by all having count(*) = 1
"""

_LACKING = f"""
    -- grain: one row per customer and core field that its systems have a place for and none of them fills
    create or replace temp table silo_lacking as
    select distinct customer_no, field
    from silo_home join silo_place using (source)
    where kind = ? and field in {sql_list(CORE_FIELDS)}
    except
    select customer_no, field from silo_known
"""


@contextmanager
def knowledge_staged(engine: Engine, kind: str, tables: Sequence[Table]) -> Iterator[None]:
    """``silo_known``, ``silo_known_once``, ``silo_place`` and ``silo_lacking`` exist inside the block."""
    names = ("silo_known", "silo_known_once", "silo_place", "silo_lacking")
    try:
        engine.execute(_KNOWN, [kind])
        engine.execute(_KNOWN_ONCE, [kind])
        _stage_places(engine, kind, tables)
        engine.execute(_LACKING, [kind])
        yield
    finally:
        for name in names:
            engine.execute(f"drop table if exists temp.{name}")


def _stage_places(engine: Engine, kind: str, tables: Sequence[Table]) -> None:
    """One row per source and field that its tables of this kind have a column for, or that is filled anyway."""
    role = Role.PEOPLE if kind == "person" else Role.ORGANISATIONS
    places = {
        (table.source, field_of(column.meaning.value))
        for table in tables
        if table.role is role
        for column in table.columns
    }
    data = pa.table(
        {"source": [source for source, _ in places], "field": [field for _, field in places]},
        schema=pa.schema([("source", pa.string()), ("field", pa.string())]),
    )
    with engine.registered(data, "silo_place_input") as view:
        engine.execute(
            f"""
            create or replace temp table silo_place as
            select source, field from {view} union select source, field from silo_known"""
        )


def measure_completeness(engine: Engine, kind: str, systems: Sequence[str]) -> Completeness:
    """Filled shares by field and system, over the records of each system."""
    filled = engine.rows(
        f"""
        with marks as (
            select subject_no, source, {field_case()} as field, bool_or(is_usable) as is_filled
            from silo_fact where kind = ? group by all
        )
        select field, source, count(*) filter (where is_filled), count(*) filter (where not is_filled)
        from marks group by field, source""",
        [kind],
    )
    counts = {(field, source): (int(good), int(bad)) for field, source, good, bad in filled}
    records = {
        source: int(count)
        for source, count in engine.rows(
            "select source, sum(records) from silo_home where kind = ? group by all", [kind]
        )
    }
    places = {(field, source) for source, field in engine.rows("select source, field from silo_place")}
    shown = [field for field in FIELDS if any((field, system) in places for system in systems)]
    cells = [
        CompletenessCell(
            field=field,
            system=system,
            has_column=(field, system) in places,
            filled=Share(
                counts.get((field, system), (0, 0))[0],
                records.get(system, 0),
                say("base.records_of", system=system),
            ),
            placeholders=counts.get((field, system), (0, 0))[1],
        )
        for field in shown
        for system in systems
    ]
    held = [cell for cell in cells if cell.has_column]
    overall = Share(sum(cell.filled.count for cell in held), sum(cell.filled.base for cell in held), say("base.cells"))
    labels = {field: field_label(field) for field in shown}
    return Completeness(tuple(shown), labels, tuple(systems), tuple(cells), overall)


def find_missing(engine: Engine, kind: str, in_one_system: Share) -> Sign:
    """The sign 'missing or hard to find'; its base is customers who live in more than one system."""
    several = "select count(*) from (select 1 from silo_home where kind = ? group by customer_no having count(*) > 1)"
    count = f"select count(distinct customer_no) from silo_known_once where field in {sql_list(CORE_FIELDS)}"
    share = Share(int(engine.scalar(count)), int(engine.scalar(several, [kind])), say("base.customers_several"))
    only_in = _only_in(engine, kind)
    sentences = [
        say("sign.missing.headline", count=share.count, base=share.base, base_label=share.base_label),
        say("sign.missing.single", count=in_one_system.count),
    ]
    return Sign(
        name="missing",
        title=say("sign.missing"),
        meaning=say("sign.missing.meaning"),
        headline=" ".join(sentences),
        unit=say("unit.customers"),
        share=share,
        trend=None,
        worst=only_in,
        details={"known_to_one_system": _single_homes(engine, kind)},
        examples=show_examples(engine, _missing_picks(engine)),
    )


def _only_in(engine: Engine, kind: str) -> tuple[Finding, ...]:
    """Per field and system: for how many customers only that system knows it; base: its customers living elsewhere too."""
    rows = engine.rows(
        """
        with lives as (
            select customer_no, source, count(*) over (partition by customer_no) as systems
            from silo_home where kind = ?
        ),
        bases as (
            select source, count(*) as base from lives where systems > 1 group by source
        )
        select field, source, count(*) as customers, any_value(base)
        from silo_known_once join bases using (source)
        group by field, source order by customers desc, field, source""",
        [kind],
    )
    return tuple(
        Finding(
            field=field,
            label=field_label(field),
            system=source,
            other_system=None,
            share=Share(int(customers), int(base), say("base.customers_of_elsewhere", system=source)),
            text=say("finding.only_in", field=field_label(field), system=source),
        )
        for field, source, customers, base in rows
    )


def _single_homes(engine: Engine, kind: str) -> tuple[Finding, ...]:
    rows = engine.rows(
        """
        with lives as (
            select customer_no, source, count(*) over (partition by customer_no) as systems
            from silo_home where kind = ?
        )
        select source, count(*) filter (where systems = 1) as alone, count(*) from lives
        group by source order by alone desc, source""",
        [kind],
    )
    return tuple(
        Finding(
            field="customer",
            label=source,
            system=source,
            other_system=None,
            share=Share(int(alone), int(base), say("base.customers_of", system=source)),
            text=say("finding.single", system=source),
        )
        for source, alone, base in rows
    )


def _missing_picks(engine: Engine) -> list[Pick]:
    """Customers of many systems for whom one alone holds a core field; fields take turns."""
    rows = engine.rows(
        f"""
        with lives as (select customer_no, count(*) as systems from silo_home group by customer_no),
        turns as (
            select
                customer_no, field, source, systems,
                row_number() over (partition by field order by systems desc, customer_no) as turn
            from silo_known_once join lives using (customer_no)
            where field in {sql_list(CORE_FIELDS)}
        )
        select customer_no, field, source from turns
        qualify row_number() over (partition by customer_no order by turn, field) = 1
        order by turn, field limit ?""",
        [EXAMPLES_PER_SIGN],
    )
    return [
        Pick(
            customer_no,
            field,
            say("example.missing", system=source, field=field_word(field)),
            (*dict.fromkeys(("name", field)),),
        )
        for customer_no, field, source in rows
    ]
