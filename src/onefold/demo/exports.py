"""Writers of the file kinds that the demo's systems export, each byte for byte repeatable."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

Row = dict[str, Any]
"""Column → value; every row of a table has the same columns in the same order."""


def write_csv(path: Path, rows: Sequence[Row], *, delimiter: str = ",", encoding: str = "utf-8") -> None:
    """Write a delimited file, compressed where ``path`` ends in ``.gz``; the keys of a row are the header."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(rows[0].keys() if rows else ())
    writer.writerows(row.values() for row in rows)
    _write_bytes(path, text.getvalue().encode(encoding))


def write_json_lines(path: Path, objects: Iterable[Row]) -> None:
    """Write one JSON object per line, compressed where ``path`` ends in ``.gz``."""
    lines = (json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in objects)
    _write_bytes(path, ("\n".join(lines) + "\n").encode())


def write_sqlite(path: Path, schema: str, tables: Mapping[str, Sequence[Row]]) -> None:
    """Write a SQLite database of ``tables`` that ``schema`` creates."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(schema)
        for table, rows in tables.items():
            marks = ", ".join("?" * len(rows[0])) if rows else ""
            connection.executemany(f'insert into "{table}" values ({marks})', [tuple(row.values()) for row in rows])
        connection.commit()


def _write_bytes(path: Path, content: bytes) -> None:
    path.write_bytes(gzip.compress(content, 6, mtime=0) if path.suffix == ".gz" else content)
