"""The one migration tree, for SQLite and PostgreSQL."""
