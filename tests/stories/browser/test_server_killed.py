"""The server is killed while somebody writes: the page says so, keeps what was written, and goes on by itself."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from tests.api.people import PASSWORD, add_person
from tests.browsing import DESK, UI, prefer, require_interface

from onefold.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PEOPLE = "id,full name,e-mail\n1,Nikos Papadopoulos,nikos@example.com\n2,Ana Puig,ana@example.com\n"
WORDS = json.loads((UI / "src/features/care/messages/en.json").read_text(encoding="utf-8"))
OFFLINE = json.loads((UI / "src/components/messages/en.json").read_text(encoding="utf-8"))["offline"]


class Server:
    """``onefold serve``, which can be killed and comes back at the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "onefold", "serve", "--json", "--no-open", "--port", str(self.port)]
        self._process = subprocess.Popen(command, cwd=self._folder, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline(), "the server does not start"

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[Server, str]]:
    """A served workspace and one customer in it."""
    require_interface()
    (tmp_path / "crm.csv").write_text(PEOPLE, encoding="utf-8")
    with Workspace.create(tmp_path / "acme") as workspace:
        workspace.connect("crm", str(tmp_path / "crm.csv"))
        workspace.build()
        add_person(workspace, "ana@example.com", ["manager"])
        with workspace.database.read() as connection:
            customer_id = str(connection.scalar(sa.text("select min(customer_id) from customer")))
    server = Server(tmp_path / "acme")
    yield server, customer_id
    server.kill()


def signed_in(chromium: Any, server: Server) -> tuple[Any, httpx.Client]:
    """A page of somebody, and the same person at the API."""
    context = chromium.new_context(base_url=server.url, viewport=DESK, reduced_motion="reduce")
    prefer(context, language="en")
    client = httpx.Client(base_url=f"{server.url}/api/v1", timeout=60, trust_env=False)
    who = {"email": "ana@example.com", "password": PASSWORD}
    assert context.request.post("/api/v1/sign-in", data=who).ok
    assert client.post("/sign-in", json=who).is_success
    client.headers["X-CSRF-Token"] = client.get("/me").json()["csrf_token"]
    page = context.new_page()
    page.set_default_timeout(60_000)
    return page, client


def test_a_note_that_is_written_while_the_server_is_killed_is_kept_and_sent_once(house, chromium):
    server, customer_id = house
    page, client = signed_in(chromium, server)
    page.goto(f"/customers/{customer_id}/notes")
    field = page.get_by_label(WORDS["note.new"], exact=True)
    field.press_sequentially("Wants to be called back on Friday.")
    server.kill()
    page.get_by_text(OFFLINE).wait_for()
    field.press_sequentially(" After five.")
    page.get_by_role("button", name=re.compile(WORDS["note.save"])).click()
    assert field.input_value() == "Wants to be called back on Friday. After five."

    server.start()
    page.get_by_text(OFFLINE).wait_for(state="detached")
    page.get_by_role("listitem").filter(has_text="called back on Friday. After five.").wait_for()
    page.wait_for_function("(field) => field.value === ''", arg=field.element_handle())
    notes = client.get(f"/customers/{customer_id}/notes").json()["items"]
    assert [note["body"]["text"] for note in notes] == ["Wants to be called back on Friday. After five."]

    body = {"body": "Written elsewhere."}
    assert client.post(f"/customers/{customer_id}/notes", json=body).is_success
    page.get_by_role("listitem").filter(has_text="Written elsewhere.").wait_for()


def test_a_note_whose_answer_was_lost_is_there_once(house, chromium):
    server, customer_id = house
    page, client = signed_in(chromium, server)
    page.goto(f"/customers/{customer_id}/notes")
    field = page.get_by_label(WORDS["note.new"], exact=True)
    field.press_sequentially("Paid by card.")
    lost: list[str] = []

    def answer(route: Any) -> None:
        """The first answer does not come back: the server takes the note and is killed."""
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status and "taken")
            server.kill()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/notes", answer)
    page.get_by_role("button", name=re.compile(WORDS["note.save"])).click()
    page.get_by_text(OFFLINE).wait_for()
    assert field.input_value() == "Paid by card."
    server.start()
    page.get_by_text(OFFLINE).wait_for(state="detached")
    page.wait_for_function("(field) => field.value === ''", arg=field.element_handle())
    notes = client.get(f"/customers/{customer_id}/notes").json()["items"]
    assert [note["body"]["text"] for note in notes] == ["Paid by card."]
    assert lost == ["taken"]
