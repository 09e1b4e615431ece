"""``onefold init``."""

from __future__ import annotations

from pathlib import Path

import click

from onefold.cli.output import json_option, print_json


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", help="Name of the company or project; the folder's name where not given.")
@click.option("--region", help="Country (ISO code such as ES) for phone numbers without a country code.")
@json_option
def init(folder: Path, name: str | None, region: str | None, *, as_json: bool) -> None:
    """Create a workspace in FOLDER.

    \b
    Example:
      onefold init acme && cd acme
    """
    from onefold.settings import parse_settings
    from onefold.workspace import Workspace

    settings = parse_settings({"name": name or folder.resolve().name, "region": region}, origin="the options")
    workspace = Workspace.create(folder, settings)
    if as_json:
        print_json({"workspace": str(workspace.path.resolve())})
        return
    click.echo(f"Created {folder}. Next:\n  cd {folder}\n  onefold connect crm contacts.csv\n  onefold build")
