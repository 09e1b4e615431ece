"""The silo report alive: what the overview page shows to one actor, each number with the filter that opens it.

Whoever sees all customers reads the stored report; others get the same numbers counted within their scope, and of what
cannot be counted that way (placeholders, prices of rows) nothing. Sentences are left to the page: a finding is
a field, a system and a share, whose base is named by a word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.silos.fields import FIELDS
from onefold.silos.model import Share
from onefold.silos.overview_model import (
    Action,
    Cell,
    Completeness,
    Count,
    Example,
    Finding,
    Overlap,
    OverlapCell,
    Overview,
    Sign,
    SystemsCount,
    SystemSummary,
)
from onefold.silos.scope_trends import scope_history
from onefold.silos.scoped import (
    SIGNS_OF_CUSTOMERS,
    ScopedPopulation,
    ScopedSystem,
    count_in_scope,
    count_signs,
    describe_systems_in_scope,
    list_examples,
    name_customers,
    overlap_in_scope,
    report_scope,
    sees_all,
    sign_shares,
)
from onefold.silos.trends import direction_of

FINDINGS_SHOWN = 8
EXAMPLES_SHOWN = 4
_EMPTY = "empty:{field}@{system}"
_UNITS = {"absent": "needs", "cost": "columns"}
_BASES = {"inconsistent": "repeated", "missing": "several", "stale": "all", "absent": "needs", "cost": "columns"}


@dataclass(frozen=True)
class _View:
    """One actor looking at one report."""

    connection: sa.Connection
    access: Access
    report: Mapping[str, Any]
    scope: sa.ColumnElement[bool]

    @property
    def kind(self) -> str:
        return str(self.report["kind"])

    @cached_property
    def signs(self) -> Counter[str]:
        """Word of ``marks.py`` -> customers in scope that show it."""
        return count_signs(self.connection, self.scope)

    @cached_property
    def before(self) -> Mapping[str, Mapping[str, Any]]:
        """Sign -> ``count`` and ``base`` in the actor's scope at the build before; empty where it was not counted."""
        past = scope_history(self.connection, self.access, self.kind)
        earlier = [build_no for build_no in past if build_no < self.report["build_no"]]
        return past[earlier[-1]] if earlier else {}

    def shows(self, field: str) -> bool:
        """Whether the actor may count by a field of the report: none of what fills it is masked for them."""
        attributes = FIELDS.get(field, (field,))
        return all(self.access.may_search(attribute) for attribute in attributes)

    def filter(self, *rules: str) -> str:
        """A rule for the list of customers."""
        return " and ".join((f'kind = "{self.kind}"', *rules))


def read_overview(connection: sa.Connection, access: Access, report: Mapping[str, Any]) -> Overview:
    """The overview of ``report`` for one actor.

    Raises:
        NotAllowed: the actor may not read reports.

    Cost: a few point reads for whoever sees all; otherwise passes over the customers in scope.
    """
    access.require("read", "report")
    view = _View(connection, access, report, report_scope(access, str(report["kind"])))
    return _whole(view) if sees_all(access) else _within_scope(view)


def _whole(view: _View) -> Overview:
    report = view.report
    focus = report["people"] if view.kind == "person" else report["organisations"]
    several = focus["in_several_systems"]
    ageing = {entry["system"]: entry for entry in report["staleness"]}
    return Overview(
        is_everything=True,
        kind=view.kind,
        customers=focus["customers"],
        records=focus["records"],
        events=report["events"],
        in_several_systems=_count(several, "all", view.filter("systems >= 2")),
        mean_systems=focus["mean_systems"],
        systems=[_system(view, entry, ageing.get(entry["name"])) for entry in report["systems"]],
        by_systems=[
            SystemsCount(entry["systems"], _count(entry["customers"], "all", view.filter(_lives_in(entry["systems"]))))
            for entry in focus["by_systems"]
        ],
        overlap=_overlap(view, report["overlap"]["systems"], report["overlap"]["counts"]),
        completeness=_completeness(view, _held_everywhere(view)),
        signs=[_sign(view, name, entry) for name, entry in report["signs"].items()],
        actions=[_action(view, entry) for entry in report["actions"] if _may_show_action(view, entry)],
        notes=list(report["notes"]),
    )


