"""The API's description (OpenAPI 3.1): what FastAPI finds out, and what holds for every operation.

Added here: who may call, the one error shape with its codes, If-Match and Idempotency-Key where an endpoint takes
them, and an example of every body. The command, the page at ``/api/v1/docs``, the reference and the web interface's
types are made from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any, get_args

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from onefold.api.call import OpenCallDep
from onefold.api.errors import STATUSES
from onefold.errors import OnefoldError

PREFIX = "/api/v1"

_UNSAFE = {"post", "put", "patch", "delete"}
_OPEN_DEPENDENCY = get_args(OpenCallDep)[1].dependency

HTTP_CODES = {
    400: {"invalid_input": "The request cannot be read.", "unknown_host": "The server is not known by that name."},
    403: {"other_site": "A change came from a page of another site."},
    404: {"not_found": "There is nothing at this address."},
    405: {"method_not_allowed": "This address does not take this method."},
    428: {"precondition_required": "A change needs If-Match."},
    500: {"unexpected": "Something went wrong inside Onefold; nothing was half done."},
}
"""Status -> code -> what it says, of errors that are no class of ``onefold.errors``."""

ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Error",
    "description": "What every error says; some add facts, such as `problems` with `path` and `message`.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "hint", "is_transient"],
            "properties": {
                "code": {"type": "string", "description": "Stable; see the list of codes."},
                "message": {"type": "string", "description": "What happened, for people."},
                "hint": {"type": "string", "description": "What to do next; may be empty."},
                "is_transient": {"type": "boolean", "description": "Whether the same may succeed later."},
            },
            "additionalProperties": True,
        }
    },
    "examples": [
        {
            "error": {
                "code": "stale",
                "message": "somebody changed this webhook meanwhile",
                "hint": "Read it again.",
                "is_transient": False,
            }
        }
    ],
}

_SCHEMES = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "onefold_session",
        "description": "A browser's session (`__Host-onefold_session` under TLS); changes also need X-CSRF-Token.",
    },
    "key": {"type": "http", "scheme": "bearer", "description": "An API key: `Authorization: Bearer ofk_…`."},
}

_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag that was read; 412 `stale` where somebody changed it since.",
    "schema": {"type": "string", "examples": ['"3"']},
    "example": '"3"',
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of 1 to 200 characters: a repeated request creates nothing twice and is answered alike.",
    "schema": {"type": "string", "maxLength": 200},
    "example": "7f4c1f0e-order-17",
}


def codes() -> dict[str, tuple[int, str, bool]]:
    """Code -> status, what it says, whether the same may succeed later."""
    found = {}
    for status, texts in HTTP_CODES.items():
        for code, text in texts.items():
            found[code] = (status, text, code == "unexpected")
    kinds: list[type[OnefoldError]] = list(STATUSES)
    for kind in kinds:
        text = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
        found[kind.code] = (STATUSES[kind], text, kind.is_transient)
    return dict(sorted(found.items(), key=lambda one: (one[1][0], one[0])))


def describe(app: FastAPI, routers: tuple[APIRouter, ...]) -> dict[str, Any]:
    """The whole description."""
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Error"] = ERROR_SCHEMA
    document["components"]["securitySchemes"] = _SCHEMES
    document["x-codes"] = {
        code: {"status": status, "description": text, "is_transient": is_transient}
        for code, (status, text, is_transient) in codes().items()
    }
    document["paths"] = {path: document["paths"][path] for _, path, _ in operations(routers)}
    for method, path, route in operations(routers):
        _complete(document, document["paths"][path][method], path, route)
    return document


def operations(routers: tuple[APIRouter, ...]) -> Iterator[tuple[str, str, APIRoute]]:
    """Method, path and route of every operation."""
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute) and route.include_in_schema:
                for method in sorted((route.methods or set()) - {"HEAD"}):
                    yield method.lower(), PREFIX + route.path_format, route


def is_open(route: APIRoute) -> bool:
    """Whether anybody may call it."""
    asked = {dependency.call for dependency in route.dependant.dependencies}
    return _OPEN_DEPENDENCY in asked


def takes_if_match(route: APIRoute) -> bool:
    """Whether it changes a version that the caller has read."""
    return "expected_version" in _names(route)


def takes_idempotency_key(route: APIRoute) -> bool:
    """Whether a repeated request is answered alike."""
    return "POST" in (route.methods or ()) and "create" in _names(route)


def _names(route: APIRoute) -> set[str]:
    """What the endpoint's code refers to, and that of the functions beside it which it calls."""
    endpoint: Any = route.endpoint
    found = _names_in(endpoint.__code__)
    for name in tuple(found):
        helper = endpoint.__globals__.get(name)
        if isinstance(helper, FunctionType) and helper.__module__ == endpoint.__module__:
            found |= _names_in(helper.__code__)
    return found


def _names_in(code: CodeType) -> set[str]:
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _names_in(constant)
    return found


