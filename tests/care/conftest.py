"""An office on each kind of app database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.care.office import Office

from onefold.settings import ServerSettings, Settings
from onefold.workspace import Workspace


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[Office]:
    """A new workspace that takes files of up to 1 MB."""
    url = None if database_url.startswith("sqlite") else database_url
    settings = Settings(name="acme", database=url, server=ServerSettings(upload_limit_mb=1))
    with Workspace.create(tmp_path / "acme", settings) as workspace:
        yield Office(workspace)


@pytest.fixture
def desk(office: Office) -> Office:
    """Customer ``a`` of the north and ``b`` of the south; Ana and Ben, agents of the north; Sol, of the south."""
    office.ids = office.customers("a", "b", regions={"a": "north", "b": "south"})
    office.ana = office.person("Ana Puig", regions=["north"])
    office.ben = office.person("Ben Stone", regions=["north"])
    office.sol = office.person("Sol Río", regions=["south"])
    return office
