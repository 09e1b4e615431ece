"""A small warehouse in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from onefold.engines import Engine

settings.register_profile("records", deadline=None, max_examples=30)
settings.load_profile("records")


@pytest.fixture
def engine() -> Iterator[Engine]:
    warehouse = Engine.open()
    warehouse.execute("create schema landed")
    yield warehouse
    warehouse.close()
