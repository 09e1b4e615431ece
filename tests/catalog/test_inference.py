from __future__ import annotations

import pytest

from onefold.catalog import Meaning, Role, describe_meanings, load_catalog, save_catalog
from onefold.errors import InvalidInput
from onefold.settings import ColumnSettings, TableSettings
from onefold.storage import AppDatabase

ROWS = 60
PEOPLE = {
    "id": [str(i) for i in range(ROWS)],
    "name": ["Ana Lopez", "Ben Smith", "Cleo Brown"] * 20,
    "email": [f"p{i}@example.com" for i in range(ROWS)],
    "since": ["2024-02-03", "2023-01-31"] * 30,
}


def _meanings(table):
    return {column.name: column.meaning for column in table.columns}


def test_a_person_s_word_wins_for_ever(infer):
    word = TableSettings(role="events", key="email", columns={"since": ColumnSettings(meaning="event_time")})
    table = infer(PEOPLE, overrides=word)
    assert table.role is Role.EVENTS
    assert table.confidence == 1.0
    assert table.key == ("email",)
    since = next(c for c in table.columns if c.name == "since")
    assert (since.meaning, since.confidence, since.reason) == (Meaning.EVENT_TIME, 1.0, "set in onefold.yaml")


@pytest.mark.parametrize(
    ("word", "named", "valid"),
    [
        (TableSettings(columns={"email": ColumnSettings(meaning="mail")}), "'mail'", "email"),
        (TableSettings(columns={"e_mail": ColumnSettings(meaning="email")}), "'e_mail'", "since"),
        (TableSettings(role="persons"), "'persons'", "people"),
        (TableSettings(key=["id", "nr"]), "'nr'", "since"),
    ],
)
def test_a_wrong_correction_is_refused_with_the_valid_choices(infer, word, named, valid):
    with pytest.raises(InvalidInput) as refused:
        infer(PEOPLE, overrides=word)
    assert named in refused.value.message
    assert valid in refused.value.hint


def test_a_mapping_does_not_wander_between_builds(infer):
    first = infer(PEOPLE)
    changed = dict(PEOPLE) | {
        "name": ["Sun Holdings Ltd", "Acme Inc", "Blue GmbH"] * 20,
        "phone": ["+1 (212) 555-0100"] * ROWS,
    }
    second = infer(changed, known=first)
    assert _meanings(second)["name"] is Meaning.FULL_NAME
    assert _meanings(second)["phone"] is Meaning.PHONE
    assert (second.role, second.key) == (first.role, first.key)


def test_a_column_that_was_empty_is_inferred_when_it_fills(infer):
    first = infer(PEOPLE | {"tel": [None] * ROWS})
    assert _meanings(first)["tel"] is Meaning.EMPTY
    second = infer(PEOPLE | {"tel": ["+34 600 123 456"] * ROWS}, known=first)
    assert _meanings(second)["tel"] is Meaning.PHONE


def test_a_corrected_key_moves_the_record_key(infer):
    first = infer(PEOPLE | {"code": [f"X-{i}" for i in range(ROWS)]})
    assert _meanings(first)["id"] is Meaning.RECORD_KEY
    second = infer(PEOPLE | {"code": [f"X-{i}" for i in range(ROWS)]}, known=first, overrides=TableSettings(key="code"))
    assert _meanings(second)["code"] is Meaning.RECORD_KEY
    assert _meanings(second)["id"] is Meaning.EXTERNAL_ID


def test_a_column_that_vanished_is_forgotten(infer):
    first = infer(PEOPLE)
    second = infer({name: values for name, values in PEOPLE.items() if name != "id"}, known=first)
    assert list(_meanings(second)) == ["name", "email", "since"]
    assert second.key == ("email",)


def test_a_correction_that_was_taken_back_is_inferred_anew(infer):
    corrected = infer(PEOPLE, overrides=TableSettings(columns={"email": ColumnSettings(meaning="text")}))
    assert _meanings(infer(PEOPLE, known=corrected))["email"] is Meaning.EMAIL


def test_the_same_table_is_understood_alike_on_every_run(infer):
    assert infer(PEOPLE) == infer(PEOPLE)


