"""The first step of a build: read every source, land what is new, keep the catalogue current."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from onefold.build.model import BuildInputs, BuildReport, Progress, SourceProblem
from onefold.build.unchanged import MADE_FROM, digest_catalogue
from onefold.catalog import Table, infer_joins, infer_key, infer_table, load_catalog, save_catalog
from onefold.engines import Engine
from onefold.errors import InvalidInput, NotFound, SourceFailed, Unsupported
from onefold.settings import SourceSettings, mask_secrets
from onefold.sources import Extract, LandedTable, land, landed_state, list_landed, open_source

_SOURCE_ERRORS = (SourceFailed, InvalidInput, NotFound, Unsupported)
"""What may be wrong with one source while the others go on; a full disk or a defect ends the build."""


def land_sources(inputs: BuildInputs, report: BuildReport, tell: Progress) -> list[Table]:
    """Land every source and return the whole catalogue.

    A source that cannot be read is a problem in the report, and its data stay as they were; the others go on.

    Raises:
        OnefoldError: no source could be read at all; the first one's error.
    """
    engine = inputs.engine
    with inputs.database.read() as connection:
        known = {table.full_name: table for table in load_catalog(connection)}
    for name, source in inputs.settings.sources.items():
        if inputs.only and name not in inputs.only:
            continue
        try:
            for extract in _extracts(inputs, name, source):
                tell(f"reading {name}.{extract.table}")
                choose_key = _key_chooser(engine, name, source, known)
                report.landings.append(
                    land(engine, report.build_no, name, extract, key_of=choose_key, clock=inputs.clock)
                )
            report.steps["land"].setdefault("read_at", {})[name] = inputs.clock().isoformat()
        except _SOURCE_ERRORS as error:
            report.problems.append(SourceProblem(name, error))
    report.steps["land"] |= _health(report)
    landed = [table for name in inputs.settings.sources for table in list_landed(engine, name)]
    if not landed and report.problems:
        raise report.problems[0].error
    report.vanished_tables = _vanished(landed, report)
    before = sorted(known.values(), key=lambda table: (table.source, table.name))
    if report.previous.get("land") == digest_catalogue(inputs, landed, before):
        report.steps["land"][MADE_FROM] = report.previous["land"]
        return before
    tell("finding what tables and columns mean")
    tables = [_understand(engine, inputs.settings.sources[table.source], table, known) for table in landed]
    declared = {f"{table.source}.{table.table}": table.declared_joins for table in landed}
    relations = {f"{table.source}.{table.table}": table.current for table in landed}
    tables = infer_joins(engine, tables, relations, declared=declared)
    with inputs.database.write() as connection:
        save_catalog(connection, tables)
        tables = load_catalog(connection)  # as the next build will find it
    report.steps["land"][MADE_FROM] = digest_catalogue(inputs, landed, tables)
    return tables


def _health(report: BuildReport) -> dict[str, Any]:
    """What each source that was to be read is like, for those who look after it."""
    quarantined = dict.fromkeys(report.steps["land"].get("read_at", {}), 0)
    for landing in report.landings:
        quarantined[landing.source] = quarantined.get(landing.source, 0) + landing.quarantined
    problems = [
        {
            "source": one.source,
            "code": one.error.code,
            "message": mask_secrets(one.error.message),
            "hint": one.error.hint,
        }
        for one in report.problems
    ]
    return {"quarantined": quarantined, "problems": problems}


def _vanished(landed: list[LandedTable], report: BuildReport) -> list[str]:
    """Tables that their source, though it was read, no longer has."""
    was_read = report.steps["land"].get("read_at", {})
    read = {(landing.source, landing.table) for landing in report.landings}
    return [
        f"{table.source}.{table.table}"
        for table in landed
        if table.source in was_read and (table.source, table.table) not in read
    ]


def _extracts(inputs: BuildInputs, name: str, source: SourceSettings) -> Iterator[Extract]:
    cursors, keys, fingerprints = landed_state(inputs.engine, name)
    return open_source(
        name,
        source,
        base=inputs.base,
        secrets=inputs.secrets,
        cursors=cursors,
        keys=keys,
        fingerprints=fingerprints,
        allow_private=inputs.settings.server.allow_private_addresses,
    )


def _key_chooser(
    engine: Engine, name: str, source: SourceSettings, known: Mapping[str, Table]
) -> Callable[[str, Extract], tuple[str, ...]]:
    """How landing finds a table's key: a person's word, else what was found before, else inference."""

    def choose(relation: str, extract: Extract) -> tuple[str, ...]:
        override = source.overrides.get(extract.table)
        if override and override.key:
            key = (override.key,) if isinstance(override.key, str) else tuple(override.key)
            missing = [column for column in key if column not in extract.column_names]
            if missing:
                raise InvalidInput(
                    f"{name}.{extract.table}: no column {missing[0]!r} for the key",
                    hint=f"Columns: {', '.join(extract.column_names)}.",
                )
            return key
        before = known.get(f"{name}.{extract.table}")
        if before and set(before.key) <= set(extract.column_names):
            return before.key
        return infer_key(engine, relation, extract.column_names, declared_key=extract.declared_key)

    return choose


def _understand(engine: Engine, source: SourceSettings, landed: LandedTable, known: Mapping[str, Table]) -> Table:
    return infer_table(
        engine,
        landed.source,
        landed.table,
        landed.current,
        column_names=landed.columns,
        declared_types=landed.declared_types,
        declared_key=landed.declared_key,
        overrides=source.overrides.get(landed.table),
        known=known.get(f"{landed.source}.{landed.table}"),
    )
