"""What the connected systems hold: roles of tables, meanings of columns, keys and joins, inferred and corrected.

Inference looks at names (in the languages we read) and at values, gives each finding a confidence and a reason that a
person can check, and lets a person's word win. It reads relations of the warehouse and writes nothing there.
Everything but the model loads on first use, so that importing this package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from onefold.catalog.model import BY_A_PERSON, Column, Join, Meaning, Role, Table

if TYPE_CHECKING:
    from onefold.catalog.descriptions import describe_meanings
    from onefold.catalog.inference import infer_table
    from onefold.catalog.joins import infer_joins
    from onefold.catalog.keys import infer_key
    from onefold.catalog.store import load_catalog, save_catalog
    from onefold.catalog.strangers import find_strangers

_HOMES = {
    "describe_meanings": "descriptions",
    "find_strangers": "strangers",
    "infer_joins": "joins",
    "infer_key": "keys",
    "infer_table": "inference",
    "load_catalog": "store",
    "save_catalog": "store",
}

__all__ = [
    "BY_A_PERSON",
    "Column",
    "Join",
    "Meaning",
    "Role",
    "Table",
    "describe_meanings",
    "find_strangers",
    "infer_joins",
    "infer_key",
    "infer_table",
    "load_catalog",
    "save_catalog",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
