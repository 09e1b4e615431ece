"""What every benchmark prints about the machine, and how it times whole processes."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ONEFOLD = str(Path(sys.executable).parent / "onefold")


@dataclass(frozen=True)
class Run:
    """One finished process."""

    seconds: float
    peak_bytes: int
    output: str


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
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    output, errors = process.communicate()
    seconds = time.perf_counter() - started
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}\n{output[-2000:]}\n{errors[-2000:]}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return Run(seconds, peak, output)


def median_seconds(command: Sequence[str], runs: int) -> float:
    """The median wall time of a command after one run to warm up."""
    run(command)
    return statistics.median(run(command).seconds for _ in range(runs))
