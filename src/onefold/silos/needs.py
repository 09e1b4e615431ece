"""Sign four, absent: what customer work usually needs, and who holds it."""

from __future__ import annotations

from onefold.engines import Engine
from onefold.silos.examples import EXAMPLES_PER_SIGN, Pick, show_examples
from onefold.silos.fields import NEEDS, RARE_BELOW, NeedRule
from onefold.silos.model import Example, Finding, Need, Share, Sign
from onefold.silos.stage import counts_by_bit, field_mask, sql_list
from onefold.silos.words import listed, say


def check_needs(engine: Engine, kind: str) -> tuple[Need, ...]:
    """Each need of the checklist with the share of customers for whom somebody holds it, least held first."""
    base = say("base.people" if kind == "person" else "base.organisations")
    bases = {source: int(count) for source, count in engine.rows("select source, count(*) from silo_holder group by 1")}
    total = int(engine.scalar("select count(*) from silo_customer"))
    known = {rule.name: f"fields & {field_mask(rule.fields)} <> 0" for rule in NEEDS if rule.fields}
    met = {name: count for (name,), count in counts_by_bit(engine, known, "silo_customer", "").items()}
    by_source: dict[str, dict[str, int]] = {rule.name: {} for rule in NEEDS}
    for (source, name), count in counts_by_bit(engine, known, "silo_holder", "source").items():
        by_source[name] |= {source: count} if count else {}
    for rule in NEEDS:
        if rule.event_roles and engine.exists("main", "event"):
            by_source[rule.name], met[rule.name] = _met_by_events(engine, kind, rule)
    needs = [_need(rule, Share(met.get(rule.name, 0), total, base), by_source[rule.name], bases) for rule in NEEDS]
    _mark_rare(engine, kind, {need.name for need in needs if need.state == "rare"})
    return tuple(sorted(needs, key=lambda need: (need.customers.count, [rule.name for rule in NEEDS].index(need.name))))


def _met_by_events(engine: Engine, kind: str, rule: NeedRule) -> tuple[dict[str, int], int]:
    """Customers with a fitting event, by the event's source and altogether."""
    rows = engine.rows(
        f"""
        select event.source, count(distinct subject.customer_no)
        from main.event as event join silo_subject as subject using (subject_id)
        where subject.kind = ? and {_event_filled(rule)} and {_event_condition(rule)}
        group by grouping sets ((event.source), ())""",
        [kind],
    )
    counts = {source: int(count) for source, count in rows}
    return {source: count for source, count in counts.items() if source and count}, counts.get(None, 0)


def _mark_rare(engine: Engine, kind: str, names: set[str]) -> None:
    """The few customers of whom something is known that hardly any has known: ``known:<need>``."""
    for rule in NEEDS:
        if rule.name not in names:
            continue
        if rule.event_roles:
            query = f"""
                select distinct subject.customer_no, $2
                from main.event as event join silo_subject as subject using (subject_id)
                where subject.kind = $1 and {_event_filled(rule)} and {_event_condition(rule)}"""
        else:
            query = f"""
                select customer_no, $2 from silo_customer
                where $1 <> '' and fields & {field_mask(rule.fields)} <> 0"""
        engine.execute(f"insert into silo_named {query}", [kind, f"known:{rule.name}"])


def _event_filled(rule: NeedRule) -> str:
    return f"event.{rule.event_column} is not null" if rule.event_column else "true"


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


def find_absent(engine: Engine, needs: tuple[Need, ...]) -> Sign:
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
        sentences.append(say("sign.absent.rare", names=listed([_word(need.label) for need in rare])))
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
        examples=_examples(engine, absent or rare),
    )


def _finding(need: Need) -> Finding:
    return Finding(need.name, need.label, None, None, need.customers, say("finding.need", field=need.label))


def _examples(engine: Engine, needs: list[Need]) -> tuple[Example, ...]:
    """Customers that live in most systems, of whom still nobody knows it."""
    if not needs:
        return ()
    fields = sorted({field for need in needs for rule in NEEDS if rule.name == need.name for field in rule.fields})
    rows = engine.rows(
        f"""
        select customer_no, systems from silo_customer where fields & {field_mask(fields)} = 0
        order by systems desc, records desc, customer_no limit {EXAMPLES_PER_SIGN}"""
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
