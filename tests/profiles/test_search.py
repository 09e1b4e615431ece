"""One types what one has, in any script, and finds who is meant, within one's scope."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from listed import EVERYTHING, access_of, customer_id, write

from onefold.errors import InvalidInput, NotAllowed, NotFound
from onefold.identity.tables import customer
from onefold.profiles import customer_in_scope, resolve_key
from onefold.profiles.listing import (
    SortKey,
    Wanted,
    count_customers,
    count_values,
    list_customers,
    parse_sort,
    select_ids,
)
from onefold.profiles.tables import profile_summary, search_term

PEOPLE = [
    {"display_name": "王小明", "country": "CN", "words": ["王小明", "小明", "明", "wang", "xiaoming"],
     "email": "ming@x.cn", "keys": [("email", "ming@x.cn")]},
    {"display_name": "Wang Wei", "country": "US", "words": ["wang", "wei"], "phone": "+12065550017",
     "keys": [("phone", "+12065550017")]},
    {"display_name": "Παπαδόπουλος Νίκος", "country": "GR",
     "words": ["παπαδοπουλος", "papadopoulos", "νικος", "nikos"]},
    {"display_name": "محمد رضایی", "country": "IR", "words": ["محمد", "mohammad", "رضایی", "rezaei"]},
    {"display_name": "Mohammad Wangari", "country": "GR", "words": ["mohammad", "wangari"], "source": "shop",
     "keys": [("loyalty_number", "L-77"), ("email", "mo.wangari@y.gr")]},
]  # fmt: skip
NAMES = [row["display_name"] for row in PEOPLE]


@pytest.fixture
def connection(app_database):
    with app_database.write() as connection:
        write(connection, PEOPLE)
    with app_database.read() as connection:
        yield connection


def find(connection, text, access=EVERYTHING, **options):
    page = list_customers(connection, access, Wanted(query=text, region="US"), **options)
    return [NAMES[[customer_id(n) for n in range(len(PEOPLE))].index(row.customer_id)] for row in page.rows]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("wang", {"王小明", "Wang Wei", "Mohammad Wangari"}),
        ("王", {"王小明", "Wang Wei", "Mohammad Wangari"}),
        ("小明", {"王小明"}),
        ("xiaom wang", {"王小明"}),
        ("王小明", {"王小明"}),
        ("papad", {"Παπαδόπουλος Νίκος"}),
        ("ΠΑΠΑΔΌΠ", {"Παπαδόπουλος Νίκος"}),
        ("nik pap", {"Παπαδόπουλος Νίκος"}),
        ("محمد", {"محمد رضایی", "Mohammad Wangari"}),
        ("mohammad", {"محمد رضایی", "Mohammad Wangari"}),
        ("mohammad rez", {"محمد رضایی"}),
        ("ming@x", {"王小明"}),
        ("MING@x.cn", {"王小明"}),
        ("(206) 555-0017", {"Wang Wei"}),
        ("206 555", {"Wang Wei"}),
        ("l77", set()),
        ("L-77", {"Mohammad Wangari"}),
        ("shop:4", {"Mohammad Wangari"}),
        (customer_id(2).upper(), {"Παπαδόπουλος Νίκος"}),
        ("nobody", set()),
        ("%", set()),
        ("wang' or 1=1 --", set()),
    ],
)
def test_whatever_is_typed_finds_who_is_meant(connection, typed, found):
    assert set(find(connection, typed)) == found
    assert set(find(connection, typed, sort=(SortKey("country"),))) == found
    assert count_customers(connection, EVERYTHING, Wanted(query=typed, region="US")).value == len(found)


def test_whole_words_come_before_beginnings_and_exact_keys_before_all(connection):
    assert find(connection, "wang")[-1] == "Mohammad Wangari"
    assert find(connection, "wang", limit=1) != []


def test_pages_of_a_search_hold_everybody_once(connection):
    seen, after = [], None
    while True:
        page = list_customers(connection, EVERYTHING, Wanted(query="wang"), limit=1, after=after)
        seen += [row.customer_id for row in page.rows]
        after = page.after
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 3


def test_who_is_out_of_scope_is_found_by_no_key_and_counted_nowhere(connection):
    greek = access_of('country = "GR"')
    for key in ("ming@x.cn", "+1 206 555 0017", "王小明", "wang wei", "crm:0", customer_id(0), customer_id(1)):
        assert find(connection, key, greek) == []
        assert count_customers(connection, greek, Wanted(query=key, region="US")).value == 0
    assert set(find(connection, "wang", greek)) == {"Mohammad Wangari"}
    assert dict(count_values(connection, greek, "country", Wanted()).values) == {"GR": 2}
    assert dict(count_values(connection, greek, "source", Wanted()).values) == {"crm": 1, "shop": 1}


def test_an_unknown_customer_and_one_out_of_scope_are_told_in_the_same_words(connection):
    greek = access_of('country = "GR"')
    said = []
    for key in (customer_id(0), "cus_aaaaaaaaaaaaaaaa"):
        with pytest.raises(NotFound) as by_key:
            resolve_key(connection, greek, key, "US")
        with pytest.raises(NotFound) as by_id:
            customer_in_scope(connection, greek, key)
        said += [error.value.message.replace(key, "…") for error in (by_key, by_id)]
    assert len(set(said)) == 1


def test_any_key_leads_to_the_customer(connection):
    for key in ("L-77", "shop:4", "shop.people:4", "mo.wangari@y.gr", customer_id(4)):
        assert resolve_key(connection, EVERYTHING, key, "GR") == customer_id(4)


def test_a_masked_attribute_finds_nobody_and_filters_nothing(connection):
    masked = access_of(email="masked", phone="hidden", display_name="masked")
    for typed in ("ming@x.cn", "ming@", "2065550017", "wang", "王"):
        assert find(connection, typed, masked) == []
    for attempt in (
        lambda: list_customers(connection, masked, Wanted('email = "ming@x.cn"')),
        lambda: list_customers(connection, masked, Wanted(), sort=parse_sort("-email")),
        lambda: count_customers(connection, masked, Wanted('name ~ "w"')),
        lambda: count_values(connection, masked, "phone", Wanted()),
    ):
        with pytest.raises(NotAllowed, match="may not filter, sort or search"):
            attempt()
    rows = list_customers(connection, masked, Wanted(), fields=["email", "country"]).rows
    assert {row.values["email"] for row in rows} == {"m•••", None}
    assert all("email" in row.hidden and "country" not in row.hidden for row in rows)


def test_pages_stay_in_step_while_customers_come_and_go(app_database):
    with app_database.write() as connection:
        write(connection, [{"display_name": f"N{n}", "sort_name": f"n{n // 3}"} for n in range(30)])
    seen, after = [], None
    for turn in range(20):
        with app_database.read() as connection:
            page = list_customers(connection, EVERYTHING, Wanted(), limit=4, after=after)
        seen += [row.values["display_name"] for row in page.rows]
        after = page.after
        if after is None:
            break
        with app_database.write() as connection:
            counts = dict.fromkeys(("events", "records", "systems"), 1)
            new = {"customer_id": f"cus_new{turn}", "kind": "person", "display_name": f"new{turn}", "sort_name": "a"}
            connection.execute(profile_summary.insert().values(**new, **counts))
    assert sorted(seen) == sorted(f"N{n}" for n in range(30))


def test_tags_of_a_merged_customer_count_for_whom_it_became(app_database):
    from onefold.care.tables import customer_tag, tag
    from onefold.kernel import utc_now

    now = utc_now()
    with app_database.write() as connection:
        write(connection, PEOPLE)
        former = {"kind": "person", "created_run": 1, "created_at": now, "state": "merged"}
        for one, into in (("cus_old1", "cus_old2"), ("cus_old2", customer_id(3))):
            connection.execute(customer.insert().values(customer_id=one, merged_into=into, **former))
        described = {"colour": "", "created_by": "u", "created_at": now, "version": 1}
        for name in ("VIP", "New"):
            connection.execute(tag.insert().values(tag_id=name, name=name, folded_name=name.lower(), **described))
        for one, name in (("cus_old1", "VIP"), (customer_id(1), "VIP"), (customer_id(1), "New")):
            connection.execute(customer_tag.insert().values(customer_id=one, tag_id=name, tagged_by="u", tagged_at=now))
    with app_database.read() as connection:

        def ids(rule):
            return set(connection.scalars(select_ids(connection, EVERYTHING, Wanted(rule))))

        assert ids('tag = "VIP"') == {customer_id(1), customer_id(3)}
        assert ids('tag in ("New", "x")') == {customer_id(1)}
        assert ids('not tag = "VIP"') == {customer_id(n) for n in (0, 2, 4)}
        assert ids('source = "shop" or tag = "New"') == {customer_id(1), customer_id(4)}
        page = list_customers(connection, EVERYTHING, Wanted('tag = "New"'), fields=["tag", "source"])
        assert page.rows[0].values == {"tag": "New, VIP", "source": "crm"}


def test_attributes_of_any_type_are_filtered_and_sorted(app_database):
    rows = [
        {"attributes": {"birth_date": "1980", "measure:points": "12", 'other:a "b"': "x", "flag:vip": "yes"}},
        {"attributes": {"birth_date": "1990-02-03", "measure:points": "n/a", "created_at": "2024-05-06"}},
        {"attributes": {"measure:points": "7.5", "created_at": "2024-05-06T10:00:00Z", "flag:vip": "no"},
         "traits": {"invoices": {"count": 3}, "first_seen": "2020-01-01T00:00:00Z"}},
    ]  # fmt: skip
    with app_database.write() as connection:
        write(connection, rows)
    with app_database.read() as connection:

        def numbers(rule="", sort=""):
            page = list_customers(connection, EVERYTHING, Wanted(rule), sort=parse_sort(sort))
            return [[customer_id(n) for n in range(3)].index(row.customer_id) for row in page.rows]

        assert numbers("`measure:points` > 7") == sorted(numbers("`measure:points` > 7"), key=customer_id)
        assert set(numbers("`measure:points` > 7")) == {0, 2}
        assert numbers(sort="measure:points")[:2] == [2, 0]
        assert set(numbers('created_at = "2024-05-06"')) == {1, 2}
        assert numbers('created_at > "2024-05-06T09:00:00Z"') == [2]
        assert numbers('`other:a "b"` = "x"') == [0]
        assert numbers("`flag:vip` = true") == [0]
        assert numbers("invoices >= 3 and first_seen < 2021-01-01".replace("2021-01-01", '"2021-01-01"')) == [2]
        assert numbers('birth_date < "1985"') == [0]
        with pytest.raises(InvalidInput, match="no attribute 'birthdate'") as error:
            numbers("birthdate is known")
        assert "birth_date" in error.value.hint


def test_a_list_reads_one_page_of_an_index(app_database):
    with app_database.write() as connection:
        write(connection, [{"display_name": f"N{n}", "sort_name": f"n{n}", "words": [f"n{n}"]} for n in range(40)])
        connection.exec_driver_sql("analyze")
    with app_database.read() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if not is_sqlite:
            connection.exec_driver_sql("set local enable_seqscan = off")  # few rows: else it would rather read them all
        prefix = "explain query plan " if is_sqlite else "explain "
        for query, index in (
            (sa.select(profile_summary.c.customer_id).where(profile_summary.c.last_contact_at.is_not(None))
             .order_by(profile_summary.c.last_contact_at.desc(), profile_summary.c.customer_id.desc()).limit(5),
             "profile_summary_by_last_contact_at"),
            (sa.select(search_term.c.customer_id).where(search_term.c.term >= "n1", search_term.c.term < "n2")
             .order_by(search_term.c.term, search_term.c.customer_id).limit(5),
             "PRIMARY KEY" if is_sqlite else "search_term_pkey"),
        ):  # fmt: skip
            text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
            plan = " ".join(str(row) for row in connection.exec_driver_sql(prefix + text.replace("%", "%%")))
            assert index in plan
            assert "TEMP B-TREE" not in plan
            assert "Sort" not in plan
