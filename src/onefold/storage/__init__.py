"""The app database: point reads and writes about one customer, and configuration state. SQLite or PostgreSQL."""

from onefold.storage.database import AppDatabase, metadata

__all__ = ["AppDatabase", "metadata"]
