"""What a source that was connected over HTTP may open: public addresses and uploaded files, nothing else.

The guard stands where sources are opened, so that it holds at every read and not only on the day of connecting. A
name is resolved once; every address it has must be public, and the connection goes to the one that was looked at.
Where a place is refused the message does not tell a private address from a name that does not exist.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from onefold.errors import InvalidInput
from onefold.settings import SourceSettings

UPLOADS = Path("files/uploads")
"""Where uploaded files are, below the workspace."""

_OPTIONS = {
    "postgresql": {"sslmode", "connect_timeout", "application_name"},
    "postgres": {"sslmode", "connect_timeout", "application_name"},
    "mysql": {"ssl", "charset"},
    "mariadb": {"ssl", "charset"},
}
"""Kinds of databases, and what may follow ``?``: drivers know options that name other hosts and files."""

GUARDED_KINDS = frozenset(_OPTIONS)
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")
_USER = re.compile(r"[^@/?#\\\s\x00-\x1f]*")
_DATABASE = re.compile(r"/[^/?#\\\x00-\x1f]{1,128}")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_HINT = (
    "Connect it at the command line of the server: onefold connect NAME LOCATION. "
    "Or set allow_private_addresses under server in onefold.yaml."
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def guard_source(name: str, settings: SourceSettings, *, base: Path) -> SourceSettings:
    """The settings with every location checked, and pinned to the address that was checked.

    Raises:
        InvalidInput: a location is neither a public database nor an uploaded file.
    """
    pinned = [_guarded(name, location, base) for location in settings.locations]
    return settings.model_copy(update={"location": pinned if len(pinned) > 1 else pinned[0]})


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet, seen through every way of writing one inside another."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def resolve_public(host: str, port: int) -> str | None:
    """The address that a name stands for; None unless it has some and all of them are public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    except (OSError, ValueError, UnicodeError):
        return None
    return str(addresses[0]) if addresses and all(is_public(address) for address in addresses) else None


def _guarded(name: str, location: str, base: Path) -> str:
    return _pinned(name, location) if "://" in location else _uploaded(name, location, base)


def _uploaded(name: str, location: str, base: Path) -> str:
    """The path of an uploaded file, links followed, patterns refused."""
    root = (base / UPLOADS).resolve()
    is_plain = not re.search(r"[*?\[\]{}$~\x00-\x1f\\]", location)
    path = (base / location).resolve() if is_plain else root
    if root not in path.parents or not path.is_file():
        raise InvalidInput(
            f"{name}: only uploaded files can be read from here", hint=f"Upload the file. {_HINT}", source=name
        )
    return str(path)


def _pinned(name: str, location: str) -> str:
    try:
        parts = urlsplit(location)
        port = parts.port
    except ValueError:
        raise _unreadable(name) from None
    scheme = parts.scheme.lower()
    if scheme not in _OPTIONS:
        kinds = ", ".join(sorted(_OPTIONS.keys() - {"postgres"}))
        raise InvalidInput(f"{name}: {scheme}:// cannot be connected from here", hint=f"Kinds: {kinds}. {_HINT}")
    user, _, place = parts.netloc.rpartition("@")
    bracketed = re.fullmatch(r"\[([0-9A-Fa-f:.]+)\](?::\d+)?", place)
    host = bracketed[1] if bracketed else place.partition(":")[0]
    is_plain = bracketed or _HOST.fullmatch(host)
    if not is_plain or not _USER.fullmatch(user) or not _DATABASE.fullmatch(parts.path) or parts.fragment:
        raise _unreadable(name)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if refused := sorted(options.keys() - _OPTIONS[scheme]):
        allowed = ", ".join(sorted(_OPTIONS[scheme]))
        raise InvalidInput(f"{name}: the option {refused[0]!r} cannot be used from here", hint=f"Options: {allowed}.")
    is_mysql = scheme in {"mysql", "mariadb"}
    address = resolve_public(host, port or (3306 if is_mysql else 5432))
    if address is None:
        raise InvalidInput(f"{name}: {host} is not a public address", hint=_HINT, source=name)
    shown = f"[{address}]" if ":" in address else address
    target = shown if is_mysql else (f"[{host}]" if bracketed else host)
    if not is_mysql:
        options["hostaddr"] = address  # libpq: connect there, whatever the name says by now
    credentials = f"{user}@" if user else ""
    query = f"?{urlencode(options, quote_via=quote)}" if options else ""
    return f"{scheme}://{credentials}{target}{f':{port}' if port else ''}{parts.path}{query}"


def _unreadable(name: str) -> InvalidInput:
    return InvalidInput(
        f"{name}: the location is not one that can be used from here",  # nothing of it: it may hold a password
        hint="Write postgresql://user:password@host:port/database, and @ : / # in a password as %40 %3A %2F %23.",
    )
