"""Names of files that people bring: kept readable in any script, without what misleads readers or programs."""

from __future__ import annotations

import re
import unicodedata

LONGEST_BYTES = 180
"""Of a name in UTF-8: file systems take 255, and whoever saves it may add to it."""

_JOINERS = "\u200c\u200d"  # Persian and Indic scripts are written with them
_MISLEADING = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?", re.IGNORECASE)


def safe_name(name: str) -> str:
    """A name that means the same to every reader, file system and browser, and no folder.

    Folders before the last slash or backslash go, as do control characters and marks that turn the direction of
    reading; what file systems forbid becomes ``_``. Letters of every script stay.

    >>> safe_name("../../etc/passwd"), safe_name("invoice\u202efdp.exe"), safe_name("گزارش ۱۴۰۵.pdf")
    ('passwd', 'invoicefdp.exe', 'گزارش ۱۴۰۵.pdf')
    """
    name = name.encode("utf-8", "ignore").decode("utf-8")
    name = _MISLEADING.sub("", unicodedata.normalize("NFC", name))
    name = re.split(r"[/\\\u2044\u2215\u29f5\uff0f\uff3c]", name)[-1]
    name = "".join(" " if character.isspace() else character for character in name if _is_kept(character))
    name = _FORBIDDEN.sub("_", " ".join(name.split()))
    name = _shortened(name.strip(". "))
    if not name.strip("_" + _JOINERS) or name.startswith("."):
        return "file"
    return f"_{name}" if _DEVICES.fullmatch(name) else name


def extension_of(name: str) -> str:
    """The lower-case ending after the last dot, without it; nothing where there is none."""
    stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and stem else ""


def _is_kept(character: str) -> bool:
    return (
        character in _JOINERS
        or character.isspace()
        or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )


def _shortened(name: str) -> str:
    """At most ``LONGEST_BYTES``, keeping the ending."""
    if len(name.encode()) <= LONGEST_BYTES:
        return name
    ending = extension_of(name)
    ending = f".{ending}" if ending and len(ending.encode()) <= 20 else ""
    stem = name[: len(name) - len(ending)].encode()[: LONGEST_BYTES - len(ending.encode())].decode("utf-8", "ignore")
    return stem.rstrip(". ") + ending
