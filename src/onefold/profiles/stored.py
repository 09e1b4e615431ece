"""Profiles as the app database keeps them, and as readers want them.

A million profiles are mostly provenance, and most of a customer's values come from a few records. So ``attributes``
holds each record once and its values name it by place; members that follow from others are left out:

``{"records": [{"source", "table", "record_key", "observed_at"?}, …],``
``"values": {attribute: {"value", "record", "in"?, "records"?, "column", "raw"?, "rule"?, "others"?, "more"?}}}``

``record`` is a place in ``records`` (newest first), ``in`` the places of all that agree (that one where absent),
``records`` how many agree where they are more than ``in`` lists (the 61 newest), ``raw`` what the source says where
that differs, ``rule`` the criterion that decided, ``others`` the values that lost, best first (``value``, ``record``,
``in``, ``records``, ``column``, ``raw``, ``why_lost``), ``more`` how many are not listed. What people picked over the
rules, and the member ``ruled`` that keeps what the rules chose, is told in ``picks.py``.
"""

from __future__ import annotations

from typing import Any

from onefold.profiles.rules import is_multiple


def expanded(attributes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Attribute -> its entry with the origin of every value written out, and ``values`` where there may be several."""
    records = attributes["records"]
    return {name: _entry(name, entry, records) for name, entry in attributes["values"].items()}


def record_moments(attributes: dict[str, Any]) -> dict[tuple[str, str, str], tuple[str | None, str | None]]:
    """(source, table, record_key) -> when the source says that the record began, and last changed (else began).

    Beginnings are known for as many records as the profile lists values of ``created_at``.
    """
    records = attributes["records"]
    began = attributes["values"].get("created_at", {})
    created = {value["record"]: value["value"] for value in (*began.get("others", ()), *([began] if began else ()))}
    return {
        (record["source"], record["table"], record["record_key"]): (created.get(place), record.get("observed_at"))
        for place, record in enumerate(records)
    }


def holders(value: dict[str, Any]) -> list[int]:
    """The places of the records that hold a stored value."""
    places: list[int] = value.get("in", [value["record"]])
    return places


def _entry(name: str, stored: dict[str, Any], records: list[dict[str, Any]]) -> dict[str, Any]:
    entry = {"rule": "only_value", **_with_origin(stored, records)}
    if others := stored.get("others"):
        entry["others"] = [_with_origin(other, records) for other in others]
        if is_multiple(name):
            entry["values"] = [stored["value"], *(other["value"] for other in others)]
    return entry


def _with_origin(value: dict[str, Any], records: list[dict[str, Any]]) -> dict[str, Any]:
    places = holders(value)
    named = {key: member for key, member in value.items() if key not in ("record", "in")}
    agreeing = {"records": len(places)} if len(places) > 1 else {}
    systems = list(dict.fromkeys(records[place]["source"] for place in places))
    return {**agreeing, **named, **records[value["record"]], "systems": systems}
