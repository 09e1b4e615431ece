"""Fixtures for every slice: database servers that are started once and only if a test asks for them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from tests.servers import PASSWORD, USER, Server, start_mariadb, start_postgres

_numbers = itertools.count(1)


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
