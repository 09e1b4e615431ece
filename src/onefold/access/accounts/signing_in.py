"""Signing in with a password and a second factor, and the links that stand in for a password once.

Unknown accounts cost the same time, count the same failures and get the same words as known ones.
"""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

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
from onefold.access.accounts.model import NewSession, Session, User, Visitor, WrongCredentials
from onefold.access.accounts.passwords import check_password, hash_password, needs_rehash, verify_password
from onefold.access.accounts.sessions import end_session, end_sessions, start_session
from onefold.access.accounts.tables import user_account
from onefold.access.accounts.tokens import look_up_link, mint_link_token, revoke_link_tokens, use_link
from onefold.access.accounts.users import add_user, find_user, fold_email, get_user, has_active_owner
from onefold.access.audit import record_audit
from onefold.access.model import Access, Actor
from onefold.access.shipped import OWNER
from onefold.access.vault import Vault
from onefold.errors import Conflict, InvalidInput, NotFound, NotSignedIn
from onefold.kernel import utc_now
from onefold.storage import AppDatabase


def acting_as(user: User, visitor: Visitor) -> Access:
    """What a person does to their own account while signing in."""
    return Access(Actor(user.user_id, "user", user.display_name, visitor.address, user.attributes))


def nobody(visitor: Visitor) -> Access:
    """Who has not signed in."""
    return Access(Actor("nobody", "system", "not signed in", visitor.address))


def sign_in(
    database: AppDatabase, email: str, password: str, visitor: Visitor, *, now: datetime | None = None
) -> NewSession:
    """Sign in by e-mail and password. Where there is a second factor the session is half signed in.

    Raises:
        WrongCredentials: no such account, or not its password; which of them is not said.
        TooManyRequests: too many attempts failed before.
    """
    moment = now or utc_now()
    folded = _folded(email)
    account, place = account_subject(folded or email), address_subject(visitor.address)
    in_turn(database, lambda connection: count_attempt(connection, account, place, now=moment))
    with database.read() as connection:
        row = connection.execute(sa.select(user_account).where(user_account.c.email == (folded or ""))).first()
    is_known = row is not None and row.state == "active"
    is_right = verify_password(row.password_hash if row is not None and is_known else None, password)
    if row is None or not is_right:
        _refuse(database, visitor, row.user_id if row is not None else None)
    rehashed = hash_password(password) if needs_rehash(row.password_hash) else None

    def begin(connection: sa.Connection) -> NewSession:
        user = get_user(connection, row.user_id)
        current = connection.scalar(sa.select(user_account.c.password_hash).where(_is(user.user_id)))
        if user.state != "active" or current != row.password_hash:
            raise NotSignedIn("the account changed meanwhile", hint="Sign in again.")
        if rehashed:
            connection.execute(sa.update(user_account).where(_is(user.user_id)).values(password_hash=rehashed))
        take_back(connection, place)
        if user.has_second_factor:
            return start_session(connection, user.user_id, visitor, is_second_factor_done=False, now=moment)
        forgive(connection, account)
        return _arrive(connection, user, visitor, "password", moment)

    return in_turn(database, begin)


def confirm_second_factor(
    database: AppDatabase, vault: Vault, half: Session, code: str, visitor: Visitor, *, now: datetime | None = None
) -> NewSession:
    """Finish signing in with a code of the authenticator or a recovery code; the session gets a new token.

    Raises:
        WrongCredentials: the code is wrong or was used before.
        TooManyRequests: too many attempts failed before.
    """
    moment = now or utc_now()
    with database.read() as connection:
        user = get_user(connection, half.user_id)
    account, place = account_subject(user.email), address_subject(visitor.address)
    in_turn(database, lambda connection: count_attempt(connection, account, place, now=moment))

    def finish(connection: sa.Connection) -> NewSession | None:
        how = _use_code(connection, vault, user.user_id, code, moment)
        if how is None:
            return None
        end_session(connection, half.session_id)
        take_back(connection, place)
        forgive(connection, account)
        return _arrive(connection, user, visitor, how, moment)

    arrived = in_turn(database, finish)
    if arrived is None:
        _refuse(database, visitor, user.user_id, step="second factor")
    return arrived


