"""Where a source is, as somebody says it over HTTP: uploaded files, a form, or a location typed whole."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from onefold.api.call import Call
from onefold.sources import Place, find_uploads, place_of_form, place_of_text

Short = Annotated[str, Field(max_length=200)]


class FilesPlace(BaseModel):
    """Files that were uploaded before."""

    kind: Literal["files"]
    uploads: Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=100)]


class DatabasePlace(BaseModel):
    """A database, field by field."""

    kind: Literal["postgresql", "mysql", "mariadb"]
    host: Annotated[str, Field(min_length=1, max_length=255)]
    port: Annotated[int | None, Field(ge=1, le=65535)] = None
    database: Annotated[str, Field(min_length=1, max_length=128)]
    user: Short = ""
    password: Annotated[str | None, Field(max_length=500, repr=False)] = None
    """Kept in the secrets file; never shown again. The one that is kept stays where absent."""
    is_tls: bool = True


class LocationPlace(BaseModel):
    """A location typed whole; the guard says what it may be."""

    kind: Literal["location"]
    location: Annotated[str, Field(min_length=1, max_length=2000, repr=False)]


PlaceIn = Annotated[FilesPlace | DatabasePlace | LocationPlace, Field(discriminator="kind")]


def place_of(call: Call, source: str, given: FilesPlace | DatabasePlace | LocationPlace) -> tuple[Any, Place | None]:
    """What to write as ``location``, and the secret to keep where there is one.

    Raises:
        InvalidInput: the place cannot be meant, or may not be opened from here.
    """
    if isinstance(given, FilesPlace):
        with call.read() as connection:
            locations = find_uploads(connection, given.uploads, source, actor_id=call.actor.actor_id)
        return (locations if len(locations) > 1 else locations[0]), None
    if isinstance(given, LocationPlace):
        place = place_of_text(source, given.location)
    else:
        place = place_of_form(source, **given.model_dump())
    return place.location, place


def is_guarded(call: Call) -> bool:
    """Whether what this actor connects may open public addresses and uploads only."""
    return call.actor.kind != "cli"
