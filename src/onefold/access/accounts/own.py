"""What people do with their own account: password, second factor. The password is asked for again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.access.accounts import second_factor
from onefold.access.accounts.attempts import (
    account_subject,
    address_subject,
    count_attempt,
    forgive,
    in_turn,
    take_back,
)
from onefold.access.accounts.model import User
from onefold.access.accounts.passwords import (
    check_password,
    hash_password,
    verify_password,
)
from onefold.access.accounts.second_factor import Enrolment
from onefold.access.accounts.sessions import end_sessions
from onefold.access.accounts.tables import user_account
from onefold.access.accounts.tokens import revoke_link_tokens
from onefold.access.accounts.users import get_user
from onefold.access.audit import record_audit
from onefold.access.model import Access
from onefold.access.vault import Vault
from onefold.errors import Conflict, EngineFailed, InvalidInput, NotAllowed
from onefold.kernel import utc_now
from onefold.storage import AppDatabase


def confirm_password(database: AppDatabase, access: Access, password: str) -> None:
    """Go on only with the password of the person who asks; who has none (single sign-on) needs none.

    Raises:
        InvalidInput: it is not theirs.
        TooManyRequests: too many attempts failed before.
    """
    user_id = access.actor.actor_id
    with database.read() as connection:
        row = connection.execute(sa.select(user_account).where(user_account.c.user_id == user_id)).first()
    if row is None:
        raise NotAllowed("only a person can do that", hint="Sign in with a browser.")
    if row.password_hash is None:
        return
    account, place = account_subject(row.email), address_subject(access.actor.address)
    in_turn(database, lambda connection: count_attempt(connection, account, place, now=utc_now()))
    if not verify_password(row.password_hash, password):
        raise InvalidInput("this is not your password", reason="wrong_password")

    def forgiven(connection: sa.Connection) -> None:
        take_back(connection, place)
        forgive(connection, account)

    in_turn(database, forgiven)


def change_password(
    database: AppDatabase, access: Access, current: str, new: str, *, session_id: str | None, company: str
) -> User:
    """Change one's own password; other sessions end.

    Raises:
        InvalidInput: the current one is wrong, or the new one may not be used.
    """
    confirm_password(database, access, current)
    user_id = access.actor.actor_id
    with database.read() as connection:
        user = get_user(connection, user_id)
    hashed = hash_password(check_password(new, about=(user.email, user.display_name, company)))

    def change(connection: sa.Connection) -> User:
        connection.execute(
            sa.update(user_account)
            .where(user_account.c.user_id == user_id)
            .values(password_hash=hashed, version=user_account.c.version + 1)
        )
        end_sessions(connection, user_id, besides=session_id)
        revoke_link_tokens(connection, user_id, "reset")
        record_audit(connection, access, "user.password_change", "user", user_id)
        return get_user(connection, user_id)

    return in_turn(database, change)


def begin_second_factor(database: AppDatabase, access: Access, vault: Vault, *, company: str) -> tuple[Enrolment, str]:
    """A new secret for an authenticator, and the same sealed: send it back with the first code to confirm."""
    with database.read() as connection:
        user = get_user(connection, access.actor.actor_id)
    if user.has_second_factor:
        raise Conflict("there is a second factor already", hint="Remove it first.")
    secret = second_factor.new_secret()
    sealed = vault.seal(secret, purpose=f"totp enrolment:{user.user_id}")
    return second_factor.enrolment(secret, email=user.email, issuer=f"Onefold {company}"), sealed


def finish_second_factor(
    database: AppDatabase,
    access: Access,
    vault: Vault,
    sealed: str,
    code: str,
    *,
    session_id: str | None,
    now: datetime | None = None,
) -> list[str]:
    """Turn the second factor on with a first code; returns the recovery codes, shown once. Other sessions end.

    Raises:
        InvalidInput: the code is wrong, or the enrolment was not begun by this person.
    """
    user_id = access.actor.actor_id
    try:
        secret = vault.unseal(sealed, purpose=f"totp enrolment:{user_id}")
    except EngineFailed:
        raise InvalidInput("this enrolment was not begun here", hint="Begin again.") from None
    step = second_factor.used_step(secret, code, last_step=None, now=now or utc_now())
    if step is None:
        raise InvalidInput("the code is not right", hint="Compare the clock of the device.", reason="wrong_code")
    codes = second_factor.new_recovery_codes()

    def enrol(connection: sa.Connection) -> None:
        values = {
            "sealed_totp": second_factor.sealed_secret(vault, user_id, secret),
            "totp_step": step,
            "recovery_hashes": [second_factor.recovery_hash(one) for one in codes],
            "version": user_account.c.version + 1,
        }
        is_free = (user_account.c.user_id == user_id) & user_account.c.sealed_totp.is_(None)
        if connection.execute(sa.update(user_account).where(is_free).values(**values)).rowcount != 1:
            raise Conflict("there is a second factor already", hint="Remove it first.")
        end_sessions(connection, user_id, besides=session_id)
        record_audit(connection, access, "user.second_factor_add", "user", user_id)

    in_turn(database, enrol)
    return codes


def remove_second_factor(database: AppDatabase, access: Access, password: str) -> User:
    """Turn one's own second factor off.

    Raises:
        InvalidInput: the password is wrong.
    """
    confirm_password(database, access, password)
    user_id = access.actor.actor_id

    def remove(connection: sa.Connection) -> User:
        values: dict[str, Any] = {"sealed_totp": None, "totp_step": None, "recovery_hashes": []}
        connection.execute(
            sa.update(user_account)
            .where(user_account.c.user_id == user_id)
            .values(**values, version=user_account.c.version + 1)
        )
        record_audit(connection, access, "user.second_factor_remove", "user", user_id)
        return get_user(connection, user_id)

    return in_turn(database, remove)


def renew_recovery_codes(database: AppDatabase, access: Access, password: str) -> list[str]:
    """New recovery codes; the old ones are void.

    Raises:
        Conflict: there is no second factor.
        InvalidInput: the password is wrong.
    """
    confirm_password(database, access, password)
    user_id = access.actor.actor_id
    codes = second_factor.new_recovery_codes()

    def renew(connection: sa.Connection) -> None:
        has_one = (user_account.c.user_id == user_id) & user_account.c.sealed_totp.is_not(None)
        values = {"recovery_hashes": [second_factor.recovery_hash(one) for one in codes]}
        done = connection.execute(
            sa.update(user_account).where(has_one).values(**values, version=user_account.c.version + 1)
        )
        if done.rowcount != 1:
            raise Conflict("there is no second factor", hint="Add one first.")
        record_audit(connection, access, "user.recovery_codes", "user", user_id)

    in_turn(database, renew)
    return codes
