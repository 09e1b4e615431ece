"""Telling that a step would end where it did before: digests of everything that it is made from.

A finished build keeps the digests beside its steps (``made_from``). A step whose digest is the same again keeps its
result; anything else, such as a build that was cut or a newer version, and it is made anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from typing import Any

import sqlalchemy as sa

from onefold.build.model import BuildInputs, BuildReport
from onefold.build.tables import build_run
from onefold.catalog import Table
from onefold.engines import Engine
from onefold.sources import LandedTable

MADE_FROM = "made_from"
"""Where a step keeps its digest in ``build_run.steps``."""

_WHAT_A_REPORT_LEAVES = "report and signs of customers"
"""Changes when a report comes to leave more behind, so that workspaces make theirs anew."""


def previous_digests(connection: sa.Connection) -> dict[str, str]:
    """Step -> the digest that the last finished build kept for it."""
    query = (
        sa.select(build_run.c.steps)
        .where(build_run.c.finished_at.is_not(None))
        .order_by(build_run.c.build_no.desc())
        .limit(1)
    )
    steps = connection.scalar(query) or {}
    return {step: facts[MADE_FROM] for step, facts in steps.items() if MADE_FROM in facts}


def digest_catalogue(inputs: BuildInputs, landed: Sequence[LandedTable], tables: Sequence[Table]) -> str:
    """Of a catalogue and all that it was inferred from: the tables as they landed, what a person corrected."""
    corrected = {name: source.overrides for name, source in inputs.settings.sources.items()}
    return _digest([asdict(table) for table in landed], corrected, [asdict(table) for table in tables])


def digest_report(inputs: BuildInputs, report: BuildReport, tables: Sequence[Table], now: datetime) -> str:
    """Of all that the silo report of this build tells: rows, customers, catalogue, settings, the day."""
    drift = [
        [x.source, x.table, x.rows, x.quarantined, x.columns_added, x.columns_missing, x.types_changed, x.notes]
        for x in report.landings
    ]
    settings = inputs.settings.model_dump(mode="json")
    described = [asdict(table) for table in tables]
    today = now.date().isoformat()
    return _digest(_WHAT_A_REPORT_LEAVES, _content(inputs.engine), drift, described, settings, today)


def _content(engine: Engine) -> list[Any]:
    """One value for each relation that the report reads, whatever the order of its rows."""
    facts = []
    for relation, columns in (
        ("customer_subject", "subject_id, customer_id, kind"),
        ("record", "subject_id, row_hash, mapping_hash"),
        ("event", "event_id, subject_id, row_hash, mapping_hash"),
    ):
        if engine.columns("main", relation):
            query = f"select count(*), bit_xor(hash({columns})), sum(hash({columns})::hugeint) from main.{relation}"
            facts += engine.rows(query)
    if engine.columns("meta", "quarantine"):
        facts += engine.rows("select count(*), bit_xor(hash(quarantine_id, state, reason)) from meta.quarantine")
    return facts


def _digest(*facts: Any) -> str:
    text = json.dumps([version("onefold"), *facts], sort_keys=True, default=_plain)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _plain(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return dict(value) if isinstance(value, Mapping) else str(value)
