"""Working together in Chromium: two colleagues, one customer, any width, light and dark, from either side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from tests.api.served import served
from tests.browsing import check, listen, picture, prefer, require_interface
from tests.care import contents

from onefold.access.accounts.passwords import hash_password
from onefold.access.accounts.users import add_user
from onefold.identity.tables import customer
from onefold.settings import Settings
from onefold.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TOKEN = "token-of-the-test-0123456789"
PASSWORD = "seven green lanterns at noon"
LOOKS = [("en", "light", 1280), ("en", "dark", 390), ("fa", "dark", 1280), ("fa", "light", 390)]
Look = tuple[str, str, int]


class Company:
    """A served workspace, a browser, and people who sign in."""

    def __init__(self, address: str, browser: Any, customer_id: str) -> None:
        self.address, self.browser, self.customer_id = address, browser, customer_id

    def sign_in(self, name: str, look: Look = LOOKS[0]) -> Any:
        """A page of a colleague; ``page.complaints`` is what the browser complains about."""
        language, theme, width = look
        context = self.browser.new_context(viewport={"width": width, "height": 900})
        prefer(context, language=language, theme=theme)
        page = context.new_page()
        page.complaints = []
        listen(page, page.complaints)
        answer = context.request.post(
            f"{self.address}/api/v1/sign-in", data={"email": f"{name}@acme.example", "password": PASSWORD}
        )
        assert answer.ok, answer.text()
        return page

    def open(self, page: Any, path: str) -> None:
        """Go to a page."""
        page.goto(self.address + path)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, chromium: Any) -> Iterator[Company]:
    require_interface()
    folder = tmp_path_factory.mktemp("company")
    lines = [
        "id,full name,e-mail,city",
        "1,Νίκος Παπαδόπουλος,nikos@example.com,Athens",
        "2,王小明,wang@example.com,Vic",
    ]
    (folder / "crm.csv").write_text("\n".join(lines), encoding="utf-8")
    with Workspace.create(folder / "acme", Settings(name="Acme", threads=1)) as workspace:
        workspace.connect("crm", str(folder / "crm.csv"))
        workspace.build()
        kept = hash_password(PASSWORD)
        with workspace.database.write() as connection:
            for name, role in (("ana", "manager"), ("ben", "agent")):
                add_user(
                    connection,
                    email=f"{name}@acme.example",
                    display_name={"ana": "Ana Puig", "ben": "Ben Stone"}[name],
                    state="active",
                    roles=[role],
                    password_hash=kept,
                )
            customer_id = (
                connection.execute(sa.select(customer.c.customer_id).order_by("customer_id")).scalars().first()
            )
        with served(workspace, TOKEN) as (address, _app):
            work_before(address, str(customer_id))
            yield Company(address, chromium, str(customer_id))


def work_before(address: str, customer_id: str) -> None:
    """Something of every kind, from the command line."""
    with httpx.Client(base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        ana = client.get("/mentions", params={"q": "ana"}).json()["items"][0]["user_id"]
        path = f"/customers/{customer_id}"
        notes = {"body": "مشتری فردا زنگ می‌زند، see https://example.com @Ana Puig", "mentions": [ana]}
        sent = [
            client.post(f"{path}/notes", json=notes),
            client.post(f"{path}/tasks", json={"title": "Call Νίκος", "owner_id": ana, "due_on": "2026-01-02"}),
            client.post(f"{path}/tags", json={"name": "早鸟"}),
            client.post(f"{path}/files", files={"file": ("scan 1.png", contents.png(320, 200), "image/png")}),
        ]
        assert {one.status_code for one in sent} == {201}, [one.text for one in sent]


def test_a_note_calls_a_colleague_whose_open_page_hears_of_it(company: Company) -> None:
    ana, ben = company.sign_in("ana"), company.sign_in("ben")
    company.open(ben, "/tasks")
    ben.wait_for_selector(".bell-button")
    company.open(ana, f"/customers/{company.customer_id}/notes")
    field = ana.get_by_role("textbox", name="New note")
    field.press_sequentially("Please call back @ben")
    ana.get_by_role("option", name="Ben Stone").wait_for()
    field.press("Enter")
    field.press_sequentially("today, see https://example.com")
    ana.get_by_role("button", name="Write note").click()
    ana.locator(".care-mention", has_text="@Ben Stone").wait_for()
    assert field.input_value() == ""
    ben.get_by_role("button", name="1 unread notification").wait_for(timeout=15_000)
    ben.get_by_role("button", name="1 unread notification").click()
    ben.get_by_role("button", name="Ana Puig mentioned you").click()
    ben.wait_for_url("**/customers/*/notes")
    ben.locator(".care-mention", has_text="@Ben Stone").wait_for()
    ben.get_by_role("button", name="Notifications", exact=True).wait_for()
    assert ana.complaints == ben.complaints == []
    ana.context.close()
    ben.context.close()


def test_a_draft_outlives_a_reload(company: Company) -> None:
    page = company.sign_in("ben")
    company.open(page, f"/customers/{company.customer_id}/notes")
    page.get_by_role("textbox", name="New note").fill("not finished <b>yet</b>")
    page.reload()
    page.get_by_role("textbox", name="New note").wait_for()
    assert page.get_by_role("textbox", name="New note").input_value() == "not finished <b>yet</b>"
    page.get_by_text("Your draft was kept.").wait_for()
    page.get_by_role("button", name="Write note").click()
    page.locator(".care-text", has_text="not finished <b>yet</b>").wait_for()
    page.reload()
    page.locator(".care-text", has_text="not finished").wait_for()
    assert page.get_by_role("textbox", name="New note").input_value() == ""
    page.context.close()


def test_of_two_who_edit_one_note_the_second_chooses(company: Company) -> None:
    first, second = company.sign_in("ana"), company.sign_in("ana")
    company.open(first, f"/customers/{company.customer_id}/notes")
    first.get_by_role("textbox", name="New note").fill("to be mended")
    first.get_by_role("button", name="Write note").click()
    first.locator(".care-item", has_text="to be mended").wait_for()
    for page in (first, second):
        company.open(page, f"/customers/{company.customer_id}/notes")
        page.locator(".care-item", has_text="to be mended").get_by_role("button", name="Edit").click()
        page.get_by_role("textbox", name="Edit note").wait_for()
    first.get_by_role("textbox", name="Edit note").fill("mended by the first")
    first.get_by_role("button", name="Save").click()
    first.locator(".care-text", has_text="mended by the first").wait_for()
    second.get_by_role("textbox", name="Edit note").fill("mended by the second")
    second.get_by_role("button", name="Save").click()
    dialog = second.get_by_role("dialog")
    dialog.get_by_text("mended by the first").wait_for()
    picture(second, "care-conflict")
    dialog.get_by_role("button", name="Save mine").click()
    second.locator(".care-text", has_text="mended by the second").wait_for()
    first.context.close()
    second.context.close()


def test_a_task_is_made_given_done_and_found(company: Company) -> None:
    ana, ben = company.sign_in("ana"), company.sign_in("ben")
    company.open(ana, f"/customers/{company.customer_id}/tasks")
    ana.get_by_role("textbox", name="Title").fill("Send the contract")
    ana.get_by_role("combobox", name="Owner").click()
    ana.keyboard.type("ben")
    ana.locator(".ant-select-item-option", has_text="Ben Stone").click()
    ana.get_by_role("button", name="Add task").click()
    ana.get_by_role("button", name="Send the contract").wait_for()
    company.open(ben, "/tasks")
    row = ben.locator(".task", has_text="Send the contract")
    row.get_by_role("checkbox").click()
    row.wait_for(state="detached")
    ben.goto(f"{company.address}/tasks?state=done")
    ben.locator(".task", has_text="Send the contract").wait_for()
    assert ana.complaints == ben.complaints == []
    ana.context.close()
    ben.context.close()


def test_files_are_sent_shown_and_refused_with_a_reason(company: Company) -> None:
    page = company.sign_in("ben")
    company.open(page, f"/customers/{company.customer_id}/files")
    field = page.locator("input[type=file]")
    field.wait_for(state="attached")
    picture_bytes = contents.png(320, 200)
    field.set_input_files(
        [
            {"name": "scan.png", "mimeType": "image/png", "buffer": picture_bytes},
            {"name": "قرارداد ۱۴۰۵.pdf", "mimeType": "application/pdf", "buffer": contents.PDF},
            {"name": "trick.png", "mimeType": "image/png", "buffer": contents.SVG},
        ]
    )
    page.locator(".file", has_text="scan.png").wait_for()
    page.locator(".file", has_text="قرارداد").wait_for()
    page.locator(".sending", has_text="trick.png").get_by_role("alert").wait_for()
    page.locator(".sending").get_by_role("button", name="Stop sending trick.png").click()
    page.get_by_role("button", name="Show scan.png").click()
    assert page.locator(".file-large").evaluate("async (image) => (await image.decode(), image.naturalWidth)") == 320
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        page.locator(".file", has_text="scan.png").get_by_role("link", name="Download").click()
    assert Path(download.value.path()).read_bytes() == picture_bytes
    page.context.close()


def test_tags_are_put_on_and_taken_off(company: Company) -> None:
    page = company.sign_in("ana")
    company.open(page, f"/customers/{company.customer_id}/notes")
    for name in ("VIP", "Καλός πελάτης"):
        if not page.get_by_role("combobox", name="Add tag").is_visible():
            page.get_by_role("button", name="Add tag").click()
        page.get_by_role("combobox", name="Add tag").fill(name)
        page.locator(".ant-select-item-option", has_text=name).click()
        page.locator(".tag-chip", has_text=name).wait_for()
    page.get_by_role("button", name="Remove tag Καλός πελάτης").click()
    page.locator(".tag-chip", has_text="Καλός").wait_for(state="detached")
    company.open(page, "/settings/tags")
    page.locator(".tag-row", has_text="VIP").get_by_text("1 customer").wait_for()
    assert page.complaints == []
    page.context.close()


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look)))
@pytest.mark.parametrize("path", ["notes", "tasks", "files", "/tasks", "/notifications", "/settings/tags"])
def test_every_page_is_readable_and_has_no_barriers(company: Company, path: str, look: Look) -> None:
    page = company.sign_in("ana", look)
    company.open(page, path if path.startswith("/") else f"/customers/{company.customer_id}/{path}")
    ready = {"notes": ".care-item", "tasks": ".new-task", "files": ".file", "/settings/tags": ".tag-row"}
    page.wait_for_selector(ready.get(path, "h1"))
    assert page.evaluate("document.documentElement.dir") == ("rtl" if look[0] == "fa" else "ltr")
    if path == "/tasks":
        page.locator(".bell-button").click()
        page.wait_for_selector(".bell-panel")
        check(page, f"care-bell-{'-'.join(map(str, look))}")
        page.keyboard.press("Escape")
    name = path.strip("/").replace("/", "-") + ("-page" if path.startswith("/") else "")
    check(page, f"care-{name}-{'-'.join(map(str, look))}", "html" if path.startswith("/") else ".care")
    assert page.complaints == []
    page.context.close()
