"""The app database's schema is what the tables say, on both databases."""

from __future__ import annotations

import pytest
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


def test_the_newest_migration_is_the_head():
    from alembic.script import ScriptDirectory

    from onefold.storage import database

    assert ScriptDirectory(str(database._MIGRATIONS)).get_current_head() == database.HEAD


def test_a_migration_that_is_cut_leaves_nothing_behind(tmp_path, monkeypatch):
    from alembic import op

    real, made = op.create_table, []

    def failing(name, *rest, **options):
        made.append(name)
        if len(made) == 5:
            raise KeyboardInterrupt
        return real(name, *rest, **options)

    monkeypatch.setattr(op, "create_table", failing)
    with pytest.raises(KeyboardInterrupt):
        AppDatabase.open(f"sqlite:///{tmp_path / 'app.db'}")
    monkeypatch.undo()
    _compare(f"sqlite:///{tmp_path / 'app.db'}")