def _lives_in(systems: int) -> str:
    return f"systems = {systems}"


def _knows(system: str) -> str:
    return f'source = "{system}"'


def _count(share: Mapping[str, Any], base: str, filter_rule: str | None = None, system: str | None = None) -> Count:
    return Count(int(share["count"]), int(share["base"]), base, system, filter_rule)


def _system(view: _View, entry: Mapping[str, Any], ageing: Mapping[str, Any] | None) -> SystemSummary:
    name = entry["name"]
    return SystemSummary(
        name=name,
        records=entry["records"],
        customers=entry["customers"],
        only_here=_count(entry["only_here"], "system", view.filter(_knows(name), _lives_in(1)), name),
        filter=view.filter(_knows(name)),
        tables=entry["tables"],
        rows=entry["rows"],
        owner=entry["owner"],
        yearly_cost=entry["yearly_cost"],
        cost_per_customer=entry["cost_per_customer"],
        median_age_days=ageing["median_days"] if ageing else None,
        newest=ageing["newest"] if ageing else None,
        unchanged=_count(ageing["stale"], "dated_records", None, name) if ageing and ageing["stale"]["base"] else None,
    )


def _overlap(view: _View, systems: list[str], counts: Mapping[str, Mapping[str, int]]) -> Overlap:
    cells = [
        OverlapCell(
            a,
            b,
            Count(
                counts[a].get(b, 0),
                counts[a].get(a, 0),
                "system",
                a,
                view.filter(_knows(a)) if a == b else view.filter(_knows(a), _knows(b)),
            ),
        )
        for a in systems
        for b in systems
    ]
    return Overlap(list(systems), cells)


def _held_everywhere(view: _View) -> dict[tuple[str, str], tuple[int, int]]:
    """(field, system) -> for how many of its customers the system holds it, and how many it has."""
    shares = {(cell["field"], cell["system"]): cell["customers"] for cell in view.report["completeness"]["cells"]}
    return {place: (int(share["count"]), int(share["base"])) for place, share in shares.items()}


def _completeness(view: _View, held: Mapping[tuple[str, str], tuple[int, int]]) -> Completeness:
    """The places of the report among ``held``, in its order."""
    report = view.report["completeness"]
    fields = [field for field in report["fields"] if view.shows(field)]
    systems = [system for system in report["systems"] if any(where == system for _, where in held)]
    cells = [
        _cell(view, cell["field"], cell["system"], held[cell["field"], cell["system"]], is_place=cell["has_column"])
        for cell in report["cells"]
        if cell["field"] in fields and cell["system"] in systems
    ]
    return Completeness(fields, systems, cells)


def _cell(view: _View, field: str, system: str, held: tuple[int, int], *, is_place: bool) -> Cell:
    count, base = held
    empty = f'"{_EMPTY.format(field=field, system=system)}"'
    rules = (f"sign not in ({empty})", f"sign = {empty}")
    with_it, without = (view.filter(_knows(system), rule) if is_place else None for rule in rules)
    return Cell(
        field,
        system,
        is_place,
        Count(count, base, "system", system, with_it),
        Count(base - count, base, "system", system, without),
    )


def _sign(view: _View, name: str, entry: Mapping[str, Any]) -> Sign:
    is_of_customers = name in SIGNS_OF_CUSTOMERS
    trend = entry.get("trend") or {}
    examples = [example["customer_id"] for example in entry["examples"] if view.shows(example["field"])]
    names = name_customers(view.connection, view.access, view.scope, examples) if is_of_customers else {}
    return Sign(
        name=name,
        unit=_UNITS.get(name, "customers"),
        share=_count(entry["share"], _BASES[name], view.filter(f'sign = "{name}"') if is_of_customers else None),
        direction=trend.get("direction"),
        previous=Count(trend["previous_count"], trend["previous_base"], _BASES[name]) if trend else None,
        findings=[f for f in _findings(view, name, entry) if view.shows(f.field)][:FINDINGS_SHOWN],
        examples=[Example(customer_id, names[customer_id]) for customer_id in examples if customer_id in names][
            :EXAMPLES_SHOWN
        ],
    )


