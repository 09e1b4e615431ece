"""Claim: ten exports of five systems (6,539 people records) become a silo report in under 10 s from a cold process.

Usage: python benchmarks/scan_customer360.py FOLDER [--runs 5]

FOLDER holds the exports of the customer-identity-resolution example of github.com/kanoniv/kanoniv (Apache-2.0).
Its vendor published 3,583 customers by a hand-made dbt project, 2,233 by Splink, 2,270 by its own engine.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path

from measure import ONEFOLD, print_machine, run

LIMIT_SECONDS = 10.0
PUBLISHED = {"dbt project": 3583, "Splink": 2233, "kanoniv": 2270}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    print_machine()
    files = sorted(str(path) for path in arguments.folder.glob("*.csv"))
    finished = [run([ONEFOLD, "scan", *files, "--json"]) for _ in range(arguments.runs)]
    seconds = [one.seconds for one in finished]
    report = json.loads(finished[-1].output)
    print(f"{len(files)} files, {report['records']:,} people records, {report['customers']:,} customers")
    print("published: " + ", ".join(f"{name} {count:,}" for name, count in PUBLISHED.items()))
    print(
        f"wall: median {statistics.median(seconds):.2f} s (first {seconds[0]:.2f}, worst {max(seconds):.2f}), "
        f"{statistics.median(seconds) / LIMIT_SECONDS:.2f} of the limit; peak memory "
        f"{max(one.peak_bytes for one in finished) / 2**20:.0f} MiB"
    )


if __name__ == "__main__":
    main()
