"""Rules (``kernel/rules.py``) as conditions of SQL, with equal results on both databases.

The type of an attribute's column decides how a test compares: text by code point (``~`` contains, whatever the case),
numbers by value, moments in UTC, where a day alone means all of that day. SQL's own null is the language's unknown,
so the condition is null where the rule is unknown: ``where`` leaves such rows out, and so does ``not``.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from onefold.errors import InvalidInput
from onefold.kernel.rules import Among, And, Compare, Constant, Known, Literal, My, Not, Number, Or, Rule
from onefold.storage.sql_functions import by_code_point, contains_text

Resolve = Callable[[str], sa.ColumnElement[Any]]
"""Attribute name -> SQL expression of its value, with its type. Raises InvalidInput naming the valid attributes."""

Condition = sa.ColumnElement[bool]

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MOST_INTEGER = 2**63 - 1


def all_of(conditions: Sequence[Condition]) -> Condition:
    """Where all of them hold; ``sa.true()`` itself where that is everywhere."""
    telling = [condition for condition in conditions if not isinstance(condition, sa.True_)]
    return sa.and_(*telling) if telling else sa.true()


def any_of(conditions: Sequence[Condition]) -> Condition:
    """Where one of them holds; ``sa.true()`` itself where that is everywhere, ``sa.false()`` where there is none."""
    if any(isinstance(condition, sa.True_) for condition in conditions):
        return sa.true()
    return sa.or_(*conditions) if conditions else sa.false()


def compile_rule(rule: Rule, resolve: Resolve, my: Mapping[str, Any]) -> Condition:
    """The condition under which ``rule`` is true; null where it is unknown.

    Args:
        rule: from ``parse_rule``.
        resolve: attribute -> column.
        my: the attributes of whoever asks: texts or lists of texts. Absent and empty ones are unknown.

    Raises:
        InvalidInput: no such attribute, or a literal that its type cannot hold.
    """
    match rule:
        case Constant(value):
            return sa.true() if value else sa.false()
        case Not(inner):
            return sa.not_(compile_rule(inner, resolve, my))
        case And(rules):
            return all_of([compile_rule(part, resolve, my) for part in rules])
        case Or(rules):
            return any_of([compile_rule(part, resolve, my) for part in rules])
        case Known(My(name), is_negated):
            return sa.false() if bool(_mine(my, name)) == is_negated else sa.true()
        case Known(str() as attribute, is_negated):
            column = resolve(attribute)
            return column.is_(None) if is_negated else column.is_not(None)
        case Compare(attribute, sign, operand):
            return _compare(_Attribute(attribute, resolve(attribute)), sign, operand, my)
        case Among(attribute, values, is_negated):
            return _among(_Attribute(attribute, resolve(attribute)), values, is_negated=is_negated, my=my)
        case _:  # a known that is neither: cannot be built
            raise InvalidInput("not a rule")


def unknown() -> Condition:
    """A condition that is never true, nor its opposite."""
    return sa.cast(sa.null(), sa.Boolean)


class _Attribute:
    """A column with the way in which its type compares."""

    def __init__(self, name: str, column: sa.ColumnElement[Any]) -> None:
        self.name = name
        self.column = column
        kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
            (sa.Boolean, "flag"),
            ((sa.Integer, sa.Numeric, sa.Float), "number"),
            (sa.DateTime, "moment"),
            (sa.Date, "day"),
        )
        self.kind = next((word for types, word in kinds if isinstance(column.type, types)), "text")

    def read(self, value: Literal) -> Any:
        """A literal as a value of this type.

        Raises:
            InvalidInput: it cannot be one.
        """
        text = value.text if isinstance(value, Number) else str(value).lower() if isinstance(value, bool) else value
        try:
            return _READERS[self.kind](text)
        except (ValueError, OverflowError):
            raise InvalidInput(
                f"{self.name} is compared with {text!r}, which is no {_WORDS[self.kind]}", hint=_HINTS[self.kind]
            ) from None

    def test(self, sign: str, value: Any) -> Condition:
        """``attribute sign value``."""
        if sign == "~":
            return self._contains(value)
        if self.kind == "flag" and sign not in {"=", "!="}:
            raise InvalidInput(f"{self.name} is true or false and cannot be compared with {sign}", hint="Use =.")
        if self.kind == "moment":
            return _test_moment(self.column, sign, *value)
        column = self.column
        if self.kind == "text" and sign not in {"=", "!="}:
            column = by_code_point(column)
        condition: Condition = _COMPARISONS[sign](column, sa.literal(value, _bound_type(value)))
        return condition

    def equals_one(self, values: Sequence[Any]) -> Condition:
        """Whether the attribute has one of ``values``."""
        if self.kind in {"text", "number", "day"}:
            return self.column.in_([sa.literal(value, _bound_type(value)) for value in values])
        return sa.or_(*(self.test("=", value) for value in values))

    def _contains(self, value: str) -> Condition:
        if self.kind != "text":
            raise InvalidInput(f"{self.name} is no text and cannot be searched with ~", hint="Use =, <, >, in.")
        return sa.or_(*(contains_text(self.column, sa.literal(form, sa.Text)) for form in spellings(value)))


def spellings(part: str) -> tuple[str, ...]:
    """The ways in which ``~`` looks for a text: as written, in small letters, in capitals, with a first capital.

    ASCII letters need no spelling of their own: they are compared without regard to case.
    """
    forms = (part, part.lower(), part.upper(), part.capitalize(), part.title())
    return tuple(dict.fromkeys(_ascii_lower(form) for form in forms))


def _ascii_lower(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def _compare(attribute: _Attribute, sign: str, operand: Literal | My, my: Mapping[str, Any]) -> Condition:
    if not isinstance(operand, My):
        return attribute.test(sign, attribute.read(operand))
    values = _mine(my, operand.name)
    if sign in {"=", "!="}:
        return _among_values(attribute, values, is_negated=sign == "!=")
    if len(values) != 1 or (value := _read_mine(attribute, values)) == []:
        return unknown()
    return attribute.test(sign, value[0])


def _among(
    attribute: _Attribute, values: tuple[Literal, ...] | My, *, is_negated: bool, my: Mapping[str, Any]
) -> Condition:
    if isinstance(values, My):
        return _among_values(attribute, _mine(my, values.name), is_negated=is_negated)
    condition = attribute.equals_one([attribute.read(value) for value in values])
    return sa.not_(condition) if is_negated else condition


def _among_values(attribute: _Attribute, texts: list[str], *, is_negated: bool) -> Condition:
    values = _read_mine(attribute, texts)
    if not values:
        return unknown()
    condition = attribute.equals_one(values)
    return sa.not_(condition) if is_negated else condition


def _mine(my: Mapping[str, Any], name: str) -> list[str]:
    """An attribute of whoever asks as a list of texts; empty where it is not set."""
    value = my.get(name)
    listed = value if isinstance(value, list | tuple) else [value]
    texts = [str(item).lower() if isinstance(item, bool) else str(item) for item in listed if item is not None]
    return [text for text in texts if text and "\x00" not in text]


def _read_mine(attribute: _Attribute, texts: list[str]) -> list[Any]:
    """The values of this type among ``texts``; if any is not one, none: half a scope would admit by ``not in``."""
    try:
        return [attribute.read(text) for text in texts]
    except InvalidInput:
        return []


def _test_moment(column: sa.ColumnElement[Any], sign: str, start: datetime, end: datetime) -> Condition:
    """Compare with a span of time, which is one day or one instant."""
    first, after = (sa.literal(moment, sa.DateTime(timezone=True)) for moment in (start, end))
    if start == end:
        condition: Condition = _COMPARISONS[sign](column, first)
        return condition
    match sign:
        case "=":
            return sa.and_(column >= first, column < after)
        case "!=":
            return sa.or_(column < first, column >= after)
        case "<":
            return column < first
        case "<=":
            return column < after
        case ">":
            return column >= after
        case _:
            return column >= first


def _read_number(text: str) -> int | float:
    if text.lstrip("-").isdecimal() and text.isascii() and abs(int(text)) <= _MOST_INTEGER:
        return int(text)
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _read_flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(text)
    return text == "true"


def _read_moment(text: str) -> tuple[datetime, datetime]:
    if len(text) == 10:
        start = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        return start, start + timedelta(days=1)
    moment = datetime.fromisoformat(text)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment, moment


def _bound_type(value: Any) -> sa.types.TypeEngine[Any]:
    match value:
        case bool():
            return sa.Boolean()
        case int():
            return sa.BigInteger()
        case float():
            return sa.Double()
        case date():
            return sa.Date()
        case _:
            return sa.Text()


_READERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "number": _read_number,
    "flag": _read_flag,
    "moment": _read_moment,
    "day": date.fromisoformat,
}
_WORDS = {"text": "text", "number": "number", "flag": "true or false", "moment": "date or time", "day": "date"}
_HINTS = {
    "text": "",
    "number": "Write a number without quotes, such as 12 or 0.5.",
    "flag": "Write true or false.",
    "moment": 'Write "2026-01-31" or "2026-01-31T09:30:00Z".',
    "day": 'Write "2026-01-31".',
}
