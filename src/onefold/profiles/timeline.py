"""The timeline of one customer: everything from every system, newest first.

Entries come from providers (events of the sources, changes of the id, notes and tasks of colleagues), each already
masked for who asks, and are merged by time. Filters and search look at what is shown and at nothing else, so they
tell nothing about what is hidden.
"""

from __future__ import annotations

import heapq
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import islice
from typing import Any

import sqlalchemy as sa

from onefold.errors import InvalidInput
from onefold.profiles.departments import DEPARTMENTS
from onefold.profiles.model import TimelineEntry
from onefold.profiles.noise import collapsed
from onefold.profiles.sight import Sight

PROVIDERS: tuple[str, ...] = (
    "onefold.profiles.events:event_entries",
    "onefold.profiles.id_history:identity_entries",
    "onefold.care.customer_page:care_entries",
)
"""Who brings entries, as ``module:function`` of the type ``Provider``; loaded by name, so that slices above this one
can bring theirs."""

MOST_READ = 5000
"""Entries that one page looks at; where filters fit few of them, a page may be short though more follow."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Position:
    """A place between two entries: after this one."""

    occurred_at: datetime | None
    entry_id: str

    @property
    def order(self) -> tuple[bool, int, str]:
        """The timeline runs downward in it: newest first, what has no time last; ids decide among equal moments."""
        if self.occurred_at is None:
            return (False, 0, self.entry_id)
        return (True, (self.occurred_at - _EPOCH) // timedelta(microseconds=1), self.entry_id)


@dataclass(frozen=True)
class Asked:
    """Which entries are wanted; all where nothing is said."""

    kinds: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    """Before this moment."""
    text: str = ""
    is_collapsed: bool = True
    """Runs of noise as one entry."""
    words: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Refuse departments that there are not."""
        if unknown := self.departments - set(DEPARTMENTS):
            raise InvalidInput(
                f"no department is called {min(unknown)!r}", hint=f"Choose from: {', '.join(DEPARTMENTS)}"
            )
        object.__setattr__(self, "words", tuple(folded(self.text).split()))

    def wants(self, entry: TimelineEntry) -> bool:
        """Whether an entry fits."""
        at = entry.occurred_at
        fits = (
            (not self.kinds or entry.kind in self.kinds)
            and (not self.types or entry.event_type in self.types)
            and (not self.departments or entry.department in self.departments)
            and (not self.sources or entry.source in self.sources)
            and (self.since is None or (at is not None and at >= self.since))
            and (self.until is None or (at is not None and at < self.until))
        )
        return fits and (not self.words or _holds(entry, self.words))


Provider = Callable[[sa.Connection, Sight, Asked, Position | None, int], list[TimelineEntry]]
"""``(connection, sight, asked, after, limit)`` → at most ``limit`` entries behind ``after``, in the timeline's order
(downward in ``Position.order``). What it can it leaves out by ``asked``; the rest is left out here. Fewer than
``limit`` entries mean that there are no more."""


@dataclass(frozen=True)
class TimelinePage:
    """Some entries, and where to go on."""

    entries: tuple[TimelineEntry, ...]
    following: Position | None
    """None where there are no more."""


def read_timeline(
    connection: sa.Connection,
    sight: Sight,
    asked: Asked | None = None,
    *,
    after: Position | None = None,
    limit: int = 50,
) -> TimelinePage:
    """The entries behind ``after``, newest first.

    Args:
        connection: to the app database, of one snapshot.
        sight: the customer, as the actor may see them.
        asked: which entries; all where absent.
        after: where the page before ended.
        limit: entries, or groups of them, at most.
    """
    asked = asked or Asked()
    reading = _Reading(connection, sight, asked, after, max(limit + 1, 50))
    wanted = (entry for entry in islice(reading.entries(), MOST_READ) if asked.wants(entry))
    shown = collapsed(wanted) if asked.is_collapsed else ((entry, entry) for entry in wanted)
    page: list[TimelineEntry] = []
    end = after
    for entry, last in shown:
        if len(page) == limit:
            return TimelinePage(tuple(page), end)
        page.append(entry)
        end = Position(last.occurred_at, last.entry_id)
    return TimelinePage(tuple(page), reading.position if reading.is_cut else None)


def load_named(name: str) -> Any:
    """``module:function``, loaded."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)


class _Reading:
    """The merged stream of all providers, read in pieces, and how far it was read."""

    def __init__(
        self, connection: sa.Connection, sight: Sight, asked: Asked, after: Position | None, piece: int
    ) -> None:
        self._arguments = (connection, sight, asked)
        self._after = after
        self._piece = piece
        self._read = 0
        self.position = after

    @property
    def is_cut(self) -> bool:
        """Whether reading stopped at the bound and not at the end."""
        return self._read >= MOST_READ

    def entries(self) -> Iterator[TimelineEntry]:
        """All entries, in order."""
        streams = (self._stream(load_named(name)) for name in PROVIDERS)
        for entry in heapq.merge(*streams, key=lambda e: Position(e.occurred_at, e.entry_id).order, reverse=True):
            self._read += 1
            self.position = Position(entry.occurred_at, entry.entry_id)
            yield entry

    def _stream(self, provider: Provider) -> Iterator[TimelineEntry]:
        after = self._after
        while True:
            piece = provider(*self._arguments, after, self._piece)
            yield from piece
            if len(piece) < self._piece:
                return
            after = Position(piece[-1].occurred_at, piece[-1].entry_id)


def folded(text: str) -> str:
    """``text`` as search compares it: without case and accents."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in spread if not unicodedata.combining(mark))


def _holds(entry: TimelineEntry, words: tuple[str, ...]) -> bool:
    body = entry.body.values() if isinstance(entry.body, dict) else ()
    parts = (entry.event_type, entry.title, entry.text, entry.status, entry.channel, entry.counterpart, entry.source)
    said = folded("\n".join(str(part) for part in (*parts, *body) if part is not None))
    return all(word in said for word in words)
