"""Reading the audit: search, verification of the chain, and the cut of what is older than it is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from onefold.access.audit.chain import GENESIS, Draft, entry_hash, head, record_audit
from onefold.access.audit.journal import draft_in, noted_read, waiting_reads
from onefold.access.audit.tables import audit_anchor, audit_entry
from onefold.access.model import Access
from onefold.kernel import utc_now
from onefold.storage import aware

CUT = "audit.cut"
"""The action of the entry that stands for entries that were cut."""

_ROWS_AT_ONCE = 2000


@dataclass(frozen=True)
class AuditEntry:
    """Who did or read what, when, from where."""

    seq: int
    """Its place in the chain; below zero, and without hashes, while it waits for one."""
    at: datetime
    actor_id: str
    actor_name: str
    action: str
    kind: str
    resource_id: str
    customer_id: str | None
    address: str | None
    details: dict[str, Any]
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class AuditFilter:
    """Which entries; everything where nothing is said."""

    actor_id: str | None = None
    action: str | None = None
    """Exactly, or all that begin with it where it ends in a full stop (``customer.``)."""
    kind: str | None = None
    resource_id: str | None = None
    customer_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""

    def condition(self, table: sa.Table = audit_entry) -> sa.ColumnElement[bool]:
        """The filter as SQL."""
        entry = table.c
        conditions: list[sa.ColumnElement[bool]] = [
            getattr(entry, name) == value
            for name in ("actor_id", "kind", "resource_id", "customer_id")
            if (value := getattr(self, name)) is not None
        ]
        if self.action is not None:
            is_prefix = self.action.endswith(".")
            conditions.append(
                entry.action.startswith(self.action, autoescape=True) if is_prefix else entry.action == self.action
            )
        if self.since is not None:
            conditions.append(entry.at >= self.since)
        if self.until is not None:
            conditions.append(entry.at < self.until)
        return sa.and_(sa.true(), *conditions)


@dataclass(frozen=True)
class Verification:
    """Whether the chain is what was written."""

    is_intact: bool
    entries: int
    first_seq: int
    last_seq: int
    head_hash: str
    waiting: int = 0
    """Reads that are noted and get their places as soon as the writer of the moment is done."""
    problem: str | None = None
    problem_seq: int | None = None


def search_audit(
    connection: sa.Connection, chosen: AuditFilter, *, limit: int, before_seq: int | None = None
) -> list[AuditEntry]:
    """Entries that the filter admits, newest first; those that wait for their places come before all others."""
    found = []
    if before_seq is None or before_seq < 0:
        before = None if before_seq is None else -before_seq
        found = [_waiting(row) for row in waiting_reads(connection, chosen.condition(noted_read), before=before)][
            :limit
        ]
        before_seq = None
    query = sa.select(audit_entry).where(chosen.condition()).order_by(audit_entry.c.seq.desc())
    if before_seq is not None:
        query = query.where(audit_entry.c.seq < before_seq)
    return found + [_entry(row) for row in connection.execute(query.limit(limit - len(found)))]


def stream_audit(connection: sa.Connection, chosen: AuditFilter) -> Iterator[AuditEntry]:
    """Entries that the filter admits, oldest first, a few at a time; those that wait for their places come last."""
    yield from _chained(connection, chosen)
    yield from map(_waiting, reversed(waiting_reads(connection, chosen.condition(noted_read))))


def _chained(connection: sa.Connection, chosen: AuditFilter) -> Iterator[AuditEntry]:
    last = 0
    while True:
        query = sa.select(audit_entry).where(chosen.condition(), audit_entry.c.seq > last)
        rows = connection.execute(query.order_by(audit_entry.c.seq).limit(_ROWS_AT_ONCE)).all()
        yield from map(_entry, rows)
        if len(rows) < _ROWS_AT_ONCE:
            return
        last = rows[-1].seq


def audit_actions(connection: sa.Connection) -> list[str]:
    """The actions that occur."""
    chained = connection.scalars(sa.select(audit_entry.c.action).distinct())
    return sorted({*chained, *(row.action for row in waiting_reads(connection))})


def verify_audit(connection: sa.Connection, *, expected: tuple[int, str] | None = None) -> Verification:
    """Compute the whole chain again.

    Args:
        connection: a snapshot.
        expected: number and hash of an entry noted earlier outside this database; only against such a note does
            a chain that somebody rewrote from some entry on differ.

    Cost: linear; about 100,000 entries per second.
    """
    count, first, seq, previous = 0, 0, 0, GENESIS
    problem: tuple[int, str] | None = None
    seen_expected = expected is None
    for entry in _chained(connection, AuditFilter()):
        if count == 0:
            first = entry.seq
            seq, previous = entry.seq - 1, entry.previous_hash
            problem = _bad_beginning(connection, entry)
        count += 1
        problem = problem or _problem_of(entry, seq, previous)
        if expected and entry.seq == expected[0]:
            seen_expected = entry.hash == expected[1]
            if not seen_expected:
                problem = problem or (entry.seq, "it is not the entry that was noted")
        if problem:
            break
        seq, previous = entry.seq, entry.hash
    if problem is None and not seen_expected and expected:
        problem = (expected[0], "the entry that was noted is missing")
    where, words = problem or (None, None)
    waiting = len(waiting_reads(connection))
    return Verification(problem is None, count, first, seq, previous, waiting, words, where)


def cut_audit(connection: sa.Connection, access: Access, keep: timedelta, *, now: datetime | None = None) -> int:
    """Delete entries older than ``keep``, leaving an entry that stands for them; returns how many."""
    moment = now or utc_now()
    head(connection)
    kept_from = connection.scalar(sa.select(sa.func.min(audit_entry.c.seq)).where(audit_entry.c.at >= moment - keep))
    old = sa.select(audit_entry.c.seq, audit_entry.c.hash).order_by(audit_entry.c.seq.desc()).limit(1)
    if kept_from is not None:
        old = old.where(audit_entry.c.seq < kept_from)
    last = connection.execute(old).first()
    if last is None:
        return 0
    connection.execute(audit_anchor.insert().values(through_seq=last.seq, hash=last.hash, cut_at=moment))
    is_old = audit_entry.c.seq <= last.seq
    count = connection.scalar(sa.select(sa.func.count()).where(is_old)) or 0
    facts = {"through_seq": last.seq, "hash": last.hash, "entries": count}
    record_audit(connection, access, CUT, "audit", "audit", facts)  # before they go: it follows the last of them
    connection.execute(sa.delete(audit_entry).where(is_old))
    return count


def _bad_beginning(connection: sa.Connection, first: AuditEntry) -> tuple[int, str] | None:
    """What is wrong with where the chain begins: at the first entry ever, or where a cut says so."""
    if first.seq == 1:
        return None if first.previous_hash == GENESIS else (1, "it does not begin the chain")
    cuts = _chained(connection, AuditFilter(action=CUT))
    wanted = {"through_seq": first.seq - 1, "hash": first.previous_hash}
    if any(wanted.items() <= cut.details.items() for cut in cuts):
        return None
    return first.seq, "entries before it are missing and no cut stands for them"


def _problem_of(entry: AuditEntry, seq_before: int, previous_hash: str) -> tuple[int, str] | None:
    if entry.seq != seq_before + 1:
        return entry.seq, f"entries {seq_before + 1} to {entry.seq - 1} are missing"
    if entry.previous_hash != previous_hash:
        return entry.seq, "it does not follow the entry before it"
    if entry.hash != entry_hash(previous_hash, entry.seq, _draft(entry)):
        return entry.seq, "it was changed after it was written"
    return None


def _draft(entry: AuditEntry) -> Draft:
    return Draft(
        at=entry.at,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        action=entry.action,
        kind=entry.kind,
        resource_id=entry.resource_id,
        customer_id=entry.customer_id,
        address=entry.address,
        details=json.dumps(entry.details, sort_keys=True, separators=(",", ":")),
    )


def _entry(row: sa.Row[Any]) -> AuditEntry:
    facts = dict(row._mapping)
    return AuditEntry(**{**facts, "at": aware(row.at), "details": _details(row.details)})


def _waiting(row: sa.Row[Any]) -> AuditEntry:
    """A read that waits for its place, as an entry."""
    draft = draft_in(row)
    facts = {**vars(draft), "details": _details(draft.details)}
    return AuditEntry(seq=-row.no, previous_hash="", hash="", **facts)


def _details(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {"unreadable": text}
    return found if isinstance(found, dict) else {"unreadable": text}
