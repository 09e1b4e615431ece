"""One profile per customer, and the ways to find, show and export it.

A profile is the best value of every attribute with its origin and the values that lost, traits, and a timeline.
``plan_profiles`` and ``publish_profiles`` write; the rest reads. Everything loads on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onefold.profiles.attribute_sql import has_word, source_of
    from onefold.profiles.attributes import searchable_attributes, summary_column
    from onefold.profiles.card import card_of, get_card
    from onefold.profiles.confidence import publish_confidence, sureness_of
    from onefold.profiles.contradictions import (
        STATES,
        UNDECIDED,
        Contradiction,
        ContradictionCounts,
        ContradictionFilter,
        count_contradictions,
        list_contradictions,
    )
    from onefold.profiles.export import check_identities_path, export_customers, export_identities
    from onefold.profiles.id_history import get_identity, identity_as_of
    from onefold.profiles.layouts import Layout, attributes_by_source, get_layout, list_fields, set_layout
    from onefold.profiles.listing import count_customers, count_values, filtering, list_customers
    from onefold.profiles.lookup import find_customers, find_subject, resolve_key
    from onefold.profiles.model import Card, Doubt, Sureness, TimelineEntry, plain
    from onefold.profiles.picking import Outcome, Picked, list_picks, pick_value, unpick
    from onefold.profiles.plan import ProfilePlan, plan_profiles
    from onefold.profiles.publish import publish_profiles
    from onefold.profiles.scope import customer_in_scope
    from onefold.profiles.side_by_side import compare_records
    from onefold.profiles.sight import Sight, see_customer
    from onefold.profiles.terminal import render_card
    from onefold.profiles.timeline import Asked, Position, read_timeline
    from onefold.profiles.told import list_told
    from onefold.profiles.usage import count_opening, measure_usage
    from onefold.profiles.visits import last_visit, note_visit

_HOMES = {
    "Asked": "timeline",
    "attributes_by_source": "layouts",
    "Card": "model",
    "card_of": "card",
    "check_identities_path": "export",
    "compare_records": "side_by_side",
    "Contradiction": "contradictions",
    "ContradictionCounts": "contradictions",
    "ContradictionFilter": "contradictions",
    "count_contradictions": "contradictions",
    "count_customers": "listing",
    "count_opening": "usage",
    "count_values": "listing",
    "customer_in_scope": "scope",
    "export_customers": "export",
    "export_identities": "export",
    "filtering": "listing",
    "find_customers": "lookup",
    "find_subject": "lookup",
    "get_card": "card",
    "get_identity": "id_history",
    "get_layout": "layouts",
    "has_word": "attribute_sql",
    "identity_as_of": "id_history",
    "last_visit": "visits",
    "Layout": "layouts",
    "list_contradictions": "contradictions",
    "list_customers": "listing",
    "list_fields": "layouts",
    "list_picks": "picking",
    "list_told": "told",
    "measure_usage": "usage",
    "note_visit": "visits",
    "Outcome": "picking",
    "pick_value": "picking",
    "Picked": "picking",
    "plain": "model",
    "plan_profiles": "plan",
    "Position": "timeline",
    "ProfilePlan": "plan",
    "publish_confidence": "confidence",
    "publish_profiles": "publish",
    "sureness_of": "confidence",
    "Sureness": "model",
    "Doubt": "model",
    "read_timeline": "timeline",
    "render_card": "terminal",
    "resolve_key": "lookup",
    "searchable_attributes": "attributes",
    "see_customer": "sight",
    "set_layout": "layouts",
    "Sight": "sight",
    "source_of": "attribute_sql",
    "STATES": "contradictions",
    "summary_column": "attributes",
    "TimelineEntry": "model",
    "UNDECIDED": "contradictions",
    "unpick": "picking",
}

__all__ = [
    "STATES",
    "UNDECIDED",
    "Asked",
    "Card",
    "Contradiction",
    "ContradictionCounts",
    "ContradictionFilter",
    "Doubt",
    "Layout",
    "Outcome",
    "Picked",
    "Position",
    "ProfilePlan",
    "Sight",
    "Sureness",
    "TimelineEntry",
    "attributes_by_source",
    "card_of",
    "check_identities_path",
    "compare_records",
    "count_contradictions",
    "count_customers",
    "count_opening",
    "count_values",
    "customer_in_scope",
    "export_customers",
    "export_identities",
    "filtering",
    "find_customers",
    "find_subject",
    "get_card",
    "get_identity",
    "get_layout",
    "has_word",
    "identity_as_of",
    "last_visit",
    "list_contradictions",
    "list_customers",
    "list_fields",
    "list_picks",
    "list_told",
    "measure_usage",
    "note_visit",
    "pick_value",
    "plain",
    "plan_profiles",
    "publish_confidence",
    "publish_profiles",
    "read_timeline",
    "render_card",
    "resolve_key",
    "searchable_attributes",
    "see_customer",
    "set_layout",
    "source_of",
    "summary_column",
    "sureness_of",
    "unpick",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
