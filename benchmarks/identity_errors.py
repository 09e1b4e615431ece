"""Where a resolution errs: false and missed pairs by kind, with examples, and how well its probabilities hold.

Usage: python benchmarks/identity_errors.py RECORDS CLUSTERS TRUTH [--matches MATCHES] [--examples 2]

RECORDS is ``main.record`` as Parquet, CLUSTERS has rec_id and cluster_id, TRUTH rec_id and person_id, and may have
household_id and flags (bits that say what is hard about a record, as in ``FLAGS``). MATCHES is ``main.match``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

FLAGS = (
    "misspelt name", "nickname", "native script", "swapped fields", "changed surname", "changed address",
    "household mailbox", "role mailbox or office phone", "recycled phone", "placeholder", "twin", "junior and senior",
    "misspelt e-mail", "wrong birth date", "Western alias", "little more than a name",
)  # fmt: skip
"""What the bits of ``flags`` mean, the lowest first."""

SHOWN = "display_name, given_name, family_name, emails, phones, birth_date, street, house_number, postcode, city"

JUDGED = """
create table judged as
-- grain: one row per record of the truth
select
  t.rec_id, t.person_id, {household} as household_id, {flags} as flags,
  coalesce(cast(c.cluster_id as varchar), 'alone:' || t.rec_id) as cluster_id
from read_parquet('{truth}') as t left join read_parquet('{clusters}') as c using (rec_id)
"""

PAIRS = """
create table {name} as
-- grain: one row per pair of records that were {name}
select a.rec_id as a, b.rec_id as b, a.flags | b.flags as flags, a.household_id = b.household_id as is_household
from judged as a join judged as b on a.{together} = b.{together} and a.{apart} <> b.{apart} and a.rec_id < b.rec_id
"""

KINDS = """
create table {name}_kind as
-- grain: one row per pair
select
  p.a, p.b,
  concat_ws(', ',
    case when {is_false} and p.is_household then 'one household' end,
    case
      when coalesce(x.given_name, x.family_name) is null or coalesce(y.given_name, y.family_name) is null
        then 'one has no name'
      when x.given_name is null or x.family_name is null or y.given_name is null or y.family_name is null
        then 'one has half a name'
      when x.given_name = y.given_name and x.family_name = y.family_name then 'same name'
      when x.family_name = y.family_name then 'other given name'
      when x.given_name = y.given_name then 'other family name'
      else 'other name'
    end,
    case when list_has_any(coalesce(x.emails, []), coalesce(y.emails, [])) then 'same e-mail' end,
    case when list_has_any(coalesce(x.phones, []), coalesce(y.phones, [])) then 'same phone' end,
    case when x.street = y.street and x.house_number = y.house_number then 'same address' end,
    case when x.birth_date = y.birth_date then 'same birth date' when x.birth_date <> y.birth_date
      then 'other birth date' end,
    case when not coalesce(
      list_has_any(x.emails, y.emails) or list_has_any(x.phones, y.phones) or list_has_any(x.ids, y.ids)
      or x.birth_date = y.birth_date or x.postcode = y.postcode or x.city = y.city or x.company = y.company
      or x.given_name = y.given_name or x.family_name = y.family_name, false) then 'nothing in common' end
  ) as kind
