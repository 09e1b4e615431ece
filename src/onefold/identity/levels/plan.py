"""Planning who lives with whom and who belongs where: the warehouse and the published state in, data out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pyarrow as pa
import sqlalchemy as sa

from onefold.engines import Engine
from onefold.identity.levels.households import find_households
from onefold.identity.levels.organisations_sql import ORGANISATION_STEPS
from onefold.identity.levels.public_mail import PUBLIC_DOMAINS
from onefold.identity.map_plan import HOUSEHOLDS, MapPlan, plan_map

RULES = "1"
"""Changes whenever the same customers may come to live or belong elsewhere; the next build then works it out anew."""


@dataclass(frozen=True)
class LevelPlan:
    """What households and memberships are to be. Equal inputs give equal plans."""

    households: MapPlan
    """Who is in which household; ``subject_id`` stands for the person, ``customer_id`` for the household."""
    members: pa.Table
    """customer_id, strength, reasons (JSON text): one row per person that lives with others."""
    memberships: pa.Table
    """customer_id, organisation_id, is_main, role, subject_id, since, strength, reasons: of people in organisations."""
    links: pa.Table
    """organisation_id, other_id, kind, subject_id: of organisations among themselves."""


def plan_levels(connection: sa.Connection, engine: Engine, *, workspace_key: bytes) -> LevelPlan:
    """Work out households and memberships of all customers as ``main.customer_subject`` has them.

    Args:
        connection: to the app database; only read.
        engine: the warehouse; ``main.organisation_key`` (``write_keys``) is part of the input.
        workspace_key: from which new household ids are derived.

    Cost: linear in the records; about four seconds per hundred thousand on one core.
    """
    _ensure_keys(engine)
    domains = pa.table({"domain": sorted(PUBLIC_DOMAINS)})
    with engine.registered(domains, "level_public_domains"):
        engine.execute("create or replace temporary table level_public as select * from level_public_domains")
    for relation, step in ORGANISATION_STEPS.items():
        engine.execute(f"create or replace temporary table {relation} as {step}")
    find_households(engine)
    members = engine.arrow("select * from level_member order by customer_id")
    kinds = pa.repeat(pa.scalar("household"), len(members))
    clusters = pa.table({"subject_id": members["customer_id"], "cluster": members["group_no"], "kind": kinds})
    plan = LevelPlan(
        plan_map(connection, clusters, workspace_key=workspace_key, ledger=HOUSEHOLDS),
        members.drop_columns(["group_no"]),
        engine.arrow(
            """
            select customer_id, organisation_id, is_main, role, subject_id, since, strength, reasons
            from level_membership order by customer_id, organisation_id"""
        ),
        engine.arrow("select * from level_link order by organisation_id, other_id, kind"),
    )
    _drop_steps(engine)
    return plan


def digest_levels(engine: Engine) -> str:
    """A value that changes with anything that households and memberships are made from."""
    _ensure_keys(engine)
    facts: list[object] = [RULES]
    for relation, columns in (
        ("customer_subject", "subject_id, customer_id, kind"),
        ("record", "subject_id, row_hash, mapping_hash"),
        ("organisation_key", "subject_id, target, kind"),
    ):
        facts += engine.rows(
            f"select count(*), bit_xor(hash({columns})), sum(hash({columns})::hugeint) from main.{relation}"
        )
    return hashlib.blake2b(repr(facts).encode(), digest_size=16).hexdigest()


def _ensure_keys(engine: Engine) -> None:
    """A warehouse of a version before has no keys until the next build."""
    engine.execute(
        "create table if not exists main.organisation_key (subject_id varchar, target varchar, kind varchar)"
    )


def _drop_steps(engine: Engine) -> None:
    query = "select table_name from duckdb_tables() where temporary and starts_with(table_name, 'level_')"
    for (name,) in engine.rows(query):
        engine.execute(f"drop table {name}")
