"""Claim: who is who among a million conformed records, F1 above .95, in less time than Splink and under 3 GiB.

Usage: python benchmarks/identity.py RECORDS TRUTH [RECORDS TRUTH …] [--splink] [--joins] [--errors 2] [--apart PAIRS]

RECORDS is ``main.record`` as Parquet (``duckdb warehouse.duckdb "copy main.record to 'records.parquet'"``), TRUTH has
rec_id (the record key) and person_id (or record_id and entity_id), and may have household_id and flags. Any number of
sets may follow each other. Each method runs in a process of its own, so that wall time includes start and imports, and
peak memory is its own. At the end one table shows every set and method.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
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
keys = pa.table([records["subject_id"], records["record_key"]], ["subject_id", "rec_id"])
found = resolve_records(records.drop_columns(["record_key"]), threads=2)
named = found.clusters.join(keys, "subject_id").select(["rec_id", "cluster"])
pq.write_table(named.rename_columns(["rec_id", "cluster_id"]), sys.argv[2])
if len(sys.argv) > 3:
    pq.write_table(found.matches, sys.argv[3])
print(json.dumps({kind: facts.get("seconds") for kind, facts in found.diagnostics.items()}))
"""


@dataclass(frozen=True)
class Line:
    """One method on one set."""

    records: str
    method: str
    seconds: float
    peak_gib: float
    scores: dict[str, float]


def read_truth(path: Path, target: Path) -> None:
    """The truth with the column names that ``score.py`` and ``identity_errors.py`` expect."""
    reader = "read_parquet" if path.suffix == ".parquet" else "read_csv"
    names = [row[0] for row in duckdb.execute(f"describe select * from {reader}('{path}')").fetchall()]
    record = "rec_id" if "rec_id" in names else "record_id"
    person = "person_id" if "person_id" in names else "entity_id"
    more = "".join(f", {name}" for name in ("household_id", "flags") if name in names)
    query = f"select {record} as rec_id, {person} as person_id{more} from {reader}('{path}')"
    duckdb.execute(f"copy ({query}) to '{target}' (format parquet)")


def run_method(records: Path, name: str, command: list[str], clusters: Path, truth: Path) -> Line:
    """Run one method in its own process and print time, memory and scores."""
    finished = timed(command)
    scores = json.loads(timed([sys.executable, str(HERE / "score.py"), str(clusters), str(truth)]).output)
    peak = finished.peak_bytes / 2**30
    print(f"{name}: {finished.seconds:.1f} s, peak {peak:.2f} GiB, {json.dumps(scores)}", flush=True)
    if finished.output.strip():
        print(f"  {finished.output.strip()}")
    return Line(records.stem, name, finished.seconds, peak, scores)


def run_set(records: Path, known: Path, arguments: argparse.Namespace, folder: Path) -> list[Line]:
    """Every method on one set, and where Onefold errs."""
    clusters, truth, matches = (folder / f"{name}.parquet" for name in ("clusters", "truth", "matches"))
    read_truth(known, truth)
    count = duckdb.execute(f"select count(*) from read_parquet('{records}')").fetchall()[0][0]
    print(f"\n{records}: {count:,} records")
    resolve = [sys.executable, "-c", RESOLVE, str(records), str(clusters)]
    resolve += [str(matches)] if arguments.errors is not None else []
    lines = [run_method(records, "onefold", resolve, clusters, truth)]
    if arguments.errors is not None:
        explain = [sys.executable, str(HERE / "identity_errors.py"), str(records), str(clusters), str(truth)]
        explain += ["--matches", str(matches), "--examples", str(arguments.errors)]
        print(timed([*explain, *(["--apart", str(arguments.apart)] if arguments.apart else [])]).output)
    peer = [sys.executable, str(HERE / "peers.py")]
    if arguments.splink:
        command = [*peer, "splink", str(records), str(clusters)]
        lines.append(run_method(records, "splink", command, clusters, truth))
    for keys in NAIVE_KEYS if arguments.joins else ():
        command = [*peer, "joins", str(records), str(clusters), "--keys", keys]
        lines.append(run_method(records, f"join {keys}", command, clusters, truth))
    return lines


def print_table(lines: list[Line]) -> None:
    """All sets and methods below each other, as Markdown."""
    print("\n| set | method | wall s | peak GiB | precision | recall | F1 | B³ F1 | largest |")
    print("|---|---|---|---|---|---|---|---|---|")
    for line in lines:
        scores = (f"{line.scores[key]:.4f}" for key in ("precision", "recall", "f1", "b3_f1"))
        cells = (line.records, line.method, f"{line.seconds:.1f}", f"{line.peak_gib:.2f}", *scores)
        print(f"| {' | '.join(cells)} | {line.scores['largest']} |")


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
    return Run(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, output)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", type=Path, help="pairs of RECORDS TRUTH")
    parser.add_argument("--splink", action="store_true", help="also run Splink 5 on the same records")
    parser.add_argument("--joins", action="store_true", help="also run naive joins on the same records")
    parser.add_argument("--errors", type=int, metavar="N", help="list errors by kind, with N examples of each")
    parser.add_argument("--apart", type=Path, help="person_a, person_b, trap: people that must not be merged")
    arguments = parser.parse_args()
    if len(arguments.data) % 2:
        parser.error("every set takes two files: RECORDS TRUTH")
    print_machine()
    lines = []
    with tempfile.TemporaryDirectory(prefix="onefold-bench-") as folder:
        for records, known in zip(arguments.data[::2], arguments.data[1::2], strict=True):
            lines += run_set(records, known, arguments, Path(folder))
    print_table(lines)


if __name__ == "__main__":
    main()
