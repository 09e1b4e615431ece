"""Errors over HTTP: one shape, one status each.

``{"error": {"code", "message", "hint", "is_transient", …}}``, with facts such as ``problems`` beside them. No
traceback leaves the server; what is not ours is logged under the request's id and said as ``unexpected``.
"""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

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

log = logging.getLogger("onefold.api")

STATUSES: dict[type[OnefoldError], int] = {
    Stale: 412,
    InvalidInput: 422,
    NotFound: 404,
    Conflict: 409,
    NotSignedIn: 401,
    NotAllowed: 403,
    TooManyRequests: 429,
    TooLarge: 413,
    SourceFailed: 502,
    EngineFailed: 503,
    Unsupported: 501,
    UpgradeNeeded: 503,
}
"""The first class that fits decides."""

_MOST_CHARACTERS = 1_000
"""Of a message."""

_HTTP_CODES = {
    400: ("invalid_input", "The request cannot be read."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take this method."),
    413: ("too_large", "The request is larger than this installation takes."),
    415: ("unsupported_media_type", "Send application/json."),
    428: ("precondition_required", "Say which version you are changing: If-Match with the ETag that you read."),
}


def status_of(error: OnefoldError) -> int:
    """The HTTP status of an error, by its class."""
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)


def error_document(error: OnefoldError) -> dict[str, Any]:
    """The JSON shape of an error."""
    reserved = {"code", "message", "hint", "is_transient"}
    return {
        "error": {
            "code": error.code,
            "message": _short(mask_secrets(error.message)),
            "hint": error.hint,
            "is_transient": error.is_transient,
            **{name: _shortened(value) for name, value in error.fields.items() if name not in reserved},
        }
    }


def _short(text: str) -> str:
    """A message, without all of a long value that it quotes."""
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + "…"


def _shortened(fact: Any) -> Any:
    if isinstance(fact, list):
        return [_shortened(one) for one in fact]
    return _short(fact) if isinstance(fact, str) else fact


def error_response(error: OnefoldError) -> JSONResponse:
    """An error as a response."""
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.retry_after_seconds)
    return JSONResponse(error_document(error), status_code=status_of(error), headers=headers)


def install(app: FastAPI) -> None:
    """Give every error of ``app`` the one shape."""
    app.exception_handler(OnefoldError)(_ours)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(Exception)(_unexpected)


def _ours(_request: Request, error: OnefoldError) -> JSONResponse:
    return error_response(error)


def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
    problems = [
        {"path": _short(".".join(map(str, problem["loc"]))), "message": _short(problem["msg"])}
        for problem in error.errors()
    ]
    words = "; ".join(f"{problem['path']}: {problem['message']}" for problem in problems[:5])
    hint = "Compare with the API's description at /api/v1/docs."
    return error_response(InvalidInput(f"The request is not valid: {words}", hint=hint, problems=problems))


def _http(_request: Request, error: HTTPException) -> JSONResponse:
    code, message = _HTTP_CODES.get(error.status_code, ("error", "The request failed."))
    document = {"error": {"code": code, "message": message, "hint": "", "is_transient": False}}
    return JSONResponse(document, status_code=error.status_code, headers=dict(error.headers or {}))


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected %s at %s %s", type(error).__name__, request.method, request.url.path, exc_info=error)
    document = {
        "error": {
            "code": "unexpected",
            "message": "Something went wrong inside Onefold; nothing was half done.",
            "hint": "Try again; if it stays, tell whoever runs this installation to look into its log.",
            "is_transient": True,
        }
    }
    return JSONResponse(document, status_code=500)
