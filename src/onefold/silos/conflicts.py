"""Sign one, inconsistent: what systems say differently about the same customer.

Two systems disagree on an attribute when both hold a value and no value of the one means the same as a value of the
other. Values mean the same when their comparison forms are equal; names also when one only says less ('J' and
'John', 'Garcia' and 'Garcia Lopez'), birth dates when one is only less exact ('1980' and '1980-05-03'). Names in
different scripts are not compared: a transliteration proves nothing. Two records inside one system disagree in the
same way, but only on attributes of which a customer has one.
"""

from __future__ import annotations

from onefold.engines import Engine
from onefold.silos.examples import EXAMPLES_PER_SIGN, Pick, show_examples
from onefold.silos.fields import COMPARED_ATTRIBUTES, SEVERAL_VALUES
from onefold.silos.model import Example, Finding, Share, Sign
from onefold.silos.stage import sql_list
from onefold.silos.words import field_label, say

_HOLDINGS = f"""
    -- grain: one row per customer, attribute, source, record and distinct value, of customers with several records
    create or replace temp table silo_holding as
    with repeated as (
        select customer_no from silo_home where kind = $kind group by customer_no having sum(records) > 1
    )
    select customer_no, subject_no, source, attribute, value_hash, soft_text, false as is_native
    from silo_fact
    where is_usable and kind = $kind and attribute in {sql_list(COMPARED_ATTRIBUTES)}
        and attribute not in ('given_name', 'family_name') and customer_no in (select customer_no from repeated)
    union
    select customer_no, subject_no, source, attribute, value_hash, soft_text, is_native
    from silo_name
    where kind = $kind and customer_no in (select customer_no from repeated)
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
        when attribute = 'birth_date'
            then not starts_with(a.soft_text, b.soft_text) and not starts_with(b.soft_text, a.soft_text)
        else true
    end
"""

_CONFLICTS = f"""
    -- grain: one row per customer, attribute and pair of sources that disagree (a pair may be one source twice)
    create or replace temp table silo_conflict as
    with spoken as (
        select distinct customer_no, attribute, source, value_hash, soft_text, is_native from silo_holding
    ),
    disputed as (
        select customer_no, attribute from spoken group by all having count(distinct value_hash) > 1
    ),
    said as (
        select spoken.* from spoken join disputed using (customer_no, attribute)
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

_BY_ATTRIBUTE = f"""
    with bases as (
        select attribute, count(*) as base
        from (
            select customer_no, attribute from silo_holding group by all
            having count(distinct source) > 1
                or (attribute not in {sql_list(SEVERAL_VALUES)} and count(distinct subject_no) > 1)
        ) group by attribute
    )
    select attribute, count(distinct customer_no) as customers, any_value(base)
    from silo_conflict join bases using (attribute)
    group by attribute order by customers desc, attribute
"""

_BY_PAIR = """
    with holders as (
        select customer_no, attribute, source, count(distinct subject_no) as records from silo_holding group by all
    ),
    bases as (
        select attribute, a.source as source_a, b.source as source_b, count(*) as base
        from holders as a join holders as b using (customer_no, attribute)
        where a.source < b.source or (a.source = b.source and a.records > 1)
        group by all
    )
    select attribute, source_a, source_b, count(distinct customer_no) as customers, any_value(base)
    from silo_conflict join bases using (attribute, source_a, source_b)
    group by attribute, source_a, source_b order by customers desc, attribute, source_a, source_b
"""


def find_conflicts(engine: Engine, kind: str) -> Sign:
    """The sign 'inconsistent'; its base is customers with at least two records.

    Cost: pairs of systems within one customer and attribute, and only where values differ at all.
    """
    try:
        engine.execute(_HOLDINGS.replace("$kind", f"'{kind}'"))
        engine.execute(_CONFLICTS)
        return _sign(engine, kind)
    finally:
        engine.execute("drop table if exists temp.silo_holding")
        engine.execute("drop table if exists temp.silo_conflict")


def _sign(engine: Engine, kind: str) -> Sign:
    count = int(engine.scalar("select count(distinct customer_no) from silo_conflict"))
    repeated = """
        select count(*) from (
            select customer_no from silo_home where kind = ? group by customer_no having sum(records) > 1)"""
    share = Share(count, int(engine.scalar(repeated, [kind])), say("base.customers_repeated"))
    by_attribute = tuple(_attribute_finding(*row) for row in engine.rows(_BY_ATTRIBUTE))
    return Sign(
        name="inconsistent",
        title=say("sign.inconsistent"),
        meaning=say("sign.inconsistent.meaning"),
        headline=say("sign.inconsistent.headline", count=share.count, base=share.base, base_label=share.base_label),
        unit=say("unit.customers"),
        share=share,
        trend=None,
        worst=by_attribute,
        details={"by_pair": tuple(_pair_finding(*row) for row in engine.rows(_BY_PAIR))},
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
