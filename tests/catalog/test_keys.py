from __future__ import annotations

import random

import pytest

from onefold.catalog import infer_key

NAMES = ["Ana", "Ben", "Cleo", "Dan"] * 60


def _key(engine, land, columns, **options):
    return infer_key(engine, land("k", columns), list(columns), **options)


def test_the_id_wins_over_other_unique_columns(engine, land):
    rows = range(240)
    columns = {
        "email": [f"a{i}@x.org" for i in rows],
        "created_at": [f"2024-01-01 00:{i // 60:02d}:{i % 60:02d}" for i in rows],
        "Rank": [str(i + 1) for i in rows],
        "UCI ID": [str(10_000 + 7 * i) for i in rows],
        "name": NAMES,
    }
    assert _key(engine, land, columns) == ("UCI ID",)


def test_an_email_is_the_key_only_for_want_of_better(engine, land):
    columns = {"name": NAMES, "email": [f"a{i}@x.org" for i in range(240)]}
    assert _key(engine, land, columns) == ("email",)


def test_names_never_identify_rows(engine, land):
    assert _key(engine, land, {"full_name": [f"Person {i}" for i in range(50)], "city": ["Rome"] * 50}) == ()


def test_a_column_without_a_name_that_holds_emails_leaves_the_key_to_the_codes(engine, land):
    columns = {"column_1": [f"a{i}@x.org" for i in range(240)], "column_2": [f"K{i}" for i in range(240)]}
    assert _key(engine, land, columns) == ("column_2",)


def test_order_and_line_identify_a_row_together(engine, land):
    columns = {
        "OrderNumber": [f"SO{i // 3}" for i in range(240)],
        "OrderLineItem": [str(i % 3) for i in range(240)],
        "ProductKey": [str(random.Random(i).randint(1, 9)) for i in range(240)],
    }
    assert _key(engine, land, columns) == ("OrderNumber", "OrderLineItem")


def test_a_buyer_who_ordered_once_does_not_identify_orders(engine, land):
    columns = {
        "OrderNumber": [f"SO{i}" for i in range(240)],
        "CustomerKey": [str(11_000 + i) for i in range(240)],
        "ProductKey": ["1", "2", "3"] * 80,
    }
    assert _key(engine, land, columns) == ("OrderNumber",)


def test_an_id_with_a_few_junk_rows_is_still_the_key(engine, land):
    ids = [str(i) for i in range(1000)]
    columns = {"customer_id": [*ids, "30---", "30---", "30---"], "name": ["Ana"] * 1003}
    assert _key(engine, land, columns) == ("customer_id",)


def test_a_file_appended_to_itself_keeps_its_key(engine, land):
    columns = {"customer_id": [str(i) for i in range(100)] * 2, "name": [f"N{i}" for i in range(100)] * 2}
    assert _key(engine, land, columns) == ("customer_id",)


def test_an_id_that_really_repeats_is_no_key(engine, land):
    columns = {"customer_id": [str(i % 150) for i in range(240)], "amount": [str(i) for i in range(240)]}
    assert _key(engine, land, columns) == ()


@pytest.mark.parametrize("columns", [{"id": [], "x": []}, {"x": [None, None]}])
def test_a_table_without_values_has_no_key(engine, land, columns):
    assert _key(engine, land, columns) == ()


def test_a_declared_key_is_believed(engine, land):
    assert _key(engine, land, {"a": ["1", "1"], "b": ["1", "2"]}, declared_key=("a", "b")) == ("a", "b")


def test_the_key_of_a_big_table_is_exact_although_counts_are_estimates(engine):
    engine.execute(
        "create table big as select (i // 2)::varchar as twice_id, i::varchar as once_id from range(200000) t(i)"
    )
    assert infer_key(engine, "big", ["twice_id", "once_id"]) == ("once_id",)


def test_a_line_number_belongs_to_the_key_even_where_every_order_has_one_line(infer):
    orders = {"OrderNumber": [f"SO{i}" for i in range(40)], "OrderLineItem": ["1"] * 40, "Quantity": ["1"] * 40}
    assert infer(orders, name="sales").key == ("OrderNumber", "OrderLineItem")


def test_a_line_s_own_id_stays_alone(infer):
    lines = {"order_line_id": [str(i) for i in range(40)], "line_no": ["1"] * 40, "quantity": ["2"] * 40}
    assert infer(lines, name="order_lines").key == ("order_line_id",)
