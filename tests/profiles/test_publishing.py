"""Publishing writes the difference and nothing else, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from onefold.access import Access, Actor
from onefold.profiles import get_card, publish
from onefold.profiles.tables import identifier, profile, timeline_event


def test_traits_say_when_how_much_and_with_whom(bench, ana):
    bench.build(ana)
    traits = bench.profile_of("crm.people:1").traits

    assert traits["records"] == 3
    assert traits["systems"] == ["crm", "desk", "shop"]
    assert traits["customer_since"] == "2019-01-01T00:00:00Z"
    assert traits["last_seen"] == "2025-03-02T00:00:00Z"
    assert traits["events"] == {"order": 2, "survey": 1, "ticket": 2}
    assert traits["money"] == {"order": {"EUR": 20}}
    assert traits["orders"] == {"count": 2, "amount": {"EUR": 20}}
    assert traits["open_tickets"] == 1
    assert (traits["last_contact"]["at"], traits["last_contact"]["with"]) == ("2025-03-02T00:00:00Z", "Bob")
    assert traits["last_score"]["score"] == 8


def test_order_lines_and_refunds_are_no_orders(bench, company):
    company.record("a.t:1", "c", full_name="Ana")
    for number, event_type in enumerate(("order", "order_line", "order refund", "Pedido", "订单", "invoice")):
        company.event(f"a.e:{number}", "a.t:1", event_type=event_type, amount="1", currency="EUR")
    bench.build(company)
    traits = bench.profile_of("a.t:1").traits

    assert (traits["orders"]["count"], traits["invoices"]["count"]) == (3, 1)


def test_the_same_build_again_writes_nothing(either_bench, ana):
    first = either_bench.build(ana)
    state = either_bench.everything()

    assert first["written"] == 2
    assert either_bench.build(ana) == {
        "written": 0, "removed": 0, "unchanged": 2, "identifiers": 0, "search_terms": 0, "events_added": 0,
            "events_removed": 0, "picks_held": 0, "picks_lapsed": 0,
    }  # fmt: skip
    assert either_bench.everything() == state
    assert either_bench.profile_of("crm.people:1").version == 1


def test_one_changed_record_rewrites_one_profile_and_only_its_changed_events(either_bench, ana):
    either_bench.build(ana)
    changed = copy.deepcopy(ana)
    changed.records[0]["row_hash"] += 1
    changed.values[0]["value"] = "Anna"
    changed.events[0] |= {"row_hash": 1, "status": "returned"}
    counts = either_bench.build(changed)

    assert (counts["written"], counts["events_added"], counts["events_removed"]) == (1, 1, 1)
    assert either_bench.profile_of("crm.people:1").version == 2
    with either_bench.database.read() as connection:
        query = sa.select(timeline_event.c.status).where(timeline_event.c.event_id == "shop.orders:1")
        assert connection.execute(query).scalar_one() == "returned"


def test_whatever_came_before_the_state_equals_one_built_from_scratch(either_bench, ana, tmp_path):
    wilder = copy.deepcopy(ana)
    wilder.record("old.t:1", "ana", full_name="Ana G", email="old@x.com")
    wilder.record("old.t:2", "gone", full_name="Gone", email="gone@x.com")
    wilder.event("old.e:1", "old.t:2", occurred_at="2020-01-01")
    wilder.owners["desk.users:z"] = ("other", "person")
    either_bench.build(ana)
    clean = either_bench.everything()
    counts = either_bench.build(wilder)
    assert counts["written"] == 3
    assert either_bench.everything() != clean
    either_bench.build(ana)

    assert either_bench.everything() == clean


def test_a_vanished_customer_leaves_no_profile_identifier_or_event(either_bench, company):
    company.record("a.t:1", "c", full_name="Ana", email="ana@x.com")
    company.record("a.t:2", "d", full_name="Bob", email="bob@x.com")
    company.event("a.e:1", "a.t:1", occurred_at="2025-01-01")
    either_bench.build(company)
    company.records.pop(0)
    company.owners.pop("a.t:1")
    company.events.clear()
    counts = either_bench.build(company)

    assert counts["removed"] == 1
    with either_bench.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(profile)).scalar_one() == 1
        assert set(connection.execute(sa.select(identifier.c.subject_id)).scalars()) == {"a.t:2"}
        assert connection.execute(sa.select(sa.func.count()).select_from(timeline_event)).scalar_one() == 0


def test_a_new_priority_of_a_source_rewrites_the_profiles_it_takes_part_in(bench, ana):
    bench.build(ana)

    assert bench.build(ana, shop=1)["written"] == 1


def test_many_small_buckets_give_the_same_profiles_as_one(bench, company, monkeypatch):
    for number in range(25):
        company.record(f"a.t:{number}", f"c{number % 11}", full_name=f"Name {number}", email=f"e{number}@x.com")
    bench.build(company)
    whole = bench.everything()
    monkeypatch.setattr(publish, "CUSTOMERS_PER_BUCKET", 3)
    with bench.database.write() as connection:
        connection.execute(sa.delete(profile))
    assert bench.build(company)["written"] == 11

    assert bench.everything() == whole


def test_a_failed_build_leaves_the_published_state_as_it_was(bench, ana, monkeypatch):
    bench.build(ana)
    before = bench.everything()
    ana.record("new.t:1", "ana", full_name="Ana New", email="new@x.com")

    def fail(*_args: object) -> None:
        raise RuntimeError("cut")

    with monkeypatch.context() as patch:
        patch.setattr(publish, "_bucket", fail)
        with pytest.raises(RuntimeError):
            bench.build(ana)

    assert bench.everything() == before
    assert bench.build(ana)["written"] == 1


def test_money_moments_and_bodies_come_back_as_they_went_in(either_bench, ana):
    either_bench.build(ana)
    with either_bench.database.read() as connection:
        access = Access.full(Actor("cli", "cli", "command line"))
        card = get_card(connection, access, either_bench.customer_of("crm.people:1"), timeline=20)
    order = next(event for event in card.timeline if event.entry_id == "shop.orders:1")

    assert order.amount == Decimal("12.50")
    assert order.occurred_at == datetime(2025, 2, 2, tzinfo=UTC)
    assert order.body == {"product": "p1"}


def test_with_whom_it_was_last_spoken_is_known_even_when_the_last_contact_names_nobody(bench, company):
    company.record("a.t:1", "c", full_name="Ana")
    spoken = {"role": "conversations", "event_type": "message"}
    company.event("a.e:1", "a.t:1", occurred_at="2025-03-01", counterpart="Bob", **spoken)
    company.event("a.e:2", "a.t:1", occurred_at="2025-03-09", **spoken)
    bench.build(company)
    traits = bench.profile_of("a.t:1").traits

    assert traits["last_contact"]["at"] == "2025-03-09T00:00:00Z"
    assert "with" not in traits["last_contact"]
    assert (traits["last_contact_with"], traits["last_contact_with_at"]) == ("Bob", "2025-03-01T00:00:00Z")


def test_a_conversation_without_a_time_still_says_with_whom(bench, company):
    company.record("a.t:1", "c", full_name="Ana")
    company.event("a.e:1", "a.t:1", role="conversations", event_type="call", counterpart="Bob")
    bench.build(company)
    assert bench.profile_of("a.t:1").traits["last_contact_with"] == "Bob"
