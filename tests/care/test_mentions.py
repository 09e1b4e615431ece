"""Mentions tell people, and show nobody a customer that they may not see."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from tests.care.office import V1, error_of

from onefold.access.accounts.tables import user_account
from onefold.care import send_due_letters
from onefold.care.tables import notification
from onefold.kernel import utc_now
from onefold.storage import outbox
from onefold.webhooks.changes import changes_after, heard


def write(client, customer_id, body, mentions):
    answer = client.post(f"{V1}/customers/{customer_id}/notes", json={"body": body, "mentions": mentions})
    assert answer.status_code == 201, answer.text
    return answer.json()


def told(desk, user_id):
    return desk.client(user_id).get(f"{V1}/notifications").json()


def test_a_mentioned_colleague_is_told_which_customer_and_what(desk):
    write(desk.client(desk.ana), desk.ids["a"], "@Ben Stone please call", [desk.ben])
    answer = told(desk, desk.ben)
    assert answer["unread"] == 1
    assert answer["items"][0]["customer_id"] == desk.ids["a"]
    assert answer["items"][0]["customer_name"]["text"] == "Customer a"
    assert answer["items"][0]["excerpt"]["text"] == "@Ben Stone please call"
    assert answer["items"][0]["actor"]["name"] == "Ana Puig"


def test_a_mention_of_somebody_without_scope_says_nothing_of_the_customer(desk):
    written = write(desk.client(desk.ana), desk.ids["a"], "secret of @Sol", [desk.sol])
    page = desk.client(desk.sol).get(f"{V1}/notifications")
    for word in ("secret", desk.ids["a"], "Customer a", written["note_id"]):
        assert word not in page.text
    item = page.json()["items"][0]
    assert item["is_restricted"] is True
    assert item["actor"]["name"] == "Ana Puig"
    assert {item[name] for name in ("customer_id", "customer_name", "note_id", "task_id", "excerpt")} == {None}


def test_being_mentioned_opens_no_door(desk):
    written = write(desk.client(desk.ana), desk.ids["a"], "@Sol", [desk.sol])
    sol = desk.client(desk.sol)
    assert sol.get(f"{V1}/notes/{written['note_id']}").status_code == 404
    assert sol.get(f"{V1}/customers/{desk.ids['a']}/notes").status_code == 404


def test_who_loses_the_scope_loses_what_the_notification_said(desk):
    write(desk.client(desk.ana), desk.ids["a"], "secret", [desk.ben])
    assert "secret" in str(told(desk, desk.ben))
    with desk.database.write() as connection:
        mine = user_account.c.user_id == desk.ben
        connection.execute(user_account.update().where(mine).values(attributes={"regions": ["south"]}))
    assert "secret" not in str(told(desk, desk.ben))
    assert told(desk, desk.ben)["items"][0]["is_restricted"] is True


def test_without_the_right_to_read_notes_a_mention_shows_none(desk):
    nia = desk.person("Nia", "executive")
    write(desk.client(desk.ana), desk.ids["a"], "secret", [nia])
    assert told(desk, nia)["items"][0]["is_restricted"] is True
    assert "secret" not in str(told(desk, nia))


def test_open_pages_of_others_do_not_hear_of_a_notification(desk):
    write(desk.client(desk.ana), desk.ids["a"], "secret", [desk.sol])
    with desk.database.read() as connection:
        changes = changes_after(connection, 0, 100)
        hears = {
            name: [one for one in heard(connection, desk.access(user), changes) if one.resource == "notification"]
            for name, user in (("ana", desk.ana), ("ben", desk.ben), ("sol", desk.sol))
        }
        of_sol = heard(connection, desk.access(desk.sol), changes)
    assert {name: len(heard_of) for name, heard_of in hears.items()} == {"ana": 0, "ben": 0, "sol": 1}
    assert "note.created" not in {one.kind for one in of_sol}
    assert desk.ids["a"] not in repr(of_sol)


def test_nobody_is_told_of_their_own_words_or_twice(desk):
    ana = desk.client(desk.ana)
    written = write(ana, desk.ids["a"], "x", [desk.ana, desk.ben, desk.ben])
    changed = ana.put(
        f"{V1}/notes/{written['note_id']}",
        json={"body": "y", "mentions": [desk.ben, desk.sol]},
        headers={"If-Match": '"1"'},
    )
    assert changed.status_code == 200
    assert told(desk, desk.ana)["items"] == []
    assert len(told(desk, desk.ben)["items"]) == 1
    assert len(told(desk, desk.sol)["items"]) == 1


def test_only_people_who_can_sign_in_can_be_called(desk):
    with desk.database.write() as connection:
        gone = desk.ben
        connection.execute(user_account.update().where(user_account.c.user_id == gone).values(state="disabled"))
    ana = desk.client(desk.ana)
    for who in (gone, "usr_none"):
        answer = ana.post(f"{V1}/customers/{desk.ids['a']}/notes", json={"body": "x", "mentions": [who]})
        assert error_of(answer) == "invalid_input"
    assert "Ben Stone" not in ana.get(f"{V1}/mentions", params={"q": "ben"}).text


@pytest.mark.parametrize(
    ("query", "found"),
    [("an", "Ana Puig"), ("pu", "Ana Puig"), ("RIO", "Sol Río"), ("río", "Sol Río"), ("王", "王芳"), ("%", None),
     ("zoe@", "Zoë"), ("zoe", "Zoë"), ("παπ", "Νίκος Παπαδόπουλος")],
)  # fmt: skip
def test_people_are_found_by_the_beginnings_of_their_names_and_addresses(desk, query, found):
    desk.person("王芳")
    desk.person("Νίκος Παπαδόπουλος")
    desk.person("Zoë", email="zoe@acme.example")
    names = [one["name"] for one in desk.client(desk.ana).get(f"{V1}/mentions", params={"q": query}).json()["items"]]
    assert names == ([found] if found else [])


def test_mentions_tell_no_addresses_and_only_those_who_write(desk):
    assert "@" not in desk.client(desk.ana).get(f"{V1}/mentions").text
    analyst = desk.client(desk.person("Nia", "analyst"))
    assert error_of(analyst.get(f"{V1}/mentions")) == "not_allowed"


def test_reading_marks_only_ones_own(desk):
    write(desk.client(desk.ana), desk.ids["a"], "x", [desk.ben, desk.sol])
    mine = told(desk, desk.ben)["items"][0]["notification_id"]
    assert desk.client(desk.sol).post(f"{V1}/notifications/read", json={"notification_ids": [mine]}).json() == {
        "marked": 0,
        "unread": 1,
    }
    assert desk.client(desk.ben).post(f"{V1}/notifications/read", json={}).json() == {"marked": 1, "unread": 0}
    assert told(desk, desk.ben)["items"][0]["read_at"] is not None
    unread = desk.client(desk.ben).get(f"{V1}/notifications", params={"unread": True}).json()
    assert unread["items"] == []


class Post:
    """A mail server that keeps letters, or fails."""

    def __init__(self):
        self.letters = []
        self.is_down = False

    def __call__(self, letter):
        if self.is_down:
            raise OSError("connection refused")
        self.letters.append(letter)


def test_a_letter_names_nothing_of_the_customer_and_is_sent_once(desk):
    write(desk.client(desk.ana), desk.ids["a"], "secret words", [desk.ben, desk.sol])
    post = Post()
    assert send_due_letters(desk.database, post, "https://onefold.example") == 2
    assert send_due_letters(desk.database, post, "https://onefold.example") == 0
    for letter in post.letters:
        text = letter.subject + letter.text
        assert "Ana Puig" in letter.subject
        assert "https://onefold.example/notifications?open=ntf_" in text
        for word in ("secret", desk.ids["a"], "Customer a", "note_"):
            assert word not in text


def test_a_letter_that_was_not_taken_is_tried_again_later_under_the_same_id(desk):
    write(desk.client(desk.ana), desk.ids["a"], "x", [desk.ben])
    post = Post()
    post.is_down = True
    assert send_due_letters(desk.database, post, "https://o") == 0
    post.is_down = False
    assert send_due_letters(desk.database, post, "https://o") == 0  # not at once
    later = utc_now() + timedelta(minutes=6)
    assert send_due_letters(desk.database, post, "https://o", clock=lambda: later) == 1
    with desk.database.read() as connection:
        row = connection.execute(sa.select(notification)).one()
    assert row.emailed_at is not None
    assert row.mail_after is None
    assert post.letters[0].message_id.startswith(row.notification_id)


def test_what_was_read_before_and_who_left_get_no_letter(desk):
    write(desk.client(desk.ana), desk.ids["a"], "x", [desk.ben, desk.sol])
    desk.client(desk.ben).post(f"{V1}/notifications/read", json={})
    with desk.database.write() as connection:
        mine = user_account.c.user_id == desk.sol
        connection.execute(user_account.update().where(mine).values(state="disabled"))
    post = Post()
    assert send_due_letters(desk.database, post, "https://o") == 0
    assert post.letters == []


def test_letters_speak_the_language_of_their_reader(desk):
    with desk.database.write() as connection:
        mine = user_account.c.user_id == desk.ben
        connection.execute(user_account.update().where(mine).values(preferences={"locale": {"language": "fa"}}))
    write(desk.client(desk.ana), desk.ids["a"], "x", [desk.ben])
    post = Post()
    send_due_letters(desk.database, post, "https://o")
    assert post.letters[0].subject == "Ana Puig از شما نام برد"


def test_a_notification_is_announced_to_its_reader_only(desk):
    write(desk.client(desk.ana), desk.ids["a"], "x", [desk.ben])
    with desk.database.read() as connection:
        row = connection.execute(sa.select(outbox).where(outbox.c.resource == "notification")).one()
    assert row.payload == {"recipient_id": desk.ben}
    assert (row.customer_id, row.actor_id) == (None, None)
