"""Make the pictures of the silo report that the README shows, from a demo company.

``python docs/make_pictures.py demo/silo-report.html`` writes ``docs/pictures/silo-report.png`` and its phone and dark
siblings. Needs Chromium and Playwright (``pip install onefold[dev]``).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

PICTURES = Path(__file__).parent / "pictures"
CHROMIUM = Path("/usr/bin/chromium")


def take(report: Path) -> None:
    """Take all pictures of a report.

    Args:
        report: the HTML file.
    """
    from playwright.sync_api import sync_playwright

    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM) if CHROMIUM.exists() else None, args=["--no-sandbox", "--disable-gpu"]
        )
        _picture(browser, report, "silo-report", width=1280, scheme="light")
        _picture(browser, report, "silo-report-dark", width=1280, scheme="dark")
        _picture(browser, report, "silo-report-phone", width=390, scheme="light")
        browser.close()


def _picture(browser: Any, report: Path, name: str, *, width: int, scheme: str) -> None:
    """From the headline to the end of the overlap of systems."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(report.resolve().as_uri())
    end = page.locator("#overlap").bounding_box()
    page.screenshot(
        path=str(PICTURES / f"{name}.png"),
        full_page=True,
        clip={"x": 0, "y": 0, "width": width, "height": end["y"] + end["height"] + 20},
    )
    page.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
