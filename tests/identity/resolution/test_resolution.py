"""Promises of ``resolve_records``: who ends up together, who never does, and that nothing but the data decides."""

from __future__ import annotations

import itertools
import json
import random

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up_people import groups, person, population, spoil_birth_dates, table

from onefold.identity import resolve_records


def together(rows, first, second):
    """Whether two subject ids share a cluster."""
    return any({first, second} <= group for group in groups(resolve_records(table(rows)).clusters))


@pytest.fixture(scope="module")
def company():
    return population(250)


@pytest.fixture(scope="module")
def resolved(company):
    return resolve_records(table(company[0]))


def test_people_are_found_across_gaps_and_slips(company, resolved):
    rows, owners = company
    found = groups(resolved.clusters)
    truth: dict[int, set[str]] = {}
    for row, owner in zip(rows, owners, strict=True):
        truth.setdefault(owner, set()).add(row["subject_id"])
    exact = len(found & {frozenset(ids) for ids in truth.values()})
    assert exact >= 0.97 * len(truth)


def test_order_of_rows_does_not_matter(company, resolved):
    rows, _ = company
    shuffled = resolve_records(table(random.Random(3).sample(rows, len(rows))))
    assert resolved.clusters.equals(shuffled.clusters)
    assert resolved.matches.equals(shuffled.matches)


def test_number_of_threads_does_not_matter(company, resolved):
    rows, _ = company
    assert resolved.clusters.equals(resolve_records(table(rows), threads=5).clusters)


def test_every_record_gets_exactly_one_cluster(company, resolved):
    rows, _ = company
    ids = resolved.clusters.column("subject_id").to_pylist()
    assert ids == sorted(row["subject_id"] for row in rows)


def test_exact_duplicates_end_together():
    rows, _ = population(300, records_each=1)
    copies = [{**row, "subject_id": f"copy-{row['subject_id']}"} for row in rows]
    found = groups(resolve_records(table(rows + copies)).clusters)
    owner = {subject: number for number, group in enumerate(found) for subject in group}
    assert all(owner[row["subject_id"]] == owner[f"copy-{row['subject_id']}"] for row in rows)


def test_different_birth_dates_and_given_names_never_share_a_cluster():
    rows, _ = population(150)
    for number in range(0, 150, 5):  # parents' records with the children's contact data
        parent = person(number)
        rows.append(
            {**parent, "subject_id": f"parent-{number}", "given_name": "gerhardine", "birth_date": "1921-11-30"}
        )
    by_id = {row["subject_id"]: row for row in rows}
    for group in groups(resolve_records(table(rows)).clusters):
        dated = [by_id[subject] for subject in group if by_id[subject]["birth_date"]]
        names = {(row["given_name"], row["birth_date"]) for row in dated}
        assert len({name for name, _ in names} & {"gerhardine"}) == 0 or len(names) == 1


def test_different_national_ids_never_share_a_cluster():
    rows, owners = population(200, records_each=2)
    for row, owner in zip(rows, owners, strict=True):
        row["national_ids"] = [f"{owner * 7_919_777 % 10**9:09}"]
    twin = {**rows[0], "subject_id": "other", "national_ids": ["999000111"]}
    assert not together([*rows, twin], rows[0]["subject_id"], "other")


def test_father_and_son_of_one_name_stay_apart_where_a_suffix_tells_them():
    rows, _ = population(60)
    shared = {"given_name": "orlan", "family_name": "vesterby", "street": "elm street", "house_number": "4"}
    shared |= {"postcode": "10101", "phones": ["+493055555"], "emails": ["vesterby@mail.example"]}
    rows += [{**shared, "subject_id": f"z{n}", "generation": generation} for n, generation in enumerate("1122")]
    found = {
        frozenset(s for s in group if s.startswith("z")) for group in groups(resolve_records(table(rows)).clusters)
    }
    assert {frozenset({"z0", "z1"}), frozenset({"z2", "z3"})} <= found


