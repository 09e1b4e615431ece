"""``onefold report``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from onefold.cli.output import json_option, print_json


@click.command()
@click.option("--html", type=click.Path(dir_okay=False), help="Write the report to this HTML file.")
@json_option
def report(html: str | None, *, as_json: bool) -> None:
    """Show the silo report of the last build.

    \b
    Example:
      onefold report --html silo-report.html
    """
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        document = workspace.report()
    if html:
        write_html(document, html)
    if as_json:
        print_json(document)
    elif html:
        click.echo(f"Wrote {html}")
    else:
        print_report(document)


def print_report(document: dict[str, Any]) -> None:
    """The silo report in the terminal."""
    from rich.console import Console

    from onefold.silos import render_terminal

    render_terminal(document, Console())


def write_html(document: dict[str, Any], path: str) -> None:
    """The silo report as one self-contained file; an old file is replaced only by a whole new one."""
    from onefold.silos import render_html

    target = Path(path)
    if not target.parent.is_dir():
        from onefold.errors import InvalidInput

        raise InvalidInput(f"{target.parent} is not a folder", hint="Create it first, or name another file.")
    temporary = target.with_name(target.name + ".new")
    temporary.write_text(render_html(document), encoding="utf-8")
    temporary.replace(target)
