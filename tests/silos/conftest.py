from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.silos.company import NOW, SOURCES, Company

from onefold.engines import Engine
from onefold.silos import SiloReport, make_report


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine.open(threads=2)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def report() -> SiloReport:
    """The report on the seeded company."""
    engine = Engine.open(threads=2)
    company = Company().seeded()
    company.fill(engine)
    made = make_report(
        engine, tables=company.tables(), sources=SOURCES, now=NOW, build_no=3, name="Acme", currency="EUR"
    )
    engine.close()
    return made
