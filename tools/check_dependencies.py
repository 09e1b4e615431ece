"""Whether every dependency may be shipped and is pinned: run by ``make check``.

Python: what is installed for the runtime must be under a permissive licence or the LGPL, and pinned in
``constraints.txt``, which names no address. Node: what ``package-lock.json`` locks for the browser must be permissive;
the lock names no address either. Tools that only we run may be under weaker copyleft. What is unknown fails.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]

PERMISSIVE = {
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC0-1.0", "CNRI-Python", "HPND",
    "ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0", "Python-2.0", "Unicode-3.0", "Unlicense", "Zlib",
    "Apache-2.0 WITH LLVM-exception",
}  # fmt: skip
"""SPDX names; whoever gets Onefold may do with these parts what they may do with Onefold."""
LESSER = {"LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "MPL-2.0"}
"""Parts that may be replaced by whoever gets them: linked from Python, never changed by us."""
DATA = {"CC-BY-4.0"}
"""For tables of data among the tools of the build; nothing of it is shipped."""

CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
WORDS = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License 2.0": "Apache-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD 3-Clause": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "LGPL with exceptions": "LGPL-3.0-only",
    "MIT License": "MIT",
    "The MIT License (MIT)": "MIT",
}
"""What packages write instead of SPDX names."""
LOOKED_UP = {
    "simplejson": "MIT OR AFL-2.1",  # licenses/LICENSE.txt of 4.3.0
}
"""Package -> licence where its metadata says none, and the file in which it was read."""

_SPDX = re.compile(r"[A-Za-z0-9.+-]+(?: WITH [A-Za-z0-9.-]+)?")


def main() -> int:
    """Print what is wrong; returns the exit code."""
    problems = [*python_licences(), *python_pins(), *node_licences(), *addresses()]
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(
            f"dependencies: {len(runtime_packages())} Python packages and {len(node_packages())} of Node may be shipped"
        )
    return 1 if problems else 0


def python_licences() -> Iterator[str]:
    """Installed packages that may not be used for what they are used for."""
    runtime = runtime_packages()
    for name in sorted(needed_packages("dlt", "spark", "dev")):
        allowed = PERMISSIVE | LESSER
        licence = python_licence(name)
        if licence is None:
            yield f"{name}: its licence is unknown; read its source and add it to LOOKED_UP"
        elif name in runtime and not admits(licence, allowed):
            yield f"{name}: {licence} may not be shipped"
        elif not admits(licence, allowed | DATA):
            yield f"{name}: {licence} may not be used even as a tool"


def python_licence(name: str) -> str | None:
    """SPDX expression of an installed package's licence; None where nothing tells."""
    if name in LOOKED_UP:
        return LOOKED_UP[name]
    facts = metadata.metadata(name)
    if said := facts.get("License-Expression"):
        return said
    classified = [
        CLASSIFIERS.get(line.rpartition(" :: ")[2])
        for line in facts.get_all("Classifier") or []
        if line.startswith("License ::") and line != "License :: OSI Approved"
    ]
    if classified and all(classified):
        return " AND ".join(sorted({str(one) for one in classified}))
    words = (facts.get("License") or "").strip()
    if words in WORDS:
        return WORDS[words]
    return words if words in PERMISSIVE | LESSER else None


def admits(expression: str, allowed: set[str]) -> bool:
    """Whether an SPDX expression can be met with the allowed licences.

    >>> admits("MIT OR GPL-3.0-only", PERMISSIVE), admits("(MIT AND GPL-2.0-only)", PERMISSIVE)
    (True, False)
    """
    plain = expression.replace("(", " ").replace(")", " ")
    return any(
        all(_SPDX.fullmatch(part.strip()) and part.strip() in allowed for part in option.split(" AND "))
        for option in plain.split(" OR ")
    )


def runtime_packages() -> set[str]:
    """Packages that Onefold needs to run, its own dependencies' included."""
    return needed_packages("dlt", "spark")


@lru_cache
def needed_packages(*extras: str) -> set[str]:
    """Installed packages that Onefold needs with these extras."""
    installed = installed_packages()
    found: set[tuple[str, frozenset[str]]] = set()
    waiting = _own_requirements(frozenset(extras))
    while waiting:
        wanted = waiting.pop()
        if wanted in found or wanted[0] not in installed:
            continue
        found.add(wanted)
        waiting += [one for text in metadata.requires(wanted[0]) or [] if (one := _needed(text, wanted[1]))]
    return {name for name, _extras in found}


def _own_requirements(extras: frozenset[str]) -> list[tuple[str, frozenset[str]]]:
    """As ``pyproject.toml`` says now, not as it said when it was installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [*project["dependencies"], *(text for name in extras for text in project["optional-dependencies"][name])]
    return [one for text in texts if (one := _needed(text, frozenset()))]


def installed_packages() -> set[str]:
    """Names of everything in this environment but Onefold and the installer itself."""
    names = {canonical(one.metadata["Name"]) for one in metadata.distributions()}
    return names - {"onefold", "pip", "setuptools", "wheel"}


def python_pins() -> Iterator[str]:
    """Installed packages that ``constraints.txt`` does not pin to the installed version."""
    pins = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition(";")[0].strip().partition("==")
        pins.setdefault(canonical(name), set()).add(version)
    for name in sorted(needed_packages("dlt", "spark", "dev") - {"setuptools"}):
        version = metadata.version(name)
        if version not in pins.get(name, set()):
            yield f"{name} {version} is installed and not pinned in constraints.txt"


def node_licences() -> Iterator[str]:
    """Locked packages of Node that may not be shipped, or not even be used as tools."""
    for path, entry in node_packages().items():
        licence = entry.get("license")
        is_tool = bool(entry.get("dev"))
        if licence is None:
            yield f"{path}: package-lock.json does not say its licence"
        elif not admits(str(licence), PERMISSIVE | (LESSER | DATA if is_tool else set())):
            yield f"{path}: {licence} may not be {'used even as a tool' if is_tool else 'shipped'}"
        if not entry.get("integrity") and not entry.get("link"):
            yield f"{path}: is locked without a checksum"


def node_packages() -> dict[str, dict[str, object]]:
    """Path -> entry of everything that is locked."""
    lock = json.loads((ROOT / "ui" / "package-lock.json").read_text(encoding="utf-8"))
    return {path: entry for path, entry in lock["packages"].items() if path}


def addresses() -> Iterator[str]:
    """Addresses in the lock and the constraints, which work with any registry."""
    for number, line in enumerate((ROOT / "ui" / "package-lock.json").read_text(encoding="utf-8").splitlines(), 1):
        if '"resolved"' in line or re.search(r"https?://", line):
            yield f"ui/package-lock.json:{number}: names an address; take `resolved` and `funding` out"
    for number, line in enumerate((ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines(), 1):
        if re.search(r"https?://|^\s*-|@\s", line):
            yield f"constraints.txt:{number}: names an address or an option"


def canonical(name: str) -> str:
    """A package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _needed(requirement: str, extras: frozenset[str]) -> tuple[str, frozenset[str]] | None:
    from packaging.requirements import Requirement

    parsed = Requirement(requirement)
    marker = parsed.marker
    is_needed = marker is None or any(marker.evaluate({"extra": extra}) for extra in extras | {""})
    return (canonical(parsed.name), frozenset(parsed.extras)) if is_needed else None


if __name__ == "__main__":
    sys.exit(main())
