"""The rule language of row scopes, list filters and segments: text in, a frozen tree out, and back.

::

    rule      = and-rule { "or" and-rule }
    and-rule  = step { "and" step }
    step      = "not" step | "(" rule ")" | "true" | "false" | test
    test      = attribute ( "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" ) operand
              | attribute [ "not" ] "in" ( "(" literal { "," literal } ")" | my )
              | ( attribute | my ) "is" ( "known" | "unknown" )
    operand   = literal | my
    literal   = "text" | number | "true" | "false"
    my        = "my." name                       an attribute of whoever asks

``~`` means contains. Attributes are words (``region``, ``consent:newsletter``); others stand in backticks
(```external_id:crm id```). Words of the language may be written in capitals.

A rule is true, false or unknown (Kleene's logic). A comparison with a missing value is unknown, also with ``!=`` and
``not in``; ``not`` of unknown is unknown; ``and`` is false where any part is false, ``or`` true where any part is
true. Only what is true counts: a row is admitted where the rule is true, and kept from a deny scope only where that
is false. ``is known`` and ``is unknown`` are never unknown themselves.

Nothing here knows which attributes exist or where they are stored (see ``storage/rule_sql.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from onefold.errors import InvalidInput

MOST_CHARACTERS = 8_000
MOST_NESTING = 40
"""Deeper rules are refused: nobody reads them, and databases limit the depth of expressions."""
MOST_LITERALS = 1_000

_KEYWORDS = frozenset({"and", "or", "not", "in", "is", "known", "unknown", "true", "false"})
_OPERATORS = frozenset({"=", "!=", "<", "<=", ">", ">=", "~"})
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>"(?:[^"\\]|\\["\\])*")
    |(?P<quoted>`[^`]+`)
    |(?P<number>-?[0-9]+(?:\.[0-9]+)?(?![\w.]))
    |(?P<word>[^\W\d][\w]*(?:[.:]\w+)*)
    |(?P<sign>!=|<=|>=|[=<>~(),])""",
    re.VERBOSE,
)
_PLAIN_NAME = re.compile(r"[^\W\d][\w]*(?:[.:]\w+)*")


@dataclass(frozen=True)
class My:
    """An attribute of whoever asks."""

    name: str


@dataclass(frozen=True)
class Number:
    """A number as it was written."""

    text: str


Literal = str | Number | bool


@dataclass(frozen=True)
class Compare:
    """``attribute operator operand``."""

    attribute: str
    operator: str
    operand: Literal | My
    position: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Among:
    """``attribute in (…)`` or ``attribute in my.x``."""

    attribute: str
    values: tuple[Literal, ...] | My
    is_negated: bool = False
    position: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Known:
    """``attribute is known`` or ``is unknown``."""

    attribute: str | My
    is_negated: bool = False
    position: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Constant:
    """``true`` (everything) or ``false`` (nothing)."""

    value: bool


@dataclass(frozen=True)
class Not:
    """``not rule``."""

    rule: Rule


@dataclass(frozen=True)
class And:
    """Two or more rules, all of which must hold."""

    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Or:
    """Two or more rules, one of which must hold."""

    rules: tuple[Rule, ...]


Rule = Compare | Among | Known | Constant | Not | And | Or


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


def parse_rule(text: str) -> Rule:
    """The tree of a rule.

    Raises:
        InvalidInput: says where reading stopped (``position``, from 0) and what was expected there.

    >>> parse_rule('region in my.regions and not tier = "gold"').rules[1]
    Not(rule=Compare(attribute='tier', operator='=', operand='gold', position=28))
    """
    if len(text) > MOST_CHARACTERS:
        raise InvalidInput(f"a rule has at most {MOST_CHARACTERS} characters", position=MOST_CHARACTERS)
    if (bad := re.search("[\x00\ud800-\udfff]", text)) is not None:
        raise InvalidInput("a rule holds a character that no text can hold", position=bad.start())
    return _Parser(text).parse()


