"""Connected systems: reading them, landing what they hold, and the rows that could not be read.

Readers yield ``Extract`` objects; landing brings each into the warehouse exactly once. The heavy parts load when
they are first called, so that importing this package costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onefold.settings import SourceSettings
from onefold.sources.model import BadRow, Cursor, Extract, LandingReport

if TYPE_CHECKING:
    from onefold.engines import Engine

__all__ = [
    "BadRow",
    "Cursor",
    "Extract",
    "LandingReport",
    "land",
    "landed_state",
    "list_quarantine",
    "open_source",
    "replay_quarantine",
]


def open_source(
    name: str,
    settings: SourceSettings,
    *,
    base: Path,
    secrets: Mapping[str, str] | None = None,
    cursors: Mapping[str, Cursor] | None = None,
    keys: Mapping[str, tuple[str, ...]] | None = None,
    fingerprints: Mapping[str, str] | None = None,
) -> Iterator[Extract]:
    """Open every table of a source, whatever kind of system it is.

    Args:
        name: the source's name, for messages.
        settings: where it is and how to read it.
        base: the folder that relative locations start from.
        secrets: values for ``${NAME}`` in locations, where the environment has none.
        cursors: table -> how far it has been read (databases).
        keys: table -> its key columns as landed (databases, to notice deletions).
        fingerprints: table -> fingerprint as landed; a file whose content is unchanged is not read again.

    Raises:
        NotFound: a file or table does not exist.
        InvalidInput: a file is not what its name or the settings promise.
        SourceFailed: a file or database could not be read.
    """
    from onefold.sources.location import split_locations

    databases, paths = split_locations(settings, base=base, secrets=dict(secrets or {}))
    if paths:
        from onefold.sources.files import open_files

        file_settings = settings.model_copy(update={"location": paths})
        yield from open_files(name, file_settings, base=base, fingerprints=fingerprints or {})
    for location in databases:
        from onefold.sources.databases import open_database

        yield from open_database(
            name,
            settings.model_copy(update={"location": location}),
            base=base,
            secrets=dict(secrets or {}),
            cursors=cursors or {},
            keys=keys or {},
            fingerprints=fingerprints or {},
        )


def land(
    engine: Engine,
    build_no: int,
    source: str,
    extract: Extract,
    *,
    key_of: Callable[[str, Extract], tuple[str, ...]],
) -> LandingReport:
    """Bring one table into the warehouse in one transaction; see ``sources/landing.py``."""
    from onefold.sources.landing import land as land_extract

    return land_extract(engine, build_no, source, extract, key_of=key_of)


def landed_state(
    engine: Engine, source: str
) -> tuple[dict[str, Cursor], dict[str, tuple[str, ...]], dict[str, str]]:
    """What ``open_source`` needs to know of earlier landings: cursors, keys, fingerprints, by table."""
    from onefold.sources.landing import landed_state as read_landed_state

    return read_landed_state(engine, source)


def list_quarantine(engine: Engine, **filters: Any) -> Any:
    """Rows that could not be read, with file, line and reason; see ``sources/quarantine.py``."""
    from onefold.sources.quarantine import list_quarantine as list_rows

    return list_rows(engine, **filters)


def replay_quarantine(engine: Engine, **arguments: Any) -> Any:
    """Read quarantined rows again after a fix; see ``sources/quarantine.py``."""
    from onefold.sources.quarantine import replay_quarantine as replay_rows

    return replay_rows(engine, **arguments)
