"""Levels at which two records agree, field by field."""

from __future__ import annotations

import numpy as np
import pytest
from tests.identity.resolution.made_up_people import table

from onefold.identity.compare import Pairs, compare_pairs
from onefold.identity.fields import FIELD_INDEX, Year
from onefold.identity.people import encode_people


def levels(one: dict[str, object], other: dict[str, object]) -> dict[str, int]:
    """Level of each field that both of two records say something about."""
    records = table([{**one, "subject_id": "a"}, {**other, "subject_id": "b"}])
    pair = Pairs(np.array([0], np.int32), np.array([1], np.int32))
    pattern = compare_pairs(encode_people(records), pair, 1)[0]
    return {name: int(pattern[number]) for name, number in FIELD_INDEX.items() if pattern[number] >= 0}


@pytest.mark.parametrize(
    ("born", "mailbox", "expected"),
    [
        ("1978-03-02", "ana.soler78@mail.example", Year.SAME),
        ("1978", "soler1978@mail.example", Year.SAME),
        ("2004-12-31", "ana04@mail.example", Year.SAME),
        ("1978-03-02", "ana.soler81@mail.example", Year.DIFFERENT),
        ("1978-03-02", "ana.soler1981@mail.example", Year.DIFFERENT),
        ("1978-03-02", "ana.soler@mail.example", None),  # no year
        ("1978-03-02", "ana.soler378@mail.example", None),  # a number, and no year
        ("1978-03-02", "78@mail.example", None),
        ("no date", "ana.soler78@mail.example", None),
    ],
)
def test_a_birth_date_is_compared_with_the_year_in_a_mailbox(born, mailbox, expected):
    dated, mailed = {"given_name": "ana", "birth_date": born}, {"given_name": "ana", "emails": [mailbox]}
    assert levels(dated, mailed).get("mailbox_year") == expected
    assert levels(mailed, dated).get("mailbox_year") == expected


def test_the_mailbox_says_nothing_where_both_have_a_date_or_the_date_is_of_the_same_record():
    ana = {"given_name": "ana", "birth_date": "1978-03-02"}
    assert "mailbox_year" not in levels(ana, {**ana, "emails": ["ana78@mail.example"]})
    assert "mailbox_year" not in levels({**ana, "emails": ["ana78@mail.example"]}, {"given_name": "ana"})


@pytest.mark.parametrize("own", ["ana78@mail.example", "soler.ana78@other.example"])
def test_the_year_of_a_mailbox_that_both_have_says_nothing(own):
    dated = {"given_name": "ana", "birth_date": "1978-03-02", "emails": [own]}
    shared = {"given_name": "joan", "emails": [own.replace("other", "mail")]}
    assert "mailbox_year" not in levels(dated, shared)
    assert levels(dated, {**shared, "emails": ["joan81@mail.example"]})["mailbox_year"] == Year.DIFFERENT


def test_one_fitting_mailbox_is_enough():
    ana = {"given_name": "ana", "birth_date": "1978-03-02"}
    two = {"given_name": "ana", "emails": ["soler11@mail.example", "ana78@mail.example", "ana@other.example"]}
    assert levels(ana, two)["mailbox_year"] == Year.SAME
