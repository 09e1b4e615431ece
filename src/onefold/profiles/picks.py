"""Picks: a person says which of the known values counts, over whatever rule would decide.

Pure functions over stored profiles (``stored.py``). A profile with picks keeps beside its values what the rules chose:

``{"records": …, "values": …, "ruled": {"values": {attribute: entry}, "display_name", "sort_name"}}``

so that taking a pick back restores it to the letter. A picked entry has the rule ``picked`` and a member ``pick``
(``pick_id``, ``by``, ``by_name``, ``at``, ``reason``, ``over_rule``, ``over_value``). A build writes what the rules
choose and then calls the same functions, so a pick made on the page and one that a build finds give the same profile.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onefold.profiles.stored import holders
from onefold.profiles.summary_sql import SUMMARY_ATTRIBUTES

PICKED = "picked"
"""The rule of a value that a person picked, and the criterion by which the others lost."""

_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_NO_WORD = re.compile(r"[\W_]+")
_DEPARTMENT = re.compile(
    r"(?:^|[\W\d_])(?:departa?ment|dept|departamento|abteilung|τμημα|τμήμα|部门|部門|بخش|واحد)(?:[\W\d_]|$)"
)
_NAME_PARTS = ("given_name", "family_name")


@dataclass(frozen=True)
class HeldPick:
    """A pick that holds for one customer now."""

    pick_id: str
    attribute: str
    value: str
    by: str
    by_name: str
    at: str
    """ISO 8601."""
    reason: str | None
    known: frozenset[str]
    """The values that there were to choose from, ``folded``."""
    place: int = 0
    """Of its record among the profile's records."""
    column: str = ""
    """Of the source, that its record says it in."""
    writings: frozenset[str] = frozenset()
    """How the customer's records write this value."""


@dataclass(frozen=True)
class ShownNames:
    """What lists show and sort by."""

    display_name: str | None
    sort_name: str | None


def folded(value: str) -> str:
    """A value as picks compare it: letter case and spaces make no difference."""
    return " ".join(value.casefold().split())


def with_pick(attributes: Mapping[str, Any], shown: ShownNames, pick: HeldPick) -> dict[str, Any]:
    """A stored profile with this pick, in place of one of the same attribute.

    Where all records agree there is nothing to pick: such a pick waits until they differ again.

    Args:
        attributes: of the profile.
        shown: the names that it shows now.
        pick: of an attribute that the profile may hold or not.
    """
    plain = without_pick(attributes, pick.attribute)
    entry = plain["values"].get(pick.attribute)
    if entry is None or not entry.get("others"):
        return plain
    names = ruled_names(plain, shown)
    ruled = {**plain.get("ruled", {}).get("values", {}), pick.attribute: entry}
    return {
        "records": plain["records"],
        "values": {**plain["values"], pick.attribute: _picked(entry, pick)},
        "ruled": {"values": ruled, "display_name": names.display_name, "sort_name": names.sort_name},
    }


def without_pick(attributes: Mapping[str, Any], attribute: str) -> dict[str, Any]:
    """A stored profile in which the rules decide on an attribute."""
    ruled = attributes.get("ruled")
    if not ruled or attribute not in ruled["values"]:
        return dict(attributes)
    kept = {name: entry for name, entry in ruled["values"].items() if name != attribute}
    values = {**attributes["values"], attribute: ruled["values"][attribute]}
    rest = {"ruled": {**ruled, "values": kept}} if kept else {}
    return {"records": attributes["records"], "values": values, **rest}


def ruled_names(attributes: Mapping[str, Any], shown: ShownNames) -> ShownNames:
    """The names as the rules alone have them, of a profile that shows ``shown`` now."""
    ruled = attributes.get("ruled")
    return ShownNames(ruled["display_name"], ruled["sort_name"]) if ruled else shown


