"""The ``onefold`` command: finds the subcommand, loads only what it needs, turns errors into exit codes."""

from __future__ import annotations

import importlib
import signal
import sys
from types import FrameType
from typing import Any

import click

from onefold import __version__

COMMANDS = {
    "scan": (
        "onefold.cli.scan:scan",
        "See the silos in some files or databases; nothing is configured or kept.",
    ),
    "init": ("onefold.cli.init:init", "Create a workspace."),
    "connect": ("onefold.cli.connect:connect", "Connect a system: files, folders, a database."),
    "build": (
        "onefold.cli.build:build",
        "Bring customers up to date: land, conform, resolve, unify, report.",
    ),
    "serve": ("onefold.cli.serve:serve", "Open the workspace to browsers and programs."),
    "user": ("onefold.cli.user:user", "List, invite and help the people who sign in."),
    "customer": ("onefold.cli.customer:customer", "Show one customer whole."),
    "contradictions": (
        "onefold.cli.contradictions:contradictions",
        "List in what systems contradict each other, and settle it.",
    ),
    "identity": ("onefold.cli.identity:identity", "Who is who: plan, explain, decide, undo."),
    "report": ("onefold.cli.report:report", "Show the last build's silo report again."),
    "export": ("onefold.cli.export:export", "Write all customers to a file."),
    "resolve": ("onefold.cli.resolve:resolve", "Only find who is who in some files."),
    "sources": ("onefold.cli.sources:sources", "List the connected systems and their tables."),
    "mapping": ("onefold.cli.mapping:mapping", "Show and correct what tables and columns mean."),
    "quarantine": ("onefold.cli.quarantine:quarantine", "See and replay rows that could not be read."),
    "audit": ("onefold.cli.audit:audit", "Export the audit, or verify that nobody changed it."),
    "api": ("onefold.cli.api:api", "Describe the HTTP API."),
    "config": ("onefold.cli.config:config", "Write the configuration as text; compare and apply it."),
    "demo": ("onefold.cli.demo:demo", "Write a demo company, build it and show its report."),
}
"""Command -> where it lives and its one-line help, so that ``onefold --help`` imports none of them."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of a first day's work."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the command list without importing the commands."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="onefold %(version)s")
def onefold() -> None:
    """Onefold: from many systems to one customer.

    \b
    Example:
      onefold scan ~/exports/*.csv crm.xlsx
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave the process with a meaningful exit code."""
    is_process = arguments is None
    arguments = sys.argv[1:] if arguments is None else arguments
    stops: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stops.append(number)
        signal.default_int_handler(number, frame)

    if is_process:
        signal.signal(signal.SIGINT, stop)
    try:
        code: Any = onefold.main(arguments, standalone_mode=False)
    except Exception as error:  # noqa: BLE001 - the process edge: every error becomes a message and an exit code
        from onefold.cli.errors import report_error

        told = click.exceptions.Abort() if stops else error  # a library may make another error of Ctrl-C
        sys.exit(report_error(told, as_json="--json" in arguments))
    except KeyboardInterrupt:
        from onefold.cli.errors import STOPPED

        click.echo(f"\n{STOPPED}", err=True)
        sys.exit(130)
    if is_process:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is done and said so: Ctrl-C comes too late
    sys.exit(code if isinstance(code, int) else 0)
