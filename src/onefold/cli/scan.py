"""``onefold scan``."""

from __future__ import annotations

import click

from onefold.cli.output import json_option, print_json, progress


@click.command()
@click.argument("locations", nargs=-1, required=True)
@click.option(
    "--html",
    type=click.Path(dir_okay=False),
    help="HTML file to write [default: silo-report.html; none with --json].",
)
@click.option("--no-html", is_flag=True, help="Write no HTML file.")
@click.option("--region", help="Country (ISO code such as ES) for phone numbers without a country code.")
@json_option
def scan(locations: tuple[str, ...], html: str | None, region: str | None, *, no_html: bool, as_json: bool) -> None:
    """See the silos in some files, folders or databases. Nothing is configured, nothing is kept.

    \b
    Examples:
      onefold scan ~/exports/*.csv crm.xlsx
      onefold scan shop.sqlite postgresql://reader@localhost/crm --json
    """
    from onefold.cli.report import print_report, write_html
    from onefold.sources import systems_of
    from onefold.workspace import Workspace

    sources = {name: {"location": places} for name, places in systems_of(absolute(locations)).items()}
    with Workspace.temporary(sources, region=region) as workspace, progress(quiet=as_json) as tell:
        silos = workspace.scan(progress=tell).silos
    target = None if no_html else html or (None if as_json else "silo-report.html")
    if target:
        write_html(silos, target)
    if as_json:
        print_json(silos)
        return
    print_report(silos)
    if target:
        click.echo(f"The whole report, for a browser: {target}")


def absolute(locations: tuple[str, ...]) -> list[str]:
    """Paths as seen from anywhere; URLs stay."""
    from pathlib import Path

    return [place if "://" in place else str(Path(place).expanduser().absolute()) for place in locations]
