"""What every command promises."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from onefold.cli.errors import EXIT_CODES
from onefold.cli.main import COMMANDS, onefold


def _commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    context = click.Context(onefold)
    for name in onefold.list_commands(context):
        command = onefold.get_command(context, name)
        if isinstance(command, click.Group):
            found += [(name, inner) for inner in command.list_commands(context)]
        else:
            found.append((name,))
    return found


@pytest.mark.parametrize("command", _commands(), ids=" ".join)
def test_every_command_has_help_with_an_example_and_json(command):
    shown = CliRunner().invoke(onefold, [*command, "--help"])
    assert shown.exit_code == 0
    assert "Example" in shown.output
    assert f"onefold {' '.join(command)}" in shown.output
    assert "--json" in shown.output


def test_every_error_class_has_an_exit_code():
    from onefold import errors

    classes = {c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.OnefoldError)}
    assert classes - {errors.OnefoldError} == set(EXIT_CODES)


def test_exit_codes_are_documented():
    from pathlib import Path

    page = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
    for code in [0, 1, 130, *EXIT_CODES.values()]:
        assert f"\n| {code} | " in page, f"exit code {code} is missing"


HEAVY = ("duckdb", "pyarrow", "numpy", "polars", "numba", "sqlalchemy", "dlt", "rich", "phonenumbers")


@pytest.mark.parametrize(
    "statement",
    ["import onefold", *(f"import {module.split(':')[0]}" for module, _help in COMMANDS.values())],
)
def test_starting_a_command_imports_nothing_heavy(statement):
    script = f"{statement}\nimport sys\nprint([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
