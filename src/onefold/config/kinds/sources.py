"""``onefold.yaml`` as text: what belongs to the company. What belongs to one installation stays in the file itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import ValidationError

from onefold.access import record_audit
from onefold.catalog import load_catalog
from onefold.config.kinds.text import PlainKind, Text, plain, read_text, said, written
from onefold.config.model import Document, Place, Resource
from onefold.errors import InvalidInput
from onefold.settings import (
    AuditSettings,
    IdentitySettings,
    SessionSettings,
    SourceSettings,
    WebhookSettings,
    check_source_name,
    mask_secrets,
)
from onefold.storage import announce

_MASK = ":***@"


class _Workspace(Text):
    name: str = "workspace"
    region: str | None = None
    currency: str = "EUR"
    present: date | None = None
    sessions: SessionSettings = SessionSettings()
    audit: AuditSettings = AuditSettings()
    identity: IdentitySettings = IdentitySettings()
    webhooks: WebhookSettings = WebhookSettings()


class WorkspaceSettings(PlainKind):
    """The settings of the company, one file."""

    name = "settings"

    def export(self, place: Place) -> list[Resource]:
        """``settings/workspace.yaml``."""
        found = {name: plain(place.settings[name]) for name in _Workspace.model_fields if name in place.settings}
        return [Resource("workspace", written(_Workspace.model_validate(found)))]

    def read(self, place: Place, document: Document) -> Document:
        """Only what belongs to the company."""
        del place
        return written(read_text(_Workspace, document))

    def create(self, place: Place, key: str, document: Document) -> None:
        """There is one for ever."""
        del place, document
        raise InvalidInput(f"there are no settings called {key!r}", hint="The one file is settings/workspace.yaml.")

    def change(self, place: Place, before: Resource, document: Document) -> None:
        """Write them into ``onefold.yaml``; comments survive."""
        place.access.require("administer", "settings")
        for name in _Workspace.model_fields:
            if name in document:
                if plain(place.settings.get(name)) != document[name]:
                    place.settings[name] = document[name]
            else:
                place.settings.pop(name, None)
        record_audit(place.connection, place.access, "settings.update", "settings", before.key)

    def delete(self, place: Place, before: Resource) -> None:
        """They cannot be."""
        del place, before
        raise InvalidInput("settings cannot be deleted", hint="Put settings/workspace.yaml back.")


class Sources(PlainKind):
    """Connected systems, a file each. Passwords in locations are left out and kept as they are."""

    name = "sources"

    def export(self, place: Place) -> list[Resource]:
        """All sources by name."""
        return [Resource(name, _masked(_settings(entry))) for name, entry in sorted(place.settings["sources"].items())]

    def read(self, place: Place, document: Document) -> Document:
        """Checked as ``onefold.yaml`` is."""
        del place
        return written(_checked(document))

    def create(self, place: Place, key: str, document: Document) -> None:
        """Connect."""
        place.access.require("create", "source")
        check_source_name(key)
        if _MASK in str(document):
            raise InvalidInput("the location lacks its password", hint="Write it as ${NAME} and keep it in secrets.")
        place.settings["sources"][key] = self._guarded(place, document)
        self._tell(place, "created", key)

    def change(self, place: Place, before: Resource, document: Document) -> None:
        """Change, keeping passwords that were left out."""
        place.access.require("update", "source")
        entry = place.settings["sources"][before.key]
        whole = _unmasked(document, _settings(entry))
        if _MASK in str(whole):
            raise InvalidInput("the location lacks its password", hint="Write it as ${NAME} and keep it in secrets.")
        if whole.get("location") != _settings(entry).get("location"):
            whole = self._guarded(place, whole)
        for name in [name for name in entry if name not in whole]:
            del entry[name]
        for name, value in whole.items():
            if plain(entry.get(name)) != value:
                entry[name] = value
        self._tell(place, "updated", before.key)

    def delete(self, place: Place, before: Resource) -> None:
        """Disconnect; after the next build its records belong to no customer any more."""
        place.access.require("delete", "source")
        del place.settings["sources"][before.key]
        self._tell(place, "deleted", before.key)

    def loss(self, place: Place, before: Resource) -> str | None:
        """Its records, where it was built."""
        tables = [table for table in load_catalog(place.connection) if table.source == before.key]
        rows = sum(table.rows for table in tables)
        return f"{rows:,} records of {len(tables)} tables" if tables else None

    def _guarded(self, place: Place, document: Document) -> Document:
        """Over HTTP a location may name what everybody may reach, as in the sources' own endpoints."""
        is_here = place.access.actor.kind in {"cli", "system"}
        return document if is_here else document | {"is_guarded": True}

    def _tell(self, place: Place, verb: str, name: str) -> None:
        action = f"source.{verb.removesuffix('d')}"
        record_audit(place.connection, place.access, action, "source", name)
        actor_id = place.access.actor.actor_id
        announce(place.connection, f"source.{verb}", resource="source", resource_id=name, actor_id=actor_id)


def _settings(entry: Any) -> Document:
    return written(_checked(plain(entry)))


def _checked(document: Document) -> SourceSettings:
    try:
        return SourceSettings.model_validate(document)
    except ValidationError as error:
        raise InvalidInput(said(error), hint="Compare with a fresh export.") from None


def _masked(document: Document) -> Document:
    location = document.get("location", "")
    hidden = [mask_secrets(one) for one in location] if isinstance(location, list) else _hidden(location)
    return document | {"location": hidden}


def _hidden(location: str) -> str:
    """Without its password; a name in place of one (``${NAME}``) is none."""
    return location if "${" in location else mask_secrets(location)


def _unmasked(document: Document, before: Document) -> Document:
    """With the passwords that the export left out."""
    if document.get("location") == _masked(before).get("location"):
        return document | {"location": before["location"]}
    return document
