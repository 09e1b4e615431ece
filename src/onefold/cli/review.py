"""``onefold identity review``: doubtful cases, one after another or a whole pattern at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from onefold.cli.output import json_option, print_json

if TYPE_CHECKING:
    import sqlalchemy as sa

    from onefold.access import Access
    from onefold.build.review.answering import Outcome
    from onefold.identity.review.model import Item
    from onefold.workspace import Workspace

_reason_option = click.option("--reason", default="", help="Why, for those who look later.")
_KEYS = {"s": "same", "d": "different", "k": "skip"}
_WIDTH = 34
_ASKED = {
    "pair": "Are these two customers one?",
    "bridge": "Is this one customer? Its records hold together weakly here.",
    "cluster": "Is this one customer? Its records contradict each other.",
}


@click.group(invoke_without_command=True)
@click.option("--state", default="open", show_default=True, help="open, waiting, answered, skipped or lapsed.")
@click.option("--kind", type=click.Choice(["pair", "bridge", "cluster"]), help="Only of this kind.")
@click.option("--pattern", help="Only of this pattern; see: onefold identity review patterns.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="At most so many.")
@json_option
@click.pass_context
def review(context: click.Context, state: str, kind: Any, pattern: str | None, limit: int, *, as_json: bool) -> None:
    """List doubtful cases, the most telling first; answer them one by one or by pattern.

    \b
    Example:
      onefold identity review next
    """
    if context.invoked_subcommand is not None:
        return
    from onefold.build.review.listing import Wanted, count_items, list_items
    from onefold.errors import InvalidInput
    from onefold.identity.review.model import ItemState
    from onefold.identity.review.patterns import label_of

    if state not in set(ItemState):
        raise InvalidInput(f"cases are never {state!r}", hint=f"Choose from: {', '.join(ItemState)}.")
    with _reading() as (_workspace, connection):
        wanted = Wanted(ItemState(state), kind, pattern)
        items = list_items(connection, _owner_of_files(), wanted, limit=limit)
        counts = count_items(connection, _owner_of_files())
    if as_json:
        print_json({"counts": counts, "items": [asdict(item) for item in items]})
        return
    for item in items:
        click.echo(
            f"{item.item_id}  {item.kind:7}  {item.probability:4.0%}  teaches {item.teaches:4.1f} bits, touches "
            f"{item.touches:,}: {item.telling[0]} ~ {item.telling[1]}  ({label_of(item.pattern.parts)})"
        )
    total = sum(counts[state].values())
    click.echo(f"{total:,} {'case is' if total == 1 else 'cases are'} {state}.")
    if state == "open" and total:
        click.echo("Next: onefold identity review next, or onefold identity review patterns")


@review.command()
@json_option
def patterns(*, as_json: bool) -> None:
    """List what open cases have in common, so that alike ones can be answered together.

    \b
    Example:
      onefold identity review patterns
    """
    from onefold.build.review.listing import list_patterns
    from onefold.identity.review.patterns import label_of

    with _reading() as (_workspace, connection):
        found = list_patterns(connection, _owner_of_files())
    if as_json:
        print_json({"patterns": [asdict(one) | {"label": label_of(one.pattern.parts)} for one in found]})
        return
    for one in found:
        click.echo(
            f"{one.pattern.key}  {one.pattern.kind:7}  {one.items:>6,} cases  {one.probability:4.0%}  "
            f"{label_of(one.pattern.parts)}"
        )
    if not found:
        click.echo("No case is open.")


@review.command()
@click.argument("item_id", required=False)
@click.argument("said", type=click.Choice(["same", "different", "skip"]), required=False)
@click.option("--pattern", help="Answer all open cases of this pattern.")
@click.option("--limit", default=1_000, show_default=True, type=click.IntRange(1, 1_000), help="At most so many.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="With --pattern: only say what it would do.")
@_reason_option
@json_option
def answer(
    item_id: str | None,
    said: Any,
    pattern: str | None,
    limit: int,
    reason: str,
    *,
    is_dry_run: bool,
    as_json: bool,
) -> None:
    """Say "same", "different" or "skip" to one case, or to all open cases of a pattern.

    \b
    Example:
      onefold identity review answer rev_k3j2h4g5f6d7s8a9 same
      onefold identity review answer --pattern ptn_k3j2h4g5f6d7s8a9 different --dry-run
    """
    if pattern is not None and said is None and item_id in _KEYS.values():
        item_id, said = None, item_id  # with --pattern the answer is the only argument
    if said is None or (item_id is None) == (pattern is None):
        raise click.UsageError("Name a case or --pattern KEY, and say same, different or skip.")
    if pattern is not None:
        _answer_pattern(pattern, said, reason, limit, is_dry_run=is_dry_run, as_json=as_json)
        return
    outcome = _answer(str(item_id), said, reason)
    if as_json:
        print_json(asdict(outcome))
    else:
        _tell(outcome)


@review.command("next")
@click.option("--kind", type=click.Choice(["pair", "bridge", "cluster"]), help="Only of this kind.")
@click.option("--pattern", help="Only of this pattern.")
def next_cases(kind: Any, pattern: str | None) -> None:
    """Go through open cases side by side: s same, d different, k skip, q quit.

    \b
    Example:
      onefold identity review next --kind pair
    """
    from onefold.build.review.listing import Wanted, list_items

    seen: set[str] = set()
    while True:
        with _reading() as (_workspace, connection):
            found = list_items(connection, _owner_of_files(), Wanted(kind=kind, pattern=pattern), limit=len(seen) + 1)
            item = next((one for one in found if one.item_id not in seen), None)
            if item is None:
                click.echo("No case is open." if not seen else "That was the last one.")
                return
            for line in _side_by_side(connection, item):
                click.echo(line)
        key = _pressed()
        if key == "q":
            return
        seen.add(item.item_id)
        _tell(_answer(item.item_id, _KEYS[key], "", item.version))
        click.echo()


def _pressed() -> str:
    click.echo("[s]ame  [d]ifferent  s[k]ip  [q]uit: ", nl=False)
    while (key := click.getchar().lower()) not in {*_KEYS, "q"}:
        if key in {"", "\x03", "\x04", "\x1b"}:
            key = "q"
            break
    click.echo(key)
    return key


def _answer(item_id: str, said: Any, reason: str, version: int | None = None) -> Outcome:
    from onefold.build.review.answering import Said, answer_item
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        needs_two = workspace.settings.identity.review.two_people
        with workspace.steward(_owner_of_files()) as desk:
            return answer_item(desk, item_id, Said(said, reason, version), needs_two=needs_two)


def _answer_pattern(pattern: str, said: Any, reason: str, limit: int, *, is_dry_run: bool, as_json: bool) -> None:
    from onefold.build.review.answering import Said
    from onefold.build.review.bulk import answer_all, open_items, preview_bulk
    from onefold.workspace import Workspace

    access = _owner_of_files()
    with Workspace.open() as workspace:
        with workspace.database.read() as connection:
            plan = preview_bulk(connection, access, pattern, said, limit=limit)
            items = [item.item_id for item in open_items(connection, access, pattern, limit)]
        if not is_dry_run:
            needs_two = workspace.settings.identity.review.two_people
            counts = answer_all(lambda: workspace.steward(access), items, Said(said, reason), needs_two=needs_two)
    if as_json:
        print_json(plan.facts if is_dry_run else counts)
        return
    if is_dry_run:
        expected = ", ".join(f"{number:,} customers {name}" for name, number in plan.facts["counts"].items())
        click.echo(
            f"{plan.facts['items']:,} cases about {plan.facts['customers']:,} customers; {expected or 'no change'}"
        )
        for item in plan.examples:
            click.echo(f"  {item.item_id}  {item.telling[0]} ~ {item.telling[1]}")
        click.echo("Nothing was changed (--dry-run).")
        return
    click.echo(
        f"{counts['answered']:,} answered, {counts['refused']:,} refused for they contradict earlier decisions, "
        f"{counts['gone']:,} settled meanwhile"
    )


def _tell(outcome: Outcome) -> None:
    if outcome.waits_for_second:
        word = "People disagree; it stays open." if outcome.item.is_disputed else "It waits for a second person."
        click.echo(word)
        return
    if outcome.effect is None:
        click.echo("Put aside.")
        return
    taught = outcome.taught
    changes = ", ".join(f"{number:,} {name}" for name, number in taught.counts.items() if name != "created")
    click.echo(
        f"{outcome.item.answer}: {changes or 'the map was so already'}; {taught.vanished:,} other cases settled, "
        f"{taught.similar:,} alike are left"
    )


def _side_by_side(connection: sa.Connection, item: Item) -> Iterator[str]:
    """The telling records attribute by attribute, and what speaks for and against."""
    from onefold.identity.map import owner_of
    from onefold.profiles import see_customer
    from onefold.profiles.side_by_side import values_by_record

    said = []
    for name in item.telling:
        owner = owner_of(connection, name)
        found = values_by_record(connection, see_customer(connection, _owner_of_files(), owner)) if owner else {}
        said.append({key: " · ".join(shown.value) for key, shown in found.get(name, {}).items()})
    one, other = said
    yield f"{item.item_id}  {_ASKED[item.kind]}  {item.probability:.0%}"
    yield f"  {'':16} {item.telling[0]:{_WIDTH}} {item.telling[1]}"
    for name in dict.fromkeys([*one, *other]):
        mine, theirs = one.get(name, ""), other.get(name, "")
        sign = "≠" if mine and theirs and mine != theirs else " "
        yield f"{sign} {name.replace('_', ' '):16} {mine:{_WIDTH}} {theirs}"
    for name, (agreement, bits) in sorted(item.evidence.items(), key=lambda part: -part[1][1]):
        yield f"    {bits:+6.1f}  {name.replace('_', ' ')}: {agreement}"
    yield from _rest(item)


def _rest(item: Item) -> Sequence[str]:
    """Who else is on both sides, and who answered before."""
    others = [
        f"  side {side}: {len(names):,} records, such as {', '.join(names[:4])}"
        for side, names in (("a", item.side_a), ("b", item.side_b))
        if len(names) > 1
    ]
    return [*others, *(f"  {one.made_by} said: {one.answer}. {one.reason}" for one in item.answers)]


@contextmanager
def _reading() -> Iterator[tuple[Workspace, sa.Connection]]:
    from onefold.workspace import Workspace

    with Workspace.open() as workspace, workspace.database.read() as connection:
        yield workspace, connection


def _owner_of_files() -> Access:
    from onefold.access import Access, Actor

    return Access.full(Actor("cli", "cli", "command line"))
