"""Serves the built pages: every address that is not the API's is the one page, which then finds its own way.

All files are read once and looked up by name, so no path of a request ever reaches the file system.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

STATIC = Path(__file__).parent / "static"
"""Where the build leaves the pages."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # the component library writes its styles into the page
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""No script but ours, nothing from elsewhere, never inside of another page."""

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}
_WORTH_PACKING = frozenset({"text/javascript", "text/css", "text/html", "image/svg+xml", "application/json"})
_FOR_EVER = "public, max-age=31536000, immutable"
_PRIVATE = frozenset({"manifest.json", ".stamp"})
"""Files of the build that nobody needs to see."""


@dataclass(frozen=True)
class _File:
    """A file of the interface, ready to send."""

    content: bytes
    media_type: str
    is_hashed: bool
    """Whether its name changes with its content."""

    @cached_property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:24]}"'

    @cached_property
    def packed(self) -> bytes | None:
        """Compressed, where that saves something."""
        if self.media_type not in _WORTH_PACKING:
            return None
        packed = gzip.compress(self.content, compresslevel=9, mtime=0)
        return packed if len(packed) < len(self.content) else None


class Interface:
    """An ASGI application; ``create_app`` asks it for every address that no endpoint answers."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._files = dict(_read(folder))

    @property
    def is_built(self) -> bool:
        """Whether there is anything to serve."""
        return "index.html" in self._files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            HTTPException: 404 for addresses of the API and files that are not there, 405 for other methods.
        """
        if scope["type"] != "http":
            raise HTTPException(404)
        await self._answer(Request(scope))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        path = request.url.path.strip("/")
        if path == "api" or path.startswith("api/"):
            raise HTTPException(404)
        if request.method not in {"GET", "HEAD"}:
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        file = self._files.get(path) or (None if path.startswith("assets/") else self._files.get("index.html"))
        if file is not None:
            return _response(request, file)
        if self.is_built:
            raise HTTPException(404)
        hint = "The web interface is not built. Build it with `make ui`; the API is at /api/v1.\n"
        return PlainTextResponse(hint, 503, headers=_HEADERS | {"Cache-Control": "no-store"})


def _read(folder: Path) -> list[tuple[str, _File]]:
    """Every file below ``folder`` by its address."""
    found = []
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in _PRIVATE:
            media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
            found.append((name, _File(path.read_bytes(), media_type, name.startswith("assets/"))))
    return found


def _response(request: Request, file: _File) -> Response:
    headers = _HEADERS | {
        "Cache-Control": _FOR_EVER if file.is_hashed else "no-cache",
        "ETag": file.etag,
        "Vary": "Accept-Encoding",
    }
    if file.etag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    content = file.content
    if file.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        content = file.packed
        headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(content))
    body = b"" if request.method == "HEAD" else content
    return Response(body, headers=headers, media_type=file.media_type)
