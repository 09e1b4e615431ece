from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onefold.demo.contacts import AddressBook, PhoneBook
from onefold.demo.dice import Dice
from onefold.demo.people import COUNTRIES
from onefold.demo.scripts import (
    feminine_greek_surname,
    greek_spellings,
    greek_to_latin,
    jalali,
    slip,
)
from onefold.demo.spreadsheet import Sheet, write_workbook
from onefold.demo.words import chinese_parts, name_list, texts, trade

AREAS = sorted({area for areas in COUNTRIES.values() for area in areas})
LANGUAGES = ("en", "es", "ca", "el", "fa", "zh_hans", "zh_hant")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(1979, 2, 11), (1357, 11, 22)),
        (date(1989, 8, 3), (1368, 5, 12)),
        (date(2024, 3, 19), (1402, 12, 29)),
        (date(2024, 3, 20), (1403, 1, 1)),
        (date(2025, 3, 20), (1403, 12, 30)),
        (date(2025, 3, 21), (1404, 1, 1)),
    ],
)
def test_jalali_agrees_with_the_calendar_of_iran(day: date, expected: tuple[int, int, int]) -> None:
    assert jalali(day) == expected


@settings(deadline=None)
@given(st.dates(date(1930, 1, 1), date(2026, 1, 1)))
def test_jalali_dates_follow_each_other(day: date) -> None:
    today, tomorrow = jalali(day), jalali(day + timedelta(days=1))
    next_day, next_month = (*today[:2], today[2] + 1), (today[0], today[1] + 1, 1)
    assert tomorrow in {next_day, next_month, (today[0] + 1, 1, 1)}


def test_greek_names_are_spelt_as_on_passports() -> None:
    assert greek_to_latin("Χατζηγεωργίου") == "Chatzigeorgiou"
    assert greek_to_latin("Ευσταθίου") == "Efstathiou"
    assert greek_to_latin("Αγγελόπουλος") == "Angelopoulos"
    assert "Hatzigeorgiou" in greek_spellings("Χατζηγεωργίου")


def test_greek_women_carry_the_genitive() -> None:
    assert feminine_greek_surname("Παπαδόπουλος") == "Παπαδοπούλου"
    assert feminine_greek_surname("Παπαδάκης") == "Παπαδάκη"
    assert feminine_greek_surname("Οικονόμου") == "Οικονόμου"


@settings(deadline=None)
@given(st.sampled_from(["Johnson", "González", "Παπαδόπουλος", "محمدی", "伟明", "Li"]), st.integers())
def test_a_slip_changes_little(word: str, seed: int) -> None:
    slipped = slip(word, Dice(seed))
    assert abs(len(slipped) - len(word)) <= 1
    assert slipped[0] == word[0] or word[0] > "z"


@pytest.mark.parametrize("area", AREAS)
def test_phone_numbers_are_possible_and_written_in_ways_that_read_back(area: str) -> None:
    dice = Dice("phones", area)
    home, book = AddressBook(dice).draw(area), PhoneBook(dice)
    for _ in range(50):
        phone = book.draw(home)
        parsed = phonenumbers.parse(phone.e164)
        assert phonenumbers.is_valid_number(parsed), phone.e164
        for style in ("spaced", "national", "digits"):
            assert phonenumbers.parse(phone.written(style), home.country) == parsed, phone.written(style)
        assert phonenumbers.parse(phone.written("zeros").replace("00", "+", 1)) == parsed


@pytest.mark.parametrize("section", ["male", "female", "family"])
@pytest.mark.parametrize("language", ["en", "es", "ca", "el", "fa"])
def test_name_lists_hold_no_name_twice_and_spell_each_in_latin(language: str, section: str) -> None:
    names = name_list(language, section)
    assert len(names) >= 70
    assert len({name.native for name in names}) == len(names)
    for name in names:
        assert name.latin
        assert all(spelling.strip() and spelling[0] < "ʰ" for spelling in name.latin), name


@pytest.mark.parametrize("section", ["male", "female", "family"])
def test_chinese_characters_have_both_scripts_and_three_romanisations(section: str) -> None:
    parts = chinese_parts(section)
    assert len(parts) >= 50
    assert {len(part) for part in parts} == {5}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_topics_with_fitting_answers(language: str) -> None:
    english = texts("en")["topic"]
    topics = texts(language)["topic"]
    assert [topic["id"] for topic in topics] == [topic["id"] for topic in english]
    for topic in topics:
        assert len(topic["opening"]) == 3
        for part, fitting in trade()["fits"].get(topic["id"], {}).items():
            assert max(max(places) for places in fitting) < len(topic[part]), (language, topic["id"], part)
    assert all(len(comments) >= 5 for comments in texts(language)["recommend"].values())
    assert not any("{" in comment for comments in texts(language)["recommend"].values() for comment in comments)


def test_workbooks_open_with_dates_text_and_numbers_intact(tmp_path: Path) -> None:
    moment = datetime.fromisoformat("2026-02-28T23:59:58")
    row = {"When": moment, "Day": date(1999, 12, 31), "Text": "<a & b> «ñ» 伟", "Number": 7}
    path = tmp_path / "book.xlsx"
    write_workbook(path, {"First": Sheet("Title", "Remark", [row, row | {"Text": None}], [20, 12, 30, 8])})
    rows = list(openpyxl.load_workbook(path)["First"].iter_rows(values_only=True))
    assert rows[0][0] == "Title"
    assert rows[3] == ("When", "Day", "Text", "Number")
    assert rows[4] == (moment, datetime.fromisoformat("1999-12-31"), row["Text"], 7)
    assert rows[5][2] is None
