"""Lock-out: who fails to sign in must wait, longer each time; by account, real or not, and by network address.

An attempt is counted before it is judged and taken back when it succeeds, so that many at once gain nothing.
"""

from __future__ import annotations

import hashlib
import ipaddress
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa

from onefold.access.accounts.tables import sign_in_attempt
from onefold.errors import Conflict, TooManyRequests
from onefold.storage import AppDatabase, aware

FREE_BY_ACCOUNT, FREE_BY_ADDRESS = 5, 50
"""Failures without a wait. An office of many shares one address."""
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)

_TRIES = 20
Result = TypeVar("Result")


def account_subject(folded_email: str) -> str:
    """An account as attempts name it, whether it exists or not."""
    return "account " + hashlib.sha256(folded_email.encode("utf-8", "replace")).hexdigest()[:32]


def address_subject(address: str | None) -> str:
    """A network address as attempts name it: IPv6 by its /64, which one customer of a provider has."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return f"address {(address or 'unknown')[:64]}"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return f"address {parsed.ipv4_mapped}"
        return f"address {ipaddress.ip_network((parsed, 64), strict=False)}"
    return f"address {parsed}"


def wait_after(failures: int, free: int) -> timedelta:
    """How long to wait after so many failures.

    >>> [int(wait_after(failures, 5).total_seconds()) for failures in (4, 5, 6, 10, 99)]
    [0, 1, 2, 32, 900]
    """
    if failures < free:
        return timedelta()
    return min(timedelta(seconds=2 ** min(failures - free, 20)), LONGEST_WAIT)


def count_attempt(connection: sa.Connection, email_subject: str, from_subject: str, *, now: datetime) -> None:
    """Count an attempt as failed, before it is judged.

    Raises:
        TooManyRequests: the account or the address must wait first.
    """
    connection.execute(sa.delete(sign_in_attempt).where(sign_in_attempt.c.last_failed_at < now - FORGOTTEN_AFTER))
    free = {email_subject: FREE_BY_ACCOUNT, from_subject: FREE_BY_ADDRESS}
    query = sa.select(sign_in_attempt).where(sign_in_attempt.c.subject.in_(free))
    counted = {row.subject: row for row in connection.execute(query)}
    for subject, row in counted.items():
        left = aware(row.last_failed_at) + wait_after(row.failures, free[subject]) - now
        if left > timedelta():
            seconds = int(left.total_seconds()) + 1
            raise TooManyRequests(
                "too many attempts to sign in failed", hint="Wait, then try again.", retry_after_seconds=seconds
            )
    for subject in free:
        if subject in counted:
            mine = sign_in_attempt.c.subject == subject
            values = {"failures": sign_in_attempt.c.failures + 1, "last_failed_at": now}
            connection.execute(sa.update(sign_in_attempt).where(mine).values(**values))
        else:
            connection.execute(sign_in_attempt.insert().values(subject=subject, failures=1, last_failed_at=now))


def take_back(connection: sa.Connection, subject: str) -> None:
    """An attempt succeeded: its own count goes, those of others from the same address stay."""
    mine = sign_in_attempt.c.subject == subject
    connection.execute(sa.update(sign_in_attempt).where(mine).values(failures=sign_in_attempt.c.failures - 1))
    connection.execute(sa.delete(sign_in_attempt).where(mine, sign_in_attempt.c.failures <= 0))


def forgive(connection: sa.Connection, subject: str) -> None:
    """The account was signed in to, with everything that needs: its failures are forgotten."""
    connection.execute(sa.delete(sign_in_attempt).where(sign_in_attempt.c.subject == subject))


def in_turn(database: AppDatabase, action: Callable[[sa.Connection], Result]) -> Result:
    """Run ``action`` in a transaction, again if another changed the same rows at the same moment.

    Raises:
        Conflict: it happened every time.
    """
    for left in reversed(range(_TRIES)):
        try:
            with database.write() as connection:
                return action(connection)
        except Conflict as conflict:
            if not left or not isinstance(conflict.__cause__, sa.exc.DBAPIError):
                raise
            time.sleep(random.uniform(0.001, 0.02))  # noqa: S311 - spreads writers, decides nothing
    raise AssertionError
