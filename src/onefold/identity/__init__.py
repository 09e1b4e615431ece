"""Which records are the same customer: blocking, evidence, clusters, and the permanent ids they resolve to.

``resolve_records`` is the pure core, ``resolve`` runs it on the warehouse; ``plan_map`` and ``apply_map`` carry the
clusters over to permanent customer ids. Everything here loads on first use, because the compiled kernels are heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onefold.identity.exchange import Exchange
    from onefold.identity.learned import Model
    from onefold.identity.map import MapPlan, apply_map, current_customer_id, customer_as_of, plan_map
    from onefold.identity.model import RULE_VERSION, Resolution, ResolveReport
    from onefold.identity.override import Override
    from onefold.identity.overrides import active_overrides, list_overrides
    from onefold.identity.parquet import Place, resolve_parquet
    from onefold.identity.reasons import with_reasons
    from onefold.identity.resolution import resolve_records
    from onefold.identity.tuning import Tuning
    from onefold.identity.warehouse import Wanted, resolve
    from onefold.identity.warm import warm_up

_HOMES = {
    "Exchange": "exchange",
    "MapPlan": "map",
    "Model": "learned",
    "Override": "override",
    "Place": "parquet",
    "RULE_VERSION": "model",
    "Resolution": "model",
    "ResolveReport": "model",
    "Wanted": "warehouse",
    "Tuning": "tuning",
    "active_overrides": "overrides",
    "apply_map": "map",
    "current_customer_id": "map",
    "customer_as_of": "map",
    "list_overrides": "overrides",
    "plan_map": "map",
    "resolve": "warehouse",
    "resolve_parquet": "parquet",
    "resolve_records": "resolution",
    "warm_up": "warm",
    "with_reasons": "reasons",
}

__all__ = [
    "RULE_VERSION",
    "Exchange",
    "MapPlan",
    "Model",
    "Override",
    "Place",
    "Resolution",
    "ResolveReport",
    "Tuning",
    "Wanted",
    "active_overrides",
    "apply_map",
    "current_customer_id",
    "customer_as_of",
    "list_overrides",
    "plan_map",
    "resolve",
    "resolve_parquet",
    "resolve_records",
    "warm_up",
    "with_reasons",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
