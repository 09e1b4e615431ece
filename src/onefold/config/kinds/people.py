"""Roles as text."""

from __future__ import annotations

from pydantic import Field

from onefold.access import OWNER, SHIPPED, Role, count_holders, list_roles
from onefold.access.role_changes import RoleDraft, change_role, create_role, delete_role
from onefold.config.files import key_of
from onefold.config.kinds.text import PlainKind, Text, read_text, written
from onefold.config.model import Document, Place, Resource
from onefold.errors import InvalidInput
from onefold.profiles import summary_column


class _Role(Text):
    name: str
    description: str = ""
    permissions: dict[str, list[str]] = Field(default_factory=dict)
    denials: dict[str, list[str]] = Field(default_factory=dict)
    scope: str | None = None
    deny_scope: str | None = None
    masks: dict[str, str] = Field(default_factory=dict)


class Roles(PlainKind):
    """Roles, a file each; of shipped ones those that the company changed."""

    name = "roles"

    def export(self, place: Place) -> list[Resource]:
        """All but shipped roles that nobody changed."""
        taken: set[str] = set()
        found = []
        for role in list_roles(place.connection):
            key = key_of(role.name, taken, role.role_id)
            shipped = SHIPPED.get(role.role_id)
            if shipped is None or (role.role_id != OWNER and _text(role) != _text(shipped)):
                found.append(Resource(key, _text(role), role.role_id, role.version))
        return found

    def read(self, place: Place, document: Document) -> Document:
        """Checked when it is applied, by the slice itself."""
        del place
        return written(read_text(_Role, document))

    def create(self, place: Place, key: str, document: Document) -> None:
        """Make one, or change a shipped one that has its name."""
        draft = _draft(document)
        shipped = next((r for r in list_roles(place.connection) if r.is_shipped and r.name == draft.name), None)
        if shipped is not None:
            version = shipped.version
            change_role(place.connection, place.access, shipped.role_id, draft, summary_column, version=version)
            return
        place.roles[key] = create_role(place.connection, place.access, draft, summary_column).role_id

    def change(self, place: Place, before: Resource, document: Document) -> None:
        """Replace what it says."""
        draft, version = _draft(document), before.version
        change_role(place.connection, place.access, before.resource_id, draft, summary_column, version=version)

    def delete(self, place: Place, before: Resource) -> None:
        """Delete one of the company's own; a shipped one becomes what it was."""
        if before.resource_id == OWNER:
            raise InvalidInput("the owner's role cannot be deleted")
        if before.resource_id in SHIPPED:
            self.change(place, before, _text(SHIPPED[before.resource_id]))
            return
        delete_role(place.connection, place.access, before.resource_id, version=before.version)

    def loss(self, place: Place, before: Resource) -> str | None:
        """What its holders may do."""
        holders = count_holders(place.connection).get(before.resource_id, 0)
        return f"it for {holders} people who hold it" if holders and before.resource_id not in SHIPPED else None


def keys_of_roles(place: Place) -> dict[str, str]:
    """Role id -> the key by which other text names it."""
    taken: set[str] = set()
    return {role.role_id: key_of(role.name, taken, role.role_id) for role in list_roles(place.connection)}


def role_named(place: Place, key: str) -> str:
    """The id of the role that text names.

    Raises:
        InvalidInput: there is none.
    """
    found = {name: role_id for role_id, name in keys_of_roles(place).items()} | place.roles
    if key not in found:
        raise InvalidInput(f"there is no role {key!r}", hint=f"There are: {', '.join(sorted(found))}.")
    return found[key]


def _text(role: Role) -> Document:
    return written(
        _Role(
            name=role.name,
            description=role.description,
            permissions={kind: list(verbs) for kind, verbs in role.permissions.items()},
            denials={kind: list(verbs) for kind, verbs in role.denials.items()},
            scope=role.scope,
            deny_scope=role.deny_scope,
            masks=dict(role.masks),
        )
    )


def _draft(document: Document) -> RoleDraft:
    return RoleDraft(**read_text(_Role, document).model_dump())
