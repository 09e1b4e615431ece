"""The app database's schema is what the tables say, on both databases."""

from __future__ import annotations

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import onefold.build.tables
import onefold.catalog.tables
import onefold.identity.tables
import onefold.profiles.tables  # noqa: F401 - importing registers the tables
from onefold.errors import EngineFailed
from onefold.storage import AppDatabase, fresh, metadata


def test_migrations_build_what_the_tables_declare_in_sqlite(tmp_path):
    _compare(f"sqlite:///{tmp_path / 'app.db'}")


def test_migrations_build_what_the_tables_declare_in_postgresql(postgres_url):
    _compare(postgres_url.replace("postgresql://", "postgresql+psycopg://"))


def test_opening_twice_changes_nothing(tmp_path):
    for _ in range(2):
        AppDatabase.open(f"sqlite:///{tmp_path / 'app.db'}").close()
    assert not list(tmp_path.glob("*.before-*"))


def test_the_newest_migration_is_the_head():
    from alembic.script import ScriptDirectory

    from onefold.storage import database

    assert ScriptDirectory(str(database._MIGRATIONS)).get_current_head() == database.HEAD


def test_a_schema_that_is_cut_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(fresh, "STATEMENTS", (*fresh.STATEMENTS[:5], "create nonsense"))
    with pytest.raises(EngineFailed):
        AppDatabase.open(f"sqlite:///{tmp_path / 'app.db'}")
    monkeypatch.undo()
    _compare(f"sqlite:///{tmp_path / 'app.db'}")


def test_a_migration_that_is_cut_leaves_nothing_behind(postgres_url, monkeypatch):
    real, made = op.create_table, []

    def failing(name, *rest, **options):
        made.append(name)
        if len(made) == 5:
            raise KeyboardInterrupt
        return real(name, *rest, **options)

    url = postgres_url.replace("postgresql://", "postgresql+psycopg://")
    monkeypatch.setattr(op, "create_table", failing)
    with pytest.raises(KeyboardInterrupt):
        AppDatabase.open(url)
    monkeypatch.undo()
    _compare(url)


def _compare(url: str) -> None:
    database = AppDatabase.open(url)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()