def set_up(
    database: AppDatabase, token: str, email: str, display_name: str, password: str, visitor: Visitor, company: str
) -> NewSession:
    """Make the first owner with the link that the terminal printed, and sign in.

    Raises:
        NotFound: the link is not valid.
        Conflict: there is an owner already.
    """
    with database.read() as connection:
        look_up_link(connection, token)
    hashed = hash_password(check_password(password, about=(email, display_name, company)))

    def begin(connection: sa.Connection) -> NewSession:
        use_link(connection, token, "set_up")
        if has_active_owner(connection):
            raise Conflict("there is an owner already", hint="Sign in, or ask them for an invitation.")
        user = add_user(
            connection,
            email=email,
            display_name=display_name,
            state="active",
            roles=[OWNER],
            password_hash=hashed,
        )
        record_audit(connection, acting_as(user, visitor), "user.set_up", "user", user.user_id)
        return _arrive(connection, user, visitor, "set-up link", utc_now())

    return in_turn(database, begin)


def accept_invitation(
    database: AppDatabase, token: str, display_name: str | None, password: str, visitor: Visitor, company: str
) -> NewSession:
    """Take an invitation with a password of one's own, and sign in.

    Raises:
        NotFound: the link is not valid.
    """
    with database.read() as connection:
        purpose, user_id = look_up_link(connection, token)
        user = _invited(connection, purpose, user_id)
    name = display_name or user.display_name
    hashed = hash_password(check_password(password, about=(user.email, name, company)))

    def begin(connection: sa.Connection) -> NewSession:
        invited = _invited(connection, "invitation", use_link(connection, token, "invitation"))
        values = {"state": "active", "password_hash": hashed, "display_name": name, "version": invited.version + 1}
        connection.execute(sa.update(user_account).where(_is(invited.user_id)).values(**values))
        arrived = get_user(connection, invited.user_id)
        record_audit(connection, acting_as(arrived, visitor), "user.accept", "user", arrived.user_id)
        return _arrive(connection, arrived, visitor, "invitation", utc_now())

    return in_turn(database, begin)


def count_reset(database: AppDatabase, email: str, visitor: Visitor) -> None:
    """Count that somebody asked for a reset link.

    Raises:
        TooManyRequests: for this account, real or not, or from this address, too often.
    """
    account, place = account_subject(email.strip().lower()), address_subject(visitor.address)
    in_turn(database, lambda c: count_attempt(c, f"reset {account}", f"reset {place}", now=utc_now()))


def mint_reset(database: AppDatabase, email: str, visitor: Visitor) -> tuple[User, str] | None:
    """A reset link's token for an account that signs in with a password; None for others.

    Call it after the request is answered: it takes longer for accounts that exist.
    """

    def mint(connection: sa.Connection) -> tuple[User, str] | None:
        user = find_user(connection, email)
        if user is None or user.state != "active" or not user.has_password:
            return None
        token = mint_link_token(connection, "reset", user.user_id)
        record_audit(connection, nobody(visitor), "user.reset_asked", "user", user.user_id)
        return user, token

    try:
        return in_turn(database, mint)
    except InvalidInput:
        return None


