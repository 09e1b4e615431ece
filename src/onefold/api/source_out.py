"""Tables, columns and values of sources as an actor may see them, and errors of sources without internals.

Values that are looked at here belong to no customer yet, or to customers nobody has told apart: they are shown as for
a customer whom only the actor's unlimited roles admit, and not at all to somebody who may see some customers only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from onefold.access import Access, Actor, Shown
from onefold.catalog import BY_A_PERSON, Column, Join, Meaning, Table
from onefold.errors import OnefoldError
from onefold.settings import TableSettings, mask_secrets, read_secrets
from onefold.sources import TableLook
from onefold.workspace import Workspace

SOME_CUSTOMERS_ONLY = "only some customers may be seen"
_BEYOND = "hidden because it may hold any value of the row"
_SHORTEST_SECRET = 4
_EXAMPLES = re.compile(r" \(such as .*", re.DOTALL)
"""Values that the reason for a guess names, with whatever follows them."""


class ShownOut(BaseModel):
    """A value as the caller may see it."""

    value: Any
    hidden_by: str | None = None


class ColumnOut(BaseModel):
    """One column as understood."""

    name: str
    meaning: str
    confidence: float
    reason: str
    is_set_by_person: bool
    noted: str | None
    """What onefold.yaml says it means; the next build follows."""
    filled: float | None
    distinct: int | None
    details: dict[str, Any]
    examples: list[ShownOut]


class JoinOut(BaseModel):
    """A column whose values point at another table."""

    column: str
    to_source: str
    to_table: str
    to_column: str
    coverage: float
    confidence: float
    reason: str


class NotedTable(BaseModel):
    """What onefold.yaml says of a table; the next build follows."""

    role: str | None = None
    key: str | list[str] | None = None
    cursor: str | None = None


class TableOut(BaseModel):
    """One table as understood."""

    source: str
    name: str
    role: str
    confidence: float
    reason: str
    is_set_by_person: bool
    key: list[str]
    noted: NotedTable
    rows: int
    columns: list[ColumnOut]
    joins: list[JoinOut]


class TableLookOut(TableOut):
    """A table before it is connected."""

    is_whole: bool
    """Whether all rows were looked at; ``rows`` counts those that were."""
    first_rows: list[list[str | None]]
    bad_rows: int
    notes: list[str]


def table_out(access: Access, table: Table, noted: TableSettings | None) -> TableOut:
    """A table of the catalogue, its examples masked; ``noted``: what onefold.yaml says of it."""
    return TableOut(**_table_facts(access, table, noted))


def look_out(look: TableLook) -> TableLookOut:
    """A table before it is connected, as whoever brings it may see it: the values are their own."""
    bringer = Access.full(Actor("system", "system", "own file"))
    return TableLookOut(
        **_table_facts(bringer, look.table, None),
        is_whole=look.is_whole,
        first_rows=[[value if value is None else value[:500] for value in row] for row in look.rows],
        bad_rows=len(look.bad_rows),
        notes=list(look.notes),
    )


def shown(access: Access, column: Column, meaning: Meaning, value: Any) -> ShownOut:
    """A value of a column as the actor may see it: masked as whatever it means, and as what it might mean."""
    if value is None or access.is_full:
        return ShownOut(value=value)
    if not sees_all(access):
        return ShownOut(value=None, hidden_by=SOME_CUSTOMERS_ONLY)
    found = Shown(value)
    for one in dict.fromkeys((column.meaning, meaning)):
        masked = access.mask_value(f"{one}:{column.name}", found.value, _unlimited(access))
        found = Shown(masked.value, masked.hidden_by or found.hidden_by)
    return ShownOut(value=found.value, hidden_by=found.hidden_by)


def whole_rows_hidden_by(access: Access, table: Table | None) -> str | None:
    """Why whole rows of a table, which may hold any value, are hidden; None where they may be seen."""
    if access.is_full:
        return None
    if not sees_all(access):
        return SOME_CUSTOMERS_ONLY
    if table is None:
        return None if all(access.may_search(str(meaning)) for meaning in Meaning) else _BEYOND
    masked = [column for column in table.columns if not access.may_search(f"{column.meaning}:{column.name}")]
    return access.field(f"{masked[0].meaning}:{masked[0].name}").policy or _BEYOND if masked else None


def sees_all(access: Access) -> bool:
    """Whether the actor's row scope holds every customer."""
    return access.is_full or str(access.customers(sa.column)) == str(sa.true())


@contextmanager
def public_errors(workspace: Workspace) -> Iterator[None]:
    """Errors of the block name neither folders of this machine nor secrets."""
    try:
        yield
    except OnefoldError as error:
        hide = hider(workspace)
        error.message, error.hint = hide(error.message), hide(error.hint)
        raise


def hider(workspace: Workspace) -> Callable[[str], str]:
    """A function that keeps secrets, and where the workspace is, out of a text."""
    values = read_secrets(workspace.path / "secrets").values()
    secrets = sorted((value for value in values if len(value) >= _SHORTEST_SECRET), key=len, reverse=True)

    def hide(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, "***")
        for folder in (workspace.path, workspace.path.resolve()):
            text = text.replace(f"{folder}/", "")
        return mask_secrets(text)

    return hide


def _unlimited(access: Access) -> str:
    """An admission by the roles alone that admit everybody."""
    return "".join("1" if role.scope is None else "0" for layer in access.layers for role in layer.readers)


def _table_facts(access: Access, table: Table, noted: TableSettings | None) -> dict[str, Any]:
    return {
        "source": table.source,
        "name": table.name,
        "role": str(table.role),
        "confidence": table.confidence,
        "reason": table.reason,
        "is_set_by_person": table.reason == BY_A_PERSON,
        "key": list(table.key),
        "noted": noted.model_dump(include={"role", "key", "cursor"}) if noted else {},
        "rows": table.rows,
        "columns": [_column_out(access, column, noted) for column in table.columns],
        "joins": [_join_out(join) for join in table.joins],
    }


def _column_out(access: Access, column: Column, noted: TableSettings | None) -> ColumnOut:
    details = {name: value for name, value in column.details.items() if name not in {"filled", "distinct", "examples"}}
    return ColumnOut(
        name=column.name,
        meaning=str(column.meaning),
        confidence=column.confidence,
        reason=column.reason if _sees_plain(access, column) else _EXAMPLES.sub("", column.reason),
        is_set_by_person=column.reason == BY_A_PERSON,
        noted=noted.columns[column.name].meaning if noted and column.name in noted.columns else None,
        filled=column.details.get("filled"),
        distinct=column.details.get("distinct"),
        details=details if _sees_plain(access, column) else {},
        examples=[shown(access, column, column.meaning, value) for value in column.details.get("examples", [])],
    )


def _sees_plain(access: Access, column: Column) -> bool:
    """Whether no value of a column is masked for the actor."""
    return access.is_full or (sees_all(access) and access.may_search(f"{column.meaning}:{column.name}"))


def _join_out(join: Join) -> JoinOut:
    return JoinOut.model_validate(vars(join))
