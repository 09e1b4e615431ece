from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onefold.records.dates import normalise_dates, normalise_moments, parse_date


@pytest.mark.parametrize(
    ("text", "order", "calendar", "iso"),
    [
        ("07/05/1981", "dmy", "gregorian", "1981-05-07"),
        ("07/05/1981", "mdy", "gregorian", "1981-07-05"),
        ("07.05.81", "dmy", "gregorian", "1981-05-07"),
        ("25/12/1981", "mdy", "gregorian", "1981-12-25"),
        ("19340630", "ymd", "gregorian", "1934-06-30"),
        ("7 de maig de 1981", "dmy", "gregorian", "1981-05-07"),
        ("May 7th, 1981", "mdy", "gregorian", "1981-05-07"),
        ("7 Μαΐου 1981", "dmy", "gregorian", "1981-05-07"),
        ("1981年5月7日", "ymd", "gregorian", "1981-05-07"),
        ("民國70年5月7日", "ymd", "gregorian", "1981-05-07"),
        ("070/05/07", "ymd", "roc", "1981-05-07"),
        ("087/03/28", "dmy", "gregorian", "1998-03-28"),
        ("۱۳۶۰/۰۲/۱۷", "ymd", "jalali", "1981-05-07"),
        ("1360/02/17", "dmy", "gregorian", "1981-05-07"),
        ("1403/12/30", "ymd", "jalali", "2025-03-20"),
        ("1981", "dmy", "gregorian", "1981"),
        ("1981-05", "dmy", "gregorian", "1981-05"),
        ("05/1981", "dmy", "gregorian", "1981-05"),
    ],
)
def test_a_date_is_understood_in_its_columns_order_and_calendar(text: str, order: str, calendar: str, iso: str) -> None:
    found = normalise_dates(pl.Series([text]), order=order, calendar=calendar, is_birth=True)
    assert found["value"].to_list() == [iso]


@given(st.dates(min_value=date(1925, 1, 1), max_value=date(2020, 1, 1)))
def test_every_written_form_means_the_same_day(day: object) -> None:
    forms = [
        f"{day:%d/%m/%Y}",
        f"{day:%d.%m.%Y}",
        f"{day:%d-%m-%Y}",
        f"{day:%d %B %Y}",
        f"{day:%Y%m%d}",
        f"{day:%Y/%m/%d}",
    ]
    assert {parse_date(form, order="dmy") for form in forms} == {f"{day:%Y-%m-%d}"}


@pytest.mark.parametrize("text", ["1981-02-30", "1862-83-06", "31/31/1981", "13/13/1981", "soon", "1403/13/01"])
def test_impossible_dates_are_invalid(text: str) -> None:
    assert normalise_dates(pl.Series([text]), is_birth=True)["absence"].to_list() == ["invalid"]


@pytest.mark.parametrize("text", ["1900-01-01", "01/01/1970", "N/A", "00/00/0000", "0000-00-00"])
def test_dates_of_nobody_are_placeholders(text: str) -> None:
    assert normalise_dates(pl.Series([text]))["absence"].to_list() == ["placeholder"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-01T10:30:00+02:00", datetime(2024, 3, 1, 8, 30, tzinfo=UTC)),
        ("2024-03-01 10:30:00.250Z", datetime(2024, 3, 1, 10, 30, 0, 250_000, tzinfo=UTC)),
        ("2024-03-01", datetime(2024, 3, 1, tzinfo=UTC)),
        ("01/03/2024 10:30", datetime(2024, 3, 1, 10, 30, tzinfo=UTC)),
        ("1 Mar 2024, 4:05 pm", datetime(2024, 3, 1, 16, 5, tzinfo=UTC)),
        ("1709289000", datetime(2024, 3, 1, 10, 30, tzinfo=UTC)),
        ("1709289000000", datetime(2024, 3, 1, 10, 30, tzinfo=UTC)),
        ("45352.4375", datetime(2024, 3, 1, 10, 30, tzinfo=UTC)),
    ],
)
def test_moments_are_in_utc(text: str, moment: datetime) -> None:
    assert normalise_moments(pl.Series([text]))["moment"].to_list() == [moment]
