"""``onefold quarantine``: rows that could not be read."""

from __future__ import annotations

from pathlib import Path

import click

from onefold.cli.output import json_option, print_json


@click.group()
def quarantine() -> None:
    """See and replay rows that could not be read.

    \b
    Example:
      onefold quarantine list
    """


@quarantine.command("list")
@click.option("--source", help="Only this source.")
@click.option("--table", help="Only this table.")
@click.option("--limit", default=50, show_default=True, help="At most this many rows.")
@json_option
def list_rows(source: str | None, table: str | None, limit: int, *, as_json: bool) -> None:
    """List the rows in quarantine: file, line, reason.

    \b
    Example:
      onefold quarantine list --source crm
    """
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        rows = workspace.quarantined(source=source, table=table)
    if as_json:
        from dataclasses import asdict

        print_json([asdict(row) for row in rows])
        return
    for row in rows[:limit]:
        place = row.origin + (f", line {row.line}" if row.line else "")
        click.echo(f"{row.quarantine_id}  {row.source}.{row.table}  {place}: {row.reason}")
        click.echo(f"    {row.raw[:160]}")
    if len(rows) > limit:
        click.echo(f"… and {len(rows) - limit:,} more (--limit)")
    if not rows:
        click.echo("Nothing is in quarantine.")


@quarantine.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def replay(file: Path, *, as_json: bool) -> None:
    """Land corrected rows from FILE (CSV or JSON with quarantine_id and the table's columns).

    Rows mended at their source need no replay: the next build reads them.

    \b
    Example:
      onefold quarantine replay mended.csv
    """
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        landings = workspace.replay_quarantine(file)
    counts = {f"{one.source}.{one.table}": one.inserted + one.updated for one in landings}
    if as_json:
        print_json({"landed": counts})
        return
    for table, count in counts.items():
        click.echo(f"{table}: {count:,} mended rows landed")
    click.echo("Next: onefold build")
