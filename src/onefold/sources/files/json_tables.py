"""JSON as tables: nested objects become columns with dotted names, arrays of objects tables of their own.

The first pass over the file learns the columns; the rows are read in a second one, so that neither needs more
memory than a record.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pyarrow as pa

from onefold.errors import InvalidInput
from onefold.settings import SourceSettings
from onefold.sources.files.file_table import FileTable, batch_of
from onefold.sources.files.json_stream import (
    JsonNumber,
    JsonText,
    JsonValue,
    invalid_json,
    read_array,
    read_lines,
    read_members,
    read_sequence,
)
from onefold.sources.files.naming import column_names, unique_name
from onefold.sources.files.stored_file import StoredFile
from onefold.sources.model import BadRow

_HEAD_BYTES = 1 << 20
_ROWS_PER_BATCH = 20_000
_DEEPEST = 6
"""Objects nested deeper than this stay JSON text."""
_MOST_COLUMNS = 3_000
_MOST_KEYS = 5_000_000
_KEY_NAME = re.compile(r"_?id|.*[_.-]id|.*Id|.*ID|uuid|guid|_?key|.*_key|(?:.*_)?(?:number|no|nr|code|ref)", re.DOTALL)
_RAW_CHARACTERS = 10_000
_ENVELOPE = re.compile(
    r"data|items?|results?|records?|rows?|values?|list|entries|elements|objects|documents|docs|features|hits|content|"
    r"collection|members|response|payload|export|customers?|contacts?|users?|people|persons?|accounts?|orders?|leads?",
    re.IGNORECASE,
)
"""Names under which exports put their records, even where there is but one."""

ReadValues = Callable[[], Iterator[JsonValue]]


def open_json_tables(file: StoredFile, settings: SourceSettings) -> list[FileTable]:
    """Open the tables of a JSON document: its records, and arrays of objects within them.

    Raises:
        InvalidInput: it is empty, no JSON, or holds no records.
        SourceFailed: it was cut off.

    Cost: one pass over the file.
    """
    tables: list[FileTable] = []
    for part, read_values, notes in _record_sources(file, settings.encoding):
        shape = _learn(read_values(), with_children=not part)
        if shape.rows == 1:
            shape.children.clear()  # one object is looked at as a whole
        if not shape.rows and not shape.bad:
            continue
        tables.extend(_tables_of(file, part, read_values, shape, notes))
    if not tables:
        raise InvalidInput(f"{file.origin}: holds no records", hint="Check that the right file was exported.")
    return tables


def _record_sources(file: StoredFile, codec: str | None) -> list[tuple[str, ReadValues, tuple[str, ...]]]:
    """(part, reader, notes) of each sequence of records in the document."""
    head = _head(file, codec)
    if not head.strip():
        raise InvalidInput(f"{file.origin}: the file is empty", hint="Export it again, or leave it out.")
    if _is_json_lines(head, is_named_so=file.suffix in {".jsonl", ".ndjson"}):
        return [("", lambda: read_lines(JsonText(file, codec)), ("JSON lines",))]
    text = JsonText(file, codec)
    first = text.peek()
    if first == "[":
        return [("", lambda: _values_at(file, codec, ()), ())]
    if first != "{":
        raise InvalidInput(
            f"{file.origin}: no JSON: it begins with {first!r}", hint="Export it as JSON, JSON lines or CSV."
        )
    arrays = _arrays_of_objects(file, codec)
    if not arrays and _is_map_of_records(file, codec):
        return [("", lambda: _values_of_map(file, codec), ("rows by key of one object",))]
    if not arrays:
        return [("", lambda: read_sequence(JsonText(file, codec)), ())]
    is_only = len(arrays) == 1
    return [
        (
            "" if is_only else path[-1],
            partial(_values_at, file, codec, path),
            (f"rows from {'.'.join(path)}",),
        )
        for path in arrays
    ]


def _head(file: StoredFile, codec: str | None) -> str:
    head = JsonText(file, codec)
    head.peek()
    return head.window(_HEAD_BYTES)


def _is_json_lines(head: str, *, is_named_so: bool) -> bool:
    """Whether each line is a value: most of the first ones are whole, or one is and the file's name says so."""
    lines = [line.strip() for line in head.split("\n")[:20] if line.strip()]
    lines = lines[:-1] if len(head) >= _HEAD_BYTES else lines
    whole = sum(_is_whole(line) for line in lines)
    if is_named_so:
        return whole > 0
    return len(lines) > 1 and whole * 2 > len(lines)


def _is_whole(line: str) -> bool:
    if line[0] not in "{[":
        return False
    try:
        json.loads(line, strict=False)
    except ValueError:
        return False
    return True


