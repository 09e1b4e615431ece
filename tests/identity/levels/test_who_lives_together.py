"""Who lives with whom, told with made-up people."""

from __future__ import annotations

import json

import pytest
from tests.identity.levels.town import homes, person, settle

from onefold.storage import AppDatabase

ELM = ("elm street", "4", "YO11AA")
OAK = ("oak road", "9", "YO22BB")


@pytest.fixture
def live(tmp_path):
    """Runs the rules over a town and tells the households."""
    database = AppDatabase.open(f"sqlite:///{tmp_path / 'app.db'}")
    yield lambda *rows: homes(settle(database, rows))
    database.close()


def crowd(number, **facts):
    """Strangers of different, otherwise rare surnames."""
    return [person(f"Somebody Stranger{chr(97 + n // 26)}{chr(97 + n % 26)}", **facts) for n in range(number)]


def test_a_surname_at_one_address_is_a_household(live):
    assert live(person("Ana Puig", home=ELM), person("Bernat Puig", home=ELM)) == [["Ana Puig", "Bernat Puig"]]


def test_a_surname_alone_is_none(live):
    assert live(person("Ana Puig", home=ELM), person("Bernat Puig", home=OAK), person("Carla Puig")) == []


def test_an_address_alone_is_none(live):
    assert live(person("Ana Puig", home=ELM), person("Bernat Soler", home=ELM)) == []


def test_couples_of_two_surnames_live_together_by_mailbox_or_phone(live):
    a, b = (
        person("Ana Puig", home=ELM, email="home@mail.example", customer="a"),
        person("Bernat Soler", home=ELM, email="home@mail.example", customer="b"),
    )
    assert live(a, b) == [["a", "b"]]
    a, b = person("Ana Puig", home=ELM, phone="+34931"), person("Bernat Soler", home=ELM, phone="+34931")
    assert live(a, b) == [["Ana Puig", "Bernat Soler"]]


def test_twins_and_parents_of_one_name_are_one_household_and_stay_different_people(live):
    twins = [person("Ana Puig", home=ELM), person("Anna Puig", home=ELM, birth_date="2001-02-03")]
    parent = person("Ana Puig", home=ELM, customer="Ana the mother")
    assert live(*twins, parent) == [["Ana Puig", "Ana the mother", "Anna Puig"]]


def test_one_of_two_surnames_is_enough(live):
    assert live(person("Ana García Puig", home=ELM), person("Luis García Soto", home=ELM)) == [
        ["Ana García Puig", "Luis García Soto"]
    ]


def test_surnames_of_men_and_women_are_one(live):
    assert live(person("Eleni Papadopoulou", home=ELM), person("Nikos Papadopoulos", home=ELM)) == [
        ["Eleni Papadopoulou", "Nikos Papadopoulos"]
    ]


def test_strangers_in_the_flats_of_a_tower_are_no_household_and_families_in_one_flat_are(live):
    tower = ("tower road", "1", "YO33CC")
    rows = [
        person("Ana Smith", home=tower, flat="12"),
        person("Bob Smith", home=tower, flat="12"),
        person("Cid Smith", home=tower, flat="31"),
        *crowd(10, home=tower),
    ]
    assert live(*rows) == [["Ana Smith", "Bob Smith"]]


def test_in_a_crowded_house_a_common_surname_says_nothing_and_a_rare_one_does(live):
    tower = ("tower road", "1", "YO33CC")
    rows = [person(f"{given} Smith", home=(f"lane {given}", "1", "YO1")) for given in ("Eva", "Flo", "Gus", "Hal")]
    rows += [person("Ana Smith", home=tower), person("Bob Smith", home=tower)]
    rows += [person("Cid Okonjovane", home=tower), person("Dora Okonjovane", home=tower)]
    rows += crowd(6, home=tower) + [
        person(f"Else Other{chr(97 + n // 26)}{chr(97 + n % 26)}", home=(f"far lane {n}", "1", "YO1"))
        for n in range(500)
    ]
    assert live(*rows) == [["Cid Okonjovane", "Dora Okonjovane"]]


def test_an_office_is_no_home(live):
    office = ("market square", "1", "YO44DD")
    rows = [
        person(f"{name}", home=office, company="acme", email="desk@acme.example", phone="+441", customer=name)
        for name in ("Ana Puig", "Bernat Soler", "Carla Mas")
    ]
    assert live(*rows) == []


def test_a_mailbox_and_phone_that_colleagues_share_make_no_couple(live):
    rows = [
        person(name, company="acme", email="desk@acme.example", phone="+441", customer=name)
        for name in ("Ana Puig", "Bernat Soler")
    ]
    assert live(*rows) == []


def test_a_student_home_is_no_household(live):
    home = ("campus way", "7", "YO55EE")
    assert live(*crowd(30, home=home, phone="+442")) == []


def test_who_moved_away_lives_there_no_more(live):
    rows = [
        person("Ana Puig", home=ELM, customer="mother"),
        person("Carla Puig", home=ELM, customer="daughter", year=2015),
        person("Carla Puig", home=OAK, customer="daughter", year=2025, phone="+34777"),
        person("Dani Mas", home=OAK, customer="husband", phone="+34777"),
    ]
    assert live(*rows) == [["daughter", "husband"]]


def test_a_slip_in_an_address_does_not_part_a_family(live):
    rows = [
        person("Ana Puig", home=ELM, customer="mother", year=2020),
        person("Ana Puig", home=("ellm street", "4", "YO11AA"), customer="mother", year=2025),
        person("Bernat Puig", home=ELM, customer="son"),
    ]
    assert live(*rows) == [["mother", "son"]]


def test_who_has_no_address_joins_by_surname_and_phone_but_never_joins_two_homes(live):
    family = [person("Ana Puig", home=ELM, phone="+34931"), person("Bernat Puig", home=ELM)]
    assert live(*family, person("Carla Puig", phone="+34931")) == [["Ana Puig", "Bernat Puig", "Carla Puig"]]
    between = [
        person("Carla Puig", phone="+34931", customer="between"),
        person("Carla Puig", phone="+34932", customer="between", email="c@mail.example"),
    ]
    others = [person("Dani Puig", home=OAK, phone="+34932"), person("Emma Puig", home=OAK)]
    assert live(*family, *others, *between) == [["Ana Puig", "Bernat Puig"], ["Dani Puig", "Emma Puig"]]


def test_organisations_live_nowhere(live):
    rows = [person("Ana Puig", home=ELM), {**person("Puig Sl", home=ELM), "kind": "organisation"}]
    assert live(*rows) == []


def test_every_membership_says_why_and_from_which_records(tmp_path):
    database = AppDatabase.open(f"sqlite:///{tmp_path / 'app.db'}")
    plan = settle(database, [person("Ana Puig", home=ELM), person("Bernat Puig", home=ELM, customer="b")])
    database.close()
    member = next(row for row in plan.members.to_pylist() if row["customer_id"] == "b")
    assert json.loads(member["reasons"]) == [
        {
            "kind": "home+surname",
            "values": {"address": "elm street 4, YO11AA york", "surname": "puig"},
            "subjects": ["crm.people:1"],
            "with": ["Ana Puig "],
        }
    ]
    assert member["strength"] == 0.95
