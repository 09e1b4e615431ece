"""How good the map is, over HTTP: the estimate with its interval, the pairs to label, the labels.

All of it is read from the app database, so it also answers while a build runs. The estimate is about the whole
workspace; pairs and labels of records outside the caller's scope are left out.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from onefold.access import Access, audit_read
from onefold.api.call import CallDep
from onefold.api.identity import Eyes, Key, RecordRef, evidence_of
from onefold.api.identity_pairs import PairOut, RecordsReader
from onefold.api.jobs import moment_of
from onefold.api.paging import Cursor, Limit, PageOf, decode_cursor, encode_cursor
from onefold.build.labelling import label_pair, remove_label
from onefold.identity.estimating import Interval
from onefold.identity.labels import Label, list_labels
from onefold.identity.map import owner_of
from onefold.identity.quality import METHOD, Quality, SampledPair, measure_quality, next_pairs
from onefold.kernel import utc_now
from onefold.profiles import find_subject

router = APIRouter(prefix="/identity/quality", tags=["identity"])

_MOST_SKIPPED = 2_000
"""Pairs outside the caller's scope that are passed over before giving up."""


class IntervalOut(BaseModel):
    """An estimate; low to high holds the truth in 95 of 100 workspaces."""

    value: float
    low: float
    high: float


class StratumOut(BaseModel):
    """Alike pairs of records, and what people said about some of them."""

    stratum: str
    is_joined: bool
    """The map says: one customer. Strata of joined pairs measure precision, the others recall."""
    is_seen: bool
    """The records were compared with each other; false: they share too little for that."""
    pairs: float
    expected: float
    """Share of them that is one customer as the calibrated model sees it."""
    labelled: int
    same: int
    rate: IntervalOut | None
    """The same share with what people said; null while there are too few labels."""


class PastOut(BaseModel):
    """What was estimated after a build."""

    build_no: int
    at: datetime
    labelled: int
    precision: IntervalOut
    recall: IntervalOut


class CalibrationOut(BaseModel):
    """Labelled pairs of like probability."""

    model_config = ConfigDict(populate_by_name=True)

    from_: Annotated[float, Field(alias="from")]
    to: float
    expected: float
    """Mean probability."""
    observed: float
    """Share that people called the same."""
    pairs: int


class LabelOut(BaseModel):
    """One answer of a person."""

    label_id: str
    subject_a: RecordRef
    subject_b: RecordRef
    answer: Literal["same", "different", "unsure"]
    purpose: Literal["sample", "review"]
    """``sample`` answers measure; ``review`` answers were given about chosen pairs."""
    stratum: str | None
    model_probability: float | None
    is_stale: bool
    """A record says something else by now: the answer does not count."""
    is_joined: bool | None
    """What the map says at present; null where a record is gone."""
    labelled_by: str
    labelled_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None


class LabelIn(BaseModel):
    """An answer about two records, named by ``source.table:record_key`` or ``source:key``."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"subject_a": "crm.contacts:17", "subject_b": "shop.customers:9", "answer": "same"}]
        },
    )

    subject_a: Key
    subject_b: Key
    answer: Literal["same", "different", "unsure"]


class QualityOut(BaseModel):
    """How good the map is, as far as people's answers tell."""

    precision: IntervalOut | None
    """Of all pairs of records in one customer, the share that is one person; null while there are too few labels."""
    recall: IntervalOut | None
    """Of all pairs that are one person, the share that is in one customer."""
    f1: IntervalOut | None
    labelled: int
    """Answers that count."""
    unsure: int
    stale: int
    wanted: int
    """How many more labels would bring the intervals to a width worth having; 0: enough."""
    method: str
    by_stratum: list[StratumOut]
    history: list[PastOut]
    calibration: list[CalibrationOut]
    contradictions: list[LabelOut]
    """Answers that the map does not agree with. To let one bind, decide so: ``POST /identity/overrides``."""


class SampleOut(BaseModel):
    """The pairs to ask about next, the most telling first."""

    pairs: list[PairOut]
    wanted: int


@router.get("")
def get_quality(call: CallDep) -> QualityOut:
    """Precision and recall of the present map, estimated from labels, with intervals; and how many are wanted still."""
    call.access.require("read", "identity")
    with call.read() as connection:
        found = measure_quality(connection)
        shown = _quality(connection, call.access, found)
    audit_read(call.database, call.access, "identity.read_quality", "identity", "quality")
    return shown


@router.get("/sample")
def get_quality_sample(
    call: CallDep, limit: Annotated[int, Query(ge=1, le=50, description="How many pairs at most.")] = 10
) -> SampleOut:
    """The pairs whose labels would narrow the estimate most. The same ones until they are labelled."""
    call.access.require("read", "identity")
    with call.read() as connection:
        reader = RecordsReader(connection, call.access)
        pairs = [_pair(connection, reader, one) for one in _visible(connection, reader.eyes, limit)]
        wanted = measure_quality(connection).wanted
    audit_read(call.database, call.access, "identity.sample_quality", "identity", "quality")
    return SampleOut(pairs=pairs, wanted=wanted)


