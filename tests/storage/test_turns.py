"""Writers take turns in the order in which they came."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from onefold.errors import Conflict
from onefold.storage.turns import Turns

PATIENCE = 30.0


def _wait_for(turns: Turns, count: int) -> None:
    """Until so many wait."""
    while len(turns._waiting) < count:
        threading.Event().wait(0.001)


def test_first_come_is_first_served():
    turns, served = Turns(), []

    def work(number: int) -> None:
        with turns.take(PATIENCE):
            served.append(number)

    with ThreadPoolExecutor(20) as pool, turns.take(PATIENCE):
        for number in range(20):
            pool.submit(work, number)
            _wait_for(turns, number + 1)
    assert served == list(range(20))


def test_whoever_waits_too_long_is_refused_and_holds_nobody_up():
    turns, served = Turns(), []

    def work() -> None:
        with turns.take(PATIENCE):
            served.append("patient")

    with ThreadPoolExecutor(2) as pool, turns.take(PATIENCE):
        hasty = pool.submit(lambda: turns.take(0.01).__enter__())
        with pytest.raises(Conflict):
            hasty.result(PATIENCE)
        pool.submit(work)
        _wait_for(turns, 1)
    assert served == ["patient"]
    with turns.take(0.0):
        pass


def test_a_turn_ends_with_an_error_too():
    turns = Turns()
    with pytest.raises(ValueError, match="broken"), turns.take(PATIENCE):
        raise ValueError("broken")
    with turns.take(0.0):
        pass
