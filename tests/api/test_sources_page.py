"""The sources pages in a browser against a real server: connect by drop, build, correct, mend, schedule."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.browsing import DESK, PHONE, check, listen, picture, prefer, require_interface

from onefold.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PEOPLE = (
    "contact_id,first name,last name,e-mail,mobile,born\n"
    "C-1,Ana,García López,ana@mail.example,+34 600 123 401,1984-05-12\n"
    "C-2,John,Whitfield,john@mail.example,07700 900123,1971-11-02\n"
    "C-3,Μαρία,Παπαδοπούλου,maria@mail.example,+30 694 123 4567,1990-01-20\n"
    "C-4,伟,王,wei@mail.example,+86 138 0013 8001,1988-08-08\n"
    "C-5,زهرا,محمدی,zahra@mail.example,+98 912 345 6701,1995-03-15\n"
    "C-6,Eva,Puig,eva@mail.example,600,1990-01-01,too,many,fields\n"
)
ORDERS = "order_id,contact_id,ordered_at,total\n" + "".join(
    f"O-{n},C-{n % 5 + 1},2025-0{n % 9 + 1}-11T09:30:00,{n * 3}.50\n" for n in range(1, 60)
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A served workspace: its address, its set-up token, its files to drop."""
    require_interface()
    folder = tmp_path_factory.mktemp("site")
    for name, text in (("Contacts 2026.csv", PEOPLE), ("orders.csv", ORDERS)):
        (folder / name).write_text(text, encoding="utf-8")
    Workspace.create(folder / "acme").close()
    command = [sys.executable, "-m", "onefold", "serve", "--no-open", "--port", "0", "--json"]
    server = subprocess.Popen(command, cwd=folder / "acme", stdout=subprocess.PIPE, text=True)
    told = ""
    while not told.rstrip().endswith("}"):
        told += server.stdout.readline()
    said = json.loads(told)
    yield said["url"], said["set_up_link"], folder
    server.terminate()
    server.wait(30)


@pytest.fixture(scope="module")
def signed_in(site, chromium):
    """The cookies of the owner."""
    url, link, _folder = site
    context = chromium.new_context()
    token = parse_qs(urlsplit(link).query or urlsplit(link).fragment).get("token", [link.rpartition("=")[2]])[0]
    owner = {
        "token": token,
        "email": "owner@acme.example",
        "display_name": "Olivia Owner",
        "password": "a long enough password of the owner",
    }
    answer = context.request.post(f"{url}/api/v1/setup", data=owner)
    assert answer.ok, answer.text()
    cookies = context.cookies()
    context.close()
    return cookies


def opened(chromium, site, cookies, path, *, language="en", theme="light", is_phone=False):
    context = chromium.new_context(viewport=PHONE if is_phone else DESK, color_scheme=theme)
    context.add_cookies(cookies)
    prefer(context, language=language, theme=theme)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.complaints = []
    listen(page, page.complaints)
    page.goto(site[0] + path)
    page.wait_for_selector("h1")
    return page


def test_from_a_dropped_file_to_corrected_customers(site, chromium, signed_in):
    url, _link, folder = site
    page = opened(chromium, site, signed_in, "/sources")
    page.get_by_text("No system is connected yet").wait_for()
    check(page, "sources-empty")
    page.get_by_role("link", name="Connect a system").first.click()
    page.set_input_files("input[type=file]", [folder / "Contacts 2026.csv", folder / "orders.csv"])
    page.locator(".look-table").first.wait_for(timeout=30_000)
    check(page, "sources-connect")
    page.get_by_label("Short name").fill("crm")
    page.get_by_label("Owner").fill("Sales")
    page.get_by_role("button", name="Test the connection").click()
    page.get_by_text("It works: 2 tables").wait_for(timeout=20_000)
    page.get_by_role("button", name="Connect a system").click()
    page.wait_for_url("**/sources/crm")
    page.get_by_role("button", name="Read this source now").click()
    page.get_by_text(re.compile("Reading the sources|The build begins|waits for its turn|Finding who")).first.wait_for()
    picture(page, "sources-building")
    page.get_by_role("heading", name=re.compile("contacts")).wait_for(timeout=90_000)
    page.get_by_text("Up to date").wait_for(timeout=20_000)
    check(page, "sources-source")
    page.get_by_role("button", name="Correct: mobile").click()
    page.get_by_text("+34 600 123 401").last.wait_for()
    page.get_by_label("What does it mean?").click()
    page.keyboard.type("E-mail")
    page.keyboard.press("Enter")
    page.get_by_text("What this would do").wait_for()
    page.get_by_text("not recognised").first.wait_for()
    check(page, "sources-meaning")
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        page.get_by_role("button", name="Save").click()
    assert saved.value.ok, saved.value.text()
    page.get_by_text("noted, from the next build on").first.wait_for()
    assert "meaning: email" in (folder / "acme/onefold.yaml").read_text(encoding="utf-8")
    page.get_by_role("tab", name="Quarantine").click()
    page.get_by_role("button", name="Mend").click()
    page.get_by_label("born").fill("1990-01-01")
    check(page, "sources-mend")
    page.get_by_role("button", name="Take this row").click()
    page.get_by_text("Nothing is in quarantine").wait_for()
    page.get_by_role("tab", name="Schedules").click()
    page.get_by_role("button", name="Add a schedule").click()
    page.get_by_label("Time", exact=True).fill("06:30")
    check(page, "sources-schedule")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.get_by_text("Every day at 06:30").wait_for()
    page.goto(f"{url}/sources/-/builds")
    page.get_by_role("button", name="Log").first.click()
    page.get_by_text("publishing").wait_for()
    check(page, "sources-log")
    assert page.complaints == []


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("fa", "dark"), ("el", "dark"), ("fa", "light")])
@pytest.mark.parametrize("is_phone", [False, True])
def test_every_page_is_whole_in_both_directions_and_sizes(site, chromium, signed_in, language, theme, is_phone):
    size = "phone" if is_phone else "desk"
    for name, path in (
        ("list", "/sources"),
        ("connect-empty", "/sources/-/connect"),
        ("page", "/sources/crm"),
        ("settings", "/sources/crm/settings"),
        ("history", "/sources/-/builds"),
        ("quarantine", "/sources/-/quarantine"),
        ("jobs", "/settings/jobs"),
    ):
        page = opened(chromium, site, signed_in, path, language=language, theme=theme, is_phone=is_phone)
        check(page, f"sources-{name}-{language}-{theme}-{size}")
        assert page.complaints == [], name
        page.context.close()


def test_a_page_recovers_when_the_build_is_stopped(site, chromium, signed_in):
    page = opened(chromium, site, signed_in, "/sources")
    page.get_by_role("button", name="Build now").click()
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Stop this build?").wait_for()
    page.get_by_role("button", name="Stop").last.click()
    page.get_by_role("button", name="Build now").wait_for(timeout=40_000)
    page.goto(f"{site[0]}/sources/-/builds")
    page.get_by_text(re.compile("Cancelled|Done")).first.wait_for()
