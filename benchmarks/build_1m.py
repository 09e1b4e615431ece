"""Claim: a million records of five systems become customers in minutes on two cores, under 6 GiB.

Usage: python benchmarks/build_1m.py FOLDER [--no-splink]

FOLDER holds crm, shop, desk, billing and loyalty as Parquet and truth.parquet (rec_id, person_id). Prints the wall
time of every step, peak memory, rows per second, accuracy against the truth, and in the same run Splink, configured
as its documentation does for people, on the very same conformed records.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import duckdb

from measure import ONEFOLD, Run, print_machine, run

SYSTEMS = ("crm", "shop", "desk", "billing", "loyalty")
LIMIT_BYTES = 6 * 2**30


def create_workspace(folder: Path, silos: Path) -> Path:
    """A workspace with the five systems connected."""
    workspace = folder / "workspace"
    run([ONEFOLD, "init", str(workspace)])
    for system in SYSTEMS:
        run([ONEFOLD, "connect", system, str(silos / f"{system}.parquet")], folder=workspace)
    return workspace


def print_build(workspace: Path) -> tuple[Run, dict[str, float]]:
    """Build, print steps and peak; returns the process and the seconds of each step."""
    finished = run([ONEFOLD, "build", "--json"], folder=workspace)
    report = json.loads(finished.output)
    rows = sum(table["rows"] for table in report["tables"])
    for step, facts in report["steps"].items():
        print(f"  {step:10} {facts['seconds']:8.1f} s")
    print(
        f"  {'all':10} {finished.seconds:8.1f} s ({finished.processor_seconds:.1f} s of processor), "
        f"{rows:,} rows, {rows / finished.seconds:,.0f} rows/s, "
        f"peak {finished.peak_bytes / 2**30:.2f} GiB ({finished.peak_bytes / LIMIT_BYTES:.2f} of the limit)"
    )
    return finished, {step: facts["seconds"] for step, facts in report["steps"].items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--no-splink", action="store_true")
    arguments = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory(prefix="onefold-bench-") as temporary:
        workspace = create_workspace(Path(temporary), arguments.folder)
        _, seconds = print_build(workspace)
        warehouse = duckdb.connect(str(workspace / "warehouse.duckdb"), read_only=True)
        records = Path(temporary) / "records.parquet"
        warehouse.execute(f"copy main.record to '{records}' (format parquet)")
        ids = Path(temporary) / "onefold.parquet"
        warehouse.execute(
            "copy (select r.record_key as rec_id, c.customer_id as cluster_id from main.record as r"
            f" join main.customer_subject as c using (subject_id)) to '{ids}' (format parquet)"
        )
        warehouse.close()
        truth = arguments.folder / "truth.parquet"
        here = str(Path(__file__).parent)
        print("onefold:", run([sys.executable, f"{here}/score.py", str(ids), str(truth)]).output.strip())
        if not arguments.no_splink:
            peer = Path(temporary) / "splink.parquet"
            finished = run([sys.executable, f"{here}/peers.py", "splink", str(records), str(peer)])
            print(
                f"splink on the same conformed records: {finished.seconds:.1f} s "
                f"({finished.processor_seconds:.1f} s of processor), peak {finished.peak_bytes / 2**30:.2f} GiB, "
                f"onefold's resolve step / splink = {seconds['resolve'] / finished.seconds:.2f}"
            )
            print("splink:", run([sys.executable, f"{here}/score.py", str(peer), str(truth)]).output.strip())


if __name__ == "__main__":
    main()
