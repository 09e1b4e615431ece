"""The report as one HTML page: template, style and script from ``templates/``, nothing from anywhere else.

Everything that comes from data passes Jinja's escaping; a content policy in the page names the hash of the one script
it may run, so that even a mistake here could not make a customer's name execute. Reads the JSON form only.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from onefold.silos.fields import FIELDS
from onefold.silos.words import column_word, counted, field_label, number, percent, say

FINDINGS_SHOWN = 12
ACTIONS_SHOWN = 5
"""The rest opens on request, without a script."""

SYSTEMS_IN_MATRIX = 30
"""A wider matrix is no longer read; the rest is in the JSON."""


def render_page(report: Mapping[str, Any]) -> str:
    """The page, complete, as text to be written in UTF-8."""
    script = _resource("report.js")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            focus=report["people"] if report["kind"] == "person" else report["organisations"],
            style=Markup(_resource("report.css")),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            limit=FINDINGS_SHOWN,
            matrix_limit=SYSTEMS_IN_MATRIX,
            exhibit=exhibit(report.get("showcase")),
            actions_shown=ACTIONS_SHOWN,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_resource),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": number,
        "percent": percent,
        "age": age,
        "width": width,
        "day": day,
        "coded": coded,
        "breakable": breakable,
    }
    environment.filters["label"] = field_label
    environment.filters["words"] = column_word
    environment.globals |= {"say": say, "counted": counted}
    return environment


@cache
def _resource(name: str) -> str:
    return (files("onefold.silos") / "templates" / name).read_text(encoding="utf-8")


def exhibit(showcase: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The showcase as a table: fields by systems, each cell the distinct values that the system's records hold.

    A row without any value is left out; ``differs`` marks a field with several values.
    """
    if not showcase:
        return None
    systems = list(dict.fromkeys(held["source"] for held in showcase["values"]))
    said: dict[str, dict[str, list[str]]] = {}
    for held in showcase["values"]:
        cell = said.setdefault(held["field"], {}).setdefault(held["source"], [])
        value = held["raw"] or held["value"]
        if value and value not in cell:
            cell.append(value)
    differing = set(showcase["differing"])
    rows = [
        {"field": field, "cells": [cells.get(system, []) for system in systems], "differs": field in differing}
        for field in FIELDS
        if any((cells := said.get(field, {})).values())
    ]
    return {**showcase, "columns": systems, "rows": rows}


def age(days: int | None) -> str:
    """An age as people say it.

    >>> age(12), age(100), age(1200), age(None)
    ('12 days', '3 months', '3.3 years', '–')
    """
    if days is None:
        return "–"
    if days < 60:
        return say("age.days", count=days)
    return say("age.months", count=round(days / 30.4)) if days < 730 else say("age.years", count=f"{days / 365:.1f}")


def day(moment: str | None) -> str:
    """The day of an ISO moment; a dash where there is none."""
    return moment[:10] if moment else "–"


def coded(text: str) -> Markup:
    """Text with what stands between backticks set as code, and shares kept on one line; everything in it is escaped.

    >>> str(coded("run `onefold <x>`"))
    'run <code>onefold &lt;x&gt;</code>'
    """
    parts = text.replace(" %", "\u00a0%").split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 and place < len(parts) - 1 else part
        for place, part in enumerate(parts)
    )


def breakable(text: str) -> Markup:
    """Text that may break after the signs inside addresses.

    >>> str(breakable("a<b@firm.example"))
    'a&lt;b@<wbr>firm.<wbr>example'
    """
    return Markup(re.sub(r"(?<=[@.])(?=\w)", "<wbr>", str(escape(text))))  # noqa: S704 - escaped just here


def width(share: float | None) -> str:
    """A share as a CSS number; a share above nothing is never invisible."""
    return f"{max(share, 0.006) if share else 0:.4f}"