def test_household_that_shares_everything_but_the_given_name_stays_apart():
    rows, _ = population(200)
    home = {
        "family_name": "zeller",
        "phones": ["+493099"],
        "street": "lindenweg",
        "house_number": "4",
        "postcode": "10115",
    }
    spouses = [{**home, "subject_id": f"home-{name}", "given_name": name} for name in ("greta", "omar")]
    assert not together(rows + spouses, "home-greta", "home-omar")


def test_nickname_and_swapped_names_are_one_person():
    rows, _ = population(200)
    base = {"phones": ["+493077123"], "emails": ["b.holtsen71@mail.example"]}
    rows += [
        {**base, "subject_id": "formal", "given_name": "robert", "family_name": "holtsen"},
        {**base, "subject_id": "casual", "given_name": "bob", "family_name": "holtsen"},
        {**base, "subject_id": "swapped", "given_name": "holtsen", "family_name": "robert"},
    ]
    assert together(rows, "formal", "casual")
    assert together(rows, "formal", "swapped")


def test_mailbox_of_many_people_joins_nobody():
    rows, _ = population(200)
    names = [("ana", "calden"), ("farid", "elmov"), ("nora", "granez"), ("luis", "foskov"), ("pia", "drevman")]
    rows += [
        {"subject_id": f"office-{g}", "given_name": g, "family_name": f, "emails": ["info@office.example"]}
        for g, f in names
    ]
    found = groups(resolve_records(table(rows)).clusters)
    office = [group & {f"office-{g}" for g, _ in names} for group in found]
    assert max(map(len, office)) == 1


def test_persons_and_organisations_are_never_mixed():
    rows, _ = population(50)
    rows += [{**rows[0], "subject_id": f"org-{n}", "kind": "organisation", "company": "holt"} for n in range(2)]
    for group in groups(resolve_records(table(rows)).clusters):
        assert len({subject.startswith("org-") for subject in group}) == 1


def test_organisations_of_one_name_and_domain_are_one():
    rows = [
        {
            "subject_id": f"o{n}-{copy}",
            "kind": "organisation",
            "company": f"firm {n}",
            "emails": [f"mail@firm{n}.example"],
        }
        for n in range(60)
        for copy in range(2)
    ]
    assert together(rows, "o7-0", "o7-1")
    assert not together(rows, "o7-0", "o8-0")


def test_evidence_sums_to_the_weight_and_names_its_fields(resolved):
    matches = resolved.matches
    assert len(matches) > 300
    for match in matches.to_pylist()[:200]:
        evidence = json.loads(match["evidence"])
        assert match["subject_a"] < match["subject_b"]
        assert 0.5 <= match["probability"] <= 1.0
        assert sum(weight for _, weight in evidence.values()) == pytest.approx(match["weight"], abs=0.6)
        assert all(isinstance(agreement, str) and agreement for agreement, _ in evidence.values())


