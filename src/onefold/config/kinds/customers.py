"""What the customer pages are arranged by, as text: tags, card layouts, shared views."""

from __future__ import annotations

import sqlalchemy as sa
from pydantic import Field

from onefold.care import change_tag, create_tag, delete_tag, list_tags
from onefold.config.files import key_of
from onefold.config.kinds.people import keys_of_roles, role_named
from onefold.config.kinds.text import PlainKind, Text, read_text, written
from onefold.config.model import Document, Place, Resource
from onefold.errors import InvalidInput
from onefold.profiles.layouts import DEFAULT_ROLE, drop_layout, set_layout
from onefold.profiles.tables import card_layout
from onefold.profiles.views import ViewDraft, change_view, create_view, delete_view, list_views


class _Tag(Text):
    name: str
    colour: str


class Tags(PlainKind):
    """Tags, a file each."""

    name = "tags"

    def export(self, place: Place) -> list[Resource]:
        """All tags."""
        taken: set[str] = set()
        return [
            Resource(
                key_of(tag.name, taken, tag.tag_id), {"name": tag.name, "colour": tag.colour}, tag.tag_id, tag.version
            )
            for tag in list_tags(place.connection, place.access, limit=100_000)
        ]

    def read(self, place: Place, document: Document) -> Document:
        """Name and colour."""
        del place
        return written(read_text(_Tag, document))

    def create(self, place: Place, key: str, document: Document) -> None:
        """Make a tag."""
        del key
        create_tag(place.connection, place.access, document["name"], document["colour"])

    def change(self, place: Place, before: Resource, document: Document) -> None:
        """Rename or recolour."""
        name, colour = document["name"], document["colour"]
        change_tag(place.connection, place.access, before.resource_id, name, colour, expected_version=before.version)

    def delete(self, place: Place, before: Resource) -> None:
        """Remove it from every customer."""
        delete_tag(place.connection, place.access, before.resource_id, expected_version=before.version)

    def loss(self, place: Place, before: Resource) -> str | None:
        """It is gone from the customers who bear it."""
        tags = list_tags(place.connection, place.access, query=before.document["name"], with_counts=True, limit=100_000)
        count = next((tag.customers or 0 for tag in tags if tag.tag_id == before.resource_id), 0)
        return f"it on {count:,} customers" if count else None


class _Layout(Text):
    fields: list[str]
    shown: int


class CardLayouts(PlainKind):
    """Arrangements of the essentials card, a file per role."""

    name = "card-layouts"

    def key(self, place: Place, key: str) -> str:
        """The role's, whatever its file is called."""
        return _role_key(place, key)

    def export(self, place: Place) -> list[Resource]:
        """Those that somebody arranged; roles that are gone have none."""
        keys = keys_of_roles(place) | {DEFAULT_ROLE: DEFAULT_ROLE}
        rows = place.connection.execute(sa.select(card_layout).order_by(card_layout.c.role_id))
        return [
            Resource(keys[row.role_id], {"fields": list(row.fields), "shown": row.shown}, version=row.version)
            for row in rows
            if row.role_id in keys
        ]

    def read(self, place: Place, document: Document) -> Document:
        """Fields and how many of them stand on the card."""
        del place
        return written(read_text(_Layout, document))

    def create(self, place: Place, key: str, document: Document) -> None:
        """Arrange."""
        self._set(place, key, document, 0)

    def change(self, place: Place, before: Resource, document: Document) -> None:
        """Arrange anew."""
        self._set(place, before.key, document, before.version)

    def delete(self, place: Place, before: Resource) -> None:
        """Back to the default."""
        role_id = self._role(place, before.key)
        drop_layout(place.connection, place.access, role_id, expected_version=before.version)

    def _set(self, place: Place, key: str, document: Document, version: int) -> None:
        fields, shown = document["fields"], document["shown"]
        role_id = self._role(place, key)
        set_layout(place.connection, place.access, role_id, fields=fields, shown=shown, expected_version=version)

    def _role(self, place: Place, key: str) -> str:
        return key if key == DEFAULT_ROLE else role_named(place, key)


def _role_key(place: Place, key: str) -> str:
    """How an export names the role that a file names."""
    return keys_of_roles(place).get(place.roles.get(key, ""), key)


class _View(Text):
    name: str
    query: str = ""
    filter: str = ""
    sort: str = ""
    columns: list[str] = Field(default_factory=list)
    shared_with: list[str] = Field(min_length=1)
    """Roles by the names of their files."""


class Views(PlainKind):
    """Saved views that are shared with a role; people's own are theirs."""

    name = "views"

    def export(self, place: Place) -> list[Resource]:
        """All shared views."""
        taken: set[str] = set()
        keys = keys_of_roles(place)
        found = []
        for view in list_views(place.connection, place.access):
            roles = sorted(keys[role_id] for role_id in view.shared_with if role_id in keys)
            if roles:
                text = _View(
                    name=view.name,
                    query=view.query,
                    filter=view.filter,
                    sort=view.sort,
                    columns=list(view.columns),
                    shared_with=roles,
                )
                found.append(
                    Resource(key_of(view.name, taken, view.view_id), written(text), view.view_id, view.version)
                )
        return found

    def read(self, place: Place, document: Document) -> Document:
        """Roles in the order of their names."""
        text = read_text(_View, document)
        if not text.shared_with:
            raise InvalidInput("a view here is shared with some role")
        roles = sorted({_role_key(place, key) for key in text.shared_with})
        return written(text.model_copy(update={"shared_with": roles}))

    def create(self, place: Place, key: str, document: Document) -> None:
        """Save it; it belongs to whoever applies."""
        del key
        create_view(place.connection, place.access, self._draft(place, document))

    def change(self, place: Place, before: Resource, document: Document) -> None:
        """Change it."""
        draft = self._draft(place, document)
        change_view(place.connection, place.access, before.resource_id, before.version, draft)

    def delete(self, place: Place, before: Resource) -> None:
        """Delete it."""
        delete_view(place.connection, place.access, before.resource_id, before.version)

    def _draft(self, place: Place, document: Document) -> ViewDraft:
        facts = read_text(_View, document).model_dump()
        roles = tuple(role_named(place, key) for key in facts["shared_with"])
        return ViewDraft(**{**facts, "columns": tuple(facts["columns"]), "shared_with": roles})
