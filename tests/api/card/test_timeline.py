"""The timeline: everything once, in order, whatever the page size; noise in groups; departments; filters."""

from __future__ import annotations

import pytest

from onefold.profiles.departments import department_of

PAGE = "/api/v1/customers"


def pages_of(client, customer_id, **asked):
    found, cursor = [], None
    while True:
        answer = client.get(f"{PAGE}/{customer_id}/timeline", params=asked | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if not cursor:
            return found


def test_runs_of_noise_are_one_entry_with_their_count(client, ana_id):
    items = client.get(f"{PAGE}/{ana_id}/timeline").json()["items"]

    assert [entry["entry_id"] for entry in items[:4]] == [
        "desk.messages:1",
        "desk.tickets:1",
        "survey.answers:1",
        "shop.orders:1",
    ]
    (group,) = items[4:]
    assert (group["event_type"], group["count"], group["occurred_at"], group["earliest_at"]) == (
        "page_view", 9, "2025-01-09T00:00:00Z", "2025-01-01T00:00:00Z",
    )  # fmt: skip
    spread = client.get(f"{PAGE}/{ana_id}/timeline", params={"collapse": False}).json()["items"]
    assert len(spread) == 13


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 50])
@pytest.mark.parametrize("collapse", [True, False])
def test_pages_of_any_size_hold_every_entry_once_and_in_order(client, ana_id, limit, collapse):
    whole = client.get(f"{PAGE}/{ana_id}/timeline", params={"collapse": collapse, "limit": 500}).json()["items"]
    assert pages_of(client, ana_id, limit=limit, collapse=collapse) == whole


def test_entries_that_come_later_shift_no_page(client, built, ana, ana_id):
    first = client.get(f"{PAGE}/{ana_id}/timeline", params={"limit": 2}).json()
    ana.event("shop.orders:2", "shop.users:7", occurred_at="2025-04-01", amount="3", currency="EUR")
    ana.event("shop.orders:3", "shop.users:7", occurred_at="2025-03-01", amount="3", currency="EUR")
    built.build(ana)
    second = client.get(f"{PAGE}/{ana_id}/timeline", params={"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [entry["entry_id"] for entry in first["items"]] == ["desk.messages:1", "desk.tickets:1"]
    assert "desk.tickets:1" not in [entry["entry_id"] for entry in second["items"]]


def test_events_of_one_moment_and_without_a_moment_are_paged_too(client, bench, company):
    company.record("a.t:1", "c", full_name="Ana")
    for number in range(7):
        company.event(f"a.orders:{number}", "a.t:1", occurred_at="2025-01-01", amount="1", currency="EUR")
        company.event(f"a.orders:u{number}", "a.t:1", amount="1", currency="EUR")
    bench.build(company)
    customer_id = bench.customer_of("a.t:1")
    found = [entry["entry_id"] for entry in pages_of(client, customer_id, limit=2)]

    assert found == [f"a.orders:{n}" for n in range(6, -1, -1)] + [f"a.orders:u{n}" for n in range(6, -1, -1)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"department": "support"}, ["desk.messages:1", "desk.tickets:1"]),
        ({"department": "sales"}, ["shop.orders:1"]),
        ({"type": ["order", "response"]}, ["survey.answers:1", "shop.orders:1"]),
        ({"source": "survey"}, ["survey.answers:1"]),
        ({"from": "2025-02-20T00:00:00Z", "to": "2025-03-02T00:00:00Z"}, ["desk.tickets:1", "survey.answers:1"]),
        ({"q": "boiler eve"}, ["desk.messages:1", "desk.tickets:1"]),
        ({"q": "SLOW"}, ["survey.answers:1"]),
        ({"kind": "identity"}, []),
    ],
)
def test_filters_leave_what_was_asked_for(client, ana_id, asked, found):
    items = client.get(f"{PAGE}/{ana_id}/timeline", params=asked).json()["items"]
    assert [entry["entry_id"] for entry in items] == found


@pytest.mark.parametrize(
    "asked", ["department=kitchen", "from=2025-01-01T00:00:00", "cursor=x", "cursor=WzEsMl0", "limit=0"]
)
def test_what_cannot_be_asked_is_refused_in_the_one_shape(client, ana_id, asked):
    answer = client.get(f"{PAGE}/{ana_id}/timeline?{asked}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_input")


@pytest.mark.parametrize(
    ("fact", "department"),
    [
        (("events", "order", "orders", "shop"), "sales"),
        (("events", "پرداخت", "t", "s"), "billing"),
        (("events", "发票", "t", "s"), "billing"),
        (("events", "τιμολόγιο", "t", "s"), "billing"),
        (("events", "factura", "facturas", "billing"), "billing"),
        (("events", "newsletter_open", "mails", "crm"), "marketing"),
        (("feedback", "x", "t", "s"), "marketing"),
        (("conversations", "x", "t", "s"), "support"),
        (("events", "login", "t", "s"), "technical"),
        (("events", "contract_renewal", "t", "crm"), "management"),
        (("events", "x", "t", "s"), "sales"),
        (("events", "reorder", "t", "s"), "sales"),
    ],
)
def test_every_event_has_one_of_six_departments(fact, department):
    assert department_of(*fact) == department
