"""Claim: who is who among a million conformed records in 20 s on two cores, under 3 GiB, B-cubed F1 above .96.

Usage: python benchmarks/identity.py RECORDS TRUTH [RECORDS TRUTH …] [--splink] [--joins]

RECORDS is ``main.record`` as Parquet (``duckdb warehouse.duckdb "copy main.record to 'records.parquet'"``), TRUTH has
rec_id (the record key) and person_id (or record_id and entity_id). Each method runs in a process of its own, so that
wall time includes start and imports, and peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import duckdb

from measure import Run, print_machine
from peers import NAIVE_KEYS

HERE = Path(__file__).parent

RESOLVE = """
import sys, json
import pyarrow as pa, pyarrow.parquet as pq
from onefold.identity import resolve_records
from onefold.identity.model import INPUT
records = pq.read_table(sys.argv[1], columns=["record_key", *INPUT.names])
keys = dict(zip(records["subject_id"].to_pylist(), records["record_key"].to_pylist()))
found = resolve_records(records.drop_columns(["record_key"]), threads=2)
ids = pa.array([keys[subject] for subject in found.clusters["subject_id"].to_pylist()])
pq.write_table(pa.table({"rec_id": ids, "cluster_id": found.clusters["cluster"]}), sys.argv[2])
print(json.dumps(found.diagnostics["person"]["seconds"]))
"""


def read_truth(path: Path, target: Path) -> None:
    """The truth with the column names that ``score.py`` expects."""
    reader = "read_parquet" if path.suffix == ".parquet" else "read_csv"
    names = [row[0] for row in duckdb.execute(f"describe select * from {reader}('{path}')").fetchall()]
    record = "rec_id" if "rec_id" in names else "record_id"
    person = "person_id" if "person_id" in names else "entity_id"
    query = f"select {record} as rec_id, {person} as person_id from {reader}('{path}')"
    duckdb.execute(f"copy ({query}) to '{target}' (format parquet)")


def print_method(name: str, command: list[str], clusters: Path, truth: Path) -> None:
    """Run one method in its own process and print time, memory and scores."""
    finished = timed(command)
    scores = json.loads(timed([sys.executable, str(HERE / "score.py"), str(clusters), str(truth)]).output)
    print(f"{name}: {finished.seconds:.1f} s, peak {finished.peak_bytes / 2**30:.2f} GiB, {json.dumps(scores)}")
    if finished.output.strip():
        print(f"  {finished.output.strip()}")


def timed(command: list[str]) -> Run:
    """Run a command to its end; its peak memory is its own, not that of earlier children."""
    import os
    import subprocess
    import time

    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command[:3])} ended with {os.waitstatus_to_exitcode(status)}")
    return Run(time.perf_counter() - started, usage.ru_maxrss * 1024, output)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="+", type=Path, help="pairs of RECORDS TRUTH")
    parser.add_argument("--splink", action="store_true", help="also run Splink 5 on the same records")
    parser.add_argument("--joins", action="store_true", help="also run naive joins on the same records")
    arguments = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory(prefix="onefold-bench-") as folder:
        clusters, truth = Path(folder) / "clusters.parquet", Path(folder) / "truth.parquet"
        for records, known in zip(arguments.data[::2], arguments.data[1::2], strict=True):
            read_truth(known, truth)
            count = duckdb.execute(f"select count(*) from read_parquet('{records}')").fetchall()[0][0]
            print(f"\n{records}: {count:,} records")
            print_method("onefold", [sys.executable, "-c", RESOLVE, str(records), str(clusters)], clusters, truth)
            peer = [sys.executable, str(HERE / "peers.py")]
            if arguments.splink:
                print_method("splink", [*peer, "splink", str(records), str(clusters)], clusters, truth)
            for keys in NAIVE_KEYS if arguments.joins else ():
                print_method(
                    f"join {keys}", [*peer, "joins", str(records), str(clusters), "--keys", keys], clusters, truth
                )


if __name__ == "__main__":
    main()
