"""What each role does in a day, from sign-in to sign-out: in English at a desk, in Persian on a phone."""

from __future__ import annotations

import re

import pytest
from tests.browsing import check

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_owner_sees_the_silos_and_opens_the_customers_behind_a_number(arrive):
    owner = arrive("Owner")
    owner.page.goto("/overview")
    owner.page.get_by_role("heading", name=owner.says("overview", "title")).wait_for()
    owner.page.locator("a[href^='/customers?']").first.click()
    owner.page.wait_for_url(re.compile("/customers\\?"))
    owner.page.locator("a[href^='/customers/cus_']").first.wait_for()
    assert owner.does_not_scroll_sideways()
    owner.sign_out()


def test_an_administrator_invites_somebody_and_sees_who_did_what(arrive):
    administrator = arrive("Administrator")
    page = administrator.page
    page.goto("/settings/people")
    page.get_by_role("button", name=administrator.says("people", "invite")).first.click()
    email = f"new.{administrator.language}@larkmoor.example"
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(administrator.says("people", "email"), exact=True).fill(email)
    dialog.get_by_label(administrator.says("people", "name"), exact=True).fill("نیلوفر رضایی")
    dialog.get_by_role("button", name=administrator.says("people", "invite.do")).click()
    link = page.get_by_label(administrator.says("people", "link"), exact=True)
    link.first.wait_for()
    assert "/invitation" in link.first.input_value()
    page.goto("/settings/audit")
    page.locator("main").get_by_text("Tom Ashdown").first.wait_for()
    seen = administrator.customer('country = "ES"')
    assert "email" in seen["hidden"]
    assert "@" not in str(seen["values"]["email"])
    administrator.sign_out()


def test_an_executive_sees_figures_and_no_addresses(arrive):
    executive = arrive("Executive")
    page = executive.page
    page.goto("/overview")
    page.get_by_role("heading", name=executive.says("overview", "title")).wait_for()
    assert executive.does_not_scroll_sideways()
    page.goto("/customers")
    page.locator("a[href^='/customers/cus_']").first.wait_for()
    assert not re.search(r"[\w.]+@[\w.]+\.example", page.inner_text("main"))
    executive.sign_out()


def test_a_manager_filters_and_keeps_the_view(arrive):
    manager = arrive("Manager")
    page = manager.page
    page.goto('/customers?filter=country%20%3D%20"ES"')
    page.locator("a[href^='/customers/cus_']").first.wait_for()
    page.get_by_role("button", name=manager.says("customers", "view.save")).click()
    name = f"Spain {manager.language}"
    page.get_by_role("dialog").get_by_label(manager.says("customers", "view.name"), exact=True).fill(name)
    page.get_by_role("dialog").get_by_role(
        "button", name=manager.says("customers", "view.save_button"), exact=True
    ).click()
    page.get_by_role("dialog").wait_for(state="hidden")
    assert name in [view["name"] for view in manager.ask("/views").json()["items"]]
    manager.sign_out()


def test_an_agent_finds_a_customer_across_scripts_and_calls_a_colleague(arrive):
    agent = arrive("Agent")
    page = agent.page
    person = agent.customer('country = "GR" and full_name is known')
    page.goto("/customers")
    search = page.get_by_role("searchbox", name=agent.says("customers", "search"), exact=True)
    search.or_(page.get_by_label(agent.says("customers", "search"), exact=True)).first.fill("papad")
    page.locator("a[href^='/customers/cus_']").first.wait_for()
    page.goto(f"/customers/{person['customer_id']}/notes")
    body = f"Wants to be called back on Friday ({agent.language}). @Priya"
    page.get_by_label(agent.says("care", "note.new"), exact=True).press_sequentially(body)
    page.get_by_role("option", name=re.compile("Priya Raman")).first.click()
    page.get_by_role("button", name=agent.says("care", "note.save"), exact=True).click()
    page.get_by_text(f"called back on Friday ({agent.language})").first.wait_for()
    page.goto(f"/customers/{person['customer_id']}")
    page.get_by_text(f"called back on Friday ({agent.language})").first.wait_for()
    assert agent.does_not_scroll_sideways()
    agent.sign_out()
    manager = arrive("Manager")
    assert any(told["kind"] == "mentioned" for told in manager.ask("/notifications").json()["items"])
    manager.sign_out()


def test_an_analyst_takes_away_hashes_and_not_names(arrive):
    analyst = arrive("Analyst")
    page = analyst.page
    page.goto("/customers")
    dialog = page.get_by_role("dialog")
    do_export = dialog.get_by_role("button", name=analyst.says("customers", "export.do"))
    page.route("**/customers/export", lambda _route: None)  # one that takes for ever can be given up
    page.get_by_role("button", name=analyst.says("customers", "export.all")).click()
    do_export.click()
    dialog.get_by_role("status").wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    page.unroute("**/customers/export")
    page.get_by_role("button", name=analyst.says("customers", "export.all")).click()
    with page.expect_download() as download:
        do_export.click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) > 500
    assert "@" not in text
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    analyst.sign_out()


