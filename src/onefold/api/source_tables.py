"""Tables and columns of a source over HTTP: what they seem to mean, samples, corrections and their effect."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from onefold.access import audit_read, record_audit
from onefold.api.call import Call, CallDep, set_etag
from onefold.api.source_out import ShownOut, TableOut, shown, table_out
from onefold.api.warehouse import warehouse
from onefold.catalog import Column, Meaning, Role, Table, describe_meanings, load_catalog
from onefold.errors import InvalidInput, NotFound
from onefold.records import context_columns, try_meaning
from onefold.sources import sample_column, sample_rows
from onefold.storage import announce

router = APIRouter(tags=["sources"])

TRIED_ROWS = 2_000
"""Rows on which the effect of another meaning is tried."""
ColumnName = Annotated[str, Field(min_length=1, max_length=1000)]


class MeaningOut(BaseModel):
    """A meaning that a column can have."""

    meaning: str
    description: str


class Meanings(BaseModel):
    """What columns and tables can mean."""

    meanings: list[MeaningOut]
    roles: list[str]


class TableList(BaseModel):
    """The tables of a source."""

    items: list[TableOut]
    version: int
    """Of ``onefold.yaml``."""


class SampleOut(BaseModel):
    """A value and how many rows hold it."""

    value: ShownOut
    rows: int


class Samples(BaseModel):
    """The most frequent values of a column."""

    items: list[SampleOut]


class MeaningTry(BaseModel):
    """A correction to try."""

    table: Annotated[str, Field(max_length=300)]
    column: ColumnName
    meaning: Meaning


class SideOut(BaseModel):
    """The sample under one meaning."""

    meaning: Meaning
    recognised: int
    refused: int
    is_kept_as_written: bool


class ExampleOut(BaseModel):
    """One value as written, as read now, as it would be read."""

    raw: ShownOut
    now: ShownOut
    then: ShownOut


class MeaningEffect(BaseModel):
    """What a correction would do, on a sample."""

    rows: int
    now: SideOut
    then: SideOut
    changed: int
    refused: list[ShownOut]
    examples: list[ExampleOut]


class TableChange(BaseModel):
    """A person's word about a table; null takes it back, what is absent stays."""

    role: Role | None = None
    key: Annotated[list[ColumnName] | None, Field(max_length=50)] = None
    cursor: ColumnName | None = None


class ColumnChange(BaseModel):
    """A person's word about a column; null takes it back."""

    column: ColumnName
    meaning: Meaning | None


class Noted(BaseModel):
    """What was noted applies at the next build."""

    version: int
    applies: str = "next_build"


@router.get("/sources/-/meanings")
def get_meanings(call: CallDep) -> Meanings:
    """All meanings of columns with one line each, and all roles of tables."""
    call.access.require("read", "source")
    meanings = [MeaningOut(meaning=meaning, description=text) for meaning, text in describe_meanings()]
    return Meanings(meanings=meanings, roles=[str(role) for role in Role])


@router.get("/sources/{name}/tables")
def list_tables(call: CallDep, response: Response, name: str) -> TableList:
    """Tables with role, key and joins; columns with meaning, confidence and reason."""
    call.access.require("read", "source")
    version = call.workspace.settings_version
    _check_source(call, name)
    noted = call.workspace.settings.sources[name].overrides
    with call.read() as connection:
        found = [table for table in load_catalog(connection) if table.source == name]
    set_etag(response, version)
    return TableList(items=[table_out(call.access, table, noted.get(table.name)) for table in found], version=version)


@router.get("/sources/{name}/tables/{table}/samples")
def get_samples(
    call: CallDep, name: str, table: str, column: Annotated[str, Query(min_length=1, max_length=1000)]
) -> Samples:
    """The most frequent values of a column, from the warehouse; not while a build holds it."""
    call.access.require("read", "source")
    known, found = _find(call, name, table, column)
    audit_read(call.database, call.access, "source.sample", "source", name, {"table": table, "column": column})
    with warehouse(call) as engine:
        values = sample_column(engine, known.source, known.name, column)
    items = [
        SampleOut(value=shown(call.access, found, found.meaning, value.value[:500]), rows=value.rows)
        for value in values
    ]
    return Samples(items=items)


