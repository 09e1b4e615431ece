"""Writers of one database take turns in the order in which they came."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock

from onefold.errors import Conflict


class Turns:
    """A lock that is first come, first served.

    SQLite lets writers try again after ever longer pauses, so that under load whoever came last is served first and
    some wait for many seconds. Writers of other processes are still SQLite's to order.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._waiting: deque[Event] = deque()
        self._is_taken = False

    @contextmanager
    def take(self, patience_seconds: float) -> Iterator[None]:
        """One's turn, until the block ends.

        Raises:
            Conflict: it did not come within that time.
        """
        if (turn := self._join()) is not None and not turn.wait(patience_seconds) and self._leave(turn):
            raise Conflict("others are writing", hint="Try again.")
        try:
            yield
        finally:
            self._pass_on()

    def _join(self) -> Event | None:
        """None where it is one's turn at once."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return None
            turn = Event()
            self._waiting.append(turn)
            return turn

    def _leave(self, turn: Event) -> bool:
        """Give up waiting; False where the turn came at that very moment."""
        with self._guard:
            if turn.is_set():
                return False
            self._waiting.remove(turn)
            return True

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False
