"""The server that runs on this workspace, where one does: commands that change the warehouse ask it.

It writes ``.server`` (mode 0600) beside ``onefold.yaml``: its address, a token for whoever may read the file, its
process. A file that a killed server left behind is not believed.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onefold.errors import EngineFailed, OnefoldError, error_from

if TYPE_CHECKING:
    from onefold.build import BuildReport, Progress

STATE_FILE = ".server"
_ANSWER_SECONDS = 70.0
"""A little more than writers of SQLite make one another wait."""
_POLL_SECONDS = 0.3
_GRACE_SECONDS = 30.0


@dataclass(frozen=True)
class Server:
    """A running server, asked as the owner of the files."""

    url: str
    token: str = field(repr=False)

    def build(
        self, only: tuple[str, ...], tell: Progress, *, is_confirmed: bool = False, is_relearn: bool = False
    ) -> BuildReport:
        """Have it build; Ctrl-C cancels.

        Raises:
            OnefoldError: the build's own error, as if it had run here.
        """
        from onefold.build import BuildReport

        asked = {"sources": list(only), "is_confirmed": is_confirmed, "is_relearn": is_relearn}
        job = self._ask("POST", "/builds", asked)["job"]
        try:
            while job["state"] in {"queued", "running"}:
                progress = job["progress"]
                tell(progress["message"] or progress["step"] or "waiting for the server")
                time.sleep(_POLL_SECONDS)
                job = self._ask("GET", f"/jobs/{job['job_id']}")
        except KeyboardInterrupt:
            self._ask("POST", f"/jobs/{job['job_id']}/cancel")
            raise
        if job["state"] == "cancelled":
            raise KeyboardInterrupt
        if job["state"] == "failed":
            raise _error_of(job["error"])
        return BuildReport.from_json(job["result"])

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        import httpx

        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            with httpx.Client(timeout=_ANSWER_SECONDS, trust_env=False, verify=_is_verified(self.url)) as client:
                answer = client.request(method, f"{self.url}/api/v1{path}", json=body, headers=headers)
            document = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise EngineFailed(
                f"the server at {self.url} did not answer: {error}",
                hint="Look whether it still runs, then run the command again.",
            ) from error
        if answer.is_error:
            raise _error_of(document["error"])
        return document


def find_server(workspace: Path) -> Server | None:
    """The server on this workspace; None where none runs."""
    try:
        state = json.loads((workspace / STATE_FILE).read_text(encoding="utf-8"))
        server = Server(str(state["url"]).rstrip("/"), str(state["token"]))
        if not _is_alive(int(state["pid"])):
            return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return server


def end_with_parent() -> None:
    """Stop, as with Ctrl-C, when whoever started this process closes its end of standard input."""

    def watch() -> None:
        with suppress(OSError):
            while os.read(0, 4096):  # not sys.stdin, whose lock the end of the process would wait for
                pass
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(_GRACE_SECONDS)
        os._exit(130)  # it does not listen, and nobody waits for it any more

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_verified(url: str) -> bool:
    """A certificate of this very machine's server names its public address, not loopback."""
    return not url.startswith("https://127.0.0.1")


def _error_of(document: dict[str, Any]) -> OnefoldError:
    return error_from(document["code"], document["message"], document.get("hint", ""))
