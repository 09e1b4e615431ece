"""What landing promises, one promise per test."""

from __future__ import annotations

import pyarrow as pa
import pytest
from tests.sources.extracts import as_of, current, extract_of, land_rows

from onefold.engines import Engine
from onefold.errors import SourceFailed
from onefold.sources.landing import land, landed_state, list_landed
from onefold.sources.model import Cursor

ANA = {"id": "1", "name": "Ana"}
BEN = {"id": "2", "name": "Ben"}


@pytest.fixture
def engine():
    opened = Engine.open()
    yield opened
    opened.close()


def test_new_changed_and_vanished_rows_get_and_end_versions(engine):
    land_rows(engine, 1, [ANA, BEN], ["id", "name"])
    report = land_rows(engine, 2, [{"id": "1", "name": "Anna"}, {"id": "3", "name": "Cem"}], ["id", "name"])
    assert (report.inserted, report.updated, report.deleted, report.rows) == (1, 1, 1, 2)
    assert current(engine) == {"1": {"id": "1", "name": "Anna"}, "3": {"id": "3", "name": "Cem"}}
    assert as_of(engine, 1) == {"1": ANA, "2": BEN}


def test_landing_the_same_rows_again_changes_nothing(engine):
    land_rows(engine, 1, [ANA, BEN], ["id", "name"])
    before = engine.rows('from landed."crm.people" order by _key')
    report = land_rows(engine, 2, [BEN, ANA], ["name", "id"])
    assert (report.inserted, report.updated, report.deleted) == (0, 0, 0)
    assert engine.rows('from landed."crm.people" order by _key') == before


def test_an_equal_fingerprint_reads_nothing(engine):
    land_rows(engine, 1, [ANA], ["id", "name"], fingerprint="f1")

    def unread():
        raise AssertionError("read although nothing changed")

    report = land_rows(engine, 2, [], ["id", "name"], fingerprint="f1", batches=unread)
    assert report.is_unchanged
    assert report.rows == 1


def test_a_corrected_key_rekeys_rows_that_are_not_read_again(engine):
    rows = [{"id": "1", "mail": "a@x"}, {"id": "2", "mail": "b@x"}]
    land_rows(engine, 1, rows, ["id", "mail"], fingerprint="f1")
    report = land_rows(engine, 2, [], ["id", "mail"], key=["mail"], fingerprint="f1")
    assert set(current(engine)) == {"a@x", "b@x"}
    assert (report.inserted, report.deleted) == (2, 2)
    assert landed_state(engine, "crm")[1] == {"people": ("mail",)}


def test_a_new_column_is_added_and_reported(engine):
    land_rows(engine, 1, [ANA], ["id", "name"])
    report = land_rows(engine, 2, [{**ANA, "city": "Roma"}], ["id", "name", "city"])
    assert report.columns_added == ("city",)
    assert report.updated == 1
    assert current(engine)["1"]["city"] == "Roma"


def test_a_new_column_without_values_changes_no_row(engine):
    land_rows(engine, 1, [ANA, BEN], ["id", "name"])
    report = land_rows(engine, 2, [ANA, BEN], ["id", "extra", "name"])
    assert report.columns_added == ("extra",)
    assert report.updated == 0


def test_a_vanished_column_changes_only_rows_that_held_a_value_and_only_once(engine):
    land_rows(engine, 1, [{**ANA, "city": "Roma"}, BEN], ["id", "name", "city"])
    report = land_rows(engine, 2, [ANA, BEN], ["id", "name"])
    assert report.columns_missing == ("city",)
    assert report.updated == 1
    again = land_rows(engine, 3, [ANA, BEN], ["id", "name"])
    assert again.updated == 0
    assert again.columns_missing == ()
    assert as_of(engine, 1)["1"]["city"] == "Roma"
    assert "city" not in engine.columns("current", "crm.people")


def test_a_changed_type_is_reported(engine):
    land_rows(engine, 1, [ANA], ["id", "name"], declared_types={"id": "int64", "name": "text"})
    report = land_rows(engine, 2, [ANA], ["id", "name"], declared_types={"id": "text", "name": "text"})
    assert report.types_changed == (("id", "int64", "text"),)
    assert report.updated == 0