def unparse_rule(rule: Rule) -> str:
    """The text of a rule, which parses to an equal tree.

    >>> unparse_rule(parse_rule('(  tier="gold" OR not (a is known))'))
    'tier = "gold" or not a is known'
    """
    match rule:
        case Compare(attribute, operator, operand):
            return f"{_name_text(attribute)} {operator} {_operand_text(operand)}"
        case Among(attribute, values, is_negated):
            listed = _operand_text(values) if isinstance(values, My) else f"({', '.join(map(_operand_text, values))})"
            return f"{_name_text(attribute)} {'not in' if is_negated else 'in'} {listed}"
        case Known(attribute, is_negated):
            name = _operand_text(attribute) if isinstance(attribute, My) else _name_text(attribute)
            return f"{name} is {'unknown' if is_negated else 'known'}"
        case Constant(value):
            return _operand_text(value)
        case Not(inner):
            return f"not {_within(inner, (And, Or))}"
        case And(rules):
            return " and ".join(_within(part, (And, Or)) for part in rules)
        case Or(rules):
            return " or ".join(_within(part, (Or,)) for part in rules)


def attributes_of(rule: Rule) -> tuple[str, ...]:
    """The attributes that a rule tests, each once, in order of first mention."""
    names = (test.attribute for test in tests_of(rule))
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))


def my_names_of(rule: Rule) -> tuple[str, ...]:
    """The attributes of whoever asks that a rule mentions, each once."""
    found: list[str] = []
    for test in tests_of(rule):
        match test:
            case Compare(_, _, My(name)) | Among(_, My(name), _) | Known(My(name), _):
                found.append(name)
            case _:
                pass
    return tuple(dict.fromkeys(found))


