"""Saying things: messages from the catalogue, names of fields and columns, numbers and shares.

``say`` fills a message of ``english.py``; numbers are written by ``number`` and ``percent`` alone, so that a share
never appears as 100 % or 0 % when it is not.
"""

from __future__ import annotations

import re
from string import Formatter
from typing import Any

from onefold.silos.english import ENGLISH, singular


class _Message(Formatter):
    """Whole numbers get separators; ``{count:system|systems}`` is the word for that count."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return one if value == 1 else many
        return number(value) if type(value) is int else super().format_field(value, format_spec)


_MESSAGE = _Message()


def say(key: str, **values: Any) -> str:
    """The message ``key`` with its gaps filled; a base of one reads in the singular.

    >>> say("base.customers_of", system="crm")
    'customers of crm'
    >>> say("page.screens.many", count=1), say("page.screens.many", count=1200)
    ('1 system', '1,200 systems')
    """
    if "base_label" in values and "base" in values:
        values["base_label"] = singular(values["base_label"]) if values["base"] == 1 else values["base_label"]
    return _MESSAGE.vformat(ENGLISH[key], (), values)


def counted(count: int, label: str) -> str:
    """A count with what it counts.

    >>> counted(1, "customers who live in more than one system"), counted(2, "records of crm")
    ('1 customer who lives in more than one system', '2 records of crm')
    """
    return f"{number(count)} {singular(label) if count == 1 else label}"


def column_word(name: str) -> str:
    """A column's name as people would say it.

    >>> column_word("lead_source"), column_word("SignupSource"), column_word("Teléfono"), column_word("  ")
    ('lead source', 'signup source', 'teléfono', '  ')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    words = [word if word.isupper() else word.lower() for word in re.split(r"[_\s]+", spaced) if word]
    return " ".join(words) or name


def field_label(name: str) -> str:
    """What people call an attribute or field.

    >>> field_label("email"), field_label("tier")
    ('E-mail', 'Tier')
    """
    return ENGLISH.get(f"field.{name}") or name.replace("_", " ").capitalize()


def field_word(name: str) -> str:
    """The same inside a sentence.

    >>> field_word("email"), field_word("birth_date")
    ('e-mail', 'birth date')
    """
    label = field_label(name)
    return label[:1].lower() + label[1:]


def number(value: float) -> str:
    """A count, or a mean to one decimal place.

    >>> number(12345), number(2.25), number(2.0)
    ('12,345', '2.2', '2.0')
    """
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def percent(value: float | None) -> str:
    """A share; never '100 %' or '0 %' unless it is exactly that, and a dash where the base is empty.

    >>> percent(0.9996), percent(1), percent(0.0004), percent(0.123), percent(None)
    ('> 99 %', '100 %', '< 1 %', '12 %', '–')
    """
    if value is None:
        return "–"
    if 0 < value < 0.01:
        return "< 1 %"
    if 0.99 < value < 1:
        return "> 99 %"
    return f"{value * 100:.0f} %"


def listed(names: list[str]) -> str:
    """Names as a sentence has them.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else ""
