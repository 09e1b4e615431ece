"""The queue made anew by a build: doubts are read from the warehouse, and kept in the transaction that publishes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from onefold.build.model import BuildInputs, BuildReport
from onefold.build.unchanged import MADE_FROM
from onefold.engines import Engine
from onefold.identity.bonds import Bonds
from onefold.identity.overrides import active_overrides
from onefold.identity.review.finding import find_questions
from onefold.identity.review.keeping import keep_questions
from onefold.identity.review.model import Question
from onefold.storage import announce


def find_doubts(inputs: BuildInputs, report: BuildReport) -> list[Question] | None:
    """What this build is not sure of, before anything is published; None where that is what the last build found."""
    most = inputs.settings.identity.review.most_items
    with inputs.database.read() as connection:
        bonds = Bonds.of(active_overrides(connection))
    digest = _digest(inputs.engine, bonds, most)
    report.steps["publish"][MADE_FROM] = digest
    if report.previous.get("publish") == digest:
        return None
    return find_questions(inputs.engine, bonds, most=most)


def renew_queue(
    connection: sa.Connection, inputs: BuildInputs, doubts: Sequence[Question] | None, build_no: int, now: datetime
) -> dict[str, int]:
    """Bring the queue in line; returns counts for the build's report."""
    if doubts is None:
        return {"new": 0, "reopened": 0, "lapsed": 0}
    most = inputs.settings.identity.review.most_items
    counts = keep_questions(connection, doubts, build_no=build_no, key=inputs.workspace_key, most=most, now=now)
    if counts["new"] or counts["reopened"] or counts["lapsed"]:
        announce(connection, "review.made", resource="identity", resource_id=str(build_no), at=now)
    return counts


def _digest(engine: Engine, bonds: Bonds, most: int) -> str:
    """Of all that doubts are found in: matches, map, decisions, settings."""
    facts: list[object] = [_VERSION, bonds.fingerprint, most]
    for schema, table, what in (
        ("main", "match", "count(*), bit_xor(hash(subject_a, subject_b, probability, weight))"),
        ("main", "customer_subject", "count(*), bit_xor(hash(subject_id, customer_id))"),
        ("main", "record", "count(*), bit_xor(hash(subject_id, row_hash, mapping_hash))"),
    ):
        if engine.columns(schema, table):
            facts += engine.rows(f"select {what} from {schema}.{table}")
    return hashlib.blake2b(repr(facts).encode(), digest_size=16).hexdigest()


_VERSION = 1
"""Changes whenever the same facts may be doubted differently."""
