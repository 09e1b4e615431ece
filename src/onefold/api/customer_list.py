"""Lists of customers over HTTP: search, filters, counts, facets, export, tags for many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from onefold import care
from onefold.access.audit import audit_read
from onefold.api.call import Call, CallDep
from onefold.api.paging import Cursor, Limit, PageOf, decode_cursor, encode_cursor
from onefold.errors import InvalidInput
from onefold.profiles.attributes import searchable_attributes
from onefold.profiles.listing import (
    DEFAULT_FIELDS,
    SortKey,
    Wanted,
    count_customers,
    count_values,
    list_customers,
    parse_sort,
    select_ids,
)
from onefold.profiles.streaming import MEDIA_TYPES, CustomerStream, Format

router = APIRouter(prefix="/customers", tags=["customers"])

MOST_IDS = 10_000

_RULE = 'status = "active" and country in ("GR","IR")'
Filter = Annotated[str | None, Query(max_length=8000, description="A rule.", examples=[_RULE])]
Search = Annotated[str | None, Query(alias="q", max_length=200, description="As typed: a name in any script, a key.")]


class CustomerRow(BaseModel):
    """One customer of a list."""

    customer_id: str
    kind: str
    values: dict[str, Any]
    """By field; null where there is no value, or none for the caller."""
    hidden: dict[str, str] = Field(examples=[{"phone": "contact last_four for Analyst"}])
    """Field: the policy that hides or masks it for the caller."""


class CustomerPage(PageOf[CustomerRow]):
    """One page of customers."""

    count: int | None = None
    """How many there are in all, where it was asked for."""
    count_is_estimate: bool = False
    """Counting would have taken too long; the count is from a sample."""


class AttributeShape(BaseModel):
    """An attribute that customers can be listed by."""

    name: str
    type: str
    """text, number, moment, flag or list."""
    meaning: str
    column: str | None
    """The source's column, where each column is an attribute of its own."""
    label_key: str
    is_sortable: bool
    is_fast: bool
    """Others are read out of every profile: filtering a million by them takes seconds."""
    is_searchable: bool
    """Whether the caller may filter, sort and count by it."""
    policy: str | None
    """What hides or masks it from the caller, at least for some customers."""


class AttributeShapes(BaseModel):
    """Every attribute of this workspace's customers."""

    items: list[AttributeShape]
    default_fields: list[str]


class FacetShape(BaseModel):
    """How many customers have each value of an attribute."""

    attribute: str
    items: list[ValueCount]
    is_estimate: bool


class ValueCount(BaseModel):
    """A value and how many have it."""

    value: str | float | bool | int
    customers: int


class Choice(BaseModel):
    """Which customers: those that a list shows, or some by id."""

    model_config = ConfigDict(extra="forbid")

    filter: str | None = Field(None, max_length=8000, examples=[_RULE])
    q: str | None = Field(None, max_length=200)
    ids: list[str] | None = Field(None, max_length=MOST_IDS)


class ExportWanted(Choice):
    """What to export."""

    format: Format = Format.CSV
    fields: list[str] = Field(default_factory=lambda: list(DEFAULT_FIELDS), max_length=60)


class TagsWanted(Choice):
    """Which tags to put on which customers, and which to take off."""

    add: list[str] = Field(default_factory=list, max_length=50, description="Tag ids.")
    remove: list[str] = Field(default_factory=list, max_length=50, description="Tag ids.")
    dry_run: bool = False
    """Count, and change nothing."""
    limit: int | None = Field(None, ge=1)
    """Refuse to touch more customers than this."""


class TagsDone(BaseModel):
    """What tagging came to."""

    customers: int
    """Who matched."""
    changed: int
    """Whose tags changed; 0 of a dry run."""
    is_dry_run: bool