def test_values_win_over_a_lying_header_and_the_reason_says_so(infer):
    table = infer({"id": PEOPLE["id"], "phone": PEOPLE["email"], "name": PEOPLE["name"]})
    phone = next(c for c in table.columns if c.name == "phone")
    assert phone.meaning is Meaning.EMAIL
    assert "although the header says phone" in phone.reason


@pytest.mark.parametrize(
    ("values", "meaning"),
    [
        (["MA", "TX", "NY"], Meaning.REGION),
        (["corriente", "moroso"], Meaning.STATUS),
        (["active", "closed"], Meaning.STATUS),
        (["Oaxaca", "Puebla"], Meaning.REGION),
        (["Somewhere", "Elsewhere"], Meaning.REGION),
    ],
)
def test_a_state_is_a_region_or_a_status_by_its_values(infer, values, meaning):
    table = infer({"id": PEOPLE["id"], "city": ["Boston", "Dallas"] * 30, "state": (values * ROWS)[:ROWS]})
    assert _meanings(table)["state"] is meaning


@pytest.mark.parametrize("header", ["Estado", "Κατάσταση", "State", "status"])
@pytest.mark.parametrize(
    ("values", "meaning"),
    [
        (["Activa", "Baja", "Suspendida"], Meaning.STATUS),
        (["Ενεργός", "Ανενεργός"], Meaning.STATUS),
    ],
)
def test_words_for_a_standing_make_any_state_a_status_even_beside_an_address(infer, header, values, meaning):
    columns = {"id": PEOPLE["id"], "city": ["Madrid", "Sevilla"] * 30, "zip": ["28001", "41001"] * 30}
    table = infer({**columns, header: (values * ROWS)[:ROWS]})
    assert _meanings(table)[header] is meaning


def test_greek_forms_shorten_the_word_for_date(infer):
    births = [f"{1 + i % 28:02d}/{1 + i % 12:02d}/{1950 + i % 40}" for i in range(ROWS)]
    joined = [f"{1 + i % 28:02d}/{1 + i % 12:02d}/{2018 + i % 5}" for i in range(ROWS)]
    table = infer({**PEOPLE, "ΗΜ/ΝΙΑ ΓΕΝΝΗΣΗΣ": births, "ΗΜ/ΝΙΑ ΕΓΓΡΑΦΗΣ": joined})
    assert _meanings(table)["ΗΜ/ΝΙΑ ΓΕΝΝΗΣΗΣ"] is Meaning.BIRTH_DATE
    assert _meanings(table)["ΗΜ/ΝΙΑ ΕΓΓΡΑΦΗΣ"] is Meaning.CREATED_AT


def test_names_of_authors_are_colleagues_where_another_column_says_so(infer):
    table = infer(
        {
            "message_id": [f"M{i}" for i in range(ROWS)],
            "author_type": (["customer", "agent"] * ROWS)[:ROWS],
            "author_name": PEOPLE["name"],
            "sent_at": [f"2024-01-{1 + i % 28:02d} 10:00:00" for i in range(ROWS)],
            "body": [f"I would like to know where my order number {i} is now" for i in range(ROWS)],
        },
        name="messages",
    )
    author = next(c for c in table.columns if c.name == "author_name")
    assert author.meaning is Meaning.OWNER
    assert author.details["only_where"] == {"column": "author_type", "values": ["agent"]}


