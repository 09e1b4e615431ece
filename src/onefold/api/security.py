"""What every request passes before anything else looks at it, and the headers that every answer carries.

Refused here: hosts that are not ours (DNS rebinding), changes that come from other sites, bodies that are too large.
Client addresses and the scheme are taken from a proxy's headers only where the proxy is trusted.
"""

from __future__ import annotations

import ipaddress
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onefold.settings import ServerSettings
from onefold.web import CONTENT_SECURITY_POLICY

BODY_LIMIT_BYTES = 8 << 20
"""Of everything but uploads: a whole configuration fits, a flood does not."""

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

_UPLOADS = re.compile(r"/api/v1/(uploads|files|customers/[^/]+/files)(/|$)")
_SAFE = {"GET", "HEAD", "OPTIONS"}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def install(app: FastAPI, settings: ServerSettings, base: Path) -> None:
    """Put the guard around the whole of ``app``, its error pages included.

    Args:
        app: the application.
        settings: ``server:`` of the workspace.
        base: folder that relative paths in the settings start from.
    """
    names = _own_names(settings, base)
    build = app.build_middleware_stack

    def guarded() -> ASGIApp:
        guard: ASGIApp = _Guard(build(), settings, names)
        if settings.trusted_proxies:
            from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

            # its types are of uvicorn, which says the same of ASGI in words of its own
            trusting: Any = ProxyHeadersMiddleware(guard, trusted_hosts=settings.trusted_proxies)  # type: ignore[arg-type]
            guard = trusting
        return guard

    # outside of whatever is added later, error pages too
    app.build_middleware_stack = guarded  # type: ignore[method-assign]


class _Guard:
    def __init__(self, app: ASGIApp, settings: ServerSettings, names: frozenset[str]) -> None:
        self._app = app
        self._names = names
        self._public = urlsplit(settings.public_url).netloc.lower() if settings.public_url else None
        self._upload_limit = settings.upload_limit_mb << 20

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        answer = _with_headers(scope, send)
        if (refusal := self._refusal(scope, headers)) is not None:
            await _refuse(answer, *refusal)
            return
        limit = self._upload_limit if _UPLOADS.match(scope["path"]) else BODY_LIMIT_BYTES
        if (said := headers.get("content-length")) is not None and (not said.isdecimal() or int(said) > limit):
            await _refuse(answer, *_too_large(limit))
            return
        await _Metered(limit, receive, answer).run(self._app, scope)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str, str, str] | None:
        host = headers.get("host", "")
        if not _is_ours(_name_of(host), self._names):
            hint = "Set server: public_url in onefold.yaml to the address that people use."
            return 400, "unknown_host", "this server is not known by that name", hint
        origin = headers.get("origin")
        if scope["method"] in _SAFE or origin is None:
            return None
        if urlsplit(origin).netloc.lower() in {host.lower(), self._public} - {""}:
            return None
        return 403, "other_site", "a change must come from a page of this installation", "Open the page itself."


class _Metered:
    """Counts a body while it streams in; what is too large is answered so, whatever the application makes of it."""

    def __init__(self, limit: int, receive: Receive, send: Send) -> None:
        self._limit, self._receive, self._send = limit, receive, send
        self._bytes = 0
        self._is_over = False
        self._has_begun = False

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        try:
            await app(scope, self.receive, self.send)
        except Exception:  # whatever the application makes of a body that was cut off; all else is raised again
            if not self._is_over:
                raise
        if self._is_over and not self._has_begun:
            await _refuse(self._send, *_too_large(self._limit))

    async def receive(self) -> Message:
        if self._is_over:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        if self._bytes > self._limit:
            self._is_over = True
            return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        if self._is_over and not self._has_begun:
            return
        self._has_begun = True
        await self._send(message)


def _with_headers(scope: Scope, send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if scope["path"].startswith("/api/"):
                headers.setdefault("Cache-Control", "no-store")
            if scope.get("scheme") == "https":
                headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        await send(message)

    return answer


async def _refuse(send: Send, status: int, code: str, message: str, hint: str) -> None:
    document = {"error": {"code": code, "message": message, "hint": hint, "is_transient": False}}
    body = json.dumps(document).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == 413:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _too_large(limit: int) -> tuple[int, str, str, str]:
    return 413, "too_large", f"a request here has at most {limit >> 20:,} MB", "Send less at once."


def _name_of(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def _is_ours(name: str, names: frozenset[str]) -> bool:
    """Whether a request may name us so. Addresses may: a page of another site cannot make its name an address."""
    if name in names or any(one.startswith("*.") and name.endswith(one[1:]) for one in names):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _own_names(settings: ServerSettings, base: Path) -> frozenset[str]:
    names = _LOOPBACK | {settings.host.lower()}
    if settings.public_url:
        names.add(_name_of(urlsplit(settings.public_url).netloc))
    if settings.tls_certificate:
        names |= _names_in_certificate(base / settings.tls_certificate)
    return frozenset(names)


def _names_in_certificate(path: Path) -> set[str]:
    from cryptography import x509

    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        return {name.lower() for name in found.value.get_values_for_type(x509.DNSName)}
    except (OSError, ValueError, x509.ExtensionNotFound):
        return set()
