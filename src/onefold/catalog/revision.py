"""Second thoughts about roles once joins are known: who points at a table says what the table is.

- A table of 'users' that others point at only as owner, agent or representative lists the company's own staff.
- A list of staff that facts point at as customers, or that is the only list of people there is, holds customers.
- Facts that name their persons (a survey export with names and e-mails, a shop's order export) keep their role when
  a table of people holds those persons; where none does, their rows are the only record of these people, and the table
  counts as people so that they are not lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from onefold.catalog.headers import read_header
from onefold.catalog.model import BY_A_PERSON, Join, Meaning, Role, Table
from onefold.catalog.roles import STAFF, table_entity

M = Meaning
_FACTS = (Role.EVENTS, Role.CONVERSATIONS, Role.FEEDBACK)
_NAMES = (M.FULL_NAME, M.GIVEN_NAME, M.FAMILY_NAME)
_IDENTIFIERS = (M.EMAIL, M.PHONE)


def revise_roles(tables: Sequence[Table]) -> list[Table]:
    """The tables with roles as the joins suggest; a person's word stays."""
    revised = [_revise_staff(table, tables) for table in tables]
    revised = [_rescue_people(table, revised) for table in revised]
    return revised


def _pointing_at(table: Table, tables: Sequence[Table]) -> list[tuple[Table, Join]]:
    here = (table.source, table.name)
    return [(other, join) for other in tables for join in other.joins if (join.to_source, join.to_table) == here]


def _is_staff_pointer(join: Join) -> bool:
    header = read_header(join.column)
    return header.entity == STAFF or header.worth(M.OWNER) >= 0.5


def _revise_staff(table: Table, tables: Sequence[Table]) -> Table:
    if table.reason == BY_A_PERSON:
        return table
    pointers = _pointing_at(table, tables)
    as_staff = [entry for entry in pointers if _is_staff_pointer(entry[1])]
    as_customer = [
        e for e in pointers if read_header(e[1].column).entity == Role.PEOPLE and not _is_staff_pointer(e[1])
    ]
    others = [t for t in tables if t.role is Role.PEOPLE and t is not table]
    if table.role is Role.REFERENCE and table_entity(table.name) == STAFF and table.with_meaning(*_NAMES):
        if as_customer:
            return replace(
                table,
                role=Role.PEOPLE,
                confidence=0.7,
                reason=f'"{as_customer[0][1].column}" of {as_customer[0][0].full_name} points at it as a customer',
            )
        if not others:
            return replace(
                table, role=Role.PEOPLE, confidence=0.6, reason="lists staff, and no other table holds people"
            )
    if table.role is Role.PEOPLE and as_staff and len(as_staff) == len(pointers) and others:
        return replace(
            table,
            role=Role.REFERENCE,
            confidence=0.7,
            reason=f'"{as_staff[0][1].column}" of {as_staff[0][0].full_name} points at it as a colleague',
        )
    return table


def _rescue_people(table: Table, tables: Sequence[Table]) -> Table:
    if table.role not in _FACTS or table.reason == BY_A_PERSON:
        return table
    if not table.with_meaning(*_NAMES) or not table.with_meaning(*_IDENTIFIERS):
        return table
    people = {(t.source, t.name) for t in tables if t.role is Role.PEOPLE}
    if any((join.to_source, join.to_table) in people for join in table.joins):
        return table
    if any(source == table.source for source, _ in people):
        return table
    name, identifier = table.with_meaning(*_NAMES)[0].name, table.with_meaning(*_IDENTIFIERS)[0].name
    reason = f"each row names a person ({name}, {identifier}) whom no table of people holds; otherwise {table.role}"
    return replace(table, role=Role.PEOPLE, confidence=0.55, reason=reason)
