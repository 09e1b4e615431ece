"""``onefold customer``."""

from __future__ import annotations

import click

from onefold.cli.output import json_option, print_json


@click.command()
@click.argument("query")
@click.option("--timeline", default=20, show_default=True, help="How many events to show, newest first.")
@json_option
def customer(query: str, timeline: int, *, as_json: bool) -> None:
    """Show one customer: found by id, e-mail, phone, record key (crm:C-17) or name.

    \b
    Example:
      onefold customer ana@example.com
    """
    from onefold.errors import NotFound
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        found = workspace.find_customers(query)
        if not found:
            raise NotFound(
                f"no customer is known by {query!r}",
                hint="Try another e-mail, a phone number, source:record_key or part of the name.",
            )
        card = workspace.card(found[0], timeline=timeline)
        others = [workspace.card(other, timeline=0) for other in found[1:11]]
    if as_json:
        print_json(card.to_json() | {"also_found": found[1:]})
        return
    from rich.console import Console

    from onefold.profiles import render_card

    render_card(card, Console())
    if others:
        click.echo(f"\n{len(found) - 1:,} more found by {query!r}:")
        for other in others:
            click.echo(f"  {other.customer_id}  {other.display_name or ''}")
