"""The common model that every source is brought into, as Arrow schemas of the warehouse's relations.

``record`` is wide (one row per subject) and feeds identity; ``record_value`` is long (one row per subject,
attribute and value) and feeds profiles and the silo report. Raw values stay beside the normalised ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

RECORD = pa.schema(
    [
        ("subject_id", pa.string()),
        ("source", pa.string()),
        ("table_name", pa.string()),
        ("record_key", pa.string()),
        ("kind", pa.string()),  # 'person' or 'organisation'
        ("row_hash", pa.uint64()),  # of the landed version this was conformed from
        ("mapping_hash", pa.string()),  # of the catalogue entry (and rules) it was conformed with
        ("compare_hash", pa.uint64()),  # of the columns by which records are compared (``COMPARED``)
        ("display_name", pa.string()),  # as a person would write it, in the script the source uses
        ("given_name", pa.string()),  # comparison form: lower-case Latin words, "maria jose"
        ("family_name", pa.string()),  # comparison form: lower-case Latin words, "garcia lopez"
        ("generation", pa.string()),  # which bearer of a name in the family: '1' senior, '2' junior, '3', '4'
        ("native_name", pa.string()),  # comparison form in the source's own script where it is not Latin
        ("emails", pa.list_(pa.string())),  # canonical: lower case, no Gmail dots, no plus tag
        ("phones", pa.list_(pa.string())),  # E.164 without extension; digits alone where no country is known
        ("birth_date", pa.string()),  # YYYY-MM-DD, YYYY-MM or YYYY
        ("birth_place", pa.string()),  # comparison form
        ("gender", pa.string()),  # 'female', 'male', 'other'
        ("national_ids", pa.list_(pa.string())),
        ("loyalty_numbers", pa.list_(pa.string())),
        ("usernames", pa.list_(pa.string())),
        ("external_ids", pa.list_(pa.string())),  # 'column name:value'
        ("street", pa.string()),  # comparison form without the number
        ("house_number", pa.string()),
        ("postcode", pa.string()),  # upper case, no spaces
        ("city", pa.string()),  # comparison form
        ("region", pa.string()),  # comparison form
        ("country", pa.string()),  # ISO 3166 alpha-2
        ("company", pa.string()),  # comparison form, legal form removed
        ("domain", pa.string()),  # organisations: web domain
        ("job_title", pa.string()),  # comparison form
        ("created_at", pa.timestamp("us", tz="UTC")),
        ("updated_at", pa.timestamp("us", tz="UTC")),
    ]
)
"""Grain: one row per subject that is a current source record of a person or organisation."""

COMPARED = (
    "subject_id",
    "kind",
    "given_name",
    "family_name",
    "generation",
    "native_name",
    "emails",
    "phones",
    "birth_date",
    "birth_place",
    "gender",
    "national_ids",
    "loyalty_numbers",
    "usernames",
    "external_ids",
    "street",
    "house_number",
    "postcode",
    "city",
    "country",
    "company",
    "domain",
    "job_title",
)
"""The columns of ``record`` that say whose it is; a change in any other leaves its customer as it is."""

COMPARE_HASH = f"hash({', '.join(COMPARED)})"
"""SQL of ``compare_hash``."""

RECORD_VALUE = pa.schema(
    [
        ("subject_id", pa.string()),
        ("attribute", pa.string()),  # a Meaning such as 'email'; 'category:industry' where the column must be told
        ("position", pa.int16()),  # 0, 1 … when a record has several values of the attribute
        ("value", pa.string()),  # normalised for display; null when absence reads as a value (see `absence`)
        ("compare_value", pa.string()),  # equal compare_values mean the same thing
        ("raw", pa.string()),  # exactly what the source says
        ("column_name", pa.string()),
        ("absence", pa.string()),  # why the raw value counts as absent: 'placeholder', 'invalid'; else null
    ]
)
"""Grain: one row per subject, attribute, position; only non-empty raw values."""

EVENT = pa.schema(
    [
        ("event_id", pa.string()),  # 'source.table:record_key'
        ("subject_id", pa.string()),  # the people or organisation record it belongs to, by foreign keys
        ("source", pa.string()),
        ("table_name", pa.string()),
        ("record_key", pa.string()),
        ("row_hash", pa.uint64()),
        ("mapping_hash", pa.string()),
        ("role", pa.string()),  # events, conversations, feedback
        ("event_type", pa.string()),  # 'invoice', 'ticket', 'page_viewed'
        ("occurred_at", pa.timestamp("us", tz="UTC")),
        ("title", pa.string()),
        ("status", pa.string()),
        ("channel", pa.string()),
        ("counterpart", pa.string()),  # the colleague it happened with
        ("amount", pa.decimal128(18, 4)),  # in major units
        ("currency", pa.string()),
        ("score", pa.float64()),
        ("body", pa.string()),  # JSON object of the row's other columns
    ]
)
"""Grain: one row per current row of a table of facts that reaches a subject."""


@dataclass(frozen=True)
class TableReport:
    """What conforming one table did."""

    source: str
    table: str
    role: str
    rows: int
    """Rows of ``record`` or ``event`` now."""
    conformed: int
    """Rows conformed in this run; the others were up to date."""
    deleted: int
    """Rows that vanished because the source has them no more."""


@dataclass(frozen=True)
class ConformReport:
    """What conforming did."""

    tables: tuple[TableReport, ...]
    region: str | None
    """The region of national phone numbers that was used where a row and its source name none."""
    unreached: tuple[str, ...]
    """Tables of facts without a way to any person or organisation; they have no events."""

    @property
    def conformed(self) -> int:
        """Rows conformed in this run."""
        return sum(table.conformed for table in self.tables)
