"""Which columns point at the rows of other tables: declared, or found by names and by inclusion of values.

Small integers are included in every integer key by chance, so integers need a name that speaks for the join; codes
with letters, or long and sparse numbers, may join on values alone. A join always runs towards the key.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from onefold.catalog.affinity import affinity
from onefold.catalog.headers import read_header
from onefold.catalog.model import BY_A_PERSON, Column, Join, Meaning, Role, Table
from onefold.catalog.revision import revise_roles
from onefold.engines import Engine, quote_identifier

M = Meaning
FACTS = (Role.EVENTS, Role.CONVERSATIONS, Role.FEEDBACK)
_POINTERS = frozenset(
    {
        M.EXTERNAL_ID,
        M.RECORD_KEY,
        M.FOREIGN_KEY,
        M.OTHER,
        M.MEASURE,
        M.QUANTITY,
        M.CATEGORY,
        M.OWNER,
        M.PRODUCT,
        M.LOYALTY_NUMBER,
        M.USERNAME,
        M.NATIONAL_ID,
        M.FULL_NAME,
        M.TITLE,
    }
)
_BECOMES_FOREIGN_KEY = frozenset(
    {
        M.EXTERNAL_ID,
        M.RECORD_KEY,
        M.OTHER,
        M.MEASURE,
        M.QUANTITY,
        M.CATEGORY,
        M.OWNER,
        M.PRODUCT,
        M.FULL_NAME,
        M.TITLE,
    }
)
_LABELS = frozenset({M.OTHER, M.MEASURE, M.QUANTITY, M.CATEGORY, M.PRODUCT, M.FULL_NAME, M.TITLE})
"""Columns that may point somewhere, but only when their name says so too."""
_LOOKED_AT = 3_000
_MOST_VALUES = 20_000


@dataclass(frozen=True)
class _End:
    """One end of a possible join."""

    table: Table
    column: Column
    patterns: frozenset[str]
    """Outlines of its values: letters as 'a', digits as '9', repeats collapsed."""
    longest: int

    @property
    def is_numeric(self) -> bool:
        return self.patterns <= {"9", "9.9"}

    @property
    def is_own_key(self) -> bool:
        return self.table.key == (self.column.name,)


def infer_joins(
    engine: Engine,
    tables: Sequence[Table],
    relations: Mapping[str, str],
    *,
    declared: Mapping[str, Sequence[tuple[str, str, str]]] | None = None,
) -> list[Table]:
    """``tables`` with their joins, foreign keys marked, and roles revised in the light of the joins.

    Args:
        engine: the warehouse.
        tables: every table of every source, as ``infer_table`` left them.
        relations: ``Table.full_name`` -> quoted SQL relation.
        declared: ``Table.full_name`` -> foreign keys that the source declares: (column, other table, other column),
            inside the same source.

    **Cost:** one bounded look at each table, and one semi-join for each likely pair of columns.
    """
    ends = [end for table in tables for end in _ends(engine, table, relations[table.full_name])]
    targets = [end for end in ends if _can_be_target(end)]
    joined = []
    for table in tables:
        joins = _declared_joins(table, tables, (declared or {}).get(table.full_name, ()))
        taken = {join.column for join in joins}
        for end in (
            e for e in ends if e.table is table and e.column.name not in taken and e.column.meaning in _POINTERS
        ):
            join = _best_join(engine, end, targets, relations)
            joins += [join] if join else []
        joined.append(_with_joins(table, joins))
    joined = _join_by_company(engine, joined, relations)
    joined = _join_by_identifier(engine, joined, relations)
    return revise_roles(joined)


def _ends(engine: Engine, table: Table, relation: str) -> list[_End]:
    columns = [c for c in table.columns if c.meaning in _POINTERS or c.name in table.key]
    if not columns or not table.rows:
        return []
    names = ", ".join(quote_identifier(c.name) for c in columns)
    sample = engine.arrow(f"select {names} from {relation} limit {_LOOKED_AT}")
    found = []
    for column in columns:
        values = sample.column(column.name).drop_null().to_pylist()
        patterns = _frequent_outlines(values)
        found.append(_End(table, column, patterns, max(map(len, values), default=0)))
    return found


def _frequent_outlines(values: Sequence[str]) -> frozenset[str]:
    """The outlines of at least one value in twenty: a stray 'n/a' among numbers does not count."""
    counts = Counter(map(_outline, values))
    return frozenset(outline for outline, count in counts.items() if count >= len(values) / 20)


def _outline(value: str) -> str:
    """'APP_000123' -> 'a_9'; '123.0' -> '9'."""
    bare = re.sub(r"\.0+$", "", value.strip())
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", bare))[:24]


def _can_be_target(end: _End) -> bool:
    if end.is_own_key:
        return True
    is_alternate = end.column.meaning in (M.EXTERNAL_ID, M.LOYALTY_NUMBER, M.USERNAME, M.NATIONAL_ID)
    filled = end.column.details.get("filled", 0) * end.table.rows
    return is_alternate and end.table.rows >= 10 and end.column.details.get("distinct", 0) >= 0.97 * max(filled, 1)


def _declared_joins(table: Table, tables: Sequence[Table], declared: Sequence[tuple[str, str, str]]) -> list[Join]:
    existing = {(t.source, t.name.lower()): t for t in tables}
    joins = []
    for column, to_table, to_column in declared:
        target = existing.get((table.source, to_table.lower()))
        if target is not None and any(c.name == column for c in table.columns):
            joins.append(
                Join(
                    column,
                    target.source,
                    target.name,
                    to_column,
                    1.0,
                    0.99,
                    "the source declares this foreign key",
                )
            )
    return joins


def _best_join(engine: Engine, end: _End, targets: Sequence[_End], relations: Mapping[str, str]) -> Join | None:
    likely = []
    for target in targets:
        if target.table is end.table or not _may_point(end, target):
            continue
        named = affinity(end.column.name, target.column.name, target.table.name)
        if _is_plausible(end, target, named):
            near = 0.1 if target.table.source == end.table.source else 0.0
            likely.append((named + near + (0.05 if target.is_own_key else 0.0), target, named))
    likely.sort(key=lambda entry: (-entry[0], entry[1].table.full_name))
    found: list[Join] = []
    for _, target, named in likely[:8]:
        coverage, wanted = _coverage(engine, end, target, relations)
        if _is_convincing(end, target, named, coverage, wanted):
            found.append(_join(end, target, named, coverage, wanted))
    return max(found, key=lambda join: (round(join.confidence, 2), join.coverage), default=None)


def _may_point(end: _End, target: _End) -> bool:
    """Direction: towards the key; a table's own key points only at a wider table of the same thing."""
    if not end.is_own_key:
        return not (
            target.column.meaning is end.column.meaning
            and not target.is_own_key
            and target.table.rows <= end.table.rows
        )
    if not target.is_own_key or {c.name for c in end.table.columns} == {c.name for c in target.table.columns}:
        return False
    ours, theirs = end.table, target.table
    return (ours.role in FACTS or ours.role is Role.REFERENCE, theirs.rows) > (
        theirs.role in FACTS,
        ours.rows,
    )