@router.get("/labels")
def get_quality_labels(call: CallDep, limit: Limit = 50, cursor: Cursor = None) -> PageOf[LabelOut]:
    """The labels that people gave and did not take back, the newest first."""
    call.access.require("read", "identity")
    before = None
    if cursor:
        at, label_id = decode_cursor(cursor, 2)
        before = (moment_of(at), str(label_id))
    with call.read() as connection:
        eyes = Eyes(connection, call.access)
        found = list_labels(connection, before=before, limit=limit + 1)
        page = found[:limit]
        items = [_label(connection, eyes, one) for one in page if eyes.knows(one.pair)]
    rest = encode_cursor(page[-1].labelled_at.isoformat(), page[-1].label_id) if len(found) > limit else None
    audit_read(call.database, call.access, "identity.read_labels", "identity", "quality")
    return PageOf[LabelOut](items=items, next_cursor=rest)


@router.post("/labels", status_code=201, response_model=LabelOut)
def post_quality_label(call: CallDep, asked: LabelIn) -> Response:
    """Say whether two records are one customer. It measures the map and changes nothing in it."""
    call.access.require("update", "identity")

    def action(connection: sa.Connection) -> LabelOut:
        first, second = (find_subject(connection, name) or name for name in (asked.subject_a, asked.subject_b))
        made = label_pair(connection, call.access, first, second, asked.answer, utc_now())
        return _label(connection, Eyes(connection, call.access), made)

    return call.create(action)


@router.delete("/labels/{label_id}")
def delete_quality_label(call: CallDep, label_id: str) -> LabelOut:
    """Take a label back; it stays on record."""
    call.access.require("update", "identity")
    with call.write() as connection:
        gone = remove_label(connection, call.access, label_id, utc_now())
        return _label(connection, Eyes(connection, call.access), gone)


def _visible(connection: sa.Connection, eyes: Eyes, limit: int) -> list[SampledPair]:
    """The next pairs of which the caller may know both records."""
    hidden: list[tuple[str, str]] = []
    while True:
        found = next_pairs(connection, limit, skip=hidden)
        unknown = [one for one in found if any(eyes.sight_of(name) is None for name in (one.subject_a, one.subject_b))]
        if not unknown or len(hidden) > _MOST_SKIPPED:
            return [one for one in found if one not in unknown]
        hidden += [(one.subject_a, one.subject_b) for one in unknown]


def _pair(connection: sa.Connection, reader: RecordsReader, pair: SampledPair) -> PairOut:
    records = reader.beside((pair.subject_a, pair.subject_b))
    link = {"a": pair.subject_a, "b": pair.subject_b, "probability": pair.probability, **pair.evidence}
    return PairOut(
        subject_a=records[0].ref.subject_id,
        subject_b=records[1].ref.subject_id,
        probability=round(pair.probability, 4),
        is_joined=_is_joined(connection, (pair.subject_a, pair.subject_b)) or False,
        stratum=pair.stratum,
        records=records,
        evidence=reader.eyes.link(evidence_of(link)) if "evidence" in link else None,
    )


def _quality(connection: sa.Connection, access: Access, found: Quality) -> QualityOut:
    eyes = Eyes(connection, access)
    got = found.estimate
    return QualityOut(
        precision=_interval(got.precision if got else None),
        recall=_interval(got.recall if got else None),
        f1=_interval(got.f1 if got else None),
        labelled=found.labelled,
        unsure=found.unsure,
        stale=found.stale,
        wanted=found.wanted,
        method=METHOD,
        by_stratum=[
            StratumOut(
                stratum=one.stratum.key,
                is_joined=one.stratum.is_joined,
                is_seen=one.stratum.is_seen,
                pairs=round(one.stratum.pairs, 1),
                expected=round(one.stratum.expected, 6),
                labelled=int(one.answers.labelled),
                same=int(one.answers.same),
                rate=_interval(one.rate),
            )
            for one in found.strata
        ],
        history=[
            PastOut(
                build_no=one.build_no,
                at=one.estimated_at,
                labelled=one.labelled,
                precision=IntervalOut(**asdict(one.precision)),
                recall=IntervalOut(**asdict(one.recall)),
            )
            for one in found.history
        ],
        calibration=[
            CalibrationOut(from_=one.low, to=one.high, expected=one.expected, observed=one.observed, pairs=one.pairs)
            for one in found.calibration
        ],
        contradictions=[_label(connection, eyes, one) for one in found.contradictions if eyes.knows(one.pair)],
    )


def _interval(interval: Interval | None) -> IntervalOut | None:
    return IntervalOut(**asdict(interval)) if interval else None


def _label(connection: sa.Connection, eyes: Eyes, label: Label) -> LabelOut:
    facts = {name: value for name, value in vars(label).items() if name in LabelOut.model_fields}
    return LabelOut.model_validate(
        facts
        | {
            "subject_a": eyes.record(label.subject_a),
            "subject_b": eyes.record(label.subject_b),
            "is_joined": _is_joined(connection, label.pair),
        }
    )


def _is_joined(connection: sa.Connection, pair: tuple[str, str]) -> bool | None:
    owners = [owner_of(connection, name) for name in pair]
    return None if None in owners else owners[0] == owners[1]
