"""The door to a Spark cluster: a session on an existing standalone cluster, opened in bounded time or refused clearly.

Nothing else in the program starts Spark. The cluster's workers run the same compiled kernels as one machine does, so
they need the same version of Onefold; ``open_session`` asks them before any work is sent.
"""

from __future__ import annotations

import os
import re
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onefold.errors import EngineFailed, InvalidInput, Unsupported

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

MASTER = re.compile(r"spark://[^\s/,:]+:\d+(,[^\s/,:]+:\d+)*|local(-cluster)?\[[^\]]+\]")
"""Addresses of a standalone cluster (several masters for high availability), or Spark inside this process."""

INSTALL = "pip install 'onefold[spark]'"

_CONNECT_SECONDS = 5.0
"""How long one master may take to accept a connection."""

_WORKER_SECONDS = 90.0
"""How long a cluster that answers may take to give us a worker."""

_DEFAULTS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "20000",
    "spark.sql.autoBroadcastJoinThreshold": "4194304",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.python.worker.reuse": "true",
    "spark.task.maxFailures": "6",
}
"""What every session begins with; ``identity.spark`` of the settings overrides each."""


def check_master(address: str) -> str:
    """Return ``address`` if it can name a cluster.

    Raises:
        InvalidInput: unless it looks like ``spark://host:7077``.
    """
    if not MASTER.fullmatch(address):
        raise InvalidInput(
            f"{address!r} names no engine",
            hint="Write 'embedded', or the address of a Spark standalone cluster such as spark://host:7077.",
        )
    return address


@contextmanager
def open_session(master: str, options: Mapping[str, str] | None = None) -> Iterator[SparkSession]:
    """A session on the cluster for the length of the block.

    Args:
        master: ``spark://host:port``, several hosts with commas.
        options: Spark's own settings, such as ``spark.executor.memory``.

    Raises:
        InvalidInput: the address is none.
        Unsupported: Spark or Java is not installed here, or the workers' Onefold is another version.
        EngineFailed: no master answers, or no worker is free, within about a minute and a half.
    """
    check_master(master)
    session_class = _session_class()
    _reach(master)
    _raise_without_java()
    settings = _DEFAULTS | _of_this_machine(master) | dict(options or {})
    builder = session_class.builder.master(master).appName("onefold")
    for name, value in settings.items():
        builder = builder.config(name, value)
    # outside of spark-submit PySpark reads the workers' Python from the environment alone
    os.environ["PYSPARK_PYTHON"] = settings.get(
        "spark.pyspark.python", os.environ.get("PYSPARK_PYTHON", sys.executable)
    )
    try:
        session = builder.getOrCreate()
    except Exception as error:  # whatever Java says reaches Python as one of many kinds
        raise EngineFailed(f"{master}: {_first_line(error)}", hint="See the log of the Spark master.") from error
    try:
        session.sparkContext.setLogLevel("ERROR")
        _await_worker(session, master)
        _check_workers(session)
        yield session
    finally:
        with suppress(Exception):  # the cluster may be gone; the session ends either way
            session.stop()


@contextmanager
def translated(step: str) -> Iterator[None]:
    """Spark's complaints as ours.

    Raises:
        EngineFailed: a step of the block failed on the cluster, after Spark's own retries.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError, ConnectionError) as error:
        raise EngineFailed(
            f"Spark failed while {step}: {_first_line(error)}",
            hint="Nothing was changed. See the log of the Spark worker, then run the command again.",
        ) from error


def _session_class() -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise Unsupported("Spark is not installed here", hint=f"Run: {INSTALL}") from error
    return SparkSession


def _raise_without_java() -> None:
    from shutil import which

    home = os.environ.get("JAVA_HOME")
    if not (which("java") or (home and (Path(home) / "bin" / "java").exists())):
        raise Unsupported("Spark needs Java and none is installed", hint="Run: apt-get install openjdk-17-jre-headless")


def _reach(master: str) -> None:
    """Find out in seconds what Spark itself would find out in minutes: whether any master answers."""
    if not master.startswith("spark://"):
        return
    problems = []
    for address in master.removeprefix("spark://").split(","):
        host, _, port = address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=_CONNECT_SECONDS).close()
        except OSError as error:
            problems.append(f"{address}: {error}")
        else:
            return
    raise EngineFailed(
        f"no Spark master answers at {master} ({'; '.join(problems)})",
        hint="Start the cluster, or correct identity.engine in onefold.yaml; nothing was changed.",
    )


def _of_this_machine(master: str) -> dict[str, str]:
    """Where the driver is reached, and where its Python finds packages."""
    found: dict[str, str] = {}
    if "PYTHONPATH" in os.environ:
        found["spark.executorEnv.PYTHONPATH"] = os.environ["PYTHONPATH"]
    host = master.removeprefix("spark://").split(",")[0].rpartition(":")[0]
    if not master.startswith("spark://") or host in ("127.0.0.1", "localhost"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        found |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return found


def _await_worker(session: SparkSession, master: str) -> None:
    if not master.startswith("spark://"):
        return
    deadline = time.monotonic() + _WORKER_SECONDS
    context: Any = session.sparkContext
    while context._jsc.sc().getExecutorMemoryStatus().size() < 2:  # the driver counts as one
        if time.monotonic() > deadline:
            raise EngineFailed(
                f"{master} answers, but gives no worker",
                hint="Start a worker, wait until others are done, or ask for less: identity.spark in onefold.yaml.",
            )
        time.sleep(0.2)


def _check_workers(session: SparkSession) -> None:
    """Whether the workers have the Onefold of this process; a cheap job on one of them."""
    ours = _version()
    with translated("asking the workers for their version"):
        theirs = {str(row[0]) for row in session.range(1).mapInArrow(_version_of_worker, "version string").collect()}
    if theirs != {ours}:
        raise Unsupported(
            f"the workers have Onefold {', '.join(sorted(theirs))}, this is {ours}",
            hint="Install the same version on every worker, or name their Python: identity.spark in onefold.yaml.",
        )


def _version_of_worker(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for _ in batches:
        yield pa.RecordBatch.from_pydict({"version": [_version()]})


def _version() -> str:
    """Of the Onefold that this process has."""
    return str(import_module("onefold").__version__)


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    caused = [line for line in lines if line.startswith(("Caused by", "onefold.")) or "Error" in line]
    return (caused or lines or [type(error).__name__])[0][:500]
