"""The audit as lines of text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any

from onefold.access.audit.search import AuditEntry

_LINES_AT_ONCE = 500


def audit_lines(entries: Iterator[AuditEntry], as_format: str) -> Iterator[bytes]:
    """Entries as NDJSON or CSV, some hundred lines at a time."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, [one.name for one in fields(AuditEntry)])
    if as_format == "csv":
        writer.writeheader()
    for number, entry in enumerate(entries, 1):
        facts = {**asdict(entry), "at": entry.at.isoformat()}
        if as_format == "csv":
            writer.writerow({name: _cell(value) for name, value in facts.items()})
        else:
            buffer.write(json.dumps(facts, ensure_ascii=False, sort_keys=True) + "\n")
        if number % _LINES_AT_ONCE == 0:
            yield buffer.getvalue().encode("utf-8", "replace")
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> Any:
    """A value as a cell that no spreadsheet takes for a formula."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict) else value
    return f"'{text}" if isinstance(text, str) and text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
