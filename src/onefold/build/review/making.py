"""The queue made anew by a build: doubts are read from the warehouse, and kept in the transaction that publishes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from onefold.build.model import BuildInputs
from onefold.identity.bonds import Bonds
from onefold.identity.overrides import active_overrides
from onefold.identity.review.finding import find_questions
from onefold.identity.review.keeping import keep_questions
from onefold.identity.review.model import Question
from onefold.storage import announce


def find_doubts(inputs: BuildInputs) -> list[Question]:
    """What this build is not sure of, before anything is published."""
    with inputs.database.read() as connection:
        bonds = Bonds.of(active_overrides(connection))
    return find_questions(inputs.engine, bonds, most=inputs.settings.identity.review.most_items)


def renew_queue(
    connection: sa.Connection, inputs: BuildInputs, doubts: Sequence[Question], build_no: int, now: datetime
) -> dict[str, int]:
    """Bring the queue in line; returns counts for the build's report."""
    most = inputs.settings.identity.review.most_items
    counts = keep_questions(connection, doubts, build_no=build_no, key=inputs.workspace_key, most=most, now=now)
    if counts["new"] or counts["reopened"] or counts["lapsed"]:
        announce(connection, "review.made", resource="identity", resource_id=str(build_no), payload=counts, at=now)
    return counts
