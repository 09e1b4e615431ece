"""How the word lists of this package are written: plain text, read as words."""

from __future__ import annotations


def word_list(text: str) -> list[str]:
    """The words of ``text``, which white space sets apart."""
    return text.split()
