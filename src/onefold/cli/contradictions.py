"""``onefold contradictions``: in what systems contradict each other, and which value counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from onefold.cli.output import json_option, print_json

if TYPE_CHECKING:
    from onefold.profiles import Contradiction, Outcome
    from onefold.profiles.model import Attribute, OtherValue

_STATES = ("open", "lapsed", "challenged", "settled")


@click.group()
def contradictions() -> None:
    """List in what systems contradict each other, and settle it.

    \b
    Example:
      onefold contradictions list --attribute status
      onefold contradictions pick crm:C-17 status closed --reason "said so on the phone"
    """


@contradictions.command("list")
@click.option("--attribute", help="Only this attribute.")
@click.option("--system", help="Only where this system says one of the values.")
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="All but settled where absent.")
@click.option("--limit", default=20, show_default=True, help="At most this many.")
@json_option
def list_rows(attribute: str | None, system: str | None, states: tuple[str, ...], limit: int, *, as_json: bool) -> None:
    """List contradictions: both values, who says so, since when; and how many there are.

    \b
    Example:
      onefold contradictions list --system crm
    """
    from onefold.profiles import STATES, UNDECIDED, ContradictionFilter, plain
    from onefold.workspace import Workspace

    chosen = tuple(state for state in STATES if state in states) or UNDECIDED
    with Workspace.open() as workspace:
        found, counts = workspace.contradictions(ContradictionFilter(chosen, attribute, system), limit)
    if as_json:
        print_json({"items": plain(found), "counts": plain(counts)})
        return
    for one in found:
        _show(one)
    total = sum(counts.attributes.values()) if attribute is None else counts.attributes.get(attribute, 0)
    if not found:
        click.echo("Nothing contradicts.")
    elif total > len(found):
        click.echo(f"… and {total - len(found):,} more (--limit)")
    if found:
        click.echo("By attribute: " + ", ".join(f"{name} {count:,}" for name, count in counts.attributes.items()))


@contradictions.command()
@click.argument("customer")
@click.argument("attribute")
@click.argument("value")
@click.option("--reason", help="Why, in a few words.")
@json_option
def pick(customer: str, attribute: str, value: str, reason: str | None, *, as_json: bool) -> None:
    """Show VALUE as ATTRIBUTE of CUSTOMER, whatever the rules say, through all later builds.

    VALUE is one that the records say. The pick ends by itself when its record says something else.

    \b
    Example:
      onefold contradictions pick ana@example.com city Girona --reason "moved in May"
    """
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        done = workspace.pick(workspace.find_customer(customer), attribute, value, reason=reason)
    _tell(done, as_json=as_json)


@contradictions.command()
@click.argument("customer")
@click.argument("attribute")
@json_option
def unpick(customer: str, attribute: str, *, as_json: bool) -> None:
    """Let the rules decide on ATTRIBUTE of CUSTOMER again.

    \b
    Example:
      onefold contradictions unpick ana@example.com city
    """
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        done = workspace.unpick(workspace.find_customer(customer), attribute)
    _tell(done, as_json=as_json)


def _tell(done: Outcome, *, as_json: bool) -> None:
    if as_json:
        print_json(vars(done))
        return
    how = "picked" if done.rule == "picked" else f"chosen by rule: {done.rule.replace('_', ' ')}"
    click.echo(f"{done.customer_id}  {done.attribute} is {done.value} ({how})")
    if not done.is_changed:
        click.echo("It was so already.")


def _show(found: Contradiction) -> None:
    from onefold.profiles.terminal import safe_text

    attribute = found.attribute
    click.echo(f"{found.customer_id}  {safe_text(found.display_name or '')}  {attribute.name}: {found.state}")
    said: list[tuple[str, Attribute | OtherValue]] = [("→", attribute), *((" ", other) for other in attribute.others)]
    for mark, value in said:
        seen = f", {value.observed_at[:10]}" if value.observed_at else ""
        click.echo(f"  {mark} {safe_text(value.value or '')}  ({', '.join(value.systems)}{seen})")
    if attribute.pick:
        reason = f": {safe_text(attribute.pick.reason)}" if attribute.pick.reason else ""
        click.echo(f"    picked by {safe_text(attribute.pick.by_name)} on {attribute.pick.at[:10]}{reason}")
    if found.lapsed and found.lapsed.ended_at:
        click.echo(
            f"    the pick of {safe_text(found.lapsed.value or '')} by {safe_text(found.lapsed.picked_by)}"
            f" lapsed on {found.lapsed.ended_at:%Y-%m-%d}"
        )
