"""The hand-over summary as lines of text for a terminal, in English."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from onefold.profiles.terminal import essential_line, safe_text

if TYPE_CHECKING:
    from onefold.care import Handover
    from onefold.profiles.model import Attribute, Essential, TimelineEntry
    from onefold.profiles.told import ToldFact


def handover_lines(summary: Handover) -> Iterator[str]:
    """A heading per part, a line per fact; parts without facts are left out."""
    yield f"Hand-over of {safe_text(summary.display_name or summary.customer_id)} ({summary.customer_id})"
    parts: tuple[tuple[str, list[str]], ...] = (
        ("Who", [_essential(line) for line in summary.who]),
        ("Last contacts", [_entry(entry) for entry in summary.contacts]),
        ("Open conversations", [_entry(entry) for entry in summary.open_conversations]),
        ("Already told", [_fact(fact) for fact in summary.told]),
        ("To do", [_task(task) for task in summary.tasks or ()]),
        ("Notes", [_note(note) for note in summary.notes or ()]),
        ("Systems disagree", [_contradiction(one) for one in summary.contradictions]),
    )
    for heading, lines in parts:
        if lines:
            yield ""
            yield heading
            yield from (f"  · {line}" for line in lines)


def _essential(line: Essential) -> str:
    name, said = essential_line(line)
    return f"{name}: {said}"


def _entry(entry: TimelineEntry) -> str:
    what = _shown(entry.title or entry.text, entry.hidden.get("title")) if entry.title or entry.hidden else ""
    facts = (_day(entry.occurred_at), _words(entry.department), _words(entry.event_type), what, entry.counterpart)
    status = f" ({safe_text(entry.status)})" if entry.status else ""
    return "  ".join(str(safe_text(fact)) for fact in facts if fact) + status


def _fact(fact: ToldFact) -> str:
    when = f", {fact.told_at[:10]}" if fact.told_at else ""
    doubt = "; systems disagree" if fact.is_disputed else ""
    return f"{_words(fact.name)}: {_shown(fact.value, fact.hidden_by)} ({', '.join(fact.systems)}{when}{doubt})"


def _task(task: Any) -> str:
    due = f", due {task.due_on}" if task.due_on else ""
    return f"{_shown(task.title.text, task.title.hidden_by)} ({safe_text(task.owner.name)}{due})"


def _note(note: Any) -> str:
    return f"{_day(note.created_at)}  {safe_text(note.author.name)}: {_shown(note.body.text, note.body.hidden_by)}"


def _contradiction(attribute: Attribute) -> str:
    others = ", ".join(f"{_shown(one.value, attribute.hidden_by)} ({one.source})" for one in attribute.others[:3])
    how = f"picked by {safe_text(attribute.pick.by_name)}" if attribute.pick else attribute.source
    return f"{_words(attribute.name)}: {_shown(attribute.value, attribute.hidden_by)} ({how}); else {others}"


def _words(name: str) -> str:
    meaning, _, column = name.partition(":")
    return str(safe_text((column or meaning).replace("_", " ")))


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


def _shown(value: Any, hidden_by: str | None) -> str:
    if value is None:
        return f"hidden by policy: {hidden_by}" if hidden_by else ""
    text = str(safe_text(value))
    return text if len(text) <= 200 else f"{text[:199]}…"
