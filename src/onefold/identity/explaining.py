"""Why records are one customer, and why two similar ones are not: links, weights, decisions, in the words of the data.

The weights of matched pairs are those of the last resolution. A pair that was no match is weighed again with what the
last resolution learned, without the corrections for how common the very values are: close, and said to be estimated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from onefold.engines import Engine, quote_identifier
from onefold.errors import Conflict
from onefold.identity.bonds import Bonds, Sets
from onefold.identity.map import owners_of, subjects_of
from onefold.identity.model import INPUT
from onefold.identity.override import Override, check_consistent
from onefold.identity.overrides import active_overrides, overrides_about
from onefold.identity.tables import customer_change, identity_run
from onefold.storage import aware

MOST_PAIRS = 4_000
"""Pairs of records of two customers that are weighed at most."""
MOST_LINKS = 200


@dataclass(frozen=True)
class Evidence:
    """What speaks for and against two records being one customer."""

    a: str
    b: str
    weight: float
    """Bits: +1 doubles the odds, -1 halves them."""
    probability: float
    """That both are one customer, before the rest of the cluster is heard."""
    fields: dict[str, tuple[str, float]]
    """What was compared -> how it agrees, and its bits; they sum to ``weight``."""
    is_estimated: bool = False
    is_conflict: bool = False
    """They must not be one customer whatever else agrees."""


@dataclass(frozen=True)
class Reason:
    """A change of the map that brought records together or apart."""

    change_id: int
    run_id: int
    kind: str
    customer_id: str
    other_customer_id: str | None
    happened_at: Any
    actor: str
    rule_version: str
    reason: str | None
    undone_run: int | None


@dataclass(frozen=True)
class Explanation:
    """Why records are one customer, or why they are not."""

    is_same: bool
    verdict: str
    """``linked`` (evidence holds them together), ``decided_same``, ``decided_different``, ``conflict``, ``against``
    (the evidence speaks against it), ``weak`` (it is not enough), ``cluster`` (the pair agrees, other records of both
    do not), ``none`` (nothing is comparable), ``alone`` (one record)."""
    links: tuple[Evidence, ...]
    """Of one customer: the links that hold it together. Of two records of one customer: the way from one to the
    other. Of two customers: the best pairs."""
    overrides: tuple[Override, ...]
    """Decisions about them, the withdrawn included."""
    changes: tuple[Reason, ...]
    """Newest first."""
    chain: tuple[dict[str, Any], ...] = field(default=())
    """Where decisions keep two customers apart: which, link by link."""


def explain_customer(connection: sa.Connection, engine: Engine, subject_ids: Sequence[str]) -> Explanation:
    """What holds the records of one customer together.

    Args:
        connection: to the app database.
        engine: the warehouse.
        subject_ids: the records.
    """
    overrides = overrides_about(connection, subject_ids)
    matches = _matches(engine, subject_ids, subject_ids)
    links = tuple(_spanning(matches))
    verdict = "alone" if len(subject_ids) < 2 else "linked" if links else "decided_same"
    return Explanation(True, verdict, links[:MOST_LINKS], overrides, _changes(connection, subject_ids))


def explain_pair(connection: sa.Connection, engine: Engine, ours: Sequence[str], theirs: Sequence[str]) -> Explanation:
    """Why the records on both sides are one customer, or why they are not.

    Args:
        connection: to the app database.
        engine: the warehouse.
        ours: records of one side, of one customer.
        theirs: of the other.
    """
    owners = owners_of(connection, [*ours, *theirs])
    is_same = len({owners.get(name) for name in (*ours, *theirs)}) == 1
    active = active_overrides(connection)
    named = set(ours) | set(theirs)
    about = tuple(one for one in overrides_about(connection, sorted(named)) if _concerns(one, ours, theirs))
    changes = _changes(connection, sorted(named))
    if is_same:
        return _explain_same(connection, engine, ours, theirs, active, about, changes)
    best = _matches(engine, ours, theirs)[:3] or _weigh(engine, ours, theirs)
    chain = _chain(active, ours, theirs)
    return Explanation(False, _verdict(best, chain), tuple(best), about, changes, tuple(chain))


def _explain_same(
    connection: sa.Connection,
    engine: Engine,
    ours: Sequence[str],
    theirs: Sequence[str],
    active: Sequence[Override],
    about: tuple[Override, ...],
    changes: tuple[Reason, ...],
) -> Explanation:
    bonds = Bonds.of(active)
    decided = {bonds.unit_of.get(name) for name in ours} & {bonds.unit_of.get(name) for name in theirs} - {None}
    customer_id = next(iter(owners_of(connection, ours).values()))
    everyone = subjects_of(connection, customer_id)
    direct = _matches(engine, ours, theirs)[:1]
    way = tuple(direct or _way(_spanning(_matches(engine, everyone, everyone)), ours, theirs))
    return Explanation(True, "decided_same" if decided else "linked" if way else "cluster", way, about, changes)


def _verdict(best: Sequence[Evidence], chain: Sequence[Any]) -> str:
    if chain:
        return "decided_different"
    if not best:
        return "none"
    if any(one.is_conflict for one in best):
        return "conflict"
    if best[0].probability >= 0.5:
        return "cluster"
    return "against" if best[0].weight < 0 else "weak"


def _concerns(override: Override, ours: Sequence[str], theirs: Sequence[str]) -> bool:
    names = set(override.subjects)
    return not names.isdisjoint(ours) and not names.isdisjoint(theirs)


def _chain(active: Sequence[Override], ours: Sequence[str], theirs: Sequence[str]) -> list[dict[str, Any]]:
    """The decisions by which the sides must be different customers."""
    bonds = Bonds.of(active)
    for a, b in product(ours, theirs):
        one, other = bonds.unit_of.get(a), bonds.unit_of.get(b)
        if one is None or other is None or not bonds.forbid({one}, {other}):
            continue
        question = Override("question", "same", (a,), (b,), "", "", "", active[0].made_at)
        try:
            check_consistent(active, [question])
        except Conflict as error:
            return [step for step in error.fields["chain"] if step["override_id"] != "question"]
    return []


def _matches(engine: Engine, ours: Sequence[str], theirs: Sequence[str]) -> list[Evidence]:
    """Stored matches with one side in each, the strongest first."""
    if not engine.columns("main", "match"):
        return []
    with engine.registered(_names(ours), "explain_a"), engine.registered(_names(theirs), "explain_b"):
        rows = engine.rows(
            """
            with chosen as (
                select m.* from main.match m
                semi join explain_a a on a.name = subject_a semi join explain_b b on b.name = subject_b
                union
                select m.* from main.match m
                semi join explain_b b on b.name = subject_a semi join explain_a a on a.name = subject_b
            )
            select subject_a, subject_b, weight, probability, evidence from chosen
            order by weight desc, subject_a, subject_b"""
        )
    return [_evidence(a, b, weight, probability, json.loads(parts)) for a, b, weight, probability, parts in rows]


def _evidence(
    a: str, b: str, weight: float, probability: float, parts: dict[str, list[Any]], *, is_estimated: bool = False
) -> Evidence:
    fields = {name: (str(agreement), float(bits)) for name, (agreement, bits) in parts.items()}
    return Evidence(a, b, round(weight, 1), round(probability, 4), fields, is_estimated, _is_conflict(fields))


def _is_conflict(fields: dict[str, tuple[str, float]]) -> bool:
    def differs(name: str) -> bool:
        agreement, _ = fields.get(name, ("", 0.0))
        return agreement == "different"

    return differs("national_id") or (differs("given_name") and differs("birth_date"))


def _spanning(matches: Iterable[Evidence]) -> list[Evidence]:
    """The strongest links that connect all that can be connected."""
    sets = Sets()
    kept = []
    for link in matches:
        if sets.root(link.a) != sets.root(link.b):
            sets.join(link.a, link.b)
            kept.append(link)
    return kept


def _way(links: Sequence[Evidence], ours: Sequence[str], theirs: Sequence[str]) -> list[Evidence]:
    """The links from one side to the other along a tree."""
    neighbours: dict[str, list[Evidence]] = {}
    for link in links:
        neighbours.setdefault(link.a, []).append(link)
        neighbours.setdefault(link.b, []).append(link)
    came_by: dict[str, tuple[str, Evidence] | None] = dict.fromkeys(ours)
    queue = list(ours)
    for at in queue:
        if at in theirs:
            path, step = [], came_by[at]
            while step is not None:
                path.append(step[1])
                step = came_by[step[0]]
            return path[::-1]
        for link in neighbours.get(at, ()):
            other = link.b if link.a == at else link.a
            if other not in came_by:
                came_by[other] = (at, link)
                queue.append(other)
    return []


def _weigh(engine: Engine, ours: Sequence[str], theirs: Sequence[str]) -> list[Evidence]:
    """The best pairs of records that were no match, weighed with what the last resolution learned."""
    learned = _learned(engine)
    columns = ", ".join(quote_identifier(name) for name in INPUT.names)
    names = [*ours, *theirs]
    with engine.registered(_names(names), "explain_name"):
        records = engine.arrow(
            f"select {columns} from main.record semi join explain_name n on n.name = subject_id order by subject_id"
        )
    kinds = set(records["kind"].to_pylist())
    if not learned or len(kinds) != 1 or next(iter(kinds)) not in learned:
        return []
    from onefold.identity.compare import Pairs, compare_pairs  # heavy: loads the compiled kernels
    from onefold.identity.fields import FIELDS
    from onefold.identity.people import encode_people

    weights, prior = learned[next(iter(kinds))]
    place = {name: number for number, name in enumerate(records["subject_id"].to_pylist())}
    pairs = [
        tuple(sorted((place[a], place[b])))
        for a, b in islice(product(ours, theirs), MOST_PAIRS)
        if a in place and b in place
    ]
    if not pairs:
        return []
    left, right = (np.array(side, np.int32) for side in zip(*pairs, strict=True))
    patterns = compare_pairs(encode_people(records), Pairs(left, right), 1)
    ids = records["subject_id"].to_pylist()
    found = []
    for (a, b), levels in zip(pairs, patterns.tolist(), strict=True):
        parts: dict[str, list[Any]] = {}
        for part, level in zip(FIELDS, levels, strict=True):
            bits = weights.get(part.name, {})
            if level >= 0 and bits:
                name = part.levels(level).name.lower()
                parts[part.name] = [name.replace("_", " "), round(bits.get(name, 0.0), 1)]
        weight = sum(bits for _, bits in parts.values())
        odds = 2.0 ** max(min(weight + prior, 60.0), -60.0)
        found.append(_evidence(ids[a], ids[b], weight, odds / (1 + odds), parts, is_estimated=True))
    found = [one for one in found if one.fields]
    return sorted(found, key=lambda one: (-one.weight, one.a, one.b))[:3]


def _learned(engine: Engine) -> dict[str, tuple[dict[str, dict[str, float]], float]]:
    """Kind -> field -> level -> bits, and the bits that a pair starts with."""
    if not engine.columns("meta", "resolution_weight"):
        return {}
    rows = engine.rows("select kind, weights, prior from meta.resolution_weight")
    return {kind: (json.loads(weights), prior) for kind, weights, prior in rows}


def _changes(connection: sa.Connection, subject_ids: Sequence[str]) -> tuple[Reason, ...]:
    """The changes of the map that moved any of these records, newest first."""
    wanted = set(subject_ids)
    owners = sorted(set(owners_of(connection, subject_ids).values()))
    about = sa.or_(customer_change.c.customer_id.in_(owners), customer_change.c.other_customer_id.in_(owners))
    query = (
        sa.select(customer_change, identity_run.c.actor, identity_run.c.rule_version, identity_run.c.reason)
        .join(identity_run, identity_run.c.run_id == customer_change.c.run_id)
        .where(about)
        .order_by(customer_change.c.change_id.desc())
        .limit(MOST_LINKS)
    )
    names = tuple(Reason.__dataclass_fields__)
    found = []
    for row in connection.execute(query):
        if wanted.intersection(row.subject_ids):
            facts: dict[str, Any] = {name: row._mapping[name] for name in names}
            found.append(Reason(**facts | {"happened_at": aware(row.happened_at)}))
    return tuple(found)


def _names(names: Sequence[str]) -> pa.Table:
    return pa.table({"name": pa.array(list(dict.fromkeys(names)), pa.string())})
