"""Customers who are only numbers: facts that name them by an identifier no connected table explains."""

from __future__ import annotations

from collections.abc import Sequence

from onefold.catalog.headers import read_header
from onefold.catalog.model import Column, Meaning, Role, Table

_FACTS = (Role.EVENTS, Role.CONVERSATIONS, Role.FEEDBACK)
_SUBJECTS = (Role.PEOPLE, Role.ORGANISATIONS)
_IDS = (Meaning.EXTERNAL_ID, Meaning.LOYALTY_NUMBER, Meaning.USERNAME, Meaning.NATIONAL_ID)


def find_strangers(tables: Sequence[Table]) -> list[tuple[Table, Column]]:
    """Each table of facts that reaches nobody by any join, with its column that identifies a person."""
    known = {(table.source, table.name) for table in tables if table.role in _SUBJECTS}
    found = []
    for table in tables:
        if table.role in _FACTS and not _reaches(table, tables, known, set()):
            ids = [c for c in table.with_meaning(*_IDS) if read_header(c.name).entity == Role.PEOPLE]
            found += [(table, column) for column in ids[:1] if int(column.details.get("distinct", 0)) > 1]
    return found


def _reaches(table: Table, tables: Sequence[Table], known: set[tuple[str, str]], seen: set[tuple[str, str]]) -> bool:
    ahead = {(join.to_source, join.to_table) for join in table.joins} - seen
    if ahead & known:
        return True
    return any(_reaches(other, tables, known, seen | ahead) for other in tables if (other.source, other.name) in ahead)
