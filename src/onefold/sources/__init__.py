"""Connected systems: reading them, landing what they hold, and the rows that could not be read.

Readers yield ``Extract`` objects; landing brings each into the warehouse exactly once. Everything loads on first
use, so that importing this package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onefold.sources.grouping import systems_of
    from onefold.sources.guard import GUARDED_KINDS, guard_source
    from onefold.sources.landed import LandedTable, landed_state, list_landed
    from onefold.sources.landing import land
    from onefold.sources.looking import ColumnSample, TableLook, look_at, sample_column, sample_rows
    from onefold.sources.model import BadRow, Cursor, Extract, LandingReport
    from onefold.sources.opening import open_source
    from onefold.sources.places import Place, place_of_form, place_of_text, secret_name_of
    from onefold.sources.quarantine import read_corrections, replay_quarantine
    from onefold.sources.quarantined import QuarantinedRow, list_quarantine
    from onefold.sources.uploads import (
        PIECE_BYTES,
        Upload,
        begin_upload,
        cancel_upload,
        find_uploads,
        forget_abandoned,
        get_upload,
        list_uploads,
        take_piece,
        use_uploads,
    )

_HOMES = {
    "Place": "places",
    "place_of_form": "places",
    "place_of_text": "places",
    "secret_name_of": "places",
    "ColumnSample": "looking",
    "TableLook": "looking",
    "look_at": "looking",
    "sample_column": "looking",
    "sample_rows": "looking",
    "Upload": "uploads",
    "PIECE_BYTES": "uploads",
    "begin_upload": "uploads",
    "cancel_upload": "uploads",
    "forget_abandoned": "uploads",
    "sweep_uploads": "uploads",
    "get_upload": "uploads",
    "find_uploads": "uploads",
    "list_uploads": "uploads",
    "take_piece": "uploads",
    "use_uploads": "uploads",
    "GUARDED_KINDS": "guard",
    "guard_source": "guard",
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
    "GUARDED_KINDS",
    "PIECE_BYTES",
    "BadRow",
    "ColumnSample",
    "Cursor",
    "Extract",
    "LandedTable",
    "LandingReport",
    "Place",
    "QuarantinedRow",
    "TableLook",
    "Upload",
    "begin_upload",
    "cancel_upload",
    "find_uploads",
    "forget_abandoned",
    "get_upload",
    "guard_source",
    "land",
    "landed_state",
    "list_landed",
    "list_quarantine",
    "list_uploads",
    "look_at",
    "open_source",
    "place_of_form",
    "place_of_text",
    "read_corrections",
    "replay_quarantine",
    "sample_column",
    "sample_rows",
    "secret_name_of",
    "sweep_uploads",
    "systems_of",
    "take_piece",
    "use_uploads",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
