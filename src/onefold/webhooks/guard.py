"""Where the server may connect to on behalf of people: addresses of the public internet, and what the settings allow.

A name is resolved once, every address it has is checked, and the connection is made to a checked address, so that a
name that answers differently the second time gains nothing. Redirects are the caller's not to follow.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpcore

from onefold.errors import InvalidInput, NotAllowed
from onefold.settings import Settings

_LONGEST_URL = 2_000
_NOT_IN_URLS = re.compile(r"[^\x21-\x7e]|\\")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Guard:
    """What may be connected to."""

    allow_private: bool = False
    """Also this machine and private networks."""
    plain_hosts: frozenset[str] = field(default_factory=frozenset)
    """Hosts that may be reached without TLS."""

    @classmethod
    def of(cls, settings: Settings) -> Guard:
        """As the settings say."""
        hosts = (host.rstrip(".").lower() for host in settings.webhooks.plain_hosts)
        return cls(settings.server.allow_private_addresses, frozenset(hosts))

    def check_url(self, url: str) -> str:
        """Return ``url`` if its form is one that may be connected to; nothing is resolved.

        Raises:
            InvalidInput: it is not, and why.
        """
        parts = _split(url)
        host = (parts.hostname or "").rstrip(".").lower()
        if parts.scheme not in {"http", "https"} or not host:
            raise InvalidInput("a webhook's address begins with https://", hint="Give the receiver's whole address.")
        if parts.scheme == "http" and host not in self.plain_hosts:
            raise InvalidInput(
                f"{host} would be sent to without encryption",
                hint="Use https, or add the host to webhooks.plain_hosts in onefold.yaml.",
            )
        if parts.username or parts.password or parts.fragment:
            raise InvalidInput("a webhook's address holds no password and no #", hint="Receivers check the signature.")
        address = _literal(host)
        if address is not None:
            self._check(host, [address])
        elif host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
            self._check(host, ["127.0.0.1"])
        return url

    def resolve(self, host: str, port: int) -> str:
        """An address of ``host`` that may be connected to.

        Raises:
            NotAllowed: one of its addresses may not.
            OSError: the name cannot be resolved.
        """
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        self._check(host, addresses)
        return addresses[0]

    def _check(self, host: str, addresses: Iterable[str]) -> None:
        if not self.allow_private and not all(map(is_public, addresses)):
            raise NotAllowed(
                f"{host} is an address of this machine or a private network",
                hint="Allow such addresses with server.allow_private_addresses in onefold.yaml.",
            )


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet, also where it hides another one inside.

    >>> is_public("93.184.216.34"), is_public("10.0.0.1"), is_public("::ffff:127.0.0.1"), is_public("64:ff9b::7f00:1")
    (True, False, False, False)
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        hidden = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo or (None, None))[1]
        if hidden is None and parsed in _NAT64:
            hidden = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if hidden is not None:
            return is_public(str(hidden))
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def _split(url: str) -> SplitResult:
    is_clean = len(url) <= _LONGEST_URL and not _NOT_IN_URLS.search(url)
    try:
        parts = urlsplit(url) if is_clean else None
        if parts is not None:
            _ = parts.port
            (parts.hostname or "").encode("idna")
    except ValueError:
        parts = None
    if parts is None:
        raise InvalidInput("this is not an address", hint="Such as https://example.com/hooks/onefold.")
    return parts


def _literal(host: str) -> str | None:
    """The address that a host is written as, also in the old ways (127.1, 0x7f000001, 2130706433)."""
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None


class GuardedBackend(httpcore.NetworkBackend):
    """Connects where the guard allows, and lets no exchange last longer than its deadline."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._backend = httpcore.SyncBackend()
        self.deadline = 0.0
        """In monotonic seconds."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        """Resolve once, check, connect to what was checked."""
        try:
            address = self._guard.resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} cannot be resolved: {error}") from None
        stream = self._backend.connect_tcp(address, port, self.left(timeout), local_address, socket_options)
        return _Hurried(stream, self)

    def left(self, timeout: float | None) -> float:
        """Seconds until the deadline, ``timeout`` at most.

        Raises:
            ReadTimeout: it is over.
        """
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout("the exchange took too long")
        return min(seconds, timeout) if timeout is not None else seconds


class _Hurried(httpcore.NetworkStream):
    """A stream whose every step must end before the deadline: drip feeding keeps nobody busy."""

    def __init__(self, stream: httpcore.NetworkStream, backend: GuardedBackend) -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._backend.left(timeout))
        return _Hurried(stream, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
