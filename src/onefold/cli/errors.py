"""Errors at the command line: one message, one hint, one exit code each.

===== ==========================================================
 0    done
 1    a defect of Onefold's own
 2    invalid input or usage
 3    not found
 4    someone else holds the workspace; try again later
 5    a source could not be read; everything else is up to date
 6    the warehouse or app database failed (disk full, damaged)
 7    this installation cannot do it; the message names what to install
 8    the workspace was written by a newer version
 9    not signed in, not allowed, or too often
 10   the build kept the old map: it would have changed more customers than allowed
 130  stopped with Ctrl-C
===== ==========================================================
"""

from __future__ import annotations

import json
import os
import sys
import traceback

import click

from onefold.errors import (
    Conflict,
    EngineFailed,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    OnefoldError,
    SourceFailed,
    Stale,
    TooLarge,
    TooManyRequests,
    Unsupported,
    UpgradeNeeded,
)
from onefold.settings import mask_secrets

STOPPED = "Stopped. The workspace is as it was after the last completed step; run the command again to go on."

KEPT_MAP = 10
"""Of a build that kept the old map: all went well, but a person has to agree."""

EXIT_CODES: dict[type[OnefoldError], int] = {
    InvalidInput: 2,
    NotFound: 3,
    Conflict: 4,
    Stale: 4,
    SourceFailed: 5,
    EngineFailed: 6,
    Unsupported: 7,
    UpgradeNeeded: 8,
    NotSignedIn: 9,
    NotAllowed: 9,
    TooManyRequests: 9,
    TooLarge: 2,
}


def exit_code_of(error: OnefoldError) -> int:
    """The exit code of an error, by its class."""
    return next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1)


def error_document(error: OnefoldError) -> dict[str, object]:
    """The JSON shape of an error, the same at every edge."""
    return {
        "code": error.code,
        "message": mask_secrets(error.message),
        "hint": error.hint,
        "is_transient": error.is_transient,
        **{name: value for name, value in error.fields.items() if name not in {"code", "message", "hint"}},
    }


def report_error(error: Exception, *, as_json: bool) -> int:
    """Tell the person what happened; return the exit code."""
    if isinstance(error, click.exceptions.Abort):
        click.echo(STOPPED, err=True)
        return 130
    if isinstance(error, click.ClickException):
        error.show()
        return 2
    if isinstance(error, OSError) and not isinstance(error, OnefoldError):
        error = _translated(error)
    if isinstance(error, OnefoldError):
        if as_json:
            click.echo(json.dumps({"error": error_document(error)}, ensure_ascii=False, default=str))
        click.echo(f"Error: {mask_secrets(error.message)}", err=True)
        if error.hint:
            click.echo(f"  → {error.hint}", err=True)
        return exit_code_of(error)
    if os.environ.get("ONEFOLD_DEBUG"):
        traceback.print_exception(error)
    else:
        click.echo(f"Unexpected {type(error).__name__}: {mask_secrets(str(error))}", err=True)
        click.echo("  → This is a defect of Onefold. Run again with ONEFOLD_DEBUG=1 for the details.", err=True)
    sys.stderr.flush()
    return 1


def _translated(error: OSError) -> Exception:
    import errno

    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return EngineFailed(f"the disk is full: {error}", hint="Free some space and run the command again.")
    if isinstance(error, FileNotFoundError):
        return NotFound(str(error))
    if isinstance(error, PermissionError):
        return InvalidInput(str(error), hint="Check the permissions of the file or folder.")
    return error
