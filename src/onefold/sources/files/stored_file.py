"""The bytes of one file, whatever it is wrapped in: plain, gzip, bzip2, xz, zstd, lz4, or a member of a zip archive.

What a file is follows from its first bytes; its name only decides between kinds of text.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, cast

import pyarrow as pa

from onefold.errors import InvalidInput, NotFound, OnefoldError, SourceFailed, Unsupported
from onefold.sources.location import COMPRESSION_SUFFIXES

CHUNK_BYTES = 4 << 20
"""How much is read at once: large enough for speed, small beside any memory limit."""

_IN_MEMORY_BYTES = 64 << 20
"""Unpacked workbooks and Parquet files above this size go through a temporary file."""

_COMPRESSIONS = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
)


@dataclass(frozen=True)
class StoredFile:
    """A file on disk, or one member of a zip archive."""

    path: Path
    origin: str
    """The file as people know it: relative to the workspace, with the member after ``!``."""
    member: str = ""
    is_named: bool = True
    """Whether a person asked for this file, by name or by a glob with its ending; others may be skipped."""
    is_matched: bool = False
    """Whether a folder or glob led to it, so that more files like it may come."""

    @property
    def stem(self) -> str:
        """The name without folders, endings of compression, and the ending of the format."""
        name = PurePosixPath(self.member).name if self.member else self.path.name
        return Path(_without_compression(name)).stem

    @property
    def suffix(self) -> str:
        """The format's ending, lower case: ``.csv`` for ``contacts.CSV.gz``."""
        name = PurePosixPath(self.member).name if self.member else self.path.name
        return Path(_without_compression(name)).suffix.lower()

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The unpacked bytes, from the start.

        Raises:
            NotFound: the file is gone.
            SourceFailed: it may not be read, or what it is packed in is damaged or cut off.
        """
        with file_errors(self), self._open_packed() as packed, _unpacked(packed) as unpacked:
            yield unpacked

    @contextmanager
    def open_seekable(self) -> Iterator[BinaryIO]:
        """The unpacked bytes as a file that can be read in any order."""
        with self.open() as stream:
            if (
                stream.seekable()
                and not self.member
                and not isinstance(stream, gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile)
            ):
                yield stream
                return
            with SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as spooled:
                while chunk := stream.read(CHUNK_BYTES):
                    spooled.write(chunk)
                spooled.seek(0)
                yield cast("BinaryIO", spooled)

    def chunks(self) -> Iterator[bytes]:
        """The unpacked bytes in order."""
        with self.open() as stream:
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk

    def head(self, size: int) -> bytes:
        """The first unpacked bytes."""
        with self.open() as stream:
            return stream.read(size)

    def size_bytes(self) -> int:
        """Bytes on disk (of the whole archive, for a member)."""
        with file_errors(self):
            return self.path.stat().st_size

    def digest(self) -> bytes:
        """A digest of the bytes as stored (of the whole archive, for a member)."""
        with file_errors(self), self.path.open("rb") as file:
            hasher = hashlib.blake2b(digest_size=16)
            while chunk := file.read(CHUNK_BYTES):
                hasher.update(chunk)
            return hasher.digest()

    def stamp(self) -> str:
        """Place, size and time of change: equal stamps mean that nothing was written since."""
        with file_errors(self):
            status = self.path.stat()
        return f"{self.path}|{self.member}|{status.st_size}|{status.st_mtime_ns}"

    def changed_at_ns(self) -> int:
        """When the file was last written, in nanoseconds since 1970."""
        with file_errors(self):
            return self.path.stat().st_mtime_ns

    @contextmanager
    def _open_packed(self) -> Iterator[BinaryIO]:
        if not self.member:
            with self.path.open("rb") as file:
                yield file
            return
        with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as file:
            yield cast("BinaryIO", file)


@contextmanager
def file_errors(file: StoredFile) -> Iterator[None]:
    """Errors of the operating system and of decompression as ours, naming the file."""
    name = file.origin
    try:
        yield
    except OnefoldError:
        raise
    except FileNotFoundError as error:
        raise NotFound(f"{name}: there is no such file", hint="Check the path, or where the file went.") from error
    except PermissionError as error:
        raise SourceFailed(
            f"{name}: not allowed to read it",
            hint=f"Give yourself access (chmod u+r '{file.path}') and run again.",
        ) from error
    except (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, gzip.BadGzipFile) as error:
        raise SourceFailed(
            f"{name}: the compressed file is damaged or cut off ({error or 'it ends too early'})",
            hint="Copy or export the file again: nothing of it was taken over.",
        ) from error
    except (RuntimeError, NotImplementedError) as error:  # zipfile's errors for passwords and rare methods
        raise InvalidInput(f"{name}: {error}", hint="Unpack the archive and connect the files in it.") from error
    except OSError as error:
        if "rror" in str(error) and error.errno is None:  # decompressors of pyarrow and bz2 report damage like this
            raise SourceFailed(
                f"{name}: the compressed file is damaged or cut off ({error})",
                hint="Copy or export the file again: nothing of it was taken over.",
            ) from error
        raise SourceFailed(f"{name}: {error}", hint="Check the disk or network share and run again.") from error


def zip_members(path: Path, origin: str) -> list[str]:
    """The data files in a zip archive, in order of name.

    Raises:
        InvalidInput: the archive needs a password.
        SourceFailed: it is damaged.
    """
    with file_errors(StoredFile(path, origin)), zipfile.ZipFile(path) as archive:
        members = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_hidden(entry.filename)]
    if any(entry.flag_bits & 1 for entry in members):
        raise InvalidInput(
            f"{origin}: the archive needs a password", hint="Unpack it and connect the files that were in it."
        )
    return sorted(entry.filename for entry in members)


def is_zip_archive(path: Path) -> bool:
    """Whether the file is a zip archive of files, not a workbook (which is a zip archive inside)."""
    try:
        with path.open("rb") as file:
            if file.read(4) not in {b"PK\x03\x04", b"PK\x05\x06"}:
                return False
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (OSError, zipfile.BadZipFile):
        # A damaged archive is still one: opening it says what is wrong.
        return path.suffix.lower() == ".zip"
    return not ({"[Content_Types].xml", "mimetype"} & names)


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _without_compression(name: str) -> str:
    path = Path(name)
    return path.stem if path.suffix.lower() in COMPRESSION_SUFFIXES else name


@contextmanager
def _unpacked(packed: BinaryIO) -> Iterator[BinaryIO]:
    """The stream behind a compressed one, told by its first bytes; the stream itself where it is not compressed."""
    start = packed.read(6)
    packed.seek(0)
    compression = next((name for magic, name in _COMPRESSIONS if start.startswith(magic)), None)
    if compression is None:
        yield packed
        return
    opened: IO[bytes]
    if compression == "gzip":
        opened = cast("IO[bytes]", gzip.GzipFile(fileobj=packed))
    elif compression == "bz2":
        opened = bz2.BZ2File(packed)
    elif compression == "xz":
        opened = lzma.LZMAFile(packed)  # noqa: SIM115 - closed below
    else:
        if not pa.Codec.is_available(compression):
            raise Unsupported(
                f"this installation cannot unpack {compression}",
                hint="Unpack the file and connect the result.",
            )
        opened = cast("IO[bytes]", pa.CompressedInputStream(pa.PythonFile(packed, mode="r"), compression))
    try:
        yield cast("BinaryIO", opened)
    finally:
        opened.close()
