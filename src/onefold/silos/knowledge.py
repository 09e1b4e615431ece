"""What is known where: completeness by field and system, sign two (missing or hard to find), and what nobody knows.

A *place* is a field that a system has a column for. A field counts as known when at least one usable value fills
it; placeholders and unreadable values count as empty.
"""

from __future__ import annotations

from collections.abc import Sequence

from onefold.catalog import Role, Table
from onefold.engines import Engine
from onefold.silos.examples import EXAMPLES_PER_SIGN, Pick, show_examples
from onefold.silos.fields import CORE_FIELDS, FIELDS, SHARED_KNOWLEDGE_FIELDS, field_of
from onefold.silos.model import Completeness, CompletenessCell, Finding, Share, Sign
from onefold.silos.stage import counts_by_bit, field_bit, field_mask, mask
from onefold.silos.words import field_label, field_word, say


def list_places(kind: str, tables: Sequence[Table]) -> set[tuple[str, str]]:
    """(source, field) for every field that a table of this kind of customer has a column for."""
    role = Role.PEOPLE if kind == "person" else Role.ORGANISATIONS
    return {
        (table.source, field_of(column.meaning.value))
        for table in tables
        if table.role is role
        for column in table.columns
    }


def measure_completeness(engine: Engine, systems: Sequence[str]) -> Completeness:
    """Filled shares by field and system, over the records of each system."""
    filled = {name: f"known & {mask(FIELDS[name])} <> 0" for name in FIELDS}
    fake = {name: f"known & {mask(FIELDS[name])} = 0 and pretended & {mask(FIELDS[name])} <> 0" for name in FIELDS}
    good = counts_by_bit(engine, filled, "silo_mask", "source")
    bad = counts_by_bit(engine, fake, "silo_mask", "source")
    records = dict(engine.rows("select source, count(*) from silo_mask group by source"))
    held = counts_by_bit(engine, {n: f"fields & {field_bit(n)}::ubigint <> 0" for n in FIELDS}, "silo_holder", "source")
    customers = dict(engine.rows("select source, count(*) from silo_holder group by source"))
    masks = dict(engine.rows("select source, fields from silo_place"))
    places = {(name, source) for source, fields in masks.items() for name in FIELDS if int(fields) & field_bit(name)}
    shown = [field for field in FIELDS if any((field, system) in places for system in systems)]
    cells = [
        CompletenessCell(
            field=field,
            system=system,
            has_column=(field, system) in places,
            filled=Share(
                good.get((system, field), 0),
                int(records.get(system, 0)),
                say("base.records_of", system=system),
            ),
            customers=Share(
                held.get((system, field), 0), int(customers.get(system, 0)), say("base.customers_of", system=system)
            ),
            placeholders=bad.get((system, field), 0),
        )
        for field in shown
        for system in systems
    ]
    there = [cell for cell in cells if cell.has_column]
    overall = Share(sum(c.filled.count for c in there), sum(c.filled.base for c in there), say("base.cells"))
    labels = {field: field_label(field) for field in shown}
    return Completeness(tuple(shown), labels, tuple(systems), tuple(cells), overall)


def find_missing(engine: Engine, in_one_system: Share) -> Sign:
    """The sign 'missing or hard to find'; its base is customers who live in more than one system."""
    count, several = engine.rows(
        f"""
        select count(*) filter (where fields_once & {field_mask(CORE_FIELDS)} <> 0), count(*)
        from silo_customer where systems > 1"""
    )[0]
    share = Share(int(count), int(several), say("base.customers_several"))
    only_in = _only_in(engine)
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
        details={"known_to_one_system": _single_homes(engine)},
        examples=show_examples(engine, _missing_picks(engine)),
    )


def _only_in(engine: Engine) -> tuple[Finding, ...]:
    """Per field and system: for how many customers it alone knows it, of its customers who live elsewhere too."""
    conditions = {
        name: f"customer.fields_once & holder.fields & {field_bit(name)}::ubigint <> 0"
        for name in SHARED_KNOWLEDGE_FIELDS
    }
    relation = "silo_holder as holder join silo_customer as customer using (customer_no)"
    counts = counts_by_bit(engine, conditions, relation, "source")
    bases = dict(
        engine.rows(f"select source, count(*) filter (where customer.systems > 1) from {relation} group by source")
    )
    findings = [
        Finding(
            field=name,
            label=field_label(name),
            system=source,
            other_system=None,
            share=Share(customers, int(bases[source]), say("base.customers_of_elsewhere", system=source)),
            text=say("finding.only_in", field=field_label(name), system=source),
        )
        for (source, name), customers in counts.items()
        if customers
    ]
    return tuple(sorted(findings, key=lambda finding: (-finding.share.count, finding.field, finding.system or "")))


def _single_homes(engine: Engine) -> tuple[Finding, ...]:
    rows = engine.rows(
        """
        select holder.source, count(*) filter (where customer.systems = 1) as alone, count(*)
        from silo_holder as holder join silo_customer as customer using (customer_no)
        group by holder.source order by alone desc, holder.source"""
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
    turns = " union all ".join(
        f"""
        (select customer_no, '{name}' as field, systems, row_number() over (order by systems desc, customer_no) as turn
        from silo_customer where fields_once & {field_bit(name)}::ubigint <> 0
        order by turn limit {EXAMPLES_PER_SIGN})"""
        for name in CORE_FIELDS
    )
    knows = " or ".join(
        f"(field = '{name}' and holder.fields & {field_bit(name)}::ubigint <> 0)" for name in CORE_FIELDS
    )
    rows = engine.rows(
        f"""
        with chosen as (
            select * from ({turns}) qualify row_number() over (partition by customer_no order by turn, field) = 1
            order by turn, field limit {EXAMPLES_PER_SIGN}
        )
        select customer_no, field, holder.source
        from chosen join silo_holder as holder using (customer_no)
        where {knows} order by turn, field"""
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
