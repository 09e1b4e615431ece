"""One reader of the outbox per process, feeding every open page.

A page first catches up on its own from the number it has seen, then joins those that are fed live; both steps hold
the same lock as the reader, so no change falls between them and none comes twice. Nothing is kept per page but a
short queue: who reads slower than changes come is sent away with the advice to come back where they were.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import suppress
from typing import TypeVar

import anyio.to_thread
import sqlalchemy as sa
from anyio import CapacityLimiter

from onefold.access import Access
from onefold.errors import NotAllowed, NotSignedIn, OnefoldError, TooManyRequests
from onefold.storage import AppDatabase
from onefold.webhooks.changes import Change, changes_after, hear_all, heard, newest_seq, oldest_seq

log = logging.getLogger("onefold.api.feed")

Answer = TypeVar("Answer")

POLL_SECONDS = 0.25
"""How long a change may wait before pages hear of it."""
HEARTBEAT_SECONDS = 15.0
"""Proxies close what is silent for longer; most wait 30 or 60 seconds."""
RECHECK_SECONDS = 5.0
"""How old a page's access may be; changes of roles, people and sessions that are announced are seen at once."""
BATCH = 500
MOST_WAITING = 2_000
"""Changes that wait for one page; more and it is told to resume."""
MOST_BEHIND = 20_000
"""Changes that a page may catch up on; a page further behind reads everything anew."""
MOST_PAGES = 2_000
MOST_PAGES_PER_ACTOR = 250

_ACCESS_CHANGES = frozenset({"role", "user", "session", "key"})
"""Changes of these resources may change what a page may hear."""


