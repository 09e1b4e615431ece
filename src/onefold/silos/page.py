"""The report as one HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def render_page(report: Mapping[str, Any]) -> str:
    """The page."""
    return str(report)
