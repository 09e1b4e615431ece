"""Texts in JSON bodies: what no database can keep is refused before anything reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from fastapi import Request

from onefold.errors import InvalidInput

_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89abAB])")
"""How JSON writes a NUL or the first half of a character; both can be harmless."""


async def refuse_broken_texts(request: Request) -> None:
    """Refuse a JSON body with half a character (a lone surrogate) or a NUL in any text of it.

    Raises:
        InvalidInput: there is one.
    """
    if "json" not in request.headers.get("content-type", ""):
        return
    body = await request.body()
    if not _SUSPECT.search(body):
        return
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return  # whoever reads it says so
    for field, text in _texts(document):
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise InvalidInput(
                "a text of the request holds half a character or a NUL",
                hint="Send texts as valid Unicode.",
                **({"field": field} if field else {}),
            )


def _texts(document: Any) -> Iterator[tuple[str, str]]:
    """Every text of a JSON document with the dotted path of its field; a broken name of a field has none."""
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        path, value = waiting.pop()
        match value:
            case str(text):
                yield path, text
            case list(items):
                waiting += ((f"{path}.{place}".lstrip("."), item) for place, item in enumerate(items))
            case dict(fields):
                yield from (("", name) for name in fields)
                waiting += ((f"{path}.{name}".lstrip("."), inner) for name, inner in fields.items())
