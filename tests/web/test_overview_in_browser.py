"""The overview in Chromium: served by the real application, readable at any width, in any direction, by anybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.served import served
from tests.browsing import check, listen, prefer, require_interface

from onefold.settings import Settings
from onefold.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TOKEN = "token-of-the-test-0123456789"
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
    require_interface()
    folder = tmp_path_factory.mktemp("company")
    (folder / "crm.csv").write_text(rows(0, 60, "Girona", "2019-03-01"), encoding="utf-8")
    (folder / "shop.csv").write_text(rows(30, 90, "Vic", "2026-04-01"), encoding="utf-8")
    with Workspace.create(folder / "acme", Settings(name="Acme", threads=1)) as workspace:
        for name in ("crm", "shop"):
            workspace.connect(name, str(folder / f"{name}.csv"))
        workspace.build()
        workspace.build()
        with served(workspace, TOKEN) as (url, _app):
            yield url


def open_page(chromium: Any, address: str, path: str, look: tuple[str, str, int]) -> tuple[Any, list[str]]:
    """A page of the owner at the command line, and everything that the browser complains about."""
    language, theme, width = look
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, extra_http_headers={"Authorization": f"Bearer {TOKEN}"}
    )
    prefer(context, language=language, theme=theme)
    page = context.new_page()
    complaints: list[str] = []
    listen(page, complaints)
    page.goto(address + path)
    return page, complaints


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look)))
def test_the_overview_is_readable_everywhere(chromium: Any, address: str, look: tuple[str, str, int]) -> None:
    page, complaints = open_page(chromium, address, "/overview", look)
    page.wait_for_selector("#systems")
    page.wait_for_selector("#history canvas")
    check(page, f"overview-{'-'.join(map(str, look))}")
    assert page.evaluate("document.documentElement.dir") == ("rtl" if look[0] == "fa" else "ltr")
    assert page.title().endswith("· Onefold")
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize("look", LOOKS[:4], ids=lambda look: "-".join(map(str, look)))
@pytest.mark.parametrize("path", ["/settings/languages", "/nowhere"])
def test_pages_have_no_barriers(chromium: Any, address: str, path: str, look: tuple[str, str, int]) -> None:
    page, _complaints = open_page(chromium, address, path, look)
    page.wait_for_selector("h1")
    check(page, f"{path.strip('/').replace('/', '-')}-{'-'.join(map(str, look))}")
    page.context.close()


def test_a_number_opens_the_customers_behind_it(chromium: Any, address: str) -> None:
    page, _complaints = open_page(chromium, address, "/overview", ("en", "light", 1280))
    page.wait_for_selector("#overlap")
    row = page.locator("#overlap tbody tr").filter(has=page.get_by_role("rowheader", name="crm"))
    row.locator("a").last.click()
    page.wait_for_url("**/customers?filter=*")
    assert "source%20%3D%20%22crm%22%20and%20source%20%3D%20%22shop%22" in page.url
    page.context.close()


def test_everything_is_reached_by_keyboard_and_a_new_page_begins_at_its_top(chromium: Any, address: str) -> None:
    page, _complaints = open_page(chromium, address, "/overview", ("en", "light", 1280))
    page.wait_for_selector("#systems")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.get_by_role("link", name="Settings").press("Enter")
    page.wait_for_url("**/settings/*")
    assert page.evaluate("document.activeElement.id") == "content"
    page.context.close()


def test_the_page_says_when_the_server_is_away_and_recovers_by_itself(chromium: Any, address: str) -> None:
    page, _complaints = open_page(chromium, address, "/overview", ("en", "light", 1280))
    page.wait_for_selector("#systems")
    page.route("**/api/v1/**", lambda route: route.abort())
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    page.get_by_text("No connection to the server").wait_for()
    page.unroute("**/api/v1/**")
    page.get_by_text("No connection to the server").wait_for(state="detached", timeout=20_000)
    assert page.locator("#systems").count() == 1
    page.context.close()


def test_no_script_from_elsewhere_runs(chromium: Any, address: str) -> None:
    page, complaints = open_page(chromium, address, "/overview", ("en", "light", 1280))
    page.wait_for_selector("#systems")
    page.evaluate(
        """() => { const script = document.createElement('script'); script.textContent = 'window.broken = true';
        document.body.append(script); }"""
    )
    assert page.evaluate("window.broken") is None
    assert any("Content Security Policy" in complaint for complaint in complaints)
    page.context.close()
