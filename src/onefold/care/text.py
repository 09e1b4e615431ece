"""Texts that people type: kept as they are, refused where they cannot be kept."""

from __future__ import annotations

import re
import unicodedata

from onefold.errors import InvalidInput

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")


def checked(text: str, what: str, *, longest: int, may_be_empty: bool = False) -> str:
    """``text`` without white space around it.

    Args:
        text: as typed; any script, any direction, HTML too (it is only ever shown as text).
        what: names it in the error.
        longest: in characters.
        may_be_empty: whether nothing is a value.

    Raises:
        InvalidInput: empty, too long, or with characters that no database keeps.
    """
    if bad := _UNSTORABLE.search(text):
        raise InvalidInput(f"{what} holds U+{ord(bad[0]):04X}, which is not text", hint="Remove the character.")
    text = text.strip()
    if not text and not may_be_empty:
        raise InvalidInput(f"{what} is empty", hint="Write something first.")
    if len(text) > longest:
        raise InvalidInput(
            f"{what} has {len(text):,} characters; {longest:,} fit",
            hint="Shorten it, or attach a file.",
            longest=longest,
        )
    return text


def folded(name: str) -> str:
    """The form in which two names that read the same are equal: width, case, spaces and invisible marks aside.

    >>> folded("  VIP\u200b  Ｋunde ") == folded("vip kunde")
    True
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", name)).casefold()
    return " ".join(unicodedata.normalize("NFKC", plain).split())


def excerpt(text: str, longest: int = 140) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
