"""Claim: of the people said to live together nearly all do, found in seconds among hundreds of thousands of records.

Usage: python benchmarks/households.py FOLDER [--workspace WORKSPACE]

FOLDER holds crm, shop, desk, billing and loyalty as Parquet and truth.parquet (rec_id, person_id, household_id).
WORKSPACE is one that was built from it already; else one is built. Prints precision and recall of pairs of people: of
all true pairs, and of those in which both have a record with an address, by what they share. Who lives together and
shares neither a surname nor a phone nor a mailbox cannot be known by these rules, and counts as missed.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import duckdb

from build_1m import create_workspace, print_build
from measure import print_machine

PEOPLE = """
    create table owned as
    select r.record_key as rec_id, s.customer_id, r.street is not null and r.house_number is not null as has_address
    from warehouse.main.record r join warehouse.main.customer_subject s using (subject_id)
    where s.kind = 'person';
    create table known as
    select o.customer_id, t.person_id, t.household_id, o.has_address from owned o join truth t using (rec_id);
    create table person as
    select person_id, any_value(household_id) as household_id, bool_or(has_address) as has_address
    from known group by person_id;
    create table living as
    select distinct k.person_id, m.household_id
    from (
        -- a customer is the person of most of its records
        select customer_id, arg_min(person_id, (-records, person_id)) as person_id
        from (select customer_id, person_id, count(*) as records from known group by all)
        group by customer_id
    ) k
    join member m using (customer_id);
    create table found as
    select distinct a.person_id as a, b.person_id as b
    from living a join living b using (household_id) where a.person_id < b.person_id;
    create table true_pair as
    select a.person_id as a, b.person_id as b, a.has_address and b.has_address as has_address
    from person a join person b using (household_id) where a.person_id < b.person_id;
"""

SCORE = """
    select
        (select count(*) from found),
        (select count(*) from found semi join true_pair using (a, b)),
        (select count(*) from true_pair),
        (select count(*) from true_pair where has_address),
        (select count(*) from true_pair semi join found using (a, b) where has_address)
"""


def plan_seconds(workspace: Path) -> float:
    """How long the step takes by itself, on a copy of nothing: it only reads."""
    from onefold.identity.levels import plan_levels
    from onefold.workspace import Workspace

    with Workspace.open(workspace) as opened, opened.database.read() as connection:
        started = time.perf_counter()
        plan_levels(connection, opened.engine, workspace_key=b"k" * 32)
        return time.perf_counter() - started


def print_scores(workspace: Path, truth: Path) -> None:
    """Precision and recall of the pairs."""
    scores = duckdb.connect()
    scores.execute(f"attach '{workspace / 'warehouse.duckdb'}' as warehouse (read_only)")
    scores.execute(f"create view truth as select * from read_parquet('{truth}')")
    members = members_of(workspace)
    scores.register("member_rows", members)
    scores.execute("create table member as select * from member_rows")
    scores.execute(PEOPLE)
    found, right, true, with_address, found_with_address = scores.execute(SCORE).fetchall()[0]
    largest, homes = scores.execute(
        "select max(n), count(*) from (select count(*) as n from member group by household_id)"
    ).fetchall()[0]
    print(f"{homes:,} households of {len(members):,} customers, the largest of {largest}")
    print(f"pairs found {found:,}: precision {right / max(found, 1):.4f}")
    print(f"true pairs {true:,}: recall {right / max(true, 1):.4f}")
    print(f"  both with an address {with_address:,}: recall {found_with_address / max(with_address, 1):.4f}")


def members_of(workspace: Path) -> object:
    """customer_id, household_id of everybody who lives with others."""
    import pyarrow as pa
    import sqlalchemy as sa

    from onefold.identity.tables import household_member
    from onefold.storage import AppDatabase, read_table

    database = AppDatabase.open(f"sqlite:///{workspace / 'app.db'}")
    of = household_member.c
    schema = pa.schema([("customer_id", pa.string()), ("household_id", pa.string())])
    with database.read() as connection:
        rows = read_table(connection, sa.select(of.customer_id, of.household_id), schema)
    database.close()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workspace", type=Path)
    arguments = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory(prefix="onefold-bench-") as temporary:
        workspace = arguments.workspace or create_workspace(Path(temporary), arguments.folder)
        if arguments.workspace is None:
            print_build(workspace)
        print(f"households and organisations: {plan_seconds(workspace):.1f} s")
        print_scores(workspace, arguments.folder / "truth.parquet")


if __name__ == "__main__":
    main()
