"""Tables of the catalogue written by hand, and rows landed for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onefold.catalog.model import Column, Join, Meaning, Role, Table
from onefold.engines import Engine, quote_identifier

Row = Mapping[str, str | None]


def table(
    full_name: str,
    role: Role,
    columns: Mapping[str, Meaning],
    *,
    joins: Sequence[tuple[str, str, str]] = (),
    details: Mapping[str, Mapping[str, object]] | None = None,
) -> Table:
    """A catalogue entry; ``joins`` are (column, 'source.table', target column)."""
    source, name = full_name.split(".")
    found = [Column(c, meaning, 1.0, "", dict((details or {}).get(c, {}))) for c, meaning in columns.items()]
    links = [Join(c, *to.split("."), target, 1.0, 1.0, "") for c, to, target in joins]
    return Table(source, name, role, 1.0, "", (next(iter(columns)),), 0, tuple(found), tuple(links))


def land(engine: Engine, entry: Table, rows: Sequence[Row]) -> None:
    """Make ``rows`` the current version of the table; the first column is the key."""
    relation = f"landed.{quote_identifier(entry.full_name)}"
    names = [column.name for column in entry.columns]
    columns = ", ".join(f"{quote_identifier(name)} varchar" for name in names)
    engine.execute(
        f"create or replace table {relation} ({columns}, _key varchar, _hash ubigint, _from_build bigint,"
        " _to_build bigint, _origin varchar, _line bigint)"
    )
    for row in rows:
        values = [row.get(name) for name in names]
        marks = ", ".join("?" for _ in names)
        engine.execute(
            f"insert into {relation} select {marks}, ?, hash(?), 1, null, 'x', 1",
            [*values, values[0], "\x00".join(str(v) for v in values)],
        )


def contents(engine: Engine, relation: str) -> list[tuple[object, ...]]:
    """All rows of a relation in a fixed order."""
    return sorted(engine.rows(f"select * from main.{relation}"), key=repr)
