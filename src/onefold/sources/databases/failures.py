"""Drivers' complaints as errors of ours: what is wrong, in which source and table, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from onefold.errors import InvalidInput, OnefoldError, SourceFailed, Unsupported
from onefold.settings import mask_secrets
from onefold.sources.databases.location import Location


@dataclass(frozen=True)
class _Complaint:
    pattern: str
    kind: type[OnefoldError]
    message: str
    hint: str


_COMPLAINTS = (
    _Complaint(
        r"select command denied|permission denied|insufficient privilege",
        SourceFailed,
        "the user may not read it",
        "Ask for the right to read it (GRANT SELECT), or name the tables to read under 'tables' in onefold.yaml.",
    ),
    _Complaint(
        r"^no module named",
        Unsupported,
        "its driver is not installed",
        "Install the Python package that the message names.",
    ),
    _Complaint(
        r"'cryptography' package is required",
        Unsupported,
        "the server wants its password encrypted in a way that needs another package",
        "Add ?ssl=true to the location, or run: pip install cryptography",
    ),
    _Complaint(
        r"unknown database|database \"[^\"]*\" does not exist|access denied for user .* to database",
        InvalidInput,
        "there is no such database, or the user may not open it",
        "Check the name after the last / of the location.",
    ),
    _Complaint(
        r"authentication failed|access denied for user|role \"[^\"]*\" does not exist|no password supplied"
        r"|no pg_hba\.conf entry",
        InvalidInput,
        "the user or the password was refused",
        "Check both in the location; keep the password as ${NAME} with a line NAME=… in the secrets file.",
    ),
    _Complaint(
        r"server closed the connection|lost connection|gone away|terminating connection|connection reset"
        r"|broken pipe|packet sequence|eof detected|connection not open|no connection to the server",
        SourceFailed,
        "the server went down while it was read",
        "Nothing of this table was changed. Run the command again once the server is up.",
    ),
    _Complaint(
        r"connection refused|could not translate host|can't connect|timed? ?out|timeout expired|no route to host"
        r"|name or service not known|network is unreachable|could not connect|failed to connect|starting up",
        SourceFailed,
        "the server cannot be reached",
        "Check host and port of the location, and that the server is up and lets this machine in.",
    ),
    _Complaint(
        r"not a database|malformed|disk i/o error",
        SourceFailed,
        "the file is no SQLite database, is encrypted, or is damaged",
        "Open it with the program that wrote it, or restore it from a backup.",
    ),
    _Complaint(
        r"database is locked|database is busy",
        SourceFailed,
        "another program is writing to it",
        "Run the command again once that program has finished.",
    ),
)


@contextmanager
def failures_of(source: str, location: Location, table: str = "") -> Iterator[None]:
    """Turn whatever a driver raises inside the block into an error that names source and table."""
    try:
        yield
    except OnefoldError:
        raise
    except Exception as error:  # drivers share no base class; each becomes an error of ours
        raise failure_of(error, source, location, table) from error


def failure_of(error: BaseException, source: str, location: Location, table: str = "") -> OnefoldError:
    """The error of ours for a driver's; passwords are kept out of it."""
    while error.__cause__ is not None:  # libraries wrap their driver's complaint, which says it best
        error = error.__cause__
    text = _first_line(str(error))
    place = f"{source}.{table}" if table else f"{source} ({location.shown})"
    for complaint in _COMPLAINTS:
        if re.search(complaint.pattern, str(error), re.IGNORECASE):
            return complaint.kind(
                _hide(f"{place}: {complaint.message}: {text}", location), hint=complaint.hint, source=source
            )
    return SourceFailed(_hide(f"{place}: {text}", location), hint="Run the command again.", source=source)


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "no reason given")[:500]


def _hide(text: str, location: Location) -> str:
    masked = mask_secrets(text)
    return masked.replace(location.secret, "***") if len(location.secret) >= 4 else masked