def _arrays_of_objects(file: StoredFile, codec: str | None) -> list[tuple[str, ...]]:
    """Where in the object that the document is arrays of objects stand: at its top, else one level down."""
    text = JsonText(file, codec)
    text.peek()
    top: list[tuple[str, ...]] = []
    below: list[tuple[str, ...]] = []
    for name, first in read_members(text):
        if first == "[":
            values = read_array(text)
            is_record = isinstance(next(values, JsonValue(None, 0)).value, dict)
            more = sum(1 for _ in values)
            # An object with one thing in an array is more often that object than an export of one record.
            if is_record and (more or _ENVELOPE.fullmatch(name)):
                top.append((name,))
            continue
        value = _value(text)
        if isinstance(value, dict):
            below += [
                (name, inner)
                for inner, array in value.items()
                if _is_array_of_objects(array) and _ENVELOPE.fullmatch(inner)
            ]
    if text.peek():
        return []  # several documents one after the other: each is a record
    return top or (below if len(below) == 1 else [])


def _is_map_of_records(file: StoredFile, codec: str | None) -> bool:
    """Whether the object that the document is holds records by their keys: three or more objects much alike."""
    text = JsonText(file, codec)
    text.peek()
    fields: Counter[str] = Counter()
    records = 0
    for name, first in read_members(text):
        value = _value(text)
        if first == "{":
            records += 1
            fields.update(value.keys())
        elif not name.startswith("_"):
            return False
    # Alike: a field that one has, half of the others have too, on the average.
    return records >= 3 and not text.peek() and sum(fields.values()) >= 0.5 * records * len(fields) > 0


def _values_of_map(file: StoredFile, codec: str | None) -> Iterator[JsonValue]:
    """The records of a map, each with its key as the field ``key``."""
    text = JsonText(file, codec)
    text.peek()
    for name, first in read_members(text):
        line = text.line
        value = _value(text)
        if first == "{":
            yield JsonValue({"key": name} | value, line)


def _is_array_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _value(text: JsonText) -> Any:
    try:
        return text.value()
    except json.JSONDecodeError as error:
        raise invalid_json(text, error) from error


def _values_at(file: StoredFile, codec: str | None, path: tuple[str, ...]) -> Iterator[JsonValue]:
    """The values of the array at the path."""
    text = JsonText(file, codec)
    text.peek()
    if not path:
        yield from read_array(text)
        if text.peek():
            raise InvalidInput(f"{file.origin}, line {text.line}: text after the end of the JSON array")
        return
    for name, _first in read_members(text):
        if name != path[0]:
            _value(text)
        elif len(path) == 1:
            yield from read_array(text)
        else:
            line = text.line
            yield from (JsonValue(value, line) for value in _value(text)[path[1]])


@dataclass
class _Shape:
    """What one pass over the records has learned."""

    rows: int = 0
    bad: int = 0
    kinds: dict[str, set[str]] = field(default_factory=dict)
    """Column -> kinds of values seen, in order of appearance."""
    keys: dict[str, set[str]] = field(default_factory=dict)
    """Column that may be a key -> its values so far; gone once one repeats or is missing."""
    children: dict[str, _Shape] = field(default_factory=dict)
    """Field that holds arrays of objects -> their shape; a field that ever holds another array is none."""

    def add(self, flat: Mapping[str, Any]) -> None:
        """Learn from one flattened record."""
        for name, value in flat.items():
            self.kinds.setdefault(name, set()).add(_kind(value))
        if self.rows == 0:
            self.keys = {name: set() for name, value in flat.items() if _may_be_key(name, value)}
        for name in list(self.keys):
            value = flat.get(name)
            seen = self.keys[name]
            if value is None or (text := _text(value)) in seen or len(seen) >= _MOST_KEYS:
                del self.keys[name]
            else:
                seen.add(text or "")
        self.rows += 1


