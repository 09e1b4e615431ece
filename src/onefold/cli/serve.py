"""``onefold serve``."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from onefold.cli.output import json_option, print_json

if TYPE_CHECKING:
    from fastapi import FastAPI

    from onefold.settings import ServerSettings
    from onefold.workspace import Workspace

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_KEEP_ALIVE_SECONDS = 75
"""Longer than proxies and clients keep an idle connection (60 s), so that they close it and no request is lost."""
_GRACE_SECONDS = 10
_OVERRIDES = "ONEFOLD_SERVE_OPTIONS"


@click.command()
@click.option("--host", help="Address to listen at; 127.0.0.1 where not set. 0.0.0.0 is every address.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen at; 8360 where not set, 0 any free one.")
@click.option("--tls-certificate", type=click.Path(exists=True, dir_okay=False), help="PEM file with the certificate.")
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False), help="PEM file with its private key.")
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="More need PostgreSQL.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@json_option
def serve(*, processes: int, no_open: bool, as_json: bool, **options: Any) -> None:
    """Open the workspace to browsers and programs, until Ctrl-C.

    The first time, a link is printed by which you become its owner. Beyond this machine it listens only when somebody
    owns it, and over TLS or behind a proxy.

    \b
    Example:
      onefold serve --port 8360
    """
    from onefold.workspace import Workspace

    with Workspace.open() as workspace:
        server = _server_settings(workspace, options)
        _require_safe(workspace, server, processes)
        os.chdir(workspace.path)
        with ExitStack() as stack:
            stack.enter_context(_only_one(workspace))
            listener = stack.enter_context(_listener(server))
            port = listener.getsockname()[1]
            address = _address(server, port)
            stack.enter_context(_state_file(workspace, address))
            link = _owner_link(workspace, server.public_url or address)
            _say(server.public_url or address, link, as_json=as_json)
            if not no_open:
                _open_browser(link or address)
            _run(workspace, server, listener, processes)
    if not as_json:
        click.echo("Stopped.")


def application() -> FastAPI:
    """The application of the workspace in the current folder, for every process of a server."""
    from onefold.api import create_app
    from onefold.settings import ServerSettings
    from onefold.workspace import Workspace

    workspace = Workspace.open()
    state = json.loads((workspace.path / ".server").read_text(encoding="utf-8"))
    server = ServerSettings.model_validate_json(os.environ[_OVERRIDES])
    return create_app(workspace, local_token=state["token"], server=server, has_background=True)


def _server_settings(workspace: Workspace, options: dict[str, Any]) -> ServerSettings:
    """The workspace's settings with what the command says otherwise."""
    from onefold.errors import InvalidInput

    said = {name: value for name, value in options.items() if value is not None}
    for name in ("tls_certificate", "tls_key"):
        if name in said:
            said[name] = str(Path(said[name]).resolve())
    server = workspace.settings.server.model_copy(update=said)
    if bool(server.tls_certificate) != bool(server.tls_key):
        raise InvalidInput("TLS needs a certificate and its key", hint="Give --tls-certificate and --tls-key.")
    for path in (server.tls_certificate, server.tls_key):
        if path and not (workspace.path / path).is_file():
            raise InvalidInput(f"{path}: no such file", hint="Mend server: in onefold.yaml.")
    return server


def _require_safe(workspace: Workspace, server: ServerSettings, processes: int) -> None:
    """Refuse to listen where strangers could come in.

    Raises:
        InvalidInput: beyond this machine without an owner, or without TLS or a proxy; several processes on SQLite.
    """
    from onefold.access.accounts import has_active_owner
    from onefold.errors import InvalidInput

    if processes > 1 and workspace.database.engine.dialect.name != "postgresql":
        raise InvalidInput(
            "several processes need PostgreSQL as app database", hint="Set database: in onefold.yaml, or use one."
        )
    if server.host in _LOOPBACK:
        return
    with workspace.database.read() as connection:
        is_owned = has_active_owner(connection)
    if not is_owned:
        raise InvalidInput(
            f"nobody owns this workspace yet; it does not listen at {server.host}",
            hint="Run onefold serve on this machine first and open the link that it prints.",
        )
    is_public_tls = (server.public_url or "").startswith("https://")
    if not (server.tls_certificate or server.trusted_proxies or is_public_tls):
        raise InvalidInput(
            f"passwords would cross the network in clear; it does not listen at {server.host}",
            hint="Give --tls-certificate and --tls-key, or set server: trusted_proxies or public_url (https).",
        )


