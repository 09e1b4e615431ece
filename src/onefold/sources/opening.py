"""Opening a source, whatever kind of system it is: files go to one reader, databases to the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from onefold.errors import InvalidInput
from onefold.settings import SourceSettings
from onefold.sources.guard import guard_source
from onefold.sources.location import split_locations
from onefold.sources.model import Cursor, Extract


def open_source(
    name: str,
    settings: SourceSettings,
    *,
    base: Path,
    secrets: Mapping[str, str] | None = None,
    cursors: Mapping[str, Cursor] | None = None,
    keys: Mapping[str, tuple[str, ...]] | None = None,
    fingerprints: Mapping[str, str] | None = None,
    allow_private: bool = False,
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
        allow_private: whether a guarded source may reach private addresses and files of this machine.

    Raises:
        NotFound: a file or table does not exist.
        InvalidInput: a file is not what its name or the settings promise, or two locations hold a table of one name.
        SourceFailed: a file or database could not be read.
    """
    if settings.is_guarded and not allow_private:
        settings = guard_source(name, settings, base=base)
    seen: set[str] = set()
    for extract in _extracts(name, settings, base, dict(secrets or {}), cursors or {}, keys or {}, fingerprints or {}):
        if extract.table in seen:
            raise InvalidInput(
                f"{name}: two of its locations hold a table {extract.table!r}",
                hint="Connect them as two sources, or name the tables to read: onefold connect NAME … --table …",
            )
        seen.add(extract.table)
        yield extract


def _extracts(
    name: str,
    settings: SourceSettings,
    base: Path,
    secrets: dict[str, str],
    cursors: Mapping[str, Cursor],
    keys: Mapping[str, tuple[str, ...]],
    fingerprints: Mapping[str, str],
) -> Iterator[Extract]:
    databases, paths = split_locations(settings, base=base, secrets=secrets)
    if paths:
        from onefold.sources.files import open_files

        file_settings = settings.model_copy(update={"location": paths})
        yield from open_files(name, file_settings, base=base, fingerprints=fingerprints)
    for location in databases:
        from onefold.sources.databases import open_database

        yield from open_database(
            name,
            settings.model_copy(update={"location": location}),
            base=base,
            secrets=secrets,
            cursors=cursors,
            keys=keys,
            fingerprints=fingerprints,
        )
