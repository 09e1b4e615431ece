"""What people add to a customer: notes, tasks, tags, files, and the notifications that tell colleagues of them.

Everything hangs on the customer id under which it was written and is never rewritten: a merged customer's things show
on the page of the customer it leads to, and come back with it when the merge is undone.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from onefold.storage import metadata


def _moment(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


note = sa.Table(
    "note",
    metadata,
    sa.Column("note_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("author_id", sa.Text, nullable=False),
    sa.Column("author_name", sa.Text, nullable=False),  # as it was; accounts know the present one
    sa.Column("body", sa.Text, nullable=False),  # plain text; empty once deleted
    sa.Column("mentions", sa.JSON, nullable=False),  # user ids
    _moment("created_at", nullable=False),
    _moment("edited_at"),
    _moment("deleted_at"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("note_by_customer", "customer_id", "created_at"),
)
"""Grain: one row per note ever written; a deleted one keeps its row and loses its text."""

note_edit = sa.Table(
    "note_edit",
    metadata,
    sa.Column("note_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),  # as it was in this version
    _moment("written_at", nullable=False),
    _moment("replaced_at", nullable=False),
    sa.Column("replaced_by", sa.Text, nullable=False),
    sa.Column("replaced_by_name", sa.Text, nullable=False),
)
"""Grain: one row per earlier version of a note that exists."""

notification = sa.Table(
    "notification",
    metadata,
    sa.Column("notification_id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),  # mentioned, task_assigned
    sa.Column("customer_id", sa.Text),
    sa.Column("note_id", sa.Text, index=True),
    sa.Column("task_id", sa.Text),
    sa.Column("actor_id", sa.Text, nullable=False),
    sa.Column("actor_name", sa.Text, nullable=False),
    _moment("created_at", nullable=False),
    _moment("read_at"),
    _moment("mail_after"),  # when to try to send it next; null: nothing left to send
    _moment("emailed_at"),
    sa.Column("mail_attempts", sa.Integer, nullable=False),
    sa.Index("notification_by_user", "user_id", "created_at"),
    sa.Index("notification_to_mail", "mail_after"),
)
"""Grain: one row per thing that one person is told once."""

tag = sa.Table(
    "tag",
    metadata,
    sa.Column("tag_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("folded_name", sa.Text, nullable=False, unique=True),  # two names that read the same are one tag
    sa.Column("colour", sa.Text, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    _moment("created_at", nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
"""Grain: one row per tag."""

customer_tag = sa.Table(
    "customer_tag",
    metadata,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("tag_id", sa.Text, primary_key=True, index=True),
    sa.Column("tagged_by", sa.Text, nullable=False),
    _moment("tagged_at", nullable=False),
)
"""Grain: one row per tag on a customer id."""

task = sa.Table(
    "task",
    metadata,
    sa.Column("task_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, index=True),  # null: about no customer
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("owner_id", sa.Text, nullable=False),  # always somebody
    sa.Column("due_on", sa.Date),
    sa.Column("state", sa.Text, nullable=False),  # open, done, cancelled
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_by_name", sa.Text, nullable=False),
    _moment("created_at", nullable=False),
    _moment("updated_at", nullable=False),
    _moment("closed_at"),
    sa.Column("closed_by_name", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("state in ('open', 'done', 'cancelled')", name="task_state"),
    sa.CheckConstraint("owner_id <> ''", name="task_has_owner"),
    sa.Index("task_by_owner", "owner_id", "state", "due_on"),
    sa.Index("task_by_state", "state", "due_on"),
)
"""Grain: one row per task. Tasks are not deleted: one that nobody should do is cancelled."""

task_change = sa.Table(
    "task_change",
    metadata,
    sa.Column("task_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),  # which it became
    sa.Column("actor_id", sa.Text, nullable=False),
    sa.Column("actor_name", sa.Text, nullable=False),
    _moment("changed_at", nullable=False),
    sa.Column("changes", sa.JSON, nullable=False),  # field -> [before, after]
)
"""Grain: one row per change of a task after it was made."""

file = sa.Table(
    "file",
    metadata,
    sa.Column("file_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),  # what the content is, not what was said
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False, index=True),  # names the content under files/
    sa.Column("added_by", sa.Text, nullable=False),
    sa.Column("added_by_name", sa.Text, nullable=False),
    _moment("added_at", nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("file_by_customer", "customer_id", "added_at"),
)
"""Grain: one row per file on a customer. Two rows may name the same content; a deleted file has no row."""
