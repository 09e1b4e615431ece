"""What to do first, and a guess at why the silos are there. Pure decisions over the finished sections.

Actions are ranked by the customers they touch, times how directly the defect hurts whoever meets the customer: wrong
facts and split histories before hidden facts, hidden facts before absent ones, absent ones before tidiness.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from onefold.silos.english import singular
from onefold.silos.fields import CORE_FIELDS, NEEDS, STALE_AFTER_DAYS
from onefold.silos.model import Action, Finding, RootCause, SiloReport
from onefold.silos.words import column_word, field_word, listed, percent, say

ACTIONS_SHOWN = 12
PER_KIND = 3
"""At most this many actions of one kind, so that the list stays varied."""

WORTH_DOING = 0.002
"""Fewer than two customers in a thousand are no reason to start something."""

WEIGHTS = {
    "quarantine": 10.0,
    "inconsistent": 10.0,
    "duplicates": 10.0,
    "shared": 3.0,
    "placeholder": 3.0,
    "missing": 1.0,
    "stale": 1.0,
    "absent": 0.5,
    "properties": 0.2,
    "unmapped": 0.05,
}
"""How directly a defect hurts; multiplied by the customers touched."""

DUPLICATES_ARE_A_HABIT = 0.05
DISAGREEMENT_IS_COMMON = 0.1
KNOWLEDGE_IS_SPLIT = 0.25
PLACEHOLDERS_ARE_A_HABIT = 0.01
SAME_JOB = 0.7
"""Two systems do the same job when this share of the fields that either has is in both …"""
DISJOINT = 0.1
"""… and they look like separate companies or markets when they share less than this of the smaller's customers."""


@dataclass(frozen=True)
class _Candidate:
    kind: str
    action: Action

    @property
    def weight(self) -> float:
        return WEIGHTS[self.kind] * self.action.touches


def rank_actions(report: SiloReport) -> tuple[Action, ...]:
    """What to do first: at most ``ACTIONS_SHOWN``, best first."""
    ranked = sorted(_candidates(report), key=lambda candidate: (-candidate.weight, candidate.action.title))
    worth = max(1, report.focus.customers * WORTH_DOING)
    kept: list[Action] = []
    taken: dict[str, int] = {}
    for candidate in ranked:
        taken[candidate.kind] = taken.get(candidate.kind, 0) + 1
        if candidate.action.touches >= worth and taken[candidate.kind] <= PER_KIND and len(kept) < ACTIONS_SHOWN:
            kept.append(replace(candidate.action, rank=len(kept) + 1))
    return tuple(kept)


def _candidates(report: SiloReport) -> Iterator[_Candidate]:
    yield from _about_rows(report)
    yield from _about_disagreement(report)
    yield from _about_knowledge(report)
    yield from _about_values(report)
    yield from _about_columns(report)


def _action(
    kind: str, sign: str, touches: tuple[int, str], gaps: Mapping[str, object], facts: dict[str, Any]
) -> _Candidate:
    """An action whose three sentences are in the catalogue under its kind."""
    texts = {part: say(f"action.{kind}{part}", **gaps) for part in ("", ".why", ".where")}
    count, unit = touches
    action = Action(0, texts[""], count, _unit(unit, count), texts[".why"], texts[".where"], sign, kind, facts)
    return _Candidate(kind, action)


def _about_rows(report: SiloReport) -> Iterator[_Candidate]:
    for entry in report.quarantine:
        gaps = {
            "count": entry.rows,
            "table": f"{entry.source}.{entry.table}",
            "reason": entry.reason,
            "source": entry.source,
        }
        facts: dict[str, Any] = {
            "source": entry.source,
            "table": entry.table,
            "rows": entry.rows,
            "reason": entry.reason,
        }
        yield _action("quarantine", "stale", (entry.rows, "rows"), gaps, facts)
    for duplicates in report.duplicates:
        if duplicates.customers:
            gaps = {
                "system": duplicates.system,
                "records": duplicates.records.count,
                "share": percent(duplicates.records.value),
                "base": duplicates.records.base_label,
                "example": duplicates.examples[0].customer_id,
            }
            records = duplicates.records
            facts = {"system": duplicates.system, "count": records.count, "base": records.base}
            yield _action("duplicates", "inconsistent", (duplicates.customers, "customers"), gaps, facts)


