"""The guard around every request, over real HTTP where it matters."""

from __future__ import annotations

import socket
from contextlib import suppress
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from tests.api.conftest import TOKEN
from tests.api.people import PASSWORD, add_person, browser
from tests.api.served import served

from onefold.api import create_app, security
from onefold.kernel import utc_now
from onefold.settings import ServerSettings, Settings
from onefold.workspace import Workspace


@pytest.fixture
def database_url(tmp_path):
    """One kind of database is enough here."""
    return f"sqlite:///{tmp_path / 'app.db'}"


def with_server(tmp_path, **server):
    return Workspace.create(tmp_path / "guarded", Settings(name="acme", server=ServerSettings(**server)))


@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/nowhere", "/", "/api/v1/me"])
def test_every_answer_carries_the_headers(client, path):
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    for part in ("default-src 'none'", "script-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy
    assert "unsafe-eval" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in {"no-referrer", "same-origin"}
    assert "strict-transport-security" not in headers
    if path.startswith("/api/"):
        assert headers["cache-control"] == "no-store"


def test_under_tls_browsers_are_told_to_stay_there(workspace):
    answer = browser(workspace, base_url="https://localhost").get("/api/v1/health")
    assert answer.headers["strict-transport-security"].startswith("max-age=")


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "", "127.0.0.1.evil.example:80", "[", "a b"]
)
def test_a_name_that_is_not_ours_is_refused(client, host):
    answer = client.get("/api/v1/health", headers={"Host": host})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unknown_host")
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8360", "127.0.0.1:1", "[::1]:8360", "192.168.3.4", "localhost."]
)
def test_our_own_names_and_addresses_are_taken(client, host):
    assert client.get("/api/v1/health", headers={"Host": host}).status_code == 200


def test_the_public_name_is_ours(tmp_path):
    with with_server(tmp_path, public_url="https://customers.example.com") as workspace:
        client = TestClient(create_app(workspace), base_url="http://customers.example.com")
        assert client.get("/api/v1/health").status_code == 200
        post = client.post("/api/v1/sign-out", headers={"Origin": "https://customers.example.com"})
        assert post.status_code == 204
        assert client.get("/api/v1/health", headers={"Host": "example.com"}).status_code == 400


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:9999", "http://localhost.evil.example"]
)
def test_a_change_from_another_site_is_refused_even_signing_in(workspace, origin):
    add_person(workspace)
    client = browser(workspace)
    body = {"email": "ana@example.com", "password": PASSWORD}
    answer = client.post("/api/v1/sign-in", json=body, headers={"Origin": origin})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "other_site")
    assert client.post("/api/v1/sign-in", json=body, headers={"Origin": "http://localhost"}).status_code == 200


def test_too_large_a_body_is_refused_announced_or_streamed(client, monkeypatch):
    monkeypatch.setattr(security, "BODY_LIMIT_BYTES", 10_000)
    for content in (b"x" * 10_001, (b"x" * 1000 for _ in range(11))):
        answer = client.post("/api/v1/sign-in", content=content)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert client.post("/api/v1/sign-in", content=b"x" * 9_999).status_code == 422


def test_a_flood_over_a_real_connection_is_cut(workspace, monkeypatch):
    monkeypatch.setattr(security, "BODY_LIMIT_BYTES", 100_000)
    with served(workspace, TOKEN) as (url, _app):
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            head = b"POST /api/v1/sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
            connection.sendall(head)
            sent, answer = 0, b""
            try:
                while sent < 50_000_000:
                    connection.sendall(b"2710\r\n" + b"x" * 10_000 + b"\r\n")
                    sent += 10_000
            except (BrokenPipeError, ConnectionResetError):
                pass
            with suppress(ConnectionResetError):
                answer = connection.recv(65536)
        assert sent < 50_000_000 or b" 413 " in answer.split(b"\r\n")[0]


@pytest.mark.parametrize(
    ("trusted", "forwarded", "seen"),
    [
        ([], "203.0.113.9", "127.0.0.1"),
        (["127.0.0.1"], "203.0.113.9", "203.0.113.9"),
        (["127.0.0.1", "10.0.0.0/8"], "6.6.6.6, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        (["192.0.2.1"], "203.0.113.9", "127.0.0.1"),
    ],
)
def test_a_proxys_word_counts_only_where_it_is_trusted(tmp_path, trusted, forwarded, seen):
    with with_server(tmp_path, trusted_proxies=trusted) as workspace:
        add_person(workspace)
        client = browser(workspace, base_url="http://localhost", client=("127.0.0.1", 5000))
        headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}
        body = {"email": "ana@example.com", "password": PASSWORD}
        answer = client.post("/api/v1/sign-in", json=body, headers=headers)
        assert ("secure" in answer.headers["set-cookie"].lower()) == (seen != "127.0.0.1")
        name, _, token = answer.headers["set-cookie"].partition(";")[0].partition("=")
        answer = client.get("/api/v1/sessions", headers={**headers, "Cookie": f"{name}={token}"})
        assert answer.json()["items"][0]["address"] == seen


def test_names_of_the_certificate_are_ours(tmp_path):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "crm.example.com")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(utc_now())
        .not_valid_after(utc_now() + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("crm.example.com"), x509.DNSName("*.in.example")]), False
        )
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    names = security._own_names(ServerSettings(tls_certificate="cert.pem"), tmp_path)
    assert security._is_ours("crm.example.com", names)
    assert security._is_ours("a.in.example", names)
    assert not security._is_ours("in.example", names)