def _findings(view: _View, sign: str, entry: Mapping[str, Any]) -> Iterator[Finding]:
    """The worst of a sign, each with the word of ``marks.py`` as its filter where it is about customers."""
    if sign == "stale":
        stale = view.report["stale_customers"]
        yield Finding("unchanged", None, _count(stale, "dated", view.filter('sign = "unchanged"')))
    for finding in entry["details"]["nobody_knows"] if sign == "stale" else entry["worst"]:
        field, system = finding["field"], finding["system"]
        word, base = _word_and_base(sign, field, system)
        is_found = word and finding["share"]["count"]
        count = _count(finding["share"], base, view.filter(f'sign = "{word}"') if is_found else None, system)
        place = finding["label"].removesuffix(f".{field}") if sign == "cost" else None
        yield Finding(field, system, count, finding["label"], place)


def _word_and_base(sign: str, field: str, system: str | None) -> tuple[str | None, str]:
    """The word by which the customers of a finding are found, and what its share is of."""
    return {
        "inconsistent": (f"inconsistent:{field}", "known_twice"),
        "missing": (f"missing:{field}@{system}", "elsewhere"),
        "stale": (f"incomplete:{field}", "all"),
        "absent": (f"known:{field}", "all"),
        "cost": (None, "rows_of"),
    }[sign]


def _may_show_action(view: _View, entry: Mapping[str, Any]) -> bool:
    field = entry.get("facts", {}).get("field")
    return field is None or view.shows(field)


def _action(view: _View, entry: Mapping[str, Any]) -> Action:
    facts = entry.get("facts", {})
    return Action(
        kind=entry.get("kind", ""),
        sign=entry["sign"],
        touches=entry["touches"],
        title=entry["title"],
        why=entry["why"],
        where=entry["where"],
        facts=facts,
        filter=_filter_of_action(view, entry),
    )


def _filter_of_action(view: _View, entry: Mapping[str, Any]) -> str | None:
    if entry.get("kind") == "absent":
        return view.filter()
    if entry.get("kind") == "unmapped":
        return view.filter(_knows(entry["facts"]["source"]))
    word = _word_of_action(entry)
    return view.filter(f'sign = "{word}"') if word else None


def _word_of_action(entry: Mapping[str, Any]) -> str | None:
    facts = entry["facts"]
    words = {
        "placeholder": facts.get("mark"),
        "shared": facts.get("mark"),
        "inconsistent": f"inconsistent:{facts.get('field')}",
        "missing": f"missing:{facts.get('field')}@{facts.get('system')}",
        "duplicates": f"repeated:{facts.get('system')}",
        "stale": "unchanged",
    }
    return words.get(entry.get("kind", ""))


def _within_scope(view: _View) -> Overview:
    """The same, counted among the customers in scope."""
    population = count_in_scope(view.connection, view.scope)
    homes = describe_systems_in_scope(view.connection, view.scope)
    shared = overlap_in_scope(view.connection, view.scope)
    order = [entry["name"] for entry in view.report["systems"] if entry["name"] in homes]
    order += sorted(homes.keys() - set(order))
    counts = {a: {b: shared.get((a, b), 0) for b in order} for a in order}
    total = population.customers
    lived = sum(systems * customers for systems, customers in population.by_systems.items())
    signs = _signs_in_scope(view, population, homes)
    return Overview(
        is_everything=False,
        kind=view.kind,
        customers=total,
        records=population.records,
        events=population.events,
        in_several_systems=Count(population.in_several_systems, total, "all", None, view.filter("systems >= 2")),
        mean_systems=round(lived / total, 6) if total else None,
        systems=[_system_in_scope(view, name, homes[name]) for name in order],
        by_systems=[
            SystemsCount(systems, Count(customers, total, "all", None, view.filter(_lives_in(systems))))
            for systems, customers in population.by_systems.items()
        ],
        overlap=_overlap(view, order, counts),
        completeness=_completeness(view, _held_in_scope(view, homes)),
        signs=signs,
        actions=_actions_in_scope(view, signs),
        notes=[],
    )


def _system_in_scope(view: _View, name: str, home: ScopedSystem) -> SystemSummary:
    return SystemSummary(
        name=name,
        records=home.records,
        customers=home.customers,
        only_here=Count(home.only_here, home.customers, "system", name, view.filter(_knows(name), _lives_in(1))),
        filter=view.filter(_knows(name)),
    )


