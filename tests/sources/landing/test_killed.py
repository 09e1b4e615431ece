"""A process that dies while it lands leaves the state before or the state after, never one between."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.sources.extracts import current, land_rows

from onefold.engines import Engine
from onefold.sources.landing import landed_state
from onefold.sources.model import BadRow, Cursor
from onefold.sources.quarantine import list_quarantine

BEFORE = [{"id": str(number), "name": "old"} for number in range(20)]
AFTER = [{"id": str(number), "name": "new", "city": "Roma"} for number in range(5, 30)]
LAND_UNTIL_KILLED = """
import os, signal, sys
from pathlib import Path
from onefold.engines import Engine
from tests.sources.landing.test_killed import land_after

moment, steps = int(sys.argv[2]), 0
run = Engine._run

def count(self, *arguments):
    global steps
    steps += 1
    if steps == moment:
        os.kill(os.getpid(), signal.SIGKILL)
    return run(self, *arguments)

Engine._run = count
engine = Engine.open(Path(sys.argv[1]))
land_after(engine)
print(steps)
"""


def land_after(engine):
    bad = [BadRow("people.csv", 9, "too many fields", "9;x;y;z")]
    land_rows(engine, 2, AFTER, ["id", "name", "city"], bad_rows=bad, fingerprint="f2", cursor=Cursor("id", "29"))


@pytest.mark.slow
def test_a_landing_killed_anywhere_leaves_before_or_after(tmp_path):
    origin = tmp_path / "origin.duckdb"
    engine = Engine.open(origin)
    land_rows(engine, 1, BEFORE, ["id", "name"], fingerprint="f1", cursor=Cursor("id", "19"))
    before = _state(engine)
    engine.close()
    whole = _land_killed_at(_copy(origin, tmp_path / "whole.duckdb"), 0)
    steps = int(whole.stdout)
    after = _state_of(tmp_path / "whole.duckdb")
    assert before != after
    assert steps > 20
    seen = set()
    for moment in sorted({*range(6, steps, 9), steps}):
        path = _copy(origin, tmp_path / f"killed-{moment}.duckdb")
        assert _land_killed_at(path, moment).returncode == -signal.SIGKILL
        state = _state_of(path)
        assert state in (before, after), f"killed before statement {moment} of {steps}"
        seen.add(state == after)
        _land_killed_at(path, 0)
        assert _state_of(path) == after
    assert False in seen


def _copy(origin: Path, target: Path) -> Path:
    shutil.copy(origin, target)
    return target


def _land_killed_at(path: Path, moment: int) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(root / "src")])}
    command = [sys.executable, "-c", LAND_UNTIL_KILLED, str(path), str(moment)]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)


def _state_of(path: Path):
    engine = Engine.open(path)
    try:
        return _state(engine)
    finally:
        engine.close()


def _state(engine: Engine):
    rows = sorted(current(engine).items())
    return repr((rows, landed_state(engine, "crm"), list_quarantine(engine, state=None)))
