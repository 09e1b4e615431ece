"""What in a timeline is noise: things that systems note down by themselves and nobody needs one by one.

An event is noise if nobody wrote or paid anything in it and its type is among the words below, or if it says nothing
but that it happened. Three and more of one type and source in a row are shown as one entry with their count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from onefold.profiles.model import TimelineEntry

FEWEST_GROUPED = 3
LONGEST_DETAIL = 60
MOST_GROUPED = 1000
"""A longer run becomes several groups, so that no page reads without bound."""

_WORDS = (
    "open|click|view|visit|login|logged|logout|session|impression|sent|deliver|bounce|heartbeat|ping|sync|push|scroll"
    "|page|install|seen|read|token|check_?in|earned|abr[ie]|clic|vist|visita|enviad|enviat|sesi[oó]n|sessi[oó]"
    "|gesehen|gesendet|aufruf|vue|envoy|άνοιγμα|προβολ|επίσκεψ|σύνδεσ|αποστολ|بازدید|مشاهده|ورود|ارسال|باز_شد"
    "|打开|打開|浏览|瀏覽|点击|點擊|登录|登入|查看|发送|發送|访问|訪問"
)
_PATTERN = re.compile(_WORDS)


def is_noise(entry: TimelineEntry) -> bool:
    """Whether nobody would miss the entry by itself."""
    facts = (entry.amount, entry.score, entry.counterpart, entry.status)
    if entry.kind != "event" or entry.role != "events" or any(fact is not None for fact in facts):
        return False
    if entry.title is None and entry.text is None:
        return True
    is_bare = len(entry.text or "") <= LONGEST_DETAIL  # the name of a thing; more is what somebody wrote
    return is_bare and bool(_PATTERN.search(entry.event_type.casefold()))


def collapsed(entries: Iterable[TimelineEntry]) -> Iterator[tuple[TimelineEntry, TimelineEntry]]:
    """Each entry, or group of noise in its place, with the last entry that it stands for."""

    def kind_of(numbered: tuple[int, TimelineEntry]) -> tuple[object, ...]:
        number, entry = numbered
        return (entry.source, entry.event_type) if is_noise(entry) else (number,)

    for _, run in groupby(enumerate(entries), kind_of):
        pending: list[TimelineEntry] = []
        for _, entry in run:
            pending.append(entry)
            if len(pending) == MOST_GROUPED:
                yield from _as_groups(pending)
                pending = []
        yield from _as_groups(pending)


def _as_groups(run: list[TimelineEntry]) -> Iterator[tuple[TimelineEntry, TimelineEntry]]:
    if len(run) < FEWEST_GROUPED:
        yield from ((entry, entry) for entry in run)
        return
    first, last = run[0], run[-1]
    bare = replace(first, title=None, text=None, body=None, hidden={})
    yield replace(bare, count=len(run), earliest_at=last.occurred_at), last
