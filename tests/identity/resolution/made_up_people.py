"""Made-up records for the tests of resolution."""

from __future__ import annotations

import random
from typing import Any

import pyarrow as pa

from onefold.engines import Engine
from onefold.identity.model import INPUT
from onefold.records import RECORD, write_records

GIVEN = [
    "ana",
    "bruno",
    "carla",
    "dmitri",
    "elena",
    "farid",
    "greta",
    "hugo",
    "irene",
    "jonas",
    "karin",
    "luis",
    "mina",
    "nora",
    "omar",
    "pia",
]
FAMILY = [
    f"{start}{end}"
    for start in ["alba", "bor", "cald", "drev", "elm", "fosk", "gran", "holt"]
    for end in ["man", "sen", "ez", "ov"]
]


def table(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as the columns that identity reads."""
    return pa.Table.from_pylist([{"kind": "person", **row} for row in rows], schema=INPUT)


def store(engine: Engine, rows: list[dict[str, Any]]) -> None:
    """Make rows the records of a warehouse."""
    found = table(rows)
    columns = [found[f.name] if f.name in found.column_names else pa.nulls(len(rows), f.type) for f in RECORD]
    write_records(engine, pa.table(columns, schema=RECORD), replace=True)


def person(number: int, seed: int = 7) -> dict[str, Any]:
    """The facts of one person, the same for the same number."""
    draw = random.Random(seed * 100_003 + number)
    given, family = draw.choice(GIVEN), draw.choice(FAMILY)
    return {
        "given_name": given,
        "family_name": family,
        "emails": [f"{given}.{family}{number}@mail{number % 5}.example"],
        "phones": [f"+4930{number:07}"],
        "birth_date": f"{draw.randint(1940, 2005)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
        "street": f"{draw.choice(FAMILY)} street",
        "house_number": str(draw.randint(1, 200)),
        "postcode": f"{draw.randint(10000, 10400)}",
    }


def population(people: int, *, records_each: int = 3, seed: int = 7) -> tuple[list[dict[str, Any]], list[int]]:
    """Records of a population with gaps and slips, and whose each is."""
    draw = random.Random(seed)
    rows, owners = [], []
    for number in range(people):
        for copy in range(records_each):
            row = person(number, seed)
            for column in draw.sample(["emails", "phones", "birth_date", "street"], k=copy):
                row[column] = None
            if draw.random() < 0.15:
                row["family_name"] = slip(row["family_name"], draw)
            rows.append({**row, "subject_id": f"s{draw.randrange(10**9):09}-{number}-{copy}"})
            owners.append(number)
    return rows, owners


def spoil_birth_dates(rows: list[dict[str, Any]], share: float = 0.2, seed: int = 3) -> None:
    """Give some rows a birth date that has nothing to do with theirs."""
    draw = random.Random(seed)
    for row in rows:
        if row["birth_date"] and draw.random() < share:
            row["birth_date"] = f"19{draw.randrange(10, 99)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}"


def slip(word: str, draw: random.Random) -> str:
    """Two neighbouring letters swapped."""
    at = draw.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def groups(clusters: pa.Table) -> set[frozenset[str]]:
    """Clusters as sets of subject ids."""
    members: dict[int, set[str]] = {}
    for subject, cluster in zip(*(clusters.column(name).to_pylist() for name in clusters.column_names), strict=True):
        members.setdefault(cluster, set()).add(subject)
    return {frozenset(ids) for ids in members.values()}
