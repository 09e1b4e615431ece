"""The first step of a build: read every source, land what is new, keep the catalogue current."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from onefold.build.model import BuildInputs, BuildReport, Progress, SourceProblem
from onefold.catalog import Table, infer_joins, infer_key, infer_table, load_catalog, save_catalog
from onefold.engines import Engine, quote_identifier
from onefold.errors import InvalidInput, NotFound, SourceFailed, Unsupported
from onefold.settings import SourceSettings
from onefold.sources import Extract, LandingReport, land, landed_state, open_source

_SOURCE_ERRORS = (SourceFailed, InvalidInput, NotFound, Unsupported)
"""What may be wrong with one source while the others go on; a full disk or a defect ends the build."""

DeclaredJoins = dict[str, tuple[tuple[str, str, str], ...]]


def land_sources(inputs: BuildInputs, report: BuildReport, tell: Progress) -> list[Table]:
    """Land every source and return the whole catalogue.

    A source that cannot be read is a problem in the report, and its data stay as they were; the others go on.

    Raises:
        OnefoldError: no source could be read at all; the first one's error.
    """
    engine = inputs.engine
    with inputs.database.read() as connection:
        known = {table.full_name: table for table in load_catalog(connection)}
    tables: dict[str, Table] = {}
    declared: DeclaredJoins = {}
    for name, source in inputs.settings.sources.items():
        try:
            for extract in _extracts(inputs, name, source):
                tell(f"reading {name}.{extract.table}")
                landing = land(engine, report.build_no, name, extract, key_of=_key_chooser(engine, name, source, known))
                report.landings.append(landing)
                table = _understand(engine, source, extract, landing, known)
                tables[table.full_name] = table
                declared[table.full_name] = extract.declared_joins
        except _SOURCE_ERRORS as error:
            report.problems.append(SourceProblem(name, error))
    if not tables and report.problems:
        raise report.problems[0].error
    kept = {n: t for n, t in known.items() if t.source in inputs.settings.sources and n not in tables}
    failed = {problem.source for problem in report.problems}
    report.vanished_tables = sorted(name for name, table in kept.items() if table.source not in failed)
    understood = _with_joins(engine, [*tables.values(), *kept.values()], declared, tell)
    with inputs.database.write() as connection:
        save_catalog(connection, understood)
    return understood


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


def _understand(
    engine: Engine, source: SourceSettings, extract: Extract, landing: LandingReport, known: Mapping[str, Table]
) -> Table:
    full_name = f"{landing.source}.{landing.table}"
    return infer_table(
        engine,
        landing.source,
        landing.table,
        current_rows(full_name),
        column_names=extract.column_names,
        declared_types=extract.declared_types,
        declared_key=extract.declared_key,
        overrides=source.overrides.get(landing.table),
        known=known.get(full_name),
    )


def _with_joins(engine: Engine, tables: list[Table], declared: DeclaredJoins, tell: Progress) -> list[Table]:
    tell("finding how tables join")
    relations = {table.full_name: current_rows(table.full_name) for table in tables}
    return infer_joins(engine, tables, relations, declared=declared)


def current_rows(full_name: str) -> str:
    """The relation of a table's current rows, for a ``from`` clause."""
    return f"(select * from landed.{quote_identifier(full_name)} where _to_build is null)"
