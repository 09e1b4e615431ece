"""The API's description for people: a page at ``/api/v1/docs`` without script, and the same as Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { border: 1px solid var(--line); border-radius: 4px; max-height: 24rem; overflow: auto; padding: .5rem; }
details { border-block-end: 1px solid var(--line); padding-block: .4rem; }
summary { cursor: pointer; overflow-wrap: anywhere; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
td, th { border: 1px solid var(--line); padding: .2rem .5rem; text-align: start; vertical-align: top; }
nav a { display: inline-block; margin-inline-end: .8rem; }
b { display: inline-block; min-width: 4.2em; }
"""

INTRODUCTION = (
    "Every address begins with `/api/v1`.",
    "Sign in and send the session's cookie, with `X-CSRF-Token` on changes; or send `Authorization: Bearer ofk_…`.",
    "Lists are paged where they can be long: `?limit=50`, then `?cursor=` with `next_cursor` of the page before.",
    "Whoever changes something says which version they read: `If-Match` with its `ETag`. Somebody was faster: 412.",
    "Creating takes an `Idempotency-Key`: the same request again creates nothing twice and is answered alike.",
    'Errors have one shape: `{"error": {"code", "message", "hint", "is_transient"}}`.',
    "Customers out of your scope do not exist for you: 404.",
)


@dataclass(frozen=True)
class Operation:
    """One operation, for people."""

    method: str
    path: str
    summary: str
    description: str
    parameters: list[tuple[str, str, str]]
    """Name, where it stands, what it says."""
    request: Any
    response: Any
    statuses: list[str]


@router.get("/docs", response_class=HTMLResponse)
def get_docs(request: Request) -> HTMLResponse:
    """The page; for everybody, like the description itself."""
    return HTMLResponse(page(request.app.openapi()))


def by_tag(document: dict[str, Any]) -> dict[str, list[Operation]]:
    """Operations by what they are about, in the order of the description."""
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(_operation(method, path, operation))
    return found


def page(document: dict[str, Any]) -> str:
    """The page as HTML."""
    return f"<!doctype html>\n<html lang=en><meta charset=utf-8><title>Onefold API</title>{''.join(_page(document))}"


def markdown(document: dict[str, Any]) -> str:
    """The page as Markdown: what there is, in one line each, and the codes of errors."""
    lines = ["# HTTP API", "", "Made from the API's own description (`onefold api spec`) by `docs/make_reference.py`."]
    lines += ["A server shows it with parameters and examples at `/api/v1/docs`.", ""]
    lines += [f"- {text}" for text in INTRODUCTION]
    for tag, operations in by_tag(document).items():
        lines += ["", f"## {tag}", "", "| | address | |", "|---|---|---|"]
        lines += [f"| {one.method} | `{one.path}` | {one.summary} |" for one in operations]
    lines += ["", "## Codes of errors", "", "| status | code | |", "|---|---|---|"]
    lines += [
        f"| {facts['status']} | `{code}` | {facts['description']} |" for code, facts in document["x-codes"].items()
    ]
    return "\n".join([*lines, ""])


def _operation(method: str, path: str, operation: dict[str, Any]) -> Operation:
    request = operation.get("requestBody", {}).get("content", {})
    taken = next((status for status in operation["responses"] if status.startswith("2")), "")
    answered = operation["responses"].get(taken, {}).get("content", {})
    return Operation(
        method.upper(),
        path,
        operation["summary"],
        operation["description"],
        [(one["name"], one["in"], one.get("description", "")) for one in operation.get("parameters", [])],
        _example(request),
        _example(answered),
        [status for status in operation["responses"] if status != "default"],
    )


def _example(content: dict[str, Any]) -> Any:
    media: dict[str, Any] = next(iter(content.values()), {})
    return media.get("example")


def _page(document: dict[str, Any]) -> Iterator[str]:
    groups = by_tag(document)
    yield '<meta name=viewport content="width=device-width, initial-scale=1">'
    yield f"<style>{_STYLE}</style><h1>Onefold API {escape(document['info']['version'])}</h1><ul>"
    yield from (f"<li>{_inline(text)}" for text in INTRODUCTION)
    yield '</ul><p><a href="openapi.json">OpenAPI description</a> for programs.<nav>'
    yield from (f'<a href="#{escape(tag)}">{escape(tag)}</a>' for tag in groups)
    yield '<a href="#codes">codes of errors</a></nav>'
    for tag, operations in groups.items():
        yield f'<h2 id="{escape(tag)}">{escape(tag)}</h2>'
        for operation in operations:
            yield from _details(operation)
    yield "<h2 id=codes>Codes of errors</h2><table><tr><th>status<th>code<th>what it says"
    for code, facts in document["x-codes"].items():
        yield f"<tr><td>{facts['status']}<td><code>{escape(code)}</code><td>{escape(facts['description'])}"
    yield "</table>"


def _details(operation: Operation) -> Iterator[str]:
    yield f"<details><summary><b>{operation.method}</b><code>{escape(operation.path)}</code> "
    yield f"{escape(operation.summary)}</summary><p>{_inline(operation.description)}"
    if operation.parameters:
        yield "<table><tr><th>name<th>in<th>"
        for name, place, text in operation.parameters:
            yield f"<tr><td><code>{escape(name)}</code><td>{escape(place)}<td>{_inline(text)}"
        yield "</table>"
    for title, example in (("Request", operation.request), ("Answer", operation.response)):
        if example is not None:
            text = example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=2)
            yield f"<p>{title}<pre>{escape(text)}</pre>"
    yield f"<p>Statuses: {', '.join(operation.statuses)}</details>"


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
