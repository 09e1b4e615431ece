"""Throw-away database servers for tests, started from what the machine has installed.

A test that needs something the machine lacks is skipped with the reason; with ``ONEFOLD_REQUIRE_ALL=1`` (as in
continuous integration) it fails instead, so that nothing goes untested by accident.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

USER = "onefold"
PASSWORD = "s3cret:/@word"
"""Holds what a URL has to encode."""
ENCODED_PASSWORD = "s3cret%3A%2F%40word"
START_SECONDS = 60


def require(is_there: object, reason: str) -> None:
    """Go on only if ``is_there``: else skip the test, or fail it under ``ONEFOLD_REQUIRE_ALL=1``."""
    if is_there:
        return
    if os.environ.get("ONEFOLD_REQUIRE_ALL", "") not in {"", "0"}:
        pytest.fail(f"{reason} (ONEFOLD_REQUIRE_ALL is set)")
    pytest.skip(reason)


def shared_data(*parts: str) -> Path:
    """A folder or file below ``ONEFOLD_SHARED_DATA``; the test is skipped where it is absent.

    Also under ``ONEFOLD_REQUIRE_ALL``: what lies there is nothing that could be installed.
    """
    root = os.environ.get("ONEFOLD_SHARED_DATA", "")
    path = Path(root, *parts)
    if not root or not path.exists():
        pytest.skip(f"needs {'/'.join(parts)} below ONEFOLD_SHARED_DATA")
    return path


@dataclass
class Server:
    """A running server; ``url`` lacks the database's name."""

    folder: Path
    url: str
    command: Sequence[str]
    account: str | None
    """The system user it runs as, where the tests run as root."""
    process: subprocess.Popen[bytes] | None = None
    port: int = field(default=0)

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            self.command, stdout=log, stderr=log, user=self.account, cwd=self.folder, start_new_session=True
        )
        log.close()
        deadline = time.monotonic() + START_SECONDS
        while not self._takes_connections():
            if self.process.poll() is not None or time.monotonic() > deadline:
                log_text = (self.folder / "log").read_text(errors="replace")[-2000:]
                self.stop()
                raise RuntimeError(f"{self.command[0]} did not start:\n{log_text}")
            time.sleep(0.05)

    def kill(self) -> None:
        """Take it down without warning, with all its children."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None
            (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        """Take it down and remove its files."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _takes_connections(self) -> bool:
        import psycopg
        import pymysql

        try:
            if self.url.startswith("mysql"):
                pymysql.connect(host="127.0.0.1", port=self.port, user=USER, password=PASSWORD).close()
            else:
                psycopg.connect(f"{self.url}/postgres", connect_timeout=2).close()
        except (OSError, pymysql.MySQLError, psycopg.Error):
            return False
        return True


def start_postgres() -> Server:
    """A PostgreSQL server with a superuser, or a skipped test."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    found = shutil.which("initdb")
    initdb = folders[-1] if folders else Path(found) if found else None
    require(initdb, "PostgreSQL's server binaries are not installed (apt-get install postgresql)")
    assert initdb is not None
    folder, account = _own_folder("postgres")
    (folder / "password").write_text(PASSWORD)
    (folder / "password").chmod(0o644)
    command = [initdb, "-D", folder / "data", "-U", USER, "-A", "scram-sha-256", "-E", "UTF8", "--locale", "C.UTF-8"]
    _run([*command, "--pwfile", folder / "password", "--no-sync"], account, folder)
    port = _free_port()
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "fsync": "off"}
    settings = [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
    server = Server(
        folder,
        f"postgresql://{USER}:{ENCODED_PASSWORD}@127.0.0.1:{port}",
        [str(initdb.with_name("postgres")), "-D", str(folder / "data"), *settings],
        account,
        port=port,
    )
    server.start()
    return server


def start_mariadb() -> Server:
    """A MariaDB server with a user of all rights, or a skipped test."""
    search = f"{os.environ.get('PATH', '')}:/usr/sbin"
    daemon = shutil.which("mariadbd", path=search)
    installer = shutil.which("mariadb-install-db", path=search)
    require(daemon and installer, "MariaDB's server is not installed (apt-get install mariadb-server)")
    assert daemon is not None
    assert installer is not None
    folder, account = _own_folder("mysql")
    as_user = [f"--user={account}"] if account else []
    _run(
        [installer, "--no-defaults", f"--datadir={folder / 'data'}", "--skip-test-db", *as_user],
        None,
        folder,
    )
    setup = folder / "setup.sql"
    setup.write_text(
        "".join(
            f"create user '{USER}'@'{host}' identified by '{PASSWORD}';\n"  # a statement per line
            f"grant all on *.* to '{USER}'@'{host}' with grant option;\n"
            for host in ("127.0.0.1", "localhost")
        )
    )
    setup.chmod(0o644)
    port = _free_port()
    server = Server(
        folder,
        f"mysql://{USER}:{ENCODED_PASSWORD}@127.0.0.1:{port}",
        [
            daemon,
            "--no-defaults",
            *as_user,
            f"--datadir={folder / 'data'}",
            f"--port={port}",
            "--bind-address=127.0.0.1",
            f"--socket={folder / 'socket'}",
            f"--pid-file={folder / 'pid'}",
            f"--init-file={setup}",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-buffer-pool-size=32M",
        ],
        None,
        port=port,
    )
    server.start()
    setup.write_text("")
    return server


def _own_folder(account: str) -> tuple[Path, str | None]:
    """A short-named folder (sockets allow 107 characters) that the server's account owns."""
    folder = Path(tempfile.mkdtemp(prefix="onefold-", dir="/tmp"))
    if os.geteuid() != 0:
        return folder, None
    try:
        pwd.getpwnam(account)
    except KeyError:
        shutil.rmtree(folder)
        require(False, f"the server refuses to run as root and there is no user {account}")
    folder.chmod(0o755)
    shutil.chown(folder, account)
    return folder, account


def _run(command: Sequence[object], account: str | None, folder: Path) -> None:
    done = subprocess.run(
        [str(part) for part in command], check=False, capture_output=True, text=True, user=account, cwd=folder
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
