"""Run the shell blocks of a page, in order, and optionally write what they print back into the page.

``python docs/run_blocks.py docs/tutorial.md --write`` renews the output that the tutorial shows. The tests run the
same blocks against a small demo company and compare exit codes only.

Blocks are fenced as ``console`` (lines that begin with ``$ `` are commands, the rest is what they print) or ``sh``
(every line is a command). A comment on the line above a fence steers it: ``<!-- not run -->``, or ``<!-- show 12 -->``
to keep the first twelve lines of output, ``<!-- show 12 6 -->`` those and the last six. ``make`` is never run.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_FENCE = re.compile(
    r"(?:<!-- (?P<note>not run|show \d+(?: \d+)?)[^>]*-->\n)?```(?P<kind>console|sh)\n(?P<body>.*?)```", re.DOTALL
)
_SUGGESTION = re.compile(r"^ *(?:\$ )?onefold customer (\S+)", re.MULTILINE)
_COLUMNS = 100


@dataclass(frozen=True)
class Block:
    """A fenced block: its commands, and where it stands in the page."""

    kind: str
    note: str
    body: str
    start: int
    end: int

    @property
    def commands(self) -> list[str]:
        """What is typed; empty where the block is not run."""
        if self.note == "not run":
            return []
        if self.kind == "console":
            typed = [line[2:] for line in self.body.splitlines() if line.startswith("$ ")]
        else:
            typed = [line for line in self.body.splitlines() if line.strip() and not line.startswith("#")]
        return [command for command in typed if not command.startswith("make")]


def blocks_of(text: str) -> Iterator[Block]:
    """The shell blocks of a page, in order."""
    for match in _FENCE.finditer(text):
        yield Block(match["kind"], match["note"] or "", match["body"], match.start("body"), match.end("body"))


@dataclass
class Session:
    """A shell in a folder of its own: the folder changes with ``cd``, ``onefold`` is this checkout's.

    The customer that the page looks at is the one that the demo suggests; a demo of another size suggests another,
    so from then on the page's choice stands for the suggested one.
    """

    home: Path
    people: int | None = None
    """People of the demo company; the product's default where None."""
    chosen: str | None = None
    """The customer that the page looks at."""
    suggested: str | None = None
    folder: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder = self.home
        tools = self.home / ".tools"
        tools.mkdir(exist_ok=True)
        smaller = f'case "$*" in demo*--check*) ;; demo*) set -- "$@" --people {self.people} ;; esac'
        size = smaller if self.people else ""
        (tools / "onefold").write_text(f'#!/bin/sh\n{size}\nexec {sys.executable} -m onefold "$@"\n', encoding="utf-8")
        (tools / "onefold").chmod(0o755)

    def run(self, command: str) -> tuple[int, str]:
        """Exit code, and what stands on the terminal afterwards."""
        if self.chosen and self.suggested:
            command = command.replace(self.chosen, self.suggested)
        where = self.home / ".folder"
        script = f"cd '{self.folder}'\n{command}\ncode=$?\npwd > '{where}'\nexit $code"
        environment = os.environ | {
            "PATH": f"{self.home / '.tools'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.home),
            "COLUMNS": str(_COLUMNS),
        }
        done = subprocess.run(  # noqa: S603 - the blocks of our own pages
            ["/bin/bash", "-c", script],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.folder = Path(where.read_text(encoding="utf-8").strip())
        if command.startswith("onefold demo") and (found := _SUGGESTION.findall(done.stdout)):
            self.suggested = found[-1]
        return done.returncode, done.stdout


def chosen_customer(text: str) -> str | None:
    """The customer that a page looks at first, in a command."""
    found = re.search(r"^\$ onefold customer (\S+)", text, re.MULTILINE)
    return found[1] if found else None


def renewed(text: str, session: Session) -> str:
    """The page with the output of its console blocks as it is now.

    Raises:
        RuntimeError: a command fails.
    """
    parts, place = [], 0
    for block in blocks_of(text):
        shown = []
        for command in block.commands:
            code, output = session.run(command)
            if code:
                raise RuntimeError(f"{command} ended with {code}\n{output}")
            shown += [f"$ {command}", *_kept(output, block.note)]
        if block.kind == "console" and block.commands:
            parts += [text[place : block.start], "\n".join(shown) + "\n"]
            place = block.end
    page = "".join([*parts, text[place:]])
    return page.replace(session.chosen, session.suggested) if session.chosen and session.suggested else page


def _kept(output: str, note: str) -> list[str]:
    lines = [line.rstrip() for line in output.strip("\n").splitlines()]
    first, last = ([int(word) for word in note.split()[1:]] + [0])[:2] if note.startswith("show") else (len(lines), 0)
    if len(lines) <= first + last:
        return lines
    return [*lines[:first], "…", *(lines[-last:] if last else [])]


def main() -> None:
    """Run a page's blocks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("--write", action="store_true", help="write the output into the page")
    parser.add_argument("--people", type=int, help="people of the demo company")
    options = parser.parse_args()
    text = options.page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as home:
        page = renewed(text, Session(Path(home), options.people, chosen_customer(text)))
    if options.write:
        options.page.write_text(page, encoding="utf-8")
    else:
        sys.stdout.write(page)


if __name__ == "__main__":
    main()
