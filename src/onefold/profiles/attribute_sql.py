"""Values inside the JSON of profiles, and what hangs on customers, as typed SQL of both databases.

A function here is compiled for each database in its own words; the results are equal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.functions import FunctionElement

from onefold.profiles.tables import profile, profile_summary


class _Member(FunctionElement[str]):
    """``(document, path for SQLite, part, …)``: the text of a member of a JSON object."""

    type = sa.Text()
    inherit_cache = True


class _Quoted(FunctionElement[str]):
    """``(document, part, …)``: as ``_Member``, for names that no path of SQLite can spell."""

    type = sa.Text()
    inherit_cache = True


class _Number(FunctionElement[float]):
    """A text as a number; null where it is none."""

    type = sa.Double()
    inherit_cache = True


class _Moment(FunctionElement[Any]):
    """An ISO 8601 text as a moment in UTC; null where it is none, or less than a day."""

    type = sa.DateTime(timezone=True)
    inherit_cache = True


def member(column: sa.ColumnElement[Any], *parts: str) -> sa.ColumnElement[str]:
    """The text at a path in a JSON column; null where there is none."""
    names = [sa.literal(part, sa.Text) for part in parts]
    if any('"' in part or "\\" in part for part in parts):
        return _Quoted(column, *names)
    path = "$" + "".join(f'."{part}"' for part in parts)
    return _Member(column, sa.literal(path, sa.Text), *names)


def of_profile(expression: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    """An expression over ``profile`` for the customer of the ``profile_summary`` row."""
    query = sa.select(expression).where(profile.c.customer_id == profile_summary.c.customer_id)
    return query.correlate(profile_summary).scalar_subquery()


def as_number(text: sa.ColumnElement[Any]) -> sa.ColumnElement[float]:
    """A text as a number; null where it is none."""
    return _Number(text)


def as_moment(text: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """An ISO 8601 text as a moment in UTC; null where it is none."""
    return _Moment(text)


def as_flag(text: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """'yes' and 'no' as true and false."""
    return sa.case((text == "yes", sa.true()), (text == "no", sa.false()), else_=sa.cast(sa.null(), sa.Boolean))


class Several(sa.Text):
    """The type of an attribute of which a customer has any number: ``=`` and ``in`` ask whether one of them is it.

    The column itself is all of them as one text; null where there is none. Whether one is it is never unknown.
    """

    def __init__(self, owned: Owned | None = None) -> None:
        super().__init__()
        self._owned = owned

    class Comparator(sa.Text.Comparator[str]):
        """Compares with each value by itself."""

        def operate(self, op: Any, *other: Any, **options: Any) -> Any:
            """A comparison; what is not about single values is left to text."""
            owned = getattr(self.type, "_owned", None)
            if isinstance(owned, Owned) and op in _OF_ONE:
                holds = owned.having(operators.eq(owned.value, other[0]))
                return holds if op is operators.eq else sa.not_(holds)
            if isinstance(owned, Owned) and op in _OF_MANY:
                holds = owned.having(owned.value.in_(other[0]))
                return holds if op is operators.in_op else sa.not_(holds)
            return super().operate(op, *other, **options)

    comparator_factory = Comparator


class Words(sa.Text):
    """The type of a text of words between spaces: ``=`` and ``in`` ask whether one of them is it."""

    class Comparator(sa.Text.Comparator[str]):
        """Compares with each word by itself; never unknown."""

        def operate(self, op: Any, *other: Any, **options: Any) -> Any:
            """A comparison; what is not about single words is left to text."""
            if op in _OF_ONE:
                return self._has(other[0]) if op is operators.eq else sa.not_(self._has(other[0]))
            if op in _OF_MANY:
                holds = sa.or_(sa.false(), *(self._has(word) for word in other[0]))
                return holds if op is operators.in_op else sa.not_(holds)
            return super().operate(op, *other, **options)

        def _has(self, word: Any) -> sa.ColumnElement[bool]:
            return has_word(self.expr, word)

    comparator_factory = Comparator


_OF_ONE = (operators.eq, operators.ne)
_OF_MANY = (operators.in_op, operators.not_in_op)


class Owned:
    """Rows that hang on a customer, and the column that says what they are."""

    def __init__(
        self,
        value: sa.ColumnElement[str],
        rows: sa.FromClause,
        mine: sa.ColumnElement[bool],
        owners: Callable[[sa.ColumnElement[bool]], sa.Select[Any]] | None = None,
    ) -> None:
        self.value = value
        self.rows = rows
        self.mine = mine
        """True for the rows of the ``profile_summary`` row's customer."""
        self._owners = owners
        """The ids of the customers that rows with a condition lead to; where rows are few."""

    def having(self, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        """Whether one of the customer's rows fulfils ``condition``."""
        if self._owners is not None:
            return profile_summary.c.customer_id.in_(self._owners(condition))
        query = sa.select(sa.literal(1)).select_from(self.rows).where(self.mine, condition)
        return sa.exists(query.correlate(profile_summary))

    def column(self) -> sa.ColumnElement[Any]:
        """All values as one text, with the type that compares each by itself."""
        values = sa.select(self.value.label("value")).select_from(self.rows).where(self.mine).distinct()
        listed = values.correlate(profile_summary).order_by("value").subquery()
        joined = sa.select(sa.func.aggregate_strings(listed.c.value, ", ")).correlate(profile_summary)
        return sa.type_coerce(joined.scalar_subquery(), Several(self))


@compiles(_Member, "sqlite")
def _member_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    document, path = (compiler.process(part, **options) for part in list(element.clauses)[:2])
    return f"json_extract({document}, {path})"


@compiles(_Member, "postgresql")
def _member_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    document, _path, *parts = element.clauses
    listed = ", ".join(compiler.process(part, **options) for part in (document, *parts))
    return f"json_extract_path_text({listed})"


@compiles(_Quoted, "sqlite")
def _quoted_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    document, *parts = (str(compiler.process(part, **options)) for part in element.clauses)
    for part in parts:
        document = f"(select value from json_each({document}) where key = {part})"
    return document


@compiles(_Quoted, "postgresql")
def _quoted_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_extract_path_text({compiler.process(element.clauses, **options)})"


@compiles(_Number, "sqlite")
def _number_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    is_number = "v glob '*[0-9]*' and v not glob '*[^0-9.-]*'"
    return f"(select case when {is_number} then cast(v as real) end from (select {text} as v))"


@compiles(_Number, "postgresql")
def _number_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    return rf"(select case when v ~ '^-?[0-9]+(\.[0-9]+)?$' then v::double precision end from (select {text} as v) n)"


@compiles(_Moment, "sqlite")
def _moment_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    day = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*"
    return f"(select case when v glob '{day}' then strftime('%Y-%m-%d %H:%M:%f000', v) end from (select {text} as v))"


@compiles(_Moment, "postgresql")
def _moment_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    whole = "case when length(v) = 10 then v || 'T00:00:00Z' else v end"
    return (
        r"(select case when v ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+Z?)?$' "
        f"then ({whole})::timestamptz end from (select {text} as v) m)"
    )


class _Position(FunctionElement[int]):
    """``(text, part)``: where a part begins, from 1; 0 where it does not occur."""

    type = sa.Integer()
    inherit_cache = True


def position(text: sa.ColumnElement[Any], part: str) -> sa.ColumnElement[int]:
    """Where ``part`` begins in a text, from 1; 0 where it does not occur."""
    return _Position(text, sa.literal(part, sa.Text))


def has_word(words: sa.ColumnElement[Any], word: Any) -> sa.ColumnElement[bool]:
    """Whether a text of words between spaces holds one; never unknown."""
    wanted = sa.literal(" ", sa.Text).concat(word).concat(sa.literal(" ", sa.Text))
    return _Position(sa.func.coalesce(words, ""), wanted) > 0


def source_of(subject_id: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """The source of a subject: what stands before the first dot of its id."""
    return sa.func.substr(subject_id, 1, position(subject_id, ".") - 1)


@compiles(_Position, "sqlite")
def _position_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)})"


@compiles(_Position, "postgresql")
def _position_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)})"