@contextmanager
def _only_one(workspace: Workspace) -> Iterator[None]:
    """One server on an SQLite workspace; the lock dies with the process."""
    from filelock import FileLock, Timeout

    from onefold.errors import Conflict

    if workspace.database.engine.dialect.name == "postgresql":
        yield
        return
    try:
        with FileLock(workspace.path / ".lock-server", timeout=0):
            yield
    except Timeout:
        raise Conflict("a server runs on this workspace already", hint="Stop it first: Ctrl-C where it runs.") from None


@contextmanager
def _listener(server: ServerSettings) -> Iterator[socket.socket]:
    from onefold.errors import Conflict, InvalidInput

    family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
    try:
        listener = socket.create_server((server.host, server.port), family=family, backlog=512)
    except OSError as error:
        if isinstance(error, socket.gaierror):
            raise InvalidInput(f"{server.host}: no such address", hint="Give --host 127.0.0.1.") from error
        raise Conflict(
            f"cannot listen at {server.host}:{server.port}: {error.strerror}", hint="Give another one: --port 0"
        ) from error
    with listener:
        listener.set_inheritable(True)
        yield listener


def _address(server: ServerSettings, port: int) -> str:
    scheme = "https" if server.tls_certificate else "http"
    host = "127.0.0.1" if server.host in {"0.0.0.0", "localhost"} else server.host  # noqa: S104 - compared, not bound
    host = "[::1]" if host in {"::", "::1"} else f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}:{port}"


@contextmanager
def _state_file(workspace: Workspace, address: str) -> Iterator[None]:
    """Tell commands of this machine where the server is; readable by the owner of the files alone."""
    from onefold.cli.running import STATE_FILE

    path = workspace.path / STATE_FILE
    new = workspace.path / f"{STATE_FILE}.{os.getpid()}"
    state = {"url": address, "token": secrets.token_urlsafe(32), "pid": os.getpid()}
    with suppress(FileNotFoundError):
        new.unlink()
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(state, file)
    new.replace(path)
    try:
        yield
    finally:
        with suppress(OSError, ValueError):
            if json.loads(path.read_text(encoding="utf-8"))["pid"] == os.getpid():
                path.unlink()


def _owner_link(workspace: Workspace, base: str) -> str | None:
    """The link by which somebody becomes the owner; None where somebody is."""
    from onefold.access.accounts import has_active_owner, link_to, mint_link_token

    with workspace.database.write() as connection:
        if has_active_owner(connection):
            return None
        return link_to(base, "set_up", mint_link_token(connection, "set_up", None))


def _say(address: str, link: str | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"url": address, "set_up_link": link, "pid": os.getpid()})
        sys.stdout.flush()
        return
    click.echo(f"Onefold is at {address}")
    if link:
        click.echo(f"\nNobody owns it yet. Become its owner within a day, by this link, once:\n  {link}\n")
    click.echo("Ctrl-C stops it.")


def _open_browser(address: str) -> None:
    has_screen = sys.platform in {"darwin", "win32"} or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    if has_screen and sys.stdout.isatty():
        import webbrowser

        webbrowser.open(address)


def _run(workspace: Workspace, server: ServerSettings, listener: socket.socket, processes: int) -> None:
    """Serve until somebody stops it; what is being answered is answered first."""
    import uvicorn

    from onefold.access.accounts.passwords import warm_up

    os.environ[_OVERRIDES] = server.model_dump_json()
    config = uvicorn.Config(
        "onefold.cli.serve:application",
        factory=True,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        ssl_certfile=_path(workspace, server.tls_certificate),
        ssl_keyfile=_path(workspace, server.tls_key),
        workers=processes,
    )
    signal.signal(signal.SIGTERM, _stop)
    with suppress(KeyboardInterrupt):
        if processes > 1:
            from uvicorn.supervisors import Multiprocess

            workspace.close()
            Multiprocess(config, sockets=[listener]).run()
        else:
            warm_up()
            _server_of(config).run(sockets=[listener])


def _server_of(config: Any) -> Any:
    """A server that lets open pages go first: their streams would otherwise never end."""
    import uvicorn

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app: Any = config.loaded_app
            while app is not None and not hasattr(app, "state"):
                app = getattr(app, "app", None)
            feed = getattr(app.state, "feed", None) if app is not None else None
            if feed is not None:
                feed.close()
            await super().shutdown(sockets)

    return Server(config)


def _path(workspace: Workspace, path: str | None) -> str | None:
    return str(workspace.path / path) if path else None


def _stop(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt
