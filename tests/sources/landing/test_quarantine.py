"""Rows that cannot be read wait in quarantine and find their way back."""

from __future__ import annotations

import pytest
from tests.sources.extracts import current, land_rows

from onefold.engines import Engine
from onefold.errors import InvalidInput, NotFound
from onefold.sources.model import BadRow
from onefold.sources.quarantine import list_quarantine, read_corrections, replay_quarantine

ANA = {"id": "1", "name": "Ana"}
RAGGED = BadRow("people.csv", 3, "4 fields where the header has 2", "2;Ben;x;y")


@pytest.fixture
def engine():
    opened = Engine.open()
    yield opened
    opened.close()


@pytest.fixture
def entry(engine):
    report = land_rows(engine, 1, [ANA], ["id", "name"], bad_rows=[RAGGED])
    assert report.quarantined == 1
    (row,) = list_quarantine(engine)
    return row


def test_a_bad_row_is_filed_with_place_reason_and_text(entry):
    assert (entry.source, entry.table, entry.origin, entry.line) == ("crm", "people", "people.csv", 3)
    assert (entry.reason, entry.raw, entry.build_no) == (RAGGED.reason, RAGGED.raw, 1)


def test_reading_the_same_file_again_adds_no_entry_though_lines_moved(engine, entry):
    moved = BadRow("people.csv", 7, RAGGED.reason, RAGGED.raw)
    land_rows(engine, 2, [ANA], ["id", "name"], bad_rows=[moved])
    (again,) = list_quarantine(engine)
    assert again.quarantine_id == entry.quarantine_id
    assert again.line == 7


def test_equal_bad_rows_are_counted_each(engine):
    report = land_rows(engine, 1, [ANA], ["id", "name"], bad_rows=[RAGGED, RAGGED])
    assert report.quarantined == 2


def test_a_row_that_now_reads_fine_is_resolved_and_opens_again_if_it_returns(engine, entry):
    report = land_rows(engine, 2, [ANA, {"id": "2", "name": "Ben"}], ["id", "name"])
    assert report.quarantined == 0
    assert list_quarantine(engine) == []
    assert [row.state for row in list_quarantine(engine, state=None)] == ["resolved"]
    land_rows(engine, 3, [ANA], ["id", "name"], bad_rows=[RAGGED])
    assert [row.quarantine_id for row in list_quarantine(engine)] == [entry.quarantine_id]


def test_a_corrected_row_lands_and_survives_reading_the_bad_file_again(engine, entry):
    (report,) = replay_quarantine(engine, 2, [{"quarantine_id": entry.quarantine_id, "id": "2", "name": "Ben"}])
    assert (report.inserted, report.deleted, report.quarantined) == (1, 0, 0)
    assert current(engine) == {"1": ANA, "2": {"id": "2", "name": "Ben"}}
    again = land_rows(engine, 3, [ANA], ["id", "name"], bad_rows=[RAGGED])
    assert (again.inserted, again.updated, again.deleted, again.rows) == (0, 0, 0, 2)
    assert [row.state for row in list_quarantine(engine, state=None)] == ["replayed"]


def test_a_correction_can_be_corrected(engine, entry):
    replay_quarantine(engine, 2, [{"quarantine_id": entry.quarantine_id, "id": "2", "name": "Bne"}])
    (report,) = replay_quarantine(engine, 3, [{"quarantine_id": entry.quarantine_id, "id": "2", "name": "Ben"}])
    assert (report.updated, report.rows) == (1, 2)
    assert current(engine)["2"]["name"] == "Ben"


def test_the_source_wins_once_it_is_mended(engine, entry):
    replay_quarantine(engine, 2, [{"quarantine_id": entry.quarantine_id, "id": "2", "name": "Ben"}])
    land_rows(engine, 3, [ANA, {"id": "2", "name": "Benjamin"}], ["id", "name"])
    assert current(engine) == {"1": ANA, "2": {"id": "2", "name": "Benjamin"}}
    assert [row.state for row in list_quarantine(engine, state=None)] == ["resolved"]


def test_a_correction_that_claims_a_taken_key_replaces_nothing(engine, entry):
    replay_quarantine(engine, 2, [{"quarantine_id": entry.quarantine_id, "id": "1", "name": "Ben"}])
    assert sorted(row["name"] for row in current(engine).values()) == ["Ana", "Ben"]
    assert current(engine)["1"] == ANA


def test_corrections_are_read_from_csv_and_json(tmp_path, engine, entry):
    csv_file = tmp_path / "mended.csv"
    csv_file.write_text(f'quarantine_id,id,name\n{entry.quarantine_id},2,"Ben\nJr."\n', encoding="utf-8")
    json_file = tmp_path / "mended.json"
    json_file.write_text(f'[{{"quarantine_id": "{entry.quarantine_id}", "id": 2, "name": null}}]', encoding="utf-8")
    replay_quarantine(engine, 2, read_corrections(csv_file))
    assert current(engine)["2"]["name"] == "Ben\nJr."
    replay_quarantine(engine, 3, read_corrections(json_file))
    assert current(engine)["2"] == {"id": "2"}


def test_wrong_corrections_are_refused_by_name(tmp_path, engine, entry):
    with pytest.raises(NotFound, match="q_nope"):
        replay_quarantine(engine, 2, [{"quarantine_id": "q_nope", "id": "2"}])
    with pytest.raises(InvalidInput, match="no column 'nmae'") as refused:
        replay_quarantine(engine, 2, [{"quarantine_id": entry.quarantine_id, "nmae": "Ben"}])
    assert "id, name" in refused.value.hint
    no_id = tmp_path / "mended.csv"
    no_id.write_text("id,name\n2,Ben\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="row 1 has no quarantine_id"):
        read_corrections(no_id)
    with pytest.raises(NotFound, match=r"gone\.csv"):
        read_corrections(tmp_path / "gone.csv")
    with pytest.raises(InvalidInput, match="no state"):
        list_quarantine(engine, state="lost")
    assert len(current(engine)) == 1


def test_text_that_is_not_unicode_can_be_filed(engine):
    land_rows(engine, 1, [ANA], ["id", "name"], bad_rows=[BadRow("people.csv", 2, "not UTF-8", "x\udcff" * 20_000)])
    (row,) = list_quarantine(engine)
    assert row.raw.startswith("x\\udcff")
