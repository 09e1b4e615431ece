from __future__ import annotations

from onefold.catalog import find_strangers

ROWS = 40
SALES = {
    "InvoiceNo": [str(500000 + i) for i in range(ROWS)],
    "CustomerID": [str(17000 + i % 20) for i in range(ROWS)],
    "InvoiceDate": [f"2024-01-{1 + i % 28:02d}" for i in range(ROWS)],
    "Amount": [f"{i}.50" for i in range(ROWS)],
}
CUSTOMERS = {
    "CustomerID": [str(17000 + i) for i in range(20)],
    "Name": ["Ana Lopez", "Ben Smith"] * 10,
    "Email": [f"p{i}@example.com" for i in range(20)],
}


def test_facts_that_know_customers_only_by_number_are_told(infer_all):
    ((table, column),) = find_strangers(list(infer_all({"shop.sales": SALES}).values()))
    assert (table.full_name, column.name) == ("shop.sales", "CustomerID")


def test_customers_with_a_table_of_their_own_are_no_strangers(infer_all):
    assert find_strangers(list(infer_all({"shop.sales": SALES, "shop.customers": CUSTOMERS}).values())) == []
