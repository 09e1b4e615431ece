"""Sources over HTTP: what is connected and how it fares; connect, change, test, disconnect.

``onefold.yaml`` stays the one place where sources are configured: these endpoints edit it, under the version of the
file as ETag. Passwords go to the ``secrets`` file and come back nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from onefold import jobs
from onefold.access import record_audit
from onefold.api.call import Call, CallDep, set_etag
from onefold.api.source_out import hider, public_errors
from onefold.api.source_places import FilesPlace, PlaceIn, is_guarded, place_of
from onefold.build import SourceHealth, latest_report, source_health
from onefold.build.history import BUILD
from onefold.catalog import Meaning, Role, Table, load_catalog
from onefold.errors import Conflict, NotFound
from onefold.jobs import Schedule, due_since
from onefold.kernel import utc_now
from onefold.settings import Settings, SourceSettings, check_source_name, mask_secrets, read_secrets
from onefold.sources import Place, open_source, secret_name_of, use_uploads
from onefold.storage import announce

router = APIRouter(prefix="/sources", tags=["sources"])

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Short = Annotated[str | None, Field(max_length=200)]


class Reading(BaseModel):
    """How a source is read and what is known about it; all of it can be changed later."""

    tables: Annotated[list[Annotated[str, Field(max_length=200)]] | None, Field(max_length=1000)] = None
    encoding: Annotated[str | None, Field(max_length=40)] = None
    delimiter: Annotated[str | None, Field(max_length=4)] = None
    region: Annotated[str | None, Field(pattern=r"^[A-Z]{2}$")] = None
    priority: Annotated[int | None, Field(ge=0, le=10_000)] = None
    owner: Short = None
    yearly_cost: Annotated[float | None, Field(ge=0, le=1e15)] = None


class SourceIn(Reading):
    """A source to connect."""

    name: Name
    place: PlaceIn

    model_config = {
        "json_schema_extra": {
            "examples": [{"name": "crm", "place": {"kind": "files", "uploads": ["upl_k3m9x2p7q4w8z1aa"]}}]
        }
    }


class SourceChange(Reading):
    """What to change; what is absent stays, null takes it away."""

    place: PlaceIn | None = None


class SourceTest(BaseModel):
    """A place to try."""

    name: Name
    place: PlaceIn
    tables: Annotated[list[Annotated[str, Field(max_length=200)]] | None, Field(max_length=1000)] = None


class TestedSource(BaseModel):
    """What a place holds."""

    tables: list[str]


SourceState = Literal["never_read", "current", "late", "failed"]


class ProblemOut(BaseModel):
    """Why a source could not be read."""

    code: str
    message: str
    hint: str


class SourceTable(BaseModel):
    """A table in short."""

    name: str
    role: str
    rows: int
    columns: int
    unsure: int
    """Columns whose meaning was guessed with less than even odds."""
    columns_used: int
    """Columns that feed profiles and timelines; the others are landed and kept, and read by nothing."""


class SourceOut(BaseModel):
    """A source and how it fares."""

    name: str
    kind: str
    """files, or the kind of database."""
    locations: list[str]
    """Without passwords and without folders of this machine."""
    is_guarded: bool
    tables_chosen: list[str] | None
    encoding: str | None
    delimiter: str | None
    region: str | None
    priority: int
    owner: str | None
    yearly_cost: float | None
    currency: str
    has_secret: bool
    state: SourceState
    """never_read, current, late, failed."""
    last_read_at: datetime | None
    due_since: datetime | None
    """When its schedule wanted it read, where that did not happen."""
    next_read_at: datetime | None
    rows: int
    columns: int
    """Of all its tables."""
    columns_used: int
    """Of these, those that feed profiles and timelines; the others are only landed."""
    people_records: int | None
    customers: int | None
    only_here: int | None
    """Customers that no other source knows."""
    cost_per_customer: float | None
    quarantined: int
    problem: ProblemOut | None
    tables: list[SourceTable]
    version: int


class SourceList(BaseModel):
    """All sources, by name."""

    items: list[SourceOut]
    version: int
    """Of ``onefold.yaml``."""
    may_use_private: bool
    """Whether private addresses and folders of the server may be connected from here."""


@router.get("")
def list_sources(call: CallDep, response: Response) -> SourceList:
    """All sources with their health."""
    call.access.require("read", "source")
    version = call.workspace.settings_version
    settings = call.workspace.settings
    items = _sources_out(call, settings, version)
    set_etag(response, version)
    may_use_private = settings.server.allow_private_addresses or not is_guarded(call)
    return SourceList(items=items, version=version, may_use_private=may_use_private)


@router.post("", status_code=201, response_model=SourceOut)
def connect_source(call: CallDep, given: SourceIn) -> Response:
    """Connect a source; the next build reads it."""
    call.access.require("create", "source")
    check_source_name(given.name)
    ready = _ready(call, given.name, given)

    def action(connection: Any) -> SourceOut:
        _write_source(call, connection, given.name, given, ready, expected_version=None)
        record_audit(connection, call.access, "source.create", "source", given.name, {"kind": given.place.kind})
        announce(connection, "source.created", resource="source", resource_id=given.name)
        return _source_out(call, given.name)

    return call.create(action)


@router.post("/test")
def test_place(call: CallDep, given: SourceTest) -> TestedSource:
    """The tables that a place would bring; nothing is kept and no row is read."""
    call.access.require("create", "source")
    return TestedSource(tables=_ready(call, given.name, given).tables)


@router.get("/{name}")
def get_source(call: CallDep, response: Response, name: str) -> SourceOut:
    """One source with its health."""
    call.access.require("read", "source")
    found = _source_out(call, name)
    set_etag(response, found.version)
    return found


@router.post("/{name}/test")
def test_source(call: CallDep, name: str) -> TestedSource:
    """The tables that a connected source would bring now."""
    call.access.require("run", "source")
    settings = _settings_of(call, name)
    return TestedSource(tables=_tables_of(call, name, settings, read_secrets(call.workspace.path / "secrets")))


@router.patch("/{name}")
def change_source(call: CallDep, response: Response, name: str, given: SourceChange) -> SourceOut:
    """Change how a source is read, who owns it, or where it is; the next build follows."""
    call.access.require("update", "source")
    expected = call.expected_version()
    _settings_of(call, name)
    ready = _ready(call, name, given)
    with call.write() as connection:
        _write_source(call, connection, name, given, ready, expected_version=expected)
        changed = sorted(given.model_fields_set)
        record_audit(connection, call.access, "source.update", "source", name, {"changed": changed})
        announce(connection, "source.updated", resource="source", resource_id=name, actor_id=call.actor.actor_id)
    found = _source_out(call, name)
    set_etag(response, found.version)
    return found


@router.delete("/{name}", status_code=204)
def disconnect_source(call: CallDep, name: str) -> None:
    """Disconnect: after the next build its records belong to no customer any more. Its uploads are kept until then."""
    call.access.require("delete", "source")
    expected = call.expected_version()
    _settings_of(call, name)
    with call.write() as connection:
        with call.workspace.edit_settings(connection, expected_version=expected) as document:
            document["sources"].pop(name, None)
        call.workspace.keep_secret(secret_name_of(name), None, connection=connection)
        use_uploads(connection, [], name)
        record_audit(connection, call.access, "source.delete", "source", name)
        announce(connection, "source.deleted", resource="source", resource_id=name, actor_id=call.actor.actor_id)


@dataclass(frozen=True)
class _Ready:
    """A place that was opened and may be written."""

    location: Any
    place: Place | None
    tables: list[str]


_NOWHERE = _Ready(None, None, [])


def _ready(call: Call, name: str, given: SourceIn | SourceChange | SourceTest) -> _Ready:
    """Open the place before anything is written: what cannot be opened is not connected."""
    if given.place is None:
        return _NOWHERE
    with public_errors(call.workspace):
        location, place = place_of(call, name, given.place)
    secrets = read_secrets(call.workspace.path / "secrets")
    if place is not None and place.secret:
        secrets[place.secret_name] = place.secret
    reading = given.model_dump(include={"tables", "encoding", "delimiter"}, exclude_none=True)
    settings = SourceSettings(location=location, is_guarded=is_guarded(call), **reading)
    return _Ready(location, place, _tables_of(call, name, settings, secrets))


def _write_source(
    call: Call,
    connection: Any,
    name: str,
    given: SourceIn | SourceChange,
    ready: _Ready,
    *,
    expected_version: int | None,
) -> None:
    """Write a source into ``onefold.yaml``, its secret beside it."""
    fields = given.model_dump(exclude_unset=True, exclude={"name", "place"})
    with call.workspace.edit_settings(connection, expected_version=expected_version) as document:
        sources = document["sources"]
        if isinstance(given, SourceIn) and name in sources:
            raise Conflict(f"there is a source {name!r} already", hint="Choose another name, or change that one.")
        if ready is not _NOWHERE:
            fields |= {"location": ready.location, "is_guarded": is_guarded(call) or None}
        if isinstance(given.place, FilesPlace):
            use_uploads(connection, given.place.uploads, name)
        entry = sources.setdefault(name, {})
        for field, value in fields.items():
            if value is None:
                entry.pop(field, None)
            else:
                entry[field] = value
        if ready.place is not None and ready.place.secret:
            call.workspace.keep_secret(ready.place.secret_name, ready.place.secret, connection=connection)


def _tables_of(call: Call, name: str, settings: SourceSettings, secrets: dict[str, str]) -> list[str]:
    allow_private = call.workspace.settings.server.allow_private_addresses
    with public_errors(call.workspace):
        extracts = open_source(name, settings, base=call.workspace.path, secrets=secrets, allow_private=allow_private)
        return [extract.table for extract in extracts]


def _settings_of(call: Call, name: str) -> SourceSettings:
    found = call.workspace.settings.sources.get(name)
    if found is None:
        raise NotFound(f"no source {name!r}", hint="It may have been disconnected.")
    return found


def _source_out(call: Call, name: str) -> SourceOut:
    _settings_of(call, name)
    settings = call.workspace.settings
    return next(
        source for source in _sources_out(call, settings, call.workspace.settings_version) if source.name == name
    )


def _sources_out(call: Call, settings: Settings, version: int) -> list[SourceOut]:
    with call.read() as connection:
        health = source_health(connection)
        tables = load_catalog(connection)
        schedules = jobs.list_schedules(connection, kind=BUILD)
        systems = _systems(connection)
    secrets = read_secrets(call.workspace.path / "secrets")
    hide = hider(call.workspace)
    return [
        _out(
            name,
            source,
            settings.currency,
            health.get(name, SourceHealth()),
            [table for table in tables if table.source == name],
            _schedules_of(schedules, name),
            systems.get(name, {}),
            has_secret=secret_name_of(name) in secrets,
            version=version,
            hide=hide,
        )
        for name, source in sorted(settings.sources.items())
    ]


def _out(
    name: str,
    source: SourceSettings,
    currency: str,
    health: SourceHealth,
    tables: list[Table],
    schedules: list[Schedule],
    system: dict[str, Any],
    *,
    has_secret: bool,
    version: int,
    hide: Callable[[str], str],
) -> SourceOut:
    late_since = max((at for one in schedules if (at := due_since(one, health.last_read_at, utc_now()))), default=None)
    state: SourceState = (
        "failed" if health.problem else "never_read" if not health.last_read_at else "late" if late_since else "current"
    )
    return SourceOut(
        name=name,
        kind=_kind_of(source),
        locations=[_shown_location(location) for location in source.locations],
        is_guarded=source.is_guarded,
        tables_chosen=source.tables,
        encoding=source.encoding,
        delimiter=source.delimiter,
        region=source.region,
        priority=source.priority,
        owner=source.owner,
        yearly_cost=source.yearly_cost,
        currency=currency,
        has_secret=has_secret,
        state=state,
        last_read_at=health.last_read_at,
        due_since=late_since,
        next_read_at=min((one.next_run_at for one in schedules if one.next_run_at), default=None),
        rows=sum(table.rows for table in tables),
        columns=sum(len(table.columns) for table in tables),
        columns_used=sum(map(_columns_used, tables)),
        people_records=_number(system.get("records")),
        customers=_number(system.get("customers")),
        only_here=_number(system.get("only_here")),
        cost_per_customer=system.get("cost_per_customer"),
        quarantined=health.quarantined,
        problem=_problem_out(health, hide),
        tables=[_table_out(table) for table in tables],
        version=version,
    )


def _problem_out(health: SourceHealth, hide: Callable[[str], str]) -> ProblemOut | None:
    if health.problem is None:
        return None
    message, hint = hide(health.problem["message"]), hide(health.problem["hint"])
    return ProblemOut(code=health.problem["code"], message=message, hint=hint)


def _table_out(table: Table) -> SourceTable:
    unsure = sum(column.confidence < 0.5 for column in table.columns)
    return SourceTable(
        name=table.name,
        role=str(table.role),
        rows=table.rows,
        columns=len(table.columns),
        unsure=unsure,
        columns_used=_columns_used(table),
    )


def _columns_used(table: Table) -> int:
    """How many columns mean something, in a table about customers or what happened to them."""
    if table.role is Role.REFERENCE:
        return 0
    return sum(column.meaning not in {Meaning.OTHER, Meaning.EMPTY} for column in table.columns)


def _systems(connection: sa.Connection) -> dict[str, dict[str, Any]]:
    """What the last report says of each source."""
    report = latest_report(connection) or {}
    return {system["name"]: system for system in report.get("systems", [])}


def _schedules_of(schedules: list[Schedule], name: str) -> list[Schedule]:
    return [one for one in schedules if not one.arguments.get("sources") or name in one.arguments["sources"]]


def _number(value: Any) -> int | None:
    """A count of the report, which writes some with their base."""
    return value.get("count") if isinstance(value, dict) else value


def _kind_of(source: SourceSettings) -> str:
    location = source.locations[0]
    return location.partition("://")[0].lower() if "://" in location and not location.startswith("file:") else "files"


def _shown_location(location: str) -> str:
    """A location for everybody who may read sources."""
    if "://" in location:
        return mask_secrets(location)
    path = PurePath(location)
    return path.name if path.is_absolute() or location.startswith("files/uploads/") else location
