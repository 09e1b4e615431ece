"""A receiver of webhooks over real HTTP that fails in every way it is told to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Message:
    """What arrived."""

    path: str
    headers: dict[str, str]
    body: bytes
    arrived: float
    """Seconds of the monotonic clock."""

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def seq(self) -> int:
        return self.document["data"]["seq"]

    def is_signed_by(self, secret: str) -> bool:
        """As any Standard Webhooks library decides."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        text = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        return any(given == f"v1,{wanted}" for given in self.headers["webhook-signature"].split(" "))


Behaviour = Callable[[BaseHTTPRequestHandler, Message], None]


def answer(status: int, body: bytes = b"thank you", **headers: str) -> Behaviour:
    """Answer with a status."""

    def behave(handler: BaseHTTPRequestHandler, _message: Message) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def answer_later(status: int, seconds: int) -> Behaviour:
    """Answer with a status and a ``Retry-After`` that is a date, at least so many seconds from the answer on."""

    def behave(handler: BaseHTTPRequestHandler, message: Message) -> None:
        date = datetime.now(UTC) + timedelta(seconds=seconds + 1)  # a date of HTTP has no fractions
        answer(status, Retry_After=format_datetime(date, usegmt=True))(handler, message)

    return behave


def cut(handler: BaseHTTPRequestHandler, _message: Message) -> None:
    """Close without an answer."""
    handler.close_connection = True
    handler.connection.close()


def drip(handler: BaseHTTPRequestHandler, _message: Message) -> None:
    """Send headers one byte at a time, for ever."""
    handler.close_connection = True
    for _number in range(600):
        try:
            handler.connection.sendall(b"H" if _number == 0 else b"x")
        except OSError:
            return
        time.sleep(0.05)


def flood(handler: BaseHTTPRequestHandler, _message: Message) -> None:
    """Answer without end."""
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    try:
        while True:
            handler.connection.sendall(b"\x00\x1b[31mspam " * 10_000)
    except OSError:
        return


class Receiver:
    """A server of the test's own; behaves as the next of ``behaviours`` says, then as the last."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self.behaviours = list(behaviours) or [answer(204, b"")]
        self.messages: list[Message] = []
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                message = Message(self.path, {k.lower(): v for k, v in self.headers.items()}, body, time.monotonic())
                with receiver._lock:
                    receiver.messages.append(message)
                    behaviours = receiver.behaviours
                    behave = behaviours.pop(0) if len(behaviours) > 1 else behaviours[0]
                behave(self, message)

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def wait(self, count: int, seconds: float = 20) -> None:
        """Until so many messages arrived."""
        end = time.monotonic() + seconds
        while len(self.messages) < count:
            assert time.monotonic() < end, self.messages
            time.sleep(0.02)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
