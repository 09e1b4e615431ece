"""Claim: on the customer360 files, links that only Onefold makes are right, and most that only Splink makes are wrong.

Usage: python benchmarks/compare_customer360.py FOLDER [--differences FILE] [--each 20]

FOLDER holds the exports of the customer-identity-resolution example of github.com/kanoniv/kanoniv (Apache-2.0). Builds
a workspace from them, then resolves the same conformed records by Splink 5, once with the comparisons, rules and
threshold of the example's own script and once as its documentation shows for people, and by a join on e-mail, phone,
or name and company. Prints customers, links, and links that only one side makes, each judged by
``customer360_people``. ``--differences`` writes a sample of them as CSV, for reading.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import random
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from customer360_people import Reading, read_people
from measure import ONEFOLD, print_machine, run
from peers import resolve_with_joins

Pair = tuple[str, str]
Clusters = Mapping[str, Any]

OURS = "Onefold"
JOIN_KEYS = ("unnest(emails)", "unnest(phones)", "given_name || ' ' || family_name || ' ' || company")

PEOPLE = """
create table people as
-- grain: one row per record of a person
select
    record_key as rec_id,
    given_name as first_name,
    family_name as last_name,
    emails[1] as email,
    phones[1] as phone,
    company
from read_parquet(?)
where kind = 'person'
"""


@dataclass(frozen=True)
class SplinkSetup:
    """What differs between the two ways in which Splink is set up."""

    comparisons: tuple[Any, ...]
    candidates: tuple[tuple[str, ...], ...]
    certain: tuple[tuple[str, ...], ...]
    trained_on: tuple[tuple[str, ...], ...]
    match_probability: float


def published_setup() -> SplinkSetup:
    """The set-up that the example publishes, on Onefold's conformed records instead of its own normalisation."""
    import splink.comparison_library as library

    return SplinkSetup(
        comparisons=(
            library.ExactMatch("email"),
            library.ExactMatch("phone"),
            library.JaroWinklerAtThresholds("first_name", [0.92, 0.80]),
            library.JaroWinklerAtThresholds("last_name", [0.92, 0.80]),
            library.JaroWinklerAtThresholds("company", [0.88]),
        ),
        candidates=(("email",), ("phone",), ("last_name", "first_name"), ("company", "last_name")),
        certain=(("email",),),
        trained_on=(("email",), ("last_name", "first_name")),
        match_probability=0.5,
    )


def documented_setup() -> SplinkSetup:
    """The comparisons that Splink's documentation recommends for names, e-mail and phone, with term frequencies."""
    import splink.comparison_library as library

    return SplinkSetup(
        comparisons=(
            library.NameComparison("first_name").configure(term_frequency_adjustments=True),
            library.NameComparison("last_name").configure(term_frequency_adjustments=True),
            library.EmailComparison("email").configure(term_frequency_adjustments=True),
            library.LevenshteinAtThresholds("phone", 1).configure(term_frequency_adjustments=True),
            library.JaroWinklerAtThresholds("company", [0.9, 0.7]).configure(term_frequency_adjustments=True),
        ),
        candidates=(("email",), ("phone",), ("first_name", "last_name"), ("company", "last_name")),
        certain=(("email",), ("phone",), ("first_name", "last_name", "company")),
        trained_on=(("first_name", "last_name"), ("email",), ("phone",)),
        match_probability=0.95,
    )


def conform(folder: Path, exports: Path) -> tuple[Path, Clusters]:
    """Build a workspace in ``folder``: the conformed records as Parquet, and Onefold's clusters of them."""
    workspace = folder / "workspace"
    run([ONEFOLD, "init", str(workspace)])
    for export in sorted(exports.glob("*.csv")):
        run([ONEFOLD, "connect", export.stem, str(export)], folder=workspace)
    run([ONEFOLD, "build"], folder=workspace)
    records = folder / "records.parquet"
    warehouse = duckdb.connect(str(workspace / "warehouse.duckdb"), read_only=True)
    warehouse.execute(f"copy main.record to '{records}' (format parquet)")
    ours = warehouse.execute(
        "select record_key, cluster from main.record join main.cluster using (subject_id) where kind = 'person'"
    ).fetchall()
    return records, dict(ours)


