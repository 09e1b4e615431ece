"""The app database: point reads and writes about one customer, and configuration state. SQLite or PostgreSQL."""

from onefold.storage.bulk import indexes_deferred, insert_arrow, read_arrow, read_table, scratch_table
from onefold.storage.database import AppDatabase, metadata

__all__ = ["AppDatabase", "indexes_deferred", "insert_arrow", "metadata", "read_arrow", "read_table", "scratch_table"]
