"""Builds the web interface when the package is built or installed, editable installs included.

``ONEFOLD_SKIP_UI=1`` leaves it out; the API and the command line work without it.
"""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class InterfaceBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs ``ui/build.py``."""

    PLUGIN_NAME = "custom"

    def _script(self) -> dict[str, Any]:
        return runpy.run_path(str(Path(self.root) / "ui" / "build.py"), run_name="ui_build")

    @property
    def _is_wanted(self) -> bool:
        return os.environ.get("ONEFOLD_SKIP_UI", "") in {"", "0"} and (Path(self.root) / "ui" / "build.py").is_file()

    def dependencies(self) -> list[str]:
        """Node from the package index, where the machine has none that fits and there is something to build."""
        if not self._is_wanted:
            return []
        script = self._script()
        return [] if script["is_current"]() or script["system_node"]() else [script["NODE_PACKAGE"]]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bring the built pages up to date before files are collected."""
        del version, build_data
        if self._is_wanted:
            self._script()["build"]()
