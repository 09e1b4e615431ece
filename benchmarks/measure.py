"""What every benchmark prints about the machine, and how it times whole processes."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO

ONEFOLD = str(Path(sys.executable).parent / "onefold")


@dataclass(frozen=True)
class Run:
    """One finished process."""

    seconds: float
    """Wall time."""
    processor_seconds: float
    """On all cores; says more than wall time on a machine that others use too."""
    peak_bytes: int
    """Resident memory of the process at its highest."""
    output: str


@dataclass(frozen=True)
class Served:
    """A running server."""

    url: str
    token: str
    """Of the command line: may do everything."""
    pid: int


@contextmanager
def serving(workspace: Path) -> Iterator[Served]:
    """`onefold serve` on a workspace, in a process of its own, for the length of the block."""
    process = subprocess.Popen([ONEFOLD, "serve", "--no-open", "--port", "0"], cwd=workspace, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            time.sleep(0.1)
            if (workspace / ".server").exists():
                state = json.loads((workspace / ".server").read_text(encoding="utf-8"))
                if state["pid"] == process.pid:
                    break
        else:
            sys.exit("the server does not start")
        yield Served(state["url"], state["token"], process.pid)
    finally:
        process.terminate()
        process.wait(30)


def print_machine() -> None:
    """Processor, cores, memory, Python and the parts whose speed matters."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    processor = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    parts = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "pyarrow", "polars", "numba"))
    print(
        f"machine: {processor}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, {parts}"
    )
    print(f"load before: {os.getloadavg()[0]:.1f}")


def run(command: Sequence[str], *, folder: Path | None = None) -> Run:
    """Run a command to its end.

    Raises:
        SystemExit: it failed; prints what it said.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)  # RUSAGE_CHILDREN would tell of the largest so far
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        said, complained = (_text(file) for file in (output, errors))
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}\n{said[-2000:]}\n{complained[-2000:]}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, said)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def median_seconds(command: Sequence[str], runs: int) -> float:
    """The median wall time of a command after one run to warm up."""
    run(command)
    return statistics.median(run(command).seconds for _ in range(runs))
