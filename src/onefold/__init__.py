"""Onefold folds every system that a company keeps its customers in into one.

>>> import onefold
>>> onefold.__version__
'0.1.0'

The door is ``Workspace``; nothing heavy is imported before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onefold.workspace import Workspace

__version__ = "0.1.0"
__all__ = ["Workspace", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "Workspace":
        from onefold.workspace import Workspace

        return Workspace
    raise AttributeError(f"module 'onefold' has no attribute {name!r}")
