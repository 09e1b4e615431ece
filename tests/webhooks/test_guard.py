"""The server connects to nothing that an attacker could reach through it."""

from __future__ import annotations

import socket
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onefold.errors import InvalidInput, NotAllowed, OnefoldError
from onefold.webhooks.guard import Guard, is_public
from onefold.webhooks.sending import Post

STRICT = Guard()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "a.localhost", "printer.local",
        "metadata.google.internal", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "255.255.255.255", "224.0.0.1", "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[::ffff:10.0.0.1]",
        "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "LOCALHOST.", "0",
    ],
)  # fmt: skip
def test_private_addresses_are_refused_however_they_are_written(host):
    with pytest.raises(NotAllowed):
        STRICT.check_url(f"https://{host}/hook")


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "http://example.com/", "ftp://example.com/", "https://", "https://a:b@example.com/", "//example.com",
        "https://example.com/#x", "https://example.com:99999/", "https://exa mple.com/", "https://example.com/\r\nX: y",
        "https://example.com\\@127.0.0.1/", "file:///etc/passwd", "gopher://x", "https://" + "a" * 3000,
        "javascript:alert(1)", "https://[::1", "https://ex\x00ample.com",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused(url):
    with pytest.raises(InvalidInput):
        STRICT.check_url(url)


def test_plain_http_needs_its_host_named():
    assert Guard(plain_hosts=frozenset({"hooks.example.com"})).check_url("http://hooks.example.com/a")
    with pytest.raises(InvalidInput):
        STRICT.check_url("http://hooks.example.com/a")


@given(st.text(max_size=80))
def test_no_text_breaks_the_check(text):
    for url in (text, f"https://{text}", f"https://{text}.com/{text}"):
        with suppress(OnefoldError):
            STRICT.check_url(url)


@given(st.ip_addresses())
def test_what_counts_as_public_is_global(address):
    if is_public(str(address)):
        assert address.is_global


def test_a_name_that_leads_to_a_private_address_is_not_connected_to(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: [(2, 1, 6, "", ("127.0.0.1", 443))])
    with Post("https://rebound.example.com/", STRICT) as post:
        attempt = post.send(b"{}", {})
    assert attempt.status is None
    assert "private network" in attempt.excerpt


def test_a_name_is_resolved_once_and_the_connection_goes_to_what_was_checked(monkeypatch, receive):
    """A name that answers differently the second time (DNS rebinding) gains nothing."""
    receiver = receive()
    port = receiver.server.server_port
    asked = []

    real = socket.getaddrinfo

    def resolve(host, *arguments, **options):
        if host != "rebound.example.com":
            return real(host, *arguments, **options)
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.99"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    connect = socket.create_connection
    connected = []

    def watch(address, *arguments, **options):
        connected.append(address[0])
        return connect(address, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", watch)
    with Post(f"http://rebound.example.com:{port}/", Guard(True, frozenset({"rebound.example.com"}))) as post:
        post.send(b"{}", {})
        assert connected == ["127.0.0.1"]
    assert len(asked) == 1
    assert receiver.messages[0].headers["host"] == f"rebound.example.com:{port}"