@router.get("", summary="Customers", operation_id="list_customers")
def get_customers(
    call: CallDep,
    q: Search = None,
    filter: Filter = None,  # noqa: A002 - the name of the query parameter
    sort: Annotated[str, Query(max_length=400, examples=["-last_contact_at,display_name"])] = "",
    fields: Annotated[str | None, Query(max_length=4000, examples=["display_name,email,status"])] = None,
    count: Annotated[str | None, Query(pattern="^exact$")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> CustomerPage:
    """Within the caller's scope and under their masks; a search without ``sort`` comes best first."""
    wanted = _wanted(call, Choice(filter=filter, q=q, ids=None))
    keys = parse_sort(sort)
    shown = DEFAULT_FIELDS if fields is None else _names(fields)
    with call.read() as connection:
        page = list_customers(
            connection, call.access, wanted, fields=shown, sort=keys, limit=limit, after=_after(cursor, keys, q)
        )
        counted = count_customers(connection, call.access, wanted) if count else None
    rows = [CustomerRow(**asdict(row)) for row in page.rows]
    answer = CustomerPage(items=rows, next_cursor=encode_cursor(*page.after) if page.after else None)
    if counted is not None:
        answer.count, answer.count_is_estimate = counted.value, counted.is_estimate
    return answer


@router.get("/attributes", summary="What customers can be listed by")
def get_attributes(call: CallDep) -> AttributeShapes:
    """Every attribute and trait, those with a column of their own first."""
    call.access.require("read", "customer")
    with call.read() as connection:
        found = searchable_attributes(connection)
    shapes = [
        AttributeShape(
            name=one.name,
            type=one.type,
            meaning=one.meaning,
            column=one.column,
            label_key=one.label_key,
            is_sortable=one.is_sortable,
            is_fast=one.is_fast,
            is_searchable=call.access.may_search(one.name),
            policy=call.access.field(one.name).policy,
        )
        for one in found
        if one.name != "tag" or call.access.may("read", "tag")
    ]
    return AttributeShapes(items=shapes, default_fields=list(DEFAULT_FIELDS))


@router.get("/facets", summary="Values of an attribute, counted")
def get_facet(
    call: CallDep,
    attribute: Annotated[str, Query(max_length=500, examples=["status"])],
    q: Search = None,
    filter: Filter = None,  # noqa: A002 - the name of the query parameter
    containing: Annotated[str, Query(max_length=200, description="Only values that hold this.")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> FacetShape:
    """Among the customers of the caller's scope that match; the most frequent first."""
    wanted = _wanted(call, Choice(filter=filter, q=q, ids=None))
    with call.read() as connection:
        facet = count_values(connection, call.access, attribute, wanted, containing=containing, limit=limit)
    items = [ValueCount(value=value, customers=customers) for value, customers in facet.values]
    return FacetShape(attribute=attribute, items=items, is_estimate=facet.is_estimate)


@router.post(
    "/export",
    summary="Export customers",
    response_class=StreamingResponse,
    responses={200: {"content": {kind.partition(";")[0]: {} for kind in MEDIA_TYPES.values()}}},
)
def export_customers(call: CallDep, body: ExportWanted) -> StreamingResponse:
    """A stream of all customers that match, as the caller sees them; whoever exports what is audited."""
    wanted = _wanted(call, body)
    details = {"filter": body.filter, "q": body.q, "ids": len(body.ids or ()), "fields": body.fields}
    pieces = _exported(call, body, wanted, {**details, "format": body.format.value})
    next(pieces)  # whatever is wrong with the request is said before the first byte
    name = f"customers-{date.today().isoformat()}.{body.format.value}"  # noqa: DTZ011 - the name of a file
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(pieces, media_type=MEDIA_TYPES[body.format], headers=headers)


@router.post("/tags", summary="Tag many customers")
def tag_many(call: CallDep, body: TagsWanted) -> TagsDone:
    """Puts tags on all customers that match, and takes others off; ``dry_run`` only counts."""
    call.access.require("assign", "tag")
    if not (body.add or body.remove):
        raise InvalidInput("no tag is named", hint="Give tag ids in add or remove.")
    if body.ids is None and body.filter is None and body.q is None:
        raise InvalidInput("no customers are named", hint='Give ids, a filter or q; all of them: {"filter": "true"}')
    wanted = _wanted(call, body)
    with call.write() as connection:
        matched = count_customers(connection, call.access, wanted, seconds=20)
        if body.limit is not None and matched.value > body.limit:
            raise InvalidInput(
                f"{matched.value:,} customers match, more than the limit of {body.limit:,}",
                hint="Narrow the filter or raise the limit.",
                customers=matched.value,
            )
        if body.dry_run:
            return TagsDone(customers=matched.value, changed=0, is_dry_run=True)
        ids = select_ids(connection, call.access, wanted)
        done = care.tag_customers(connection, call.access, ids, body.add, body.remove)
    return TagsDone(customers=matched.value, changed=done.customers, is_dry_run=False)


def _exported(call: Call, body: ExportWanted, wanted: Wanted, details: dict[str, Any]) -> Iterator[bytes]:
    with call.read() as connection:
        stream = CustomerStream(connection, call.access, wanted, body.fields, body.format)
        audit_read(call.database, call.access, "exported", "customer", "many", details)
        yield b""
        try:
            yield from stream
        finally:
            ended = {**details, "customers": stream.rows, "is_complete": stream.is_complete}
            audit_read(call.database, call.access, "export_ended", "customer", "many", ended)


def _wanted(call: Call, choice: Choice) -> Wanted:
    ids = None if choice.ids is None else tuple(dict.fromkeys(choice.ids))
    return Wanted(choice.filter, choice.q, call.workspace.settings.region, ids)


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _after(cursor: str | None, sort: tuple[SortKey, ...], q: str | None) -> list[Any] | None:
    if cursor is None:
        return None
    lengths = {len(sort) + 1} if sort else {3} if q and q.strip() else {1, 2}
    for length in sorted(lengths)[:-1]:
        try:
            return decode_cursor(cursor, length)
        except InvalidInput:
            continue
    return decode_cursor(cursor, max(lengths))
