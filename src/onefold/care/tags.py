"""Tags: words that people sort customers by.

Two names that read the same are one tag. Putting a tag on a customer needs ``assign tag``; making one ``create``,
renaming and merging ``update``, removing it everywhere ``delete``.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.care.customers import is_within, leads
from onefold.care.model import COLOURS, LONGEST_TAG, Tag
from onefold.care.tables import customer_tag, tag
from onefold.care.text import checked, folded
from onefold.care.trail import leave_trail
from onefold.errors import Conflict, InvalidInput, NotFound, Stale
from onefold.kernel import new_id, utc_now
from onefold.profiles.tables import profile_summary


def list_tags(
    connection: sa.Connection, access: Access, *, query: str = "", with_counts: bool = False, limit: int = 500
) -> list[Tag]:
    """All tags, or those whose name holds ``query``, by name.

    Raises:
        NotAllowed: tags are not for this actor.

    Cost: with counts, a look-up for every tag on every customer.
    """
    access.require("read", "tag")
    found = sa.select(tag).order_by(tag.c.folded_name).limit(limit)
    if query:
        found = found.where(tag.c.folded_name.contains(folded(query), autoescape=True))
    rows = connection.execute(found).all()
    counts = _counts(connection, access, [row.tag_id for row in rows]) if with_counts else None
    return [_tag(row, None if counts is None else counts.get(row.tag_id, 0)) for row in rows]


def create_tag(connection: sa.Connection, access: Access, name: str, colour: str | None = None) -> Tag:
    """Make a tag.

    Raises:
        Conflict: there is one of this name; it is named.
        InvalidInput: the name is empty or too long, or the colour none of ours.
    """
    access.require("create", "tag")
    name = _name(name)
    if (existing := tag_named(connection, name)) is not None:
        raise _taken(existing)
    tag_id = new_id("tag")
    values = {"name": name, "folded_name": folded(name), "colour": _colour(colour, name)}
    made = {"created_by": access.actor.actor_id, "created_at": utc_now(), "version": 1}
    try:
        connection.execute(tag.insert().values(tag_id=tag_id, **values, **made))
    except sa.exc.IntegrityError:
        raise Conflict(f"somebody just made a tag {name!r}", hint="Use it.") from None
    leave_trail(connection, access, "created", "tag", tag_id, None)
    return get_tag(connection, tag_id)


def change_tag(
    connection: sa.Connection, access: Access, tag_id: str, name: str, colour: str, *, expected_version: int
) -> Tag:
    """Rename or recolour a tag, wherever it is.

    Raises:
        NotFound: no such tag.
        Conflict: another tag has this name; merge them instead.
        Stale: it was changed since ``expected_version``.
    """
    access.require("update", "tag")
    before = get_tag(connection, tag_id)
    name = _name(name)
    existing = tag_named(connection, name)
    if existing is not None and existing.tag_id != tag_id:
        raise _taken(existing)
    values = {"name": name, "folded_name": folded(name), "colour": _colour(colour, name)}
    is_unchanged = (tag.c.tag_id == tag_id, tag.c.version == expected_version)
    changed = connection.execute(tag.update().where(*is_unchanged).values(version=expected_version + 1, **values))
    if changed.rowcount != 1:
        raise _stale(before)
    leave_trail(connection, access, "updated", "tag", tag_id, None)
    return get_tag(connection, tag_id)


def merge_tags(connection: sa.Connection, access: Access, tag_id: str, into: str, *, expected_version: int) -> Tag:
    """Put ``into`` on every customer that bears ``tag_id``, which is then gone.

    Raises:
        NotFound: no such tag.
        InvalidInput: both are the same.
        Stale: ``tag_id`` was changed since ``expected_version``.
    """
    access.require("update", "tag")
    access.require("delete", "tag")
    before = get_tag(connection, tag_id)
    target = get_tag(connection, into)
    if tag_id == into:
        raise InvalidInput("a tag cannot be merged into itself", hint="Choose another one.")
    bearing = sa.select(customer_tag.c.customer_id).where(customer_tag.c.tag_id == into)
    moved = sa.select(
        customer_tag.c.customer_id, sa.literal(into), customer_tag.c.tagged_by, customer_tag.c.tagged_at
    ).where(customer_tag.c.tag_id == tag_id, customer_tag.c.customer_id.not_in(bearing))
    names = ["customer_id", "tag_id", "tagged_by", "tagged_at"]
    connection.execute(customer_tag.insert().from_select(names, moved))
    _remove(connection, before, expected_version)
    leave_trail(connection, access, "merged", "tag", tag_id, None, into=into)
    return target


def delete_tag(connection: sa.Connection, access: Access, tag_id: str, *, expected_version: int) -> int:
    """Remove a tag from every customer and for good; returns from how many that the actor may know of.

    Raises:
        NotFound: no such tag.
        Stale: it was changed since ``expected_version``.
    """
    access.require("delete", "tag")
    before = get_tag(connection, tag_id)
    count = _counts(connection, access, [tag_id]).get(tag_id, 0)
    _remove(connection, before, expected_version)
    leave_trail(connection, access, "deleted", "tag", tag_id, None)
    return count


def get_tag(connection: sa.Connection, tag_id: str) -> Tag:
    """One tag.

    Raises:
        NotFound: no such tag.
    """
    row = connection.execute(sa.select(tag).where(tag.c.tag_id == tag_id)).first()
    if row is None:
        raise NotFound(f"no tag {tag_id}")
    return _tag(row)


def tag_named(connection: sa.Connection, name: str) -> Tag | None:
    """The tag whose name reads like ``name``."""
    row = connection.execute(sa.select(tag).where(tag.c.folded_name == folded(name))).first()
    return None if row is None else _tag(row)


def tagged_customers(names: Sequence[str]) -> sa.Select[Any]:
    """The present ids of customers that bear a tag of one of these names: for ``customer_id in (…)``.

    Cost: a look-up for every customer that bears one.
    """
    bearing = (
        sa.select(customer_tag.c.customer_id)
        .join_from(customer_tag, tag, tag.c.tag_id == customer_tag.c.tag_id)
        .where(tag.c.folded_name.in_([folded(name) for name in names]))
        .distinct()
    )
    return sa.select(leads(bearing).c.customer_id)


def _counts(connection: sa.Connection, access: Access, tag_ids: Sequence[str]) -> dict[str, int]:
    lead = leads(sa.select(customer_tag.c.customer_id).where(customer_tag.c.tag_id.in_(tag_ids)).distinct())
    joined = sa.join(customer_tag, lead, lead.c.start_id == customer_tag.c.customer_id).outerjoin(
        profile_summary, profile_summary.c.customer_id == lead.c.customer_id
    )
    query = (
        sa.select(customer_tag.c.tag_id, sa.func.count(lead.c.customer_id.distinct()).label("customers"))
        .select_from(joined)
        .where(customer_tag.c.tag_id.in_(tag_ids), is_within(access, "read", "tag"))
        .group_by(customer_tag.c.tag_id)
    )
    return {row.tag_id: row.customers for row in connection.execute(query)}


def _tag(row: Any, customers: int | None = None) -> Tag:
    return Tag(row.tag_id, row.name, row.colour, row.version, customers)


def _name(name: str) -> str:
    name = " ".join(checked(name, "the tag", longest=LONGEST_TAG).split())
    if not folded(name):
        raise InvalidInput("the tag has no visible character", hint="Give it a name that can be read.")
    return name


def _colour(colour: str | None, name: str) -> str:
    if colour is None:
        return COLOURS[zlib.crc32(folded(name).encode()) % len(COLOURS)]
    if colour not in COLOURS:
        raise InvalidInput(f"{colour!r} is no colour of tags", hint=f"Choose one of {', '.join(COLOURS)}.")
    return colour


def _remove(connection: sa.Connection, before: Tag, expected_version: int) -> None:
    is_unchanged = (tag.c.tag_id == before.tag_id, tag.c.version == expected_version)
    if connection.execute(tag.delete().where(*is_unchanged)).rowcount != 1:
        raise _stale(before)
    connection.execute(customer_tag.delete().where(customer_tag.c.tag_id == before.tag_id))


def _taken(existing: Tag) -> Conflict:
    return Conflict(
        f"there is a tag {existing.name!r} already",
        hint="Use it, or merge the two.",
        reason="tag_taken",
        tag_id=existing.tag_id,
    )


def _stale(before: Tag) -> Stale:
    return Stale("somebody changed this tag meanwhile", hint="Read it again.", version=before.version)
