from __future__ import annotations

import pytest
from tests.servers import shared_data

from onefold.catalog import Meaning, Role, infer_joins, infer_table
from onefold.engines import Engine, quote_identifier, quote_literal

PEOPLE = {"app_signups", "billing_accounts", "crm_contacts", "partner_leads", "support_users"}
JOINS = {
    ("app_events", "app_user_id", "app_signups"),
    ("billing_invoices", "billing_account_id", "billing_accounts"),
    ("partner_referrals", "partner_lead_id", "partner_leads"),
    ("support_tickets", "support_user_id", "support_users"),
    ("crm_contacts", "company_name", "crm_companies"),
}


@pytest.fixture(scope="module")
def tables():
    paths = sorted(shared_data("customer360").glob("*.csv"))
    engine = Engine.open(threads=2)
    relations, inferred = {}, []
    for path in paths:
        relation = quote_identifier(f"landed_{path.stem}")
        engine.execute(
            f"create table {relation} as select * from "
            f"read_csv({quote_literal(str(path))}, header = true, all_varchar = true)"
        )
        columns = engine.columns("main", f"landed_{path.stem}")
        relations[f"c360.{path.stem}"] = relation
        inferred.append(infer_table(engine, "c360", path.stem, relation, column_names=columns, declared_types={}))
    yield {table.name: table for table in infer_joins(engine, inferred, relations)}
    engine.close()


def test_the_five_tables_of_people_are_found(tables):
    assert {name for name, table in tables.items() if table.role is Role.PEOPLE} == PEOPLE
    assert tables["crm_companies"].role is Role.ORGANISATIONS
    assert tables["support_tickets"].role is Role.CONVERSATIONS


def test_every_join_is_found(tables):
    assert {(t.name, j.column, j.to_table) for t in tables.values() for j in t.joins} >= JOINS


def test_every_table_is_known_by_its_first_column(tables):
    assert all(table.key == (table.columns[0].name,) for table in tables.values())


def test_names_under_ambiguous_headers_are_told_by_their_values(tables):
    meanings = {(t.name, c.name): c.meaning for t in tables.values() for c in t.columns}
    assert meanings["billing_accounts", "account_name"] is Meaning.FULL_NAME
    assert meanings["support_users", "display_name"] is Meaning.FULL_NAME
    assert meanings["crm_contacts", "title"] is Meaning.JOB_TITLE
    assert meanings["support_tickets", "subject"] is Meaning.TITLE