def _is_plausible(end: _End, target: _End, named: float) -> bool:
    if not end.patterns & target.patterns:
        return False
    if end.is_own_key:
        return named >= 0.95
    if not target.is_own_key and named < 0.5:
        return False
    if end.column.meaning in _LABELS and named < 0.75:
        return False
    if end.is_numeric or target.is_numeric:
        return end.is_numeric == target.is_numeric and (named >= 0.5 or end.longest >= 6)
    return named >= 0.5 or any(("9" in p and "a" in p) or "-" in p for p in end.patterns & target.patterns)


def _is_convincing(end: _End, target: _End, named: float, coverage: float, wanted: int) -> bool:
    if end.is_numeric and named < 0.5:
        return coverage >= 0.95 and wanted >= 50 and _density(target) < 0.2
    if end.is_numeric:
        is_near = end.table.source == target.table.source
        return coverage >= 0.7 if named >= 0.75 else is_near and coverage >= 0.97
    if named >= 0.75:
        return coverage >= 0.5
    return (coverage >= 0.85 and wanted >= 10) or (coverage >= 0.97 and wanted >= 3)


def _density(target: _End) -> float:
    """Share of the numbers of that length which exist in the target."""
    possible = 9.0 * 10.0 ** max(0, target.longest - 1)
    return min(1.0, float(target.column.details.get("distinct", 0)) / possible)


def _join(end: _End, target: _End, named: float, coverage: float, wanted: int) -> Join:
    confidence = min(0.98, 0.45 * coverage + 0.5 * max(named, 0.55 if not end.is_numeric else 0.3) + 0.05)
    name = f'"{end.column.name}" is named like {target.table.full_name}.{target.column.name}; ' if named >= 0.5 else ""
    reason = f"{name}{coverage:.0%} of {wanted:,} distinct values exist there"
    return Join(
        end.column.name,
        target.table.source,
        target.table.name,
        target.column.name,
        coverage,
        round(confidence, 2),
        reason,
    )


def _coverage(engine: Engine, end: _End, target: _End, relations: Mapping[str, str]) -> tuple[float, int]:
    return _coverage_of(
        engine,
        (relations[end.table.full_name], end.column.name),
        (relations[target.table.full_name], target.column.name),
        "regexp_replace(trim({}), '\\.0+$', '')" if end.is_numeric else "trim({})",
    )


