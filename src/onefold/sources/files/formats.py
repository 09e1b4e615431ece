"""What kind of file it is, by its first bytes, and the reader for it."""

from __future__ import annotations

import re

from onefold.errors import InvalidInput, Unsupported
from onefold.settings import SourceSettings
from onefold.sources.files.file_table import FileTable
from onefold.sources.files.json_tables import open_json_tables
from onefold.sources.files.stored_file import StoredFile
from onefold.sources.files.text_tables import open_text_table

_START_BYTES = 4096
_JSON_SUFFIXES = frozenset({".json", ".jsonl", ".ndjson", ".geojson"})
_TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".psv"})
_JSON_LINES = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\{\s*"|\[\s*[\[{"])')

_FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3", "an SQLite database"),
    (b"{\\rtf", "a text document"),
    (b"ARROW1", "an Arrow file"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
)


def open_tables(file: StoredFile, settings: SourceSettings) -> list[FileTable]:
    """Open all tables of one file.

    Raises:
        InvalidInput, NotFound, SourceFailed, Unsupported: naming the file and what to do.
    """
    start = file.head(_START_BYTES)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        from onefold.sources.files.spreadsheets import open_workbook_tables

        return open_workbook_tables(file, settings)
    if start.startswith(b"PAR1") or (file.suffix in {".parquet", ".pq", ".parq"} and start):
        from onefold.sources.files.parquet import open_parquet_table

        return [open_parquet_table(file)]
    _refuse_foreign(file, start)
    if file.suffix in _JSON_SUFFIXES or (file.suffix not in _TEXT_SUFFIXES and _JSON_LINES.match(start)):
        return open_json_tables(file, settings)
    table = open_text_table(file, settings)
    return [table] if table else []


def _refuse_foreign(file: StoredFile, start: bytes) -> None:
    for magic, kind in _FOREIGN:
        if start.startswith(magic) and (not magic.isalpha() or b"\x00" in start):
            raise InvalidInput(
                f"{file.origin}: this is {kind}, not a table",
                hint="Export the data as CSV, XLSX, JSON or Parquet, or leave the file out.",
            )
    if file.suffix in {".avro", ".orc", ".feather"}:
        raise Unsupported(f"{file.origin}: files of this kind cannot be read yet", hint="Convert it to Parquet or CSV.")
