"""How the rows of a table of facts reach a person or organisation: the shortest way along the joins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onefold.catalog.model import Join, Meaning, Role, Table
from onefold.engines import quote_identifier
from onefold.records.learning import landed_relation

FACTS = (Role.EVENTS, Role.CONVERSATIONS, Role.FEEDBACK)
_SUBJECTS = (Role.PEOPLE, Role.ORGANISATIONS)
_MOST_HOPS = 4


@dataclass(frozen=True)
class Route:
    """Joins from a table of facts to the table of its subjects, in order."""

    joins: tuple[Join, ...]
    subject: Table

    def describe(self) -> str:
        """For the mapping hash: every column on the way."""
        return ">".join(f"{j.column}={j.to_source}.{j.to_table}.{j.to_column}" for j in self.joins)


def find_routes(tables: Sequence[Table]) -> dict[str, Route]:
    """Full name of each table of facts that reaches a subject → its best route.

    Fewer hops win, then people over organisations, then higher coverage of the first join.
    """
    by_name = {table.full_name: table for table in tables}
    found = {table.full_name: _best_route(table, by_name) for table in tables if table.role in FACTS}
    return {name: route for name, route in found.items() if route}


def _best_route(table: Table, by_name: Mapping[str, Table]) -> Route | None:
    frontier: list[tuple[tuple[Join, ...], Table]] = [((), table)]
    seen = {table.full_name}
    for _ in range(_MOST_HOPS):
        steps = [
            ((*joins, join), by_name[target])
            for joins, at in frontier
            for join in at.joins
            if (target := f"{join.to_source}.{join.to_table}") in by_name and target not in seen
        ]
        arrived = [Route(joins, at) for joins, at in steps if at.role in _SUBJECTS]
        if arrived:
            return min(arrived, key=_preference)
        seen |= {at.full_name for _, at in steps}
        frontier = sorted(steps, key=lambda step: -step[0][-1].coverage)
    return None


def _preference(route: Route) -> tuple[bool, float, str]:
    return (
        route.subject.role is not Role.PEOPLE,
        -min(j.coverage * j.confidence for j in route.joins),
        route.describe(),
    )


def subject_query(table: Table, route: Route) -> str:
    """SQL: ``_key`` of each current row of ``table`` that reaches a subject, and its ``subject_id``.

    grain: one row per current row of the table that reaches a subject.
    """
    prefix = route.subject.full_name.replace("'", "''")
    return f"select _key, '{prefix}:' || value as subject_id from ({carried_query(table, route.joins, '_key')}) c"


def carried_query(table: Table, joins: Sequence[Join], column: str) -> str:
    """SQL: ``_key`` of each current row of ``table`` whose ``joins`` all arrive, and the ``value`` of ``column`` there.

    grain: one row per current row of the table that arrives. Where a join's target column is not unique, the smallest
    key is taken, so that facts are never multiplied.
    """
    clauses, selected = [], ""
    for number, join in enumerate(joins):
        is_last = number == len(joins) - 1
        carry = quote_identifier(column if is_last else joins[number + 1].column)
        target = "landed." + quote_identifier(f"{join.to_source}.{join.to_table}")
        left = f"f.{quote_identifier(join.column)}" if number == 0 else f"t{number - 1}.carry"
        clauses.append(
            f"""
            join (
                select {_join_key(quote_identifier(join.to_column))} as k, arg_min({carry}, _key) as carry
                from {target}
                where _to_build is null and {quote_identifier(join.to_column)} is not null
                group by 1) t{number}
            on t{number}.k = {_join_key(left)}"""
        )
        selected = f"t{number}.carry"
    return f"""
        select f._key, {selected} as value
        from {landed_relation(table)} f {"".join(clauses)}
        where f._to_build is null"""


def _join_key(column: str) -> str:
    """A key without stray spaces and without the '.0' that spreadsheets add to numbers."""
    return f"regexp_replace(trim({column}), '^([0-9]+)\\.0+$', '\\1')"


def joins_to(
    table: Table, by_name: Mapping[str, Table], role: Role, *, most_hops: int = _MOST_HOPS
) -> list[tuple[Join, ...]]:
    """Every way of at most ``most_hops`` joins from ``table`` to tables of ``role``, through nothing but references.

    Joins by the name of a company are none: a name is no key.
    """
    names = {(t.full_name, c.name) for t in by_name.values() for c in t.with_meaning(Meaning.COMPANY)}
    found: list[tuple[Join, ...]] = []
    frontier: list[tuple[tuple[Join, ...], Table]] = [((), table)]
    for _ in range(most_hops):
        steps = [
            ((*joins, join), by_name[target])
            for joins, at in frontier
            for join in at.joins
            if (target := f"{join.to_source}.{join.to_table}") in by_name and (at.full_name, join.column) not in names
        ]
        found += [joins for joins, at in steps if at.role is role]
        frontier = [(joins, at) for joins, at in steps if at.role is Role.REFERENCE]
    return sorted(found, key=lambda joins: Route(joins, table).describe())
