"""``onefold serve`` as a process of its own, from the first run on."""

from __future__ import annotations

import json
import signal
import ssl
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest

from onefold.kernel import utc_now
from onefold.settings import Settings
from onefold.workspace import Workspace

PASSWORD = "correct horse battery staple"


@contextmanager
def serving(folder, *options):
    """A running server and what it said first."""
    command = [sys.executable, "-m", "onefold", "serve", "--json", "--no-open", "--port", "0", *options]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        lines = []
        while not (line := process.stdout.readline()).startswith("}"):
            if not line:
                raise AssertionError(process.stderr.read())
            lines.append(line)
        said = json.loads("".join([*lines, "}"]))
        _wait_for(said["url"])
        yield process, said
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _wait_for(url):
    for _ in range(150):
        try:
            if httpx.get(f"{url}/api/v1/health", verify=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


def refused(folder, *options):
    command = [sys.executable, "-m", "onefold", "serve", "--json", "--no-open", "--port", "0", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    return json.loads(done.stdout)["error"]


def become_owner(said):
    token = said["set_up_link"].partition("#token=")[2]
    body = {"token": token, "email": "ana@example.com", "display_name": "Ana", "password": PASSWORD}
    with httpx.Client(base_url=said["url"], verify=False) as client:
        answer = client.post("/api/v1/setup", json=body)
        assert answer.status_code == 200, answer.text
        return client.get("/api/v1/me").json(), answer.headers["set-cookie"]


def certificate(folder):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(utc_now() - timedelta(days=1))
        .not_valid_after(utc_now() + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key_bytes = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(key_bytes)
    return ["--tls-certificate", "cert.pem", "--tls-key", "key.pem"]


@pytest.fixture
def folder(tmp_path):
    Workspace.create(tmp_path / "acme", Settings(name="acme")).close()
    return tmp_path / "acme"


@pytest.mark.slow
def test_the_first_run_gives_a_link_and_the_second_none(folder):
    with serving(folder) as (process, said):
        assert said["set_up_link"].startswith(f"{said['url']}/set-up#token=")
        state = json.loads((folder / ".server").read_text())
        assert (state["url"], state["pid"]) == (said["url"], process.pid)
        assert stat.S_IMODE((folder / ".server").stat().st_mode) == 0o600
        assert refused(folder)["code"] == "conflict"
        me, _ = become_owner(said)
        assert me["email"] == "ana@example.com"
        local = httpx.get(f"{said['url']}/api/v1/me", headers={"Authorization": f"Bearer {state['token']}"}).json()
        assert local["kind"] == "cli"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert not (folder / ".server").exists()
    with serving(folder) as (process, said):
        assert said["set_up_link"] is None
        process.terminate()
        assert process.wait(30) == 0
        assert not (folder / ".server").exists()


@pytest.mark.slow
def test_beyond_this_machine_it_listens_only_with_an_owner_and_tls(folder):
    error = refused(folder, "--host", "0.0.0.0")
    assert "nobody owns" in error["message"]
    with serving(folder) as (_process, said):
        become_owner(said)
    assert "in clear" in refused(folder, "--host", "0.0.0.0")["message"]
    assert refused(folder, "--processes", "2")["code"] == "invalid_input"
    with serving(folder, "--host", "0.0.0.0", *certificate(folder)) as (_process, said):
        assert said["url"].startswith("https://127.0.0.1:")
        context = ssl._create_unverified_context()
        with httpx.Client(base_url=said["url"], verify=context) as client:
            body = {"email": "ana@example.com", "password": PASSWORD}
            cookie = client.post("/api/v1/sign-in", json=body).headers["set-cookie"]
            assert cookie.startswith("__Host-onefold_session=")
            assert client.get("/api/v1/me").json()["email"] == "ana@example.com"
            assert "strict-transport-security" in client.get("/api/v1/health").headers


@pytest.mark.slow
def test_a_port_in_use_is_said(folder, tmp_path):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        error = refused(folder, "--port", str(taken.getsockname()[1]))
    assert "cannot listen" in error["message"]


@pytest.mark.slow
def test_a_killed_server_leaves_nothing_in_the_way(folder):
    with serving(folder) as (process, said):
        become_owner(said)
        process.kill()
        process.wait()
        assert (folder / ".server").exists()
    with serving(folder) as (process, said):
        assert json.loads((folder / ".server").read_text())["pid"] == process.pid
        with httpx.Client(base_url=said["url"]) as client:
            body = {"email": "ana@example.com", "password": PASSWORD}
            assert client.post("/api/v1/sign-in", json=body).status_code == 200


@pytest.mark.slow
@pytest.mark.postgres
def test_several_processes_serve_one_postgresql(tmp_path, postgres_url):
    url = postgres_url.replace("postgresql://", "postgresql+psycopg://")
    Workspace.create(tmp_path / "acme", Settings(name="acme", database=url)).close()
    with serving(tmp_path / "acme", "--processes", "2") as (process, said):
        _, cookie = become_owner(said)
        name, _, token = cookie.partition(";")[0].partition("=")
        for _ in range(20):
            headers = {"Cookie": f"{name}={token}"}
            assert httpx.get(f"{said['url']}/api/v1/me", headers=headers).status_code == 200
        process.terminate()
        assert process.wait(40) == 0
