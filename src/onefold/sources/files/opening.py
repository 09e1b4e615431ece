"""``open_files``: from locations to extracts; families of files joined, tables named, unchanged files left alone."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from onefold.errors import InvalidInput, OnefoldError
from onefold.settings import SourceSettings
from onefold.sources.files.file_table import FileTable
from onefold.sources.files.formats import open_tables
from onefold.sources.files.locating import find_files
from onefold.sources.files.naming import table_name, unique_name, without_date, without_number
from onefold.sources.files.stored_file import StoredFile
from onefold.sources.model import BadRow, Extract

_READER_VERSION = "1"
"""Raised when the same bytes would give other rows than before."""
_STAMP_GRACE_NS = 2_000_000_000
"""A file written this shortly before it was read may be written again without a new time of change."""
_GENERIC_SHEET = re.compile(
    r"(?:sheet|tabelle|hoja|full|feuil(?:le)?|foglio|planilha|blad|ark|list|arkusz|лист|φύλλο|工作表|シート)\s*\d*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Group:
    """Files whose names differ only by a date or number: they may form one table."""

    base: str
    """What their names have in common."""
    files: tuple[StoredFile, ...]


def open_files(
    name: str, settings: SourceSettings, *, base: Path, fingerprints: Mapping[str, str] | None = None
) -> Iterator[Extract]:
    """Open every table in the files of a source.

    Files of one folder, glob or list whose names differ only by date or number and that have the same columns
    form one table. A table whose files are unchanged comes with the fingerprint given, without column names: it is
    not opened. If a file cannot be read, all others come first and the error last.

    Args:
        name: the source, for messages.
        settings: ``location``, and where given ``encoding``, ``delimiter``, ``tables``.
        base: where relative locations start.
        fingerprints: table -> fingerprint, as landed.

    Raises:
        NotFound: a path does not exist, or a glob or folder holds no data.
        InvalidInput: a file is empty, or not what it seems.
        SourceFailed: a file is damaged or may not be read.
    """
    files = find_files(settings.location, base=base)
    known = dict(fingerprints or {})
    groups = [(group, _Fingerprint.of(group, settings)) for group in _groups(files)]
    taken: set[str] = set()
    unchanged: dict[str, list[str]] = {}
    for group, fingerprint in groups:
        tables = fingerprint.tables_unchanged(known)
        if tables:
            unchanged[group.base] = tables
            taken.update(tables)
    errors: list[OnefoldError] = []
    count = 0
    for group, fingerprint in groups:
        if group.base in unchanged:
            extracts = [_unchanged_extract(table, known[table], group, settings) for table in unchanged[group.base]]
        else:
            extracts = _open_group(group, settings, fingerprint, taken, errors)
        count += len(extracts)
        yield from extracts
    if errors:
        raise errors[0]
    if not count:
        raise InvalidInput(
            f"source {name}: none of its {len(files)} files holds a table",
            hint="Name the files to read, or another folder.",
        )


def _groups(files: Sequence[StoredFile]) -> list[_Group]:
    """Files by what their names have in common, in order of first appearance."""
    by_base: dict[str, list[StoredFile]] = {}
    if len(files) == 1 and not files[0].is_matched:
        return [_Group(table_name(files[0].stem), tuple(files))]
    for file in files:
        by_base.setdefault(table_name(without_number(file.stem)), []).append(file)
    return [_Group(base, tuple(members)) for base, members in by_base.items()]


def _open_group(
    group: _Group,
    settings: SourceSettings,
    fingerprint: _Fingerprint,
    taken: set[str],
    errors: list[OnefoldError],
) -> list[Extract]:
    opened: list[tuple[StoredFile, FileTable]] = []
    for file in group.files:
        try:
            opened.extend((file, opened_table) for opened_table in open_tables(file, settings))
        except OnefoldError as error:
            errors.append(error)
    families: dict[tuple[str, tuple[str, ...]], list[tuple[StoredFile, FileTable]]] = {}
    for file, member in opened:
        families.setdefault((member.part, member.column_names), []).append((file, member))
    is_split = len({part for part, _ in families}) != len(families)
    members = sorted(families.values(), key=lambda family: family[0][1].is_child)
    extracts: list[Extract] = []
    main_names: dict[str, str] = {}
    for number, family in enumerate(members, start=1):
        table = unique_name(_family_name(group, family, is_split=is_split), taken)
        if not family[0][1].is_child:
            main_names.update({file.origin: table for file, _ in family})
        extracts.append(_extract_of(table, family, fingerprint.of_table(number, len(members)), main_names))
    return extracts


def _family_name(group: _Group, family: Sequence[tuple[StoredFile, FileTable]], *, is_split: bool) -> str:
    """What to call the table: by its files, and by the sheet or array in them."""
    file, table = family[0]
    stem = table_name(file.stem)
    if len(family) > 1:
        stem = group.base
    elif not is_split and len(group.files) == 1 and stem != group.base:
        # A dated file alone in a folder: others of its kind will come, and the table should not change its name.
        stem = table_name(without_date(file.stem))
    if not table.part:
        return stem
    if table.is_child or _GENERIC_SHEET.fullmatch(table.part.strip()):
        return f"{stem}_{table_name(table.part)}"
    return table_name(table.part)


def _extract_of(
    table: str,
    family: Sequence[tuple[StoredFile, FileTable]],
    fingerprint: str,
    main_names: Mapping[str, str],
) -> Extract:
    members = [member for _, member in family]
    first = members[0]
    bad_rows: list[BadRow] = []
    joins: tuple[tuple[str, str, str], ...] = ()
    if first.parent_join and family[0][0].origin in main_names:
        column, target = first.parent_join
        joins = ((column, main_names[family[0][0].origin], target),)
    declared = {
        name: kinds.pop() if len(kinds := {m.declared_types.get(name, "text") for m in members}) == 1 else "text"
        for name in first.column_names
    }
    return Extract(
        table=table,
        column_names=first.column_names,
        declared_types=declared,
        fingerprint=fingerprint,
        batches=_reader_of(members, bad_rows),
        bad_rows=bad_rows,
        declared_key=first.declared_key if len(members) == 1 else (),
        declared_joins=joins,
        notes=_family_notes(members),
    )


def _reader_of(members: Sequence[FileTable], bad_rows: list[BadRow]) -> Callable[[], Iterator[pa.RecordBatch]]:
    def batches() -> Iterator[pa.RecordBatch]:
        bad_rows.clear()
        for member in members:
            yield from member.read(bad_rows)

    return batches


def _family_notes(members: Sequence[FileTable]) -> tuple[str, ...]:
    """What to know about the files: said once where it holds for all, else with the file."""
    if len(members) == 1:
        return members[0].notes
    named = ", ".join(member.origin for member in members[:5])
    notes = [f"{len(members)} files as one table: {named}{' …' if len(members) > 5 else ''}"]
    shared = [note for note in members[0].notes if all(note in member.notes for member in members)]
    notes += shared
    notes += [f"{m.origin}: {note}" for m in members for note in m.notes if note not in shared]
    return tuple(notes)


def _unchanged_extract(table: str, fingerprint: str, group: _Group, settings: SourceSettings) -> Extract:
    """An extract that need not be read; should somebody read it all the same, it opens the files then."""
    bad_rows: list[BadRow] = []

    def batches() -> Iterator[pa.RecordBatch]:
        errors: list[OnefoldError] = []
        extracts = _open_group(group, settings, _Fingerprint.of(group, settings), set(), errors)
        if errors:
            raise errors[0]
        for extract in extracts:
            if extract.table == table or len(extracts) == 1:
                yield from extract.batches()
                bad_rows[:] = extract.bad_rows

    return Extract(
        table=table,
        column_names=(),
        declared_types={},
        fingerprint=fingerprint,
        batches=batches,
        bad_rows=bad_rows,
    )


@dataclass(frozen=True)
class _Fingerprint:
    """What tells that the files of a group are those that were read before.

    Written as ``content-stamp-number/count``: the content decides; the stamp (places, sizes, times) saves reading
    the content; number and count tell whether every table of the group has landed.
    """

    group: _Group
    settings_text: str
    stamp: str

    @classmethod
    def of(cls, group: _Group, settings: SourceSettings) -> _Fingerprint:
        settings_text = f"{_READER_VERSION}|{settings.encoding}|{settings.delimiter}|{settings.tables}"
        try:
            stamps = [file.stamp() for file in group.files]
            is_fresh = any(time.time_ns() - file.changed_at_ns() < _STAMP_GRACE_NS for file in group.files)
        except OnefoldError:  # opening the file says what is wrong
            return cls(group, settings_text, "")
        digest = hashlib.blake2b("\n".join([settings_text, *sorted(stamps)]).encode(), digest_size=8)
        return cls(group, settings_text, "" if is_fresh else digest.hexdigest())

    @cached_property
    def content(self) -> str:
        """A digest of the settings and of every file's name and bytes; empty where a file cannot be read."""
        hasher = hashlib.blake2b(self.settings_text.encode(), digest_size=16)
        digests: dict[Path, bytes] = {}
        try:
            for file in sorted(self.group.files, key=lambda file: file.origin):
                if file.path not in digests:
                    digests[file.path] = file.digest()
                hasher.update(f"\n{file.origin}\n".encode() + digests[file.path])
        except OnefoldError:
            return ""
        return hasher.hexdigest()

    def of_table(self, number: int, count: int) -> str:
        """The fingerprint of the group's table with this number."""
        content = self.content
        return f"{content}-{self.stamp}-{number}/{count}" if content else ""

    def tables_unchanged(self, known: Mapping[str, str]) -> list[str]:
        """The tables that landed from this very content, if all of the group's did; else none."""
        parsed = {table: match for table, text in known.items() if (match := _FINGERPRINT.fullmatch(text))}
        by_stamp = [table for table, match in parsed.items() if self.stamp and match["stamp"] == self.stamp]
        if _is_whole(by_stamp, parsed):
            return _in_order(by_stamp, parsed)
        content = self.content if parsed else ""
        by_content = [table for table, match in parsed.items() if content and match["content"] == content]
        return _in_order(by_content, parsed) if _is_whole(by_content, parsed) else []


def _is_whole(tables: Sequence[str], parsed: Mapping[str, re.Match[str]]) -> bool:
    """Whether these are all tables of their group: a build may have died between two of them."""
    numbers = {int(parsed[table]["number"]) for table in tables}
    return bool(tables) and numbers == set(range(1, int(parsed[tables[0]]["count"]) + 1))


def _in_order(tables: Sequence[str], parsed: Mapping[str, re.Match[str]]) -> list[str]:
    return sorted(tables, key=lambda table: int(parsed[table]["number"]))


_FINGERPRINT = re.compile(r"(?P<content>[0-9a-f]{32})-(?P<stamp>[0-9a-f]*)-(?P<number>\d+)/(?P<count>\d+)")
