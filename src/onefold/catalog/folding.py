"""Text as it is compared here: one case, one width, no accents, one spelling of Persian letters, Latin digits."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_PERSIAN = str.maketrans(
    {"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "\u200c": " ", "\u200f": "", "\u200e": "", "ـ": "", "ς": "σ"}
)
_CAMEL = re.compile(r"(?<=[a-zà-ÿα-ω0-9])(?=[A-ZΑ-Ω])|(?<=[A-Z])(?=[A-Z][a-z])")
_SHORTENED_DATE = re.compile(r"\bημ[/.\-]?ν[/.\-]?ι?α\b")  # 'ΗΜ/ΝΙΑ' is how Greek forms write 'ημερομηνία'
_WORD = re.compile(r"[\u3400-\u9fff]|\d+|[^\W\d_\u3400-\u9fff]+")


def fold(text: str) -> str:
    """``text`` for comparison.

    >>> fold("E-Mail ADRESSE"), fold("Επώνυμο"), fold("１２３"), fold("۱۲۳")
    ('e-mail adresse', 'επωνυμο', '123', '123')
    """
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).casefold().translate(_PERSIAN)
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() and not c.isascii() else c for c in bare)


@lru_cache(maxsize=8192)
def header_words(name: str) -> tuple[str, ...]:
    """The words of a header: split at punctuation, case changes and digits; each Chinese character is a word.

    >>> header_words("shipZipCode1"), header_words("客户姓名")
    (('ship', 'zip', 'code', '1'), ('客', '户', '姓', '名'))
    """
    spaced = _CAMEL.sub(
        " ", unicodedata.normalize("NFKC", name).replace("'", " ").replace("’", " ").replace("#", " no ")
    )
    return tuple(_WORD.findall(_SHORTENED_DATE.sub("ημερομηνια", fold(spaced))))
