"""Which state of the index readers use: one file that names it, swapped as a whole.

Apart from the index itself, so that a build that finds nothing changed loads nothing heavy.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

_CURRENT = "current.json"
MANIFEST = "manifest.json"


def current_state(folder: Path) -> str | None:
    """The name of the state that readers use; None where there is none."""
    try:
        name: str = json.loads((folder / _CURRENT).read_text())["state"]
    except (OSError, ValueError, KeyError):
        return None
    return name


def publish_state(folder: Path, name: str | None) -> bool:
    """Let readers use a state, and remove all others; False where it is not there."""
    if name is None:
        return False
    try:
        manifest = json.loads((folder / name / MANIFEST).read_text())
    except (OSError, ValueError):
        return False
    if current_state(folder) != name:
        write_json(folder / _CURRENT, {"state": name})
    kept = {name, manifest["model"], *manifest["bases"].values()}
    for path in folder.iterdir():
        if path.is_dir() and path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)
    return True


def forget_state(folder: Path) -> None:
    """Let readers use no state: there is none that belongs to what was resolved."""
    (folder / _CURRENT).unlink(missing_ok=True)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a file that is there as a whole or not at all."""
    beside = path.with_suffix(".new")
    with synced(beside) as file:
        file.write(json.dumps(content).encode())
    beside.replace(path)


@contextmanager
def synced(path: Path) -> Iterator[BinaryIO]:
    """A new file that is on the disk, not just on its way, when the block ends."""
    with path.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
