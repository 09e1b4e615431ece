from __future__ import annotations

import random

from onefold.catalog import Meaning, Role

ROWS = 150
RNG = random.Random(5)
PEOPLE = {
    "contact_id": [f"C-{i:05d}" for i in range(ROWS)],
    "full_name": [
        f"{RNG.choice(['Anna', 'John', 'Maria'])} {RNG.choice(['Smith', 'Lopez', 'Brown'])}" for _ in range(ROWS)
    ],
    "email": [f"user{i}@example.com" for i in range(ROWS)],
}


def _joins(table):
    return {(j.column, f"{j.to_source}.{j.to_table}", j.to_column) for j in table.joins}


def _choices(values, rows=400, seed=1):
    rng = random.Random(seed)
    return [rng.choice(values) for _ in range(rows)]


def _numbers(low, high, rows=400, seed=2):
    rng = random.Random(seed)
    return [str(rng.randint(low, high)) for _ in range(rows)]


def test_column_named_like_the_key_of_another_table_becomes_a_foreign_key(infer_all):
    tables = infer_all(
        {
            "crm.customers": {
                "CustomerKey": [str(i) for i in range(1, 151)],
                "FirstName": PEOPLE["full_name"],
                "Email": PEOPLE["email"],
            },
            "crm.orders": {
                "order_no": [f"A{i}" for i in range(400)],
                "customerkey": _numbers(1, 150),
                "order_date": ["2024-01-05"] * 400,
                "total": _numbers(5, 900),
            },
        }
    )
    orders = tables["crm.orders"]
    assert _joins(orders) == {("customerkey", "crm.customers", "CustomerKey")}
    assert {c.name: c.meaning for c in orders.columns}["customerkey"] is Meaning.FOREIGN_KEY
    assert orders.role is Role.EVENTS
    assert orders.joins[0].coverage > 0.9


def test_small_integers_never_join_by_chance(infer_all):
    tables = infer_all(
        {
            "crm.customers": {
                "customer_id": [str(i) for i in range(1, 151)],
                "name": PEOPLE["full_name"],
                "email": PEOPLE["email"],
            },
            "crm.products": {
                "product_id": [str(i) for i in range(1, 301)],
                "product_name": [f"Chair {i}" for i in range(300)],
            },
            "crm.visits": {
                "visit_id": [str(i) for i in range(1, 401)],
                "pages": _numbers(1, 40),
                "rank": _numbers(1, 100, seed=3),
                "visited_at": ["2024-03-01 10:00:00"] * 400,
            },
        }
    )
    assert all(not table.joins for table in tables.values())


def test_codes_join_across_sources_by_their_values(infer_all):
    tables = infer_all(
        {
            "crm.contacts": PEOPLE,
            "shop.orders": {
                "order_id": [f"O{i}" for i in range(400)],
                "customer_ref": _choices(PEOPLE["contact_id"]),
                "ordered_at": ["2024-02-02"] * 400,
            },
        }
    )
    assert _joins(tables["shop.orders"]) == {("customer_ref", "crm.contacts", "contact_id")}


def test_codes_that_look_alike_but_do_not_exist_there_do_not_join(infer_all):
    tables = infer_all(
        {
            "crm.contacts": PEOPLE,
            "shop.orders": {
                "order_id": [f"O{i}" for i in range(400)],
                "customer_ref": [f"C-{i:05d}" for i in range(70_000, 70_400)],
                "ordered_at": ["2024-02-02"] * 400,
            },
        }
    )
    assert not tables["shop.orders"].joins


def test_ids_that_a_spreadsheet_turned_into_floats_still_join(infer_all):
    tables = infer_all(
        {
            "crm.users": {
                "user_id": [str(i) for i in range(1000, 1150)],
                "name": PEOPLE["full_name"],
                "email": PEOPLE["email"],
            },
            "app.logins": {
                "login_id": [str(i) for i in range(400)],
                "user_id": [f"{v}.0" for v in _numbers(1000, 1149)],
                "login_time": ["2024-02-02 08:00:00"] * 400,
            },
        }
    )
    assert _joins(tables["app.logins"]) == {("user_id", "crm.users", "user_id")}


