"""The card of a customer for a terminal.

Names and messages come from strangers: control characters are taken out, markup is never read from them, and each
value is isolated, so that right-to-left text cannot reorder its neighbours.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from onefold.profiles.confidence import DOUBTFUL
from onefold.profiles.model import Attribute, Card, Essential, IdChange, Part, Sureness, TimelineEntry

_LABELS = {
    "only_value": "all agree",
    "picked": "picked",
    "newest": "newest",
    "most_frequent": "most frequent",
    "most_complete": "most complete",
    "most_precise": "most precise",
    "properly_cased": "better written",
    "personal": "personal mailbox",
    "verified": "verified",
    "source_priority": "trusted source",
    "same_record": "fits the rest",
    "earliest": "earliest",
    "latest": "latest",
    "alphabet": "a tie",
}
_LINES = {
    "name": "Name",
    "language": "Language",
    "status": "Status",
    "customer_since": "Customer since",
    "owner": "Owner",
    "last_spoke_with": "Last spoke with",
    "open_work": "Open",
    "last_score": "Last score",
    "last_contact": "Last contact",
    "orders": "Orders",
    "invoices": "Invoices",
    "email": "E-mail",
    "identity_confidence": "One and whole",
}
_ROLE_MARKS = {"conversations": "💬", "feedback": "★", "events": "•"}
_ISOLATE, _END = "\u2068", "\u2069"
_MOMENTS = ("created_at", "updated_at")  # every record has its own; only the chosen one says something
_MOST_RECORDS = 12
_MOST_CHANGES = 10


def render_card(card: Card, console: Console, belongs: Sequence[tuple[str, str]] = ()) -> None:
    """Print ``card``: who it is, what is known and from where, what happened. Fits 80 columns and more.

    Args:
        card: of the customer.
        console: to print on.
        belongs: label and text of further lines of the header: household, organisation.
    """
    console.print(_header(card, belongs))
    if card.attributes:
        console.print(_attributes(card, console.width))
    if card.records:
        console.print(_records(card))
    if card.timeline:
        console.print(_timeline(card, console.width))
    if card.history:
        console.print(_history(card))


def safe_text(value: object, *, style: str = "") -> Text:
    """``value`` on one line, harmless: no control characters, no markup, isolated where it runs right to left."""
    text = " ".join(str(value).split())
    text = "".join(mark for mark in text if unicodedata.category(mark) not in ("Cc", "Cs") and mark not in _BIDI)
    if any(unicodedata.bidirectional(mark) in ("R", "AL", "AN") for mark in text):
        text = f"{_ISOLATE}{text}{_END}"
    return Text(text, style=style)


_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")


def _header(card: Card, belongs: Sequence[tuple[str, str]]) -> Panel:
    title = safe_text(card.display_name or card.customer_id, style="bold")
    body: list[RenderableType] = []
    if card.state == "retired":
        body.append(Text("Retired: none of its records exists any more.", style="yellow"))
    lines = Table.grid(padding=(0, 2))
    lines.add_column(style="dim", no_wrap=True)
    lines.add_column(overflow="fold")
    for essential in card.essentials:
        if essential.field not in ("name", "identity_confidence"):
            lines.add_row(*essential_line(essential))
    for label, text in belongs:
        lines.add_row(label, safe_text(text))
    lines.add_row("Known in", _known_in(card))
    if card.identity and card.identity.confidence is not None:
        lines.add_row("One and whole", _sureness(card.identity))
    body.append(lines)
    return Panel(
        Group(*body),
        title=title,
        title_align="left",
        subtitle=Text(f"{card.kind} · {card.customer_id} · version {card.version}", style="dim"),
        subtitle_align="right",
        box=box.ROUNDED,
        padding=(1, 2),
    )


def _known_in(card: Card) -> Text:
    counts = Counter(record.source for record in card.records)
    parts = [source if n == 1 else f"{source} ({n})" for source, n in sorted(counts.items())]
    return safe_text(", ".join(parts) or "no system")


def _sureness(sure: Sureness) -> Text:
    """How sure one may be that the customer is one and whole, and why not surer."""
    text = Text(f"{sure.confidence:.0%}")
    for doubt in sure.doubts:
        pair = f"{doubt.subject_a} and {doubt.subject_b}" if doubt.subject_a else "two records"
        words = "held together by" if doubt.why == "weak" else "perhaps also somebody else:"
        text.append("\n").append_text(safe_text(f"{words} {pair} ({doubt.probability:.0%})", style="dim"))
    is_perhaps_partial = sure.is_whole is not None and sure.is_whole < DOUBTFUL
    if is_perhaps_partial and all(doubt.why == "weak" for doubt in sure.doubts):
        text.append("\nperhaps records of it were never found", style="dim")
    return text


def essential_line(essential: Essential) -> tuple[str, Text]:
    """What a line of the essentials is called, and what it says."""
    said = " · ".join(text for part in essential.parts if (text := _part(part)))
    return _LINES.get(essential.field, _label(essential.field).capitalize()), safe_text(said)


def _part(part: Part) -> str:
    """One value in words."""
    if part.value is None:
        return f"hidden: {part.hidden_by}"
    write = _PARTS.get(part.type)
    return write(part) if write else str(part.value)


def _score(part: Part) -> str:
    said = part.value
    top = f" of {said['scale'][1]:g}" if said.get("scale") else ""
    words = f" “{said['text']}”" if said.get("text") else ""
    return f"{said['score']:g}{top} ({str(said['at'])[:10]}){words}"


def _contact(part: Part) -> str:
    said = part.value
    return " · ".join(dict.fromkeys(filter(None, (str(said["at"])[:10], said.get("type"), said.get("channel")))))


def _trade(part: Part) -> str:
    money = ", ".join(_money(amount, currency) for currency, amount in (part.value.get("amount") or {}).items())
    return f"{part.value['count']:,}" + (f" · {money}" if money else "")


_PARTS: dict[str, Callable[[Part], str]] = {
    "moment": lambda part: str(part.value)[:10],
    "time_zone": lambda part: str(part.value["zone"]),
    "count": lambda part: f"{part.value:,} {part.name.replace('_', ' ')}",
    "complaint": lambda part: f"complaint since {str(part.value.get('at'))[:10]}",
    "score": _score,
    "contact": _contact,
    "trade": _trade,
    "list": lambda part: ", ".join(map(str, part.value)),
    "probability": lambda part: f"{part.value:.0%}",
}
"""Type of a part -> how it is written."""


def _money(amount: float, currency: str | None) -> str:
    return f"{amount:,.2f} {currency or ''}".strip()


def _section(title: str) -> Table:
    return Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False, expand=False
    )


def _attributes(card: Card, width: int) -> Table:
    table = _section("What is known")
    table.add_column("attribute", style="cyan", overflow="fold", max_width=24)
    table.add_column("value", overflow="fold", ratio=2)
    table.add_column("from", style="dim", overflow="fold")
    if width >= 100:
        table.add_column("chosen because", style="dim")
    for attribute in card.attributes:
        origin = f"{attribute.source}.{attribute.table}" if width >= 100 else attribute.source
        row = [safe_text(_label(attribute.name)), _value(attribute), safe_text(_origin(origin, attribute.observed_at))]
        if width >= 100:
            row.append(Text(_LABELS.get(attribute.rule, attribute.rule)))
        table.add_row(*row)
    return table


def _label(name: str) -> str:
    meaning, _, column = name.partition(":")
    return (column or meaning).replace("_", " ")


def _origin(origin: str, observed_at: str | None) -> str:
    return f"{origin} {observed_at[:10]}" if observed_at else origin


def _value(attribute: Attribute) -> Text:
    """The value, and dimmed below it those that lost."""
    if attribute.value is None:
        return Text(f"hidden: {attribute.hidden_by}", style="dim")
    text = safe_text(attribute.value[:300].removesuffix("T00:00:00Z"))
    if attribute.name in _MOMENTS:
        return text
    if attribute.records > 1:
        text.append(f"  ×{attribute.records}", style="dim")
    if attribute.pick:
        text.append(f"\n  picked by {safe_text(attribute.pick.by_name)} on {attribute.pick.at[:10]}", style="dim")
        text.append(f" over {_LABELS.get(attribute.pick.over_rule, attribute.pick.over_rule)}", style="dim")
    for other in attribute.others[:3]:
        text.append("\n  ")
        text.append_text(safe_text((other.value or "")[:120], style="dim"))
        text.append(f"  {_origin(other.source, other.observed_at)}", style="dim italic")
    hidden = len(attribute.others[3:]) + attribute.more
    if hidden:
        text.append(f"\n  and {hidden} more", style="dim")
    return text


def _records(card: Card) -> Table:
    table = _section(f"Made of {len(card.records):,} record{'s' if len(card.records) != 1 else ''}")
    table.add_column("system", style="cyan")
    table.add_column("table")
    table.add_column("key", overflow="fold")
    table.add_column("since", style="dim", no_wrap=True)
    table.add_column("last changed", style="dim", no_wrap=True)
    for record in card.records[:_MOST_RECORDS]:
        table.add_row(
            safe_text(record.source),
            safe_text(record.table),
            safe_text(record.record_key or ""),
            (record.created_at or "")[:10],
            (record.changed_at or "")[:10],
        )
    if len(card.records) > _MOST_RECORDS:
        table.add_row("…", f"{len(card.records) - _MOST_RECORDS:,} more")
    return table


def _timeline(card: Card, width: int) -> Table:
    shown = len(card.timeline)
    table = _section("Timeline" if shown == card.events else f"Timeline (last {shown} of {card.events:,})")
    table.add_column("when", style="dim", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("what", overflow="fold", ratio=2)
    table.add_column("amount", justify="right", no_wrap=True)
    table.add_column("with" if width >= 100 else "", style="dim", overflow="fold")
    table.add_column("from", style="dim", overflow="fold")
    for event in card.timeline:
        when = f"{event.occurred_at:%Y-%m-%d %H:%M}".removesuffix(" 00:00") if event.occurred_at else "—"
        table.add_row(
            when,
            _ROLE_MARKS.get(event.role or "", "•"),
            _what(event),
            _amount(event),
            safe_text(event.counterpart or ""),
            safe_text(event.source or ""),
        )
    return table


def _what(event: TimelineEntry) -> Text:
    text = safe_text(event.event_type.replace("_", " "))
    if event.title:
        text.append("  ")
        text.append_text(safe_text(event.title[:120], style="bold"))
    for part in (event.status, event.channel):
        if part:
            text.append(" · ", style="dim")
            text.append_text(safe_text(part, style="dim"))
    return text


def _amount(event: TimelineEntry) -> Text:
    if event.amount is not None:
        return safe_text(_money(float(event.amount), event.currency))
    return Text(f"{event.score:g}" if event.score is not None else "")


def _history(card: Card) -> Table:
    table = _section("What happened to its id")
    table.add_column("when", style="dim", no_wrap=True)
    table.add_column("what", overflow="fold")
    for change in card.history[:_MOST_CHANGES]:
        table.add_row(f"{change.happened_at:%Y-%m-%d %H:%M}", safe_text(_told(change)))
    if len(card.history) > _MOST_CHANGES:
        table.add_row("…", f"{len(card.history) - _MOST_CHANGES:,} earlier changes")
    return table


def _told(change: IdChange) -> str:
    records = f"{change.records:,} record{'s' if change.records != 1 else ''}"
    other = change.other_customer_id
    return {
        "merged": f"{change.customer_id} was merged into {other} ({records})",
        "split": f"{records} left {change.customer_id} and became {other}",
        "moved": f"{records} moved from {change.customer_id} to {other}",
        "retired": f"{change.customer_id} was retired: its {records} vanished",
        "restored": f"{change.customer_id} came back" + (f" out of {other} ({records})" if other else ""),
    }.get(change.kind, change.kind)