@pytest.mark.parametrize("count", [0, 1, 2, 10])
def test_tiny_input_is_resolved(count):
    rows, _ = population(max(count // 2, 1), records_each=2)
    result = resolve_records(table(rows[:count]))
    assert len(result.clusters) == count
    assert len(groups(result.clusters)) == (count + 1) // 2


def test_columns_may_be_missing_altogether():
    rows, _ = population(40)
    sparse = table(rows).select(["subject_id", "given_name", "family_name", "emails"])
    assert len(resolve_records(sparse).clusters) == len(rows)


def test_values_hidden_under_null_lists_are_not_seen():
    rows, _ = population(30)
    plain = table(rows)
    values = pa.array(["hidden@mail.example"] * len(rows))
    hidden = pa.ListArray.from_arrays(
        pa.array(range(len(rows) + 1), pa.int32()), values, mask=pa.array([True] * len(rows))
    )
    without = plain.set_column(plain.column_names.index("emails"), "emails", pa.nulls(len(rows), hidden.type))
    with_hidden = plain.set_column(plain.column_names.index("emails"), "emails", hidden)
    assert resolve_records(with_hidden).clusters.equals(resolve_records(without).clusters)


def test_record_that_fits_two_people_joins_neither():
    rows, _ = population(300)
    for name in ("ingeborg", "sieglinde"):
        full = {
            "given_name": name,
            "family_name": "quastenhof",
            "emails": [f"{name}@quast.example"],
            "company": "quast",
        }
        rows += [{**full, "subject_id": f"{name}-{n}", "birth_date": f"19{len(name)}0-01-02"} for n in range(3)]
    rows.append({"subject_id": "vague", "family_name": "quastenhof", "company": "quast"})
    found = groups(resolve_records(table(rows)).clusters)
    assert frozenset({"vague"}) in found
    assert {frozenset(f"{name}-{n}" for n in range(3)) for name in ("ingeborg", "sieglinde")} <= found


_garbage = st.one_of(
    st.none(), st.text(max_size=12), st.sampled_from(["", " ", "a", "a a a a a a a", "ß", "王", "\x00"])
)
_row = st.fixed_dictionaries(
    {
        "given_name": _garbage,
        "family_name": _garbage,
        "native_name": _garbage,
        "emails": st.one_of(st.none(), st.lists(_garbage, max_size=6)),
        "phones": st.one_of(st.none(), st.lists(_garbage, max_size=6)),
        "birth_date": st.one_of(st.none(), st.sampled_from(["1980", "1980-02", "1980-02-03", "x", "1980-02-03T00:00"])),
        "national_ids": st.one_of(st.none(), st.lists(_garbage, max_size=2)),
        "external_ids": st.one_of(st.none(), st.lists(_garbage, max_size=2)),
        "usernames": st.one_of(st.none(), st.lists(_garbage, max_size=2)),
        "street": _garbage,
        "postcode": _garbage,
        "city": _garbage,
        "gender": st.sampled_from([None, "female", "male", "?"]),
        "company": _garbage,
        "kind": st.sampled_from(["person", "organisation", None]),
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(_row, max_size=25), seed=st.integers(0, 100))
def test_garbage_neither_crashes_nor_depends_on_order(rows, seed):
    named = [{**row, "subject_id": f"s{number:03}"} for number, row in enumerate(rows)]
    shuffled = random.Random(seed).sample(named, len(named))
    first, second = resolve_records(table(named)), resolve_records(table(shuffled))
    assert first.clusters.equals(second.clusters)
    assert sorted(first.clusters.column("subject_id").to_pylist()) == [row["subject_id"] for row in named]
    labels = first.clusters.column("cluster").to_pylist()
    assert set(labels) == set(range(len(set(labels))))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), people=st.integers(5, 60))
def test_conflicting_people_are_kept_apart_in_any_population(seed, people):
    rows, _ = population(people, seed=seed)
    by_id = {row["subject_id"]: row for row in rows}
    for group in groups(resolve_records(table(rows)).clusters):
        for a, b in itertools.combinations((by_id[subject] for subject in group), 2):
            names_differ = a["given_name"][0] != b["given_name"][0]
            dates_differ = bool(a["birth_date"] and b["birth_date"] and a["birth_date"][:4] != b["birth_date"][:4])
            assert not (names_differ and dates_differ)


@pytest.mark.parametrize("is_kept_well", [True, False], ids=["dates kept well", "dates often wrong"])
def test_other_birth_dates_forbid_where_dates_are_kept_well(is_kept_well):
    rows, _ = population(200)
    if not is_kept_well:
        spoil_birth_dates(rows)
    parent = person(1, 7)
    twice = [{**parent, "subject_id": f"namesake-{number}"} for number in range(4)]
    for child in twice[2:]:
        child["birth_date"] = "2014-02-28"
    for row in (twice[1], twice[3]):  # everything else says one person
        row["phones"] = ["+34600999999"]
    found = groups(resolve_records(table([*rows, *twice])).clusters)
    dates = {row["subject_id"]: row["birth_date"] for row in twice}
    together = max(len({dates[name] for name in group if name in dates}) for group in found)
    assert together == (1 if is_kept_well else 2)
