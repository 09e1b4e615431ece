"""The silo report: which systems hold which customers, and the five signs that they are silos.

``make_report`` asks the warehouse; ``render_html`` and ``render_terminal`` show a report or its stored JSON. Everything
loads on first use, so that showing a stored report needs neither the warehouse nor the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from onefold.silos.model import SiloReport

if TYPE_CHECKING:
    from rich.console import Console

    from onefold.silos.marks import publish_marks
    from onefold.silos.report import make_report
    from onefold.silos.scope_trends import record_scopes
    from onefold.silos.trends import carry_report

__all__ = [
    "SiloReport",
    "carry_report",
    "make_report",
    "publish_marks",
    "record_scopes",
    "render_html",
    "render_terminal",
]


def __getattr__(name: str) -> Any:
    if name == "make_report":
        return import_module("onefold.silos.report").make_report
    if name == "publish_marks":
        return import_module("onefold.silos.marks").publish_marks
    if name == "record_scopes":
        return import_module("onefold.silos.scope_trends").record_scopes
    if name == "carry_report":
        return import_module("onefold.silos.trends").carry_report
    raise AttributeError(name)


def render_html(report: SiloReport | Mapping[str, Any]) -> str:
    """The report, or its JSON form, as one self-contained HTML page that needs no script and no network."""
    from onefold.silos.page import render_page

    return render_page(_document(report))


def render_terminal(report: SiloReport | Mapping[str, Any], console: Console) -> None:
    """Print the report, or its JSON form, in one to two screens."""
    from onefold.silos.terminal import print_screens

    print_screens(_document(report), console)


def _document(report: SiloReport | Mapping[str, Any]) -> Mapping[str, Any]:
    return report.to_json() if isinstance(report, SiloReport) else report