def _may_be_key(name: str, value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and bool(_KEY_NAME.fullmatch(name))


def _learn(values: Iterator[JsonValue], *, with_children: bool) -> _Shape:
    shape = _Shape()
    spoiled: set[str] = set()
    for entry in values:
        if entry.problem:
            shape.bad += 1
            continue
        flat = _flatten(entry.value)
        shape.add(flat)
        if not with_children:
            continue
        for name, value in flat.items():
            if not isinstance(value, list) or name in spoiled:
                continue
            if all(isinstance(element, dict) for element in value):
                child = shape.children.setdefault(name, _Shape())
                for element in value:
                    child.add(_flatten(element))
            else:
                spoiled.add(name)
    shape.children = {
        name: child
        for name, child in shape.children.items()
        if child.rows and name not in spoiled and shape.kinds[name] <= {"json", "null"} and shape.keys
    }
    return shape


def _flatten(value: Any, prefix: str = "", depth: int = 1) -> dict[str, Any]:
    """A record's values by dotted name; arrays and objects nested too deeply stay as they are."""
    if not isinstance(value, dict):
        if isinstance(value, list) and not prefix:
            return {f"column_{number}": element for number, element in enumerate(value, start=1)}
        return {prefix or "value": value}
    flat: dict[str, Any] = {}
    for name, inner in value.items():
        path = f"{prefix}.{name}" if prefix else name
        if isinstance(inner, dict) and inner and depth < _DEEPEST:
            flat.update(_flatten(inner, path, depth + 1))
        else:
            flat[path] = inner
    return flat


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "text"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int64"
    return "float64" if isinstance(value, float) else "json"


def _text(value: Any) -> str | None:
    """A value as text; the empty string is nothing."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, JsonNumber):
        return value.text
    if isinstance(value, int | float):
        return str(value)
    return json.dumps(value, ensure_ascii=False) if value else None


def _declared(kinds: set[str]) -> str:
    present = kinds - {"null"}
    if present == {"int64", "float64"}:
        return "float64"
    return next(iter(present)) if len(present) == 1 else "text"


def _tables_of(
    file: StoredFile, part: str, read_values: ReadValues, shape: _Shape, notes: tuple[str, ...]
) -> list[FileTable]:
    """The table of the records, and one for each array of objects in them."""
    if len(shape.kinds) > _MOST_COLUMNS:
        raise InvalidInput(
            f"{file.origin}: the records have {len(shape.kinds):,} different fields",
            hint="Fields should be named by what they hold, not by ids or dates; reshape the export.",
        )
    key = _choose_key(shape)
    paths = [path for path in shape.kinds if path not in shape.children]
    names = column_names(paths)
    name_of = dict(zip(paths, names, strict=True))
    declared = {name_of[path]: _declared(shape.kinds[path]) for path in paths}
    origin = f"{file.origin}#{part}" if part else file.origin
    main = FileTable(
        origin,
        names,
        partial(_read_rows, origin, paths, names, read_values),
        declared_types=declared,
        notes=notes,
        part=part,
    )
    tables = [main]
    for field_name, child in shape.children.items():
        tables.append(_child_table(file, field_name, child, read_values, key, name_of[key]))
    return tables


def _choose_key(shape: _Shape) -> str:
    """The column that tells records apart, of those that could: the one called id before others."""
    if not shape.keys:
        return ""
    return min(shape.keys, key=lambda name: (name.lower() not in {"id", "_id"}, name.count(".")))


def _child_table(
    file: StoredFile, field_name: str, child: _Shape, read_values: ReadValues, key: str, key_column: str
) -> FileTable:
    """The elements of an array within the records, each with the key of its record and its place in the array."""
    taken: set[str] = {path.casefold() for path in child.kinds}
    parent_column = _parent_column(file.stem, key_column, taken)
    place_column = unique_name("position", taken)
    paths = list(child.kinds)
    names = column_names([parent_column, place_column, *paths])
    declared = {name: _declared(child.kinds[path]) for name, path in zip(names[2:], paths, strict=True)}
    declared[place_column] = "int64"
    origin = f"{file.origin}#{field_name}"
    return FileTable(
        origin,
        names,
        partial(_read_child_rows, origin, field_name, key, paths, names, read_values),
        declared_types=declared,
        notes=(f"one row per element of {field_name}, with its record's {key}",),
        part=field_name,
        is_child=True,
        declared_key=() if child.keys else (parent_column, place_column),
        parent_join=(parent_column, key_column),
    )


def _parent_column(stem: str, key: str, taken: set[str]) -> str:
    """What the child calls its parent's key: 'order_id' as it is, 'id' as 'orders_id'."""
    name = key if len(key) > 3 and not key.startswith("_") else f"{stem}_{key.strip('_')}"
    return unique_name(name, taken)


def _read_rows(
    origin: str, paths: list[str], names: tuple[str, ...], read_values: ReadValues, bad_rows: list[BadRow]
) -> Iterator[pa.RecordBatch]:
    rows: list[dict[str, Any]] = []
    lines: list[int] = []
    for entry in read_values():
        if entry.problem:
            bad_rows.append(BadRow(origin, entry.line, entry.problem, entry.raw[:_RAW_CHARACTERS]))
            continue
        rows.append(_flatten(entry.value))
        lines.append(entry.line)
        if len(rows) >= _ROWS_PER_BATCH:
            yield _batch(origin, paths, names, rows, lines)
            rows, lines = [], []
    if rows:
        yield _batch(origin, paths, names, rows, lines)


def _read_child_rows(
    origin: str,
    field_name: str,
    key: str,
    paths: list[str],
    names: tuple[str, ...],
    read_values: ReadValues,
    bad_rows: list[BadRow],
) -> Iterator[pa.RecordBatch]:
    del bad_rows  # a bad record is the parent's
    columns = ["\x00parent", "\x00place", *paths]
    rows: list[dict[str, Any]] = []
    lines: list[int] = []
    for entry in read_values():
        if entry.problem:
            continue
        flat = _flatten(entry.value)
        for place, element in enumerate(flat.get(field_name) or (), start=1):
            rows.append({"\x00parent": flat[key], "\x00place": place, **_flatten(element)})
            lines.append(entry.line)
        if len(rows) >= _ROWS_PER_BATCH:
            yield _batch(origin, columns, names, rows, lines)
            rows, lines = [], []
    if rows:
        yield _batch(origin, columns, names, rows, lines)


def _batch(
    origin: str, paths: list[str], names: tuple[str, ...], rows: list[dict[str, Any]], lines: list[int]
) -> pa.RecordBatch:
    columns = [pa.array([_text(row.get(path)) for row in rows], pa.string()) for path in paths]
    return batch_of(names, columns, origin=origin, lines=pa.array(lines, pa.int64()))
