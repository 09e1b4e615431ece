"""The report in the terminal: one to two screens, from 80 columns on. Reads the JSON form only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from onefold.silos.english import singular
from onefold.silos.words import counted, number, percent, say

ACTIONS_SHOWN = 5
SYSTEMS_SHOWN = 12
WORST_SHOWN = 3
NAME_WIDTH = 14
WIDE = 110
"""From this many columns on there is room for reasons beside the findings."""

Document = Mapping[str, Any]


def print_screens(report: Document, console: Console) -> None:
    """Print headline, systems, overlap, the five signs and what to do first."""
    focus = report["people"] if report["kind"] == "person" else report["organisations"]
    _print_headline(report, focus, console)
    if not focus["customers"]:
        return
    _print_systems(report, console)
    if len(report["overlap"]["systems"]) > 1:
        _print_overlap(report["overlap"], console)
    _print_signs(report, console)
    _print_actions(report["actions"], console)


def _heading(text: str, console: Console) -> None:
    console.print()
    console.print(Text(text, style="bold"))


def _print_headline(report: Document, focus: Document, console: Console) -> None:
    title = Text.assemble((say("page.title"), "bold"), ("  " + report["name"] if report["name"] else "", ""), style="")
    title.append(f"  {report['made_at'][:10]}", style="dim")
    console.print(title)
    console.print(_lead(focus))
    for note in report["notes"]:
        console.print(Text(f"! {note}", style="yellow"))


def _lead(focus: Document) -> Text:
    customers = say("base.people" if focus["kind"] == "person" else "base.organisations")
    text = Text()
    text.append(number(focus["records"]), style="bold cyan")
    text.append(f" {say('lead.records', count=focus['records'])} ")
    text.append(number(focus["customers"]), style="bold cyan")
    text.append(f" {customers if focus['customers'] != 1 else singular(customers)}")
    if focus["customers"]:
        several = focus["in_several_systems"]
        text.append(f", {say('lead.each', each=number(float(focus['records_per_customer'])))}. ")
        text.append(percent(several["share"]), style="bold cyan")
        text.append(f" {say('lead.several', base=several['base_label'])} ")
        text.append(number(float(focus["mean_systems"])), style="bold cyan")
        text.append(f" {say('lead.screens', most=len(focus['by_systems']))}")
    return text


def _print_systems(report: Document, console: Console) -> None:
    table = _table()
    table.add_column(say("column.system"), no_wrap=True)
    for name in ("records", "customers", "only_here", "duplicates", "empty", "age"):
        table.add_column(say(f"column.{name}"), justify="right")
    duplicates = {entry["system"]: entry["records"] for entry in report["duplicates"]}
    ages = {entry["system"]: entry for entry in report["staleness"]}
    holders = [system for system in report["systems"] if system["customers"]]
    for system in holders[:SYSTEMS_SHOWN]:
        name = system["name"]
        table.add_row(
            escape(name),
            number(system["records"]),
            number(system["customers"]),
            percent(system["only_here"]["share"]),
            percent(duplicates[name]["share"]),
            percent(_empty_share(report["completeness"], name)),
            _age(ages[name]),
        )
    _heading(say("heading.systems"), console)
    console.print(table)
    rest = len(report["systems"]) - len(holders[:SYSTEMS_SHOWN])
    if rest:
        console.print(Text(say("terminal.more_systems", count=rest), style="dim"))
    console.print(Text(say("terminal.systems_bases"), style="dim"))


def _empty_share(completeness: Document, system: str) -> float | None:
    cells = [cell for cell in completeness["cells"] if cell["system"] == system and cell["has_column"]]
    base = sum(cell["filled"]["base"] for cell in cells)
    return 1 - sum(cell["filled"]["count"] for cell in cells) / base if base else None


def _age(staleness: Document) -> str:
    days = staleness["median_days"]
    if days is None:
        return "–"
    shown = say("age.days", count=days) if days < 90 else say("age.months", count=round(days / 30.4))
    return shown + ("*" if staleness["basis"] != "updated_at" else "")


def _print_overlap(overlap: Document, console: Console) -> None:
    shown = _fitting(overlap, console.width)
    table = _table()
    table.add_column(escape(say("column.customers_of")), no_wrap=True)
    for other in shown:
        table.add_column(escape(_shortened(other)), justify="right", no_wrap=True)
    for system in shown:
        cells = [_overlap_cell(overlap, system, other) for other in shown]
        table.add_row(escape(_shortened(system)), *cells)
    _heading(say("heading.overlap"), console)
    console.print(table)
    if len(shown) < len(overlap["systems"]):
        hidden = len(overlap["systems"]) - len(shown)
        console.print(Text(say("terminal.more_systems", count=hidden), style="dim"))


def _fitting(overlap: Document, width: int) -> list[str]:
    """As many systems as have room for their name and their number, whole."""
    left = width - max(cell_len(text) for text in [say("column.customers_of"), *map(_shortened, overlap["systems"])])
    shown: list[str] = []
    for system in overlap["systems"][:SYSTEMS_SHOWN]:
        left -= max(cell_len(_shortened(system)), len(number(overlap["counts"][system][system])), 6) + 3
        if left < 0 and len(shown) > 1:
            break
        shown.append(system)
    return shown


def _shortened(name: str) -> str:
    return set_cell_size(name, NAME_WIDTH - 1) + "…" if cell_len(name) > NAME_WIDTH else name


def _overlap_cell(overlap: Document, system: str, other: str) -> Text:
    if system == other:
        return Text(number(overlap["counts"][system][system]), style="bold")
    share = overlap["shares"][system][other]
    return Text(percent(share), style=_heat(share or 0))


def _heat(share: float) -> str:
    return "dim" if share < 0.1 else "" if share < 0.4 else "cyan" if share < 0.7 else "bold cyan"


def _print_signs(report: Document, console: Console) -> None:
    _heading(say("heading.signs"), console)
    for sign in report["signs"].values():
        share = sign["share"]
        line = Text()
        line.append(_bar(share["share"] or 0), style="cyan")
        line.append(f" {sign['title']}", style="bold")
        line.append(f"  {percent(share['share'])}", style="bold cyan")
        if sign["trend"] and sign["trend"]["direction"] in {"up", "down"}:
            line.append(f"  {sign['trend']['text']}", style="yellow")
        console.print(line)
        base = say("terminal.of", count=share["count"], base=counted(share["base"], share["base_label"]))
        console.print(Padding(Text(base), (0, 0, 0, 11)))
        for text in _worst_lines(sign, console.width):
            console.print(Padding(Text(text, style="dim"), (0, 0, 0, 11)))


def _worst_lines(sign: Document, width: int) -> list[str]:
    shown = (sign["details"].get("by_pair") or sign["worst"])[: WORST_SHOWN if width >= WIDE else 2]
    return [
        f"{finding['text']} {number(finding['share']['count'])} ({percent(finding['share']['share'])}"
        + (f" {say('terminal.share_of')} {finding['share']['base_label']})" if width >= WIDE else ")")
        for finding in shown
    ]


def _bar(share: float, width: int = 10) -> str:
    filled = min(width, max(1 if share else 0, round(share * width)))
    return "█" * filled + "░" * (width - filled)


def _print_actions(actions: Sequence[Document], console: Console) -> None:
    if not actions:
        return
    _heading(say("heading.actions"), console)
    for action in actions[:ACTIONS_SHOWN]:
        line = Text(f"{action['rank']}. ", style="bold cyan")
        line.append(action["title"], style="bold")
        line.append(f"  {number(action['touches'])} {action['unit']}", style="cyan")
        console.print(line)
        console.print(Padding(action["why"].replace("`", ""), (0, 0, 0, 3)))
        console.print(Padding(Text("→ " + action["where"].replace("`", ""), style="dim"), (0, 0, 0, 3)))


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="dim")
