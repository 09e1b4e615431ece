"""Tags over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from onefold import care
from onefold.api.call import CallDep, set_etag
from onefold.api.care.shapes import CustomerId, TagDraft, TagOnCustomerShape, TagShape

router = APIRouter(tags=["tags"])


class Tags(BaseModel):
    """Tags by name."""

    items: list[TagShape]


class CustomerTags(BaseModel):
    """The tags of one customer, by name."""

    items: list[TagOnCustomerShape]


class WantedTag(BaseModel):
    """A tag to be put on a customer, by name or by id."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "VIP"}})
    name: str | None = Field(default=None, max_length=2 * care.LONGEST_TAG)
    tag_id: str | None = Field(default=None, max_length=64)


class MergeTarget(BaseModel):
    """The tag that remains."""

    model_config = ConfigDict(extra="forbid")
    into: str = Field(max_length=64)


class DeletedTag(BaseModel):
    """What deleting a tag came to."""

    customers: int
    """From how many customers that the caller may know of it was removed."""


@router.get("/tags", summary="Tags")
def list_tags(
    call: CallDep,
    q: Annotated[str, Query(max_length=200, description="A part of the name.")] = "",
    count: Annotated[bool, Query(description="With the number of customers that bear each.")] = False,
    limit: Annotated[int, Query(ge=1, le=500)] = 500,
) -> Tags:
    """By name."""
    with call.read() as connection:
        found = care.list_tags(connection, call.access, query=q, with_counts=count, limit=limit)
    return Tags(items=[TagShape.model_validate(tag) for tag in found])


@router.post("/tags", summary="Make a tag", status_code=201, response_model=TagShape)
def create_tag(draft: TagDraft, call: CallDep) -> Response:
    """Names that read the same, in any case and width, are one tag: a second one is a conflict."""
    return call.create(
        lambda connection: TagShape.model_validate(care.create_tag(connection, call.access, draft.name, draft.colour))
    )


@router.put("/tags/{tag_id}", summary="Rename or recolour a tag")
def put_tag(tag_id: str, draft: TagDraft, call: CallDep, response: Response) -> TagShape:
    """Needs `If-Match`. Holds for all customers that bear it."""
    expected = call.expected_version()
    with call.write() as connection:
        changed = care.change_tag(
            connection, call.access, tag_id, draft.name, draft.colour or "grey", expected_version=expected
        )
    set_etag(response, changed.version)
    return TagShape.model_validate(changed)


@router.post("/tags/{tag_id}/merge", summary="Merge a tag into another")
def merge_tag(tag_id: str, target: MergeTarget, call: CallDep, response: Response) -> TagShape:
    """Needs `If-Match` of the tag that goes. Its customers bear the other one afterwards."""
    expected = call.expected_version()
    with call.write() as connection:
        merged = care.merge_tags(connection, call.access, tag_id, target.into, expected_version=expected)
    set_etag(response, merged.version)
    return TagShape.model_validate(merged)


@router.delete("/tags/{tag_id}", summary="Delete a tag")
def delete_tag(tag_id: str, call: CallDep) -> DeletedTag:
    """Needs `If-Match`. It is removed from every customer."""
    expected = call.expected_version()
    with call.write() as connection:
        return DeletedTag(customers=care.delete_tag(connection, call.access, tag_id, expected_version=expected))


@router.get("/customers/{customer_id}/tags", summary="Tags of a customer")
def list_customer_tags(customer_id: CustomerId, call: CallDep) -> CustomerTags:
    """With those of ids that now lead to this customer."""
    with call.read() as connection:
        return _shown(care.tags_of(connection, call.access, customer_id))


@router.post("/customers/{customer_id}/tags", summary="Put a tag on a customer", status_code=201)
def tag_customer(customer_id: CustomerId, wanted: WantedTag, call: CallDep) -> CustomerTags:
    """By id, or by name: a new name makes a tag, if the caller may. Doing it twice is doing it once."""
    with call.write() as connection:
        return _shown(care.tag_customer(connection, call.access, customer_id, name=wanted.name, tag_id=wanted.tag_id))


@router.delete("/customers/{customer_id}/tags/{tag_id}", summary="Take a tag off a customer", status_code=204)
def untag_customer(customer_id: CustomerId, tag_id: str, call: CallDep) -> None:
    """Off every id that leads to this customer."""
    with call.write() as connection:
        care.untag_customer(connection, call.access, customer_id, tag_id)


def _shown(found: list[care.TagOnCustomer]) -> CustomerTags:
    return CustomerTags(items=[TagOnCustomerShape.model_validate(one) for one in found])
