"""Notes over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel

from onefold import care
from onefold.access import audit_read
from onefold.api.call import CallDep, set_etag
from onefold.api.care.shapes import CustomerId, NoteDraft, NoteEditShape, NoteShape, moment_and_id, page
from onefold.api.paging import Cursor, Limit, PageOf

router = APIRouter(tags=["notes"])


class NoteHistory(BaseModel):
    """Earlier versions of a note, the newest first."""

    items: list[NoteEditShape]


@router.get("/customers/{customer_id}/notes", summary="Notes of a customer")
def list_notes(customer_id: CustomerId, call: CallDep, limit: Limit = 50, cursor: Cursor = None) -> PageOf[NoteShape]:
    """The newest first, with those written under ids that now lead to this customer."""
    with call.read() as connection:
        found = care.list_notes(connection, call.access, customer_id, after=moment_and_id(cursor), limit=limit + 1)
    if found:
        audit_read(call.database, call.access, "note.read", "note", "list", customer_id=found[0].customer_id)
    shown = [NoteShape.model_validate(note) for note in found]
    return page(shown, limit, "created_at", "note_id")


@router.post("/customers/{customer_id}/notes", summary="Write a note", status_code=201, response_model=NoteShape)
def create_note(customer_id: CustomerId, draft: NoteDraft, call: CallDep) -> Response:
    """Those in `mentions` are told on the page and by e-mail. It lets nobody see a customer they may not see."""
    return call.create(
        lambda connection: NoteShape.model_validate(
            care.write_note(connection, call.access, customer_id, draft.body, draft.mentions)
        )
    )


@router.get("/notes/{note_id}", summary="One note")
def get_note(note_id: str, call: CallDep, response: Response) -> NoteShape:
    """With its ETag."""
    with call.read() as connection:
        found = care.get_note(connection, call.access, note_id)
    audit_read(call.database, call.access, "note.read", "note", note_id, customer_id=found.customer_id)
    set_etag(response, found.version)
    return NoteShape.model_validate(found)


@router.put("/notes/{note_id}", summary="Replace the text of a note")
def put_note(note_id: str, draft: NoteDraft, call: CallDep, response: Response) -> NoteShape:
    """Needs `If-Match`. What it said before is kept in its history; only those newly mentioned are told."""
    expected = call.expected_version()
    with call.write() as connection:
        changed = care.edit_note(
            connection, call.access, note_id, draft.body, draft.mentions, expected_version=expected
        )
    set_etag(response, changed.version)
    return NoteShape.model_validate(changed)


@router.delete("/notes/{note_id}", summary="Delete a note", status_code=204)
def delete_note(note_id: str, call: CallDep) -> None:
    """Needs `If-Match`. Its text and history are gone for good."""
    expected = call.expected_version()
    with call.write() as connection:
        care.delete_note(connection, call.access, note_id, expected_version=expected)


@router.get("/notes/{note_id}/history", summary="Earlier versions of a note")
def get_note_history(note_id: str, call: CallDep) -> NoteHistory:
    """For its author and for those who administer notes."""
    with call.read() as connection:
        edits = care.note_history(connection, call.access, note_id)
    return NoteHistory(items=[NoteEditShape.model_validate(edit) for edit in edits])
