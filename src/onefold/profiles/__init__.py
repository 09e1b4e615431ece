"""One profile per customer, and the ways to find, show and export it.

A profile is the best value of every attribute with its origin and the values that lost, traits, and a timeline.
``plan_profiles`` and ``publish_profiles`` write; the rest reads. Everything loads on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onefold.profiles.attributes import summary_column
    from onefold.profiles.card import Card, get_card
    from onefold.profiles.export import check_identities_path, export_customers, export_identities
    from onefold.profiles.lookup import find_customers
    from onefold.profiles.plan import ProfilePlan, plan_profiles
    from onefold.profiles.publish import publish_profiles
    from onefold.profiles.scope import customer_in_scope
    from onefold.profiles.terminal import render_card

_HOMES = {
    "Card": "card",
    "ProfilePlan": "plan",
    "check_identities_path": "export",
    "customer_in_scope": "scope",
    "export_customers": "export",
    "export_identities": "export",
    "find_customers": "lookup",
    "get_card": "card",
    "plan_profiles": "plan",
    "publish_profiles": "publish",
    "render_card": "terminal",
    "summary_column": "attributes",
}

__all__ = [
    "Card",
    "ProfilePlan",
    "check_identities_path",
    "customer_in_scope",
    "export_customers",
    "export_identities",
    "find_customers",
    "get_card",
    "plan_profiles",
    "publish_profiles",
    "render_card",
    "summary_column",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
