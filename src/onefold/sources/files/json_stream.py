"""JSON documents read value by value, so that a file of any size needs the memory of one record.

Understands JSON lines, values one after the other, an array of records, and an object that holds arrays of records
(``{"count": 2, "data": [{…}, {…}]}``).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from onefold.errors import InvalidInput, SourceFailed
from onefold.sources.files.encodings import encoding_from_start
from onefold.sources.files.stored_file import StoredFile

_BLANK = re.compile(r"[ \t\r\n]*")
_LONGEST_VALUE_CHARACTERS = 256 << 20
_COMPACT_CHARACTERS = 1 << 20
_TAIL = 16
"""An error this close to the end of what has been read may come from reading no further."""


class JsonNumber(float):
    """A number with a fraction that remembers how it was written: '1.10' stays '1.10'."""

    text: str

    def __new__(cls, text: str) -> JsonNumber:
        """A number as written in JSON."""
        number = super().__new__(cls, text)
        number.text = text
        return number


_DECODER = json.JSONDecoder(parse_float=JsonNumber, strict=False)


@dataclass(frozen=True)
class JsonValue:
    """One record, or what stands where one was expected."""

    value: Any
    line: int
    """Line on which it begins, from 1."""
    problem: str = ""
    """Why it cannot be used; ``raw`` holds its text then."""
    raw: str = ""


class JsonText:
    """The text of a JSON file as a window that moves forward."""

    def __init__(self, file: StoredFile, codec: str | None) -> None:
        self.file = file
        self._chunks = self._decoded(codec)
        self._text = ""
        self._position = 0
        self._line = 1

    @property
    def line(self) -> int:
        """The line of the current position, from 1."""
        return self._line

    def peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            match = _BLANK.match(self._text, self._position)
            end = match.end() if match else self._position
            self._move(end)
            if end < len(self._text):
                return self._text[end]
            if not self._fill():
                return ""

    def take(self, character: str) -> None:
        """Pass over the character that ``peek`` has shown."""
        self._move(self._position + len(character))

    def value(self) -> Any:
        """Pass over one whole value and return it.

        Raises:
            json.JSONDecodeError: what stands here is no JSON.
            SourceFailed: the file ends inside the value.
        """
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._position)
            except json.JSONDecodeError as error:
                is_at_end = error.msg.startswith("Unterminated") or len(self._text.rstrip()) - error.pos <= _TAIL
                if not is_at_end:
                    raise
                # The window may end inside the value. Twice as much each time keeps the work linear.
                if not self._fill(len(self._text) - self._position):
                    raise _cut_off(self.file, self._line) from error
            else:
                if end == len(self._text) and isinstance(value, int | float) and self._fill():
                    continue  # a number may go on in the next chunk
                self._move(end)
                return value

    def window(self, size: int) -> str:
        """The text from here on as far as it has been read, at most ``size`` characters."""
        return self._text[self._position : self._position + size]

    def lines(self) -> Iterator[tuple[int, str]]:
        """(number, text) of each line that is not blank, from here to the end."""
        while True:
            end = self._text.find("\n", self._position)
            if end < 0:
                if self._fill(len(self._text) - self._position):
                    continue
                end = len(self._text)
            line = self._text[self._position : end].strip()
            if line:
                yield self._line, line
            if end == len(self._text):
                return
            self._position = end + 1
            self._line += 1

    def _move(self, position: int) -> None:
        self._line += self._text.count("\n", self._position, position)
        self._position = position

    def _fill(self, wanted: int = 0) -> bool:
        """Append at least one more chunk, and drop what has been passed; False at the end of the file."""
        if self._position > _COMPACT_CHARACTERS or self._position * 2 > len(self._text):
            self._text = self._text[self._position :]
            self._position = 0
        pieces, size = [self._text], 0
        for chunk in self._chunks:
            pieces.append(chunk)
            size += len(chunk)
            if size > wanted:
                break
        self._text = "".join(pieces)
        if len(self._text) > _LONGEST_VALUE_CHARACTERS:
            raise InvalidInput(
                f"{self.file.origin}, line {self._line}: a value longer than {_LONGEST_VALUE_CHARACTERS >> 20} MB",
                hint="Split the file into records: one JSON object per line reads best.",
            )
        return size > 0

    def _decoded(self, codec: str | None) -> Iterator[str]:
        decoder: codecs.IncrementalDecoder | None = None
        for chunk in self.file.chunks():
            if decoder is None:
                found = encoding_from_start(chunk[:4096])
                name = codec or (found.codec if found else "utf-8")
                decoder = codecs.getincrementaldecoder(name)("replace")
            if text := decoder.decode(chunk):
                yield text


def _cut_off(file: StoredFile, line: int) -> SourceFailed:
    return SourceFailed(
        f"{file.origin}, line {line}: the file ends inside a JSON value: it was cut off",
        hint="Export or copy the file again: nothing of it was taken over.",
    )


def read_lines(text: JsonText) -> Iterator[JsonValue]:
    """One value per line, as in JSON lines. A line that is no JSON is reported and passed over."""
    for number, line in text.lines():
        try:
            value, end = _DECODER.raw_decode(line)
        except json.JSONDecodeError as error:
            yield JsonValue(None, number, f"no JSON: {error.msg} at character {error.pos + 1}", line)
            continue
        if end < len(line):
            yield JsonValue(None, number, f"no JSON line: more text after character {end}", line)
        else:
            yield JsonValue(value, number)


def read_sequence(text: JsonText) -> Iterator[JsonValue]:
    """Values one after the other over any number of lines.

    Raises:
        InvalidInput: what stands between them is no JSON.
        SourceFailed: the file ends inside a value.
    """
    while text.peek():
        line = text.line
        try:
            yield JsonValue(text.value(), line)
        except json.JSONDecodeError as error:
            raise invalid_json(text, error) from error


def read_array(text: JsonText) -> Iterator[JsonValue]:
    """The values of the array that begins here.

    Raises:
        SourceFailed: the file ends before the array does.
        InvalidInput: what stands in it is no JSON.
    """
    text.take("[")
    while (character := text.peek()) != "]":
        if character == ",":
            text.take(",")
            continue
        if not character:
            raise _cut_off(text.file, text.line)
        line = text.line
        try:
            yield JsonValue(text.value(), line)
        except json.JSONDecodeError as error:
            raise invalid_json(text, error) from error
    text.take("]")


def read_members(text: JsonText) -> Iterator[tuple[str, str]]:
    """(name, first character of the value) of each member of the object that begins here.

    The caller passes over the value before asking for the next.
    """
    text.take("{")
    while (character := text.peek()) != "}":
        if character == ",":
            text.take(",")
            continue
        if not character:
            raise _cut_off(text.file, text.line)
        try:
            name = text.value()
        except json.JSONDecodeError as error:
            raise invalid_json(text, error) from error
        if text.peek() != ":" or not isinstance(name, str):
            raise InvalidInput(f"{text.file.origin}, line {text.line}: no JSON: a name and a colon are expected")
        text.take(":")
        yield name, text.peek()
    text.take("}")


def invalid_json(text: JsonText, error: json.JSONDecodeError) -> InvalidInput:
    """The error for a document that is no JSON from here on."""
    return InvalidInput(
        f"{text.file.origin}, line {text.line}: no JSON: {error.msg}",
        hint="Export the file again, or mend it at that line.",
    )
