"""The customer list in a browser: search as one types, filters, views, many at once, keyboard, languages, phone."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from tests.api.served import served
from tests.browsing import DESK, PHONE, check, prefer, require_interface

from onefold.access.accounts import Visitor
from onefold.access.accounts.sessions import start_session
from onefold.access.accounts.tables import user_account
from onefold.access.role_changes import RoleDraft, create_role
from onefold.access.tables import user_role
from onefold.kernel import utc_now
from onefold.profiles.attributes import summary_column
from onefold.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parents[1] / "profiles"))

from listed import EVERYTHING, write

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = ["王小明", "Παπαδόπουλος Νίκος", "محمد رضایی", "Núria Puig"]
WORDS = [["王小明", "小明", "wang", "xiaoming"], ["παπαδοπουλος", "papadopoulos", "nikos"], ["محمد", "mohammad"],
         ["nuria", "puig"]]  # fmt: skip
MANY = 900


def person(number):
    name = NAMES[number] if number < len(NAMES) else f"Person {number:04}"
    words = WORDS[number] if number < len(NAMES) else ["person", f"{number:04}"]
    return {"display_name": name, "sort_name": f"{number:04}", "words": words, "status": ("active", "lost")[number % 2],
            "email": f"p{number}@example.com", "phone": f"+3460011{number:04}", "country": "GR",
            "last_contact_at": utc_now(), "attributes": {"category:segment": "vip"} if number < 9 else {}}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A company of many customers, with an owner and one who sees less."""
    require_interface()
    with Workspace.create(tmp_path_factory.mktemp("site") / "acme") as workspace:
        with workspace.database.write() as connection:
            write(connection, map(person, range(MANY)))
            lost = RoleDraft("Lost", "", {"customer": ["read"]}, {}, 'status = "lost"', None, {"pii:contact": "masked"})
            role = create_role(connection, EVERYTHING, lost, summary_column)
            for user_id, role_id in (("usr_owner", "owner"), ("usr_less", role.role_id)):
                connection.execute(
                    user_account.insert().values(
                        user_id=user_id,
                        email=f"{user_id}@acme.test",
                        display_name=user_id,
                        state="active",
                        version=1,
                        recovery_hashes=[],
                        attributes={},
                        preferences={},
                        created_at=utc_now(),
                    )
                )
                connection.execute(user_role.insert().values(user_id=user_id, role_id=role_id))

        def session_of(user_id):
            with workspace.database.write() as connection:
                return start_session(connection, user_id, Visitor(None), is_second_factor_done=True).token

        with served(workspace) as (url, _app):
            yield url, session_of


@pytest.fixture
def open_page(site, chromium):
    """Opens the list as somebody; complaints of the page fail the test."""
    url, session_of = site
    contexts, complaints = [], []

    def opened(path="/customers", *, user_id="usr_owner", language="en", is_phone=False, is_dark=False):
        size = PHONE if is_phone else DESK
        context = chromium.new_context(
            base_url=url, viewport=size, color_scheme="dark" if is_dark else "light", reduced_motion="reduce"
        )
        prefer(context, language=language)
        context.add_cookies([{"name": "onefold_session", "value": session_of(user_id), "url": url}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.set_default_timeout(20_000)
        page.goto(path)
        page.wait_for_selector(".cl-body > *, .state")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def names(page):
    return [name.inner_text() for name in page.locator(".cl-body a").all()]


@pytest.mark.parametrize(
    ("language", "is_phone", "is_dark"),
    [("en", False, False), ("fa", False, True), ("en", True, True), ("fa", True, False), ("el", True, False),
     ("ca", False, False), ("zh-CN", False, False), ("zh-TW", True, False)],
)  # fmt: skip
def test_the_list_is_whole_in_every_language_and_size(open_page, language, is_phone, is_dark):
    page = open_page(language=language, is_phone=is_phone, is_dark=is_dark)
    check(page, f"customers-{language}-{'phone' if is_phone else 'desk'}-{'dark' if is_dark else 'light'}")
    assert NAMES[0] in names(page)[0]
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "fa" else "ltr")


def test_typing_latin_finds_names_in_any_script_and_the_address_keeps_it(open_page):
    page = open_page()
    box = page.get_by_role("searchbox", name="Search customers")
    for typed, found in (("wang", NAMES[0]), ("papad", NAMES[1]), ("mohammad", NAMES[2]), ("محمد", NAMES[2])):
        box.fill(typed)
        page.wait_for_function("text => document.querySelector('.cl-body a')?.innerText === text", arg=found)
    page.get_by_text("1 customer", exact=True).wait_for()
    page.reload()
    page.wait_for_selector(".cl-body > *")
    assert names(page) == [NAMES[2]]
    box.fill("zzz")
    page.locator(".state").get_by_text("Nobody matches").wait_for()
    check(page, "customers-none")
    page.get_by_role("button", name="Show all customers").click()
    page.wait_for_selector(".cl-row")


def test_a_filter_is_built_from_values_that_there_are_and_says_itself_as_text(open_page):
    page = open_page()
    page.get_by_role("button", name="Add a filter").click()
    page.get_by_role("combobox", name="Attribute").click()
    page.keyboard.type("segment")
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="Value").click()
    page.locator(".ant-select-item-option", has_text="vip").click()
    check(page, "customers-filter")
    page.get_by_role("button", name="Apply").click()
    page.get_by_text("9 customers").wait_for()
    page.get_by_role("button", name="As text").click()
    text = page.get_by_role("textbox", name="As text")
    assert text.input_value() == 'category:segment = "vip"'
    text.fill('category:segment = "vip" and (status = "lost" or name ~ "王")')
    page.get_by_role("button", name="Apply").click()
    page.get_by_text("5 customers").wait_for()
    text.fill("nothing = 1")
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("alert").get_by_text("customers have no attribute 'nothing'").wait_for()
    check(page, "customers-error")


