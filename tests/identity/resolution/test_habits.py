"""What the data itself shows about its systems, its phones and mailboxes, its families, and what follows from it."""

from __future__ import annotations

import json
import random

import numpy as np
import pyarrow as pa
from made_up_people import groups, person, population, table

from onefold.identity import resolve_records
from onefold.identity.compare import Pairs
from onefold.identity.encode import Column
from onefold.identity.people import encode_people
from onefold.identity.shared_kinds import SharedKinds
from onefold.identity.sharing import mark_shared_contacts
from onefold.identity.within_tables import WithinTables


def test_a_table_that_keeps_customers_apart_speaks_against_two_of_its_records_being_one():
    tables = np.array([0, 0, 1, 1] * 200, np.int32)
    habits = WithinTables(Column(tables, pa.array(["crm.contacts", "shop.users"])))
    left = np.arange(0, 799, dtype=np.int32)
    pairs = Pairs(left, left + 1)
    places = np.where(tables[pairs.left] == tables[pairs.right], tables[pairs.left], 2)
    habits.learn(pairs, np.where(places == 0, 0.0, 0.9))  # no two records of the first table are one customer
    _, shift = habits.shift(pairs, np.zeros((len(pairs), 1), np.int8))
    kept_apart, held_twice, across = (shift[places == place].mean() for place in (0, 1, 2))
    assert kept_apart > 1.5 > 0.5 > held_twice
    assert abs(across) < 0.7


def test_nothing_is_learned_of_a_single_table():
    rows, _ = population(30)
    assert WithinTables.of(encode_people(table(rows))) == []


def test_evidence_names_the_table_where_there_are_several():
    rows, _ = population(150)
    systems = ("crm.contacts", "shop.users", "desk.people")
    rows = [{**row, "subject_id": f"{systems[n % 3]}:{row['subject_id']}"} for n, row in enumerate(rows)]
    evidence = [json.loads(match["evidence"]) for match in resolve_records(table(rows)).matches.to_pylist()]
    assert evidence
    assert all("same_table" in parts for parts in evidence)


def test_landlines_are_learned_to_be_shared_and_mobiles_not():
    rows = []
    for house in range(80):
        for member, given in enumerate(("ana", "bruno")):
            one = {**person(2 * house + member), "given_name": given, "emails": None}
            rows += [
                {**one, "phones": [f"+4930{house:06}"], "subject_id": f"{house}-{member}-line"},
                *(
                    {**one, "phones": [f"+4917{house:05}{member}"], "subject_id": f"{house}-{member}-mobile{n}"}
                    for n in range(2)
                ),
            ]
    for number in (900, 901):  # nobody's name stands beside these yet
        rows += [{"subject_id": f"new{number}{n}", "phones": [f"+4930{number:06}"]} for n in range(2)]
        rows += [{"subject_id": f"mob{number}{n}", "phones": [f"+4917{number:06}"]} for n in range(2)]
    full = table(rows)
    people = mark_shared_contacts(encode_people(full))
    phones = next(kind for kind in SharedKinds.of(people))
    ids = full.column("subject_id").to_pylist()
    pairs = Pairs(
        np.array([ids.index("new9000"), ids.index("mob9000")], np.int32),
        np.array([ids.index("new9001"), ids.index("mob9001")], np.int32),
    )
    patterns = np.full((2, phones.column + 1), 5, np.int8)
    _, shift = phones.shift(pairs, patterns)
    assert shift[0] > 0 > shift[1]


def test_two_bearers_of_one_name_in_one_house_stay_apart_where_nothing_of_theirs_ever_mixes():
    draw = random.Random(5)
    rows, _ = population(400)
    shared = {"given_name": "orlan", "family_name": "vesterby", "street": "elm street", "house_number": "4"}
    shared["postcode"] = "10101"
    for which in "ab":
        for n in range(5):
            emails, phones = (
                (["orlanv@a.example"], ["+4930111222"]) if which == "a" else (["vest44@b.example"], ["+4917788990"])
            )
            one = {**shared, "emails": emails, "phones": phones}
            if n == 4:
                one["birth_date"] = "1950-02-03" if which == "a" else "1981-07-09"
            rows.append({**one, "subject_id": f"{which}{n}{draw.randrange(9)}"})
    found = groups(resolve_records(table(rows)).clusters)
    assert not any({"a", "b"} <= {s[0] for s in group} for group in found)


def test_spellings_of_one_common_name_are_not_taken_for_slips_of_a_rare_one():
    rows, _ = population(300)
    for n in range(40):
        rows.append(
            {
                "subject_id": f"m{n:02}",
                "given_name": ("mohammad", "muhammad", "mohamad", "mohammed")[n % 4],
                "family_name": "karvani",
                "emails": [f"mk{n}x{n * 7}@mail.example"],
                "phones": [f"+98912{n:07}"],
                "postcode": "71732",
            }
        )
    found = groups(resolve_records(table(rows)).clusters)
    assert max(len(group) for group in found if any(s[0] == "m" for s in group)) == 1


def test_chunks_of_any_size_give_the_same_tables():
    rows, _ = population(20)
    rows = [{**row, "subject_id": f"{'ab'[n % 2]}.t:{n}"} for n, row in enumerate(rows)]
    whole = table(rows)
    halves = pa.concat_tables([whole.slice(0, 31), whole.slice(31)])
    assert (encode_people(whole).tables.codes == encode_people(halves).tables.codes).all()
