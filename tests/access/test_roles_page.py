"""The roles page in a browser: keyboard, live preview, other people's access, six languages' widest, phone."""

from __future__ import annotations

import pytest
from tests.access.company import fill
from tests.api.served import served
from tests.browsing import DESK, PHONE, check, picture, prefer, require_interface, settle

from onefold.access.accounts import Visitor
from onefold.access.accounts.sessions import start_session
from onefold.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = ("", "/agent", "/owner", "/new", "/people?user=usr_agent", "/fields?field=email", "/policy")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of a company's server, and a maker of sessions."""
    require_interface()
    with Workspace.create(tmp_path_factory.mktemp("site") / "acme") as workspace:
        with workspace.database.write() as connection:
            fill(connection)

        def session_of(user_id):
            with workspace.database.write() as connection:
                return start_session(connection, user_id, Visitor(None), is_second_factor_done=True).token

        with served(workspace) as (url, _app):
            yield url, session_of


@pytest.fixture
def open_page(site, chromium):
    """Opens pages as somebody, in a language, on a desk or a phone; complaints of the page fail the test."""
    url, session_of = site
    contexts, complaints = [], []

    def opened(user_id="usr_owner", language="en", *, is_phone=False, is_dark=False):
        size = PHONE if is_phone else DESK
        context = chromium.new_context(
            base_url=url, viewport=size, color_scheme="dark" if is_dark else "light", reduced_motion="reduce"
        )
        token = session_of(user_id)
        prefer(context, language=language)
        context.add_cookies([{"name": "onefold_session", "value": token, "url": url}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.set_default_timeout(20_000)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def visit(page, path):
    page.goto(f"/settings/roles{path}")
    page.wait_for_selector("main h1")
    settle(page)


@pytest.mark.parametrize(("language", "is_phone", "is_dark"), [("en", False, False), ("fa", True, True)])
def test_every_page_is_accessible_and_fits(open_page, language, is_phone, is_dark):
    page = open_page(language=language, is_phone=is_phone, is_dark=is_dark)
    for path in PAGES:
        visit(page, path)
        check(page, f"roles-{language}{path.split('?')[0].replace('/', '-') or '-list'}")
        assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "fa" else "ltr")


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW", "ca", "el", "fa"])
def test_no_key_stands_where_a_word_should(open_page, language):
    page = open_page(language=language)
    for path in PAGES:
        visit(page, path)
        text = page.inner_text("main")
        for stem in ("roles:", "field.", "mask.", "verb.", "kind.", "class.", "reason.", "state.", "people.", "{{"):
            assert stem not in text, (path, stem)
    picture(page, f"roles-{language}-policy")


def test_a_role_is_made_with_the_live_preview(open_page):
    page = open_page()
    visit(page, "/new?copy=agent")
    name = page.get_by_label("Name", exact=True)
    assert name.input_value() == "Copy of Agent"
    name.fill("Sales")
    scope = page.get_by_label("Admits customers where")
    scope.fill("region in my.regions and status =")
    page.get_by_text("Cannot be read at character 34").wait_for()
    scope.fill("region in my.regions")
    page.locator(".preview-count", has_text="0 of 4 customers").wait_for()
    page.get_by_label("my.regions").fill("EU")
    page.locator(".preview-count", has_text="2 of 4 customers").wait_for()
    page.get_by_label("Mask of Contact points").select_option("masked")
    page.locator(".preview-card dd", has_text="a•••").wait_for()
    cell = page.get_by_role("button", name="Notes, Remove: allowed")
    cell.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Notes, Remove: denied").wait_for()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.ariaLabel") == "Notes, Change: allowed"
    picture(page, "roles-en-made")
    page.get_by_role("button", name="Create role").click()
    page.wait_for_url("**/settings/roles/rol_*")
    visit(page, "")
    page.get_by_role("link", name="Sales", exact=True).wait_for()


def test_on_a_phone_saving_is_within_reach(open_page):
    page = open_page("usr_owner", "fa", is_phone=True)
    visit(page, "/executive")
    page.locator("textarea").first.fill('status = "active"')
    page.mouse.wheel(0, 600)
    save, navigation = (page.locator(each).bounding_box() for each in (".save-bar .ant-btn-primary", ".navigation"))
    assert save["y"] + save["height"] <= navigation["y"]
    page.locator(".save-bar .ant-btn-primary").click()
    page.locator(".save-bar .ant-btn-primary:disabled").wait_for()


def test_of_two_editors_the_second_is_shown_both(open_page):
    one, two = open_page("usr_owner"), open_page("usr_admin")
    for page in (one, two):
        visit(page, "/manager")
    for page, rule, status in ((one, 'tier = "gold"', 200), (two, 'tier = "silver"', 412)):
        page.get_by_label("Admits customers where").fill(rule)
        with page.expect_response(lambda answer: answer.request.method == "PUT") as put:
            page.get_by_role("button", name="Save", exact=True).click()
        assert put.value.status == status, put.value.text()
    dialog = two.get_by_role("dialog")
    dialog.get_by_text('tier = "gold"').wait_for()
    assert dialog.get_by_text('tier = "silver"').is_visible()


def test_roles_are_given_and_seen_through(open_page):
    page = open_page()
    visit(page, "/people?user=usr_other")
    page.get_by_role("checkbox", name="Analyst").check()
    page.get_by_role("button", name="Give these roles").click()
    page.locator("summary", has_text="Customers").click()
    page.locator("li", has_text="Export from Analyst").first.wait_for()
    page.get_by_role("button", name="View as").click()
    banner = page.locator(".viewing-as")
    banner.get_by_text("Other").wait_for()
    picture(page, "roles-en-viewing")
    banner.get_by_role("button", name="Stop").click()
    banner.wait_for(state="detached")


def test_who_may_only_read_roles_is_offered_nothing_more(open_page):
    page = open_page("usr_admin")
    visit(page, "/administrator")
    assert page.get_by_role("button", name="Save", exact=True).count() == 0
    assert page.get_by_label("Admits customers where").get_attribute("readonly") is not None
