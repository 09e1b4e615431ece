"""Lists of customers: filtered, searched, sorted, counted, always within the actor's scope and under their masks.

Scope, filter, search and masks are one SQL statement; nothing is left out or covered afterwards. Filters, sorting,
search and counting use only attributes that are masked in no row the actor sees, since each of them would tell a
masked value bit by bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.errors import InvalidInput, NotAllowed
from onefold.kernel import parse_rule
from onefold.profiles.attributes import ALIASES, describe_attribute, summary_column
from onefold.profiles.level_attributes import searched_column, seen_column
from onefold.profiles.search import Search, read_search
from onefold.profiles.signs import hidden_signs, require_signs
from onefold.profiles.tables import profile_summary
from onefold.storage import TimeIsUp, aware, compile_rule, contains_text, time_limited

DEFAULT_FIELDS = ("display_name", "email", "phone", "status", "tier", "country", "owner", "last_contact_at")
MOST_FIELDS = 60
MOST_SORT_KEYS = 4

_SAMPLES = (("a", "b", 32), ("aa", "ab", 1024))
"""Ids are spread evenly: the part of them that begins like this, and one in how many it is."""


@dataclass(frozen=True)
class SortKey:
    """One attribute to sort by."""

    attribute: str
    is_descending: bool = False


@dataclass(frozen=True)
class Wanted:
    """Which customers."""

    filter: str | None = None
    """A rule (``kernel/rules.py``)."""
    query: str | None = None
    """As typed into a search box."""
    region: str | None = None
    """ISO country assumed for phones without a country code."""
    ids: tuple[str, ...] | None = None
    """Only these customers, by present ids."""


@dataclass(frozen=True)
class Row:
    """One customer of a list."""

    customer_id: str
    kind: str
    values: dict[str, Any]
    hidden: dict[str, str]
    """Field -> the policy that hides or masks it."""


@dataclass(frozen=True)
class Page:
    """Some customers of a list, and where the rest begins."""

    rows: tuple[Row, ...]
    after: tuple[Any, ...] | None
    """Of the last row, for the next page; None on the last."""


@dataclass(frozen=True)
class Count:
    """How many there are."""

    value: int
    is_estimate: bool = False
    """Counting all would have taken too long: counted in a sample."""


@dataclass(frozen=True)
class Facet:
    """How many customers have each value of an attribute, the most frequent first."""

    values: tuple[tuple[Any, int], ...]
    is_estimate: bool = False


def parse_sort(text: str) -> tuple[SortKey, ...]:
    """``-last_contact_at,display_name`` as keys.

    Raises:
        InvalidInput: too many, or an attribute twice.
    """
    names = [part.strip() for part in text.split(",") if part.strip()]
    keys = tuple(SortKey(name.lstrip("-"), name.startswith("-")) for name in names)
    if len({key.attribute for key in keys}) < len(keys) or len(keys) > MOST_SORT_KEYS:
        raise InvalidInput(f"sort by at most {MOST_SORT_KEYS} attributes, each named once")
    return keys


def searching(access: Access) -> Any:
    """Resolves attributes for filters and sorting of the actor's choice; refuses masked ones."""
    resolve = searched_column(access)

    def found(attribute: str) -> sa.ColumnElement[Any]:
        name = ALIASES.get(attribute, attribute)
        if name == "tag":
            access.require("read", "tag")
        return resolve(name)

    return found


def filtering(access: Access, text: str) -> sa.ColumnElement[bool]:
    """A filter of the actor's choice as a condition over ``profile_summary``.

    Raises:
        InvalidInput: it cannot be read.
        NotAllowed: it tests something that is masked for the actor.
    """
    rule = parse_rule(text)
    require_signs(access, rule)
    return compile_rule(rule, searching(access), access.actor.attributes)


def matching(connection: sa.Connection, access: Access, wanted: Wanted) -> sa.ColumnElement[bool]:
    """True for the ``profile_summary`` rows that are wanted and in scope.

    Raises:
        InvalidInput: the filter cannot be read.
        NotAllowed: it tests an attribute that is masked for the actor.
    """
    search = read_search(connection, access, wanted.query or "", wanted.region)
    return _and(_conditions(access, wanted), search)


def select_ids(connection: sa.Connection, access: Access, wanted: Wanted) -> sa.Select[Any]:
    """The ids of all customers that are wanted and in scope."""
    return sa.select(profile_summary.c.customer_id).where(matching(connection, access, wanted))


