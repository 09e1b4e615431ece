"""Claim: 1,000 changed records among a million resolve in at most 2 % of the time of all, and one record live in 50 ms.

Usage: python benchmarks/incremental_identity.py RECORDS [--changed 1000] [--rounds 5] [--questions 500]

RECORDS is ``main.record`` as Parquet (as for identity.py). Resolves all of it into a warehouse, then again and again
with some records changed, new or gone, and prints medians and ratios; then asks for single records as a server does.
The rest of a build (profiles, report) is not in these figures.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from measure import print_machine
from onefold.engines import Engine
from onefold.identity import resolve
from onefold.identity.live import LiveIndex
from onefold.identity.model import INPUT
from onefold.identity.warehouse import Wanted
from onefold.records import write_records


def change(engine: Engine, count: int, seed: int) -> None:
    """Change, delete and add a third of ``count`` records each."""
    draw = random.Random(seed)
    names = [name for (name,) in engine.rows(f"select subject_id from main.record using sample {count} rows")]
    draw.shuffle(names)
    third = max(count // 3, 1)
    moved, copied, gone = names[:third], names[third : 2 * third], names[2 * third :]
    changed = "select * replace (['changed.' || subject_id || '@example.com'] as emails) from main.record"
    new = f"select * replace ('new:{seed}:' || subject_id as subject_id) from main.record"
    arrivals = [
        engine.arrow(f"{rows} where subject_id in (select unnest({chosen!r}))")
        for rows, chosen in ((changed, moved), (new, copied))
    ]
    engine.execute(f"delete from main.record where subject_id in (select unnest({moved + gone!r}))")
    write_records(engine, pa.concat_tables(arrivals))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path)
    parser.add_argument("--changed", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--questions", type=int, default=500)
    arguments = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory(prefix="onefold-bench-") as temporary:
        folder = Path(temporary) / "identity-index"
        engine = Engine.open(Path(temporary) / "warehouse.duckdb", threads=2)
        write_records(engine, pq.read_table(arguments.records, columns=INPUT.names), replace=True)
        print(f"{engine.scalar('select count(*) from main.record'):,} records")
        before = time.process_time()
        full = resolve(engine, wanted=Wanted(index_folder=folder))
        all_of_them = time.process_time() - before
        print(
            f"all, learned and indexed: {full.seconds:.2f} s (processor {all_of_them:.2f} s)",
            json.dumps(full.diagnostics["person"]["seconds"]),
        )
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        print(f"index: {size / 2**20:,.0f} MiB on disk")
        seconds, busy = [], []
        for number in range(arguments.rounds):
            change(engine, arguments.changed, number)
            before = time.process_time()
            found = resolve(engine, wanted=Wanted(index_folder=folder))
            seconds.append(found.seconds)
            busy.append(time.process_time() - before)
            print(f"{arguments.changed} changed: {found.seconds:.3f} s", json.dumps(found.diagnostics["person"]))
        print(f"median {median(seconds):.3f} s, {median(seconds) / full.seconds:.2%} of all; ", end="")
        print(f"processor {median(busy):.3f} s, {median(busy) / all_of_them:.2%} of all")
        engine.close()
        ask(folder, arguments.questions)


def ask(folder: Path, questions: int) -> None:
    """Resolve single records as a server does."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    live = LiveIndex(folder)
    index = live.state().indexes["person"]
    live.warm_up()
    print(f"live: loaded in {time.perf_counter() - started:.2f} s")
    numbers = np.random.default_rng(1).choice(index.living(), questions, replace=False).astype(np.int32)
    seconds, busy = [], []
    for row in index.rows(numbers).to_pylist():
        asked = {name: value for name, value in row.items() if name != "subject_id"}
        started, before_it = time.perf_counter(), time.process_time()
        live.match(asked)
        seconds.append(time.perf_counter() - started)
        busy.append(time.process_time() - before_it)
    cuts = quantiles(seconds, n=100)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"one record live: p50 {cuts[49] * 1e3:.1f} ms, p95 {cuts[94] * 1e3:.1f} ms, p99 {cuts[98] * 1e3:.1f} ms")
    cuts = quantiles(busy, n=100)
    print(f"its processor time: p50 {cuts[49] * 1e3:.1f} ms, p95 {cuts[94] * 1e3:.1f} ms")
    print(f"peak memory {peak / 2**20:.2f} GiB ({before / 2**20:.2f} before)")


if __name__ == "__main__":
    main()
