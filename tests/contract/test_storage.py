"""The app database's schema is what the tables say, on both databases."""

from __future__ import annotations

from importlib import import_module

import pytest
import sqlalchemy as sa
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from onefold.storage import AppDatabase, metadata
from onefold.storage import database as opening


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
    monkeypatch.setattr(metadata, "create_all", _create_some)
    with pytest.raises(KeyboardInterrupt):
        AppDatabase.open(f"sqlite:///{tmp_path / 'app.db'}")
    monkeypatch.undo()
    _compare(f"sqlite:///{tmp_path / 'app.db'}")


def _create_some(connection, **_options):
    for table in metadata.sorted_tables[:5]:
        table.create(connection)
    raise KeyboardInterrupt


def test_a_migration_that_is_cut_leaves_nothing_behind(postgres_url, monkeypatch):
    real, made = op.create_table, []

    def failing(name, *rest, **options):
        made.append(name)
        if len(made) == 5:
            raise KeyboardInterrupt
        return real(name, *rest, **options)

    url = postgres_url.replace("postgresql://", "postgresql+psycopg://")
    monkeypatch.setattr(op, "create_table", failing)
    engine = sa.create_engine(url)
    with pytest.raises(KeyboardInterrupt), opening._write_transaction(engine) as connection:
        opening._upgrade(connection)
    engine.dispose()
    monkeypatch.undo()
    _compare(url)


def _compare(url: str) -> None:
    for name in opening.TABLE_MODULES:
        import_module(name)
    engine = sa.create_engine(url)
    with opening._write_transaction(engine) as connection:
        opening._upgrade(connection)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
    AppDatabase.open(url).close()
