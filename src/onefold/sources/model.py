"""What reading a source yields, whatever kind of system it is.

Readers (``sources/files``, ``sources/databases``) turn a location into ``Extract`` objects; ``sources/landing``
brings each into the warehouse exactly once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa


@dataclass(frozen=True)
class BadRow:
    """A row that could not be read."""

    origin: str
    """File (with sheet or member) or table."""
    line: int | None
    """1-based line or row number in the origin, header included."""
    reason: str
    """One line a person can act on."""
    raw: str
    """The text of the row as far as it could be read, at most 10,000 characters."""


@dataclass(frozen=True)
class Cursor:
    """How far a table has been read."""

    column: str
    value: str
    """The highest value of ``column`` that has landed, as text the database can compare."""
    shape: str = ""
    """Fingerprint of the table's columns and types then: a table whose shape changed is read whole again."""


@dataclass(frozen=True)
class Extract:
    """One table of a source, ready to be read once.

    ``batches`` yields Arrow record batches whose columns are ``column_names`` (all strings; null where the source
    has nothing) followed by ``_origin`` (string) and ``_line`` (int64, null for databases). Rows that cannot be
    read go to ``bad_rows`` while the batches are consumed: read it only afterwards.
    """

    table: str
    """Name of the table inside the source: lower-case letters, digits, underscores."""
    column_names: tuple[str, ...]
    declared_types: dict[str, str]
    """Column -> what the source declares ('text' for CSV; 'int64', 'timestamp', 'json' … where it is typed)."""
    fingerprint: str
    """Equal fingerprints mean equal content, so that nothing need be read; empty where that cannot be known."""
    batches: Callable[[], Iterator[pa.RecordBatch]]
    bad_rows: list[BadRow] = field(default_factory=list)
    declared_key: tuple[str, ...] = ()
    """The primary key that the source declares."""
    declared_joins: tuple[tuple[str, str, str], ...] = ()
    """Foreign keys that the source declares: (column, other table, other column)."""
    is_complete: bool = True
    """Whether the batches hold the whole table; False after a cursor, when they hold what is new or changed."""
    cursor: Cursor | None = None
    """Where the next read may start, once these batches have landed."""
    current_keys: Callable[[], Iterator[pa.RecordBatch]] | None = None
    """For incremental reads: the key columns of every row that exists now, so that deletions are noticed."""
    notes: tuple[str, ...] = ()
    """What a person should know about how it was read: 'encoding windows-1253 detected', 'title row skipped'."""


@dataclass(frozen=True)
class LandingReport:
    """What landing one table did."""

    source: str
    table: str
    rows: int
    """Current rows after landing."""
    inserted: int
    updated: int
    deleted: int
    quarantined: int
    columns_added: tuple[str, ...] = ()
    columns_missing: tuple[str, ...] = ()
    types_changed: tuple[tuple[str, str, str], ...] = ()
    """(column, declared before, declared now)."""
    is_unchanged: bool = False
    """The fingerprint was equal: nothing was read."""
    notes: tuple[str, ...] = ()
