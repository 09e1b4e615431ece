"""Fixtures for every slice: database servers that are started once and only if a test asks for them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.browsing import ARGUMENTS, CHROMIUM
from tests.servers import PASSWORD, USER, Server, require, start_mariadb, start_postgres

from onefold.storage import AppDatabase

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed with the least work: a quarter of a second each is for attackers, not for tests."""
    from argon2 import PasswordHasher

    from onefold.access.accounts import passwords

    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL server for the session."""
    server = start_postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Server]:
    """A MariaDB server for the session."""
    server = start_mariadb()
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres_server: Server) -> str:
    """The URL of an empty PostgreSQL database of the test's own."""
    import psycopg

    name = f"db{next(_numbers)}"
    with psycopg.connect(f"{postgres_server.url}/postgres", autocommit=True) as connection:
        connection.execute(f"create database {name}")
    return f"{postgres_server.url}/{name}"


@pytest.fixture
def mariadb_url(mariadb_server: Server) -> str:
    """The URL of an empty MariaDB database of the test's own."""
    import pymysql

    name = f"db{next(_numbers)}"
    with pymysql.connect(
        host="127.0.0.1", port=mariadb_server.port, user=USER, password=PASSWORD, autocommit=True
    ) as connection:
        connection.cursor().execute(f"create database {name} character set utf8mb4")
    return f"{mariadb_server.url}/{name}"


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server) -> str:
    """The name of a PostgreSQL app database that holds nothing yet; copying it is quicker than making its tables."""
    import psycopg

    with psycopg.connect(f"{postgres_server.url}/postgres", autocommit=True) as connection:
        connection.execute("create database empty_app")
    AppDatabase.open(f"{postgres_server.url}/empty_app".replace("postgresql://", "postgresql+psycopg://")).close()
    return "empty_app"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty app database of the test's own, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'app.db'}"
    import psycopg

    server: Server = request.getfixturevalue("postgres_server")
    template: str = request.getfixturevalue("postgres_template")
    name = f"db{next(_numbers)}"
    with psycopg.connect(f"{server.url}/postgres", autocommit=True) as connection:
        connection.execute(f"create database {name} template {template} strategy file_copy")
    return f"{server.url}/{name}".replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture
def app_database(database_url: str) -> Iterator[AppDatabase]:
    """An open app database of each kind."""
    database = AppDatabase.open(database_url)
    yield database
    database.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser; it ends with the module, for while Playwright runs no other event loop can in the same thread."""
    from playwright.sync_api import sync_playwright

    require(CHROMIUM.exists(), "needs /usr/bin/chromium")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()
