"""Recording reads: each waits until it is durable, none waits for somebody who writes for long.

Whoever waits for the disk takes all that wait with it. Where SQLite's one writer is busy, the entries are noted beside
it (``journal``) and move into the chain as soon as it is done.
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from onefold.access.audit.chain import Draft, append, draft_of
from onefold.access.audit.journal import fold_reads, journal_of
from onefold.access.model import Access
from onefold.errors import Conflict
from onefold.storage import AppDatabase

log = logging.getLogger("onefold.access.audit")

PATIENCE_SECONDS = 0.05
"""How long a read waits for the writer: longer than a small write takes."""
_BUSY_SECONDS = 0.5
"""How long a writer that was busy is taken to be so still."""


def audit_read(
    database: AppDatabase,
    access: Access,
    action: str,
    kind: str,
    resource_id: str,
    details: Mapping[str, Any] | None = None,
    *,
    customer_id: str | None = None,
) -> None:
    """Record that the actor reads something, and return when that is durable. A read that cannot be audited fails.

    Args:
        database: where the audit is; no transaction of the caller may be writing to it.
        access: who reads.
        action: such as ``customer.read``.
        kind: resource kind.
        resource_id: which one; of kind customer also the customer it concerns.
        details: small facts.
        customer_id: the customer it concerns, for other kinds.

    Cost: one commit, shared by all who wait at the same time.
    """
    concerned = customer_id or (resource_id if kind == "customer" else None)
    _group_of(database).append(draft_of(access, action, kind, resource_id, details, concerned))


@dataclass
class _Waiting:
    draft: Draft
    is_done: bool = False
    error: Exception | None = None


class _Group:
    """Records all that wait in one transaction: the first to get the turn takes the others with it."""

    def __init__(self, database: AppDatabase) -> None:
        self._waiting: list[_Waiting] = []
        self._list = threading.Lock()
        self._turn = threading.Lock()
        self._database = weakref.ref(database)
        self._busy_until = 0.0
        self._folder = _Folder(database)

    def append(self, draft: Draft) -> None:
        mine = _Waiting(draft)
        with self._list:
            self._waiting.append(mine)
        with self._turn:
            if not mine.is_done:
                with self._list:
                    group, self._waiting = self._waiting, []
                self._commit(group)
        if mine.error is not None:
            raise mine.error

    def _commit(self, group: list[_Waiting]) -> None:
        error: Exception | None = RuntimeError("the process ends")  # unless it comes to anything else
        try:
            self._record([waiting.draft for waiting in group])
            error = None
        except Exception as problem:  # noqa: BLE001 - everyone in the group is told, none may go on unaudited
            error = problem
        finally:
            for waiting in group:
                waiting.error = error
                waiting.is_done = True

    def _record(self, drafts: Sequence[Draft]) -> None:
        database = self._database()
        if database is None:
            raise RuntimeError("the app database is gone")
        journal = journal_of(database.engine)
        if journal is None:
            with database.write() as connection:
                append(connection, drafts)
        elif not self._is_chained(database, drafts):
            journal.add(drafts)
            self._folder.wake()

    def _is_chained(self, database: AppDatabase, drafts: Sequence[Draft]) -> bool:
        """Append to the chain, unless somebody else writes."""
        if time.monotonic() < self._busy_until:
            return False
        try:
            with database.write(patience_seconds=PATIENCE_SECONDS) as connection:
                append(connection, drafts)
        except Conflict:
            self._busy_until = time.monotonic() + _BUSY_SECONDS
            return False
        return True


class _Folder:
    """Moves noted reads into the chain, in a thread that lives while there are any."""

    def __init__(self, database: AppDatabase) -> None:
        self._database = weakref.ref(database)
        self._state = threading.Lock()
        self._is_running = False
        self._is_asked = False

    def wake(self) -> None:
        """There is something to move."""
        with self._state:
            self._is_asked = True
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="audit-fold", daemon=True).start()

    def _run(self) -> None:
        while self._is_wanted():
            try:
                if (database := self._database()) is not None:
                    fold_reads(database)
            except Conflict:
                self.wake()
            except Exception as error:  # noqa: BLE001 - the thread's edge: what is noted stays so, the next one tries
                log.warning("reads could not be moved into the audit yet: %s", error)

    def _is_wanted(self) -> bool:
        with self._state:
            self._is_running = self._is_asked
            self._is_asked = False
            return self._is_running


_groups: WeakKeyDictionary[AppDatabase, _Group] = WeakKeyDictionary()
_making = threading.Lock()


def _group_of(database: AppDatabase) -> _Group:
    with _making:
        if database not in _groups:
            _groups[database] = _Group(database)
        return _groups[database]
