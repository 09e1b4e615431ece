"""Contents of files, under ``<workspace>/files/care/``, named by their hash.

Nothing that a person sent names a path. A content is whole and on disk before the row that names it is committed, so
a crash leaves at most a content that no row names; ``sweep`` removes those. Who keeps or sweeps holds a lock on the
folder (``flock``: it ends with the process, on one machine); who is still sending holds one on the unfinished file.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO

from onefold.errors import EngineFailed, NotFound, TooLarge

_HASH = re.compile(r"[0-9a-f]{64}")


class FileStore:
    """The contents of one workspace; safe to share between threads and processes of one machine."""

    def __init__(self, folder: Path) -> None:
        self._contents = folder / "contents"
        self._incoming = folder / "incoming"
        self._lock = folder / ".lock"
        for path in (self._contents, self._incoming):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def receive(self, largest_bytes: int) -> Incoming:
        """A place for a content that is on its way. Use as a context manager: what is not kept is gone."""
        with self._locked(fcntl.LOCK_SH):
            return Incoming(self._incoming / secrets.token_hex(16), largest_bytes)

    @contextmanager
    def kept(self, incoming: Incoming) -> Iterator[str]:
        """Keep a content for as long as the block needs to commit the row that names it; yields its hash.

        Raises:
            EngineFailed: the disk is full or broken; nothing is kept.
        """
        with self._locked(fcntl.LOCK_SH):
            try:
                sha256 = incoming.finish()
                path = self._path(sha256)
                if not path.exists():
                    path.parent.mkdir(exist_ok=True, mode=0o700)
                    incoming.path.rename(path)
                    _sync_folder(path.parent)
                    _sync_folder(self._contents)
            except OSError as error:
                raise EngineFailed(f"the file could not be kept: {error.strerror}", hint="Free some space.") from error
            yield sha256

    def path_of(self, sha256: str) -> Path:
        """Where a content is, for reading.

        Raises:
            NotFound: it is gone from the disk.
        """
        path = self._path(sha256)
        if not path.is_file():
            raise NotFound(
                "the content of this file is missing on the server", hint="Restore files/ from a backup of its day."
            )
        return path

    def sweep(self, named: Callable[[Collection[str]], Collection[str]]) -> int:
        """Remove what no row names and what was never finished; returns how many. Does nothing while others keep.

        Args:
            named: given hashes, returns those that a row names.
        """
        with self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB) as is_locked:
            if not is_locked:
                return 0
            removed = self._sweep_incoming()
            for folder in self._contents.iterdir():
                paths = {path.name: path for path in folder.iterdir()}
                wanted = set(named(list(paths))) if paths else set()
                for name, path in paths.items():
                    if name not in wanted:
                        path.unlink(missing_ok=True)
                        removed += 1
        return removed

    def remove(self, sha256: str, named: Callable[[Collection[str]], Collection[str]]) -> None:
        """Remove one content if no row names it any more and nobody is keeping; else ``sweep`` does so later."""
        with self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB) as is_locked:
            if is_locked and not named([sha256]):
                self._path(sha256).unlink(missing_ok=True)

    def _sweep_incoming(self) -> int:
        removed = 0
        for path in self._incoming.iterdir():
            try:
                with path.open("rb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails while its sender lives
                    path.unlink(missing_ok=True)
                    removed += 1
            except (BlockingIOError, FileNotFoundError):
                continue
        return removed

    def _path(self, sha256: str) -> Path:
        if not _HASH.fullmatch(sha256):
            raise ValueError("not a hash")
        return self._contents / sha256[:2] / sha256

    @contextmanager
    def _locked(self, how: int) -> Iterator[bool]:
        with self._lock.open("a") as file:
            try:
                fcntl.flock(file, how)
            except BlockingIOError:
                yield False
                return
            yield True


class Incoming:
    """A content on its way: written as it comes, counted and hashed, gone unless it is kept."""

    def __init__(self, path: Path, largest_bytes: int) -> None:
        self.path = path
        self.size_bytes = 0
        self._largest_bytes = largest_bytes
        self._hash = hashlib.sha256()
        self._file: IO[bytes] = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def write(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            TooLarge: more than this installation takes; what came so far goes with the block.
            EngineFailed: the disk is full.
        """
        self.size_bytes += len(chunk)
        if self.size_bytes > self._largest_bytes:
            raise TooLarge(
                f"the file is larger than {self._largest_bytes / 2**20:.0f} MB",
                hint="Make it smaller, or ask an administrator to raise server.upload_limit_mb.",
                largest_bytes=self._largest_bytes,
            )
        self._hash.update(chunk)
        try:
            self._file.write(chunk)
        except OSError as error:
            raise EngineFailed(f"the file could not be kept: {error.strerror}", hint="Free some space.") from error

    def flush(self) -> Path:
        """What has come so far, for looking into it."""
        self._file.flush()
        return self.path

    def finish(self) -> str:
        """Wait until all of it is on disk; returns its hash."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._hash.hexdigest()

    def __enter__(self) -> Incoming:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.path.unlink(missing_ok=True)  # gone already where it was kept
        self._file.close()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
