"""Builds that are cut, meet one another, or run out of disk: the workspace stays sound."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from tests.servers import require

from onefold import Workspace

KILLED_AT = """
import os, signal, sys
from onefold import Workspace
from onefold.engines import Engine
import sqlalchemy as sa

moment, steps = int(sys.argv[1]), 0

def count(*_ignored):
    global steps
    steps += 1
    if steps == moment:
        os.kill(os.getpid(), signal.SIGKILL)

whole = Engine._run
Engine._run = lambda self, *a: (count(), whole(self, *a))[1]
sa.event.listen(sa.Engine, "before_cursor_execute", count)
sa.event.listen(sa.Engine, "commit", count)
with Workspace.open() as workspace:
    workspace.build()
print(steps)
"""


def test_a_build_killed_anywhere_is_mended_by_the_next(workspace, tmp_path):
    untouched = _copy(workspace, tmp_path / "untouched")
    statements = int(_build_killed_at(untouched, 10**9).stdout)
    wanted = _state(untouched)
    assert statements > 50
    for moment in range(3, statements, max(statements // 14, 1)):
        folder = _copy(workspace, tmp_path / f"killed-{moment}")
        assert _build_killed_at(folder, moment).returncode == -signal.SIGKILL
        _build_killed_at(folder, 10**9)
        assert _state(folder) == wanted, f"killed before statement {moment} of {statements}"
        shutil.rmtree(folder)


def test_a_change_killed_anywhere_is_mended_by_the_next(workspace, company, tmp_path):
    _build_killed_at(workspace, 10**9)
    shop = sqlite3.connect(company / "shop.db")
    shop.execute("update customers set phone = '+34 600 000 999' where id < 4")
    shop.execute("delete from customers where id = 8")
    shop.commit()
    untouched = _copy(workspace, tmp_path / "untouched")
    statements = int(_build_killed_at(untouched, 10**9).stdout)
    wanted = _state(untouched)
    for moment in range(5, statements, max(statements // 10, 1)):
        folder = _copy(workspace, tmp_path / f"killed-{moment}")
        _build_killed_at(folder, moment)
        _build_killed_at(folder, 10**9)
        assert _state(folder) == wanted, f"killed before statement {moment} of {statements}"
        shutil.rmtree(folder)


def test_readers_see_the_last_build_while_the_next_one_is_cut(workspace, onefold):
    onefold("build", folder=workspace)
    before = onefold("customer", "crm:C-001", "--json", folder=workspace).out
    _build_killed_at(workspace, 40)
    assert onefold("customer", "crm:C-001", "--json", folder=workspace).out == before


def test_ctrl_c_says_so_and_leaves_the_workspace_sound(workspace, onefold):
    for seconds in (0.5, 1.0, 1.5, 2.0, 2.5):
        process = subprocess.Popen(
            [sys.executable, "-m", "onefold", "build"], cwd=workspace, stderr=subprocess.PIPE, text=True
        )
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=60)
        assert process.returncode in {0, 130, -signal.SIGINT}, err  # the last: Python itself was still starting
        assert process.returncode != 130 or "Stopped." in err
    onefold("build", folder=workspace)


def test_a_second_process_on_the_same_workspace_is_told(workspace, onefold):
    with Workspace.open(workspace) as held, held.locked():
        failed = onefold("build", folder=workspace, code=4)
    assert "another onefold command" in failed.err
    onefold("build", folder=workspace)


def test_a_workspace_of_a_newer_version_is_refused(workspace, onefold):
    onefold("build", folder=workspace)
    database = sqlite3.connect(workspace / "app.db")
    database.execute("update alembic_version set version_num = '9999'")
    database.commit()
    assert "newer" in onefold("customer", "crm:C-001", folder=workspace, code=8).err


def test_a_full_disk_is_said_and_loses_nothing(workspace, onefold, tmp_path):
    disk = tmp_path / "small"
    disk.mkdir()
    require(_mount(disk, "10m"), "mounting a small disk needs root")
    try:
        for free_kib in (20, 120, 250, 400):
            folder = _copy(workspace, disk / "acme")
            filler = disk / "filler"
            filler.write_bytes(bytes(shutil.disk_usage(disk).free - free_kib * 1024))
            failed = onefold("build", folder=folder, code=6)
            assert "disk is full" in failed.err + failed.out, failed.err
            assert "Traceback" not in failed.err
            filler.unlink()
            onefold("build", folder=folder)
            assert len(_state(folder)["main.record"]) == 20
            shutil.rmtree(folder)
    finally:
        subprocess.run(["umount", disk], check=False)


def _mount(folder: Path, size: str) -> bool:
    """Mount a memory disk; whether this machine lets us."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    return subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False).returncode == 0


def _copy(workspace: Path, target: Path) -> Path:
    return Path(shutil.copytree(workspace, target))


def _build_killed_at(folder: Path, moment: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", KILLED_AT, str(moment)], cwd=folder, capture_output=True, text=True, check=False
    )


def _state(folder: Path) -> dict[str, list[tuple]]:
    """Everything a build makes, without the moments and counters that differ by themselves."""
    state = {}
    with Workspace.open(folder) as opened:
        for relation in ("main.record", "main.record_value", "main.event", "main.customer_subject", "main.cluster"):
            state[relation] = sorted(map(repr, opened.engine.rows(f"from {relation}")))
    database = sqlite3.connect(folder / "app.db")
    queries = {
        "customer": "select customer_id, kind, state, merged_into from customer",
        "subject": "select subject_id, customer_id from subject",
        "profile": "select customer_id, display_name, input_hash, attributes, traits from profile",
        "identifier": "select kind, value, subject_id from identifier",
        "timeline": "select event_id, subject_id, occurred_at, title, amount from timeline_event",
        "catalogue": "select source, table_name, name, meaning from catalog_column",
    }
    for name, query in queries.items():
        state[name] = sorted(map(repr, database.execute(query)))
    database.close()
    return state
