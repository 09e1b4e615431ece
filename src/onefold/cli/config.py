"""``onefold config``: configuration as text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from onefold.cli.output import json_option, print_json

if TYPE_CHECKING:
    from onefold.config import Plan

_SIGNS = {"create": "+", "change": "~", "delete": "-"}


@click.group()
def config() -> None:
    """Write the configuration as text; compare and apply it.

    \b
    Example:
      onefold config export settings/
      git -C settings diff
      onefold config apply settings/ --dry-run
    """


@config.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@json_option
def export(folder: Path, *, as_json: bool) -> None:
    """Write everything that is configured into FOLDER: one YAML file per resource, no secrets.

    Files of resources that are gone are removed; other files stay.

    \b
    Example:
      onefold config export settings/
    """
    from onefold.config import export_config, write_folder
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        written, removed = write_folder(folder, export_config(workspace, _access()))
    if as_json:
        print_json({"written": written, "removed": removed})
        return
    for name in removed:
        click.echo(f"removed {name}")
    click.echo(f"{len(written)} {'file' if len(written) == 1 else 'files'} written in {folder}")


@config.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
@click.option(
    "--allow-deletes", multiple=True, metavar="NAME", help="Delete this though it loses data, such as sources/crm."
)
@json_option
def apply(folder: Path, *, dry_run: bool, allow_deletes: tuple[str, ...], as_json: bool) -> None:
    """Make the configuration what FOLDER says: all of it, or nothing.

    What loses data is refused unless it is allowed by name.

    \b
    Example:
      onefold config apply settings/ --dry-run
      onefold config apply settings/ --allow-deletes sources/old_shop
    """
    from onefold.config import apply_config, parse_files, plan_config, read_folder
    from onefold.workspace import Workspace

    wanted = parse_files(read_folder(folder))
    with Workspace.open() as workspace:
        act = plan_config if dry_run else apply_config
        plan = act(workspace, _access(), wanted, allow_deletes=allow_deletes)
    if as_json:
        print_json(_document(plan, is_applied=not dry_run))
    else:
        _print(plan, is_applied=not dry_run)
    if plan.problems:
        raise SystemExit(4)


def _access() -> Any:
    from onefold.access import Access, Actor

    return Access.full(Actor("cli", "cli", "command line"))


def _print(plan: Plan, *, is_applied: bool) -> None:
    for change in plan.changes:
        click.echo(f"{_SIGNS[change.action]} {change.name}" + (f"  (loses {change.loss})" if change.loss else ""))
        for field in change.fields:
            if change.action == "create":
                click.echo(f"    {field.path}: {_shown(field.after)}")
            else:
                click.echo(f"    {field.path}: {_shown(field.before)} → {_shown(field.after)}")
    for problem in plan.problems:
        click.echo(f"! {problem.name}: {problem.message}", err=True)
        if problem.hint:
            click.echo(f"  → {problem.hint}", err=True)
    if not plan.changes and not plan.problems:
        click.echo("Nothing to change.")
    elif is_applied:
        click.echo(f"Applied: {_counted(plan)}.")
    elif not plan.problems:
        click.echo(f"Would apply: {_counted(plan)}.")


def _counted(plan: Plan) -> str:
    words = {"create": "created", "change": "changed", "delete": "deleted"}
    counts = {word: sum(one.action == action for one in plan.changes) for action, word in words.items()}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)


def _shown(value: Any) -> str:
    return "nothing" if value is None else str(value)


def _document(plan: Plan, *, is_applied: bool) -> dict[str, Any]:
    return {
        "is_applied": is_applied,
        "changes": [
            {
                "action": change.action,
                "name": change.name,
                "loss": change.loss,
                "fields": [vars(field) for field in change.fields],
            }
            for change in plan.changes
        ],
        "problems": [vars(problem) for problem in plan.problems],
    }
