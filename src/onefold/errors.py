"""The error tree: everything Onefold raises on purpose.

::

    OnefoldError
    ├── InvalidInput        what the caller gave cannot be used as it is
    ├── NotFound            no such customer, source, table, file
    ├── Conflict            someone or something else holds it
    │   └── Stale           somebody changed it meanwhile
    ├── NotSignedIn         nobody has said who is asking, or not convincingly
    ├── NotAllowed          this actor may not do that
    ├── TooManyRequests     wait, then try again
    ├── TooLarge            more than this installation takes at once
    ├── SourceFailed        a connected system or file could not be read
    ├── EngineFailed        the warehouse or app database failed (disk full, out of memory, damaged)
    ├── Unsupported         valid, but this installation cannot do it (missing extra, other platform)
    └── UpgradeNeeded       the workspace was written by a newer version

Each error has a stable ``code``, a message that names the thing, a ``hint`` that says what to do next, and
``is_transient``: whether trying again unchanged may help. Exit codes and HTTP statuses are decided at the edges
(``cli/errors.py``, ``api/errors.py``), never here.
"""

from __future__ import annotations

from typing import Any, ClassVar


class OnefoldError(Exception):
    """Base of everything Onefold raises on purpose.

    Args:
        message: what happened, naming the file, table, line or value.
        hint: what to do next, with the command where there is one.
        fields: machine-readable facts for ``--json`` and the API.
    """

    code: ClassVar[str] = "error"
    is_transient: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str = "", **fields: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.fields = fields


class InvalidInput(OnefoldError):
    """What the caller gave cannot be used as it is."""

    code = "invalid_input"


class NotFound(OnefoldError):
    """The named thing does not exist."""

    code = "not_found"


class Conflict(OnefoldError):
    """Someone else holds it, or it changed meanwhile; trying again later may help."""

    code = "conflict"
    is_transient = True


class Stale(Conflict):
    """Somebody changed it after the caller read it; read it again, then decide."""

    code = "stale"
    is_transient = False


class NotSignedIn(OnefoldError):
    """Nobody has said who is asking, or not convincingly."""

    code = "not_signed_in"


class NotAllowed(OnefoldError):
    """This actor may not do that."""

    code = "not_allowed"


class TooManyRequests(OnefoldError):
    """Too many attempts; the same may succeed after ``retry_after_seconds``."""

    code = "too_many_requests"
    is_transient = True

    def __init__(self, message: str, *, retry_after_seconds: int, hint: str = "", **fields: Any) -> None:
        super().__init__(message, hint=hint, retry_after_seconds=retry_after_seconds, **fields)
        self.retry_after_seconds = retry_after_seconds


class TooLarge(OnefoldError):
    """More than this installation takes at once."""

    code = "too_large"


class SourceFailed(OnefoldError):
    """A connected file, folder or database could not be read."""

    code = "source_failed"
    is_transient = True


class EngineFailed(OnefoldError):
    """The warehouse or the app database failed; nothing half-written remains."""

    code = "engine_failed"


class Unsupported(OnefoldError):
    """Valid, but not possible with this installation; the hint names what to install."""

    code = "unsupported"


class UpgradeNeeded(OnefoldError):
    """The workspace was written by a newer version of Onefold."""

    code = "upgrade_needed"


def error_from(code: str, message: str, hint: str = "") -> OnefoldError:
    """The error that another process told of, by its code; a plain one where the code is not ours."""
    kinds = [OnefoldError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    found = next((kind for kind in kinds if kind.code == code), OnefoldError)
    if found is TooManyRequests:
        return TooManyRequests(message, retry_after_seconds=1, hint=hint)
    return found(message, hint=hint)
