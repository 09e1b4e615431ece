"""Sign four, absent: what customer work usually needs, and who holds it."""

from __future__ import annotations

from collections.abc import Iterable

from onefold.engines import Engine, quote_literal
from onefold.silos.examples import EXAMPLES_PER_SIGN, Pick, show_examples
from onefold.silos.fields import NEEDS, RARE_BELOW, NeedRule
from onefold.silos.model import Finding, Need, Share, Sign
from onefold.silos.stage import sql_list
from onefold.silos.words import listed, say


def check_needs(engine: Engine, kind: str) -> tuple[Need, ...]:
    """Each need of the checklist with the share of customers for whom somebody holds it, least held first."""
    _stage_met(engine, kind)
    try:
        bases = {
            source: int(count)
            for source, count in engine.rows(
                "select source, count(*) from silo_home where kind = ? group by all", [kind]
            )
        }
        total = int(engine.scalar("select count(distinct customer_no) from silo_home where kind = ?", [kind]))
        base = say("base.people" if kind == "person" else "base.organisations")
        met = dict(engine.rows("select need, count(distinct customer_no) from silo_met group by need"))
        by_source: dict[str, dict[str, int]] = {}
        query = "select need, source, count(distinct customer_no) from silo_met group by need, source"
        for need, source, count in engine.rows(query):
            by_source.setdefault(need, {})[source] = int(count)
        needs = [
            _need(rule, Share(int(met.get(rule.name, 0)), total, base), by_source.get(rule.name, {}), bases)
            for rule in NEEDS
        ]
    finally:
        engine.execute("drop table if exists temp.silo_met")
    return tuple(sorted(needs, key=lambda need: (need.customers.count, [rule.name for rule in NEEDS].index(need.name))))


def _stage_met(engine: Engine, kind: str) -> None:
    """One row per need, customer and source that holds it."""
    has_events = engine.exists("main", "event")
    parts = [part for rule in NEEDS for part in _met_sql(rule, has_events=has_events)]
    engine.execute("create or replace temp table silo_met as " + " union ".join(parts), [kind])


def _met_sql(rule: NeedRule, *, has_events: bool) -> Iterable[str]:
    need = quote_literal(rule.name)
    if rule.fields:
        yield f"select {need} as need, customer_no, source from silo_known where field in {sql_list(rule.fields)}"
    if rule.event_roles and has_events:
        condition = f"event.{rule.event_column} is not null" if rule.event_column else "true"
        yield f"""
            select distinct {need} as need, subject.customer_no, event.source
            from main.event as event join silo_subject as subject using (subject_id)
            where subject.kind = $1 and {condition} and {_event_condition(rule)}"""


def _event_condition(rule: NeedRule) -> str:
    """Any event with a colleague counts as contact, whatever its table is called."""
    roles = f"event.role in {sql_list(rule.event_roles)}"
    return f"({roles} or event.counterpart is not null)" if rule.name == "last_contact" else roles


def _need(rule: NeedRule, customers: Share, by_source: dict[str, int], bases: dict[str, int]) -> Need:
    value = customers.value or 0
    state = "absent" if not customers.count else "rare" if value < RARE_BELOW else "held"
    holders = [
        (source, Share(count, bases.get(source, customers.base), say("base.customers_of", system=source)))
        for source, count in by_source.items()
    ]
    return Need(
        name=rule.name,
        label=say(f"need.{rule.name}"),
        why=say(f"need.{rule.name}.why"),
        state=state,
        customers=customers,
        systems=tuple(sorted(holders, key=lambda holder: (-holder[1].count, holder[0]))),
    )


def find_absent(engine: Engine, kind: str, needs: tuple[Need, ...]) -> Sign:
    """The sign 'absent'; its base is the checklist, not customers."""
    absent = [need for need in needs if need.state == "absent"]
    rare = [need for need in needs if need.state == "rare"]
    share = Share(len(absent), len(needs), say("base.needs"))
    names = listed([_word(need.label) for need in absent])
    sentences = [
        say(
            "sign.absent.headline",
            count=share.count,
            base=share.base,
            base_label=share.base_label,
            names=f": {names}" if names else "",
        )
    ]
    if rare:
        sentences.append(say("sign.absent.rare", names=listed([_word(need.label) for need in rare]).capitalize()))
    return Sign(
        name="absent",
        title=say("sign.absent"),
        meaning=say("sign.absent.meaning"),
        headline=" ".join(sentences),
        unit=say("unit.needs"),
        share=share,
        trend=None,
        worst=tuple(_finding(need) for need in needs if need.state != "held"),
        details={},
        examples=_examples(engine, kind, absent or rare),
    )


def _finding(need: Need) -> Finding:
    return Finding(need.name, need.label, None, None, need.customers, say("finding.need", field=need.label))


def _examples(engine: Engine, kind: str, needs: list[Need]) -> tuple:  # type: ignore[type-arg]
    """Customers that live in most systems, of whom still nobody knows it."""
    if not needs:
        return ()
    fields = sorted({field for need in needs for rule in NEEDS if rule.name == need.name for field in rule.fields})
    known = f"select customer_no from silo_known where field in {sql_list(fields)}" if fields else "select -1"
    rows = engine.rows(
        f"""
        select customer_no, count(*) as systems from silo_home
        where kind = ? and customer_no not in ({known})
        group by customer_no order by systems desc, sum(records) desc, customer_no limit ?""",
        [kind, EXAMPLES_PER_SIGN],
    )
    words = listed([_word(need.label) for need in needs])
    return show_examples(
        engine,
        [
            Pick(
                customer_no,
                "absent",
                say("example.absent", systems=int(systems), fields=words),
                ("name", "email", "phone"),
            )
            for customer_no, systems in rows
        ],
    )


def _word(label: str) -> str:
    return label[:1].lower() + label[1:]
