"""Sign one, inconsistent: what systems say differently about the same customer.

Two systems disagree on an attribute when both hold a value and no value of the one means the same as a value of the
other. Values mean the same when their comparison forms are equal; names of people and companies also when one only
says less ('J' and 'John', 'Garcia' and 'Garcia Lopez', 'Onyx' and 'Onyx Solutions'), birth dates when one is only less
exact ('1980' and '1980-05-03'). Names in different scripts are not compared: a transliteration proves nothing. Two
records inside one system disagree in the same way, but only on attributes of which a customer has one.
"""

from __future__ import annotations

from onefold.engines import Engine
from onefold.silos.examples import EXAMPLES_PER_SIGN, Pick, show_examples
from onefold.silos.fields import COMPARED_ATTRIBUTES, SEVERAL_VALUES
from onefold.silos.model import Example, Finding, Share, Sign
from onefold.silos.stage import FAMILY, GIVEN, bit, counts_by_bit, drop, mask, sql_list
from onefold.silos.words import field_label, say

_COMPARED_BITS = tuple(bit(name) for name in COMPARED_ATTRIBUTES if name not in {"given_name", "family_name"})

_DISPUTES = f"""
    -- grain: one row per customer, attribute, source and distinct value, where a customer has several values
    create or replace temp table silo_dispute as
    with disputed as (
        select customer_no, bit from silo_said where bit in {_COMPARED_BITS} group by all having count(*) > 1
    ),
    names as (
        -- grain: one row per subject and name part, of customers with several records
        select subject.customer_no, subject.source, record.given_name, record.family_name,
            record.native_name is not null as is_native
        from silo_subject as subject
        join silo_customer as customer using (customer_no)
        join main.record as record using (subject_id)
        where customer.records > 1
    )
    select distinct
        customer_no,
        attribute.attribute,
        source.source,
        fact.value_hash,
        null as soft_text,
        false as is_native
    from disputed
    join silo_fact as fact using (customer_no, bit)
    join silo_attribute as attribute using (bit)
    join (select distinct source_no, source from silo_mask) as source using (source_no)
    where fact.is_usable and attribute.attribute not in ('birth_date', 'company')
    union all
    select distinct customer_no, fact.attribute, subject.source, hash(fact.compare_value), fact.compare_value, false
    from disputed
    join silo_subject as subject using (customer_no)
    join main.record_value as fact using (subject_id)
    where fact.absence is null and (
        (disputed.bit = {bit("birth_date")} and fact.attribute = 'birth_date')
        or (disputed.bit = {bit("company")} and fact.attribute = 'company')
    )
    union all
    select distinct customer_no, 'given_name', source, hash(given_name), given_name, is_native
    from names where given_name <> ''
    union all
    select distinct customer_no, 'family_name', source, hash(family_name), family_name, is_native
    from names where family_name <> ''
"""

_SAYS_LESS = """
    -- whether every word of the shorter name is a word of the longer, or its initial
    (replace(a.soft_text, ' ', '') = replace(b.soft_text, ' ', '')
    or len(list_filter(
        case when len(string_split(a.soft_text, ' ')) <= len(string_split(b.soft_text, ' '))
            then string_split(a.soft_text, ' ') else string_split(b.soft_text, ' ') end,
        lambda short: len(list_filter(
            case when len(string_split(a.soft_text, ' ')) <= len(string_split(b.soft_text, ' '))
                then string_split(b.soft_text, ' ') else string_split(a.soft_text, ' ') end,
            lambda long: long = short
                or (len(short) = 1 and starts_with(long, short)) or (len(long) = 1 and starts_with(short, long))
        )) = 0
    )) = 0)
"""

_DIFFERS = f"""
    a.value_hash <> b.value_hash
    and case
        when attribute in ('given_name', 'family_name') then a.is_native = b.is_native and not {_SAYS_LESS}
        when attribute = 'company' then not {_SAYS_LESS}
        when attribute = 'birth_date'
            then not starts_with(a.soft_text, b.soft_text) and not starts_with(b.soft_text, a.soft_text)
        else true
    end
"""

_CONFLICTS = f"""
    -- grain: one row per customer, attribute and pair of sources that disagree (a pair may be one source twice)
    create or replace temp table silo_conflict as
    with said as (
        select dispute.* from silo_dispute as dispute
        join (
            select customer_no, attribute from silo_dispute group by all having count(distinct value_hash) > 1
        ) using (customer_no, attribute)
    )
    select customer_no, attribute, a.source as source_a, b.source as source_b
    from said as a join said as b using (customer_no, attribute)
    where a.source < b.source
    group by all having bool_and({_DIFFERS})
    union all
    select customer_no, attribute, a.source, b.source
    from said as a join said as b using (customer_no, attribute)
    where a.source = b.source and a.value_hash < b.value_hash and attribute not in {sql_list(SEVERAL_VALUES)}
    group by all having bool_or({_DIFFERS})
"""

_DISAGREEING = """
    -- grain: one row per customer whom systems describe differently, with the attributes
    create or replace temp table silo_disagreeing as
    select customer_no, list(distinct attribute order by attribute) as attributes from silo_conflict group by all
"""

_BY_ATTRIBUTE = """
    select attribute, count(distinct customer_no) as customers from silo_conflict
    group by attribute order by customers desc, attribute
"""

