"""The same resolution by others, on records that Onefold has conformed.

Usage: python benchmarks/peers.py splink|joins RECORDS CLUSTERS

RECORDS is ``main.record`` as Parquet; CLUSTERS is written as Parquet with rec_id (the record key) and cluster_id.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import duckdb

PEOPLE = """
create table people as
-- grain: one row per record of a person
select
    record_key as rec_id, given_name as first_name, family_name as last_name, emails[1] as email, phones[1] as phone,
    birth_date as dob, postcode, street, house_number, birth_place, city, national_ids[1] as national_id
from read_parquet(?) where kind = 'person'
"""

NAIVE_KEYS = {
    "e-mail": ("unnest(emails)",),
    "e-mail or phone": ("unnest(emails)", "unnest(phones)"),
    "e-mail, phone, or name and postcode": (
        "unnest(emails)",
        "unnest(phones)",
        "given_name || ' ' || family_name || ' ' || postcode",
    ),
}


def resolve_with_splink(records: Path, clusters: Path, *, threads: int = 2) -> None:
    """Splink 5 on DuckDB, set up as its documentation's examples do for people, probability 0.95 and components.

    Surname, phone and postcode each count on their own; every blocking rule and comparison is of a kind that the
    documentation shows. Columns that are empty throughout are left out, as a user would.
    """
    import splink.comparison_library as library
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    connection = duckdb.connect()
    connection.execute(f"set threads = {threads}")
    connection.execute(PEOPLE, [str(records)])
    filled = _filled_columns(connection)
    linker = Linker(
        DuckDBAPI(connection=connection).register("people"),
        SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="rec_id",
            blocking_rules_to_generate_predictions=_rules(filled, block_on),
            comparisons=_comparisons(filled, library),
            retain_matching_columns=False,
            retain_intermediate_calculation_columns=False,
        ),
        log_level=40,
    )
    certain = [rule for rule in (("email",), ("national_id",), ("first_name", "last_name", "dob")) if {*rule} <= filled]
    certain.append(("first_name", "last_name", "postcode" if "postcode" in filled else "first_name"))
    linker.training.estimate_probability_two_random_records_match([block_on(*rule) for rule in certain], recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
    for rule in (("first_name", "last_name"), ("email",), ("dob",), ("postcode",)):
        if {*rule} <= filled:
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(*rule), estimate_without_term_frequencies=True, max_pairs=1e7
            )
    predictions = linker.inference.predict(threshold_match_probability=0.5)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold_match_probability=0.95)
    connection.execute(f"copy (select rec_id, cluster_id from {found.physical_name}) to '{clusters}' (format parquet)")


def resolve_with_joins(records: Path, clusters: Path, *, keys: tuple[str, ...]) -> None:
    """What a SQL user does: records that share any of the keys are one customer, transitively."""
    connection = duckdb.connect()
    connection.execute(f"create table people as select * from read_parquet('{records}') where kind = 'person'")
    steps = " union all ".join(
        f"select record_key as id, {key} as value, {n} as k from people" for n, key in enumerate(keys)
    )
    connection.execute(
        f"create table held as select distinct id, k || ':' || value as value from ({steps}) where value is not null"
    )
    connection.execute("create table label as select record_key as id, row_number() over () as cluster from people")
    while True:  # the smallest label of the neighbourhood, until none changes
        changed = (
            connection.execute(
                """
            create or replace table next as
            with by_value as (
                -- grain: one row per shared value
                select value, min(cluster) as cluster from held join label using (id) group by value
            )
            select id, least(label.cluster, coalesce(min(by_value.cluster), label.cluster)) as cluster
            from label left join held using (id) left join by_value using (value)
            group by id, label.cluster"""
            )
            .execute("select count(*) from next join label using (id) where next.cluster <> label.cluster")
            .fetchall()[0][0]
        )
        connection.execute("drop table label; alter table next rename to label")
        if not changed:
            break
    connection.execute(f"copy (select id as rec_id, cluster as cluster_id from label) to '{clusters}' (format parquet)")


def _filled_columns(connection: duckdb.DuckDBPyConnection) -> set[str]:
    names = [row[0] for row in connection.execute("describe people").fetchall()]
    counts = connection.execute(f"select {', '.join(f'count({name})' for name in names)} from people").fetchall()[0]
    return {name for name, count in zip(names, counts, strict=True) if count}


def _comparisons(filled: set[str], library: Any) -> list[Any]:
    makers = {
        "first_name": lambda: library.NameComparison("first_name").configure(term_frequency_adjustments=True),
        "last_name": lambda: library.NameComparison("last_name").configure(term_frequency_adjustments=True),
        "email": lambda: library.EmailComparison("email").configure(term_frequency_adjustments=True),
        "phone": lambda: library.LevenshteinAtThresholds("phone", 1).configure(term_frequency_adjustments=True),
        "dob": lambda: library.DateOfBirthComparison("dob", input_is_string=True),
        "postcode": lambda: library.LevenshteinAtThresholds("postcode", 1).configure(term_frequency_adjustments=True),
        "national_id": lambda: library.DamerauLevenshteinAtThresholds("national_id", [1, 2]),
        "birth_place": lambda: library.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
    }
    if "postcode" not in filled and "city" in filled:
        makers["city"] = lambda: library.ExactMatch("city").configure(term_frequency_adjustments=True)
    return [make() for name, make in makers.items() if name in filled]


def _rules(filled: set[str], block_on: Any) -> list[Any]:
    rules = (
        ("email",),
        ("phone",),
        ("national_id",),
        ("first_name", "last_name"),
        ("last_name", "dob"),
        ("first_name", "dob"),
        ("last_name", "postcode"),
        ("first_name", "postcode"),
        ("street", "postcode"),
        ("dob", "postcode"),
    )
    return [block_on(*rule) for rule in rules if {*rule} <= filled]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=["splink", "joins"])
    parser.add_argument("records", type=Path)
    parser.add_argument("clusters", type=Path)
    parser.add_argument("--keys", choices=list(NAIVE_KEYS), default="e-mail or phone", help="for joins")
    arguments = parser.parse_args()
    if arguments.peer == "splink":
        resolve_with_splink(arguments.records, arguments.clusters)
    else:
        resolve_with_joins(arguments.records, arguments.clusters, keys=NAIVE_KEYS[arguments.keys])


if __name__ == "__main__":
    main()
