"""``onefold identity quality`` and ``onefold identity label``: how good the map is, measured by people's answers."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TextIO

import click

from onefold.cli.output import json_option, print_json

if TYPE_CHECKING:
    import sqlalchemy as sa

    from onefold.access import Access
    from onefold.identity.estimating import Interval
    from onefold.identity.labels import Label
    from onefold.identity.quality import Quality, SampledPair
    from onefold.workspace import Workspace

_KEYS: dict[str, Any] = {"s": "same", "d": "different", "u": "unsure"}
_WIDEST = 38

_STRATA = {
    "joined_strong": "joined, strong evidence",
    "joined_good": "joined, good evidence",
    "joined_fair": "joined, fair evidence",
    "joined_weak": "joined, only by way of other records",
    "decided": "joined by people",
    "apart_refused": "apart, link refused",
    "apart_near": "apart, just below a link",
    "apart_far": "apart, far below",
    "apart_farther": "apart, farther below",
    "apart_conflict": "apart, contradicting each other",
    "loose_close": "never compared, much in common",
    "loose_far": "never compared, a little in common",
    "beyond": "beyond: nothing in common",
}
"""Stratum -> what it is called on a terminal."""


@click.command()
@click.option("--labels", "with_labels", is_flag=True, help="List the labels, the newest first.")
@click.option("--withdraw", "label_id", metavar="LABEL_ID", help="Take a label back.")
@json_option
def quality(*, with_labels: bool, label_id: str | None, as_json: bool) -> None:
    """Say how good the map is, as far as labels tell: precision and recall with their intervals.

    \b
    Example:
      onefold identity quality
      onefold identity quality --withdraw lbl_k3j2h4g5f6d7s8a9
    """
    from onefold.build.labelling import remove_label
    from onefold.identity.labels import list_labels
    from onefold.identity.quality import measure_quality
    from onefold.kernel import utc_now
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        if label_id:
            with workspace.database.write() as connection:
                gone = remove_label(connection, _owner_of_files(), label_id, utc_now())
            _print(asdict(gone), f"{label_id} counts no longer.", as_json=as_json)
            return
        with workspace.database.read() as connection:
            if with_labels:
                found = list_labels(connection)
                lines = "\n".join(map(_label_line, found)) or "Nobody has labelled anything."
                _print({"labels": [asdict(one) for one in found]}, lines, as_json=as_json)
                return
            measured = measure_quality(connection)
    _print(asdict(measured), "\n".join(_quality_lines(measured)), as_json=as_json)


@click.command()
@click.option("--answers", "answers_file", type=click.File("r", encoding="utf-8-sig"), help="Take answers from a file.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="Ask at most so many.")
@json_option
def label(answers_file: TextIO | None, limit: int, *, as_json: bool) -> None:
    """Answer whether two records are one customer: s(ame), d(ifferent), u(nsure), q(uit).

    Labels measure the map and change nothing in it. The pairs come in the order in which they tell most. FILE is CSV
    with the columns subject_a, subject_b, answer; - is standard input. --json without a file prints the pairs to ask.

    \b
    Example:
      onefold identity label
      onefold identity label --answers labels.csv
    """
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        if answers_file is not None:
            kept = _take_answers(workspace, answers_file)
            _print({"labelled": kept}, f"{kept:,} labels were kept.", as_json=as_json)
        elif as_json:
            with workspace.database.read() as connection:
                from onefold.identity.quality import next_pairs

                print_json({"pairs": [asdict(one) for one in next_pairs(connection, limit)]})
            return
        else:
            _ask(workspace, limit)
        if not as_json:
            _sum_up(workspace)


def _take_answers(workspace: Workspace, file: TextIO) -> int:
    """Keep the labels of a file, all or none."""
    from onefold.build.labelling import label_pair
    from onefold.errors import InvalidInput
    from onefold.kernel import utc_now
    from onefold.profiles import find_subject

    rows = csv.DictReader(file)
    if missing := {"subject_a", "subject_b", "answer"} - set(rows.fieldnames or ()):
        raise InvalidInput(f"the file has no column {min(missing)}", hint="Its columns: subject_a, subject_b, answer.")
    kept = 0
    access, now = _owner_of_files(), utc_now()
    with workspace.database.write() as connection:
        for row in rows:
            answer: Any = _KEYS.get(str(row["answer"]).strip().lower(), str(row["answer"]).strip().lower())
            pair = [find_subject(connection, str(row[name])) or str(row[name]) for name in ("subject_a", "subject_b")]
            label_pair(connection, access, pair[0], pair[1], answer, now)
            kept += 1
    return kept


def _ask(workspace: Workspace, limit: int) -> None:
    from onefold.build.labelling import label_pair
    from onefold.identity.quality import next_pairs
    from onefold.kernel import utc_now

    for number in range(1, limit + 1):
        with workspace.database.read() as connection:
            found = next_pairs(connection, 1)
            if not found:
                click.echo("There is no pair left to ask about; the next build draws more.")
                return
            _show(connection, found[0], number)
        key = click.prompt("One customer?", type=click.Choice([*_KEYS, "q"]), show_choices=True)
        if key == "q":
            return
        pair = found[0]
        with workspace.database.write() as connection:
            label_pair(connection, _owner_of_files(), pair.subject_a, pair.subject_b, _KEYS[key], utc_now())


def _show(connection: sa.Connection, pair: SampledPair, number: int) -> None:
    """Both records side by side; what differs is marked."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from onefold.api.identity_pairs import RecordsReader
    from onefold.profiles.terminal import safe_text

    records = RecordsReader(connection, _owner_of_files()).beside((pair.subject_a, pair.subject_b))
    said = [{one.attribute: one for one in record.fields} for record in records]
    table = Table(title=f"Pair {number}", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", style="cyan")
    for name in (pair.subject_a, pair.subject_b):
        table.add_column(name, overflow="fold", max_width=_WIDEST)
    for attribute in dict.fromkeys(name for record in said for name in record):
        cells = [record.get(attribute) for record in said]
        both = all(cell is not None and cell.value for cell in cells)
        mark = " ≠" if both and cells[0] and cells[0].differs else ""
        values = [safe_text((cell.value or "")[:200]) if cell else "" for cell in cells]
        table.add_row(f"{attribute.replace('_', ' ')}{mark}", *values)
    Console().print(table)


def _sum_up(workspace: Workspace) -> None:
    from onefold.identity.quality import measure_quality

    with workspace.database.read() as connection:
        for line in _quality_lines(measure_quality(connection)):
            click.echo(line)


def _quality_lines(found: Quality) -> Iterator[str]:
    if not found.strata:
        yield "Nothing is measured yet. Next: onefold build"
        return
    if found.estimate is None:
        yield f"{found.labelled} labels: too few for an estimate. {found.wanted} more: onefold identity label"
    else:
        yield f"precision {_told(found.estimate.precision)}   of two records in one customer, so many belong there"
        yield f"recall    {_told(found.estimate.recall)}   of two records of one person, so many are in one customer"
        more = f"{found.wanted} more would narrow it: onefold identity label" if found.wanted else "enough for now"
        yield f"from {found.labelled} labels; {more}"
    if found.unsure or found.stale:
        yield f"not counted: {found.unsure} unsure, {found.stale} about records that changed since"
    yield ""
    for state in found.strata:
        name, said = _STRATA.get(state.stratum.key, state.stratum.key), state.answers
        answered = f"{said.same:.0f} of {said.labelled:.0f} the same" if said.labelled else ""
        if state.stratum.key == "beyond":
            yield f"  {name:38} about {state.stratum.pairs * state.stratum.expected:,.0f} pairs missed there, expected"
        else:
            line = f"  {name:38} {state.stratum.pairs:12,.0f} pairs, {state.stratum.expected:8.2%} expected  {answered}"
            yield line.rstrip()
    if found.calibration:
        yield ""
        for one in found.calibration:
            expected = f"expected {one.expected:.0%}, people said {one.observed:.0%}"
            yield f"  probability {one.low:.0%} to {one.high:.0%}: {expected} ({one.pairs})"
    if found.contradictions:
        yield ""
        yield "The map does not agree with these labels. A label binds nothing; to let it bind:"
        for label in found.contradictions[:10]:
            yield f"  onefold identity {label.answer} {label.subject_a} {label.subject_b}"


def _told(interval: Interval) -> str:
    return f"{interval.value:.1%} ({interval.low:.1%} to {interval.high:.1%})"


def _label_line(label: Label) -> str:
    stale = ", stale" if label.is_stale else ""
    who = f"{label.labelled_by}, {label.labelled_at:%Y-%m-%d}"
    return f"{label.label_id}  {label.subject_a} ~ {label.subject_b}: {label.answer}  ({label.purpose}{stale}; {who})"


def _print(document: dict[str, Any], text: str, *, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        click.echo(text)


def _owner_of_files() -> Access:
    from onefold.access import Access, Actor

    return Access.full(Actor("cli", "cli", "command line"))
