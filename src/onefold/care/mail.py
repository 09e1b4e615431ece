"""Letters about notifications: that one was called or given work, by whom, and a link. Nothing about a customer.

A letter is marked as sent after the mail server took it. A crash between the two sends it again, at least once, under
the same Message-ID, by which mail programs tell that it is the same one. Several processes may send at once: each
letter is claimed first.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from onefold.care.mail_texts import subject_and_text
from onefold.care.people import language_of, mail_address_of
from onefold.care.tables import notification
from onefold.kernel import Clock, utc_now
from onefold.storage import AppDatabase, aware

log = logging.getLogger("onefold.care.mail")

MOST_ATTEMPTS = 8
"""Then it is given up: the page shows the notification anyway. Tries are 5, 10, 20 … minutes apart, 10 hours in all."""

_FIRST_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True)
class Letter:
    """An e-mail to one colleague, in plain text."""

    to: str
    subject: str
    text: str
    message_id: str
    """The same for every attempt, without the host and angle brackets."""


def send_due_letters(
    database: AppDatabase, send: Callable[[Letter], None], base_url: str, *, clock: Clock = utc_now, limit: int = 50
) -> int:
    """Send what is due; returns how many were taken by the mail server.

    Args:
        database: the app database.
        send: hands one letter to a mail server, and raises if that did not take it.
        base_url: where people reach Onefold; links begin with it.
        clock: for tests.
        limit: letters at most.
    """
    with database.read() as connection:
        due = sa.select(notification.c.notification_id).where(notification.c.mail_after <= clock())
        ids = connection.execute(due.order_by(notification.c.mail_after).limit(limit)).scalars().all()
    sent = 0
    for notification_id in ids:
        letter = _claimed(database, notification_id, base_url, clock())
        if letter is None:
            continue
        try:
            send(letter)
        except Exception as error:  # noqa: BLE001 - whatever a mail server or network does, the others go on
            log.warning("letter about %s was not taken, tried again later: %s", notification_id, error)
            continue
        _mark_sent(database, notification_id, clock())
        sent += 1
    return sent


def _claimed(database: AppDatabase, notification_id: str, base_url: str, now: datetime) -> Letter | None:
    """The letter, put off for others; None where somebody else has it or nothing is to be said any more."""
    with database.write() as connection:
        mine = notification.c.notification_id == notification_id
        row = connection.execute(sa.select(notification).where(mine)).first()
        if row is None or row.mail_after is None or aware(row.mail_after) > now:
            return None
        to = mail_address_of(connection, row.user_id)
        is_over = to is None or row.read_at is not None or row.mail_attempts >= MOST_ATTEMPTS
        pause = _FIRST_PAUSE * 2**row.mail_attempts
        connection.execute(
            notification.update()
            .where(mine)
            .values(mail_after=None if is_over else now + pause, mail_attempts=row.mail_attempts + 1)
        )
        if is_over or to is None:
            return None
        return _letter(row, to, language_of(connection, row.user_id), base_url)


def _mark_sent(database: AppDatabase, notification_id: str, now: datetime) -> None:
    with database.write() as connection:
        mine = notification.c.notification_id == notification_id
        connection.execute(notification.update().where(mine).values(emailed_at=now, mail_after=None))


def _letter(row: Any, to: str, language: str, base_url: str) -> Letter:
    link = f"{base_url.rstrip('/')}/notifications?open={row.notification_id}"
    subject, text = subject_and_text(row.kind, language, " ".join(row.actor_name.split()), link)
    return Letter(to, subject, text, row.notification_id)
