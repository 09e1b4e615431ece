"""The app database: point reads and writes about one customer, and configuration state. SQLite or PostgreSQL."""

from onefold.storage.bulk import (
    indexes_deferred,
    insert_arrow,
    measure_tables,
    read_arrow,
    read_table,
    scratch_table,
)
from onefold.storage.database import AppDatabase, aware, metadata
from onefold.storage.idempotency import KeptAnswer, keep_answer, kept_answer
from onefold.storage.outbox import announce, outbox

__all__ = [
    "AppDatabase",
    "KeptAnswer",
    "announce",
    "aware",
    "indexes_deferred",
    "insert_arrow",
    "keep_answer",
    "kept_answer",
    "measure_tables",
    "metadata",
    "outbox",
    "read_arrow",
    "read_table",
    "scratch_table",
]