def test_columns_that_differ_only_by_case_both_land_and_keep_their_names(engine):
    rows = [{"id": "1", "Mail": "a", "mail": "b", "MAIL": "c"}]
    report = land_rows(engine, 1, rows, ["id", "Mail", "mail", "MAIL"])
    assert current(engine) == {"1": {"id": "1", "Mail": "a", "mail_2": "b", "MAIL_3": "c"}}
    assert "column 'mail' is called 'mail_2'" in report.notes
    again = land_rows(engine, 2, rows, ["MAIL", "mail", "id", "Mail"])
    assert again.updated == 0


def test_columns_named_like_ours_land_beside_ours(engine):
    land_rows(engine, 1, [{"id": "1", "_key": "x", "_LINE": "y"}], ["id", "_key", "_LINE"])
    row = engine.rows('select _key_2, "_LINE_2", _key, _line from landed."crm.people"')
    assert row == [("x", "y", "1", 2)]


def test_a_header_that_changes_case_is_the_same_column(engine):
    land_rows(engine, 1, [ANA], ["id", "name"])
    report = land_rows(engine, 2, [{"id": "1", "NAME": "Ana"}], ["id", "NAME"])
    assert (report.updated, report.columns_added) == (0, ())


def test_rows_that_repeat_a_key_are_all_kept_and_keep_their_numbers(engine):
    rows = [{"id": "1", "name": name} for name in ("Ana", "Ben", "Cem")]
    report = land_rows(engine, 1, rows, ["id", "name"])
    assert any("repeat the key" in note for note in report.notes)
    first = {row["name"]: key for key, row in current(engine).items()}
    assert set(first.values()) == {"1", "1#2", "1#3"}
    removed = next(name for name, key in first.items() if key == "1#2")
    rest = [row for row in reversed(rows) if row["name"] != removed]
    land_rows(engine, 2, [*rest, {"id": "1", "name": "Dai"}], ["id", "name"])
    kept = {row["name"]: key for key, row in current(engine).items()}
    assert all(kept[row["name"]] == first[row["name"]] for row in rest)
    assert kept["Dai"] == "1#2"


def test_a_made_up_number_never_takes_a_real_key(engine):
    rows = [{"id": "A", "name": "x"}, {"id": "A", "name": "y"}, {"id": "A#2", "name": "z"}]
    land_rows(engine, 1, rows, ["id", "name"])
    before = current(engine)
    assert len(before) == 3
    report = land_rows(engine, 2, list(reversed(rows)), ["id", "name"])
    assert (report.inserted, report.updated, report.deleted) == (0, 0, 0)
    assert current(engine) == before


def test_rows_without_a_key_are_known_by_their_content(engine):
    rows = [{"a": "1"}, {"a": "1"}, {"a": None}, {"a": "2"}]
    land_rows(engine, 1, rows, ["a"], key=[])
    report = land_rows(engine, 2, [{"a": "2"}, {"a": "1"}, {"a": None}], ["a"], key=[])
    assert (report.inserted, report.updated, report.deleted) == (0, 0, 1)


def test_a_blank_key_value_does_not_merge_rows(engine):
    land_rows(
        engine, 1, [{"id": None, "name": "Ana"}, {"id": " ", "name": "Ben"}, {"id": "", "name": "Cem"}], ["id", "name"]
    )
    assert len(current(engine)) == 3


def test_values_joined_into_a_key_cannot_be_confused(engine):
    rows = [{"a": "x|y", "b": "z"}, {"a": "x", "b": "y|z"}, {"a": "x\\", "b": "|z"}, {"a": "x\\|", "b": "z"}]
    land_rows(engine, 1, rows, ["a", "b"], key=["a", "b"])
    assert len({key for key in current(engine) if "#" not in key}) == 4


def test_values_that_read_alike_when_joined_have_different_content(engine):
    land_rows(engine, 1, [{"id": "1", "a": "x", "b": "1:y"}], ["id", "a", "b"])
    assert land_rows(engine, 2, [{"id": "1", "a": "x1:b=1:y", "b": None}], ["id", "a", "b"]).updated == 1
    assert land_rows(engine, 3, [{"id": "1", "a": "", "b": None}], ["id", "a", "b"]).updated == 1
    assert land_rows(engine, 4, [{"id": "1", "a": None, "b": ""}], ["id", "a", "b"]).updated == 1


