"""The real server, started in no time by forking one that has loaded everything, and killed at any step of a request.

A request that carries ``X-Die-At: n`` kills the server before its n-th step: a statement that changes something, a
commit, a change of a file, the answer. Without, the answer says in ``X-Steps`` how many there are, and which.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

LAUNCHER = """
import contextvars, os, signal, sys

import sqlalchemy as sa
from argon2 import PasswordHasher

from onefold.access.accounts import passwords
from onefold.api import app as applications, background
from onefold.cli import serve
from onefold.engines import Engine
from onefold.storage.database import TABLE_MODULES
from onefold.workspace import Workspace

def load():
    # what earlier servers came to need is loaded before the next one is forked
    for name in open("modules").read().split() if os.path.exists("modules") else ():
        if name not in sys.modules:
            try:
                __import__(name)
            except Exception:  # only to be quicker: whoever needs it will hear what is wrong
                pass

passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
for name in TABLE_MODULES:
    __import__(name)
if "--quiet" in sys.argv:
    background.SERVICES.clear()
current = contextvars.ContextVar("current", default=None)

class Life:
    def __init__(self, moment):
        self.moment, self.steps = moment, []

def step(what):
    life = current.get()
    if life is not None:
        life.steps.append(what)
        if len(life.steps) == life.moment:
            os.kill(os.getpid(), signal.SIGKILL)

def before(_connection, _cursor, statement, *_ignored):
    words = statement.split(None, 3)
    if words[0].lower() in {"insert", "update", "delete"}:
        step(" ".join(words[:3]))

def opened(event, arguments):
    if event in {"os.rename", "os.remove", "os.mkdir", "os.rmdir"} and current.get() is not None:
        step(event + " " + os.path.basename(str(arguments[0])))
    elif event == "open" and current.get() is not None and isinstance(arguments[2], int):
        if arguments[2] & (os.O_WRONLY | os.O_RDWR) and not str(arguments[0]).startswith("/dev"):
            step("open " + os.path.basename(str(arguments[0])))

sa.event.listen(sa.Engine, "before_cursor_execute", before)
sa.event.listen(sa.Engine, "commit", lambda _connection: step("commit"))
sys.addaudithook(opened)
ready = applications._application()
ready.openapi()
applications._application = lambda: ready
whole = Engine.execute
Engine.execute = lambda self, *a, **k: (step("warehouse"), whole(self, *a, **k))[1]
made = serve.application

def application():
    app = made()

    async def watched(scope, receive, send):
        moment = dict(scope.get("headers", ())).get(b"x-die-at")
        if moment is None:
            await app(scope, receive, send)
            return
        life = Life(int(moment))
        current.set(life)

        async def answer(message):
            if message["type"] == "http.response.start":
                step("answer")
                message["headers"] = [*message["headers"], (b"x-steps", "|".join(life.steps).encode())]
                current.set(None)
                if not life.moment:
                    with open("modules", "w") as file:
                        print(*sys.modules, file=file)
            await send(message)

        await app(scope, receive, answer)

    return watched

serve.application = application
serve._say = lambda address, *_link, **_how: print('{"url": "%s", "pid": %d}' % (address, os.getpid()), flush=True)
for line in sys.stdin:
    load()
    if not (child := os.fork()):
        os.close(0)
        serve.serve.main(["--no-open", "--port", "0"], standalone_mode=False)
        os._exit(0)
    code = os.waitpid(child, 0)[1]
    print('{"gone": %d}' % code, flush=True)
"""


class Nursery:
    """Servers on one workspace, one after another."""

    def __init__(self, folder: Path, *, is_quiet: bool = True) -> None:
        command = [sys.executable, "-c", LAUNCHER, *(["--quiet"] if is_quiet else [])]
        self._folder = folder
        self._log = (folder / "server.log").open("ab")
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, cwd=folder
        )
        self.pid = 0

    def start(self) -> str:
        """A new server; returns its address."""
        assert self._process.stdin is not None
        self._process.stdin.write("start\n")
        self._process.stdin.flush()
        said = self._read()
        assert "url" in said, (said, self.log()[-3000:])
        self.pid = int(said["pid"])
        return str(said["url"])

    def wait_for_end(self) -> int:
        """Wait until the server is gone; returns the signal that ended it."""
        self.pid = 0
        return int(self._read()["gone"]) & 0x7F

    def log(self) -> str:
        """What servers complained about."""
        return (self._folder / "server.log").read_text(encoding="utf-8", errors="replace")

    def close(self) -> None:
        """End them all."""
        assert self._process.stdin is not None
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self._process.stdin.close()
        self._process.wait(30)
        self._log.close()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        while line == "Stopped.\n":
            line = self._process.stdout.readline()
        assert line, self.log()[-3000:]
        return dict(json.loads(line))
