"""Why records are one customer, and why two similar ones are not: links, weights, decisions, in the words of the data.

The weights of links within a customer are those of the last resolution. Pairs of records of two customers are weighed
anew by the model in force, so they weigh what they would in a build; most of them are kept nowhere.
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
from onefold.identity.tuning import Tuning
from onefold.identity.warehouse import load_model
from onefold.settings import LINK_AT
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


def explain_pair(
    connection: sa.Connection, engine: Engine, ours: Sequence[str], theirs: Sequence[str], tuning: Tuning
) -> Explanation:
    """Why the records on both sides are one customer, or why they are not.

    Args:
        connection: to the app database.
        engine: the warehouse.
        ours: records of one side, of one customer; those that are on the other side too are left out, where that
            leaves any.
        theirs: of the other.
        tuning: what a person has set.

    Raises:
        Conflict: nothing was resolved yet by the rules of this version.
    """
    ours = [name for name in ours if name not in theirs] or ours
    owners = owners_of(connection, [*ours, *theirs])
    is_same = len({owners.get(name) for name in (*ours, *theirs)}) == 1
    active = active_overrides(connection)
    named = set(ours) | set(theirs)
    about = tuple(one for one in overrides_about(connection, sorted(named)) if _concerns(one, ours, theirs))
    changes = _changes(connection, sorted(named))
    if is_same:
        return _explain_same(connection, engine, ours, theirs, active, about, changes)
    best = weigh_pairs(engine, ours, theirs, tuning)
    chain = _chain(active, ours, theirs)
    verdict = _verdict(best, chain, tuning.link_at or LINK_AT)
    return Explanation(False, verdict, tuple(best), about, changes, tuple(chain))


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


def _verdict(best: Sequence[Evidence], chain: Sequence[Any], link_at: float) -> str:
    if chain:
        return "decided_different"
    if not best:
        return "none"
    if best[0].is_conflict:
        return "conflict"
    if best[0].probability >= link_at:
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
        found = engine.arrow(
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
    return _evidence(found)


def _evidence(matches: pa.Table) -> list[Evidence]:
    """Rows of ``MATCH``; ``is_conflict`` where the table tells it."""
    return [
        Evidence(
            row["subject_a"],
            row["subject_b"],
            round(row["weight"], 1),
            round(row["probability"], 4),
            {name: (agreement, bits) for name, (agreement, bits) in json.loads(row["evidence"]).items()},
            row.get("is_conflict", False),
        )
        for row in matches.to_pylist()
    ]


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


def weigh_pairs(engine: Engine, ours: Sequence[str], theirs: Sequence[str], tuning: Tuning) -> list[Evidence]:
    """At most three pairs of a record of ours and one of theirs, as a build would weigh them.

    The best pairs, after the best one that must not be one customer where there is such.

    Args:
        engine: the warehouse, with records and the model in force.
        ours: records of one side, all persons or all organisations; of the other kind than ``theirs`` nothing can be
            compared and nothing is returned.
        theirs: of the other side.
        tuning: what a person has set.

    Raises:
        Conflict: nothing was resolved yet by the rules of this version.
    """
    model = load_model(engine)
    if model is None:
        raise Conflict(
            "evidence is weighed by rules that no build has used yet", hint="Build once, then ask again: onefold build."
        )
    columns = ", ".join(quote_identifier(name) for name in INPUT.names)
    with engine.registered(_names([*ours, *theirs]), "explain_name"):
        records = engine.arrow(
            f"select {columns} from main.record semi join explain_name n on n.name = subject_id order by subject_id"
        )
    kinds = set(records["kind"].to_pylist())
    if len(kinds) != 1 or not kinds <= set(model.kinds):
        return []
    place = {name: number for number, name in enumerate(records["subject_id"].to_pylist())}
    sides = [
        sorted((place[a], place[b])) for a, b in islice(product(ours, theirs), MOST_PAIRS) if a in place and b in place
    ]
    if not sides:
        return []
    from onefold.identity.compare import Pairs, compare_pairs  # heavy: loads the compiled kernels
    from onefold.identity.matches import Matches

    learned = model.kinds[kinds.pop()]
    people = learned.encode(records)
    ids = records["subject_id"].combine_chunks()
    scorer = tuning.on(learned.scorer(people), ids)
    pairs = Pairs(*np.array(sides, np.int32).T.copy())
    patterns = compare_pairs(people, pairs, 1)
    scores = scorer.score(pairs, patterns)
    best = np.argsort(-scores.log_odds, kind="stable")
    forbidding = best[scores.is_conflict[best]][:1]
    best = np.r_[forbidding, best[~np.isin(best, forbidding)]][:3]
    some = scores.take(best)
    table = Matches.of(ids, pairs.take(best), patterns[best], some, scorer, 1, float("-inf")).table()
    return _evidence(table.append_column("is_conflict", pa.array(some.is_conflict)))


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
