"""What happened to ids, for systems that hold them and for people who look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.errors import NotFound
from onefold.identity.tables import customer_change, identity_run
from onefold.storage import aware

_RUN = ("build_no", "actor", "rule_version", "reason")


@dataclass(frozen=True)
class Change:
    """One merge, split, move, retirement or return."""

    change_id: int
    run_id: int
    kind: str
    """``merged`` (into the other), ``split`` (the other is new), ``moved`` (to the other), ``restored`` (out of the
    other), ``retired``."""
    customer_id: str
    other_customer_id: str | None
    subject_ids: tuple[str, ...]
    happened_at: datetime
    evidence: dict[str, Any]
    """Why: see ``reasons.py``; empty for changes before reasons were kept."""
    undone_run: int | None
    build_no: int | None
    actor: str
    rule_version: str
    reason: str | None

    @property
    def can_be_undone(self) -> bool:
        """Whether it moved records between customers and stands; later changes may still stand against it."""
        return self.undone_run is None and self.other_customer_id is not None and bool(self.subject_ids)


@dataclass(frozen=True)
class Run:
    """One applied change of the map."""

    run_id: int
    build_no: int | None
    actor: str
    rule_version: str
    reason: str | None
    applied_at: datetime
    counts: dict[str, int]


def list_changes(
    connection: sa.Connection, *, after: int = 0, limit: int = 100, run_id: int | None = None
) -> tuple[Change, ...]:
    """Changes with a greater number than ``after``, in the order in which they happened."""
    query = _query().where(customer_change.c.change_id > after)
    if run_id is not None:
        query = query.where(customer_change.c.run_id == run_id)
    rows = connection.execute(query.order_by(customer_change.c.change_id).limit(limit))
    return tuple(map(_change, rows))


def get_change(connection: sa.Connection, change_id: int) -> Change:
    """One change.

    Raises:
        NotFound: there is none.
    """
    row = connection.execute(_query().where(customer_change.c.change_id == change_id)).first()
    if row is None:
        raise NotFound(f"no change {change_id}", hint="List them: onefold identity changes")
    return _change(row)


def list_runs(connection: sa.Connection, *, before: int | None = None, limit: int = 50) -> Sequence[Run]:
    """Runs of the map, the newest first."""
    query = sa.select(identity_run).order_by(identity_run.c.run_id.desc()).limit(limit)
    if before is not None:
        query = query.where(identity_run.c.run_id < before)
    return [Run(**dict(row._mapping) | {"applied_at": aware(row.applied_at)}) for row in connection.execute(query)]


def _query() -> sa.Select[Any]:
    return sa.select(customer_change, *(identity_run.c[name] for name in _RUN)).join(
        identity_run, identity_run.c.run_id == customer_change.c.run_id
    )


def _change(row: Any) -> Change:
    facts = dict(row._mapping)
    facts["subject_ids"] = tuple(facts["subject_ids"])
    facts["happened_at"] = aware(facts["happened_at"])
    facts["evidence"] = facts["evidence"] or {}
    return Change(**facts)
