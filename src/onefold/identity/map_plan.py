"""Planning a change of the identity map: pure data in, pure data out (the rules are in ``map.py``).

Everything set-like runs as named SQL steps in a warehouse of its own in memory; only the derivation of new ids is
Python. Cost: about four seconds per million subjects on one core to read the map and find what stays, then linear in
the rest; ``standing.py`` spares a build the reading.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from onefold.engines import Engine
from onefold.errors import InvalidInput
from onefold.identity.map_sql import SETTLED, STEPS_AFTER_IDS, STEPS_BEFORE_IDS
from onefold.identity.tables import (
    customer,
    household,
    household_member,
    household_member_history,
    household_run,
    identity_override,
    identity_override_subject,
    identity_run,
    subject,
    subject_history,
)
from onefold.kernel import customer_id_for, household_id_for
from onefold.storage import read_table

_PER_QUERY = 500
_TEXT, _NUMBER = pa.string(), pa.int64()
_HELD = pa.schema([("subject_id", _TEXT), ("customer_id", _TEXT), ("attached_run", _NUMBER)])
_PAST = pa.schema([*_HELD, ("detached_run", _NUMBER)])
_ISSUED = pa.schema(
    [
        ("customer_id", _TEXT),
        ("kind", _TEXT),
        ("state", _TEXT),
        ("merged_into", _TEXT),
        ("created_run", _NUMBER),
    ]
)
_DECIDED_SCHEMA = pa.schema([("subject_id", _TEXT)])
_DECIDED = (
    sa.select(identity_override_subject.c.subject_id)
    .join(identity_override, identity_override.c.override_id == identity_override_subject.c.override_id)
    .where(
        identity_override.c.kind == "different",
        identity_override.c.undoes_change.is_not(None),
        identity_override.c.withdrawn_at.is_(None),
    )
    .distinct()
)


@dataclass(frozen=True)
class Ledger:
    """Where permanent ids of one level are kept.

    The rules speak of subjects and customers; a household's subjects are customers, and it is to
    them what a customer is to records.
    """

    issued: sa.Table
    held: sa.Table
    past: sa.Table
    runs: sa.Table
    member: str
    """The column that names what is held."""
    owner: str
    """The column that names who holds it."""
    id_for: Callable[[bytes, str, int], str]

    @property
    def kind(self) -> sa.ColumnElement[str]:
        """What an issued id is; of a level that is all of one kind, its name."""
        return self.issued.c.get("kind", sa.literal(self.issued.name, sa.Text).label("kind"))

    def name(self, column: str) -> str:
        """What ``column`` of the rules is called in the tables."""
        return {"subject_id": self.member, "customer_id": self.owner}.get(column, column)


CUSTOMERS = Ledger(customer, subject, subject_history, identity_run, "subject_id", "customer_id", customer_id_for)
HOUSEHOLDS = Ledger(
    household,
    household_member,
    household_member_history,
    household_run,
    "customer_id",
    "household_id",
    household_id_for,
)


@dataclass(frozen=True)
class MapPlan:
    """What would change in the map, as Arrow tables. Equal inputs give equal plans."""

    based_on_run: int
    """The last run of the map that the plan was made from; it can be applied to no other state."""
    subjects: pa.Table
    """subject_id, customer_id, kind: the map as it will be, as far as it was planned. One row per subject."""
    created: pa.Table
    """customer_id, kind: ids to issue."""
    changed: pa.Table
    """customer_id, kind, state, merged_into: issued ids whose row changes."""
    ended: pa.Table
    """subject_id, customer_id: attachments that end, because the subject moves or vanished."""
    begun: pa.Table
    """subject_id, customer_id: attachments that begin."""
    changes: pa.Table
    """kind, customer_id, other_customer_id, subject_ids, and evidence (JSON text) where it was asked for: the feed for
    systems that hold ids."""
    is_whole: bool = True
    """Whether ``subjects`` are all subjects; else they are those ``among`` which it was planned."""
    counts: dict[str, int] = field(default_factory=dict)
    """created, merged, split, moved (subjects), retired, restored, attached and detached (subjects)."""

    @property
    def is_empty(self) -> bool:
        """Whether applying it would change nothing."""
        return not any(map(len, (self.created, self.changed, self.ended, self.begun, self.changes)))

    def show(self) -> str:
        """The plan in one line a person can check before it is applied."""
        if self.is_empty:
            return "No change: every record stays where it is."
        words = {
            "created": "customers created",
            "merged": "merged into an older one",
            "split": "taken out of another",
            "restored": "given back their id",
            "retired": "retired",
            "moved": "subjects moved",
            "attached": "subjects attached",
            "detached": "subjects detached",
        }
        return ", ".join(f"{self.counts[key]:,} {text}" for key, text in words.items() if self.counts.get(key)) + "."


def plan_map(
    connection: sa.Connection,
    clusters: pa.Table,
    *,
    workspace_key: bytes,
    pins: Mapping[Any, str] | None = None,
    among: Collection[str] | None = None,
    ledger: Ledger = CUSTOMERS,
) -> MapPlan:
    """Compute how the map changes when subjects are clustered as ``clusters`` says.

    Args:
        connection: to the app database; only read.
        clusters: subject_id, cluster (any type), kind ('person', 'organisation'); one row per subject, in any
            order. Subjects that are not in it have vanished.
        workspace_key: from which new ids are derived.
        pins: cluster -> the issued customer that it has to be, whatever the rules say; for undoing.
        among: active customers whose subjects alone are clustered, and all of whose subjects are, beside subjects that
            nobody holds; everybody where absent. The plan is the same as if everybody else were given as they are, but
            costs what they are. Where subjects come back from nowhere, customers that anything past connects with them
            belong to it, too.
        ledger: of customers, or of households; ``subject_id`` and ``customer_id`` then stand for its members and ids.

    Raises:
        InvalidInput: a subject is in two clusters, or a value is missing.
    """
    engine = Engine.open()
    try:
        relations = _relations(connection, ledger, clusters, among, set((pins or {}).values()))
        _load(engine, connection, clusters, relations)
        names = pa.array(list(pins or {}), clusters.schema.field("cluster").type)
        engine.write(
            "pin", pa.table({"cluster": names, "customer_id": pa.array((pins or {}).values(), _TEXT)}), replace=True
        )
        engine.write("decided", read_table(connection, _DECIDED, _DECIDED_SCHEMA), replace=True)
        _settle(engine)
        for relation, step in STEPS_BEFORE_IDS.items():
            engine.execute(f"create table {relation} as {step}")
            if relation == "link":
                _follow_links(engine)
        founded = _found(engine, ledger, workspace_key, lambda ids: _issued_among(connection, ledger, ids))
        engine.write("founded", founded, replace=True)
        for relation, step in STEPS_AFTER_IDS.items():
            engine.execute(f"create table {relation} as {step}")
        return _plan(engine, _last_run(connection, ledger), is_whole=among is None)
    finally:
        engine.close()


def _last_run(connection: sa.Connection, ledger: Ledger) -> int:
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(ledger.runs.c.run_id), 0))).scalar_one())


def _load(
    engine: Engine, connection: sa.Connection, clusters: pa.Table, relations: dict[str, tuple[pa.Schema, list[Any]]]
) -> None:
    engine.write("wanted", clusters.select(["subject_id", "cluster", "kind"]), replace=True)
    wrong = engine.rows(
        """
        select subject_id, count(*) from wanted
        group by subject_id
        having count(*) > 1 or subject_id is null or count(cluster) = 0 or count(kind) = 0
        order by subject_id limit 1"""
    )
    if wrong:
        name, times = wrong[0]
        reason = f"is in {times} clusters" if times > 1 else "has no cluster or kind"
        raise InvalidInput(
            f"subject {name!r} {reason}; each must be in exactly one",
            hint="Run the resolve step again: onefold build.",
        )
    for relation, (schema, queries) in relations.items():
        parts = [read_table(connection, query, schema) for query in queries]
        engine.write(relation, pa.concat_tables([schema.empty_table(), *parts]), replace=True)
    engine.execute("create or replace table past as select distinct * from past")


def _relations(
    connection: sa.Connection,
    ledger: Ledger,
    clusters: pa.Table,
    among: Collection[str] | None,
    pinned: set[str],
) -> dict[str, tuple[pa.Schema, list[Any]]]:
    """``held``, ``past`` and ``issued``: their columns, and the queries that together read them."""

    def select(table: sa.Table, schema: pa.Schema) -> sa.Select[Any]:
        return sa.select(
            *(ledger.kind if name == "kind" else table.c[ledger.name(name)].label(name) for name in schema.names)
        )

    held, past, issued = select(ledger.held, _HELD), select(ledger.past, _PAST), select(ledger.issued, _ISSUED)
    if among is None:
        return {"held": (_HELD, [held]), "past": (_PAST, [past]), "issued": (_ISSUED, [issued])}
    owners = [table.c[ledger.owner] for table in (ledger.held, ledger.past, ledger.issued)]
    mine = _parts(among)
    names = {
        name
        for part in mine
        for name in connection.execute(
            sa.select(ledger.held.c[ledger.member]).where(ledger.held.c[ledger.owner].in_(part))
        ).scalars()
    }.union(clusters["subject_id"].to_pylist())
    ids = _parts(_concerned(connection, ledger, set(among) | pinned, names))
    return {
        "held": (_HELD, [held.where(owners[0].in_(part)) for part in mine]),
        "past": (
            _PAST,
            [past.where(ledger.past.c[ledger.member].in_(part)) for part in _parts(names)]
            + [past.where(owners[1].in_(part)) for part in ids],
        ),
        "issued": (_ISSUED, [issued.where(owners[2].in_(part)) for part in ids]),
    }


def _concerned(connection: sa.Connection, ledger: Ledger, among: set[str], names: Collection[str]) -> list[str]:
    """``among``, and the merged and retired ids under which their subjects once stood, with all that these lead to.

    Other active customers are none of it, though one of their ids may have held one of these subjects.
    """
    found = set(among)
    owned = sa.select(ledger.past.c[ledger.owner]).distinct()
    layer = {
        owner
        for part in _parts(names)
        for owner in connection.execute(owned.where(ledger.past.c[ledger.member].in_(part))).scalars()
    } | among
    issued = ledger.issued.c[ledger.owner]
    while layer:
        query = sa.select(issued, ledger.issued.c.state, ledger.issued.c.merged_into)
        rows = [tuple(row) for part in _parts(layer) for row in connection.execute(query.where(issued.in_(part)))]
        found |= {one for one, state, _into in rows if state != "active"}
        layer = {into for _one, _state, into in rows if into is not None} - found
    return sorted(found)


def _parts(names: Iterable[str]) -> list[list[str]]:
    """``names`` in lists that a query may hold."""
    ordered = sorted(names)
    return [ordered[start : start + _PER_QUERY] for start in range(0, len(ordered), _PER_QUERY)]


def _settle(engine: Engine) -> None:
    """Put aside what stays as it is (``placed_before``), so that planning costs in proportion to what changed."""
    engine.execute(f"create table settled as {SETTLED}")
    engine.execute(
        """
        create table placed_before as
        select w.subject_id, s.customer_id, s.kind from wanted w join settled s using (cluster)"""
    )
    for relation, by in (("wanted", "cluster"), ("held", "customer_id"), ("issued", "customer_id")):
        engine.execute(f"create or replace table {relation} as select * from {relation} anti join settled using ({by})")


def _follow_links(engine: Engine) -> None:
    """Shorten every chain of merges to its end; each round halves the longest."""
    while engine.rows("select 1 from link a join link b on b.customer_id = a.root where b.root <> a.root limit 1"):
        engine.execute(
            """
            create or replace table link as
            select a.customer_id, coalesce(b.root, a.root) as root
            from link a left join link b on b.customer_id = a.root"""
        )


def _found(
    engine: Engine, ledger: Ledger, workspace_key: bytes, find_issued: Callable[[list[str]], set[str]]
) -> pa.Table:
    """cluster, customer_id: an id for each cluster that has none, derived from its smallest subject.

    A subject that founded before (and was split off since) founds again under the next attempt.
    """
    unowned = engine.arrow("select cluster_no, founder from ownerless order by founder")
    founders = unowned["founder"].to_pylist()
    ids = [ledger.id_for(workspace_key, founder, 0) for founder in founders]
    attempt = 0
    while taken := find_issued(ids):
        attempt += 1
        ids = [
            ledger.id_for(workspace_key, founder, attempt) if customer_id in taken else customer_id
            for founder, customer_id in zip(founders, ids, strict=True)
        ]
    return pa.table({"cluster_no": unowned["cluster_no"], "customer_id": pa.array(ids, pa.string())})


def _issued_among(connection: sa.Connection, ledger: Ledger, ids: list[str]) -> set[str]:
    """Those of ``ids`` that were ever issued; new ones must differ from all of them."""
    issued = ledger.issued.c[ledger.owner]
    known = sa.select(issued)
    if len(ids) <= _PER_QUERY:
        return set(connection.execute(known.where(issued.in_(ids))).scalars())
    return set(connection.execute(known).scalars()).intersection(ids)


def _plan(engine: Engine, last_run: int, *, is_whole: bool) -> MapPlan:
    counts: dict[str, Any] = dict(engine.rows("select what, n from plan_counts"))
    return MapPlan(
        based_on_run=last_run,
        subjects=engine.arrow("select * from placed_before union all select subject_id, customer_id, kind from placed"),
        created=engine.arrow("select customer_id, kind from owner where how = 'created' order by customer_id"),
        changed=engine.arrow("select * from changed_customers order by customer_id"),
        ended=engine.arrow("select subject_id, customer_id from ended order by subject_id"),
        begun=engine.arrow("select subject_id, customer_id from begun order by subject_id"),
        changes=engine.arrow("select * from changes order by kind, customer_id, other_customer_id"),
        is_whole=is_whole,
        counts={name: int(n) for name, n in counts.items()},
    )
