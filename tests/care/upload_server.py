"""A server that stops at a chosen point of an upload, to be killed there: ``upload_server.py PATH POINT``."""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path

import uvicorn

from onefold.api import call as calls
from onefold.api import create_app
from onefold.api.care import files
from onefold.care import store
from onefold.workspace import Workspace

TOKEN = "token-of-the-test-0123456789"


def stop_here() -> None:
    """Tell whoever waits, and wait to be killed."""
    print("reached", flush=True)
    time.sleep(60)


def main(path: str, point: str) -> None:
    workspace = Workspace.open(Path(path))
    # methods are replaced by ones that stop: what no type checker allows
    if point == "before_rename":
        finish = store.Incoming.finish
        store.Incoming.finish = lambda self: (finish(self), stop_here())[0]  # type: ignore[method-assign]
    elif point == "before_commit":
        add_file = files.care.add_file
        files.care.add_file = lambda *arguments: (add_file(*arguments), stop_here())[0]
    elif point == "after_commit":
        create = calls.Call.create
        calls.Call.create = lambda self, action: (create(self, action), stop_here())[0]  # type: ignore[assignment]
    app = create_app(workspace, local_token=TOKEN)
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
