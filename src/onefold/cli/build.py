"""``onefold build``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from onefold.cli.output import (
    json_option,
    print_build,
    print_json,
    print_kept_map,
    print_problems,
    print_totals,
    progress,
)

if TYPE_CHECKING:
    from onefold.build import BuildReport, Progress
    from onefold.workspace import Workspace

_WAIT_SECONDS = 30.0
"""How long a server's build waits for those who look at samples."""


@click.command()
@click.option("--html", type=click.Path(dir_okay=False), help="Also write the silo report to this HTML file.")
@click.option("--source", "only", multiple=True, help="Read only this source; may be repeated.")
@click.option("--confirm", "is_confirmed", is_flag=True, help="Change the map however much of it that is.")
@click.option("--relearn", "is_relearn", is_flag=True, help="Learn anew what tells customers apart.")
@click.option("--for-server", is_flag=True, hidden=True, help="Tell progress as JSON lines; end when the input does.")
@json_option
def build(
    html: str | None, only: tuple[str, ...], *, is_confirmed: bool, is_relearn: bool, for_server: bool, as_json: bool
) -> int:
    """Bring customers up to date with their sources; only what changed is done again.

    While a server runs on this workspace, it does the work and this command shows it.

    \b
    Example:
      onefold build --html silo-report.html
    """
    from onefold.cli.errors import KEPT_MAP
    from onefold.cli.report import write_html
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        if for_server:
            report = _build_for_server(workspace, only, is_confirmed=is_confirmed, is_relearn=is_relearn)
        else:
            with progress(quiet=as_json) as tell:
                report = _build(workspace, only, tell, is_confirmed=is_confirmed, is_relearn=is_relearn)
        silos = report.silos or ({} if report.kept_map else workspace.report())
        if html and silos:
            write_html(silos, html)
    if as_json:
        print_json(report.to_json())
    else:
        print_build(report)
        click.echo()
        if print_kept_map(report):
            return KEPT_MAP
        print_totals(silos)
        click.echo("Next: onefold report, onefold customer NAME_OR_EMAIL, onefold export customers.parquet")
    return KEPT_MAP if report.kept_map else print_problems(report)


def _build(
    workspace: Workspace, only: tuple[str, ...], tell: Progress, *, is_confirmed: bool, is_relearn: bool
) -> BuildReport:
    """Build here, or by the server that runs on this workspace."""
    from onefold.cli.running import find_server

    if server := find_server(workspace.path):
        return server.build(only, tell, is_confirmed=is_confirmed, is_relearn=is_relearn)
    return workspace.build(only=only, progress=tell, is_confirmed=is_confirmed, is_relearn=is_relearn)


def _build_for_server(
    workspace: Workspace, only: tuple[str, ...], *, is_confirmed: bool, is_relearn: bool
) -> BuildReport:
    """Build as the child of a server: JSON lines on standard error, and an end when the server ends."""
    from onefold.cli.running import end_with_parent

    end_with_parent()

    def tell(**facts: object) -> None:
        click.echo(json.dumps(facts), err=True)

    return workspace.build(
        only=only,
        progress=lambda text: tell(message=text),
        on_step=lambda build_no, step: tell(build_no=build_no, step=step),
        wait_seconds=_WAIT_SECONDS,
        is_confirmed=is_confirmed,
        is_relearn=is_relearn,
    )
