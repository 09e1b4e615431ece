"""Which fields speak for or against two records being one customer, and in which levels they may agree.

Levels are numbers in a pair's pattern: -1 means that a side is empty, 0 that both are filled and differ, higher is
closer. The starting values are what one would expect of any company's data; they guide estimation where there is
little data and are outvoted where there is much.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Name(IntEnum):
    """Agreement of a given name or a family name."""

    DIFFERENT = 0
    OTHER_LANGUAGE = 1
    """Given names of which one is Chinese: the other may be one that its bearer chose besides."""
    INITIAL = 2
    ONE_PART = 3
    """One part of a compound name agrees, another does not: José Luis and José Antonio."""
    SIMILAR = 4
    EQUIVALENT = 5
    SAME = 6


class Contact(IntEnum):
    """Agreement of e-mail addresses, phones, ids: the best of all pairs of values."""

    DIFFERENT = 0
    TYPO = 1
    SAME_MAILBOX = 2
    """The local part of an e-mail address, or a phone number but for its country code."""
    SAME_SHARED_BY_MANY = 3
    SAME_SHARED_BY_TWO = 4
    SAME = 5


class Date(IntEnum):
    """Agreement of birth dates."""

    DIFFERENT = 0
    NEAR = 1
    PARTIAL = 2
    TYPO = 3
    SAME = 4


class Place(IntEnum):
    """Agreement of postal addresses."""

    DIFFERENT = 0
    SAME_CITY = 1
    POSTCODE_TYPO = 2
    SAME_STREET_OR_POSTCODE = 3
    SAME_POSTCODE = 4
    SAME_DWELLING = 5


class Word(IntEnum):
    """Agreement of a company, job title or birth place."""

    DIFFERENT = 0
    SIMILAR = 1
    SAME = 2


class Year(IntEnum):
    """Agreement of one record's birth date and the year that the other's mailbox ends with ("ana.soler78@…")."""

    DIFFERENT = 0
    SAME = 1


@dataclass(frozen=True)
class Field:
    """One comparison and what to expect of it."""

    name: str
    levels: type[IntEnum]
    same_person: tuple[float, ...]
    """Probability of each level when both records are one customer."""
    related: tuple[float, ...] | float
    """The same for relatives and colleagues; a number where they agree like strangers, but for this share of them that
    agrees like one person (namesakes, twins)."""
    exact: tuple[int, ...]
    """Levels that mean equal values, so that chance agreement is known from the frequencies."""
    chance_floor: float
    """Smallest probability of chance agreement that any data may suggest."""
    confidence: float = 60.0
    """How many pairs of observation the starting values are worth."""

    of_families: tuple[int, ...] = ()
    """Levels of a personal field that depend on what families have in common, and are learned for relatives too."""

    @property
    def is_personal(self) -> bool:
        """Whether relatives agree on it hardly more than strangers do."""
        return isinstance(self.related, float)


FIELDS = (
    Field("given_name", Name, (0.025, 0.005, 0.01, 0.01, 0.05, 0.12, 0.78), 0.015, (6,), 1e-5, of_families=(1,)),
    Field(
        "family_name",
        Name,
        (0.06, 0.0, 0.01, 0.01, 0.04, 0.10, 0.78),
        (0.13, 0.0, 0.01, 0.03, 0.03, 0.10, 0.70),
        (6,),
        1e-5,
    ),
    Field(
        "email",
        Contact,
        (0.20, 0.05, 0.05, 0.01, 0.04, 0.65),
        (0.88, 0.01, 0.01, 0.03, 0.06, 0.01),
        (3, 4, 5),
        1e-8,
    ),
    Field(
        "phone",
        Contact,
        (0.22, 0.03, 0.01, 0.02, 0.08, 0.64),
        (0.49, 0.02, 0.01, 0.10, 0.35, 0.03),
        (3, 4, 5),
        1e-8,
    ),
    Field("birth_date", Date, (0.02, 0.02, 0.01, 0.05, 0.90), 0.015, (4,), 2e-5),
    Field(
        "address",
        Place,
        (0.10, 0.05, 0.03, 0.06, 0.16, 0.60),
        (0.04, 0.02, 0.02, 0.04, 0.14, 0.74),
        (5,),
        1e-6,
    ),
    Field("national_id", Contact, (0.005, 0.095, 0.0, 0.0, 0.01, 0.89), 1e-4, (3, 4, 5), 1e-9),
    Field(
        "loyalty_number",
        Contact,
        (0.10, 0.03, 0.0, 0.0, 0.02, 0.85),
        (0.85, 0.01, 0.0, 0.04, 0.07, 0.03),
        (3, 4, 5),
        1e-8,
    ),
    Field(
        "account",
        Contact,
        (0.10, 0.0, 0.0, 0.01, 0.04, 0.85),
        (0.85, 0.0, 0.0, 0.05, 0.07, 0.03),
        (3, 4, 5),
        1e-7,
    ),
    Field("gender", Word, (0.03, 0.0, 0.97), 0.0, (2,), 0.2),
    Field("company", Word, (0.20, 0.05, 0.75), (0.30, 0.05, 0.65), (2,), 1e-4),
    Field("job_title", Word, (0.35, 0.10, 0.55), 0.015, (2,), 1e-3),
    Field("generation", Word, (0.02, 0.0, 0.98), (0.97, 0.0, 0.03), (2,), 0.2),
    Field("birth_place", Word, (0.15, 0.05, 0.80), 0.05, (2,), 1e-4),
    Field("mailbox_year", Year, (0.60, 0.40), 0.015, (), 1e-3),
)
"""Every comparison that Onefold knows, in the order of a pattern's columns."""

FIELD_INDEX = {field.name: number for number, field in enumerate(FIELDS)}
