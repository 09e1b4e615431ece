"""``onefold resolve``."""

from __future__ import annotations

from pathlib import Path

import click

from onefold.cli.output import json_option, print_json, progress


@click.command()
@click.argument("locations", nargs=-1, required=True)
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write: .csv or .parquet.",
)
@click.option("--region", help="Country (ISO code such as ES) for phone numbers without a country code.")
@click.option(
    "--engine",
    default="embedded",
    show_default=True,
    help="Where records are compared: 'embedded', or a Spark cluster as spark://host:7077.",
)
@json_option
def resolve(locations: tuple[str, ...], out: Path, region: str | None, engine: str, *, as_json: bool) -> None:
    """Find who is who in some files and write only that: source, table, record_key, customer_id.

    \b
    Examples:
      onefold resolve people.csv leads.csv --out ids.parquet
      onefold resolve people.parquet --out ids.parquet --engine spark://host:7077
    """
    from onefold.cli.scan import absolute
    from onefold.profiles import check_identities_path
    from onefold.sources import systems_of
    from onefold.workspace import Workspace

    check_identities_path(out)
    sources = {name: {"location": places} for name, places in systems_of(absolute(locations)).items()}
    with Workspace.temporary(sources, region=region, engine=engine) as workspace, progress(quiet=as_json) as tell:
        report = workspace.scan(with_report=False, progress=tell)
        records = workspace.export_identities(out)
        customers = workspace.engine.scalar(
            "select count(distinct customer_id) from main.customer_subject where kind = 'person'"
        )
    if as_json:
        print_json({"file": str(out), "records": records, "customers": customers, "steps": report.steps})
    else:
        click.echo(f"{records:,} records are {customers:,} customers; wrote {out}")
