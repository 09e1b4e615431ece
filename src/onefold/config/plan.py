"""Comparing text with what is configured, and applying it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from onefold.access import Access, record_audit
from onefold.config.files import config_files
from onefold.config.kinds import KINDS
from onefold.config.model import Change, Document, Field, Place, Plan, Problem, Resource, ResourceKind
from onefold.errors import Conflict, InvalidInput, OnefoldError, Stale
from onefold.settings import parse_settings
from onefold.workspace import SETTINGS_FILE, Workspace

Wanted = Mapping[str, Mapping[str, Document]]
"""Kind -> key -> document."""

ROLES = "roles"
SETTINGS = "settings"
_SHOWN_PROBLEMS = 5


class _Discard(Exception):
    """Ends a transaction whose work was only to be seen."""


def export_config(workspace: Workspace, access: Access) -> dict[str, str]:
    """Path -> text of everything that is configured.

    Raises:
        NotAllowed: the actor may not administer settings.
    """
    access.require("administer", "settings")
    files: dict[str, str] = {}
    with workspace.database.write() as connection:
        record_audit(connection, access, "settings.export", "settings", "config")
        with suppress(_Discard), workspace.edit_settings() as settings:
            files = config_files(_present(_place(workspace, connection, access, settings)))
            raise _Discard
    return files


def settings_as_text(workspace: Workspace, access: Access, changes: Mapping[str, BaseModel]) -> dict[str, str]:
    """Path -> text of the settings of the company with some of them changed, to be planned and applied as text.

    Raises:
        NotAllowed: the actor may not administer settings.
    """
    access.require("administer", "settings")
    files: dict[str, str] = {}
    with workspace.database.write() as connection:
        record_audit(connection, access, "settings.export", "settings", "config")
        with suppress(_Discard), workspace.edit_settings() as settings:
            place = _place(workspace, connection, access, settings)
            (kind,) = (one for one in KINDS if one.name == SETTINGS)
            said = {name: value.model_dump(mode="json", exclude_defaults=True) for name, value in changes.items()}
            found = [replace(one, document=kind.read(place, {**one.document, **said})) for one in kind.export(place)]
            files = config_files({SETTINGS: found})
            raise _Discard
    return files


def plan_config(workspace: Workspace, access: Access, wanted: Wanted, *, allow_deletes: Collection[str] = ()) -> Plan:
    """What applying would do, found out by applying without a commit.

    Raises:
        NotAllowed: the actor may not administer settings.
        InvalidInput: a kind is unknown.
    """
    access.require("administer", "settings")
    plans: list[Plan] = []
    with suppress(_Discard), workspace.database.write() as connection, workspace.edit_settings() as settings:
        place = _place(workspace, connection, access, settings)
        plans.append(_run(place, wanted, allow_deletes))
        raise _Discard
    return plans[0]


def apply_config(
    workspace: Workspace,
    access: Access,
    wanted: Wanted,
    *,
    allow_deletes: Collection[str] = (),
    fingerprint: str | None = None,
) -> Plan:
    """Make what is configured what the text says: all of it, or nothing.

    Args:
        workspace: to configure.
        access: of the actor; every change is checked and audited as if made by hand.
        wanted: from ``parse_files``.
        allow_deletes: names such as ``sources/crm`` that may be deleted though that loses data.
        fingerprint: of the plan that the actor saw.

    Raises:
        Stale: something was configured otherwise meanwhile.
        Conflict: something cannot be applied; ``problems`` names each.
        NotAllowed: the actor may not administer settings.
    """
    access.require("administer", "settings")
    with workspace.database.write() as connection, workspace.edit_settings(connection) as settings:
        place = _place(workspace, connection, access, settings)
        plan = _run(place, wanted, allow_deletes, fingerprint)
        if plan.problems:
            raise _refused(plan.problems)
        facts = {"changes": [f"{change.action} {change.name}" for change in plan.changes[:200]]}
        record_audit(connection, access, "settings.apply", "settings", "config", facts)
    return plan


def _place(workspace: Workspace, connection: Any, access: Access, settings: Any) -> Place:
    return Place(workspace, connection, access, settings)


def _present(place: Place) -> dict[str, list[Resource]]:
    return {kind.name: kind.export(place) for kind in KINDS}


def _run(place: Place, wanted: Wanted, allow_deletes: Collection[str], fingerprint: str | None = None) -> Plan:
    """Plan and carry out, each resource by itself, so that every problem is found."""
    if unknown := [kind for kind in wanted if kind not in {one.name for one in KINDS}]:
        raise InvalidInput(
            f"no kind of configuration is called {unknown[0]!r}", hint=f"Valid: {', '.join(k.name for k in KINDS)}."
        )
    present = _present(place)
    found = _fingerprint(present)
    if fingerprint is not None and fingerprint != found:
        raise Stale("something was configured otherwise meanwhile", hint="Look at the plan again.")
    changes: list[Change] = []
    problems: list[Problem] = []
    for kind in (one for one in KINDS if one.name in wanted):
        planned, wrong = _compare(place, kind, present[kind.name], wanted[kind.name])
        changes += planned
        problems += wrong
    ordered = _ordered(changes)
    for change in ordered:
        problems += _carry_out(place, change, allow_deletes)
    if not problems:
        problems += _check_settings(place)
    return Plan(tuple(ordered), tuple(problems), found)


def _compare(
    place: Place, kind: ResourceKind, present: Sequence[Resource], wanted: Mapping[str, Document]
) -> tuple[list[Change], list[Problem]]:
    changes, problems = [], []
    by_id = {resource.resource_id: resource for resource in present if resource.resource_id}
    by_key = {resource.key: resource for resource in present}
    kept: set[str] = set()
    for key, written in wanted.items():
        document = {name: value for name, value in written.items() if name != "id"}
        before = by_id.get(str(written.get("id", ""))) or by_key.get(kind.key(place, key))
        if before is not None and before.key in kept:
            before = None
        if before is not None:
            kept.add(before.key)
            if kind.name == ROLES:
                place.roles[key] = before.resource_id
        try:
            document = kind.read(place, document)
        except OnefoldError as error:
            problems.append(Problem(f"{kind.name}/{key}", error.message, error.hint))
            continue
        if before is None:
            fields = tuple(Field(path, None, value) for path, value in _flat(document).items())
            changes.append(Change("create", kind.name, key, fields, document=document))
        elif fields := _difference(before.document, document):
            changes.append(Change("change", kind.name, key, fields, document=document, before=before))
    for resource in present:
        if resource.key not in kept:
            loss = kind.loss(place, resource)
            changes.append(Change("delete", kind.name, resource.key, loss=loss, before=resource))
    return changes, problems


def _ordered(changes: Sequence[Change]) -> list[Change]:
    """What others refer to is made first and deleted last."""
    place = {kind.name: number for number, kind in enumerate(KINDS)}
    made = [change for change in changes if change.action != "delete"]
    deleted = [change for change in changes if change.action == "delete"]
    return sorted(made, key=lambda one: place[one.kind]) + sorted(deleted, key=lambda one: -place[one.kind])


def _carry_out(place: Place, change: Change, allow_deletes: Collection[str]) -> list[Problem]:
    if change.loss and change.name not in allow_deletes:
        hint = f"Allow it by name: --allow-deletes {change.name}"
        return [Problem(change.name, f"deleting it loses {change.loss}", hint)]
    kind = next(one for one in KINDS if one.name == change.kind)
    nested = place.connection.begin_nested()
    try:
        if change.before is None:
            kind.create(place, change.key, dict(change.document))
        elif change.action == "change":
            kind.change(place, change.before, dict(change.document))
        else:
            kind.delete(place, change.before)
    except OnefoldError as error:
        nested.rollback()
        return [Problem(change.name, error.message, error.hint)]
    nested.commit()
    return []


def _check_settings(place: Place) -> list[Problem]:
    try:
        parse_settings(place.settings, origin=SETTINGS_FILE)
    except InvalidInput as error:
        return [Problem(SETTINGS_FILE, error.message, error.hint)]
    return []


def _difference(before: Document, after: Document) -> tuple[Field, ...]:
    had, has = _flat(before), _flat(after)
    paths = dict.fromkeys([*had, *has])
    return tuple(Field(path, had.get(path), has.get(path)) for path in paths if had.get(path) != has.get(path))


def _flat(document: Any, path: str = "") -> dict[str, Any]:
    """Path -> value; mappings are taken apart, lists are not."""
    if not isinstance(document, dict) or not document:
        return {path: document} if path else {}
    found: dict[str, Any] = {}
    for name, value in document.items():
        found |= _flat(value, f"{path}.{name}" if path else str(name))
    return found


def _fingerprint(present: Mapping[str, Sequence[Resource]]) -> str:
    listed = {
        kind: [(resource.key, resource.resource_id, resource.document) for resource in resources]
        for kind, resources in present.items()
    }
    text = json.dumps(listed, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _refused(problems: Sequence[Problem]) -> Conflict:
    words = "; ".join(f"{problem.name}: {problem.message}" for problem in problems[:_SHOWN_PROBLEMS])
    more = f" and {len(problems) - _SHOWN_PROBLEMS} more" if len(problems) > _SHOWN_PROBLEMS else ""
    return Conflict(
        f"nothing was applied: {words}{more}",
        hint=next((problem.hint for problem in problems if problem.hint), "Mend these, then apply again."),
        problems=[{"path": problem.name, "message": problem.message, "hint": problem.hint} for problem in problems],
    )
