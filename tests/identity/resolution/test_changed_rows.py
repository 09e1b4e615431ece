"""What has changed is found whatever rows did: came, changed, went, came back, or only moved."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onefold.engines import Engine
from onefold.identity.changed_rows import RESOLUTION_RECORD, find_changes, remember_changes
from onefold.records import RECORD, write_records

STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("put"), st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["Vic", "Reus"]), min_size=1)
        ),
        st.tuples(st.just("drop"), st.sets(st.sampled_from("abcdefgh"), min_size=1)),
        st.tuples(st.just("shuffle"), st.sampled_from(["asc", "desc"])),
        st.tuples(st.just("resolve"), st.none()),
    ),
    max_size=12,
)


@pytest.fixture
def engine(tmp_path: Path):
    engine = warehouse(tmp_path)
    yield engine
    engine.close()


def warehouse(folder: Path) -> Engine:
    engine = Engine.open(folder / "warehouse.duckdb", threads=2)
    engine.execute("create schema meta")
    engine.execute(RESOLUTION_RECORD)
    write_records(engine, RECORD.empty_table(), replace=True)
    return engine


def put(engine: Engine, cities: dict[str, str]) -> None:
    rows = [{"subject_id": name, "city": city} for name, city in cities.items()]
    names = list(cities)
    engine.execute(f"delete from main.record where subject_id in (select unnest({names!r}))")
    write_records(engine, pa.Table.from_pylist(rows, RECORD))


def differences(engine: Engine) -> set[str]:
    find_changes(engine)
    return {name for (name,) in engine.rows("select subject_id from resolution_change")}


def remember(engine: Engine) -> None:
    with engine.transaction():
        remember_changes(engine)


@settings(deadline=None, max_examples=60)
@given(STEPS)
def test_changes_are_those_of_the_contents(steps):
    with tempfile.TemporaryDirectory() as folder:
        engine = warehouse(Path(folder))
        known: dict[str, str] = {}
        now: dict[str, str] = {}
        for step, what in [*steps, ("resolve", None)]:
            if step == "put":
                put(engine, what)
                now |= what
            elif step == "drop":
                engine.execute(f"delete from main.record where subject_id in (select unnest({sorted(what)!r}))")
                now = {name: city for name, city in now.items() if name not in what}
            elif step == "shuffle":
                order = f"select * from main.record order by subject_id {what}"
                engine.execute(f"create or replace table main.record as {order}")
            else:
                assert differences(engine) == {n for n in known.keys() | now.keys() if known.get(n) != now.get(n)}
                remember(engine)
                known = dict(now)
                assert differences(engine) == set()
        engine.close()


def test_one_that_comes_back_has_what_was_learned_from_it(engine):
    put(engine, {"a": "Vic", "b": "Reus"})
    find_changes(engine)
    remember(engine)
    engine.execute("update meta.resolution_record set learned_hash = hash")
    engine.execute("delete from main.record where subject_id = 'a'")
    find_changes(engine)
    remember(engine)
    assert engine.rows("select hash, place from meta.resolution_record where subject_id = 'a'") == [(None, -1)]
    put(engine, {"a": "Vic"})
    assert differences(engine) == {"a"}
    assert engine.scalar("select hash = learned_hash from resolution_change")
    remember(engine)
    assert engine.scalar("select count(*) from meta.resolution_record where hash = learned_hash") == 2


def test_rows_that_only_moved_are_found_in_their_new_place_next_time(engine):
    put(engine, dict.fromkeys("abc", "Vic"))
    find_changes(engine)
    remember(engine)
    engine.execute("create or replace table main.record as select * from main.record order by subject_id desc")
    put(engine, {"d": "Reus"})
    assert differences(engine) == {"d"}
    remember(engine)
    assert engine.scalar("select count(*) from main.record r join meta.resolution_record k on k.place = r.rowid") == 4
    find_changes(engine)
    assert engine.scalar("select count(*) from resolution_row") == 0


def test_records_of_a_former_layout_are_known_by_their_ids(engine):
    put(engine, {"a": "Vic", "b": "Reus"})
    find_changes(engine)
    remember(engine)
    engine.execute("alter table meta.resolution_record drop column place")
    assert differences(engine) == set()
    put(engine, {"b": "Vic"})
    assert differences(engine) == {"b"}
