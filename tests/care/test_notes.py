"""Notes: written by those who may, seen by those who may, never lost to somebody else's edit."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.care.office import V1, error_of, etag

from onefold.access.audit.tables import audit_entry
from onefold.access.tables import role
from onefold.care.tables import note, note_edit, notification
from onefold.kernel import utc_now
from onefold.storage import outbox


def write(client, customer_id, body="Called back", **more):
    return client.post(f"{V1}/customers/{customer_id}/notes", json={"body": body, **more})


def test_a_written_note_is_on_the_page_of_its_customer(desk):
    ana = desk.client(desk.ana)
    written = write(ana, desk.ids["a"])
    assert written.status_code == 201
    assert written.json()["author"] == {"user_id": desk.ana, "name": "Ana Puig"}
    listed = desk.client(desk.ben).get(f"{V1}/customers/{desk.ids['a']}/notes").json()
    assert [one["body"]["text"] for one in listed["items"]] == ["Called back"]
    assert listed["items"][0]["may_edit"] is False


def test_notes_of_a_customer_out_of_scope_are_not_found_by_any_door(desk):
    theirs = write(desk.client(), desk.ids["b"]).json()["note_id"]
    ana = desk.client(desk.ana)
    doors = [
        ana.get(f"{V1}/customers/{desk.ids['b']}/notes"),
        write(ana, desk.ids["b"]),
        ana.get(f"{V1}/notes/{theirs}"),
        ana.put(f"{V1}/notes/{theirs}", json={"body": "x"}, headers={"If-Match": '"1"'}),
        ana.delete(f"{V1}/notes/{theirs}", headers={"If-Match": '"1"'}),
        ana.get(f"{V1}/notes/{theirs}/history"),
    ]
    assert [door.status_code for door in doors] == [404] * len(doors)


def test_a_note_out_of_scope_and_one_that_never_was_read_the_same(desk):
    theirs = write(desk.client(), desk.ids["b"]).json()["note_id"]
    never = "note_aaaaaaaaaaaaaaaa"
    ana = desk.client(desk.ana)
    answers = [ana.get(f"{V1}/notes/{one}").text.replace(one, "X") for one in (theirs, never)]
    assert answers[0] == answers[1]
    customers = [ana.get(f"{V1}/customers/{one}/notes").text.replace(one, "X") for one in (desk.ids["b"], "cus_0")]
    assert customers[0] == customers[1]


def test_who_may_not_read_notes_is_refused_before_any_look_up(desk):
    analyst = desk.client(desk.person("Nia", "analyst"))
    written = write(desk.client(), desk.ids["a"]).json()["note_id"]
    for path in (f"customers/{desk.ids['a']}/notes", f"notes/{written}", "notes/note_none"):
        assert error_of(analyst.get(f"{V1}/{path}")) == "not_allowed"
    assert error_of(write(analyst, desk.ids["a"])) == "not_allowed"


def test_reading_notes_by_one_role_does_not_open_customers_of_another(desk):
    """An analyst knows all customers without notes, an agent of the north those of the north with notes."""
    both = desk.client(desk.person("Nia", "agent", "analyst", regions=["north"]))
    theirs = write(desk.client(), desk.ids["b"]).json()["note_id"]
    assert both.get(f"{V1}/customers/{desk.ids['a']}/notes").status_code == 200
    assert error_of(both.get(f"{V1}/customers/{desk.ids['b']}/notes")) == "not_allowed"
    assert error_of(both.get(f"{V1}/notes/{theirs}")) == "not_allowed"


def test_a_masked_body_says_which_policy_hides_it(desk):
    write(desk.client(), desk.ids["a"], "secret words")
    with desk.database.write() as connection:
        connection.execute(
            role.insert().values(
                role_id="rol_x",
                name="Masked",
                description="",
                is_shipped=False,
                permissions={"customer": ["read"], "note": ["read"]},
                denials={},
                masks={"note.body": "hidden"},
                version=1,
                updated_at=utc_now(),
            )
        )
    who = desk.client(desk.person("Mo", "rol_x"))
    answer = who.get(f"{V1}/customers/{desk.ids['a']}/notes")
    assert "secret" not in answer.text
    assert answer.json()["items"][0]["body"]["text"] is None
    assert "Masked" in answer.json()["items"][0]["body"]["hidden_by"]


def test_only_the_author_or_who_administers_notes_changes_one(desk):
    ana, ben = desk.client(desk.ana), desk.client(desk.ben)
    note_id = write(ana, desk.ids["a"]).json()["note_id"]
    put = {"json": {"body": "mine now"}, "headers": {"If-Match": '"1"'}}
    assert error_of(ben.put(f"{V1}/notes/{note_id}", **put)) == "not_allowed"
    assert error_of(ben.delete(f"{V1}/notes/{note_id}", headers={"If-Match": '"1"'})) == "not_allowed"
    assert error_of(ben.get(f"{V1}/notes/{note_id}/history")) == "not_allowed"
    manager = desk.client(desk.person("Mia", "manager"))
    assert manager.put(f"{V1}/notes/{note_id}", **put).status_code == 200


def test_the_second_of_two_edits_is_told_and_nothing_is_lost(desk):
    ana = desk.client(desk.ana)
    note_id = write(ana, desk.ids["a"], "one").json()["note_id"]
    read = ana.get(f"{V1}/notes/{note_id}")
    first = ana.put(f"{V1}/notes/{note_id}", json={"body": "two"}, headers=etag(read))
    second = ana.put(f"{V1}/notes/{note_id}", json={"body": "three"}, headers=etag(read))
    assert (first.status_code, second.status_code) == (200, 412)
    assert error_of(second) == "stale"
    assert second.json()["error"]["version"] == 2
    assert ana.get(f"{V1}/notes/{note_id}").json()["body"]["text"] == "two"
    history = ana.get(f"{V1}/notes/{note_id}/history").json()["items"]
    assert [one["body"]["text"] for one in history] == ["one"]
    assert ana.delete(f"{V1}/notes/{note_id}", headers=etag(read)).status_code == 412


def test_a_change_must_say_which_version_it_changes(desk):
    ana = desk.client(desk.ana)
    note_id = write(ana, desk.ids["a"]).json()["note_id"]
    assert ana.put(f"{V1}/notes/{note_id}", json={"body": "x"}).status_code == 428
    assert ana.delete(f"{V1}/notes/{note_id}").status_code == 428


def test_a_deleted_note_leaves_no_text_anywhere(desk):
    ana = desk.client(desk.ana)
    note_id = write(ana, desk.ids["a"], "to be forgotten", mentions=[desk.ben]).json()["note_id"]
    changed = ana.put(f"{V1}/notes/{note_id}", json={"body": "forgotten too"}, headers={"If-Match": '"1"'})
    assert ana.delete(f"{V1}/notes/{note_id}", headers=etag(changed)).status_code == 204
    assert ana.get(f"{V1}/notes/{note_id}").status_code == 404
    assert ana.get(f"{V1}/customers/{desk.ids['a']}/notes").json()["items"] == []
    with desk.database.read() as connection:
        for table in (note, note_edit, notification, outbox):
            assert "forgotten" not in repr(connection.execute(sa.select(table)).all())
        assert connection.execute(sa.select(notification)).all() == []


def test_a_repeated_create_writes_one_note(desk):
    ana = desk.client(desk.ana)
    options = {"json": {"body": "once"}, "headers": {"Idempotency-Key": "k1"}}
    path = f"{V1}/customers/{desk.ids['a']}/notes"
    first, again = ana.post(path, **options), ana.post(path, **options)
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    other = ana.post(path, json={"body": "other"}, headers={"Idempotency-Key": "k1"})
    assert error_of(other) == "conflict"
    assert len(ana.get(path).json()["items"]) == 1


@pytest.mark.parametrize("body", ["", "   \n ", "x" * 10_001, "nul \x00 byte"], ids=["no", "blank", "long", "nul"])
def test_a_text_that_cannot_be_kept_is_refused_and_not_stored(desk, body):
    assert error_of(write(desk.client(desk.ana), desk.ids["a"], body)) == "invalid_input"
    with desk.database.read() as connection:
        assert connection.execute(sa.select(note)).all() == []


def test_half_a_character_is_refused(desk):
    ana = desk.client(desk.ana)
    headers = {"Content-Type": "application/json"}
    answer = ana.post(f"{V1}/customers/{desk.ids['a']}/notes", content=b'{"body": "\\ud800"}', headers=headers)
    assert error_of(answer) == "invalid_input"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=80))
def test_any_text_comes_back_as_it_was_typed(desk, body):
    ana = desk.client(desk.ana)
    answer = write(ana, desk.ids["a"], body)
    if not body.strip():
        assert error_of(answer) == "invalid_input"
        return
    assert answer.json()["body"]["text"] == body.strip()
    note_id = answer.json()["note_id"]
    assert ana.get(f"{V1}/notes/{note_id}").json()["body"]["text"] == body.strip()


def test_html_and_sql_in_a_note_are_text(desk):
    ana = desk.client(desk.ana)
    hostile = "<script>alert(1)</script>'; drop table note; -- ${jndi:x} {{7*7}}"
    write(ana, desk.ids["a"], hostile)
    answer = ana.get(f"{V1}/customers/{desk.ids['a']}/notes")
    assert answer.json()["items"][0]["body"]["text"] == hostile
    assert answer.headers["Content-Type"] == "application/json"


def test_pages_of_notes_miss_and_repeat_nothing(desk):
    ana = desk.client(desk.ana)
    for number in range(7):
        write(ana, desk.ids["a"], f"note {number}")
    seen, cursor = [], None
    while True:
        query = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        answer = ana.get(f"{V1}/customers/{desk.ids['a']}/notes", params=query).json()
        seen += [one["body"]["text"] for one in answer["items"]]
        if not (cursor := answer["next_cursor"]):
            break
        write(ana, desk.ids["a"], "meanwhile")
    assert sorted(seen) == [f"note {number}" for number in range(7)]
    forged = ana.get(f"{V1}/customers/{desk.ids['a']}/notes", params={"cursor": "WzEsMl0"})
    assert error_of(forged) == "invalid_input"


def test_after_a_merge_both_notes_are_on_one_page_and_after_the_undo_each_has_its_own(desk):
    ids = desk.customers("p", "q r")
    full = desk.client()
    write(full, ids["p"], "of p")
    write(full, ids["q"], "of q")
    merged = desk.customers("p q r")
    assert merged["p"] == merged["q"]

    def texts(customer_id):
        answer = full.get(f"{V1}/customers/{customer_id}/notes").json()
        return sorted(one["body"]["text"] for one in answer["items"])

    assert texts(ids["p"]) == texts(ids["q"]) == ["of p", "of q"]
    write(full, ids["p"], "of both")
    undone = desk.customers("p", "q r")
    assert (undone["p"], undone["q"]) == (ids["p"], ids["q"])
    expected = {ids["p"]: ["of p"], ids["q"]: ["of q"]}
    expected[merged["p"]] = sorted([*expected[merged["p"]], "of both"])
    assert {one: texts(one) for one in expected} == expected


def test_after_a_merge_the_scope_is_that_of_the_customer_it_leads_to(desk):
    ids = desk.customers("p", "q r", regions={"p": "south", "q": "north"})
    full, ana = desk.client(), desk.client(desk.ana)
    of_p = write(full, ids["p"], "of p").json()["note_id"]
    assert ana.get(f"{V1}/notes/{of_p}").status_code == 404
    desk.customers("p q r", regions={"p": "north"})
    assert ana.get(f"{V1}/notes/{of_p}").status_code == 200
    assert ana.get(f"{V1}/customers/{ids['p']}/notes").status_code == 200
    desk.customers("p", "q r", regions={"p": "south"})
    assert ana.get(f"{V1}/notes/{of_p}").status_code == 404


def test_chains_of_merges_lead_everything_to_the_last(desk):
    ids = desk.customers("p", "q r", "s t u")
    full = desk.client()
    for name in ("p", "q", "s"):
        write(full, ids[name], f"of {name}")
    desk.customers("p q r", "s t u")
    merged = desk.customers("p q r s t u")
    answer = full.get(f"{V1}/customers/{merged['s']}/notes").json()
    assert sorted(one["body"]["text"] for one in answer["items"]) == ["of p", "of q", "of s"]


def test_every_change_is_audited_and_announced_without_text(desk):
    ana = desk.client(desk.ana)
    note_id = write(ana, desk.ids["a"], "private words").json()["note_id"]
    changed = ana.put(f"{V1}/notes/{note_id}", json={"body": "private too"}, headers={"If-Match": '"1"'})
    ana.delete(f"{V1}/notes/{note_id}", headers=etag(changed))
    with desk.database.read() as connection:
        told = connection.execute(sa.select(outbox).where(outbox.c.resource == "note").order_by(outbox.c.seq)).all()
        entries = connection.execute(sa.select(audit_entry).order_by(audit_entry.c.seq)).all()
    assert [one.kind for one in told] == ["note.created", "note.updated", "note.deleted"]
    assert {one.customer_id for one in told} == {desk.ids["a"]}
    actions = [one.action for one in entries if one.kind == "note"]
    assert actions == ["note.create", "note.update", "note.delete"]
    assert "private" not in repr(told) + repr(entries)


def test_reading_notes_of_a_customer_is_audited(desk):
    write(desk.client(), desk.ids["a"])
    desk.client(desk.ana).get(f"{V1}/customers/{desk.ids['a']}/notes")
    with desk.database.read() as connection:
        entries = connection.execute(sa.select(audit_entry).where(audit_entry.c.action == "note.read")).all()
    assert [(one.actor_id, one.customer_id) for one in entries] == [(desk.ana, desk.ids["a"])]