def _coverage_of(engine: Engine, end: tuple[str, str], target: tuple[str, str], comparable: str) -> tuple[float, int]:
    """Share of the distinct values of ``end`` that exist in ``target``, and how many distinct values were looked up."""
    ours, theirs = (comparable.format(quote_identifier(column)) for _, column in (end, target))
    query = f"""
        with
        -- grain: one row per distinct value of the pointing column
        wanted as (
            select distinct {ours} as value
            from {end[0]}
            where {ours} <> ''
            limit {_MOST_VALUES}
        ),
        -- grain: one row per wanted value that exists in the target
        present as (select distinct {theirs} as value from {target[0]} where {theirs} in (select value from wanted))
        select (select count(*) from wanted), (select count(*) from present)"""
    ((wanted, found),) = engine.rows(query)
    return (int(found) / int(wanted) if wanted else 0.0), int(wanted)


def _with_joins(table: Table, joins: Sequence[Join]) -> Table:
    by_column = {join.column: join for join in joins}
    columns = tuple(_as_foreign_key(table, column, by_column.get(column.name)) for column in table.columns)
    return replace(table, columns=columns, joins=(*table.joins, *joins))


def _as_foreign_key(table: Table, column: Column, join: Join | None) -> Column:
    is_key = table.key == (column.name,)
    if join is None or is_key or column.reason == BY_A_PERSON or column.meaning not in _BECOMES_FOREIGN_KEY:
        return column
    details = dict(column.details)
    if read_header(column.name).worth(M.OWNER) >= 0.5 or read_header(column.name).entity == "staff":
        details["points_at"] = str(M.OWNER)
    reason = f"points at {join.to_source}.{join.to_table}.{join.to_column}: {join.reason.split('; ')[-1]}"
    return replace(column, meaning=M.FOREIGN_KEY, confidence=join.confidence, reason=reason, details=details)


def _join_by_company(engine: Engine, tables: list[Table], relations: Mapping[str, str]) -> list[Table]:
    """People to the table of organisations of their own system, by the organisation's name."""
    organisations = [t for t in tables if t.role is Role.ORGANISATIONS and t.with_meaning(M.COMPANY)]
    joined = []
    for table in tables:
        columns = table.with_meaning(M.COMPANY) if table.role is Role.PEOPLE else ()
        targets = [target for target in organisations if target.source == table.source]
        found = [_company_join(engine, table, c, target, relations) for c in columns for target in targets]
        joined.append(replace(table, joins=(*table.joins, *filter(None, found))))
    return joined


def _company_join(
    engine: Engine, table: Table, column: Column, target: Table, relations: Mapping[str, str]
) -> Join | None:
    name = target.with_meaning(M.COMPANY)[0].name
    ends = ((relations[table.full_name], column.name), (relations[target.full_name], name))
    coverage, wanted = _coverage_of(engine, *ends, "lower(trim({}))")
    if coverage < 0.5 or wanted < 2:
        return None
    reason = f"{coverage:.0%} of {wanted:,} company names exist there"
    return Join(column.name, target.source, target.name, name, coverage, round(0.4 + 0.5 * coverage, 2), reason)


_COMPARABLE = {
    M.EMAIL: "lower(trim({}))",
    M.PHONE: "right(regexp_replace({}, '[^0-9]', '', 'g'), 9)",
}


def _join_by_identifier(engine: Engine, tables: list[Table], relations: Mapping[str, str]) -> list[Table]:
    """Facts that hold no id of a person, but a person's e-mail or phone, to the people who have it."""
    people = [table for table in tables if table.role is Role.PEOPLE]
    names = {table.full_name for table in people}
    joined = []
    for table in tables:
        has_person = any(f"{join.to_source}.{join.to_table}" in names for join in table.joins)
        found: Join | None = None
        if table.role in FACTS and not has_person:
            for meaning, comparable in _COMPARABLE.items():
                found = found or _identifier_join(engine, table, people, relations, meaning, comparable)
        joined.append(replace(table, joins=(*table.joins, found)) if found else table)
    return joined


def _identifier_join(
    engine: Engine,
    table: Table,
    people: Sequence[Table],
    relations: Mapping[str, str],
    meaning: Meaning,
    comparable: str,
) -> Join | None:
    best: tuple[bool, float, Join] | None = None
    for column in table.with_meaning(meaning):
        for target in people:
            for other in target.with_meaning(meaning):
                ends = ((relations[table.full_name], column.name), (relations[target.full_name], other.name))
                coverage, wanted = _coverage_of(engine, *ends, comparable)
                if coverage < 0.6 or wanted < 2:
                    continue
                reason = f"{coverage:.0%} of {wanted:,} values of {meaning} exist there"
                join = Join(
                    column.name,
                    target.source,
                    target.name,
                    other.name,
                    coverage,
                    round(0.3 + 0.6 * coverage, 2),
                    reason,
                )
                rank = (target.source == table.source, coverage, join)
                if best is None or rank[:2] > best[:2]:
                    best = rank
    return best[2] if best else None
