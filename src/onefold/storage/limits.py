"""Queries that must not take long: cut off when their time is over."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

_STEPS = 20_000  # instructions of SQLite between two looks at the clock; about a millisecond
_CANCELLED = "57014"  # PostgreSQL: query_canceled


class TimeIsUp(Exception):
    """A query took longer than it was given."""


@contextmanager
def time_limited(connection: sa.Connection, seconds: float) -> Iterator[None]:
    """Cut off the queries of the block when together they take longer than ``seconds``.

    The transaction goes on.

    Raises:
        TimeIsUp: they took longer.
    """
    limit = _limited_sqlite if connection.dialect.name == "sqlite" else _limited_postgresql
    try:
        with limit(connection, seconds):
            yield
    except sa.exc.DBAPIError as error:
        if "interrupted" in str(error.orig) or getattr(error.orig, "sqlstate", None) == _CANCELLED:
            raise TimeIsUp from error
        raise


@contextmanager
def _limited_sqlite(connection: sa.Connection, seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + seconds
    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


@contextmanager
def _limited_postgresql(connection: sa.Connection, seconds: float) -> Iterator[None]:
    with connection.begin_nested():
        connection.exec_driver_sql(f"set local statement_timeout = {max(1, round(seconds * 1000))}")
        yield
        connection.exec_driver_sql("set local statement_timeout to default")
