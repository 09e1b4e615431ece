"""``onefold sources``."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import click

from onefold.cli.output import json_option, print_json


@dataclass(frozen=True)
class Connected:
    """One connected system, as listed."""

    source: str
    locations: list[str]
    owner: str | None
    tables: list[dict[str, Any]]


@click.command()
@json_option
def sources(*, as_json: bool) -> None:
    """List the connected systems and the tables found in them.

    \b
    Example:
      onefold sources
    """
    from onefold.settings import mask_secrets
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        settings = workspace.settings
        tables = workspace.tables()
    listing = [
        Connected(
            name,
            [mask_secrets(place) for place in source.locations],
            source.owner,
            [{"name": t.name, "role": t.role, "rows": t.rows} for t in tables if t.source == name],
        )
        for name, source in settings.sources.items()
    ]
    if as_json:
        print_json([asdict(entry) for entry in listing])
        return
    if not listing:
        click.echo("No source is connected yet. Connect one: onefold connect crm contacts.csv")
    for entry in listing:
        click.echo(f"{entry.source}  {', '.join(entry.locations)}")
        for table in entry.tables:
            click.echo(f"  {table['name']}  {table['role']}  {table['rows']:,} rows")
