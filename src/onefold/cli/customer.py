"""``onefold customer``."""

from __future__ import annotations

import click

from onefold.cli.output import json_option, print_json


@click.command()
@click.argument("query")
@click.option("--timeline", default=20, show_default=True, help="How many events to show, newest first.")
@click.option("--handover", is_flag=True, help="Only what a colleague must know to go on.")
@json_option
def customer(query: str, timeline: int, *, handover: bool, as_json: bool) -> None:
    """Show one customer: found by id, e-mail, phone, record key (crm:C-17) or name.

    \b
    Example:
      onefold customer ana@example.com
      onefold customer ana@example.com --handover
    """
    from onefold.cli.levels import level_lines
    from onefold.workspace import Workspace

    if handover:
        _show_handover(query, as_json=as_json)
        return
    with Workspace.open() as workspace:
        found = [workspace.find_customer(query), *workspace.find_customers(query)[1:]]
        card = workspace.card(found[0], timeline=timeline)
        with workspace.database.read() as connection:
            belongs = level_lines(connection, card.customer_id)
        others = [workspace.card(other, timeline=0) for other in found[1:11]]
    if as_json:
        print_json(card.to_json() | {"also_found": found[1:]})
        return
    from rich.console import Console

    from onefold.profiles import render_card

    render_card(card, Console(), belongs)
    if others:
        click.echo(f"\n{len(found) - 1:,} more found by {query!r}:")
        for other in others:
            click.echo(f"  {other.customer_id}  {other.display_name or ''}")


def _show_handover(query: str, *, as_json: bool) -> None:
    from onefold.cli.handover_text import handover_lines
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        summary = workspace.handover(workspace.find_customer(query))
    if as_json:
        print_json(summary.to_json())
        return
    for line in handover_lines(summary):
        click.echo(line)
