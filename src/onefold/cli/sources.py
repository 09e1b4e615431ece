"""``onefold sources``."""

from __future__ import annotations

from typing import Any

import click

from onefold.cli.output import json_option, print_json


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
    listing: list[dict[str, Any]] = [
        {
            "source": name,
            "location": [mask_secrets(place) for place in source.locations],
            "owner": source.owner,
            "tables": [{"name": t.name, "role": t.role, "rows": t.rows} for t in tables if t.source == name],
        }
        for name, source in settings.sources.items()
    ]
    if as_json:
        print_json(listing)
        return
    if not listing:
        click.echo("No source is connected yet. Connect one: onefold connect crm contacts.csv")
    for entry in listing:
        owner = f"  ({entry['owner']})" if entry["owner"] else ""
        click.echo(f"{entry['source']}{owner}  {', '.join(entry['location'])}")
        if not entry["tables"]:
            click.echo("  not built yet: onefold build")
        width = max((len(table["name"]) for table in entry["tables"]), default=0)
        for table in entry["tables"]:
            click.echo(f"  {table['name']:{width}}  {table['role']:13}  {table['rows']:>10,} rows")
