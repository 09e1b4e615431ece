"""Passwords: what is refused, and how the others are kept.

Length comes first (NIST SP 800-63B-4, section 3.1.1.2): no composition rules, no expiry, every character of every
script counts. Kept as Argon2id (RFC 9106, the second recommended option: 64 MiB, 3 passes, 4 lanes).
"""

from __future__ import annotations

import os
import re
import secrets
import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from onefold.errors import InvalidInput

SHORTEST, LONGEST = 12, 1000

HASHER = PasswordHasher()
"""64 MiB per computation."""

_at_once = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
"""Each computation takes 64 MiB and a core; a flood of attempts waits instead of taking the memory."""

# fmt: off
_COMMON_WORDS = (
    "password", "passwort", "contrasenya", "contraseña", "parola", "senha", "motdepasse", "kodikos", "welcome",
    "benvingut", "letmein", "admin", "administrator", "root", "login", "master", "secret", "dragon", "monkey",
    "football", "baseball", "princess", "sunshine", "iloveyou", "superman", "batman", "trustno", "shadow", "summer",
    "winter", "spring", "autumn", "qwerty", "qwertyuiop", "asdfghjkl", "zxcvbnm", "azerty", "qwertz", "changeme",
    "default", "test", "tester", "guest", "user", "hello", "onefold", "customer", "mima", "woaini",
)
# fmt: on
_ROWS = (
    "1234567890",
    "0987654321",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv",
    "abcdefghijklmnopqrstuvwxyz",
)
_LEET = str.maketrans("0134578@$!", "oieastbasi")


def normalised(password: str) -> str:
    """The password as it is hashed: NFC, so that every keyboard's way of composing letters is the same."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, *, about: tuple[str, ...] = ()) -> str:
    """The normalised password, if it may be used.

    Args:
        password: as it was typed.
        about: e-mail, name, name of the workspace; what anybody knows may not be most of the password.

    Raises:
        InvalidInput: it may not; ``reason`` is one of too_short, too_long, known, common, repeated.
    """
    text = normalised(password)
    if len(text) < SHORTEST:
        raise _refused("too_short", f"A password has at least {SHORTEST} characters; a few words together are good.")
    if len(text) > LONGEST:
        raise _refused("too_long", f"A password has at most {LONGEST:,} characters.")
    bare = text.casefold()
    if _is_mostly_known(bare, about):
        raise _refused("known", "Do not build the password on your name, e-mail or company.")
    if len(set(bare)) < 5 or _is_walk(bare):
        raise _refused("repeated", "Do not repeat the same few characters or walk along the keyboard.")
    if _core(bare) in _common():
        raise _refused("common", "This is among the passwords that are tried first. Take a few unrelated words.")
    return text


def hash_password(password: str) -> str:
    """The Argon2id hash of a password that ``check_password`` let pass."""
    with _at_once:
        return HASHER.hash(normalised(password))


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one; takes as long where there is no hash to compare with."""
    text = normalised(password[: LONGEST + 1])
    with _at_once:
        try:
            return HASHER.verify(password_hash or _nobodys_hash(), text) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than those of today."""
    return HASHER.check_needs_rehash(password_hash)


@cache
def _nobodys_hash_of(hasher: PasswordHasher) -> str:
    return hasher.hash(secrets.token_urlsafe(32))


def _nobodys_hash() -> str:
    return _nobodys_hash_of(HASHER)


def warm_up() -> None:
    """Make the hash that unknown accounts are compared with before somebody could time it."""
    _nobodys_hash()


def _refused(reason: str, message: str) -> InvalidInput:
    return InvalidInput(message, hint="Choose another password.", reason=reason)


def _known(about: tuple[str, ...]) -> set[str]:
    words: set[str] = set()
    for text in about:
        folded = unicodedata.normalize("NFC", text).casefold().strip()
        words |= {folded, folded.replace(" ", ""), *re.split(r"[\s@._+\-]+", folded)}
    return {word for word in words if len(word) >= 4}


def _is_mostly_known(text: str, about: tuple[str, ...]) -> bool:
    rest = text
    for known in sorted(_known(about), key=len, reverse=True):
        rest = rest.replace(known, "")
    return rest != text and len(rest) < SHORTEST - 4


def _core(text: str) -> str:
    """What remains of a password without the decoration that policies teach: leet, digits and signs at the ends."""
    return re.sub(r"[\W\d_]+$|^[\W\d_]+", "", text).translate(_LEET) or re.sub(r"\W+", "", text)


@cache
def _common() -> frozenset[str]:
    """The usual words, alone, doubled, and two together."""
    words = set(_COMMON_WORDS)
    return frozenset(words | {word * 2 for word in words} | {one + two for one in words for two in words})


def _is_walk(text: str) -> bool:
    """Whether it is made of long pieces of keyboard rows, the alphabet or counting, or repeats one short piece."""
    if re.fullmatch(r"(.{1,4})\1{2,}.{0,3}", text):
        return True
    rows = (*_ROWS, *(row[::-1] for row in _ROWS))
    rest = text
    for row in rows:
        for length in range(len(row), 3, -1):
            for start in range(len(row) - length + 1):
                rest = rest.replace(row[start : start + length], "")
    return len(rest) <= 3