def test_a_description_beside_the_code_of_a_product_is_its_name(infer):
    things = ["RED MUG", "BLUE PLATE", "GLASS LANTERN WITH HANDLE"]
    table = infer(
        {
            "InvoiceNo": [str(500000 + i // 3) for i in range(ROWS)],
            "StockCode": [f"{84000 + i % 3}A" for i in range(ROWS)],
            "Description": (things * ROWS)[:ROWS],
            "InvoiceDate": [f"2024-01-{1 + i % 28:02d}" for i in range(ROWS)],
        },
        name="retail",
    )
    assert _meanings(table)["Description"] is Meaning.PRODUCT


def test_placeholders_are_not_values(infer):
    table = infer({"id": PEOPLE["id"], "a": ["N/A", "-", "未知"] * 20, "b": ["ana@x.org", "n/a", "null"] * 20})
    assert _meanings(table) == {"id": Meaning.RECORD_KEY, "a": Meaning.EMPTY, "b": Meaning.EMAIL}
    assert next(c for c in table.columns if c.name == "b").details["placeholders"] == pytest.approx(2 / 3, abs=0.001)


@pytest.mark.parametrize(
    ("values", "order", "calendar"),
    [
        (["03/04/1980", "25/12/1990"], "dmy", "gregorian"),
        (["03/04/1980", "12/25/1990"], "mdy", "gregorian"),
        (["1980-04-03", "1990-12-25"], "ymd", "gregorian"),
        (["19800403", "19901225"], "ymd", "gregorian"),
        (["1360/01/15", "1375/11/30"], "ymd", "jalali"),
        (["۱۳۶۰/۰۱/۱۵", "۱۳۷۵/۱۱/۳۰"], "ymd", "jalali"),
        (["民國75年4月3日", "民國80年12月25日"], "ymd", "roc"),
        (["3. April 1980", "25. Dezember 1990"], "dmy", "gregorian"),
        (["Apr 3, 1980", "December 25, 1990"], "mdy", "gregorian"),
        (["3 de abril de 1980", "25 de diciembre de 1990"], "dmy", "gregorian"),
    ],
)
def test_the_order_of_a_date_is_decided_for_the_column(infer, values, order, calendar):
    table = infer({"id": PEOPLE["id"], "name": PEOPLE["name"], "dob": values * 30})
    dob = next(c for c in table.columns if c.name == "dob")
    assert dob.meaning is Meaning.BIRTH_DATE
    assert (dob.details["date_order"], dob.details["date_calendar"]) == (order, calendar)


def test_an_ambiguous_date_follows_the_table_s_country_and_says_so(infer):
    columns = {"id": PEOPLE["id"], "name": PEOPLE["name"], "dob": ["03/04/1980"] * ROWS}
    american = infer(columns | {"country": ["USA"] * ROWS})
    details = next(c for c in american.columns if c.name == "dob").details
    assert details["date_order"] == "mdy"
    assert "country" in details["date_order_from"]
    unknown = next(c for c in infer(columns).columns if c.name == "dob").details
    assert "date_order" not in unknown
    assert "no evidence" in unknown["date_order_from"]


@pytest.mark.parametrize(
    ("header", "values", "expected"),
    [
        ("nps_score", ["0", "7", "10"], {"scale": [0, 10]}),
        ("rating", ["1", "4", "5"], {"scale": [1, 5]}),
        ("mrr_cents", ["5000", "125"], {"unit": "minor"}),
        ("price", ["€ 12,50", "€ 3,10"], {"unit": "major", "currency": "EUR"}),
    ],
)
def test_details_say_what_conforming_needs(infer, header, values, expected):
    table = infer({"id": PEOPLE["id"], header: (values * ROWS)[:ROWS]})
    details = next(c for c in table.columns if c.name == header).details
    assert {name: details[name] for name in expected} == expected


def test_an_empty_table_and_a_table_of_one_row_are_no_trouble(infer):
    empty = infer({"id": [], "name": []})
    assert (empty.rows, empty.key, {c.meaning for c in empty.columns}) == (0, (), {Meaning.EMPTY})
    one = infer({"id": ["1"], "email": ["a@b.org"]})
    assert one.key == ("id",)


def test_two_thousand_columns_are_read(infer):
    table = infer({f"attr_{i}": ["1", "2", None] for i in range(2000)})
    assert len(table.columns) == 2000


def test_the_catalogue_comes_back_as_it_was_saved(infer_all, tmp_path):
    tables = infer_all(
        {
            "crm.contacts": PEOPLE,
            "crm.orders": {
                "order_id": [f"o{i}" for i in range(90)],
                "contact_id": [str(i % ROWS) for i in range(90)],
            },
        }
    )
    database = AppDatabase.open(f"sqlite:///{tmp_path}/app.db")
    with database.write() as connection:
        save_catalog(connection, tables.values())
        save_catalog(connection, tables.values())
    with database.read() as connection:
        assert load_catalog(connection) == sorted(tables.values(), key=lambda t: t.full_name)
    assert tables["crm.orders"].joins
    database.close()


def test_every_meaning_is_described():
    assert [name for name, _ in describe_meanings()] == [str(meaning) for meaning in Meaning]
    assert all(line and len(line) < 100 for _, line in describe_meanings())
