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
    for text in _texts(document):
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise InvalidInput(
                "a text of the request holds half a character or a NUL", hint="Send texts as valid Unicode."
            )


def _texts(document: Any) -> Iterator[str]:
    """Every text of a JSON document, names of fields included."""
    waiting = [document]
    while waiting:
        match waiting.pop():
            case str(text):
                yield text
            case list(items):
                waiting += items
            case dict(fields):
                yield from fields
                waiting += fields.values()
