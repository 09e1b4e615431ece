"""``onefold connect``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from onefold.cli.output import json_option, print_json


@click.command()
@click.argument("name")
@click.argument("locations", nargs=-1, required=True)
@click.option("--table", "tables", multiple=True, help="Only this table or sheet; may be repeated.")
@click.option("--region", help="Country (ISO code) of this system's phone numbers without a country code.")
@click.option("--priority", type=int, help="Whose values win when systems disagree: lower is trusted more (100).")
@click.option("--owner", help="Who answers for this system.")
@click.option("--yearly-cost", type=float, help="What the system costs in a year.")
@click.option("--encoding", help="Text encoding, where detection is wrong.")
@click.option("--delimiter", help="Field delimiter, where detection is wrong.")
@click.option("--check/--no-check", default=True, help="Try to read it first (default).")
@json_option
def connect(name: str, locations: tuple[str, ...], *, check: bool, as_json: bool, **options: Any) -> None:
    """Connect system NAME at LOCATIONS: files, folders, globs or a database URL.

    Passwords belong into the secrets file or the environment: write ${SHOP_PASSWORD} in the URL.

    \b
    Examples:
      onefold connect crm exports/contacts.csv exports/companies.csv
      onefold connect shop 'postgresql://reader:${SHOP_PASSWORD}@db.example/shop' --table customers --table orders
    """
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        places = [_relative(place, workspace.path) for place in locations]
        chosen = {key: value for key, value in options.items() if value not in (None, ())}
        if "tables" in chosen:
            chosen["tables"] = list(chosen["tables"])
        tables = workspace.check_source(name, places, chosen) if check else []
        workspace.connect(name, places if len(places) > 1 else places[0], **chosen)
    if as_json:
        print_json({"source": name, "location": places, "tables": tables})
        return
    click.echo(f"Connected {name}" + (f": {', '.join(tables)}" if tables else ""))
    click.echo("Next: onefold build")


def _relative(place: str, workspace: Path) -> str:
    """A path given from the current folder, as seen from the workspace; URLs stay."""
    if "://" in place:
        return place
    path = Path(place).expanduser()
    return str(path) if path.is_absolute() else os.path.relpath(Path.cwd() / path, workspace)
