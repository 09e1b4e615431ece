"""The demo company, served as `onefold demo --serve` does, and its people in front of a browser."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.browsing import DESK, PHONE, UI, prefer, require_interface


@dataclass(frozen=True)
class House:
    """A served demo company."""

    url: str
    folder: Path
    passphrase: str
    emails: dict[str, str]
    """By role."""


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A company of 600 people, built and served by the command itself."""
    require_interface()
    folder = tmp_path_factory.mktemp("house") / "company"
    command = [sys.executable, "-m", "onefold"]
    told = subprocess.run(
        [*command, "demo", str(folder), "--people", "600"], check=True, capture_output=True, text=True, timeout=300
    ).stdout
    found = re.search(r"the passphrase of all is: (.+)", told)
    assert found, told[-2000:]
    emails = dict(re.findall(r"^  (\S[\w ]*?) +(\S+@\S+)$", told, re.MULTILINE))
    server = subprocess.Popen([*command, "serve", "--no-open", "--port", "0"], cwd=folder, stdout=subprocess.DEVNULL)
    try:
        yield House(_address(folder, server), folder, found[1].strip(), emails)
    finally:
        server.terminate()
        server.wait(30)


def _address(folder: Path, server: subprocess.Popen[bytes]) -> str:
    for _ in range(600):
        assert server.poll() is None, "the server ended"
        if (folder / ".server").exists():
            return str(json.loads((folder / ".server").read_text(encoding="utf-8"))["url"])
        time.sleep(0.1)
    raise AssertionError("the server does not start")


@dataclass
class Reader:
    """Somebody in front of a browser, who knows the page by its words in one language."""

    page: Any
    house: House
    language: str
    is_phone: bool
    catalogues: dict[str, dict[str, str]] = field(default_factory=dict)

    def says(self, feature: str, key: str, **filled: object) -> str:
        """The words that the page uses for something."""
        if feature not in self.catalogues:
            place = UI / "src" / ("app" if feature == "app" else f"features/{feature}")
            text = (place / "messages" / f"{self.language}.json").read_text(encoding="utf-8")
            self.catalogues[feature] = json.loads(text)
        words = self.catalogues[feature][key]
        for name, value in filled.items():
            words = re.sub(r"\{\{" + name + r"(, \w+)?\}\}", str(value), words)
        return words

    def sign_in(self, role: str) -> None:
        """Come in through the front door."""
        self.page.goto("/sign-in")
        self.page.get_by_label(self.says("account", "email"), exact=True).fill(self.house.emails[role])
        self.page.get_by_label(self.says("account", "password"), exact=True).fill(self.house.passphrase)
        self.page.get_by_role("button", name=self.says("account", "sign_in"), exact=True).click()
        self.page.get_by_role("button", name=self.says("app", "account")).wait_for()

    def sign_out(self) -> None:
        """Leave, and be out."""
        self.page.get_by_role("button", name=self.says("app", "account")).click()
        self.page.get_by_text(self.says("app", "sign_out"), exact=True).click()
        self.page.get_by_label(self.says("account", "password"), exact=True).wait_for()
        assert self.ask("/me").status == 401

    def ask(self, path: str, **options: Any) -> Any:
        """A request of the API in this person's session."""
        return self.page.request.get(f"{self.house.url}/api/v1{path}", **options)

    def customer(self, filter_: str) -> dict[str, Any]:
        """The first customer of a rule, as this person's list gives it."""
        found = self.ask("/customers", params={"filter": filter_, "limit": 1}).json()["items"]
        assert found, f"nobody has {filter_}"
        return dict(found[0])

    def does_not_scroll_sideways(self) -> bool:
        """Whether the page is as wide as the screen."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"))


Arrival = Callable[[str], Reader]


@pytest.fixture(params=[("en", DESK), ("fa", PHONE)], ids=["english-desk", "persian-phone"])
def arrive(request: pytest.FixtureRequest, house: House, chromium: Any) -> Iterator[Arrival]:
    """``arrive(role)`` signs somebody in; complaints of the page fail the test."""
    language, size = request.param
    context = chromium.new_context(base_url=house.url, viewport=size, reduced_motion="reduce", locale=language)
    prefer(context, language=language)
    complaints: list[str] = []

    def opened(role: str) -> Reader:
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        reader = Reader(page, house, language, size is PHONE)
        reader.sign_in(role)
        return reader

    yield opened
    context.close()
    assert complaints == []
