"""Names of tables and columns made from names of files, sheets and headers.

Two files belong to one family when their names differ only by a date or a running number: ``sales_2020.csv`` and
``sales_2021.csv``. A digit inside a word (``b2b``, ``crm2_contacts``) is part of the name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from anyascii import anyascii

RESERVED_COLUMNS = frozenset({"_key", "_hash", "_from_build", "_to_build", "_origin", "_line"})
"""Columns that landing adds; a source's own column of that name gets a number."""

_LONGEST_NAME = 60
_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    "oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_YEAR = r"(?:19|20)\d\d"
_DATE = re.compile(
    rf"""(?<![^\W_])(?:
        {_YEAR}[-_. ]?(?:0[1-9]|1[0-2])[-_. ]?(?:0[1-9]|[12]\d|3[01])
            (?:[-_.tT ]?\d{{2}}[-_.:]?\d{{2}}(?:[-_.:]?\d{{2}})?[zZ]?)?
      | (?:0?[1-9]|[12]\d|3[01])[-_. ](?:0?[1-9]|1[0-2])[-_. ]{_YEAR}
      | (?:0?[1-9]|1[0-2])[-_. ](?:0?[1-9]|[12]\d|3[01])[-_. ]{_YEAR}
      | {_YEAR}[-_. ]?(?:q[1-4]|w[0-5]?\d|(?:{_MONTH})|0[1-9]|1[0-2])
      | (?:q[1-4]|w[0-5]?\d|(?:{_MONTH})|0[1-9]|1[0-2])[-_. ]?{_YEAR}
      | {_YEAR}[-_.]{_YEAR}
      | {_YEAR}
      | (?:fy|q|h)[-_. ]?\d{{1,4}}
    )(?![^\W_])""",
    re.IGNORECASE | re.VERBOSE,
)
_NUMBER_AT_END = re.compile(
    r"(?:[-_. ]*\(\d+\)|[-_. ]*(?:part|chunk|page)?[-_. ]*\d+(?:[-_. ]*of[-_. ]*\d+)?)$", re.IGNORECASE
)
_PART_ID = re.compile(r"^part-\d{3,}(?:-.*)?$", re.IGNORECASE)


def table_name(text: str) -> str:
    """``text`` as the name of a table: lower-case ASCII letters, digits, underscores; ``table`` where nothing is left.

    >>> table_name("Κρατήσεις 2024")
    'kratiseis_2024'
    >>> table_name("CustomerOrders (copy)")
    'customer_orders_copy'
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", "_", anyascii(_composed(text)))
    name = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:_LONGEST_NAME].strip("_")
    if not name:
        return "table"
    return name if name[0].isalpha() else f"t_{name}"


def _composed(text: str) -> str:
    """Normalise, so that composed and decomposed names agree (file systems differ)."""
    return unicodedata.normalize("NFC", text)


def without_date(stem: str) -> str:
    """The stem without dates; the stem itself where nothing else would be left.

    >>> without_date("Sales_2021-03")
    'Sales'
    """
    rest = _DATE.sub(" ", stem).strip(" -_.")
    return rest if any(character.isalpha() for character in rest) else stem


def without_number(stem: str) -> str:
    """The stem without dates and without a running number at its end; itself where nothing would be left.

    >>> without_number("contacts_2024 (2)")
    'contacts'
    """
    if _PART_ID.match(stem):
        return "part"
    rest = _DATE.sub(" ", _NUMBER_AT_END.sub("", without_date(stem))).strip(" -_.")
    return rest if any(character.isalpha() for character in rest) else stem


def unique_name(name: str, taken: set[str]) -> str:
    """``name``, or ``name_2``, ``name_3`` … : the first not in ``taken``, which it joins. Case does not tell apart."""
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{name}_{number}"
    taken.add(candidate.casefold())
    return candidate


def column_names(headers: Sequence[str]) -> tuple[str, ...]:
    """Unique names for the columns of these headers: blank ones by position, repeated ones numbered.

    >>> column_names(["name", "", "Name"])
    ('name', 'column_2', 'Name_2')
    """
    taken: set[str] = set(RESERVED_COLUMNS)
    cleaned = [clean_header(header) for header in headers]
    # A name that a header gives wins over one made up, wherever the made-up one stands.
    given = {header.casefold() for header in cleaned if header}
    names: list[str] = []
    for position, header in enumerate(cleaned, start=1):
        if header and header.casefold() not in taken:
            taken.add(header.casefold())
            names.append(header)
            continue
        names.append(_made_up_name(header or f"column_{position}", taken, given, is_given=bool(header)))
    return tuple(names)


def _made_up_name(name: str, taken: set[str], given: set[str], *, is_given: bool) -> str:
    """A made-up name that is neither taken nor given to another column."""
    blocked = taken | given
    if not is_given and name.casefold() not in blocked:
        taken.add(name.casefold())
        return name
    number = 2
    while f"{name}_{number}".casefold() in blocked:
        number += 1
    taken.add(f"{name}_{number}".casefold())
    return f"{name}_{number}"


def clean_header(header: str) -> str:
    """A header on one line, without invisible characters or the spaces around it."""
    visible = "".join(character for character in header if character not in "\ufeff\u200b\u200e\u200f\u00ad\x00")
    return " ".join(visible.split())