@router.post("/sources/{name}/preview-meaning")
def preview_meaning(call: CallDep, name: str, given: MeaningTry) -> MeaningEffect:
    """What a correction would do to a column's values, before anything is noted."""
    call.access.require("update", "source")
    known, column = _find(call, name, given.table, given.column)
    facts = {"table": given.table, "column": given.column}
    audit_read(call.database, call.access, "source.sample", "source", name, facts)
    with warehouse(call) as engine:
        columns = context_columns(known, column.name)
        rows = sample_rows(engine, known.source, known.name, column.name, columns, limit=TRIED_ROWS)
    settings = call.workspace.settings
    region = settings.sources[name].region or settings.region
    trial = try_meaning(rows, known, column.name, given.meaning, region=region)

    def mask(value: Any) -> ShownOut:
        return shown(call.access, column, given.meaning, value)

    return MeaningEffect(
        rows=trial.rows,
        now=SideOut.model_validate(vars(trial.now)),
        then=SideOut.model_validate(vars(trial.then)),
        changed=trial.changed,
        refused=[mask(value) for value in trial.refused],
        examples=[ExampleOut(raw=mask(one.raw), now=mask(one.now), then=mask(one.then)) for one in trial.examples],
    )


@router.patch("/sources/{name}/tables/{table}/columns")
def correct_column(call: CallDep, response: Response, name: str, table: str, given: ColumnChange) -> Noted:
    """Say what a column means, for ever; it applies at the next build."""
    call.access.require("update", "source")
    expected = call.expected_version()
    _find(call, name, table, given.column)
    meaning = str(given.meaning) if given.meaning else None
    with call.write() as connection:
        call.workspace.set_meaning(name, table, given.column, meaning, connection=connection, expected_version=expected)
        facts = {"table": table, "column": given.column, "meaning": meaning}
        return _note(call, connection, response, "source.correct_column", name, facts)


@router.patch("/sources/{name}/tables/{table}")
def correct_table(call: CallDep, response: Response, name: str, table: str, given: TableChange) -> Noted:
    """Say what a table is for and what identifies its rows, for ever; it applies at the next build."""
    call.access.require("update", "source")
    expected = call.expected_version()
    known = _find_table(call, name, table)
    choices = given.model_dump(mode="json", exclude_unset=True)
    names = {column.name for column in known.columns}
    for column in (*(given.key or ()), *([given.cursor] if given.cursor else ())):
        if column not in names:
            raise NotFound(f"{known.full_name} has no column {column!r}")
    if given.key is not None:
        choices["key"] = given.key[0] if len(given.key) == 1 else given.key or None
    if not choices:
        raise InvalidInput("nothing to change was given", hint="Give role, key or cursor.")
    with call.write() as connection:
        call.workspace.set_table(name, table, connection=connection, expected_version=expected, **choices)
        return _note(call, connection, response, "source.correct_table", name, {"table": table, **choices})


def _note(call: Call, connection: Any, response: Response, action: str, name: str, facts: dict[str, Any]) -> Noted:
    record_audit(connection, call.access, action, "source", name, facts)
    announce(connection, "source.updated", resource="source", resource_id=name, actor_id=call.actor.actor_id)
    version = call.workspace.settings_version
    set_etag(response, version)
    return Noted(version=version)


def _check_source(call: Call, name: str) -> None:
    if name not in call.workspace.settings.sources:
        raise NotFound(f"no source {name!r}", hint="It may have been disconnected.")


def _find_table(call: Call, name: str, table: str) -> Table:
    _check_source(call, name)
    with call.read() as connection:
        tables = load_catalog(connection)
    found = next((one for one in tables if (one.source, one.name) == (name, table)), None)
    if found is None:
        raise NotFound(f"{name} has no table {table!r}", hint="A build reads what was connected.")
    return found


def _find(call: Call, name: str, table: str, column: str) -> tuple[Table, Column]:
    known = _find_table(call, name, table)
    found = next((one for one in known.columns if one.name == column), None)
    if found is None:
        raise NotFound(f"{known.full_name} has no column {column!r}")
    return known, found
