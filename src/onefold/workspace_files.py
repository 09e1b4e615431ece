"""The small files of a workspace: locked, private, changed with a transaction of the app database or by themselves."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from onefold.errors import Conflict

if TYPE_CHECKING:
    from sqlalchemy import Connection


@contextmanager
def file_lock(path: Path, wait_seconds: float, held: str) -> Iterator[None]:
    """Hold a lock against other processes and threads; it dies with the process.

    Args:
        path: of the lock.
        wait_seconds: how long to wait for it.
        held: what to say where another holds it.

    Raises:
        Conflict: another holds it, and did so for ``wait_seconds``.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=wait_seconds)
    try:
        lock.acquire()
    except Timeout:
        raise Conflict(held, hint="Wait until it ends, then run the command again.") from None
    try:
        yield
    finally:
        lock.release()


def hold(connection: Connection | None, path: Path) -> None:
    """Keep other transactions from changing a file, where there is a transaction."""
    if connection is not None:
        from onefold.storage import hold_file

        hold_file(connection, path)


def replace_file(connection: Connection | None, path: Path, text: str) -> None:
    """Write a file as a whole or not at all, with the transaction where there is one; its mode stays."""
    if connection is not None:
        from onefold.storage import change_file

        change_file(connection, path, text.encode("utf-8"))
        return
    temporary = path.with_name(f"{path.name}.new")
    temporary.unlink(missing_ok=True)
    write_private(temporary, text)
    if path.exists():
        temporary.chmod(path.stat().st_mode & 0o777)
    temporary.replace(path)


def write_private(path: Path, text: str) -> None:
    """A new file that nobody else may read (mode 0600).

    Raises:
        FileExistsError: there is one already.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def version_of(content: bytes) -> int:
    """48 bits of a digest: what JavaScript counts exactly."""
    return int.from_bytes(hashlib.blake2b(content, digest_size=6).digest())
