"""Coming in with a browser: first run, set-up, second factor, sign-out and back; then the settings about people."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from tests.api.served import served
from tests.browsing import DESK, PHONE, UI, check, prefer, require_interface

from onefold.access.accounts import mint_link_token
from onefold.settings import Settings
from onefold.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FEATURES = UI / "src" / "features"
PASSWORD = "correct horse battery staple"
SIZES = {"desktop": DESK, "phone": PHONE}


def words(feature, language):
    return json.loads((FEATURES / feature / "messages" / f"{language}.json").read_text(encoding="utf-8"))


@pytest.fixture
def site(tmp_path):
    """The address of a new company's server, its set-up link, and its workspace."""
    require_interface()
    with Workspace.create(tmp_path / "acme", Settings(name="Acme 王")) as workspace:
        with workspace.database.write() as connection:
            token = mint_link_token(connection, "set_up", None)
        with served(workspace, "token-of-the-command-line") as (url, _app):
            yield url, f"{url}/set-up#token={token}", workspace


@pytest.fixture
def opened(site, chromium):
    contexts, complaints = [], []

    def open_one(language, size):
        context = chromium.new_context(base_url=site[0], viewport=SIZES[size], reduced_motion="reduce")
        prefer(context, language=language)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.set_default_timeout(20_000)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize(("language", "size"), [("en", "desktop"), ("fa", "phone"), ("en", "phone"), ("fa", "desktop")])
def test_the_owner_sets_up_adds_a_second_factor_leaves_and_comes_back(site, opened, language, size, monkeypatch):
    _url, link, workspace = site
    say, page = words("account", language), opened(language, size)
    name = f"{language}-{size}"
    page.goto("/sign-in")
    page.get_by_role("heading", name=say["set_up.title"]).wait_for()
    page.goto(link)
    page.reload()
    page.goto(link)
    page.get_by_label(say["name"]).fill("مریم García 王")
    page.get_by_label(say["email"]).fill("maryam@example.com")
    page.get_by_label(say["password.new"], exact=True).fill("maryam@example.com")
    page.get_by_role("button", name=say["set_up.do"]).click()
    page.get_by_text(say["problem.known"]).wait_for()
    check(page, f"{name}-set-up")
    page.get_by_label(say["password.new"], exact=True).fill(PASSWORD)
    page.get_by_role("button", name=say["set_up.do"]).click()
    page.wait_for_url(lambda now: "/set-up" not in now)
    page.goto("/settings/profile")
    page.get_by_role("button", name=say["second_factor.add"]).click()
    secret = page.get_by_label(say["second_factor.secret"]).input_value()
    assert page.get_by_alt_text(say["second_factor.qr"]).evaluate("image => image.naturalWidth") > 100
    check(page, f"{name}-second-factor")
    page.get_by_label(say["code"], exact=True).fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name=say["second_factor.turn_on"], exact=True).click()
    page.get_by_role("button", name=say["recovery.kept"]).click()
    page.get_by_role("button", name=say["recovery.renew"]).wait_for()
    check(page, f"{name}-profile")

    page.evaluate(
        "fetch('/api/v1/me').then(a => a.json()).then(me => fetch('/api/v1/sign-out',"
        " {method: 'POST', headers: {'X-CSRF-Token': me.csrf_token}}))"
    )
    page.wait_for_timeout(300)
    page.goto("/settings/sessions")
    page.wait_for_url(re.compile("/sign-in"))
    page.get_by_label(say["email"]).fill("maryam@example.com")
    page.get_by_label(say["password"], exact=True).fill("wrong password")
    page.get_by_role("button", name=say["sign_in"], exact=True).click()
    page.get_by_text(say["problem.wrong_credentials"]).wait_for()
    check(page, f"{name}-sign-in")
    page.get_by_label(say["password"], exact=True).fill(PASSWORD)
    page.get_by_role("button", name=say["sign_in"], exact=True).click()
    page.wait_for_url(re.compile("/sign-in/second-factor"))
    check(page, f"{name}-code")
    later = datetime.now(UTC) + timedelta(seconds=30)
    page.get_by_label(say["code"], exact=True).fill(pyotp.TOTP(secret).at(later))
    page.get_by_role("button", name=say["sign_in"], exact=True).click()
    page.wait_for_url(re.compile("/settings/sessions"))
    page.get_by_text(say["session.this"]).wait_for()
    check(page, f"{name}-sessions")
    assert workspace.settings.name == "Acme 王"


@pytest.mark.parametrize(("language", "size"), [("en", "desktop"), ("fa", "phone")])
def test_the_owner_invites_and_the_invited_come_in(site, opened, language, size):
    _url, link, _workspace = site
    say, people, audit = (words(feature, language) for feature in ("account", "people", "audit"))
    page = opened(language, size)
    name = f"{language}-{size}"
    page.goto(link)
    page.get_by_label(say["name"]).fill("Ana")
    page.get_by_label(say["email"]).fill("ana@example.com")
    page.get_by_label(say["password.new"], exact=True).fill(PASSWORD)
    page.get_by_role("button", name=say["set_up.do"]).click()
    page.wait_for_url(lambda now: "/set-up" not in now)
    page.goto("/settings/people")
    page.get_by_role("button", name=people["invite"]).click()
    page.get_by_label(people["email"], exact=True).fill("bea@example.com")
    page.get_by_label(people["name"], exact=True).fill("Bea 王小明")
    page.get_by_role("button", name=people["attributes.add"]).click()
    page.get_by_label(people["attributes.values"]).fill("North,")
    check(page, f"{name}-invite")
    page.get_by_role("button", name=people["invite.do"], exact=True).click()
    invitation = page.get_by_label(people["link"], exact=True).input_value()
    assert "/invitation#token=" in invitation
    page.get_by_role("button", name=people["close"]).click()
    page.get_by_text(people["state.invited"]).first.wait_for()
    check(page, f"{name}-people")
    other = opened(language, size)
    other.goto(invitation)
    other.get_by_label(say["password.new"], exact=True).fill(PASSWORD)
    check(other, f"{name}-invitation")
    other.get_by_role("button", name=say["invitation.do"]).click()
    other.wait_for_url(lambda now: "/invitation" not in now)
    page.goto("/settings/audit")
    page.get_by_text("user.accept").first.wait_for()
    page.get_by_role("button", name=audit["verify"]).click()
    page.get_by_text(audit["intact"]).wait_for()
    check(page, f"{name}-audit")
    page.goto("/settings/keys")
    page.get_by_role("button", name=say["keys.new"]).first.click()
    page.get_by_label(say["keys.name"], exact=True).fill("nightly export")
    page.get_by_text(say["keys.all"]).first.click()
    check(page, f"{name}-new-key")
    page.get_by_role("button", name=say["keys.create"]).click()
    assert page.get_by_label(say["keys.secret"], exact=True).input_value().startswith("ofk_")
    page.get_by_role("button", name=say["keys.kept"]).click()
    page.get_by_text("nightly export").wait_for()
    check(page, f"{name}-keys")
