"""The overview in Chromium: served by the real application, readable at any width, in any direction, by anybody."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.servers import require

from onefold.settings import Settings
from onefold.web import STATIC
from onefold.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TOKEN = "token-of-the-test-0123456789"
CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS = [
    ("en", "light", 1280),
    ("en", "dark", 390),
    ("fa", "dark", 1280),
    ("fa", "light", 390),
    ("zh-CN", "light", 390),
]


def rows(first: int, last: int, city: str, updated: str) -> str:
    names = ("Ana García", "王小明", "Νίκος Παπαδόπουλος", "محمد رضایی", "Oriol Puig")
    lines = [
        f"{n},{names[n % 5]} {chr(65 + n % 26)}{chr(97 + n // 26)},c{n}@example.com,+3460{n * 7919:07},{city},{updated}"
        for n in range(first, last)
    ]
    return "\n".join(["id,full name,e-mail,phone,city,updated", *lines])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    import uvicorn

    from onefold.api import create_app

    require(CHROMIUM.exists(), "Chromium")
    require((STATIC / "index.html").exists(), "the built web interface")
    folder = tmp_path_factory.mktemp("company")
    (folder / "crm.csv").write_text(rows(0, 60, "Girona", "2019-03-01"), encoding="utf-8")
    (folder / "shop.csv").write_text(rows(30, 90, "Vic", "2026-04-01"), encoding="utf-8")
    with Workspace.create(folder / "acme", Settings(name="Acme", threads=1)) as workspace:
        for name in ("crm", "shop"):
            workspace.connect(name, str(folder / f"{name}.csv"))
        workspace.build()
        workspace.build()
        app = create_app(workspace, local_token=TOKEN)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            thread.join(0.05)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield chromium
        chromium.close()


def open_page(browser: Any, address: str, path: str, look: tuple[str, str, int]) -> tuple[Any, list[str]]:
    """A page of the owner at the command line, and everything that the browser complains about."""
    language, theme, width = look
    context = browser.new_context(
        viewport={"width": width, "height": 900}, extra_http_headers={"Authorization": f"Bearer {TOKEN}"}
    )
    preferences = f"{{language: '{language}', theme: '{theme}'}}"
    context.add_init_script(f"localStorage.setItem('onefold.preferences', JSON.stringify({preferences}))")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address + path)
    return page, complaints


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look)))
def test_the_overview_is_readable_everywhere(browser: Any, address: str, look: tuple[str, str, int]) -> None:
    page, complaints = open_page(browser, address, "/overview", look)
    page.wait_for_selector("#systems")
    page.wait_for_selector("#history canvas")
    if folder := os.environ.get("ONEFOLD_SCREENSHOTS"):
        page.wait_for_timeout(500)
        page.screenshot(path=f"{folder}/overview-{'-'.join(map(str, look))}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert page.evaluate("document.documentElement.dir") == ("rtl" if look[0] == "fa" else "ltr")
    assert page.title().endswith("· Onefold")
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize("look", LOOKS[:4], ids=lambda look: "-".join(map(str, look)))
@pytest.mark.parametrize("path", ["/overview", "/settings/languages", "/nowhere"])
def test_pages_have_no_barriers(browser: Any, address: str, path: str, look: tuple[str, str, int]) -> None:
    require(AXE.exists(), "axe-core (make ui)")
    page, _complaints = open_page(browser, address, path, look)
    page.wait_for_selector("#systems" if path == "/overview" else "h1")
    page.wait_for_timeout(400)
    page.evaluate(AXE.read_text(encoding="utf-8"))  # by the debugger, so the page's own policy stays as strict as it is
    found = page.evaluate(f"axe.run(document, {{runOnly: {RULES!r}}})")
    assert {v["id"]: [node["html"][:120] for node in v["nodes"]] for v in found["violations"]} == {}
    page.context.close()


def test_a_number_opens_the_customers_behind_it(browser: Any, address: str) -> None:
    page, _complaints = open_page(browser, address, "/overview", ("en", "light", 1280))
    page.wait_for_selector("#overlap")
    row = page.locator("#overlap tbody tr").filter(has=page.get_by_role("rowheader", name="crm"))
    row.locator("a").last.click()
    page.wait_for_url("**/customers?filter=*")
    assert "source%20%3D%20%22crm%22%20and%20source%20%3D%20%22shop%22" in page.url
    page.context.close()


def test_everything_is_reached_by_keyboard_and_a_new_page_begins_at_its_top(browser: Any, address: str) -> None:
    page, _complaints = open_page(browser, address, "/overview", ("en", "light", 1280))
    page.wait_for_selector("#systems")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.get_by_role("link", name="Settings").press("Enter")
    page.wait_for_url("**/settings/*")
    assert page.evaluate("document.activeElement.id") == "content"
    page.context.close()


def test_the_page_says_when_the_server_is_away_and_recovers_by_itself(browser: Any, address: str) -> None:
    page, _complaints = open_page(browser, address, "/overview", ("en", "light", 1280))
    page.wait_for_selector("#systems")
    page.route("**/api/v1/**", lambda route: route.abort())
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    page.get_by_text("No connection to the server").wait_for()
    page.unroute("**/api/v1/**")
    page.get_by_text("No connection to the server").wait_for(state="detached", timeout=20_000)
    assert page.locator("#systems").count() == 1
    page.context.close()


def test_no_script_from_elsewhere_runs(browser: Any, address: str) -> None:
    page, complaints = open_page(browser, address, "/overview", ("en", "light", 1280))
    page.wait_for_selector("#systems")
    page.evaluate(
        """() => { const script = document.createElement('script'); script.textContent = 'window.broken = true';
        document.body.append(script); }"""
    )
    assert page.evaluate("window.broken") is None
    assert any("Content Security Policy" in complaint for complaint in complaints)
    page.context.close()
