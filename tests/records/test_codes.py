import subprocess
import sys

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onefold.records import codes
from onefold.records.companies import company_words, normalise_domains
from onefold.records.facts import default_type
from onefold.records.text import clean, words


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("F", "female"),
        ("mujer", "female"),
        ("Θ", "female"),
        ("女", "female"),
        ("زن", "female"),
        ("Herr", "male"),
        ("男", "male"),
    ],
)
def test_gender_is_read_in_six_languages(raw: str, value: str) -> None:
    assert codes.normalise_genders(pl.Series([raw]))["value"].to_list() == [value]


@pytest.mark.parametrize(
    ("raw", "code"),
    [("English", "en"), ("en-GB", "en"), ("Ελληνικά", "el"), ("zh_TW", "zh-TW"), ("فارسی", "fa"), ("cat", "ca")],
)
def test_language_is_a_code(raw: str, code: str) -> None:
    assert codes.normalise_languages(pl.Series([raw]))["value"].to_list() == [code]


@pytest.mark.parametrize(
    ("raw", "value"), [("Sí", "yes"), ("0", "no"), ("ναι", "yes"), ("opted out", "no"), ("email only", "email only")]
)
def test_consent_is_yes_or_no_or_as_written(raw: str, value: str) -> None:
    assert codes.normalise_flags(pl.Series([raw]))["value"].to_list() == [value]


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("1,234.50", 1234.5),
        ("1.234,50", 1234.5),
        ("1 234,5 €", 1234.5),
        ("(12)", -12.0),
        ("۱۲٫۵", 12.5),
        ("7-", -7.0),
        ("1.234.567", 1234567.0),
    ],
)
def test_numbers_are_read_as_people_write_them(raw: str, number: float) -> None:
    assert codes.parse_numbers(pl.Series([raw])).to_list() == [number]


def test_cents_become_major_units() -> None:
    found = codes.normalise_money(pl.Series(["50000"]), unit="minor")
    assert found["value"].to_list() == ["500"]


def test_a_card_number_that_went_through_a_spreadsheet_is_mended() -> None:
    assert codes.normalise_numbers(pl.Series(["83920175.0", "x-12 34z"]))["compare"].to_list() == ["83920175", "X1234Z"]


@pytest.mark.parametrize(
    "variant",
    ["Acme, Inc.", "ACME LLC", "Acme GmbH & Co. KG", "Acme S.L.", "acme", "شرکت Acme", "Acme 有限公司", "Acme Ltd."],
)
def test_the_legal_form_is_not_compared(variant: str) -> None:
    assert company_words(pl.Series([variant])).to_list() == ["acme"]


def test_a_domain_is_found_in_an_address_of_a_site() -> None:
    found = normalise_domains(pl.Series(["https://www.Acme.com/about?x=1", "acme.com", "nothing"]))
    assert found["value"].to_list() == ["acme.com", "acme.com", None]


@given(st.text(max_size=30))
def test_words_of_words_are_the_words(text: str) -> None:
    once = words(clean(pl.Series([text], dtype=pl.String)))
    assert words(once).to_list() == once.to_list()
    assert once[0] is None or once[0].isascii()


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        ("billing_invoices", "invoice"),
        ("order_lines", "order_line"),
        ("Sales_Data_2021", "sale"),
        ("support_tickets", "ticket"),
        ("app_events", "app_event"),
    ],
)
def test_an_event_is_named_after_its_table(table: str, kind: str) -> None:
    assert default_type(table) == kind


def test_importing_records_loads_nothing_heavy() -> None:
    code = "import sys, onefold.records; print({'polars', 'phonenumbers', 'pypinyin', 'opencc'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        == "set()"
    )