def list_customers(
    connection: sa.Connection,
    access: Access,
    wanted: Wanted,
    *,
    fields: Sequence[str] = DEFAULT_FIELDS,
    sort: Sequence[SortKey] = (),
    limit: int = 50,
    after: Sequence[Any] | None = None,
) -> Page:
    """One page of customers.

    Args:
        connection: to the app database.
        access: of the actor.
        wanted: which.
        fields: attributes to show.
        sort: by what; without it by how well the search fits, else by name. Ties are in order of ids; missing values
            come last.
        limit: rows of the page.
        after: ``Page.after`` of the page before, of the same request.

    Raises:
        InvalidInput: an unknown attribute, a filter that cannot be read, an ``after`` of another list.
        NotAllowed: filtering or sorting by an attribute that is masked for the actor.

    Cost: a walk along an index that stops when the page is full, for promoted attributes.
    """
    access.require("read", "customer")
    shown = _Shown(access, fields)
    search = read_search(connection, access, wanted.query or "", wanted.region)
    scope = _conditions(access, wanted)
    if search is not None and not sort:
        return _by_relevance(connection, shown, search, scope, limit, after)
    if not sort and access.may_search("display_name"):
        sort = (SortKey("display_name"),)
    order = _Order(access, sort)
    return _by_order(connection, shown, order, _and(scope, search), limit, after)


def count_customers(connection: sa.Connection, access: Access, wanted: Wanted, *, seconds: float = 2.0) -> Count:
    """How many customers are wanted and in scope; from a sample where counting would take longer than ``seconds``."""
    access.require("read", "customer")
    condition = matching(connection, access, wanted)
    query = sa.select(sa.func.count()).select_from(profile_summary).where(condition)
    rows, one_in = _whole_or_sample(connection, query, seconds)
    return Count(int(rows[0][0]) * one_in, one_in > 1)


def count_values(
    connection: sa.Connection,
    access: Access,
    attribute: str,
    wanted: Wanted,
    *,
    containing: str = "",
    limit: int = 50,
    seconds: float = 2.0,
) -> Facet:
    """The values of an attribute among the wanted customers in scope, with how many have each.

    Args:
        connection: to the app database.
        access: of the actor.
        attribute: text, a list, yes/no or a number.
        wanted: among whom.
        containing: only values with this in them.
        limit: how many values.
        seconds: after which a sample has to do.

    Raises:
        InvalidInput: there is no such attribute.
        NotAllowed: it is masked for the actor.
    """
    access.require("read", "customer")
    found = describe_attribute(attribute)
    column = searching(access)(attribute)
    if found.name == "sign" and (policy := hidden_signs(access)):
        raise NotAllowed("you may not count all signs", hint=f"Hidden by policy: {policy}.", field="sign")
    if found.type == "moment":
        raise InvalidInput(f"values of {attribute} are not counted", hint="Filter by a range of it.")
    rows: sa.FromClause = profile_summary
    owned = getattr(column.type, "_owned", None)
    if owned is not None:
        rows, column = profile_summary.join(owned.rows, owned.mine), owned.value
    value = column.label("value")
    conditions = [matching(connection, access, wanted), column.is_not(None)]
    if containing and found.type in {"text", "list"}:
        conditions.append(contains_text(column, sa.literal(containing, sa.Text)))
    held = sa.select(profile_summary.c.customer_id, value).select_from(rows).where(*conditions)
    each = (held.distinct() if owned is not None else held).subquery()
    number = sa.func.count().label("customers")
    query = sa.select(each.c.value, number).group_by(each.c.value).order_by(number.desc(), each.c.value).limit(limit)
    counted, one_in = _whole_or_sample(connection, query, seconds, each.c.customer_id)
    return Facet(tuple((_plain(one), int(count) * one_in) for one, count in counted), one_in > 1)


