"""Arrow rows go into the app database and come back equal, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
import sqlalchemy as sa

from onefold.profiles.tables import identifier, timeline_event
from onefold.storage import AppDatabase, indexes_deferred, insert_arrow, read_table, scratch_table


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request, tmp_path):
    url = f"sqlite:///{tmp_path}/app.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url").replace("postgresql://", "postgresql+psycopg://")
    opened = AppDatabase.open(url)
    yield opened
    opened.close()


TEXTS = ["", None, 'quote " comma , back \\ slash', "line\nbreak\r\n", "\\N", "张偉 محمد 😀", " spaces "]


def _events():
    count = len(TEXTS)
    names = [f"e{number}" for number in range(count)]
    moment = datetime(2026, 2, 3, 4, 5, 6, 789000, tzinfo=UTC)
    constants = {"subject_id": "s", "row_hash": "h", "source": "a", "table_name": "t", "role": "r", "event_type": "x"}
    return pa.table(
        {
            "event_id": names,
            **{name: [value] * count for name, value in constants.items()},
            "occurred_at": pa.array([moment] * count, pa.timestamp("us", tz="UTC")),
            "title": pa.array((TEXTS * count)[:count], pa.string()),
            "amount": pa.array([Decimal("-1234.5678")] * count, pa.decimal128(18, 4)),
            "score": pa.array([0.1] * count),
            "body": ['{"a": [1, null]}'] * count,
        }
    )


def test_every_type_comes_back_as_it_went_in(database):
    with database.write() as connection:
        assert insert_arrow(connection, timeline_event, _events()) == len(TEXTS)
    with database.read() as connection:
        rows = connection.execute(sa.select(timeline_event).order_by(timeline_event.c.event_id)).all()

    assert [row.title for row in rows] == TEXTS
    assert {row.amount for row in rows} == {Decimal("-1234.5678")}
    assert rows[0].occurred_at.replace(tzinfo=UTC) == datetime(2026, 2, 3, 4, 5, 6, 789000, tzinfo=UTC)
    assert (rows[0].body, rows[0].score, rows[0].status) == ({"a": [1, None]}, 0.1, None)


def test_rows_vanish_with_the_transaction_that_failed(database):
    def fail():
        with database.write() as connection:
            insert_arrow(connection, timeline_event, _events())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.read() as connection:
        assert connection.execute(sa.select(timeline_event)).first() is None


def test_more_rows_than_a_batch_are_read_whole(database):
    count = 120_001
    rows = pa.table({"kind": ["k"] * count, "value": ["v"] * count, "subject_id": [f"s{n}" for n in range(count)]})
    with database.write() as connection:
        with indexes_deferred(connection, identifier):
            assert insert_arrow(connection, identifier, rows.to_batches(max_chunksize=70_000)) == count
        schema = pa.schema([("subject_id", pa.string())])
        read = read_table(connection, sa.select(identifier.c.subject_id), schema)

    assert set(read["subject_id"].to_pylist()) == set(rows["subject_id"].to_pylist())


def test_deferred_indexes_exist_again_afterwards(database):
    with database.write() as connection:
        before = _index_names(connection)
        with indexes_deferred(connection, timeline_event):
            assert _index_names(connection) == set()
            insert_arrow(connection, timeline_event, _events())
        assert _index_names(connection) == before != set()
        with indexes_deferred(connection, timeline_event):
            assert _index_names(connection) == before


def test_a_scratch_table_can_be_used_again_and_leaves_nothing(database):
    for _ in range(2):
        with database.write() as connection, scratch_table(connection, "scratch", ["key", "more"]) as scratch:
            insert_arrow(connection, scratch, pa.table({"key": ["a", "b"]}))
            assert connection.execute(sa.select(sa.func.count()).select_from(scratch)).scalar_one() == 2


def _index_names(connection):
    return {index["name"] for index in sa.inspect(connection).get_indexes("timeline_event")}