def tests_of(rule: Rule) -> Iterator[Compare | Among | Known]:
    """Every test of a rule, from left to right."""
    match rule:
        case Not(inner):
            yield from tests_of(inner)
        case And(rules) | Or(rules):
            for part in rules:
                yield from tests_of(part)
        case Constant():
            return
        case test:
            yield test


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._next = 0
        self._depth = 0
        self._literals = 0

    def parse(self) -> Rule:
        rule = self._any_of()
        if self._token.kind != "end":
            raise self._expected('"and", "or" or the end')
        return rule

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._token
        self._next += 1
        return token

    def _is(self, *texts: str) -> bool:
        return self._token.kind in {"keyword", "sign"} and self._token.text in texts

    def _accept(self, *texts: str) -> bool:
        if self._is(*texts):
            self._next += 1
            return True
        return False

    def _any_of(self) -> Rule:
        self._depth += 1
        if self._depth > MOST_NESTING:
            raise InvalidInput(
                f"the rule is nested more than {MOST_NESTING} deep", position=self._token.position, expected=""
            )
        rules = [self._all_of()]
        while self._accept("or"):
            rules.append(self._all_of())
        self._depth -= 1
        return rules[0] if len(rules) == 1 else Or(tuple(rules))

    def _all_of(self) -> Rule:
        rules = [self._step()]
        while self._accept("and"):
            rules.append(self._step())
        return rules[0] if len(rules) == 1 else And(tuple(rules))

    def _step(self) -> Rule:
        if self._accept("not"):
            self._depth += 1
            if self._depth > MOST_NESTING:
                raise InvalidInput(f"the rule is nested more than {MOST_NESTING} deep", position=self._token.position)
            inner = self._step()
            self._depth -= 1
            return Not(inner)
        if self._accept("("):
            rule = self._any_of()
            if not self._accept(")"):
                raise self._expected('"and", "or" or ")"')
            return rule
        if self._is("true", "false"):
            return Constant(self._take().text == "true")
        return self._test()

    def _test(self) -> Rule:
        token = self._token
        if token.kind not in {"name", "my"}:
            raise self._expected("an attribute")
        self._next += 1
        if self._accept("is"):
            if not self._is("known", "unknown"):
                raise self._expected('"known" or "unknown"')
            name = My(token.text) if token.kind == "my" else token.text
            return Known(name, self._take().text == "unknown", token.position)
        if token.kind == "my":
            raise self._expected('"is known" or "is unknown"')
        if self._is("not", "in"):
            is_negated = self._accept("not")
            if not self._accept("in"):
                raise self._expected('"in"')
            return Among(token.text, self._values(), is_negated, token.position)
        if self._token.kind == "sign" and self._token.text in _OPERATORS:
            return Compare(token.text, self._take().text, self._operand("text, a number, true, false or my.…"))
        raise self._expected("=, !=, <, <=, >, >=, ~, in, not in, is known or is unknown")

    def _values(self) -> tuple[Literal, ...] | My:
        if self._token.kind == "my":
            return My(self._take().text)
        if not self._accept("("):
            raise self._expected('"(" or my.…')
        values = [self._literal()]
        while self._accept(","):
            values.append(self._literal())
        if not self._accept(")"):
            raise self._expected('"," or ")"')
        return tuple(values)

    def _operand(self, expected: str) -> Literal | My:
        return My(self._take().text) if self._token.kind == "my" else self._literal(expected)

    def _literal(self, expected: str = "text, a number, true or false") -> Literal:
        token = self._token
        self._literals += 1
        if self._literals > MOST_LITERALS:
            raise InvalidInput(f"a rule has at most {MOST_LITERALS} values", position=token.position)
        if token.kind == "text":
            self._next += 1
            return re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL)
        if token.kind == "number":
            self._next += 1
            return Number(token.text)
        if self._is("true", "false"):
            return self._take().text == "true"
        raise self._expected(expected)

    def _expected(self, what: str) -> InvalidInput:
        token = self._token
        found = "the end" if token.kind == "end" else token.text if token.kind != "my" else f"my.{token.text}"
        return _refusal(token.position, what, found)


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text, position)
        kind, found = str(match.lastgroup), match[0]
        if kind == "number" and len(found) > 30:
            raise _refusal(position, "a number of at most 30 digits", f"{found[:30]}…")
        if kind == "word":
            yield _word(found, position)
        elif kind == "quoted":
            yield _Token("name", found[1:-1], position)
        elif kind != "space":
            yield _Token(kind, found, position)
        position = match.end()
    yield _Token("end", "", len(text))


def _word(found: str, position: int) -> _Token:
    if found.lower() in _KEYWORDS:
        return _Token("keyword", found.lower(), position)
    if found.startswith("my."):
        return _Token("my", found[3:], position)
    return _Token("name", found, position)


def _unreadable(text: str, position: int) -> InvalidInput:
    if text[position] == '"':
        return _refusal(position, 'text that ends with "', "no end")
    if text[position] == "`":
        return _refusal(position, "a name that ends with `", "no end")
    if text[position] in "'“”‘’«»":
        return _refusal(position, 'text in straight double quotes ("…")', text[position])
    return _refusal(position, "an attribute, a value, an operator or a parenthesis", text[position])


def _refusal(position: int, expected: str, found: str) -> InvalidInput:
    return InvalidInput(
        f"the rule cannot be read at character {position + 1}: expected {expected}, found {found}",
        hint='Write it like: region in my.regions and status = "active"',
        position=position,
        expected=expected,
    )


def _within(rule: Rule, kinds: tuple[type, ...]) -> str:
    return f"({unparse_rule(rule)})" if isinstance(rule, kinds) else unparse_rule(rule)


def _name_text(name: str) -> str:
    is_plain = _PLAIN_NAME.fullmatch(name) and name.lower() not in _KEYWORDS and not name.startswith("my.")
    return name if is_plain else f"`{name}`"


def _operand_text(operand: Literal | My) -> str:
    match operand:
        case bool():
            return "true" if operand else "false"
        case str():
            return '"' + operand.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case Number(text):
            return text
        case My(name):
            return f"my.{name}"
