"""Parts of accounts that need no server: passwords, the vault, waits, names and addresses."""

from __future__ import annotations

import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onefold.access import Vault
from onefold.access.accounts import attempts, passwords, sign_on, users
from onefold.errors import EngineFailed, InvalidInput

ABOUT = ("ana.garcia@example.com", "Ana García", "Acme")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "too_short"),
        ("elevenchars", "too_short"),
        ("a" * 1001, "too_long"),
        ("ana.garcia@example.com", "known"),
        ("AnaGarcía1234", "known"),
        ("garcia-garcia", "known"),
        ("example12345", "known"),
        ("Password2024!", "common"),
        ("p@ssw0rdp@ssw0rd", "common"),
        ("WelcomeAdmin1!", "common"),
        ("123456789012", "repeated"),
        ("qwertyuiop12", "repeated"),
        ("aaaaaaaaaaaaaaa", "repeated"),
        ("abcabcabcabcabc", "repeated"),
        ("poiuytrewq0987", "repeated"),
        ("abcdefghijklmnop", "repeated"),
    ],
)
def test_bad_passwords_are_refused_with_a_reason(password, reason):
    with pytest.raises(InvalidInput) as refused:
        passwords.check_password(password, about=ABOUT)
    assert refused.value.fields["reason"] == reason


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "ñandú-λόγος-王小明-سلام",
        "acme sells eleven green rockets",
        "        spaces matter here    ",
        "twelve chars",
        "🙂🙃🐢🦊🐙🦉🦀🐝🌵🍄🌈🔥",
    ],
)
def test_good_passwords_pass_in_every_script_without_rules_of_composition(password):
    assert passwords.check_password(password, about=ABOUT) == unicodedata.normalize("NFC", password)


@given(st.text(min_size=1, max_size=60).filter(lambda text: max(text) < "\ud800" or min(text) > "\udfff"))
def test_a_password_is_itself_however_its_letters_are_composed(password):
    hashed = passwords.hash_password(unicodedata.normalize("NFD", password))
    assert passwords.verify_password(hashed, unicodedata.normalize("NFC", password))
    assert not passwords.verify_password(hashed, password + "x")
    assert not passwords.verify_password(None, password)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_the_vault_gives_back_what_was_sealed_for_the_same_purpose_only(text, purpose):
    vault = Vault(b"k" * 32)
    sealed = vault.seal(text, purpose=purpose)
    assert vault.unseal(sealed, purpose=purpose) == text
    assert vault.seal(text, purpose=purpose) != sealed
    for other, name in ((Vault(b"x" * 32), purpose), (vault, purpose + "x")):
        with pytest.raises(EngineFailed):
            other.unseal(sealed, purpose=name)


@pytest.mark.parametrize("sealed", ["", "v1.", "v1.AAAA", "v2.AAAA", "v1.é", "v1." + "A" * 80])
def test_what_was_never_sealed_is_refused(sealed):
    with pytest.raises(EngineFailed):
        Vault(bytes(32)).unseal(sealed, purpose="x")


def test_waits_double_and_end_at_a_quarter_of_an_hour():
    waits = [attempts.wait_after(failures, 5) for failures in range(200)]
    assert waits[:5] == [timedelta()] * 5
    assert waits == sorted(waits)
    assert waits[-1] == attempts.LONGEST_WAIT


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("203.0.113.9", "address 203.0.113.9"),
        ("::ffff:203.0.113.9", "address 203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "address 2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "address 2001:db8:1:2::/64"),
        (None, "address unknown"),
        ("not an address", "address not an address"),
    ],
)
def test_addresses_count_as_one_customer_of_a_provider_has_them(address, subject):
    assert attempts.address_subject(address) == subject


@given(st.text(max_size=80))
def test_an_address_that_is_accepted_is_one_line_and_stays_the_same(text):
    try:
        folded = users.fold_email(text)
    except InvalidInput:
        return
    assert users.fold_email(folded) == folded
    assert len(folded.split()) == 1
    assert folded.count("@") == 1


@given(st.text(max_size=200))
def test_sign_on_leads_back_to_pages_of_ours_only(path):
    safe = sign_on.safe_path(path)
    assert safe.startswith("/")
    assert not safe.startswith(("//", "/\\"))
    assert "\n" not in safe
    assert "\r" not in safe
