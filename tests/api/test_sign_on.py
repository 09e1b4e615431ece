"""Single sign-on against a real provider process."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import sqlalchemy as sa
from tests.api.people import add_person, browser
from tests.node import UI, find_node

from onefold.access.accounts import get_user, mint_link_token
from onefold.access.accounts.tables import user_account
from onefold.settings import Settings, SignOnSettings
from onefold.workspace import Workspace

CALLBACK = "http://localhost/api/v1/sign-on/acme_id/callback"
PEOPLE = {
    "ana": {"email": "Ana@Example.com", "email_verified": True, "name": "Ana García"},
    "impostor": {"email": "ana@example.com", "email_verified": True, "name": "Not Ana"},
    "unverified": {"email": "ana@example.com", "email_verified": False},
    "verified-as-text": {"email": "ana@example.com", "email_verified": "true"},
    "foreigner": {"email": "eva@elsewhere.example", "email_verified": True},
    "stranger": {"email": "new@example.com", "email_verified": True, "name": "王小明"},
    "no-mail": {"name": "Nobody"},
}

pytestmark = pytest.mark.slow


@contextmanager
def provider_process(*, by_userinfo):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "PORT": str(port),
        "PEOPLE": json.dumps(PEOPLE),
        "REDIRECT_URI": CALLBACK,
        "USERINFO": "1" if by_userinfo else "0",
        "UI_PACKAGE": str(UI / "package.json"),
    }
    script = Path(__file__).with_name("oidc_provider.mjs")
    process = subprocess.Popen(
        [str(find_node()), str(script)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        while "ready" not in (line := process.stdout.readline()):
            assert line, "the provider did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def issuer():
    with provider_process(by_userinfo=False) as url:
        yield url


@pytest.fixture
def workspace(tmp_path, issuer):
    with workspace_of(tmp_path, issuer) as workspace:
        yield workspace


def workspace_of(tmp_path, issuer, **changes):
    settings = SignOnSettings(
        issuer=issuer,
        client_id="onefold",
        client_secret="${CLIENT_SECRET}",
        domains=["example.com"],
        **{"label": "Acme ID", **changes},
    )
    workspace = Workspace.create(tmp_path / "acme", Settings(name="acme", sign_on={"acme_id": settings}))
    with (workspace.path / "secrets").open("a") as secrets:
        secrets.write("CLIENT_SECRET=secret-of-the-test\n")
    return workspace


def start(client, page="/customers?q=王"):
    answer = client.get("/api/v1/sign-on/acme_id/start", params={"next": page}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def at_provider(url, login):
    """What a person does there; returns where the provider sends the browser back to."""
    with httpx.Client(follow_redirects=False, timeout=20) as there:
        answer = there.get(url)
        for _ in range(12):
            if answer.is_redirect:
                location = str(answer.next_request.url)
                if location.startswith(CALLBACK):
                    return location
                answer = there.get(location)
                continue
            action = re.search(r'action="([^"]+)"', answer.text)[1]
            prompt = re.search(r'name="prompt" value="([^"]+)"', answer.text)[1]
            form = {"prompt": prompt, **({"login": login, "password": "x"} if prompt == "login" else {})}
            answer = there.post(httpx.URL(answer.url).join(action), data=form)
    raise AssertionError(answer.text)


def back(client, url):
    return client.get(urlsplit(url).path + "?" + urlsplit(url).query, follow_redirects=False)


def sign_on(workspace, login):
    client = browser(workspace)
    return client, back(client, at_provider(start(client), login)).headers["location"]


def user_row(workspace):
    with workspace.database.read() as connection:
        return connection.execute(sa.select(user_account).where(user_account.c.email == "ana@example.com")).one()


def test_an_invited_person_signs_on_and_comes_back_to_the_page_they_wanted(workspace):
    add_person(workspace, roles=["agent"])
    with workspace.database.write() as connection:
        connection.execute(sa.update(user_account).values(state="invited", password_hash=None))
        mint_link_token(connection, "invitation", user_row(workspace).user_id)
    assert browser(workspace).get("/api/v1/sign-in/options").json()["providers"] == [
        {"name": "acme_id", "label": "Acme ID"}
    ]
    client, location = sign_on(workspace, "ana")
    assert location == "/customers?q=王" or location.startswith("/customers?q=%E7%8E%8B")
    me = client.get("/api/v1/me").json()
    assert (me["email"], me["sign_on_provider"], me["has_password"]) == ("ana@example.com", "acme_id", False)
    assert user_row(workspace).state == "active"


def test_a_linked_person_is_known_by_the_subject_for_ever(workspace):
    add_person(workspace)
    sign_on(workspace, "ana")
    with workspace.database.write() as connection:
        connection.execute(sa.update(user_account).values(email="renamed@example.com"))
    client, _ = sign_on(workspace, "ana")
    assert client.get("/api/v1/me").json()["email"] == "renamed@example.com"


@pytest.mark.parametrize("login", ["impostor", "unverified", "verified-as-text", "foreigner", "stranger", "no-mail"])
def test_who_must_not_come_in_does_not(workspace, login):
    add_person(workspace)
    sign_on(workspace, "ana")
    client, location = sign_on(workspace, login)
    assert location == "/sign-in?problem=not_allowed"
    assert client.get("/api/v1/me").status_code == 401


def test_a_disabled_person_does_not_come_in(workspace):
    user = add_person(workspace)
    sign_on(workspace, "ana")
    with workspace.database.write() as connection:
        connection.execute(sa.update(user_account).values(state="disabled"))
    assert sign_on(workspace, "ana")[1] == "/sign-in?problem=not_allowed"
    with workspace.database.read() as connection:
        assert get_user(connection, user.user_id).state == "disabled"


def test_new_people_come_in_only_where_that_is_set(tmp_path, issuer):
    with workspace_of(tmp_path, issuer, roles_of_new_people=["agent"]) as workspace:
        client, _ = sign_on(workspace, "stranger")
        me = client.get("/api/v1/me").json()
        assert (me["name"], [role["name"] for role in me["roles"]]) == ("王小明", ["agent"])
        assert sign_on(workspace, "foreigner")[1] == "/sign-in?problem=not_allowed"


def test_a_second_factor_of_ours_is_asked_for_all_the_same(workspace):
    user = add_person(workspace)
    with workspace.database.write() as connection:
        sealed = workspace.vault.seal("A" * 32, purpose=f"totp:{user.user_id}")
        connection.execute(sa.update(user_account).values(sealed_totp=sealed))
    client, location = sign_on(workspace, "ana")
    assert location.startswith("/sign-in/second-factor?next=")
    assert client.get("/api/v1/me").status_code == 401


def test_an_answer_is_taken_once_and_only_in_the_browser_that_asked(workspace):
    add_person(workspace)
    client = browser(workspace)
    returned = at_provider(start(client), "ana")
    victim = browser(workspace)
    assert back(victim, returned).headers["location"] == "/sign-in?problem=not_signed_in"
    assert victim.get("/api/v1/me").status_code == 401
    state_cookie = client.cookies["onefold_sign_on"]
    assert back(client, returned).headers["location"].startswith("/customers")
    client.cookies.set("onefold_sign_on", state_cookie)
    assert back(client, returned).headers["location"] == "/sign-in?problem=not_signed_in"


@pytest.mark.parametrize("change", [{"state": "forged"}, {"code": "forged"}, {"code": ""}, {"state": ""}])
def test_forged_answers_are_refused(workspace, change):
    add_person(workspace)
    client = browser(workspace)
    query = {name: values[0] for name, values in parse_qs(urlsplit(at_provider(start(client), "ana")).query).items()}
    answer = client.get("/api/v1/sign-on/acme_id/callback", params={**query, **change}, follow_redirects=False)
    assert answer.headers["location"] in {"/sign-in?problem=not_signed_in", "/sign-in?problem=source_failed"}
    assert client.get("/api/v1/me").status_code == 401


def test_the_request_carries_state_nonce_and_a_challenge(workspace):
    query = parse_qs(urlsplit(start(browser(workspace))).query)
    assert query["code_challenge_method"] == ["S256"]
    assert all(len(query[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))
    assert query["redirect_uri"] == [CALLBACK]


@pytest.mark.parametrize("page", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere_afterwards(workspace, page):
    add_person(workspace)
    client = browser(workspace)
    assert back(client, at_provider(start(client, page), "ana")).headers["location"] == "/"


def test_a_provider_that_says_the_address_at_its_userinfo_endpoint_only(tmp_path):
    with provider_process(by_userinfo=True) as issuer, workspace_of(tmp_path, issuer) as workspace:
        add_person(workspace)
        client, _ = sign_on(workspace, "ana")
        assert client.get("/api/v1/me").json()["email"] == "ana@example.com"


def test_a_provider_that_is_away_is_said_at_the_sign_in_page(tmp_path):
    with workspace_of(tmp_path, "http://127.0.0.1:9") as workspace:
        assert start(browser(workspace)) == "/sign-in?problem=source_failed"
