"""Landing: an extract becomes rows of the warehouse, exactly once, with every version kept.

Rows are staged in a temporary relation while the source is read; then one transaction applies the difference to
``landed."source.table"``, moves the cursor, and files what could not be read. A process that dies before its
commit leaves what was there before; landing the same content again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from onefold.engines import Engine, quote_identifier
from onefold.errors import NotFound
from onefold.kernel import Clock, utc_now
from onefold.sources.keys import key_sql
from onefold.sources.landed import (
    LandedTable,
    current_relation,
    find_landed,
    landed_relation,
    landed_state,
    list_landed,
    prepare_warehouse,
    save_landed,
)
from onefold.sources.model import Extract, LandingReport
from onefold.sources.quarantined import (
    corrected_origin,
    count_open,
    keep_corrections,
    replayed_rows,
    update_quarantine,
)
from onefold.sources.staging import ROW, StagedRows, landed_names, staged_rows
from onefold.sources.versions import Changes, apply_changes, fit_relation

__all__ = ["KeyOf", "land", "land_corrections", "landed_state", "list_landed"]

KeyOf = Callable[[str, Extract], Sequence[str]]
"""Given a relation of a table's rows (quoted) and its extract, the columns that identify a row."""


def land(
    engine: Engine, build_no: int, source: str, extract: Extract, *, key_of: KeyOf, clock: Clock = utc_now
) -> LandingReport:
    """Bring one extract into the warehouse: all of it or, if anything fails, nothing.

    New rows are inserted, changed rows get a new version, rows that the source no longer holds are closed
    (after a complete read, or by ``current_keys``). Rows that could not be read are filed in quarantine; those a
    person corrected stay. Nothing is read where the extract's fingerprint is the one that landed last.

    Args:
        engine: the warehouse; ``key_of`` must use this same engine, as staged rows are temporary.
        build_no: the build that lands.
        source: name of the source.
        extract: a table as read.
        key_of: chooses the key columns; names in the relation and the extract it sees are those of the landed
            relation. Another key than before gives every row its new key.
        clock: for ``landed_at``.

    Raises:
        EngineFailed: the warehouse refused a step.
        OnefoldError: whatever reading the source raises.

    Cost: one pass over the extract and one hash join of its keys with the current ones.
    """
    prepare_warehouse(engine)
    before = find_landed(engine, source, extract.table)
    if before and extract.fingerprint and extract.fingerprint == before.fingerprint:
        return _land_unchanged(engine, build_no, before, key_of, clock)
    names = landed_names(extract.column_names, before.names if before else {})
    extract = _with_landed_names(extract, names)
    with staged_rows(engine, extract.column_names) as staged:
        staged.append(extract.batches())
        key = tuple(key_of(staged.relation, extract))
        with engine.transaction():
            table, is_complete = extract.table, extract.is_complete
            update_quarantine(engine, build_no, source, table, extract.bad_rows, is_complete=is_complete)
            if is_complete:
                staged.append([replayed_rows(engine, source, table, staged.columns)])
            return _Landing(engine, build_no, source, before, clock).apply(extract, staged, key, names)


def land_corrections(
    engine: Engine,
    build_no: int,
    source: str,
    table: str,
    corrections: Mapping[str, Mapping[str, str | None]],
    *,
    clock: Clock = utc_now,
) -> LandingReport:
    """Land rows that a person corrected, as if the source had held them, and mark their quarantine entries.

    Args:
        engine: the warehouse.
        build_no: the build that lands.
        source: name of the source.
        table: name of the table.
        corrections: quarantine id -> the row's values by column of the landed relation; absent ones are null.
        clock: for ``landed_at``.

    Raises:
        NotFound: the table has not landed.
    """
    before = find_landed(engine, source, table)
    if before is None:
        raise NotFound(f"{source}.{table} has not been read yet", hint="Run: onefold build")
    with staged_rows(engine, before.columns) as staged, engine.transaction():
        keep_corrections(engine, build_no, corrections)
        replaced = [corrected_origin(origin, entry) for entry, origin in _origins(engine, corrections)]
        _stage_current(engine, staged, before, "not list_contains(?, coalesce(_origin, ''))", [replaced])
        staged.append([replayed_rows(engine, source, table, staged.columns, only=corrections)])
        landing = _Landing(engine, build_no, source, before, clock)
        return landing.apply(_extract_of(before), staged, before.key, before.names)


def _land_unchanged(engine: Engine, build_no: int, before: LandedTable, key_of: KeyOf, clock: Clock) -> LandingReport:
    """The content is what landed last; only the key may have been corrected meanwhile."""
    known = _extract_of(before)
    key = tuple(key_of(before.current, known))
    if key == before.key:
        return LandingReport(
            source=before.source,
            table=before.table,
            rows=before.rows,
            inserted=0,
            updated=0,
            deleted=0,
            quarantined=count_open(engine, before.source, before.table),
            is_unchanged=True,
            notes=before.notes,
        )
    with staged_rows(engine, before.columns) as staged, engine.transaction():
        _stage_current(engine, staged, before)
        return _Landing(engine, build_no, before.source, before, clock).apply(known, staged, key, before.names)


