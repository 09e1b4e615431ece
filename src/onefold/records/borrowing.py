"""What a row of facts takes from the row that it belongs to: a line its order's time, a payment its invoice's currency.

Only what the table does not say itself, and only along joins towards other facts (or, for what a thing is called,
towards the list of things). A value that a row holds itself always wins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from onefold.catalog.model import Column, Join, Meaning, Role, Table
from onefold.records.fact_columns import choose_columns
from onefold.records.routes import FACTS, carried_query

M = Meaning
_MOST_HOPS = 3
_TALK = (Role.CONVERSATIONS, Role.FEEDBACK)


@dataclass(frozen=True)
class Loan:
    """A place of an event that is filled from another table."""

    place: str
    """'time', 'counterpart', 'currency' or 'title'."""
    joins: tuple[Join, ...]
    column: Column
    """Of the last table on the way."""

    @property
    def name(self) -> str:
        """Of the SQL column that carries the raw value."""
        return f"_loan_{self.place}"

    def describe(self) -> str:
        """For the mapping hash."""
        way = ">".join(f"{j.column}={j.to_source}.{j.to_table}.{j.to_column}" for j in self.joins)
        habits = [str(self.column.details.get(name, "")) for name in ("date_order", "date_calendar", "currency")]
        return f"{self.place}:{way}:{self.column.name}:{self.column.meaning.value}:{':'.join(habits)}"


def find_loans(table: Table, tables: Sequence[Table]) -> dict[str, Loan]:
    """Place -> what fills it where a row of ``table`` does not say it; the nearest lender wins."""
    by_name = {t.full_name: t for t in tables}
    chosen = choose_columns(table)
    wanted: dict[str, Callable[[Table], Column | None]] = {}
    if chosen.time is None:
        wanted["time"] = lambda lender: choose_columns(lender).time
    if table.role in _TALK:
        wanted["counterpart"] = _colleague
    if chosen.amount is not None:
        wanted["currency"] = _money_of
    found = {place: _nearest(table, by_name, place, column_of) for place, column_of in wanted.items()}
    if chosen.title is None and chosen.text is None:
        found["title"] = _thing(table, by_name)
    return {place: loan for place, loan in found.items() if loan}


def facts_query(table: Table, subjects: str, loans: Mapping[str, Loan]) -> str:
    """SQL. grain: one row per current row of ``table`` that reaches a subject, with the raw values of its loans.

    ``_hash`` changes with what is lent, so that a row whose lender changed is conformed again.

    Args:
        table: of facts.
        subjects: SQL that gives ``_key`` and ``subject_id``.
        loans: of the table.
    """
    lent = [f", {loan.name}.value as {loan.name}" for loan in loans.values()]
    values = "".join(f", {loan.name}.value" for loan in loans.values())
    joins = [
        f"left join ({carried_query(table, loan.joins, loan.column.name)}) {loan.name} on {loan.name}._key = f._key"
        for loan in loans.values()
    ]
    return f"""
        select f._key, {f"hash(f._hash{values})" if loans else "f._hash"} as _hash, s.subject_id{"".join(lent)}
        from landed."{table.full_name.replace('"', '""')}" f
        join ({subjects}) s on s._key = f._key
        {" ".join(joins)}
        where f._to_build is null"""


def _money_of(lender: Table) -> Column | None:
    """What says a currency: a column of its own, else an amount, whose sign or header may."""
    chosen = choose_columns(lender)
    return chosen.currency or chosen.amount


def _colleague(lender: Table) -> Column | None:
    column = choose_columns(lender).counterpart
    return None if column is None or "only_where" in column.details or lender.role not in _TALK else column


def _nearest(
    table: Table, by_name: Mapping[str, Table], place: str, column_of: Callable[[Table], Column | None]
) -> Loan | None:
    frontier: list[tuple[tuple[Join, ...], Table]] = [((), table)]
    seen = {table.full_name}
    for _ in range(_MOST_HOPS):
        steps = [
            ((*joins, join), lender)
            for joins, at in frontier
            for join in sorted(at.joins, key=lambda j: (-j.confidence, j.column))
            if (lender := by_name.get(f"{join.to_source}.{join.to_table}")) is not None
            and lender.role in FACTS
            and lender.full_name not in seen
        ]
        for joins, lender in steps:
            column = column_of(lender)
            if column is not None:
                return Loan(place, joins, column)
        seen |= {lender.full_name for _, lender in steps}
        frontier = steps
    return None


def _thing(table: Table, by_name: Mapping[str, Table]) -> Loan | None:
    """The name of the thing that a row is about, from a list of things that are sold."""
    for join in table.joins:
        lender = by_name.get(f"{join.to_source}.{join.to_table}")
        if lender is None or lender.role is not Role.REFERENCE:
            continue
        names = lender.with_meaning(M.PRODUCT) or (
            lender.with_meaning(M.TITLE) if lender.with_meaning(M.AMOUNT) else ()
        )
        if names:
            return Loan("title", (join,), names[0])
    return None
