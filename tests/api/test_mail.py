"""Invitations and reset links by e-mail, through a real mail server."""

from __future__ import annotations

import socket
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from tests.api.people import PASSWORD, add_person, browser, signed_in

from onefold.access.accounts.letters import LETTERS
from onefold.settings import Settings, SmtpSettings
from onefold.workspace import Workspace


class Box:
    """Keeps what it is sent."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the server's name for it
        self.letters.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@pytest.fixture
def box():
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def workspace(tmp_path, box):
    smtp = SmtpSettings(host="127.0.0.1", port=box.port, security="none", sender="Onefold <no-reply@example.com>")
    with Workspace.create(tmp_path / "acme", Settings(name="Acme {inviter} 王", smtp=smtp)) as workspace:
        yield workspace


def forgot(client, email):
    return client.post("/api/v1/password/forgot", json={"email": email})


def link_in(letter):
    [line] = [line for line in letter.get_content().splitlines() if line.startswith("http")]
    return line.partition("#token=")[2]


def test_an_invitation_is_sent_with_its_link(workspace, box):
    add_person(workspace)
    invitation = {"email": "bea@example.com", "display_name": "Bea", "roles": ["agent"]}
    made = signed_in(workspace).post("/api/v1/invitations", json=invitation).json()
    assert made["is_mailed"] is True
    [(to, letter)] = box.letters
    assert to == ["bea@example.com"]
    assert letter["subject"] == "Your access to Acme {inviter} 王 in Onefold"
    assert made["link"] in letter.get_content()
    assert "Ana" in letter.get_content()


def test_a_forgotten_password_is_renewed_and_the_answer_tells_nothing(workspace, box):
    add_person(workspace)
    client = browser(workspace)
    answers = [forgot(client, email) for email in ("ANA@example.com", "nobody@example.com", "not an address")]
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, "null")}
    [(to, letter)] = box.letters
    assert to == ["ana@example.com"]
    new = {"token": link_in(letter), "password": "quite another phrase"}
    assert client.post("/api/v1/password/reset", json=new).status_code == 204
    signed_in(workspace, password="quite another phrase")


def test_asking_again_and_again_must_wait(workspace, box):
    add_person(workspace)
    client = browser(workspace)
    for email in ("ana@example.com", "nobody@example.com"):
        statuses = [forgot(client, email).status_code for _ in range(7)]
        assert statuses == [202] * 5 + [429] * 2
    assert len(box.letters) == 5


@pytest.mark.parametrize("language", list(LETTERS))
def test_letters_speak_the_language_of_the_person(workspace, box, language):
    add_person(workspace)
    owner = signed_in(workspace)
    owner.patch("/api/v1/me", json={"locale": {"language": language}})
    forgot(browser(workspace), "ana@example.com")
    [(_, letter)] = box.letters
    assert letter["subject"] == LETTERS[language]["reset"].subject.format(company="Acme {inviter} 王")


def test_a_mail_server_that_is_away_changes_no_answer(workspace, box, tmp_path):
    add_person(workspace)
    settings = workspace.path / "onefold.yaml"
    settings.write_text(settings.read_text().replace(f"port: {box.port}", "port: 9"))
    assert forgot(browser(workspace), "ana@example.com").status_code == 202


def test_without_a_mail_server_it_is_said_for_every_address_alike(tmp_path):
    with Workspace.create(tmp_path / "plain", Settings(name="acme")) as workspace:
        add_person(workspace, password=PASSWORD)
        answers = [forgot(browser(workspace), email) for email in ("ana@example.com", "nobody@example.com")]
        assert [answer.status_code for answer in answers] == [501, 501]
        assert answers[0].text == answers[1].text
