"""The catalogue's words: what a table is for, what a column means, how tables join. Frozen values, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

BY_A_PERSON = "set in onefold.yaml"
"""The reason of what a person said."""


class Role(StrEnum):
    """What a table holds."""

    PEOPLE = "people"
    ORGANISATIONS = "organisations"
    EVENTS = "events"
    """Things that happened: orders, order lines, invoices, payments, logins, referrals, returns."""
    CONVERSATIONS = "conversations"
    """Tickets, calls, chats, messages."""
    FEEDBACK = "feedback"
    """Survey responses, ratings, reviews."""
    REFERENCE = "reference"
    """Anything else: products, calendars, territories, codes."""


class Meaning(StrEnum):
    """What a column means. A column that means none of these is ``other``."""

    # who
    RECORD_KEY = "record_key"
    """The key of the row itself."""
    FOREIGN_KEY = "foreign_key"
    """Points at a row of another table (see joins)."""
    EXTERNAL_ID = "external_id"
    """An id of this row or person in some other system."""
    FULL_NAME = "full_name"
    GIVEN_NAME = "given_name"
    MIDDLE_NAME = "middle_name"
    FAMILY_NAME = "family_name"
    SECOND_FAMILY_NAME = "second_family_name"
    NAME_PREFIX = "name_prefix"
    NAME_SUFFIX = "name_suffix"
    USERNAME = "username"
    EMAIL = "email"
    PHONE = "phone"
    BIRTH_DATE = "birth_date"
    BIRTH_PLACE = "birth_place"
    GENDER = "gender"
    LANGUAGE = "language"
    NATIONAL_ID = "national_id"
    LOYALTY_NUMBER = "loyalty_number"
    JOB_TITLE = "job_title"
    COMPANY = "company"
    """The name of an organisation: the employer in a table of people, the row itself in one of organisations."""
    DOMAIN = "domain"
    WEBSITE = "website"
    # where
    ADDRESS = "address"
    """A whole postal address in one field."""
    STREET = "street"
    """Street and number, or street alone."""
    HOUSE_NUMBER = "house_number"
    ADDRESS_EXTRA = "address_extra"
    """Second address line, flat, floor."""
    CITY = "city"
    REGION = "region"
    POSTCODE = "postcode"
    COUNTRY = "country"
    # standing with the company
    STATUS = "status"
    TIER = "tier"
    """Level, plan or membership class."""
    OWNER = "owner"
    """The colleague who is responsible for, or spoke with, the customer."""
    CONSENT = "consent"
    CHANNEL = "channel"
    """E-mail, phone, chat, web, shop …"""
    CATEGORY = "category"
    """A value from a short list that means none of the above: segment, industry, type, priority."""
    # when
    CREATED_AT = "created_at"
    """When the row (the customer relation, the ticket) began."""
    UPDATED_AT = "updated_at"
    """When the source last changed or saw the row."""
    EVENT_TIME = "event_time"
    """When the thing happened."""
    DATE = "date"
    """Any other date or time."""
    # what
    EVENT_TYPE = "event_type"
    TITLE = "title"
    """A subject line or short name of the thing."""
    TEXT = "text"
    """Free text: message, comment, notes."""
    SCORE = "score"
    """A rating; the scale is in the column's details."""
    AMOUNT = "amount"
    """Money; the unit (major or minor) is in the column's details."""
    CURRENCY = "currency"
    QUANTITY = "quantity"
    MEASURE = "measure"
    """Any other number that is counted or measured."""
    FLAG = "flag"
    """Yes or no, other than consent."""
    PRODUCT = "product"
    JSON = "json"
    """A nested value."""
    EMPTY = "empty"
    """No row holds a value."""
    OTHER = "other"


@dataclass(frozen=True)
class Column:
    """One column as understood."""

    name: str
    meaning: Meaning
    confidence: float
    """0 to 1; 1 where a person said so."""
    reason: str
    """Why, in one line a person can check: 'header "e-mail" and 98 % of values look like e-mail addresses'."""
    details: dict[str, Any] = field(default_factory=dict)
    """What conforming needs and the report shows: ``date_order`` ('dmy', 'mdy', 'ymd'), ``date_calendar``
    ('gregorian', 'jalali', 'roc'), ``scale`` ([0, 10]), ``unit`` ('minor', 'major'), ``region`` (ISO country of
    national phone numbers), ``only_where`` ({"column", "values"}: the rows in which a name is a colleague's; in the
    others it is the customer's own), ``filled`` (share of rows with a value), ``distinct`` (count), ``examples``
    (≤ 3)."""


@dataclass(frozen=True)
class Join:
    """A column whose values point at the key of another table."""

    column: str
    to_source: str
    to_table: str
    to_column: str
    coverage: float
    """Share of the column's distinct values that exist in the target."""
    confidence: float
    reason: str


@dataclass(frozen=True)
class Table:
    """One table as understood."""

    source: str
    name: str
    role: Role
    confidence: float
    reason: str
    key: tuple[str, ...]
    """The columns that identify a row; empty where none do (rows are then known by their content)."""
    rows: int
    columns: tuple[Column, ...]
    joins: tuple[Join, ...] = ()

    @property
    def full_name(self) -> str:
        """``source.table``."""
        return f"{self.source}.{self.name}"

    def with_meaning(self, *meanings: Meaning) -> tuple[Column, ...]:
        """The columns that mean one of ``meanings``, in table order."""
        return tuple(column for column in self.columns if column.meaning in meanings)
