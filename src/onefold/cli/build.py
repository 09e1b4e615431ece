"""``onefold build``."""

from __future__ import annotations

import click

from onefold.cli.output import json_option, print_build, print_json, print_problems, print_totals, progress


@click.command()
@click.option("--html", type=click.Path(dir_okay=False), help="Also write the silo report to this HTML file.")
@json_option
def build(html: str | None, *, as_json: bool) -> int:
    """Bring customers up to date with their sources; only what changed is done again.

    \b
    Example:
      onefold build --html silo-report.html
    """
    from onefold.cli.report import write_html
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        with progress(quiet=as_json) as tell:
            report = workspace.build(progress=tell)
        if html:
            write_html(report.silos, html)
    if as_json:
        print_json(report.to_json())
    else:
        print_build(report)
        click.echo()
        print_totals(report.silos)
        click.echo("Next: onefold report, onefold customer NAME_OR_EMAIL, onefold export customers.parquet")
    return print_problems(report)