class Subscriber:
    """One open page.

    Args:
        access: what its actor may do now.
        refresh: looks it up again; raises NotSignedIn when the session is over.
        position: the number of the last change it has seen; None: from now on.
    """

    def __init__(self, access: Access, refresh: Callable[[], Access], position: int | None) -> None:
        self.access = access
        self.refresh = refresh
        self.position = position
        self.checked_at = time.monotonic()
        self.is_over = False
        self.is_dropped = False
        self._waiting: deque[bytes] = deque()
        self._awake = asyncio.Event()

    def offer(self, frames: Iterable[bytes]) -> None:
        """Queue frames; too many waiting empty the queue and end the page's turn."""
        self._waiting.extend(frames)
        if len(self._waiting) > MOST_WAITING:
            self.is_dropped = True
            self._waiting.clear()
        if self._waiting or self.is_dropped or self.is_over:
            self._awake.set()

    async def take(self, seconds: float) -> list[bytes]:
        """All that waits, as soon as something does; nothing after ``seconds``."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._awake.wait(), seconds)
        taken = list(self._waiting)
        self._waiting.clear()
        self._awake.clear()
        return taken

    def recheck(self) -> None:
        """Look up again what the actor may do; runs in a thread."""
        try:
            self.access = self.refresh()
            self.checked_at = time.monotonic()
        except (NotSignedIn, NotAllowed):
            self.is_over = True


class Feed:
    """The pages of one process and their reader, which runs only while there are pages."""

    def __init__(self, database: AppDatabase) -> None:
        self._database = database
        self._pages: set[Subscriber] = set()
        self._live: set[Subscriber] = set()
        self._position = 0
        self._turn = asyncio.Lock()
        self._threads = CapacityLimiter(4)
        self._reader: asyncio.Task[None] | None = None
        self._is_closed = False

    def admit(self, subscriber: Subscriber) -> None:
        """Count a page in.

        Raises:
            TooManyRequests: this process, or this actor, has too many open.
        """
        mine = sum(page.access.actor.actor_id == subscriber.access.actor.actor_id for page in self._pages)
        if len(self._pages) >= MOST_PAGES or mine >= MOST_PAGES_PER_ACTOR:
            raise TooManyRequests("too many open pages", retry_after_seconds=30, hint="Close some of them.")
        self._pages.add(subscriber)

    def close(self) -> None:
        """Let every page go: the server stops. Call it in the event loop."""
        self._is_closed = True
        for page in self._pages:
            page.is_over = True
            page.offer(())

    async def frames(self, subscriber: Subscriber) -> AsyncGenerator[bytes, None]:
        """What a page is sent, until its session ends, it is too slow, or the server stops."""
        try:
            yield b"retry: 2000\n\n"
            yield await self._greet(subscriber)
            is_behind = True
            while not subscriber.is_over and (is_behind or not await self._join(subscriber)):
                caught_up, is_behind = await self._in_thread(self._catch_up, subscriber)
                if caught_up:
                    yield b"".join(caught_up)
            while not (subscriber.is_over or subscriber.is_dropped or self._is_closed):
                taken = await subscriber.take(HEARTBEAT_SECONDS)
                if taken or not (subscriber.is_over or subscriber.is_dropped):
                    yield b"".join(taken) or _heartbeat(subscriber.position or 0)
            yield _farewell(subscriber)
        finally:
            self._pages.discard(subscriber)
            self._live.discard(subscriber)

    async def _greet(self, subscriber: Subscriber) -> bytes:
        """Say where the page starts; ``reset`` where that is not where it stopped."""
        oldest, newest = await self._in_thread(self._span)
        wanted = subscriber.position
        is_possible = wanted is None or max(oldest - 1, newest - MOST_BEHIND) <= wanted <= newest
        if wanted is None or not is_possible:
            subscriber.position = newest
        return _event("ready" if is_possible else "reset", subscriber.position or 0, {"seq": subscriber.position})

    async def _join(self, subscriber: Subscriber) -> bool:
        """Become one of the live pages, if the reader is not ahead of this one."""
        async with self._turn:
            position = subscriber.position or 0
            if self._live and position < self._position:
                return False
            if not self._live:
                self._position = position
            self._live.add(subscriber)
            if self._reader is None or self._reader.done():
                self._reader = asyncio.get_running_loop().create_task(self._read())
            return True

    async def _read(self) -> None:
        """Feed the live pages while there are any."""
        failures = 0
        while self._live and not self._is_closed:
            try:
                has_more = await self._feed()
                failures = 0
            except (OnefoldError, sa.exc.SQLAlchemyError) as error:
                failures += 1
                has_more = False
                log.warning("the outbox cannot be read: %s", error)
            if not has_more:
                await asyncio.sleep(min(POLL_SECONDS * 2**failures, 10.0))

    async def _feed(self) -> bool:
        """Give the next changes to every live page; whether there may be more at once."""
        async with self._turn:
            pages = list(self._live)
            changes, answers = await self._in_thread(self._next, pages)
            if changes:
                self._position = changes[-1].seq
            frames = {change.seq: _event("change", change.seq, change.told()) for change in changes}
            for page, answer in zip(pages, answers, strict=True):
                position = page.position or 0
                page.offer(frames[change.seq] for change in answer if change.seq > position)
                page.position = max(position, self._position)
                if page.is_over or page.is_dropped:
                    self._live.discard(page)
            return len(changes) == BATCH

    def _next(self, pages: Sequence[Subscriber]) -> tuple[list[Change], list[list[Change]]]:
        with self._database.read() as connection:
            changes = changes_after(connection, self._position, BATCH)
        is_due = any(change.resource in _ACCESS_CHANGES for change in changes)
        for page in pages:
            if is_due or time.monotonic() - page.checked_at > RECHECK_SECONDS:
                page.recheck()
        if not changes:
            return [], [[] for _page in pages]
        with self._database.read() as connection:
            answers = hear_all(connection, [page.access for page in pages], changes)
        return changes, [[] if page.is_over else answer for page, answer in zip(pages, answers, strict=True)]

    def _catch_up(self, subscriber: Subscriber) -> tuple[list[bytes], bool]:
        """The next of what the page missed, and whether there is more."""
        if time.monotonic() - subscriber.checked_at > RECHECK_SECONDS:
            subscriber.recheck()
        if subscriber.is_over:
            return [], False
        with self._database.read() as connection:
            changes = changes_after(connection, subscriber.position or 0, BATCH)
            audible = heard(connection, subscriber.access, changes)
        if changes:
            subscriber.position = changes[-1].seq
        return [_event("change", change.seq, change.told()) for change in audible], len(changes) == BATCH

    def _span(self) -> tuple[int, int]:
        with self._database.read() as connection:
            return oldest_seq(connection), newest_seq(connection)

    async def _in_thread(self, work: Callable[..., Answer], *arguments: object) -> Answer:
        return await anyio.to_thread.run_sync(work, *arguments, limiter=self._threads)


def _event(name: str, seq: int, document: object) -> bytes:
    return f"id: {seq}\nevent: {name}\ndata: {json.dumps(document)}\n\n".encode()


def _heartbeat(seq: int) -> bytes:
    """Keeps the connection alive and moves the number from which the page would resume; pages see no event."""
    return f"id: {seq}\n: alive\n\n".encode()


def _farewell(subscriber: Subscriber) -> bytes:
    """Why the page's turn ends. It may come back at once and resumes where it was."""
    reason = "too_slow" if subscriber.is_dropped else "over"
    return f'event: resume\ndata: {{"reason": "{reason}"}}\n\n'.encode()
