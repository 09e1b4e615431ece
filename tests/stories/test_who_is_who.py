"""A steward on the customer's identity tab: sees why, parts and unites customers, undoes it, without a reload."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.api.people import add_person
from tests.api.served import served
from tests.browsing import DESK, PHONE, check, listen, prefer, require_interface

from onefold.access.accounts import Visitor
from onefold.access.accounts.sessions import start_session
from onefold.build import blast
from onefold.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEAD = "id,first name,last name,email,phone,birth date,city\n"
ROWS = {
    "crm": [
        "1,Ana,García,ana.garcia@example.com,+34600110001,1980-02-03,Lleida",
        "2,Bruno,Caldez,bruno77@example.com,+34600110002,1971-05-09,Reus",
        "3,Carla,Holtman,carla.h@example.com,+34600110003,1990-11-20,Vic",
    ],
    "shop": ["9,Ana,García,ana.garcia@example.com,+34600110001,1980-02-03,Lleida"],
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A built company and a signed-in steward."""
    require_interface()
    folder: Path = tmp_path_factory.mktemp("who")
    with Workspace.create(folder / "acme") as workspace:
        for name, rows in ROWS.items():
            (folder / f"{name}.csv").write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
            workspace.connect(name, str(folder / f"{name}.csv"))
        with Workspace(workspace.path) as builder:
            builder.build()
        person = add_person(workspace)
        with workspace.database.write() as connection:
            token = start_session(connection, person.user_id, Visitor(None), is_second_factor_done=True).token
        with served(workspace) as (url, _app):
            yield url, token, workspace


@pytest.fixture
def open_page(site, chromium):
    """Opens Ana's identity tab; complaints of the page fail the test."""
    url, token, workspace = site
    contexts, complaints = [], []

    def opened(name=None, *, language="en", is_phone=False, is_dark=False):
        context = chromium.new_context(
            base_url=url,
            viewport=PHONE if is_phone else DESK,
            color_scheme="dark" if is_dark else "light",
            reduced_motion="reduce",
        )
        prefer(context, language=language)
        context.add_cookies([{"name": "onefold_session", "value": token, "url": url}])
        contexts.append(context)
        page = context.new_page()
        listen(page, complaints)
        page.set_default_timeout(20_000)
        page.goto(f"/customers/{workspace.find_customers(name)[0]}/identity" if name else "/sources/-/builds")
        page.wait_for_selector(".cu-changes" if name else ".problems")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize(
    ("language", "is_phone", "is_dark"),
    [("en", False, False), ("fa", True, True), ("fa", False, False), ("en", True, False)],
)
def test_the_evidence_is_shown_in_plain_words_on_every_screen(open_page, language, is_phone, is_dark):
    page = open_page("crm:1", language=language, is_phone=is_phone, is_dark=is_dark)
    page.locator(".cu-actions button").first.click()
    page.wait_for_selector(".cu-waterfall")
    check(
        page, f"identity-why-{language}-{'phone' if is_phone else 'desk'}-{'dark' if is_dark else 'light'}", ".cu-main"
    )


def test_a_steward_parts_two_people_and_undoes_it(open_page):
    page, watching = open_page("crm:1"), open_page("shop:9")
    page.get_by_role("button", name="Not the same person…").click()
    page.get_by_role("checkbox", name="shop 9").check()
    page.get_by_label("Reason").fill("mother and daughter")
    page.locator(".cu-forecast").get_by_text("left").wait_for()
    check(page, "identity-different", ".ant-modal")
    page.get_by_role("button", name="Separate them").click()
    page.get_by_text("mother and daughter").first.wait_for()
    watching.get_by_text("mother and daughter").first.wait_for()  # pushed, not reloaded
    page.get_by_role("button", name="Undo:").first.click()
    page.locator(".ant-popconfirm").get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Not the same person…").wait_for()
    check(page, "identity-undone", ".cu-main")


def test_a_steward_finds_the_same_customer_sees_why_they_were_apart_and_unites_them(open_page):
    page = open_page("crm:1")
    page.get_by_role("button", name="Same as…").click()
    page.get_by_label("Name, e-mail, phone or id").fill("bruno")
    page.get_by_role("radio", name="Bruno").check()
    page.locator(".cu-verdict").wait_for()
    page.locator(".cu-forecast").get_by_text("merged").wait_for()
    check(page, "identity-same", ".ant-modal")
    page.get_by_role("button", name="They are one").click()
    page.get_by_role("cell", name="2", exact=True).first.wait_for()
    page.get_by_role("button", name="Why one customer?").click()
    page.get_by_text("The same customer").first.wait_for()


@pytest.mark.parametrize(("language", "is_phone"), [("en", False), ("fa", True)])
def test_a_build_that_kept_the_old_map_says_so_and_asks(site, open_page, monkeypatch, language, is_phone):
    _url, _token, workspace = site
    monkeypatch.setattr(blast, "FEWEST_STOPPED", 1)
    (workspace.path.parent / "crm.csv").write_text(f"{HEAD}7,Eva,Nova,eva@example.com,,1999-09-09,Vic\n", "utf-8")
    with Workspace(workspace.path) as builder:
        assert builder.build(wait_seconds=60).kept_map  # the server may be finding doubts of the story before
    page = open_page(language=language, is_phone=is_phone)
    check(page, f"identity-kept-{language}", "main")
    page.locator(".problems").get_by_role("button").first.click()
    page.locator(".ant-popconfirm").wait_for()
