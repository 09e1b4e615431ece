"""Names as people have them: which spellings are one person's, and how much a shared name says."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from made_up_people import groups, population, table

from onefold.identity import resolve_records
from onefold.identity.encode import ABSENT
from onefold.identity.fields import Name
from onefold.identity.names import NameWords
from onefold.identity.namesakes import namesake_log_odds
from onefold.identity.romanization import cantonese_readings, chinese_reading
from onefold.identity.similarity import compare_names


def agreement(first: tuple[str | None, str | None], second: tuple[str | None, str | None]) -> tuple[Name | None, ...]:
    """Levels at which two names (given, family) agree."""
    given, family = (pa.chunked_array([pa.array(part, pa.string())]) for part in zip(first, second, strict=True))
    names = NameWords.of(given, family)
    levels = np.zeros((2, 1), np.int8)
    left, right = np.zeros(1, np.int32), np.ones(1, np.int32)
    records = (names.given, names.family, names.given_alone)
    compare_names(left, right, *records, names.kernel_arguments, levels[0], levels[1])
    return tuple(None if level == ABSENT else Name(level) for level in levels[:, 0])


@pytest.mark.parametrize(
    ("first", "second", "given", "family"),
    [
        (("susi k", "benes"), ("susi", "benes"), Name.SAME, Name.SAME),
        (("maria jose", "vidal"), ("maria", "vidal"), Name.EQUIVALENT, Name.SAME),
        (("jose luis", "vidal"), ("jose antonio", "vidal"), Name.ONE_PART, Name.SAME),
        (("manuel", "garcia moreno"), ("manuel", "garcia tolano"), Name.SAME, Name.ONE_PART),
        (("robert", "holt"), ("holt", "bob"), Name.EQUIVALENT, Name.SAME),
        (("kwok wah", "chiu"), ("guohua", "zhao"), Name.EQUIVALENT, Name.EQUIVALENT),
        (("chihming", "hsu"), ("zhiming", "xu"), Name.EQUIVALENT, Name.EQUIVALENT),
        (("vivian", "wu"), ("yingzhi", "wu"), Name.OTHER_LANGUAGE, Name.SAME),
        (("vivian", "holt"), ("yingzhi", "holt"), Name.DIFFERENT, Name.SAME),
        (("robert", "holt"), ("gerhardine", "holt"), Name.DIFFERENT, Name.SAME),
        ((None, "holt"), ("robert", "holt"), None, Name.SAME),
        (("konstantinos", "vassaridis"), ("kostas", "vassaridis"), Name.EQUIVALENT, Name.SAME),
        (("montserrat", "vidal"), ("montse", "vidal"), Name.EQUIVALENT, Name.SAME),
        (("mikhail", "borisov"), ("misha", "borisov"), Name.EQUIVALENT, Name.SAME),
        (("mohammad", "karvani"), ("muhamad", "karvani"), Name.EQUIVALENT, Name.SAME),
        (("sergi", "holt"), ("dergi", "holt"), Name.SIMILAR, Name.SAME),
        (("ida", "holt"), ("dia", "holt"), Name.SIMILAR, Name.SAME),
        (("theo", "holt"), ("thdeo", "holt"), Name.SIMILAR, Name.SAME),
        (("maria", "holt"), ("daria", "holt"), Name.DIFFERENT, Name.SAME),
    ],
)
def test_names_agree_as_people_would_say(first, second, given, family):
    assert agreement(first, second) == (given, family)
    assert set(agreement(second, first)) == {given, family}  # whose field is whose depends on the side


def test_chinese_given_name_alone_is_seen_where_it_was_taken_for_a_whole_name():
    assert agreement(("fong", "kuen"), ("juanfang", "guo")) == (Name.EQUIVALENT, None)
    assert agreement(("kong", "yu"), ("gangyu", "he")) == (Name.EQUIVALENT, None)
    assert agreement(("fong", "kuen"), ("zhiming", "guo"))[0] is Name.DIFFERENT


def test_cantonese_spellings_are_read_and_other_words_are_not():
    assert chinese_reading("zhiming") in cantonese_readings("chiming")
    assert chinese_reading("xueling") in cantonese_readings("suetling")
    assert not cantonese_readings("robert")
    assert not cantonese_readings("x" * 300)


def test_more_records_of_one_name_make_it_less_likely_that_two_are_one_customer():
    records = np.array([2, 4, 8, 16, 64, 300, 301, 5_000])
    odds = namesake_log_odds(records, np.full(len(records), 0.5), size=3.0)
    assert (np.diff(odds) < 0).all()


def test_common_name_says_less_than_a_rare_one_borne_by_as_many_records():
    rare, common = namesake_log_odds(np.array([4, 4]), np.array([1e-4, 20.0]), size=3.0)
    assert rare > 3 > common


def test_given_name_that_was_taken_for_a_whole_name_is_joined_where_the_data_knows_it():
    given = pa.chunked_array([pa.array(["fang", "fangpin", "pin", "pin", "pin", "pin", "fang"])])
    family = pa.chunked_array([pa.array(["pin", "ma", "ma", "li", "he", "xu", "holt"])])
    names = NameWords.of(given, family)
    assert names.given[0] == names.given[1]
    assert names.family[0] == ABSENT
    assert names.words[int(names.given[6])].as_py() == "fang"


def together(rows, first, second):
    """Whether two subject ids share a cluster."""
    return any({first, second} <= group for group in groups(resolve_records(table(rows)).clusters))


def test_phone_without_its_country_code_is_the_same_phone():
    rows, _ = population(300)
    base = {"given_name": "ottilie", "family_name": "wendhausen"}
    rows += [
        {**base, "subject_id": "abroad", "phones": ["+4917612345678"]},
        {"subject_id": "national", "given_name": "ottilie", "phones": ["17612345678"]},
    ]
    assert together(rows, "abroad", "national")


def test_address_that_spells_an_initial_and_a_rare_family_name_finds_its_owner():
    rows, _ = population(300)
    rows += [
        {"subject_id": "named", "given_name": "ottilie", "family_name": "wendhausen", "phones": ["+491761"]},
        {"subject_id": "mail", "emails": ["owendhausen@post.example"]},
    ]
    assert together(rows, "named", "mail")


def test_namesakes_of_a_name_that_everybody_bears_stay_apart():
    rows, _ = population(300)
    rows += [
        {
            "subject_id": f"namesake-{number}",
            "given_name": "maria",
            "family_name": "garcia",
            "emails": [f"mg{number}@mail.example"],
        }
        for number in range(40)
    ]
    found = groups(resolve_records(table(rows)).clusters)
    assert max(len([subject for subject in group if subject.startswith("namesake")]) for group in found) <= 2
