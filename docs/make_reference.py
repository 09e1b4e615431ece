"""Write the pages of ``docs/reference`` that are made from the program itself; tests hold the pages to it.

``commands.md`` is made from the commands' own help, ``openapi.json`` and ``api.md`` from the API's description.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from onefold.api import openapi_document
from onefold.api.reference import markdown
from onefold.cli import errors
from onefold.cli.main import COMMANDS, onefold

PAGE = Path(__file__).parent / "reference" / "commands.md"
API_PAGE = PAGE.with_name("api.md")
API_DESCRIPTION = PAGE.with_name("openapi.json")
_HEAD = """# Commands

Made from the commands' own help by `docs/make_reference.py`. Every command takes `--json`, which prints one JSON
document on standard output and nothing else there; errors then are `{"error": {"code", "message", "hint", …}}`.
Progress and errors go to standard error.
"""


def reference() -> str:
    """The page."""
    context = click.Context(onefold, info_name="onefold")
    sections = [_HEAD]
    for name, (_, summary) in COMMANDS.items():
        command = onefold.get_command(context, name)
        if isinstance(command, click.Group):
            sections.append(f"## onefold {name}\n\n{summary}\n")
            inner = click.Context(command, info_name=name, parent=context)
            sections += [
                _section(f"{name} {sub}", command.get_command(inner, sub), level=3)
                for sub in command.list_commands(inner)
            ]
        else:
            sections.append(_section(name, command, level=2))
    return "\n".join([*sections, _exit_codes()])


def api_description() -> str:
    """The API's description, a line per part so that its history reads well."""
    return json.dumps(openapi_document(), ensure_ascii=False, indent=1) + "\n"


def api_reference() -> str:
    """The page about the API."""
    return markdown(openapi_document())


def _section(name: str, command: click.Command | None, *, level: int) -> str:
    if command is None:
        raise LookupError(name)
    context = click.Context(
        command, info_name=f"onefold {name}", terminal_width=100, help_option_names=["-h", "--help"]
    )
    return f"{'#' * level} onefold {name}\n\n```text\n{command.get_help(context)}\n```\n"


def exit_codes() -> list[tuple[int, str]]:
    """Exit codes with their meaning, from the table in ``onefold/cli/errors.py``."""
    return [(int(code), text) for code, text in re.findall(r"^ (\d+) +(.+)$", errors.__doc__ or "", re.MULTILINE)]


def _exit_codes() -> str:
    rows = "\n".join(f"| {code} | {text} |" for code, text in exit_codes())
    return f"## Exit codes\n\n| code | meaning |\n|---|---|\n{rows}\n"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(reference(), encoding="utf-8")
    API_PAGE.write_text(api_reference(), encoding="utf-8")
    API_DESCRIPTION.write_text(api_description(), encoding="utf-8")
