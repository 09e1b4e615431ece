"""What commands print: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from onefold.build import BuildReport, Progress

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
"""The option that every command has."""


def print_json(document: Any) -> None:
    """Print a document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Progress]:
    """Show what is going on while the block runs: a live line on a terminal, nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda _text: None
        return
    from rich.console import Console

    console = Console(stderr=True)
    started = time.monotonic()
    with console.status("starting") as status:

        def tell(text: str) -> None:
            status.update(f"{text} [dim]{time.monotonic() - started:.0f} s[/dim]")

        yield tell


def print_build(report: BuildReport) -> None:
    """Say what a build read and did: a line per table that changed, then how long each step took."""
    told = [landing for landing in report.landings if not landing.is_unchanged or landing.quarantined]
    width = max((len(_name(landing)) for landing in told), default=0)
    for landing in told:
        changes = "unchanged" if landing.is_unchanged else _changes(landing)
        click.echo(f"{_name(landing):{width}}  {landing.rows:>10,} rows  {changes}")
        for note in drift_notes(landing):
            click.echo(f"  · {note}")
        if landing.quarantined:
            rows = "row is" if landing.quarantined == 1 else "rows are"
            click.echo(
                f"  ! {landing.quarantined:,} {rows} in quarantine: onefold quarantine list --source {landing.source}"
            )
    unchanged = [landing for landing in report.landings if landing not in told]
    if unchanged:
        tables = "table" if len(unchanged) == 1 else "tables"
        click.echo(f"{len(unchanged):,} {tables} unchanged, {sum(landing.rows for landing in unchanged):,} rows")
    for name in report.vanished_tables:
        click.echo(f"{name}: no longer in its source; its last rows are kept")
    click.echo("  ".join(f"{step} {facts.get('seconds', 0.0):.1f} s" for step, facts in report.steps.items()))


def _name(landing: Any) -> str:
    return f"{landing.source}.{landing.table}"


def print_totals(silos: dict[str, Any]) -> None:
    """Say how many records became how many people and organisations."""
    kinds = {
        "people": ("people", "person", "people"),
        "organisations": ("organisation", "organisation", "organisations"),
    }
    for population, (adjective, one, many) in kinds.items():
        records, customers = silos[population]["records"], silos[population]["customers"]
        if records or population == "people":
            verb = "record is" if records == 1 else "records are"
            click.echo(f"{records:,} {adjective} {verb} {customers:,} {one if customers == 1 else many}")


def print_problems(report: BuildReport) -> int:
    """Name every source that could not be read; returns the exit code they call for."""
    from onefold.cli.errors import exit_code_of
    from onefold.settings import mask_secrets

    for problem in report.problems:
        click.echo(f"Error: {problem.source}: {mask_secrets(problem.error.message)}", err=True)
        if problem.error.hint:
            click.echo(f"  → {problem.error.hint}", err=True)
    return exit_code_of(report.problems[0].error) if report.problems else 0


def print_kept_map(report: BuildReport) -> bool:
    """Say that a build kept the old map, where it did; returns whether."""
    kept = report.kept_map
    if kept is None:
        return False
    click.echo(
        f"The old map is kept and nothing was published: this build would change {kept['changed']:,} of "
        f"{kept['customers']:,} customers ({kept['share']:.0%}, allowed {kept['limit']:.0%})."
    )
    click.echo("Next: onefold identity plan shows what and why; onefold build --confirm agrees to it.")
    return True


def drift_notes(landing: Any) -> list[str]:
    """How a table's shape differs from last time; at the first reading also how it was read."""
    notes = [f"new column {name}" for name in landing.columns_added]
    notes += [f"column {name} is gone; its last values are kept in history" for name in landing.columns_missing]
    notes += [f"column {name} was {before}, is {now}" for name, before, now in landing.types_changed]
    return notes + (list(landing.notes) if landing.inserted == landing.rows else [])


def _changes(landing: Any) -> str:
    counts = {"new": landing.inserted, "changed": landing.updated, "gone": landing.deleted}
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "unchanged"
