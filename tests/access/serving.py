"""A server of its own for a browser."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager

import uvicorn

from onefold.api import create_app


@contextmanager
def serve(workspace):
    """The address of a running server."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(workspace), log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
