"""The Node that builds the web interface, for tests that need a process of it."""

from __future__ import annotations

import runpy
from pathlib import Path

from tests.servers import require

UI = Path(__file__).parents[1] / "ui"


def find_node() -> Path:
    """Node, once the interface's packages are installed; the test is skipped without."""
    script = runpy.run_path(str(UI / "build.py"), run_name="ui_build")
    require((UI / "node_modules").is_dir(), "needs the packages of the web interface: make ui")
    try:
        node: Path = script["tools"]()[0]
    except script["UiBuildFailed"] as failure:
        require(False, str(failure))
        raise
    return node
