"""Claim: the first screen is usable within 1.5 s on the demo company, in a browser that has never been there.

Signed in by the token of the command line, a new browser (nothing cached) opens the overview, the customers, and one
customer; usable is when the page has what it is opened for and the field to find a customer can be typed into. The bare
server beside it: the same browser opens the API's `/health`. Server and browser share the machine.

Usage: python benchmarks/first_screen.py WORKSPACE [--runs 9]
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from measure import Served, print_machine, serving

CHROMIUM = Path("/usr/bin/chromium")
LIMIT_SECONDS = 1.5
SEARCH = "input[type=search], [role=combobox][type=search], header input"


def opened(browser: Any, served: Served, path: str, ready: str | None) -> float:
    """Seconds from asking for a page to its being usable, in a browser that knows nothing."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, extra_http_headers={"Authorization": f"Bearer {served.token}"}
    )
    page = context.new_page()
    started = time.perf_counter()
    page.goto(served.url + path, wait_until="commit")
    if ready:
        page.wait_for_selector(ready)
        page.wait_for_selector(SEARCH)
    else:
        page.wait_for_load_state("load")
    seconds = time.perf_counter() - started
    context.close()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--runs", type=int, default=9)
    arguments = parser.parse_args()
    print_machine()
    with serving(arguments.workspace) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(extra_http_headers={"Authorization": f"Bearer {served.token}"})
        found = context.request.get(f"{served.url}/api/v1/customers", params={"limit": 1}).json()
        context.close()
        customer = f"/customers/{found['items'][0]['customer_id']}"
        pages = {"/overview": "#systems", "/customers": ".cl-body a", customer: ".cu-page h1"}
        bare = [opened(browser, served, "/api/v1/health", None) for _ in range(arguments.runs)]
        print(f"  {'bare answer (/health)':24} median {statistics.median(bare):5.2f} s")
        for path, ready in pages.items():
            seconds = [opened(browser, served, path, ready) for _ in range(arguments.runs)]
            print(
                f"  {path[:24]:24} median {statistics.median(seconds):5.2f} s   worst {max(seconds):5.2f} s   "
                f"promised {LIMIT_SECONDS} s",
                flush=True,
            )
        browser.close()


if __name__ == "__main__":
    main()
