"""``onefold export``."""

from __future__ import annotations

from pathlib import Path

import click

from onefold.cli.output import json_option, print_json


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def export(file: Path, *, as_json: bool) -> None:
    """Write all customers to FILE: .parquet, .csv or .jsonl by its ending.

    \b
    Example:
      onefold export customers.parquet
    """
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        count = workspace.export(file)
    if as_json:
        print_json({"file": str(file), "customers": count})
    else:
        click.echo(f"Wrote {count:,} customers, people and organisations, to {file}")
