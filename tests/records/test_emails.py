import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onefold.records import email_key
from onefold.records.emails import normalise_emails

LOCAL = st.from_regex(r"[a-z][a-z0-9]{0,8}(\.[a-z0-9]{1,6})?(\+[a-z]{1,4})?", fullmatch=True)
DOMAIN = st.sampled_from(["gmail.com", "googlemail.com", "orange.fr", "mail.puig.cat", "empresa.example"])


def answers(*raw: str) -> list[tuple[list[str] | None, list[str] | None, str | None]]:
    return normalise_emails(pl.Series(list(raw), dtype=pl.String)).rows()


@given(LOCAL, DOMAIN)
def test_key_of_a_key_is_the_key(local: str, domain: str) -> None:
    key = email_key(f"{local}@{domain}")
    assert key is None or email_key(key) == key


@given(LOCAL, DOMAIN)
def test_case_and_spaces_do_not_matter(local: str, domain: str) -> None:
    address = f"{local}@{domain}"
    assert email_key(f"  {address.upper()} ") == email_key(address)


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ("Ana.Puig+shop@GoogleMail.com", "anapuig@gmail.com"),
        ("ana.puig+shop@orange.fr", "ana.puig@orange.fr"),
        ("Ana Puig <ana@puig.cat>", "ana@puig.cat"),
        ("mailto:ana@puig.cat", "ana@puig.cat"),
        ("ana @ puig . cat", "ana@puig.cat"),
        ("ａｎａ＠puig.cat", "ana@puig.cat"),
        ("ana(at)puig.cat", "ana@puig.cat"),
        ("info@puig.cat", "info@puig.cat"),
    ],
)
def test_an_address_is_found_however_it_is_written(raw: str, key: str) -> None:
    assert email_key(raw) == key


def test_mistyped_domain_is_kept_as_the_source_says() -> None:
    assert answers("ana@gmial.com") == [(["ana@gmial.com"], ["ana@gmial.com"], None)]


def test_several_addresses_in_one_field_are_several_values() -> None:
    assert answers("ana@puig.cat; Pau@puig.cat")[0][0] == ["ana@puig.cat", "pau@puig.cat"]


@pytest.mark.parametrize(
    "raw", ["N/A", "-", "test@test.com", "noemail@example.com", "no@email.com", "na@na.com", "customer@example.com"]
)
def test_addresses_of_nobody_are_placeholders(raw: str) -> None:
    assert answers(raw) == [(None, None, "placeholder")]


@pytest.mark.parametrize("raw", ["ana", "ana@", "@puig.cat", "ana@localhost", "ana@@puig.cat"])
def test_what_is_no_address_is_invalid(raw: str) -> None:
    assert answers(raw) == [(None, None, "invalid")]


def test_ana_at_example_com_is_somebody() -> None:
    assert email_key("ana@example.com") == "ana@example.com"
