"""Connected systems: reading them, landing what they hold, and the rows that could not be read.

Readers yield ``Extract`` objects; landing brings each into the warehouse exactly once. Everything loads on first
use, so that importing this package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onefold.sources.grouping import systems_of
    from onefold.sources.landed import LandedTable, landed_state, list_landed
    from onefold.sources.landing import land
    from onefold.sources.model import BadRow, Cursor, Extract, LandingReport
    from onefold.sources.opening import open_source
    from onefold.sources.quarantine import read_corrections, replay_quarantine
    from onefold.sources.quarantined import QuarantinedRow, list_quarantine

_HOMES = {
    "BadRow": "model",
    "Cursor": "model",
    "Extract": "model",
    "LandedTable": "landed",
    "LandingReport": "model",
    "QuarantinedRow": "quarantined",
    "land": "landing",
    "landed_state": "landed",
    "list_landed": "landed",
    "list_quarantine": "quarantined",
    "open_source": "opening",
    "read_corrections": "quarantine",
    "replay_quarantine": "quarantine",
    "systems_of": "grouping",
}

__all__ = [
    "BadRow",
    "Cursor",
    "Extract",
    "LandedTable",
    "LandingReport",
    "QuarantinedRow",
    "land",
    "landed_state",
    "list_landed",
    "list_quarantine",
    "open_source",
    "read_corrections",
    "replay_quarantine",
    "systems_of",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
