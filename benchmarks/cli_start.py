"""Claim: every command's ``--help`` answers in under 0.3 s.

Usage: python benchmarks/cli_start.py [--runs 7]
"""

from __future__ import annotations

import argparse
import sys

from measure import ONEFOLD, median_seconds, print_machine
from onefold.cli.main import COMMANDS

LIMIT_SECONDS = 0.3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    print_machine()
    bare = median_seconds([sys.executable, "-c", "pass"], runs)
    framework = median_seconds([sys.executable, "-c", "import click"], runs)
    print(f"{'python -c pass':32} {bare:.3f} s")
    print(f"{'python -c import click':32} {framework:.3f} s")
    for command in ["", *COMMANDS]:
        seconds = median_seconds([word for word in (ONEFOLD, command, "--help") if word], runs)
        print(
            f"{f'onefold {command} --help':32} {seconds:.3f} s, {seconds / LIMIT_SECONDS:.2f} of the limit, "
            f"{seconds / framework:.2f} × bare click"
        )


if __name__ == "__main__":
    main()
