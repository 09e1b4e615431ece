"""Webhooks and configuration in Chromium, with a real receiver: by an administrator, in English and in Persian."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.api.served import serve
from tests.browsing import UI, check, prefer, require_interface
from tests.webhooks.receiver import Receiver

from onefold.access import Access, Actor
from onefold.access.accounts import add_user
from onefold.access.accounts.passwords import hash_password
from onefold.api import create_app
from onefold.config import export_config, write_folder
from onefold.settings import ServerSettings, Settings, WebhookSettings
from onefold.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "seven green lanterns at noon"
LOOKS = [("en", "light", 1280), ("fa", "dark", 390)]


@dataclass
class Desk:
    """An administrator in front of a browser."""

    page: Any
    url: str
    workspace: Workspace
    receiver: Receiver
    language: str

    def says(self, feature: str, key: str) -> str:
        folder = UI / "src" / ("components" if feature == "components" else f"features/{feature}") / "messages"
        words: str = json.loads((folder / f"{self.language}.json").read_text(encoding="utf-8"))[key]
        return words


@pytest.fixture(params=LOOKS, ids=["english", "persian-phone"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, chromium: Any) -> Iterator[Desk]:
    require_interface()
    language, theme, width = request.param
    receiver = Receiver()
    settings = Settings(
        name="Acme",
        server=ServerSettings(allow_private_addresses=True),
        webhooks=WebhookSettings(plain_hosts=["127.0.0.1"]),
    )
    with Workspace.create(tmp_path / "acme", settings) as workspace:
        with workspace.database.write() as connection:
            add_user(
                connection,
                email="eva@acme.example",
                display_name="Eva Roca",
                state="active",
                roles=["administrator"],
                password_hash=hash_password(PASSWORD),
            )
        server, thread, url = serve(create_app(workspace, local_token="x" * 20, has_background=True))
        context = chromium.new_context(base_url=url, viewport={"width": width, "height": 900}, reduced_motion="reduce")
        prefer(context, language=language, theme=theme)
        page = context.new_page()
        page.set_default_timeout(20_000)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        answer = context.request.post("/api/v1/sign-in", data={"email": "eva@acme.example", "password": PASSWORD})
        assert answer.ok, answer.text()
        yield Desk(page, url, workspace, receiver, language)
        context.close()
        server.should_exit = True
        thread.join(15)
    receiver.close()
    assert complaints == []


def test_an_administrator_makes_a_webhook_tries_it_and_sends_again(desk: Desk):
    page = desk.page
    page.goto("/settings/webhooks")
    page.get_by_role("button", name=desk.says("webhooks", "new")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(desk.says("webhooks", "name"), exact=True).fill("Εισιτήρια")
    dialog.get_by_label(desk.says("webhooks", "url"), exact=True).fill("http://10.0.0.1/hook")
    dialog.get_by_role("button", name=desk.says("webhooks", "create")).click()
    dialog.get_by_role("alert").wait_for()
    dialog.get_by_label(desk.says("webhooks", "url"), exact=True).fill(desk.receiver.url)
    dialog.get_by_role("button", name=desk.says("webhooks", "create")).click()
    secret = dialog.get_by_label(desk.says("webhooks", "secret"), exact=True).input_value()
    assert secret.startswith("whsec_")
    dialog.get_by_role("button", name=desk.says("webhooks", "secret.kept")).click()
    page.get_by_role("button", name="Εισιτήρια").click()
    page.get_by_role("button", name=desk.says("webhooks", "ping")).click()
    desk.receiver.wait(1)
    assert desk.receiver.messages[0].document["type"] == "webhook.ping"
    assert desk.receiver.messages[0].is_signed_by(secret)
    time.sleep(0.5)
    page.get_by_role("button", name=desk.says("webhooks", "refresh")).click()
    page.get_by_role("button", name=desk.says("webhooks", "replay")).click()
    desk.receiver.wait(2)
    assert desk.receiver.messages[1].id == desk.receiver.messages[0].id
    page.get_by_role("button", name="webhook.ping").first.click()
    page.get_by_label(desk.says("webhooks", "delivery.body")).wait_for()
    check(page, f"webhooks-delivery-{desk.language}")


def test_an_administrator_compares_a_folder_and_applies_it(desk: Desk, tmp_path: Path):
    page = desk.page
    folder = tmp_path / "text"
    write_folder(folder, export_config(desk.workspace, Access.full(Actor("cli", "cli", "command line"))))
    (folder / "tags").mkdir(exist_ok=True)
    (folder / "tags" / "vip.yaml").write_text("name: VIP\ncolour: green\n", encoding="utf-8")
    page.goto("/settings/configuration")
    page.get_by_role("button", name=desk.says("configuration", "choose")).wait_for()
    page.locator("input[type=file]").set_input_files(folder)
    page.get_by_text("tags/vip").wait_for()
    check(page, f"configuration-plan-{desk.language}")
    page.get_by_role("button", name=desk.says("configuration", "apply.now"), exact=True).click()
    page.get_by_text(desk.says("configuration", "applied")).wait_for()
    tags = page.request.get(f"{desk.url}/api/v1/tags").json()["items"]
    assert [tag["name"] for tag in tags] == ["VIP"]
