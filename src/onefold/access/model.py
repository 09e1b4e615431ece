"""Actors, and what one of them may do now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

import sqlalchemy as sa

from onefold.errors import NotAllowed

Resolve = Callable[[str], sa.ColumnElement[Any]]
"""Attribute name -> SQL expression of its value. Raises InvalidInput naming the valid attributes."""


class Mask(StrEnum):
    """How much of a value is shown, from all to nothing."""

    NONE = "none"
    LAST_FOUR = "last_four"
    MASKED = "masked"
    HASHED = "hashed"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Actor:
    """Who asks."""

    actor_id: str
    """``usr_…``, ``key_…``, ``cli`` or ``system``."""
    kind: Literal["user", "key", "cli", "system"]
    name: str
    address: str | None = None
    """Network address, where there is one."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """What ``my.…`` means in row scopes: text, or a list of texts."""


@dataclass(frozen=True)
class FieldAccess:
    """What an actor sees of one attribute."""

    mask: Mask
    policy: str | None = None
    """The rule that masks it, in words, where one does."""
    via: tuple[str, ...] = ()
    """The roles that grant it."""


@dataclass(frozen=True)
class Shown:
    """A value as an actor may see it."""

    value: Any
    hidden_by: str | None = None
    """The policy that hides or masks it."""


@dataclass(frozen=True)
class Access:
    """What one actor may do now."""

    actor: Actor
    is_full: bool = False

    @classmethod
    def full(cls, actor: Actor) -> Access:
        """Everything: the owner of the files at the command line, and the system itself."""
        return cls(actor, is_full=True)

    def may(self, verb: str, kind: str) -> bool:
        """Whether the actor may do ``verb`` to things of this kind."""
        del verb, kind
        return self.is_full

    def require(self, verb: str, kind: str) -> None:
        """Go on only if the actor may.

        Raises:
            NotAllowed: naming what is missing.
        """
        if not self.may(verb, kind):
            raise NotAllowed(f"you may not {verb} {kind}", hint="Ask an administrator for a role that may.")

    def customers(self, resolve: Resolve) -> sa.ColumnElement[bool]:
        """The row scope: true for the customers that the actor may know of."""
        del resolve
        return sa.true() if self.is_full else sa.false()

    def field(self, attribute: str) -> FieldAccess:
        """What the actor sees of an attribute, at best."""
        del attribute
        return FieldAccess(Mask.NONE if self.is_full else Mask.HIDDEN)
