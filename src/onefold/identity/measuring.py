"""Judging the map after it was made: how sure one may be of each customer, and the frame that quality is measured by.

In the warehouse before a build publishes, and done again only where the map, the links, what people decided or what
their labels teach has changed; then ``publish_frame`` brings the app database in line, in the transaction of the build.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from onefold.engines import Engine, quote_identifier
from onefold.identity.bonds import Bonds
from onefold.identity.calibration import Shifts, learn_shifts
from onefold.identity.confidence import rate_customers
from onefold.identity.framing import draw_frame, place_pairs
from onefold.identity.labels import Label, list_labels
from onefold.identity.links import gathered_links
from onefold.identity.model import INPUT
from onefold.identity.quality import count_answers, counting, load_strata, record_estimate
from onefold.identity.tables import identity_label, quality_pair, quality_stratum

CALIBRATION_VERSION = "2"
"""Changes whenever the same map may be judged differently."""

_DIGEST = f"md5(row({', '.join(quote_identifier(name) for name in INPUT.names)})::varchar)"


def learned_shifts(connection: sa.Connection) -> Shifts:
    """What the labels teach about how sure one may be."""
    return learn_shifts(load_strata(connection), count_answers(counting(list_labels(connection, purpose="sample"))))


def measure_map(engine: Engine, bonds: Bonds, labels: Sequence[Label], shifts: Shifts) -> bool:
    """Bring ``main.customer_confidence`` and the frame in line with the map; says whether anything had changed.

    Args:
        engine: the warehouse, with ``main.customer_subject`` as it is to be.
        bonds: what people decided.
        labels: whose pairs are placed in the strata of now.
        shifts: what the labels teach.

    Cost: see ``rate_customers`` and ``draw_frame``; a fraction of a second where nothing has changed.
    """
    fingerprint = _fingerprint(engine, bonds, labels, shifts)
    if _is_measured(engine, fingerprint):
        return False
    with engine.transaction(), gathered_links(engine, bonds):
        rate_customers(engine, shifts=shifts)
        frame = draw_frame(engine)
        placed = place_pairs(engine, [one.pair for one in labels])
        rows = [{**vars(one), "place": place} for place, one in enumerate(frame.strata)]
        engine.write("main.quality_stratum", pa.Table.from_pylist(rows, schema=_STRATUM), replace=True)
        with engine.registered(frame.pairs, "measured_pair"):
            engine.execute(f"create or replace table main.quality_pair as {_PAIRS_SQL}")
        stands = [(*pair, stratum) for pair, stratum in placed.items()]
        columns = [pa.array([row[n] for row in stands], pa.string()) for n in range(3)]
        engine.write(
            "main.quality_placed", pa.table(columns, names=["subject_a", "subject_b", "stratum"]), replace=True
        )
        engine.execute("create schema if not exists meta")
        engine.execute("create or replace table meta.measure (fingerprint varchar not null)")
        engine.execute("insert into meta.measure values (?)", [fingerprint])
    return True


def publish_frame(connection: sa.Connection, engine: Engine, build_no: int, now: datetime) -> None:
    """Make the measured frame the one that people are asked from, and see which labels still hold.

    Args:
        connection: to the app database, in the transaction of the build.
        engine: the warehouse.
        build_no: of the build.
        now: an aware moment.
    """
    connection.execute(sa.delete(quality_stratum))
    connection.execute(sa.delete(quality_pair))
    strata = engine.arrow("select * from main.quality_stratum order by place").to_pylist()
    if strata:
        connection.execute(quality_stratum.insert(), [_renamed(row) for row in strata])
    pairs = engine.arrow("select * from main.quality_pair order by stratum, place").to_pylist()
    if pairs:
        connection.execute(quality_pair.insert(), [row | {"evidence": json.loads(row["evidence"])} for row in pairs])
    _refresh_labels(connection, engine)
    record_estimate(connection, build_no, now)


_STRATUM = pa.schema(
    [
        ("key", pa.string()),
        ("is_joined", pa.bool_()),
        ("place", pa.int64()),
        ("pairs", pa.float64()),
        ("expected", pa.float64()),
        ("is_seen", pa.bool_()),
    ]
)

_PAIRS_SQL = f"""
    -- grain: one row per pair to ask about
    with said as (
        select subject_id, {_DIGEST} as digest from main.record
        semi join (
            select subject_a as subject_id from measured_pair union select subject_b from measured_pair
        ) using (subject_id)
    )
    select
        p.subject_a,
        p.subject_b,
        p.stratum,
        p.place,
        p.probability,
        a.digest as digest_a,
        b.digest as digest_b,
        case when m.evidence is null then '{{}}'
            else '{{"weight": ' || round(m.weight, 1) || ', "evidence": ' || m.evidence || '}}' end as evidence
    from measured_pair p
    join said a on a.subject_id = p.subject_a
    join said b on b.subject_id = p.subject_b
    left join main.match m on m.subject_a = p.subject_a and m.subject_b = p.subject_b"""


def _fingerprint(engine: Engine, bonds: Bonds, labels: Iterable[Label], shifts: Shifts) -> str:
    resolved = engine.rows("select made_from from meta.resolution") if engine.columns("meta", "resolution") else []
    compared = engine.rows(
        """
        select count(*), bit_xor(hash(subject_id, hash)), sum(hash(hash, subject_id)::hugeint)
        from meta.resolution_record where hash is not null"""
    )
    mapped = engine.rows(
        """
        select count(*), bit_xor(hash(subject_id, customer_id)), sum(hash(customer_id, subject_id)::hugeint)
        from main.customer_subject"""
    )
    asked = sorted(one.pair for one in labels)
    facts = f"{CALIBRATION_VERSION}:{resolved}:{compared}:{mapped}:{bonds.fingerprint}:{shifts}:{asked}"
    return hashlib.blake2b(facts.encode(), digest_size=16).hexdigest()


def _is_measured(engine: Engine, fingerprint: str) -> bool:
    places = (
        ("meta", "measure"),
        *(
            ("main", name)
            for name in ("customer_confidence", "customer_size", "quality_stratum", "quality_pair", "quality_placed")
        ),
    )
    if not all(engine.columns(schema, table) for schema, table in places):
        return False
    return bool(engine.rows("select 1 from meta.measure where fingerprint = ?", [fingerprint]))


def _renamed(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "key"} | {"stratum": row["key"]}


def _refresh_labels(connection: sa.Connection, engine: Engine) -> None:
    """Which labels are stale now, and where the pairs of the others stand."""
    labels = list_labels(connection)
    if not labels:
        return
    names = sorted({name for one in labels for name in one.pair})
    with engine.registered(pa.table({"subject_id": pa.array(names, pa.string())}), "label_name"):
        said = dict(
            engine.rows(f"select subject_id, {_DIGEST} from main.record semi join label_name using (subject_id)")
        )
    rows = engine.rows("select subject_a, subject_b, stratum from main.quality_placed")
    placed = {(a, b): stratum for a, b, stratum in rows}
    for one in labels:
        now = (said.get(one.subject_a), said.get(one.subject_b))
        then = tuple(digest or present for digest, present in zip((one.digest_a, one.digest_b), now, strict=True))
        stands = placed.get(one.pair, one.stratum) if one.stratum is not None else None
        facts = {
            "digest_a": then[0],
            "digest_b": then[1],
            "is_stale": None in now or then != now,
            "stratum": stands,
        }
        if facts != {name: getattr(one, name) for name in facts}:
            change = identity_label.update().where(identity_label.c.label_id == one.label_id)
            connection.execute(change.values(facts))
