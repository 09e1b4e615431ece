"""Saying things: messages from the catalogue, names of fields, numbers and shares.

``say`` fills a message of ``english.py``; numbers are written by ``number`` and ``percent`` alone, so that a share
never appears as 100 % or 0 % when it is not.
"""

from __future__ import annotations

from typing import Any

from onefold.silos.english import ENGLISH


def say(key: str, **values: Any) -> str:
    """The message ``key`` with its gaps filled; whole numbers get separators.

    >>> say("base.customers_of", system="crm")
    'customers of crm'
    """
    shown = {name: number(value) if type(value) is int else value for name, value in values.items()}
    return ENGLISH[key].format(**shown)


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
