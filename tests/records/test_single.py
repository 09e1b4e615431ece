"""A row that comes alone is read as a build would read it."""

from __future__ import annotations

import pytest

from onefold.catalog.model import Column, Meaning, Role, Table
from onefold.errors import InvalidInput
from onefold.records import conform_row

CONTACTS = Table(
    "crm",
    "contacts",
    Role.PEOPLE,
    1.0,
    "said so",
    (),
    1,
    (
        Column("first", Meaning.GIVEN_NAME, 1.0, "said so"),
        Column("last", Meaning.FAMILY_NAME, 1.0, "said so"),
        Column("mail", Meaning.EMAIL, 1.0, "said so"),
        Column("mobile", Meaning.PHONE, 1.0, "said so"),
    ),
)


def conformed(row, *, table=None, is_organisation=False, key="7", region="ES"):
    return conform_row(row, table=table, is_organisation=is_organisation, key=key, region=region)


def test_columns_of_a_table_and_meanings_give_the_same_values():
    by_column = conformed(
        {"first": "Ana", "last": "García", "mail": "ANA@Example.com", "mobile": "600 110 001"}, table=CONTACTS
    )
    by_meaning = conformed(
        {"given_name": "Ana", "family_name": "García", "email": "ANA@Example.com", "phone": "600 110 001"}
    )
    for name in ("kind", "given_name", "family_name", "emails", "phones"):
        assert by_column[name] == by_meaning[name]
    assert by_column["emails"] == ["ana@example.com"]
    assert by_column["phones"] == ["+34600110001"]
    assert by_column["subject_id"] == "crm.contacts:7"


def test_several_values_are_all_kept():
    found = conformed({"email": ["one@example.com", "two@example.com"], "phone": None})
    assert sorted(found["emails"]) == ["one@example.com", "two@example.com"]
    assert not found["phones"]


def test_an_organisation_is_one():
    assert conformed({"company": "Vesterby Ltd"}, is_organisation=True)["kind"] == "organisation"


@pytest.mark.parametrize(
    ("row", "table", "named"),
    [
        ({"shoe_size": 43}, None, "shoe_size"),
        ({"shoe size": "43"}, CONTACTS, "shoe size"),
        ({"email": [f"{n}@example.com" for n in range(21)]}, None, "email"),
        ({"email": {"work": "ana@example.com"}}, None, "text"),
        ({"email": [["ana@example.com"]]}, None, "text"),
    ],
)
def test_what_a_record_cannot_hold_is_named(row, table, named):
    with pytest.raises(InvalidInput, match=named):
        conformed(row, table=table)
