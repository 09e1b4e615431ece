"""Claim: a Spark cluster finds the embedded engine's customers, and no worker's memory grows with the data.

Usage: python benchmarks/spark_identity.py RECORDS [RECORDS …] [--workers 1 2] [--learn-from 100000] [--compare]

RECORDS is ``main.record`` as Parquet. For every number of workers a standalone cluster is started on loopback (a master
and workers of one core, each a process of its own), and every set is resolved on it by ``resolve_parquet``. Printed are
the wall time and the peak resident memory of each worker: of its executor (a JVM, bounded by ``spark.executor.memory``)
and of the largest of its Python processes (where the kernels run). The model is learned once, from ``--learn-from``
records of the first set, so that all sets are resolved with the same model and memory that grows would be the data's.
``--compare`` learns from all records of each set instead, on the cluster's driver and in this process, and lists the
records whose customer differs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from measure import print_machine

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.spark_cluster import SparkCluster

from onefold.engines.spark import open_session
from onefold.identity import Place, resolve_parquet, resolve_records
from onefold.identity.learned import Model
from onefold.identity.model import INPUT


@dataclass
class Peaks:
    """Most memory that was resident at a time, in MiB, by worker."""

    executor: list[float] = field(default_factory=list)
    python: list[float] = field(default_factory=list)
    """Of the largest of a worker's Python processes."""


@contextmanager
def watched(cluster: SparkCluster) -> Iterator[Peaks]:
    """Look at the processes of every worker until the block ends."""
    peaks = Peaks([0.0] * len(cluster.workers), [0.0] * len(cluster.workers))
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(0.2):
            children = children_of_all()
            for number, worker in enumerate(cluster.workers):
                for pid in descendants(worker.pid, children):
                    kind = peaks.python if is_python(pid) else peaks.executor
                    kind[number] = max(kind[number], resident_mib(pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peaks
    finally:
        is_over.set()
        watcher.join()


def children_of_all() -> dict[int, list[int]]:
    """Process -> its children, of everything that runs."""
    found: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:
            continue
        found.setdefault(int(text.rpartition(")")[2].split()[1]), []).append(int(path.parent.name))
    return found


def descendants(pid: int, children: dict[int, list[int]]) -> list[int]:
    """All processes below one."""
    found = []
    for child in children.get(pid, []):
        found += [child, *descendants(child, children)]
    return found


def is_python(pid: int) -> bool:
    """Whether a process runs Python, and not Java."""
    try:
        return b"pyspark" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[-2:][0]
    except (OSError, IndexError):
        return False


def resident_mib(pid: int) -> float:
    """Resident memory of a process now."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def customers(clusters: Path) -> set[frozenset[str]]:
    members: dict[int, list[str]] = {}
    for one, label in zip(
        *(pq.read_table(clusters)[name].to_pylist() for name in ("subject_id", "cluster")), strict=True
    ):
        members.setdefault(label, []).append(one)
    return {frozenset(ids) for ids in members.values()}


def run_on(workers: int, sets: list[Path], model: Model | None, *, is_compared: bool) -> None:
    options = {"spark.executor.memory": "1g", "spark.executor.cores": "1"}
    cluster = SparkCluster.start(workers, cores=1, memory="1500m")
    try:
        with open_session(cluster.url, options) as session, tempfile.TemporaryDirectory() as folder:
            for path in sets:
                count = pq.ParquetFile(path).metadata.num_rows
                place = Place(cluster.url, learn_from=max(count, 10_000))
                started = time.perf_counter()
                with watched(cluster) as peaks:
                    found = resolve_parquet(path, Path(folder) / "found", place=place, model=model, session=session)
                seconds = time.perf_counter() - started
                shown = ", ".join(
                    f"executor {one:,.0f} + Python {other:,.0f} MiB"
                    for one, other in zip(peaks.executor, peaks.python, strict=True)
                )
                print(f"{path.stem}: {count:,} records, {workers} worker(s): {seconds:.1f} s; {shown}", flush=True)
                if is_compared:
                    compare(path, found.clusters)
    finally:
        cluster.stop()


def compare(path: Path, clusters: Path) -> None:
    """Print whose customer is another one than in this process."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        here = resolve_parquet(path, Path(folder) / "found")
        seconds = time.perf_counter() - started
        theirs, ours = customers(clusters), customers(here.clusters)
    differing = sorted({record for group in theirs ^ ours for record in group})
    print(f"  embedded: {seconds:.1f} s, {len(ours):,} customers; records that differ: {len(differing)}", flush=True)
    for record in differing[:20]:
        print(f"    {record}")


def learn(path: Path, most: int) -> Model | None:
    table = pq.read_table(path, columns=INPUT.names)
    every = -(-len(table) // most)
    return resolve_records(table.take(list(range(0, len(table), every)))).model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path, nargs="+")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--learn-from", type=int, default=100_000)
    parser.add_argument("--compare", action="store_true")
    arguments = parser.parse_args()
    print_machine()
    model = None if arguments.compare else learn(arguments.records[0], arguments.learn_from)
    for workers in arguments.workers:
        run_on(workers, arguments.records, model, is_compared=arguments.compare)


if __name__ == "__main__":
    main()
