"""The bytes of a text file as UTF-8 with line feeds, whatever they were: the form that rows are cut from."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from onefold.sources.files.dialects import STAND_IN
from onefold.sources.files.stored_file import StoredFile
from onefold.sources.files.survey import Survey


def utf8_chunks(file: StoredFile, survey: Survey, delimiter: str) -> Iterator[bytes]:
    """The file's text in UTF-8, in chunks of some megabytes.

    Zero bytes are dropped, carriage returns become line feeds where they alone end lines, and a delimiter of
    several bytes becomes one byte. Bytes that are no text become U+FFFD in legacy encodings and stay in UTF-8.
    """
    chunks = _decoded(file, survey)
    if survey.zero_bytes and not survey.encoding.codec.startswith(("utf-16", "utf-32")):
        chunks = (chunk.replace(b"\x00", b"") for chunk in chunks)
    if survey.has_only_carriage_returns:
        chunks = (chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n") for chunk in _keep_pairs(chunks, b"\r\n"))
    encoded = delimiter.encode()
    if len(encoded) > 1:
        stand_in = STAND_IN.encode()
        chunks = (chunk.replace(encoded, stand_in) for chunk in _keep_pairs(chunks, encoded))
    return chunks


def _decoded(file: StoredFile, survey: Survey) -> Iterator[bytes]:
    codec = survey.encoding.codec
    chunks = file.chunks()
    if codec == "utf-8":
        yield from chunks
        return
    if codec == "utf-8-sig":
        first = next(chunks, b"")
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(codec)("replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _keep_pairs(chunks: Iterator[bytes], pair: bytes) -> Iterator[bytes]:
    """The same bytes, cut so that no chunk ends inside ``pair``."""
    held = b""
    for chunk in chunks:
        whole = held + chunk
        keep = next((size for size in range(len(pair) - 1, 0, -1) if whole.endswith(pair[:size])), 0)
        held = whole[len(whole) - keep :] if keep else b""
        yield whole[: len(whole) - keep] if keep else whole
    if held:
        yield held