def resolve_with_splink(records: Path, setup: SplinkSetup) -> Clusters:
    """Splink 5 on DuckDB: connected components of the pairs above the set-up's probability."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    connection = duckdb.connect()
    connection.execute("set threads = 2")
    connection.execute(PEOPLE, [str(records)])
    linker = Linker(
        DuckDBAPI(connection=connection).register("people"),
        SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="rec_id",
            comparisons=list(setup.comparisons),
            blocking_rules_to_generate_predictions=[block_on(*rule) for rule in setup.candidates],
        ),
        log_level=40,
    )
    linker.training.estimate_probability_two_random_records_match(
        [block_on(*rule) for rule in setup.certain], recall=0.8
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in setup.trained_on:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule), max_pairs=1e7)
    predictions = linker.inference.predict(threshold_match_probability=0.5)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predictions, threshold_match_probability=setup.match_probability
    )
    return dict(connection.execute(f"select rec_id, cluster_id from {found.physical_name}").fetchall())


def join(records: Path, folder: Path) -> Clusters:
    """Records that share an e-mail, a phone, or a name and company, transitively."""
    target = folder / "join.parquet"
    resolve_with_joins(records, target, keys=JOIN_KEYS)
    return dict(duckdb.execute(f"select rec_id, cluster_id from read_parquet('{target}')").fetchall())


def links(clusters: Clusters) -> set[Pair]:
    """All pairs of records that are one customer."""
    members: dict[Any, list[str]] = {}
    for record, cluster in clusters.items():
        members.setdefault(cluster, []).append(record)
    return {pair for group in members.values() for pair in itertools.combinations(sorted(group), 2)}


def verdict(pair: Pair, reading: Reading) -> str:
    """Whether the reading holds a pair to be the same person."""
    people = [reading.person_of.get(record) for record in pair]
    return "undecided" if None in people else "same" if people[0] == people[1] else "different"


def counted(pairs: Iterable[Pair], reading: Reading) -> str:
    """How many pairs there are, by verdict."""
    counts = Counter(verdict(pair, reading) for pair in pairs)
    return f"{counts.total():,} (" + ", ".join(f"{counts[v]:,} {v}" for v in ("same", "different", "undecided")) + ")"


def print_method(name: str, clusters: Clusters, reading: Reading) -> None:
    """Customers, links, precision and recall of one method, and how many people it gets exactly right."""
    wanted, found = links(reading.person_of), links(clusters)
    counts = Counter(verdict(pair, reading) for pair in found)
    people_in: dict[Any, set[int]] = {}
    clusters_of: dict[int, set[Any]] = {}
    for record, person in reading.person_of.items():
        people_in.setdefault(clusters[record], set()).add(person)
        clusters_of.setdefault(person, set()).add(clusters[record])
    splits = sum(len(own) - 1 for own in clusters_of.values())
    mixed = [people for people in people_in.values() if len(people) > 1]
    right = sum(len(own) == 1 and len(people_in[next(iter(own))]) == 1 for own in clusters_of.values())
    print(
        f"{name}: {len(set(clusters.values())):,} customers, links {counted(found, reading)}, "
        f"precision {counts['same'] / (counts['same'] + counts['different']):.4f}, "
        f"recall {counts['same'] / len(wanted):.4f}; people exactly right {right:,}, missing unions {splits}, "
        f"wrong unions {sum(map(len, mixed)) - len(mixed)}, largest customer {max(Counter(clusters.values()).values())}"
    )


def write_differences(path: Path, differences: Mapping[str, set[Pair]], reading: Reading, each: int) -> None:
    """A sample of each set of differences, no two of the same record, with the verdict of the reading."""
    chance = random.Random(7)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["difference", "record", "other record", "verdict"])
        for name, pairs in differences.items():
            seen: set[str] = set()
            for pair in chance.sample(sorted(pairs), len(pairs)):
                if len(seen) < 2 * each and not seen & set(pair):
                    seen |= set(pair)
                    writer.writerow([name, *pair, verdict(pair, reading)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--differences", type=Path, help="CSV to write a sample of the differences to")
    parser.add_argument("--each", type=int, default=20, help="differences to write per kind")
    arguments = parser.parse_args()
    print_machine()
    reading = read_people(arguments.folder)
    print(f"read: {reading.people:,} people hold {len(reading.person_of):,} records that can be decided")
    with tempfile.TemporaryDirectory(prefix="onefold-bench-") as temporary:
        records, ours = conform(Path(temporary), arguments.folder)
        peers = {
            "Splink, as published": resolve_with_splink(records, published_setup()),
            "Splink, as documented": resolve_with_splink(records, documented_setup()),
            "join": join(records, Path(temporary)),
        }
    for name, clusters in ((OURS, ours), *peers.items()):
        print_method(name, clusters, reading)
    differences: dict[str, set[Pair]] = {}
    for name, clusters in peers.items():
        differences[f"only {OURS}, not {name}"] = links(ours) - links(clusters)
        differences[f"only {name}"] = links(clusters) - links(ours)
    for name, pairs in differences.items():
        print(f"{name}: {counted(pairs, reading)}")
    if arguments.differences:
        write_differences(arguments.differences, differences, reading, arguments.each)


if __name__ == "__main__":
    main()