def _about_disagreement(report: SiloReport) -> Iterator[_Candidate]:
    sign = report.sign("inconsistent")
    for finding in sign.worst:
        pair = next(
            (p for p in sign.details["by_pair"] if p.field == finding.field and p.system != p.other_system),
            None,
        )
        if pair:
            gaps = {
                "field": field_word(finding.field),
                "count": finding.share.count,
                "share": percent(finding.share.value),
                "base_label": finding.share.base_label,
                "a": pair.system,
                "b": pair.other_system,
            }
            facts = _facts_of(finding) | {"system": pair.system, "other_system": pair.other_system}
            yield _action("inconsistent", "inconsistent", (finding.share.count, "customers"), gaps, facts)


def _about_knowledge(report: SiloReport) -> Iterator[_Candidate]:
    for finding in report.sign("missing").worst:
        gaps = {
            "field": field_word(finding.field),
            "system": finding.system,
            "share": percent(finding.share.value),
            "base_label": finding.share.base_label,
        }
        if finding.field in CORE_FIELDS:
            touches = (finding.share.count, "customers")
            yield _action("missing", "missing", touches, gaps, _facts_of(finding))
    recordable = {rule.name: rule.fields[0] for rule in NEEDS if rule.fields}
    absent = [need for need in report.needs if need.state == "absent" and need.name in recordable]
    if absent:
        gaps = {
            "fields": listed([_word(need.label) for need in absent]),
            "whys": listed([need.why for need in absent]),
            "meanings": ", ".join(recordable[need.name] for need in absent),
        }
        lacking: dict[str, Any] = {"needs": [need.name for need in absent]}
        yield _action("absent", "absent", (absent[0].customers.base, "customers"), gaps, lacking)
    stale = [entry for entry in report.staleness if entry.stale.count]
    if stale:
        worst = max(stale, key=lambda entry: entry.stale.count)
        gaps = {
            "system": worst.system,
            "share": percent(worst.stale.value),
            "date": f"{_stale_limit(report.ages_counted_to):%Y-%m-%d}",
        }
        facts = {"system": worst.system, "count": worst.stale.count, "base": worst.stale.base}
        yield _action("stale", "stale", (report.stale_customers.count, "customers"), gaps, facts)


def _about_values(report: SiloReport) -> Iterator[_Candidate]:
    for placeholder in report.placeholders:
        gaps = {
            "value": f"“{placeholder.raw}”",
            "column": column_word(placeholder.column),
            "system": placeholder.source,
            "table": f"{placeholder.source}.{placeholder.table}",
            "records": placeholder.records,
        }
        if placeholder.kind == "placeholder" and placeholder.records > 1:
            place = {"system": placeholder.source, "table": placeholder.table, "column": placeholder.column}
            facts = {**place, "value": placeholder.raw, "records": placeholder.records, "mark": placeholder.mark}
            yield _action("placeholder", "stale", (placeholder.customers, "customers"), gaps, facts)
    for shared in report.shared_values:
        if shared.kind != "pair":
            gaps = {"value": shared.value, "customers": shared.customers}
            facts = {"field": shared.field, "value": shared.value, "mark": shared.mark}
            yield _action("shared", "inconsistent", (shared.customers, "customers"), gaps, facts)


def _about_columns(report: SiloReport) -> Iterator[_Candidate]:
    for entry in report.overlapping_properties:
        if entry.confidence != "likely":
            continue
        gaps = {
            "names": listed([_named(p.column, p.source) for p in entry.properties]),
            "agree": entry.agree.count,
            "base": entry.agree.base,
            "suggestion": entry.suggestion,
        }
        kind = "properties" if entry.agree.base else "properties_apart"
        texts = {part: say(f"action.{kind}{part}", **gaps) for part in ("", ".why", ".where")}
        touches = entry.customers or max((s.customers for s in report.systems), default=0)
        unit = _unit("customers", touches)
        facts = {
            "columns": [f"{p.source}.{p.table}.{p.column}" for p in entry.properties],
            "keep": entry.keep,
            "source": entry.properties[0].source,
            "table": entry.properties[0].table,
            "agree": entry.agree.count,
            "base": entry.agree.base,
        }
        action = Action(0, texts[""], touches, unit, texts[".why"], texts[".where"], "cost", kind, facts)
        yield _Candidate("properties", action)
    unmapped = [column for column in report.unread_columns if column.state == "unmapped"]
    if unmapped:
        first = unmapped[0]
        gaps = {
            "count": len(unmapped),
            "names": listed([_named(c.column, c.source) for c in unmapped[:4]]) + (" …" if len(unmapped) > 4 else ""),
            "table": f"{first.source}.{first.table}",
            "column": first.column,
        }
        touches = sum(system.customers for system in report.systems if system.name == first.source)
        facts = {"columns": [f"{c.source}.{c.table}.{c.column}" for c in unmapped[:4]], "count": len(unmapped)}
        facts |= {"source": first.source, "table": first.table}
        unit = "customers" if touches else "columns"
        yield _action("unmapped", "cost", (touches or len(unmapped), unit), gaps, facts)


