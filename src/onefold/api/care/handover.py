"""Handing a customer over, over HTTP."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from onefold import care
from onefold.access import audit_read
from onefold.api.call import CallDep
from onefold.api.card import answers
from onefold.api.card.keys import Key, sight_by_key
from onefold.api.care.shapes import CustomerId, NoteShape, TaskShape
from onefold.kernel import utc_now

router = APIRouter(tags=["hand-over"])


class HandoverAnswer(BaseModel):
    """What a colleague must know to go on, as much as the caller may see."""

    customer_id: str
    display_name: str | None
    name_hidden_by: str | None
    made_at: str
    who: list[answers.Essential]
    contacts: list[answers.TimelineEntry] = Field(description="The last one of each department, the newest first.")
    open_conversations: list[answers.TimelineEntry]
    told: list[answers.ToldFact] = Field(description="Not to be asked again.")
    tasks: list[TaskShape] | None = Field(description="Open ones; null where tasks are not for the caller.")
    notes: list[NoteShape] | None = Field(description="Since the last contact; null where not for the caller.")
    contradictions: list[answers.Attribute] = Field(description="What systems disagree about.")


class HandoverTask(BaseModel):
    """What the colleague is to do."""

    model_config = ConfigDict(extra="forbid")
    title: str = Field(max_length=care.LONGEST_TITLE * 2, examples=["Call her back about the boiler"])
    due_on: date | None = None


class HandoverDraft(BaseModel):
    """Whom the customer is handed to, and with which words."""

    model_config = ConfigDict(extra="forbid")
    to: str = Field(max_length=64, description="A user id, from `GET /mentions`.", examples=["usr_k3m9x2p7q4w8z1aa"])
    message: str = Field(max_length=care.LONGEST_NOTE * 2, examples=["@Ben Stone please go on with her boiler."])
    task: HandoverTask | None = None


class HandedOver(BaseModel):
    """What handing over left behind."""

    note: NoteShape
    task: TaskShape | None


@router.get("/customers/{key}/handover", summary="The hand-over summary", response_model=HandoverAnswer)
def get_handover(call: CallDep, key: Key) -> Response:
    """Facts in short, made anew for whoever asks, under their masks.

    Who it is, why they are here, what was told, what is open, what to beware of. Each line names what it comes from.
    """
    now = utc_now()
    with call.read() as connection:
        sight = sight_by_key(call, connection, key)
        today = call.workspace.settings.present or now.date()
        found = care.make_handover(connection, sight, now=now, today=today)
    audit_read(call.database, call.access, "customer.read_handover", "customer", sight.customer_id)
    return JSONResponse(found.to_json())


@router.post("/customers/{customer_id}/handover", summary="Hand over", status_code=201, response_model=HandedOver)
def post_handover(customer_id: CustomerId, draft: HandoverDraft, call: CallDep) -> Response:
    """Writes a note that calls the colleague and, where wished, gives them a task: both, or neither.

    The note holds the message alone: the colleague reads the summary under their own masks.
    """
    task = care.TaskDraft(draft.task.title, "", draft.to, draft.task.due_on) if draft.task else None
    return call.create(
        lambda connection: HandedOver.model_validate(
            care.hand_over(connection, call.access, customer_id, to=draft.to, message=draft.message, task=task),
            from_attributes=True,
        )
    )
