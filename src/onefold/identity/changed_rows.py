"""Which records differ from those that were resolved last: found by the hash of each row, first in its place.

A row that lies where it lay and has the hash that it had is the same record. Only what is left of both sides is joined
by subject id, so that a look at a million unchanged records costs little. Places are a short cut and never the truth:
where rows have moved, they are found by their ids.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from onefold.engines import Engine

RESOLUTION_RECORD = """
    -- grain: one row per record that was resolved, or that the model was learned from and that is gone (hash is null)
    create table if not exists meta.resolution_record (
        subject_id varchar not null,
        kind varchar not null,
        hash ubigint,
        learned_hash ubigint,
        place bigint not null  -- the row of main.record that held it; -1 where none does
    )"""

_NOWHERE = -1

_ROWS = """
    -- grain: one row per record that does not lie where it lay as it was
    create or replace temp table resolution_row as
    select rowid as place, subject_id, coalesce(kind, 'person') as kind, compare_hash as hash
    from main.record
    where rowid in (select place from places_now)"""

_CHANGES = """
    -- grain: one row per record that came, changed or went since the last resolution
    create or replace temp table resolution_change as
    select
        coalesce(r.subject_id, k.subject_id) as subject_id,
        r.place,
        r.kind,
        r.hash,
        k.kind as former_kind,
        k.hash as former_hash,
        k.learned_hash
    from resolution_row r
    full join (select * from meta.resolution_record where place in (from places_before)) k using (subject_id)
    where r.hash is distinct from k.hash"""


def find_changes(engine: Engine) -> None:
    """Find what has changed into ``resolution_change``."""
    if "place" not in engine.columns("meta", "resolution_record"):
        engine.execute("alter table meta.resolution_record add column place bigint default -1")
    now = engine.arrow("select rowid as place, compare_hash as hash from main.record")
    before = engine.arrow("select place, hash from meta.resolution_record where place >= 0")
    others_now, others_before = _others(now, before)
    with engine.registered(others_now, "places_now"), engine.registered(others_before, "places_before"):
        engine.execute(_ROWS)
        engine.execute(_CHANGES)


def _others(now: pa.Table, before: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Places of rows that do not lie where they lay as they were, now and before; nowhere is among the latter."""
    places, places_before = now["place"].to_numpy(), before["place"].to_numpy()
    size = 1 + max(places.max(initial=-1), places_before.max(initial=-1))
    hash_at, is_there = np.zeros(size, np.uint64), np.zeros(size, bool)
    hash_at[places], is_there[places] = now["hash"].to_numpy(), True
    is_same = is_there[places_before] & (hash_at[places_before] == before["hash"].to_numpy())
    is_there[places_before[is_same]] = False
    return pa.table({"place": places[is_there[places]]}), pa.table({"place": np.r_[_NOWHERE, places_before[~is_same]]})


def remember_changes(engine: Engine) -> None:
    """Write down how records are now, inside the caller's transaction."""
    engine.execute(
        """
        create or replace temp table resolution_known as
        select subject_id, coalesce(kind, former_kind) as kind, hash, learned_hash, coalesce(place, -1) as place
        from resolution_change"""
    )
    moved = "select subject_id, place from resolution_row anti join resolution_change using (subject_id)"
    if engine.scalar(f"select count(*) from ({moved})"):
        engine.execute(
            "insert into resolution_known select k.subject_id, k.kind, k.hash, k.learned_hash, m.place"
            f" from meta.resolution_record k join ({moved}) m using (subject_id)"
        )
    engine.execute("delete from meta.resolution_record where subject_id in (select subject_id from resolution_known)")
    engine.execute(
        "insert into meta.resolution_record by name select * from resolution_known"
        " where hash is not null or learned_hash is not null"
    )
