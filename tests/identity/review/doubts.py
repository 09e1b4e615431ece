"""Doubts made to measure: what the warehouse says of pairs, and the queue that follows from it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from onefold.identity.bonds import Bonds
from onefold.identity.overrides import active_overrides
from onefold.identity.review.finding import find_questions
from onefold.identity.review.keeping import keep_questions
from onefold.kernel import utc_now
from onefold.workspace import Workspace

LOOKS = {"given_name": ["same", 9.0], "family_name": ["same", 8.0], "email": ["different", -2.0]}
"""Evidence of two records that bear one name."""

Said = Mapping[tuple[str, str], float]
"""Two records -> the probability that they are one customer."""


def put_matches(workspace: Workspace, said: Said, evidence: Mapping[str, Sequence[object]] | None = None) -> None:
    """Let the last resolution have said this of pairs of records, and nothing else."""
    with Workspace(workspace.path) as other, other.warehouse() as engine:
        engine.execute("delete from main.match")
        for (a, b), probability in said.items():
            first, second = sorted((a, b))
            text = json.dumps(dict(evidence or LOOKS))
            weight = 12.0 + 10 * probability
            engine.execute("insert into main.match values (?, ?, ?, ?, ?)", [first, second, probability, weight, text])


def make_queue(
    workspace: Workspace,
    said: Said,
    evidence: Mapping[str, Sequence[object]] | None = None,
    *,
    build_no: int = 2,
    most: int = 100,
) -> dict[str, int]:
    """The queue of a build that finds this; returns what changed in it."""
    put_matches(workspace, said, evidence)
    with Workspace(workspace.path) as other:
        with other.database.read() as connection:
            bonds = Bonds.of(active_overrides(connection))
        with other.warehouse() as engine:
            questions = find_questions(engine, bonds, most=most)
        with other.database.write() as connection:
            return keep_questions(connection, questions, build_no=build_no, key=other.key, most=most, now=utc_now())
