"""Any history of a table lands so that the present and every past build can be read."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources.extracts import as_of, land_rows

from onefold.engines import Engine

COLUMNS = ["id", "name", "Name", "note"]
VALUES = st.sampled_from([None, "", "a", "b", "a|b", "1#2", "é"])
ROWS = st.fixed_dictionaries(
    {"id": st.sampled_from([None, "1", "2", "3", "1#2", "x|y"]), "name": VALUES, "Name": VALUES, "note": VALUES}
)
STATES = st.lists(
    st.tuples(
        st.lists(ROWS, max_size=6), st.lists(st.sampled_from(COLUMNS[1:]), unique=True, max_size=3), st.booleans()
    ),
    min_size=1,
    max_size=5,
)
LANDED = {"Name": "Name_2"}


KEYS = st.sampled_from([("id",), ("id", "note"), ()])


@settings(max_examples=8, deadline=None)
@given(states=STATES, key=KEYS)
def test_every_state_can_be_read_back(states, key):
    _land_and_read_back(states, key)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(states=STATES, key=KEYS)
def test_every_state_of_many_histories_can_be_read_back(states, key):
    _land_and_read_back(states, key)


def _land_and_read_back(states, key):
    engine = Engine.open()
    try:
        land_rows(engine, 1, [], COLUMNS, key=key)
        expected = {}
        for build_no, (rows, columns, is_reversed) in enumerate(states, start=2):
            present = ["id", *columns, *[column for column in key if column not in {"id", *columns}]]
            land_rows(engine, build_no, rows[::-1] if is_reversed else rows, present, key=key)
            expected[build_no] = Counter(_content(row, present) for row in rows)
            again = land_rows(engine, build_no, rows, present, key=key)
            assert (again.inserted, again.updated, again.deleted) == (0, 0, 0)
        for build_no, content in expected.items():
            found = as_of(engine, build_no).values()
            assert Counter(frozenset(row.items()) for row in found) == content
    finally:
        engine.close()


def _content(row, present):
    return frozenset((LANDED.get(name, name), row[name]) for name in present if row[name] is not None)
