"""The app database's schema is what the tables say, on both databases."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import onefold.build.tables
import onefold.catalog.tables
import onefold.identity.tables
import onefold.profiles.tables  # noqa: F401 - importing registers the tables
from onefold.storage import AppDatabase, metadata


def test_migrations_build_what_the_tables_declare_in_sqlite(tmp_path):
    _compare(f"sqlite:///{tmp_path / 'app.db'}")


def test_migrations_build_what_the_tables_declare_in_postgresql(postgres_url):
    _compare(postgres_url.replace("postgresql://", "postgresql+psycopg://"))


def test_opening_twice_changes_nothing(tmp_path):
    for _ in range(2):
        AppDatabase.open(f"sqlite:///{tmp_path / 'app.db'}").close()
    assert not list(tmp_path.glob("*.before-*"))


def _compare(url: str) -> None:
    database = AppDatabase.open(url)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()