class _Landing:
    """One table being landed: what the steps inside the transaction share."""

    def __init__(self, engine: Engine, build_no: int, source: str, before: LandedTable | None, clock: Clock) -> None:
        self.engine = engine
        self.build_no = build_no
        self.source = source
        self.before = before
        self.clock = clock

    def apply(
        self, extract: Extract, staged: StagedRows, key: tuple[str, ...], names: Mapping[str, str]
    ) -> LandingReport:
        """Apply staged rows and write the bookkeeping."""
        engine, before, relation = self.engine, self.before, landed_relation(self.source, extract.table)
        if before and not extract.is_complete and key != before.key:
            extract = _completed(engine, extract, staged, before)
        fit_relation(engine, relation, extract.column_names)
        changes = apply_changes(engine, self.build_no, relation, staged, key, extract, names)
        _create_current_view(engine, self.source, extract.table, extract.column_names)
        landed = LandedTable(
            source=self.source,
            table=extract.table,
            columns=extract.column_names,
            names={**(before.names if before else {}), **names},
            declared_types=extract.declared_types,
            declared_key=extract.declared_key,
            declared_joins=extract.declared_joins,
            key=key,
            fingerprint=extract.fingerprint,
            cursor=None if changes.missed else extract.cursor,
            rows=int(engine.scalar(f"select count(*) from {relation} where _to_build is null")),
            build_no=self.build_no,
            landed_at=self.clock(),
            read_notes=extract.notes,
            landing_notes=tuple(_notes(names, key, changes)),
        )
        save_landed(engine, landed)
        return _report(landed, before, changes, count_open(engine, self.source, extract.table))


def _completed(engine: Engine, extract: Extract, staged: StagedRows, before: LandedTable) -> Extract:
    """An increment made complete by the rows that have landed, so that all get a corrected key alike.

    Without its cursor: the next read is of the whole table, as deletions cannot be told by the new key.
    """
    extract = replace(extract, cursor=None, current_keys=None)
    if not set(before.key) <= set(staged.columns):
        return extract
    _stage_current(engine, staged, before, f"_key not in (select {key_sql(before.key)} from {staged.relation})")
    return replace(extract, is_complete=True)


def _stage_current(
    engine: Engine,
    staged: StagedRows,
    before: LandedTable,
    condition: str = "true",
    parameters: Sequence[object] = (),
) -> None:
    """Stage the table's current rows as they landed."""
    columns = "".join(f"{quote_identifier(name)}, " for name in staged.columns)
    known = "".join(f"{quote_identifier(name) if name in before.columns else 'null'}, " for name in staged.columns)
    engine.execute(
        f"""
        insert into {staged.relation} ({columns}_origin, _line, _hash, {ROW})
        select {known}_origin, _line, _hash, {staged.rows - 1} + row_number() over ()
        from {before.relation} where _to_build is null and {condition}""",
        parameters,
    )
    staged.rows = int(engine.scalar(f"select count(*) from {staged.relation}"))


def _origins(engine: Engine, quarantine_ids: Collection[str]) -> list[tuple[str, str]]:
    rows = engine.rows(
        "select quarantine_id, origin from meta.quarantine where list_contains(?, quarantine_id)",
        [list(quarantine_ids)],
    )
    return [(entry, origin) for entry, origin in rows]


def _create_current_view(engine: Engine, source: str, table: str, columns: Sequence[str]) -> None:
    selected = "".join(f"{quote_identifier(name)}, " for name in columns)
    engine.execute(
        f"create or replace view {current_relation(source, table)} as"
        f" select {selected}_key, _hash, _from_build, _origin, _line"
        f" from {landed_relation(source, table)} where _to_build is null"
    )


def _with_landed_names(extract: Extract, names: Mapping[str, str]) -> Extract:
    """The extract with its columns named as the landed relation names them."""
    return replace(
        extract,
        column_names=tuple(names[name] for name in extract.column_names),
        declared_types={names.get(name, name): text for name, text in extract.declared_types.items()},
        declared_key=tuple(names.get(name, name) for name in extract.declared_key),
        declared_joins=tuple((names.get(c, c), table, other) for c, table, other in extract.declared_joins),
    )


def _extract_of(landed: LandedTable) -> Extract:
    """A landed table as if it were read again."""
    return Extract(
        table=landed.table,
        column_names=landed.columns,
        declared_types=dict(landed.declared_types),
        fingerprint=landed.fingerprint,
        batches=lambda: iter(()),
        declared_key=landed.declared_key,
        declared_joins=landed.declared_joins,
        cursor=landed.cursor,
        notes=landed.read_notes,
    )


def _notes(names: Mapping[str, str], key: Sequence[str], changes: Changes) -> list[str]:
    columns = ", ".join(key)
    notes = [f"column {name!r} is called {landed!r}" for name, landed in names.items() if name != landed]
    if changes.shared_keys and key:
        notes.append(
            f"{changes.shared_keys} rows repeat the key ({columns}) of another row: told apart as key#2, key#3 …"
        )
    if changes.keyless:
        notes.append(f"{changes.keyless} rows have no value in the key ({columns}): known by their content")
    if changes.missed:
        notes.append(f"{changes.missed} rows changed without their cursor moving: the next read is of the whole table")
    return notes


def _report(landed: LandedTable, before: LandedTable | None, changes: Changes, quarantined: int) -> LandingReport:
    types_before = before.declared_types if before else {}
    return LandingReport(
        source=landed.source,
        table=landed.table,
        rows=landed.rows,
        inserted=changes.inserted,
        updated=changes.updated,
        deleted=changes.deleted,
        quarantined=quarantined,
        columns_added=tuple(c for c in landed.columns if before and c not in before.columns),
        columns_missing=tuple(c for c in before.columns if c not in landed.columns) if before else (),
        types_changed=tuple(
            (column, types_before[column], now)
            for column, now in landed.declared_types.items()
            if column in landed.columns and types_before.get(column, now) != now
        ),
        notes=landed.notes,
    )
