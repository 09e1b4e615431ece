"""What configuration as text is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import sqlalchemy as sa

from onefold.access import Access
from onefold.workspace import Workspace

Document = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where configuration is read and written."""

    workspace: Workspace
    connection: sa.Connection
    """Of the transaction in which everything happens."""
    access: Access
    settings: Any
    """The document of ``onefold.yaml``; written when the transaction succeeds."""
    roles: dict[str, str] = field(default_factory=dict)
    """File name -> role id, of the roles among the text; grows as they are made."""


@dataclass(frozen=True)
class Resource:
    """One configured thing as text."""

    key: str
    """Names its file: lower-case letters, digits, ``-`` and ``_``."""
    document: Document
    """What people write. Never a secret, never what changes by itself."""
    resource_id: str = ""
    """Its id in this workspace, where it has one besides its key."""
    version: int = 0


class ResourceKind(Protocol):
    """How one kind of resource becomes text and text becomes one."""

    name: str
    """Names its folder."""

    def export(self, place: Place) -> list[Resource]:
        """All of the kind."""

    def key(self, place: Place, key: str) -> str:
        """The key by which ``export`` would name what a file of this name stands for."""

    def read(self, place: Place, document: Document) -> Document:
        """A document as ``export`` would write it. Raises InvalidInput naming what is wrong."""

    def create(self, place: Place, key: str, document: Document) -> None:
        """Make one."""

    def change(self, place: Place, before: Resource, document: Document) -> None:
        """Make it say what ``document`` says."""

    def delete(self, place: Place, before: Resource) -> None:
        """Remove it."""

    def loss(self, place: Place, before: Resource) -> str | None:
        """What is lost with it beyond its own text; None where nothing is."""


@dataclass(frozen=True)
class Field:
    """A part of a resource that changes."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """What is to happen to one resource."""

    action: Literal["create", "change", "delete"]
    kind: str
    key: str
    fields: tuple[Field, ...] = ()
    loss: str | None = None
    """What deleting it loses."""
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)
    before: Resource | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """Such as ``roles/sales``."""
        return f"{self.kind}/{self.key}"


@dataclass(frozen=True)
class Problem:
    """Why something cannot be applied."""

    name: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Plan:
    """What applying would do."""

    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    fingerprint: str
    """Of what is configured now; applying under it refuses where somebody changed something meanwhile."""
