"""``onefold export``."""

from __future__ import annotations

from pathlib import Path

import click

from onefold.cli.output import json_option, print_json


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--filter", "rule", metavar="RULE", help="Only customers for which this rule is true.")
@click.option("--fields", metavar="NAME,…", help="Attributes to write, in this order, after customer_id.")
@json_option
def export(file: Path, *, rule: str | None, fields: str | None, as_json: bool) -> None:
    """Write customers to FILE: .parquet, .csv or .jsonl by its ending.

    All of them with everything, or some of them by a rule, or some of their attributes.

    \b
    Examples:
      onefold export customers.parquet
      onefold export gold.csv --filter 'tier = "gold"' --fields display_name,email
    """
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        count = workspace.export(file, rule=rule, fields=fields and [name.strip() for name in fields.split(",")])
    if as_json:
        print_json({"file": str(file), "customers": count})
    else:
        click.echo(f"Wrote {count:,} customers, people and organisations, to {file}")