def picked_names(attributes: Mapping[str, Any], kind: str, ruled: ShownNames) -> ShownNames:
    """The names of a profile with picks: a picked name is the name that lists show."""
    changed = {
        name: entry["value"]
        for name, entry in attributes["values"].items()
        if "pick" in entry and entry["value"] != attributes["ruled"]["values"][name]["value"]
    }
    if kind == "organisation":
        return _sorted_plainly(changed["company"]) if "company" in changed else ruled
    if "full_name" in changed:
        from onefold.records import name_halves

        return _sorted(changed["full_name"], *name_halves(changed["full_name"]))
    if not changed.keys() & set(_NAME_PARTS):
        return ruled
    from onefold.records import latin_words

    given, family = (attributes["values"].get(name, {}).get("value", "") for name in _NAME_PARTS)
    is_run_together = bool(given and family) and not re.sub(_CJK, "", given + family)
    shown = family + given if is_run_together else f"{given} {family}".strip()
    return _sorted(shown, latin_words(given), latin_words(family))


def summary_values(attributes: Mapping[str, Any], traits: Mapping[str, Any], names: ShownNames) -> dict[str, Any]:
    """The columns of ``profile_summary`` that a pick may change, as ``summary_sql`` makes them."""
    values = attributes["values"]
    found: dict[str, Any] = {name: values.get(name, {}).get("value") for name in SUMMARY_ATTRIBUTES}
    if found["owner"] is None:
        found["owner"] = traits.get("last_contact_with")
    departments = [entry["value"] for name, entry in values.items() if _is_department(name)]
    return {
        **found,
        "department": max(departments, default=None),
        "display_name": names.display_name,
        "sort_name": names.sort_name,
    }


def state_of(entry: Mapping[str, Any], pick: HeldPick | None, *, has_lapsed: bool) -> str:
    """Where a contradiction stands: see ``contradictions.py``."""
    if pick is None:
        return "lapsed" if has_lapsed else "open"
    said = {folded(value["value"]) for value in (entry, *entry.get("others", ()))}
    return "settled" if said <= pick.known else "challenged"


def find_value(entry: Mapping[str, Any], value: str) -> Mapping[str, Any] | None:
    """The stored value of an entry that is ``value``; None where it is not among those listed."""
    return next((known for known in (entry, *entry.get("others", ())) if known["value"] == value), None)


def _picked(entry: dict[str, Any], pick: HeldPick) -> dict[str, Any]:
    listed = [_value(entry), *(_value(other) for other in entry["others"])]
    chosen = next((value for value in listed if value["value"] == pick.value), None)
    rest, more = listed, entry.get("more", 0)
    if chosen is not None:
        rest = [value for value in listed if value is not chosen]
    elif written := next((value for value in listed if value["value"] in pick.writings), None):
        # the records that agree write it in another way by now; what was picked is shown as it was picked
        rest = [value for value in listed if value is not written]
        places = {"in": holders(written)} if len(holders(written)) > 1 or "in" in written else {}
        counted = {"records": written["records"]} if "records" in written else {}
        chosen = {"value": pick.value, "record": pick.place, **places, **counted, "column": pick.column}
    else:  # of so many values that not all are listed
        chosen, more = {"value": pick.value, "record": pick.place, "column": pick.column}, more - 1
    said = {"pick_id": pick.pick_id, "by": pick.by, "by_name": pick.by_name, "at": pick.at, "reason": pick.reason}
    return {
        **chosen,
        "rule": PICKED,
        "others": [{**value, "why_lost": PICKED} for value in rest],
        **({"more": more} if more > 0 else {}),
        "pick": {**said, "over_rule": entry["rule"], "over_value": entry["value"]},
    }


def _value(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The members that chosen values and others share."""
    return {name: stored[name] for name in ("value", "record", "in", "records", "column", "raw") if name in stored}


def _is_department(attribute: str) -> bool:
    meaning, _, column = attribute.partition(":")
    return meaning in ("category", "other") and _DEPARTMENT.search(column.lower()) is not None


def _sorted(shown: str, given: str, family: str) -> ShownNames:
    order = (family, given) if _CJK.search(shown) else (given, family)
    words = " ".join(part for part in order if part)
    return ShownNames(shown, words) if words else _sorted_plainly(shown)


def _sorted_plainly(shown: str) -> ShownNames:
    spread = unicodedata.normalize("NFD", shown.lower())
    bare = unicodedata.normalize("NFC", "".join(mark for mark in spread if not unicodedata.combining(mark)))
    return ShownNames(shown, _NO_WORD.sub(" ", bare).strip() or None)
