"""Configuration as text over HTTP: fetch, compare, apply."""

from __future__ import annotations

import io
import zipfile
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from onefold.api.call import CallDep
from onefold.config import Plan, apply_config, export_config, parse_files, plan_config

router = APIRouter(prefix="/config", tags=["config"])

_FILES = {
    "onefold-config.yaml": "version: 1\nkinds:\n- tags\n",
    "tags/vip.yaml": "name: VIP\ncolour: gold\n",
}
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Bundle(BaseModel):
    """Configuration as text."""

    files: dict[str, str] = Field(max_length=20_000, examples=[_FILES])
    """Path: text."""


class PlanBody(Bundle):
    """Configuration as text to compare with what is configured."""

    model_config = ConfigDict(extra="forbid")

    allow_deletes: list[str] = Field(default_factory=list, max_length=1000, examples=[["sources/old_shop"]])
    """Names of what may be deleted though that loses data."""


class ApplyBody(PlanBody):
    """Configuration as text to apply."""

    fingerprint: str | None = Field(None, max_length=64)
    """Of the plan that was looked at: refused where something was configured otherwise meanwhile."""


class FieldChange(BaseModel):
    """A part of a resource that changes."""

    path: str
    before: Any
    after: Any


class ResourceChange(BaseModel):
    """What happens to one resource."""

    action: Literal["create", "change", "delete"]
    name: str = Field(examples=["roles/sales"])
    loss: str | None
    """What deleting it loses."""
    fields: list[FieldChange]


class PlanProblem(BaseModel):
    """Why something cannot be applied."""

    name: str
    message: str
    hint: str


class PlanAnswer(BaseModel):
    """What applying does."""

    fingerprint: str
    is_applied: bool
    changes: list[ResourceChange]
    problems: list[PlanProblem]


@router.get(
    "",
    response_model=Bundle,
    summary="All configuration as text",
    responses={200: {"content": {"application/zip": {}}, "description": "Files, as JSON or in an archive."}},
)
def get_config(
    call: CallDep,
    format: Annotated[Literal["json", "zip"], Query(description="How the files come.")] = "json",  # noqa: A002 - its name in the address
) -> Response:
    """One YAML file per resource; no secrets."""
    files = export_config(call.workspace, call.access)
    if format == "json":
        return JSONResponse({"files": files})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), text)
    disposition = {"Content-Disposition": 'attachment; filename="onefold-config.zip"'}
    return Response(buffer.getvalue(), media_type="application/zip", headers=disposition)


@router.post("/plan", summary="What applying would do")
def plan_a_config(call: CallDep, body: PlanBody) -> PlanAnswer:
    """Finds every change and every problem; changes nothing."""
    wanted = parse_files(body.files)
    return _answer(plan_config(call.workspace, call.access, wanted, allow_deletes=body.allow_deletes), is_applied=False)


@router.post("/apply", summary="Apply configuration")
def apply_a_config(call: CallDep, body: ApplyBody) -> PlanAnswer:
    """All of it, or nothing. Applying the same again changes nothing."""
    plan = apply_config(
        call.workspace,
        call.access,
        parse_files(body.files),
        allow_deletes=body.allow_deletes,
        fingerprint=body.fingerprint,
    )
    return _answer(plan, is_applied=True)


def _answer(plan: Plan, *, is_applied: bool) -> PlanAnswer:
    return PlanAnswer(
        fingerprint=plan.fingerprint,
        is_applied=is_applied,
        changes=[
            ResourceChange(
                action=change.action,
                name=change.name,
                loss=change.loss,
                fields=[FieldChange.model_validate(vars(field)) for field in change.fields],
            )
            for change in plan.changes
        ],
        problems=[PlanProblem.model_validate(vars(problem)) for problem in plan.problems],
    )
