"""Pages in a real Chromium: opened in a language and a look, watched for complaints, checked for barriers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.servers import require

from onefold.web import STATIC

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
UI = Path(__file__).parents[1] / "ui"
AXE = UI / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

_SETTLED = """async () => {
  const moves = (one) => one.playState === 'running' && one.effect.getComputedTiming().endTime !== Infinity
  for (let frames = 0; frames < 4; ) {
    await new Promise(requestAnimationFrame)
    frames = document.getAnimations().some(moves) ? 0 : frames + 1
  }
}"""


def require_interface() -> None:
    """The built web interface is there, or the test is skipped."""
    require((STATIC / "index.html").exists(), "needs the built web interface: make ui")


def prefer(context: Any, **preferences: str) -> None:
    """A browser that keeps these preferences (``language``, ``theme``) unless the page has kept others since."""
    context.add_init_script(
        "localStorage.getItem('onefold.preferences') || "
        f"localStorage.setItem('onefold.preferences', {json.dumps(json.dumps(preferences))})"
    )


def listen(page: Any, complaints: list[str]) -> None:
    """Collect what the browser complains about on a page; that the server refused something (4xx) is no complaint."""

    def said(message: Any) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            complaints.append(message.text)

    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(str(error)))


def settle(page: Any) -> None:
    """Wait until nothing on the page is loading or moving."""
    page.wait_for_selector(".loading", state="detached")
    page.evaluate(_SETTLED)


def picture(page: Any, name: str) -> None:
    """Keep a picture of the settled page in the folder ``ONEFOLD_PICTURES``, where that is set."""
    if folder := os.environ.get("ONEFOLD_PICTURES"):
        settle(page)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def check(page: Any, name: str, part: str = "html") -> None:
    """Nothing on the settled page scrolls sideways, and axe finds no barrier in a part of it; keeps a picture."""
    require(AXE.exists(), "axe-core (make ui)")
    settle(page)
    picture(page, name)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} scrolls sideways by {wide} px"
    page.evaluate(AXE.read_text(encoding="utf-8"))  # by the debugger, so the page's own policy stays as strict as it is
    found = page.evaluate(f"axe.run({part!r}, {{runOnly: {RULES!r}}})")
    barriers = {one["id"]: [node["html"][:160] for node in one["nodes"]] for one in found["violations"]}
    assert barriers == {}, f"{name}: {barriers}"
