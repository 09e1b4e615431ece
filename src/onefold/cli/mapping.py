"""``onefold mapping``: what tables and columns mean, and how to correct it."""

from __future__ import annotations

from typing import Any

import click

from onefold.cli.output import json_option, print_json
from onefold.errors import InvalidInput, NotFound


@click.group()
def mapping() -> None:
    """Show and correct what tables and columns mean.

    \b
    Example:
      onefold mapping show crm.contacts
      onefold mapping set crm.contacts.tel2 phone
    """


@mapping.command()
@click.argument("table", required=False)
@json_option
def show(table: str | None, *, as_json: bool) -> None:
    """Show the catalogue, or one TABLE (source.table): role, key, joins, meaning of every column and why.

    \b
    Example:
      onefold mapping show crm.contacts
    """
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        tables = workspace.tables()
    chosen = [t for t in tables if table in (None, t.full_name, t.source)]
    if not chosen:
        names = ", ".join(t.full_name for t in tables)
        raise NotFound(f"no table {table!r}", hint=f"Tables: {names}." if names else "Run: onefold build")
    if as_json:
        from dataclasses import asdict

        print_json([asdict(t) for t in chosen])
        return
    for t in chosen:
        _print_table(t)


def _print_table(table: Any) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table as Grid
    from rich.text import Text

    console = Console()
    title = Text.assemble((table.full_name, "bold"), f"  {table.role}, {table.rows:,} rows, ")
    title.append(f"key {', '.join(table.key)}" if table.key else "no key: rows are known by their content")
    console.print(title)
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    grid.add_column("column", overflow="fold", max_width=28)
    grid.add_column("meaning", style="cyan", no_wrap=True)
    grid.add_column("sure", justify="right", no_wrap=True)
    grid.add_column("why", style="dim", overflow="fold")
    for column in table.columns:
        grid.add_row(escape(column.name), column.meaning, f"{column.confidence:.0%}", escape(column.reason))
    console.print(grid)
    for join in table.joins:
        target = f"{join.to_source}.{join.to_table}.{join.to_column}"
        console.print(Text(f"{join.column} → {target}  {join.coverage:.0%} found there; {join.reason}"))
    console.print()


@mapping.command("set")
@click.argument("target")
@click.argument("meaning", required=False)
@click.option("--role", help="What the table holds: people, organisations, events, conversations, feedback, reference.")
@click.option("--key", "key", multiple=True, help="Column that identifies a row; repeat for several.")
@click.option("--cursor", help="Column by which new and changed rows are found.")
@json_option
def set_mapping(
    target: str,
    meaning: str | None,
    role: str | None,
    key: tuple[str, ...],
    cursor: str | None,
    *,
    as_json: bool,
) -> None:
    """Correct a column (source.table.column MEANING) or a table (source.table --role … --key …), for ever.

    \b
    Examples:
      onefold mapping set crm.contacts.tel2 phone
      onefold mapping set crm.contacts --key contact_no
    """
    from onefold.workspace import Workspace

    choices: dict[str, Any] = {
        "role": role,
        "cursor": cursor,
        "key": list(key) if len(key) > 1 else next(iter(key), None),
    }
    choices = {name: value for name, value in choices.items() if value}
    if bool(meaning) == bool(choices):
        raise InvalidInput(
            "give either a meaning for a column or --role, --key, --cursor for a table",
            hint="For example: onefold mapping set crm.contacts.tel2 phone",
        )
    with Workspace.open() as workspace:
        table, column = _find(workspace.tables(), target, is_column=bool(meaning))
        if meaning:
            _check_choice("meaning", meaning)
            workspace.set_meaning(table.source, table.name, column, meaning)
        else:
            _check_table(table, choices)
            workspace.set_table(table.source, table.name, **choices)
    if as_json:
        print_json({"target": target, "meaning": meaning, **choices})
    else:
        click.echo(f"Noted in onefold.yaml: {target} {meaning or choices}. Next: onefold build")


@mapping.command()
@json_option
def meanings(*, as_json: bool) -> None:
    """List the meanings a column can have.

    \b
    Example:
      onefold mapping meanings
    """
    from onefold.catalog import describe_meanings

    described = describe_meanings()
    if as_json:
        print_json([{"meaning": meaning, "description": text} for meaning, text in described])
        return
    for meaning, text in described:
        click.echo(f"{meaning:20} {text}")


def _find(tables: list[Any], target: str, *, is_column: bool) -> tuple[Any, str]:
    for table in tables:
        if not is_column and target == table.full_name:
            return table, ""
        column = target.removeprefix(f"{table.full_name}.")
        if is_column and column != target:
            if any(c.name == column for c in table.columns):
                return table, column
            raise NotFound(
                f"{table.full_name} has no column {column!r}",
                hint=f"Columns: {', '.join(c.name for c in table.columns)}.",
            )
    raise NotFound(
        f"no {'column' if is_column else 'table'} {target!r}",
        hint="Write source.table.column or source.table; onefold mapping show lists them.",
    )


def _check_choice(kind: str, value: str) -> None:
    from onefold.catalog import Meaning, Role

    valid = [str(choice) for choice in (Meaning if kind == "meaning" else Role)]
    if value not in valid:
        raise InvalidInput(f"no {kind} {value!r}", hint=f"Choose one of: {', '.join(valid)}.")


def _check_table(table: Any, choices: dict[str, Any]) -> None:
    if "role" in choices:
        _check_choice("role", choices["role"])
    names = {column.name for column in table.columns}
    keys = choices.get("key", [])
    for column in [
        *([keys] if isinstance(keys, str) else keys),
        *([choices["cursor"]] if "cursor" in choices else []),
    ]:
        if column not in names:
            raise NotFound(f"{table.full_name} has no column {column!r}", hint=f"Columns: {', '.join(sorted(names))}.")