def test_a_steward_looks_into_a_source_and_builds(arrive):
    steward = arrive("Steward")
    page = steward.page
    page.goto("/sources")
    page.locator("a[href='/sources/crm']").first.click()
    page.get_by_role("heading", name="crm").wait_for()
    page.get_by_role("heading", name="contacts").wait_for()
    assert steward.does_not_scroll_sideways()
    page.goto("/sources")
    before = steward.ask("/builds").json()["items"][0]["build_no"]
    page.get_by_role("button", name=steward.says("sources", "build.start")).click()
    for _ in range(240):
        last = steward.ask("/builds").json()["items"][0]
        if last["build_no"] not in {None, before} and last["finished_at"]:
            break
        page.wait_for_timeout(500)
    else:
        raise AssertionError(f"the build does not end: {last}")
    steward.sign_out()


def test_a_steward_settles_what_systems_disagree_about(arrive):
    steward = arrive("Steward")
    page = steward.page
    page.goto("/contradictions?attribute=status")
    settle = page.get_by_role("button", name=re.compile(re.escape(steward.says("customer", "pick.settle"))))
    settle.first.wait_for()
    check(page, f"contradictions-{steward.language}")
    address = page.locator("main a[href^='/customers/cus_']").first.get_attribute("href")
    settle.first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio").nth(1).check()
    check(page, f"picking-{steward.language}", "[role=dialog]")
    dialog.get_by_label(steward.says("customer", "pick.reason"), exact=True).fill("Asked on the phone.")
    dialog.get_by_role("button", name=steward.says("customer", "pick.save"), exact=True).click()
    dialog.wait_for(state="hidden")
    page.goto(address)
    page.get_by_text("Asked on the phone.").first.wait_for()
    assert steward.does_not_scroll_sideways()
    customer_id = address.split("/")[2]
    rows = steward.ask(f"/customers/{customer_id}/records").json()["attributes"]
    status = next(row for row in rows if row["name"] == "status")
    assert (status["rule"], status["pick"]["reason"]) == ("picked", "Asked on the phone.")
    page.get_by_role("button", name=re.compile(re.escape(steward.says("customer", "pick.change")))).first.click()
    dialog.get_by_text(steward.says("customer", "pick.by_rule"), exact=True).click()
    dialog.get_by_role("button", name=steward.says("customer", "pick.save"), exact=True).click()
    dialog.wait_for(state="hidden")
    page.get_by_text(steward.says("customer", "pick.over_now"), exact=True).first.wait_for()
    steward.sign_out()


def test_an_agent_hands_a_customer_over(arrive):
    agent = arrive("Agent")
    page = agent.page
    person = agent.customer("open_tickets > 0 and full_name is known")
    page.goto(f"/customers/{person['customer_id']}")
    page.get_by_role("button", name=agent.says("customer", "handover"), exact=True).click()
    drawer = page.get_by_role("dialog")
    for part in ("who", "contacts", "open", "told"):
        drawer.get_by_role("heading", name=agent.says("customer", f"handover.{part}"), exact=True).wait_for()
    check(page, f"handover-{agent.language}", "[role=dialog]")
    drawer.get_by_label(agent.says("care", "handover.colleague"), exact=True).press_sequentially("Priya")
    page.get_by_role("option", name=re.compile("Priya Raman")).or_(
        page.locator(".ant-select-item-option", has_text="Priya Raman")
    ).last.click()
    words = f"Please go on ({agent.language})."
    drawer.get_by_label(agent.says("care", "handover.words"), exact=True).fill(words)
    drawer.get_by_role("button", name=agent.says("care", "handover.send"), exact=True).click()
    drawer.get_by_text(agent.says("care", "handover.sent", name="Priya Raman"), exact=True).wait_for()
    notes = agent.ask(f"/customers/{person['customer_id']}/notes").json()["items"]
    assert notes[0]["body"]["text"] == f"@Priya Raman {words}"
    assert [called["name"] for called in notes[0]["mentions"]] == ["Priya Raman"]
    page.keyboard.press("Escape")
    drawer.wait_for(state="hidden")
    agent.sign_out()


def test_the_iberia_desk_knows_nobody_elsewhere(arrive):
    owner = arrive("Owner")
    stranger = owner.customer('country = "GB"')["customer_id"]
    owner.sign_out()
    desk = arrive("Iberia desk")
    desk.page.goto("/customers")
    desk.page.locator("a[href^='/customers/cus_']").first.wait_for()
    countries = {row["values"]["country"] for row in desk.ask("/customers", params={"limit": 500}).json()["items"]}
    assert countries <= {"ES", "AD", "PT"}
    desk.page.goto(f"/customers/{stranger}")
    desk.page.get_by_text(desk.says("customer", "not_found"), exact=True).wait_for()
    assert desk.ask(f"/customers/{stranger}").text() == desk.ask("/customers/cus_aaaaaaaaaaaaaaaa").text().replace(
        "cus_aaaaaaaaaaaaaaaa", stranger
    )
    desk.sign_out()
