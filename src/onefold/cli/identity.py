"""``onefold identity``: who is who, why, since when; and people's word about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from onefold.cli.levels import households, organisations
from onefold.cli.output import json_option, print_json, progress
from onefold.cli.quality import label, quality
from onefold.cli.review import review
from onefold.cli.what_if import preview, what_if

if TYPE_CHECKING:
    import sqlalchemy as sa

    from onefold.access import Access
    from onefold.build.steward import Desk, Effect
    from onefold.identity.live import LiveMatch
    from onefold.workspace import Workspace

_dry_option = click.option("--dry-run", "is_dry_run", is_flag=True, help="Only say what it would do.")
_reason_option = click.option("--reason", default="", help="Why, for those who look later.")
_SHOWN = 50
"""Changes that a plan shows on a terminal; --json has all."""


@click.group()
def identity() -> None:
    """Who is who: plan, explain, decide, undo.

    Customers are named by any id they ever had, by e-mail or phone; records by source:record_key.

    \b
    Example:
      onefold identity explain ana@example.com crm:C-17
    """


identity.add_command(quality)
identity.add_command(label)
identity.add_command(review)
identity.add_command(households)
identity.add_command(organisations)


@identity.command()
@click.option("--source", "only", multiple=True, help="Read only this source; may be repeated.")
@json_option
def plan(only: tuple[str, ...], *, as_json: bool) -> None:
    """Say what a build would merge, split and move, and why; nothing is published.

    \b
    Example:
      onefold identity plan --json
    """
    from onefold.workspace import Workspace

    with Workspace.open() as workspace, progress(quiet=as_json) as tell:
        report, planned, blast = workspace.plan(only=only, progress=tell)
    changes = planned.changes.to_pylist()
    if as_json:
        import json

        told = [change | {"evidence": json.loads(change["evidence"])} for change in changes]
        print_json(
            {
                "build_no": report.build_no,
                "counts": planned.counts,
                "blast": blast.to_json() | {"is_too_large": blast.is_too_large},
                "changes": told,
            }
        )
        return
    click.echo(planned.show())
    for change in changes[:_SHOWN]:
        import json

        click.echo(f"  {change_line(change)}")
        for line in why_lines(json.loads(change["evidence"])):
            click.echo(f"      {line}")
    if len(changes) > _SHOWN:
        click.echo(f"  … and {len(changes) - _SHOWN:,} more: --json shows all")
    if blast.is_too_large:
        click.echo(
            f"A build would keep the old map: it changes {blast.changed:,} of {blast.customers:,} customers "
            f"({blast.share:.0%}, allowed {blast.limit:.0%}). To agree: onefold build --confirm"
        )


identity.add_command(what_if)
identity.add_command(preview)


@identity.command()
@click.option("--after", default=0, show_default=True, help="Only changes with a greater number.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000), help="At most so many.")
@json_option
def changes(after: int, limit: int, *, as_json: bool) -> None:
    """Tell what happened to ids, in order: for systems that hold them. Ask again after the last number.

    \b
    Example:
      onefold identity changes --after 4711 --json
    """
    from onefold.identity.feed import list_changes

    with reading() as (_workspace, connection):
        found = list_changes(connection, after=after, limit=limit)
    if as_json:
        print_json({"changes": [asdict(one) for one in found], "last": found[-1].change_id if found else after})
        return
    for one in found:
        undone = f"  (undone by run {one.undone_run})" if one.undone_run else ""
        click.echo(f"{one.change_id:>6}  {one.happened_at:%Y-%m-%d %H:%M}  {change_line(asdict(one))}{undone}")
        click.echo(f"        run {one.run_id}, {one.actor}{f': {one.reason}' if one.reason else ''}")
        for line in why_lines(one.evidence):
            click.echo(f"        {line}")
    if not found:
        click.echo("Nothing has changed since." if after else "No id has changed yet.")


@identity.command()
@click.argument("name", metavar="ID")
@click.option("--as-of", type=click.DateTime(), help="At this moment (UTC), such as 2026-05-01 or 2026-05-01T12:00:00.")
@json_option
def resolve(name: str, as_of: Any, *, as_json: bool) -> None:
    """Say which customer an id leads to, now or on a past day; any id ever issued, or source.table:record_key.

    \b
    Example:
      onefold identity resolve cus_2bgua6pmq6rkuy6t --as-of 2026-05-01
    """
    from datetime import UTC

    from onefold.errors import NotFound
    from onefold.identity import customer_as_of
    from onefold.kernel import is_customer_id, utc_now

    moment = as_of.replace(tzinfo=UTC) if as_of else utc_now()
    with reading() as (_workspace, connection):
        found = customer_as_of(connection, name.lower() if is_customer_id(name.lower()) else name, moment)
    if found is None:
        raise NotFound(
            f"{name} was nobody's at {moment:%Y-%m-%d %H:%M} UTC" if as_of else f"{name} was never issued",
            hint="Look the customer up by e-mail, phone or record key: onefold customer ana@example.com",
        )
    if as_json:
        print_json({"id": name, "as_of": moment.isoformat() if as_of else None, "customer_id": found})
    else:
        click.echo(found)


@identity.command()
@click.argument("given", metavar="RECORD")
@click.option("--table", help="source.table, whose mapping reads the record.")
@click.option("--key", help="The record's key in the table, if it has one.")
@click.option("--organisation", "is_organisation", is_flag=True, help="It is an organisation, not a person.")
@json_option
def match(given: str, table: str | None, key: str | None, *, is_organisation: bool, as_json: bool) -> None:
    """Say which customer a record would join if it came now, and why; nothing is written.

    RECORD is JSON: by meanings such as given_name, email, phone (several values as a list), or by the columns
    of --table.

    \b
    Example:
      onefold identity match '{"given_name": "Ana", "email": ["ana@example.com"]}'
    """
    import json

    from onefold.errors import InvalidInput
    from onefold.identity.map import owner_of

    try:
        row = json.loads(given)
    except ValueError as error:
        raise InvalidInput(f"the record is not JSON: {error}") from error
    if not isinstance(row, dict):
        raise InvalidInput("a record is a JSON object", hint='Such as {"email": ["ana@example.com"]}.')
    with reading() as (workspace, connection):
        found = workspace.match_record(connection, row, table=table, is_organisation=is_organisation, key=key)
        owners = {name: owner_of(connection, name) for name in (*found.subjects, *_subjects_of(found))}
    joined = list(dict.fromkeys(owner for name in found.subjects if (owner := owners[name])))
    matches = [one | {"customer_id": owners[one["subject_id"]]} for one in found.matches]
    if as_json:
        customer_id = joined[0] if joined else None
        print_json(
            {
                "customer_id": customer_id,
                "probability": found.probability,
                "also": joined[1:],
                "matches": matches,
            }
        )
        return
    click.echo(f"{joined[0]}, {found.probability:.1%} sure" if joined else "Nobody yet: it would be a new customer.")
    for other in joined[1:]:
        click.echo(f"  and it would bring {other} together with it")
    for one in matches[:_SHOWN]:
        click.echo(f"  {one['subject_id']}: {one['weight']:+.1f} bits, {one['probability']:.1%}")
        for name, (agreement, bits) in sorted(one["evidence"].items(), key=lambda part: -part[1][1]):
            click.echo(f"    {bits:+6.1f}  {name.replace('_', ' ')}: {agreement}")


def _subjects_of(found: LiveMatch) -> list[str]:
    return [one["subject_id"] for one in found.matches]


@identity.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="[B]", required=False)
@json_option
def explain(one: str, other: str | None, *, as_json: bool) -> None:
    """Say why the records of A are one customer; or why A and B are one, or are not.

    \b
    Example:
      onefold identity explain crm:C-17 shop:10877
    """
    from onefold.identity.explaining import explain_customer, explain_pair
    from onefold.identity.map import owner_of, subjects_of
    from onefold.identity.tuning import Tuning

    with reading() as (workspace, connection), workspace.warehouse() as engine:
        ours = _records(workspace, connection, one)
        if other is None:
            found = explain_customer(connection, engine, subjects_of(connection, owner_of(connection, ours[0]) or ""))
        else:
            theirs = _records(workspace, connection, other)
            tuning = Tuning.of(workspace.settings.identity)
            found = explain_pair(connection, engine, ours, theirs, tuning)
    if as_json:
        print_json(asdict(found))
        return
    click.echo(_VERDICTS[found.verdict])
    for step in found.chain:
        click.echo(f"  {step['a']} {'=' if step['kind'] == 'same' else '≠'} {step['b']}  ({step['override_id']})")
    for link in found.links:
        forbids = ", cannot be one customer" if link.is_conflict else ""
        click.echo(f"  {link.a} ~ {link.b}: {link.weight:+.1f} bits, {link.probability:.1%}{forbids}")
        for name, (agreement, bits) in sorted(link.fields.items(), key=lambda part: -part[1][1]):
            click.echo(f"    {bits:+6.1f}  {name.replace('_', ' ')}: {agreement}")
    for override in found.overrides:
        click.echo(f"  decided: {_override_line(override)}")
    for change in found.changes[:10]:
        click.echo(
            f"  {change.happened_at:%Y-%m-%d %H:%M} {change_line(asdict(change))} "
            f"(run {change.run_id}, {change.actor}, rules {change.rule_version})"
        )


_VERDICTS = {
    "alone": "One record; nothing had to be brought together.",
    "linked": "One customer: the evidence holds the records together.",
    "decided_same": "One customer: a person said so.",
    "decided_different": "Two customers: a person said so.",
    "conflict": "Two customers: they contradict each other in what cannot differ for one.",
    "against": "Two customers: the evidence speaks against one.",
    "weak": "Two customers: what agrees is not enough.",
    "cluster": "This pair alone does not decide: the other records of both were heard too.",
    "none": "Two customers: nothing about them can be compared.",
}


@identity.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@_reason_option
@_dry_option
@json_option
def same(one: str, other: str, reason: str, *, is_dry_run: bool, as_json: bool) -> None:
    """Decide that A and B are one customer; it binds for ever and takes effect at once.

    A customer stands for all of its records, a record for itself.

    \b
    Example:
      onefold identity same crm:C-17 shop:10877 --reason "changed her name"
    """
    _decide("same", one, [other], reason, is_dry_run=is_dry_run, as_json=as_json)


@identity.command()
@click.argument("one", metavar="A")
@click.argument("others", metavar="B...", nargs=-1, required=True)
@_reason_option
@_dry_option
@json_option
def different(one: str, others: tuple[str, ...], reason: str, *, is_dry_run: bool, as_json: bool) -> None:
    """Decide that A is another customer than B; it binds for ever and takes effect at once.

    A customer beside records of its own means its other records: that takes them out.

    \b
    Example:
      onefold identity different ana@example.com shop:10877 --reason "mother and daughter"
    """
    _decide("different", one, list(others), reason, is_dry_run=is_dry_run, as_json=as_json)


@identity.command()
@click.option("--all", "with_withdrawn", is_flag=True, help="Also those that were withdrawn.")
@json_option
def overrides(*, with_withdrawn: bool, as_json: bool) -> None:
    """List what people decided, the newest first.

    \b
    Example:
      onefold identity overrides
    """
    from onefold.identity import list_overrides

    with reading() as (_workspace, connection):
        found = list_overrides(connection, with_withdrawn=with_withdrawn)
    if as_json:
        print_json({"overrides": [asdict(one) for one in found]})
        return
    for one in found:
        click.echo(_override_line(one))
    if not found:
        click.echo("Nobody has decided anything; every customer rests on evidence.")


@identity.command()
@click.argument("override_id")
@json_option
def withdraw(override_id: str, *, as_json: bool) -> None:
    """Let a decision bind no longer; the next build weighs the evidence again.

    \b
    Example:
      onefold identity withdraw ovr_k3j2h4g5f6d7s8a9
    """
    from onefold.build.steward import withdraw_decision
    from onefold.kernel import utc_now
    from onefold.workspace import Workspace

    with Workspace.open() as workspace, workspace.database.write() as connection:
        found = withdraw_decision(connection, _owner_of_files(), override_id, utc_now())
    if as_json:
        print_json(asdict(found))
    else:
        click.echo(f"{override_id} binds no longer. Next: onefold build weighs the evidence again.")


@identity.command()
@click.argument("change_id", type=int, required=False)
@click.option("--run", "run_id", type=int, help="Undo all that this run merged, split and moved.")
@_reason_option
@_dry_option
@json_option
def undo(change_id: int | None, run_id: int | None, reason: str, *, is_dry_run: bool, as_json: bool) -> None:
    """Undo a change of the map, or a whole run: both sides get back what they had, ids included, and keep it.

    \b
    Example:
      onefold identity undo 4711 --reason "two people, one mailbox"
    """
    from onefold.build.steward import undo_change, undo_run

    if (change_id is None) == (run_id is None):
        raise click.UsageError("Give the number of a change, or --run and the number of a run.")
    with _stewarding() as (_workspace, desk):
        if change_id is not None:
            effect = undo_change(desk, change_id, reason, is_dry_run=is_dry_run)
        else:
            effect = undo_run(desk, int(run_id or 0), reason, is_dry_run=is_dry_run)
    _print_effect(effect, is_dry_run=is_dry_run, as_json=as_json)


def _decide(kind: Any, one: str, others: list[str], reason: str, *, is_dry_run: bool, as_json: bool) -> None:
    from onefold.build.steward import decide

    with _stewarding() as (workspace, desk):
        ours = [_named(workspace, desk.connection, one)]
        theirs = [_named(workspace, desk.connection, other) for other in others]
        effect = decide(desk, kind, ours, theirs, reason, is_dry_run=is_dry_run)
    _print_effect(effect, is_dry_run=is_dry_run, as_json=as_json)


def _print_effect(effect: Effect, *, is_dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json(asdict(effect) | {"is_dry_run": is_dry_run})
        return
    for override in effect.overrides:
        click.echo(_override_line(override))
    for override_id in effect.withdrawn:
        click.echo(f"{override_id} {'would be' if is_dry_run else 'is'} withdrawn")
    for change in effect.changes:
        click.echo(f"  {change_line(change)}")
    if not effect.changes:
        click.echo("  The map is as decided already.")
    if is_dry_run:
        click.echo("Nothing was changed (--dry-run).")


def change_line(change: dict[str, Any]) -> str:
    """A change of the map in words."""
    count = len(change.get("subject_ids", ()))
    records = f"{count:,} {'record' if count == 1 else 'records'}"
    one, other = change["customer_id"], change["other_customer_id"]
    return {
        "merged": f"{one} merged into {other} ({records})",
        "split": f"{other} split off {one} ({records})",
        "moved": f"{records} moved from {one} to {other}",
        "restored": f"{one} given back{f' out of {other}' if other else ''} ({records})",
        "retired": f"{one} retired ({records})",
    }[change["kind"]]


def why_lines(evidence: dict[str, Any]) -> Iterator[str]:
    """Why the map changes: decisions, and the strongest link on each side."""
    for override_id in evidence.get("overrides", ()):
        yield f"because of a decision: {override_id}"
    for side, word in (("links", "for"), ("against", "outweighed")):
        for link in evidence.get(side, ())[:1]:
            parts = ", ".join(
                f"{name.replace('_', ' ')} {agreement} {bits:+.1f}"
                for name, (agreement, bits) in link["evidence"].items()
            )
            yield f"{word}: {link['a']} ~ {link['b']} {link['weight']:+.1f} bits ({parts})"


def _override_line(override: Any) -> str:
    sides = [", ".join(side[:3]) + (f" +{len(side) - 3}" if len(side) > 3 else "") for side in _sides(override)]
    sign = " = " if override.kind == "same" else " ≠ "
    reason = f": {override.reason}" if override.reason else ""
    withdrawn = f" (withdrawn by {override.withdrawn_by})" if override.withdrawn_by else ""
    who = f"{override.made_by}, {override.made_at:%Y-%m-%d}"
    return f"{override.override_id}  {sign.join(sides)}  {who}{reason}{withdrawn}"


def _sides(override: Any) -> list[tuple[str, ...]]:
    if override.side_b:
        return [override.side_a, override.side_b]
    return [override.side_a[:1], override.side_a[1:]]


@contextmanager
def reading() -> Iterator[tuple[Workspace, sa.Connection]]:
    """The workspace here and its app database, in one snapshot."""
    from onefold.workspace import Workspace

    with Workspace.open() as workspace, workspace.database.read() as connection:
        yield workspace, connection


@contextmanager
def _stewarding() -> Iterator[tuple[Workspace, Desk]]:
    from onefold.workspace import Workspace

    with Workspace.open() as workspace, workspace.steward(_owner_of_files()) as desk:
        yield workspace, desk


def _owner_of_files() -> Access:
    from onefold.access import Access, Actor

    return Access.full(Actor("cli", "cli", "command line"))


def _named(workspace: Workspace, connection: sa.Connection, text: str) -> str:
    """A customer id or subject id that ``text`` means.

    Raises:
        NotFound: nobody is known by it.
        InvalidInput: several are.
    """
    from onefold.errors import InvalidInput, NotFound
    from onefold.profiles import find_customers, find_subject

    if subject := find_subject(connection, text):
        return subject
    found = find_customers(connection, text, workspace.settings.region)
    if not found:
        raise NotFound(f"no customer is known by {text!r}", hint="Try an id, an e-mail or source:record_key.")
    if len(found) > 1:
        raise InvalidInput(f"{text!r} means {len(found):,} customers", hint=f"Name one: {', '.join(found[:5])}")
    return found[0]


def _records(workspace: Workspace, connection: sa.Connection, text: str) -> list[str]:
    """The present records that ``text`` means."""
    from onefold.identity.map import subjects_of
    from onefold.kernel import is_customer_id

    name = _named(workspace, connection, text)
    return subjects_of(connection, name) if is_customer_id(name) else [name]
