"""What opening an app database promises."""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event

from onefold.storage import AppDatabase
from onefold.storage import database as opening


def _schema(path: Path) -> list[tuple[str, str, list[str]]]:
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("select type, name, sql from sqlite_schema where sql is not null")
        found = [(kind, name, _parts(sql)) for kind, name, sql in rows]
    engine.dispose()
    return sorted(found)


def _parts(sql: str) -> list[str]:
    """A definition without spaces, its columns and constraints in one order."""
    return sorted(re.split(r",(?![^(]*\))", re.sub(r"\s+", "", sql).removesuffix(")").replace("(", "(,", 1)))


def _version(path: Path) -> str:
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        version = connection.exec_driver_sql("select version_num from alembic_version").scalar_one()
    engine.dispose()
    return str(version)


def test_a_new_database_is_what_the_migrations_make(tmp_path):
    AppDatabase.open(f"sqlite:///{tmp_path}/fresh.db").close()
    engine = sa.create_engine(f"sqlite:///{tmp_path}/migrated.db")
    event.listen(engine, "connect", opening._configure_sqlite)
    with opening._write_transaction(engine) as connection:
        opening._upgrade(connection)
    engine.dispose()
    assert _schema(tmp_path / "fresh.db") == _schema(tmp_path / "migrated.db")
    assert _version(tmp_path / "fresh.db") == _version(tmp_path / "migrated.db") == opening.HEAD


def test_opening_twice_changes_nothing(tmp_path):
    for _ in range(2):
        AppDatabase.open(f"sqlite:///{tmp_path}/app.db").close()
        schema = _schema(tmp_path / "app.db")
    assert schema == _schema(tmp_path / "app.db")