def test_facts_with_only_an_email_join_people_by_it_and_keep_their_meaning(infer_all):
    tables = infer_all(
        {
            "crm.contacts": PEOPLE,
            "web.survey": {
                "response_id": [f"R{i}" for i in range(400)],
                "E-Mail": [email.upper() for email in _choices(PEOPLE["email"])],
                "nps": _numbers(0, 10),
                "responded_at": ["2024-05-05"] * 400,
            },
        }
    )
    survey = tables["web.survey"]
    assert survey.role is Role.FEEDBACK
    assert _joins(survey) == {("E-Mail", "crm.contacts", "email")}
    assert {c.name: c.meaning for c in survey.columns}["E-Mail"] is Meaning.EMAIL


def test_users_that_others_point_at_only_as_owner_are_staff(infer_all):
    staff = {
        "user_id": [f"U{i}" for i in range(12)],
        "name": PEOPLE["full_name"][:12],
        "email": [f"s{i}@us.example" for i in range(12)],
    }
    tables = infer_all(
        {
            "crm.contacts": {**PEOPLE, "owner_id": _choices(staff["user_id"], ROWS)},
            "crm.users": staff,
        }
    )
    assert tables["crm.users"].role is Role.REFERENCE
    assert tables["crm.contacts"].role is Role.PEOPLE
    owner = next(c for c in tables["crm.contacts"].columns if c.name == "owner_id")
    assert owner.meaning is Meaning.FOREIGN_KEY
    assert owner.details["points_at"] == "owner"


def test_employees_are_reference_beside_customers_but_people_when_alone(infer_all):
    employees = {
        "EmployeeId": [str(i) for i in range(1, 31)],
        "LastName": ["Adams", "Park", "Lopez"] * 10,
        "FirstName": ["Nancy", "Jane", "Steve"] * 10,
        "Email": [f"e{i}@corp.example" for i in range(30)],
    }
    beside = infer_all({"hr.employees": employees, "crm.contacts": PEOPLE})
    assert beside["hr.employees"].role is Role.REFERENCE
    assert infer_all({"hr.employees": employees})["hr.employees"].role is Role.PEOPLE


def test_orders_that_alone_know_their_buyers_count_as_people(infer_all):
    orders = {
        "order_id": [f"O{i}" for i in range(ROWS)],
        "order_date": ["2024-02-02"] * ROWS,
        "billing_name": PEOPLE["full_name"],
        "billing_email": PEOPLE["email"],
        "total": _numbers(5, 900, ROWS),
    }
    alone = infer_all({"shop.orders": orders})["shop.orders"]
    assert alone.role is Role.PEOPLE
    beside = infer_all({"shop.orders": orders, "shop.customers": PEOPLE})["shop.orders"]
    assert beside.role is Role.EVENTS
    assert ("billing_email", "shop.customers", "email") in _joins(beside)


def test_people_join_the_organisations_of_their_system_by_name(infer_all):
    names = [
        f"{first} {last}" for first in ("Blue", "North", "Harbor", "Vertex") for last in ("Foods", "Labs", "Group")
    ]
    tables = infer_all(
        {
            "crm.companies": {
                "company_id": [f"K{i}" for i in range(12)],
                "company_name": names,
                "industry": ["Energy", "Retail"] * 6,
            },
            "crm.contacts": {**PEOPLE, "company": [name.upper() for name in _choices(names, ROWS)]},
        }
    )
    assert ("company", "crm.companies", "company_name") in _joins(tables["crm.contacts"])
    assert {c.name: c.meaning for c in tables["crm.contacts"].columns}["company"] is Meaning.COMPANY


def test_declared_foreign_keys_are_believed(engine, land):
    from onefold.catalog import infer_joins, infer_table

    people = land("d.customer", PEOPLE)
    orders = land("d.sale", {"n": [str(i) for i in range(50)], "buyer": PEOPLE["contact_id"][:50]})
    inferred = [
        infer_table(
            engine,
            "d",
            "customer",
            people,
            column_names=list(PEOPLE),
            declared_types={},
            declared_key=("contact_id",),
        ),
        infer_table(engine, "d", "sale", orders, column_names=["n", "buyer"], declared_types={}),
    ]
    relations = {"d.customer": people, "d.sale": orders}
    joined = infer_joins(engine, inferred, relations, declared={"d.sale": [("buyer", "customer", "contact_id")]})
    assert _joins(joined[1]) == {("buyer", "d.customer", "contact_id")}
    assert joined[1].joins[0].reason == "the source declares this foreign key"
