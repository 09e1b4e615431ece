"""Make the pictures of the web interface that the README's tour shows, from a served demo company.

``python docs/make_tour_pictures.py http://127.0.0.1:8360 OWNERS_EMAIL PASSPHRASE`` writes ``overview.png``,
``customer.png`` and ``roles.png`` into ``docs/pictures``. Needs Chromium and Playwright (``pip install onefold[dev]``).
"""

from __future__ import annotations

import sys
from pathlib import Path

PICTURES = Path(__file__).parent / "pictures"
CHROMIUM = Path("/usr/bin/chromium")
SIZE = {"width": 1280, "height": 800}


def take(address: str, email: str, passphrase: str) -> None:
    """Sign in and take all pictures.

    Args:
        address: of the served demo company.
        email: of its owner.
        passphrase: of everybody who works there.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM) if CHROMIUM.exists() else None, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=SIZE, locale="en", base_url=address)
        page.goto("/sign-in")
        page.get_by_label("E-mail", exact=True).fill(email)
        page.get_by_label("Password", exact=True).fill(passphrase)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_text("What to do first").wait_for()
        page.screenshot(path=PICTURES / "overview.png")
        best = page.request.get("/api/v1/customers?sort=-systems,-events&limit=1").json()["items"][0]["customer_id"]
        page.goto(f"/customers/{best}")
        page.get_by_text("In short:").wait_for()
        page.wait_for_load_state("load")
        page.wait_for_timeout(1500)
        page.screenshot(path=PICTURES / "customer.png")
        page.goto("/settings/roles/agent")
        page.get_by_text("What a person would see").first.scroll_into_view_if_needed()
        page.wait_for_timeout(1500)
        page.screenshot(path=PICTURES / "roles.png")
        browser.close()


if __name__ == "__main__":
    take(*sys.argv[1:4])
