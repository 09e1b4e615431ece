"""Uploads over real connections: too much, cut off, killed, at the same moment."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from tests.api.served import serve
from tests.care import contents
from tests.care.office import V1, error_of, send
from tests.care.test_files import kept, rows

from onefold.api.care.files import file_store
from onefold.care import sweep_files
from onefold.care.tables import note

TOKEN = "token-of-the-test-0123456789"
BOUNDARY = b"----x"
HEAD = b'------x\r\nContent-Disposition: form-data; name="file"; filename="x.txt"\r\nContent-Type: text/plain\r\n\r\n'
TAIL = b"\r\n------x--\r\n"


@pytest.fixture
def served(desk):
    """The address of the office, served for real."""
    server, thread, url = serve(desk.app)
    yield url
    server.should_exit = True
    thread.join(10)


def post(url, desk, content, **headers):
    headers = {"Content-Type": "multipart/form-data; boundary=----x", "X-Person": desk.ana, **headers}
    return httpx.post(f"{url}{V1}/customers/{desk.ids['a']}/files", content=content, headers=headers, timeout=60)


def test_a_stream_without_end_is_refused_when_it_is_too_much(desk, served):
    sent = 0

    def stream():
        nonlocal sent
        yield HEAD
        for _ in range(200):
            sent += 65536
            yield b"x" * 65536

    try:
        answer = post(served, desk, stream())
        assert answer.status_code == 413
    except (httpx.WriteError, httpx.RemoteProtocolError, httpx.ReadError):
        pass  # refused while still sending
    assert kept(desk) == []
    assert rows(desk) == []


def test_what_announces_too_much_is_refused_before_it_comes(desk, served):
    host, port = served.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = (
            f"POST {V1}/customers/{desk.ids['a']}/files HTTP/1.1\r\nHost: {host}\r\nX-Person: {desk.ana}\r\n"
            f"Content-Type: multipart/form-data; boundary=----x\r\nContent-Length: {10**9}\r\n\r\n"
        )
        connection.sendall(head.encode())
        assert b"413" in connection.recv(200).partition(b"\r\n")[0]


def test_a_cut_connection_leaves_nothing(desk, served):
    host, port = served.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = (
            f"POST {V1}/customers/{desk.ids['a']}/files HTTP/1.1\r\nHost: {host}\r\nX-Person: {desk.ana}\r\n"
            f"Content-Type: multipart/form-data; boundary=----x\r\nContent-Length: 500000\r\n\r\n"
        )
        connection.sendall(head.encode() + HEAD + b"x" * 200_000)
        _until(lambda: len(kept(desk)) == 1)
    _until(lambda: kept(desk) == [])
    assert rows(desk) == []


@pytest.mark.parametrize(
    "body",
    [
        HEAD + b"hello",
        HEAD + b"hello\r\n------x",
        b"",
        b"hello",
        TAIL,
        HEAD.replace(b'name="file"', b'name="other"') + b"hello" + TAIL,
        HEAD.replace(b'; filename="x.txt"', b"") + b"hello" + TAIL,
        HEAD + b"one\r\n" + HEAD + b"two" + TAIL,
        b"------x\r\n" + b"X-Long: " + b"y" * 20_000 + b"\r\n\r\nhello" + TAIL,
    ],
    ids=["no end", "half an end", "nothing", "no parts", "only an end", "other part", "no name", "two", "headers"],
)
def test_a_request_that_is_no_whole_file_is_refused(desk, served, body):
    answer = post(served, desk, body)
    assert answer.status_code == 422, answer.text
    assert error_of(answer) == "invalid_input"
    assert kept(desk) == []


def test_json_is_no_upload(desk, served):
    assert error_of(post(served, desk, b"{}", **{"Content-Type": "application/json"})) == "invalid_input"


def test_without_permission_no_byte_is_taken(desk, served):
    analyst = desk.person("Nia", "analyst")
    answer = post(served, desk, HEAD + b"hello" + TAIL, **{"X-Person": analyst})
    assert answer.status_code == 403
    assert kept(desk) == []


def test_many_uploads_of_the_same_and_sweeping_meanwhile_lose_nothing(desk, served):
    store = file_store(desk.workspace)

    def one(number):
        name = f'filename="{number}.txt"'.encode()
        return post(served, desk, HEAD.replace(b'filename="x.txt"', name) + b"same" + TAIL)

    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(one, number) for number in range(16)]
        while not all(answer.done() for answer in answers):
            sweep_files(desk.database, store)
    assert {answer.result().status_code for answer in answers} == {201}
    got = desk.client(desk.ana).get(f"{V1}/files/{answers[0].result().json()['file_id']}/content")
    assert got.content == b"same"


def test_of_two_edits_at_the_same_moment_one_is_told(desk, served):
    headers = {"X-Person": desk.ana, "If-Match": '"1"'}
    for _ in range(5):
        path = f"{served}{V1}/customers/{desk.ids['a']}/notes"
        note_id = httpx.post(path, json={"body": "x"}, headers=headers).json()["note_id"]
        with ThreadPoolExecutor(4) as pool:
            put = [
                pool.submit(httpx.put, f"{served}{V1}/notes/{note_id}", json={"body": f"y{number}"}, headers=headers)
                for number in range(4)
            ]
        codes = sorted(answer.result().status_code for answer in put)
        assert codes[0] == 200
        assert set(codes[1:]) <= {409, 412}
        with desk.database.read() as connection:
            assert connection.execute(sa.select(note.c.version).where(note.c.note_id == note_id)).scalar() == 2


def test_of_two_new_tags_of_one_name_at_the_same_moment_one_remains(desk, served):
    def put_on(name):
        path = f"{served}{V1}/customers/{desk.ids['a']}/tags"
        return httpx.post(path, json={"name": name}, headers={"X-Person": desk.ana}, timeout=30).status_code

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(put_on, ["VIP"] * 4))
    assert 201 in codes
    assert set(codes) <= {201, 409}
    assert len(desk.client().get(f"{V1}/tags").json()["items"]) == 1


@contextmanager
def killable(office, point):
    """A server in a process of its own that stops at ``point``; yields its address and the process."""
    script = Path(__file__).parent / "upload_server.py"
    command = [sys.executable, str(script), str(office.workspace.path), point]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}", process
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("point", ["while_sending", "before_rename", "before_commit", "after_commit"])
def test_a_server_killed_in_an_upload_leaves_all_or_nothing(desk, point):
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "Content-Type": "multipart/form-data; boundary=----x",
        "Idempotency-Key": "k",
    }
    path = f"{V1}/customers/{desk.ids['a']}/files"
    with killable(desk, point) as (url, process), ThreadPoolExecutor(1) as pool:

        def body():
            yield HEAD + b"hello"
            if point == "while_sending":
                _until(lambda: len(kept(desk)) == 1)
                process.kill()
                time.sleep(0.2)
            yield TAIL

        waiting = pool.submit(httpx.post, f"{url}{path}", content=body(), headers=headers, timeout=60)
        if point != "while_sending":
            assert process.stdout.readline().strip() == "reached"
            process.kill()
        with pytest.raises(httpx.TransportError):
            waiting.result()
    is_committed = point == "after_commit"
    assert len(rows(desk)) == is_committed
    sweep_files(desk.database, file_store(desk.workspace))
    assert len(kept(desk)) == is_committed
    with killable(desk, "nowhere") as (url, _):
        again = httpx.post(f"{url}{path}", content=HEAD + b"hello" + TAIL, headers=headers, timeout=60)
        assert again.status_code == 201, again.text
        assert ("Idempotency-Replayed" in again.headers) is is_committed
        got = httpx.get(f"{url}{V1}/files/{again.json()['file_id']}/content", headers=headers)
        assert got.content == b"hello"
    assert len(rows(desk)) == 1


def test_the_disk_being_full_is_said_and_leaves_nothing(desk, monkeypatch):
    from onefold.care import store

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "fsync", full)
    answer = send(desk.client(desk.ana), desk.ids["a"], "scan.png", contents.png())
    assert answer.status_code == 503
    assert error_of(answer) == "engine_failed"
    monkeypatch.undo()
    assert kept(desk) == []
    assert rows(desk) == []


def _until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
