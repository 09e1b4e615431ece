"""Tables of people, their sessions and keys.

Secrets are kept as hashes, or sealed by the vault where they must be read back.
"""

from __future__ import annotations

import sqlalchemy as sa

from onefold.storage import metadata


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


user_account = sa.Table(
    "user_account",
    metadata,
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("email", sa.Text, nullable=False, unique=True),  # folded
    sa.Column("display_name", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # invited, active, disabled
    sa.Column("password_hash", sa.Text),  # Argon2id; null: signs on elsewhere, or has not begun
    sa.Column("sealed_totp", sa.Text),  # seed of the second factor, sealed
    sa.Column("totp_step", sa.BigInteger),  # the last used time step, so that no code is used twice
    sa.Column("recovery_hashes", sa.JSON, nullable=False),  # of the unused recovery codes
    sa.Column("sign_on_subject", sa.Text, unique=True),  # "provider subject" of the linked single sign-on
    sa.Column("attributes", sa.JSON, nullable=False),  # what my.… means in row scopes
    sa.Column("preferences", sa.JSON, nullable=False),  # locale, appearance …
    sa.Column("version", sa.Integer, nullable=False),
    _moment("created_at"),
    _moment("last_signed_in_at", nullable=True),
)
"""Grain: one row per person who may sign in, was invited, or could once."""

session = sa.Table(
    "session",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("session_id", sa.Text, nullable=False, unique=True),
    sa.Column("user_id", sa.Text, sa.ForeignKey("user_account.user_id", ondelete="CASCADE"), nullable=False),
    _moment("created_at"),
    _moment("last_seen_at"),
    _moment("expires_at"),
    sa.Column("address", sa.Text),
    sa.Column("user_agent", sa.Text),
    sa.Column("is_second_factor_done", sa.Boolean, nullable=False),  # false: half signed in, may do nothing else
    sa.Column("view_as", sa.JSON),
    sa.Index("session_by_user", "user_id"),
    sa.Index("session_by_expiry", "expires_at"),
)
"""Grain: one row per browser that somebody is signed in with."""

one_time_token = sa.Table(
    "one_time_token",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("purpose", sa.Text, nullable=False),  # set_up, invitation, reset
    sa.Column("user_id", sa.Text, sa.ForeignKey("user_account.user_id", ondelete="CASCADE")),  # null: set_up
    _moment("created_at"),
    _moment("expires_at"),
    sa.Index("one_time_token_by_user", "user_id", "purpose"),
)
"""Grain: one row per link that was given out and not used; using one deletes it."""

api_key = sa.Table(
    "api_key",
    metadata,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("secret_hash", sa.Text, nullable=False, unique=True),
    sa.Column("prefix", sa.Text, nullable=False),  # the beginning, shown so that people can tell keys apart
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("user_id", sa.Text, sa.ForeignKey("user_account.user_id", ondelete="CASCADE"), nullable=False),
    sa.Column("permissions", sa.JSON),  # [[verb, kind], …]; null: all that its owner may
    sa.Column("role_id", sa.Text),  # narrows it to what this role sees
    _moment("created_at"),
    _moment("expires_at", nullable=True),
    _moment("last_used_at", nullable=True),
    sa.Column("last_used_address", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("api_key_by_user", "user_id"),
)
"""Grain: one row per API key that was not revoked. It never may more than the person whose key it is."""

sign_in_attempt = sa.Table(
    "sign_in_attempt",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),  # "account <hash of the e-mail>" or "address <network>"
    sa.Column("failures", sa.Integer, nullable=False),
    _moment("last_failed_at"),
    sa.Index("sign_in_attempt_by_time", "last_failed_at"),
)
"""Grain: one row per account, real or not, or network address from which signing in failed lately."""

sign_on_request = sa.Table(
    "sign_on_request",
    metadata,
    sa.Column("state_hash", sa.Text, primary_key=True),
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),  # nonce and PKCE verifier
    sa.Column("next_path", sa.Text, nullable=False),
    _moment("expires_at"),
)
"""Grain: one row per browser that was sent to a sign-on provider and has not come back."""
