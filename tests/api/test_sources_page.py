"""The sources pages in a browser against a real server: connect by drop, build, correct, mend, schedule.

Set ``ONEFOLD_PICTURES`` to a folder to keep pictures of every page in two languages, light and dark, desk and phone.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.servers import require

from onefold.web import STATIC
from onefold.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[2] / "ui/node_modules/axe-core/axe.min.js"
PICTURES = os.environ.get("ONEFOLD_PICTURES")
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
    require((STATIC / "index.html").exists(), "needs the built web interface: make ui")
    require(CHROMIUM.exists(), "needs /usr/bin/chromium")
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
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        one = started.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield one
        one.close()


@pytest.fixture(scope="module")
def signed_in(site, browser):
    """The cookies of the owner."""
    url, link, _folder = site
    context = browser.new_context()
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


def opened(browser, site, cookies, path, *, language="en", theme="light", is_phone=False):
    width, height = (390, 844) if is_phone else (1280, 900)
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
    context.add_cookies(cookies)
    preferences = json.dumps({"language": language, "theme": theme})
    context.add_init_script(f"localStorage.setItem('onefold.preferences', JSON.stringify({preferences}))")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.complaints = []
    page.on("console", lambda message: message.type == "error" and _complain(page, message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(site[0] + path)
    page.wait_for_selector("h1")
    page.wait_for_timeout(400)
    return page


def _complain(page, text):
    if "409 (Conflict)" not in text:  # "a build is running" is an answer, not a failure
        page.complaints.append(text)


def check(page, name):
    """Nothing is wider than the page, nothing fails axe; keeps a picture where they are wanted."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 1, f"{name} is {width} pixels wider than the window"
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
        ".then(r => r.violations.map(v => [v.id, v.nodes.slice(0, 4).map(n => n.html.slice(0, 160))]))"
    )
    assert found == [], f"{name}: {found}"


def test_from_a_dropped_file_to_corrected_customers(site, browser, signed_in):
    url, _link, folder = site
    page = opened(browser, site, signed_in, "/sources")
    page.get_by_text("No system is connected yet").wait_for()
    check(page, "empty")
    page.get_by_role("link", name="Connect a system").first.click()
    page.set_input_files("input[type=file]", [folder / "Contacts 2026.csv", folder / "orders.csv"])
    page.locator(".look-table").first.wait_for(timeout=30_000)
    check(page, "connect")
    page.get_by_label("Short name").fill("crm")
    page.get_by_label("Owner").fill("Sales")
    page.get_by_role("button", name="Test the connection").click()
    page.get_by_text("It works: 2 tables").wait_for(timeout=20_000)
    page.get_by_role("button", name="Connect a system").click()
    page.wait_for_url("**/sources/crm")
    page.get_by_role("button", name="Read this source now").click()
    page.get_by_text(re.compile("Reading the sources|The build begins|waits for its turn|Finding who")).first.wait_for()
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/building.png")
    page.get_by_role("heading", name=re.compile("contacts")).wait_for(timeout=90_000)
    page.get_by_text("Up to date").wait_for(timeout=20_000)
    check(page, "source")
    page.get_by_role("button", name="Open column mobile").click()
    page.get_by_text("+34 600 123 401").last.wait_for()
    page.get_by_label("What does it mean?").click()
    page.keyboard.type("E-mail")
    page.keyboard.press("Enter")
    page.get_by_text("What this would do").wait_for()
    page.get_by_text("not recognised").first.wait_for()
    check(page, "meaning")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("noted, from the next build on").first.wait_for()
    assert "meaning: email" in (folder / "acme/onefold.yaml").read_text(encoding="utf-8")
    page.get_by_role("tab", name="Quarantine").click()
    page.get_by_role("button", name="Mend").click()
    page.get_by_label("born").fill("1990-01-01")
    check(page, "mend")
    page.get_by_role("button", name="Take this row").click()
    page.get_by_text("Nothing is in quarantine").wait_for()
    page.get_by_role("tab", name="Schedules").click()
    page.get_by_role("button", name="Add a schedule").click()
    page.get_by_label("Time", exact=True).fill("06:30")
    check(page, "schedule")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.get_by_text("Every day at 06:30").wait_for()
    page.goto(f"{url}/sources/-/builds")
    page.get_by_role("button", name="Log").first.click()
    page.get_by_text("publishing").wait_for()
    check(page, "log")
    assert page.complaints == []


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("fa", "dark"), ("el", "dark"), ("fa", "light")])
@pytest.mark.parametrize("is_phone", [False, True])
def test_every_page_is_whole_in_both_directions_and_sizes(site, browser, signed_in, language, theme, is_phone):
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
        page = opened(browser, site, signed_in, path, language=language, theme=theme, is_phone=is_phone)
        page.wait_for_selector(".loading", state="detached")
        check(page, f"{name}-{language}-{theme}-{size}")
        assert page.complaints == [], name
        page.context.close()


def test_a_page_recovers_when_the_build_is_stopped(site, browser, signed_in):
    page = opened(browser, site, signed_in, "/sources")
    page.get_by_role("button", name="Build now").click()
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Stop this build?").wait_for()
    page.get_by_role("button", name="Stop").last.click()
    page.get_by_role("button", name="Build now").wait_for(timeout=40_000)
    page.goto(f"{site[0]}/sources/-/builds")
    page.get_by_text(re.compile("Cancelled|Done")).first.wait_for()
