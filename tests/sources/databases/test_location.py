"""Locations of databases as people write them."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.servers import require

from onefold.errors import InvalidInput, Unsupported
from onefold.settings import SourceSettings
from onefold.sources.databases import open_database
from onefold.sources.databases.location import find_location


def _find(text, **secrets):
    return find_location("shop", text, base=Path("/"), secrets=secrets)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("postgresql://a@h/db", "postgresql"),
        ("postgres://a@h/db", "postgresql"),
        ("MySQL://a@h/db", "mysql"),
        ("mariadb://a@h/db", "mysql"),
        ("mssql+pyodbc://a@h/db", "sqlalchemy"),
        ("mysql+pymysql://a@h/db", "sqlalchemy"),
    ],
)
def test_the_scheme_tells_the_kind(text, kind):
    assert _find(text).kind == kind


@pytest.mark.parametrize("secret", ["p@ss", "a/b", "a:b", "50%off", "#?[]", "ünï", "p%40ss"])
def test_a_secret_of_any_characters_is_the_password(secret):
    found = _find("postgresql://ana:${SHOP_PW}@h:1/db", SHOP_PW=secret)
    assert found.secret == ("p@ss" if secret == "p%40ss" else secret)
    assert secret not in found.shown


def test_a_whole_location_may_be_a_secret():
    assert _find("${SHOP_URL}", SHOP_URL="postgresql://a:b@h/db").url == "postgresql://a:b@h/db"


def test_an_at_sign_left_in_a_password_does_not_leak_into_the_host():
    found = _find("postgresql://ana:p@ss@host/db")
    assert found.secret == "p@ss"
    assert found.url == "postgresql://ana:p%40ss@host/db"


def test_a_url_that_cannot_be_read_is_not_repeated():
    with pytest.raises(InvalidInput) as refused:
        _find("postgresql://ana:pa/ss@host/db")
    assert "pa" not in refused.value.message.replace("shop", "")


def test_a_missing_variable_is_named():
    with pytest.raises(InvalidInput, match="SHOP_PW is not set"):
        _find("postgresql://ana:${SHOP_PW}@h/db")


@pytest.mark.slow
def test_an_unknown_dialect_and_a_missing_driver_say_what_to_install():
    require(find_spec("dlt"), "needs the extra dlt")
    for location, text in {"nosuch://a@h/db": "no dialect", "mssql+pyodbc://a@h/db": "driver pyodbc"}.items():
        with pytest.raises(Unsupported, match=text) as refused:
            list(open_database("shop", SourceSettings(location=location), base=Path("/")))
        assert "pip install" in refused.value.hint


def test_a_missing_extra_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "dlt", None)
    with pytest.raises(Unsupported) as refused:
        list(open_database("shop", SourceSettings(location="mssql+pyodbc://a@h/db"), base=Path("/")))
    assert "pip install 'onefold[dlt]'" in refused.value.hint
