"""The API in a server of its own, for what only a real connection shows."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from onefold.api import create_app
from onefold.workspace import Workspace


def serve(app: FastAPI) -> tuple[uvicorn.Server, threading.Thread, str]:
    """Start a server on a free port in a thread."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    return server, thread, f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def served(workspace: Workspace, token: str | None = None) -> Iterator[tuple[str, FastAPI]]:
    """The address of a running server and its application."""
    app = create_app(workspace, local_token=token)
    server, thread, url = serve(app)
    yield url, app
    server.should_exit = True
    thread.join(10)


@dataclass(frozen=True)
class Event:
    """One server-sent event."""

    name: str
    seq: int
    document: dict[str, Any]


class Page:
    """An open page: reads the stream in a thread and keeps what it heard."""

    def __init__(self, url: str, token: str, *, after: int | None = None) -> None:
        self.events: list[Event] = []
        self.last_id: str | None = None
        self.error: Exception | None = None
        self._client = httpx.Client(timeout=30)
        headers = {"Authorization": f"Bearer {token}"}
        if after is not None:
            headers["Last-Event-ID"] = str(after)
        request = self._client.build_request("GET", f"{url}/api/v1/stream", headers=headers)
        self.response = self._client.send(request, stream=True)
        self._thread = threading.Thread(target=self._read, daemon=True)
        if self.response.status_code == 200:
            self._thread.start()

    def _read(self) -> None:
        fields: dict[str, str] = {}
        try:
            for line in self.response.iter_lines():
                name, _, value = line.partition(": ")
                if line:
                    fields[name] = value
                    continue
                self.last_id = fields.get("id", self.last_id)
                if "data" in fields:
                    event = Event(fields.get("event", "message"), int(self.last_id or 0), json.loads(fields["data"]))
                    self.events.append(event)
                fields = {}
        except (httpx.HTTPError, httpx.StreamError) as error:
            self.error = error

    @property
    def heard(self) -> list[int]:
        """The numbers of the changes that were heard."""
        return [event.document["seq"] for event in self.events if event.name == "change"]

    def wait(self, until: Any, seconds: float = 15) -> None:
        """Wait until ``until(page)`` holds."""
        end = time.monotonic() + seconds
        while not until(self):
            assert time.monotonic() < end, self.events[-3:]
            time.sleep(0.02)

    def close(self) -> None:
        """Leave. The connection ends before its socket is closed: one closed under its reader's hands may live on."""
        with suppress(OSError):
            self.response.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        self.join()
        self.response.close()
        self._client.close()

    def join(self, seconds: float = 5) -> None:
        """Wait until the reader has seen the end."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