def _facts_of(finding: Finding) -> dict[str, Any]:
    return {
        "field": finding.field,
        "system": finding.system,
        "count": finding.share.count,
        "base": finding.share.base,
    }


def guess_root_causes(report: SiloReport) -> tuple[RootCause, ...]:
    """Guesses with their evidence, the best supported first; a guess without evidence is not made."""
    evidence = {
        "technology": tuple(_technology(report)),
        "structure": tuple(_structure(report)),
        "culture": tuple(_culture(report)),
        "acquisition": tuple(_acquisition(report)),
    }
    causes = [
        RootCause(cause, say(f"cause.{cause}"), "strong" if len(found) > 1 else "weak", found)
        for cause, found in evidence.items()
        if found
    ]
    return tuple(sorted(causes, key=lambda cause: -len(cause.evidence)))


def _holders(report: SiloReport) -> list[str]:
    return [system.name for system in report.systems if system.customers]


def _technology(report: SiloReport) -> Iterator[str]:
    systems = _holders(report)
    if len(systems) < 2 or not report.focus.in_several_systems.count:
        return
    links = sum(join.to_source != table.source for table in report.tables for join in table.joins)
    if not links:
        yield say("cause.no_links", systems=len(systems))
    numbers = [cell for cell in report.completeness.cells if cell.field in {"national_id", "loyalty_number"}]
    holders = {cell.field: [c.system for c in numbers if c.field == cell.field and c.filled.count] for cell in numbers}
    if all(len(names) < 2 for names in holders.values()):
        yield say("cause.no_number")


def _structure(report: SiloReport) -> Iterator[str]:
    owners = {system.owner for system in report.systems if system.owner and system.customers}
    owned = sum(1 for system in report.systems if system.owner and system.customers)
    if len(owners) > 1:
        yield say("cause.owners", count=owned, owners=len(owners))
    missing, inconsistent = report.sign("missing").share, report.sign("inconsistent").share
    if (missing.value or 0) >= KNOWLEDGE_IS_SPLIT:
        yield say("cause.known_once", share=percent(missing.value), base_label=missing.base_label)
    if (inconsistent.value or 0) >= DISAGREEMENT_IS_COMMON:
        yield say("cause.disagree", share=percent(inconsistent.value), base_label=inconsistent.base_label)


def _culture(report: SiloReport) -> Iterator[str]:
    for duplicates in report.duplicates[:2]:
        if (duplicates.records.value or 0) >= DUPLICATES_ARE_A_HABIT:
            yield say("cause.duplicates", system=duplicates.system, share=percent(duplicates.records.value))
    share = report.placeholder_records
    if report.placeholders and (share.value or 0) >= PLACEHOLDERS_ARE_A_HABIT:
        yield say("cause.placeholders", count=share.count, example=f"“{report.placeholders[0].raw}”")
    for entry in [entry for entry in report.overlapping_properties if entry.confidence == "likely"][:1]:
        names = listed([_named(p.column, p.source) for p in entry.properties])
        yield say("cause.properties", count=len(entry.properties), names=names)


def _acquisition(report: SiloReport) -> Iterator[str]:
    least = max(20, report.focus.customers // 20)
    sizes = {system.name: system.customers for system in report.systems if system.customers >= least}
    names = sorted(sizes)
    for place, a in enumerate(names):
        for b in names[place + 1 :]:
            shared = report.overlap.cell(a, b).customers.count / min(sizes[a], sizes[b])
            if shared < DISJOINT and _alike(report, a, b) >= SAME_JOB:
                yield say("cause.disjoint", a=a, b=b, least=least, share=percent(shared))


def _alike(report: SiloReport, a: str, b: str) -> float:
    """Share of the customer fields that either system fills which both fill; 0 unless they are several."""
    fields = {s: {c.field for c in report.completeness.cells if c.system == s and c.filled.count} for s in (a, b)}
    either = fields[a] | fields[b]
    return len(fields[a] & fields[b]) / len(either) if len(either) >= len(CORE_FIELDS) else 0.0


def _unit(name: str, count: int) -> str:
    return singular(say(f"unit.{name}")) if count == 1 else say(f"unit.{name}")


def _named(column: str, system: str) -> str:
    return say("property.named", column=column_word(column), system=system)


def _word(label: str) -> str:
    return label[:1].lower() + label[1:]


def _stale_limit(now: datetime) -> datetime:
    return now - timedelta(days=STALE_AFTER_DAYS)