def _held_in_scope(view: _View, homes: Mapping[str, ScopedSystem]) -> dict[tuple[str, str], tuple[int, int]]:
    """As ``_held_everywhere``, of the systems that know somebody in scope."""
    held = {}
    for cell in view.report["completeness"]["cells"]:
        field, system = cell["field"], cell["system"]
        if system in homes:
            customers = homes[system].customers
            empty = view.signs[_EMPTY.format(field=field, system=system)] if cell["has_column"] else customers
            held[field, system] = (customers - empty, customers)
    return held


def _signs_in_scope(view: _View, population: ScopedPopulation, homes: Mapping[str, ScopedSystem]) -> list[Sign]:
    """Signs of customers, counted in scope; of the others only what says nothing about customers."""
    wanted = {
        name: [finding for finding in _findings(view, name, view.report["signs"][name]) if view.shows(finding.field)]
        for name in SIGNS_OF_CUSTOMERS
    }
    counts = view.signs
    shares = sign_shares(view.connection, view.scope, population, counts)
    signs = []
    for name, findings in wanted.items():
        counted = [_recounted(name, finding, counts, population, homes) for finding in findings]
        worst = sorted((f for f in counted if f.count.count), key=lambda f: -f.count.count)[:FINDINGS_SHOWN]
        examples = list_examples(view.connection, view.access, view.scope, name, EXAMPLES_SHOWN)
        share = Count(*shares[name], _BASES[name], None, view.filter(f'sign = "{name}"'))
        shown = [Example(*entry) for entry in examples.items()]
        signs.append(Sign(name, "customers", share, *_trend_in_scope(view, share, name), worst, shown))
    for name, unit in _UNITS.items():
        whole = _sign(view, name, view.report["signs"][name])
        signs.append(Sign(name, unit, whole.share, whole.direction, whole.previous, [], []))
    return signs


def _trend_in_scope(view: _View, share: Count, sign: str) -> tuple[str | None, Count | None]:
    """Direction, and how the sign stood in this scope at the build before; nothing where that was not counted."""
    before = view.before.get(sign)
    if before is None:
        return None, None
    previous = Count(int(before["count"]), int(before["base"]), share.base_name)
    if (view.report["signs"][sign].get("trend") or {}).get("direction") == "not_comparable":
        return "not_comparable", previous
    was, now = (Share(count.count, count.base, "") for count in (previous, share))
    return direction_of(was, now, is_list=False), previous


def _word(sign: str, finding: Finding) -> str:
    if finding.field == "unchanged":
        return "unchanged"
    return str(_word_and_base(sign, finding.field, finding.system)[0])


def _recounted(
    sign: str,
    finding: Finding,
    counts: Mapping[str, int],
    population: ScopedPopulation,
    homes: Mapping[str, ScopedSystem],
) -> Finding:
    """The finding with its share among the customers in scope."""
    home = homes.get(finding.system or "")
    bases = {
        "inconsistent": ("repeated", population.with_several_records),
        "missing": ("elsewhere", home.customers - home.only_here if home else 0),
        "stale": ("all", population.customers),
    }
    base, size = bases[sign]
    count = replace(finding.count, count=counts[_word(sign, finding)], base=size, base_name=base)
    return replace(finding, count=count)


def _actions_in_scope(view: _View, signs: list[Sign]) -> list[Action]:
    """The actions of the report that touch customers in scope, with their numbers there."""
    counted = {
        _word(sign.name, finding): finding.count
        for sign in signs
        if sign.name in SIGNS_OF_CUSTOMERS
        for finding in sign.findings
    }
    found = []
    for entry in view.report["actions"]:
        count = counted.get(_word_of_action(entry) or "")
        if count and count.count and entry.get("kind") in {"inconsistent", "missing"} and _may_show_action(view, entry):
            facts = entry["facts"] | {"count": count.count, "base": count.base}
            shown = {**entry, "facts": facts, "touches": count.count, "title": "", "why": "", "where": ""}
            found.append(_action(view, shown))
    return sorted(found, key=lambda action: -action.touches)
