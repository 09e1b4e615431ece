"""Claim: what no method can know of a set of records, because the records of one person have nothing to show for it.

Usage: python benchmarks/knowable.py RECORDS TRUTH

RECORDS and TRUTH are those of ``identity.py``. A judge who knows the truth joins two records of one person only where
they show something in common, and whatever follows from that; he never errs. Printed is the recall that he reaches by
three readings of "something in common", each wider than the one before, and the F1 that follows at precision 1:

- a contact: an e-mail, a phone or a number
- a telling name: or one name that no other person of the set bears, or that comes with one birth date or one street
- any alike name: or two words of their names that sound alike, in any order, however many bear them

The first two compare letter by letter in conformed form: they say little of a set that is full of typing errors.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from identity import read_truth
from measure import print_machine
from onefold.identity.sounds import sound_out

CONTACTS = ("emails", "phones", "national_ids", "loyalty_numbers", "usernames", "external_ids")
COLUMNS = ("given_name", "family_name", "birth_date", "street", "city", *CONTACTS)

Record = dict[str, Any]
Judge = Callable[[Record, Record], bool]


def name_of(record: Record) -> tuple[str, str] | None:
    given, family = record["given_name"], record["family_name"]
    return (given, family) if given and family else None


def sounds(record: Record) -> frozenset[str]:
    return _sounds(f"{record['given_name'] or ''} {record['family_name'] or ''}")


@cache
def _sounds(name: str) -> frozenset[str]:
    return frozenset(sound_out(name.split())[0])


def share_contact(one: Record, other: Record) -> bool:
    return any(set(one[field] or ()) & set(other[field] or ()) for field in CONTACTS)


def agree(one: Record, other: Record, *fields: str) -> bool:
    return all(one[field] and one[field] == other[field] for field in fields)


def joined_pairs(records: list[Record], judge: Judge) -> int:
    """Pairs of one person's records that are one group after all that the judge joins."""
    group = list(range(len(records)))
    for one, other in itertools.combinations(range(len(records)), 2):
        if group[one] != group[other] and judge(records[one], records[other]):
            gone, kept = group[other], group[one]
            group = [kept if label == gone else label for label in group]
    sizes = [group.count(label) for label in set(group)]
    return sum(size * (size - 1) // 2 for size in sizes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path)
    parser.add_argument("truth", type=Path)
    arguments = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory(prefix="onefold-bench-") as folder:
        known = Path(folder) / "truth.parquet"
        read_truth(arguments.truth, known)
        person_of = {str(row["rec_id"]): row["person_id"] for row in pq.read_table(known).to_pylist()}
    people: dict[Any, list[Record]] = defaultdict(list)
    bearers: dict[tuple[str, str], set[Any]] = defaultdict(set)
    for record in pq.read_table(arguments.records, columns=["record_key", *COLUMNS]).to_pylist():
        person = person_of.get(str(record["record_key"]))
        if person is None:
            continue
        people[person].append(record)
        if name := name_of(record):
            bearers[name].add(person)

    def one_name(one: Record, other: Record) -> bool:
        return name_of(one) is not None and name_of(one) == name_of(other)

    def telling_name(one: Record, other: Record) -> bool:
        is_own = one_name(one, other) and len(bearers[name_of(one) or ("", "")]) == 1
        return is_own or (
            one_name(one, other) and (agree(one, other, "birth_date") or agree(one, other, "street", "city"))
        )

    judges: dict[str, Judge] = {
        "a contact": share_contact,
        "a telling name": lambda one, other: share_contact(one, other) or telling_name(one, other),
        "any alike name": lambda one, other: share_contact(one, other) or len(sounds(one) & sounds(other)) > 1,
    }
    pairs = sum(len(records) * (len(records) - 1) // 2 for records in people.values())
    print(f"{sum(map(len, people.values())):,} records of {len(people):,} people, {pairs:,} pairs")
    for label, judge in judges.items():
        recall = sum(joined_pairs(records, judge) for records in people.values()) / pairs
        print(f"{label}: recall {recall:.3f}, F1 at most {2 * recall / (1 + recall):.3f}")


if __name__ == "__main__":
    main()
