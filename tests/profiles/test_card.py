"""The card: everything about one customer, in JSON and in a terminal."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from onefold.access import Access, Actor
from onefold.errors import NotFound
from onefold.profiles import get_card, render_card
from onefold.profiles.model import Doubt, Sureness

FULL = Access.full(Actor("cli", "cli", "command line"))


def card_of(bench, subject_id, timeline=20):
    with bench.database.read() as connection:
        customer_id = bench.customer_of(subject_id)
        return get_card(connection, FULL, customer_id, timeline=timeline, with_history=True)


def printed(card, width=80):
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    render_card(card, console)
    return console.file.getvalue()


def test_essentials_show_what_is_known_and_hide_the_rest(bench, ana):
    bench.build(ana)
    card = card_of(bench, "crm.people:1")
    shown = {line.field: {part.name: part.value for part in line.parts} for line in card.essentials if not line.is_more}

    assert shown == {
        "name": {"name": "Ana García"},
        "language": {"language": "ca", "time_zone": {"zone": "Europe/Madrid", "basis": "country"}},
        "status": {"status": "active", "tier": "gold"},
        "customer_since": {"customer_since": "2019-01-01T00:00:00Z"},
        "last_spoke_with": {"last_contact_with": "Bob", "last_contact_with_at": "2025-03-02T00:00:00Z"},
        "open_work": {"open_tickets": 1},
        "last_score": {"last_score": {"score": 8, "at": "2025-03-01T00:00:00Z", "type": "survey", "source": "survey"}},
        "email": {"email": "ana@x.com"},
    }
    assert [line.field for line in card.essentials if line.is_more][:2] == ["phone", "city"]
    assert [line.field for line in card_of(bench, "crm.firms:9").essentials] == ["name", "customer_since", "company"]


def test_the_timeline_is_newest_first_and_counts_what_it_leaves_out(bench, ana):
    bench.build(ana)
    card = card_of(bench, "crm.people:1", timeline=2)

    assert [event.entry_id for event in card.timeline] == ["desk.tickets:1", "survey.answers:1"]
    assert card.events == 5
    assert card_of(bench, "crm.people:1", timeline=0).timeline == ()


def test_a_merged_id_opens_the_card_it_leads_to_with_its_history(bench, company):
    company.record("a.t:1", "c", full_name="Ana")
    company.record("a.t:2", "d", full_name="Ana")
    bench.build(company)
    ids = {bench.customer_of("a.t:1"), bench.customer_of("a.t:2")}
    company.owners["a.t:2"] = ("c", "person")
    bench.build(company)
    (former,) = ids - {bench.customer_of("a.t:1")}
    with bench.database.read() as connection:
        card = get_card(connection, FULL, former, with_history=True)

    assert card.customer_id == bench.customer_of("a.t:1")
    assert card.former_ids == (former,)
    assert [(change.kind, change.customer_id) for change in card.history] == [("merged", former)]
    assert "was merged into" in printed(card, 120)


def test_a_retired_customer_has_a_card_that_says_so(bench, company):
    company.record("a.t:1", "c", full_name="Ana")
    bench.build(company)
    gone = bench.customer_of("a.t:1")
    company.records.clear()
    company.owners.clear()
    bench.build(company)
    with bench.database.read() as connection:
        card = get_card(connection, FULL, gone)

    assert (card.state, card.attributes, card.records) == ("retired", (), ())
    assert "Retired" in printed(card)


def test_an_id_never_issued_is_not_found(bench, ana):
    bench.build(ana)
    with bench.database.read() as connection, pytest.raises(NotFound, match="cus_never"):
        get_card(connection, FULL, "cus_never")


def test_the_card_is_plain_json(bench, ana):
    bench.build(ana)
    document = json.loads(json.dumps(card_of(bench, "crm.people:1").to_json()))

    assert document["display_name"] == "Ana García"
    assert document["timeline"][0]["occurred_at"] == "2025-03-02T00:00:00Z"
    email = next(attribute for attribute in document["attributes"] if attribute["name"] == "email")
    assert (email["source"], email["table"], email["others"][0]["value"]) == ("shop", "users", "info@y.com")


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal_in_any_script(bench, company, width):
    company.record(
        "crm.people:1", "c", full_name="محمد رضا حسینی", status="张伟" * 40, company="Ελληνική " * 12, email="a@b.c"
    )
    company.event("desk.t:1", "crm.people:1", role="conversations", title="مشکل در پرداخت " * 9, counterpart="王小明")
    bench.build(company)
    lines = printed(card_of(bench, "crm.people:1"), width).splitlines()

    assert max(map(cell_len, lines)) <= width
    assert any("\u2068محمد رضا حسینی\u2069" in line for line in lines)


def test_values_cannot_command_the_terminal_or_the_layout(bench, company):
    company.record("crm.people:1", "c", full_name="[bold red]Ana[/]\x1b[2J\u202e", status="a\r\nb\x07")
    bench.build(company)
    text = printed(card_of(bench, "crm.people:1"))

    assert "[bold red]Ana[/][2J" in text
    assert not {"\x1b", "\u202e", "\x07", "\r"} & set(text)


def test_records_say_when_their_source_began_and_changed_them(bench, company):
    company.record("a.t:1", "c", full_name="Ana", created="2020-01-01", updated="2024-05-06", created_at="2020-01-01")
    company.record("b.t:7", "c", full_name="Ana", updated="2023-02-03")
    company.record("b.t:8", "c", full_name="Ana")
    bench.build(company)
    dated = {r.subject_id: (r.created_at, r.changed_at) for r in card_of(bench, "a.t:1").records}
    assert dated == {
        "a.t:1": ("2020-01-01", "2024-05-06"),
        "b.t:7": (None, "2023-02-03"),
        "b.t:8": (None, None),
    }


@pytest.mark.parametrize(
    ("doubts", "said", "unsaid"),
    [
        ((), "never found", "held together"),
        ((Doubt("weak", "crm.t:1", "crm.t:2", 0.8),), "never found", "somebody else"),
        ((Doubt("outside", "crm.t:1", "shop.t:2", 0.4),), "perhaps also somebody else: crm.t:1 and shop.t:2", "never"),
    ],
)
def test_the_terminal_says_why_one_cannot_be_sure_of_a_customer(bench, ana, doubts, said, unsaid):
    bench.build(ana)
    card = card_of(bench, "crm.people:1")
    shown = printed(replace(card, identity=Sureness(0.5, 0.8, 0.6, doubts)))
    assert said in shown
    assert "50%\n" in re.sub(r"[ │]+\n", "\n", shown)
    assert unsaid not in shown
    assert "never found" not in printed(replace(card, identity=Sureness(0.97, 0.98, 0.99)))