def reset_password(database: AppDatabase, token: str, password: str, visitor: Visitor, company: str) -> User:
    """Set a new password with a reset link; sessions end, a second factor stays.

    Raises:
        NotFound: the link is not valid.
    """
    with database.read() as connection:
        _, user_id = look_up_link(connection, token)
        if user_id is None:
            raise NotFound("this link is not valid any more", hint="Ask for a new one.")
        user = get_user(connection, user_id)
    hashed = hash_password(check_password(password, about=(user.email, user.display_name, company)))

    def change(connection: sa.Connection) -> User:
        use_link(connection, token, "reset")
        done = connection.execute(
            sa.update(user_account)
            .where(_is(user.user_id), user_account.c.state == "active")
            .values(password_hash=hashed, version=user_account.c.version + 1)
        )
        if done.rowcount != 1:
            raise NotFound("this link is not valid any more", hint="Ask for a new one.")
        end_sessions(connection, user.user_id)
        revoke_link_tokens(connection, user.user_id)
        forgive(connection, account_subject(user.email))
        record_audit(connection, acting_as(user, visitor), "user.reset", "user", user.user_id)
        return get_user(connection, user.user_id)

    return in_turn(database, change)


def sign_out(connection: sa.Connection, access: Access, session_id: str) -> None:
    """End the session of this request."""
    end_session(connection, session_id)
    record_audit(connection, access, "session.sign_out", "user", access.actor.actor_id)


def arrive(
    connection: sa.Connection, user: User, visitor: Visitor, how: str, *, now: datetime | None = None
) -> NewSession:
    """Sign somebody in whom another system vouches for; a second factor of ours is asked for all the same."""
    moment = now or utc_now()
    if user.has_second_factor:
        return start_session(connection, user.user_id, visitor, is_second_factor_done=False, now=moment)
    return _arrive(connection, user, visitor, how, moment)


def _arrive(connection: sa.Connection, user: User, visitor: Visitor, how: str, now: datetime) -> NewSession:
    """A whole session, noted and audited."""
    connection.execute(sa.update(user_account).where(_is(user.user_id)).values(last_signed_in_at=now))
    made = start_session(connection, user.user_id, visitor, is_second_factor_done=True, now=now)
    facts = {"by": how, "session_id": made.session.session_id}
    record_audit(connection, acting_as(user, visitor), "session.sign_in", "user", user.user_id, facts)
    return made


def _use_code(connection: sa.Connection, vault: Vault, user_id: str, code: str, now: datetime) -> str | None:
    """Use a code up; says which kind it was, or None."""
    row = connection.execute(sa.select(user_account).where(_is(user_id))).one()
    if row.sealed_totp is None or row.state != "active":
        return None
    secret = second_factor.unsealed_secret(vault, user_id, row.sealed_totp)
    step = second_factor.used_step(secret, code, last_step=row.totp_step, now=now)
    if step is not None:
        connection.execute(sa.update(user_account).where(_is(user_id)).values(totp_step=step))
        return "authenticator"
    hashed = second_factor.recovery_hash(code)
    if hashed not in row.recovery_hashes:
        return None
    left = [one for one in row.recovery_hashes if one != hashed]
    connection.execute(sa.update(user_account).where(_is(user_id)).values(recovery_hashes=left))
    return "recovery code"


def _refuse(database: AppDatabase, visitor: Visitor, user_id: str | None, *, step: str = "password") -> NoReturn:
    """Audit an attempt that failed; what was typed is not kept.

    Raises:
        WrongCredentials: always.
    """
    in_turn(
        database,
        lambda connection: record_audit(
            connection, nobody(visitor), "session.refused", "user", user_id or "unknown", {"step": step}
        ),
    )
    raise WrongCredentials(
        "the code is not right, or was used before" if step != "password" else "e-mail or password is not right",
        hint="Wait for the next code." if step != "password" else "Try again, or ask for a new password.",
    )


def _invited(connection: sa.Connection, purpose: str, user_id: str | None) -> User:
    user = get_user(connection, user_id) if user_id is not None and purpose == "invitation" else None
    if user is None or user.state != "invited":
        raise NotFound("this link is not valid any more", hint="Ask for a new one.")
    return user


def _is(user_id: str) -> sa.ColumnElement[bool]:
    return user_account.c.user_id == user_id


def _folded(email: str) -> str | None:
    """The address as accounts have it; None for what no account can have."""
    try:
        return fold_email(email)
    except InvalidInput:
        return None
