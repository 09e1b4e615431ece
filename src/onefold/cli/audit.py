"""``onefold audit``."""

from __future__ import annotations

from pathlib import Path

import click

from onefold.cli.output import json_option, print_json

_BROKEN = 1


@click.group()
def audit() -> None:
    """Export the audit, or verify that nobody changed it.

    \b
    Example:
      onefold audit verify
    """


@audit.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def export(file: Path, *, as_json: bool) -> None:
    """Write all entries to FILE (.ndjson or .csv), oldest first.

    \b
    Example:
      onefold audit export audit.ndjson
    """
    from onefold.access import Access, Actor, AuditFilter, audit_lines, record_audit, stream_audit
    from onefold.errors import InvalidInput
    from onefold.workspace import Workspace

    as_format = {".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv"}.get(file.suffix.lower())
    if as_format is None:
        raise InvalidInput(f"{file.suffix or file.name}: unknown kind of file", hint="Name it .ndjson or .csv.")
    with Workspace.open() as workspace:
        with workspace.database.write() as connection:
            access = Access.full(Actor("cli", "cli", "command line"))
            record_audit(connection, access, "audit.export", "audit", "audit", {"format": as_format})
        size = 0
        with workspace.database.read() as connection, file.open("wb") as out:
            for lines in audit_lines(stream_audit(connection, AuditFilter()), as_format):
                size += out.write(lines)
    if as_json:
        print_json({"file": str(file), "bytes": size})
    else:
        click.echo(f"{file}: {size:,} bytes")


@audit.command()
@click.option("--noted", metavar="NUMBER:HASH", help="An entry noted earlier, as this command prints the last one.")
@json_option
def verify(noted: str | None, *, as_json: bool) -> int:
    """Compute the whole chain of entries again; fails if one was changed, removed or added in between.

    \b
    Example:
      onefold audit verify
    """
    from dataclasses import asdict

    from onefold.access import verify_audit
    from onefold.workspace import Workspace

    with Workspace.open() as workspace, workspace.database.read() as connection:
        found = verify_audit(connection, expected=_noted(noted))
    if as_json:
        print_json(asdict(found))
    elif found.is_intact:
        click.echo(f"{found.entries:,} entries, {found.first_seq:,} to {found.last_seq:,}: intact")
        if found.waiting:
            click.echo(f"{found.waiting:,} reads are noted and wait for their places behind them")
        click.echo(f"Note elsewhere, and give it as --noted next time: {found.last_seq}:{found.head_hash}")
    else:
        click.echo(f"Entry {found.problem_seq}: {found.problem}", err=True)
    return 0 if found.is_intact else _BROKEN


def _noted(text: str | None) -> tuple[int, str] | None:
    from onefold.errors import InvalidInput

    if text is None:
        return None
    number, _, digest = text.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise InvalidInput("this is not an entry as `onefold audit verify` prints it", hint="Write it as NUMBER:HASH.")
    return int(number), digest.lower()
