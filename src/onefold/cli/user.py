"""``onefold user``: whoever owns the files can always help people in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from onefold.cli.output import json_option, print_json

if TYPE_CHECKING:
    from onefold.access import Access
    from onefold.access.accounts import User
    from onefold.workspace import Workspace


@click.group()
def user() -> None:
    """List, invite and help the people who sign in.

    \b
    Example:
      onefold user list
    """


@user.command("list")
@json_option
def list_people(*, as_json: bool) -> None:
    """List the people who sign in.

    \b
    Example:
      onefold user list
    """
    from onefold.access.accounts import list_users
    from onefold.workspace import Workspace

    with Workspace.open() as workspace, workspace.database.read() as connection:
        users = list_users(connection, limit=100_000)
    if as_json:
        print_json([_facts(one) for one in users])
        return
    width = max((len(one.email) for one in users), default=0)
    for one in users:
        factor = ", second factor" if one.has_second_factor else ""
        click.echo(f"{one.email:{width}}  {one.state:8}  {', '.join(one.roles)}{factor}  {one.display_name}")
    if not users:
        click.echo("Nobody yet. Run: onefold serve")


@user.command()
@click.argument("email")
@click.option("--name", help="The person's name; the e-mail's first part where not given.")
@click.option("--role", "roles", multiple=True, default=["agent"], show_default=True, help="May be repeated.")
@click.option("--attribute", "attributes", multiple=True, metavar="NAME=VALUE[,VALUE…]", help="May be repeated.")
@json_option
def invite(email: str, name: str | None, roles: tuple[str, ...], attributes: tuple[str, ...], *, as_json: bool) -> None:
    """Invite EMAIL; prints the link by which they come in.

    \b
    Example:
      onefold user invite bea@example.com --role agent --attribute regions=North,South
    """
    from onefold.access.accounts import invite_user
    from onefold.workspace import Workspace

    with Workspace.open() as workspace, workspace.database.write() as connection:
        made, token = invite_user(
            connection,
            _owner_of_the_files(),
            email=email,
            display_name=name or email.partition("@")[0],
            roles=list(dict.fromkeys(roles)),
            attributes=dict(map(_attribute, attributes)),
        )
        link = _link(workspace, "invitation", token)
    _say_link(made, "invitation", link, as_json=as_json)


@user.command()
@click.argument("email")
@click.option("--second-factor", is_flag=True, help="Also remove their second factor.")
@json_option
def reset(email: str, *, second_factor: bool, as_json: bool) -> None:
    """Print a link by which EMAIL chooses a new password.

    \b
    Example:
      onefold user reset ana@example.com
    """
    from onefold.access.accounts import clear_second_factor, new_link
    from onefold.workspace import Workspace

    access = _owner_of_the_files()
    with Workspace.open() as workspace, workspace.database.write() as connection:
        found = _find(connection, email)
        if second_factor:
            clear_second_factor(connection, access, found.user_id)
        found, token = new_link(connection, access, found.user_id)
        purpose = "invitation" if found.state == "invited" else "reset"
        link = _link(workspace, purpose, token)
    _say_link(found, purpose, link, as_json=as_json)


@user.command()
@click.argument("email")
@click.option("--tasks-to", metavar="EMAIL", help="Who takes over their open tasks.")
@json_option
def disable(email: str, *, tasks_to: str | None, as_json: bool) -> None:
    """Keep EMAIL out from now on; their sessions end.

    Whoever owns open tasks can only be kept out when somebody takes them over.

    \b
    Examples:
      onefold user disable bea@example.com
      onefold user disable bea@example.com --tasks-to ana@example.com
    """
    _set_state(email, "disabled", tasks_to=tasks_to, as_json=as_json)


@user.command()
@click.argument("email")
@json_option
def enable(email: str, *, as_json: bool) -> None:
    """Let EMAIL in again.

    \b
    Example:
      onefold user enable bea@example.com
    """
    _set_state(email, "active", as_json=as_json)


def _set_state(email: str, state: Any, *, tasks_to: str | None = None, as_json: bool) -> None:
    from onefold.access.accounts import UserChange, update_user
    from onefold.care import hand_over_tasks
    from onefold.workspace import Workspace

    with Workspace.open() as workspace, workspace.database.write() as connection:
        found = _find(connection, email)
        changed = update_user(
            connection,
            _owner_of_the_files(),
            found.user_id,
            UserChange(state=state),
            expected_version=found.version,
        )
        heir = _find(connection, tasks_to).user_id if tasks_to else None
        if state == "disabled":
            hand_over_tasks(connection, _owner_of_the_files(), found.user_id, heir)
    if as_json:
        print_json(_facts(changed))
    else:
        click.echo(f"{changed.email} is {changed.state}")


def _find(connection: Any, email: str) -> User:
    from onefold.access.accounts import find_user
    from onefold.errors import NotFound

    found = find_user(connection, email)
    if found is None:
        raise NotFound(f"nobody has the address {email}", hint="See who is there: onefold user list")
    return found


def _owner_of_the_files() -> Access:
    from onefold.access import Access, Actor

    return Access.full(Actor("cli", "cli", "command line"))


def _link(workspace: Workspace, purpose: str, token: str) -> str:
    from onefold.access.accounts import link_to
    from onefold.cli.running import find_server

    server = workspace.settings.server
    running = find_server(workspace.path)
    base = server.public_url or (running.url if running else f"http://127.0.0.1:{server.port}")
    return link_to(base, purpose, token)


def _say_link(found: User, purpose: str, link: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"user": _facts(found), "purpose": purpose, "link": link})
        return
    lasts = "seven days" if purpose == "invitation" else "an hour"
    click.echo(f"Hand this link to {found.email}; it works once, within {lasts}:\n  {link}")


def _attribute(text: str) -> tuple[str, str | list[str]]:
    from onefold.errors import InvalidInput

    name, sign, value = text.partition("=")
    if not sign:
        raise InvalidInput(f"{text!r} is not NAME=VALUE", hint="Write it like regions=North,South.")
    is_list = "," in value or name.endswith("s")
    return name, [one for one in value.split(",") if one] if is_list else value


def _facts(one: User) -> dict[str, Any]:
    return {
        "user_id": one.user_id,
        "email": one.email,
        "display_name": one.display_name,
        "state": one.state,
        "roles": list(one.roles),
        "attributes": one.attributes,
        "has_password": one.has_password,
        "has_second_factor": one.has_second_factor,
        "last_signed_in_at": one.last_signed_in_at,
    }
