"""Documents with a fixed set of fields, as every kind has them."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from onefold.config.model import Document, Place, Resource
from onefold.errors import InvalidInput


class Text(BaseModel):
    """What people write of one resource; nothing else is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PlainKind:
    """What most kinds have in common."""

    def key(self, place: Place, key: str) -> str:
        """Files are named by their keys."""
        del place
        return key

    def loss(self, place: Place, before: Resource) -> str | None:
        """Nothing but its text."""
        del place, before
        return None


Kind = TypeVar("Kind", bound=Text)


def read_text(kind: type[Kind], document: Document) -> Kind:
    """A document as its model.

    Raises:
        InvalidInput: names every wrong entry.
    """
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        raise InvalidInput(said(error), hint="Compare with a fresh export.") from None


def said(error: ValidationError) -> str:
    """What is wrong, entry by entry."""
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'file'}: {one['msg']}" for one in error.errors())


def written(model: BaseModel) -> Document:
    """A model as a document: what stands at its default is left out."""
    document: Document = model.model_dump(mode="json", exclude_defaults=True)
    return document


def plain(value: Any) -> Any:
    """Round-trip YAML values as plain ones."""
    if isinstance(value, dict):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value
