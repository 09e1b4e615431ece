import polars as pl
import pytest

from onefold.records.addresses import normalise_cities, normalise_postcodes, normalise_streets, split_address
from onefold.records.companies import looks_like_company
from onefold.records.countries import country_codes_of


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("7548 Center St, San Diego, CA 92101", ("7548 Center St", "92101", "San Diego", "CA", None)),
        ("BRUNNENSTR. 156, 20061 HAMBURG", ("BRUNNENSTR. 156", "20061", "HAMBURG", None, None)),
        ("PLAZA DEL PRADO 83, PISO 36, 48002 BILBAO", ("PLAZA DEL PRADO 83, PISO 36", "48002", "BILBAO", None, None)),
        ("5 Bridge Ave, Manchester M16 9QE", ("5 Bridge Ave", "M169QE", "Manchester", None, None)),
        ("黄河路46号14室, 北京 100017", ("黄河路46号14室", "100017", "北京", None, None)),
        ("高雄市中山路196號", ("中山路196號", None, "高雄市", None, None)),
        ("Carrer de Mallorca, 12", ("Carrer de Mallorca, 12", None, None, None, None)),
        (
            "Keizersgracht 12, 1015 AB Amsterdam, Netherlands",
            ("Keizersgracht 12", "1015AB", "Amsterdam", None, "Netherlands"),
        ),
        ("Hauptstr. 5 10115 Berlin", ("Hauptstr. 5", "10115", "Berlin", None, None)),
        ("10 Downing Street London SW1A 2AA", ("10 Downing Street", "SW1A2AA", "London", None, None)),
    ],
)
def test_a_whole_address_is_taken_apart(text: str, parts: tuple[str | None, ...]) -> None:
    assert split_address(text) == parts


@pytest.mark.parametrize(
    ("variants", "street", "number"),
    [
        (["12 Main Street", "12 MAIN ST.", "12 Main St Apt 4", "12, Main Street, Floor 3"], "main st", "12"),
        (["Calle Mayor 5", "C/ Mayor, 5", "CALLE MAYOR, 5, 3º B", "Carrer Major 5"][:3], "c mayor", "5"),
        (["Lessingstraße 43", "Lessingstr. 43", "LESSINGSTRASSE 43 / 7"], "lessingstr", "43"),
        (["Λεωφόρος Κηφισίας 142", "Kifisias Ave 142"], "kifisias av", "142"),
        (["Οδός Τσιμισκή 150", "Tsimiski St 150"], "tsimiski st", "150"),
        (["خیابان آزادی ۱۲", "Azadi St No. 12"], "azadi st", "12"),
        (["自由路173号", "173 Ziyou Road"], "ziyou rd", "173"),
    ],
)
def test_spellings_of_one_street_meet(variants: list[str], street: str, number: str) -> None:
    found = normalise_streets(pl.Series(variants))
    assert set(found["street"]) == {street}
    assert set(found["house_number"]) == {number}


def test_postcodes_lose_spaces_and_regain_zeros() -> None:
    found = normalise_postcodes(
        pl.Series(["sw1a 2aa", "7171", "92101-1234", "00000"]), pl.Series(["GB", "ES", "US", "US"])
    )
    assert found["value"].to_list() == ["SW1A2AA", "07171", "92101", None]
    assert found["absence"].to_list() == [None, None, None, "placeholder"]


def test_a_city_is_one_place_in_every_language() -> None:
    found = normalise_cities(
        pl.Series(["Αθήνα", "Athina", "ATHENS", "臺北市", "台北", "Taipei City", "München", "Munich"])
    )
    assert found["compare"].to_list() == ["athens"] * 3 + ["taipei"] * 3 + ["munich"] * 2


@pytest.mark.parametrize("name", ["Spain", "España", "Espanya", "Ισπανία", "西班牙", "اسپانیا", "ES", "esp", " spain "])
def test_a_country_is_known_in_every_language(name: str) -> None:
    assert country_codes_of(pl.Series([name])).to_list() == ["ES"]


def test_short_legal_forms_are_not_mistaken_for_surnames() -> None:
    names = ["zarlia sau", "MARIA SA", "Joana Sa", "Acme SA", "GRUPO NORTE SA", "Beta, S.L.", "acme gmbh", "ΑΛΦΑ ΑΕ"]
    expected = [False, False, False, True, True, True, True, True]
    assert looks_like_company(pl.Series(names)).to_list() == expected
