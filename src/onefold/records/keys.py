"""Comparison forms of single values, for look-ups: the same forms that records are conformed to."""

from __future__ import annotations

import polars as pl

from onefold.records.emails import normalise_emails
from onefold.records.name_columns import full_names, seeded_context
from onefold.records.phones import normalise_phones


def email_key(text: str) -> str | None:
    """The mailbox that an e-mail address reaches; None where the text holds none.

    >>> email_key(" Ana.Puig+news@GoogleMail.com ")
    'anapuig@gmail.com'
    """
    found = normalise_emails(pl.Series([text], dtype=pl.String))["compares"][0]
    return None if found is None else str(found[0])


def phone_key(text: str, region: str | None) -> str | None:
    """A phone number as E.164 (digits alone where no country is known); None where the text holds none.

    >>> phone_key("0034 687 71 56 58", None)
    '+34687715658'
    """
    regions = pl.Series([region], dtype=pl.String)
    found = normalise_phones(pl.Series([text], dtype=pl.String), regions)["compares"][0]
    return None if found is None else str(found[0])


def name_key(text: str) -> str | None:
    """The Latin words of a person's name in alphabetical order, whatever its script, order or case.

    >>> name_key("Puig i Font, Núria") == name_key("NURIA PUIG FONT")
    True
    """
    names = full_names(pl.Series([text], dtype=pl.String), seeded_context())
    given, family = names["given_words"][0], names["family_words"][0]
    words = f"{given or ''} {family or ''}".split()
    return " ".join(sorted(words)) or None
