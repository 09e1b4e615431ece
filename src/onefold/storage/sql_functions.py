"""Functions that both databases can compute with equal results, each rendered in its own words."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

HASH_CHARACTERS = 16
"""Of a keyed hash: 64 bits; among 10 million values the chance of any two alike is about 3 in a million."""


class keyed_hash(GenericFunction[str]):  # noqa: N801 - a name of SQL
    """``keyed_hash(key, text)``: equal texts give equal words; without the key nobody can make or reverse them."""

    type = sa.Text()
    inherit_cache = True


class contains_text(GenericFunction[bool]):  # noqa: N801 - a name of SQL
    """``contains_text(text, part)``: whether a part occurs; ASCII letters are the same in capitals."""

    type = sa.Boolean()
    inherit_cache = True


class by_code_point(GenericFunction[str]):  # noqa: N801 - a name of SQL
    """``by_code_point(text)``: the text, to be compared and sorted by code point whatever the database's language."""

    type = sa.Text()
    inherit_cache = True


def hash_text(key: str, text: str) -> str:
    """What ``keyed_hash`` computes."""
    return hashlib.sha256((key + text).encode("utf-8", "surrogatepass")).hexdigest()[:HASH_CHARACTERS]


def register_functions(connection: sqlite3.Connection) -> None:
    """Teach a new connection of SQLite what it lacks."""
    connection.create_function("keyed_hash", 2, _hash_or_null, deterministic=True)


def _hash_or_null(key: str, text: object) -> str | None:
    return None if text is None else hash_text(key, str(text))


@compiles(keyed_hash, "postgresql")
def _keyed_hash_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    key, text = (compiler.process(part, **options) for part in element.clauses)
    digest = f"encode(sha256(convert_to({key} || {text}, 'UTF8')), 'hex')"
    return f"substr({digest}, 1, {HASH_CHARACTERS})"


@compiles(contains_text, "sqlite")
def _contains_text_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    text, part = (compiler.process(part, **options) for part in element.clauses)
    return f"(instr(lower({text}), lower({part})) > 0)"


@compiles(contains_text, "postgresql")
def _contains_text_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    text, part = (compiler.process(part, **options) for part in element.clauses)
    return f'(strpos(lower(({text}) collate "C"), lower(({part}) collate "C")) > 0)'


@compiles(by_code_point, "sqlite")
def _by_code_point_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"{compiler.process(element.clauses, **options)}"


@compiles(by_code_point, "postgresql")
def _by_code_point_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f'({compiler.process(element.clauses, **options)} collate "C")'
