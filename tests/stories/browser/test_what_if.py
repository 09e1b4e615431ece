"""A steward sees what other settings would do before anybody makes them, and takes a change of customers back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PATIENCE_MS = 120_000
"""A what-if resolves every record in a process of its own."""


def test_a_steward_asks_what_a_higher_threshold_would_do_and_nothing_changes(arrive):
    reader = arrive("Steward")
    page = reader.page
    before = reader.ask("/identity/runs").json()
    page.goto("/identity/what-if")
    page.get_by_label(reader.says("identity", "tune.link_at")).fill("97")
    page.get_by_role("button", name=reader.says("identity", "tune.ask")).click()
    result = page.get_by_role("region", name=reader.says("identity", "result.title"))
    expect(result.get_by_text(reader.says("identity", "figure.share"))).to_be_visible(timeout=_PATIENCE_MS)
    changes = page.get_by_role("region", name=reader.says("identity", "changes.title"))
    why = changes.get_by_role("button", name=reader.says("identity", "changes.why"))
    why.first.click()
    expect(changes.locator("figure").first).to_be_visible()
    assert reader.does_not_scroll_sideways()
    # who may not change the settings is not offered it
    expect(page.get_by_role("button", name=reader.says("identity", "apply.open"))).to_have_count(0)
    assert reader.ask("/identity/runs").json() == before
    assert reader.ask("/identity/settings").json()["settings"]["link_at"] is None


def test_a_steward_takes_a_whole_run_back_after_seeing_what_that_does(arrive):
    reader = arrive("Steward")
    page = reader.page
    run_id = _united(reader)
    page.goto("/identity/runs")
    runs = page.get_by_role("region", name=reader.says("identity", "runs.title"))
    runs.get_by_role("button", name=reader.says("identity", "undo.run")).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(reader.says("identity", "kind.restored")).first).to_be_visible()
    dialog.get_by_label(reader.says("identity", "undo.reason")).fill("two people")
    dialog.get_by_role("button", name=reader.says("identity", "undo.do"), exact=True).click()
    expect(dialog).to_have_count(0)
    (change,) = reader.ask("/identity/changes", params={"run": run_id}).json()["items"]
    assert change["undone_run"] is not None


def _united(reader: Any) -> int:
    """Two customers that a person said are one; the run that made them so."""
    found = reader.ask("/customers", params={"limit": 2, "sort": "display_name"}).json()["items"]
    one, other = (customer["customer_id"] for customer in found)
    token = reader.ask("/me").json()["csrf_token"]
    for override in reader.ask("/identity/overrides").json()["items"]:  # of the same story in another language
        if override["kind"] == "different" and override["undoes_change"] is not None:
            path = f"{reader.house.url}/api/v1/identity/overrides/{override['override_id']}/withdraw"
            headers = {"X-CSRF-Token": token, "If-Match": f'"{override["version"]}"'}
            assert reader.page.request.post(path, headers=headers).ok
    answer = reader.page.request.post(
        f"{reader.house.url}/api/v1/identity/overrides",
        data={"kind": "same", "a": [one], "b": [other], "reason": "checked"},
        headers={"X-CSRF-Token": token},
    )
    assert answer.ok, answer.text()
    return int(answer.json()["run_id"])
