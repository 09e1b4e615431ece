import random

import phonenumbers
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onefold.records import phone_key
from onefold.records.phones import normalise_phones

REGIONS = [
    "US",
    "GB",
    "DE",
    "FR",
    "ES",
    "GR",
    "IR",
    "CN",
    "TW",
    "HK",
    "IT",
    "NL",
    "TR",
    "BR",
    "MX",
    "AU",
    "RU",
    "AR",
    "SE",
]


def formats(number: phonenumbers.PhoneNumber) -> list[str]:
    shapes = phonenumbers.PhoneNumberFormat
    kinds = (shapes.E164, shapes.INTERNATIONAL, shapes.NATIONAL, shapes.RFC3966)
    return [phonenumbers.format_number(number, kind) for kind in kinds[:3]]


def test_columns_agree_with_the_phone_library() -> None:
    rng = random.Random(7)
    cases = []
    for region in REGIONS:
        for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE):
            example = phonenumbers.example_number_for_type(region, kind)
            for _ in range(60):
                tail = rng.randrange(10_000)
                national = str(example.national_number)[:-4] + f"{tail:04d}"
                number = phonenumbers.PhoneNumber(country_code=example.country_code, national_number=int(national))
                number.italian_leading_zero = example.italian_leading_zero
                if phonenumbers.is_valid_number_for_region(number, region):
                    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
                    cases += [(text, region, e164) for text in formats(number)]
    found = normalise_phones(pl.Series([c[0] for c in cases]), pl.Series([c[1] for c in cases]))["compares"].to_list()
    wrong = [(c, f) for c, f in zip(cases, found, strict=True) if f is None or f[0] != c[2]]
    assert len(cases) > 3000
    assert not wrong, wrong[:10]


@pytest.mark.parametrize(
    ("raw", "region", "key"),
    [
        ("+34 687 71 56 58", None, "+34687715658"),
        ("0034687715658", "US", "+34687715658"),
        ("34687715658", "ES", "+34687715658"),
        ("687 71 56 58 ext. 12", "ES", "+34687715658"),
        ("(212) 200-1234 x55", "US", "+12122001234"),
        ("+44 (0)7463 254362", None, "+447463254362"),
        ("۰۹۳۵ ۵۴۳ ۰۲۴۸", "IR", "+989355430248"),
        ("０９６２-２８８-２９９", "TW", "+886962288299"),
        ("0152/32910310", "DE", "+4915232910310"),
        ("tel: 06.83.21.76.66", "FR", "+33683217666"),
        ("687715658", None, "687715658"),
        ("06 83 21 76 66", None, "683217666"),
    ],
)
def test_a_number_is_understood_however_it_is_written(raw: str, region: str | None, key: str) -> None:
    assert phone_key(raw, region) == key


@given(st.from_regex(r"(\+34|0034|)[67]\d{8}", fullmatch=True))
def test_key_of_a_key_is_the_key(raw: str) -> None:
    key = phone_key(raw, "ES")
    assert key is None or phone_key(key, "ES") == key


def test_several_numbers_in_one_field_are_several_values() -> None:
    found = normalise_phones(pl.Series(["687715658 / 933039561"]), pl.Series(["ES"]))
    assert found["values"][0].to_list() == ["+34687715658", "+34933039561"]


@pytest.mark.parametrize(
    "raw", ["N/A", "-", "000000", "0000000000", "123456789", "1234567890", "1111111", "+10000000000"]
)
def test_numbers_of_nobody_are_placeholders(raw: str) -> None:
    assert normalise_phones(pl.Series([raw]), pl.Series(["US"]))["absence"].to_list() == ["placeholder"]


def test_what_is_no_number_is_invalid() -> None:
    assert (
        normalise_phones(pl.Series(["12", "call me"]), pl.Series(["ES", "ES"]))["absence"].to_list() == ["invalid"] * 2
    )


def test_number_abroad_of_the_rows_country_is_found_in_the_workspaces_region() -> None:
    found = normalise_phones(pl.Series(["687 715 658"]), pl.Series(["US"]), "ES")
    assert found["values"][0].to_list() == ["+34687715658"]


def test_number_without_country_goes_to_the_only_region_where_it_is_in_use() -> None:
    found = normalise_phones(pl.Series(["0936-382-1383"]), pl.Series([None], dtype=pl.String), None, ("ES", "IR", "TW"))
    assert found["values"][0].to_list() == ["+989363821383"]


@pytest.mark.parametrize(
    ("region", "found"),
    [
        ("DE", "+491515662834"),  # a number that could be German is, in a German's record
        ("ES", "+441515662834"),  # too long for Spain, and in use in Great Britain alone
        (None, "+441515662834"),
    ],
)
def test_a_number_is_of_its_records_region_where_it_can_be(region: str | None, found: str) -> None:
    numbers = normalise_phones(
        pl.Series(["0151 5662834"]), pl.Series([region], dtype=pl.String), others=["DE", "ES", "GB"]
    )
    assert numbers["compares"].to_list() == [[found]]
