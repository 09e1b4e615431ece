"""``onefold identity households`` and ``organisations``: who lives together, who belongs where, and why."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from onefold.cli.output import json_option, print_json

if TYPE_CHECKING:
    import sqlalchemy as sa

    from onefold.profiles.levels import Belonging, Household, Reason

_SHOWN = 20
"""Rows of an overview on a terminal, and of an organisation's people."""
_ALL = 500


@click.command()
@click.argument("key", required=False)
@json_option
def households(key: str | None, *, as_json: bool) -> None:
    """Say who lives with a customer, and why; of a household's id who is and was in it; without KEY how many there are.

    \b
    Example:
      onefold identity households ana@example.com
      onefold identity households hou_2bgua6pmq6rkuy6t
    """
    with _reading() as (workspace, connection):
        if key is None:
            _overview(connection, "households", as_json=as_json)
            return
        if key.startswith("hou_"):
            _show_by_id(connection, key, as_json=as_json)
            return
        found = household_for(connection, workspace.find_customer(key))
    if as_json:
        print_json(asdict(found) if found else None)
        return
    if found is None:
        click.echo("Nothing in the records says that anybody lives with this customer.")
        return
    _print_household(found)


@click.command()
@click.argument("key", required=False)
@json_option
def organisations(key: str | None, *, as_json: bool) -> None:
    """Say where a customer belongs, and why; of an organisation who belongs to it; without KEY which have most people.

    \b
    Example:
      onefold identity organisations ana@example.com
    """
    from onefold.profiles.levels import people_of

    with _reading() as (workspace, connection):
        if key is None:
            _overview(connection, "organisations", as_json=as_json)
            return
        sight = _sight(connection, workspace.find_customer(key))
        found = _belonging(connection, sight.customer_id)
        people = people_of(connection, sight, limit=_ALL).people if found.kind == "organisation" else ()
    if as_json:
        print_json(asdict(found) | {"people": [asdict(one) for one in people]})
        return
    _print_belonging(found)
    for one in people[:_SHOWN]:
        until = f", until {one.until:%Y-%m-%d}" if one.until else ""
        click.echo(f"  {_name(one.person)}  {one.role or ''}  since {one.since:%Y-%m-%d}{until}")
    if len(people) > _SHOWN:
        click.echo(f"  … and more: --json shows up to {_ALL}")
    if not (people or found.memberships or found.relations):
        click.echo("Nothing in the records says that this customer belongs to an organisation.")


def level_lines(connection: sa.Connection, customer_id: str) -> list[tuple[str, str]]:
    """What the card says of household and organisation: label and text of each line that there is."""
    lines = []
    if home := household_for(connection, customer_id):
        others = [_label(one.person) for one in home.members if one.person.customer_id != customer_id]
        lines.append(("Household", f"with {', '.join(others)}"))
    of = [one for one in _belonging(connection, customer_id).memberships if one.until is None]
    if of:
        texts = [_label(one.organisation) + (f" ({one.role})" if one.role else "") for one in of]
        lines.append(("Organisation", ", ".join(texts)))
    return lines


def household_for(connection: sa.Connection, customer_id: str) -> Household | None:
    """The household of a customer, as the owner of the files sees it."""
    from onefold.profiles.levels import household_of

    return household_of(connection, _sight(connection, customer_id))


def _belonging(connection: sa.Connection, customer_id: str) -> Belonging:
    from onefold.profiles.levels import belonging_of

    return belonging_of(connection, _sight(connection, customer_id))


def _overview(connection: sa.Connection, what: str, *, as_json: bool) -> None:
    from onefold.identity.levels.reading import count_households, list_households, list_organisations

    found = (list_households if what == "households" else list_organisations)(connection, _ALL if as_json else _SHOWN)
    sizes = count_households(connection) if what == "households" else {}
    if as_json:
        rows = [{"id": one, "people": people} for one, people in found]
        print_json({what: rows} | ({"by_size": sizes} if sizes else {}))
        return
    if sizes:
        people = sum(size * number for size, number in sizes.items())
        click.echo(f"{people:,} people live in {sum(sizes.values()):,} households")
        for size, number in sizes.items():
            click.echo(f"  {number:>8,} of {size}")
    for one, number in found:
        click.echo(f"{one}  {number:,} people")
    if not found:
        click.echo(f"There are no {what} yet. They come with a build: onefold build")


def _show_by_id(connection: sa.Connection, key: str, *, as_json: bool) -> None:
    from onefold.errors import NotFound
    from onefold.identity.levels.reading import current_household_id, former_members_of, members_of

    current = current_household_id(connection, key)
    if current is None:
        raise NotFound(f"no household has the id {key}", hint="Name one of the people who live there.")
    members, former = members_of(connection, current), former_members_of(connection, current)
    found = household_for(connection, members[0]) if members else None
    if as_json:
        document: dict[str, Any] = {"household_id": current, "household": asdict(found) if found else None}
        print_json(document | {"former": [asdict(one) for one in former]})
        return
    if current != key:
        click.echo(f"{key} leads to {current}")
    if found:
        _print_household(found)
    else:
        click.echo(f"{current}: nobody lives there any more")
    for stay in former:
        click.echo(f"  {stay.customer_id}  from {stay.attached_at:%Y-%m-%d} until {stay.detached_at:%Y-%m-%d}")


def _print_household(found: Household) -> None:
    click.echo(f"{found.household_id}: {found.size} people")
    for member in found.members:
        click.echo(f"  {_name(member.person)}  strength {member.strength:.2f}, since {member.since:%Y-%m-%d}")
        for reason in member.reasons:
            click.echo(f"      {_why(reason)}")


def _print_belonging(found: Belonging) -> None:
    for one in found.memberships:
        role = f" as {one.role}" if one.role else ""
        until = f" until {one.until:%Y-%m-%d}" if one.until else ""
        click.echo(f"{_name(one.organisation)}{role}  since {one.since:%Y-%m-%d}{until}, strength {one.strength:.2f}")
        for reason in one.reasons:
            click.echo(f"    {_why(reason)}")
    for relation in found.relations:
        click.echo(f"{relation.kind}: {_name(relation.organisation)}")


def _why(reason: Reason) -> str:
    values = ", ".join(f"{said.kind} {said.value or f'hidden: {said.hidden_by}'}" for said in reason.values)
    return f"{values}  ({', '.join(reason.records)})"


def _name(person: Any) -> str:
    return f"{person.customer_id}  {_label(person)}"


def _label(person: Any) -> str:
    from onefold.profiles.terminal import safe_text

    return safe_text(person.display_name or person.customer_id).plain


def _sight(connection: sa.Connection, customer_id: str) -> Any:
    from onefold.access import Access, Actor
    from onefold.profiles import see_customer

    return see_customer(connection, Access.full(Actor("cli", "cli", "command line")), customer_id)


def _reading() -> Any:
    from onefold.cli.identity import reading

    return reading()
