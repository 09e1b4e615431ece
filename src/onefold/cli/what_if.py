"""``onefold identity what-if``: what other settings would make of the customers, before they are made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from onefold.cli.output import json_option, print_json, progress

if TYPE_CHECKING:
    from onefold.build.expected import Links, Range
    from onefold.build.what_if import WhatIf
    from onefold.settings import IdentitySettings, Settings

_SHOWN = 20
_PREFIX = "identity."
_LISTS = {"unique_sources", "never_across"}
_TABLES = {"weights", "trusted_sources"}
_WAIT_SECONDS = 30.0
"""How long a server's preview waits for those who look at samples."""


@click.command("what-if")
@click.option("--set", "sets", multiple=True, metavar="NAME=VALUE", required=True, help="A setting; may be repeated.")
@json_option
def what_if(sets: tuple[str, ...], *, as_json: bool) -> None:
    """Say what other settings would merge, split and move; nothing is changed.

    \b
    identity.link_at=0.8                  probability from which two records may be one customer
    identity.weights.phone=0.5            how much a kind of evidence counts; ignore: not at all
    identity.trusted_sources.crm=1.5      how much the e-mails, phones and numbers of a source count
    identity.unique_sources=crm,shop      sources that hold every customer once
    identity.never_across=national_id     what never differs within one customer
    An empty value means: as learned.

    \b
    Example:
      onefold identity what-if --set identity.link_at=0.8 --set identity.weights.phone=ignore
    """
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        wanted = read_sets(workspace.settings, sets)
        with progress(quiet=as_json) as tell:
            found = workspace.what_if(wanted, progress=tell)
    if as_json:
        changes = [vars(change) for change in found.changes]
        print_json({"settings": wanted.model_dump(mode="json"), **found.to_json(), "changes": changes})
        return
    _print(found, wanted)


@click.command(hidden=True)
@click.argument("preview_id")
@json_option
def preview(preview_id: str, *, as_json: bool) -> None:
    """Find out what somebody asked a server: a what-if or a plan. Progress goes to standard error as JSON lines.

    \b
    Example:
      onefold identity preview prv_k3j2h4g5f6d7s8a9
    """
    from onefold.build.what_if import plan_changes
    from onefold.cli.running import end_with_parent
    from onefold.identity.previews import get_preview, keep_outcome
    from onefold.kernel import utc_now
    from onefold.settings import IdentitySettings
    from onefold.workspace import Workspace

    del as_json  # what it says is for a program in any case
    end_with_parent()

    def tell(text: str) -> None:
        click.echo(json.dumps({"message": text}), err=True)

    with Workspace.open() as workspace:
        with workspace.database.read() as connection:
            asked = get_preview(connection, preview_id)
        if asked.kind == "plan":
            _report, plan, blast = workspace.plan(
                only=asked.asked["sources"], progress=tell, wait_seconds=_WAIT_SECONDS
            )
            changes = plan_changes(plan)
            outcome: dict[str, Any] = {
                "counts": plan.counts,
                "blast": blast.to_json() | {"is_too_large": blast.is_too_large},
                "changes": len(plan.changes),
                "listed": len(changes),
            }
        else:
            settings = IdentitySettings.model_validate(asked.asked)
            found = workspace.what_if(settings, progress=tell, wait_seconds=_WAIT_SECONDS)
            changes, outcome = found.changes, found.to_json()
        with workspace.database.write() as connection:
            keep_outcome(connection, preview_id, outcome, changes, utc_now())
    print_json({"preview_id": preview_id, "counts": outcome["counts"]})


def read_sets(settings: Settings, sets: tuple[str, ...]) -> IdentitySettings:
    """The identity settings as ``--set`` changes them.

    Raises:
        InvalidInput: a name or value cannot be one.
    """
    from onefold.errors import InvalidInput
    from onefold.settings import changed_identity

    present = settings.identity.model_dump(mode="json")
    changes: dict[str, Any] = {}
    for text in sets:
        path, equals, value = text.partition("=")
        name, _, key = path.removeprefix(_PREFIX).partition(".")
        if not equals or not path.startswith(_PREFIX) or name not in present or bool(key) != (name in _TABLES):
            raise InvalidInput(
                f"--set {text!r} is no setting of identity",
                hint=f"Such as {_PREFIX}link_at=0.8, {_PREFIX}weights.phone=0.5, {_PREFIX}unique_sources=crm.",
            )
        if name in _TABLES:
            table = {**present[name], **changes.get(name, {}), key: value}
            changes[name] = {one: said for one, said in table.items() if said != ""}
        elif name in _LISTS:
            changes[name] = [one.strip() for one in value.split(",") if one.strip()]
        else:
            changes[name] = value or None
    return changed_identity(settings, changes)


def _print(found: WhatIf, wanted: IdentitySettings) -> None:
    from onefold.cli.identity import change_line, why_lines

    click.echo(found.plan.show())
    click.echo(f"Customers: {found.blast.customers:,} now, {found.customers_after:,} then.")
    if any(found.anyway.values()):
        anyway = ", ".join(f"{count:,} {name}" for name, count in found.anyway.items() if count)
        click.echo(f"Of this the next build does anyway, with the settings of now: {anyway}.")
    for line in _expected_lines(found):
        click.echo(line)
    for change in found.changes[:_SHOWN]:
        click.echo(f"  {change_line(vars(change))}{'  (anyway)' if change.is_anyway else ''}")
        for line in why_lines(dict(change.evidence)):
            click.echo(f"      {line}")
    if len(found.plan.changes) > _SHOWN:
        click.echo(f"  … and {len(found.plan.changes) - _SHOWN:,} more: --json shows them")
    if found.blast.is_too_large:
        click.echo(
            f"A build with it would keep the old map: it changes {found.blast.changed:,} of "
            f"{found.blast.customers:,} customers ({found.blast.share:.0%}, allowed {found.blast.limit:.0%})."
        )
    click.echo("Nothing was changed. To make it so, write into onefold.yaml, then: onefold build")
    for line in _yaml_lines(wanted):
        click.echo(f"  {line}")


def _expected_lines(found: WhatIf) -> list[str]:
    expected = found.expected
    source = (
        f"by {expected.labels:,} labelled pairs"
        if expected.source == "labels"
        else "by the model's own probabilities; not known: no labels"
    )
    lines = []
    if expected.precision_before and expected.precision_after:
        lines.append(f"Precision {_range(expected.precision_before)} → {_range(expected.precision_after)} ({source})")
    if expected.recall_before and expected.recall_after:
        lines.append(f"Recall {_range(expected.recall_before)} → {_range(expected.recall_after)} ({source})")
    lines += _link_lines("brought together", expected.united) + _link_lines("parted", expected.parted)
    return lines


def _link_lines(verb: str, links: Links) -> list[str]:
    if links.right is None:
        return []
    pairs = "linked pair" if links.pairs == 1 else "linked pairs"
    return [f"{links.pairs:,} {pairs} {verb}; one customer by the model's own word: {_range(links.right)}"]


def _range(found: Range) -> str:
    low, high = f"{found.low:.1%}", f"{found.high:.1%}"
    bounds = low if low == high else f"{low}–{high}"
    return bounds if found.value is None else f"{found.value:.1%} ({bounds})"


def _yaml_lines(wanted: IdentitySettings) -> list[str]:
    from onefold.settings import yaml_text

    document = wanted.model_dump(mode="json", exclude_defaults=True)
    return yaml_text({"identity": document}).splitlines() if document else ["(no identity: settings at all)"]