def test_an_increment_leaves_other_rows_and_sees_deletions_by_current_keys(engine):
    land_rows(engine, 1, [ANA, BEN, {"id": "3", "name": "Cem"}], ["id", "name"], cursor=Cursor("at", "5", "s"))
    report = land_rows(
        engine,
        2,
        [{"id": "2", "name": "Benno"}, {"id": "4", "name": "Dai"}],
        ["id", "name"],
        is_complete=False,
        cursor=Cursor("at", "7", "s"),
        current_keys=lambda: iter([pa.record_batch({"id": ["1", "2", "4"]})]),
    )
    assert (report.inserted, report.updated, report.deleted, report.rows) == (1, 1, 1, 3)
    assert set(current(engine)) == {"1", "2", "4"}
    assert landed_state(engine, "crm")[0] == {"people": Cursor("at", "7", "s")}


def test_a_row_that_the_cursor_missed_makes_the_next_read_whole(engine):
    land_rows(engine, 1, [ANA], ["id", "name"], cursor=Cursor("at", "5"))
    keys = pa.record_batch({"id": ["1", "9"]})
    report = land_rows(
        engine, 2, [], ["id", "name"], is_complete=False, cursor=Cursor("at", "6"), current_keys=lambda: iter([keys])
    )
    assert any("next read is of the whole table" in note for note in report.notes)
    assert landed_state(engine, "crm")[0] == {}


def test_a_corrected_key_with_an_increment_rekeys_every_row(engine):
    rows = [{"id": "1", "mail": "a@x"}, {"id": "2", "mail": "b@x"}]
    land_rows(engine, 1, rows, ["id", "mail"], cursor=Cursor("at", "5"))
    land_rows(
        engine,
        2,
        [{"id": "2", "mail": "c@x"}],
        ["id", "mail"],
        key=["mail"],
        is_complete=False,
        cursor=Cursor("at", "6"),
    )
    assert set(current(engine)) == {"a@x", "c@x"}


def test_the_same_build_landing_twice_leaves_no_empty_versions(engine):
    land_rows(engine, 1, [ANA], ["id", "name"])
    land_rows(engine, 1, [BEN], ["id", "name"])
    assert engine.rows('select _key, _from_build, _to_build from landed."crm.people"') == [("2", 1, None)]


def test_a_read_that_fails_midway_leaves_everything_as_it_was(engine):
    land_rows(engine, 1, [ANA, BEN], ["id", "name"], cursor=Cursor("at", "5"))
    state = landed_state(engine, "crm")

    def broken():
        yield from extract_of([{"id": "1", "name": "Changed"}] * 4, ["id", "name"]).batches()
        raise SourceFailed("crm.people: the server went down")

    with pytest.raises(SourceFailed, match="went down"):
        land_rows(engine, 2, [], ["id", "name"], batches=broken)
    assert current(engine) == {"1": ANA, "2": BEN}
    assert landed_state(engine, "crm") == state
    assert land_rows(engine, 3, [ANA, BEN], ["id", "name"]).updated == 0


def test_a_key_chooser_sees_the_staged_rows_under_landed_names(engine):
    seen = {}

    def key_of(relation, extract):
        seen["rows"] = engine.scalar(f"select count(distinct id_2) from {relation}")
        seen["columns"] = extract.column_names
        return ("ID",)

    land(engine, 1, "crm", extract_of([{"ID": "1", "id": "x"}], ["ID", "id"]), key_of=key_of)
    assert seen == {"rows": 1, "columns": ("ID", "id_2")}


def test_what_the_source_declares_is_remembered(engine):
    land_rows(
        engine,
        1,
        [ANA],
        ["id", "name"],
        declared_key=("id",),
        declared_joins=(("name", "names", "id"),),
        notes=("from a test",),
    )
    (landed,) = list_landed(engine)
    assert landed.declared_key == ("id",)
    assert landed.declared_joins == (("name", "names", "id"),)
    assert landed.notes == ("from a test",)
    assert landed.columns == ("id", "name")


def test_an_empty_table_lands(engine):
    report = land_rows(engine, 1, [], ["id", "name"])
    assert report.rows == 0
    assert engine.rows('from current."crm.people"') == []


def test_two_thousand_columns_and_a_huge_value_land(engine):
    columns = ["id", *(f"c{number}" for number in range(1999))]
    report = land_rows(engine, 1, [{"id": "1", "c7": "x" * 5_000_000}], columns)
    assert report.inserted == 1
    assert engine.scalar('select length(c7) from landed."crm.people"') == 5_000_000