from {name} as p
join record as x on x.record_key = p.a
join record as y on y.record_key = p.b
"""


def load(connection: duckdb.DuckDBPyConnection, records: Path, clusters: Path, truth: Path) -> None:
    """Create ``record``, ``judged``, ``false`` pairs and ``missed`` pairs, and their kinds."""
    columns = {row[0] for row in connection.execute(f"describe select * from read_parquet('{truth}')").fetchall()}
    connection.execute(
        f"""
        create table record as
        -- grain: one row per record
        select record_key, subject_id, {SHOWN}, company,
          list_concat(national_ids, loyalty_numbers, external_ids, usernames) as ids
        from read_parquet('{records}')"""
    )
    connection.execute(
        JUDGED.format(
            truth=truth,
            clusters=clusters,
            household="t.household_id" if "household_id" in columns else "t.person_id",
            flags="t.flags" if "flags" in columns else "0",
        )
    )
    for name, together, apart in (("false", "cluster_id", "person_id"), ("missed", "person_id", "cluster_id")):
        table = f"{name}_pair"
        connection.execute(PAIRS.format(name=table, together=together, apart=apart))
        connection.execute(KINDS.format(name=table, is_false="true" if name == "false" else "false"))


def print_kinds(connection: duckdb.DuckDBPyConnection, name: str, examples: int, most: int = 8) -> None:
    """Print the commonest kinds of a table of pairs, with examples."""
    total = connection.execute(f"select count(*) from {name}_pair_kind").fetchall()[0][0]
    print(f"  {name} pairs: {total:,}")
    families = connection.execute(
        f"""
        select regexp_extract(kind, '^(one household, )?[^,]*') as family, count(*) / {total} as share
        from {name}_pair_kind group by family order by share desc, family"""
    ).fetchall()
    print("   ", "; ".join(f"{share:.0%} {family}" for family, share in families))
    kinds = connection.execute(
        f"select kind, count(*) as n from {name}_pair_kind group by kind order by n desc, kind limit {most}"
    ).fetchall()
    for kind, count in kinds:
        print(f"    {count:9,}  {kind}")
        chosen = connection.execute(
            f"select a, b from {name}_pair_kind where kind = ? order by hash(a, b) limit ?", [kind, examples]
        ).fetchall()
        for pair in chosen:
            for key in pair:
                row = connection.execute(f"select {SHOWN} from record where record_key = ?", [key]).fetchall()[0]
                print("              ", key, *(value for value in row if value))


def print_recall(connection: duckdb.DuckDBPyConnection) -> None:
    """Print recall by what is hard about a pair, where the truth says it."""
    wanted = """
        -- grain: one row per pair of records of one person
        select a.flags | b.flags as flags, a.cluster_id = b.cluster_id as is_found
        from judged as a join judged as b on a.person_id = b.person_id and a.rec_id < b.rec_id"""
    if not connection.execute("select max(flags) from judged").fetchall()[0][0]:
        return
    connection.execute(f"create table wanted as {wanted}")
    print("  recall by what is hard about a pair (missed pairs):")
    for bit, name in enumerate(("nothing", *FLAGS)):
        condition = "flags = 0" if bit == 0 else f"flags & {1 << (bit - 1)} > 0"
        share, missed = connection.execute(
            f"select avg(is_found::int), count(*) filter (not is_found) from wanted where {condition}"
        ).fetchall()[0]
        if share is not None:
            print(f"    {share:.3f}  {name} ({missed:,})")


def print_reliability(connection: duckdb.DuckDBPyConnection, matches: Path) -> None:
    """Print how often pairs of a given probability are one person indeed."""
    rows = connection.execute(
        f"""
        -- grain: one row per tenth of probability
        select
          least(floor(m.probability * 10), 9) / 10 as tenth, count(*) as pairs, avg(m.probability) as promised,
          avg((x.person_id = y.person_id)::int) as kept
        from read_parquet('{matches}') as m
        join record as a on a.subject_id = m.subject_a join judged as x on x.rec_id = a.record_key
        join record as b on b.subject_id = m.subject_b join judged as y on y.rec_id = b.record_key
        group by 1 order by 1"""
    ).fetchall()
    print("  probability of a match, promised and kept:")
    for tenth, pairs, promised, kept in rows:
        print(f"    {tenth:.1f}–{tenth + 0.1:.1f}  {promised:.3f}  {kept:.3f}  ({pairs:,} pairs)")


def print_traps(connection: duckdb.DuckDBPyConnection, apart: Path) -> None:
    """Print which pairs of people that must stay apart share a customer: columns person_a, person_b, trap."""
    rows = connection.execute(
        f"""
        -- grain: one row per kind of trap
        select t.trap, count(*), count(*) filter (exists (
          select 1 from judged as a join judged as b using (cluster_id)
          where cast(a.person_id as varchar) = t.person_a and cast(b.person_id as varchar) = t.person_b))
        from read_csv('{apart}', all_varchar = true) as t group by t.trap order by t.trap"""
    ).fetchall()
    print(f"  must not merge: {sum(row[2] for row in rows)} of {sum(row[1] for row in rows)} share a customer")
    for trap, count, merged in rows:
        print(f"    {merged:5} of {count:5}  {trap}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path)
    parser.add_argument("clusters", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--matches", type=Path)
    parser.add_argument("--apart", type=Path, help="pairs of people that must not be merged")
    parser.add_argument("--examples", type=int, default=2)
    arguments = parser.parse_args()
    connection = duckdb.connect()
    load(connection, arguments.records, arguments.clusters, arguments.truth)
    for name in ("false", "missed"):
        print_kinds(connection, name, arguments.examples)
    print_recall(connection)
    if arguments.matches:
        print_reliability(connection, arguments.matches)
    if arguments.apart:
        print_traps(connection, arguments.apart)


if __name__ == "__main__":
    main()
