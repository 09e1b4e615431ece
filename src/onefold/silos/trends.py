"""How the signs moved since the build before, without arrows that chance could draw.

A share counts as moved when a two-proportion z-test at 5 % says so and it moved by at least half a percentage
point: customers come and go between builds, and with many of them even a hair's breadth is 'significant'. Lists
(needs, columns) are compared by their counts, which hold no chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from math import sqrt
from typing import Any

from onefold.silos.model import Share, Sign, Trend
from onefold.silos.words import number, percent, say

SIGNIFICANT_Z = 1.96
LEAST_MOVE = 0.005
_LISTS = frozenset({"absent", "cost"})


def with_trends(signs: tuple[Sign, ...], systems: list[str], previous: Mapping[str, Any] | None) -> tuple[Sign, ...]:
    """The signs with their trends against ``previous``, the JSON of the report of the build before."""
    if not previous:
        return signs
    before = previous.get("signs", {})
    known = sorted(entry["name"] for entry in previous.get("systems", []) if entry.get("customers"))
    is_comparable = known == sorted(systems)
    return tuple(
        replace(sign, trend=_trend(sign, before[sign.name]["share"], is_comparable=is_comparable))
        if sign.name in before
        else sign
        for sign in signs
    )


def carry_report(previous: Mapping[str, Any], *, build_no: int, now: datetime) -> dict[str, Any]:
    """The report, as JSON, of a build that found everything as the build before had left it: no sign moved."""
    signs = {}
    for name, sign in previous["signs"].items():
        share = Share(int(sign["share"]["count"]), int(sign["share"]["base"]), sign["share"]["base_label"])
        is_list = name in _LISTS
        shown = number(share.count) if is_list else percent(share.value)
        trend = Trend(share.count, share.base, "none", say("trend.none", before=shown))
        signs[name] = {**sign, "trend": asdict(trend)}
    return {**previous, "build_no": build_no, "made_at": now.isoformat(), "signs": signs}


def _trend(sign: Sign, before: Mapping[str, Any], *, is_comparable: bool) -> Trend:
    was = Share(int(before["count"]), int(before["base"]), sign.share.base_label)
    is_list = sign.name in _LISTS
    direction = direction_of(was, sign.share, is_list=is_list) if is_comparable else "not_comparable"
    shown = number(was.count) if is_list else percent(was.value)
    return Trend(was.count, was.base, direction, say(f"trend.{direction}", before=shown))


def direction_of(was: Share, now: Share, *, is_list: bool) -> str:
    """'up', 'down' or 'none'.

    >>> direction_of(Share(100, 1000, ""), Share(160, 1000, ""), is_list=False)
    'up'
    >>> direction_of(Share(5, 50, ""), Share(6, 50, ""), is_list=False)
    'none'
    """
    if is_list:
        move = float(now.count - was.count)
        return "up" if move > 0 else "down" if move < 0 else "none"
    if was.value is None or now.value is None:
        return "none"
    move = now.value - was.value
    if abs(move) < LEAST_MOVE or abs(move) <= SIGNIFICANT_Z * _standard_error(was, now):
        return "none"
    return "up" if move > 0 else "down"


def _standard_error(was: Share, now: Share) -> float:
    """Of the difference of two shares, pooled."""
    pooled = (was.count + now.count) / (was.base + now.base)
    return sqrt(pooled * (1 - pooled) * (1 / was.base + 1 / now.base))
