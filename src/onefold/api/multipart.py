"""One file of a ``multipart/form-data`` request, handed on as it comes: neither memory nor a second copy on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from onefold.errors import InvalidInput, TooLarge

_MOST_HEADER_BYTES = 8192
_MOST_OVERHEAD_BYTES = 64 * 1024


@dataclass(frozen=True)
class SentFile:
    """What a sender said about the file."""

    name: str
    declared_type: str | None


async def receive_file(request: Request, write: Callable[[bytes], None], largest_bytes: int) -> SentFile:
    """Read a request with one file in the part ``file``, calling ``write`` in a thread for every piece.

    Args:
        request: its body has not been read.
        write: takes the next bytes; what it raises ends the reading.
        largest_bytes: of the file; the request is refused at once if it announces more.

    Raises:
        InvalidInput: no file, several, or no multipart request; or it ended in the middle.
        TooLarge: it announces or brings more than fits.
    """
    kind, options = parse_options_header(request.headers.get("Content-Type", ""))
    if kind != b"multipart/form-data" or not 0 < len(options.get(b"boundary", b"")) <= 70:
        raise InvalidInput("no file was sent", hint="Send multipart/form-data with the file in the part 'file'.")
    announced = request.headers.get("Content-Length", "0")
    if announced.isdigit() and int(announced) > largest_bytes + _MOST_OVERHEAD_BYTES:
        raise _too_large(largest_bytes)
    reading = _Reading(options[b"boundary"], write, largest_bytes)
    try:
        async for chunk in request.stream():
            if chunk:
                await run_in_threadpool(reading.take, chunk)
    except ClientDisconnect:
        raise InvalidInput("the connection ended in the middle", hint="Send it again.") from None
    return reading.result()


class _Reading:
    """Parses one request."""

    def __init__(self, boundary: bytes, write: Callable[[bytes], None], largest_bytes: int) -> None:
        self._write = write
        self._largest_bytes = largest_bytes
        self._taken = 0
        self._header = bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._field = b""
        self._header_bytes = 0
        self._is_file = False
        self._is_whole = False
        self._sent: SentFile | None = None
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_begin": self._header.clear,
                "on_header_field": self._collect,
                "on_header_value": self._collect_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._open,
                "on_part_data": self._part,
                "on_end": partial(setattr, self, "_is_whole", True),
            },
        )
        self._value = bytearray()

    def take(self, chunk: bytes) -> None:
        """Parse the next bytes of the request."""
        self._taken += len(chunk)
        if self._taken > self._largest_bytes + _MOST_OVERHEAD_BYTES:
            raise _too_large(self._largest_bytes)
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise InvalidInput(f"the request cannot be read: {error}", hint="Send it again.") from None

    def result(self) -> SentFile:
        """What was sent, once the request is over."""
        if self._sent is None:
            raise InvalidInput("no file was sent", hint="Send it in the part 'file', with a file name.")
        if not self._is_whole:
            raise InvalidInput("the request ended in the middle", hint="Send it again.")
        return self._sent

    def _begin(self) -> None:
        self._headers.clear()
        self._header_bytes = 0

    def _collect(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        self._header += data[start:end]

    def _collect_value(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        self._value += data[start:end]

    def _count(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > _MOST_HEADER_BYTES:
            raise InvalidInput("the headers of a part are too long", hint="Send only the file.")

    def _end_header(self) -> None:
        self._headers[bytes(self._header).lower()] = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _open(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._is_file = options.get(b"name") == b"file" and b"filename" in options
        if not self._is_file:
            raise InvalidInput("only the part 'file' is taken", hint="Send the file alone, with a file name.")
        if self._sent is not None:
            raise InvalidInput("more than one file was sent", hint="Send them one after another.")
        name = options[b"filename"].decode("utf-8", "replace")
        declared = self._headers.get(b"content-type")
        self._sent = SentFile(name, declared.decode("latin-1") if declared else None)

    def _part(self, data: bytes, start: int, end: int) -> None:
        self._write(data[start:end])


def _too_large(largest_bytes: int) -> TooLarge:
    return TooLarge(
        f"the file is larger than {largest_bytes / 2**20:.0f} MB",
        hint="Make it smaller, or ask an administrator to raise server.upload_limit_mb.",
        largest_bytes=largest_bytes,
    )
