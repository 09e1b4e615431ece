"""Reconciling: whatever happened before, the conformed relations are what a run from scratch would make."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from landed_tables import contents, land, table

from onefold.catalog.model import Meaning, Role, Table
from onefold.engines import Engine
from onefold.records import EVENT, RECORD, RECORD_VALUE, conform

PEOPLE = table(
    "crm.contacts",
    Role.PEOPLE,
    {
        "id": Meaning.RECORD_KEY,
        "first": Meaning.GIVEN_NAME,
        "last": Meaning.FAMILY_NAME,
        "email": Meaning.EMAIL,
        "tel": Meaning.PHONE,
        "tel2": Meaning.PHONE,
        "country": Meaning.COUNTRY,
        "segment": Meaning.CATEGORY,
    },
)
USERS = table(
    "shop.users",
    Role.PEOPLE,
    {"id": Meaning.RECORD_KEY, "name": Meaning.FULL_NAME, "mail": Meaning.EMAIL, "address": Meaning.ADDRESS},
)
ORDERS = table(
    "shop.orders",
    Role.EVENTS,
    {"id": Meaning.RECORD_KEY, "user": Meaning.FOREIGN_KEY, "total": Meaning.AMOUNT, "at": Meaning.EVENT_TIME},
    joins=[("user", "shop.users", "id")],
)
LINES = table(
    "shop.order_lines",
    Role.EVENTS,
    {"id": Meaning.RECORD_KEY, "order": Meaning.FOREIGN_KEY, "unit_price": Meaning.AMOUNT, "qty": Meaning.QUANTITY},
    joins=[("order", "shop.orders", "id")],
)
ALL = (PEOPLE, USERS, ORDERS, LINES)
Rows = dict[str, Mapping[str, str | None]]

GIVEN = st.sampled_from(["Ana", "Zyx", "Qwer", "Puig", "美玲", None, "N/A", "Ying-Hua"])
FAMILY = st.sampled_from(["Puig", "Zyx", "Ana", "Qwer", "陳", None, "Lin"])
WHOLE = st.sampled_from(
    ["Zyx Qwer", "Qwer Zyx", "Puig, Ana", "Ana Puig", "陳美玲", "Ying-Hua Lin", "Lin Ying-Hua", None]
)
PERSON = st.fixed_dictionaries(
    {
        "first": GIVEN,
        "last": FAMILY,
        "email": st.sampled_from(["ana@puig.cat", "test@test.com", None]),
        "tel": st.sampled_from(["687715658", "+34687715658", "(212) 200-1234", None]),
        "country": st.sampled_from(["Spain", "US", None]),
    }
)
USER = st.fixed_dictionaries(
    {"name": WHOLE, "mail": st.just(None), "address": st.just("Carrer Major, 3, 08001 Barcelona")}
)
ORDER = st.fixed_dictionaries({"user": st.sampled_from(["1", "2", "9", None]), "total": st.just("12.50")})
LINE = st.fixed_dictionaries(
    {"order": st.sampled_from(["1", "2", "3"]), "unit_price": st.just("2"), "qty": st.just("3")}
)
KEYS = st.sampled_from(["1", "2", "3", "4", "5"])
STATE = st.tuples(
    st.dictionaries(KEYS, PERSON),
    st.dictionaries(KEYS, USER),
    st.dictionaries(KEYS, ORDER),
    st.dictionaries(KEYS, LINE),
)


def run(engine: Engine, tables: tuple[Table, ...] = ALL, region: str | None = None) -> None:
    conform(engine, tables, regions={}, region=region)


def snapshot(engine: Engine) -> list[list[tuple[object, ...]]]:
    return [contents(engine, relation) for relation in ("record", "record_value", "event")]


def land_state(engine: Engine, state: tuple[Rows, ...]) -> None:
    for entry, rows in zip(ALL, state, strict=True):
        land(engine, entry, [{"id": key, **row} for key, row in rows.items()])


@given(st.lists(STATE, min_size=1, max_size=3))
@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
def test_any_sequence_of_changes_ends_where_a_run_from_scratch_does(states: list[tuple[Rows, ...]]) -> None:
    steps, scratch = Engine.open(), Engine.open()
    for warehouse in (steps, scratch):
        warehouse.execute("create schema landed")
    for state in states:
        land_state(steps, state)
        run(steps)
    land_state(scratch, states[-1])
    run(scratch)
    assert snapshot(steps) == snapshot(scratch)
    for warehouse in (steps, scratch):
        warehouse.close()


@pytest.fixture
def shop(engine: Engine) -> Engine:
    person = {
        "id": "1",
        "first": "ANA",
        "last": "PUIG",
        "email": "Ana.Puig+x@gmail.com",
        "tel": "687 71 56 58",
        "tel2": "933039561",
        "country": "España",
        "segment": "Gold",
    }
    land(engine, PEOPLE, [person])
    land(
        engine,
        USERS,
        [{"id": "1", "name": "Puig, Ana", "mail": "ana@puig.cat", "address": "Carrer Major 3, 08001 Barcelona"}],
    )
    land(
        engine,
        ORDERS,
        [{"id": "10", "user": "1.0", "total": "1.234,50 €", "at": "2024-03-01T10:30:00Z"}, {"id": "11", "user": "77"}],
    )
    land(engine, LINES, [{"id": "100", "order": "10", "unit_price": "2.5", "qty": "3"}, {"id": "101", "order": "11"}])
    return engine


def test_relations_have_the_declared_schemas(shop: Engine) -> None:
    run(shop)
    for name, schema in (("record", RECORD), ("record_value", RECORD_VALUE), ("event", EVENT)):
        found = shop.arrow(f"select * from main.{name}").schema
        assert found.names == schema.names
        assert [str(t).replace("<l:", "<item:") for t in found.types] == [str(t) for t in schema.types]


def test_a_record_holds_comparison_forms_and_its_values_what_the_source_says(shop: Engine) -> None:
    run(shop)
    record = shop.arrow("select * from main.record where source = 'crm'").to_pylist()[0]
    assert record["subject_id"] == "crm.contacts:1"
    assert record["display_name"] == "Ana Puig"
    assert (record["given_name"], record["family_name"], record["country"]) == ("ana", "puig", "ES")
    assert record["emails"] == ["anapuig@gmail.com"]
    assert record["phones"] == ["+34687715658", "+34933039561"]
    values = shop.rows(
        "select attribute, position, value, compare_value, raw, column_name from main.record_value"
        " where subject_id = 'crm.contacts:1' and attribute in ('phone', 'email', 'category:segment') order by all"
    )
    assert values == [
        ("category:segment", 0, "Gold", "gold", "Gold", "segment"),
        ("email", 0, "ana.puig+x@gmail.com", "anapuig@gmail.com", "Ana.Puig+x@gmail.com", "email"),
        ("phone", 0, "+34687715658", "+34687715658", "687 71 56 58", "tel"),
        ("phone", 1, "+34933039561", "+34933039561", "933039561", "tel2"),
    ]


def test_a_column_of_suffixes_and_the_end_of_a_name_tell_the_generation(engine: Engine) -> None:
    contacts = table(
        "hr.contacts",
        Role.PEOPLE,
        {
            "id": Meaning.RECORD_KEY,
            "first": Meaning.GIVEN_NAME,
            "last": Meaning.FAMILY_NAME,
            "suffix": Meaning.NAME_SUFFIX,
        },
    )
    people = [
        ("Orlan", "Vesterby", "Sen."),
        ("Orlan", "Vesterby Jr", None),
        ("Orlan", "Vesterby", "PhD"),
        ("Orlan", "Vesterby", "3rd"),
    ]
    rows = [{"id": str(n), "first": a, "last": b, "suffix": c} for n, (a, b, c) in enumerate(people)]
    land(engine, contacts, rows)
    run(engine, (contacts,))
    assert engine.rows("select generation from main.record order by record_key") == [("1",), ("2",), (None,), ("3",)]


def test_facts_reach_their_subject_through_other_facts(shop: Engine) -> None:
    run(shop)
    events = shop.rows(
        "select event_id, subject_id, event_type, amount, currency, occurred_at from main.event order by 1"
    )
    ordered_at = datetime(2024, 3, 1, 10, 30, tzinfo=UTC)
    assert events == [
        ("shop.order_lines:100", "shop.users:1", "order_line", Decimal("7.5"), "EUR", ordered_at),
        ("shop.orders:10", "shop.users:1", "order", Decimal("1234.5"), "EUR", ordered_at),
    ]


def test_only_changed_rows_are_conformed_again(shop: Engine) -> None:
    run(shop)
    again = conform(shop, ALL, regions={}, region=None)
    assert again.conformed == 0
    land(shop, ORDERS, [{"id": "10", "user": "1", "total": "9"}])
    changed = conform(shop, ALL, regions={}, region=None)
    assert {t.table: (t.conformed, t.deleted) for t in changed.tables}["orders"] == (1, 0)
    assert {t.table: (t.conformed, t.deleted) for t in changed.tables}["contacts"] == (0, 0)


def test_an_order_that_changes_hands_takes_its_lines_along(shop: Engine) -> None:
    run(shop)
    land(shop, USERS, [{"id": "1", "name": "Ana Puig"}, {"id": "2", "name": "Pau Roca"}])
    land(shop, ORDERS, [{"id": "10", "user": "2"}])
    run(shop)
    assert shop.rows("select distinct subject_id from main.event") == [("shop.users:2",)]


def test_a_changed_meaning_conforms_the_table_again(shop: Engine) -> None:
    run(shop)
    renamed = table(
        "crm.contacts", Role.PEOPLE, {**{c.name: c.meaning for c in PEOPLE.columns}, "segment": Meaning.TIER}
    )
    report = conform(shop, (renamed, *ALL[1:]), regions={}, region=None)
    assert report.tables[0].conformed == 1
    assert shop.rows("select value from main.record_value where attribute = 'tier'") == [("Gold",)]


def test_a_table_that_is_gone_loses_its_rows(shop: Engine) -> None:
    run(shop)
    run(shop, (PEOPLE,))
    assert shop.rows("select distinct source from main.record") == [("crm",)]
    assert contents(shop, "event") == []
    assert shop.rows("select count(*) from main.record_value where subject_id like 'shop.%'") == [(0,)]


def test_rows_without_a_way_to_a_person_are_named_in_the_report(shop: Engine) -> None:
    lonely = table("shop.visits", Role.EVENTS, {"id": Meaning.RECORD_KEY})
    land(shop, lonely, [{"id": "1"}])
    report = conform(shop, (*ALL, lonely), regions={}, region=None)
    assert report.unreached == ("shop.visits",)


def test_a_failure_in_the_middle_leaves_the_state_before(shop: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    run(shop)
    before = snapshot(shop)
    land(shop, PEOPLE, [{"id": "1", "first": "Eva"}])

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("onefold.records.conforming.conform_chunk", fail)
        with pytest.raises(KeyboardInterrupt):
            run(shop)
    assert snapshot(shop) == before
    run(shop)
    assert shop.rows("select display_name from main.record where source = 'crm'") == [("Eva",)]


def test_the_local_part_of_the_address_is_no_name(engine: Engine) -> None:
    land(
        engine,
        USERS,
        [
            {"id": "1", "name": "sarah.jorasser", "mail": "sarah.jorasser@hotmail.com"},
            {"id": "2", "name": "sales", "mail": "sales@acme.com"},
            {"id": "3", "name": "Anne", "mail": "anne@orange.fr"},
        ],
    )
    run(engine, (USERS,))
    assert engine.rows("select display_name from main.record order by record_key") == [(None,), (None,), ("Anne",)]


def test_a_company_in_a_name_field_is_an_organisation(engine: Engine) -> None:
    land(
        engine,
        USERS,
        [
            {"id": "1", "name": "Acme Trading GmbH"},
            {"id": "2", "name": "Άλφα Α.Ε."},
            {"id": "3", "name": "台灣電子有限公司"},
        ],
    )
    run(engine, (USERS,))
    rows = engine.rows("select kind, given_name, company from main.record order by record_key")
    assert rows == [
        ("organisation", None, "acme trading"),
        ("organisation", None, "alfa"),
        ("organisation", None, rows[2][2]),
    ]
    assert "gongsi" not in str(rows[2][2])


def test_placeholders_stay_visible_as_absence(engine: Engine) -> None:
    land(engine, PEOPLE, [{"id": "1", "first": "Test", "last": "Test", "email": "N/A", "tel": "000000"}])
    run(engine, (PEOPLE,))
    found = engine.rows("select attribute, value, raw, absence from main.record_value order by 1")
    assert {row[0] for row in found} >= {"email", "phone", "full_name"}
    assert all(value is None and absence == "placeholder" for _, value, _, absence in found)


def test_roles_of_words_learned_in_one_source_order_names_in_another(engine: Engine) -> None:
    people = [
        {"id": str(i), "first": f"Zor{'abcdefghij'[i % 10]}", "last": f"Kur{'abcdefghij'[i % 10]}"} for i in range(50)
    ]
    land(engine, PEOPLE, people)
    land(engine, USERS, [{"id": "1", "name": "Zora Kurb"}, {"id": "2", "name": "Kurb Zora"}])
    run(engine, (PEOPLE, USERS))
    rows = engine.rows("select given_name, family_name from main.record where source = 'shop'")
    assert rows == [("zora", "kurb"), ("zora", "kurb")]
