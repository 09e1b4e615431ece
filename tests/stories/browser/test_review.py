"""A steward works through what is in doubt: by keyboard, by thumb, by pattern; and measures how good the match is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.browsing import check

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _answered(steward: Any) -> int:
    """How many answers of today are in force."""
    return int(steward.ask("/identity/review/summary").json()["answered_today"])


def _open_items(steward: Any, **query: Any) -> list[dict[str, Any]]:
    return list(steward.ask("/identity/review", params={"limit": 50, **query}).json()["items"])


def _say(steward: Any, key: str, letter: str) -> None:
    """Answer by keyboard at a desk, by thumb on a phone."""
    if steward.is_phone:
        name = steward.says("identity", key)
        steward.page.locator(".id-bar").get_by_role("button", name=re.compile(f"^{re.escape(name)}")).click()
    else:
        steward.page.keyboard.press(letter)


def test_a_steward_answers_one_question_after_the_other_and_undoes(arrive):
    steward = arrive("Steward")
    page = steward.page
    page.goto("/")
    page.get_by_role("link", name=steward.says("app", "page.identity")).click()
    page.get_by_text(steward.says("identity", "order.score_first.why"), exact=True).wait_for()
    check(page, f"review-{steward.language}")
    before = _answered(steward)
    page.get_by_role("link", name=steward.says("identity", "begin")).click()
    page.locator(".id-question").wait_for()
    check(page, f"review-item-{steward.language}")
    first = page.url

    page.get_by_label(steward.says("identity", "reason"), exact=True).fill("sd")
    assert page.url == first, "a key answered while somebody typed"
    page.get_by_label(steward.says("identity", "reason"), exact=True).blur()
    _say(steward, "answer.same", "s")
    done = page.locator(".id-outcome", has_text=steward.says("identity", "answered.same"))
    done.wait_for()
    page.wait_for_function("before => location.href !== before", arg=first)
    assert _answered(steward) == before + 1
    item_id = first.split("/")[-1].split("?")[0]
    item = steward.ask(f"/identity/review/{item_id}").json()["item"]
    assert (item["state"], item["answer"]) == ("answered", "same")
    check(page, f"review-answered-{steward.language}")

    _say(steward, "undo", "u")
    page.locator(".id-outcome", has_text=steward.says("identity", "undone")).wait_for()

    second = page.url
    _say(steward, "answer.different", "d")
    page.locator(".id-outcome", has_text=steward.says("identity", "answered.different")).wait_for()
    page.wait_for_function("before => location.href !== before", arg=second)
    _say(steward, "answer.skip", "k")
    page.locator(".id-outcome", has_text=steward.says("identity", "answered.skip")).wait_for()
    assert steward.does_not_scroll_sideways()
    steward.sign_out()


def test_keys_are_explained_and_can_be_switched_off(arrive):
    steward = arrive("Steward")
    page = steward.page
    page.goto(f"/identity/review/{_open_items(steward)[0]['item_id']}")
    page.locator(".id-question").wait_for()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(steward.says("identity", "keys.when"), exact=True).wait_for()
    check(page, f"review-keys-{steward.language}", "[role=dialog]")
    dialog.get_by_role("switch").click()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    here = page.url
    page.keyboard.press("s")
    page.keyboard.press("?")
    dialog.get_by_role("switch").wait_for()
    assert page.url == here
    assert page.locator(".id-outcome").count() == 0
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    steward.sign_out()


def test_the_graph_of_a_cluster_is_also_a_table_and_where_it_cannot_be_loaded(arrive):
    steward = arrive("Steward")
    page = steward.page
    bridges = [item for item in _open_items(steward, kind="bridge") if item["records_a"] + item["records_b"] > 2]
    page.goto(f"/identity/review/{bridges[0]['item_id']}?kind=bridge")
    graph = page.locator("#id-graph")
    graph.get_by_role("img").wait_for()
    graph.locator("canvas").wait_for()
    graph.locator("figcaption button").click()
    graph.get_by_text(steward.says("identity", "graph.weakest")).first.wait_for()
    assert steward.does_not_scroll_sideways()

    page.route("**/assets/graph-drawing-*", lambda route: route.abort())
    page.reload()
    graph.get_by_role("table").wait_for()
    page.unroute("**/assets/graph-drawing-*")
    graph.locator("figcaption button").click()
    graph.locator("canvas").wait_for()
    steward.sign_out()


def test_an_answer_waits_for_the_connection_and_a_stale_one_is_told(arrive):
    steward = arrive("Steward")
    page = steward.page
    items = _open_items(steward)
    page.goto(f"/identity/review/{items[0]['item_id']}")
    page.locator(".id-question").wait_for()
    before = _answered(steward)
    page.context.set_offline(True)
    _say(steward, "answer.different", "d")
    page.locator(".id-outcome[data-tone=warn]").wait_for()
    page.context.set_offline(False)
    page.locator(".id-outcome", has_text=steward.says("identity", "answered.different")).wait_for()
    assert _answered(steward) == before + 1

    csrf = steward.ask("/me").json()["csrf_token"]
    target = _open_items(steward)[0]
    page.goto(f"/identity/review/{target['item_id']}")
    page.locator(".id-question").wait_for()
    page.route("**/stream", lambda route: route.abort())
    page.request.post(
        f"{steward.house.url}/api/v1/identity/review/{target['item_id']}/answer",
        data={"answer": "skip"},
        headers={"If-Match": f'"{target["version"]}"', "X-CSRF-Token": csrf},
    )
    _say(steward, "answer.same", "s")
    refused = page.get_by_role("alert").filter(has_text=steward.says("identity", "refused.stale"))
    refused.or_(page.locator(".id-outcome", has_text=steward.says("identity", "answered.same"))).first.wait_for()
    steward.sign_out()


def test_a_pattern_is_answered_at_once_after_a_look_at_what_it_does(arrive):
    steward = arrive("Steward")
    page = steward.page
    page.goto("/identity/review?by=pattern")
    page.locator(".id-list li").first.wait_for()
    check(page, f"review-patterns-{steward.language}")
    patterns = steward.ask("/identity/review/patterns").json()["items"]
    chosen = min((one for one in patterns if one["kind"] == "pair"), key=lambda one: one["items"])
    row = page.locator(".id-list > li").nth(patterns.index(chosen))
    row.get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(steward.says("identity", "many.binds"), exact=True).wait_for()
    dialog.get_by_role("radio").nth(1).check()
    check(page, f"review-many-{steward.language}", "[role=dialog]")
    dialog.locator(".ant-btn-primary").click()
    dialog.get_by_text(steward.says("identity", "many.state.done"), exact=True).wait_for()
    left = _open_items(steward, pattern=chosen["key"])
    assert left == []
    dialog.locator(".dialog-buttons button").first.click()
    steward.sign_out()


def test_labels_measure_and_can_be_taken_back(arrive):
    steward = arrive("Steward")
    page = steward.page
    page.goto("/identity/quality")
    page.get_by_role("heading", name=steward.says("identity", "precision")).wait_for()
    check(page, f"quality-{steward.language}")
    page.get_by_role("link", name=steward.says("identity", "label.begin")).click()
    page.locator("#id-records").wait_for()
    check(page, f"labelling-{steward.language}")
    _say(steward, "said.same", "s")
    page.get_by_text(re.compile(re.escape(_ones(steward, "label.done")))).wait_for()
    labels = steward.ask("/identity/quality/labels").json()["items"]
    assert labels[0]["answer"] == "same"
    with page.expect_response(lambda response: response.request.method == "DELETE" and "/labels/" in response.url):
        _say(steward, "said.unsure", "k")
        _say(steward, "undo", "u")  # while the answer is on its way
    labels = steward.ask("/identity/quality/labels").json()["items"]
    assert labels[0]["answer"] == "same"
    page.goto("/identity/quality")
    page.locator("#id-labels").get_by_text(steward.says("identity", "said.same"), exact=True).first.wait_for()
    assert steward.does_not_scroll_sideways()
    steward.sign_out()


def test_a_customer_page_says_how_sure_it_is_and_leads_to_its_questions(arrive):
    steward = arrive("Steward")
    page = steward.page
    item = _open_items(steward)[0]
    page.goto(f"/customers/{item['customers'][0]['customer_id']}/identity")
    sure = page.locator("#id-sure")
    sure.locator(f"a[href^='/identity/review/{item['item_id']}']").wait_for()
    check(page, f"sure-{steward.language}")
    sure.locator(f"a[href^='/identity/review/{item['item_id']}']").click()
    page.locator(".id-question").wait_for()
    steward.sign_out()


def test_an_executive_reads_and_does_not_answer(arrive):
    executive = arrive("Executive")
    may_read = ["read", "identity"] in executive.ask("/me").json()["permissions"]
    executive.page.goto("/identity/review")
    if may_read:
        executive.page.locator(".id-progress").wait_for()
        assert executive.page.get_by_role("link", name=executive.says("identity", "begin")).count() == 0
    else:
        executive.page.get_by_role("alert").wait_for()
    executive.sign_out()


def _ones(steward: Any, stem: str) -> str:
    """The words for one of something, in the digits of the language."""
    one = "۱" if steward.language == "fa" else "1"
    return str(steward.says("identity", f"{stem}_one", count=one))