def _complete(document: dict[str, Any], operation: dict[str, Any], path: str, route: APIRoute) -> None:
    statuses = {500}
    parameters = operation.setdefault("parameters", [])
    present = {(one["in"], one["name"].lower()) for one in parameters}
    if is_open(route):
        operation["security"] = []
    else:
        operation["security"] = [{"session": []}, {"key": []}]
        statuses |= {401, 403}
    if takes_if_match(route) and ("header", "if-match") not in present:
        parameters.append(_IF_MATCH)
        statuses |= {412, 428}
    if takes_idempotency_key(route) and ("header", "idempotency-key") not in present:
        parameters.append(_IDEMPOTENCY_KEY)
        statuses.add(409)
    if "{" in path:
        statuses.add(404)
    if parameters or operation.get("requestBody"):
        statuses.add(422)
    if operation.get("requestBody"):
        statuses |= {400, 413}
    responses = operation["responses"]
    responses.pop("422", None)
    shared = document["components"].setdefault("responses", {"Error": _error(0)})
    for status in sorted(statuses):
        shared.setdefault(f"Error{status}", _error(status))
        responses.setdefault(str(status), {"$ref": f"#/components/responses/Error{status}"})
    responses["default"] = {"$ref": "#/components/responses/Error"}
    if not parameters:
        del operation["parameters"]
    _add_examples(document, operation)


def _error(status: int) -> dict[str, Any]:
    found = [f"`{code}`: {text}" for code, (of, text, _transient) in codes().items() if of == status]
    return {"description": " ".join(found) or "An error.", "content": _error_content()}


def _error_content() -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}


def _add_examples(document: dict[str, Any], operation: dict[str, Any]) -> None:
    bodies = [operation.get("requestBody", {}), *(operation["responses"][s] for s in operation["responses"])]
    for body in bodies:
        media = body.get("content", {}).get("application/json")
        if media is not None and "schema" in media and not {"example", "examples"} & set(media):
            media["example"] = example_of(media["schema"], document["components"]["schemas"])


def example_of(schema: dict[str, Any], schemas: dict[str, Any], name: str = "", depth: int = 0) -> Any:
    """A value that fits a schema, from its own examples where it has them."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, name, depth)
    for given in ("examples", "enum"):
        if schema.get(given):
            return schema[given][0]
    for given in ("example", "const", "default"):
        if schema.get(given) not in (None, [], {}):
            return schema[given]
    for options in ("anyOf", "oneOf", "allOf"):
        if options in schema:
            chosen = next((one for one in schema[options] if one.get("type") != "null"), schema[options][0])
            return example_of(chosen, schemas, name, depth)
    return _EXAMPLES.get(str(schema.get("type")), _any_example)(schema, schemas, name, depth)


def _object_example(schema: dict[str, Any], schemas: dict[str, Any], _name: str, depth: int) -> Any:
    properties = schema.get("properties", {})
    if depth > 4:
        return {}
    return {name: example_of(one, schemas, name, depth + 1) for name, one in properties.items()}


def _list_example(schema: dict[str, Any], schemas: dict[str, Any], name: str, depth: int) -> Any:
    listed = schema.get("items")
    return [example_of(listed, schemas, name.removesuffix("s"), depth + 1)] if listed and depth <= 4 else []


_IDS = {
    "customer": "cus",
    "user": "usr",
    "actor": "usr",
    "owner": "usr",
    "author": "usr",
    "role": "rol",
    "note": "not",
    "task": "tsk",
    "file": "fil",
    "tag": "tag",
    "view": "viw",
    "job": "job",
    "key": "key",
    "session": "ses",
    "schedule": "sch",
    "webhook": "whk",
    "delivery": "msg",
    "upload": "upl",
}


def _text_example(schema: dict[str, Any], _schemas: dict[str, Any], name: str, _depth: int) -> str:
    formats = {"date-time": "2026-11-03T09:14:07.250Z", "date": "2026-11-03", "email": "ana@example.com"}
    if schema.get("format") in formats:
        return formats[schema["format"]]
    if name.endswith("_id"):
        return f"{_IDS.get(name.removesuffix('_id'), name[:3])}_k3m9x2p7q4w8z1aa"
    known = {
        "email": "ana@example.com",
        "name": "Sales",
        "display_name": "Ana García",
        "filter": 'tier = "silver"',
        "url": "https://example.com/",
        "region": "Attica",
        "currency": "EUR",
        "country": "GR",
        "language": "el",
    }
    text = known.get(name, re.sub("_+", " ", name) or "text")
    return str(text)[: schema.get("maxLength", 200)]


def _any_example(_schema: dict[str, Any], _schemas: dict[str, Any], _name: str, _depth: int) -> Any:
    return None


_EXAMPLES = {
    "object": _object_example,
    "array": _list_example,
    "string": _text_example,
    "integer": lambda schema, *_rest: int(schema.get("minimum", 1)),
    "number": lambda schema, *_rest: float(schema.get("minimum", 0.5)),
    "boolean": lambda *_rest: False,
}