def _conditions(access: Access, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    conditions = [access.customers(summary_column)]
    if wanted.ids is not None:
        conditions.append(profile_summary.c.customer_id.in_(wanted.ids))
    if wanted.filter and wanted.filter.strip():
        conditions.append(filtering(access, wanted.filter))
    return conditions


def _and(conditions: list[sa.ColumnElement[bool]], search: Search | None) -> sa.ColumnElement[bool]:
    return sa.and_(*conditions, *([search.condition()] if search is not None else []))


class _Shown:
    """The columns that show the fields, and rows made of them."""

    def __init__(self, access: Access, fields: Sequence[str]) -> None:
        described = [describe_attribute(name) for name in dict.fromkeys(fields)]
        if any(found.name == "tag" for found in described):
            access.require("read", "tag")
        if len(described) > MOST_FIELDS:
            raise InvalidInput(f"at most {MOST_FIELDS} fields at a time")
        self._access = access
        self._seen = seen_column(access)
        self._names = [found.name for found in described]
        self._unseen = hidden_signs(access) if "sign" in self._names else None
        self._masked = [name for name in self._names if not access.may_search(name)]
        self.columns: list[sa.ColumnElement[Any]] = [
            profile_summary.c.customer_id,
            profile_summary.c.kind,
            *(self._column(name).label(f"field_{place}") for place, name in enumerate(self._names)),
        ]
        if self._masked:
            self.columns.append(access.admission(summary_column).label("admitted"))

    def _column(self, name: str) -> sa.ColumnElement[Any]:
        if name == "sign" and self._unseen:
            return sa.cast(sa.null(), sa.Text)
        return self._access.masked_column(name, self._seen(name), summary_column)

    def row(self, values: Sequence[Any]) -> Row:
        """A row of the columns, whatever follows them."""
        customer_id, kind, *rest = values
        shown = dict(zip(self._names, map(_plain, rest), strict=False))
        hidden = {}
        if self._masked:
            admitted = rest[len(self._names)]
            policies = {name: self._access.mask_value(name, None, admitted).hidden_by for name in self._masked}
            hidden = {name: policy for name, policy in policies.items() if policy}
        if self._unseen:
            hidden["sign"] = self._unseen
        return Row(customer_id, kind, shown, hidden)


class _Order:
    """Sort keys as SQL: one walk for the customers that have the first of them, one for the others."""

    def __init__(self, access: Access, sort: Sequence[SortKey]) -> None:
        resolve = searching(access)
        self.keys: list[tuple[sa.ColumnElement[Any], bool]] = []
        for key in sort:
            found = describe_attribute(key.attribute)
            if not found.is_sortable:
                raise InvalidInput(f"customers cannot be sorted by {key.attribute}", hint="It may have several values.")
            column = resolve(found.name)
            if found.name == "display_name":
                column = profile_summary.c.sort_name
            self.keys.append((column, key.is_descending))
        self.is_descending = bool(self.keys) and self.keys[0][1]
        self._identity = profile_summary.c.customer_id
        self.columns = [column.label(f"sort_{place}") for place, (column, _) in enumerate(self.keys)]

    def walks(self, after: Sequence[Any] | None) -> list[sa.Select[Any]]:
        """The walks that are left, each as a query to add columns, conditions and a limit to."""
        if not self.keys:
            return [self._ordered([], after[-1:] if after else None, [])]
        first, values = self.keys[0][0], None if after is None else self._read(after)
        walks = []
        if values is None or values[0] is not None:
            walks.append(self._ordered(self.keys, values, [first.is_not(None)]))
        if not isinstance(first, sa.Column) or first.nullable:
            rest = values[1:] if values is not None and values[0] is None else None
            walks.append(self._ordered(self.keys[1:], rest, [first.is_(None)]))
        return walks

    def _ordered(
        self, keys: list[tuple[Any, bool]], values: Sequence[Any] | None, conditions: list[sa.ColumnElement[bool]]
    ) -> sa.Select[Any]:
        identity = self._identity.desc() if self.is_descending else self._identity.asc()
        order = [
            direction if place == 0 and conditions and keys is self.keys else direction.nulls_last()
            for place, (column, is_descending) in enumerate(keys)
            for direction in [column.desc() if is_descending else column.asc()]
        ]
        if values is not None:
            conditions = [*conditions, *self._beyond(keys, values)]
        return sa.select().select_from(profile_summary).where(*conditions).order_by(*order, identity)

    def _beyond(self, keys: list[tuple[Any, bool]], values: Sequence[Any]) -> list[sa.ColumnElement[bool]]:
        """Rows behind the one with these values."""
        *values, customer_id = values
        condition = self._identity < customer_id if self.is_descending else self._identity > customer_id
        for (column, is_descending), value in reversed(list(zip(keys, values, strict=True))):
            if value is None:
                condition = sa.and_(column.is_(None), condition)
                continue
            further = column < value if is_descending else column > value
            condition = sa.or_(further, column.is_(None), sa.and_(column == value, condition))
        if not keys or values[0] is None:
            return [condition]
        first, is_descending = keys[0]
        at_least = first <= values[0] if is_descending else first >= values[0]
        if keys is self.keys:  # the first is never missing on this walk: a range of its index
            return [at_least, condition]
        return [condition]

    def _read(self, after: Sequence[Any]) -> list[Any]:
        if len(after) != len(self.keys) + 1:
            raise InvalidInput("this cursor is not one of this list", hint="Start again without a cursor.")
        read = []
        for (column, _), value in zip(self.keys, after, strict=False):
            try:
                is_moment = isinstance(column.type, sa.DateTime) and value is not None
                read.append(datetime.fromisoformat(value) if is_moment else value)
            except (TypeError, ValueError):
                raise InvalidInput("this cursor is not one of this list", hint="Start again without it.") from None
        return [*read, after[-1]]


def _by_order(
    connection: sa.Connection,
    shown: _Shown,
    order: _Order,
    condition: sa.ColumnElement[bool],
    limit: int,
    after: Sequence[Any] | None,
) -> Page:
    found: list[Any] = []
    for walk in order.walks(after):
        query = walk.add_columns(*shown.columns, *order.columns).where(condition).limit(limit + 1 - len(found))
        found += connection.execute(query).all()
        if len(found) > limit:
            break
    rows = tuple(shown.row(row) for row in found[:limit])
    if len(found) <= limit:
        return Page(rows, None)
    last = found[limit - 1]
    keys = [_plain(value) for value in last[len(shown.columns) :]]
    return Page(rows, (*keys, last.customer_id))


def _by_relevance(
    connection: sa.Connection,
    shown: _Shown,
    search: Search,
    scope: list[sa.ColumnElement[bool]],
    limit: int,
    after: Sequence[Any] | None,
) -> Page:
    """Exact keys first, then reading by reading, each in the order of its index; nobody twice."""
    stage, place, customer_id = _read_stage(search, after)
    found: list[tuple[Any, tuple[Any, ...]]] = []
    if stage < 0 and search.ids:
        left = search.ids[search.ids.index(customer_id) + 1 :] if customer_id in search.ids else search.ids
        query = sa.select(*shown.columns).where(profile_summary.c.customer_id.in_(left), *scope)
        exact = {row.customer_id: row for row in connection.execute(query)}
        found += [(exact[one], (-1, "", one)) for one in left if one in exact]
    exactly = [profile_summary.c.customer_id.in_(search.ids)] if search.ids else []
    for number, reading in enumerate(search.readings):
        if number < stage:
            continue
        if len(found) > limit:
            break
        earlier = [*exactly, *(before.condition() for before in search.readings[:number])]
        rows, mark, owner, counts = reading.ranked()
        query = (
            sa.select(*shown.columns, mark.label("mark"))
            .select_from(rows.join(profile_summary, profile_summary.c.customer_id == owner))
            .where(counts, *scope, *(sa.not_(before) for before in earlier))
            .order_by(mark, owner)
            .limit(limit + 1 - len(found))
        )
        if number == stage and customer_id:
            query = query.where(mark >= place, sa.or_(mark > place, owner > customer_id))
        found += [(row, (number, row.mark, row.customer_id)) for row in connection.execute(query)]
    rows_shown = tuple(shown.row(row) for row, _ in found[:limit])
    return Page(rows_shown, found[limit - 1][1] if len(found) > limit else None)


def _read_stage(search: Search, after: Sequence[Any] | None) -> tuple[int, str, str]:
    if after is None:
        return -1, "", ""
    match list(after):
        case [int(stage), str(place), str(customer_id)] if stage < len(search.readings):
            return stage, place, customer_id
    raise InvalidInput("this cursor is not one of this list", hint="Start again without a cursor.")


def _whole_or_sample(
    connection: sa.Connection,
    query: sa.Select[Any],
    seconds: float,
    identity: sa.ColumnElement[str] = profile_summary.c.customer_id,
) -> tuple[Sequence[Any], int]:
    """The rows of a counting query, and by how much to multiply its counts.

    Raises:
        InvalidInput: even a small sample takes too long.
    """
    try:
        with time_limited(connection, seconds):
            return connection.execute(query).all(), 1
    except TimeIsUp:
        pass
    for start, end, one_in in _SAMPLES:
        sample = query.where(identity >= f"cus_{start}", identity < f"cus_{end}")
        try:
            with time_limited(connection, seconds):
                return connection.execute(sample).all(), one_in
        except TimeIsUp:
            continue
    raise InvalidInput("this takes too long to count", hint="Narrow the filter, or use attributes with a column.")


def _plain(value: Any) -> Any:
    return aware(value).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