_BY_PAIR = """
    select attribute, source_a, source_b, count(*) as customers from silo_conflict
    group by attribute, source_a, source_b order by customers desc, attribute, source_a, source_b
"""


def find_conflicts(engine: Engine) -> Sign:
    """The sign 'inconsistent'; its base is customers with at least two records. Leaves ``silo_disagreeing`` behind.

    Cost: pairs of systems within one customer and attribute, and only where values differ at all.
    """
    try:
        engine.execute(_DISPUTES)
        engine.execute(_CONFLICTS)
        engine.execute(_DISAGREEING)
        return _sign(engine)
    finally:
        drop(engine, ("silo_dispute", "silo_conflict"))


def _holds(attribute: str, *columns: str) -> str:
    """SQL: whether one of the mask columns has the attribute."""
    name = {"given_name": GIVEN, "family_name": FAMILY}.get(attribute, attribute)
    return f"({' | '.join(columns)}) & {mask([name])} <> 0"


def _bases_by_attribute(engine: Engine) -> dict[tuple[str, ...], int]:
    """Customers of whom two systems hold the attribute, or two records where it has one value."""
    columns = {
        name: ("known_twice",) if name in SEVERAL_VALUES else ("known_twice", "known_double")
        for name in COMPARED_ATTRIBUTES
    }
    return counts_by_bit(
        engine, {name: _holds(name, *columns[name]) for name in COMPARED_ATTRIBUTES}, "silo_customer", ""
    )


def _bases_by_pair(engine: Engine) -> dict[tuple[str, ...], int]:
    """Customers of whom both systems hold the attribute; for a system with itself, two of its records."""
    conditions = {name: _holds(name, "known") for name in COMPARED_ATTRIBUTES}
    doubles = "(select source as source_a, source as source_b, known from silo_double)"
    return counts_by_bit(engine, conditions, "silo_pair", "source_a, source_b") | counts_by_bit(
        engine, conditions, doubles, "source_a, source_b"
    )


def _sign(engine: Engine) -> Sign:
    count = int(engine.scalar("select count(distinct customer_no) from silo_conflict"))
    repeated = int(engine.scalar("select count(*) from silo_customer where records > 1"))
    share = Share(count, repeated, say("base.customers_repeated"))
    bases, pair_bases = _bases_by_attribute(engine), _bases_by_pair(engine)
    by_attribute = tuple(
        _attribute_finding(attribute, int(customers), bases[(attribute,)])
        for attribute, customers in engine.rows(_BY_ATTRIBUTE)
    )
    by_pair = tuple(
        _pair_finding(attribute, a, b, int(customers), pair_bases[a, b, attribute])
        for attribute, a, b, customers in engine.rows(_BY_PAIR)
    )
    return Sign(
        name="inconsistent",
        title=say("sign.inconsistent"),
        meaning=say("sign.inconsistent.meaning"),
        headline=say("sign.inconsistent.headline", count=share.count, base=share.base, base_label=share.base_label),
        unit=say("unit.customers"),
        share=share,
        trend=None,
        worst=by_attribute,
        details={"by_pair": by_pair},
        examples=_examples(engine, [finding.field for finding in by_attribute]),
    )


def _attribute_finding(attribute: str, customers: int, base: int) -> Finding:
    share = Share(customers, base, say("base.customers_two_records"))
    text = say("finding.attribute", field=field_label(attribute))
    return Finding(attribute, field_label(attribute), None, None, share, text)


def _pair_finding(attribute: str, source_a: str, source_b: str, customers: int, base: int) -> Finding:
    is_same = source_a == source_b
    share = Share(customers, base, say("base.customers_two_records" if is_same else "base.customers_both"))
    key = "finding.pair_same" if is_same else "finding.pair"
    text = say(key, field=field_label(attribute), a=source_a, b=source_b)
    return Finding(attribute, field_label(attribute), source_a, source_b, share, text)


def _examples(engine: Engine, attributes: list[str]) -> tuple[Example, ...]:
    """Customers with most conflicts, taking turns through the attributes so that each is seen."""
    rows = engine.rows(
        """
        with scored as (
            select customer_no, attribute, count(*) over (partition by customer_no) as conflicts from silo_conflict
        )
        select customer_no, attribute from (select distinct * from scored)
        qualify row_number() over (partition by attribute order by conflicts desc, customer_no) <= ?
        order by row_number() over (partition by attribute order by conflicts desc, customer_no), attribute""",
        [EXAMPLES_PER_SIGN],
    )
    rank = {attribute: place for place, attribute in enumerate(attributes)}
    turns: dict[str, list[int]] = {attribute: [] for attribute in attributes}
    for customer_no, attribute in rows:
        turns[attribute].append(customer_no)
    chosen: dict[int, str] = {}
    for turn in range(EXAMPLES_PER_SIGN):
        for attribute in sorted(turns, key=rank.__getitem__):
            if turn < len(turns[attribute]) and len(chosen) < EXAMPLES_PER_SIGN:
                chosen.setdefault(turns[attribute][turn], attribute)
    picks = [
        Pick(customer_no, attribute, say("example.inconsistent", field=field_label(attribute)), (attribute,))
        for customer_no, attribute in chosen.items()
    ]
    return show_examples(engine, picks)