def test_the_last_of_many_customers_is_reached_by_scrolling_and_by_keys(open_page):
    page = open_page()
    for _ in range(40):
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(120)
        if f"Person {MANY - 1:04}" in names(page):
            break
    assert f"Person {MANY - 1:04}" in names(page)
    assert page.locator(".cl-row").count() < 80
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(300)
    page.locator('.cl-row[data-index="0"]').focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(60)
    page.keyboard.press(" ")
    page.get_by_text("1 picked").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/customers/cus_"))


def test_a_view_keeps_filter_columns_and_order_and_is_deleted_again(open_page):
    page = open_page("/customers?filter=status+%3D+%22lost%22&sort=-display_name&columns=display_name,status")
    page.get_by_role("button", name="Save as a view").click()
    page.get_by_role("textbox", name="Name").fill("Lost ones")
    check(page, "customers-view")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile("view=viw_"))
    page.get_by_role("button", name=re.compile("Lost ones")).click()
    page.get_by_role("menuitem", name="All customers").click()
    page.get_by_text(f"{MANY} customers").wait_for()
    page.get_by_role("button", name=re.compile("Views")).click()
    page.get_by_role("menuitem", name=re.compile("Lost ones")).click()
    page.get_by_text(f"{MANY // 2} customers").wait_for()
    page.locator(".cl-body a").first.get_by_text(f"Person {MANY - 1:04}").wait_for()
    page.get_by_role("button", name="Delete the view").click()
    page.get_by_role("button", name="Yes").click()
    page.get_by_role("button", name=re.compile("Views")).wait_for()


def test_all_found_are_exported_with_the_columns_in_sight(open_page):
    page = open_page("/customers?q=mohammad&columns=display_name,email")
    page.get_by_role("button", name="Export all").click()
    check(page, "customers-export")
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("button", name="Export").click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0] == '"customer_id","display_name","email"'
    assert NAMES[2] in lines[1]
    assert len(lines) == 2


def test_the_header_finds_from_any_page_by_slash(open_page):
    page = open_page()
    page.locator("h1").click()
    page.keyboard.press("/")
    page.keyboard.type("nikos")
    page.get_by_role("option", name=re.compile(NAMES[1])).wait_for()
    check(page, "customers-header")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/customers/cus_"))


def test_who_sees_less_sees_masks_with_their_policy_and_nobody_else(open_page):
    page = open_page(user_id="usr_less")
    page.get_by_text(f"{MANY // 2} customers").wait_for()
    page.locator(".hidden-value").first.get_by_text(re.compile(r"^p•••")).wait_for()
    assert page.get_by_role("button", name="Export all").count() == 0
    check(page, "customers-masked")
    page.get_by_role("searchbox", name="Search customers").fill("wang")
    page.locator(".state").get_by_text("Nobody matches").wait_for()
    page.goto("/customers?filter=email+is+known")
    page.get_by_text("You may not see this").wait_for()
