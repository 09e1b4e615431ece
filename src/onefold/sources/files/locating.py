"""From locations to files: paths, folders, globs and lists of them; archives are opened to their members.

A file that a person named is always read or complained about. In a folder only files that look like data count,
so that a README or a licence beside them does no harm.
"""

from __future__ import annotations

import difflib
import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from onefold.errors import InvalidInput, NotFound, SourceFailed
from onefold.sources.files.stored_file import StoredFile, is_zip_archive, zip_members
from onefold.sources.location import DATA_SUFFIXES, is_data_file, is_sqlite_file

_WILDCARDS = "*?["


def find_files(location: str | Sequence[str], *, base: Path) -> list[StoredFile]:
    """The files that the locations stand for, each once, in the order given and then by name.

    Raises:
        NotFound: a path does not exist, or a glob or folder holds nothing to read.
        InvalidInput: an archive needs a password.
        SourceFailed: a folder or archive cannot be read.
    """
    locations = [location] if isinstance(location, str) else list(location)
    found: dict[tuple[Path, str], StoredFile] = {}
    for entry in locations:
        for file in _files_at(entry, base):
            key = (file.path.resolve(), file.member)
            if key not in found or file.is_named:
                found[key] = file
    return list(found.values())


def _files_at(location: str, base: Path) -> list[StoredFile]:
    path = base / Path(location).expanduser()
    if path.is_dir():
        files = _files_in_folder(path, base)
        if not files:
            raise NotFound(
                f"{location}: no file with data in this folder",
                hint=f"Files count that end in {', '.join(sorted(DATA_SUFFIXES))}, compressed or not.",
            )
        return files
    if not _exists(path) and any(character in location for character in _WILDCARDS):
        return _files_of_glob(location, path, base)
    if not _exists(path):
        raise NotFound(f"{location}: there is no such file or folder", hint=_hint_for_missing(path))
    return list(_with_members(path, base, is_named=True, is_matched=False))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise SourceFailed(f"{path}: {error.strerror}", hint="Check the path and your rights on it.") from error


def _files_of_glob(location: str, path: Path, base: Path) -> list[StoredFile]:
    matches = sorted(Path(match) for match in glob.glob(str(path), recursive=True))  # noqa: PTH207 - takes any pattern
    # '*.csv' says what kind of file is meant; '*' does not.
    is_specific = "." in PurePosixPath(location).name
    files: list[StoredFile] = []
    for match in matches:
        if match.is_dir():
            if "**" not in location:
                files.extend(_files_in_folder(match, base))
        elif is_sqlite_file(match):
            continue
        elif is_specific or is_data_file(match):
            files.extend(_with_members(match, base, is_named=is_specific, is_matched=True))
    if not files:
        raise NotFound(
            f"{location}: matches no file",
            hint=f"Looked in {path.parent}. Quote the pattern if your shell changes it.",
        )
    return files


def _files_in_folder(folder: Path, base: Path) -> list[StoredFile]:
    files: list[StoredFile] = []

    def refuse(error: OSError) -> None:
        raise SourceFailed(
            f"{error.filename}: {error.strerror}", hint="Give yourself access to the folder and run again."
        ) from error

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        for name in sorted(names):
            path = Path(parent) / name
            if not name.startswith((".", "~$")) and is_data_file(path):
                files.extend(_with_members(path, base, is_named=False, is_matched=True))
    return files


def _with_members(path: Path, base: Path, *, is_named: bool, is_matched: bool) -> Iterator[StoredFile]:
    origin = _origin_of(path, base)
    if not path.is_file():
        raise InvalidInput(f"{origin}: neither a file nor a folder", hint="Connect a regular file.")
    if not is_zip_archive(path):
        yield StoredFile(path, origin, is_named=is_named, is_matched=is_matched)
        return
    members = zip_members(path, origin)
    wanted = [member for member in members if is_data_file(Path(PurePosixPath(member).name))]
    if not wanted and len(members) == 1:
        wanted = members
    if not wanted:
        raise InvalidInput(
            f"{origin}: no file with data in this archive",
            hint=f"It holds: {', '.join(members[:5]) or 'nothing'}.",
        )
    for member in wanted:
        yield StoredFile(
            path, f"{origin}!{member}", member=member, is_named=is_named and len(wanted) == 1, is_matched=is_matched
        )


def _origin_of(path: Path, base: Path) -> str:
    """The path relative to the workspace where it lies in it: such names survive moving the workspace."""
    try:
        return path.resolve().relative_to(base.resolve()).as_posix()
    except ValueError:
        return str(path)


def _hint_for_missing(path: Path) -> str:
    if not path.parent.is_dir():
        return f"There is no folder {path.parent}; relative paths start from the workspace."
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        return "Check the path; relative paths start from the workspace."
    close = difflib.get_close_matches(path.name, names, n=3, cutoff=0.6)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"{path.parent} holds: {', '.join(names[:8]) or 'nothing'}{' …' if len(names) > 8 else ''}."
