"""Delimited text as a table: what is above, what separates, what the columns are called."""

from __future__ import annotations

import re
from functools import partial

from onefold.errors import InvalidInput
from onefold.settings import SourceSettings
from onefold.sources.files.dialects import Dialect, detect_dialect, sample_rows
from onefold.sources.files.encodings import Encoding, known_encoding
from onefold.sources.files.file_table import FileTable
from onefold.sources.files.layouts import Layout, find_layout
from onefold.sources.files.naming import column_names
from onefold.sources.files.stored_file import StoredFile
from onefold.sources.files.survey import Survey, survey_file
from onefold.sources.files.text_rows import TextFormat, read_rows

_SAMPLE_ROWS = 400
_DOUBTFUL_MARGIN = 3.0
"""Log odds below which a person is told that the encoding is a guess."""
_MARKUP = re.compile(r"\s*<(?:!doctype\s+html|html|head|body|table|\?xml|[a-z]+:?[a-z]*[ >])", re.IGNORECASE)
_PROSE_SUFFIXES = frozenset({".txt", ".dat"})


def open_text_table(file: StoredFile, settings: SourceSettings) -> FileTable | None:
    """Open delimited text; None for prose in a folder, which nobody asked for.

    Raises:
        InvalidInput: the file is empty, no text, or the settings name an unknown encoding.
        NotFound, SourceFailed: as ``StoredFile.open`` does.
    """
    survey = survey_file(file)
    if settings.encoding:
        survey.encoding = _named_encoding(settings.encoding)
    sample = _sample(file, survey)
    is_cut = survey.size_bytes > len(survey.head)
    dialect = detect_dialect(sample, delimiter=settings.delimiter, is_cut=is_cut)
    if not dialect.delimiter and not file.is_named and file.suffix in _PROSE_SUFFIXES:
        return None
    rows, last_lines = sample_rows(sample, dialect, limit=_SAMPLE_ROWS, is_cut=is_cut)
    if not any(cell.strip() for row in rows for cell in row):
        raise _blank_error(file)
    layout = find_layout(rows)
    names = column_names(layout.headers)
    lines_above = last_lines[layout.body_row - 1] if layout.body_row else 0
    usual_width = _body_width(rows[layout.body_row :], layout.width)
    text_format = TextFormat(
        dialect=dialect,
        column_names=names,
        lines_above=lines_above,
        short_width=usual_width if usual_width < layout.width else None,
        null_marks=("\\N",) if any("\\N" in row for row in rows) else (),
    )
    is_header_only = not is_cut and not any(any(cell.strip() for cell in row) for row in rows[layout.body_row :])
    notes = _notes(survey, dialect, layout, rows, is_header_only=is_header_only)
    return FileTable(file.origin, names, partial(read_rows, file, survey, text_format), notes=notes)


def _named_encoding(name: str) -> Encoding:
    encoding = known_encoding(name)
    if encoding is None:
        raise InvalidInput(
            f"{name!r} is no encoding that can be read",
            hint="Name one such as utf-8, utf-16, gb18030, big5, windows-1252, windows-1253, iso-8859-2.",
        )
    if encoding.codec == "utf-8":
        return Encoding("utf-8-sig", name, encoding.margin)
    return encoding


def _sample(file: StoredFile, survey: Survey) -> str:
    """The start of the file as text with line feeds.

    Raises:
        InvalidInput: there is no text in it.
    """
    if survey.size_bytes == 0:
        raise InvalidInput(f"{file.origin}: the file is empty", hint="Export it again, or leave it out.")
    if survey.is_binary:
        raise InvalidInput(
            f"{file.origin}: this is no text but a binary file",
            hint="Export it as CSV, XLSX, JSON or Parquet, or leave it out.",
        )
    text = survey.head.decode(survey.encoding.codec, errors="replace").replace("\x00", "").removeprefix("\ufeff")
    text = text.replace("\r\n", "\n")
    if survey.has_only_carriage_returns:
        text = text.replace("\r", "\n")
    if not text.strip():
        raise InvalidInput(
            f"{file.origin}: the file holds nothing but blanks", hint="Export it again, or leave it out."
        )
    if _MARKUP.match(text):
        raise InvalidInput(
            f"{file.origin}: this is a web page or XML, not a table",
            hint="Export it as CSV, XLSX, JSON or Parquet; a saved error page also looks like this.",
        )
    return text


def _blank_error(file: StoredFile) -> InvalidInput:
    return InvalidInput(f"{file.origin}: the file holds nothing but blanks", hint="Export it again, or leave it out.")


def _body_width(body: list[list[str]], width: int) -> int:
    """How many cells most rows of the body have."""
    counts = [len(row) for row in body if any(cell.strip() for cell in row)]
    return max(set(counts), key=lambda count: (counts.count(count), count)) if counts else width


def _notes(
    survey: Survey, dialect: Dialect, layout: Layout, rows: list[list[str]], *, is_header_only: bool
) -> tuple[str, ...]:
    encoding = survey.encoding
    notes = []
    if encoding.label != "utf-8":
        doubt = f" (a guess: {encoding.rival} reads almost as well)" if encoding.margin < _DOUBTFUL_MARGIN else ""
        notes.append(f"encoding {encoding.label}{doubt}")
    elif survey.utf8_errors:
        notes.append("encoding utf-8 with some bytes that are not")
    if dialect.delimiter != ",":
        notes.append(f"delimiter {dialect.label}" if dialect.delimiter else "one column")
    if dialect.escape:
        notes.append("quotes escaped by backslash")
    if dialect.quote == "'":
        notes.append("fields quoted by apostrophes")
    if survey.zero_bytes and not encoding.codec.startswith(("utf-16", "utf-32")):
        notes.append(f"{survey.zero_bytes} zero bytes dropped")
    first_row = layout.body_row if layout.header_row is None else layout.header_row
    titles = sum(1 for row in rows[:first_row] if any(cell.strip() for cell in row))
    if titles:
        notes.append(f"{titles} title {'row' if titles == 1 else 'rows'} skipped")
    if layout.header_row is None:
        notes.append("no header: columns named by position")
    if is_header_only:
        notes.append("header only: no rows")
    return tuple(notes)
