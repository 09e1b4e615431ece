"""A workspace over HTTP, on each kind of app database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from onefold.api import create_app
from onefold.settings import Settings
from onefold.workspace import Workspace

TOKEN = "token-of-the-test-0123456789"


@pytest.fixture
def workspace(tmp_path: Path, database_url: str) -> Iterator[Workspace]:
    """A new workspace whose app database is of each kind."""
    is_embedded = database_url.startswith("sqlite")
    settings = Settings(name="acme", database=None if is_embedded else database_url)
    with Workspace.create(tmp_path / "acme", settings) as workspace:
        yield workspace


@pytest.fixture
def client(workspace: Workspace) -> Iterator[TestClient]:
    """A client of the command line's actor, who may do everything."""
    app = create_app(workspace, local_token=TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False, headers=headers) as client:
        yield client
