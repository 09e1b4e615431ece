"""A real Spark standalone cluster on loopback: a master and workers as processes of their own, thrown away at the end.

Made of what the package from PyPI holds, which lacks the start scripts of a full Spark.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

START_SECONDS = 120


@dataclass
class SparkCluster:
    """A running cluster."""

    folder: Path
    port: int
    cores: int = 1
    memory: str = "1g"
    """Of every worker."""
    master: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    logs: dict[int, Path] = field(default_factory=dict)
    """Process id -> what it writes."""

    @classmethod
    def start(cls, workers: int = 2, *, cores: int = 1, memory: str = "1g") -> SparkCluster:
        """Start a master and its workers, and wait until all have found each other."""
        cluster = cls(Path(tempfile.mkdtemp(prefix="onefold-spark-")), _free_port(), cores, memory)
        try:
            cluster.master = cluster._run("Master", "--host", "127.0.0.1", "--port", str(cluster.port))
            cluster._await(lambda: _takes_connections(cluster.port), "the master does not start")
            for _ in range(workers):
                cluster.add_worker()
        except BaseException:
            cluster.stop()
            raise
        return cluster

    @property
    def url(self) -> str:
        """What goes into ``identity.engine``."""
        return f"spark://127.0.0.1:{self.port}"

    def add_worker(self) -> None:
        """Start one more worker and wait until it is registered."""
        work = self.folder / f"worker{len(self.workers)}"
        options = ["--host", "127.0.0.1", "--cores", str(self.cores), "--memory", self.memory, "--work-dir", str(work)]
        self.workers.append(self._run("Worker", *options, self.url))
        log = self.logs[self.workers[-1].pid]
        self._await(lambda: "Successfully registered with master" in log.read_text(), "the worker does not start")

    def kill_worker(self, number: int) -> None:
        """Take a worker down without warning, with its executor and their Python processes."""
        _kill(self.workers[number])

    def stop(self) -> None:
        """End everything and leave nothing behind."""
        for process in (*self.workers, self.master):
            if process is not None:
                _kill(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, role: str, *arguments: str) -> subprocess.Popen[bytes]:
        import pyspark

        home = Path(pyspark.__file__).parent
        environment = {
            **os.environ,
            "SPARK_HOME": str(home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_LOG_DIR": str(self.folder),
            "PYSPARK_PYTHON": sys.executable,
        }
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{role.lower()}.{role}"]
        path = self.folder / f"{len(self.logs)}.log"
        with path.open("wb") as log:
            process = subprocess.Popen(
                [*command, "--webui-port", "0", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
        self.logs[process.pid] = path
        return process

    def _await(self, condition: Any, complaint: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in self.folder.glob("*.log"))
                raise RuntimeError(f"{complaint}:\n{logs}")
            time.sleep(0.1)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _takes_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
