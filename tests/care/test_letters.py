"""Letters through a real mail server, and the customer page's view of what people did."""

from __future__ import annotations

import email
import socket
from email import policy

import pytest
from aiosmtpd.controller import Controller
from tests.care.office import V1, Office

from onefold.api.background import post_letters
from onefold.api.links import served_address
from onefold.settings import Settings, SmtpSettings
from onefold.workspace import Workspace


class Box:
    """Keeps what arrives."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.letters.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 kept"


@pytest.fixture
def box():
    """A mail server of the test's own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    kept = Box()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    kept.port = port
    yield kept
    controller.stop()


def test_a_mention_arrives_by_e_mail_without_a_word_about_the_customer(tmp_path, box):
    smtp = SmtpSettings(host="127.0.0.1", port=box.port, security="none", sender="Onefold <onefold@acme.example>")
    with Workspace.create(tmp_path / "acme", Settings(name="acme", smtp=smtp)) as workspace:
        office = Office(workspace)
        ids = office.customers("a")
        ana, ben = office.person("Ana Puig"), office.person("Ben Stone", email="ben@acme.example")
        office.client(ana).post(
            f"{V1}/customers/{ids['a']}/notes", json={"body": "secret words", "mentions": [ben]}
        ).raise_for_status()
        assert post_letters(workspace) == 1
        assert post_letters(workspace) == 0
    (letter,) = box.letters
    assert letter["To"] == "ben@acme.example"
    assert letter["Subject"] == "Ana Puig mentioned you"
    assert letter["Message-ID"].startswith("<ntf_")
    whole = letter.as_string() + letter.get_content()
    assert "/notifications?open=ntf_" in letter.get_content()
    for word in ("secret", ids["a"], "Customer a"):
        assert word not in whole


def test_without_a_mail_server_nothing_is_sent_and_nothing_fails(desk):
    ana = desk.client(desk.ana)
    ana.post(f"{V1}/customers/{desk.ids['a']}/notes", json={"body": "x", "mentions": [desk.ben]})
    assert post_letters(desk.workspace) == 0


def test_the_timeline_of_the_customer_page_shows_notes_tasks_and_files(desk):
    ana = desk.client(desk.ana)
    ana.post(f"{V1}/customers/{desk.ids['a']}/notes", json={"body": "called back"})
    page = ana.get(f"{V1}/customers/{desk.ids['a']}/timeline")
    assert page.status_code == 200, page.text
    assert "called back" in page.text
    analyst = desk.client(desk.person("Nia", "analyst"))
    assert "called back" not in analyst.get(f"{V1}/customers/{desk.ids['a']}/timeline").text


def test_links_of_letters_lead_to_the_address_that_is_served_whatever_port_the_settings_name(tmp_path):
    with Workspace.create(tmp_path / "acme", Settings(name="acme")) as workspace:
        assert served_address(workspace) == "http://127.0.0.1:8360"
        (workspace.path / ".server").write_text('{"url": "http://127.0.0.1:9123", "token": "t", "pid": 1}')
        assert served_address(workspace) == "http://127.0.0.1:9123"
        with (workspace.path / "onefold.yaml").open("a", encoding="utf-8") as file:
            file.write("server:\n  public_url: https://customers.acme.example\n")
        assert served_address(workspace) == "https://customers.acme.example"
