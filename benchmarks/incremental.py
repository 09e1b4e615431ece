"""Claim: after the first build, a build costs in proportion to what changed.

Usage: python benchmarks/incremental.py FOLDER [--share 0.01]

FOLDER as for build_1m.py. Builds, builds again with nothing changed, changes the e-mail of a share of each system's
rows, builds again, and prints each as a share of the first.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import duckdb

from build_1m import SYSTEMS, create_workspace, print_build
from measure import print_machine


def change_rows(silos: Path, share: float) -> None:
    """Give a share of each system's rows another e-mail address, in place."""
    connection = duckdb.connect()
    for system in SYSTEMS:
        path, changed = silos / f"{system}.parquet", silos / f"{system}.changed"
        columns = [name for (name, *_rest) in connection.sql(f"describe from '{path}'").fetchall()]
        email = next(column for column in columns if "email" in column)
        connection.execute(
            f"copy (select * replace (case when hash(rec_id) % 10000 < {share * 10000:.0f} then 'changed.' || {email}"
            f" else {email} end as {email}) from '{path}') to '{changed}' (format parquet)"
        )
        changed.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--share", type=float, default=0.01)
    arguments = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory(prefix="onefold-bench-") as temporary:
        silos = Path(temporary) / "silos"
        silos.mkdir()
        for system in SYSTEMS:
            shutil.copy(arguments.folder / f"{system}.parquet", silos)
        workspace = create_workspace(Path(temporary), silos)
        print("first build")
        first, _ = print_build(workspace)
        print("nothing changed")
        nothing, _ = print_build(workspace)
        change_rows(silos, arguments.share)
        print(f"{arguments.share:.1%} of the rows changed")
        changed, _ = print_build(workspace)
    for what, build in (("nothing changed", nothing), (f"{arguments.share:.1%} changed", changed)):
        print(
            f"share of the first build, {what}: wall {build.seconds / first.seconds:.3f}, "
            f"processor {build.processor_seconds / first.processor_seconds:.3f}"
        )


if __name__ == "__main__":
    main()
