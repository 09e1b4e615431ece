"""Why the map changes: for every merge, split and move the strongest links and the decisions of people behind it.

``{"links": […], "against": […], "overrides": ["ovr_…"]}``: links to the customer where the records go, links to the
one they leave (which the evidence as a whole outweighed), and decisions. A link is ``{"a", "b", "probability",
"weight", "evidence"}`` as in ``main.match``. An empty document says that nothing holds the records together any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from onefold.engines import Engine
from onefold.identity.map_plan import MapPlan
from onefold.identity.override import Override

MOST_EXPLAINED = 20_000
"""Changes of one run that are explained link by link."""
_LINKS = 3

_LINKS_SQL = f"""
    -- grain: one row per change, side and link; the strongest {_LINKS}
    with matches as (
        select subject_a as mine, subject_b as other, *
        from main.match semi join reason_moved m on m.subject_id = subject_a
        union all
        select subject_b, subject_a, *
        from main.match semi join reason_moved m on m.subject_id = subject_b
    )
    select
        m.change_no,
        o.customer_id = m.home as is_for,
        x.subject_a,
        x.subject_b,
        x.probability,
        x.weight,
        x.evidence
    from reason_moved m
    join matches x on x.mine = m.subject_id
    join reason_subject o on o.subject_id = x.other
    anti join reason_moved s on s.change_no = m.change_no and s.subject_id = x.other
    where o.customer_id = m.home or o.customer_id = m.former
    qualify row_number() over (
        partition by m.change_no, is_for order by x.weight desc, x.subject_a, x.subject_b
    ) <= {_LINKS}
    order by m.change_no, x.weight desc, x.subject_a, x.subject_b"""


def with_reasons(engine: Engine, plan: MapPlan, overrides: Iterable[Override]) -> MapPlan:
    """``plan`` with a column ``evidence`` (JSON text) in its changes.

    Args:
        engine: the warehouse, with the matches that the plan was made from.
        plan: from ``plan_map``.
        overrides: decisions in force under the plan.

    Cost: in proportion to the changes, and one look through the matches where there are any.
    """
    changes = plan.changes.to_pylist()
    found: list[dict[str, Any]] = [{} for _ in changes]
    if changes[:MOST_EXPLAINED]:
        moved = _moved(changes[:MOST_EXPLAINED])
        if len(moved) and engine.columns("main", "match"):
            _add_links(engine, moved, plan.subjects, found)
        _add_overrides(changes[:MOST_EXPLAINED], plan.subjects, overrides, found)
    evidence = pa.array([json.dumps(one) for one in found], pa.string())
    return replace(plan, changes=plan.changes.append_column("evidence", evidence))


def way_of(kind: str, customer_id: str, other: str | None) -> tuple[str | None, str | None]:
    """Where the records of a change go, and whom they leave."""
    if kind == "merged":
        return other, None
    if kind == "restored":
        return customer_id, other
    return other, customer_id


def _moved(changes: list[dict[str, Any]]) -> pa.Table:
    rows = [
        (number, subject, *way_of(change["kind"], change["customer_id"], change["other_customer_id"]))
        for number, change in enumerate(changes)
        if change["kind"] != "retired"
        for subject in change["subject_ids"]
    ]
    names = ("change_no", "subject_id", "home", "former")
    kinds = (pa.int64(), pa.string(), pa.string(), pa.string())
    columns = zip(*rows, strict=True) if rows else [()] * 4
    return pa.table([pa.array(list(c), k) for c, k in zip(columns, kinds, strict=True)], names=list(names))


def _add_links(engine: Engine, moved: pa.Table, subjects: pa.Table, found: list[dict[str, Any]]) -> None:
    with engine.registered(moved, "reason_moved"), engine.registered(subjects, "reason_subject"):
        rows = engine.rows(_LINKS_SQL)
    for number, is_for, a, b, probability, weight, evidence in rows:
        link = {
            "a": a,
            "b": b,
            "probability": round(probability, 4),
            "weight": round(weight, 1),
            "evidence": json.loads(evidence),
        }
        found[number].setdefault("links" if is_for else "against", []).append(link)


def _add_overrides(
    changes: list[dict[str, Any]], subjects: pa.Table, overrides: Iterable[Override], found: list[dict[str, Any]]
) -> None:
    by_subject: dict[str, list[Override]] = {}
    for override in overrides:
        for subject in override.subjects:
            by_subject.setdefault(subject, []).append(override)
    if not by_subject:
        return
    named = subjects.filter(pc.is_in(subjects["subject_id"], pa.array(list(by_subject), pa.string())))
    owner = dict(zip(named["subject_id"].to_pylist(), named["customer_id"].to_pylist(), strict=True))
    for change, document in zip(changes, found, strict=False):
        moved = set(change["subject_ids"])
        home, former = way_of(change["kind"], change["customer_id"], change["other_customer_id"])
        about = dict.fromkeys(one for subject in change["subject_ids"] for one in by_subject.get(subject, ()))
        telling = [
            one.override_id
            for one in about
            if any(
                owner.get(subject) == (home if one.kind == "same" else former)
                for subject in one.subjects
                if subject not in moved
            )
        ]
        if telling:
            document["overrides"] = telling
